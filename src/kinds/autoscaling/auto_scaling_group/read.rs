use aws_sdk_autoscaling::types::{
    self as sdk, AutoScalingGroup as Description, LaunchTemplateSpecification, LifecycleState, TagDescription,
};

use super::spec::{Distribution, Mixed, MixedInstances, Override, Spec, TemplateVersion, default_policies};
use super::{AutoScalingGroup, Outputs};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Found, State, Tags, Unmodelled};

pub(super) fn tags(told: &[TagDescription]) -> Tags {
    told.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))).collect()
}

pub(super) fn found(group: &Description, tags: Tags) -> Found<AutoScalingGroup> {
    let name = group.auto_scaling_group_name().unwrap_or_default().to_owned();
    Found {
        id: name.clone(),
        name: Some(name.clone()),
        spec: spec(group),
        outputs: Outputs {
            auto_scaling_group_name: name,
            auto_scaling_group_arn: group.auto_scaling_group_arn().unwrap_or_default().to_owned(),
            health: Some(health(group)),
        },
        tags,
        // Only a deletion has a status.
        state: if group.status().is_some() { State::Deleting } else { State::Ready },
        unmodelled: unmodelled(group),
        external: None,
    }
}

/// `2 of 3 instances in service`.
fn health(group: &Description) -> String {
    let serves = |one: &&sdk::Instance| one.lifecycle_state() == Some(&LifecycleState::InService);
    let wanted = group.desired_capacity().unwrap_or_default();
    let noun = if wanted == 1 { "instance" } else { "instances" };
    format!("{} of {wanted} {noun} in service", group.instances().iter().filter(serves).count())
}

fn spec(group: &Description) -> Spec {
    let subnets = group.vpc_zone_identifier().unwrap_or_default();
    let policies = group.termination_policies();
    Spec {
        capacity_rebalance: group.capacity_rebalance().unwrap_or_default(),
        cooldown: group.default_cooldown().unwrap_or(300),
        default_instance_warmup: group.default_instance_warmup(),
        desired_capacity: group.desired_capacity(),
        health_check_grace_period: group.health_check_grace_period().unwrap_or_default(),
        health_check_type: group.health_check_type().unwrap_or("EC2").to_owned(),
        // Of a mixed group some answers have it at both places.
        launch_template: group.launch_template().filter(|_| group.mixed_instances_policy().is_none()).map(version),
        max_instance_lifetime: group.max_instance_lifetime(),
        max_size: group.max_size().unwrap_or_default(),
        min_size: group.min_size().unwrap_or_default(),
        mixed_instances_policy: group.mixed_instances_policy().map(mixed),
        new_instances_protected_from_scale_in: group.new_instances_protected_from_scale_in().unwrap_or_default(),
        termination_policies: if policies.is_empty() { default_policies() } else { policies.to_vec() },
        vpc_zone_identifier: subnets.split(',').map(str::trim).filter(|subnet| !subnet.is_empty()).collect(),
    }
}

/// One that names none is the default one, which AWS does not tell.
fn version(told: &LaunchTemplateSpecification) -> TemplateVersion {
    TemplateVersion {
        launch_template_id: told.launch_template_id().unwrap_or_default().into(),
        version: told.version().unwrap_or("$Default").to_owned(),
    }
}

fn mixed(told: &sdk::MixedInstancesPolicy) -> MixedInstances {
    let template = told.launch_template();
    let named = template.and_then(|template| template.launch_template_specification());
    let types = template.map(|template| template.overrides()).unwrap_or_default();
    let usual = LaunchTemplateSpecification::builder().build();
    MixedInstances {
        instances_distribution: told.instances_distribution().map(distribution).unwrap_or_default(),
        launch_template: Mixed {
            launch_template_specification: version(named.unwrap_or(&usual)),
            overrides: types.iter().filter_map(instance_type).collect(),
        },
    }
}

fn instance_type(told: &sdk::LaunchTemplateOverrides) -> Option<Override> {
    let weighted_capacity = told.weighted_capacity().unwrap_or_default().to_owned();
    Some(Override { instance_type: told.instance_type()?.to_owned(), weighted_capacity })
}

fn distribution(told: &sdk::InstancesDistribution) -> Distribution {
    let usual = Distribution::default();
    let word = |told: Option<&str>, usual: String| told.map_or(usual, str::to_owned);
    Distribution {
        on_demand_allocation_strategy: word(told.on_demand_allocation_strategy(), usual.on_demand_allocation_strategy),
        on_demand_base_capacity: told.on_demand_base_capacity().unwrap_or(usual.on_demand_base_capacity),
        on_demand_percentage_above_base_capacity: told
            .on_demand_percentage_above_base_capacity()
            .unwrap_or(usual.on_demand_percentage_above_base_capacity),
        spot_allocation_strategy: word(told.spot_allocation_strategy(), usual.spot_allocation_strategy),
    }
}

