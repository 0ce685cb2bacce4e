//! What the ECS kinds share: tags, clusters, names out of ARNs.

pub(super) mod account_settings;
pub(super) mod capacity_provider;
pub(super) mod cluster;
pub(super) mod network;
pub(super) mod service;
pub(super) mod task_definition;

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{CapacityProviderStrategyItem, Cluster, ClusterField, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{MINUTE, Reader, Writer};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{named, tag};
use crate::resource::{Class, Mistake, Reference, Result, Scope, Tags, Unseen, pointer};

/// The longest name of a cluster, a service and a task definition's family.
pub(super) const MAX_NAME: usize = 255;
/// How many clusters one DescribeClusters takes.
const CLUSTERS: usize = 100;

/// A share of the tasks for one capacity provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CapacityProviderStrategy {
    /// Tasks that run on this provider before the weights count.
    #[serde(default)]
    pub base: i32,
    /// `FARGATE`, `FARGATE_SPOT`, or the name of one of the account's.
    pub capacity_provider: String,
    #[serde(default)]
    pub weight: i32,
}

impl CapacityProviderStrategy {
    pub(super) fn read(items: &[CapacityProviderStrategyItem]) -> Vec<Self> {
        let read = |item: &CapacityProviderStrategyItem| Self {
            base: item.base,
            capacity_provider: item.capacity_provider.clone(),
            weight: item.weight,
        };
        items.iter().map(read).collect()
    }

    pub(super) fn is_fargate(&self) -> bool {
        is_fargate(&self.capacity_provider)
    }

    /// Returns what ECS refuses of a strategy, with the pointer below `at`.
    pub(super) fn mistakes(strategy: &[Self], at: &str) -> Vec<Mistake> {
        let mut all = Vec::new();
        let mut say = |at: String, text: &str| all.push(Mistake::new(at, text));
        if strategy.len() > 1 && strategy.iter().all(|part| part.weight == 0) {
            say(at.to_owned(), "has no Weight over 0: one of its providers needs one");
        }
        for part in strategy.iter().filter(|part| part.base > 0).skip(1) {
            let at = pointer::join(at, &part.capacity_provider);
            say(pointer::join(&at, "Base"), "may be over 0 for one provider only");
        }
        let mixed = strategy.iter().find(|part| part.is_fargate() != strategy[0].is_fargate());
        if let Some(part) = mixed {
            say(
                pointer::join(at, &part.capacity_provider),
                "Fargate and container instances don't go together in one strategy",
            );
        }
        if strategy.len() > 20 {
            say(at.to_owned(), "has more than 20 providers");
        }
        all
    }

    pub(super) fn items(strategy: &[Self]) -> Vec<CapacityProviderStrategyItem> {
        let item = |part: &Self| {
            let item = CapacityProviderStrategyItem::builder().capacity_provider(&part.capacity_provider);
            item.base(part.base).weight(part.weight).build().expect("the provider is set")
        };
        strategy.iter().map(item).collect()
    }
}

/// Whether a provider is AWS's own, without instances.
pub(super) fn is_fargate(provider: &str) -> bool {
    provider == "FARGATE" || provider == "FARGATE_SPOT"
}

/// Two changes meet.
const TRANSIENT: &[Class] = &[Class::Busy, Class::Conflict];

/// Sets and removes tags of anything in ECS.
pub(super) async fn retag(writer: &Writer, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = async |tags: Vec<Tag>| {
        let call = writer.ecs().tag_resource().resource_arn(arn).set_tags(Some(tags));
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
    };
    let remove = async |keys| {
        let call = writer.ecs().untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
    };
    tag::change((set, unset), add, remove).await
}

/// The clusters that may be the scope's.
pub(super) struct Clusters {
    /// Described with tags, settings and configuration; inactive ones are gone.
    pub seen: Vec<Cluster>,
    /// Those that ECS lists and does not describe.
    pub unseen: Vec<Unseen>,
}

/// Reads the clusters. With [`Reader::once`] under [`CLUSTERS_KEY`], as services need them as well.
pub(super) async fn clusters(reader: &Reader, scope: &Scope) -> Result<Clusters> {
    let mut arns = Vec::new();
    let mut items = reader.ecs().list_clusters().into_paginator().page_size(100).items().send();
    let index = reader.tag_index(scope).await?;
    while let Some(arn) = items.next().await {
        let arn = arn?;
        if scope.may_own(last(&arn), MAX_NAME) || index.get(&arn).is_some() {
            arns.push(arn);
        }
    }
    let mut seen = Vec::new();
    for some in arns.chunks(CLUSTERS) {
        let call = reader.ecs().describe_clusters().set_clusters(Some(some.to_vec()));
        let call = call.include(ClusterField::Tags).include(ClusterField::Settings);
        seen.extend(call.include(ClusterField::Configurations).send().await?.clusters.unwrap_or_default());
    }
    let described: BTreeSet<_> = seen.iter().filter_map(|cluster| cluster.cluster_arn()).collect();
    let missing = arns.iter().filter(|arn| !described.contains(arn.as_str()));
    let unseen = missing.map(|arn| Unseen {
        id: last(arn).to_owned(),
        tags: index.get(arn).cloned(),
        failure: named::only_listed("ECS"),
    });
    let unseen = unseen.collect();
    seen.retain(|cluster| cluster.status() != Some("INACTIVE"));
    Ok(Clusters { seen, unseen })
}

/// See [`clusters`].
pub(super) const CLUSTERS_KEY: &str = "ecs:clusters";

/// What stands behind the last slash: the name in an ARN.
pub(super) fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Returns whether `other` mentions a target group that `ours` mentions, by reference or by ARN.
pub(super) fn shares_target_group(ours: &Value, other: &Value) -> bool {
    const KIND: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
    let mentioned = |value: &Value| -> Vec<String> {
        let references = Reference::all_in(value).into_iter().map(|(_, reference)| reference.address);
        let mut found: Vec<_> =
            references.filter(|address| address.kind == KIND).map(|address| address.to_string()).collect();
        pointer::walk(value, &mut |_, leaf| {
            let at = leaf.as_str().and_then(|text| text.find("targetgroup/").map(|at| &text[at..]));
            found.extend(at.map(str::to_owned));
        });
        found
    };
    let theirs = mentioned(other);
    mentioned(ours).iter().any(|group| theirs.contains(group))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn target_groups_are_recognised_whatever_output_is_asked_for() {
        let group = "AWS::ElasticLoadBalancingV2::TargetGroup/web";
        let label = json!({ "ResourceLabel": format!("app/x/1/⟦{group}.TargetGroupFullName⟧") });
        let rule = json!({ "Actions": [{ "TargetGroupArn": format!("⟦{group}.TargetGroupArn⟧") }] });
        assert!(shares_target_group(&label, &rule));
        let arn = json!("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/12");
        assert!(shares_target_group(&arn, &json!(["app/x/1/targetgroup/web/12"])));
        assert!(!shares_target_group(&arn, &rule));
    }
}
