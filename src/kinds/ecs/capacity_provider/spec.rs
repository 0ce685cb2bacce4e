use aws_sdk_ecs::types::{self as sdk, AutoScalingGroupProvider as Told};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::autoscaling::auto_scaling_group::AutoScalingGroup;
use crate::resource::{CLOSE, Mistake, Ref};

pub(super) const ENABLED: &str = "ENABLED";
const DISABLED: &str = "DISABLED";

/// The properties of `AWS::ECS::CapacityProvider`, of one over an Auto Scaling group. A cluster that offers it names it
/// among its `CapacityProviders`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub auto_scaling_group_provider: Provider,
}

/// The group, and what ECS does with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Provider {
    /// The group's ARN; a group has one provider.
    pub auto_scaling_group_arn: Ref<AutoScalingGroup>,
    /// `ENABLED` or `DISABLED`: whether the tasks of an instance that ends are replaced elsewhere before.
    #[serde(default = "enabled")]
    pub managed_draining: String,
    #[serde(default)]
    pub managed_scaling: Scaling,
    /// `ENABLED` or `DISABLED`: whether an instance with tasks is left when the group shrinks. Needs managed scaling, and a
    /// group whose `NewInstancesProtectedFromScaleIn` is on.
    #[serde(default = "disabled")]
    pub managed_termination_protection: String,
}

/// How many instances ECS asks of the group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Scaling {
    /// Seconds until a new instance counts, 0 to 10000.
    pub instance_warmup_period: i32,
    /// Instances that come at once at most.
    pub maximum_scaling_step_size: i32,
    /// Instances that come at once at least.
    pub minimum_scaling_step_size: i32,
    /// `ENABLED` or `DISABLED`.
    pub status: String,
    /// Percent of the instances that are to be in use; under 100 keeps some for what comes.
    pub target_capacity: i32,
}

impl Default for Scaling {
    fn default() -> Self {
        Self {
            instance_warmup_period: 300,
            maximum_scaling_step_size: 10_000,
            minimum_scaling_step_size: 1,
            status: disabled(),
            target_capacity: 100,
        }
    }
}

fn enabled() -> String {
    ENABLED.to_owned()
}

fn disabled() -> String {
    DISABLED.to_owned()
}

impl Provider {
    pub(super) fn read(told: &Told) -> Self {
        let word = |word: Option<&str>, usual: fn() -> String| word.map_or_else(usual, str::to_owned);
        Self {
            auto_scaling_group_arn: told.auto_scaling_group_arn().into(),
            managed_draining: word(told.managed_draining().map(|word| word.as_str()), enabled),
            managed_scaling: told.managed_scaling().map(Scaling::read).unwrap_or_default(),
            managed_termination_protection: word(
                told.managed_termination_protection().map(|word| word.as_str()),
                disabled,
            ),
        }
    }

    pub(super) fn draining(&self) -> sdk::ManagedDraining {
        sdk::ManagedDraining::from(self.managed_draining.as_str())
    }

    pub(super) fn protection(&self) -> sdk::ManagedTerminationProtection {
        sdk::ManagedTerminationProtection::from(self.managed_termination_protection.as_str())
    }
}

impl Scaling {
    fn read(told: &sdk::ManagedScaling) -> Self {
        let usual = Self::default();
        Self {
            instance_warmup_period: told.instance_warmup_period().unwrap_or(usual.instance_warmup_period),
            maximum_scaling_step_size: told.maximum_scaling_step_size().unwrap_or(usual.maximum_scaling_step_size),
            minimum_scaling_step_size: told.minimum_scaling_step_size().unwrap_or(usual.minimum_scaling_step_size),
            status: told.status().map_or(usual.status, |status| status.as_str().to_owned()),
            target_capacity: told.target_capacity().unwrap_or(usual.target_capacity),
        }
    }

    pub(super) fn sdk(&self) -> sdk::ManagedScaling {
        sdk::ManagedScaling::builder()
            .instance_warmup_period(self.instance_warmup_period)
            .maximum_scaling_step_size(self.maximum_scaling_step_size)
            .minimum_scaling_step_size(self.minimum_scaling_step_size)
            .status(sdk::ManagedScalingStatus::from(self.status.as_str()))
            .target_capacity(self.target_capacity)
            .build()
    }
}

/// Returns what ECS would refuse.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let provider = &spec.auto_scaling_group_provider;
    let scaling = &provider.managed_scaling;
    let group = provider.auto_scaling_group_arn.as_str();
    // ECS takes a name, too, and answers with the ARN.
    let is_name = !group.starts_with("arn:") && !group.ends_with(&format!(".AutoScalingGroupARN{CLOSE}"));
    let protects = provider.managed_termination_protection == ENABLED;
    let ranges = [
        ("/AutoScalingGroupProvider/ManagedScaling/TargetCapacity", scaling.target_capacity, 1, 100),
        ("/AutoScalingGroupProvider/ManagedScaling/InstanceWarmupPeriod", scaling.instance_warmup_period, 0, 10_000),
        (
            "/AutoScalingGroupProvider/ManagedScaling/MinimumScalingStepSize",
            scaling.minimum_scaling_step_size,
            1,
            10_000,
        ),
        (
            "/AutoScalingGroupProvider/ManagedScaling/MaximumScalingStepSize",
            scaling.maximum_scaling_step_size,
            1,
            10_000,
        ),
    ];
    Mistake::all([
        (
            is_name,
            "/AutoScalingGroupProvider/AutoScalingGroupArn",
            "is not a group's ARN: write ref(<group>, 'AutoScalingGroupARN')",
        ),
        (
            protects && scaling.status != ENABLED,
            "/AutoScalingGroupProvider/ManagedTerminationProtection",
            "needs ManagedScaling with the Status ENABLED: without it nobody takes the protection off an instance",
        ),
    ])
    .chain(Mistake::outside(ranges, ""))
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(provider: serde_json::Value) -> Vec<String> {
        let spec: Spec = serde_json::from_value(json!({ "AutoScalingGroupProvider": provider })).unwrap();
        mistakes(&spec).into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn a_group_is_named_by_its_arn_and_protected_only_where_ecs_scales_it() {
        let arn = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/a";
        assert_eq!(told(json!({ "AutoScalingGroupArn": arn })), Vec::<String>::new());
        assert_eq!(told(json!({ "AutoScalingGroupArn": "a" })), ["/AutoScalingGroupProvider/AutoScalingGroupArn"]);
        let protected = json!({ "AutoScalingGroupArn": arn, "ManagedTerminationProtection": "ENABLED" });
        assert_eq!(told(protected), ["/AutoScalingGroupProvider/ManagedTerminationProtection"]);
        let eager = json!({ "AutoScalingGroupArn": arn, "ManagedScaling": { "TargetCapacity": 120 } });
        assert_eq!(told(eager), ["/AutoScalingGroupProvider/ManagedScaling/TargetCapacity"]);
    }
}
