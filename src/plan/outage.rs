//! What has to go before its successor comes goes as late as it can: once all else that the successor needs is there.

use std::collections::BTreeSet;

use super::circles::delete_first;
use super::decide::Decisions;
use super::steps::Steps;
use super::types::{StepId, Verb};

/// Lets such a deletion wait for what the successor waits for: nothing stands in its place for as long as the successor
/// alone takes, and where something that it needs can't be made, the old one stays. Of what itself waits for the deletion,
/// it waits for what that needs.
pub(super) fn shorten(decisions: &Decisions, steps: &mut Steps) {
    let mut order = Order::of(steps);
    for (address, live) in delete_first(decisions) {
        let deletion = order.index(&StepId::new(address, Verb::Delete, &live.id));
        let create = order.index(&StepId::new(address, Verb::Create, ""));
        if let Some((deletion, create)) = deletion.zip(create) {
            let waiting = order.waiting(deletion);
            let ready = order.ready(create, &waiting);
            order.after[deletion].extend(ready);
        }
    }
    let ids = order.ids;
    for (step, after) in steps.all.values_mut().zip(&order.after) {
        step.after.extend(after.iter().map(|before| ids[*before].clone()));
    }
}

/// The steps by number, and after which others each comes.
struct Order {
    ids: Vec<StepId>,
    after: Vec<BTreeSet<usize>>,
}

impl Order {
    fn of(steps: &Steps) -> Self {
        let ids: Vec<StepId> = steps.all.keys().cloned().collect();
        let number = |id: &StepId| ids.binary_search(id).ok();
        let after = steps.all.values().map(|step| step.after.iter().filter_map(number).collect()).collect();
        Self { ids, after }
    }

    fn index(&self, id: &StepId) -> Option<usize> {
        self.ids.binary_search(id).ok()
    }

    /// A step, and all that come after it, directly or through others.
    fn waiting(&self, step: usize) -> BTreeSet<usize> {
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.ids.len()];
        for (later, before) in self.after.iter().enumerate() {
            before.iter().for_each(|earlier| next[*earlier].push(later));
        }
        let (mut open, mut seen) = (vec![step], BTreeSet::from([step]));
        while let Some(one) = open.pop() {
            open.extend(next[one].iter().filter(|later| seen.insert(**later)));
        }
        seen
    }

    /// The last steps before a step that are not among those that wait.
    fn ready(&self, step: usize, waiting: &BTreeSet<usize>) -> BTreeSet<usize> {
        let (mut open, mut seen) = (vec![step], BTreeSet::from([step]));
        while let Some(one) = open.pop() {
            let before = self.after[one].iter().filter(|before| seen.insert(**before));
            open.extend(before.filter(|before| waiting.contains(before)));
        }
        &seen - waiting
    }
}
