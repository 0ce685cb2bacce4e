//! Values that count only beside others. A value that AWS ignores would read as drift for ever; a value that it refuses
//! would fail when half of the stack is made.

use serde_json::Value;

use super::kinds::Known;
use super::place;
use crate::problem::Problem;
use crate::resource::{OPEN, Switch, keyed, pointer};
use crate::template::Origins;

/// Returns a mistake for each property that is set while what switches it on is not. `raw` is what the template wrote,
/// `spec` what the type made of it; `origins` are by index.
pub(super) fn mistakes(known: &Known<'_>, raw: &Value, spec: &Value, origins: &Origins, subject: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if known.facts.switches.is_empty() {
        return problems;
    }
    let is_switched = |at: &str| known.facts.switches.iter().any(|switch| ends_alike(switch.property, at));
    let mut visit = |at: &str, value: &Value| {
        if !is_switched(at) {
            return;
        }
        let named = keyed::named(known.facts, raw, at);
        for switch in known.facts.switches.iter().filter(|switch| pointer::matches(switch.property, &named)) {
            let by = pointer::alike(switch.property, &named, switch.by);
            let found = keyed::find(known.facts, spec, &by);
            if is_nothing(known, &named, value) || is_on(switch, found) {
                continue;
            }
            let field = last(&named);
            let with = if switch.is_off { "does not count with" } else { "counts only with" };
            let instead = if switch.is_off { String::new() } else { format!(", {}", is_instead(found)) };
            let what = format!("{subject}: `{field}` {with} {}{instead}", words(switch));
            let written = indexed(known, raw, &by).and_then(|at| origins.get(&at)).map(|origin| origin.place());
            let there = written.map(|span| format!(" ({span})")).unwrap_or_default();
            let hint = format!("leave `{field}` out, or change `{}`", last(switch.by));
            problems.push(Problem::error(place::of(origins, at), format!("{what}{there}")).hint(hint));
        }
    };
    every(raw, &mut String::new(), &mut visit);
    problems
}

/// Whether a pattern can match a pointer by index: both end in one step, or the pattern in an element of a list.
fn ends_alike(pattern: &str, at: &str) -> bool {
    let end = |path: &str| path.rfind('/').map_or(0, |slash| slash + 1);
    let (step, last) = (&pattern[end(pattern)..], &at[end(at)..]);
    step == last || step == "*" || last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a value says no more than its absence does.
fn is_nothing(known: &Known<'_>, named: &str, value: &Value) -> bool {
    is_empty(value) || known.shape.schema().default_at(named) == Some(value)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
    }
}

fn is_on(switch: &Switch, value: Option<&Value>) -> bool {
    match value {
        // What it will be, only apply knows.
        Some(Value::String(text)) if text.contains(OPEN) => true,
        _ if switch.values.is_empty() => value.is_some_and(|value| !is_empty(value)),
        Some(Value::Array(list)) => {
            list.iter().any(|item| switch.values.contains(&text(item).as_str())) != switch.is_off
        }
        Some(value) => switch.values.contains(&text(value).as_str()) != switch.is_off,
        None => switch.is_off,
    }
}

fn words(switch: &Switch) -> String {
    let by = last(switch.by);
    match switch.values {
        [] => format!("`{by}`"),
        [only] => format!("`{by}: {only}`"),
        [some @ .., end] => format!("`{by}` {} or {end}", some.join(", ")),
    }
}

fn is_instead(value: Option<&Value>) -> String {
    match value {
        Some(value) if !is_empty(value) || value.is_boolean() => format!("which is `{}`", text(value)),
        _ => "which is not set".to_owned(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn last(path: &str) -> String {
    pointer::steps(path).last().unwrap_or_default()
}

/// The pointer, by index, of what is named as in plans.
fn indexed(known: &Known<'_>, raw: &Value, named: &str) -> Option<String> {
    keyed::indexed(known.facts, raw, named)
}

/// Calls `visit` with the pointer and value of everything below; `at` is the same again on return.
fn every(value: &Value, at: &mut String, visit: &mut impl FnMut(&str, &Value)) {
    let length = at.len();
    let mut below = |step: &str, child: &Value| {
        pointer::push(at, step);
        visit(at, child);
        every(child, at, visit);
        at.truncate(length);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, child)| below(key, child)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, child)| below(&index.to_string(), child)),
        _ => {}
    }
}
