use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// An IAM policy document in normal form.
///
/// AWS treats a list of one and its element alike, and the order of actions, resources, principals and condition
/// values as meaningless; so lists of strings are sorted, lists of one are opened, statements are always a list in
/// their written order, `{"AWS": "*"}` is `*`, and an account's root ARN, of whatever partition, is the account's id.
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

    /// Returns whether there is one that does not say its version: AWS takes it for one of 2008.
    pub fn lacks_version(&self) -> bool {
        !self.is_empty() && self.0.get("Version").is_none()
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
            let value = if key == "AWS" { each(value, account) } else { value };
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

/// `arn:aws-cn:iam::123456789012:root` and `123456789012` are one; AWS answers with the first, whichever was written.
fn account(value: Value) -> Value {
    let id = value.as_str().and_then(|text| {
        let id = text.strip_prefix("arn:")?.split_once(":iam::")?.1.strip_suffix(":root")?;
        // However many digits: recordings of tests have others than twelve.
        (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
    });
    id.map_or(value, Value::String)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn principal_of(text: &str) -> PolicyDocument {
        PolicyDocument::new(json!({ "Statement": [{ "Effect": "Allow", "Principal": { "AWS": text } }] }))
    }

    #[test]
    fn an_account_is_the_same_by_its_id_and_by_its_root_in_every_partition() {
        for partition in ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-b"] {
            let root = principal_of(&format!("arn:{partition}:iam::123456789012:root"));
            assert_eq!(root, principal_of("123456789012"), "{partition}");
        }
        let user = "arn:aws-cn:iam::123456789012:user/root";
        assert_eq!(principal_of(user).value()["Statement"][0]["Principal"]["AWS"], user);
    }
}
