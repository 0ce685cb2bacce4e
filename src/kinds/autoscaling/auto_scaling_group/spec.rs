use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::launch_template::LaunchTemplate;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::shared::defaults::number;
use crate::resource::normal::Set;
use crate::resource::{Mistake, Ref};

/// The properties of `AWS::AutoScaling::AutoScalingGroup`, of groups whose instances come from launch templates.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Whether a Spot instance that AWS is likely to take back gets a successor before.
    #[serde(default)]
    pub capacity_rebalance: bool,
    /// Seconds between two changes of a simple scaling policy.
    #[serde(default = "number::<300>")]
    pub cooldown: i32,
    /// Seconds until a new instance counts in the figures of scaling; null for none.
    #[serde(default)]
    pub default_instance_warmup: Option<i32>,
    /// Instances at creation, as many as `MinSize` if left out; afterwards scaling and people decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_capacity: Option<i32>,
    /// Seconds in which a new instance's failed checks do not count.
    #[serde(default)]
    pub health_check_grace_period: i32,
    /// `EC2`; or `ELB`, `EBS` or both, with commas.
    #[serde(default = "default_check")]
    pub health_check_type: String,
    /// In place of `MixedInstancesPolicy`.
    #[serde(default)]
    pub launch_template: Option<TemplateVersion>,
    /// Seconds after which an instance is replaced, from a day up; null for never.
    #[serde(default)]
    pub max_instance_lifetime: Option<i32>,
    pub max_size: i32,
    pub min_size: i32,
    /// Several types of instances, and what is bought how.
    #[serde(default)]
    pub mixed_instances_policy: Option<MixedInstances>,
    /// Whether a new instance is not ended when the group shrinks: ECS takes the protection off what has no task.
    #[serde(default)]
    pub new_instances_protected_from_scale_in: bool,
    /// Which instance goes first; order matters.
    #[serde(default = "default_policies")]
    pub termination_policies: Vec<String>,
    /// The subnets, over whose zones the instances are spread.
    #[serde(rename = "VPCZoneIdentifier")]
    pub vpc_zone_identifier: Set<Ref<Subnet>>,
}

/// A version of a launch template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TemplateVersion {
    pub launch_template_id: Ref<LaunchTemplate>,
    /// A number: `ref(..., 'LatestVersionNumber')`; or `$Latest` or `$Default`, of which no plan shows that it has changed.
    pub version: String,
}

/// Several types of instances, and what is bought how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MixedInstances {
    #[serde(default)]
    pub instances_distribution: Distribution,
    pub launch_template: Mixed,
}

/// What is bought how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Distribution {
    /// `prioritized` or `lowest-price`.
    pub on_demand_allocation_strategy: String,
    /// Instances that are always bought on demand.
    pub on_demand_base_capacity: i32,
    /// Percent of the others.
    pub on_demand_percentage_above_base_capacity: i32,
    /// `price-capacity-optimized`, `capacity-optimized`, `capacity-optimized-prioritized` or `lowest-price`.
    pub spot_allocation_strategy: String,
}

/// The launch template, and types in place of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Mixed {
    pub launch_template_specification: TemplateVersion,
    /// Types of instances; the first is the dearest to `prioritized`.
    #[serde(default)]
    pub overrides: Vec<Override>,
}

/// A type of instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Override {
    pub instance_type: String,
    /// How many units of capacity one has; empty for one.
    #[serde(default)]
    pub weighted_capacity: String,
}

/// AWS's own figures (docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html).
impl Default for Distribution {
    fn default() -> Self {
        Self {
            on_demand_allocation_strategy: "prioritized".to_owned(),
            on_demand_base_capacity: 0,
            on_demand_percentage_above_base_capacity: 100,
            spot_allocation_strategy: "lowest-price".to_owned(),
        }
    }
}

fn default_check() -> String {
    "EC2".to_owned()
}

pub(super) fn default_policies() -> Vec<String> {
    vec!["Default".to_owned()]
}

/// The shortest lifetime of an instance, in seconds, and the longest.
const LIFETIME: std::ops::RangeInclusive<i32> = 86_400..=31_536_000;

/// Returns what Auto Scaling would refuse.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let desired = spec.desired_capacity.unwrap_or(spec.min_size);
    let mixed = spec.mixed_instances_policy.as_ref();
    let share = mixed.map_or(100, |mixed| mixed.instances_distribution.on_demand_percentage_above_base_capacity);
    let is_fixed = spec.launch_template.is_some();
    Mistake::all([
        (spec.min_size > spec.max_size, "/MinSize", "is over MaxSize"),
        (!(spec.min_size..=spec.max_size).contains(&desired), "/DesiredCapacity", "is not within MinSize and MaxSize"),
        (is_fixed == mixed.is_some(), "/LaunchTemplate", "or MixedInstancesPolicy is needed, and only one of them"),
        (spec.vpc_zone_identifier.is_empty(), "/VPCZoneIdentifier", "is needed: the subnets of the instances"),
        (
            spec.max_instance_lifetime.is_some_and(|seconds| !LIFETIME.contains(&seconds)),
            "/MaxInstanceLifetime",
            "has to be from a day to a year, in seconds",
        ),
        (
            !(0..=100).contains(&share),
            "/MixedInstancesPolicy/InstancesDistribution/OnDemandPercentageAboveBaseCapacity",
            "has to be from 0 to 100",
        ),
        (
            spec.termination_policies.is_empty(),
            "/TerminationPolicies",
            "is empty, in which AWS keeps the policies from before: leave it out for AWS's own",
        ),
    ])
    .collect()
}
