use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// An IAM policy document in normal form.
///
/// AWS treats a list of one and its element alike, and the order of actions, resources, principals and condition
/// values as meaningless; so lists of strings are sorted, lists of one are opened, statements are always a list in
/// their written order, `{"AWS": "*"}` is `*`, and an account id is the account's root ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PolicyDocument(Value);

impl PolicyDocument {
    /// Takes a document as an object.
    pub fn new(document: Value) -> Self {
        Self(normalise(document))
    }

    /// Reads a document from JSON text.
    ///
    /// # Errors
    /// If the text is no JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self::new)
    }

    pub fn value(&self) -> &Value {
        &self.0
    }

    /// Returns whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.0.as_object().is_none_or(Map::is_empty)
    }
}

impl Default for PolicyDocument {
    fn default() -> Self {
        Self(Value::Object(Map::new()))
    }
}

/// The document as JSON text, as AWS takes it.
impl std::fmt::Display for PolicyDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}

impl JsonSchema for PolicyDocument {
    fn schema_name() -> Cow<'static, str> {
        "PolicyDocument".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

fn normalise(document: Value) -> Value {
    let Value::Object(mut document) = document else { return document };
    if let Some(statements) = document.remove("Statement") {
        let list = match statements {
            Value::Array(list) => list,
            one => vec![one],
        };
        document.insert("Statement".to_owned(), list.into_iter().map(statement).collect());
    }
    Value::Object(document)
}

fn statement(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let normal = fields.into_iter().map(|(key, value)| {
        let value = match key.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => strings(value),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => condition(value),
            _ => value,
        };
        (key, value)
    });
    Value::Object(normal.collect())
}

fn principal(value: Value) -> Value {
    let Value::Object(map) = value else { return value };
    let map: Map<_, _> = map
        .into_iter()
        .map(|(key, value)| {
            let value = if key == "AWS" { each(value, account_root) } else { value };
            (key, strings(value))
        })
        .collect();
    if map.len() == 1 && map.get("AWS").is_some_and(|all| all == "*") { Value::from("*") } else { Value::Object(map) }
}

fn condition(value: Value) -> Value {
    let Value::Object(operators) = value else { return value };
    let inner = |value: Value| match value {
        Value::Object(keys) => Value::Object(keys.into_iter().map(|(k, v)| (k, strings(each(v, text)))).collect()),
        other => other,
    };
    Value::Object(operators.into_iter().map(|(operator, keys)| (operator, inner(keys))).collect())
}

/// Sorts a list of strings, and opens a list of one.
fn strings(value: Value) -> Value {
    let Value::Array(mut list) = value else { return value };
    list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    list.dedup();
    if list.len() == 1 { list.remove(0) } else { Value::Array(list) }
}

fn each(value: Value, change: impl Fn(Value) -> Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(change).collect(),
        one => change(one),
    }
}

/// Conditions are text to IAM: `true` and `"true"` are one.
fn text(value: Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        other => other,
    }
}

fn account_root(value: Value) -> Value {
    match value.as_str() {
        Some(id) if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) => {
            format!("arn:aws:iam::{id}:root").into()
        }
        _ => value,
    }
}
