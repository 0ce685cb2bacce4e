use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ScalableTargetAction, ServiceNamespace,
    SuspendedState, TargetTrackingScalingPolicyConfiguration,
};
use aws_smithy_types::date_time::{DateTime, Format};

use super::TRANSIENT;
use super::metric::CustomMetric;
use super::spec::{Policy, ScheduledAction, Spec, TargetTracking};
use super::steps::StepScaling;
use crate::aws::{MINUTE, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{Class, Failure, Result, Tags};

/// Returns the ARN of the target that an earlier try has registered.
pub(super) async fn there(writer: &Writer, spec: &Spec, ours: &Tags) -> Result<Option<String>> {
    let Some(arn) = find(writer, spec).await? else { return Ok(None) };
    let tags = writer.autoscaling().list_tags_for_resource().resource_arn(&arn).send().await?;
    ownership::adopt(&format!("the scalable target {}", spec.resource_id), &tag::read_map(tags.tags()), ours)?;
    Ok(Some(arn))
}

/// Returns the ARN of the target, if there is one.
pub(super) async fn find(writer: &Writer, spec: &Spec) -> Result<Option<String>> {
    let call = writer.autoscaling().describe_scalable_targets().service_namespace(namespace(spec));
    let answer = call.resource_ids(&spec.resource_id).scalable_dimension(dimension(spec)).send().await?;
    let target = answer.scalable_targets().iter().find(|target| target.resource_id() == spec.resource_id);
    Ok(target.map(|target| target.scalable_target_arn().unwrap_or_default().to_owned()))
}

/// Registers the target or changes it; tags are taken only for a new one. Returns its ARN.
pub(super) async fn register(writer: &Writer, spec: &Spec, tags: Option<&Tags>) -> Result<String> {
    let suspended = SuspendedState::builder()
        .dynamic_scaling_in_suspended(spec.suspended_state.dynamic_scaling_in_suspended)
        .dynamic_scaling_out_suspended(spec.suspended_state.dynamic_scaling_out_suspended)
        .scheduled_scaling_suspended(spec.suspended_state.scheduled_scaling_suspended)
        .build();
    let call = writer
        .autoscaling()
        .register_scalable_target()
        .service_namespace(namespace(spec))
        .resource_id(&spec.resource_id)
        .scalable_dimension(dimension(spec))
        .min_capacity(spec.min_capacity)
        .max_capacity(spec.max_capacity)
        .suspended_state(suspended)
        .set_tags(tags.and_then(tag::write));
    let answer = retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await?;
    Ok(answer.scalable_target_arn().unwrap_or_default().to_owned())
}

/// Creates or changes a policy; a target registered moments ago may not be visible yet. Returns its ARN.
pub(super) async fn put_policy(writer: &Writer, spec: &Spec, policy: &Policy) -> Result<String> {
    let tracked = policy.target_tracking_scaling_policy_configuration.as_ref().map(tracking);
    let steps = policy.step_scaling_policy_configuration.as_ref().map(StepScaling::write);
    let call = writer
        .autoscaling()
        .put_scaling_policy()
        .service_namespace(namespace(spec))
        .resource_id(&spec.resource_id)
        .scalable_dimension(dimension(spec))
        .policy_name(&policy.policy_name)
        .policy_type(PolicyType::from(policy.policy_type.as_str()))
        .set_step_scaling_policy_configuration(steps)
        .set_target_tracking_scaling_policy_configuration(tracked);
    let passing = [TRANSIENT, &[Class::NotFound]].concat();
    Ok(retry_while(MINUTE, &passing, || call.clone().send()).await?.policy_arn)
}

pub(super) async fn delete_policy(writer: &Writer, spec: &Spec, name: &str) -> Result<()> {
    let call = writer
        .autoscaling()
        .delete_scaling_policy()
        .service_namespace(namespace(spec))
        .resource_id(&spec.resource_id)
        .scalable_dimension(dimension(spec))
        .policy_name(name);
    gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)
}

/// Creates a scheduled action or changes it; of one that is there, AWS keeps what is not sent, but for its times.
pub(super) async fn put_action(writer: &Writer, spec: &Spec, action: &ScheduledAction) -> Result<()> {
    let time = |text: &Option<String>| {
        let read = |text: &String| DateTime::from_str(text, Format::DateTimeWithOffset);
        text.as_ref().map(read).transpose().map_err(|why| Failure::new(Class::Other, format!("no time: {why}")))
    };
    let capacities = &action.scalable_target_action;
    let capacities = ScalableTargetAction::builder()
        .set_max_capacity(capacities.max_capacity)
        .set_min_capacity(capacities.min_capacity)
        .build();
    let has_zone = !action.schedule.starts_with("rate");
    let call = writer
        .autoscaling()
        .put_scheduled_action()
        .service_namespace(namespace(spec))
        .resource_id(&spec.resource_id)
        .scalable_dimension(dimension(spec))
        .scheduled_action_name(&action.scheduled_action_name)
        .schedule(&action.schedule)
        .scalable_target_action(capacities)
        .set_timezone(has_zone.then(|| action.timezone.clone()))
        .set_start_time(time(&action.start_time)?)
        .set_end_time(time(&action.end_time)?);
    let passing = [TRANSIENT, &[Class::NotFound]].concat();
    retry_while(MINUTE, &passing, || call.clone().send()).await.map(drop)
}

pub(super) async fn delete_action(writer: &Writer, spec: &Spec, name: &str) -> Result<()> {
    let call = writer
        .autoscaling()
        .delete_scheduled_action()
        .service_namespace(namespace(spec))
        .resource_id(&spec.resource_id)
        .scalable_dimension(dimension(spec))
        .scheduled_action_name(name);
    gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)
}

fn tracking(from: &TargetTracking) -> TargetTrackingScalingPolicyConfiguration {
    let predefined = from.predefined_metric_specification.as_ref().map(|metric| {
        let label = (!metric.resource_label.is_empty()).then(|| metric.resource_label.clone());
        PredefinedMetricSpecification::builder()
            .predefined_metric_type(MetricType::from(metric.predefined_metric_type.as_str()))
            .set_resource_label(label)
            .build()
            .expect("the type is set")
    });
    TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(from.target_value)
        .set_customized_metric_specification(from.customized_metric_specification.as_ref().map(CustomMetric::write))
        .set_predefined_metric_specification(predefined)
        .scale_in_cooldown(from.scale_in_cooldown)
        .scale_out_cooldown(from.scale_out_cooldown)
        .disable_scale_in(from.disable_scale_in)
        .build()
        .expect("the target value is set")
}

fn namespace(spec: &Spec) -> ServiceNamespace {
    spec.service_namespace.as_str().into()
}

fn dimension(spec: &Spec) -> ScalableDimension {
    spec.scalable_dimension.as_str().into()
}
