//! The parts of a value that a comparison tells apart: fields of objects, elements of keyed lists and of sets.

use std::collections::HashSet;

use serde_json::Value;

use super::keyed::element_key;
use super::{Facts, Schema, pointer};

/// Calls `visit` with every part of the value at a path. The elements of a set all have the path of their list.
fn walk(facts: &Facts, schema: &Schema, path: &str, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    let node = schema.node(path).unwrap_or(&Value::Null);
    let list = path.rsplit_once('/').map_or("", |(list, _)| list);
    let walk = Walk { facts, schema };
    // An element has the same parts alone as within its list.
    match (value, walk.key(list)) {
        (Value::Object(_), Some(key)) => walk.element(path, key, node, value, visit),
        _ => walk.go(path, node, value, visit),
    }
}

/// Returns the parts of the value at a path, each as one text. What is sensitive is known by its place alone.
pub fn texts(facts: &Facts, schema: &Schema, path: &str, value: &Value) -> Vec<String> {
    let is_sensitive = |at: &str| facts.sensitive.iter().any(|pattern| pointer::covers(pattern, at));
    let mut texts = Vec::new();
    walk(facts, schema, path, value, &mut |at, part| {
        texts.push(if is_sensitive(at) { at.to_owned() } else { format!("{at}\n{part}") });
    });
    texts
}

/// Returns what the lists of a set that differ have each alone: what goes, and what comes. Nothing if the path is no set's.
pub fn set_delta<'a>(
    schema: &Schema,
    path: &str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
) -> Option<(Vec<&'a Value>, Vec<&'a Value>)> {
    if !schema.is_set(schema.node(path)?) {
        return None;
    }
    let items = |value: Option<&'a Value>| value.and_then(Value::as_array).into_iter().flatten().collect::<Vec<_>>();
    let (before, after) = (items(before), items(after));
    let alone = |these: &[&'a Value], those: &[&'a Value]| -> Vec<&'a Value> {
        let those: HashSet<_> = those.iter().collect();
        these.iter().filter(|item| !those.contains(item)).copied().collect()
    };
    Some((alone(&before, &after), alone(&after, &before)))
}

struct Walk<'a> {
    facts: &'a Facts,
    schema: &'a Schema,
}

impl Walk<'_> {
    /// The property that tells the elements of a keyed list apart.
    fn key(&self, at: &str) -> Option<&'static str> {
        self.facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, at)).map(|(_, key)| *key)
    }

    fn go(&self, at: &str, node: &Value, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
        let child = |step: &str| self.schema.child(node, step).unwrap_or(&Value::Null);
        match (value, self.key(at)) {
            (Value::Null, _) => {}
            (Value::Object(map), _) if !map.is_empty() => {
                for (name, inner) in map {
                    self.go(&pointer::join(at, name), child(name), inner, visit);
                }
            }
            (Value::Array(list), Some(key)) => {
                for item in list {
                    self.element(&pointer::join(at, &element_key(item, key)), key, child("0"), item, visit);
                }
            }
            (Value::Array(list), None) if self.schema.is_set(node) => list.iter().for_each(|item| visit(at, item)),
            (other, _) => visit(at, other),
        }
    }

    /// The element of a keyed list: its key is in the path.
    fn element(&self, at: &str, key: &str, node: &Value, item: &Value, visit: &mut impl FnMut(&str, &Value)) {
        let others = item.as_object().into_iter().flatten().filter(|(name, inner)| *name != key && !inner.is_null());
        let mut is_bare = true;
        for (name, inner) in others {
            is_bare = false;
            let child = self.schema.child(node, name).unwrap_or(&Value::Null);
            self.go(&pointer::join(at, name), child, inner, visit);
        }
        if is_bare {
            visit(at, &Value::Null);
        }
    }
}
