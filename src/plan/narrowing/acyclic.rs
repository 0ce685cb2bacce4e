use std::collections::{BTreeMap, BTreeSet};

use crate::plan::steps::Steps;
use crate::plan::types::StepId;

/// Which step comes after which, to add to without making a circle.
pub(in crate::plan) struct Acyclic {
    index: BTreeMap<StepId, usize>,
    after: Vec<BTreeSet<usize>>,
}

impl Acyclic {
    pub(in crate::plan) fn of(steps: &Steps) -> Self {
        let index: BTreeMap<_, _> = steps.all.keys().cloned().enumerate().map(|(i, id)| (id, i)).collect();
        let before = |id: &StepId| index.get(id).copied();
        let after = steps.all.values().map(|step| step.after.iter().filter_map(before).collect()).collect();
        Self { index, after }
    }

    /// Lets `later` come after `earlier`, unless that comes after it already; returns whether it comes after.
    pub(in crate::plan) fn add(&mut self, later: &StepId, earlier: &StepId) -> bool {
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

    pub(in crate::plan) fn write(self, steps: &mut Steps) {
        let ids: Vec<_> = self.index.into_keys().collect();
        for (step, after) in steps.all.values_mut().zip(&self.after) {
            step.after.extend(after.iter().map(|before| ids[*before].clone()));
        }
    }
}
