use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use crate::resource::OPEN;

/// Reads a name that AWS keeps in lower case, whatever it was given in; a reference stays as it is until it is known.
pub(super) fn lower_case<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let written = match Value::deserialize(deserializer)? {
        Value::String(text) if !text.contains(OPEN) => Value::String(text.to_ascii_lowercase()),
        other => other,
    };
    serde_json::from_value(written).map_err(D::Error::custom)
}
