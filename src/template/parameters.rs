use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};

use super::violation::{self, Violation};
use crate::problem::{Problem, Span, suggest};
use crate::tenant::{RESERVED, overlay, without_nulls};
use crate::yaml::{Key, Node, Value, is_secret};

/// The parameters of a template: what they may be, and what they are when nobody says.
#[derive(Debug)]
pub struct Parameters {
    /// By name: a JSON Schema.
    declared: Vec<(Key, Node)>,
    schema: Json,
    validator: Validator,
}

impl Parameters {
    /// Takes the declarations of a template; `hidden` are names that expressions know otherwise.
    pub(super) fn new(declared: Vec<(Key, Node)>, hidden: &[&str], problems: &mut Vec<Problem>) -> Option<Self> {
        for (key, _) in &declared {
            if RESERVED.contains(&key.name.as_str()) || hidden.contains(&key.name.as_str()) {
                let what = format!("`{}` can't be a parameter: it has a meaning of its own", key.name);
                problems.push(Problem::error(key.span.clone(), what).hint("choose another name"));
            }
        }
        let properties: Map<_, _> = declared.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect();
        let required: Vec<_> =
            declared.iter().filter(|(_, node)| node.get("default").is_none()).map(|(key, _)| &key.name).collect();
        let schema = json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        match jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(&schema) {
            Ok(validator) => Some(Self { declared, schema, validator }),
            Err(error) => {
                let path = error.instance_path().as_str().to_owned();
                let mut steps = path.split('/').skip(2);
                let found = steps.next().and_then(|name| declared.iter().find(|(key, _)| key.name == name));
                let span = found.map(|(_, node)| node.nearest(steps).span.clone());
                problems.push(Problem::error(span, format!("this is not a JSON Schema: {error}")));
                None
            }
        }
    }

    /// The JSON Schema of the whole parameter set.
    pub fn schema(&self) -> &Json {
        &self.schema
    }

