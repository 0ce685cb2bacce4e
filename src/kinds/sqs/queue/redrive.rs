//! Where messages go that nobody could handle, and whose a queue takes.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Queue;
use crate::resource::normal::Set;
use crate::resource::{Mistake, Ref};

/// Where messages go that were received so often in vain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedrivePolicy {
    /// A queue of the same account and region, FIFO as this one is.
    pub dead_letter_target_arn: Ref<Queue>,
    /// 1 to 1000.
    #[serde(deserialize_with = "count")]
    pub max_receive_count: i32,
}

/// Which queues may send their dead letters here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedriveAllowPolicy {
    /// `allowAll`, `denyAll` or `byQueue`.
    pub redrive_permission: String,
    /// With `byQueue`; 1 to 10.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub source_queue_arns: Set<Ref<Queue>>,
}

impl RedriveAllowPolicy {
    /// Returns what SQS refuses.
    pub fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let (permission, sources) = (self.redrive_permission.as_str(), self.source_queue_arns.len());
        Mistake::all([
            (
                !["allowAll", "denyAll", "byQueue"].contains(&permission),
                "/RedriveAllowPolicy/redrivePermission",
                "is none of allowAll, denyAll and byQueue",
            ),
            (
                permission == "byQueue" && !(1..=10).contains(&sources),
                "/RedriveAllowPolicy",
                "is byQueue, which needs 1 to 10 sourceQueueArns",
            ),
        ])
    }
}

/// Reads a number, which others write in quotes as well.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let number = match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse().ok(),
        value => value.as_i64().and_then(|number| number.try_into().ok()),
    };
    number.ok_or_else(|| D::Error::custom("maxReceiveCount is no number"))
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn a_count_in_quotes_is_a_number() {
        let read =
            |count: Value| from_value::<RedrivePolicy>(json!({ "deadLetterTargetArn": "a", "maxReceiveCount": count }));
        assert_eq!(read(json!("5")).unwrap(), read(json!(5)).unwrap());
        assert!(read(json!("often")).is_err() && read(json!(null)).is_err());
    }

    #[test]
    fn no_source_is_no_list() {
        let all: RedriveAllowPolicy =
            from_value(json!({ "redrivePermission": "allowAll", "sourceQueueArns": [] })).unwrap();
        assert_eq!(to_value(&all).unwrap(), json!({ "redrivePermission": "allowAll" }));
    }
}
