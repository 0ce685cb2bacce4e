//! A run: takes the leases, has the plan made and agreed to, walks the steps, writes the journal. Chooses nothing.

mod caller;
mod carry_out;
mod connections;
mod context;
mod event;
mod host;
mod journal;
mod lease;
mod leases;
mod pending_actions;
mod presence;
mod remaining;
mod requeue;
mod rhythm;
mod rounds;
mod run;
mod run_record;
mod step;
mod tails;
mod update;
mod wait;
mod walk;
mod watch;

pub use caller::Caller;
pub use carry_out::{FleetRun, PlanSnapshot, StackEnds, run_stacks};
pub use connections::{Connections, Permit};
pub use event::{Event, Outcome, RunSummary, seconds};
pub use host::{Host, LeaseHost, Recorder};
pub use journal::{Head, Journal};
pub use lease::{
    Clock, Fence, Holder, Lease, LeaseError, LeaseState, LeaseStore, StoredLease, end as end_lease, free as free_lease,
    key as lease_key, read as read_lease,
};
pub use leases::{ENDING_AT_ONCE, Interrupted, LeaseTerms, Leases, Unleased};
pub use presence::SPREAD;
pub use rounds::{Ending, LeftOut, Rounds, in_rounds};
pub use run::{PendingAction, Run, Stop};
pub use run_record::{End, Entry, EntryEnd, RunRecord, merge};
pub use walk::run;
