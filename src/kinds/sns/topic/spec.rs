use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::logging::{Logging, text};
use super::policy;
use super::subscription::{self, Subscription};
use crate::kinds::kms::key::Key;
use crate::kinds::shared::defaults::number;
use crate::kinds::shared::filled::filled;
use crate::resource::normal::{PolicyDocument, Set};
use crate::resource::{Mistake, Ref, Switch};

/// The properties of `AWS::SNS::Topic`, and the document of its `AWS::SNS::TopicPolicy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct Spec {
    /// How long messages are kept to be sent again; of a FIFO topic. SNS deletes no topic that has it.
    #[serde(default, deserialize_with = "if_given")]
    pub archive_policy: Option<ArchivePolicy>,
    /// Whether messages of one content within five minutes are one; of a FIFO topic.
    #[serde(default)]
    pub content_based_deduplication: bool,
    /// What CloudWatch Logs hears of deliveries, by protocol.
    #[serde(default)]
    pub delivery_status_logging: Vec<Logging>,
    /// The sender of mails and text messages; up to 100 characters.
    #[serde(default)]
    pub display_name: String,
    /// `Topic` or `MessageGroup`: within what messages are told apart; of a FIFO topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fifo_throughput_scope: Option<String>,
    /// Whether messages keep their order; its name then ends in `.fifo`.
    #[serde(default)]
    pub fifo_topic: bool,
    /// The key that encrypts messages; empty for none. With `alias/aws/sns`, no other service can publish.
    #[serde(default)]
    pub kms_master_key_id: Ref<Key>,
    /// Bytes; 1024 to 1048576.
    #[serde(default = "number::<262_144>")]
    pub maximum_message_size: i32,
    /// Who may use it. Empty for AWS's default: all of the account. Another one takes the place of that, also for the
    /// alarms and other services of the account that publish here.
    #[serde(default, deserialize_with = "policy::default_is_empty")]
    pub policy: PolicyDocument,
    /// `1` (SHA-1) or `2` (SHA-256).
    #[serde(default = "first")]
    pub signature_version: String,
    /// Who receives its messages; those that others have subscribed are left alone. What a mailbox or a web endpoint has to
    /// confirm is told until it does.
    #[serde(default)]
    pub subscription: Set<Subscription>,
    /// `PassThrough` or `Active`.
    #[serde(default = "pass_through")]
    pub tracing_config: String,
}

/// How long messages are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ArchivePolicy {
    /// Days; 1 to 365.
    #[serde(deserialize_with = "text")]
    pub message_retention_period: String,
}

/// What counts only beside something else.
pub(super) const SWITCHES: &[Switch] = &[
    Switch::with("/ArchivePolicy", "/FifoTopic", &["true"]),
    Switch::with("/ContentBasedDeduplication", "/FifoTopic", &["true"]),
    Switch::with("/FifoThroughputScope", "/FifoTopic", &["true"]),
];

impl Spec {
    /// One of which nothing else is said.
    pub(super) fn usual(is_fifo: bool) -> Self {
        serde_json::from_value(json!({ "FifoTopic": is_fifo })).expect("no property is required")
    }

    /// Fills in what AWS chooses by the other properties, and gives what can be spelt in several ways the one of AWS.
    fn filled(mut self) -> Self {
        if self.fifo_topic {
            self.fifo_throughput_scope.get_or_insert_with(|| "Topic".to_owned());
        }
        self.subscription = self.subscription.iter().map(Subscription::normal).collect();
        self
    }

    /// Returns what SNS refuses (docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html).
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let is_one_of = |text: &str, all: [&str; 2]| all.contains(&text);
        let scope = self.fifo_throughput_scope.as_deref().unwrap_or("Topic");
        let archive = self.archive_policy.as_ref().map(|policy| policy.message_retention_period.parse());
        let has_days = archive.is_none_or(|days| days.is_ok_and(|days: i64| (1..=365).contains(&days)));
        let fixed = Mistake::all([
            (!has_days, "/ArchivePolicy/MessageRetentionPeriod", "is no number from 1 to 365"),
            (self.display_name.chars().count() > 100, "/DisplayName", "has more than 100 characters"),
            (!is_one_of(scope, ["Topic", "MessageGroup"]), "/FifoThroughputScope", "is neither Topic nor MessageGroup"),
            (
                !(1024..=1_048_576).contains(&self.maximum_message_size),
                "/MaximumMessageSize",
                "has to be from 1024 to 1048576",
            ),
            (
                self.policy.lacks_version(),
                "/Policy",
                "has no Version, without which SNS takes a document of 2008: write \"2012-10-17\"",
            ),
            (!is_one_of(&self.signature_version, ["1", "2"]), "/SignatureVersion", "is neither 1 nor 2"),
            (
                !is_one_of(&self.tracing_config, ["PassThrough", "Active"]),
                "/TracingConfig",
                "is neither PassThrough nor Active",
            ),
            (
                self.fifo_topic && self.tracing_config == "Active",
                "/TracingConfig",
                "is Active, which a FIFO topic cannot have",
            ),
        ]);
        let action = policy::out_of_scope(&self.policy).map(|action| {
            Mistake::new("/Policy", format!("has the action {action}, which SNS refuses in the policy of a topic"))
        });
        let logging = self.delivery_status_logging.iter().enumerate();
        let logging = logging.flat_map(|(index, one)| one.mistakes(&format!("/DeliveryStatusLogging/{index}")));
        let subscriptions = subscription::mistakes(&self.subscription, self.fifo_topic, self.maximum_message_size);
        let subscriptions = subscriptions.into_iter().map(|what| Mistake::new("/Subscription", what));
        fixed.chain(action).chain(logging).chain(subscriptions).collect()
    }
}

/// The days that an archive, or a part of its policy, says.
pub(super) fn days(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    value.get("MessageRetentionPeriod").unwrap_or(value).as_str()?.parse().ok()
}

fn first() -> String {
    "1".to_owned()
}

fn pass_through() -> String {
    "PassThrough".to_owned()
}

/// Reads an empty object as none.
pub(super) fn if_given<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let is_empty = value.is_null() || value.as_object().is_some_and(Map::is_empty);
    if is_empty { Ok(None) } else { serde_json::from_value(value).map(Some).map_err(D::Error::custom) }
}

filled!(Spec);
