//! The revision that a service can go back to: an older one of its family that ran in it.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    ServiceDeploymentBrief, ServiceDeploymentStatus as Status, SortOrder, TaskDefinition as Description,
    TaskDefinitionField, TaskDefinitionStatus,
};
use aws_smithy_types::date_time::{DateTime, Format};

use super::Service;
use super::controller::is_ecs;
use crate::aws::Reader;
use crate::kinds::ecs::last;
use crate::kinds::ecs::task_definition::{TaskDefinition, definition, image, is_of, revision};
use crate::kinds::shared::tag;
use crate::resource::{Class, Earlier, Failure, Found, Result, Shape, Tags, WayBack, key};

/// How many service revisions one DescribeServiceRevisions takes.
const DESCRIBED: usize = 20;
/// How many of the newest deployments are asked which revision they were of.
const DEPLOYMENTS: usize = 60;

/// What became of a revision in this service, as far as ECS remembers: 90 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Past {
    Ran,
    /// None of its deployments came to a good end.
    Failed,
    /// No deployment of it is on record.
    Unknown,
}

/// What ECS remembers of the deployments of a service.
#[derive(Default)]
struct History {
    /// By the task definition's ARN: whether a deployment of it has succeeded.
    outcomes: BTreeMap<String, bool>,
    /// What the newest deployment was of and came to, if ECS itself rolled it back.
    rolled_back: Option<String>,
}

impl History {
    fn past(&self, arn: &str) -> Past {
        match self.outcomes.get(arn) {
            Some(true) => Past::Ran,
            Some(false) => Past::Failed,
            None => Past::Unknown,
        }
    }
}

/// Finds the revision to go back to. One whose deployments all failed is none, unless it is asked for.
pub(super) async fn find(reader: &Reader, found: &Found<Service>, wanted: Option<&str>) -> Result<WayBack> {
    if !is_ecs(&found.spec) {
        let controller = &found.spec.deployment_controller.kind;
        return Ok(WayBack::Nowhere(format!("its DeploymentController is {controller}, which deploys it")));
    }
    let running = found.spec.task_definition.as_str();
    let (name, number) = (last(running), revision(running));
    let Some((family, _)) = name.rsplit_once(':') else {
        return Ok(WayBack::Nowhere(format!("{name} is no revision")));
    };
    let revisions = active(reader, family).await?;
    let is_candidate = |arn: &&String| match wanted {
        Some(wanted) => revision(arn).to_string() == wanted && *arn != running,
        None => revision(arn) < number,
    };
    let candidates: Vec<_> = revisions.iter().filter(is_candidate).collect();
    if candidates.is_empty() {
        return Ok(WayBack::Nowhere(match wanted {
            Some(wanted) if number.to_string() == wanted => format!("it runs revision {wanted} already"),
            Some(wanted) => format!("{family} has no active revision {wanted}, and ECS runs no others"),
            None => format!("{name} is the oldest active revision of its family"),
        }));
    }
    let (history, unread) = match history(reader, found).await {
        Ok(history) => (history, None),
        Err(failure) => {
            (History::default(), Some(format!("ECS does not tell which revisions have run in it: {}", failure.message)))
        }
    };
    let Some((arn, past)) = chosen(&candidates, &history, wanted.is_some()) else {
        return Ok(WayBack::Nowhere("no deployment of an older active revision has succeeded".to_owned()));
    };
    let (there, tags) = described(reader, arn).await?;
    if past != Past::Ran && !is_ours(&tags, &found.tags) {
        let text = format!("{} bears other tags, and no deployment of it is on record", last(arn));
        return Ok(WayBack::Nowhere(text));
    }
    if let Some(why) = missing(reader, &there).await {
        return Ok(WayBack::Nowhere(format!("no task of {} can start: {why}", last(arn))));
    }
    let before = described(reader, running).await.ok().map(|(before, _)| before);
    let mut notes = vec![told(before.as_ref(), running, &there, arn)];
    notes.extend(before.as_ref().and_then(|before| differences(before, &there)));
    notes.extend(match past {
        Past::Ran => None,
        Past::Failed => Some("no deployment of it has succeeded".to_owned()),
        Past::Unknown if unread.is_some() => None,
        Past::Unknown => Some("no deployment of it within 90 days is on record".to_owned()),
    });
    notes.extend(unread);
    notes.extend(history.rolled_back.map(|what| format!("ECS itself rolled back already: {what}")));
    notes.push(super::deployed(found, "that"));
    let (from, to) = (number.to_string(), revision(arn).to_string());
    Ok(WayBack::To(Box::new(Earlier { value: arn.as_str().into(), from, to, notes })))
}

