//! Restarting what runs, without a change of its spec.

use std::collections::BTreeSet;

use super::by_request;
use super::input::Input;
use super::types::{Cause, Change, Field, StackPlan};
use crate::resource::{Address, Live, Restart, Shape, State};

/// Why a resource can't be restarted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestartConflict {
    /// It changes already, a rollout: what AWS says of it.
    Settling(String),
    Deleting,
    /// The kind refuses: why.
    Refused(String),
}

/// The live resources of the stack that can be restarted.
pub fn restartable(input: &Input<'_>) -> BTreeSet<Address> {
    let all = input.inventory.all().map(|(address, _)| address);
    all.filter(|address| kind(input, address).is_some()).cloned().collect()
}

/// Plans to restart resources of the stack: for each an update that changes nothing but which run it is.
///
/// # Errors
/// The first that can't be restarted now, and why.
pub fn restart(input: &Input<'_>, addresses: &BTreeSet<Address>) -> Result<StackPlan, (Address, RestartConflict)> {
    let mut plan = StackPlan::empty(input.blueprint.stack.clone());
    for (address, live) in input.inventory.all().filter(|(address, _)| addresses.contains(*address)) {
        let Some((shape, restart)) = kind(input, address) else { continue };
        allowed(shape, restart, live).map_err(|why| (address.clone(), why))?;
        let field = field(restart);
        let (change, step) = by_request::update(address, live, shape, live.spec.clone(), field);
        plan.changes.push(Change { notes: vec![(restart.told)(&live.spec)], ..change });
        plan.steps.insert(step.id.clone(), step);
    }
    Ok(plan)
}

/// The shape of a resource whose kind offers a restart.
fn kind<'a>(input: &Input<'a>, address: &Address) -> Option<(&'a dyn Shape, &'a Restart)> {
    let shape = *input.shapes.iter().find(|shape| shape.facts().kind == address.kind)?;
    Some((shape, shape.facts().restart.as_ref()?))
}

fn allowed(shape: &dyn Shape, restart: &Restart, live: &Live) -> Result<(), RestartConflict> {
    match &live.state {
        State::Settling(what) => return Err(RestartConflict::Settling(what.clone())),
        State::Deleting => return Err(RestartConflict::Deleting),
        _ => {}
    }
    let why = live.unsupported.clone().map(|why| format!("it {why}"));
    let why = why.or_else(|| shape.refuses(&live.spec, &live.spec, &[field(restart).as_diff()]));
    why.map_or(Ok(()), |why| Err(RestartConflict::Refused(why)))
}

/// What the kind is asked to change: the running version, by the same.
fn field(restart: &Restart) -> Field {
    Field {
        path: restart.path.to_owned(),
        before: Some("running".into()),
        after: None,
        cause: Cause::Config,
        replaces: false,
        unknown: false,
        sensitive: false,
        ignored: None,
        origin: None,
    }
}
