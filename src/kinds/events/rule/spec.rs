use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use crate::kinds::iam::role::Role;
use crate::resource::{Mistake, OPEN, Ref};

const STATES: [&str; 3] = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"];
/// The most targets of a rule, which AWS raises for nobody.
pub(super) const MOST_TARGETS: usize = 5;

/// The properties of `AWS::Events::Rule`, of the default bus; its name is the physical name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default)]
    pub description: String,
    /// Which events are meant: an object of fields, each with the list of what it may be (`source: [aws.guardduty]`).
    #[serde(default)]
    pub event_pattern: Pattern,
    /// The role by which EventBridge calls targets that name none.
    #[serde(default)]
    pub role_arn: Option<Ref<Role>>,
    /// When its targets are called, `rate(5 minutes)` or `cron(0 12 * * ? *)`, in UTC. `AWS::Scheduler::Schedule` does more.
    #[serde(default)]
    pub schedule_expression: String,
    /// `ENABLED`, `DISABLED`, or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`: with the calls that only read.
    #[serde(default = "enabled")]
    pub state: String,
    #[serde(default)]
    pub targets: Vec<Target>,
}

/// What gets the events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Target {
    /// A topic, a queue, a function. Its policy has to let `events.amazonaws.com` in.
    pub arn: String,
    #[serde(default)]
    pub dead_letter_config: DeadLetterConfig,
    /// What tells it from the others of the rule.
    pub id: String,
    /// JSON that it gets in place of the event.
    #[serde(default)]
    pub input: String,
    /// The part of the event that it gets, `$.detail`.
    #[serde(default)]
    pub input_path: String,
    /// A text made of the event, in place of it.
    #[serde(default)]
    pub input_transformer: Option<InputTransformer>,
    #[serde(default)]
    pub retry_policy: RetryPolicy,
    /// The role by which EventBridge calls it, where its own policy does not let EventBridge in.
    #[serde(default)]
    pub role_arn: Option<Ref<Role>>,
}

/// Where an event goes that a target did not take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct DeadLetterConfig {
    /// The ARN of a queue.
    pub arn: String,
}

/// A text made of the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct InputTransformer {
    /// Names, and where in the event the value of each is (`$.detail.severity`).
    #[serde(default)]
    pub input_paths_map: BTreeMap<String, String>,
    /// The text, with `<name>` for each value: JSON, a quoted text, or several of them, each in a line.
    pub input_template: String,
}

/// For how long, and how often, it is tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// 60 to 86400.
    pub maximum_event_age_in_seconds: i32,
    /// 0 to 185.
    pub maximum_retry_attempts: i32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { maximum_event_age_in_seconds: 86_400, maximum_retry_attempts: 185 }
    }
}

fn enabled() -> String {
    STATES[0].to_owned()
}

impl Spec {
    /// Returns what EventBridge refuses (docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html).
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let is_when = |text: &str| (text.starts_with("rate(") || text.starts_with("cron(")) && text.ends_with(')');
        let schedule = self.schedule_expression.as_str();
        let own = Mistake::all([
            (
                self.event_pattern.is_empty() && schedule.is_empty(),
                "/EventPattern",
                "is not there, and neither is ScheduleExpression: nothing would ever start it",
            ),
            (
                self.event_pattern.has_bare_value(),
                "/EventPattern",
                "has a value that is in no list: EventBridge takes lists alone, `source: [aws.guardduty]`",
            ),
            (
                !schedule.is_empty() && !is_when(schedule) && !schedule.contains(OPEN),
                "/ScheduleExpression",
                "is neither `rate(...)` nor `cron(...)`",
            ),
            (!STATES.contains(&self.state.as_str()), "/State", "is neither ENABLED nor DISABLED"),
            (self.description.chars().count() > 512, "/Description", "has more than 512 characters"),
            (self.targets.len() > MOST_TARGETS, "/Targets", "has more than 5, which is the most of a rule"),
        ]);
        own.chain(self.targets.iter().flat_map(Target::mistakes)).collect()
    }
}

impl Target {
    fn mistakes(&self) -> Vec<Mistake> {
        let at = |property: &str| format!("/Targets/{}/{property}", self.id);
        let is_id = |text: &str| {
            let is_letter = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
            (1..=64).contains(&text.len()) && text.chars().all(is_letter)
        };
        let inputs =
            [!self.input.is_empty(), !self.input_path.is_empty(), self.input_transformer.is_some()].into_iter();
        let RetryPolicy { maximum_event_age_in_seconds: age, maximum_retry_attempts: tries } = self.retry_policy;
        Mistake::all([
            (!is_id(&self.id), at("Id"), "has to be 1 to 64 letters, digits, dots, dashes and underscores"),
            (
                inputs.filter(|is_given| *is_given).count() > 1,
                at("Input"),
                "is there beside InputPath or InputTransformer: it is one of the three",
            ),
            (
                !(60..=86_400).contains(&age),
                at("RetryPolicy/MaximumEventAgeInSeconds"),
                "is not from 60 to 86400 seconds",
            ),
            (!(0..=185).contains(&tries), at("RetryPolicy/MaximumRetryAttempts"), "is not from 0 to 185"),
        ])
        .collect()
    }
}
