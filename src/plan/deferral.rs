//! Deferrable properties whose targets are not there yet: the elements that are left out, and those that stay.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::blueprint::Resource;
use crate::resource::{Address, Facts, Reference, keyed, pointer};

/// Leaves out of a resource's deferrable properties.
pub(super) struct Deferral<'a> {
    pub(super) facts: &'a Facts,
    pub(super) resource: &'a Resource,
    pub(super) live: Option<&'a Value>,
    /// Whether a live element of a list is known to be none that we put there.
    pub(super) is_foreign: &'a dyn Fn(&str, &Value) -> bool,
}

impl Deferral<'_> {
    /// Leaves out of a deferrable property what needs something that is held: single elements of a list if they can be told
    /// by what they refer to, else the whole. What is live in their place stays, but not what somebody else put there.
    pub(super) fn leave_out(&self, property: &str, needed: &BTreeSet<Address>, spec: &mut Value) {
        let live = self.live.and_then(|live| live.pointer(property));
        let key = self.facts.keyed.iter().find(|(pattern, _)| *pattern == property).map(|(_, key)| *key);
        let held = held(self.resource, property, needed);
        let wanted = spec.pointer(property).and_then(Value::as_array).filter(|_| !held.is_empty());
        let left = match (wanted, live.and_then(Value::as_array)) {
            (Some(list), _) if held.len() < list.len() => Some(others(list, &held, |item| live_twin(live, item, key?))),
            (Some(list), Some(_)) if key.is_some() => Some(others(list, &held, |item| live_twin(live, item, key?))),
            (Some(_), Some(there)) => {
                Some(there.iter().filter(|item| !(self.is_foreign)(property, item)).cloned().collect())
            }
            _ => live.cloned(),
        };
        pointer::set_property(spec, property, left);
    }
}

/// What of a deferrable property's list does not need something that is held; nothing if that can't be told.
pub(super) fn applied(resource: &Resource, property: &str, needed: &BTreeSet<Address>) -> Option<Value> {
    let list = resource.spec.pointer(property)?.as_array()?;
    let held = held(resource, property, needed);
    (!held.is_empty() && held.len() < list.len()).then(|| others(list, &held, |_| None))
}

/// A list with something else, or nothing, in place of what is held.
fn others(list: &[Value], held: &BTreeSet<usize>, instead: impl Fn(&Value) -> Option<Value>) -> Value {
    let kept = list
        .iter()
        .enumerate()
        .filter_map(|(index, item)| if held.contains(&index) { instead(item) } else { Some(item.clone()) });
    kept.collect()
}

/// Returns whether all of a deferrable property has to be left out: each of its elements, or none that can be told.
pub(super) fn is_whole(resource: &Resource, property: &str, needed: &BTreeSet<Address>) -> bool {
    let all = resource.spec.pointer(property).and_then(Value::as_array).map_or(0, Vec::len);
    let held = held(resource, property, needed).len();
    held == 0 || held == all
}

/// The elements of a deferrable property that need something that is held.
fn held(resource: &Resource, property: &str, needed: &BTreeSet<Address>) -> BTreeSet<usize> {
    let elements = resource.spec.pointer(property).and_then(Value::as_array);
    let held = elements.into_iter().flatten().enumerate().filter(|(_, item)| refers(item, needed));
    held.map(|(index, _)| index).collect()
}

fn refers(item: &Value, needed: &BTreeSet<Address>) -> bool {
    Reference::all_in(item).iter().any(|(_, reference)| needed.contains(&reference.address))
}

/// The live element of the same key.
fn live_twin(live: Option<&Value>, item: &Value, key: &str) -> Option<Value> {
    let name = keyed::element_key(item, key);
    live?.as_array()?.iter().find(|twin| keyed::element_key(twin, key) == name).cloned()
}
