//! What may refuse the plan of a run: a saved plan that no longer holds, a guard, a network that nobody could look into.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::exit::Exit;
use super::failure::{CommandFailure, Result};
use super::run_request::RunRequest;
use crate::plan::{Plan, StackPlan};
use crate::report::{PlanDocument, SavedPlanError, saved_plan, stale};
use crate::resource::{Address, Command, Failure, StackId};

/// Checks whether a saved plan can still be carried out at all: it has not expired, and its stacks are in the YAML.
pub fn check_saved(request: &RunRequest<'_>, now: Timestamp) -> Result<()> {
    let Some(saved) = &request.saved else { return Ok(()) };
    let expires = saved.saved.as_ref().map(|saving| saving.expires);
    let expired = expires.filter(|end| now >= *end).map(|end| SavedPlanError::Expired(end).to_string());
    let is_there = |name: &String| request.stacks.iter().any(|blueprint| blueprint.stack.id.to_string() == *name);
    let names = saved.stacks.iter().map(|stack| format!("{}/{}", stack.tenant, stack.environment));
    let gone = names.into_iter().find(|name| !is_there(name)).map(|name| format!("{name} is no longer there"));
    match expired.or(gone) {
        Some(why) => {
            let what = format!("the saved plan can no longer be carried out: {why}; nothing was done");
            Err(CommandFailure::new(Exit::Refused, what).next(&request.resume))
        }
        None => Ok(()),
    }
}

/// Checks whether a saved plan still holds for a stack, and the guards.
///
/// What the saved plan waits for is part of it: that it became ready is no other plan. `as_if_waiting` makes the plan as if
/// these resources still waited.
pub fn check(
    request: &RunRequest<'_>,
    plan: &StackPlan,
    as_if_waiting: impl FnOnce(BTreeSet<Address>) -> Option<StackPlan>,
) -> Result<()> {
    let stack = &plan.stack.id;
    if let Some(saved) = &request.saved {
        let is_same = |tenant: &str, environment: &str| stack.tenant == tenant && stack.environment == environment;
        let stacks = saved.stacks.iter().filter(|saved| is_same(&saved.tenant, &saved.environment));
        let saved = PlanDocument { stacks: stacks.cloned().collect(), ..saved.clone() };
        let reasons = stale(&saved, &document(plan));
        let waiting = saved.stacks.iter().flat_map(|stack| &stack.waiting);
        let waiting: BTreeSet<Address> = waiting.filter_map(|one| one.address.parse().ok()).collect();
        let holds = reasons.is_empty()
            || (!waiting.is_empty()
                && as_if_waiting(waiting).is_some_and(|plan| stale(&saved, &document(&plan)).is_empty()));
        if !holds {
            let failure = CommandFailure::new(Exit::Refused, format!("{stack}: the saved plan no longer holds"));
            return Err(reasons.into_iter().fold(failure, CommandFailure::hint).next(&request.resume));
        }
    }
    let refusals: Vec<_> = plan.refusals().collect();
    if refusals.is_empty() {
        return Ok(());
    }
    let failure = CommandFailure::new(Exit::Refused, format!("{stack}: a guard refuses this plan"));
    let consents = refusals.iter().map(|refusal| refusal.consent());
    let Some(consents) = consents.collect::<Option<Vec<_>>>() else {
        let failure = refusals.iter().fold(failure, |failure, refusal| failure.hint(refusal.to_string()));
        return Err(failure.next(&request.same));
    };
    // Naming them is all that is missing: the command says which, and the plan has said why.
    let named = |line: Command, (option, name): &(&'static str, String)| line.option(option, name);
    Err(failure.hint(format!("if that is meant: {}", consents.iter().fold(request.same.clone(), named))))
}

/// Refuses to take a network away while nobody knows what else stands in it: that would hold the run up half-way.
pub fn unsurveyed(stack: &StackId, failure: &Failure) -> CommandFailure {
    let what = format!("{stack}: what else stands in the network to be deleted could not be read: {failure}");
    CommandFailure::new(Exit::Blocked, what).hint(failure.advice())
}

/// A stack changed while the question was open.
pub fn stale_since(agreed: &StackPlan, fresh: &StackPlan) -> CommandFailure {
    let what = format!("{}: things changed after the plan was shown", fresh.stack.id);
    let reasons = stale(&document(agreed), &document(fresh));
    reasons.into_iter().fold(CommandFailure::new(Exit::Refused, what), CommandFailure::hint)
}

fn document(plan: &StackPlan) -> PlanDocument {
    saved_plan(&Plan { stacks: vec![plan.clone()], ..Plan::default() })
}
