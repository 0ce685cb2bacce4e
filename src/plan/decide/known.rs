//! What is known of a resource's values before the run.

use serde_json::Value;

use super::Decider;
use crate::blueprint::Resource;
use crate::plan::fate::Fate;
use crate::resource::{Address, Facts, Reference, pointer, resolve};

impl Decider<'_> {
    /// The desired spec with references filled in as far as they are known.
    pub(super) fn resolved(&self, resource: &Resource) -> Value {
        let known = resolve(&resource.spec, &|reference| self.lookup(reference));
        let shape = self.shapes[resource.address.kind.as_str()];
        shape.normalise(known.clone()).unwrap_or(known)
    }

    pub(super) fn lookup(&self, reference: &Reference) -> Option<Value> {
        match self.fates.get(&reference.address) {
            Some(fate) => fate.output(reference, self.facts(&reference.address)?),
            None => self.standings.get(&reference.address)?.live()?.output(&reference.output),
        }
    }

    pub(super) fn changes(&self, reference: &Reference) -> bool {
        let facts = self.facts(&reference.address);
        let fate = self.fates.get(&reference.address);
        fate.zip(facts).is_some_and(|(fate, facts)| fate.changes_output(reference, facts))
    }

    pub(super) fn facts(&self, address: &Address) -> Option<&Facts> {
        self.shapes.get(address.kind.as_str()).map(|shape| shape.facts())
    }

    /// The targets that must be in place before the resource, by edges that are neither cut nor late.
    pub(super) fn hard_needs<'r>(&'r self, resource: &'r Resource) -> impl Iterator<Item = &'r Address> + 'r {
        let late = self.shapes[resource.address.kind.as_str()].facts().late;
        resource.edges.iter().filter_map(move |(target, pointers)| {
            let is_late = pointers.iter().all(|at| late.iter().any(|pattern| pointer::covers(pattern, at)));
            (!is_late && !self.order.is_cut(&resource.address, target)).then_some(target)
        })
    }

    /// Whether nothing can be done to a resource because of one that it needs. What it only follows is enough as it stands.
    pub(super) fn is_blocked_by(&self, resource: &Resource, need: &Address) -> bool {
        match self.fates.get(need) {
            Some(Fate::Blocked { live, .. }) => live.is_none() || !resource.only_follows(need),
            _ => false,
        }
    }

    /// Whether a resource has to wait for one that itself waits. What it only follows is enough as it stands.
    pub(super) fn is_held_by(&self, resource: &Resource, need: &Address) -> bool {
        let stands = self.fates.get(need).is_some_and(|fate| fate.live().is_some());
        self.is_waiting(need) && !(stands && resource.only_follows(need))
    }

    pub(super) fn names_ours(&self, value: &Value) -> bool {
        let mut ours = false;
        pointer::walk(value, &mut |_, leaf| {
            ours |= leaf.as_str().is_some_and(|text| self.ours.binary_search_by(|own| own.as_str().cmp(text)).is_ok());
        });
        ours
    }
}
