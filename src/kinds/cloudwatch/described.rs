//! Alarms of either sort, on a metric or composite, as DescribeAlarms tells them.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, MetricAlarm};
use futures_util::future::try_join_all;

use super::{PAGE, PAGE_LEN};
use crate::aws::{Reader, Writer};
use crate::kinds::shared::named::Listed;
use crate::resource::{Result, Scope, partition};

/// The most stacks whose alarms are asked for by the beginnings of their names; of more, all that there are take fewer calls.
const STACKS: usize = 10;

/// Alarms of both sorts.
#[derive(Default)]
pub(super) struct Alarms {
    metric: Vec<MetricAlarm>,
    composite: Vec<CompositeAlarm>,
}

/// One sort of alarm.
pub(super) trait Described: Clone + Send + Sync {
    /// What DescribeAlarms calls the sort.
    fn sort() -> AlarmType;
    /// Those of the sort.
    fn of(alarms: &Alarms) -> &[Self];
    fn name(&self) -> Option<&str>;
    fn arn(&self) -> Option<&str>;
}

impl Described for MetricAlarm {
    fn sort() -> AlarmType {
        AlarmType::MetricAlarm
    }

    fn of(alarms: &Alarms) -> &[Self] {
        &alarms.metric
    }

    fn name(&self) -> Option<&str> {
        self.alarm_name()
    }

    fn arn(&self) -> Option<&str> {
        self.alarm_arn()
    }
}

impl Described for CompositeAlarm {
    fn sort() -> AlarmType {
        AlarmType::CompositeAlarm
    }

    fn of(alarms: &Alarms) -> &[Self] {
        &alarms.composite
    }

    fn name(&self) -> Option<&str> {
        self.alarm_name()
    }

    fn arn(&self) -> Option<&str> {
        self.alarm_arn()
    }
}

impl Alarms {
    fn add(&mut self, answer: DescribeAlarmsOutput) {
        self.metric.extend(answer.metric_alarms.unwrap_or_default());
        self.composite.extend(answer.composite_alarms.unwrap_or_default());
    }

    fn merged(parts: Vec<Self>) -> Self {
        parts.into_iter().fold(Self::default(), |mut all, part| {
            all.metric.extend(part.metric);
            all.composite.extend(part.composite);
            all
        })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.metric.iter().filter_map(Described::name).chain(self.composite.iter().filter_map(Described::name))
    }
}

/// The alarms of a sort that may be the scope's. Both sorts are read together, once.
pub(super) async fn all<A: Described>(reader: &Reader, scope: &Scope) -> Result<Vec<Listed<A>>> {
    let alarms = reader.once("alarms", read(reader, scope)).await?;
    Ok(A::of(&alarms).iter().cloned().filter_map(listed).collect())
}

/// By their names, or because the scope asks for them or the tag index knows them.
async fn read(reader: &Reader, scope: &Scope) -> Result<Alarms> {
    let prefixes: Vec<_> = scope.prefixes().collect();
    let prefixes = if prefixes.len() > STACKS { vec![None] } else { prefixes.into_iter().map(Some).collect() };
    let by_prefix = prefixes.into_iter().map(|prefix| pages(reader, prefix, None));
    let named = Alarms::merged(try_join_all(by_prefix).await?);
    let index = reader.tag_index(scope).await?;
    let seen: BTreeSet<_> = named.names().collect();
    let known = index.arns(":alarm:").filter_map(|arn| arn.split(":alarm:").nth(1));
    let others: BTreeSet<_> = known.chain(scope.requested_names()).filter(|name| !seen.contains(name)).collect();
    let others: Vec<_> = others.into_iter().map(str::to_owned).collect();
    let by_name = others.chunks(PAGE_LEN).map(|names| pages(reader, None, Some(names.to_vec())));
    let others = try_join_all(by_name).await?;
    Ok(Alarms::merged(std::iter::once(named).chain(others).collect()))
}

async fn pages(reader: &Reader, prefix: Option<String>, names: Option<Vec<String>>) -> Result<Alarms> {
    let call = reader.cloudwatch().describe_alarms();
    let call = call.alarm_types(AlarmType::CompositeAlarm).alarm_types(AlarmType::MetricAlarm);
    let call = call.set_alarm_name_prefix(prefix).set_alarm_names(names);
    let mut pages = call.max_records(PAGE).into_paginator().send();
    let mut all = Alarms::default();
    while let Some(page) = pages.next().await {
        all.add(page?);
    }
    Ok(all)
}

/// The alarm of a sort that has a name now.
pub(super) async fn at<A: Described>(writer: &Writer, name: &str) -> Result<Option<Listed<A>>> {
    let call = writer.cloudwatch().describe_alarms().alarm_types(A::sort()).alarm_names(name);
    let mut there = Alarms::default();
    there.add(call.send().await?);
    Ok(A::of(&there).iter().cloned().find_map(listed))
}

/// The ARN that an alarm of a name has.
pub(super) fn arn(writer: &Writer, name: &str) -> String {
    let region = writer.region();
    format!("arn:{}:cloudwatch:{region}:{}:alarm:{name}", partition(region), writer.account())
}

fn listed<A: Described>(alarm: A) -> Option<Listed<A>> {
    let (name, arn) = (alarm.name().map(str::to_owned), alarm.arn().map(str::to_owned));
    Listed::named(name, arn, alarm)
}
