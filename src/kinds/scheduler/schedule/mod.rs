mod example;
mod read;
mod spec;
mod write;

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use futures_util::future::join_all;
use serde_json::Value;

use super::{NAME_MAX, NOTE_MAX, PAGE, TRANSIENT, parts};
use crate::aws::{Aws, Clients, MINUTE, Reader, Writer};
use crate::kinds::ec2;
use crate::kinds::ec2::route_table::RouteTable;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::text::given;
use crate::resource::{
    Address, Bearer, Changes, Class, Essentials, Facts, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, Neighbours, OPEN, On, Permissions, Result, Scope, Tags, Turn, Unseen, key, partition,
};

pub use spec::{Outputs, Spec};

/// Starts a task, or calls something else in AWS, at certain times.
pub struct Schedule;

impl Kind for Schedule {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/GroupName"],
        switches: spec::SWITCHES,
        sensitive: &["/Target/Input"],
        put_semantics: true,
        prunes: &["/**"],
        ..Facts::of(Essentials {
            kind: "AWS::Scheduler::Schedule",
            is_global: false,
            indexed_as: None,
            reference: "Name",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Name { note: Some(NOTE_MAX) },
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["scheduler:ListSchedules", "scheduler:GetSchedule"],
                create: &["scheduler:CreateSchedule", "scheduler:GetSchedule", "iam:PassRole"],
                update: &["scheduler:UpdateSchedule", "iam:PassRole"],
                retag: &["scheduler:GetSchedule", "scheduler:UpdateSchedule", "iam:PassRole"],
                delete: &["scheduler:DeleteSchedule"],
                on: &[
                    ("scheduler:CreateSchedule", &[On::Named("schedule/")]),
                    ("scheduler:UpdateSchedule", &[On::Named("schedule/")]),
                    ("scheduler:DeleteSchedule", &[On::Named("schedule/")]),
                    ("iam:PassRole", &[On::PassedTo("scheduler.amazonaws.com")]),
                ],
            },
        })
    };

    /// By the beginning of their names: an account may have a million of other programs'.
    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.scheduler().list_schedules().name_prefix(format!("{}--", scope.project));
        let pages = call.into_paginator().page_size(PAGE).items().send();
        let all = pages.collect::<std::result::Result<Vec<_>, _>>().await?;
        let named = all.into_iter().filter_map(|one| Some((one.arn?, one.name?)));
        let ours: Vec<_> = named.filter(|(arn, name)| scope.owns_named(arn, name)).map(|(arn, _)| arn).collect();
        let mut listing = Listing::default();
        for (arn, answer) in ours.iter().zip(join_all(ours.iter().map(|arn| get(reader, arn))).await) {
            match answer {
                Ok(there) => listing.found.push(found(&there)),
                // Also what is not found: it was listed just now.
                Err(failure) => listing.unseen.push(Unseen { id: arn.clone(), tags: None, failure }),
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer
            .scheduler()
            .create_schedule()
            .client_token(writer.token())
            .name(name.as_str())
            .group_name(spec.group_name.as_str())
            .set_description(tags.get(key::NOTE).map(str::to_owned))
            .flexible_time_window(write::window(spec))
            .set_kms_key_arn(given(&spec.kms_key_arn))
            .schedule_expression(&spec.schedule_expression)
            .schedule_expression_timezone(&spec.schedule_expression_timezone)
            .state(spec.state.as_str().into())
            .target(write::target(&spec.target));
        let arn = match retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await {
            // The name is ours alone: an earlier try made it.
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let arn = arn_of(writer, spec.group_name.as_str(), name.as_str());
                get(writer, &arn).await?;
                put(writer, &arn, spec, tags.get(key::NOTE)).await?;
                arn
            }
            answer => answer?.schedule_arn,
        };
        writer.admit(&arn);
        Ok(made(arn))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        put(writer, &live.id, spec, live.tags.get(key::NOTE)).await?;
        Ok(Turn::Done(live.updated()))
    }

    /// What is there is sent again, with another note.
    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, _: &[String]) -> Result<()> {
        let now = get(writer, bearer.id).await?;
        let (group, name) = parts(bearer.id);
        let call = writer
            .scheduler()
            .update_schedule()
            .name(name)
            .group_name(group)
            .set_description(set.get(key::NOTE).map(str::to_owned))
            .set_flexible_time_window(now.flexible_time_window)
            .set_kms_key_arn(now.kms_key_arn)
            .set_schedule_expression(now.schedule_expression)
            .set_schedule_expression_timezone(now.schedule_expression_timezone)
            .set_start_date(now.start_date)
            .set_end_date(now.end_date)
            .set_action_after_completion(now.action_after_completion)
            .set_state(now.state)
            .set_target(now.target);
        retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let (group, name) = parts(&live.id);
        let call = writer.scheduler().delete_schedule().name(name).group_name(group).client_token(writer.token());
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    /// What it starts needs its way out.
    fn depends_on(spec: &Value, other: &Address, other_spec: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        let network = spec.pointer("/Target/EcsParameters/NetworkConfiguration/AwsvpcConfiguration/Subnets");
        let serves =
            other.kind == RouteTable::FACTS.kind && network.is_some_and(|subnets| ec2::serves(other_spec, subnets));
        serves.then_some("")
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let forms = ["at(", "cron(", "rate("];
        let expression = &spec.schedule_expression;
        let is_known = expression.starts_with(OPEN) || forms.iter().any(|form| expression.starts_with(form));
        let window = &spec.flexible_time_window;
        let is_flexible = window.mode == "FLEXIBLE";
        let retries = &spec.target.retry_policy;
        let input = &spec.target.input;
        let is_json = |text: &str| serde_json::from_str::<Value>(text).is_ok();
        Mistake::all([
            (!is_known, "/ScheduleExpression", "is neither `cron(...)` nor `rate(...)` nor `at(...)`"),
            (
                is_flexible && window.maximum_window_in_minutes.is_none(),
                "/FlexibleTimeWindow/MaximumWindowInMinutes",
                "is missing, and Mode FLEXIBLE needs it",
            ),
            (!is_flexible && window.mode != "OFF", "/FlexibleTimeWindow/Mode", "is neither OFF nor FLEXIBLE"),
            (!["ENABLED", "DISABLED"].contains(&spec.state.as_str()), "/State", "is neither ENABLED nor DISABLED"),
            (
                !(60..=86_400).contains(&retries.maximum_event_age_in_seconds),
                "/Target/RetryPolicy/MaximumEventAgeInSeconds",
                "is not within 60 to 86400",
            ),
            (
                !(0..=185).contains(&retries.maximum_retry_attempts),
                "/Target/RetryPolicy/MaximumRetryAttempts",
                "is not within 0 to 185",
            ),
            (
                spec.target.ecs_parameters.is_some() && !input.is_empty() && !input.contains(OPEN) && !is_json(input),
                "/Target/Input",
                "is no JSON, which a task is told its overrides in",
            ),
        ])
        .collect()
    }
}

