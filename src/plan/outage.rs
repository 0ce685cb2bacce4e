//! Short outages: a resource that is deleted before its successor is created goes as late as it can, once everything else
//! that the successor needs is there.

use super::circles::delete_first;
use super::decide::Decisions;
use super::step_order::StepOrder;
use super::steps::Steps;
use super::types::{StepId, Verb};

/// Lets such a deletion wait for what the successor waits for: nothing stands in its place for as long as the successor
/// alone takes, and where something that it needs can't be made, the old one stays.
pub(super) fn shorten(decisions: &Decisions, steps: &mut Steps) {
    let mut order = StepOrder::of(steps);
    for (address, live) in delete_first(decisions) {
        let deletion = StepId::new(address, Verb::Delete, &live.id);
        order.outlast_needs(&deletion, &StepId::new(address, Verb::Create, ""));
    }
    order.write(steps);
}
