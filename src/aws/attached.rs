//! Foreign things attached to the stack's, where only a call for each of these shows them.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use aws_sdk_kms::types::GrantListEntry;
use futures_util::future::try_join_all;

use super::Reader;
use super::survey::{SurveyedThing, Things};
use crate::resource::{Class, Failure, Result, Tags};

/// The page size of these operations: the most that all take.
const PAGE: i32 = 50;
/// What the policies are called by which AWS's services write into log groups
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html).
const OF_DELIVERY: &[&str] = &["AWSLogDeliveryWrite", "AWSWAF-LOGS"];

/// Returns what was attached by hand to the stack's target groups, log groups and keys. Addresses that a service
/// of AWS holds in the VPCs are `served`: those of tasks, which register themselves.
pub(super) async fn attached(
    reader: &Reader,
    things: &Things,
    served: &BTreeSet<String>,
) -> Result<Vec<SurveyedThing>> {
    let of = |kind: &str| things.get(kind).map(Vec::as_slice).unwrap_or_default();
    let groups = of("AWS::Logs::LogGroup");
    let (targets, filters, policies, grants) = tokio::try_join!(
        try_join_all(of("AWS::ElasticLoadBalancingV2::TargetGroup").iter().map(|arn| targets(reader, arn, served))),
        try_join_all(groups.iter().map(|name| filters(reader, name))),
        policies(reader, groups, of("AWS::Logs::ResourcePolicy")),
        try_join_all(of("AWS::KMS::Key").iter().map(|id| grants(reader, id))),
    )?;
    let each = targets.into_iter().chain(filters).chain(grants).flatten();
    Ok(each.chain(policies).collect())
}

fn seen(kind: &'static str, id: impl Into<String>, place: &str) -> SurveyedThing {
    SurveyedThing { kind, id: id.into(), place: place.to_owned(), tags: Tags::default() }
}

/// What is gone meanwhile has nothing attached.
fn if_there<T: Default>(answer: Result<T, Failure>) -> Result<T> {
    match answer {
        Err(failure) if failure.is(Class::NotFound) => Ok(T::default()),
        other => other,
    }
}

/// Addresses that no task holds; those that drain are on their way out. Instances register for tasks without an address of
/// their own: whose they are, nobody tells.
async fn targets(reader: &Reader, group: &str, served: &BTreeSet<String>) -> Result<Vec<SurveyedThing>> {
    let answer = reader.elb().describe_target_health().target_group_arn(group).send().await.map_err(Failure::from);
    let all = if_there(answer.map(|answer| answer.target_health_descriptions.unwrap_or_default()))?;
    let stays = |one: &&TargetHealthDescription| {
        let state = one.target_health().and_then(|health| health.state());
        state.is_none_or(|state| state.as_str() != "draining")
    };
    let addresses = all.iter().filter(stays).filter_map(|one| one.target()?.id());
    let by_hand = addresses.filter(|id| id.contains(['.', ':']) && !id.starts_with("arn:") && !served.contains(*id));
    Ok(by_hand.map(|id| seen("AWS::ElasticLoadBalancingV2::TargetGroup Targets", id, group)).collect())
}

async fn filters(reader: &Reader, group: &str) -> Result<Vec<SurveyedThing>> {
    let call = reader.logs().describe_subscription_filters().log_group_name(group).into_paginator().page_size(PAGE);
    let all = call.items().send().collect::<std::result::Result<Vec<_>, _>>().await.map_err(Failure::from);
    let names = if_there(all)?.into_iter().filter_map(|filter| filter.filter_name);
    Ok(names.map(|name| seen("AWS::Logs::SubscriptionFilter", name, group)).collect())
}

/// Policies of the account that let somebody into a group of ours by its name, but for the stack's own.
async fn policies(reader: &Reader, groups: &[String], own: &[String]) -> Result<Vec<SurveyedThing>> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        if groups.is_empty() {
            return Ok(all);
        }
        let answer = reader.logs().describe_resource_policies().limit(PAGE).set_next_token(next).send().await?;
        for policy in answer.resource_policies() {
            let document = policy.policy_document().unwrap_or_default();
            let named = |name: &&String| {
                let name = format!(":log-group:{name}");
                document.match_indices(&name).any(|(at, _)| document[at + name.len()..].starts_with([':', '"', '*']))
            };
            let name = policy.policy_name().unwrap_or("?");
            // AWS's own, by which its services deliver logs that somebody has asked them for.
            let is_own = own.iter().any(|own| own == name);
            if is_own || OF_DELIVERY.iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            all.extend(groups.iter().filter(named).map(|group| seen("AWS::Logs::ResourcePolicy", name, group)));
        }
        next = answer.next_token;
        if next.is_none() {
            return Ok(all);
        }
    }
}

/// Grants to principals that are no service of AWS: those make and retire theirs by themselves.
async fn grants(reader: &Reader, key: &str) -> Result<Vec<SurveyedThing>> {
    let call = reader.kms().list_grants().key_id(key).into_paginator().page_size(PAGE);
    let all = call.items().send().collect::<std::result::Result<Vec<_>, _>>().await.map_err(Failure::from);
    let by_hand = if_there(all)?.into_iter().filter(|grant| !is_of_aws(grant));
    Ok(by_hand.filter_map(|grant| Some(seen("AWS::KMS::Key Grants", grant.grant_id?, key))).collect())
}

fn is_of_aws(grant: &GrantListEntry) -> bool {
    let principal = grant.grantee_principal().unwrap_or_default();
    principal == "AWS Internal"
        || principal.ends_with(".amazonaws.com")
        || ["/aws-service-role/", ":assumed-role/aws:", ":role/aws-service-role/"]
            .iter()
            .any(|part| principal.contains(part))
}
