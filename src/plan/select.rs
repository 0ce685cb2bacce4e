use std::collections::BTreeSet;

use super::types::StackPlan;
use crate::blueprint::Blueprint;
use crate::resource::Address;

/// The resources asked for and all that they need.
pub(super) fn closure(blueprint: &Blueprint, selection: &BTreeSet<Address>) -> BTreeSet<Address> {
    let mut wanted = selection.clone();
    let mut open: Vec<_> = selection.iter().cloned().collect();
    while let Some(address) = open.pop() {
        let needs = blueprint.resources.get(&address).into_iter().flat_map(|resource| resource.edges.keys());
        open.extend(needs.filter(|need| wanted.insert((*need).clone())).cloned().collect::<Vec<_>>());
    }
    wanted
}

/// Narrows a plan to what is wanted. What others would have to do first for a deletion was left out before.
pub(super) fn narrow(plan: &mut StackPlan, wanted: &BTreeSet<Address>) {
    plan.changes.retain(|change| wanted.contains(&change.address));
    plan.waiting.retain(|waiting| wanted.contains(&waiting.address));
    plan.pending.retain(|later| wanted.contains(&later.address));
    plan.later.retain(|later| wanted.contains(&later.address));
    plan.ignored.retain(|(address, _)| wanted.contains(address));
    plan.left_alone.retain(|left| wanted.contains(&left.address));
    plan.steps.retain(|id, _| wanted.contains(&id.address));
    let left: BTreeSet<_> = plan.steps.keys().cloned().collect();
    for step in plan.steps.values_mut() {
        step.after.retain(|id| left.contains(id));
    }
}
