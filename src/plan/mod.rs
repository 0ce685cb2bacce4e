//! The plan: the difference between a blueprint and an inventory, as data.
//!
//! **Invariant:** pure. No async, no clock, no AWS; the same input gives the same plan, byte for byte.

mod adopt;
mod answering;
mod answers;
mod by_request;
mod candidates;
mod causes;
mod changes;
mod circles;
mod completion;
mod decide;
mod deferral;
mod dependents;
mod derived;
mod detach;
mod fields;
mod findings;
mod fingerprint;
mod forget;
mod guards;
mod ignores;
mod input;
mod live_edges;
mod make;
mod observed;
mod order;
mod outage;
mod pending;
mod phases;
mod preconditions;
mod protection;
mod quotas;
mod removals;
mod remove;
mod restart;
mod rollback;
mod select;
mod step;
mod step_order;
mod steps;
mod tags;
mod transfers;
mod types;
mod unpruned;
mod unread;
mod verdict;

pub use adopt::{AdoptionConflict, adopted, adoption};
pub use answers::{asked, is_answered};
pub use changes::needed;
pub use findings::{Check, Finding, FindingVerdict, QuotaFigures};
pub use fingerprint::{agrees, fingerprint};
pub use forget::{ForgetConflict, forgetting};
pub use guards::{Allowance, Allowed, Guard, Guarding, Guards, Refusal, guard, refusals};
pub use input::{Assumed, Input, Mode};
pub use make::plan;
pub use observed::unread;
pub use preconditions::destroy_orphan;
pub use quotas::{Beside, Demand, QuotaMode, User, demands, hold_quotas};
pub use restart::{RestartConflict, restart, restartable};
pub use rollback::{Rollback, RollbackConflict, revisions, rollback};
pub use tags::own_tags;
pub use types::{
    Action, Answers, Cause, Change, Desired, Field, Ignored, Later, LeftAlone, Plan, StackPlan, Step, StepId, Summary,
    Transfer, Verb, Waiting,
};