/// The newest that ran; without any, the newest of which nothing is on record. Of one that is asked for, whatever became of it.
fn chosen<'a>(candidates: &[&'a String], history: &History, is_asked: bool) -> Option<(&'a String, Past)> {
    let with = |past: Past| candidates.iter().find(|arn| history.past(arn) == past).map(|arn| (*arn, past));
    let unproved = || with(Past::Unknown).or_else(|| with(Past::Failed).filter(|_| is_asked));
    with(Past::Ran).or_else(unproved)
}

/// The active revisions of a family, newest first.
async fn active(reader: &Reader, family: &str) -> Result<Vec<String>> {
    let call = reader.ecs().list_task_definitions().family_prefix(family).status(TaskDefinitionStatus::Active);
    let mut items = call.sort(SortOrder::Desc).into_paginator().page_size(100).items().send();
    let mut all = Vec::new();
    while let Some(arn) = items.next().await {
        all.push(arn?);
    }
    all.retain(|arn| is_of(arn, family));
    all.sort_by_key(|arn| std::cmp::Reverse(revision(arn)));
    Ok(all)
}

/// What ECS remembers of the service's deployments.
async fn history(reader: &Reader, found: &Found<Service>) -> Result<History> {
    let mut deployments = deployments(reader, found).await?;
    deployments.sort_by_key(|one| std::cmp::Reverse(one.created_at().map(DateTime::as_nanos)));
    deployments.truncate(DEPLOYMENTS);
    let mut targets: Vec<_> =
        deployments.iter().filter_map(|one| one.target_service_revision_arn().map(str::to_owned)).collect();
    targets.sort();
    targets.dedup();
    let mut definitions = BTreeMap::new();
    for some in targets.chunks(DESCRIBED) {
        let call = reader.ecs().describe_service_revisions().set_service_revision_arns(Some(some.to_vec()));
        for one in call.send().await?.service_revisions() {
            if let (Some(arn), Some(definition)) = (one.service_revision_arn(), one.task_definition()) {
                definitions.insert(arn.to_owned(), definition.to_owned());
            }
        }
    }
    Ok(remembered(&deployments, &definitions))
}

