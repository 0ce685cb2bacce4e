//! The tags of zones and health checks, which no list tells and no create takes.

use std::collections::BTreeMap;

use aws_sdk_route53::types::{ResourceTagSet, Tag, TagResourceType};
use futures_util::future::try_join_all;

use crate::aws::{Clients, Writer};
use crate::kinds::shared::tag;
use crate::resource::{Failure, Result, Tags};

/// The most things whose tags one call tells.
pub(super) const THINGS: usize = 10;
/// The most tags that one call takes.
const TAGS: usize = 10;

/// The tags of things of one type by id.
pub(super) async fn read(clients: &Clients, of_type: &TagResourceType, ids: &[&str]) -> Result<BTreeMap<String, Tags>> {
    let reads = ids.chunks(THINGS).map(|some| async move {
        let ids = some.iter().map(|id| (*id).to_owned()).collect();
        let call = clients.route53().list_tags_for_resources().resource_type(of_type.clone());
        let answer = call.set_resource_ids(Some(ids)).send().await?;
        let of_one = |one: &ResourceTagSet| Some((one.resource_id()?.to_owned(), tag::read(one.tags())));
        Ok::<Vec<_>, Failure>(answer.resource_tag_sets().iter().filter_map(of_one).collect())
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// Sets and removes tags of one thing.
pub(super) async fn change(
    writer: &Writer,
    of_type: &TagResourceType,
    id: &str,
    set: &Tags,
    unset: &[String],
) -> Result<()> {
    let set: Vec<Tag> = tag::write(set).unwrap_or_default();
    let (mut set, mut unset) = (set.chunks(TAGS), unset.chunks(TAGS));
    loop {
        let (add, remove) = (set.next(), unset.next());
        if add.is_none() && remove.is_none() {
            return Ok(());
        }
        let call = writer.route53().change_tags_for_resource().resource_type(of_type.clone());
        let call = call.resource_id(id).set_add_tags(add.map(<[Tag]>::to_vec));
        call.set_remove_tag_keys(remove.map(<[String]>::to_vec)).send().await?;
    }
}
