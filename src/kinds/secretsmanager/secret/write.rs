//! What creates and changes a secret. A value comes from AWS and goes back to it: it stands in no message.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput as Description;
use aws_sdk_secretsmanager::types::RotationRulesType;

use super::spec::{Rotation, RotationRules};
use super::{Outputs, Secret, Spec, read};
use crate::aws::{MINUTE, Writer};
use crate::kinds::shared::deletion::{day, gone};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::text::given;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{Changes, Class, Failure, Found, Kept, Made, Result, Shape as _, State, Tags};

/// A role, a key's policy or a function's was written moments ago; a name is free again after a forced deletion only a while
/// later.
const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating];
/// How long a deletion can be undone: AWS's own choice, and the most there is.
const WINDOW: i64 = 30;

/// Makes a secret; where ours is there already, or waits to be deleted, goes on with that.
pub(super) async fn create(writer: &Writer, name: &str, spec: &Spec, tags: &Tags) -> Result<Made<Secret>> {
    if let Some(there) = read::describe(writer, name).await? {
        return take(writer, name, &there, spec, tags).await;
    }
    let call = writer.secrets_manager().create_secret().name(name).client_request_token(writer.token());
    let call = call.set_description(given(&spec.description)).set_kms_key_id(given(spec.kms_key_id.as_str()));
    let value = value(writer, spec).await?;
    let has_value = value.is_some();
    let call = call.set_secret_string(value).set_tags(tag::write(tags));
    let arn = match retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await {
        Err(failure) if failure.is(Class::AlreadyExists) => {
            let there = read::describe(writer, name).await?.ok_or(failure)?;
            return take(writer, name, &there, spec, tags).await;
        }
        answer => answer?.arn.unwrap_or_default(),
    };
    writer.admit(&arn);
    if !spec.policy.is_empty() {
        set_policy(writer, &arn, spec).await?;
    }
    if let Some(rotation) = spec.rotation.as_ref().filter(|_| has_value) {
        rotate(writer, &arn, Some(rotation)).await?;
    }
    Ok(made(arn, has_value))
}

/// Goes on with the secret that has the name: an earlier try made it, or a deletion of ours can be undone.
async fn take(writer: &Writer, name: &str, there: &Description, spec: &Spec, tags: &Tags) -> Result<Made<Secret>> {
    let theirs = tag::read(there.tags());
    if let Some(keeper) = read::keeper(there, writer.region()) {
        let text = format!("the secret {name} is there already and not ours: {keeper}");
        return Err(Failure::new(Class::AlreadyExists, text));
    }
    let arn = there.arn().unwrap_or_default().to_owned();
    ownership::adopt(&format!("the secret {name}"), &theirs, tags).map_err(|failure| waits(there, &arn, failure))?;
    writer.admit(&arn);
    if there.deleted_date().is_some() {
        writer.secrets_manager().restore_secret().secret_id(&arn).send().await?;
    }
    writer.secrets_manager().tag_resource().secret_id(&arn).set_tags(tag::write(tags)).send().await?;
    let value = if read::has_value(there) { None } else { value(writer, spec).await? };
    let has_value = read::has_value(there) || value.is_some();
    if let Some(value) = value {
        let call = writer.secrets_manager().put_secret_value().secret_id(&arn).client_request_token(writer.token());
        call.secret_string(value).send().await?;
    }
    let mut live = read::found(there, read::policy(writer, &arn).await?, theirs);
    live.state = read::state(&arn, has_value);
    let json = |spec: &Spec| serde_json::to_value(spec).unwrap_or_default();
    let changes = Changes::new(Secret.compare(&json(&live.spec), &json(spec)).fields);
    change(writer, &live, spec, &changes).await?;
    Ok(made(arn, has_value))
}

/// What to do about somebody else's that has the name and waits to be deleted.
fn waits(there: &Description, arn: &str, failure: Failure) -> Failure {
    if there.deleted_date().is_none() {
        return failure;
    }
    let message = format!("{}, and waits to be deleted", failure.message);
    Failure { message, ..failure }.hint(format!(
        "have it back with `⟪aws secretsmanager restore-secret --secret-id {arn}⟫`; or, if nobody needs it, delete it for good \
         with `⟪aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {arn}⟫`"
    ))
}

