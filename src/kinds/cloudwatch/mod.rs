//! What the CloudWatch kinds share: page sizes, tags and patience.

pub(super) mod alarm;

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::{MetricAlarm, Tag};
use futures_util::future::try_join_all;

use crate::aws::{Clients, MINUTE, Reader};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Class, Result, Scope, Tags};

/// The page size of DescribeAlarms, and the names that one call takes: the most of either.
const PAGE: i32 = 100;
const PAGE_LEN: usize = 100;
/// The longest name.
pub(super) const NAME_MAX: usize = 255;
/// The writes of an account are few (three a second), and what they name may be seconds old.
pub(super) const TRANSIENT: &[Class] = &[Class::Busy, Class::Conflict, Class::Propagating];

/// The most stacks whose alarms are asked for by the beginnings of their names; of more, all that there are take fewer calls.
const STACKS: usize = 10;

/// The alarms that may be the scope's, by their names, or because it asks for them or the tag index knows them.
pub(super) async fn alarms(reader: &Reader, scope: &Scope) -> Result<Vec<MetricAlarm>> {
    let prefixes: Vec<_> = scope.prefixes().collect();
    let prefixes = if prefixes.len() > STACKS { vec![None] } else { prefixes.into_iter().map(Some).collect() };
    let by_prefix = prefixes.into_iter().map(|prefix| pages(reader, prefix, None));
    let mut all: Vec<_> = try_join_all(by_prefix).await?.into_iter().flatten().collect();
    let index = reader.tag_index(scope).await?;
    let seen: BTreeSet<_> = all.iter().filter_map(MetricAlarm::alarm_name).collect();
    let known = index.arns(":alarm:").filter_map(|arn| arn.split(":alarm:").nth(1));
    let others: BTreeSet<_> = known.chain(scope.requested_names()).filter(|name| !seen.contains(name)).collect();
    let others: Vec<_> = others.into_iter().map(str::to_owned).collect();
    let by_name = others.chunks(PAGE_LEN).map(|names| pages(reader, None, Some(names.to_vec())));
    all.extend(try_join_all(by_name).await?.into_iter().flatten());
    Ok(all)
}

async fn pages(reader: &Reader, prefix: Option<String>, names: Option<Vec<String>>) -> Result<Vec<MetricAlarm>> {
    let call = reader.cloudwatch().describe_alarms().set_alarm_name_prefix(prefix).set_alarm_names(names);
    let mut pages = call.max_records(PAGE).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(page?.metric_alarms.unwrap_or_default());
    }
    Ok(all)
}

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
