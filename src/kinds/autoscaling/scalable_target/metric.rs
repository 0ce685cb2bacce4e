//! A metric of one's own that a policy keeps at a value: one of CloudWatch, or metric math over several.

use aws_sdk_applicationautoscaling::types::{
    CustomizedMetricSpecification, MetricDimension, MetricStatistic, TargetTrackingMetric,
    TargetTrackingMetricDataQuery, TargetTrackingMetricDimension, TargetTrackingMetricStat,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::metric::{Dimension, Source, dimension};
use crate::kinds::shared::text::given;
use crate::resource::Mistake;
use crate::resource::normal::Set;

/// As many queries as a policy may have
/// (docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html).
const MOST_QUERIES: usize = 10;

/// One metric by `MetricName`, `Namespace` and `Statistic`, or several by `Metrics`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct CustomMetric {
    pub dimensions: Set<Dimension>,
    pub metric_name: String,
    /// Metric math: the metrics, and the one expression of them that counts.
    pub metrics: Vec<Query>,
    pub namespace: String,
    /// `Average`, `Maximum`, `Minimum`, `SampleCount` or `Sum`.
    pub statistic: String,
    pub unit: String,
}

/// A metric, or an expression over the others by their ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Query {
    /// `waiting / running`.
    #[serde(default)]
    pub expression: String,
    /// What expressions call it; begins with a small letter.
    pub id: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub metric_stat: Option<Stat>,
    /// Whether it is what the policy looks at: exactly one is.
    #[serde(default = "yes")]
    pub return_data: bool,
}

/// A statistic of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Stat {
    pub metric: Source,
    /// `Average`, `Sum`, `p90`.
    pub stat: String,
    #[serde(default)]
    pub unit: String,
}

