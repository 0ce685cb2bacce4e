//! New resources that two steps make: who uses them comes after the second.

use super::step_order::StepOrder;
use super::steps::Steps;
use super::types::{Step, StepId, Verb};

/// Lets the users of a new resource wait for the update that completes it, but for those that this needs itself: a service
/// for the providers of its cluster, whose machines need the cluster.
pub(super) fn complete_first(steps: &mut Steps) {
    let is_late = |id: &&StepId| id.verb == Verb::Update && id.id.is_empty();
    let late: Vec<_> = steps.all.keys().filter(is_late).cloned().collect();
    if late.is_empty() {
        return;
    }
    let mut order = StepOrder::of(steps);
    for update in &late {
        let create = StepId::new(&update.address, Verb::Create, "");
        // Of two that complete each other's circle, neither waits for the other.
        let uses = |(id, step): &(&StepId, &Step)| {
            id.address != create.address && step.after.contains(&create) && !late.contains(*id)
        };
        for (user, _) in steps.all.iter().filter(uses) {
            order.add(user, update);
        }
    }
    order.write(steps);
}
