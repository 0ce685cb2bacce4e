use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kinds::shared::defaults::yes;
use crate::kinds::sns::topic::Topic;
use crate::resource::Ref;
use crate::resource::normal::Set;

pub(super) const OPTIONAL: &str = "OPTIONAL";

/// CloudFormation's words for what becomes of a mail, and the API's.
pub(super) const EVENTS: &[(&str, &str)] = &[
    ("bounce", "BOUNCE"),
    ("click", "CLICK"),
    ("complaint", "COMPLAINT"),
    ("delivery", "DELIVERY"),
    ("deliveryDelay", "DELIVERY_DELAY"),
    ("open", "OPEN"),
    ("reject", "REJECT"),
    ("renderingFailure", "RENDERING_FAILURE"),
    ("send", "SEND"),
    ("subscription", "SUBSCRIPTION"),
];

/// The properties of `AWS::SES::ConfigurationSet`, and its event destinations, which AWS can't tag
/// (`AWS::SES::ConfigurationSetEventDestination`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default)]
    pub delivery_options: DeliveryOptions,
    /// Whom SES tells what becomes of mails; at most ten.
    #[serde(default)]
    pub event_destinations: Vec<EventDestination>,
    #[serde(default)]
    pub reputation_options: ReputationOptions,
    #[serde(default)]
    pub sending_options: SendingOptions,
    /// Which addresses SES sends nothing more to; without it the account's setting counts.
    #[serde(default)]
    pub suppression_options: Option<SuppressionOptions>,
}

/// How mails are handed to other servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeliveryOptions {
    /// Seconds for which SES tries to deliver, 300 to 50400; without it 14 hours.
    #[serde(default)]
    pub max_delivery_seconds: Option<i64>,
    /// The pool of dedicated addresses that mails are sent from; without it from those that all share.
    #[serde(default)]
    pub sending_pool_name: Option<String>,
    /// `REQUIRE`: a mail that can't be handed over by TLS bounces; `OPTIONAL`: it goes in the clear.
    #[serde(default = "optional")]
    pub tls_policy: String,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self { max_delivery_seconds: None, sending_pool_name: None, tls_policy: optional() }
    }
}

/// What SES measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReputationOptions {
    /// Whether CloudWatch gets the bounce rate and the complaint rate of what is sent with it.
    #[serde(default = "yes")]
    pub reputation_metrics_enabled: bool,
}

impl Default for ReputationOptions {
    fn default() -> Self {
        Self { reputation_metrics_enabled: true }
    }
}

/// Whether it can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SendingOptions {
    /// Whether SES takes mails that are sent with it.
    #[serde(default = "yes")]
    pub sending_enabled: bool,
}

impl Default for SendingOptions {
    fn default() -> Self {
        Self { sending_enabled: true }
    }
}

/// What puts an address on the account's list of those that get no more mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SuppressionOptions {
    /// `BOUNCE` and `COMPLAINT`; an empty list: nothing does, whatever the account's setting is.
    #[serde(default)]
    pub suppressed_reasons: Set<String>,
}

/// One that is told, by SNS or by EventBridge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventDestination {
    /// Letters, digits, `-` and `_`, at most 64.
    pub name: String,
    /// Whether it is told anything.
    pub enabled: bool,
    /// What it is told of: `send`, `reject`, `bounce`, `complaint`, `delivery`, `open`, `click`, `renderingFailure`,
    /// `deliveryDelay`, `subscription`.
    #[serde(deserialize_with = "events")]
    pub matching_event_types: Set<String>,
    #[serde(default)]
    pub sns_destination: Option<SnsDestination>,
    #[serde(default)]
    pub event_bridge_destination: Option<EventBridgeDestination>,
}

/// A topic, whose policy lets SES publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnsDestination {
    #[serde(rename = "TopicARN")]
    pub topic_arn: Ref<Topic>,
}

/// An event bus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventBridgeDestination {
    /// The account's default bus; SES takes no other.
    pub event_bus_arn: String,
}

/// The words of CloudFormation; it takes the API's as well (`DELIVERY_DELAY`).
fn events<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Set<String>, D::Error> {
    Vec::<String>::deserialize(deserializer).map(|words| words.iter().map(|word| event(word)).collect())
}

/// CloudFormation's word for an event.
pub(super) fn event(word: &str) -> &str {
    EVENTS.iter().find(|(_, api)| *api == word).map_or(word, |(ours, _)| ours)
}

fn optional() -> String {
    OPTIONAL.to_owned()
}
