use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use futures_util::future::try_join_all;

use super::Clients;
use crate::resource::{Failure, Result, Scope, StackId, Tags, key};

/// How many values one filter of GetResources takes.
const VALUES: usize = 20;

/// What the tagging API (`tag:GetResources`) knows of the scope's stacks: tags by ARN.
#[derive(Debug, Default)]
pub struct TagIndex {
    tags: BTreeMap<String, Tags>,
    /// The stacks that no run has changed for longer than the index lags behind.
    quiet: Arc<BTreeSet<StackId>>,
}

impl TagIndex {
    pub(super) async fn read(tagging: &Client, scope: &Scope, quiet: Arc<BTreeSet<StackId>>) -> Result<Self> {
        let tenants = scope.tenants();
        let parts = try_join_all(tenants.chunks(VALUES).map(|some| Self::part(tagging, scope, some))).await?;
        Ok(Self { tags: parts.into_iter().flatten().collect(), quiet })
    }

    /// What it knows of some of the scope's tenants.
    async fn part(tagging: &Client, scope: &Scope, tenants: &[String]) -> Result<BTreeMap<String, Tags>> {
        let filter = |key: &str, values: Vec<String>| TagFilter::builder().key(key).set_values(Some(values)).build();
        let call = tagging
            .get_resources()
            .tag_filters(filter(key::PROJECT, vec![scope.project.clone()]))
            .tag_filters(filter(key::TENANT, tenants.to_vec()))
            .resources_per_page(100);
        let mut pages = call.into_paginator().items().send();
        let mut part = BTreeMap::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(Failure::from)?;
            let tags: Tags = item.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
            part.extend(item.resource_arn.filter(|_| scope.is_claimed(&tags)).map(|arn| (arn, tags)));
        }
        Ok(part)
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

    /// Returns the services of which it shows something, by stack, each with what stands behind the account in the ARN:
    /// `ec2:vpc/vpc-1`. Snapshots don't count: they outlive their stack on purpose.
    pub fn services(&self) -> BTreeMap<StackId, BTreeSet<String>> {
        let mut services: BTreeMap<StackId, BTreeSet<String>> = BTreeMap::new();
        for (arn, tags) in self.tags.iter().filter(|(arn, _)| !arn.contains("snapshot:")) {
            let parts: Vec<_> = arn.splitn(6, ':').collect();
            let [_, _, service, _, _, thing] = parts[..] else { continue };
            if let Some(stack) = tags.stack() {
                services.entry(stack).or_default().insert(format!("{service}:{thing}"));
            }
        }
        services
    }

    pub fn get(&self, arn: &str) -> Option<&Tags> {
        self.tags.get(arn)
    }

    /// Returns the tags of a resource for which the index is believed: it claims it for a quiet stack (decision 26).
    pub fn believed(&self, arn: &str) -> Option<&Tags> {
        self.get(arn).filter(|tags| tags.stack().is_some_and(|stack| self.quiet.contains(&stack)))
    }

    /// The ARNs that contain `part`, `:cluster:` for instance.
    pub fn arns<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a str> {
        self.tags.keys().map(String::as_str).filter(move |arn| arn.contains(part))
    }
}
