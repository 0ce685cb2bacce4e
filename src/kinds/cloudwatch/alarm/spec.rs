use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::metric::{Dimension, Source};
use crate::resource::normal::Set;

/// The properties of `AWS::CloudWatch::Alarm`. It looks at one metric, by `MetricName`, or at metric math, by `Metrics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Whether it does anything when its state changes.
    #[serde(default = "yes")]
    pub actions_enabled: bool,
    /// ARNs of what is told, or done, when it goes off: topics, scaling policies. Five at most, as of each of the three.
    #[serde(default)]
    pub alarm_actions: Set<String>,
    /// What it means and what to do about it, for whoever is woken.
    #[serde(default)]
    pub alarm_description: String,
    /// `GreaterThanThreshold`, `GreaterThanOrEqualToThreshold`, `LessThanThreshold`, `LessThanOrEqualToThreshold`; with a band
    /// `LessThanLowerOrGreaterThanUpperThreshold`, `LessThanLowerThreshold` or `GreaterThanUpperThreshold`.
    pub comparison_operator: String,
    /// How many of the periods have to be beyond the threshold; all of them if left out.
    #[serde(default)]
    pub datapoints_to_alarm: Option<i32>,
    #[serde(default)]
    pub dimensions: Set<Dimension>,
    /// `ignore`: a percentile of too few samples changes nothing.
    #[serde(default = "evaluate")]
    pub evaluate_low_sample_count_percentile: String,
    /// The periods that it looks back.
    pub evaluation_periods: i32,
    /// A percentile or another statistic with a range, in place of `Statistic`: `p99`, `TM(10%:90%)`, `PR(:0.5)`.
    #[serde(default)]
    pub extended_statistic: Option<String>,
    /// As `AlarmActions`, when it does not know.
    #[serde(default)]
    pub insufficient_data_actions: Set<String>,
    #[serde(default)]
    pub metric_name: Option<String>,
    /// Metric math: metrics, and the one expression of them that counts.
    #[serde(default)]
    pub metrics: Vec<Query>,
    #[serde(default)]
    pub namespace: Option<String>,
    /// As `AlarmActions`, when all is well again.
    #[serde(default, rename = "OKActions")]
    pub ok_actions: Set<String>,
    /// Seconds over which the statistic is taken: 10, 20, 30, or a multiple of 60.
    #[serde(default)]
    pub period: Option<i32>,
    /// `Average`, `Maximum`, `Minimum`, `SampleCount` or `Sum`.
    #[serde(default)]
    pub statistic: Option<String>,
    #[serde(default)]
    pub threshold: Option<f64>,
    /// In place of `Threshold`: the query that is a band (`ANOMALY_DETECTION_BAND(m1, 2)`).
    #[serde(default)]
    pub threshold_metric_id: Option<String>,
    /// What a period without data counts as: `breaching`, `notBreaching`, `ignore` or `missing`.
    #[serde(default = "missing")]
    pub treat_missing_data: String,
    /// Only data of this unit count; data of any do if it is left out.
    #[serde(default)]
    pub unit: Option<String>,
}

/// A metric, or an expression over the others by their ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Query {
    /// The account whose metric it is, where that is another.
    #[serde(default)]
    pub account_id: String,
    /// `errors / requests`.
    #[serde(default)]
    pub expression: String,
    /// What expressions call it; begins with a small letter.
    pub id: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub metric_stat: Option<Stat>,
    /// Seconds of an expression that names no metric.
    #[serde(default)]
    pub period: Option<i32>,
    /// Whether it is what the alarm looks at: exactly one is, and beside it the band.
    #[serde(default = "yes")]
    pub return_data: bool,
}

/// A statistic of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Stat {
    pub metric: Source,
    /// Seconds over which it is taken.
    pub period: i32,
    /// `Average`, `Sum`, `p90`, `PR(:0.5)`.
    pub stat: String,
    #[serde(default)]
    pub unit: String,
}

/// CloudWatch's default.
pub(super) fn evaluate() -> String {
    "evaluate".to_owned()
}

/// CloudWatch's default: where nothing is known, nothing is said.
pub(super) fn missing() -> String {
    "missing".to_owned()
}
