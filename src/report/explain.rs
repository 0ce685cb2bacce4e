use std::fmt::Write as _;

use serde_json::Value;

use super::style::{FAINT, HEAD, paint};
use super::value::show;
use crate::blueprint::{Origin, Resource};
use crate::resource::{StackId, pointer};

/// A value that a pointer names, and the pointer by which its origin is known.
struct Place<'a> {
    pointer: String,
    value: &'a Value,
}

/// The final value of a resource, or of one field, with the file and line that set each leaf. Coloured.
///
/// Steps of the pointer into lists are indices or names of elements. Nothing if there is no such field.
pub fn explain_text(stack: &StackId, resource: &Resource, field: &str) -> Option<String> {
    let place = find(&resource.spec, field)?;
    let mut text = format!("{}\n", paint(HEAD, format!("{stack}/{}{field}", resource.address)));
    let mut leaves = Vec::new();
    match place.value {
        Value::Object(map) if map.is_empty() => leaves.push((String::new(), place.value.clone())),
        Value::Array(list) if list.is_empty() => leaves.push((String::new(), place.value.clone())),
        _ => pointer::walk(place.value, &mut |below, leaf| leaves.push((below.to_owned(), leaf.clone()))),
    }
    for (below, leaf) in leaves {
        let at = format!("{}{below}", place.pointer);
        let name = if below.is_empty() { String::new() } else { format!("{below} = ") };
        let _ = writeln!(text, "  {name}{}", show(&leaf));
        for line in sources(resource, &at) {
            let _ = writeln!(text, "      {}", paint(FAINT, line));
        }
    }
    Some(text)
}

/// Where a value comes from. What the template does not set is a default of the kind.
fn sources(resource: &Resource, at: &str) -> Vec<String> {
    if !resource.set.contains_key(pointer::property(at)) {
        return vec!["default of the kind".to_owned()];
    }
    resource.origin(at).map(origin_lines).unwrap_or_default()
}

fn origin_lines(origin: &Origin) -> Vec<String> {
    let mut lines = vec![format!("written in {}{}", origin.span, quote(&origin.span))];
    lines.extend(origin.from.iter().map(|span| format!("computed from {span}{}", quote(span))));
    lines
}

/// The line that a span begins on.
fn quote(span: &crate::problem::Span) -> String {
    let line = span.source.text.lines().nth(span.line_column().0 - 1).unwrap_or_default().trim();
    if line.is_empty() { String::new() } else { format!(": {line}") }
}

/// Follows a pointer; elements of lists are named by their index or by one of their string properties.
fn find<'a>(spec: &'a Value, field: &str) -> Option<Place<'a>> {
    let mut place = Place { pointer: String::new(), value: spec };
    for step in pointer::steps(field) {
        let (step, value) = match place.value {
            Value::Object(map) => (step.clone(), map.get(&step)?),
            Value::Array(list) => {
                let named = |item: &Value| {
                    item.as_object().is_some_and(|map| map.values().any(|value| value.as_str() == Some(&step)))
                };
                let index = step.parse().ok().or_else(|| list.iter().position(named))?;
                (index.to_string(), list.get(index)?)
            }
            _ => return None,
        };
        place = Place { pointer: pointer::join(&place.pointer, &step), value };
    }
    Some(place)
}
