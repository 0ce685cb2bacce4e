//! Values at JSON pointers whose steps may be the keys of keyed lists: `/ContainerDefinitions/web/Image`.

use serde_json::Value;

use super::{Facts, pointer};

/// Returns the value at a path, if there is one.
pub fn get<'a>(facts: &Facts, value: &'a Value, path: &str) -> Option<&'a Value> {
    value.pointer(&indexed(facts, value, path)?)
}

/// Sets or removes the value at a path. A missing element or property is added to its list or object; a path whose
/// parent is missing changes nothing.
pub fn set(facts: &Facts, value: &mut Value, path: &str, new: Option<&Value>) {
    if path.is_empty() {
        *value = new.cloned().unwrap_or(Value::Null);
        return;
    }
    let (parent, last) = path.rsplit_once('/').unwrap_or(("", path));
    let Some(at) = indexed(facts, value, parent) else { return };
    let index = indexed(facts, value, path).and_then(|full| full.rsplit('/').next().and_then(|step| step.parse().ok()));
    match (value.pointer_mut(&at), new) {
        (Some(Value::Object(map)), Some(new)) => {
            map.insert(pointer::steps(&format!("/{last}")).next().unwrap_or_default(), new.clone());
        }
        (Some(Value::Object(map)), None) => {
            map.remove(&pointer::steps(&format!("/{last}")).next().unwrap_or_default());
        }
        (Some(Value::Array(list)), new) => match (index.filter(|index| *index < list.len()), new) {
            (Some(index), Some(new)) => list[index] = new.clone(),
            (Some(index), None) => drop(list.remove(index)),
            (None, Some(new)) => list.push(new.clone()),
            (None, None) => {}
        },
        _ => {}
    }
}

/// The same for whoever may name an element of a keyed list by its index as well: what has such a key comes first.
pub fn find<'a>(facts: &Facts, value: &'a Value, path: &str) -> Option<&'a Value> {
    value.pointer(&resolved(facts, value, path, true)?)
}

/// Turns the keys in a path into indices; none if something on the way is missing.
pub fn indexed(facts: &Facts, value: &Value, path: &str) -> Option<String> {
    resolved(facts, value, path, false)
}

fn resolved(facts: &Facts, value: &Value, path: &str, or_by_index: bool) -> Option<String> {
    let (mut at, mut real, mut here) = (String::new(), String::new(), value);
    for step in pointer::steps(path) {
        let actual = match (here, key_of(facts, &at)) {
            (Value::Array(list), Some(key)) => match list.iter().position(|item| element_key(item, key) == step) {
                Some(index) => index.to_string(),
                None if or_by_index => step.clone(),
                None => return None,
            },
            _ => step.clone(),
        };
        at = pointer::join(&at, &step);
        real = pointer::join(&real, &actual);
        here = match here {
            Value::Array(list) => list.get(actual.parse::<usize>().ok()?)?,
            Value::Object(map) => map.get(&step)?,
            _ => return None,
        };
    }
    Some(real)
}

/// Turns the indices of elements of keyed lists into their keys.
pub fn named(facts: &Facts, value: &Value, path: &str) -> String {
    pointer::steps(path).fold(Trail::new(value), |trail, step| trail.down(facts, &step)).named
}

/// How far a path has been followed: under the name that plans use, and the value there.
#[derive(Clone, Debug)]
pub struct Trail<'a> {
    pub named: String,
    here: Option<&'a Value>,
}

impl<'a> Trail<'a> {
    pub fn new(value: &'a Value) -> Self {
        Self { named: String::new(), here: Some(value) }
    }

    /// One step further, which names an element of a list by its index.
    #[must_use]
    pub fn down(mut self, facts: &Facts, step: &str) -> Self {
        let element = match self.here {
            Some(Value::Array(list)) => step.parse::<usize>().ok().and_then(|index| list.get(index)),
            _ => None,
        };
        let key = element.and_then(|item| Some(element_key(item, key_of(facts, &self.named)?)));
        self.here = match self.here {
            Some(Value::Object(map)) => map.get(step),
            _ => element,
        };
        pointer::push(&mut self.named, key.as_deref().unwrap_or(step));
        self
    }
}

/// The property by which the elements of the list at a path are told apart.
fn key_of(facts: &Facts, named: &str) -> Option<&'static str> {
    facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, named)).map(|(_, key)| *key)
}

/// The text by which an element of a keyed list is known.
pub fn element_key(item: &Value, key: &str) -> String {
    match item.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
