//! What CloudWatch refuses of an alarm.

use super::spec::{Query, Spec};
use crate::resource::{Mistake, OPEN};

/// The most of one of the three lists of actions, and of queries that are metrics
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html).
const MOST_ACTIONS: usize = 5;
const MOST_METRICS: usize = 10;
/// The longest description.
const DESCRIPTION_MAX: usize = 1024;
/// How far an alarm looks back at most, in seconds: a day, and with periods of an hour or more a week
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

const OPERATORS: &[&str] =
    &["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"];
/// The operators of a band.
const OF_BANDS: &[&str] =
    &["LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"];
const MISSING: &[&str] = &["breaching", "notBreaching", "ignore", "missing"];
const STATISTICS: &[&str] = &["Average", "Maximum", "Minimum", "SampleCount", "Sum"];

pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let mut all: Vec<_> = sources(spec).chain(thresholds(spec)).chain(words(spec)).collect();
    all.extend(looks_back(spec));
    all
}

/// What it looks at: one metric, or metric math.
fn sources(spec: &Spec) -> impl Iterator<Item = Mistake> {
    let has_math = !spec.metrics.is_empty();
    let has_statistic = spec.statistic.is_some() || spec.extended_statistic.is_some();
    let is_named = spec.metric_name.is_some() && spec.namespace.is_some() && spec.period.is_some() && has_statistic;
    let names_any = spec.metric_name.is_some() || spec.namespace.is_some() || spec.period.is_some() || has_statistic;
    let counting = spec.metrics.iter().filter(|query| query.return_data && !is_band(spec, query)).count();
    let metrics = spec.metrics.iter().filter(|query| query.metric_stat.is_some()).count();
    let has_either = |query: &Query| query.expression.is_empty() != query.metric_stat.is_none();
    let begins_small = |query: &Query| query.id.starts_with(|first: char| first.is_ascii_lowercase());
    Mistake::all([
        (
            !has_math && !is_named,
            "",
            "names no metric: MetricName, Namespace, Period and Statistic or ExtendedStatistic, or Metrics",
        ),
        (
            has_math && (names_any || !spec.dimensions.is_empty()),
            "/Metrics",
            "excludes MetricName, Namespace, Dimensions, Period, Statistic and ExtendedStatistic",
        ),
        (
            spec.statistic.is_some() && spec.extended_statistic.is_some(),
            "/ExtendedStatistic",
            "and Statistic exclude each other",
        ),
        (has_math && counting != 1, "/Metrics", "needs exactly one with ReturnData: true, beside a band"),
        (
            has_math && metrics == 0 && spec.metrics.iter().all(|query| query.period.is_none()),
            "/Metrics",
            "needs a Period, as no metric says one",
        ),
        (metrics > MOST_METRICS, "/Metrics", "has more than 10 metrics"),
        (!spec.metrics.iter().all(has_either), "/Metrics", "needs an Expression or a MetricStat in each"),
        (!spec.metrics.iter().all(begins_small), "/Metrics", "needs an Id that begins with a small letter in each"),
    ])
}

fn is_band(spec: &Spec, query: &Query) -> bool {
    spec.threshold_metric_id.as_deref() == Some(&query.id)
}

/// What it holds against what.
fn thresholds(spec: &Spec) -> impl Iterator<Item = Mistake> {
    let operator = spec.comparison_operator.as_str();
    let has_band = spec.threshold_metric_id.is_some();
    let is_known = OPERATORS.contains(&operator) || OF_BANDS.contains(&operator) || operator.contains(OPEN);
    Mistake::all([
        (!is_known, "/ComparisonOperator", "is none that CloudWatch knows"),
        (has_band && OPERATORS.contains(&operator), "/ComparisonOperator", "compares with a number, not with a band"),
        (
            !has_band && OF_BANDS.contains(&operator),
            "/ComparisonOperator",
            "compares with a band: name ThresholdMetricId",
        ),
        (has_band && spec.threshold.is_some(), "/Threshold", "and ThresholdMetricId exclude each other"),
        (!has_band && spec.threshold.is_none(), "/Threshold", "is missing"),
        (
            has_band && !spec.metrics.iter().any(|query| is_band(spec, query)),
            "/ThresholdMetricId",
            "names none of Metrics",
        ),
    ])
}

