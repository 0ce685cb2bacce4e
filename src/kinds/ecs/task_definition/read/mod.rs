pub(in crate::kinds::ecs) mod definition;

use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::{
    SortOrder, TaskDefinition as Description, TaskDefinitionFamilyStatus, TaskDefinitionField, TaskDefinitionStatus,
};
use futures_util::future::join_all;

use super::{Outputs, TaskDefinition};
use crate::aws::Reader;
use crate::kinds::ecs;
use crate::kinds::shared::tag;
use crate::resource::{Found, NameConflict, Result, Scope, State, Tags};

/// How many revisions of a pipeline are read, before the tag index is asked where ours is.
const BACK: usize = 20;
/// How many are read at once.
const AT_ONCE: usize = 4;

/// Whose a family is.
pub(super) enum FamilyRead {
    Ours(Box<Found<TaskDefinition>>),
    Foreign(NameConflict),
    /// All of its revisions were deregistered: services run the last one, and none can be started with it.
    Gone,
}

/// The families with a name of ours that have an active revision.
pub(super) async fn families(reader: &Reader, scope: &Scope) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for prefix in scope.prefixes().chain(asked(scope).map(str::to_owned)) {
        let call = reader.ecs().list_task_definition_families().family_prefix(&prefix);
        let call = call.status(TaskDefinitionFamilyStatus::Active);
        let mut items = call.into_paginator().page_size(100).items().send();
        while let Some(family) = items.next().await {
            all.push(family?);
        }
    }
    all.retain(|family| scope.may_own(family, ecs::MAX_NAME) || is_asked(scope, family));
    all.sort();
    all.dedup();
    Ok(all)
}

/// The families that are asked for, by their name or by a revision.
fn asked(scope: &Scope) -> impl Iterator<Item = &str> {
    scope.requested.iter().filter_map(|asked| {
        let revision = match asked.strip_prefix("arn:") {
            Some(arn) => arn.split_once(":task-definition/")?.1,
            None => asked,
        };
        revision.split(':').next()
    })
}

fn is_asked(scope: &Scope, family: &str) -> bool {
    asked(scope).any(|asked| asked == family)
}

/// Reads the newest revision of a family that is ours. If a pipeline has registered a newer one without our tags, that
/// one is what it wants to run: it goes into [`Found::external`].
pub(super) async fn family(reader: &Reader, scope: &Scope, family: &str) -> Result<FamilyRead> {
    let newest = describe(reader, family).await?;
    let tags = tag::read(newest.tags());
    let is_active = is_active(&newest);
    if is_active && scope.owns(family, &tags) {
        return Ok(seen(family, &newest, tags, None));
    }
    let theirs = newest.task_definition().and_then(Description::task_definition_arn).unwrap_or_default();
    match ours(reader, scope, family, theirs).await? {
        Some((older, tags)) => Ok(seen(family, &older, tags, newest.task_definition().filter(|_| is_active))),
        None if !is_active => Ok(FamilyRead::Gone),
        None if is_asked(scope, family) => Ok(seen(family, &newest, tags, None)),
        None => Ok(FamilyRead::Foreign(NameConflict { id: family.to_owned(), name: family.to_owned(), tags })),
    }
}

/// Finds our newest revision behind somebody else's. Only a family that was read to its end has none.
async fn ours(
    reader: &Reader,
    scope: &Scope,
    family: &str,
    theirs: &str,
) -> Result<Option<(DescribeTaskDefinitionOutput, Tags)>> {
    let call = reader.ecs().list_task_definitions().family_prefix(family).status(TaskDefinitionStatus::Active);
    let mut items = call.sort(SortOrder::Desc).into_paginator().page_size(100).items().send();
    let mut older = Vec::new();
    while let Some(arn) = items.next().await {
        older.push(arn?);
    }
    older.retain(|arn| is_of(arn, family) && arn != theirs);
    newest_first(&mut older);
    let late = older.split_off(older.len().min(BACK));
    if let Some(found) = first_claimed(reader, scope, &older).await? {
        return Ok(Some(found));
    }
    if late.is_empty() {
        return Ok(None);
    }
    // Registered so long ago, it is in the index, which spares reading all that a pipeline has registered since.
    let index = reader.tag_index(scope).await?;
    let mut known: Vec<_> =
        index.arns(":task-definition/").map(str::to_owned).filter(|arn| late.contains(arn)).collect();
    newest_first(&mut known);
    match first_claimed(reader, scope, &known).await? {
        Some(found) => Ok(Some(found)),
        None => first_claimed(reader, scope, &late).await,
    }
}

/// The first of these revisions that bears our tags and was not deregistered meanwhile.
///
/// # Errors
/// Also if one is not found: ECS has just listed it, and it may be ours.
async fn first_claimed(
    reader: &Reader,
    scope: &Scope,
    arns: &[String],
) -> Result<Option<(DescribeTaskDefinitionOutput, Tags)>> {
    for some in arns.chunks(AT_ONCE) {
        for answer in join_all(some.iter().map(|arn| describe(reader, arn))).await {
            let revision = answer?;
            let tags = tag::read(revision.tags());
            if is_active(&revision) && scope.is_claimed(&tags) {
                return Ok(Some((revision, tags)));
            }
        }
    }
    Ok(None)
}

/// Returns whether a revision was not deregistered.
fn is_active(answer: &DescribeTaskDefinitionOutput) -> bool {
    answer.task_definition().and_then(Description::status).is_none_or(|status| *status == TaskDefinitionStatus::Active)
}

fn newest_first(arns: &mut [String]) {
    arns.sort_by_key(|arn| std::cmp::Reverse(revision(arn)));
}

/// Returns whether an ARN is a revision of this very family; the filter takes prefixes.
pub(in crate::kinds::ecs) fn is_of(arn: &str, family: &str) -> bool {
    ecs::last(arn).rsplit_once(':').is_some_and(|(name, _)| name == family)
}

/// The number of a revision, by its ARN.
pub(in crate::kinds::ecs) fn revision(arn: &str) -> u64 {
    arn.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

async fn describe(reader: &Reader, name: &str) -> Result<DescribeTaskDefinitionOutput> {
    let call = reader.ecs().describe_task_definition().task_definition(name).include(TaskDefinitionField::Tags);
    Ok(call.send().await?)
}

fn seen(family: &str, answer: &DescribeTaskDefinitionOutput, tags: Tags, external: Option<&Description>) -> FamilyRead {
    let empty = Description::builder().build();
    let description = answer.task_definition().unwrap_or(&empty);
    let arn = description.task_definition_arn().unwrap_or_default().to_owned();
    FamilyRead::Ours(Box::new(Found {
        id: arn.clone(),
        name: Some(family.to_owned()),
        spec: definition::spec(description),
        outputs: Outputs { task_definition_arn: arn },
        tags,
        state: State::Ready,
        unmodelled: definition::unmodelled(description),
        external: external.map(definition::spec),
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
