//! From EventBridge's answers to the spec.

use aws_sdk_eventbridge::types::{RetryPolicy as Retries, Rule as Description, RuleState, Target as SdkTarget};

use super::Spec;
use super::pattern::Pattern;
use super::spec::{DeadLetterConfig, InputTransformer, RetryPolicy, Target};
use crate::aws::Clients;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Class, Failure, Result, Unmodelled};

/// The page size of both lists, which have no paginator.
const PAGE: i32 = 100;

/// All rules of the default bus, to the last page.
pub(super) async fn rules(clients: &Clients) -> Result<Vec<Description>> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let answer = clients.events().list_rules().limit(PAGE).set_next_token(next).send().await?;
        all.extend(answer.rules.unwrap_or_default());
        next = answer.next_token;
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// The targets of a rule, and what is no property of them here.
pub(super) async fn targets(clients: &Clients, rule: &str) -> Result<(Vec<Target>, Vec<Unmodelled>)> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let call = clients.events().list_targets_by_rule().rule(rule).limit(PAGE).set_next_token(next);
        let answer = call.send().await?;
        all.extend(answer.targets.unwrap_or_default());
        next = answer.next_token;
        if next.is_none() {
            break;
        }
    }
    let mut strange = UnmodelledParts::default();
    all.iter().for_each(|one| unmodelled(one, &mut strange));
    Ok((all.iter().map(target).collect(), strange.take()))
}

pub(super) fn spec(rule: &Description, targets: Vec<Target>) -> Result<Spec> {
    let pattern = rule.event_pattern().filter(|text| !text.is_empty()).map(Pattern::parse).transpose();
    let pattern = pattern.map_err(|why| {
        let name = rule.name().unwrap_or_default();
        Failure::new(Class::Other, format!("EventBridge tells a pattern of {name} that is no JSON: {why}"))
    })?;
    Ok(Spec {
        description: rule.description().unwrap_or_default().to_owned(),
        event_pattern: pattern.unwrap_or_default(),
        role_arn: rule.role_arn().map(Into::into),
        schedule_expression: rule.schedule_expression().unwrap_or_default().to_owned(),
        state: rule.state().unwrap_or(&RuleState::Enabled).as_str().to_owned(),
        targets,
    })
}

pub(super) fn target(one: &SdkTarget) -> Target {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let transformer = one.input_transformer().map(|from| InputTransformer {
        input_paths_map: from.input_paths_map().into_iter().flatten().map(|(a, b)| (a.clone(), b.clone())).collect(),
        input_template: from.input_template().to_owned(),
    });
    Target {
        arn: one.arn().to_owned(),
        dead_letter_config: DeadLetterConfig { arn: text(one.dead_letter_config().and_then(|queue| queue.arn())) },
        id: one.id().to_owned(),
        input: text(one.input()),
        input_path: text(one.input_path()),
        input_transformer: transformer,
        retry_policy: one.retry_policy().map(retries).unwrap_or_default(),
        role_arn: one.role_arn().map(Into::into),
    }
}

fn retries(told: &Retries) -> RetryPolicy {
    let usual = RetryPolicy::default();
    RetryPolicy {
        maximum_event_age_in_seconds: told.maximum_event_age_in_seconds().unwrap_or(usual.maximum_event_age_in_seconds),
        maximum_retry_attempts: told.maximum_retry_attempts().unwrap_or(usual.maximum_retry_attempts),
    }
}

/// How a target of another sort is called, of which nothing is offered here.
fn unmodelled(one: &SdkTarget, parts: &mut UnmodelledParts) {
    let path = format!("/Targets/{}", one.id());
    let strange = [
        (one.app_sync_parameters().is_some(), "AppSyncParameters"),
        (one.batch_parameters().is_some(), "BatchParameters"),
        (one.ecs_parameters().is_some(), "EcsParameters"),
        (one.http_parameters().is_some(), "HttpParameters"),
        (one.kinesis_parameters().is_some(), "KinesisParameters"),
        (one.redshift_data_parameters().is_some(), "RedshiftDataParameters"),
        (one.run_command_parameters().is_some(), "RunCommandParameters"),
        (one.sage_maker_pipeline_parameters().is_some(), "SageMakerPipelineParameters"),
        (one.sqs_parameters().is_some(), "SqsParameters"),
    ];
    for (is_there, name) in strange {
        parts.note(&path, is_there, &format!("has {name}"));
    }
}
