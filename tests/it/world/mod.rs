//! A small cloud of fake kinds, on which the whole engine runs without an SDK and on a paused clock.

pub mod adopting;
pub mod agreeing;
#[path = "../../../src/aws/token_bucket.rs"]
#[allow(dead_code, reason = "the product's own rate limit, which is built with the SDK otherwise")]
mod bucket;
pub mod build;
pub mod client;
pub mod cloud;
pub mod draw;
pub mod draw_round;
pub mod engine;
pub mod faults;
pub mod gate;
pub mod given;
pub mod history;
pub mod invariants;
pub mod kinds;
pub mod leases;
pub mod model;
pub mod needs;
pub mod outline;
pub mod pace;
pub mod play;
pub mod process;
pub mod scenario;
pub mod scripted;
pub mod settle;
pub mod strangers;
pub mod thing;
pub mod verbs;

use provision::plan::{Allowance, Allowed, Guarding, Guards, Plan, Refusal, guard, refusals};

pub use bucket::Rate;
pub use build::{YamlResource, blueprint};
pub use engine::Bench;
pub use faults::{Fault, What};

/// What refuses a plan under these guards, where so much was allowed.
pub fn refused(plan: &Plan, guards: &Guards, allowed: &[Allowance]) -> Vec<Refusal> {
    let mut plan = plan.clone();
    let allowed = Allowed { destroy: allowed.to_vec(), ..Allowed::default() };
    guard(&mut plan, &Guarding { guards: guards.clone(), allowed });
    refusals(&plan).into_iter().cloned().collect()
}
