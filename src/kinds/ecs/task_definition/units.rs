use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// CPU units or MiB of a task: `512`, `"512"`, `.5 vCPU` and `0.5 vcpu` are one, as are `1024` and `1 GB`. Empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Units(String);

impl Units {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number, unless it is still a reference or there is none.
    pub fn number(&self) -> Option<u32> {
        self.0.parse().ok()
    }
}

impl From<&str> for Units {
    fn from(text: &str) -> Self {
        let lower = text.trim().to_ascii_lowercase();
        let unit = ["vcpu", "gb"].iter().find_map(|unit| lower.strip_suffix(unit));
        match unit.and_then(|number| number.trim().parse::<f64>().ok()) {
            // 1024 to the virtual CPU as to the GB.
            Some(number) => Self((number * 1024.0).round().to_string()),
            None => Self(text.trim().to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) => Self::from(text.as_str()),
            other => Self(other.to_string()),
        })
    }
}

impl JsonSchema for Units {
    fn schema_name() -> Cow<'static, str> {
        "Units".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_to_write_half_a_cpu_is_one() {
        for written in [json!(512), json!("512"), json!(".5 vCPU"), json!("0.5vcpu")] {
            let units: Units = serde_json::from_value(written).unwrap();
            assert_eq!(units.as_str(), "512");
        }
        assert_eq!(Units::from("30 GB").number(), Some(30720));
        assert_eq!(Units::from("⟦AWS::X::Y/z.Cpu⟧").number(), None);
    }
}
