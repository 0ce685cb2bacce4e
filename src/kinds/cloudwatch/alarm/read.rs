use aws_sdk_cloudwatch::types::{
    EvaluationWindow, Metric, MetricAlarm as Description, MetricDataQuery, MetricStat, WarmUpConfiguration,
};

use super::spec::{Query, Spec, Stat, evaluate, missing};
use crate::kinds::shared::metric::{Dimension, Source, dimension};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::Unmodelled;

pub(super) fn spec(from: &Description) -> Spec {
    let text = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    Spec {
        actions_enabled: from.actions_enabled().unwrap_or(true),
        alarm_actions: from.alarm_actions().iter().cloned().collect(),
        alarm_description: from.alarm_description().unwrap_or_default().to_owned(),
        comparison_operator: from.comparison_operator().map(|one| one.as_str().to_owned()).unwrap_or_default(),
        datapoints_to_alarm: from.datapoints_to_alarm(),
        dimensions: from.dimensions().iter().map(read_dimension).collect(),
        evaluate_low_sample_count_percentile: text(from.evaluate_low_sample_count_percentile())
            .unwrap_or_else(evaluate),
        evaluation_periods: from.evaluation_periods().unwrap_or_default(),
        extended_statistic: text(from.extended_statistic()),
        insufficient_data_actions: from.insufficient_data_actions().iter().cloned().collect(),
        metric_name: text(from.metric_name()),
        metrics: from.metrics().iter().map(query).collect(),
        namespace: text(from.namespace()),
        ok_actions: from.ok_actions().iter().cloned().collect(),
        period: from.period(),
        statistic: from.statistic().map(|one| one.as_str().to_owned()),
        threshold: from.threshold(),
        threshold_metric_id: text(from.threshold_metric_id()),
        treat_missing_data: text(from.treat_missing_data()).unwrap_or_else(missing),
        unit: from.unit().map(|one| one.as_str().to_owned()),
    }
}

fn query(from: &MetricDataQuery) -> Query {
    Query {
        account_id: from.account_id().unwrap_or_default().to_owned(),
        expression: from.expression().unwrap_or_default().to_owned(),
        id: from.id().unwrap_or_default().to_owned(),
        label: from.label().unwrap_or_default().to_owned(),
        metric_stat: from.metric_stat().map(stat),
        period: from.period(),
        return_data: from.return_data().unwrap_or(true),
    }
}

fn stat(from: &MetricStat) -> Stat {
    Stat {
        metric: from.metric().map(source).unwrap_or_default(),
        period: from.period().unwrap_or_default(),
        stat: from.stat().unwrap_or_default().to_owned(),
        unit: from.unit().map(|one| one.as_str().to_owned()).unwrap_or_default(),
    }
}

fn source(from: &Metric) -> Source {
    Source {
        dimensions: from.dimensions().iter().map(read_dimension).collect(),
        metric_name: from.metric_name().unwrap_or_default().to_owned(),
        namespace: from.namespace().unwrap_or_default().to_owned(),
    }
}

fn read_dimension(from: &aws_sdk_cloudwatch::types::Dimension) -> Dimension {
    dimension(from.name().unwrap_or_default(), from.value().unwrap_or_default())
}

/// What CloudFormation cannot say either; a PutMetricAlarm takes it away.
pub(super) fn unmodelled(from: &Description) -> Vec<Unmodelled> {
    let criteria = from.evaluation_criteria().map(|criteria| match criteria.as_prom_ql_criteria() {
        Ok(rule) => format!(
            "is PromQL {:?}, pending for {:?}, recovering for {:?}",
            rule.query().unwrap_or_default(),
            rule.pending_period().unwrap_or_default(),
            rule.recovery_period().unwrap_or_default(),
        ),
        Err(_) => "is of a new sort".to_owned(),
    });
    let tags = from.action_configuration().and_then(|actions| actions.alarm_tags_propagation());
    UnmodelledParts::default()
        .tell("/EvaluationCriteria", criteria)
        .tell("/EvaluationInterval", from.evaluation_interval().map(|seconds| format!("is {seconds}")))
        .tell("/EvaluationWindow", from.evaluation_window().and_then(window))
        .tell("/WarmUpConfiguration", from.warm_up_configuration().map(warm_up))
        .tell("/ActionConfiguration", tags.map(|tags| format!("notifications tell tags: {tags:?}")))
        .take()
}

/// A window that does not slide.
fn window(window: &EvaluationWindow) -> Option<String> {
    match window {
        EvaluationWindow::SlidingWindow(_) => None,
        EvaluationWindow::WallClockWindow(clock) => Some(format!("is by the clock: {clock:?}")),
        _ => Some("is of a new sort".to_owned()),
    }
}

fn warm_up(from: &WarmUpConfiguration) -> String {
    let minutes = from.warm_up_period_duration_in_minutes().unwrap_or_default();
    let waits = from.only_start_evaluating_after_warm_up_period_ends().unwrap_or_default();
    format!("is silent for {minutes} minutes after a change{}", if waits { ", whatever is there" } else { "" })
}
