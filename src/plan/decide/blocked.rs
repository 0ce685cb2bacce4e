//! A blocked resource still shows its differences, as far as they are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::Decider;
use crate::blueprint::Resource;
use crate::plan::fields::{Compared, Comparison};
use crate::plan::observed::Observed;
use crate::plan::types::Field;
use crate::plan::verdict::Verdict;
use crate::resource::{Facts, LastApplied, Live, Reference, Shape, State, is_open, key, keyed, pointer, resolve};

impl Decider<'_> {
    /// The verdict of what can't be done, and why.
    pub(super) fn blocked(&self, resource: &Resource, live: Option<&Arc<Live>>, why: String) -> Verdict {
        let live = live.filter(|live| live.state != State::Deleting);
        let fields = live.map(|live| self.differences(resource, live)).unwrap_or_default();
        Verdict::Blocked { live: live.cloned(), why, unreadable: false, fields }
    }

    /// Compares a live resource with what is desired of it now.
    pub(super) fn compared(&self, resource: &Resource, shape: &dyn Shape, live: &Live, desired: Value) -> Compared {
        let facts = shape.facts();
        let changes = |reference: &Reference| self.changes(reference);
        let settle = |value: &Value| resolve(value, &|reference| self.lookup(reference));
        let is_ours = |value: &Value| self.names_ours(value);
        let comparing = Comparison {
            shape,
            facts,
            resource,
            live,
            mode: self.input.mode,
            today: self.input.today(),
            changes: &changes,
            settle: &settle,
            is_ours: &is_ours,
        };
        comparing.run(desired)
    }

    fn differences(&self, resource: &Resource, live: &Live) -> Vec<Field> {
        let shape = self.shapes[resource.address.kind.as_str()];
        let mut spec = Arc::unwrap_or_clone(self.without_held(resource, shape, Some(live)));
        self.presume(resource, shape.facts(), live, &mut spec);
        let desired = shape.normalise(spec);
        let compared = desired.map(|desired| self.compared(resource, shape, live, desired));
        compared.map(|all| all.fields.into_iter().chain(all.unpruned).collect()).unwrap_or_default()
    }

    /// Takes what is live for what refers to something that is there and can't be told: that is no difference.
    fn presume(&self, resource: &Resource, facts: &Facts, live: &Live, spec: &mut Value) {
        let last_applied = LastApplied::read(live.tags.get(key::DIGEST));
        let unknown = resource
            .edges
            .iter()
            .filter(|(target, _)| matches!(self.observed.get(target), Some(Observed::Unknown { .. })));
        // A dependency without a reference has no place in the spec.
        let places: BTreeSet<&String> =
            unknown.flat_map(|(_, pointers)| pointers).filter(|at| !at.is_empty()).collect();
        for at in places {
            let property = pointer::property(at);
            if !spec.pointer(at).is_some_and(is_open) || resource.is_changed_since(&last_applied, property) {
                continue;
            }
            let parent = at.rsplit_once('/').map_or("", |(parent, _)| parent);
            let is_listed = spec.pointer(parent).is_some_and(Value::is_array);
            let place = if is_listed { parent } else { at.as_str() };
            let there = keyed::get(facts, &live.spec, &keyed::named(facts, spec, place));
            let there = match spec.pointer(place) {
                Some(Value::Array(list)) => there.and_then(Value::as_array).and_then(|there| completed(list, there)),
                _ => there.cloned(),
            };
            if let (Some(there), Some(place)) = (there, spec.pointer_mut(place)) {
                *place = there;
            }
        }
    }
}

/// A list in which what is not known is what is live and not in it otherwise, if there are as many of the ones as of the
/// others.
fn completed(list: &[Value], live: &[Value]) -> Option<Value> {
    let (open, known): (Vec<_>, Vec<_>) = list.iter().partition(|item| is_open(item));
    let others: Vec<_> = live.iter().filter(|item| !known.contains(item)).collect();
    (open.len() == others.len()).then(|| known.into_iter().chain(others).cloned().collect())
}
