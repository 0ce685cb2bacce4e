//! Going back to the revision that ran before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::by_request;
use super::input::Input;
use super::types::{Cause, Change, Field, StackPlan, Step, StepId, Verb};
use crate::resource::{Address, Earlier, Live, Reference, RolledBack, Shape, State, Tags, key, keyed, resolve};

/// A resource that goes back to an earlier revision.
pub struct Rollback<'a> {
    pub address: &'a Address,
    pub live: &'a Arc<Live>,
    pub earlier: &'a Earlier,
    /// Who wants that, `user@host`.
    pub by: &'a str,
}

/// Why a resource does not go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollbackConflict {
    Deleting,
    /// There is nothing to go back to: why.
    Nowhere(String),
    /// The kind refuses: why.
    Refused(String),
}

/// The live resources of the stack that run a revision.
pub fn revisions(input: &Input<'_>) -> BTreeSet<Address> {
    let all = input.inventory.all().map(|(address, _)| address);
    all.filter(|address| kind(input, address).is_some()).cloned().collect()
}

/// Adds to the plan of a stack that a resource goes back: an update of the one property that names the revision, and before
/// it the record of who did it, so that no run that dies leaves a difference which nobody explains. Where a pipeline
/// deploys, no difference is left, and nothing is recorded.
///
/// # Errors
/// [`RollbackConflict`].
pub fn rollback(input: &Input<'_>, rollback: &Rollback<'_>, plan: &mut StackPlan) -> Result<(), RollbackConflict> {
    let Rollback { address, live, earlier, .. } = *rollback;
    let Some((shape, path)) = kind(input, address) else {
        return Err(RollbackConflict::Nowhere("it runs no revision".to_owned()));
    };
    let field = Field {
        path: path.to_owned(),
        before: keyed::get(shape.facts(), &live.spec, path).cloned(),
        after: Some(earlier.value.clone()),
        cause: Cause::Config,
        replaces: false,
        unknown: false,
        sensitive: false,
        ignored: None,
        origin: None,
    };
    let mut spec = live.spec.clone();
    keyed::set(shape.facts(), &mut spec, path, Some(&earlier.value));
    if live.state == State::Deleting {
        return Err(RollbackConflict::Deleting);
    }
    let why = live.unsupported.clone().map(|why| format!("it {why}"));
    if let Some(why) = why.or_else(|| shape.refuses(&live.spec, &spec, &[field.as_diff()])) {
        return Err(RollbackConflict::Refused(why));
    }
    let by_others = is_deployed_by_others(input, shape, path, rollback);
    let notes = by_others.then(|| {
        "a pipeline deploys it (`external`): its next deployment, and the next change of the template, go on from the newest \
         revision, not from this one"
            .to_owned()
    });
    let (change, step) = by_request::update(address, live, shape, spec, field.clone());
    let notes = earlier.notes.iter().cloned().chain(notes).collect();
    plan.changes.push(Change { fields: vec![field], notes, ..change });
    let after = (!by_others).then(|| record(input, rollback, plan));
    let preempts = matches!(live.state, State::Settling(_));
    plan.steps.insert(step.id.clone(), Step { after: after.into_iter().collect(), preempts, ..step });
    Ok(())
}

/// Whether the YAML leaves the earlier revision to a pipeline, and so shows no difference.
fn is_deployed_by_others(input: &Input<'_>, shape: &dyn Shape, path: &str, rollback: &Rollback<'_>) -> bool {
    let Some(resource) = input.blueprint.resources.get(rollback.address) else { return false };
    let live = |reference: &Reference| {
        let (_, live) = input.inventory.all().find(|(address, _)| **address == reference.address)?;
        live.output(&reference.output)
    };
    let ours = keyed::get(shape.facts(), &resource.spec, path).map(|ours| resolve(ours, &live));
    let leaves = |ours| shape.is_deployed_by_others(path, &rollback.earlier.value, &ours);
    resource.external.contains(path) && ours.is_some_and(leaves)
}

/// The step that records it. Of several rollbacks in a row, the first is the one that a run would undo.
fn record(input: &Input<'_>, rollback: &Rollback<'_>, plan: &mut StackPlan) -> StepId {
    let Rollback { address, live, earlier, by } = *rollback;
    let before = RolledBack::read(&live.tags).filter(|before| before.to == earlier.from);
    let record = RolledBack {
        from: before.map_or_else(|| earlier.from.clone(), |before| before.from),
        to: earlier.to.clone(),
        at: input.now,
        by: by.to_owned(),
    };
    let id = StepId::new(address, Verb::Retag, &live.id);
    let set_tags = Tags::from_iter([(key::ROLLED_BACK, record.text())]);
    let step =
        Step { region: live.region.clone(), live: Some(live.clone()), set_tags, seconds: 1, ..Step::new(id.clone()) };
    plan.steps.insert(id.clone(), step);
    id
}

/// The shape of a resource whose kind runs revisions, and the property that names them.
fn kind<'a>(input: &Input<'a>, address: &Address) -> Option<(&'a dyn Shape, &'static str)> {
    let shape = *input.shapes.iter().find(|shape| shape.facts().kind == address.kind)?;
    Some((shape, shape.facts().rollback?))
}
