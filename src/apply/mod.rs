//! Carries out a plan: takes the leases, plans again, walks the steps, writes the journal. Chooses nothing.

mod carry_out;
mod connections;
mod event;
mod journal;
mod lease;
mod presence;
mod remaining;
mod requeue;
mod run_record;
mod step;
mod update;
mod wait;
mod walk;
mod watch;

pub use carry_out::{Approved, Approver, ENDING_AT_ONCE, Host, PlanSnapshot, Recorder, RunError, carry_out};
pub use connections::{Connections, Permit};
pub use event::{Event, Outcome, RunSummary, seconds};
pub use journal::{Head, Journal};
pub use lease::{
    Clock, Fence, Holder, Lease, LeaseError, LeaseState, LeaseStore, StoredLease, end as end_lease, free as free_lease,
    key as lease_key, read as read_lease,
};
pub use presence::SPREAD;
pub use run_record::{End, Entry, EntryEnd, RunRecord, merge};
pub use walk::{Run, Stop, run};
