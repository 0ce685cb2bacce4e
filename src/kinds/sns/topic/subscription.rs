use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::OPEN;
use crate::resource::normal::Set;

/// As many as a tag of the topic has room to mark.
pub(super) const MOST: usize = 42;

/// A subscription by `firehose` needs a role, for which CloudFormation's list has no property.
const PROTOCOLS: [&str; 8] = ["application", "email", "email-json", "http", "https", "lambda", "sms", "sqs"];
/// What a FIFO topic delivers to, and what takes messages longer than the usual.
const FOR_ORDER: [&str; 1] = ["sqs"];
const FOR_LONG: [&str; 2] = ["lambda", "sqs"];
/// The usual length of messages, in bytes.
const MOST_BYTES: i32 = 262_144;

/// One subscription.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Subscription {
    /// An address of the protocol: a URL, a mail address, a phone number, an ARN.
    pub endpoint: String,
    /// `application`, `email`, `email-json`, `http`, `https`, `lambda`, `sms` or `sqs`.
    pub protocol: String,
}

impl Subscription {
    /// With the one spelling that SNS has for a phone number.
    pub(super) fn normal(&self) -> Self {
        let mut normal = self.clone();
        if self.protocol == "sms" && !self.endpoint.contains(OPEN) {
            let digits = self.endpoint.chars().filter(char::is_ascii_digit);
            normal.endpoint = std::iter::once('+').chain(digits).collect();
        }
        normal
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
        ];
        let made = checks.into_iter().filter(|(is_made, _)| *is_made);
        found.extend(made.map(|(_, what)| format!("{}: {what}", one.protocol)));
    }
    if all.len() > MOST {
        found.push(format!("are more than {MOST}"));
    }
    found
}
