//! Updates that remove something others may use, in two phases: expand, then the users' steps, then contract
//! (docs/decisions/0015).

mod notes;
mod order;
mod reach;
mod split;
mod users;
mod withheld;

pub(super) use self::notes::{Contraction, tell};
pub(super) use self::order::PhasePlanner;
pub(super) use self::split::{Phases, parted, phases};
pub(super) use self::users::Users;
