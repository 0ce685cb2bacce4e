use aws_sdk_guardduty::operation::get_detector::GetDetectorOutput as Description;
use aws_sdk_guardduty::types::{
    DetectorAdditionalConfigurationResult, DetectorFeatureConfigurationResult, DetectorFeatureResult, DetectorStatus,
    FeatureAdditionalConfiguration, FeatureStatus, FindingPublishingFrequency,
};
use serde_json::{Value, from_value, json};

use super::*;

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(features: Value) -> Vec<String> {
    let spec = spec(json!({ "Enable": true, "Features": features }));
    spec.mistakes().into_iter().map(|mistake| mistake.path).collect()
}

fn told(name: DetectorFeatureResult, status: FeatureStatus) -> DetectorFeatureConfigurationResult {
    let agent = DetectorAdditionalConfigurationResult::builder()
        .name(FeatureAdditionalConfiguration::EcsFargateAgentManagement)
        .status(FeatureStatus::Disabled);
    let parts = (name == DetectorFeatureResult::RuntimeMonitoring).then(|| vec![agent.build()]);
    let named = DetectorFeatureConfigurationResult::builder().name(name).status(status);
    named.set_additional_configuration(parts).build()
}

#[test]
fn what_is_told_is_what_one_would_write_without_the_foundation() {
    let told = Description::builder()
        .status(DetectorStatus::Enabled)
        .service_role("arn:aws:iam::1:role/a")
        .finding_publishing_frequency(FindingPublishingFrequency::OneHour)
        .features(told(DetectorFeatureResult::CloudTrail, FeatureStatus::Enabled))
        .features(told(DetectorFeatureResult::S3DataEvents, FeatureStatus::Disabled))
        .features(told(DetectorFeatureResult::RuntimeMonitoring, FeatureStatus::Enabled));
    let written = json!({
        "Enable": true,
        "FindingPublishingFrequency": "ONE_HOUR",
        "Features": [
            { "Name": "S3_DATA_EVENTS", "Status": "DISABLED" },
            {
                "Name": "RUNTIME_MONITORING",
                "Status": "ENABLED",
                "AdditionalConfiguration": [{ "Name": "ECS_FARGATE_AGENT_MANAGEMENT", "Status": "DISABLED" }],
            },
        ],
    });
    assert_eq!(read::spec(&told.build()), spec(written));
}

#[test]
fn what_guardduty_refuses_is_refused_before() {
    assert!(wrong(json!([{ "Name": "S3_DATA_EVENTS", "Status": "DISABLED" }])).is_empty());
    assert_eq!(wrong(json!([{ "Name": "S3", "Status": "ENABLED" }])), ["/Features/S3/Name"]);
    assert_eq!(wrong(json!([{ "Name": "CLOUD_TRAIL", "Status": "ENABLED" }])), ["/Features/CLOUD_TRAIL/Name"]);
    assert_eq!(wrong(json!([{ "Name": "S3_DATA_EVENTS", "Status": "on" }])), ["/Features/S3_DATA_EVENTS/Status"]);
    let both = json!([
        { "Name": "RUNTIME_MONITORING", "Status": "ENABLED" },
        { "Name": "EKS_RUNTIME_MONITORING", "Status": "ENABLED" },
    ]);
    assert_eq!(wrong(both), ["/Features"]);
    let frequency = json!({ "Enable": true, "FindingPublishingFrequency": "HOURLY" });
    assert_eq!(spec(frequency).mistakes()[0].path, "/FindingPublishingFrequency");
}

#[test]
fn a_part_belongs_to_its_protection_and_is_on_only_with_it() {
    let parts = |name: &str, status: &str, part: &str, is: &str| {
        wrong(json!([{ "Name": name, "Status": status, "AdditionalConfiguration": [{ "Name": part, "Status": is }] }]))
    };
    let (runtime, agent) = ("RUNTIME_MONITORING", "ECS_FARGATE_AGENT_MANAGEMENT");
    assert!(parts(runtime, "ENABLED", agent, "ENABLED").is_empty());
    assert!(parts(runtime, "DISABLED", agent, "DISABLED").is_empty());
    let at = format!("/Features/{runtime}/AdditionalConfiguration/{agent}");
    assert_eq!(parts(runtime, "DISABLED", agent, "ENABLED"), [format!("{at}/Status")]);
    assert_eq!(parts(runtime, "ENABLED", agent, "yes"), [format!("{at}/Status")]);
    let at = format!("/Features/S3_DATA_EVENTS/AdditionalConfiguration/{agent}");
    assert_eq!(parts("S3_DATA_EVENTS", "ENABLED", agent, "ENABLED"), [format!("{at}/Name")]);
}

#[test]
fn turning_it_off_is_said_in_words() {
    let field = FieldDiff { path: "/Enable".to_owned(), before: Some(json!(true)), after: Some(json!(false)) };
    let told = |is_on: bool| Detector::advice(&json!({}), &json!({ "Enable": is_on }), std::slice::from_ref(&field));
    assert!(told(false)[0].contains("looks at nothing"));
    assert!(told(true).is_empty());
}
