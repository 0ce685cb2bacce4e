use std::collections::{BTreeMap, BTreeSet};

use super::steps::Steps;
use super::types::StepId;

/// Which step comes after which, to add to without making a circle.
pub(super) struct StepOrder {
    index: BTreeMap<StepId, usize>,
    after: Vec<BTreeSet<usize>>,
}

impl StepOrder {
    pub(super) fn of(steps: &Steps) -> Self {
        let index: BTreeMap<_, _> = steps.all.keys().cloned().enumerate().map(|(i, id)| (id, i)).collect();
        let before = |id: &StepId| index.get(id).copied();
        let after = steps.all.values().map(|step| step.after.iter().filter_map(before).collect()).collect();
        Self { index, after }
    }

    /// Lets `later` come after `earlier`, unless that comes after it already; returns whether it comes after.
    pub(super) fn add(&mut self, later: &StepId, earlier: &StepId) -> bool {
        let (Some(later), Some(earlier)) = (self.index.get(later), self.index.get(earlier)) else { return true };
        if self.after[*later].contains(earlier) {
            return true;
        }
        let is_free = !self.leads(*earlier, *later);
        if is_free {
            self.after[*later].insert(*earlier);
        }
        is_free
    }

    /// Lets a step wait for the last steps before `successor` that do not themselves come after it. Of what does come after
    /// it, it waits for what that needs.
    pub(super) fn outlast_needs(&mut self, step: &StepId, successor: &StepId) {
        let (Some(step), Some(successor)) = (self.index.get(step), self.index.get(successor)) else { return };
        let waiting = self.all_after(*step);
        let (mut open, mut seen) = (vec![*successor], BTreeSet::from([*successor]));
        while let Some(one) = open.pop() {
            let before = self.after[one].iter().filter(|before| seen.insert(**before));
            open.extend(before.filter(|before| waiting.contains(before)));
        }
        self.after[*step].extend(&seen - &waiting);
    }

    /// A step, and all that come after it, directly or through others.
    fn all_after(&self, step: usize) -> BTreeSet<usize> {
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.after.len()];
        for (later, before) in self.after.iter().enumerate() {
            before.iter().for_each(|earlier| next[*earlier].push(later));
        }
        let (mut open, mut seen) = (vec![step], BTreeSet::from([step]));
        while let Some(one) = open.pop() {
            open.extend(next[one].iter().filter(|later| seen.insert(**later)));
        }
        seen
    }

    /// Whether a step comes, directly or through others, after `to`.
    fn leads(&self, from: usize, to: usize) -> bool {
        let (mut open, mut seen) = (vec![from], BTreeSet::from([from]));
        while let Some(next) = open.pop() {
            if next == to {
                return true;
            }
            open.extend(self.after[next].iter().filter(|before| seen.insert(**before)));
        }
        false
    }

    pub(super) fn write(self, steps: &mut Steps) {
        let ids: Vec<_> = self.index.into_keys().collect();
        for (step, after) in steps.all.values_mut().zip(&self.after) {
            step.after.extend(after.iter().map(|before| ids[*before].clone()));
        }
    }
}
