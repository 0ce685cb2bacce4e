use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// A weekly window in UTC, `sun:05:00-sun:06:00`; AWS answers in lower case whatever it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MaintenanceWindow(String);

impl MaintenanceWindow {
    pub fn new(text: &str) -> Self {
        Self(text.to_ascii_lowercase())
    }
}

impl From<&MaintenanceWindow> for String {
    fn from(window: &MaintenanceWindow) -> Self {
        window.0.clone()
    }
}

impl<'de> Deserialize<'de> for MaintenanceWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::new(&text))
    }
}

impl JsonSchema for MaintenanceWindow {
    fn schema_name() -> Cow<'static, str> {
        "MaintenanceWindow".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z]{3}:[0-2][0-9]:[0-5][0-9]-[A-Za-z]{3}:[0-2][0-9]:[0-5][0-9]$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_the_same_in_capitals() {
        let written: MaintenanceWindow = serde_json::from_str("\"Sun:05:00-Sun:06:00\"").unwrap();
        assert_eq!(written, MaintenanceWindow::new("sun:05:00-sun:06:00"));
    }
}
