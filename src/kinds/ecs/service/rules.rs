//! What a specification must not say, and what a change of the strategy means.

use serde_json::Value;

use super::controller::is_ecs;
use super::spec::{DAEMON, DeploymentConfiguration, Spec, Strategy, ZONE};
use crate::kinds::ecs::{CapacityProviderStrategy, last};
use crate::resource::{Disruption, FieldDiff, Mistake, OPEN};

/// The strategy's property.
const STRATEGY: &str = "/DeploymentConfiguration/Strategy";
/// The strategy that rebalancing over zones goes with.
const SPREAD: (&str, &str) = ("spread", ZONE);
/// The longest time to bake, in minutes
/// (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html).
const MOST_MINUTES: i32 = 1440;

/// What ECS would refuse of a spec, or never come to an end with.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut mistake = |path: &str, text: &str| mistakes.push(Mistake::new(path, text));
    let deployment = &spec.deployment_configuration;
    let (most, least) = (deployment.maximum_percent, deployment.minimum_healthy_percent);
    let is_daemon = spec.scheduling_strategy == DAEMON;
    if is_daemon && most != Some(100) {
        mistake(
            "/DeploymentConfiguration/MaximumPercent",
            "is always 100 with SchedulingStrategy DAEMON: leave it out",
        );
    } else if most.is_some_and(|most| most <= 100) && least.is_some_and(|least| least >= 100) {
        let text =
            "leaves no room to replace a task: MaximumPercent has to be over 100, or MinimumHealthyPercent under";
        mistake("/DeploymentConfiguration", text);
    }
    let is_balanced = spec.availability_zone_rebalancing.as_deref() == Some("ENABLED");
    if is_balanced && most.is_some_and(|most| most <= 100) {
        mistake("/AvailabilityZoneRebalancing", "needs a MaximumPercent over 100");
    }
    if is_balanced && spec.placement_strategies.first().is_some_and(|first| (&*first.kind, &*first.field) != SPREAD) {
        let text = "needs PlacementStrategies that begin with spread over attribute:ecs.availability-zone, or none";
        mistake("/AvailabilityZoneRebalancing", text);
    }
    let revision = spec.task_definition.as_str();
    let is_revision = revision.starts_with("arn:") && last(revision).contains(':');
    if !is_revision && !revision.contains(OPEN) {
        // ECS takes a family, too, and answers with what it runs of it.
        mistake("/TaskDefinition", "is not the ARN of a revision: write ref(<task definition>)");
    }
    if spec.launch_type.is_some() && spec.strategy().is_some() {
        mistake("/LaunchType", "and CapacityProviderStrategy exclude each other");
    }
    let network = &spec.network_configuration.awsvpc_configuration;
    match spec.is_fargate() {
        Some(true) => {
            if network.subnets.is_empty() {
                mistake("/NetworkConfiguration", "names no Subnets, but Fargate needs them");
            }
            if is_daemon {
                mistake("/SchedulingStrategy", "is DAEMON, which Fargate does not offer");
            }
            let placed = [
                ("/PlacementConstraints", !spec.placement_constraints.is_empty()),
                ("/PlacementStrategies", !spec.placement_strategies.is_empty()),
            ];
            for (path, _) in placed.into_iter().filter(|(_, is_said)| *is_said) {
                mistake(path, "is about container instances, and Fargate has none: leave it out");
            }
        }
        Some(false) => {
            if spec.platform_version.is_some() {
                mistake("/PlatformVersion", "is Fargate's, and this service does not run there: leave it out");
            }
            if network.assign_public_ip == "ENABLED" {
                let at = "/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp";
                mistake(at, "is ENABLED, which only Fargate offers");
            }
        }
        None => {}
    }
    mistakes.extend(shifting(spec));
    mistakes.extend(spec.service_connect_configuration.mistakes());
    mistakes
        .extend(CapacityProviderStrategy::mistakes(spec.strategy().unwrap_or_default(), "/CapacityProviderStrategy"));
    mistakes
}

