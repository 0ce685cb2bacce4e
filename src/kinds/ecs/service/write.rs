use std::time::Duration;

use aws_sdk_ecs::operation::update_service::builders::UpdateServiceFluentBuilder;
use aws_sdk_ecs::types::{self as sdk, Deployment, ServiceField};

use super::connect;
use super::controller::is_ecs;
use super::spec::{
    AdvancedConfiguration, Alarms, Canary, DAEMON, DeploymentConfiguration, LifecycleHook, Linear, LoadBalancer,
    PlacementConstraint, PlacementStrategy, Spec, Strategy,
};
use super::state::{self, FAILED};
use super::{Outputs, Service};
use crate::aws::{MINUTE, Writer, until};
use crate::kinds::ecs::network::Awsvpc;
use crate::kinds::ecs::{self, CapacityProviderStrategy};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{Changes, Class, Failure, Found, Made, Result, State, Tags};

/// What passes by itself: a role, a target group's listener or the service-linked role is not visible yet.
const TRANSIENT: &[Class] = &[Class::Propagating];
/// What no template can say and an update takes away.
pub(super) const PRUNES: &[&str] = &[
    "/DeploymentConfiguration/LifecycleHooks",
    "/LoadBalancers",
    "/ServiceConnectConfiguration",
    "/ServiceRegistries",
    "/VolumeConfigurations",
    "/VpcLatticeConfigurations",
];
/// What says on what the tasks run.
const PLACES: &[&str] = &["/CapacityProviderStrategy", "/LaunchType"];
/// Why a builder whose parts are all set can't fail.
const SET: &str = "all required parts are set";

/// Creates the service, unless an earlier try has.
pub(super) async fn create(writer: &Writer, name: &str, spec: &Spec, tags: &Tags) -> Result<Made<Service>> {
    if let Some(arn) = there(writer, name, spec, tags).await? {
        return Ok(made(name, arn, spec));
    }
    let has_balancers = !spec.load_balancers.is_empty();
    let grace = spec.health_check_grace_period_seconds;
    let grace = (has_balancers || grace > 0).then_some(grace);
    let call = writer
        .ecs()
        .create_service()
        .client_token(writer.token())
        .cluster(spec.cluster.as_str())
        .service_name(name)
        .task_definition(spec.task_definition.as_str())
        .set_desired_count((spec.scheduling_strategy != DAEMON).then_some(spec.desired_count))
        .set_launch_type(spec.launch_type.as_deref().map(sdk::LaunchType::from))
        .set_capacity_provider_strategy(strategy(spec))
        .deployment_configuration(deployment(spec))
        .deployment_controller(controller(spec))
        .set_network_configuration(network(&spec.network_configuration.awsvpc_configuration))
        .set_load_balancers(has_balancers.then(|| balancers(spec)))
        .set_health_check_grace_period_seconds(grace)
        .set_placement_constraints((!spec.placement_constraints.is_empty()).then(|| placement_constraints(spec)))
        .set_placement_strategy((!spec.placement_strategies.is_empty()).then(|| placement_strategies(spec)))
        .set_platform_version(spec.platform_version.clone())
        .set_availability_zone_rebalancing(rebalancing(spec))
        .scheduling_strategy(sdk::SchedulingStrategy::from(spec.scheduling_strategy.as_str()))
        .enable_ecs_managed_tags(spec.enable_ecs_managed_tags)
        .enable_execute_command(spec.enable_execute_command)
        .set_propagate_tags(Some(sdk::PropagateTags::from(spec.propagate_tags.as_str())))
        .set_service_connect_configuration(spec.service_connect_configuration.to_sdk())
        .set_tags(tag::write(tags));
    // A service of the name that still drains, killed in an earlier run, has the name until its last task is gone.
    let answer = retry_while(5 * MINUTE, &[Class::Propagating, Class::Busy], || call.clone().send()).await?;
    let arn = answer.service().and_then(|service| service.service_arn()).map(str::to_owned);
    let arn = arn.ok_or_else(|| Failure::new(Class::Other, "CreateService returned no ARN"))?;
    Ok(made(name, arn, spec))
}