fn words(spec: &Spec) -> impl Iterator<Item = Mistake> {
    let known = |value: Option<&String>, words: &[&str]| {
        value.is_none_or(|value| words.contains(&value.as_str()) || value.contains(OPEN))
    };
    let low = spec.evaluate_low_sample_count_percentile.as_str();
    let is_percentile = spec.extended_statistic.as_ref().is_some_and(|text| text.starts_with('p'));
    let actions = [&spec.alarm_actions, &spec.insufficient_data_actions, &spec.ok_actions];
    Mistake::all([
        (
            !known(Some(&spec.treat_missing_data), MISSING),
            "/TreatMissingData",
            "has to be breaching, notBreaching, ignore or missing",
        ),
        (
            !known(spec.statistic.as_ref(), STATISTICS),
            "/Statistic",
            "has to be Average, Maximum, Minimum, SampleCount or Sum; others are an ExtendedStatistic",
        ),
        (!["evaluate", "ignore"].contains(&low), "/EvaluateLowSampleCountPercentile", "has to be evaluate or ignore"),
        (
            low == "ignore" && !is_percentile,
            "/EvaluateLowSampleCountPercentile",
            "is only for a percentile, ExtendedStatistic: p99",
        ),
        (spec.alarm_description.len() > DESCRIPTION_MAX, "/AlarmDescription", "has more than 1024 characters"),
        (actions.iter().any(|list| list.len() > MOST_ACTIONS), "/AlarmActions", "has more than 5 for one state"),
    ])
}

