//! CloudFront: belongs to no region, is run from us-east-1, and takes minutes to spread a change.

use crate::aws::Clients;
use crate::kinds::shared::tag;
use crate::resource::{Class, Result, Tags};
use aws_sdk_cloudfront::types as sdk;

pub(super) mod cache_policy;
pub(super) mod distribution;
pub(super) mod function;
pub(super) mod origin_access_control;
pub(super) mod origin_request_policy;
mod policy;
pub(super) mod response_headers_policy;
mod selection;
pub(super) mod vpc_origin;

/// The page size of the List operations: the most they take.
const PAGE: i32 = 100;
/// Of what our own builders have filled in.
const COMPLETE: &str = "all required members are set";
/// A certificate or a web ACL that was made moments ago.
const TRANSIENT: &[Class] = &[Class::Propagating];
/// What CloudFront calls a change that has reached all of its locations.
const DEPLOYED: &str = "Deployed";

/// The tags of a distribution or VPC origin.
async fn tags(clients: &Clients, arn: &str) -> Result<Tags> {
    let answer = clients.cloudfront().list_tags_for_resource().resource(arn).send().await?;
    Ok(tag::read(answer.tags().map(sdk::Tags::items).unwrap_or_default()))
}

/// Sets and removes tags.
async fn retag(clients: &Clients, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let cloudfront = clients.cloudfront();
    let add = |tags: Vec<sdk::Tag>| cloudfront.tag_resource().resource(arn).tags(list(tags)).send();
    let remove = |keys: Vec<String>| {
        let keys = sdk::TagKeys::builder().set_items(Some(keys)).build();
        cloudfront.untag_resource().resource(arn).tag_keys(keys).send()
    };
    tag::change((set, unset), add, remove).await
}

/// Tags for a create.
fn given(tags: &Tags) -> sdk::Tags {
    list(tag::write(tags).unwrap_or_default())
}

fn list(tags: Vec<sdk::Tag>) -> sdk::Tags {
    sdk::Tags::builder().set_items(Some(tags)).build()
}

/// A list in CloudFront's form, which wants its length said as well.
fn counted<T>(items: impl IntoIterator<Item = T>) -> (i32, Vec<T>) {
    let items: Vec<T> = items.into_iter().collect();
    (i32::try_from(items.len()).unwrap_or(i32::MAX), items)
}

/// The same of a list that CloudFront wants left out where it is empty.
fn counted_if_any<T>(items: impl IntoIterator<Item = T>) -> (i32, Option<Vec<T>>) {
    let (quantity, items) = counted(items);
    (quantity, (quantity > 0).then_some(items))
}