/// Sends what changes, and nothing else: a number of tasks that is not ours to set would undo the autoscaling.
pub(super) async fn update(
    writer: &Writer,
    live: &Found<Service>,
    spec: &Spec,
    changes: &Changes,
) -> Result<Made<Service>> {
    let touches = |path: &str| changes.touches(path);
    let mut call = writer.ecs().update_service().cluster(live.spec.cluster.as_str()).service(&live.outputs.name);
    if touches("/TaskDefinition") {
        call = call.task_definition(spec.task_definition.as_str());
    }
    if touches("/DesiredCount") {
        call = call.desired_count(spec.desired_count);
    }
    if touches("/DeploymentConfiguration") {
        let mut configuration = deployment(spec);
        if touches("/DeploymentConfiguration/Alarms") {
            configuration.alarms = Some(alarms(&spec.deployment_configuration.alarms));
        }
        if touches("/DeploymentConfiguration/Strategy") {
            configuration.strategy = Some(strategy_of(&spec.deployment_configuration));
        }
        if touches("/DeploymentConfiguration/LifecycleHooks") {
            configuration.lifecycle_hooks = Some(hooks(&spec.deployment_configuration));
        }
        call = call.deployment_configuration(configuration);
    }
    if touches("/DeploymentController") {
        call = call.deployment_controller(controller(spec));
    }
    if touches("/NetworkConfiguration") {
        call = call.set_network_configuration(network(&spec.network_configuration.awsvpc_configuration));
    }
    if touches("/LoadBalancers") {
        call = call.set_load_balancers(Some(balancers(spec)));
    }
    let with_balancers = touches("/LoadBalancers") && !spec.load_balancers.is_empty();
    if with_balancers || touches("/HealthCheckGracePeriodSeconds") {
        call = call.health_check_grace_period_seconds(spec.health_check_grace_period_seconds);
    }
    if touches("/PlatformVersion") {
        call = call.set_platform_version(spec.platform_version.clone());
    }
    if changes.touches_any(PLACES) {
        // Without one the service goes back to a launch type; there is no other way to name that.
        call = call.set_capacity_provider_strategy(Some(strategy(spec).unwrap_or_default()));
    }
    if touches("/AvailabilityZoneRebalancing") {
        call = call.set_availability_zone_rebalancing(rebalancing(spec));
    }
    if touches("/EnableECSManagedTags") {
        call = call.enable_ecs_managed_tags(spec.enable_ecs_managed_tags);
    }
    if touches("/EnableExecuteCommand") {
        call = call.enable_execute_command(spec.enable_execute_command);
    }
    if touches("/PropagateTags") {
        call = call.propagate_tags(sdk::PropagateTags::from(spec.propagate_tags.as_str()));
    }
    if touches(connect::PATH) {
        call = call.service_connect_configuration(spec.service_connect_configuration.complete());
    }
    if touches("/PlacementConstraints") {
        call = call.set_placement_constraints(Some(placement_constraints(spec)));
    }
    if touches("/PlacementStrategies") {
        call = call.set_placement_strategy(Some(placement_strategies(spec)));
    }
    call = without(call, changes);
    // These reach tasks only when they start, and AWS does not start new ones for them by itself; another place it refuses.
    let fresh = ["/EnableECSManagedTags", "/EnableExecuteCommand", "/PropagateTags"];
    if is_ecs(spec) && (changes.touches_any(PLACES) || changes.touches_any(&fresh) || touches(FAILED)) {
        call = call.force_new_deployment(true);
    }
    let answer = retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await?;
    let made = made(&live.outputs.name, live.id.clone(), spec);
    let wanted = answer.service().and_then(state::primary);
    if wanted.is_some_and(state::has_failed) {
        // Nothing was deployed: the failure from before stays, and is not the end of this.
        return Ok(Made { state: State::Ready, ..made });
    }
    deployed(writer, live, wanted).await;
    Ok(made)
}

/// Takes away what no template can say: an empty list does, and what is not sent stays.
fn without(call: UpdateServiceFluentBuilder, changes: &Changes) -> UpdateServiceFluentBuilder {
    let touches = |path: &str| changes.touches(path);
    call.set_service_registries(touches("/ServiceRegistries").then(Vec::new))
        .set_volume_configurations(touches("/VolumeConfigurations").then(Vec::new))
        .set_vpc_lattice_configurations(touches("/VpcLatticeConfigurations").then(Vec::new))
}

