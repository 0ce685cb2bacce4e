use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

/// Which events are meant, an object or JSON text. EventBridge keeps the text as it was put, so white space and the order of names
/// mean nothing; empty is none.
///
/// It is one text in a spec, and compares as a whole: a field more, by whomever, narrows what is meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern(Map<String, Value>);

impl Pattern {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads a pattern from JSON text.
    ///
    /// # Errors
    /// If the text is no JSON object.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// Whether a field that holds no more fields has anything but a list, which EventBridge takes alone.
    pub fn has_bare_value(&self) -> bool {
        fn is_bare(value: &Value) -> bool {
            match value {
                Value::Array(_) => false,
                Value::Object(fields) => fields.values().any(is_bare),
                _ => true,
            }
        }
        self.0.values().any(is_bare)
    }
}

/// The pattern as JSON text, as EventBridge takes it.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = if self.is_empty() { String::new() } else { self.to_string() };
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::default()),
            Value::String(text) if text.is_empty() => Ok(Self::default()),
            Value::Object(pattern) => Ok(Self(pattern)),
            Value::String(text) => {
                Self::parse(&text).map_err(|error| de::Error::custom(format!("it is no JSON object: {error}")))
            }
            _ => Err(de::Error::custom("it is neither an object nor JSON text")),
        }
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "EventPattern".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "string", "null"] })
    }
}
