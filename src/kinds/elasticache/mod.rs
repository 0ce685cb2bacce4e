//! What the ElastiCache kinds share: tags, patience.

mod access_string;
pub(super) mod parameter_group;
pub(super) mod replication_group;
pub(super) mod subnet_group;
pub(super) mod user;
pub(super) mod user_group;

use aws_sdk_elasticache::operation::list_tags_for_resource::ListTagsForResourceOutput;
use aws_sdk_elasticache::types::Tag;

use crate::aws::{Clients, MINUTE, TagIndex};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Class, Failure, Result, Tags};

/// The page size of the Describe operations: the most they take.
pub(super) const PAGE: i32 = 100;

/// Reads the tags of a thing. ElastiCache refuses that while the thing is being made, changed or deleted; then what the
/// tag index knows has to do.
pub(super) async fn tags_of(clients: &Clients, index: &TagIndex, arn: &str) -> Result<Tags> {
    let answer = clients.elasticache().list_tags_for_resource().resource_name(arn).send().await;
    told(answer.map_err(Failure::from), index, arn)
}

/// The same of a user or a group of users: those are in the way of their tags for some seconds after each change, and the index
/// may have the tags of before.
async fn tags_of_users(clients: &Clients, index: &TagIndex, arn: &str) -> Result<Tags> {
    let call = clients.elasticache().list_tags_for_resource().resource_name(arn);
    let answer = retry_while(MINUTE, &[Class::Busy], || call.clone().send()).await;
    told(answer, index, arn)
}

fn told(answer: Result<ListTagsForResourceOutput>, index: &TagIndex, arn: &str) -> Result<Tags> {
    match answer {
        Ok(answer) => Ok(tag::read(answer.tag_list())),
        Err(failure) if failure.is(Class::Busy) => index.get(arn).cloned().ok_or(failure),
        Err(failure) => Err(failure),
    }
}

/// Sets and removes tags of anything in ElastiCache.
pub(super) async fn retag(clients: &Clients, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = async |tags: Vec<Tag>| {
        let call = clients.elasticache().add_tags_to_resource().resource_name(arn).set_tags(Some(tags));
        retry_while(5 * MINUTE, TRANSIENT, || call.clone().send()).await
    };
    let remove = async |keys| {
        let call = clients.elasticache().remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(keys));
        retry_while(5 * MINUTE, TRANSIENT, || call.clone().send()).await
    };
    tag::change((set, unset), add, remove).await
}

/// The thing, or what it needs, is in a state that refuses a change for now: ElastiCache does one change at a time.
pub(super) const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating];

/// Whether a refusal passes by itself: ElastiCache does one change at a time.
pub(super) fn is_transient(failure: &Failure) -> bool {
    TRANSIENT.contains(&failure.class)
}

/// The failure of an answer that lacks what it is about.
pub(super) fn empty(operation: &str) -> Failure {
    Failure::new(Class::Other, format!("{operation} returned nothing"))
}
