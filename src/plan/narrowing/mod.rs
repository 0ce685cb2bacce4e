//! Updates that take something away: first what gives, then those who use it, and last what takes away
//! (docs/decisions/0015).

mod halves;
mod kept;
mod order;
mod reach;
mod told;
mod users;

pub(super) use self::halves::{Halves, halves, parted};
pub(super) use self::order::Narrowing;
pub(super) use self::told::{Taken, tell};
pub(super) use self::users::Users;