/// How far it looks back.
fn looks_back(spec: &Spec) -> Vec<Mistake> {
    let of_math = spec.metrics.iter().filter_map(|query| query.metric_stat.as_ref().map(|stat| stat.period));
    let periods: Vec<i32> =
        of_math.chain(spec.metrics.iter().filter_map(|query| query.period)).chain(spec.period).collect();
    let is_period = |seconds: &i32| [10, 20, 30].contains(seconds) || (*seconds > 0 && seconds % 60 == 0);
    let period = i64::from(periods.iter().copied().max().unwrap_or(60));
    let most = if period >= HOUR { 7 * DAY } else { DAY };
    let count = spec.evaluation_periods;
    Mistake::all([
        (!periods.iter().all(is_period), "/Period", "has to be 10, 20, 30 or a multiple of 60 seconds"),
        (count < 1, "/EvaluationPeriods", "has to be 1 at least"),
        (
            count >= 1 && period * i64::from(count) > most,
            "/EvaluationPeriods",
            "looks back over a day, or with periods of an hour or more over a week",
        ),
        (
            spec.datapoints_to_alarm.is_some_and(|points| points < 1 || points > count),
            "/DatapointsToAlarm",
            "has to be from 1 to EvaluationPeriods",
        ),
    ])
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn plain() -> Value {
        json!({ "MetricName": "CPUUtilization", "Namespace": "AWS/ECS", "Statistic": "Average", "Period": 60,
            "EvaluationPeriods": 5, "Threshold": 90, "ComparisonOperator": "GreaterThanThreshold" })
    }

    fn math() -> Value {
        let errors = json!({ "Metric": { "MetricName": "Errors", "Namespace": "Shop" }, "Period": 60, "Stat": "Sum" });
        json!({ "EvaluationPeriods": 5, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold", "Metrics": [
            { "Id": "errors", "MetricStat": errors, "ReturnData": false },
            { "Id": "rate", "Expression": "errors / 60" },
        ] })
    }

    /// Where the mistakes of a spec are, with some properties changed.
    fn wrong(mut spec: Value, changes: Value) -> Vec<String> {
        for (name, value) in changes.as_object().unwrap() {
            spec[name] = value.clone();
        }
        mistakes(&from_value(spec).unwrap()).into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn what_cloudwatch_takes_is_no_mistake() {
        assert_eq!(wrong(plain(), json!({})), [""; 0]);
        assert_eq!(wrong(math(), json!({})), [""; 0]);
        assert_eq!(wrong(plain(), json!({ "Period": 3600, "EvaluationPeriods": 168 })), [""; 0], "a week of hours");
        let percentile =
            json!({ "Statistic": null, "ExtendedStatistic": "p99", "EvaluateLowSampleCountPercentile": "ignore" });
        assert_eq!(wrong(plain(), percentile), [""; 0]);
    }

    #[test]
    fn what_cloudwatch_refuses_is_a_mistake() {
        let cases = [
            (json!({ "MetricName": null }), ""),
            (json!({ "ExtendedStatistic": "p99" }), "/ExtendedStatistic"),
            (json!({ "Statistic": "p99" }), "/Statistic"),
            (json!({ "Period": 45 }), "/Period"),
            (json!({ "EvaluationPeriods": 0 }), "/EvaluationPeriods"),
            (json!({ "EvaluationPeriods": 1441 }), "/EvaluationPeriods"),
            (json!({ "DatapointsToAlarm": 6 }), "/DatapointsToAlarm"),
            (json!({ "Threshold": null }), "/Threshold"),
            (json!({ "ComparisonOperator": "MoreThan" }), "/ComparisonOperator"),
            (json!({ "ComparisonOperator": "GreaterThanUpperThreshold" }), "/ComparisonOperator"),
            (json!({ "TreatMissingData": "nothing" }), "/TreatMissingData"),
            (json!({ "EvaluateLowSampleCountPercentile": "ignore" }), "/EvaluateLowSampleCountPercentile"),
            (json!({ "AlarmActions": ["a", "b", "c", "d", "e", "f"] }), "/AlarmActions"),
        ];
        for (changes, path) in cases {
            assert_eq!(wrong(plain(), changes.clone()), [path], "{changes}");
        }
    }

    #[test]
    fn metric_math_has_one_result() {
        let with = |at: &str, value: Value| {
            let mut spec = math();
            *spec.pointer_mut(at).unwrap() = value;
            wrong(spec, json!({}))
        };
        assert_eq!(with("/Metrics/0/ReturnData", json!(true)), ["/Metrics"]);
        assert_eq!(with("/Metrics/1/Expression", json!("")), ["/Metrics"]);
        assert_eq!(with("/Metrics/1/Id", json!("Rate")), ["/Metrics"]);
        assert_eq!(wrong(math(), json!({ "MetricName": "Errors" })), ["/Metrics"]);
        let alone = json!([{ "Id": "rate", "Expression": "INSIGHT_RULE_METRIC('r', 'Sum')" }]);
        assert_eq!(wrong(math(), json!({ "Metrics": alone })), ["/Metrics"]);
        let timed = json!([{ "Id": "rate", "Expression": "INSIGHT_RULE_METRIC('r', 'Sum')", "Period": 60 }]);
        assert_eq!(wrong(math(), json!({ "Metrics": timed })), [""; 0]);
        let mut band = math();
        band["ThresholdMetricId"] = "rate".into();
        band["Threshold"] = Value::Null;
        band["ComparisonOperator"] = "GreaterThanUpperThreshold".into();
        band["Metrics"][0]["ReturnData"] = true.into();
        assert_eq!(wrong(band.clone(), json!({})), [""; 0]);
        band["ThresholdMetricId"] = "other".into();
        assert_eq!(wrong(band, json!({})), ["/Metrics", "/ThresholdMetricId"]);
    }
}
