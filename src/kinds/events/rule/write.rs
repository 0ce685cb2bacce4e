//! From the spec to EventBridge's calls.

use aws_sdk_eventbridge::types::{DeadLetterConfig, InputTransformer, RetryPolicy, Tag, Target as SdkTarget};

use super::TRANSIENT;
use super::spec::{MOST_TARGETS, Spec, Target};
use crate::aws::{MINUTE, Writer, classify};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::text::given;
use crate::resource::{Changes, Failure, Result, pointer};

/// Sends the whole of the rule but for its targets: what is left out is taken away. Tags count only when it is made.
pub(super) async fn rule(writer: &Writer, name: &str, spec: &Spec, tags: Option<Vec<Tag>>) -> Result<String> {
    let pattern = (!spec.event_pattern.is_empty()).then(|| spec.event_pattern.to_string());
    let call = writer.events().put_rule().name(name).state(spec.state.as_str().into()).set_tags(tags);
    let call = call.set_event_pattern(pattern).set_schedule_expression(given(&spec.schedule_expression));
    let call = call
        .set_description(given(&spec.description))
        .set_role_arn(spec.role_arn.as_ref().map(|role| role.as_str().to_owned()));
    let answer = retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
    Ok(answer.rule_arn.unwrap_or_default())
}

/// Brings the targets from what they are to what they should be. New ones come before old ones go, where there is room for both.
pub(super) async fn changed_targets(
    writer: &Writer,
    rule: &str,
    (before, after): (&[Target], &[Target]),
    changes: &Changes,
) -> Result<()> {
    let is_in = |all: &[Target], id: &str| all.iter().any(|one| one.id == id);
    let is_due = |one: &&Target| changes.touches(&pointer::join("/Targets", &one.id));
    let put: Vec<_> = after.iter().filter(is_due).cloned().collect();
    let gone: Vec<_> = before.iter().map(|one| one.id.clone()).filter(|id| !is_in(after, id)).collect();
    if after.len() + gone.len() > MOST_TARGETS {
        remove(writer, rule, gone).await?;
        return targets(writer, rule, &put).await;
    }
    targets(writer, rule, &put).await?;
    remove(writer, rule, gone).await
}

/// Sets targets, each as a whole.
pub(super) async fn targets(writer: &Writer, rule: &str, all: &[Target]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let call = writer.events().put_targets().rule(rule).set_targets(Some(all.iter().map(target).collect()));
    let answer = retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
    refused(answer.failed_entries().first().map(|entry| {
        (entry.target_id(), entry.error_code().unwrap_or_default(), entry.error_message().unwrap_or_default())
    }))
}

/// Takes targets away, which leaves what they name as it is.
pub(super) async fn remove(writer: &Writer, rule: &str, ids: Vec<String>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let call = writer.events().remove_targets().rule(rule).set_ids(Some(ids));
    let answer = retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
    refused(answer.failed_entries().first().map(|entry| {
        (entry.target_id(), entry.error_code().unwrap_or_default(), entry.error_message().unwrap_or_default())
    }))
}

/// A target's id, and EventBridge's code and words.
type Refusal<'a> = (Option<&'a str>, &'a str, &'a str);

/// EventBridge says yes to a call some of whose targets it did not take.
fn refused(first: Option<Refusal<'_>>) -> Result<()> {
    let Some((id, code, message)) = first else { return Ok(()) };
    let text = format!("the target {}: {message}", id.unwrap_or_default());
    Err(Failure { code: code.to_owned(), ..Failure::new(classify(code, message), text) })
}

pub(super) fn target(from: &Target) -> SdkTarget {
    let queue = given(&from.dead_letter_config.arn).map(|arn| DeadLetterConfig::builder().arn(arn).build());
    let transformer = from.input_transformer.as_ref().map(|made| {
        let paths = made.input_paths_map.clone().into_iter().collect();
        let built = InputTransformer::builder().set_input_paths_map(Some(paths)).input_template(&made.input_template);
        built.build().expect("the template is set")
    });
    let retries = RetryPolicy::builder()
        .maximum_event_age_in_seconds(from.retry_policy.maximum_event_age_in_seconds)
        .maximum_retry_attempts(from.retry_policy.maximum_retry_attempts);
    SdkTarget::builder()
        .id(&from.id)
        .arn(&from.arn)
        .set_role_arn(from.role_arn.as_ref().map(|role| role.as_str().to_owned()))
        .set_input(given(&from.input))
        .set_input_path(given(&from.input_path))
        .set_input_transformer(transformer)
        .set_dead_letter_config(queue)
        .retry_policy(retries.build())
        .build()
        .expect("id and ARN are set")
}
