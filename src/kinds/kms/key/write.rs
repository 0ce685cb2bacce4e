use aws_sdk_kms::types::{KeySpec, KeyUsageType, OriginType, Tag};
use futures_util::future::join_all;

use super::read::{aliases, if_there, is_deleting, nameless};
use super::{Key, Spec, WINDOW, no_answer, policy};
use crate::aws::{MINUTE, Writer};
use crate::kinds::shared::ownership;
use crate::kinds::shared::ownership::is_same;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag::{AwsTag as _, AwsTags as _};
use crate::resource::{Class, Failure, Found, Result, Tags};

/// What passes by itself: KMS does not see everywhere at once that a key is there, or that it is on again.
const TRANSIENT: &[Class] = &[Class::NotFound, Class::Busy];

/// Returns the id of the key that an earlier try has made: by its alias, or among those that have none yet. The tagging
/// API would not know a key that was made moments ago.
pub(super) async fn look(writer: &Writer, name: &str, ours: &Tags) -> Result<Option<String>> {
    if let Some(there) = named(writer, name).await?.filter(|there| there.is_usable(ours)) {
        return Ok(Some(there.id));
    }
    let nameless = nameless(writer, &aliases(writer).await?).await?;
    for read in join_all(nameless.iter().map(|id| read(writer, id))).await {
        match read {
            Ok(Some(there)) if there.is_usable(ours) => {
                // Found by none of its names, so the writer does not know yet that it is the step's own.
                writer.admit(&there.id);
                return Ok(Some(there.id));
            }
            // A key that does not let us look is none that we made.
            Err(failure) if !failure.is(Class::Denied) => return Err(failure),
            _ => {}
        }
    }
    Ok(None)
}

/// The tag that keeps how long a deletion waits, which KMS takes with the deletion alone.
pub(super) fn window(spec: &Spec) -> Tag {
    Tag::new(WINDOW, Some(&spec.pending_window_in_days.to_string()))
}

pub(super) async fn create(writer: &Writer, spec: &Spec, tags: &Tags) -> Result<String> {
    let mut tags = Vec::from_tags(tags);
    tags.push(window(spec));
    let call = writer
        .kms()
        .create_key()
        .description(&spec.description)
        .set_policy((!spec.key_policy.is_empty()).then(|| spec.key_policy.to_string()))
        .key_spec(KeySpec::from(spec.key_spec.as_str()))
        .key_usage(KeyUsageType::from(spec.key_usage.as_str()))
        .origin(OriginType::from(spec.origin.as_str()))
        .multi_region(spec.multi_region)
        .set_tags(Some(tags));
    // Only "the principal is not visible yet" is tried again: then no key was made.
    let answer = retry_while(2 * MINUTE, &[Class::Propagating], || call.clone().send()).await?;
    answer.key_metadata().map(|key| key.key_id().to_owned()).ok_or_else(|| no_answer("CreateKey"))
}

/// Makes `alias/<name>` name this key. An alias of our own key that is being deleted is taken over; anybody else's is a
/// conflict.
pub(super) async fn alias(writer: &Writer, name: &str, id: &str, ours: &Tags) -> Result<()> {
    let alias = format!("alias/{name}");
    let call = writer.kms().create_alias().alias_name(&alias).target_key_id(id);
    // A fresh key is not known everywhere at once.
    match retry_while(2 * MINUTE, &[Class::NotFound], || call.clone().send()).await {
        Err(failure) if failure.is(Class::AlreadyExists) => {}
        answer => return answer.map(drop),
    }
    let Some(there) = named(writer, name).await? else { return Ok(()) };
    if there.id == id {
        return Ok(());
    }
    ownership::adopt(&alias, &there.tags, ours)?;
    if !there.leaving {
        let text = format!("{alias} names {}, another key of this address", there.id);
        return Err(
            Failure::new(Class::AlreadyExists, text).hint("delete one of the two keys, then run the command again")
        );
    }
    let call = writer.kms().update_alias().alias_name(&alias).target_key_id(id);
    retry_while(2 * MINUTE, &[Class::NotFound], || call.clone().send()).await.map(drop)
}

pub(super) async fn set_policy(writer: &Writer, live: &Found<Key>, spec: &Spec) -> Result<()> {
    let document =
        if spec.key_policy.is_empty() { policy::default_for(&live.outputs.arn) } else { spec.key_policy.clone() };
    let call = writer.kms().put_key_policy().key_id(&live.id).policy(document.to_string());
    retry_while(2 * MINUTE, &[Class::Propagating], || call.clone().send()).await.map(drop)
}

pub(super) async fn set_rotation(writer: &Writer, id: &str, spec: &Spec) -> Result<()> {
    if !spec.enable_key_rotation {
        let call = writer.kms().disable_key_rotation().key_id(id);
        return retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop);
    }
    let call = writer.kms().enable_key_rotation().key_id(id).rotation_period_in_days(spec.rotation_period_in_days);
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

pub(super) async fn set_enabled(writer: &Writer, id: &str, spec: &Spec) -> Result<()> {
    if spec.enabled {
        let call = writer.kms().enable_key().key_id(id);
        return retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop);
    }
    let call = writer.kms().disable_key().key_id(id);
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

pub(super) async fn arn(writer: &Writer, id: &str) -> Result<String> {
    let call = writer.kms().describe_key().key_id(id);
    let answer = retry_while(2 * MINUTE, &[Class::NotFound], || call.clone().send()).await?;
    answer.key_metadata().and_then(|key| key.arn()).map(str::to_owned).ok_or_else(|| no_answer("DescribeKey"))
}

/// A key as it is before a change.
struct There {
    id: String,
    tags: Tags,
    leaving: bool,
}

impl There {
    /// Whether it is the address's own, and stays.
    fn is_usable(&self, ours: &Tags) -> bool {
        !self.leaving && is_same(&self.tags, ours)
    }
}

async fn named(writer: &Writer, name: &str) -> Result<Option<There>> {
    read(writer, &format!("alias/{name}")).await
}

/// Reads a key by its id or alias.
async fn read(writer: &Writer, id: &str) -> Result<Option<There>> {
    let answer = writer.kms().describe_key().key_id(id).send().await.map_err(Failure::from);
    let Some(answer) = if_there(answer)? else { return Ok(None) };
    let metadata = answer.key_metadata().ok_or_else(|| no_answer("DescribeKey"))?;
    let id = metadata.key_id().to_owned();
    let tags = writer.kms().list_resource_tags().key_id(&id).send().await?;
    let tags = tags.tags().iter().map(|tag| (tag.tag_key(), tag.tag_value())).collect();
    Ok(Some(There { id, tags, leaving: is_deleting(metadata) }))
}
