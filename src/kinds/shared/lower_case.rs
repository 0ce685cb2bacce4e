use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use crate::resource::OPEN;

/// Reads names that AWS keeps in lower case, whatever they were given in: one, a list of them, or what holds them; a
/// reference stays as it is until it is known.
pub(in crate::kinds) fn lower_case<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<T, D::Error> {
    serde_json::from_value(lowered(Value::deserialize(deserializer)?)).map_err(D::Error::custom)
}

fn lowered(written: Value) -> Value {
    match written {
        Value::String(text) if !text.contains(OPEN) => Value::String(text.to_ascii_lowercase()),
        Value::Array(items) => items.into_iter().map(lowered).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, lowered(value))).collect(),
        other => other,
    }
}
