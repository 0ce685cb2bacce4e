use std::collections::BTreeMap;

use aws_sdk_resourcegroupstagging::types::TagFilter;

use super::Clients;
use crate::resource::{Failure, Result, Scope, Tags, key};

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
            Some((item.resource_arn()?.to_owned(), tags)).filter(|(_, tags)| scope.owns(tags))
        });
        Ok(Self(all.collect()))
    }

    pub fn get(&self, arn: &str) -> Option<&Tags> {
        self.0.get(arn)
    }

    /// The ARNs that contain `part`, `:cluster:` for instance.
    pub fn arns<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(move |arn| arn.contains(part))
    }
}
