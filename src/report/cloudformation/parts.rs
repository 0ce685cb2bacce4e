//! Parts of a spec that CloudFormation has in another form: values left out, and fields that are resources of their own.

use serde_json::{Map, Value, json};

use super::names::logical_word;
use crate::resource::Reference;
use crate::resource::cloudformation::{CloudFormation, Part as Shape, Source};

/// A resource without the fields that became parts, and the parts.
pub(super) struct Split {
    pub properties: Map<String, Value>,
    pub parts: Vec<Part>,
}

/// What an embedded field becomes.
pub(super) struct Part {
    pub id: String,
    pub kind: &'static str,
    pub properties: Map<String, Value>,
}

/// Takes a spec apart. `own` is the resource's logical id, which its parts refer to by CloudFormation's functions; `name`
/// its physical name, if it is not left to CloudFormation.
pub(super) fn split(facts: &CloudFormation, own: &str, name: Option<&str>, spec: &Value) -> Split {
    let Value::Object(mut properties) = without_empties(facts, spec) else {
        return Split { properties: Map::new(), parts: Vec::new() };
    };
    facts.call_only.iter().for_each(|property| drop(properties.remove(*property)));
    facts.left_out.iter().for_each(|(path, value)| leave_out(&mut properties, path, &json_of(value)));
    properties.extend(texts(facts, spec));
    facts.base64.iter().for_each(|path| encode(&mut properties, path));
    let parts = facts.parts.iter().flat_map(|shape| parts_of(shape, own, name, &mut properties)).collect();
    facts.comment.iter().for_each(|path| add(&mut properties, path, json!("")));
    for (property, instead) in facts.in_place_of_empty {
        properties.entry(*property).or_insert_with(|| json_of(instead));
    }
    // A whole property that is an empty map says nothing, whatever one further in says.
    properties.retain(|_, value| !value.as_object().is_some_and(Map::is_empty));
    Split { properties, parts }
}

/// Does something at a path (`Config/Certificate/IsOwn`): with the object that it leads into, if there is one, and the name of
/// the property there.
fn at(properties: &mut Map<String, Value>, path: &str, change: impl FnOnce(&mut Map<String, Value>, &str)) {
    match path.split_once('/') {
        Some((outer, inner)) => {
            if let Some(within) = properties.get_mut(outer).and_then(Value::as_object_mut) {
                at(within, inner, change);
            }
        }
        None => change(properties, path),
    }
}

/// Removes a property where it has this value.
fn leave_out(properties: &mut Map<String, Value>, path: &str, value: &Value) {
    at(properties, path, |within, name| {
        if within.get(name) == Some(value) {
            within.remove(name);
        }
    });
}

/// The properties that it wants as text: whole, with what is empty in them.
fn texts<'a>(facts: &CloudFormation, spec: &'a Value) -> impl Iterator<Item = (String, Value)> + 'a {
    let objects = facts.json_text.iter().filter_map(|name| spec.get(*name).map(|value| ((*name).to_owned(), value)));
    objects.map(|(name, value)| (name, Value::String(value.to_string())))
}

/// Lets CloudFormation encode a text.
fn encode(properties: &mut Map<String, Value>, path: &str) {
    at(properties, path, |within, name| {
        within.get_mut(name).into_iter().for_each(|text| *text = json!({ "Fn::Base64": text.take() }));
    });
}

/// Adds a property.
fn add(properties: &mut Map<String, Value>, path: &str, value: Value) {
    at(properties, path, |within, name| drop(within.insert(name.to_owned(), value)));
}

fn parts_of(shape: &Shape, own: &str, name: Option<&str>, properties: &mut Map<String, Value>) -> Vec<Part> {
    let (values, is_one) = match shape.source {
        Source::Property(property) => (properties.remove(property).into_iter().collect(), true),
        Source::Name(prefix) => (name.map(|name| json!(format!("{prefix}{name}"))).into_iter().collect(), true),
        Source::Elements(list) => (take_list(properties, list), false),
        Source::References(list) => (take_references(properties, list), false),
        Source::Referring(list) => (take_referring(properties, list), true),
    };
    let numbered = values.into_iter().enumerate().map(|(at, value)| {
        let name = shape.called.and_then(|called| value.get(called.by)?.as_str().map(str::to_owned));
        let end = match name {
            Some(name) => logical_word(&name),
            None if is_one => String::new(),
            None => (at + 1).to_string(),
        };
        Part { id: part_id(own, shape, &end), kind: shape.kind, properties: filled(shape, own, value) }
    });
    let mut parts: Vec<_> = numbered.collect();
    if let (Some((property, otherwise)), Some(part)) = (shape.along, parts.first_mut()) {
        let along = properties.remove(property).unwrap_or_else(|| json_of(otherwise));
        part.properties.insert(property.to_owned(), along);
    }
    parts
}

/// The logical id of a part, by its owner's; `end` tells it from the others of a list.
pub(super) fn part_id(own: &str, shape: &Shape, end: &str) -> String {
    format!("{own}{}{end}", shape.suffix)
}

/// The properties of a part: its value, and its owner.
fn filled(shape: &Shape, own: &str, value: Value) -> Map<String, Value> {
    let mut properties = match (shape.value, value) {
        (Some(property), value) => Map::from_iter([(property.to_owned(), value)]),
        (None, Value::Object(map)) => map,
        (None, _) => Map::new(),
    };
    let owner = match shape.attribute {
        Some(attribute) => json!({ "Fn::GetAtt": [own, attribute] }),
        None => json!({ "Ref": own }),
    };
    let owner = if shape.is_list { json!([owner]) } else { owner };
    properties.insert(shape.owner.to_owned(), owner);
    properties
}

fn take_list(properties: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match properties.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Takes a whole list of which an element refers to something.
fn take_referring(properties: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    let refers = properties.get(name).is_some_and(|list| !Reference::all_in(list).is_empty());
    refers.then(|| properties.remove(name)).flatten().into_iter().collect()
}

/// Takes the elements of a list that refer to something; the others stay.
fn take_references(properties: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    let (taken, left): (Vec<_>, Vec<_>) =
        take_list(properties, name).into_iter().partition(|element| !Reference::all_in(element).is_empty());
    if !left.is_empty() {
        properties.insert(name.to_owned(), Value::Array(left));
    }
    taken
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("a kind's facts are JSON, as the tests of the export see")
}

/// Leaves out what says nothing: null, empty text, empty lists, and objects that are empty or lack what they are about.
fn without_empties(facts: &CloudFormation, value: &Value) -> Value {
    let says_something = |name: &str, value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty() || facts.wanted_empty.contains(&name),
        Value::Object(map) if map.is_empty() => facts.empty_objects_say,
        Value::Object(map) => facts.nothing_without.iter().all(|(of, member)| *of != name || map.contains_key(*member)),
        _ => true,
    };
    match value {
        Value::Object(map) => map
            .iter()
            // A tag without a value is one.
            .map(|(key, item)| (key.clone(), if key == "Tags" { item.clone() } else { without_empties(facts, item) }))
            .filter(|(key, item)| says_something(key, item))
            .collect(),
        Value::Array(list) => {
            list.iter().filter(|item| !is_unset(item)).map(|item| without_empties(facts, item)).collect()
        }
        other => other.clone(),
    }
}

/// An attribute without a value is one that is not set.
fn is_unset(item: &Value) -> bool {
    item.get("Key").is_some() && item.get("Value").is_some_and(|value| value == "")
}
