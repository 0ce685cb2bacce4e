use std::collections::HashMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::secret_endpoint;
use super::spec::if_given;
use crate::kinds::shared::attributes::from_text;
use crate::kinds::sqs::queue::Queue;
use crate::resource::normal::Set;
use crate::resource::{OPEN, Ref, Result};

/// As many as a tag of the topic has room to mark.
pub(super) const MOST: usize = 42;

/// A subscription by `firehose` needs a role, for which CloudFormation's list has no property.
const PROTOCOLS: [&str; 8] = ["application", "email", "email-json", "http", "https", "lambda", "sms", "sqs"];
/// What a FIFO topic delivers to, and what takes messages longer than the usual.
const FOR_ORDER: [&str; 1] = ["sqs"];
const FOR_LONG: [&str; 2] = ["lambda", "sqs"];
/// The usual length of messages, in bytes.
const MOST_BYTES: i32 = 262_144;
/// What takes messages without SNS's envelope.
const FOR_RAW: [&str; 3] = ["http", "https", "sqs"];

/// The attributes of a subscription that can be set.
const FILTER: &str = "FilterPolicy";
const SCOPE: &str = "FilterPolicyScope";
const RAW: &str = "RawMessageDelivery";
const REDRIVE: &str = "RedrivePolicy";
/// The two scopes of a filter.
const ATTRIBUTES: &str = "MessageAttributes";
const BODY: &str = "MessageBody";

/// One subscription: the topic's own `Subscription` of CloudFormation, and what `AWS::SNS::Subscription` has beyond.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Subscription {
    /// An address of the protocol: a URL, a mail address, a phone number, an ARN. What is secret in the URL of `https` is
    /// named, `https://events.pagerduty.com/integration/{{resolve:secretsmanager:ARN}}/enqueue`, and read when it is subscribed.
    pub endpoint: String,
    /// Which messages it receives; without it all.
    #[serde(default, deserialize_with = "if_given")]
    pub filter_policy: Option<Filter>,
    /// What the filter looks at: `MessageAttributes`, which is the default, or `MessageBody`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter_policy_scope: Option<String>,
    /// `application`, `email`, `email-json`, `http`, `https`, `lambda`, `sms` or `sqs`.
    pub protocol: String,
    /// Whether messages come as they were published, without SNS's JSON around them; of `sqs`, `http` and `https`.
    #[serde(default)]
    pub raw_message_delivery: bool,
    /// Where messages go that could not be delivered.
    #[serde(default, deserialize_with = "if_given")]
    pub redrive_policy: Option<RedrivePolicy>,
}

/// A filter as SNS has it: names, and the values that are let through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Filter(Map<String, Value>);

/// The filter as JSON text, as SNS takes it.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl Ord for Filter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

impl PartialOrd for Filter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The queue for what could not be delivered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedrivePolicy {
    /// A queue of the same account and region that lets SNS send; FIFO as the topic is.
    pub dead_letter_target_arn: Ref<Queue>,
}

impl Subscription {
    /// One without settings.
    pub(super) fn plain(protocol: String, endpoint: String) -> Self {
        Self {
            endpoint,
            filter_policy: None,
            filter_policy_scope: None,
            protocol,
            raw_message_delivery: false,
            redrive_policy: None,
        }
    }

    /// The same with the settings that its attributes tell.
    pub(super) fn with(&self, mut attributes: HashMap<String, String>) -> Result<Self> {
        attributes.insert("Endpoint".to_owned(), self.endpoint.clone());
        attributes.insert("Protocol".to_owned(), self.protocol.clone());
        from_text::<Self>(&attributes).map(|read| read.normal())
    }

    /// Whether both are the same subscription, whatever their settings.
    pub(super) fn is(&self, other: &Self) -> bool {
        (&self.protocol, &self.endpoint) == (&other.protocol, &other.endpoint)
    }

    /// With the one spelling that SNS has for a phone number, and the scope that a filter has if nobody says.
    pub(super) fn normal(&self) -> Self {
        let mut normal = self.clone();
        if self.protocol == "sms" && !self.endpoint.contains(OPEN) {
            let digits = self.endpoint.chars().filter(char::is_ascii_digit);
            normal.endpoint = std::iter::once('+').chain(digits).collect();
        }
        if self.filter_policy.is_some() {
            normal.filter_policy_scope.get_or_insert_with(|| ATTRIBUTES.to_owned());
        }
        normal
    }

