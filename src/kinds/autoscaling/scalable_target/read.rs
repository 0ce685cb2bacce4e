use aws_sdk_applicationautoscaling::types::{
    ScalableTarget as Description, ScalingPolicy, ScheduledAction, ServiceNamespace,
    TargetTrackingScalingPolicyConfiguration,
};

use aws_smithy_types::date_time::{DateTime, Format};

use super::ScalableTarget;
use super::metric::CustomMetric;
use super::spec::{self, Capacities, Metric, Outputs, Policy, Spec, SuspendedState, TargetTracking, cooldown, utc};
use super::steps::StepScaling;
use crate::aws::Reader;
use crate::resource::{Found, Result, State, Tags, Unmodelled, pointer};

/// All policies of ECS services.
pub(super) async fn policies(reader: &Reader) -> Result<Vec<ScalingPolicy>> {
    let call = reader.autoscaling().describe_scaling_policies().service_namespace(ServiceNamespace::Ecs);
    Ok(call.into_paginator().page_size(10).items().send().collect::<std::result::Result<Vec<_>, _>>().await?)
}

/// All scheduled actions of ECS services.
pub(super) async fn schedules(reader: &Reader) -> Result<Vec<ScheduledAction>> {
    let call = reader.autoscaling().describe_scheduled_actions().service_namespace(ServiceNamespace::Ecs);
    Ok(call.into_paginator().page_size(50).items().send().collect::<std::result::Result<Vec<_>, _>>().await?)
}

pub(super) fn found(
    target: &Description,
    tags: Tags,
    policies: &[ScalingPolicy],
    schedules: &[ScheduledAction],
) -> Found<ScalableTarget> {
    let (id, dimension) = (target.resource_id(), target.scalable_dimension());
    let policies: Vec<_> =
        policies.iter().filter(|one| one.resource_id() == id && one.scalable_dimension() == dimension).collect();
    let suspended = target.suspended_state().map(|state| SuspendedState {
        dynamic_scaling_in_suspended: state.dynamic_scaling_in_suspended().unwrap_or_default(),
        dynamic_scaling_out_suspended: state.dynamic_scaling_out_suspended().unwrap_or_default(),
        scheduled_scaling_suspended: state.scheduled_scaling_suspended().unwrap_or_default(),
    });
    let foreign = policies.iter().filter(|policy| !is_expressible(policy)).map(|policy| Unmodelled {
        path: pointer::join("/ScalingPolicies", policy.policy_name()),
        text: format!("is a {} with settings that a template cannot write", policy.policy_type().as_str()),
    });
    let is_its =
        |action: &&ScheduledAction| action.resource_id() == id && action.scalable_dimension() == Some(dimension);
    Found {
        id: id.to_owned(),
        name: None,
        spec: Spec {
            max_capacity: target.max_capacity,
            min_capacity: target.min_capacity,
            resource_id: id.to_owned(),
            scalable_dimension: dimension.as_str().to_owned(),
            scaling_policies: policies.iter().map(|policy| read(policy)).collect(),
            scheduled_actions: schedules.iter().filter(is_its).map(scheduled).collect(),
            service_namespace: target.service_namespace().as_str().to_owned(),
            suspended_state: suspended.unwrap_or_default(),
        },
        outputs: Outputs {
            id: super::reference(id, dimension.as_str(), target.service_namespace().as_str()),
            policy_arn: policies.iter().map(|one| (one.policy_name.clone(), one.policy_arn.clone())).collect(),
            arn: target.scalable_target_arn().unwrap_or_default().to_owned(),
        },
        tags,
        state: State::Ready,
        unmodelled: foreign.collect(),
        external: None,
    }
}