    /// Returns the names, in the order of the files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().map(|(key, _)| key.name.as_str())
    }

    /// Returns the lowest layer: the parameters' own defaults.
    pub fn defaults(&self, span: &Span) -> Node {
        let entries = self.declared.iter().filter_map(|(key, node)| Some((key.clone(), node.get("default")?.clone())));
        Node::new(Value::Map(entries.collect()), span.clone())
    }

    /// Completes merged parameters with the defaults of nested schemas, and checks them. What is declared and has no
    /// value is null, so that expressions can ask for it.
    pub fn complete(&self, merged: Node, place: &Span, template: &str, problems: &mut Vec<Problem>) -> Node {
        let Value::Map(entries) = merged.value else { return merged };
        let mut full: Vec<(Key, Node)> = Vec::new();
        for (key, node) in entries {
            let schema = self.declared.iter().find(|(known, _)| known.name == key.name).map(|(_, schema)| schema);
            match schema {
                Some(schema) if node.is_null() && is_needed(schema) => {
                    let what = format!("`{}` can't be removed: the template needs it", key.name);
                    let hint = "leave the line out, and it has the template's default";
                    problems.push(Problem::error(node.span.clone(), what).hint(hint));
                    full.push((key, fill(schema.get("default").cloned().unwrap_or(node), schema)));
                }
                Some(schema) => full.push((key, fill(node, schema))),
                None if node.is_null() => {}
                None => full.push((key, node)),
            }
        }
        let full = Node::new(Value::Map(full), merged.span);
        let checked = without_nulls(full.clone());
        let hidden = |steps: &[String]| is_hidden(&self.schema, steps) || steps.iter().any(|step| is_secret(step, &[]));
        for violation in violation::all(&self.validator, &self.schema, &checked.to_json(), "the environment", &hidden) {
            problems.push(self.problem(violation, &checked, place, template));
        }
        self.with_gaps(full, place)
    }

    fn with_gaps(&self, full: Node, place: &Span) -> Node {
        let Value::Map(mut entries) = full.value else { return full };
        for (key, _) in &self.declared {
            if !entries.iter().any(|(known, _)| known.name == key.name) {
                entries.push((key.clone(), Node::new(Value::Null, place.clone())));
            }
        }
        Node::new(Value::Map(entries), full.span)
    }

    fn problem(&self, violation: Violation, root: &Node, place: &Span, template: &str) -> Problem {
        let Violation { pointer, kind, what, hint } = violation;
        let steps = || pointer.iter().map(String::as_str);
        let is_whole = pointer.is_empty();
        let span = match kind {
            violation::Kind::Missing if is_whole => place.clone(),
            violation::Kind::Missing => root.key_span(steps()).clone(),
            violation::Kind::Unknown => root.key_span(steps()).clone(),
            violation::Kind::Value => root.nearest(steps()).span.clone(),
        };
        if let (violation::Kind::Unknown, [name]) = (kind, pointer.as_slice()) {
            let all = self.names().chain(RESERVED);
            return Problem::error(span, format!("the template `{template}` has no parameter `{name}`"))
                .hint(suggest(name, all));
        }
        let problem = Problem::error(span, what);
        let missing = what_is_missing(&self.declared, &problem.what).filter(|_| is_whole);
        match hint.or(missing) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

/// Whether a parameter has a default and can't be null: expressions rely on its value.
fn is_needed(schema: &Node) -> bool {
    let allows_null = match schema.get("type").map(|kind| &kind.value) {
        None => true,
        Some(Value::String(kind)) => kind == "null",
        Some(_) => {
            schema.get("type").is_some_and(|kinds| kinds.items().iter().any(|kind| kind.as_str() == Some("null")))
        }
    };
    !allows_null && schema.get("default").is_some_and(|default| !default.is_null())
}

/// Whether a schema on the way to a value says `writeOnly`: such values are taken, and not told to anybody.
fn is_hidden(schema: &Json, steps: &[String]) -> bool {
    let mut at = Some(schema);
    for step in steps {
        let Some(here) = at else { return false };
        let named = here.get("properties").and_then(|properties| properties.get(step));
        at = named.or_else(|| here.get("additionalProperties")).or_else(|| here.get("items"));
        if at.and_then(|below| below.get("writeOnly")) == Some(&Json::Bool(true)) {
            return true;
        }
    }
    false
}

/// Says what a missing parameter is for.
fn what_is_missing(declared: &[(Key, Node)], what: &str) -> Option<String> {
    let name = what.split('`').nth(1)?;
    let (_, schema) = declared.iter().find(|(key, _)| key.name == name)?;
    schema.get("description").and_then(Node::as_str).map(|text| format!("`{name}`: {text}"))
}

/// Fills in the defaults of nested schemas, and drops the entries that a layer removed.
fn fill(node: Node, schema: &Node) -> Node {
    let Node { value, span } = node;
    let value = match value {
        Value::Map(mut entries) => {
            let declared = schema.get("properties").map(Node::entries).unwrap_or_default();
            for (key, schema) in declared {
                let Some(default) = schema.get("default") else { continue };
                match entries.iter_mut().find(|(known, _)| known.name == key.name) {
                    Some((_, node)) if !node.is_null() => *node = overlay(default.clone(), node.clone()),
                    Some(_) => {}
                    None => entries.push((key.clone(), default.clone())),
                }
            }
            let schema_of = |name: &str| declared.iter().find(|(key, _)| key.name == name).map(|(_, schema)| schema);
            let others = schema.get("additionalProperties");
            entries.retain(|(key, node)| !node.is_null() || schema_of(&key.name).is_some());
            let filled = entries.into_iter().map(|(key, node)| {
                let schema = schema_of(&key.name).or(others);
                let node = schema.map_or_else(|| node.clone(), |schema| fill(node.clone(), schema));
                (key, node)
            });
            Value::Map(filled.collect())
        }
        Value::List(items) => match schema.get("items") {
            Some(schema) => Value::List(items.into_iter().map(|item| fill(item, schema)).collect()),
            None => Value::List(items),
        },
        scalar => scalar,
    };
    Node::new(value, span)
}