impl CustomMetric {
    pub(super) fn read(from: &CustomizedMetricSpecification) -> Self {
        Self {
            dimensions: from.dimensions().iter().map(|one| dimension(one.name(), one.value())).collect(),
            metric_name: from.metric_name().unwrap_or_default().to_owned(),
            metrics: from.metrics().iter().map(Query::read).collect(),
            namespace: from.namespace().unwrap_or_default().to_owned(),
            statistic: from.statistic().map(|statistic| statistic.as_str().to_owned()).unwrap_or_default(),
            unit: from.unit().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn write(&self) -> CustomizedMetricSpecification {
        let dimensions = self
            .dimensions
            .iter()
            .map(|one| MetricDimension::builder().name(&one.name).value(&one.value).build().expect("both are set"));
        let metrics = self.metrics.iter().map(Query::write);
        CustomizedMetricSpecification::builder()
            .set_dimensions(Some(dimensions.collect()).filter(|all: &Vec<_>| !all.is_empty()))
            .set_metric_name(given(&self.metric_name))
            .set_metrics(Some(metrics.collect()).filter(|all: &Vec<_>| !all.is_empty()))
            .set_namespace(given(&self.namespace))
            .set_statistic(given(&self.statistic).map(|text| MetricStatistic::from(text.as_str())))
            .set_unit(given(&self.unit))
            .build()
    }

    /// Returns what AWS refuses of it, below a pointer.
    pub(super) fn mistakes(&self, at: &str) -> Vec<Mistake> {
        let counting = self.metrics.iter().filter(|query| query.return_data).count();
        let is_named = !self.metric_name.is_empty() && !self.namespace.is_empty() && !self.statistic.is_empty();
        let has_either = |query: &Query| query.expression.is_empty() != query.metric_stat.is_none();
        let known = [
            (self.metrics.is_empty() && !is_named, "names no metric: MetricName, Namespace and Statistic, or Metrics"),
            (!self.metrics.is_empty() && !self.metric_name.is_empty(), "has one of MetricName and Metrics"),
            (self.metrics.len() > MOST_QUERIES, "has more than 10 Metrics"),
            (!self.metrics.is_empty() && counting != 1, "needs exactly one of its Metrics with ReturnData: true"),
            (!self.metrics.iter().all(has_either), "needs an Expression or a MetricStat in each of its Metrics"),
        ];
        let made = known.into_iter().filter(|(is_made, _)| *is_made);
        made.map(|(_, text)| Mistake::new(at, text)).collect()
    }
}

impl Query {
    fn read(from: &TargetTrackingMetricDataQuery) -> Self {
        Self {
            expression: from.expression().unwrap_or_default().to_owned(),
            id: from.id().to_owned(),
            label: from.label().unwrap_or_default().to_owned(),
            metric_stat: from.metric_stat().map(Stat::read),
            return_data: from.return_data().unwrap_or(true),
        }
    }

    fn write(&self) -> TargetTrackingMetricDataQuery {
        TargetTrackingMetricDataQuery::builder()
            .set_expression(given(&self.expression))
            .id(&self.id)
            .set_label(given(&self.label))
            .set_metric_stat(self.metric_stat.as_ref().map(Stat::write))
            .return_data(self.return_data)
            .build()
            .expect("the id is set")
    }
}

impl Stat {
    fn read(from: &TargetTrackingMetricStat) -> Self {
        let metric = from.metric().map(|metric| Source {
            dimensions: metric.dimensions().iter().map(|one| dimension(one.name(), one.value())).collect(),
            metric_name: metric.metric_name().unwrap_or_default().to_owned(),
            namespace: metric.namespace().unwrap_or_default().to_owned(),
        });
        Self {
            metric: metric.unwrap_or_default(),
            stat: from.stat().to_owned(),
            unit: from.unit().unwrap_or_default().to_owned(),
        }
    }

    fn write(&self) -> TargetTrackingMetricStat {
        let dimensions = self.metric.dimensions.iter().map(|one| {
            TargetTrackingMetricDimension::builder().name(&one.name).value(&one.value).build().expect("both are set")
        });
        let metric = TargetTrackingMetric::builder()
            .set_dimensions(Some(dimensions.collect()))
            .metric_name(&self.metric.metric_name)
            .namespace(&self.metric.namespace)
            .build();
        TargetTrackingMetricStat::builder()
            .metric(metric)
            .stat(&self.stat)
            .set_unit(given(&self.unit))
            .build()
            .expect("the statistic is set")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn backlog() -> Value {
        let queue = json!({ "Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{ "Name": "QueueName", "Value": "jobs" }] });
        let tasks = json!({ "Namespace": "ECS/ContainerInsights", "MetricName": "RunningTaskCount",
            "Dimensions": [{ "Name": "ServiceName", "Value": "web" }, { "Name": "ClusterName", "Value": "main" }] });
        json!({ "Metrics": [
            { "Id": "waiting", "MetricStat": { "Metric": queue, "Stat": "Average" }, "ReturnData": false },
            { "Id": "running", "MetricStat": { "Metric": tasks, "Stat": "Average" }, "ReturnData": false },
            { "Id": "backlog", "Expression": "waiting / running", "Label": "per task" },
        ] })
    }

    fn wrong(metric: Value) -> usize {
        from_value::<CustomMetric>(metric).unwrap().mistakes("/A").len()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let one = json!({ "MetricName": "Depth", "Namespace": "Shop", "Statistic": "Maximum", "Unit": "Count",
            "Dimensions": [{ "Name": "a", "Value": "b" }] });
        for written in [backlog(), one] {
            let metric: CustomMetric = from_value(written).unwrap();
            assert_eq!(CustomMetric::read(&metric.write()), metric);
        }
    }

    #[test]
    fn what_aws_would_refuse_is_a_mistake() {
        assert_eq!(wrong(backlog()), 0);
        assert_eq!(wrong(json!({})), 1);
        assert_eq!(wrong(json!({ "MetricName": "Depth", "Namespace": "Shop" })), 1, "without a statistic");
        let mut both = backlog();
        both["MetricName"] = "Depth".into();
        assert_eq!(wrong(both), 1);
        let mut two = backlog();
        two["Metrics"][0]["ReturnData"] = true.into();
        assert_eq!(wrong(two), 1, "two that count");
        let mut bare = backlog();
        bare["Metrics"][2]["Expression"] = "".into();
        assert_eq!(wrong(bare), 1, "neither expression nor metric");
        let mut many = backlog();
        let queries = (0..11).map(|id| json!({ "Id": format!("m{id}"), "Expression": "1", "ReturnData": id == 0 }));
        many["Metrics"] = queries.collect();
        assert_eq!(wrong(many), 1, "more than ten");
    }
}