fn scheduled(from: &ScheduledAction) -> spec::ScheduledAction {
    let time = |at: Option<&DateTime>| at.and_then(|at| at.fmt(Format::DateTime).ok());
    let action = from.scalable_target_action();
    spec::ScheduledAction {
        end_time: time(from.end_time()),
        scalable_target_action: Capacities {
            max_capacity: action.and_then(|action| action.max_capacity()),
            min_capacity: action.and_then(|action| action.min_capacity()),
        },
        schedule: from.schedule().to_owned(),
        scheduled_action_name: from.scheduled_action_name().to_owned(),
        start_time: time(from.start_time()),
        timezone: from.timezone().map_or_else(utc, str::to_owned),
    }
}

fn is_expressible(policy: &ScalingPolicy) -> bool {
    let has_steps = policy.step_scaling_policy_configuration().is_some();
    policy.target_tracking_scaling_policy_configuration().is_some() || has_steps
}

fn read(policy: &ScalingPolicy) -> Policy {
    Policy {
        policy_name: policy.policy_name().to_owned(),
        policy_type: policy.policy_type().as_str().to_owned(),
        step_scaling_policy_configuration: policy.step_scaling_policy_configuration().map(StepScaling::read),
        target_tracking_scaling_policy_configuration: policy
            .target_tracking_scaling_policy_configuration()
            .map(tracking),
    }
}

fn tracking(from: &TargetTrackingScalingPolicyConfiguration) -> TargetTracking {
    let metric = from.predefined_metric_specification().map(|metric| Metric {
        predefined_metric_type: metric.predefined_metric_type().as_str().to_owned(),
        resource_label: metric.resource_label().unwrap_or_default().to_owned(),
    });
    TargetTracking {
        customized_metric_specification: from.customized_metric_specification().map(CustomMetric::read),
        disable_scale_in: from.disable_scale_in().unwrap_or_default(),
        predefined_metric_specification: metric,
        scale_in_cooldown: from.scale_in_cooldown().unwrap_or_else(cooldown),
        scale_out_cooldown: from.scale_out_cooldown().unwrap_or_else(cooldown),
        target_value: from.target_value,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_applicationautoscaling::types::{MetricType, PolicyType, PredefinedMetricSpecification};

    use super::*;

    #[test]
    fn a_scheduled_action_reads_as_it_is_written() {
        let live = ScheduledAction::builder()
            .scheduled_action_name("night")
            .scheduled_action_arn("arn")
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id("service/a/b")
            .schedule("cron(0 20 * * ? *)")
            .start_time(DateTime::from_secs(1_800_000_000))
            .creation_time(DateTime::from_secs(0))
            .build()
            .unwrap();
        let written = serde_json::json!({
            "ScheduledActionName": "night", "Schedule": "cron(0 20 * * ? *)", "StartTime": "2027-01-15T08:00:00Z",
            "ScalableTargetAction": {},
        });
        assert_eq!(scheduled(&live), serde_json::from_value(written).unwrap());
    }

    #[test]
    fn a_policy_without_figures_reads_as_one_with_aws_defaults() {
        let metric = MetricType::EcsServiceAverageCpuUtilization;
        let metric = PredefinedMetricSpecification::builder().predefined_metric_type(metric).build().unwrap();
        let live = TargetTrackingScalingPolicyConfiguration::builder()
            .target_value(60.0)
            .predefined_metric_specification(metric)
            .build()
            .unwrap();
        let desired: TargetTracking = serde_json::from_value(serde_json::json!({
            "TargetValue": 60,
            "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" },
        }))
        .unwrap();
        assert_eq!(tracking(&live), desired);
    }

    #[test]
    fn a_predictive_policy_is_shown_as_what_cannot_be_written() {
        let policy = ScalingPolicy::builder()
            .policy_arn("arn")
            .policy_name("forecast")
            .service_namespace(ServiceNamespace::Ecs)
            .resource_id("service/a/b")
            .scalable_dimension("ecs:service:DesiredCount".into())
            .policy_type(PolicyType::PredictiveScaling)
            .creation_time(aws_smithy_types::DateTime::from_secs(0))
            .build()
            .unwrap();
        assert!(!is_expressible(&policy));
        assert_eq!(read(&policy).policy_type, "PredictiveScaling");
    }
}
