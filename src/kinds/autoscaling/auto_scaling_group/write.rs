use aws_sdk_autoscaling::operation::create_auto_scaling_group::builders::CreateAutoScalingGroupFluentBuilder as Create;
use aws_sdk_autoscaling::operation::update_auto_scaling_group::builders::UpdateAutoScalingGroupFluentBuilder as Update;
use aws_sdk_autoscaling::types as sdk;

use super::spec::{MixedInstances, Spec, TemplateVersion};
use crate::aws::Writer;
use crate::resource::{Changes, Tags};

/// What AWS calls the things that these tags are on.
const TYPE: &str = "auto-scaling-group";
/// By which a number is taken away again.
const NONE: i32 = -1;

pub(super) fn create(writer: &Writer, name: &str, spec: &Spec, ours: &Tags) -> Create {
    writer
        .ec2_autoscaling()
        .create_auto_scaling_group()
        .auto_scaling_group_name(name)
        .capacity_rebalance(spec.capacity_rebalance)
        .default_cooldown(spec.cooldown)
        .set_default_instance_warmup(spec.default_instance_warmup)
        .set_desired_capacity(spec.desired_capacity)
        .health_check_grace_period(spec.health_check_grace_period)
        .health_check_type(&spec.health_check_type)
        .set_launch_template(spec.launch_template.as_ref().map(version))
        .set_max_instance_lifetime(spec.max_instance_lifetime)
        .max_size(spec.max_size)
        .min_size(spec.min_size)
        .set_mixed_instances_policy(spec.mixed_instances_policy.as_ref().map(mixed))
        .new_instances_protected_from_scale_in(spec.new_instances_protected_from_scale_in)
        .set_termination_policies(Some(spec.termination_policies.clone()))
        .vpc_zone_identifier(subnets(spec))
        .set_tags(Some(tags(name, ours)))
}

/// Sends what changes, and nothing else: a number of instances that is not ours to set would undo the scaling.
pub(super) fn update(writer: &Writer, name: &str, spec: &Spec, changes: &Changes) -> Update {
    let has = |path: &str| changes.touches(path);
    let call = writer.ec2_autoscaling().update_auto_scaling_group().auto_scaling_group_name(name);
    call.set_capacity_rebalance(has("/CapacityRebalance").then_some(spec.capacity_rebalance))
        .set_default_cooldown(has("/Cooldown").then_some(spec.cooldown))
        .set_default_instance_warmup(
            has("/DefaultInstanceWarmup").then_some(spec.default_instance_warmup.unwrap_or(NONE)),
        )
        .set_health_check_grace_period(has("/HealthCheckGracePeriod").then_some(spec.health_check_grace_period))
        .set_health_check_type(has("/HealthCheckType").then(|| spec.health_check_type.clone()))
        .set_launch_template(spec.launch_template.as_ref().filter(|_| has("/LaunchTemplate")).map(version))
        // 0 takes the lifetime away.
        .set_max_instance_lifetime(has("/MaxInstanceLifetime").then_some(spec.max_instance_lifetime.unwrap_or(0)))
        .set_max_size(has("/MaxSize").then_some(spec.max_size))
        .set_min_size(has("/MinSize").then_some(spec.min_size))
        .set_mixed_instances_policy(
            spec.mixed_instances_policy.as_ref().filter(|_| has("/MixedInstancesPolicy")).map(mixed),
        )
        .set_new_instances_protected_from_scale_in(
            has("/NewInstancesProtectedFromScaleIn").then_some(spec.new_instances_protected_from_scale_in),
        )
        .set_termination_policies(has("/TerminationPolicies").then(|| spec.termination_policies.clone()))
        .set_vpc_zone_identifier(has("/VPCZoneIdentifier").then(|| subnets(spec)))
}

/// Our tags stay on the group: on an instance they would say that it is the group.
pub(super) fn tags(group: &str, ours: &Tags) -> Vec<sdk::Tag> {
    let tag = |(key, value): (&str, &str)| named(group, key).value(value).propagate_at_launch(false).build();
    ours.iter().map(tag).collect()
}

/// Tags to be removed.
pub(super) fn keys(group: &str, keys: &[String]) -> Vec<sdk::Tag> {
    keys.iter().map(|key| named(group, key).build()).collect()
}

fn named(group: &str, key: &str) -> sdk::builders::TagBuilder {
    sdk::Tag::builder().resource_id(group).resource_type(TYPE).key(key)
}

fn subnets(spec: &Spec) -> String {
    let all: Vec<_> = spec.vpc_zone_identifier.iter().map(|subnet| subnet.as_str()).collect();
    all.join(",")
}

fn version(spec: &TemplateVersion) -> sdk::LaunchTemplateSpecification {
    sdk::LaunchTemplateSpecification::builder()
        .launch_template_id(spec.launch_template_id.as_str())
        .version(&spec.version)
        .build()
}

fn mixed(spec: &MixedInstances) -> sdk::MixedInstancesPolicy {
    let from = &spec.instances_distribution;
    let distribution = sdk::InstancesDistribution::builder()
        .on_demand_allocation_strategy(&from.on_demand_allocation_strategy)
        .on_demand_base_capacity(from.on_demand_base_capacity)
        .on_demand_percentage_above_base_capacity(from.on_demand_percentage_above_base_capacity)
        .spot_allocation_strategy(&from.spot_allocation_strategy)
        .build();
    let types = spec.launch_template.overrides.iter().map(|one| {
        let weight = Some(&one.weighted_capacity).filter(|weight| !weight.is_empty()).cloned();
        sdk::LaunchTemplateOverrides::builder().instance_type(&one.instance_type).set_weighted_capacity(weight).build()
    });
    let template = sdk::LaunchTemplate::builder()
        .launch_template_specification(version(&spec.launch_template.launch_template_specification))
        .set_overrides(Some(types.collect()))
        .build();
    sdk::MixedInstancesPolicy::builder().instances_distribution(distribution).launch_template(template).build()
}