/// What is wrong with a strategy that shifts traffic: it needs a second target group at every load balancer, and figures
/// within AWS's bounds.
fn shifting(spec: &Spec) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut mistake = |path: &str, text: &str| mistakes.push(Mistake::new(path, text));
    let deployment = &spec.deployment_configuration;
    let advanced = spec.load_balancers.iter().filter(|one| one.advanced_configuration.is_some()).count();
    if deployment.strategy == Strategy::Rolling {
        if advanced > 0 {
            mistake(
                "/LoadBalancers",
                "has an AdvancedConfiguration, which only counts with a Strategy other than ROLLING",
            );
        }
        return mistakes;
    }
    let name = deployment.strategy.as_str();
    if !is_ecs(spec) {
        mistake(STRATEGY, &format!("is {name}, which only the DeploymentController ECS offers"));
    }
    if spec.scheduling_strategy == DAEMON {
        mistake(STRATEGY, &format!("is {name}, which SchedulingStrategy DAEMON does not offer"));
    }
    if advanced < spec.load_balancers.len() {
        mistake("/LoadBalancers", &format!("needs an AdvancedConfiguration with Strategy {name}"));
    }
    if deployment.strategy == Strategy::BlueGreen && deployment.bake_time_in_minutes.is_none() {
        mistake("/DeploymentConfiguration/BakeTimeInMinutes", "is missing, and Strategy BLUE_GREEN needs it");
    }
    let waits = [
        ("BakeTimeInMinutes", deployment.bake_time_in_minutes),
        (
            "CanaryConfiguration/CanaryBakeTimeInMinutes",
            deployment.canary_configuration.as_ref().map(|canary| canary.canary_bake_time_in_minutes),
        ),
        (
            "LinearConfiguration/StepBakeTimeInMinutes",
            deployment.linear_configuration.as_ref().map(|linear| linear.step_bake_time_in_minutes),
        ),
    ];
    let long =
        waits.iter().filter(|(_, minutes)| minutes.is_some_and(|minutes| !(0..=MOST_MINUTES).contains(&minutes)));
    for (path, _) in long {
        mistake(&format!("/DeploymentConfiguration/{path}"), "is not within 0 to 1440 minutes");
    }
    let shares = [
        (
            "CanaryConfiguration/CanaryPercent",
            deployment.canary_configuration.as_ref().map(|one| one.canary_percent),
            0.1,
        ),
        ("LinearConfiguration/StepPercent", deployment.linear_configuration.as_ref().map(|one| one.step_percent), 3.0),
    ];
    for (path, share, least) in shares {
        if share.is_some_and(|share| !(least..=100.0).contains(&share)) {
            mistake(&format!("/DeploymentConfiguration/{path}"), &format!("is not within {least} to 100 percent"));
        }
    }
    mistakes
}

/// The deployment of a live spec that shifts traffic, in words; none of a rolling one.
pub(super) fn shifted(live: &Value) -> Option<String> {
    let deployment: DeploymentConfiguration = serde_json::from_value(live["DeploymentConfiguration"].clone()).ok()?;
    let bakes = match deployment.bake_time_in_minutes.unwrap_or_default() {
        0 => String::new(),
        minutes => format!(", the old tasks stay for {minutes} minutes more"),
    };
    let how = match deployment.strategy {
        Strategy::Rolling => return None,
        Strategy::BlueGreen => "a blue/green deployment (all traffic at once".to_owned(),
        Strategy::Canary => {
            let canary = deployment.canary_configuration.unwrap_or_default();
            let (share, minutes) = (canary.canary_percent, canary.canary_bake_time_in_minutes);
            format!("a canary deployment ({share} % of the traffic for {minutes} minutes, then all of it")
        }
        Strategy::Linear => {
            let linear = deployment.linear_configuration.unwrap_or_default();
            let (share, minutes) = (linear.step_percent, linear.step_bake_time_in_minutes);
            format!("a linear deployment ({share} % more of the traffic every {minutes} minutes")
        }
    };
    Some(format!("{how}{bakes})"))
}

/// The seconds for which a deployment of a spec waits on purpose.
pub(super) fn pauses(spec: &Value) -> u32 {
    let deployment = serde_json::from_value::<DeploymentConfiguration>(spec["DeploymentConfiguration"].clone());
    deployment.map_or(0, |deployment| deployment.minutes() * 60)
}

