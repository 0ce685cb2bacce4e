use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::Mistake;

const ON: &str = "ENABLED";
const OFF: &str = "DISABLED";
/// The protections that GuardDuty offers to be turned on and off, each with the parts that it has
/// (docs.aws.amazon.com/guardduty/latest/APIReference/API_DetectorFeatureConfiguration.html).
const OFFERED: &[(&str, &[&str])] = &[
    ("AI_ANALYST", &[]),
    ("AI_PROTECTION", &[]),
    ("EBS_MALWARE_PROTECTION", &[]),
    ("EKS_AUDIT_LOGS", &[]),
    ("EKS_RUNTIME_MONITORING", &["EKS_ADDON_MANAGEMENT"]),
    ("LAMBDA_NETWORK_LOGS", &[]),
    ("RDS_LOGIN_EVENTS", &["RDS_DATA_RISK"]),
    ("RUNTIME_MONITORING", &["EC2_AGENT_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"]),
    ("S3_DATA_EVENTS", &[]),
];
const FREQUENCIES: [&str; 3] = ["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"];

/// The properties of `AWS::GuardDuty::Detector`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Whether it looks at anything; one that does not keeps its findings.
    pub enable: bool,
    /// The protections beside the foundation (CloudTrail, DNS and flow logs), which is always there. One that is not named stays
    /// as it is: of a new detector AWS turns most on, and bills them after 30 days.
    #[serde(default)]
    pub features: Vec<Feature>,
    /// How often a finding is sent again that has come again: `FIFTEEN_MINUTES`, `ONE_HOUR`, `SIX_HOURS`. A new one is sent within
    /// five minutes.
    #[serde(default = "six_hours")]
    pub finding_publishing_frequency: String,
}

/// A protection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Feature {
    /// Parts of it that are turned on by themselves; of `RUNTIME_MONITORING` on which machines GuardDuty puts its agent.
    #[serde(default)]
    pub additional_configuration: Vec<Part>,
    /// `S3_DATA_EVENTS`, `EKS_AUDIT_LOGS`, `EBS_MALWARE_PROTECTION`, `RDS_LOGIN_EVENTS`, `LAMBDA_NETWORK_LOGS`,
    /// `RUNTIME_MONITORING`, ...
    pub name: String,
    /// `ENABLED` or `DISABLED`.
    pub status: String,
}

/// A part of a protection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Part {
    /// Of `RUNTIME_MONITORING`: `ECS_FARGATE_AGENT_MANAGEMENT`, `EC2_AGENT_MANAGEMENT`, `EKS_ADDON_MANAGEMENT`.
    pub name: String,
    /// `ENABLED` or `DISABLED`.
    pub status: String,
}

fn six_hours() -> String {
    "SIX_HOURS".to_owned()
}

impl Feature {
    pub(super) fn is_on(&self) -> bool {
        self.status == ON
    }
}

impl Spec {
    /// Returns what GuardDuty refuses.
    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        let is_status = |text: &str| [ON, OFF].contains(&text);
        let is_on = |name: &str| self.features.iter().any(|one| one.name == name && one.is_on());
        let mut all = Vec::new();
        if !FREQUENCIES.contains(&self.finding_publishing_frequency.as_str()) {
            let text = format!("is none of {}", FREQUENCIES.join(", "));
            all.push(Mistake::new("/FindingPublishingFrequency", text));
        }
        if is_on("EKS_RUNTIME_MONITORING") && is_on("RUNTIME_MONITORING") {
            let text =
                "has both RUNTIME_MONITORING and EKS_RUNTIME_MONITORING on, of which the first has the second in it";
            all.push(Mistake::new("/Features", text));
        }
        for one in &self.features {
            let at = format!("/Features/{}", one.name);
            let Some((_, parts)) = OFFERED.iter().find(|(name, _)| *name == one.name) else {
                let names: Vec<_> = OFFERED.iter().map(|(name, _)| *name).collect();
                let text = format!("`{}` is no protection of GuardDuty's: those are {}", one.name, names.join(", "));
                all.push(Mistake::new(format!("{at}/Name"), text));
                continue;
            };
            if !is_status(&one.status) {
                all.push(Mistake::new(format!("{at}/Status"), "is neither ENABLED nor DISABLED"));
            }
            for part in &one.additional_configuration {
                let at = format!("{at}/AdditionalConfiguration/{}", part.name);
                if !parts.contains(&part.name.as_str()) {
                    all.push(Mistake::new(format!("{at}/Name"), format!("{} has no part `{}`", one.name, part.name)));
                } else if !is_status(&part.status) {
                    all.push(Mistake::new(format!("{at}/Status"), "is neither ENABLED nor DISABLED"));
                } else if part.status == ON && !one.is_on() {
                    let text = format!("is ENABLED, and {} is not", one.name);
                    all.push(Mistake::new(format!("{at}/Status"), text));
                }
            }
        }
        all
    }
}
