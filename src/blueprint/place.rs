use serde_json::Value;

use crate::problem::Span;
use crate::resource::{Facts, pointer};
use crate::template::Origins;

/// Returns a pointer with the indices of keyed lists replaced by the elements' keys, as plans name them.
pub(super) fn keyed(facts: &Facts, spec: &Value, at: &str) -> String {
    let mut named = String::new();
    let mut node = Some(spec);
    for step in pointer::steps(at) {
        let element = match node {
            Some(Value::Array(list)) => {
                let key =
                    facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, &named)).map(|(_, key)| *key);
                let item = step.parse::<usize>().ok().and_then(|index| list.get(index));
                key.and_then(|key| Some((item?, element_key(item?, key))))
            }
            _ => None,
        };
        node = match (&element, node) {
            (Some((item, _)), _) => Some(*item),
            (None, Some(Value::Array(list))) => step.parse::<usize>().ok().and_then(|index| list.get(index)),
            (None, Some(Value::Object(map))) => map.get(&step),
            _ => None,
        };
        named = pointer::join(&named, element.as_ref().map_or(&step, |(_, key)| key));
    }
    named
}

/// Returns the value at a pointer whose steps name elements of keyed lists by key or by index.
pub(super) fn value_at<'a>(facts: &Facts, spec: &'a Value, at: &str) -> Option<&'a Value> {
    let mut named = String::new();
    let mut node = spec;
    for step in pointer::steps(at) {
        node = match node {
            Value::Object(map) => map.get(&step)?,
            Value::Array(list) => {
                let key =
                    facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, &named)).map(|(_, key)| *key);
                let by_key = key.and_then(|key| list.iter().find(|item| element_key(item, key) == step));
                by_key.or_else(|| list.get(step.parse::<usize>().ok()?))?
            }
            _ => return None,
        };
        named = pointer::join(&named, &step);
    }
    Some(node)
}

/// Returns origins under the pointers that plans use.
pub(super) fn named_as_in_plans(facts: &Facts, raw: &Value, origins: Origins) -> Origins {
    if facts.keyed.is_empty() {
        return origins;
    }
    let is_below = |at: &str| facts.keyed.iter().any(|(pattern, _)| pointer::covers(pattern, at));
    let named = |at: String| if is_below(&at) { keyed(facts, raw, &at) } else { at };
    origins.into_iter().map(|(at, origin)| (named(at), origin)).collect()
}

/// Returns the place of a pointer: where a person would change the value, or its nearest parent.
pub(super) fn of(origins: &Origins, at: &str) -> Option<Span> {
    let mut at = at;
    loop {
        if let Some(origin) = origins.get(at) {
            return Some(origin.place().clone());
        }
        at = &at[..at.rfind('/')?];
    }
}

fn element_key(item: &Value, key: &str) -> String {
    match item.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
