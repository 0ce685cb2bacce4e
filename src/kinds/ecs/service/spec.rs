use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::connect::ServiceConnect;
use super::controller;
use crate::kinds::ecs::cluster::Cluster;
use crate::kinds::ecs::network::NetworkConfiguration;
use crate::kinds::ecs::task_definition::TaskDefinition;
use crate::kinds::ecs::{self, CapacityProviderStrategy};
use crate::kinds::shared::filled::filled;
use crate::resource::normal::Set;
use crate::resource::{OPEN, Ref};

/// The scheduling strategy that starts a task on every instance.
pub(super) const DAEMON: &str = "DAEMON";

/// The properties of `AWS::ECS::Service`; the service's name is the physical name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `ENABLED` or `DISABLED`; AWS chooses by the kind of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone_rebalancing: Option<String>,
    /// In place of `LaunchType`. With neither, AWS takes the cluster's default strategy, or `EC2` where that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider_strategy: Option<Vec<CapacityProviderStrategy>>,
    /// The name of the cluster; an ARN is shortened to it.
    #[serde(default = "default_cluster", deserialize_with = "short")]
    pub cluster: Ref<Cluster>,
    #[serde(default)]
    pub deployment_configuration: DeploymentConfiguration,
    #[serde(default)]
    pub deployment_controller: DeploymentController,
    /// Tasks at creation; afterwards autoscaling and people decide.
    #[serde(default = "one")]
    pub desired_count: i32,
    #[serde(default, rename = "EnableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    /// Whether people can run commands in the containers.
    #[serde(default)]
    pub enable_execute_command: bool,
    /// Seconds in which a fresh task's failed health checks, a load balancer's or a container's, do not count.
    #[serde(default)]
    pub health_check_grace_period_seconds: i32,
    /// `FARGATE`, `EC2` or `EXTERNAL`; see `CapacityProviderStrategy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<String>,
    #[serde(default)]
    pub load_balancers: Set<LoadBalancer>,
    #[serde(default)]
    pub network_configuration: NetworkConfiguration,
    /// On which container instances tasks may run; not of Fargate.
    #[serde(default)]
    pub placement_constraints: Set<PlacementConstraint>,
    /// How tasks are spread over container instances, by the first and among equals by the next; not of Fargate.
    #[serde(default)]
    pub placement_strategies: Vec<PlacementStrategy>,
    /// Of Fargate; AWS chooses the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// Where the tasks' tags come from: `SERVICE`, `TASK_DEFINITION` or `NONE`.
    #[serde(default = "no_propagation")]
    pub propagate_tags: String,
    /// `REPLICA` or `DAEMON`.
    #[serde(default = "replica")]
    pub scheduling_strategy: String,
    #[serde(default)]
    pub service_connect_configuration: ServiceConnect,
    /// The ARN of a revision.
    pub task_definition: Ref<TaskDefinition>,
}

/// On which container instances tasks may run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PlacementConstraint {
    /// Of `memberOf`, in ECS's query language.
    #[serde(default)]
    pub expression: String,
    /// `distinctInstance` or `memberOf`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// How tasks are spread over container instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PlacementStrategy {
    /// `attribute:ecs.availability-zone`, `instanceId`, `cpu` or `memory`.
    #[serde(default, deserialize_with = "field")]
    pub field: String,
    /// `spread`, `binpack` or `random`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// By which tasks are spread over zones.
pub(super) const ZONE: &str = "attribute:ecs.availability-zone";

/// How a deployment replaces tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct DeploymentConfiguration {
    pub alarms: Alarms,
    /// Minutes for which both revisions run once the new one has all traffic, 0 to 1440; not with `ROLLING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bake_time_in_minutes: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary_configuration: Option<Canary>,
    pub deployment_circuit_breaker: CircuitBreaker,
    /// Functions that ECS asks at stages of a deployment.
    pub lifecycle_hooks: Set<LifecycleHook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linear_configuration: Option<Linear>,
    /// Percent of the desired tasks that may run during a deployment, old and new together: 200, of a `DAEMON` always 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_percent: Option<i32>,
    /// Percent of the desired tasks that stay up during a deployment: 100, of a `DAEMON` 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_healthy_percent: Option<i32>,
    /// `ROLLING`; or with a second target group `BLUE_GREEN` (all traffic at once), `CANARY` (a part first) or `LINEAR`
    /// (step by step).
    pub strategy: Strategy,
}

/// How a deployment moves the traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    #[default]
    Rolling,
    BlueGreen,
    Canary,
    Linear,
}

/// The first part of the traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Canary {
    /// Minutes until the rest follows, 0 to 1440.
    pub canary_bake_time_in_minutes: i32,
    /// Percent, 0.1 to 100.
    pub canary_percent: f64,
}

/// Equal parts of the traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Linear {
    /// Minutes until the next part, 0 to 1440.
    pub step_bake_time_in_minutes: i32,
    /// Percent, 3 to 100.
    pub step_percent: f64,
}

/// A function that says whether a deployment goes on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecycleHook {
    pub hook_target_arn: String,
    /// `PRE_SCALE_UP`, `POST_SCALE_UP`, `POST_TEST_TRAFFIC_SHIFT` and others.
    pub lifecycle_stages: Set<String>,
    /// The role with which ECS calls it.
    pub role_arn: String,
}