/// Sends what changes. One without a value cannot be rotated: that comes with it.
pub(super) async fn change(writer: &Writer, live: &Found<Secret>, spec: &Spec, changes: &Changes) -> Result<()> {
    if changes.touches_any(&["/Description", "/KmsKeyId"]) {
        // What is empty is set so: no description, and Secrets Manager's own key.
        let set = |path: &str, text: &str| changes.touches(path).then(|| text.to_owned());
        let call = writer.secrets_manager().update_secret().secret_id(&live.id);
        let call = call.set_description(set("/Description", &spec.description));
        let call = call.set_kms_key_id(set("/KmsKeyId", spec.kms_key_id.as_str()));
        retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await?;
    }
    if changes.touches("/Policy") {
        set_policy(writer, &live.id, spec).await?;
    }
    let is_other = changes.touches_any(&["/Rotation/RotationLambdaARN", "/Rotation/RotationRules"]);
    if is_other && live.state == State::Ready {
        rotate(writer, &live.id, spec.rotation.as_ref()).await?;
    }
    Ok(())
}

async fn set_policy(writer: &Writer, arn: &str, spec: &Spec) -> Result<()> {
    if spec.policy.is_empty() {
        writer.secrets_manager().delete_resource_policy().secret_id(arn).send().await?;
        return Ok(());
    }
    let call = writer.secrets_manager().put_resource_policy().secret_id(arn).block_public_policy(true);
    let call = call.resource_policy(spec.policy.to_string());
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

async fn rotate(writer: &Writer, arn: &str, rotation: Option<&Rotation>) -> Result<()> {
    let Some(rotation) = rotation else {
        writer.secrets_manager().cancel_rotate_secret().secret_id(arn).send().await?;
        return Ok(());
    };
    let call = writer.secrets_manager().rotate_secret().secret_id(arn);
    let call = call.rotation_lambda_arn(&rotation.rotation_lambda_arn).rotation_rules(rotation.rotation_rules.sdk());
    let call = call.rotate_immediately(rotation.rotate_immediately_on_update);
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

impl RotationRules {
    fn sdk(&self) -> RotationRulesType {
        RotationRulesType::builder()
            .set_automatically_after_days(self.automatically_after_days.map(i64::from))
            .set_duration(self.duration.clone())
            .set_schedule_expression(self.schedule_expression.clone())
            .build()
    }
}

/// Has AWS make a value, if it is to.
async fn value(writer: &Writer, spec: &Spec) -> Result<Option<String>> {
    let Some(how) = &spec.generate_secret_string else { return Ok(None) };
    let call = writer.secrets_manager().get_random_password().password_length(how.password_length.into());
    let call = call.set_exclude_characters(given(&how.exclude_characters)).include_space(how.include_space);
    let call = call.exclude_lowercase(how.exclude_lowercase).exclude_uppercase(how.exclude_uppercase);
    let call = call.exclude_numbers(how.exclude_numbers).exclude_punctuation(how.exclude_punctuation);
    let answer = call.require_each_included_type(how.require_each_included_type).send().await?;
    let password = answer.random_password.ok_or_else(|| Failure::new(Class::Other, "AWS made no password"))?;
    Ok(Some(how.value(password)))
}

/// Lets AWS delete it when its window ends. One that is copied elsewhere it would refuse.
pub(super) async fn delete(writer: &Writer, live: &Found<Secret>) -> Result<Vec<Kept>> {
    let copies = live.unmodelled.iter().filter_map(|told| told.path.strip_prefix(read::REPLICAS)?.strip_prefix('/'));
    let copies: Vec<_> = copies.collect();
    if !copies.is_empty() {
        let text = format!("it is copied to {}, and AWS deletes none that is", copies.join(" and "));
        return Err(Failure::new(Class::Invalid, text).hint(format!(
            "take the copies away with `⟪aws secretsmanager remove-regions-from-replication --secret-id {} \
             --remove-replica-regions {}⟫`, then run the command again",
            live.id,
            copies.join(" ")
        )));
    }
    let call = writer.secrets_manager().delete_secret().secret_id(&live.id).recovery_window_in_days(WINDOW);
    let sent = call.send().await;
    let date = sent.as_ref().ok().and_then(|answer| answer.deletion_date()).and_then(day);
    gone(sent)?;
    let when = date.map_or_else(|| format!("within {WINDOW} days"), |date| format!("on {date}"));
    let why = format!(
        "deleted {when}; until then `⟪aws secretsmanager restore-secret --secret-id {}⟫`, or the next apply that wants it, \
         brings it back",
        live.id
    );
    Ok(vec![Kept { what: "secret".to_owned(), id: live.id.clone(), why, costs: false, is_itself: true, stays: false }])
}

fn made(arn: String, has_value: bool) -> Made<Secret> {
    let state = read::state(&arn, has_value);
    Made { id: arn.clone(), outputs: Outputs { id: arn }, state }
}
