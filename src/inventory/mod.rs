//! The live resources: every kind listed once per account and region, with the failed reads kept inside.

mod collect;
mod mistagged;
mod named;
mod preflight;
mod selection;
mod types;

pub use collect::{NETWORK, Request, Services, Source, StackRequest, Surveyed, Things, collect};
pub use named::named_stacks;
pub use preflight::{Wanted, preflight};
pub use types::{Inventory, ListOutcome, Orphan, PreflightRefusal, StackListing, Unmanaged};
