use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ecs::network::NetworkConfiguration;
use crate::kinds::iam::role::Role;
use crate::kinds::scheduler::schedule_group::ScheduleGroup;
use crate::resource::normal::Set;
use crate::resource::{Ref, Switch};

/// The properties of `AWS::Scheduler::Schedule`. The name is the resource's, and the description has its digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub flexible_time_window: FlexibleTimeWindow,
    /// The group that it is in.
    pub group_name: Ref<ScheduleGroup>,
    /// The key for its input; AWS's own if there is none.
    #[serde(default)]
    pub kms_key_arn: String,
    /// `cron(0 4 * * ? *)`, `rate(5 minutes)` or `at(2027-01-01T00:00:00)`.
    pub schedule_expression: String,
    /// Where the hours of `cron` and `at` count, by its IANA name.
    #[serde(default = "utc")]
    pub schedule_expression_timezone: String,
    /// `ENABLED` or `DISABLED`.
    #[serde(default = "enabled")]
    pub state: String,
    pub target: Target,
}

/// How long after its time it may start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FlexibleTimeWindow {
    /// 1 to 1440; with `FLEXIBLE`.
    #[serde(default)]
    pub maximum_window_in_minutes: Option<i32>,
    /// `OFF` or `FLEXIBLE`.
    pub mode: String,
}

/// What is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Target {
    /// Of a task, the ARN of its cluster.
    pub arn: String,
    #[serde(default)]
    pub dead_letter_config: DeadLetterConfig,
    /// The task; none for other targets.
    #[serde(default)]
    pub ecs_parameters: Option<EcsParameters>,
    /// What the target is told, as JSON: of a task its `containerOverrides`.
    #[serde(default)]
    pub input: String,
    #[serde(default)]
    pub retry_policy: RetryPolicy,
    /// The role with which Scheduler starts it.
    pub role_arn: Ref<Role>,
}

/// Where what could not be started is told of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct DeadLetterConfig {
    /// The ARN of a queue.
    pub arn: String,
}

/// For how long, and how often, it is tried again. Of a task, to start it: what comes of it Scheduler does not see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// 60 to 86400.
    pub maximum_event_age_in_seconds: i32,
    /// 0 to 185.
    pub maximum_retry_attempts: i32,
}

/// A task of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EcsParameters {
    /// On whose instances it runs, in place of `LaunchType`.
    #[serde(default)]
    pub capacity_provider_strategy: Set<CapacityProviderStrategyItem>,
    #[serde(default, rename = "EnableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    #[serde(default)]
    pub enable_execute_command: bool,
    /// `FARGATE`, `EC2` or `EXTERNAL`; the cluster's own strategy if there is none.
    #[serde(default)]
    pub launch_type: String,
    #[serde(default)]
    pub network_configuration: NetworkConfiguration,
    /// Of Fargate.
    #[serde(default)]
    pub platform_version: String,
    /// `TASK_DEFINITION`, or nothing.
    #[serde(default)]
    pub propagate_tags: String,
    #[serde(default = "one")]
    pub task_count: i32,
    /// The ARN of a revision, or of a family, whose newest active revision it is then.
    pub task_definition_arn: String,
}

/// A capacity provider, and its part of the tasks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CapacityProviderStrategyItem {
    /// How many tasks it has before any other.
    #[serde(default)]
    pub base: i32,
    /// Its name.
    pub capacity_provider: String,
    /// Its share of the others.
    #[serde(default)]
    pub weight: i32,
}

/// The return value of `AWS::Scheduler::Schedule`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    /// CloudFormation's `Ref`.
    pub name: String,
}

pub(super) const SWITCHES: &[Switch] =
    &[Switch::with("/FlexibleTimeWindow/MaximumWindowInMinutes", "/FlexibleTimeWindow/Mode", &["FLEXIBLE"])];

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { maximum_event_age_in_seconds: 86_400, maximum_retry_attempts: 185 }
    }
}

pub(super) fn utc() -> String {
    "UTC".to_owned()
}

pub(super) fn enabled() -> String {
    "ENABLED".to_owned()
}

pub(super) fn one() -> i32 {
    1
}
