use aws_sdk_scheduler::types as sdk;

use super::spec::{CapacityProviderStrategyItem, EcsParameters, Spec, Target};
use crate::kinds::shared::text::given;

/// Why a builder whose parts are all set can't fail.
const SET: &str = "all required parts are set";

pub(super) fn window(spec: &Spec) -> sdk::FlexibleTimeWindow {
    let window = &spec.flexible_time_window;
    sdk::FlexibleTimeWindow::builder()
        .mode(window.mode.as_str().into())
        .set_maximum_window_in_minutes(window.maximum_window_in_minutes)
        .build()
        .expect(SET)
}

pub(super) fn target(from: &Target) -> sdk::Target {
    let letters = given(&from.dead_letter_config.arn).map(|arn| sdk::DeadLetterConfig::builder().arn(arn).build());
    let retries = sdk::RetryPolicy::builder()
        .maximum_event_age_in_seconds(from.retry_policy.maximum_event_age_in_seconds)
        .maximum_retry_attempts(from.retry_policy.maximum_retry_attempts)
        .build();
    sdk::Target::builder()
        .arn(&from.arn)
        .role_arn(from.role_arn.as_str())
        .set_dead_letter_config(letters)
        .set_ecs_parameters(from.ecs_parameters.as_ref().map(task))
        .set_input(given(&from.input))
        .retry_policy(retries)
        .build()
        .expect(SET)
}

fn task(from: &EcsParameters) -> sdk::EcsParameters {
    let network = &from.network_configuration.awsvpc_configuration;
    let network = (!network.subnets.is_empty()).then(|| {
        let awsvpc = sdk::AwsVpcConfiguration::builder()
            .assign_public_ip(network.assign_public_ip.as_str().into())
            .set_security_groups(Some(network.security_groups.iter().cloned().collect()))
            .set_subnets(Some(network.subnets.iter().cloned().collect()))
            .build()
            .expect(SET);
        sdk::NetworkConfiguration::builder().awsvpc_configuration(awsvpc).build()
    });
    let providers: Vec<_> = from.capacity_provider_strategy.iter().map(provider).collect();
    sdk::EcsParameters::builder()
        .set_capacity_provider_strategy((!providers.is_empty()).then_some(providers))
        .enable_ecs_managed_tags(from.enable_ecs_managed_tags)
        .enable_execute_command(from.enable_execute_command)
        .set_launch_type(given(&from.launch_type).map(|launch| launch.as_str().into()))
        .set_network_configuration(network)
        .set_platform_version(given(&from.platform_version))
        .set_propagate_tags(given(&from.propagate_tags).map(|from| from.as_str().into()))
        .task_count(from.task_count)
        .task_definition_arn(&from.task_definition_arn)
        .build()
        .expect(SET)
}

fn provider(from: &CapacityProviderStrategyItem) -> sdk::CapacityProviderStrategyItem {
    let item = sdk::CapacityProviderStrategyItem::builder().capacity_provider(&from.capacity_provider);
    item.base(from.base).weight(from.weight).build().expect(SET)
}

#[cfg(test)]
mod tests {
    use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
    use serde_json::json;

    use super::*;
    use crate::kinds::scheduler::schedule::read;

    #[test]
    fn a_schedule_comes_back_as_it_was_written() {
        let plain = json!({
            "FlexibleTimeWindow": { "Mode": "OFF" }, "GroupName": "main", "ScheduleExpression": "rate(1 hour)",
            "Target": { "Arn": "arn", "RoleArn": "role" },
        });
        let full = json!({
            "FlexibleTimeWindow": { "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15 },
            "GroupName": "main",
            "ScheduleExpression": "cron(0 4 * * ? *)",
            "ScheduleExpressionTimezone": "America/Santiago",
            "State": "DISABLED",
            "KmsKeyArn": "key",
            "Target": {
                "Arn": "arn", "RoleArn": "role", "DeadLetterConfig": { "Arn": "queue" }, "Input": "{}",
                "RetryPolicy": { "MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 2 },
                "EcsParameters": {
                    "TaskDefinitionArn": "task:1", "LaunchType": "FARGATE", "PlatformVersion": "LATEST",
                    "PropagateTags": "TASK_DEFINITION", "EnableECSManagedTags": true,
                    "NetworkConfiguration": { "AwsvpcConfiguration": { "Subnets": ["b", "a"], "SecurityGroups": ["g"] } },
                },
            },
        });
        let mut on_machines = full.clone();
        let task = &mut on_machines["Target"]["EcsParameters"];
        task["LaunchType"] = json!("");
        task["PlatformVersion"] = json!("");
        task["CapacityProviderStrategy"] = json!([{ "CapacityProvider": "machines", "Weight": 1, "Base": 2 }]);
        for written in [plain, full, on_machines] {
            let desired: Spec = serde_json::from_value(written).unwrap();
            let live = GetScheduleOutput::builder()
                .flexible_time_window(window(&desired))
                .group_name(desired.group_name.as_str())
                .set_kms_key_arn(given(&desired.kms_key_arn))
                .schedule_expression(&desired.schedule_expression)
                .schedule_expression_timezone(&desired.schedule_expression_timezone)
                .state(desired.state.as_str().into())
                .target(target(&desired.target))
                .build();
            assert_eq!(read::spec(&live), desired);
            assert_eq!(read::unmodelled(&live), []);
        }
    }
}
