//! CloudWatch Logs.

mod deliveries;
pub(super) mod delivery;
pub(super) mod delivery_destination;
pub(super) mod delivery_source;
pub(super) mod log_group;
pub(super) mod resource_policy;

use std::collections::HashMap;

use crate::aws::{Clients, Writer};
use crate::kinds::shared::tag;
use crate::resource::{Result, Tags};

/// The page size of its lists.
const PAGE: i32 = 50;

/// The tags of a thing by its ARN, without the `:*` of a log group's.
async fn tags(clients: &Clients, arn: &str) -> Result<Tags> {
    let answer = clients.logs().list_tags_for_resource().resource_arn(arn).send().await?;
    Ok(tag::read_map(answer.tags()))
}

async fn retag(writer: &Writer, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = |tags: HashMap<_, _>| writer.logs().tag_resource().resource_arn(arn).set_tags(Some(tags)).send();
    let remove = |keys| writer.logs().untag_resource().resource_arn(arn).set_tag_keys(Some(keys)).send();
    tag::change((set, unset), add, remove).await
}
