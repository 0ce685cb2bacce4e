use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

/// The properties of `AWS::CloudWatch::Dashboard`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// What it shows, as an object: `widgets`, and beside them `start`, `end`, `periodOverride`, `variables`. JSON text is read as
    /// well, and compared as what it says.
    pub dashboard_body: Body,
}

/// A dashboard's body as an object. CloudWatch keeps the text as it was put, so white space and the order of names mean nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Body(Map<String, Value>);

impl Body {
    /// Reads a body from JSON text.
    ///
    /// # Errors
    /// If the text is no JSON object.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// The body as JSON text, as CloudWatch takes it.
impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(body) => Ok(Self(body)),
            Value::String(text) => {
                Self::parse(&text).map_err(|error| de::Error::custom(format!("it is no JSON object: {error}")))
            }
            _ => Err(de::Error::custom("it is neither an object nor JSON text")),
        }
    }
}

impl JsonSchema for Body {
    fn schema_name() -> Cow<'static, str> {
        "DashboardBody".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "string"] })
    }
}
