//! Which resource uses which: a user could no longer do its work without the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::split::is_granted;
use crate::blueprint::Blueprint;
use crate::plan::dependents::LiveByHandle;
use crate::plan::live_edges::LiveEdges;
use crate::plan::order::Shapes;
use crate::resource::{Address, Live};

/// By resource, who uses it: by reference, live or desired, or because it follows it.
///
/// A rule that admits a group does not use that group: what is granted is no use.
#[derive(Debug, Default)]
pub(in crate::plan) struct Users {
    users: BTreeMap<Address, BTreeSet<Address>>,
}

impl Users {
    pub(in crate::plan) fn of(
        blueprint: &Blueprint,
        shapes: &Shapes<'_>,
        edges: &LiveEdges,
        all: &[(&Address, &Arc<Live>)],
    ) -> Self {
        let mut users = Self::default();
        let is_use = |from: &Address, pointers: &BTreeSet<String>| {
            let facts = shapes.get(from.kind.as_str()).map(|shape| shape.facts());
            facts.is_none_or(|facts| pointers.iter().any(|at| !is_granted(facts, at)))
        };
        for (from, resource) in &blueprint.resources {
            let targets = resource.edges.iter().filter(|(_, pointers)| is_use(from, pointers));
            targets.for_each(|(target, _)| users.add(from, target));
        }
        for (from, targets) in &edges.out {
            let targets = targets.iter().filter(|(_, pointers)| is_use(&from.address, pointers));
            targets.for_each(|(target, _)| users.add(&from.address, &target.address));
        }
        let there = LiveByHandle::of(all.iter().copied());
        for (from, live) in all {
            let Some(shape) = shapes.get(from.kind.as_str()) else { continue };
            for (target, _) in all.iter().filter(|(target, other)| {
                target != from && shape.depends_on(&live.spec, target, &other.spec, &there).is_some()
            }) {
                users.add(from, target);
            }
        }
        users
    }

    fn add(&mut self, from: &Address, target: &Address) {
        if from != target {
            self.users.entry(target.clone()).or_default().insert(from.clone());
        }
    }

    /// Those who use a resource themselves.
    pub(in crate::plan) fn direct(&self, used: &Address) -> BTreeSet<Address> {
        self.users.get(used).cloned().unwrap_or_default()
    }

    /// All who use one of these, directly or through others.
    pub(in crate::plan) fn all(&self, used: impl IntoIterator<Item = Address>) -> BTreeSet<Address> {
        let mut open: Vec<Address> = used.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(next) = open.pop() {
            let users = self.users.get(&next).into_iter().flatten();
            open.extend(users.filter(|user| found.insert((*user).clone())).cloned().collect::<Vec<_>>());
        }
        found
    }
}
