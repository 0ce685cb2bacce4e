//! Step scaling: what an alarm changes, by how far its metric is beyond the threshold.

use aws_sdk_applicationautoscaling::types::{
    AdjustmentType, MetricAggregationType, StepAdjustment, StepScalingPolicyConfiguration,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::spec::cooldown;
use crate::resource::{Mistake, OPEN};

/// As many steps as a policy may have
/// (docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html).
const MOST_STEPS: usize = 20;
const KINDS: &[&str] = &["ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"];

/// Changes the capacity when an alarm goes off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct StepScaling {
    /// What `ScalingAdjustment` is: `ChangeInCapacity`, `ExactCapacity` or `PercentChangeInCapacity`.
    pub adjustment_type: String,
    /// Seconds until it changes the capacity again.
    #[serde(default = "cooldown")]
    pub cooldown: i32,
    /// `Average`, `Minimum` or `Maximum`.
    #[serde(default = "average")]
    pub metric_aggregation_type: String,
    /// The least that a change in percent changes.
    #[serde(default)]
    pub min_adjustment_magnitude: Option<i32>,
    /// In whatever order: AWS keeps none.
    #[serde(deserialize_with = "in_order")]
    pub step_adjustments: Vec<Step>,
}

/// A change for a range of distances from the alarm's threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Step {
    /// Where it begins; without one it has no end downwards.
    #[serde(default)]
    pub metric_interval_lower_bound: Option<f64>,
    /// Where it ends; without one it has no end upwards.
    #[serde(default)]
    pub metric_interval_upper_bound: Option<f64>,
    pub scaling_adjustment: i32,
}

impl StepScaling {
    pub(super) fn read(from: &StepScalingPolicyConfiguration) -> Self {
        let steps = sorted(from.step_adjustments().iter().map(Step::read).collect());
        let aggregation = from.metric_aggregation_type().map(|one| one.as_str().to_owned());
        Self {
            adjustment_type: from.adjustment_type().map(|one| one.as_str().to_owned()).unwrap_or_default(),
            cooldown: from.cooldown().unwrap_or_else(cooldown),
            metric_aggregation_type: aggregation.unwrap_or_else(average),
            min_adjustment_magnitude: from.min_adjustment_magnitude(),
            step_adjustments: steps,
        }
    }

    pub(super) fn write(&self) -> StepScalingPolicyConfiguration {
        StepScalingPolicyConfiguration::builder()
            .adjustment_type(AdjustmentType::from(self.adjustment_type.as_str()))
            .cooldown(self.cooldown)
            .metric_aggregation_type(MetricAggregationType::from(self.metric_aggregation_type.as_str()))
            .set_min_adjustment_magnitude(self.min_adjustment_magnitude)
            .set_step_adjustments(Some(self.step_adjustments.iter().map(Step::write).collect()))
            .build()
    }

    /// Returns what AWS refuses of it, below a pointer.
    pub(super) fn mistakes(&self, at: &str) -> Vec<Mistake> {
        let steps = &self.step_adjustments;
        let meets = |pair: &[Step]| pair[0].end().total_cmp(&pair[1].begin()).is_eq();
        let is_of_percent = self.adjustment_type == "PercentChangeInCapacity";
        let is_known = KINDS.contains(&self.adjustment_type.as_str()) || self.adjustment_type.contains(OPEN);
        let known = [
            (!is_known, "AdjustmentType", "has to be ChangeInCapacity, ExactCapacity or PercentChangeInCapacity"),
            (steps.is_empty(), "StepAdjustments", "has no step"),
            (steps.len() > MOST_STEPS, "StepAdjustments", "has more than 20 steps"),
            (
                steps.iter().any(|step| step.begin() >= step.end()),
                "StepAdjustments",
                "has a step that ends before it begins",
            ),
            (
                !steps.windows(2).all(meets),
                "StepAdjustments",
                "has a gap or an overlap: each step begins where the one before ends",
            ),
            (
                steps.first().is_some_and(|step| step.begin().is_finite())
                    && steps.last().is_some_and(|step| step.end().is_finite()),
                "StepAdjustments",
                "ends on both sides: leave out the first lower bound or the last upper bound",
            ),
            (
                !is_of_percent && self.min_adjustment_magnitude.is_some(),
                "MinAdjustmentMagnitude",
                "is only for PercentChangeInCapacity",
            ),
        ];
        let made = known.into_iter().filter(|(is_made, ..)| *is_made);
        made.map(|(_, name, text)| Mistake::new(format!("{at}/{name}"), text)).collect()
    }
}

impl Step {
    fn read(from: &StepAdjustment) -> Self {
        Self {
            metric_interval_lower_bound: from.metric_interval_lower_bound(),
            metric_interval_upper_bound: from.metric_interval_upper_bound(),
            scaling_adjustment: from.scaling_adjustment(),
        }
    }

    fn write(&self) -> StepAdjustment {
        StepAdjustment::builder()
            .set_metric_interval_lower_bound(self.metric_interval_lower_bound)
            .set_metric_interval_upper_bound(self.metric_interval_upper_bound)
            .scaling_adjustment(self.scaling_adjustment)
            .build()
            .expect("the adjustment is set")
    }

    fn begin(&self) -> f64 {
        self.metric_interval_lower_bound.unwrap_or(f64::NEG_INFINITY)
    }

    fn end(&self) -> f64 {
        self.metric_interval_upper_bound.unwrap_or(f64::INFINITY)
    }
}

fn in_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Step>, D::Error> {
    Vec::deserialize(deserializer).map(sorted)
}

fn sorted(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by(|one, other| one.begin().total_cmp(&other.begin()));
    steps
}

fn average() -> String {
    MetricAggregationType::Average.as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn up() -> Value {
        json!({ "AdjustmentType": "ChangeInCapacity", "Cooldown": 60, "StepAdjustments": [
            { "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1 },
            { "MetricIntervalLowerBound": 20, "ScalingAdjustment": 3 },
        ] })
    }

    fn wrong(changed: &[(&str, Value)]) -> Vec<String> {
        let mut written = up();
        changed.iter().for_each(|(at, value)| *written.pointer_mut(at).unwrap() = value.clone());
        let spec: StepScaling = from_value(written).unwrap();
        spec.mistakes("").into_iter().map(|mistake| mistake.path).collect()
    }

    #[test]
    fn what_is_written_is_read_back_in_order() {
        let spec: StepScaling = from_value(up()).unwrap();
        assert_eq!(StepScaling::read(&spec.write()), spec);
        let mut turned = spec.clone();
        turned.step_adjustments.reverse();
        assert_eq!(StepScaling::read(&turned.write()), spec, "AWS keeps no order");
    }

    #[test]
    fn steps_have_no_gap() {
        assert_eq!(wrong(&[]), [""; 0]);
        let steps = ["/StepAdjustments"];
        assert_eq!(wrong(&[("/StepAdjustments/1/MetricIntervalLowerBound", json!(30))]), steps);
        assert_eq!(wrong(&[("/StepAdjustments/1/MetricIntervalLowerBound", json!(10))]), steps);
        assert_eq!(wrong(&[("/StepAdjustments", json!([]))]), steps);
        let closed = json!([{ "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1 }]);
        assert_eq!(wrong(&[("/StepAdjustments", closed)]), steps);
        assert_eq!(wrong(&[("/AdjustmentType", json!("More"))]), ["/AdjustmentType"]);
    }
}
