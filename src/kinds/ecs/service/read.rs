use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{self as sdk, Service as Description, ServiceField};
use futures_util::future::{join_all, try_join_all};

use super::connect::{self, ServiceConnect};
use super::spec::{
    AdvancedConfiguration, Alarms, Canary, CircuitBreaker, DeploymentConfiguration, DeploymentController,
    LifecycleHook, Linear, LoadBalancer, Outputs, PlacementConstraint, PlacementStrategy, Spec, Strategy,
    no_propagation, normal_field, replica,
};
use super::{Service, state};
use crate::aws::Reader;
use crate::kinds::ecs::network::{Awsvpc, NetworkConfiguration};
use crate::kinds::ecs::{self, CapacityProviderStrategy};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::kinds::shared::{named, tag};
use crate::resource::{
    Attached, Class, Failure, Found, Listing, NameConflict, Result, Scope, State, States, Tags, Unmodelled, Unseen,
};

/// How many services one DescribeServices takes.
const SERVICES: usize = 10;

/// Reads the services of the scope's clusters, and those that the tag index knows elsewhere.
pub(super) async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Service>> {
    let clusters = reader.once(ecs::CLUSTERS_KEY, ecs::clusters(reader, scope)).await?;
    let Candidates { by_cluster, listed } = candidates(reader, scope, &clusters.seen).await?;
    let chunks = by_cluster.iter().flat_map(|(cluster, arns)| {
        let arns: Vec<_> = arns.iter().cloned().collect();
        arns.chunks(SERVICES).map(|some| (cluster.as_str(), some.to_vec())).collect::<Vec<_>>()
    });
    // Which services a cluster has that is not described, nobody knows: any of ours may be there.
    let hidden = clusters.unseen.iter().map(|cluster| Unseen { tags: None, ..cluster.clone() });
    let mut listing = Listing { unseen: hidden.collect(), ..Listing::default() };
    for answer in join_all(chunks.map(|(cluster, some)| describe(reader, cluster, some))).await {
        match answer {
            Ok((services, missing)) => {
                listing.unseen.extend(unseen(missing, &named::only_listed("ECS"), &listed));
                for service in services.iter().filter(|service| service.status() != Some("INACTIVE")) {
                    sort(reader, scope, service, &mut listing).await;
                }
            }
            Err((arns, failure)) => listing.unseen.extend(unseen(arns, &failure, &listed)),
        }
    }
    Ok(listing)
}

/// The states of services, by one call for ten of a cluster.
pub(super) async fn states(reader: &Reader, ids: &[String]) -> Result<States> {
    let mut by_cluster: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for arn in ids {
        if let Some(cluster) = cluster_in(arn) {
            by_cluster.entry(cluster).or_default().push(arn.clone());
        }
    }
    let mut states = States::new();
    for (cluster, arns) in by_cluster {
        for some in arns.chunks(SERVICES) {
            let (services, _) = describe(reader, cluster, some.to_vec()).await.map_err(|(_, failure)| failure)?;
            for service in services.iter().filter(|service| service.status() != Some("INACTIVE")) {
                let id = service.service_arn().unwrap_or_default().to_owned();
                states.insert(id, state::of(reader, service).await);
            }
        }
    }
    Ok(states)
}

/// The cluster in a service's ARN, `service/<cluster>/<name>`.
fn cluster_in(arn: &str) -> Option<&str> {
    let (_, path) = arn.split_once(":service/")?;
    path.split_once('/').map(|(cluster, _)| cluster)
}

/// What could not be described. The tag index goes on naming what is gone; what a list has just shown is there.
fn unseen(arns: Vec<String>, failure: &Failure, listed: &BTreeSet<String>) -> impl Iterator<Item = Unseen> {
    let is_there = move |arn: &String| !failure.is(Class::NotFound) || listed.contains(arn);
    arns.into_iter().filter(is_there).map(move |id| Unseen { id, tags: None, failure: failure.clone() })
}

/// The ARNs of services whose tags are worth reading.
struct Candidates {
    by_cluster: BTreeMap<String, BTreeSet<String>>,
    /// Those that the list of their cluster has shown.
    listed: BTreeSet<String>,
}