/// Waits until ECS shows the deployment just asked for: the one before it, which failed, was overtaken or is rolled back,
/// would be taken for its end.
async fn deployed(writer: &Writer, live: &Found<Service>, wanted: Option<&Deployment>) {
    let Some(id) = wanted.and_then(Deployment::id) else { return };
    let call = writer.ecs().describe_services().cluster(live.spec.cluster.as_str()).services(&live.outputs.name);
    let look = || async {
        let answer = call.clone().send().await?;
        let shown = answer.services().iter().filter_map(state::primary).any(|one| one.id() == Some(id));
        Ok(shown.then_some(()))
    };
    if let Err(failure) = until(Duration::from_secs(20), "the new deployment", look).await {
        tracing::warn!(%failure, "going on");
    }
}

/// Returns whether the service is still to be deleted: it is neither draining nor gone.
pub(super) async fn is_active(writer: &Writer, live: &Found<Service>) -> Result<bool> {
    let call = writer.ecs().describe_services().cluster(live.spec.cluster.as_str()).services(&live.outputs.name);
    match call.send().await.map_err(Failure::from) {
        Err(failure) if failure.is(Class::NotFound) => Ok(false),
        answer => Ok(answer?.services().iter().any(|service| service.status() == Some("ACTIVE"))),
    }
}

/// Returns the ARN of the service that an earlier try has made.
async fn there(writer: &Writer, name: &str, spec: &Spec, ours: &Tags) -> Result<Option<String>> {
    let call = writer.ecs().describe_services().cluster(spec.cluster.as_str()).services(name);
    let answer = call.include(ServiceField::Tags).send().await?;
    let Some(service) = answer.services().iter().find(|service| service.status() == Some("ACTIVE")) else {
        return Ok(None);
    };
    ownership::adopt(&format!("the service {name}"), &tag::read(service.tags()), ours)?;
    Ok(service.service_arn().map(str::to_owned))
}

fn made(name: &str, service_arn: String, spec: &Spec) -> Made<Service> {
    let state =
        State::Settling(format!("{} tasks of {}", spec.desired_count, ecs::last(spec.task_definition.as_str())));
    Made { id: service_arn.clone(), outputs: Outputs { service_arn, name: name.to_owned(), health: None }, state }
}

fn strategy(spec: &Spec) -> Option<Vec<sdk::CapacityProviderStrategyItem>> {
    spec.strategy().map(CapacityProviderStrategy::items)
}

fn deployment(spec: &Spec) -> sdk::DeploymentConfiguration {
    let from = &spec.deployment_configuration;
    let breaker = &from.deployment_circuit_breaker;
    let breaker = sdk::DeploymentCircuitBreaker::builder().enable(breaker.enable).rollback(breaker.rollback).build();
    let is_rolling = from.strategy == Strategy::Rolling;
    sdk::DeploymentConfiguration::builder()
        .set_strategy((!is_rolling).then(|| strategy_of(from)))
        .set_bake_time_in_minutes(from.bake_time_in_minutes.filter(|_| !is_rolling))
        .set_canary_configuration(from.canary_configuration.as_ref().filter(|_| !is_rolling).map(canary))
        .set_linear_configuration(from.linear_configuration.as_ref().filter(|_| !is_rolling).map(linear))
        .set_lifecycle_hooks((!from.lifecycle_hooks.is_empty()).then(|| hooks(from)))
        .set_deployment_circuit_breaker(is_ecs(spec).then_some(breaker))
        // A daemon's can't be said.
        .set_maximum_percent(from.maximum_percent.filter(|_| spec.scheduling_strategy != DAEMON))
        .set_minimum_healthy_percent(from.minimum_healthy_percent)
        .set_alarms((from.alarms != Alarms::default()).then(|| alarms(&from.alarms)))
        .build()
}

fn strategy_of(from: &DeploymentConfiguration) -> sdk::DeploymentStrategy {
    sdk::DeploymentStrategy::from(from.strategy.as_str())
}

