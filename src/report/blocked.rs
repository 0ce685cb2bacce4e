//! Blocked changes by their cause: the cause once, then the resources that need the blocked one.

use std::collections::{BTreeMap, BTreeSet};

use super::order::by_risk;
use crate::plan::{Action, Change, StackPlan, needed};
use crate::resource::Address;

/// Blocked changes that have one cause.
pub(super) struct BlockedGroup<'a> {
    /// The changes that are blocked by themselves, for the same reason; the first stands for them.
    pub causes: Vec<&'a Change>,
    /// The changes that need one of them, directly or not.
    pub held: Vec<&'a Change>,
}

impl<'a> BlockedGroup<'a> {
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

    /// The others that have fields of their own to show.
    pub(super) fn unfolded(&self) -> impl Iterator<Item = &'a Change> {
        self.causes[1..].iter().chain(&self.held).copied().filter(|change| !change.fields.is_empty())
    }
}

/// All that is blocked, cause by cause.
pub(super) fn blocked_groups(plan: &StackPlan) -> Vec<BlockedGroup<'_>> {
    let blocked: Vec<_> = by_risk(plan).into_iter().filter(|change| change.action == Action::Blocked).collect();
    let by_address: BTreeMap<&Address, &Change> = blocked.iter().map(|change| (&change.address, *change)).collect();
    let mut blocked_groups: Vec<BlockedGroup<'_>> = Vec::new();
    let (held, causes) = blocked.iter().partition::<Vec<&Change>, _>(|change| root(change, &by_address).is_some());
    for change in causes {
        match blocked_groups.iter_mut().find(|group| group.first().notes == change.notes) {
            Some(same) => same.causes.push(change),
            None => blocked_groups.push(BlockedGroup { causes: vec![change], held: Vec::new() }),
        }
    }
    for change in held {
        let root = root(change, &by_address);
        let is_cause = |group: &BlockedGroup<'_>| group.causes.iter().any(|cause| Some(&cause.address) == root);
        match blocked_groups.iter_mut().find(|group| is_cause(group)) {
            Some(group) => group.held.push(change),
            // A circle of needs has no end: whatever is told first stands for it.
            None => blocked_groups.push(BlockedGroup { causes: vec![change], held: Vec::new() }),
        }
    }
    blocked_groups
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
