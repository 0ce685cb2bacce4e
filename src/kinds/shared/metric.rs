//! A metric of CloudWatch, as alarms and scaling policies name it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::normal::Set;

/// A metric of CloudWatch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Source {
    pub dimensions: Set<Dimension>,
    pub metric_name: String,
    pub namespace: String,
}

/// One of the names that tell a metric from others of its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Dimension {
    pub name: String,
    pub value: String,
}

/// A dimension as an SDK tells it.
pub(in crate::kinds) fn dimension(name: &str, value: &str) -> Dimension {
    Dimension { name: name.to_owned(), value: value.to_owned() }
}