fn canary(from: &Canary) -> sdk::CanaryConfiguration {
    let canary = sdk::CanaryConfiguration::builder().canary_percent(from.canary_percent);
    canary.canary_bake_time_in_minutes(from.canary_bake_time_in_minutes).build()
}

fn linear(from: &Linear) -> sdk::LinearConfiguration {
    let linear = sdk::LinearConfiguration::builder().step_percent(from.step_percent);
    linear.step_bake_time_in_minutes(from.step_bake_time_in_minutes).build()
}

fn hooks(from: &DeploymentConfiguration) -> Vec<sdk::DeploymentLifecycleHook> {
    let hook = |hook: &LifecycleHook| {
        let stages = hook.lifecycle_stages.iter().map(|stage| sdk::DeploymentLifecycleHookStage::from(stage.as_str()));
        sdk::DeploymentLifecycleHook::builder()
            .hook_target_arn(&hook.hook_target_arn)
            .role_arn(&hook.role_arn)
            .set_lifecycle_stages(Some(stages.collect()))
            .build()
    };
    from.lifecycle_hooks.iter().map(hook).collect()
}

fn alarms(from: &Alarms) -> sdk::DeploymentAlarms {
    sdk::DeploymentAlarms::builder()
        .set_alarm_names(Some(from.alarm_names.iter().cloned().collect()))
        .enable(from.enable)
        .rollback(from.rollback)
        .build()
        .expect(SET)
}

fn controller(spec: &Spec) -> sdk::DeploymentController {
    let kind = sdk::DeploymentControllerType::from(spec.deployment_controller.kind.as_str());
    sdk::DeploymentController::builder().r#type(kind).build().expect(SET)
}

fn network(from: &Awsvpc) -> Option<sdk::NetworkConfiguration> {
    if from.subnets.is_empty() {
        return None;
    }
    let awsvpc = sdk::AwsVpcConfiguration::builder()
        .set_subnets(Some(from.subnets.iter().cloned().collect()))
        .set_security_groups(Some(from.security_groups.iter().cloned().collect()))
        .assign_public_ip(sdk::AssignPublicIp::from(from.assign_public_ip.as_str()))
        .build()
        .expect(SET);
    Some(sdk::NetworkConfiguration::builder().awsvpc_configuration(awsvpc).build())
}

fn balancers(spec: &Spec) -> Vec<sdk::LoadBalancer> {
    let advanced = |from: &AdvancedConfiguration| {
        sdk::AdvancedConfiguration::builder()
            .alternate_target_group_arn(&from.alternate_target_group_arn)
            .production_listener_rule(&from.production_listener_rule)
            .role_arn(&from.role_arn)
            .set_test_listener_rule(from.test_listener_rule.clone())
            .build()
    };
    let balancer = |from: &LoadBalancer| {
        sdk::LoadBalancer::builder()
            .set_advanced_configuration(from.advanced_configuration.as_ref().map(advanced))
            .container_name(&from.container_name)
            .container_port(from.container_port)
            .target_group_arn(&from.target_group_arn)
            .build()
    };
    spec.load_balancers.iter().map(balancer).collect()
}

fn placement_constraints(spec: &Spec) -> Vec<sdk::PlacementConstraint> {
    let constraint = |from: &PlacementConstraint| {
        let expression = Some(&from.expression).filter(|text| !text.is_empty()).cloned();
        let kind = sdk::PlacementConstraintType::from(from.kind.as_str());
        sdk::PlacementConstraint::builder().r#type(kind).set_expression(expression).build()
    };
    spec.placement_constraints.iter().map(constraint).collect()
}

fn placement_strategies(spec: &Spec) -> Vec<sdk::PlacementStrategy> {
    let strategy = |from: &PlacementStrategy| {
        let field = Some(&from.field).filter(|text| !text.is_empty()).cloned();
        let kind = sdk::PlacementStrategyType::from(from.kind.as_str());
        sdk::PlacementStrategy::builder().r#type(kind).set_field(field).build()
    };
    spec.placement_strategies.iter().map(strategy).collect()
}

fn rebalancing(spec: &Spec) -> Option<sdk::AvailabilityZoneRebalancing> {
    spec.availability_zone_rebalancing.as_deref().map(sdk::AvailabilityZoneRebalancing::from)
}
