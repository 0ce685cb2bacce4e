//! The revisions of a family: which stay and which go.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{SortOrder, TaskDefinitionField, TaskDefinitionStatus};

use super::read::{is_of, revision};
use crate::aws::{MINUTE, Writer};
use crate::kinds::ecs;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Class, Failure, Kept, Result, Tags, key};

/// How many revisions stay, with the one just registered.
const KEEP: usize = 5;
/// How many DeleteTaskDefinitions takes.
const DELETES: usize = 10;
/// How many services DescribeServices takes.
const SERVICES: usize = 10;

/// Removes the revisions of ours behind the last five, except `newest`, which was just registered, and those that a service
/// of the stack runs or is leaving.
pub(super) async fn prune(writer: &Writer, family: &str, newest: &str, ours: &Tags) -> Result<()> {
    // Revisions are numbered from one.
    if revision(newest) <= KEEP as u64 {
        return Ok(());
    }
    let active = revisions(writer, family, TaskDefinitionStatus::Active).await?;
    let Some(old) = active.get(KEEP..).filter(|old| !old.is_empty()) else { return Ok(()) };
    let used = in_use(writer, ours).await?;
    let mut leaving = Vec::new();
    for arn in old.iter().filter(|arn| *arn != newest && !used.contains(*arn)) {
        if is_ours(writer, arn, ours).await? {
            deregister(writer, arn).await?;
            leaving.push(arn.clone());
        }
    }
    delete(writer, &leaving).await.map(drop)
}

/// Removes all revisions of ours; those of others in the family stay.
pub(super) async fn delete_all(writer: &Writer, family: &str, ours: &Tags) -> Result<Vec<Kept>> {
    let mut leaving = Vec::new();
    for arn in revisions(writer, family, TaskDefinitionStatus::Active).await? {
        if is_ours(writer, &arn, ours).await? {
            deregister(writer, &arn).await?;
            leaving.push(arn);
        }
    }
    for arn in revisions(writer, family, TaskDefinitionStatus::Inactive).await? {
        if !leaving.contains(&arn) && is_ours(writer, &arn, ours).await? {
            leaving.push(arn);
        }
    }
    // Inactive ones run nothing and cost nothing, so those that AWS won't delete do not fail the destroy.
    let why = match delete(writer, &leaving).await {
        Ok(refused) if refused.is_empty() => return Ok(Vec::new()),
        Ok(refused) => refused.join(", "),
        Err(failure) => failure.to_string(),
    };
    Ok(vec![Kept {
        what: "inactive task definitions".to_owned(),
        id: family.to_owned(),
        why,
        costs: false,
        is_itself: false,
        stays: false,
    }])
}

/// The ARNs of a family's revisions, newest first.
async fn revisions(writer: &Writer, family: &str, status: TaskDefinitionStatus) -> Result<Vec<String>> {
    let call = writer.ecs().list_task_definitions().family_prefix(family).status(status).sort(SortOrder::Desc);
    let mut items = call.into_paginator().page_size(100).items().send();
    let mut all = Vec::new();
    while let Some(arn) = items.next().await {
        all.push(arn?);
    }
    all.retain(|arn| is_of(arn, family));
    all.sort_by_key(|arn| std::cmp::Reverse(revision(arn)));
    Ok(all)
}

/// Returns whether a revision is there and bears our stack's tags: a family is one resource's, and what that was called
/// before stands on its old revisions.
async fn is_ours(writer: &Writer, arn: &str, ours: &Tags) -> Result<bool> {
    let call = writer.ecs().describe_task_definition().task_definition(arn).include(TaskDefinitionField::Tags);
    match call.send().await.map_err(Failure::from) {
        Err(failure) if failure.is(Class::NotFound) => Ok(false),
        answer => Ok(is_of_the_stack(&tag::read(answer?.tags()), ours)),
    }
}

fn is_of_the_stack(live: &Tags, ours: &Tags) -> bool {
    let is_project = live.get(key::PROJECT).is_some() && live.get(key::PROJECT) == ours.get(key::PROJECT);
    is_project && live.stack().is_some() && live.stack() == ours.stack()
}

/// The revisions that the services of the stack's clusters run, deploy or are leaving.
async fn in_use(writer: &Writer, ours: &Tags) -> Result<BTreeSet<String>> {
    let Some(stack) = ours.stack() else { return Ok(BTreeSet::new()) };
    let prefix = format!("{}-{}-", stack.tenant, stack.environment);
    let mut used = BTreeSet::new();
    let mut clusters = writer.ecs().list_clusters().into_paginator().page_size(100).items().send();
    while let Some(cluster) = clusters.next().await {
        let cluster = cluster?;
        if ecs::last(&cluster).starts_with(&prefix) {
            used.extend(run_in(writer, &cluster).await?);
        }
    }
    Ok(used)
}

async fn run_in(writer: &Writer, cluster: &str) -> Result<Vec<String>> {
    let mut items = writer.ecs().list_services().cluster(cluster).into_paginator().page_size(100).items().send();
    let mut services = Vec::new();
    while let Some(service) = items.next().await {
        services.push(service?);
    }
    let mut used = Vec::new();
    for some in services.chunks(SERVICES) {
        let call = writer.ecs().describe_services().cluster(cluster).set_services(Some(some.to_vec()));
        for service in call.send().await?.services() {
            used.extend(service.task_definition().map(str::to_owned));
            used.extend(service.deployments().iter().filter_map(|one| one.task_definition().map(str::to_owned)));
        }
    }
    Ok(used)
}

async fn deregister(writer: &Writer, arn: &str) -> Result<()> {
    let call = writer.ecs().deregister_task_definition().task_definition(arn);
    retry_while(MINUTE, &[Class::Busy], || call.clone().send()).await.map(drop)
}

/// Deletes deregistered revisions; returns what AWS refused, and why.
async fn delete(writer: &Writer, arns: &[String]) -> Result<Vec<String>> {
    let mut refused = Vec::new();
    for some in arns.chunks(DELETES) {
        let answer = writer.ecs().delete_task_definitions().set_task_definitions(Some(some.to_vec())).send().await?;
        refused.extend(answer.failures().iter().map(|failure| {
            let arn = failure.arn().unwrap_or_default();
            format!("{}: {}", ecs::last(arn), failure.reason().unwrap_or("refused"))
        }));
    }
    Ok(refused)
}
