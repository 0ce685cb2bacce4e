use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::{Step, StepId};

/// The seconds from each step's start to the end of the longest chain behind it.
pub(super) fn tails(steps: &BTreeMap<StepId, Arc<Step>>) -> BTreeMap<StepId, u32> {
    let mut behind: BTreeMap<&StepId, Vec<&StepId>> = BTreeMap::new();
    for step in steps.values() {
        for before in &step.after {
            behind.entry(before).or_default().push(&step.id);
        }
    }
    let mut tails = BTreeMap::new();
    for id in steps.keys() {
        tail(id, steps, &behind, &mut tails);
    }
    tails.into_iter().map(|(id, tail)| (id.clone(), tail)).collect()
}

fn tail<'a>(
    id: &'a StepId,
    steps: &'a BTreeMap<StepId, Arc<Step>>,
    behind: &BTreeMap<&'a StepId, Vec<&'a StepId>>,
    known: &mut BTreeMap<&'a StepId, u32>,
) -> u32 {
    if let Some(tail) = known.get(id) {
        return *tail;
    }
    // A circle would not end; the plan has none, and this keeps a bug from hanging the run.
    known.insert(id, 0);
    let longest = behind.get(id).into_iter().flatten().map(|next| tail(next, steps, behind, known)).max().unwrap_or(0);
    let own = steps.get(id).map_or(0, |step| step.seconds);
    known.insert(id, own + longest);
    own + longest
}
