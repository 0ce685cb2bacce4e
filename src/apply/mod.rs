//! Carries out a plan: walks the steps, holds the lease, writes the journal. Chooses nothing.

mod event;

pub use event::{Event, Ledger, Outcome};
