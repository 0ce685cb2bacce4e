//! What waits for a person, and what that holds back of a resource that can do without it for now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Decider, Left, LeftOut};
use crate::blueprint::Resource;
use crate::plan::fate::Fate;
use crate::plan::late::{self, Late};
use crate::resource::{Address, Live, Recorded, Shape, key, parts, pointer, resolve};

impl Decider<'_> {
    /// Returns whether a resource waits for a person, or is held by one that does.
    pub(super) fn is_waiting(&self, address: &Address) -> bool {
        match self.fates.get(address) {
            Some(Fate::Held { .. }) => true,
            Some(Fate::Keep { waiting, .. }) => waiting.is_some(),
            Some(Fate::Create { .. } | Fate::Replace { .. }) => {
                self.facts(address).is_some_and(|facts| facts.awaits_person)
            }
            _ => false,
        }
    }

    /// Resolves the spec and leaves out, of its late properties, what refers to something that is held or unknown; what is
    /// live there stays.
    pub(super) fn without_held(&self, resource: &Resource, shape: &dyn Shape, live: Option<&Live>) -> Value {
        let facts = shape.facts();
        let mut spec = resolve(&resource.spec, &|reference| self.lookup(reference));
        let record = Recorded::read(live.and_then(|live| live.tags.get(key::DIGEST)));
        let is_foreign = |path: &str, item: &Value| {
            let texts = parts::texts(facts, shape.schema(), path, &Value::from(vec![item.clone()]));
            record.had(facts.digested(path), texts) == Some(false)
        };
        let live = live.map(|live| &live.spec);
        let late = Late { facts, resource, live, is_foreign: &is_foreign };
        for (property, targets) in self.held_properties(resource) {
            late.leave_out(property, &self.shared_with(&targets), &mut spec);
        }
        for property in self.beside_held(resource) {
            pointer::set_property(&mut spec, property, live.and_then(|live| live.pointer(property)).cloned());
        }
        spec
    }

    /// The properties that do not count as applied, and what of their lists does.
    pub(super) fn left_out(&self, resource: &Resource) -> LeftOut {
        let shape = self.shapes[resource.address.kind.as_str()];
        let mut all = LeftOut::new();
        for (property, targets) in self.held_properties(resource) {
            let applied = late::applied(resource, property, &self.shared_with(&targets)).and_then(|list| {
                let mut spec = resolve(&resource.spec, &|reference| self.lookup(reference));
                pointer::set_property(&mut spec, property, Some(resolve(&list, &|reference| self.lookup(reference))));
                shape.normalise(spec).ok()?.pointer(property).cloned()
            });
            all.insert(property, Left { applied, waits: true });
        }
        let beside = self.beside_held(resource).into_iter();
        all.extend(beside.map(|property| (property, Left { applied: None, waits: true })));
        all.extend(self.kept_properties(&resource.address));
        all.extend(self.unsent(resource).into_iter().map(|property| (property, Left { applied: None, waits: false })));
        all
    }

    /// What says only how changes are carried out, of what has none: nothing is recorded for it.
    fn unsent(&self, resource: &Resource) -> Vec<&'static str> {
        let (Some(Fate::Keep { live, .. } | Fate::Wait { live }), sent) =
            (self.fates.get(&resource.address), self.shapes[resource.address.kind.as_str()].facts().sent_along)
        else {
            return Vec::new();
        };
        let record = Recorded::read(live.tags.get(key::DIGEST));
        let is_other = |path: &&&str| resource.is_changed_since(&record, pointer::property(path));
        sent.iter().filter(is_other).copied().collect()
    }

    /// The properties that count only beside a late one that is left out as a whole.
    fn beside_held(&self, resource: &Resource) -> Vec<&'static str> {
        let held = self.held_properties(resource);
        let is_gone = |late: &str| {
            let targets = held.get(late);
            targets.is_some_and(|targets| late::is_whole(resource, late, &self.shared_with(targets)))
        };
        let beside = self.shapes[resource.address.kind.as_str()].facts().beside_late;
        beside.iter().filter(|(_, late)| is_gone(late)).map(|(property, _)| *property).collect()
    }

    /// The late properties that need something held, or blocked and not there, and what.
    fn held_properties<'r>(&self, resource: &'r Resource) -> BTreeMap<&'static str, Vec<&'r Address>> {
        let late = self.shapes[resource.address.kind.as_str()].facts().late;
        let is_held = |target: &Address| {
            self.is_waiting(target) || matches!(self.fates.get(target), Some(Fate::Blocked { live: None, .. }))
        };
        let mut properties: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (target, pointers) in resource.edges.iter().filter(|(target, _)| is_held(target)) {
            for at in pointers {
                if let Some(property) = late.iter().find(|pattern| pointer::covers(pattern, at)) {
                    properties.entry(*property).or_default().push(target);
                }
            }
        }
        properties
    }

    /// The resources by which an element shows that it needs one of the targets: these, and what they refer to.
    fn shared_with(&self, targets: &[&Address]) -> BTreeSet<Address> {
        let resources = &self.input.blueprint.resources;
        let theirs = targets.iter().filter_map(|target| resources.get(*target)).flat_map(|target| target.edges.keys());
        targets.iter().copied().chain(theirs).cloned().collect()
    }
}
