//! What the CloudWatch kinds share: page sizes, tags and patience.

pub(super) mod alarm;
pub(super) mod composite_alarm;
pub(super) mod dashboard;
mod described;

use aws_sdk_cloudwatch::types::Tag;

use crate::aws::{Clients, MINUTE};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Class, Result, Tags};

/// The page size of DescribeAlarms, and the names that one call takes: the most of either.
const PAGE: i32 = 100;
const PAGE_LEN: usize = 100;
/// The longest name.
pub(super) const NAME_MAX: usize = 255;
/// The writes of an account are few (three a second), and what they name may be seconds old.
pub(super) const TRANSIENT: &[Class] = &[Class::Busy, Class::Conflict, Class::Propagating];

pub(super) async fn tags(clients: &Clients, arn: &str) -> Result<Tags> {
    Ok(tag::read(clients.cloudwatch().list_tags_for_resource().resource_arn(arn).send().await?.tags()))
}

/// Sets and removes tags.
pub(super) async fn retag(clients: &Clients, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = async |tags: Vec<Tag>| {
        let call = clients.cloudwatch().tag_resource().resource_arn(arn).set_tags(Some(tags));
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
    };
    let remove = async |keys| {
        let call = clients.cloudwatch().untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
    };
    tag::change((set, unset), add, remove).await
}