/// What deployments, newest first, came to; `definitions` has the task definition of every service revision.
fn remembered(deployments: &[ServiceDeploymentBrief], definitions: &BTreeMap<String, String>) -> History {
    let mut history = History::default();
    let target = |one: &ServiceDeploymentBrief| definitions.get(one.target_service_revision_arn()?);
    for one in deployments {
        if let Some(definition) = target(one) {
            *history.outcomes.entry(definition.clone()).or_default() |= one.status() == Some(&Status::Successful);
        }
    }
    let newest = deployments.first().filter(|one| {
        matches!(
            one.status(),
            Some(Status::RollbackSuccessful | Status::RollbackInProgress | Status::RollbackRequested)
        )
    });
    history.rolled_back = newest.map(|one| {
        let of = target(one).map(|definition| format!("revision {} failed", revision(definition)));
        let reason = one.status_reason().map(str::to_owned);
        let when = one.finished_at().or(one.started_at()).map(|at| format!("on {}", day(at)));
        [of, when, reason].into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    history
}

/// All deployments that ECS lists, to the last page.
async fn deployments(reader: &Reader, found: &Found<Service>) -> Result<Vec<ServiceDeploymentBrief>> {
    let call = reader.ecs().list_service_deployments().cluster(found.spec.cluster.as_str());
    let call = call.service(&found.outputs.service_arn).max_results(100);
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let answer = call.clone().set_next_token(token).send().await?;
        all.extend(answer.service_deployments.unwrap_or_default());
        token = answer.next_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

async fn described(reader: &Reader, arn: &str) -> Result<(Description, Tags)> {
    let call = reader.ecs().describe_task_definition().task_definition(arn).include(TaskDefinitionField::Tags);
    let answer = call.send().await?;
    let tags = tag::read(answer.tags());
    let there = answer.task_definition.ok_or_else(|| Failure::new(Class::NotFound, format!("{arn} is gone")))?;
    Ok((there, tags))
}

/// Whether a revision bears the tags of the service's stack.
fn is_ours(tags: &Tags, ours: &Tags) -> bool {
    tags.stack().is_some() && tags.stack() == ours.stack() && tags.get(key::PROJECT) == ours.get(key::PROJECT)
}

/// Why no task can start from one of its images, if its registry says so. What can't be asked is no reason.
async fn missing(reader: &Reader, there: &Description) -> Option<String> {
    for container in there.container_definitions() {
        let Some(image) = container.image().and_then(image::Ecr::of) else { continue };
        let version = (image.repository.as_str(), image.version.as_str());
        if let Ok(Some(why)) = image::missing(reader, &image.account, &image.region, version).await {
            return Some(why);
        }
    }
    None
}

/// Both revisions, each with its images and its age.
fn told(before: Option<&Description>, running: &str, there: &Description, arn: &str) -> String {
    let one = |of: Option<&Description>, arn: &str| {
        let images: Vec<_> =
            of.iter().flat_map(|of| of.container_definitions()).filter_map(|one| one.image()).collect();
        let at = of.and_then(Description::registered_at).map(|at| format!("registered {}", day(at)));
        let details: Vec<_> = (!images.is_empty()).then(|| images.join(", ")).into_iter().chain(at).collect();
        let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
        format!("revision {}{details}", revision(arn))
    };
    format!("from {} to {}", one(before, running), one(Some(there), arn))
}

/// Where the two differ beside their images, which the roles, secrets and logs of today have to fit. No values: there are
/// secrets among them.
fn differences(before: &Description, there: &Description) -> Option<String> {
    let [before, there] = [before, there].map(|one| serde_json::to_value(definition::spec(one)).unwrap_or_default());
    let fields = TaskDefinition.compare(&before, &there).fields;
    let paths: Vec<_> =
        fields.iter().map(|field| field.path.as_str()).filter(|path| !path.ends_with("/Image")).collect();
    (!paths.is_empty()).then(|| format!("they also differ in {}", paths.join(", ")))
}

/// `2026-11-30 16:00 UTC`.
fn day(at: &DateTime) -> String {
    let text = at.fmt(Format::DateTime).unwrap_or_default();
    let minute = text.get(..16).map(|text| text.replace('T', " "));
    minute.map_or(text, |minute| format!("{minute} UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/web";

    fn arns(numbers: &[u32]) -> Vec<String> {
        numbers.iter().map(|number| format!("{FAMILY}:{number}")).collect()
    }

    fn history(outcomes: &[(u32, bool)]) -> History {
        let outcomes = outcomes.iter().map(|(number, ran)| (format!("{FAMILY}:{number}"), *ran)).collect();
        History { outcomes, rolled_back: None }
    }

    fn number(candidates: &[u32], outcomes: &[(u32, bool)], is_asked: bool) -> Option<(u64, Past)> {
        let all = arns(candidates);
        let candidates: Vec<_> = all.iter().collect();
        chosen(&candidates, &history(outcomes), is_asked).map(|(arn, past)| (revision(arn), past))
    }

    #[test]
    fn what_failed_or_never_ran_is_passed_over() {
        assert_eq!(number(&[7, 6, 5], &[(7, false), (6, true), (5, true)], false), Some((6, Past::Ran)));
        // Revision 7 was registered and never deployed.
        assert_eq!(number(&[7, 6], &[(6, true)], false), Some((6, Past::Ran)));
        // The deployments of long ago are forgotten.
        assert_eq!(number(&[7, 6], &[(8, true)], false), Some((7, Past::Unknown)));
        assert_eq!(number(&[7], &[(7, false)], false), None);
        assert_eq!(number(&[7], &[(7, false)], true), Some((7, Past::Failed)), "it is asked for");
    }

    #[test]
    fn what_the_deployments_came_to_is_read_newest_first() {
        let deployment = |revision: &str, status: Status| {
            let one = ServiceDeploymentBrief::builder().target_service_revision_arn(revision).status(status);
            one.status_reason("tasks failed to start").finished_at(DateTime::from_secs(1_796_000_000)).build()
        };
        let definitions = [("r8", 8), ("r7", 7)].map(|(one, number)| (one.to_owned(), format!("{FAMILY}:{number}")));
        let all = [
            deployment("r8", Status::RollbackSuccessful),
            deployment("r7", Status::Successful),
            deployment("r9", Status::Successful),
        ];
        let history = remembered(&all, &definitions.into());
        assert_eq!(history.past(&format!("{FAMILY}:8")), Past::Failed);
        assert_eq!(history.past(&format!("{FAMILY}:7")), Past::Ran);
        assert_eq!(history.past(&format!("{FAMILY}:9")), Past::Unknown, "a revision that ECS does not describe");
        let told = history.rolled_back.unwrap();
        assert_eq!(told, "revision 8 failed, on 2026-11-30 00:53 UTC, tasks failed to start");
    }
}
