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

/// One sort of alarm.
pub(super) trait Described: Clone + Send + Sync {
    /// What DescribeAlarms calls the sort.
    fn sort() -> AlarmType;
    /// Those of the sort in an answer.
    fn of(answer: DescribeAlarmsOutput) -> Vec<Self>;
    fn name(&self) -> Option<&str>;
    fn arn(&self) -> Option<&str>;
}

impl Described for MetricAlarm {
    fn sort() -> AlarmType {
        AlarmType::MetricAlarm
    }

    fn of(answer: DescribeAlarmsOutput) -> Vec<Self> {
        answer.metric_alarms.unwrap_or_default()
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

    fn of(answer: DescribeAlarmsOutput) -> Vec<Self> {
        answer.composite_alarms.unwrap_or_default()
    }

    fn name(&self) -> Option<&str> {
        self.alarm_name()
    }

    fn arn(&self) -> Option<&str> {
        self.alarm_arn()
    }
}

/// The alarms of a sort that may be the scope's: by their names, or because it asks for them or the tag index knows them.
pub(super) async fn all<A: Described>(reader: &Reader, scope: &Scope) -> Result<Vec<Listed<A>>> {
    let prefixes: Vec<_> = scope.prefixes().collect();
    let prefixes = if prefixes.len() > STACKS { vec![None] } else { prefixes.into_iter().map(Some).collect() };
    let by_prefix = prefixes.into_iter().map(|prefix| pages::<A>(reader, prefix, None));
    let mut all: Vec<A> = try_join_all(by_prefix).await?.into_iter().flatten().collect();
    let index = reader.tag_index(scope).await?;
    let seen: BTreeSet<_> = all.iter().filter_map(A::name).collect();
    let known = index.arns(":alarm:").filter_map(|arn| arn.split(":alarm:").nth(1));
    let others: BTreeSet<_> = known.chain(scope.requested_names()).filter(|name| !seen.contains(name)).collect();
    let others: Vec<_> = others.into_iter().map(str::to_owned).collect();
    let by_name = others.chunks(PAGE_LEN).map(|names| pages::<A>(reader, None, Some(names.to_vec())));
    all.extend(try_join_all(by_name).await?.into_iter().flatten());
    Ok(all.into_iter().filter_map(listed).collect())
}

async fn pages<A: Described>(reader: &Reader, prefix: Option<String>, names: Option<Vec<String>>) -> Result<Vec<A>> {
    let call = reader.cloudwatch().describe_alarms().alarm_types(A::sort());
    let call = call.set_alarm_name_prefix(prefix).set_alarm_names(names);
    let mut pages = call.max_records(PAGE).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(A::of(page?));
    }
    Ok(all)
}

/// The alarm of a sort that has a name now.
pub(super) async fn at<A: Described>(writer: &Writer, name: &str) -> Result<Option<Listed<A>>> {
    let call = writer.cloudwatch().describe_alarms().alarm_types(A::sort()).alarm_names(name);
    Ok(A::of(call.send().await?).into_iter().find_map(listed))
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
