//! What can't be done still shows how it differs, as far as that can be told.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::Decider;
use crate::blueprint::Resource;
use crate::plan::fate::Fate;
use crate::plan::fields::{Compared, Comparing};
use crate::plan::input::Mode;
use crate::plan::standing::Standing;
use crate::plan::types::Field;
use crate::resource::{Facts, Live, OPEN, Recorded, Reference, Shape, State, key, keyed, pointer, resolve};

impl Decider<'_> {
    /// The fate of what can't be done, and why.
    pub(super) fn blocked(&self, resource: &Resource, live: Option<&Arc<Live>>, why: String) -> Fate {
        let live = live.filter(|live| live.state != State::Leaving);
        let fields = live.map(|live| self.differences(resource, live)).unwrap_or_default();
        Fate::Blocked { live: live.cloned(), why, unreadable: false, fields }
    }

    /// Compares a live resource with what is desired of it now.
    pub(super) fn compared(&self, resource: &Resource, shape: &dyn Shape, live: &Live, desired: Value) -> Compared {
        let facts = shape.facts();
        let changes = |reference: &Reference| self.changes(reference);
        let settle = |value: &Value| resolve(value, &|reference| self.lookup(reference));
        let is_ours = |value: &Value| self.names_ours(value);
        let comparing = Comparing {
            shape,
            facts,
            resource,
            live,
            only_config: self.input.mode == Mode::OnlyConfig,
            today: self.input.today(),
            changes: &changes,
            settle: &settle,
            is_ours: &is_ours,
        };
        comparing.run(desired)
    }

    fn differences(&self, resource: &Resource, live: &Live) -> Vec<Field> {
        let shape = self.shapes[resource.address.kind.as_str()];
        let mut spec = self.without_held(resource, shape, Some(live));
        self.presume(resource, shape.facts(), live, &mut spec);
        let desired = shape.normalise(spec);
        let compared = desired.map(|desired| self.compared(resource, shape, live, desired));
        compared.map(|all| all.fields.into_iter().chain(all.unmended).collect()).unwrap_or_default()
    }

    /// Takes what is live for what refers to something that is there and can't be told: that is no difference.
    fn presume(&self, resource: &Resource, facts: &Facts, live: &Live, spec: &mut Value) {
        let record = Recorded::read(live.tags.get(key::DIGEST));
        let unknown = resource
            .edges
            .iter()
            .filter(|(target, _)| matches!(self.standings.get(target), Some(Standing::Unknown { .. })));
        // What only follows something has no place for it.
        let places: BTreeSet<&String> =
            unknown.flat_map(|(_, pointers)| pointers).filter(|at| !at.is_empty()).collect();
        for at in places {
            let property = pointer::property(at);
            let is_open = spec.pointer(at).is_some_and(|value| value.to_string().contains(OPEN));
            if !is_open || resource.is_changed_since(&record, property) {
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
    let (open, known): (Vec<_>, Vec<_>) = list.iter().partition(|item| item.to_string().contains(OPEN));
    let others: Vec<_> = live.iter().filter(|item| !known.contains(item)).collect();
    (open.len() == others.len()).then(|| known.into_iter().chain(others).cloned().collect())
}
