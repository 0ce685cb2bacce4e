//! JSON pointers (RFC 6901), in patterns with `*` for any one step and `**` for any number of them.
//!
//! In lists that are keyed, a step is the element's key instead of its index: `/ContainerDefinitions/web/Image`.

use serde_json::Value;

/// Returns the pointer with one step more, escaped.
pub fn join(pointer: &str, step: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + 1 + step.len());
    joined.push_str(pointer);
    push(&mut joined, step);
    joined
}

/// Appends one step, escaped.
pub fn push(pointer: &mut String, step: &str) {
    pointer.push('/');
    if step.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(step);
    }
}

/// Returns the steps, unescaped.
pub fn steps(pointer: &str) -> impl Iterator<Item = String> {
    let unescaped = |step: &str| step.replace("~1", "/").replace("~0", "~");
    pointer.split('/').skip(1).map(move |step| if step.contains('~') { unescaped(step) } else { step.to_owned() })
}

/// Returns whether `pointer` is what `pattern` names, or lies below it.
pub fn covers(pattern: &str, pointer: &str) -> bool {
    fn below(pattern: Option<&str>, pointer: Option<&str>) -> bool {
        let Some(pattern) = pattern else { return true };
        let (want, wanted) = split(pattern);
        if want == "**" && below(wanted, pointer) {
            return true;
        }
        let Some((step, rest)) = pointer.map(split) else { return false };
        match want {
            "**" => below(Some(pattern), rest),
            "*" => below(wanted, rest),
            _ => want == step && below(wanted, rest),
        }
    }
    below(pattern.strip_prefix('/'), pointer.strip_prefix('/'))
}

/// The first step, and what is behind it.
fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

/// Returns whether `pointer` is exactly what `pattern` names.
pub fn matches(pattern: &str, pointer: &str) -> bool {
    pattern.split('/').count() == pointer.split('/').count() && covers(pattern, pointer)
}

/// Returns the pattern of a pointer whatever place its elements have in their lists: numbers become `*`.
pub fn anywhere(pointer: &str) -> String {
    let is_index = |step: &&str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|step| if is_index(&step) { "*" } else { step }).collect::<Vec<_>>().join("/")
}

/// Returns what `other` names for `pointer`, which `pattern` matches: each `*` of it is the step at which `pattern` has its
/// own in the same order.
pub fn alike(pattern: &str, pointer: &str, other: &str) -> String {
    let mut stars = pattern.split('/').zip(pointer.split('/')).filter(|(step, _)| *step == "*").map(|(_, step)| step);
    let steps = other.split('/').map(|step| if step == "*" { stars.next().unwrap_or(step) } else { step });
    steps.collect::<Vec<_>>().join("/")
}

/// Returns the first step: the top-level property.
pub fn property(pointer: &str) -> &str {
    pointer.split('/').nth(1).unwrap_or("")
}

/// Calls `visit` with the pointer and value of every leaf (no object, no list), in order.
pub fn walk(value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    fn go(at: &mut String, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
        let length = at.len();
        let mut below = |step: &str, value: &Value| {
            push(at, step);
            go(at, value, visit);
            at.truncate(length);
        };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| below(key, value)),
            Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| below(&i.to_string(), value)),
            leaf => visit(at, leaf),
        }
    }
    go(&mut String::new(), value, visit);
}

/// Sets a top-level property named by its pointer, or removes it.
pub fn set_property(spec: &mut Value, at: &str, value: Option<Value>) {
    if let Value::Object(map) = spec {
        let name = property(at);
        match value {
            Some(value) => drop(map.insert(name.to_owned(), value)),
            None => drop(map.remove(name)),
        }
    }
}