/// Alarms that fail a deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Alarms {
    pub alarm_names: Set<String>,
    pub enable: bool,
    pub rollback: bool,
}

/// Whether a deployment whose tasks do not come up is given up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct CircuitBreaker {
    pub enable: bool,
    /// Whether the service goes back to what ran before.
    pub rollback: bool,
}

/// Who replaces tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct DeploymentController {
    /// `ECS`, `CODE_DEPLOY` or `EXTERNAL`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// A container's port as target of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoadBalancer {
    /// What ECS needs to move traffic from one revision to the next; with every strategy but `ROLLING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advanced_configuration: Option<AdvancedConfiguration>,
    pub container_name: String,
    pub container_port: i32,
    pub target_group_arn: String,
}

/// The second target group, and the rules whose weights ECS changes during a deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AdvancedConfiguration {
    pub alternate_target_group_arn: String,
    /// A rule, or of a network load balancer a listener.
    pub production_listener_rule: String,
    /// The role with which ECS changes the rules.
    pub role_arn: String,
    /// By which the next revision is reached before any other traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_listener_rule: Option<String>,
}

/// The return values of `AWS::ECS::Service`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub service_arn: String,
    pub name: String,
    #[serde(skip)]
    pub(super) health: Option<String>,
}

impl Spec {
    /// Fills in what AWS documents for the scheduling strategy.
    pub(super) fn filled(mut self) -> Self {
        let (most, least) = if self.scheduling_strategy == DAEMON { (100, 0) } else { (200, 100) };
        let deployment = &mut self.deployment_configuration;
        deployment.maximum_percent.get_or_insert(most);
        deployment.minimum_healthy_percent.get_or_insert(least);
        match deployment.strategy {
            Strategy::Canary => drop(deployment.canary_configuration.get_or_insert_default()),
            Strategy::Linear => drop(deployment.linear_configuration.get_or_insert_default()),
            Strategy::Rolling | Strategy::BlueGreen => {}
        }
        self
    }

    /// The strategy, if one is named.
    pub(super) fn strategy(&self) -> Option<&[CapacityProviderStrategy]> {
        self.capacity_provider_strategy.as_deref().filter(|strategy| !strategy.is_empty())
    }

    /// Whether the tasks run on Fargate; none where the cluster's default strategy decides.
    pub(super) fn is_fargate(&self) -> Option<bool> {
        let by_type = self.launch_type.as_ref().map(|launch| launch == "FARGATE");
        by_type.or_else(|| self.strategy().map(|strategy| strategy.iter().all(CapacityProviderStrategy::is_fargate)))
    }
}

filled!(Spec);

impl DeploymentConfiguration {
    /// Minutes for which a deployment waits on purpose.
    pub(super) fn minutes(&self) -> u32 {
        let waits = match self.strategy {
            Strategy::Rolling => return 0,
            Strategy::BlueGreen => 0,
            Strategy::Canary => {
                self.canary_configuration.as_ref().map_or(0, |canary| canary.canary_bake_time_in_minutes)
            }
            Strategy::Linear => self.linear_configuration.as_ref().map_or(0, Linear::minutes),
        };
        u32::try_from(waits + self.bake_time_in_minutes.unwrap_or_default()).unwrap_or_default()
    }
}

impl Linear {
    /// Nothing is waited for behind the last step.
    fn minutes(&self) -> i32 {
        let steps = (100.0 / self.step_percent.max(3.0)).ceil();
        (steps as i32 - 1) * self.step_bake_time_in_minutes
    }
}

impl Strategy {
    /// As the API has it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Rolling => "ROLLING",
            Self::BlueGreen => "BLUE_GREEN",
            Self::Canary => "CANARY",
            Self::Linear => "LINEAR",
        }
    }
}

/// AWS's own figures.
impl Default for Canary {
    fn default() -> Self {
        Self { canary_bake_time_in_minutes: 10, canary_percent: 5.0 }
    }
}

/// AWS's own figures.
impl Default for Linear {
    fn default() -> Self {
        Self { step_bake_time_in_minutes: 6, step_percent: 10.0 }
    }
}

impl Default for DeploymentController {
    fn default() -> Self {
        Self { kind: controller::ECS.to_owned() }
    }
}

/// Takes the name out of a cluster's ARN; a reference stays as it is until it is known.
fn short<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ref<Cluster>, D::Error> {
    let cluster = Ref::deserialize(deserializer)?;
    Ok(if cluster.as_str().contains(OPEN) { cluster } else { ecs::last(cluster.as_str()).into() })
}

/// ECS answers `host` as `instanceId`, and cpu and memory in capitals.
fn field<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|field| normal_field(&field))
}

pub(super) fn normal_field(field: &str) -> String {
    match field {
        "host" => "instanceId".to_owned(),
        "CPU" | "MEMORY" => field.to_ascii_lowercase(),
        other => other.to_owned(),
    }
}

fn default_cluster() -> Ref<Cluster> {
    Ref::new("default")
}

pub(super) fn no_propagation() -> String {
    "NONE".to_owned()
}

pub(super) fn replica() -> String {
    "REPLICA".to_owned()
}

fn one() -> i32 {
    1
}