async fn get(clients: &Clients, arn: &str) -> Result<GetScheduleOutput> {
    let (group, name) = parts(arn);
    Ok(clients.scheduler().get_schedule().name(name).group_name(group).send().await?)
}

/// Sends the whole of it: what is left out, Scheduler takes away.
async fn put(writer: &Writer, arn: &str, spec: &Spec, note: Option<&str>) -> Result<()> {
    let (group, name) = parts(arn);
    let call = writer
        .scheduler()
        .update_schedule()
        .name(name)
        .group_name(group)
        .set_description(note.map(str::to_owned))
        .flexible_time_window(write::window(spec))
        .set_kms_key_arn(given(&spec.kms_key_arn))
        .schedule_expression(&spec.schedule_expression)
        .schedule_expression_timezone(&spec.schedule_expression_timezone)
        .state(spec.state.as_str().into())
        .target(write::target(&spec.target));
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

fn found(there: &GetScheduleOutput) -> Found<Schedule> {
    let arn = there.arn().unwrap_or_default().to_owned();
    let tags = there.description().map(|note| (key::NOTE, note)).into_iter().collect();
    let name = there.name().map(str::to_owned);
    let found = Found::ready(arn.clone(), name.clone(), read::spec(there), outputs(arn, name.as_deref()), tags);
    Found { unmodelled: read::unmodelled(there), ..found }
}

fn arn_of(writer: &Writer, group: &str, name: &str) -> String {
    let region = writer.region();
    format!("arn:{}:scheduler:{region}:{}:schedule/{group}/{name}", partition(region), writer.account())
}

fn made(arn: String) -> Made<Schedule> {
    let name = parts(&arn).1.to_owned();
    Made::ready(arn.clone(), outputs(arn, Some(&name)))
}

fn outputs(arn: String, name: Option<&str>) -> Outputs {
    Outputs { arn, name: name.unwrap_or_default().to_owned() }
}
