use aws_sdk_cloudwatch::types::CompositeAlarm as Description;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::kinds::shared::defaults::yes;
use crate::resource::normal::Set;
use crate::resource::{Mistake, OPEN};

/// The properties of `AWS::CloudWatch::CompositeAlarm`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Whether it does anything when its state changes.
    #[serde(default = "yes")]
    pub actions_enabled: bool,
    /// The name or ARN of an alarm; while that is in alarm, this one does nothing.
    #[serde(default)]
    pub actions_suppressor: String,
    /// Seconds that it still does nothing after the suppressor has left its alarm.
    #[serde(default)]
    pub actions_suppressor_extension_period: Option<i32>,
    /// Seconds that it waits for the suppressor to go into alarm before it does anything.
    #[serde(default)]
    pub actions_suppressor_wait_period: Option<i32>,
    /// ARNs of the topics that are told when it goes off. Five at most, as of each of the three.
    #[serde(default)]
    pub alarm_actions: Set<String>,
    /// What it means and what to do about it, for whoever is woken.
    #[serde(default)]
    pub alarm_description: String,
    /// When it goes off: `ALARM("a") OR NOT OK("b")`, with names or ARNs of alarms of the same region.
    #[schemars(with = "String")]
    pub alarm_rule: Rule,
    /// As `AlarmActions`, when it does not know.
    #[serde(default)]
    pub insufficient_data_actions: Set<String>,
    /// As `AlarmActions`, when all is well again.
    #[serde(default, rename = "OKActions")]
    pub ok_actions: Set<String>,
}

/// The longest rule and description, and the most actions of one state and alarms of a rule
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html).
const RULE_MAX: usize = 10_240;
const DESCRIPTION_MAX: usize = 1_024;
const MOST_ACTIONS: usize = 5;
const MOST_ALARMS: usize = 100;

impl Spec {
    pub(super) fn of(from: &Description) -> Self {
        Self {
            actions_enabled: from.actions_enabled().unwrap_or(true),
            actions_suppressor: from.actions_suppressor().unwrap_or_default().to_owned(),
            actions_suppressor_extension_period: from.actions_suppressor_extension_period(),
            actions_suppressor_wait_period: from.actions_suppressor_wait_period(),
            alarm_actions: from.alarm_actions().iter().cloned().collect(),
            alarm_description: from.alarm_description().unwrap_or_default().to_owned(),
            alarm_rule: Rule::new(from.alarm_rule().unwrap_or_default()),
            insufficient_data_actions: from.insufficient_data_actions().iter().cloned().collect(),
            ok_actions: from.ok_actions().iter().cloned().collect(),
        }
    }

    /// What CloudWatch refuses.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let actions = [&self.alarm_actions, &self.insufficient_data_actions, &self.ok_actions];
        let (rule, has_suppressor) = (self.alarm_rule.as_str(), !self.actions_suppressor.is_empty());
        let periods = [self.actions_suppressor_wait_period, self.actions_suppressor_extension_period];
        let is_open = rule.contains(OPEN);
        Mistake::all([
            (rule.is_empty(), "/AlarmRule", "is empty"),
            (!is_open && rule.len() > RULE_MAX, "/AlarmRule", "has more than 10240 characters"),
            (!self.alarm_rule.is_balanced(), "/AlarmRule", "opens or closes a parenthesis too many"),
            (self.alarm_rule.alarms().len() > MOST_ALARMS, "/AlarmRule", "asks for more than 100 alarms"),
            (
                has_suppressor && periods.iter().any(Option::is_none),
                "/ActionsSuppressor",
                "needs ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod",
            ),
            (
                !has_suppressor && periods.iter().any(Option::is_some),
                "/ActionsSuppressor",
                "is missing, and its periods say nothing without it",
            ),
            (
                periods.iter().flatten().any(|seconds| *seconds < 0),
                "/ActionsSuppressor",
                "has a period of less than 0 seconds",
            ),
            (self.alarm_description.len() > DESCRIPTION_MAX, "/AlarmDescription", "has more than 1024 characters"),
            (actions.iter().any(|list| list.len() > MOST_ACTIONS), "/AlarmActions", "has more than 5 for one state"),
        ])
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn wrong(spec: Value) -> Vec<String> {
        from_value::<Spec>(spec).unwrap().mistakes().into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn what_cloudwatch_refuses_is_a_mistake() {
        let none: Vec<String> = Vec::new();
        assert_eq!(wrong(json!({ "AlarmRule": "ALARM(a) OR ALARM(b)" })), none);
        let silent = json!({ "AlarmRule": "ALARM(a)", "ActionsSuppressor": "b", "ActionsSuppressorWaitPeriod": 60,
            "ActionsSuppressorExtensionPeriod": 0 });
        assert_eq!(wrong(silent), none);
        let many = vec!["ALARM(a)"; 101].join(" OR ");
        for (spec, path) in [
            (json!({ "AlarmRule": "" }), "/AlarmRule"),
            (json!({ "AlarmRule": "ALARM(a" }), "/AlarmRule"),
            (json!({ "AlarmRule": many }), "/AlarmRule"),
            (json!({ "AlarmRule": format!("ALARM({})", "a".repeat(10_240)) }), "/AlarmRule"),
            (json!({ "AlarmRule": "ALARM(a)", "ActionsSuppressor": "b" }), "/ActionsSuppressor"),
            (json!({ "AlarmRule": "ALARM(a)", "ActionsSuppressorWaitPeriod": 60 }), "/ActionsSuppressor"),
            (json!({ "AlarmRule": "ALARM(a)", "AlarmActions": ["a", "b", "c", "d", "e", "f"] }), "/AlarmActions"),
            (json!({ "AlarmRule": "ALARM(a)", "AlarmDescription": "a".repeat(1_025) }), "/AlarmDescription"),
        ] {
            assert_eq!(wrong(spec.clone()), [path], "{spec}");
        }
    }
}
