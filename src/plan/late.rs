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
    let elements = resource.spec.pointer(property).and_then(Value::as_array);
    let held: BTreeSet<usize> =
        elements.into_iter().flatten().enumerate().filter(|(_, item)| refers(item, needed)).map(|(i, _)| i).collect();
    match spec.pointer(property).and_then(Value::as_array) {
        Some(list) if !held.is_empty() && held.len() < list.len() => {
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

fn refers(item: &Value, needed: &BTreeSet<Address>) -> bool {
    Reference::all_in(item).iter().any(|(_, reference)| needed.contains(&reference.address))
}

/// The live element of the same key.
fn live_twin(live: Option<&Value>, item: &Value, key: &str) -> Option<Value> {
    let name = keyed::element_key(item, key);
    live?.as_array()?.iter().find(|twin| keyed::element_key(twin, key) == name).cloned()
}
