//! What is: every kind read once per account and region, with the failures met while looking kept inside.

mod collect;
mod types;

pub use collect::{Request, Source, collect};
pub use types::{Inventory, Seen, Sight, Unmanaged};
