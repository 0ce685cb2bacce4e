//! Resources that wait for a person's action, and the properties of others that are left out until then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::{Decider, Left, LeftOut};
use crate::blueprint::Resource;
use crate::plan::deferral::{self, Deferral};
use crate::plan::verdict::Verdict;
use crate::resource::{Address, LastApplied, Live, Shape, State, key, parts, pointer, resolve, resolve_shared};

impl Decider<'_> {
    /// Returns whether a resource waits for a person, or is held by one that does.
    pub(super) fn is_waiting(&self, address: &Address) -> bool {
        let assumed = &self.input.assumed;
        match self.verdicts.get(address) {
            Some(Verdict::Held { .. }) => true,
            _ if assumed.ready.contains(address) => false,
            // No update makes usable what waits for a person.
            Some(Verdict::Keep { live, .. } | Verdict::Update { live, .. }) => {
                matches!(live.state, State::AwaitsAction(_)) || assumed.waiting.contains(address)
            }
            Some(Verdict::Create { spec, .. } | Verdict::Replace { spec, .. }) => {
                self.shapes.get(address.kind.as_str()).is_some_and(|shape| shape.needs_person(spec))
            }
            _ => false,
        }
    }

    /// Resolves the spec and leaves out, of its deferrable properties, what refers to something that is held or unknown;
    /// what is live there stays.
    pub(super) fn without_held(&self, resource: &Resource, shape: &dyn Shape, live: Option<&Live>) -> Arc<Value> {
        let facts = shape.facts();
        let mut spec = resolve_shared(&resource.spec, &|reference| self.lookup(reference));
        let last_applied = LastApplied::read(live.and_then(|live| live.tags.get(key::DIGEST)));
        let is_foreign = |path: &str, item: &Value| {
            let texts = parts::texts(facts, shape.schema(), path, &Value::from(vec![item.clone()]));
            last_applied.had(facts.digested(path), texts) == Some(false)
        };
        let live = live.map(|live| &live.spec);
        let deferrable = Deferral { facts, resource, live, is_foreign: &is_foreign };
        for (property, targets) in self.held_properties(resource) {
            deferrable.leave_out(property, &self.shared_with(&targets), Arc::make_mut(&mut spec));
        }
        for property in self.beside_held(resource) {
            pointer::set_property(
                Arc::make_mut(&mut spec),
                property,
                live.and_then(|live| live.pointer(property)).cloned(),
            );
        }
        spec
    }

    /// The properties that do not count as applied, and what of their lists does.
    pub(super) fn left_out(&self, resource: &Resource) -> LeftOut {
        let shape = self.shapes[resource.address.kind.as_str()];
        let mut all = LeftOut::new();
        for (property, targets) in self.held_properties(resource) {
            let applied = deferral::applied(resource, property, &self.shared_with(&targets)).and_then(|list| {
                let mut spec = resolve(&resource.spec, &|reference| self.lookup(reference));
                pointer::set_property(&mut spec, property, Some(resolve(&list, &|reference| self.lookup(reference))));
                shape.normalise(spec).ok()?.pointer(property).cloned()
            });
            all.insert(property, Left { applied, waits: true });
        }
        let beside = self.beside_held(resource).into_iter();
        all.extend(beside.map(|property| (property, Left { applied: None, waits: true })));
        all.extend(self.withheld_properties(&resource.address));
        all.extend(self.unsent(resource).into_iter().map(|property| (property, Left { applied: None, waits: false })));
        all
    }

    /// The call parameters of a resource without a change: nothing is recorded for them.
    fn unsent(&self, resource: &Resource) -> Vec<&'static str> {
        let (Some(Verdict::Keep { live, .. } | Verdict::Wait { live }), sent) =
            (self.verdicts.get(&resource.address), self.shapes[resource.address.kind.as_str()].facts().call_parameters)
        else {
            return Vec::new();
        };
        let last_applied = LastApplied::read(live.tags.get(key::DIGEST));
        let is_other = |path: &&&str| resource.is_changed_since(&last_applied, pointer::property(path));
        sent.iter().filter(is_other).copied().collect()
    }

    /// The properties that count only beside a deferrable one that is left out as a whole.
    fn beside_held(&self, resource: &Resource) -> Vec<&'static str> {
        let held = self.held_properties(resource);
        let is_gone = |deferrable: &str| {
            let targets = held.get(deferrable);
            targets.is_some_and(|targets| deferral::is_whole(resource, deferrable, &self.shared_with(targets)))
        };
        let beside = self.shapes[resource.address.kind.as_str()].facts().deferred_with;
        beside.iter().filter(|(_, deferrable)| is_gone(deferrable)).map(|(property, _)| *property).collect()
    }

    /// The deferrable properties that need something held, or blocked and not there, and what.
    fn held_properties<'r>(&self, resource: &'r Resource) -> BTreeMap<&'static str, Vec<&'r Address>> {
        let deferrable = self.shapes[resource.address.kind.as_str()].facts().deferrable;
        let is_held = |target: &Address| {
            self.is_waiting(target) || matches!(self.verdicts.get(target), Some(Verdict::Blocked { live: None, .. }))
        };
        let mut properties: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (target, pointers) in resource.edges.iter().filter(|(target, _)| is_held(target)) {
            for at in pointers {
                if let Some(property) = deferrable.iter().find(|pattern| pointer::covers(pattern, at)) {
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
