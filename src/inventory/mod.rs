//! The live resources: every kind listed once per account and region, with the failed reads kept inside.

mod collect;
mod contents;
mod mistagged;
mod named;
mod preflight;
mod request;
mod selection;
mod share;
mod types;

pub use collect::{NETWORK, collect};
pub use contents::{Going, contents};
pub use named::named_stacks;
pub use preflight::{Wanted, preflight};
pub use request::{Request, Services, Source, StackRequest, Surveyed, Things};
pub use types::{Inventory, ListOutcome, Orphan, PreflightRefusal, StackListing, Unmanaged};
