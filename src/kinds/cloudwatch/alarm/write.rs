use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension as SdkDimension, Metric, MetricDataQuery, MetricStat, StandardUnit, Statistic,
};

use super::spec::{Query, Spec, Stat};
use crate::aws::Writer;
use crate::kinds::shared::list::some;
use crate::kinds::shared::metric::Dimension;
use crate::kinds::shared::text::given;
use crate::resource::normal::Set;

/// The call that makes an alarm so, and that makes one so which is there.
pub(super) fn put(writer: &Writer, name: &str, spec: &Spec) -> PutMetricAlarmFluentBuilder {
    let list = |all: &Set<String>| Some(all.iter().cloned().collect::<Vec<_>>());
    let metrics: Vec<_> = spec.metrics.iter().map(query).collect();
    // CloudWatch refuses a word about percentiles of an alarm that has none.
    let low_samples = spec.extended_statistic.as_ref().map(|_| spec.evaluate_low_sample_count_percentile.clone());
    writer
        .cloudwatch()
        .put_metric_alarm()
        .alarm_name(name)
        .actions_enabled(spec.actions_enabled)
        .set_alarm_actions(list(&spec.alarm_actions))
        .set_alarm_description(given(&spec.alarm_description))
        .comparison_operator(ComparisonOperator::from(spec.comparison_operator.as_str()))
        .set_datapoints_to_alarm(spec.datapoints_to_alarm)
        .set_dimensions(Some(dimensions(&spec.dimensions)).filter(|all| !all.is_empty()))
        .set_evaluate_low_sample_count_percentile(low_samples)
        .evaluation_periods(spec.evaluation_periods)
        .set_extended_statistic(spec.extended_statistic.clone())
        .set_insufficient_data_actions(list(&spec.insufficient_data_actions))
        .set_metric_name(spec.metric_name.clone())
        .set_metrics(some(metrics))
        .set_namespace(spec.namespace.clone())
        .set_ok_actions(list(&spec.ok_actions))
        .set_period(spec.period)
        .set_statistic(spec.statistic.as_deref().map(Statistic::from))
        .set_threshold(spec.threshold)
        .set_threshold_metric_id(spec.threshold_metric_id.clone())
        .treat_missing_data(&spec.treat_missing_data)
        .set_unit(spec.unit.as_deref().map(StandardUnit::from))
}

fn query(from: &Query) -> MetricDataQuery {
    MetricDataQuery::builder()
        .set_account_id(given(&from.account_id))
        .set_expression(given(&from.expression))
        .id(&from.id)
        .set_label(given(&from.label))
        .set_metric_stat(from.metric_stat.as_ref().map(stat))
        .set_period(from.period)
        .return_data(from.return_data)
        .build()
}

fn stat(from: &Stat) -> MetricStat {
    let metric = Metric::builder()
        .set_dimensions(Some(dimensions(&from.metric.dimensions)))
        .metric_name(&from.metric.metric_name)
        .namespace(&from.metric.namespace);
    MetricStat::builder()
        .metric(metric.build())
        .period(from.period)
        .stat(&from.stat)
        .set_unit(given(&from.unit).map(|unit| StandardUnit::from(unit.as_str())))
        .build()
}

fn dimensions(all: &Set<Dimension>) -> Vec<SdkDimension> {
    all.iter().map(|one| SdkDimension::builder().name(&one.name).value(&one.value).build()).collect()
}
