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

/// Turns the keys in a path into indices; none if something on the way is missing.
pub fn indexed(facts: &Facts, value: &Value, path: &str) -> Option<String> {
    let (mut at, mut real, mut here) = (String::new(), String::new(), value);
    for step in pointer::steps(path) {
        let key = facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, &at)).map(|(_, key)| *key);
        let actual = match (here, key) {
            (Value::Array(list), Some(key)) => list.iter().position(|item| element_key(item, key) == step)?.to_string(),
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
    let (mut named, mut here) = (String::new(), Some(value));
    for step in pointer::steps(path) {
        let key = facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, &named)).map(|(_, key)| *key);
        let item = here.and_then(|here| match here {
            Value::Array(list) => list.get(step.parse::<usize>().ok()?),
            other => other.get(&step),
        });
        let is_element = matches!(here, Some(Value::Array(_)));
        let name = key.filter(|_| is_element).and_then(|key| Some(element_key(item?, key)));
        named = pointer::join(&named, name.as_deref().unwrap_or(&step));
        here = item;
    }
    named
}

/// The text by which an element of a keyed list is known.
pub fn element_key(item: &Value, key: &str) -> String {
    match item.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
