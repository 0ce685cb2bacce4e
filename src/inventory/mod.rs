//! What is: every kind read once per account and region, with the failures met while looking kept inside.

mod types;

pub use types::{Inventory, Seen, Sight, Unmanaged};
