//! Carries out a plan: holds the leases, looks again, walks the steps, writes the journal. Chooses nothing.

mod carry_out;
mod event;
mod hands;
mod journal;
mod lease;
mod left;
mod record;
mod step;
mod update;
mod walk;
mod watch;

pub use carry_out::{Approved, Approver, ENDING_AT_ONCE, Halted, Host, Look, Recorder, carry_out};
pub use event::{Event, Ledger, Outcome};
pub use hands::{Hands, Permit};
pub use journal::{Head, Journal};
pub use lease::{
    Clock, Fence, Holder, Lease, LeaseStore, Refused, Seen as SeenLease, Standing, end as end_lease,
    free as free_lease, key as lease_key, look as look_at_lease,
};
pub use record::{End, Entry, EntryEnd, Record, merge};
pub use walk::{Run, Stop, run};