/// What somebody may have given it and the spec has no word for.
fn unmodelled(group: &Description) -> Vec<Unmodelled> {
    let mut parts = UnmodelledParts::default();
    let suspended = group.suspended_processes().iter().filter_map(|process| process.process_name());
    let protection = group.deletion_protection().map(|word| word.as_str());
    let spread = group.availability_zone_distribution().and_then(|spread| spread.capacity_distribution_strategy());
    let impaired = group.availability_zone_impairment_policy();
    let reserved = group.capacity_reservation_specification().and_then(|one| one.capacity_reservation_preference());
    let kind = group.desired_capacity_type();
    parts
        .value("/LaunchConfigurationName", group.launch_configuration_name(), "")
        .tell("/LoadBalancerNames", group.load_balancer_names().iter().map(|name| format!("{name} sends to it")))
        .tell("/TargetGroupARNs", group.target_group_arns().iter().map(|arn| format!("its instances are in {arn}")))
        .tell(
            "/TrafficSources",
            group.traffic_sources().iter().filter_map(|one| one.identifier()).map(|one| format!("has {one}")),
        )
        .tell("/SuspendedProcesses", suspended.map(|process| format!("{process} is suspended")))
        .value("/PlacementGroup", group.placement_group(), "")
        .note("/MetricsCollection", !group.enabled_metrics().is_empty(), "is on")
        .note("/WarmPool", group.warm_pool_configuration().is_some(), "is there")
        .value("/Context", group.context(), "")
        .value("/DesiredCapacityType", kind, "units")
        .note("/InstanceMaintenancePolicy", group.instance_maintenance_policy().is_some_and(says_something), "is set")
        .value("/DeletionProtection", protection, "none")
        .value("/AvailabilityZoneDistribution", spread.map(|word| word.as_str()), "balanced-best-effort")
        .note(
            "/AvailabilityZoneImpairmentPolicy",
            impaired.is_some_and(|policy| policy.zonal_shift_enabled() == Some(true)),
            "shifts away from zones",
        )
        .value("/CapacityReservationSpecification", reserved.map(|word| word.as_str()), "default")
        .note("/InstanceLifecyclePolicy", group.instance_lifecycle_policy().is_some(), "is set")
        .value("/ServiceLinkedRoleARN", group.service_linked_role_arn().filter(|arn| !is_usual(arn)), "")
        .note(
            "/VPCZoneIdentifier",
            group.vpc_zone_identifier().is_none_or(str::is_empty),
            "is none: it has zones alone",
        );
    unmodelled_of_policy(group, &mut parts);
    parts.take()
}

/// Whether a role is the one that Auto Scaling has in every account; one with a suffix is somebody's.
fn is_usual(arn: &str) -> bool {
    arn.ends_with("/AWSServiceRoleForAutoScaling")
}

fn says_something(policy: &sdk::InstanceMaintenancePolicy) -> bool {
    let is_set = |percent: Option<i32>| percent.is_some_and(|percent| percent >= 0);
    is_set(policy.min_healthy_percentage()) || is_set(policy.max_healthy_percentage())
}

fn unmodelled_of_policy(group: &Description, parts: &mut UnmodelledParts) {
    let Some(policy) = group.mixed_instances_policy() else { return };
    let distribution = policy.instances_distribution();
    let usual_pools =
        distribution.and_then(|one| one.spot_allocation_strategy()).is_none_or(|way| way == "lowest-price");
    let pools = distribution.and_then(|one| one.spot_instance_pools()).filter(|pools| !(usual_pools && *pools == 2));
    let at = |name: &str| format!("/MixedInstancesPolicy/{name}");
    parts
        .tell(&at("InstancesDistribution/SpotInstancePools"), pools.filter(|n| *n > 0).map(|n| format!("is {n}")))
        .value(&at("InstancesDistribution/SpotMaxPrice"), distribution.and_then(|one| one.spot_max_price()), "")
        .note(
            &at("InstancesDistribution/DistributionSegments"),
            distribution.is_some_and(|one| !one.distribution_segments().is_empty()),
            "is set",
        );
    for one in policy.launch_template().map(|template| template.overrides()).unwrap_or_default() {
        let more = one.launch_template_specification().is_some()
            || one.instance_requirements().is_some()
            || one.image_id().is_some();
        parts.note(&at("LaunchTemplate/Overrides"), more, "has one with more than a type and its weight");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bare_group_reads_as_one_with_aws_defaults() {
        let template = LaunchTemplateSpecification::builder().launch_template_id("lt-1").version("3").build();
        let group = Description::builder()
            .launch_template(template)
            .min_size(1)
            .max_size(2)
            .desired_capacity(2)
            .vpc_zone_identifier("subnet-b, subnet-a")
            .build();
        let written = json!({
            "LaunchTemplate": { "LaunchTemplateId": "lt-1", "Version": "3" }, "MinSize": 1, "MaxSize": 2,
            "DesiredCapacity": 2, "VPCZoneIdentifier": ["subnet-a", "subnet-b"],
        });
        let desired: Spec = serde_json::from_value(written).unwrap();
        assert_eq!(serde_json::to_value(spec(&group)).unwrap(), serde_json::to_value(desired).unwrap());
    }

    #[test]
    fn what_people_do_to_a_group_is_told() {
        let told = |group: sdk::builders::AutoScalingGroupBuilder| {
            unmodelled(&group.vpc_zone_identifier("subnet-a").build())
                .into_iter()
                .map(|one| one.path)
                .collect::<Vec<_>>()
        };
        assert_eq!(told(Description::builder()), Vec::<String>::new());
        let launch = sdk::SuspendedProcess::builder().process_name("Launch").build();
        assert_eq!(told(Description::builder().suspended_processes(launch)), ["/SuspendedProcesses"]);
        assert_eq!(told(Description::builder().launch_configuration_name("old")), ["/LaunchConfigurationName"]);
    }

    #[test]
    fn health_counts_what_serves() {
        let one = |state| sdk::Instance::builder().lifecycle_state(state).build();
        let group = Description::builder().desired_capacity(2);
        let group = group.instances(one(LifecycleState::InService)).instances(one(LifecycleState::Pending)).build();
        assert_eq!(health(&group), "1 of 2 instances in service");
    }
}
