//! The values of a resource that are known before the run.

use std::sync::Arc;

use serde_json::Value;

use super::Decider;
use crate::blueprint::Resource;
use crate::plan::answers::only_answers;
use crate::plan::verdict::Verdict;
use crate::resource::{Address, Facts, Reference, pointer};

impl Decider<'_> {
    /// The desired spec with references filled in as far as they are known.
    pub(super) fn resolved(&self, resource: &Resource) -> Arc<Value> {
        let shape = self.shapes[resource.address.kind.as_str()];
        resource.resolved(shape, &|reference| self.lookup(reference))
    }

    pub(super) fn lookup(&self, reference: &Reference) -> Option<Value> {
        match self.verdicts.get(&reference.address) {
            Some(verdict) => verdict.output(reference, self.facts(&reference.address)?),
            None => self.observed.get(&reference.address)?.live()?.output(&reference.output),
        }
    }

    pub(super) fn changes(&self, reference: &Reference) -> bool {
        let facts = self.facts(&reference.address);
        let verdict = self.verdicts.get(&reference.address);
        verdict.zip(facts).is_some_and(|(verdict, facts)| verdict.changes_output(reference, facts))
    }

    pub(super) fn facts(&self, address: &Address) -> Option<&Facts> {
        self.shapes.get(address.kind.as_str()).map(|shape| shape.facts())
    }

    /// The targets that must be in place before the resource, by edges that are neither cut nor deferrable.
    pub(super) fn hard_needs<'r>(&'r self, resource: &'r Resource) -> impl Iterator<Item = &'r Address> + 'r {
        let deferrable = self.shapes[resource.address.kind.as_str()].facts().deferrable;
        resource.edges.iter().filter_map(move |(target, pointers)| {
            let is_deferrable = pointers.iter().all(|at| deferrable.iter().any(|pattern| pointer::covers(pattern, at)));
            (!is_deferrable && !self.order.is_cut(&resource.address, target)).then_some(target)
        })
    }

    /// Whether nothing can be done to a resource because of one that it needs. What it only follows is enough as it stands.
    pub(super) fn is_blocked_by(&self, resource: &Resource, need: &Address) -> bool {
        match self.verdicts.get(need) {
            Some(Verdict::Blocked { live, .. }) => live.is_none() || !resource.only_depends_on(need),
            _ => false,
        }
    }

    /// Whether a resource has to wait for one that itself waits. What it only follows is enough as it stands, and so is what
    /// says what a person is asked for.
    pub(super) fn is_held_by(&self, resource: &Resource, need: &Address) -> bool {
        let stands = self.verdicts.get(need).is_some_and(|verdict| verdict.live().is_some());
        let answers = || self.facts(need).is_some_and(|facts| only_answers(resource, need, facts));
        let is_held = matches!(self.verdicts.get(need), Some(Verdict::Held { .. }));
        self.is_waiting(need) && !(stands && resource.only_depends_on(need)) && (is_held || !answers())
    }

    pub(super) fn names_ours(&self, value: &Value) -> bool {
        let mut ours = false;
        pointer::walk(value, &mut |_, leaf| {
            ours |= leaf.as_str().is_some_and(|text| self.ours.binary_search_by(|own| own.as_str().cmp(text)).is_ok());
        });
        ours
    }
}
