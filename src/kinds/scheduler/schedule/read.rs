use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types as sdk;

use super::spec::{
    CapacityProviderStrategyItem, DeadLetterConfig, EcsParameters, FlexibleTimeWindow, RetryPolicy, Spec, Target,
    enabled, one, utc,
};
use crate::kinds::ecs::network::{Awsvpc, NetworkConfiguration};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::Unmodelled;

pub(super) fn spec(from: &GetScheduleOutput) -> Spec {
    let window = from.flexible_time_window();
    Spec {
        flexible_time_window: FlexibleTimeWindow {
            maximum_window_in_minutes: window.and_then(|window| window.maximum_window_in_minutes()),
            mode: window.map_or("OFF", |window| window.mode().as_str()).to_owned(),
        },
        group_name: from.group_name().unwrap_or_default().into(),
        kms_key_arn: text(from.kms_key_arn()),
        schedule_expression: text(from.schedule_expression()),
        schedule_expression_timezone: from.schedule_expression_timezone().map_or_else(utc, str::to_owned),
        state: from.state().map_or_else(enabled, |state| state.as_str().to_owned()),
        target: target(from.target()),
    }
}

fn target(from: Option<&sdk::Target>) -> Target {
    let retries = from.and_then(|from| from.retry_policy());
    let usual = RetryPolicy::default();
    Target {
        arn: text(from.map(sdk::Target::arn)),
        dead_letter_config: DeadLetterConfig {
            arn: text(from.and_then(|from| from.dead_letter_config()).and_then(|letters| letters.arn())),
        },
        ecs_parameters: from.and_then(|from| from.ecs_parameters()).map(task),
        input: text(from.and_then(|from| from.input())),
        retry_policy: RetryPolicy {
            maximum_event_age_in_seconds: retries
                .and_then(|retries| retries.maximum_event_age_in_seconds())
                .unwrap_or(usual.maximum_event_age_in_seconds),
            maximum_retry_attempts: retries
                .and_then(|retries| retries.maximum_retry_attempts())
                .unwrap_or(usual.maximum_retry_attempts),
        },
        role_arn: from.map(sdk::Target::role_arn).unwrap_or_default().into(),
    }
}

fn task(from: &sdk::EcsParameters) -> EcsParameters {
    let network = from.network_configuration().and_then(|network| network.awsvpc_configuration());
    EcsParameters {
        capacity_provider_strategy: from.capacity_provider_strategy().iter().map(provider).collect(),
        enable_ecs_managed_tags: from.enable_ecs_managed_tags().unwrap_or_default(),
        enable_execute_command: from.enable_execute_command().unwrap_or_default(),
        launch_type: text(from.launch_type().map(sdk::LaunchType::as_str)),
        network_configuration: NetworkConfiguration { awsvpc_configuration: network.map(awsvpc).unwrap_or_default() },
        platform_version: text(from.platform_version()),
        propagate_tags: text(from.propagate_tags().map(sdk::PropagateTags::as_str)),
        task_count: from.task_count().unwrap_or_else(one),
        task_definition_arn: from.task_definition_arn().to_owned(),
    }
}

fn provider(from: &sdk::CapacityProviderStrategyItem) -> CapacityProviderStrategyItem {
    CapacityProviderStrategyItem {
        base: from.base(),
        capacity_provider: from.capacity_provider().to_owned(),
        weight: from.weight(),
    }
}

fn awsvpc(from: &sdk::AwsVpcConfiguration) -> Awsvpc {
    Awsvpc {
        assign_public_ip: from.assign_public_ip().map_or("DISABLED", |assign| assign.as_str()).to_owned(),
        security_groups: from.security_groups().iter().cloned().collect(),
        subnets: from.subnets().iter().cloned().collect(),
    }
}

fn text(from: Option<&str>) -> String {
    from.unwrap_or_default().to_owned()
}

/// What of a schedule a spec cannot express. An update sends the whole of it, and so takes all of this away.
pub(super) fn unmodelled(from: &GetScheduleOutput) -> Vec<Unmodelled> {
    let mut parts = UnmodelledParts::default();
    parts
        .note("/StartDate", from.start_date().is_some(), "is set")
        .note("/EndDate", from.end_date().is_some(), "is set")
        .value("/ActionAfterCompletion", from.action_after_completion().map(|what| what.as_str()), "NONE");
    if let Some(target) = from.target() {
        parts
            .note("/Target/EventBridgeParameters", target.event_bridge_parameters().is_some(), "is set")
            .note("/Target/KinesisParameters", target.kinesis_parameters().is_some(), "is set")
            .note("/Target/SageMakerPipelineParameters", target.sage_maker_pipeline_parameters().is_some(), "is set")
            .note("/Target/SqsParameters", target.sqs_parameters().is_some(), "is set");
    }
    if let Some(task) = from.target().and_then(|target| target.ecs_parameters()) {
        let at = |name: &str| format!("/Target/EcsParameters/{name}");
        parts
            .value(&at("Group"), task.group(), "")
            .value(&at("ReferenceId"), task.reference_id(), "")
            .note(&at("PlacementConstraints"), !task.placement_constraints().is_empty(), "is set")
            .note(&at("PlacementStrategy"), !task.placement_strategy().is_empty(), "is set")
            .note(&at("Tags"), !task.tags().is_empty(), "are set");
    }
    parts.take()
}
