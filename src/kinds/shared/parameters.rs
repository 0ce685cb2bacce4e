//! Settings of an engine, which its service keeps as texts by name.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads them: YAML may give numbers and booleans, which the engine writes as its words for on and off.
pub fn texts<'de, D: Deserializer<'de>>(
    deserializer: D,
    (on, off): (&str, &str),
) -> Result<BTreeMap<String, String>, D::Error> {
    let written = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        Value::Bool(is_on) => Ok((name, if is_on { on } else { off }.to_owned())),
        Value::Number(number) => Ok((name, number.to_string())),
        other => Err(D::Error::custom(format!("the parameter {name} wants a text or a number, not {other}"))),
    };
    written.into_iter().map(text).collect()
}
