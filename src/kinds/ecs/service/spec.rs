use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::controller;
use crate::kinds::ecs::cluster::Cluster;
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct DeploymentConfiguration {
    pub alarms: Alarms,
    pub deployment_circuit_breaker: CircuitBreaker,
    /// Percent of the desired tasks that may run during a deployment, old and new together: 200, of a `DAEMON` always 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_percent: Option<i32>,
    /// Percent of the desired tasks that stay up during a deployment: 100, of a `DAEMON` 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_healthy_percent: Option<i32>,
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

impl Default for DeploymentController {
    fn default() -> Self {
        Self { kind: controller::ECS.to_owned() }
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

pub(super) fn no_propagation() -> String {
    "NONE".to_owned()
}

pub(super) fn replica() -> String {
    "REPLICA".to_owned()
}

fn one() -> i32 {
    1
}
