use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kinds::ecs::{self, CapacityProviderStrategy};
use crate::kinds::ecs_cluster::Cluster;
use crate::kinds::ecs_task_definition::TaskDefinition;
use crate::resource::normal::Set;
use crate::resource::{OPEN, Ref};

/// The properties of `AWS::ECS::Service`; the service's name is the physical name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `ENABLED` or `DISABLED`; AWS chooses by the kind of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone_rebalancing: Option<String>,
    /// In place of `LaunchType`.
    #[serde(default)]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategy>,
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
    /// Seconds in which a fresh task's failed health checks do not count; only with load balancers.
    #[serde(default)]
    pub health_check_grace_period_seconds: i32,
    /// `FARGATE`, `EC2` or `EXTERNAL`.
    #[serde(default = "default_launch_type")]
    pub launch_type: String,
    #[serde(default)]
    pub load_balancers: Set<LoadBalancer>,
    #[serde(default)]
    pub network_configuration: NetworkConfiguration,
    /// Of Fargate; AWS chooses the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// Where the tasks' tags come from: `SERVICE`, `TASK_DEFINITION` or `NONE`.
    #[serde(default = "no_propagation")]
    pub propagate_tags: String,
    /// `REPLICA` or `DAEMON`.
    #[serde(default = "replica")]
    pub scheduling_strategy: String,
    /// The ARN of a revision.
    pub task_definition: Ref<TaskDefinition>,
}

/// How a deployment replaces tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct DeploymentConfiguration {
    pub alarms: Alarms,
    pub deployment_circuit_breaker: CircuitBreaker,
    /// Percent of the desired tasks that may run during a deployment, old and new together.
    pub maximum_percent: i32,
    /// Percent of the desired tasks that stay up during a deployment.
    pub minimum_healthy_percent: i32,
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
    pub container_name: String,
    pub container_port: i32,
    pub target_group_arn: String,
}

/// The network of the tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct NetworkConfiguration {
    pub awsvpc_configuration: Awsvpc,
}

/// Network interfaces of the tasks' own; none while `Subnets` is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Awsvpc {
    /// `ENABLED` or `DISABLED`.
    pub assign_public_ip: String,
    pub security_groups: Set<String>,
    pub subnets: Set<String>,
}

/// The return values of `AWS::ECS::Service`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub service_arn: String,
    pub name: String,
}

impl Default for DeploymentConfiguration {
    fn default() -> Self {
        Self {
            alarms: Alarms::default(),
            deployment_circuit_breaker: CircuitBreaker::default(),
            maximum_percent: 200,
            minimum_healthy_percent: 100,
        }
    }
}

impl Default for DeploymentController {
    fn default() -> Self {
        Self { kind: "ECS".to_owned() }
    }
}

impl Default for Awsvpc {
    fn default() -> Self {
        Self { assign_public_ip: "DISABLED".to_owned(), security_groups: Set::default(), subnets: Set::default() }
    }
}

/// Takes the name out of a cluster's ARN; a reference stays as it is until it is known.
fn short<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ref<Cluster>, D::Error> {
    let cluster = Ref::deserialize(deserializer)?;
    Ok(if cluster.as_str().contains(OPEN) { cluster } else { ecs::last(cluster.as_str()).into() })
}

fn default_cluster() -> Ref<Cluster> {
    Ref::new("default")
}

pub(super) fn default_launch_type() -> String {
    "EC2".to_owned()
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