async fn candidates(reader: &Reader, scope: &Scope, clusters: &[sdk::Cluster]) -> Result<Candidates> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // One that is being deleted has no services any more.
    let there = clusters.iter().filter(|cluster| cluster.status() != Some("DEPROVISIONING"));
    let names: Vec<_> = there.filter_map(|cluster| cluster.cluster_name()).collect();
    let lists = names.iter().map(|name| async move {
        let call = reader.ecs().list_services().cluster(*name).into_paginator().page_size(100);
        call.items().send().collect::<std::result::Result<Vec<_>, _>>().await.map_err(Failure::from)
    });
    let mut listed = BTreeSet::new();
    for (name, arns) in names.iter().zip(try_join_all(lists).await?) {
        listed.extend(arns.iter().cloned());
        all.entry((*name).to_owned()).or_default().extend(arns);
    }
    let index = reader.tag_index(scope).await?;
    let named = index.arns(":service/").chain(scope.requested.iter().map(String::as_str));
    for arn in named.filter(|arn| arn.split(':').nth(2) == Some("ecs")) {
        if let Some(cluster) = cluster_in(arn) {
            all.entry(cluster.to_owned()).or_default().insert(arn.to_owned());
        }
    }
    Ok(Candidates { by_cluster: all, listed })
}

/// Describes services; also returns those that were not answered.
async fn describe(
    reader: &Reader,
    cluster: &str,
    arns: Vec<String>,
) -> std::result::Result<(Vec<Description>, Vec<String>), (Vec<String>, Failure)> {
    let call = reader.ecs().describe_services().cluster(cluster).set_services(Some(arns.clone()));
    let answer = call.include(ServiceField::Tags).send().await;
    match answer {
        Ok(answer) => {
            let services = answer.services.unwrap_or_default();
            let is_missing = |arn: &String| services.iter().all(|service| service.service_arn() != Some(arn.as_str()));
            let missing = arns.into_iter().filter(is_missing).collect();
            Ok((services, missing))
        }
        Err(error) => Err((arns, error.into())),
    }
}

async fn sort(reader: &Reader, scope: &Scope, service: &Description, listing: &mut Listing<Service>) {
    let tags = tag::read(service.tags());
    let name = service.service_name().unwrap_or_default().to_owned();
    let id = service.service_arn().unwrap_or(&name).to_owned();
    if scope.owns(&id, &tags) {
        let state = state::of(reader, service).await;
        listing.found.push(found(service, tags, state));
        return;
    }
    let host = ecs::last(service.cluster_arn().unwrap_or_default()).to_owned();
    listing.attached.push(Attached { id: id.clone(), host });
    if scope.may_own(&name, ecs::MAX_NAME) {
        listing.name_conflicts.push(NameConflict { id, name, tags });
    }
}

fn found(service: &Description, tags: Tags, state: State) -> Found<Service> {
    let arn = service.service_arn().unwrap_or_default().to_owned();
    let name = service.service_name().unwrap_or_default().to_owned();
    Found {
        id: arn.clone(),
        name: Some(name.clone()),
        spec: spec(service),
        outputs: Outputs { service_arn: arn, name, health: Some(state::health(service)) },
        tags,
        state,
        unmodelled: unmodelled(service),
        external: None,
    }
}