/// Whether the strategy goes back to the rolling one.
fn ends_shifting(fields: &[FieldDiff]) -> bool {
    let is_rolling = |value: &Option<Value>| value.as_ref().is_none_or(|value| value == Strategy::Rolling.as_str());
    fields.iter().any(|field| field.path == STRATEGY && !is_rolling(&field.before) && is_rolling(&field.after))
}

pub(super) fn disruption(fields: &[FieldDiff]) -> Disruption {
    if ends_shifting(fields) { Disruption::Outage } else { Disruption::None }
}

pub(super) fn advice(fields: &[FieldDiff]) -> Vec<String> {
    let text = "before it rolls again, its rule has to send all requests to the TargetGroupArn: where the alternate target \
                group has them, deploy once more first";
    ends_shifting(fields).then(|| text.to_owned()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(more: &Value) -> Value {
        let mut spec = json!({
            "Cluster": "c", "TaskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/web:1", "LaunchType": "FARGATE",
            "NetworkConfiguration": { "AwsvpcConfiguration": { "Subnets": ["s"] } },
        });
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        serde_json::to_value(serde_json::from_value::<Spec>(spec).unwrap()).unwrap()
    }

    fn told(more: &Value) -> Vec<String> {
        let spec = serde_json::from_value(spec(more)).unwrap();
        mistakes(&spec).into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn a_strategy_that_shifts_traffic_needs_a_second_target_group_and_sound_figures() {
        let advanced = json!({ "AlternateTargetGroupArn": "b", "ProductionListenerRule": "r", "RoleArn": "i" });
        let bare = json!({ "ContainerName": "web", "ContainerPort": 80, "TargetGroupArn": "a" });
        let mut full = bare.clone();
        full["AdvancedConfiguration"] = advanced;
        let of = |balancer: &Value, deployment: &Value| {
            told(&json!({ "LoadBalancers": [balancer], "DeploymentConfiguration": deployment }))
        };
        assert_eq!(of(&full, &json!({ "Strategy": "CANARY" })), Vec::<String>::new());
        assert_eq!(of(&bare, &json!({ "Strategy": "CANARY" })), ["/LoadBalancers"]);
        assert_eq!(of(&full, &json!({})), ["/LoadBalancers"]);
        let bake = "/DeploymentConfiguration/BakeTimeInMinutes";
        assert_eq!(of(&full, &json!({ "Strategy": "BLUE_GREEN" })), [bake]);
        assert_eq!(of(&full, &json!({ "Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 1441 })), [bake]);
        let step = json!({ "Strategy": "LINEAR", "LinearConfiguration": { "StepPercent": 1 } });
        assert_eq!(of(&full, &step), ["/DeploymentConfiguration/LinearConfiguration/StepPercent"]);
    }

    #[test]
    fn what_a_deployment_waits_for_on_purpose_counts() {
        let minutes = |deployment: Value| pauses(&spec(&json!({ "DeploymentConfiguration": deployment }))) / 60;
        assert_eq!(minutes(json!({})), 0);
        assert_eq!(minutes(json!({ "Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 7 })), 7);
        assert_eq!(minutes(json!({ "Strategy": "CANARY", "BakeTimeInMinutes": 5 })), 15, "AWS's ten for the canary");
        assert_eq!(minutes(json!({ "Strategy": "LINEAR" })), 54, "nine waits between ten steps");
    }

    #[test]
    fn a_deployment_that_shifts_traffic_is_told_as_such() {
        let live = spec(&json!({ "DeploymentConfiguration": { "Strategy": "CANARY", "BakeTimeInMinutes": 5 } }));
        let text = "a canary deployment (5 % of the traffic for 10 minutes, then all of it, the old tasks stay for 5 minutes more)";
        assert_eq!(shifted(&live).as_deref(), Some(text));
        assert_eq!(shifted(&spec(&json!({}))), None);
    }

    #[test]
    fn the_way_back_to_rolling_deployments_is_told_as_an_outage() {
        let change = |before: &str, after: &str| {
            [FieldDiff { path: STRATEGY.into(), before: Some(before.into()), after: Some(after.into()) }]
        };
        assert_eq!(disruption(&change("CANARY", "ROLLING")), Disruption::Outage);
        assert_eq!(disruption(&change("ROLLING", "CANARY")), Disruption::None);
        assert!(advice(&change("CANARY", "LINEAR")).is_empty());
    }
}
