//! The program as a person meets it: its command line, and itself as a process.

mod bad_input;
mod by_hand;
mod call_counts;
pub mod cli;
mod export;
mod exported;
mod failures;
mod first_stack;
mod input_bounds;
mod leases_and_plans;
mod readme;
mod secrecy;
pub mod shell;
mod show;
mod signals;
mod templates;
mod terminal;
mod unknown_names;
mod written_files;
