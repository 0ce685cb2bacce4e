//! What to do: the difference between a blueprint and an inventory, as data.
//!
//! **Invariant:** pure. No async, no clock, no AWS; the same input gives the same plan, byte for byte.

mod adopt;
mod causes;
mod changes;
mod circles;
mod decide;
mod derived;
mod fate;
mod fields;
mod fingerprint;
mod followers;
mod foundation;
mod guards;
mod input;
mod late;
mod let_go;
mod live_edges;
mod make;
mod narrowing;
mod order;
mod outage;
mod pending;
mod protection;
mod remove;
mod select;
mod standing;
mod step;
mod step_order;
mod steps;
mod suspects;
mod tags;
mod takers;
mod types;
mod unmended;
mod unread;
mod victims;

pub use adopt::{Unfit, adopted, adoption};
pub use changes::needed;
pub use fingerprint::{agrees, fingerprint};
pub use guards::{Allowance, Guard, Guarding, Guards, Refusal, guard, refusals};
pub use input::{Input, Mode};
pub use make::plan;
pub use standing::unread;
pub use tags::own_tags;
pub use types::{
    Action, Cause, Change, Desired, Field, Later, Passed, Plan, StackPlan, Step, StepId, Summary, Verb, Waiting,
};
