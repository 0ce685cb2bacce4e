//! What is blocked, by its cause: the cause once, then who needs it.

use std::collections::{BTreeMap, BTreeSet};

use super::order::by_care;
use crate::plan::{Action, Change, StackPlan, needed};
use crate::resource::Address;

/// Blocked changes that have one cause.
pub(super) struct Obstacle<'a> {
    /// Those that it concerns itself, with the same words; the first stands for them.
    pub causes: Vec<&'a Change>,
    /// Those that need one of them, or what does.
    pub held: Vec<&'a Change>,
}

impl<'a> Obstacle<'a> {
    /// The one that stands for its cause.
    pub(super) fn first(&self) -> &'a Change {
        self.causes[0]
    }

    /// The others, which say nothing that is not said, by address: what differs in a resource is told by itself.
    pub(super) fn folded(&self) -> Vec<&'a Change> {
        let others = self.causes[1..].iter().chain(&self.held);
        let mut others: Vec<_> = others.copied().filter(|change| change.fields.is_empty()).collect();
        others.sort_by(|a, b| a.address.cmp(&b.address));
        others
    }

    /// Those among the others that have something of their own to say.
    pub(super) fn unfolded(&self) -> impl Iterator<Item = &'a Change> {
        self.causes[1..].iter().chain(&self.held).copied().filter(|change| !change.fields.is_empty())
    }
}

/// All that is blocked, cause by cause.
pub(super) fn obstacles(plan: &StackPlan) -> Vec<Obstacle<'_>> {
    let blocked: Vec<_> = by_care(plan).into_iter().filter(|change| change.action == Action::Blocked).collect();
    let by_address: BTreeMap<&Address, &Change> = blocked.iter().map(|change| (&change.address, *change)).collect();
    let mut obstacles: Vec<Obstacle<'_>> = Vec::new();
    let (held, causes) = blocked.iter().partition::<Vec<&Change>, _>(|change| root(change, &by_address).is_some());
    for change in causes {
        match obstacles.iter_mut().find(|obstacle| obstacle.first().notes == change.notes) {
            Some(same) => same.causes.push(change),
            None => obstacles.push(Obstacle { causes: vec![change], held: Vec::new() }),
        }
    }
    for change in held {
        let root = root(change, &by_address);
        let is_cause = |obstacle: &Obstacle<'_>| obstacle.causes.iter().any(|cause| Some(&cause.address) == root);
        match obstacles.iter_mut().find(|obstacle| is_cause(obstacle)) {
            Some(obstacle) => obstacle.held.push(change),
            // A circle of needs has no end: whatever is told first stands for it.
            None => obstacles.push(Obstacle { causes: vec![change], held: Vec::new() }),
        }
    }
    obstacles
}

/// The blocked resource at the end of a chain of needs; none for what is blocked by itself.
fn root<'a>(change: &Change, all: &BTreeMap<&'a Address, &'a Change>) -> Option<&'a Address> {
    let next = |change: &Change| all.get_key_value(&needed(change)?).map(|(address, change)| (*address, *change));
    let (mut address, mut at) = next(change)?;
    let mut seen = BTreeSet::from([&change.address]);
    while seen.insert(&at.address) {
        match next(at) {
            Some(further) => (address, at) = further,
            None => break,
        }
    }
    Some(address)
}
