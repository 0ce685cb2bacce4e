use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::types::{Action, Change, Field, StackPlan, Step, StepId, Verb};

/// A hash over all that a stack's plan compares and does, sensitive values too.
///
/// Causes and places are left out: they say where a difference comes from, not what is done. So are waits: what became
/// ready by itself meanwhile changes nothing that a person agreed to; nor does what an update that overtakes it finds.
pub fn fingerprint(plan: &StackPlan) -> String {
    let mut changes: Vec<_> = plan.changes.iter().filter(|change| change.action != Action::Wait).collect();
    changes.sort_by(|a, b| a.address.cmp(&b.address).then_with(|| a.id.cmp(&b.id)));
    let overtaking: BTreeSet<_> =
        plan.steps.values().filter(|step| step.preempts).map(|step| &step.id.address).collect();
    let changes: Vec<_> = changes.into_iter().map(|one| change(one, overtaking.contains(&one.address))).collect();
    let steps: Vec<_> = plan.steps.values().filter(|step| step.id.verb != Verb::Wait).map(step).collect();
    let stack = &plan.stack;
    let all = json!([stack.id, stack.account, stack.region, stack.template, changes, steps]);
    format!("sha256:{}", hex::encode(Sha256::digest(all.to_string().as_bytes())))
}

/// Returns whether carrying out the one plan is carrying out the other: the same changes and steps.
pub fn agrees(approved: &StackPlan, fresh: &StackPlan) -> bool {
    fingerprint(approved) == fingerprint(fresh)
}

fn change(change: &Change, preempts: bool) -> Value {
    let before = |field: &Field| field.before.clone().filter(|_| !preempts);
    let owner = |field: &Field| field.ignored.as_ref().map(|ignored| ignored.owner.clone());
    let fields = change.fields.iter().map(|field| json!([field.path, before(field), field.after, owner(field)]));
    let fields: Vec<_> = fields.collect();
    let Change { address, action, region, id, protected, disruption, .. } = change;
    json!([address, action, region, id, protected, disruption, fields])
}

fn step(step: &Step) -> Value {
    let waits = |id: &&StepId| id.verb == Verb::Wait;
    let after: Vec<_> = step.after.iter().filter(|id| !waits(id)).map(ToString::to_string).collect();
    let desired = step.desired.as_ref().map(|desired| (&*desired.spec, &desired.physical, desired.cramped.as_deref()));
    let transfers: Vec<_> = step.transfers.iter().map(|one| json!([one.list, one.element, one.to])).collect();
    json!([step.id.to_string(), step.region, after, desired, transfers, step.set_tags, step.unset_tags])
}
