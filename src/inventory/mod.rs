//! What is: every kind read once per account and region, with the failures met while looking kept inside.

mod collect;
mod estranged;
mod named;
mod preflight;
mod selection;
mod types;

pub use collect::{NETWORK, Request, Services, Sought, Source, Surveyed, Things, collect};
pub use named::named_stacks;
pub use preflight::{Wanted, preflight};
pub use types::{Inventory, Orphan, Refusal, Seen, Sight, Unmanaged};