fn spec(service: &Description) -> Spec {
    Spec {
        availability_zone_rebalancing: service.availability_zone_rebalancing().map(|on| on.as_str().to_owned()),
        capacity_provider_strategy: Some(CapacityProviderStrategy::read(service.capacity_provider_strategy())),
        cluster: ecs::last(service.cluster_arn().unwrap_or_default()).into(),
        deployment_configuration: service.deployment_configuration().map(deployment).unwrap_or_default(),
        deployment_controller: service
            .deployment_controller()
            .map(|controller| DeploymentController { kind: controller.r#type.as_str().to_owned() })
            .unwrap_or_default(),
        desired_count: service.desired_count,
        enable_ecs_managed_tags: service.enable_ecs_managed_tags,
        enable_execute_command: service.enable_execute_command,
        health_check_grace_period_seconds: service.health_check_grace_period_seconds().unwrap_or_default(),
        launch_type: service.launch_type().map(|launch| launch.as_str().to_owned()),
        load_balancers: service.load_balancers().iter().map(load_balancer).collect(),
        network_configuration: NetworkConfiguration {
            awsvpc_configuration: service
                .network_configuration()
                .and_then(|network| network.awsvpc_configuration())
                .map(awsvpc)
                .unwrap_or_default(),
        },
        placement_constraints: service.placement_constraints().iter().map(placement_constraint).collect(),
        placement_strategies: service.placement_strategy().iter().map(placement_strategy).collect(),
        platform_version: service.platform_version().map(str::to_owned),
        propagate_tags: service.propagate_tags().map_or_else(no_propagation, |from| from.as_str().to_owned()),
        scheduling_strategy: service
            .scheduling_strategy()
            .map_or_else(replica, |strategy| strategy.as_str().to_owned()),
        service_connect_configuration: ServiceConnect::read(connected(service)),
        task_definition: service.task_definition().unwrap_or_default().into(),
    }
    .filled()
}

fn placement_constraint(told: &sdk::PlacementConstraint) -> PlacementConstraint {
    PlacementConstraint {
        expression: told.expression().unwrap_or_default().to_owned(),
        kind: told.r#type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
    }
}

fn placement_strategy(told: &sdk::PlacementStrategy) -> PlacementStrategy {
    PlacementStrategy {
        field: normal_field(told.field().unwrap_or_default()),
        kind: told.r#type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
    }
}

/// Only a deployment tells how its tasks find others.
fn connected(service: &Description) -> Option<&sdk::ServiceConnectConfiguration> {
    state::primary(service).and_then(|one| one.service_connect_configuration())
}

fn deployment(from: &sdk::DeploymentConfiguration) -> DeploymentConfiguration {
    DeploymentConfiguration {
        alarms: from
            .alarms()
            .map(|alarms| Alarms {
                alarm_names: alarms.alarm_names().iter().cloned().collect(),
                enable: alarms.enable,
                rollback: alarms.rollback,
            })
            .unwrap_or_default(),
        // A rolling deployment takes none: see [`unmodelled_of_deployment`].
        bake_time_in_minutes: from.bake_time_in_minutes(),
        canary_configuration: from.canary_configuration().map(canary),
        deployment_circuit_breaker: from
            .deployment_circuit_breaker()
            .map(|breaker| CircuitBreaker { enable: breaker.enable, rollback: breaker.rollback })
            .unwrap_or_default(),
        lifecycle_hooks: from.lifecycle_hooks().iter().filter_map(hook).collect(),
        linear_configuration: from.linear_configuration().map(linear),
        maximum_percent: from.maximum_percent(),
        minimum_healthy_percent: from.minimum_healthy_percent(),
        strategy: match from.strategy() {
            Some(sdk::DeploymentStrategy::BlueGreen) => Strategy::BlueGreen,
            Some(sdk::DeploymentStrategy::Canary) => Strategy::Canary,
            Some(sdk::DeploymentStrategy::Linear) => Strategy::Linear,
            _ => Strategy::Rolling,
        },
    }
}

fn canary(from: &sdk::CanaryConfiguration) -> Canary {
    let default = Canary::default();
    Canary {
        canary_bake_time_in_minutes: from.canary_bake_time_in_minutes().unwrap_or(default.canary_bake_time_in_minutes),
        canary_percent: from.canary_percent().unwrap_or(default.canary_percent),
    }
}

fn linear(from: &sdk::LinearConfiguration) -> Linear {
    let default = Linear::default();
    Linear {
        step_bake_time_in_minutes: from.step_bake_time_in_minutes().unwrap_or(default.step_bake_time_in_minutes),
        step_percent: from.step_percent().unwrap_or(default.step_percent),
    }
}

/// None of one that a spec cannot express: see [`unmodelled_of_deployment`].
fn hook(from: &sdk::DeploymentLifecycleHook) -> Option<LifecycleHook> {
    (!is_other(from)).then(|| LifecycleHook {
        hook_target_arn: from.hook_target_arn().unwrap_or_default().to_owned(),
        lifecycle_stages: from.lifecycle_stages().iter().map(|stage| stage.as_str().to_owned()).collect(),
        role_arn: from.role_arn().unwrap_or_default().to_owned(),
    })
}

/// Whether a hook is more than a function that is asked: a pause, or with details for the function.
fn is_other(hook: &sdk::DeploymentLifecycleHook) -> bool {
    let is_function =
        hook.target_type().is_none_or(|target| *target == sdk::DeploymentLifecycleHookTargetType::AwsLambda);
    !is_function || hook.hook_details().is_some() || hook.timeout_configuration().is_some()
}

fn load_balancer(from: &sdk::LoadBalancer) -> LoadBalancer {
    let advanced = from.advanced_configuration().map(|advanced| AdvancedConfiguration {
        alternate_target_group_arn: advanced.alternate_target_group_arn().unwrap_or_default().to_owned(),
        production_listener_rule: advanced.production_listener_rule().unwrap_or_default().to_owned(),
        role_arn: advanced.role_arn().unwrap_or_default().to_owned(),
        test_listener_rule: advanced.test_listener_rule().map(str::to_owned),
    });
    LoadBalancer {
        advanced_configuration: advanced,
        container_name: from.container_name().unwrap_or_default().to_owned(),
        container_port: from.container_port().unwrap_or_default(),
        target_group_arn: from.target_group_arn().unwrap_or_default().to_owned(),
    }
}

fn awsvpc(from: &sdk::AwsVpcConfiguration) -> Awsvpc {
    Awsvpc {
        assign_public_ip: from.assign_public_ip().map_or("DISABLED", |assign| assign.as_str()).to_owned(),
        security_groups: from.security_groups().iter().cloned().collect(),
        subnets: from.subnets().iter().cloned().collect(),
    }
}

/// Returns what of a service a spec cannot express.
fn unmodelled(service: &Description) -> Vec<Unmodelled> {
    let primary = service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY"));
    let configuration = service.deployment_configuration();
    let features = [
        ("/ServiceRegistries", !service.service_registries().is_empty()),
        ("/VolumeConfigurations", primary.is_some_and(|one| !one.volume_configurations().is_empty())),
        ("/TaskSets", !service.task_sets().is_empty()),
        ("/VpcLatticeConfigurations", primary.is_some_and(|one| !one.vpc_lattice_configurations().is_empty())),
        (
            "/DeploymentConfiguration/LifecycleHooks",
            configuration.is_some_and(|configuration| configuration.lifecycle_hooks().iter().any(is_other)),
        ),
    ];
    let mut parts = UnmodelledParts::default();
    for (path, is_there) in features {
        parts.note(path, is_there, "is set");
    }
    if let Some(configuration) = configuration {
        unmodelled_of_deployment(configuration, &mut parts);
    }
    connect::unmodelled(connected(service), &mut parts);
    for balancer in service.load_balancers() {
        let name = balancer.load_balancer_name().filter(|name| !name.is_empty());
        parts.tell("/LoadBalancers", name.map(|name| format!("the classic load balancer {name} sends to it")));
    }
    parts.take().into_iter().chain(state::unmodelled(service)).collect()
}

/// Notes what of a deployment a spec cannot express, and AWS's figures for it are not these.
fn unmodelled_of_deployment(configuration: &sdk::DeploymentConfiguration, parts: &mut UnmodelledParts) {
    let at = |name: &str| format!("/DeploymentConfiguration/{name}");
    let early = configuration.early_success_criteria().filter(|criteria| criteria.enable);
    let early = early.map(|criteria| match criteria.healthy_percent() {
        Some(share) => format!("a deployment counts as done when {share}% are healthy"),
        None => "a deployment counts as done early".to_owned(),
    });
    let is_rolling = configuration.strategy().is_none_or(|strategy| *strategy == sdk::DeploymentStrategy::Rolling);
    let bake = configuration.bake_time_in_minutes().filter(|minutes| is_rolling && *minutes != 0);
    parts
        .tell(&at("EarlySuccessCriteria"), early)
        .tell(&at("BakeTimeInMinutes"), bake.map(|minutes| format!("is {minutes}, and the strategy is ROLLING")));
    let breaker = configuration.deployment_circuit_breaker();
    let resets = breaker.is_some_and(|breaker| breaker.reset_on_healthy_task().unwrap_or_default());
    let threshold = breaker.and_then(|breaker| breaker.threshold_configuration());
    let threshold = threshold.map(|threshold| format!("is {} {}", threshold.r#type().as_str(), threshold.value()));
    parts
        .note(&at("DeploymentCircuitBreaker/ResetOnHealthyTask"), resets, "is on")
        .tell(&at("DeploymentCircuitBreaker/ThresholdConfiguration"), threshold);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_service_reads_as_one_with_aws_defaults() {
        let service = Description::builder()
            .cluster_arn("arn:aws:ecs:us-east-1:123456789012:cluster/acme-production-main")
            .task_definition("arn")
            .desired_count(1)
            .build();
        let written = serde_json::json!({
            "CapacityProviderStrategy": [],
            "Cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/acme-production-main",
            "TaskDefinition": "arn",
        });
        let desired: Spec = serde_json::from_value(written).unwrap();
        assert_eq!(serde_json::to_value(spec(&service)).unwrap(), serde_json::to_value(desired).unwrap());
    }
}
