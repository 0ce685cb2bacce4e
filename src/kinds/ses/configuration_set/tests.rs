use aws_sdk_sesv2::operation::get_configuration_set::GetConfigurationSetOutput;
use aws_sdk_sesv2::types::{
    CloudWatchDestination, DeliveryOptions, EventDestination, EventType, ReputationOptions, SendingOptions,
    SnsDestination, SuppressionOptions, TlsPolicy, TrackingOptions,
};
use serde_json::{Value, from_value, json};

use super::*;

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:bounces";

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    ConfigurationSet::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

fn destination(events: &[&str]) -> Value {
    json!({ "Name": "bounces", "Enabled": true, "MatchingEventTypes": events, "SnsDestination": { "TopicARN": TOPIC } })
}

/// One as SES answers of it that was made by a name alone.
fn plain() -> aws_sdk_sesv2::operation::get_configuration_set::builders::GetConfigurationSetOutputBuilder {
    GetConfigurationSetOutput::builder()
        .configuration_set_name("receipts")
        .delivery_options(DeliveryOptions::builder().tls_policy(TlsPolicy::Optional).build())
        .reputation_options(ReputationOptions::builder().reputation_metrics_enabled(true).build())
        .sending_options(SendingOptions::builder().sending_enabled(true).build())
}

#[test]
fn what_ses_tells_of_a_plain_one_is_what_one_would_write() {
    let found = read::found(("receipts", String::new()), &plain().build(), &[], Tags::default());
    assert_eq!(found.spec, spec(json!({})));
    assert!(found.unmodelled.is_empty());
}

#[test]
fn a_destination_is_read_in_the_words_of_cloudformation_and_in_any_order() {
    let told = EventDestination::builder()
        .name("bounces")
        .enabled(true)
        .matching_event_types(EventType::DeliveryDelay)
        .matching_event_types(EventType::Bounce)
        .sns_destination(SnsDestination::builder().topic_arn(TOPIC).build().unwrap());
    let found = read::found(("receipts", String::new()), &plain().build(), &[told.build().unwrap()], Tags::default());
    for words in [["bounce", "deliveryDelay"], ["DELIVERY_DELAY", "BOUNCE"]] {
        assert_eq!(found.spec, spec(json!({ "EventDestinations": [destination(&words)] })));
    }
}

#[test]
fn no_reason_to_suppress_is_another_thing_than_the_setting_of_the_account() {
    let none = SuppressionOptions::builder().set_suppressed_reasons(Some(Vec::new())).build();
    let found =
        read::found(("receipts", String::new()), &plain().suppression_options(none).build(), &[], Tags::default());
    assert_eq!(found.spec, spec(json!({ "SuppressionOptions": { "SuppressedReasons": [] } })));
    assert_ne!(found.spec, spec(json!({})));
}

#[test]
fn what_no_template_can_say_is_told() {
    let cloud_watch = CloudWatchDestination::builder().set_dimension_configurations(Some(Vec::new())).build().unwrap();
    let told = EventDestination::builder()
        .name("metrics")
        .matching_event_types(EventType::Send)
        .cloud_watch_destination(cloud_watch)
        .build()
        .unwrap();
    let tracking = TrackingOptions::builder().custom_redirect_domain("links.acme.example").build().unwrap();
    let found =
        read::found(("receipts", String::new()), &plain().tracking_options(tracking).build(), &[told], Tags::default());
    let paths: Vec<_> = found.unmodelled.iter().map(|part| part.path.as_str()).collect();
    assert_eq!(paths, ["/TrackingOptions", "/EventDestinations/metrics"]);
    assert_eq!(found.outputs.destinations, ["metrics"], "one of its name is changed, and not made");
}

#[test]
fn what_ses_refuses_is_refused_before() {
    assert_eq!(wrong(json!({ "EventDestinations": [destination(&["bounce"])] })), [""; 0]);
    assert_eq!(wrong(json!({ "DeliveryOptions": { "TlsPolicy": "Require" } })), ["/DeliveryOptions/TlsPolicy"]);
    let seconds = json!({ "DeliveryOptions": { "MaxDeliverySeconds": 60 } });
    assert_eq!(wrong(seconds), ["/DeliveryOptions/MaxDeliverySeconds"]);
    let reasons = json!({ "SuppressionOptions": { "SuppressedReasons": ["bounce"] } });
    assert_eq!(wrong(reasons), ["/SuppressionOptions/SuppressedReasons"]);
    for events in [&["bounces"][..], &[]] {
        let types = "/EventDestinations/bounces/MatchingEventTypes";
        assert_eq!(wrong(json!({ "EventDestinations": [destination(events)] })), [types]);
    }
    let nobody = json!({ "Name": "a b", "Enabled": true, "MatchingEventTypes": ["send"] });
    let at = "/EventDestinations/a b";
    assert_eq!(wrong(json!({ "EventDestinations": [nobody] })), [format!("{at}/Name"), at.to_owned()]);
    let bus = json!({
        "Name": "bus", "Enabled": true, "MatchingEventTypes": ["send"],
        "EventBridgeDestination": { "EventBusArn": "arn:aws:events:us-east-1:123456789012:event-bus/mine" },
    });
    let at = "/EventDestinations/bus/EventBridgeDestination/EventBusArn";
    assert_eq!(wrong(json!({ "EventDestinations": [bus] })), [at]);
}

#[test]
fn sending_that_is_turned_off_is_an_outage() {
    let field = |after: bool| FieldDiff {
        path: "/SendingOptions/SendingEnabled".into(),
        before: Some(json!(!after)),
        after: Some(json!(after)),
    };
    assert_eq!(ConfigurationSet::disruption(&[field(false)]), Disruption::Outage);
    assert_eq!(ConfigurationSet::disruption(&[field(true)]), Disruption::None);
}
