use aws_sdk_scheduler::types::{ScheduleGroupState, ScheduleGroupSummary, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{NAME_MAX, PAGE, TRANSIENT};
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing,
    Made, Name, NameRule, On, Permissions, Result, Scope, State, Tags, Turn,
};

/// Holds the schedules of an environment: what goes with them when the environment goes.
pub struct ScheduleGroup;

/// `AWS::Scheduler::ScheduleGroup` has no properties but its name and tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {}

/// The return values of `AWS::Scheduler::ScheduleGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    /// What a schedule names; CloudFormation's `Ref`.
    pub name: String,
}

const EXAMPLE: &str = "
resources:
  - type: AWS::Scheduler::ScheduleGroup
    name: main
    properties: {}
";

impl Kind for ScheduleGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        deletable_unsettled: true,
        ..Facts::of(Essentials {
            kind: "AWS::Scheduler::ScheduleGroup",
            is_global: false,
            indexed_as: None,
            reference: "Name",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::Scheduler::Schedule",
                Detection::Left("it is not deleted while anything is in it"),
            )],
            example: EXAMPLE,
            changed: EXAMPLE,
            permissions: Permissions {
                read: &["scheduler:ListScheduleGroups", "scheduler:ListTagsForResource"],
                create: &[
                    "scheduler:CreateScheduleGroup",
                    "scheduler:TagResource",
                    "scheduler:GetScheduleGroup",
                    "scheduler:ListTagsForResource",
                ],
                update: &[],
                retag: &["scheduler:TagResource", "scheduler:UntagResource"],
                delete: &["scheduler:ListSchedules", "scheduler:DeleteScheduleGroup"],
                on: &[
                    ("scheduler:CreateScheduleGroup", &[On::Made("schedule-group/*")]),
                    ("scheduler:TagResource", &[On::Ours, On::Untagged("schedule-group/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = writer.scheduler().create_schedule_group().name(name).client_token(writer.token());
        let call = call.set_tags(tag::write(tags));
        named::create(writer, name, spec, tags, async {
            let answer = retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
            Ok(made(name, answer.schedule_group_arn))
        })
        .await
    }

    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (scheduler, arn) = (writer.scheduler(), bearer.outputs.arn.as_str());
        let add = |tags: Vec<Tag>| scheduler.tag_resource().resource_arn(arn).set_tags(Some(tags)).send();
        let remove = |keys| scheduler.untag_resource().resource_arn(arn).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    /// AWS deletes what is in it as well: our own schedules went before, and somebody else's is not ours to delete.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.scheduler().list_schedules().group_name(&live.outputs.name).max_results(1);
        let within = match call.send().await.map_err(Failure::from) {
            Err(failure) if failure.is(Class::NotFound) => return Ok(Turn::Done(Vec::new())),
            answer => answer?.schedules,
        };
        if let Some(other) = within.first().and_then(|one| one.name()) {
            let text = format!("{} still has the schedule {other}, which would go with it", live.outputs.name);
            return Err(Failure::new(Class::Invalid, text).hint("delete it, or move it to another group"));
        }
        let call = writer.scheduler().delete_schedule_group().name(&live.outputs.name).client_token(writer.token());
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }
}

impl Named for ScheduleGroup {
    type Summary = ScheduleGroupSummary;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<ScheduleGroupSummary>>> {
        let pages = reader.scheduler().list_schedule_groups().into_paginator().page_size(PAGE).items();
        let all = pages.send().collect::<std::result::Result<Vec<_>, _>>().await?;
        Ok(all.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<ScheduleGroupSummary>, _: &TagIndex) -> Result<Tags> {
        let answer = clients.scheduler().list_tags_for_resource().resource_arn(&one.arn).send().await?;
        Ok(tag::read(answer.tags()))
    }

    async fn read(_: &Reader, one: Listed<ScheduleGroupSummary>, tags: Tags) -> Result<Found<Self>> {
        let outputs = Outputs { arn: one.arn, name: one.name.clone() };
        let found = Found::ready(one.id, Some(one.name), Spec {}, outputs, tags);
        Ok(if one.is_deleting { Found { state: State::Deleting, ..found } } else { found })
    }
}

impl Adopted for ScheduleGroup {
    const WHAT: &'static str = "the schedule group";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<ScheduleGroupSummary>>> {
        let answer = match writer.scheduler().get_schedule_group().name(name).send().await.map_err(Failure::from) {
            Err(failure) if failure.is(Class::NotFound) => return Ok(None),
            answer => answer?,
        };
        let summary = ScheduleGroupSummary::builder().set_name(answer.name).set_arn(answer.arn).set_state(answer.state);
        Ok(listed(summary.build()))
    }

    async fn made(_: &Writer, one: Listed<ScheduleGroupSummary>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, one.arn))
    }
}

fn listed(summary: ScheduleGroupSummary) -> Option<Listed<ScheduleGroupSummary>> {
    let is_deleting = summary.state == Some(ScheduleGroupState::Deleting);
    let named = Listed::named(summary.name.clone(), summary.arn.clone(), summary)?;
    Some(Listed { is_deleting, ..named })
}

fn made(name: &str, arn: String) -> Made<ScheduleGroup> {
    Made::ready(name.to_owned(), Outputs { arn, name: name.to_owned() })
}
