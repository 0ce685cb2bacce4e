//! Carries out a plan: walks the steps, holds the lease, writes the journal. Chooses nothing.

mod event;
mod hands;
mod journal;
mod lease;
mod step;
mod walk;
mod watch;

pub use event::{Event, Ledger, Outcome};
pub use hands::{Hands, Permit};
pub use journal::Journal;
pub use lease::{Clock, Fence, Holder, Lease, LeaseStore, Refused, key as lease_key};
pub use walk::{Run, Stop, run};
