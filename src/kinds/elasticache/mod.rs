//! What the ElastiCache kinds share: tags, patience.

pub(super) mod replication_group;
pub(super) mod subnet_group;

use std::time::Duration;

use aws_sdk_elasticache::types::Tag;

use crate::aws::{Clients, MINUTE, TagIndex, retry};
use crate::resource::{Class, Failure, Result, Tags};

/// The page size of the Describe operations: the most they take.
pub(super) const PAGE: i32 = 100;

/// Reads the tags of a thing. ElastiCache refuses that while the thing is being made, changed or deleted; then what the
/// tag index knows has to do.
pub(super) async fn tags_of(clients: &Clients, index: &TagIndex, arn: &str) -> Result<Tags> {
    match clients.elasticache().list_tags_for_resource().resource_name(arn).send().await.map_err(Failure::from) {
        Ok(answer) => Ok(answer.tag_list().iter().filter_map(|tag| Some((tag.key()?, tag.value()?))).collect()),
        Err(failure) if failure.is(Class::Busy) => index.get(arn).cloned().ok_or(failure),
        Err(failure) => Err(failure),
    }
}

pub(super) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// Sets and removes tags of anything in ElastiCache.
pub(super) async fn retag(clients: &Clients, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let call = clients.elasticache().add_tags_to_resource().resource_name(arn).set_tags(Some(sdk_tags(set)));
        patiently(5 * MINUTE, || async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    if !unset.is_empty() {
        let call = clients.elasticache().remove_tags_from_resource().resource_name(arn);
        let call = call.set_tag_keys(Some(unset.to_vec()));
        patiently(5 * MINUTE, || async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    Ok(())
}

/// Repeats a change while the thing, or what it needs, is in a state that refuses it for now.
pub(super) async fn patiently<T, F: Future<Output = Result<T>>>(
    patience: Duration,
    call: impl FnMut() -> F,
) -> Result<T> {
    retry(patience, passes, call).await
}

/// Whether a refusal passes by itself: ElastiCache does one change at a time.
pub(super) fn passes(failure: &Failure) -> bool {
    failure.is(Class::Busy) || failure.is(Class::Propagating)
}

/// The failure of an answer that lacks what it is about.
pub(super) fn empty(operation: &str) -> Failure {
    Failure::new(Class::Other, format!("{operation} returned nothing"))
}
