//! What SNS writes to CloudWatch Logs of its deliveries, by protocol: three attributes of each.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::kinds::iam::role::Role;
use crate::resource::{Mistake, OPEN, Ref};

/// What is logged of the deliveries by one protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Logging {
    /// `http/s`, `sqs`, `lambda`, `firehose` or `application`.
    pub protocol: String,
    /// The role by which SNS logs those that succeed.
    #[serde(default)]
    pub success_feedback_role_arn: Ref<Role>,
    /// How many of those it logs, in percent.
    #[serde(default = "none", deserialize_with = "text")]
    pub success_feedback_sample_rate: String,
    /// The role by which SNS logs those that fail.
    #[serde(default)]
    pub failure_feedback_role_arn: Ref<Role>,
}

/// The protocols, and what their attributes begin with.
const PROTOCOLS: [(&str, &str); 5] = [
    ("application", "Application"),
    ("firehose", "Firehose"),
    ("http/s", "HTTP"),
    ("lambda", "Lambda"),
    ("sqs", "SQS"),
];
/// What the attributes end in.
const SUCCESS: &str = "SuccessFeedbackRoleArn";
const RATE: &str = "SuccessFeedbackSampleRate";
const FAILURE: &str = "FailureFeedbackRoleArn";

/// The rate of what is not logged: SNS takes no empty one.
fn none() -> String {
    "0".to_owned()
}

/// Reads a number or a text as a text: CloudFormation and AWS take either.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(D::Error::custom(format!("{other} is no text"))),
    }
}

/// Returns whether an attribute is of the logs.
pub(super) fn has(attribute: &str) -> bool {
    attribute.contains("Feedback")
}

/// All attributes of the logs: those of what is not logged switch it off.
pub(super) fn texts(all: &[Logging]) -> impl Iterator<Item = (String, String)> {
    PROTOCOLS.into_iter().flat_map(|(protocol, prefix)| {
        let one = all.iter().find(|one| one.protocol == protocol);
        let role = |of: fn(&Logging) -> &Ref<Role>| one.map(|one| of(one).to_string()).unwrap_or_default();
        [
            (format!("{prefix}{SUCCESS}"), role(|one| &one.success_feedback_role_arn)),
            (format!("{prefix}{RATE}"), one.map_or_else(none, |one| one.success_feedback_sample_rate.clone())),
            (format!("{prefix}{FAILURE}"), role(|one| &one.failure_feedback_role_arn)),
        ]
    })
}

pub(super) fn read(attributes: &HashMap<String, String>) -> Vec<Logging> {
    let all = PROTOCOLS.into_iter().map(|(protocol, prefix)| {
        let text = |end: &str| attributes.get(&format!("{prefix}{end}")).filter(|text| !text.is_empty()).cloned();
        Logging {
            protocol: protocol.to_owned(),
            success_feedback_role_arn: text(SUCCESS).unwrap_or_default().into(),
            success_feedback_sample_rate: text(RATE).unwrap_or_else(none),
            failure_feedback_role_arn: text(FAILURE).unwrap_or_default().into(),
        }
    });
    all.filter(|one| !one.is_off()).collect()
}

impl Logging {
    fn has_success(&self) -> bool {
        !self.success_feedback_role_arn.as_str().is_empty()
    }

    fn is_off(&self) -> bool {
        let has_failure = !self.failure_feedback_role_arn.as_str().is_empty();
        !self.has_success() && !has_failure && self.success_feedback_sample_rate == none()
    }

    /// Returns what SNS would refuse, or ignore.
    pub(super) fn mistakes(&self, at: &str) -> impl Iterator<Item = Mistake> + use<> {
        let rate = &self.success_feedback_sample_rate;
        let is_rate = rate.contains(OPEN) || rate.parse().is_ok_and(|rate: u8| rate <= 100);
        let is_known = PROTOCOLS.iter().any(|(protocol, _)| *protocol == self.protocol);
        let has_rate_alone = !self.has_success() && *rate != none();
        let [protocol, rate] = ["Protocol", "SuccessFeedbackSampleRate"].map(|name| format!("{at}/{name}"));
        Mistake::all([
            (!is_known, protocol, "is none of http/s, sqs, lambda, firehose and application"),
            (!is_rate, rate.clone(), "is no number from 0 to 100"),
            (has_rate_alone, rate, "counts only beside a SuccessFeedbackRoleArn"),
            (self.is_off(), at.to_owned(), "names no role, by which alone SNS logs"),
        ])
    }
}
