//! Late properties whose targets are not there yet: what is left out of them, and what stays.

use std::collections::BTreeSet;

use serde_json::Value;

use super::decide::set_top;
use crate::blueprint::Resource;
use crate::resource::{Address, Facts, Reference, keyed};

/// Leaves out of a late property what needs something that is held: single elements of a list if they can be told by
/// what they refer to, else the whole. What is live in their place stays.
pub(super) fn leave_out(
    facts: &Facts,
    resource: &Resource,
    property: &str,
    needed: &BTreeSet<Address>,
    live: Option<&Value>,
    spec: &mut Value,
) {
    let live = live.and_then(|live| live.pointer(property));
    match spec.pointer(property).and_then(Value::as_array) {
        Some(list) if !is_whole(resource, property, needed) => {
            let held = held(resource, property, needed);
            let key = facts.keyed.iter().find(|(pattern, _)| *pattern == property).map(|(_, key)| *key);
            let kept = list.iter().enumerate().filter_map(|(index, item)| {
                if held.contains(&index) { live_twin(live, item, key?) } else { Some(item.clone()) }
            });
            let kept = kept.collect();
            set_top(spec, property, Some(kept));
        }
        _ => set_top(spec, property, live.cloned()),
    }
}

/// Returns whether all of a late property has to be left out: each of its elements, or none that can be told.
pub(super) fn is_whole(resource: &Resource, property: &str, needed: &BTreeSet<Address>) -> bool {
    let all = resource.spec.pointer(property).and_then(Value::as_array).map_or(0, Vec::len);
    let held = held(resource, property, needed).len();
    held == 0 || held == all
}

/// The elements of a late property that need something that is held.
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
