use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_resourcegroupstagging::types::TagFilter;

use super::Clients;
use crate::resource::{Failure, Result, Scope, StackId, Tags, key};

/// What the tagging API (`tag:GetResources`) knows of the scope's stacks: tags by ARN.
#[derive(Debug, Default)]
pub struct TagIndex(BTreeMap<String, Tags>);

impl TagIndex {
    pub(super) async fn read(clients: &Clients, scope: &Scope) -> Result<Self> {
        let filter = |key: &str, values: Vec<String>| TagFilter::builder().key(key).set_values(Some(values)).build();
        let pages = clients
            .tagging()
            .get_resources()
            .tag_filters(filter(key::PROJECT, vec![scope.project.clone()]))
            .tag_filters(filter(key::TENANT, scope.tenants()))
            .resources_per_page(100)
            .into_paginator()
            .items()
            .send()
            .collect::<std::result::Result<Vec<_>, _>>()
            .await
            .map_err(Failure::from)?;
        let all = pages.into_iter().filter_map(|item| {
            let tags: Tags = item.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
            Some((item.resource_arn()?.to_owned(), tags)).filter(|(_, tags)| scope.is_claimed(tags))
        });
        Ok(Self(all.collect()))
    }

    /// Returns the stacks of a project that anything claims. Snapshots don't count: they outlive their stack on purpose.
    pub(super) async fn stacks(clients: &Clients, project: &str) -> Result<BTreeSet<StackId>> {
        let filter = TagFilter::builder().key(key::PROJECT).values(project).build();
        let call = clients.tagging().get_resources().tag_filters(filter).resources_per_page(100);
        let mut pages = call.into_paginator().items().send();
        let mut stacks = BTreeSet::new();
        while let Some(item) = pages.next().await {
            let item = item?;
            let tags: Tags = item.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
            let is_snapshot = item.resource_arn().is_some_and(|arn| arn.contains("snapshot:"));
            stacks.extend(tags.stack().filter(|_| !is_snapshot));
        }
        Ok(stacks)
    }

    pub fn get(&self, arn: &str) -> Option<&Tags> {
        self.0.get(arn)
    }

    /// The ARNs that contain `part`, `:cluster:` for instance.
    pub fn arns<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(move |arn| arn.contains(part))
    }
}
