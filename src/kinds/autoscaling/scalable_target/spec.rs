use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::CustomMetric;
use super::steps::StepScaling;

/// The properties of `AWS::ApplicationAutoScaling::ScalableTarget`, and its policies.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub max_capacity: i32,
    pub min_capacity: i32,
    /// `service/<cluster>/<service>`.
    pub resource_id: String,
    /// `ecs:service:DesiredCount`.
    pub scalable_dimension: String,
    /// The policies, exactly these.
    #[serde(default)]
    pub scaling_policies: Vec<Policy>,
    /// What changes the capacities at certain times, exactly these. `MinCapacity` and `MaxCapacity` are then theirs: a template
    /// names both as `external`.
    #[serde(default)]
    pub scheduled_actions: Vec<ScheduledAction>,
    /// `ecs`.
    pub service_namespace: String,
    #[serde(default)]
    pub suspended_state: SuspendedState,
}

/// Which scaling is switched off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct SuspendedState {
    pub dynamic_scaling_in_suspended: bool,
    pub dynamic_scaling_out_suspended: bool,
    pub scheduled_scaling_suspended: bool,
}

/// A policy, as `AWS::ApplicationAutoScaling::ScalingPolicy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Policy {
    pub policy_name: String,
    /// `TargetTrackingScaling` or `StepScaling`.
    #[serde(default = "target_tracking")]
    pub policy_type: String,
    /// What an alarm does whose action is the policy, `PolicyArn.<name>`.
    #[serde(default)]
    pub step_scaling_policy_configuration: Option<StepScaling>,
    #[serde(default)]
    pub target_tracking_scaling_policy_configuration: Option<TargetTracking>,
}

/// Keeps a metric at a value: AWS's own, or another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetTracking {
    #[serde(default)]
    pub customized_metric_specification: Option<CustomMetric>,
    /// Whether it only adds tasks.
    #[serde(default)]
    pub disable_scale_in: bool,
    #[serde(default)]
    pub predefined_metric_specification: Option<Metric>,
    /// Seconds after taking tasks away until the next.
    #[serde(default = "cooldown")]
    pub scale_in_cooldown: i32,
    /// Seconds after adding tasks until the next.
    #[serde(default = "cooldown")]
    pub scale_out_cooldown: i32,
    pub target_value: f64,
}

/// A metric that AWS keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Metric {
    /// `ECSServiceAverageCPUUtilization`, `ECSServiceAverageMemoryUtilization` or `ALBRequestCountPerTarget`.
    pub predefined_metric_type: String,
    /// With `ALBRequestCountPerTarget`, the load balancer's and the target group's full names, `app/x/1/targetgroup/y/2`.
    #[serde(default)]
    pub resource_label: String,
}

/// Other capacities from a certain time on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ScheduledAction {
    /// After which it does nothing any more, `2027-01-31T00:00:00Z`.
    #[serde(default)]
    pub end_time: Option<String>,
    pub scalable_target_action: Capacities,
    /// `cron(0 7 ? * MON-FRI *)`, `rate(1 day)` or `at(2027-01-01T00:00:00)`.
    pub schedule: String,
    pub scheduled_action_name: String,
    /// Before which it does nothing, `2027-01-01T00:00:00Z`.
    #[serde(default)]
    pub start_time: Option<String>,
    /// Where the hours of `cron` and `at` count, by its IANA name.
    #[serde(default = "utc")]
    pub timezone: String,
}

/// What a scheduled action sets; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Capacities {
    pub max_capacity: Option<i32>,
    pub min_capacity: Option<i32>,
}

/// The return values of `AWS::ApplicationAutoScaling::ScalableTarget`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// `service/<cluster>/<service>|ecs:service:DesiredCount|ecs`.
    pub id: String,
    /// The ARNs of its policies, by name: what an alarm names whose action is a step policy.
    #[serde(default)]
    pub policy_arn: BTreeMap<String, String>,
    /// What tags hang on; CloudFormation does not return it.
    #[serde(skip)]
    pub arn: String,
}

pub(super) fn target_tracking() -> String {
    "TargetTrackingScaling".to_owned()
}

pub(super) fn utc() -> String {
    "UTC".to_owned()
}

/// AWS's default for ECS services.
pub(super) fn cooldown() -> i32 {
    300
}