    /// The attributes that a new one is subscribed with.
    pub(super) fn settings(&self) -> HashMap<String, String> {
        let plain = Self::plain(self.protocol.clone(), self.endpoint.clone());
        let given = self.settings_unlike(&plain).into_iter();
        given.filter_map(|(name, text)| Some((name.to_owned(), text?))).collect()
    }

    /// What is to be set where the settings are those of `live`, in the order in which SNS takes it; what has no text goes.
    ///
    /// A filter that fits attributes fits bodies as well, and not the reverse.
    pub(super) fn settings_unlike(&self, live: &Self) -> Vec<(&'static str, Option<String>)> {
        let is_deep = self.filter_policy_scope.as_deref() == Some(BODY);
        let order = if is_deep { [SCOPE, FILTER, RAW, REDRIVE] } else { [FILTER, SCOPE, RAW, REDRIVE] };
        let changed = order.into_iter().filter(|name| self.text(name) != live.text(name));
        // The scope goes with its filter.
        let sent = changed.map(|name| (name, self.text(name))).filter(|(name, text)| *name != SCOPE || text.is_some());
        sent.collect()
    }

    fn text(&self, setting: &str) -> Option<String> {
        match setting {
            FILTER => Some(self.filter_policy.as_ref().map_or_else(|| "{}".to_owned(), Filter::to_string)),
            SCOPE => self.filter_policy_scope.clone(),
            RAW => Some(self.raw_message_delivery.to_string()),
            _ => self.redrive_policy.as_ref().and_then(|policy| serde_json::to_string(policy).ok()),
        }
    }

    fn is_misspelt(&self) -> bool {
        let begins = match self.protocol.as_str() {
            "http" => "http://",
            "https" => "https://",
            "application" | "lambda" | "sqs" => "arn:",
            _ => return false,
        };
        !self.endpoint.is_empty() && !self.endpoint.starts_with(begins) && !self.endpoint.starts_with(OPEN)
    }

    fn has_password(&self) -> bool {
        self.protocol.starts_with("http") && self.endpoint.split('/').nth(2).is_some_and(|host| host.contains('@'))
    }

    /// Returns what SNS would refuse of its settings.
    fn mistakes_of_settings(&self) -> [(bool, &'static str); 4] {
        let scope = self.filter_policy_scope.as_deref();
        let is_set = self.filter_policy.is_some() || self.redrive_policy.is_some();
        let is_known = scope.is_none_or(|scope| [ATTRIBUTES, BODY].contains(&scope));
        [
            (
                self.raw_message_delivery && !FOR_RAW.contains(&&*self.protocol),
                "has RawMessageDelivery, which only http, https and sqs have",
            ),
            (!is_known, "has a FilterPolicyScope that is neither MessageAttributes nor MessageBody"),
            (scope.is_some() && self.filter_policy.is_none(), "has a FilterPolicyScope, and no FilterPolicy"),
            (
                is_set && is_mailbox(&self.protocol),
                "has settings, which SNS does not tell until somebody has confirmed: filter in a queue or function",
            ),
        ]
    }
}

/// Whether a person confirms it.
pub(super) fn is_mailbox(protocol: &str) -> bool {
    protocol.starts_with("email")
}

/// Returns what SNS would refuse, in words. Endpoints are not quoted.
pub(super) fn mistakes(all: &Set<Subscription>, is_fifo: bool, bytes: i32) -> Vec<String> {
    let mut found = Vec::new();
    for one in all.iter() {
        let checks = [
            (!PROTOCOLS.contains(&&*one.protocol), "is no protocol of a topic's own subscriptions"),
            (one.endpoint.is_empty(), "has no Endpoint"),
            (one.is_misspelt(), "has an Endpoint of another protocol"),
            (one.has_password(), "has a password in its Endpoint, which SNS shows to nobody: its path can bear a key"),
            (is_fifo && !FOR_ORDER.contains(&&*one.protocol), "receives nothing from a FIFO topic"),
            (bytes > MOST_BYTES && !FOR_LONG.contains(&&*one.protocol), "takes no more than 262144 bytes"),
            (all.iter().filter(|other| one.is(other)).count() > 1, "has an Endpoint that is subscribed twice"),
        ];
        let made = checks.into_iter().chain(one.mistakes_of_settings()).filter(|(is_made, _)| *is_made);
        let made = made.map(|(_, what)| what).chain(secret_endpoint::mistake(one));
        found.extend(made.map(|what| format!("{}: {what}", one.protocol)));
    }
    if all.len() > MOST {
        found.push(format!("are more than {MOST}"));
    }
    found
}
