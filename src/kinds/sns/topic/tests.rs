use std::collections::HashMap;

use serde_json::{Value, from_value, json};

use super::subscription::Subscription;
use super::*;

const ARN: &str = "arn:aws:sns:eu-west-1:123456789012:alerts";

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    Topic::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

fn attributes_of(texts: &[(&str, &str)]) -> HashMap<String, String> {
    texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn what_sns_answers_is_what_one_would_write() {
    let policy = policy::default_for(ARN).to_string();
    let texts = [
        ("TopicArn", ARN),
        ("Policy", policy.as_str()),
        ("DisplayName", ""),
        ("FifoTopic", "true"),
        ("ArchivePolicy", "{\"MessageRetentionPeriod\":30}"),
        ("SQSSuccessFeedbackRoleArn", "role"),
        ("SQSSuccessFeedbackSampleRate", "10"),
        ("HTTPSuccessFeedbackSampleRate", "0"),
    ];
    let written = json!({
        "FifoTopic": true, "ArchivePolicy": { "MessageRetentionPeriod": "30" },
        "DeliveryStatusLogging": [
            { "Protocol": "sqs", "SuccessFeedbackRoleArn": "role", "SuccessFeedbackSampleRate": 10 },
        ],
    });
    assert_eq!(attributes::read(&attributes_of(&texts)).unwrap(), spec(written));
}

#[test]
fn an_archive_that_was_taken_away_is_none_and_a_delivery_policy_is_told() {
    let texts = attributes_of(&[("ArchivePolicy", "{}"), ("DeliveryPolicy", "{\"http\":{}}")]);
    assert_eq!(attributes::read(&texts).unwrap(), spec(json!({})));
    assert_eq!(attributes::unmodelled(&texts)[0].path, "/DeliveryPolicy");
    assert_eq!(attributes::unmodelled(&attributes_of(&[("DeliveryPolicy", "")])), []);
}

#[test]
fn a_new_topic_is_made_with_what_is_not_usual_alone() {
    assert_eq!(attributes::of_new(&spec(json!({ "DisplayName": "a" }))), attributes_of(&[("DisplayName", "a")]));
    let fifo = spec(json!({ "FifoTopic": true, "ContentBasedDeduplication": true }));
    let sent = attributes_of(&[("FifoTopic", "true"), ("ContentBasedDeduplication", "true")]);
    assert_eq!(attributes::of_new(&fifo), sent);
}

#[test]
fn a_phone_number_is_the_same_in_any_spelling() {
    let number = |endpoint: &str| Subscription::plain("sms".into(), endpoint.into()).normal().endpoint;
    for spelling in ["+15550100", "1-555-0100", "+1 555 0100"] {
        assert_eq!(number(spelling), "+15550100");
    }
    assert_eq!(number("\u{27e6}AWS::X/a.B\u{27e7}"), "\u{27e6}AWS::X/a.B\u{27e7}");
}

#[test]
fn what_sns_would_refuse_is_a_mistake() {
    let cases = [
        (json!({ "MaximumMessageSize": 1023 }), "/MaximumMessageSize"),
        (json!({ "DisplayName": "a".repeat(101) }), "/DisplayName"),
        (json!({ "FifoTopic": true, "TracingConfig": "Active" }), "/TracingConfig"),
        (
            json!({ "FifoTopic": true, "ArchivePolicy": { "MessageRetentionPeriod": 366 } }),
            "/ArchivePolicy/MessageRetentionPeriod",
        ),
        (json!({ "Policy": { "Statement": [] } }), "/Policy"),
        (json!({ "Policy": { "Version": "2012-10-17", "Statement": { "Action": "sns:*" } } }), "/Policy"),
        (json!({ "DeliveryStatusLogging": [{ "Protocol": "sqs" }] }), "/DeliveryStatusLogging/0"),
        (
            json!({ "DeliveryStatusLogging": [
                { "Protocol": "sqs", "FailureFeedbackRoleArn": "r", "SuccessFeedbackSampleRate": 5 },
            ] }),
            "/DeliveryStatusLogging/0/SuccessFeedbackSampleRate",
        ),
    ];
    for (properties, path) in cases {
        assert_eq!(wrong(properties.clone()), [path], "{properties}");
    }
    assert_eq!(wrong(json!({})), [""; 0]);
    let allowed = json!({ "Version": "2012-10-17", "Statement": { "Action": ["sns:Publish", "SNS:Get*"] } });
    assert_eq!(wrong(json!({ "Policy": allowed })), [""; 0]);
}

#[test]
fn what_sns_would_refuse_to_subscribe_is_a_mistake_that_names_no_endpoint() {
    let said = |extra: Value, protocol: &str, endpoint: &str| {
        let mut properties = extra;
        properties["Subscription"] = json!([{ "Protocol": protocol, "Endpoint": endpoint }]);
        let said: Vec<_> = Topic::check(&spec(properties)).into_iter().map(|mistake| mistake.text).collect();
        assert!(said.iter().all(|text| !text.contains("secret")), "{said:?}");
        said.len()
    };
    assert_eq!(said(json!({}), "firehose", "arn:secret"), 1);
    assert_eq!(said(json!({}), "https", "https://user:secret@example.com/"), 1);
    assert_eq!(said(json!({}), "https", "http://example.com/secret"), 1);
    assert_eq!(said(json!({}), "email", ""), 1);
    assert_eq!(said(json!({ "FifoTopic": true }), "email", "secret@example.com"), 1);
    assert_eq!(said(json!({ "MaximumMessageSize": 300_000 }), "email", "secret@example.com"), 1);
    assert_eq!(said(json!({}), "https", "https://example.com/a@secret"), 0);
    assert_eq!(said(json!({}), "sqs", "\u{27e6}AWS::SQS::Queue/a.Arn\u{27e7}"), 0);
}

#[test]
fn what_sns_would_refuse_of_settings_is_a_mistake() {
    let said = |protocol: &str, endpoint: &str, settings: Value| {
        let mut one = settings;
        (one["Protocol"], one["Endpoint"]) = (protocol.into(), endpoint.into());
        wrong(json!({ "Subscription": [one] })).len()
    };
    let (queue, filter) = ("arn:aws:sqs:a:b:c", json!({ "kind": ["order"] }));
    let dead = json!({ "deadLetterTargetArn": "arn:aws:sqs:a:b:d" });
    assert_eq!(said("sqs", queue, json!({ "RawMessageDelivery": true, "RedrivePolicy": dead })), 0);
    assert_eq!(said("sms", "+15550100", json!({ "RawMessageDelivery": true })), 1);
    assert_eq!(said("sqs", queue, json!({ "FilterPolicy": filter, "FilterPolicyScope": "MessageBody" })), 0);
    assert_eq!(said("sqs", queue, json!({ "FilterPolicy": filter, "FilterPolicyScope": "Body" })), 1);
    assert_eq!(said("sqs", queue, json!({ "FilterPolicyScope": "MessageBody" })), 1);
    assert_eq!(said("email", "ops@example.com", json!({ "FilterPolicy": filter })), 1);
    let twice = json!([{ "Protocol": "sqs", "Endpoint": queue }, { "Protocol": "sqs", "Endpoint": queue, "RawMessageDelivery": true }]);
    assert_eq!(wrong(json!({ "Subscription": twice })).len(), 2, "each of both is told");
}

#[test]
fn a_filter_is_set_before_or_after_its_scope_as_it_fits_both() {
    let one = |settings: Value| {
        let mut one = settings;
        (one["Protocol"], one["Endpoint"]) = ("sqs".into(), "arn:aws:sqs:a:b:c".into());
        from_value::<Subscription>(one).unwrap().normal()
    };
    let names = |to: &Subscription, from: &Subscription| -> Vec<_> {
        to.settings_unlike(from).into_iter().map(|(name, _)| name).collect()
    };
    let (plain, flat) = (one(json!({})), one(json!({ "FilterPolicy": { "kind": ["order"] } })));
    let deep = json!({ "FilterPolicy": { "of": { "kind": ["order"] } }, "FilterPolicyScope": "MessageBody" });
    let deep = one(deep);
    assert_eq!(names(&deep, &flat), ["FilterPolicyScope", "FilterPolicy"]);
    assert_eq!(names(&flat, &deep), ["FilterPolicy", "FilterPolicyScope"]);
    assert_eq!(plain.settings_unlike(&flat), [("FilterPolicy", Some("{}".to_owned()))], "its scope goes with it");
    assert_eq!(plain.settings().len(), 0, "what is usual is not sent");
    let redriven = one(json!({ "RedrivePolicy": { "deadLetterTargetArn": "d" } }));
    assert_eq!(plain.settings_unlike(&redriven), [("RedrivePolicy", None)], "SNS refuses an empty text");
}

#[test]
fn settings_are_read_as_one_would_write_them() {
    let plain = Subscription::plain("sqs".into(), "arn".into());
    let told = attributes_of(&[
        ("FilterPolicy", "{\"kind\":[\"order\"]}"),
        ("FilterPolicyScope", "MessageAttributes"),
        ("RawMessageDelivery", "true"),
        ("RedrivePolicy", "{\"deadLetterTargetArn\":\"d\"}"),
        ("PendingConfirmation", "false"),
    ]);
    let written = json!({
        "Protocol": "sqs", "Endpoint": "arn", "FilterPolicy": { "kind": ["order"] }, "RawMessageDelivery": true,
        "RedrivePolicy": { "deadLetterTargetArn": "d" },
    });
    assert_eq!(plain.with(told).unwrap(), from_value::<Subscription>(written).unwrap().normal());
    let bare = attributes_of(&[("RawMessageDelivery", "false"), ("FilterPolicy", "{}"), ("RedrivePolicy", "{}")]);
    assert_eq!(plain.with(bare).unwrap(), plain);
}

#[test]
fn more_subscriptions_than_can_be_marked_are_a_mistake() {
    let all = |count: usize| {
        let one = |index| json!({ "Protocol": "email", "Endpoint": format!("{index}@example.com") });
        wrong(json!({ "Subscription": (0..count).map(one).collect::<Vec<_>>() })).len()
    };
    assert_eq!((all(42), all(43)), (0, 1));
}

#[test]
fn an_archive_of_fewer_days_destroys_messages() {
    let field = |path: &str, before: Value, after: Option<Value>| FieldDiff {
        path: path.to_owned(),
        before: Some(before),
        after,
    };
    let days = "/ArchivePolicy/MessageRetentionPeriod";
    assert_eq!(Topic::disruption(&[field(days, json!("30"), Some(json!("9")))]), Disruption::DestroysData);
    assert_eq!(Topic::disruption(&[field(days, json!("9"), Some(json!("30")))]), Disruption::None);
    let whole = json!({ "MessageRetentionPeriod": "30" });
    assert_eq!(Topic::disruption(&[field("/ArchivePolicy", whole, None)]), Disruption::DestroysData);
}
