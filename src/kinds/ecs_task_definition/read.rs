use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::{
    SortOrder, TaskDefinition as Description, TaskDefinitionFamilyStatus, TaskDefinitionField, TaskDefinitionStatus,
};

use super::{Outputs, TaskDefinition, from_aws};
use crate::aws::Reader;
use crate::kinds::ecs;
use crate::resource::{Found, Result, Scope, State, Stranger, Tags};

/// How far back to look for our own revision behind those of a pipeline.
const BACK: usize = 20;

/// Whose a family is.
pub(super) enum Seen {
    Ours(Box<Found<TaskDefinition>>),
    Foreign(Stranger),
}

/// The families with a name of ours that have an active revision.
pub(super) async fn families(reader: &Reader, scope: &Scope) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for prefix in scope.prefixes().chain(scope.also.iter().cloned()) {
        let call = reader.ecs().list_task_definition_families().family_prefix(&prefix);
        let call = call.status(TaskDefinitionFamilyStatus::Active);
        let mut items = call.into_paginator().page_size(100).items().send();
        while let Some(family) = items.next().await {
            all.push(family?);
        }
    }
    all.retain(|family| scope.may_own(family, ecs::MAX_NAME));
    all.sort();
    all.dedup();
    Ok(all)
}

/// Reads the newest revision of a family that is ours. If a pipeline has registered a newer one without our tags, that
/// one is what it wants to run: it goes into [`Found::external`].
pub(super) async fn family(reader: &Reader, scope: &Scope, family: &str) -> Result<Seen> {
    let newest = describe(reader, family).await?;
    let tags = ecs::tags(newest.tags());
    if scope.owns(family, &tags) {
        return Ok(seen(family, &newest, tags, None));
    }
    let call = reader.ecs().list_task_definitions().family_prefix(family).status(TaskDefinitionStatus::Active);
    let answer = call.sort(SortOrder::Desc).max_results(100).send().await?;
    let theirs = newest.task_definition().and_then(Description::task_definition_arn);
    let mut older: Vec<_> =
        answer.task_definition_arns().iter().filter(|arn| is_of(arn, family) && Some(arn.as_str()) != theirs).collect();
    older.sort_by_key(|arn| std::cmp::Reverse(revision(arn)));
    for arn in older.into_iter().take(BACK) {
        let older = describe(reader, arn).await?;
        let tags = ecs::tags(older.tags());
        if scope.is_claimed(&tags) {
            return Ok(seen(family, &older, tags, newest.task_definition()));
        }
    }
    Ok(Seen::Foreign(Stranger { id: family.to_owned(), name: family.to_owned(), tags }))
}

/// Returns whether an ARN is a revision of this very family; the filter takes prefixes.
pub(super) fn is_of(arn: &str, family: &str) -> bool {
    ecs::last(arn).rsplit_once(':').is_some_and(|(name, _)| name == family)
}

/// The number of a revision, by its ARN.
pub(super) fn revision(arn: &str) -> u64 {
    arn.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

async fn describe(reader: &Reader, name: &str) -> Result<DescribeTaskDefinitionOutput> {
    let call = reader.ecs().describe_task_definition().task_definition(name).include(TaskDefinitionField::Tags);
    Ok(call.send().await?)
}

fn seen(family: &str, answer: &DescribeTaskDefinitionOutput, tags: Tags, external: Option<&Description>) -> Seen {
    let empty = Description::builder().build();
    let description = answer.task_definition().unwrap_or(&empty);
    let arn = description.task_definition_arn().unwrap_or_default().to_owned();
    Seen::Ours(Box::new(Found {
        id: arn.clone(),
        name: Some(family.to_owned()),
        spec: from_aws::spec(description),
        outputs: Outputs { task_definition_arn: arn },
        tags,
        state: State::Ready,
        unmodelled: from_aws::unmodelled(description),
        external: external.map(from_aws::spec),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_family_is_another_family() {
        let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/acme-production-web-admin:3";
        assert!(is_of(arn, "acme-production-web-admin"));
        assert!(!is_of(arn, "acme-production-web"));
    }
}
