//! What to do: the difference between a blueprint and an inventory, as data.
//!
//! **Invariant:** pure. No async, no clock, no AWS; the same input gives the same plan, byte for byte.

mod types;

pub use types::{Action, Cause, Change, Desired, Field, Plan, StackPlan, Step, StepId, Summary, Verb, Waiting};
