//! From the spec to GuardDuty's calls.

use aws_sdk_guardduty::types::{DetectorAdditionalConfiguration, DetectorFeatureConfiguration as Configuration};

use super::Spec;
use super::spec::Feature;
use crate::aws::Writer;
use crate::resource::{Changes, Result, pointer};

/// Sends what changes; none: all of it. What is not sent stays as it is.
pub(super) async fn update(writer: &Writer, id: &str, spec: &Spec, changes: Option<&Changes>) -> Result<()> {
    let is_due = |path: &str| changes.is_none_or(|changes| changes.touches(path));
    let features: Vec<_> =
        spec.features.iter().filter(|one| is_due(&pointer::join("/Features", &one.name))).cloned().collect();
    let frequency = is_due("/FindingPublishingFrequency").then(|| spec.finding_publishing_frequency.as_str().into());
    let call = writer.guardduty().update_detector().detector_id(id).set_finding_publishing_frequency(frequency);
    let call = call.set_enable(is_due("/Enable").then_some(spec.enable));
    call.set_features((!features.is_empty()).then(|| self::features(&features))).send().await?;
    Ok(())
}

pub(super) fn features(all: &[Feature]) -> Vec<Configuration> {
    let one = |feature: &Feature| {
        let parts = feature.additional_configuration.iter().map(|part| {
            let named = DetectorAdditionalConfiguration::builder().name(part.name.as_str().into());
            named.status(part.status.as_str().into()).build()
        });
        let parts: Vec<_> = parts.collect();
        let named = Configuration::builder().name(feature.name.as_str().into()).status(feature.status.as_str().into());
        named.set_additional_configuration((!parts.is_empty()).then_some(parts)).build()
    };
    all.iter().map(one).collect()
}
