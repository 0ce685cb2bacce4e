use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};

use super::violation::{self, Violation};
use crate::problem::{Problem, Span, closest, suggest};
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

    /// Returns the lowest layer: the parameters' own defaults.
    pub fn defaults(&self, span: &Span) -> Node {
        let entries = self.declared.iter().filter_map(|(key, node)| Some((key.clone(), node.get("default")?.clone())));
        Node::new(Value::Map(entries.collect()), span.clone())
    }

    /// Returns the lowest layer of one parameter alone.
    pub fn default(&self, name: &str, span: &Span) -> Node {
        let entries = self.declared.iter().filter(|(key, _)| key.name == name);
        let entries = entries.filter_map(|(key, node)| Some((key.clone(), node.get("default")?.clone())));
        Node::new(Value::Map(entries.collect()), span.clone())
    }

    /// Completes merged parameters with the defaults of nested schemas, and checks them. What is declared and has no
    /// value is null, so that expressions can ask for it. What nobody knows is checked as the parameter that it was most
    /// likely meant to be; `elsewhere` names the other templates that know it.
    pub fn complete(
        &self,
        merged: Node,
        place: &Span,
        template: &str,
        elsewhere: &dyn Fn(&str) -> Vec<String>,
        problems: &mut Vec<Problem>,
    ) -> Node {
        let Value::Map(entries) = merged.value else { return merged };
        let given: BTreeSet<String> = entries.iter().map(|(key, _)| key.name.clone()).collect();
        let mut full: Vec<(Key, Node)> = Vec::new();
        for (key, node) in entries {
            let schema = self.declared(&key.name);
            match schema {
                Some(schema) if node.is_null() && is_needed(schema) => {
                    let what = format!("`{}` can't be removed: the template needs it", key.name);
                    let hint = "leave the line out, and it has the template's default";
                    problems.push(Problem::error(node.span.clone(), what).hint(hint));
                    full.push((key, fill(schema.get("default").cloned().unwrap_or(node), schema)));
                }
                Some(schema) if is_settled_otherwise(schema, &node) => {
                    problems.push(self.unknown(&key, template, elsewhere));
                    full.extend(schema.get("default").map(|default| (key, default.clone())));
                }
                Some(schema) => full.push((key, fill(node, schema))),
                None if node.is_null() => {}
                None => {
                    problems.push(self.unknown(&key, template, elsewhere));
                    let free = self.taken().filter(|name| !given.contains(*name));
                    if let Some(meant) = closest(&key.name, free)
                        && let Some(schema) = self.declared(meant)
                        && !full.iter().any(|(known, _)| known.name == meant)
                    {
                        full.push((Key { name: meant.to_owned(), span: key.span }, fill(node, schema)));
                    }
                }
            }
        }
        let full = Node::new(Value::Map(full), merged.span);
        let checked = without_nulls(full.clone());
        let hidden = |steps: &[String]| is_hidden(&self.schema, steps) || steps.iter().any(|step| is_secret(step, &[]));
        for violation in violation::all(&self.validator, &self.schema, &checked.to_json(), "the environment", &hidden) {
            problems.push(self.problem(violation, &checked, place));
        }
        self.with_gaps(full, place)
    }

    fn declared(&self, name: &str) -> Option<&Node> {
        self.declared.iter().find(|(key, _)| key.name == name).map(|(_, schema)| schema)
    }

    /// The names of what a tenant may choose.
    fn taken(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().filter(|(_, schema)| !is_settled(schema)).map(|(key, _)| key.name.as_str())
    }

    /// The problem of a parameter that the template does not take.
    fn unknown(&self, key: &Key, template: &str, elsewhere: &dyn Fn(&str) -> Vec<String>) -> Problem {
        let name = &key.name;
        let what = format!("the template `{template}` has no parameter `{name}`");
        let others: Vec<_> = elsewhere(name).iter().map(|other| format!("`{other}`")).collect();
        let meant = closest(name, self.taken().chain(RESERVED));
        let (what, hint) = match others.as_slice() {
            [] => (what, suggest(name, self.taken().chain(RESERVED))),
            [one] => (format!("{what}; {one} has"), format!("leave it out, or use the template {one}")),
            several => (format!("{what}; {} have", several.join(", ")), "leave it out, or use one of these".to_owned()),
        };
        Problem::error(key.span.clone(), what).hint(match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => hint,
        })
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

    fn problem(&self, violation: Violation, root: &Node, place: &Span) -> Problem {
        let Violation { pointer, kind, what, hint } = violation;
        let steps = || pointer.iter().map(String::as_str);
        let is_whole = pointer.is_empty();
        let span = match kind {
            violation::Kind::Missing if is_whole => place.clone(),
            violation::Kind::Missing => root.key_span(steps()).clone(),
            violation::Kind::Unknown => root.key_span(steps()).clone(),
            violation::Kind::Value => root.nearest(steps()).span.clone(),
        };
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

/// Whether a parameter has one value in this template, for the parts that ask for it.
pub(super) fn is_settled(schema: &Node) -> bool {
    let none = |name: &str| schema.get(name).is_some_and(|most| most.value == Value::Int(0));
    schema.get("const").is_some()
        || schema.get("type").and_then(Node::as_str) == Some("null")
        || none("maxProperties")
        || none("maxItems")
}

/// Whether a parameter has one value in this template, and this is another.
fn is_settled_otherwise(schema: &Node, node: &Node) -> bool {
    is_settled(schema) && schema.get("default").is_some_and(|default| default.to_json() != node.to_json())
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
