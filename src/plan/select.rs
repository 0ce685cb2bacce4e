use std::collections::BTreeSet;

use super::types::StackPlan;
use crate::blueprint::Blueprint;
use crate::resource::Address;

/// Narrows a plan to the resources asked for and what they need; deletions of others were left out before.
pub(super) fn narrow(plan: &mut StackPlan, blueprint: &Blueprint, selection: &BTreeSet<Address>) {
    let mut wanted = selection.clone();
    let mut open: Vec<_> = selection.iter().cloned().collect();
    while let Some(address) = open.pop() {
        let needs = blueprint.resources.get(&address).into_iter().flat_map(|resource| resource.edges.keys());
        open.extend(needs.filter(|need| wanted.insert((*need).clone())).cloned().collect::<Vec<_>>());
    }
    plan.changes.retain(|change| wanted.contains(&change.address));
    plan.waiting.retain(|waiting| wanted.contains(&waiting.address));
    plan.ignored.retain(|(address, _)| wanted.contains(address));
    plan.steps.retain(|id, _| wanted.contains(&id.address));
    let left: BTreeSet<_> = plan.steps.keys().cloned().collect();
    for step in plan.steps.values_mut() {
        step.after.retain(|id| left.contains(id));
    }
}
