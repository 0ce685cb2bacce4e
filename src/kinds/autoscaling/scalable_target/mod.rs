mod example;
mod metric;
mod read;
mod spec;
mod steps;
mod write;

use std::collections::{BTreeMap, HashMap};

use aws_sdk_applicationautoscaling::types::{ScalableTarget as Description, ServiceNamespace};
use serde_json::Value;

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::ecs;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{named, tag};
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Address, Attachable, Attached, Bearer, CLOSE, Changes, Class, Detection, Essentials, Facts, Found, Identity, Kept,
    Kind, Listing, Made, Mistake, Name, NameRule, Neighbours, On, Permissions, Replacement, Result, Scope, State,
    Switch, Tags, Turn, partition, pointer,
};
use write::{delete_action, delete_policy, put_action, put_policy, register};

pub use spec::{Outputs, Spec};

/// The metric that counts the requests of a target group.
const BY_REQUESTS: &str = "ALBRequestCountPerTarget";
/// Changes of one target meet, or the service-linked role is not visible yet.
const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating];

/// Scales a service between a minimum and a maximum, by its policies.
pub struct ScalableTarget;

impl Kind for ScalableTarget {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/ResourceId", "/ScalableDimension", "/ServiceNamespace"],
        replacement: Replacement::DeleteFirst,
        keyed: &[("/ScalingPolicies", "PolicyName"), ("/ScheduledActions", "ScheduledActionName")],
        switches: &[Switch::with(
            "/ScalingPolicies/*/TargetTrackingScalingPolicyConfiguration/PredefinedMetricSpecification/ResourceLabel",
            "/ScalingPolicies/*/TargetTrackingScalingPolicyConfiguration/PredefinedMetricSpecification/PredefinedMetricType",
            &[BY_REQUESTS],
        )],
        deferrable: &["/ScalingPolicies"],
        several_calls: true,
        prunes: &["/ScalingPolicies"],
        cloudformation: CloudFormation {
            parts: &[Part::of(
                "AWS::ApplicationAutoScaling::ScalingPolicy",
                "Policy",
                Source::Elements("ScalingPolicies"),
                "ScalingTargetId",
            )
            .called("PolicyName", "PolicyArn")],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::ApplicationAutoScaling::ScalableTarget",
            is_global: false,
            indexed_as: None,
            reference: "Id",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ApplicationAutoScaling::ScalingPolicy", Detection::Compared("/ScalingPolicies")),
                Attachable::new("ScheduledActions", Detection::Compared("/ScheduledActions")),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "application-autoscaling:DescribeScalableTargets",
                    "application-autoscaling:DescribeScalingPolicies",
                    "application-autoscaling:DescribeScheduledActions",
                    "application-autoscaling:ListTagsForResource",
                ],
                create: &[
                    "application-autoscaling:RegisterScalableTarget",
                    "application-autoscaling:DescribeScalableTargets",
                    "application-autoscaling:ListTagsForResource",
                    "application-autoscaling:TagResource",
                    "application-autoscaling:PutScalingPolicy",
                    "application-autoscaling:PutScheduledAction",
                    "iam:CreateServiceLinkedRole",
                    "iam:PassRole",
                    "ecs:DescribeServices",
                    "ecs:UpdateService",
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:PutMetricAlarm",
                ],
                update: &[
                    "application-autoscaling:RegisterScalableTarget",
                    "application-autoscaling:PutScalingPolicy",
                    "application-autoscaling:DeleteScalingPolicy",
                    "application-autoscaling:PutScheduledAction",
                    "application-autoscaling:DeleteScheduledAction",
                    "ecs:DescribeServices",
                    "ecs:UpdateService",
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:PutMetricAlarm",
                    "cloudwatch:DeleteAlarms",
                ],
                retag: &["application-autoscaling:TagResource", "application-autoscaling:UntagResource"],
                delete: &[
                    "application-autoscaling:DeregisterScalableTarget",
                    "application-autoscaling:DescribeScalableTargets",
                    "cloudwatch:DeleteAlarms",
                ],
                on: &[
                    ("application-autoscaling:RegisterScalableTarget", &[On::Made("scalable-target/*"), On::Ours]),
                    ("application-autoscaling:TagResource", &[On::Ours, On::Untagged("scalable-target/*")]),
                    ("cloudwatch:PutMetricAlarm", &[On::Any("alarm:TargetTracking-*")]),
                    ("cloudwatch:DeleteAlarms", &[On::Any("alarm:TargetTracking-*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("ecs.application-autoscaling.amazonaws.com")]),
                    ("iam:PassRole", &[On::PassedTo("application-autoscaling.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let mut listing: Listing<Self> = named::list(reader, scope).await?;
        // A target has no name of its own that anybody else's could take, but may scale a service of ours.
        listing.attached = listing.name_conflicts.drain(..).map(|other| attached(reader, other.id)).collect();
        Ok(listing)
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let adopted = write::there(writer, spec, tags).await?;
        let arn = match adopted {
            Some(arn) => {
                register(writer, spec, None).await?;
                arn
            }
            None => register(writer, spec, Some(tags)).await?,
        };
        let mut policies = BTreeMap::new();
        for policy in &spec.scaling_policies {
            policies.insert(policy.policy_name.clone(), put_policy(writer, spec, policy).await?);
        }
        for action in &spec.scheduled_actions {
            put_action(writer, spec, action).await?;
        }
        Ok(made(spec, arn, policies))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches_any(&["/MinCapacity", "/MaxCapacity", "/SuspendedState"]) {
            register(writer, spec, None).await?;
        }
        let mut policies = live.outputs.policy_arn.clone();
        let touched = |name: &str| changes.touches(&pointer::join("/ScalingPolicies", name));
        for policy in spec.scaling_policies.iter().filter(|policy| touched(&policy.policy_name)) {
            policies.insert(policy.policy_name.clone(), put_policy(writer, spec, policy).await?);
        }
        let wanted = |name: &str| spec.scaling_policies.iter().any(|policy| policy.policy_name == name);
        for policy in &live.spec.scaling_policies {
            if touched(&policy.policy_name) && !wanted(&policy.policy_name) {
                delete_policy(writer, spec, &policy.policy_name).await?;
                policies.remove(&policy.policy_name);
            }
        }
        let touched = |name: &str| changes.touches(&pointer::join("/ScheduledActions", name));
        for action in spec.scheduled_actions.iter().filter(|action| touched(&action.scheduled_action_name)) {
            put_action(writer, spec, action).await?;
        }
        let wanted = |name: &str| spec.scheduled_actions.iter().any(|action| action.scheduled_action_name == name);
        for action in &live.spec.scheduled_actions {
            if touched(&action.scheduled_action_name) && !wanted(&action.scheduled_action_name) {
                delete_action(writer, spec, &action.scheduled_action_name).await?;
            }
        }
        Ok(Turn::Done(made(spec, live.outputs.arn.clone(), policies)))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let arn = bearer.outputs.arn.as_str();
        // It is not among the outputs, from which the engine knows what is ours.
        writer.admit(arn);
        let add = async |tags: HashMap<_, _>| {
            let call = writer.autoscaling().tag_resource().resource_arn(arn).set_tags(Some(tags));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
        };
        let remove = async |keys| {
            let call = writer.autoscaling().untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
        };
        tag::change((set, unset), add, remove).await
    }

    /// Its policies and their alarms go with it.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        if write::find(writer, &live.spec).await?.is_none() {
            return Ok(Turn::Done(Vec::new()));
        }
        let call = writer
            .autoscaling()
            .deregister_scalable_target()
            .service_namespace(live.spec.service_namespace.as_str().into())
            .resource_id(&live.spec.resource_id)
            .scalable_dimension(live.spec.scalable_dimension.as_str().into());
        gone(retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    /// A metric of requests per target is refused until the target group hangs on its load balancer.
    fn depends_on(spec: &Value, other: &Address, other_spec: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        let attaches = ["AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"];
        let depends_on =
            attaches.contains(&&*other.kind) && ecs::shares_target_group(&spec["ScalingPolicies"], other_spec);
        depends_on.then_some("/ScalingPolicies")
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if spec.min_capacity > spec.max_capacity {
            let text = format!("is {}, which is more than MaxCapacity, {}", spec.min_capacity, spec.max_capacity);
            mistakes.push(Mistake::new("/MinCapacity", text));
        }
        if spec.service_namespace != "ecs" {
            let text = format!("is {}, but only ecs is supported", spec.service_namespace);
            mistakes.push(Mistake::new("/ServiceNamespace", text));
        }
        if spec.resource_id.contains("arn:") || spec.resource_id.contains(&format!("Arn{CLOSE}")) {
            let text = "names an ARN, which scales nothing: it is service/<cluster's name>/<service's Name>";
            mistakes.push(Mistake::new("/ResourceId", text));
        }
        for action in &spec.scheduled_actions {
            mistakes.extend(scheduled(action));
        }
        for policy in &spec.scaling_policies {
            let at = pointer::join("/ScalingPolicies", &policy.policy_name);
            mistakes.extend(of_policy(&at, policy));
        }
        mistakes
    }
}

impl Named for ScalableTarget {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let call = reader.autoscaling().describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
        let targets = call.into_paginator().page_size(50).items().send().collect::<Result<Vec<_>, _>>().await?;
        // Targets of before 2023 have no ARN and so no tags: they can't be ours.
        let candidates = targets.into_iter().filter_map(|target| {
            let (id, arn) = (target.resource_id.clone(), target.scalable_target_arn.clone());
            Listed::named(Some(id), arn, target)
        });
        Ok(candidates.collect())
    }

    fn may_be_ours(scope: &Scope, index: &TagIndex, one: &Listed<Description>) -> bool {
        let may_own = |part: &str| scope.may_own(part, ecs::MAX_NAME);
        one.name.split('/').skip(1).any(may_own) || index.get(&one.arn).is_some() || scope.requests(&one.id)
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        let answer = clients.autoscaling().list_tags_for_resource().resource_arn(&one.arn).send().await?;
        Ok(tag::read_map(answer.tags()))
    }

    async fn read(reader: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let policies = reader.once("autoscaling:policies", read::policies(reader));
        let schedules = reader.once("autoscaling:schedules", read::schedules(reader));
        let (policies, schedules) = tokio::try_join!(policies, schedules)?;
        Ok(read::found(&one.summary, tags, &policies, &schedules))
    }
}

/// What is wrong with a policy at a pointer.
fn of_policy(at: &str, policy: &spec::Policy) -> Vec<Mistake> {
    let tracking = policy.target_tracking_scaling_policy_configuration.as_ref();
    match (policy.policy_type.as_str(), tracking, &policy.step_scaling_policy_configuration) {
        ("TargetTrackingScaling", Some(tracking), None) => of_metric(at, tracking),
        ("StepScaling", None, Some(steps)) => steps.mistakes(&format!("{at}/StepScalingPolicyConfiguration")),
        ("TargetTrackingScaling", ..) => {
            vec![Mistake::new(at, "needs TargetTrackingScalingPolicyConfiguration, and no other")]
        }
        ("StepScaling", ..) => vec![Mistake::new(at, "needs StepScalingPolicyConfiguration, and no other")],
        (other, ..) => {
            let text = format!("is {other}, but only TargetTrackingScaling and StepScaling are supported");
            vec![Mistake::new(format!("{at}/PolicyType"), text)]
        }
    }
}

/// What is wrong with the metric of a policy at a pointer.
fn of_metric(at: &str, tracking: &spec::TargetTracking) -> Vec<Mistake> {
    let at = format!("{at}/TargetTrackingScalingPolicyConfiguration");
    match (&tracking.predefined_metric_specification, &tracking.customized_metric_specification) {
        (None, Some(metric)) => metric.mistakes(&format!("{at}/CustomizedMetricSpecification")),
        (Some(metric), None) if metric.predefined_metric_type == BY_REQUESTS && metric.resource_label.is_empty() => {
            let text = format!("is {BY_REQUESTS}, which needs a ResourceLabel");
            vec![Mistake::new(format!("{at}/PredefinedMetricSpecification/PredefinedMetricType"), text)]
        }
        (Some(_), None) => Vec::new(),
        _ => vec![Mistake::new(at, "needs one of PredefinedMetricSpecification and CustomizedMetricSpecification")],
    }
}

/// What is wrong with a scheduled action.
fn scheduled(action: &spec::ScheduledAction) -> Vec<Mistake> {
    let at = pointer::join("/ScheduledActions", &action.scheduled_action_name);
    let mistake = |name: &str, text: &str| Mistake::new(format!("{at}/{name}"), text);
    let capacities = &action.scalable_target_action;
    let mut mistakes = Vec::new();
    if !["at(", "cron(", "rate("].iter().any(|form| action.schedule.starts_with(form)) {
        mistakes.push(mistake("Schedule", "is neither `cron(...)` nor `rate(...)` nor `at(...)`"));
    }
    match (capacities.min_capacity, capacities.max_capacity) {
        (None, None) => mistakes.push(mistake("ScalableTargetAction", "sets neither MinCapacity nor MaxCapacity")),
        (Some(least), Some(most)) if least > most => {
            mistakes.push(mistake("ScalableTargetAction", &format!("has a MinCapacity over MaxCapacity, {most}")));
        }
        _ => {}
    }
    for (name, time) in [("StartTime", &action.start_time), ("EndTime", &action.end_time)] {
        if time.as_ref().is_some_and(|time| !time.ends_with('Z') || time.parse::<jiff::Timestamp>().is_err()) {
            mistakes.push(mistake(name, "is no time in UTC, 2027-01-01T00:00:00Z"));
        }
    }
    mistakes
}

/// What `Ref` gives: the three parts that make a target.
fn reference(resource: &str, dimension: &str, namespace: &str) -> String {
    format!("{resource}|{dimension}|{namespace}")
}

fn made(spec: &Spec, arn: String, policy_arn: BTreeMap<String, String>) -> Made<ScalableTarget> {
    let id = reference(&spec.resource_id, &spec.scalable_dimension, &spec.service_namespace);
    Made { id: spec.resource_id.clone(), outputs: Outputs { id, policy_arn, arn }, state: State::Ready }
}

/// A target of somebody else's, on the service that it scales.
fn attached(reader: &Reader, id: String) -> Attached {
    // `service/<cluster>/<service>` is the end of the service's ARN.
    let host = format!("arn:{}:ecs:{}:{}:{id}", partition(reader.region()), reader.region(), reader.account());
    Attached { id, host }
}
