use serde_json::{Value, from_value, json};

use super::*;
use crate::kinds::shared::attributes::from_text;

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    Queue::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

#[test]
fn a_queue_is_encrypted_by_sqs_or_by_one_key() {
    assert_eq!(spec(json!({})).sqs_managed_sse_enabled, Some(true));
    let key = spec(json!({ "KmsMasterKeyId": "k" }));
    assert_eq!((key.sqs_managed_sse_enabled, key.kms_data_key_reuse_period_seconds), (Some(false), Some(300)));
    assert_eq!(wrong(json!({ "KmsMasterKeyId": "k", "SqsManagedSseEnabled": true })), ["/SqsManagedSseEnabled"]);
}

#[test]
fn what_sqs_answers_is_what_one_would_write() {
    let texts = [
        ("QueueArn", "arn:aws:sqs:eu-west-1:1:q.fifo"),
        ("FifoQueue", "true"),
        ("VisibilityTimeout", "120"),
        ("KmsMasterKeyId", "k"),
        ("RedrivePolicy", "{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:1:dead.fifo\",\"maxReceiveCount\":5}"),
    ];
    let live: Spec =
        from_text(&texts.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()).unwrap();
    let written = json!({
        "FifoQueue": true, "VisibilityTimeout": 120, "KmsMasterKeyId": "k",
        "RedrivePolicy": { "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:1:dead.fifo", "maxReceiveCount": 5 },
    });
    assert_eq!(live, spec(written));
}

#[test]
fn what_sqs_would_refuse_is_a_mistake() {
    assert_eq!(wrong(json!({ "DelaySeconds": 901, "VisibilityTimeout": -1 })), ["/DelaySeconds", "/VisibilityTimeout"]);
    let per_group = json!({ "FifoQueue": true, "FifoThroughputLimit": "perMessageGroupId" });
    assert_eq!(wrong(per_group), ["/FifoThroughputLimit"]);
    assert_eq!(wrong(json!({ "Policy": { "Statement": [] } })), ["/Policy"]);
    assert_eq!(wrong(json!({ "RedriveAllowPolicy": { "redrivePermission": "byQueue" } })), ["/RedriveAllowPolicy"]);
    assert_eq!(wrong(json!({})), [""; 0]);
}

#[test]
fn what_is_taken_out_is_taken_away() {
    let texts =
        attributes(&spec(json!({})), |name| ["Policy", "KmsMasterKeyId", "SqsManagedSseEnabled"].contains(&name));
    assert_eq!(texts[&QueueAttributeName::Policy], "");
    assert_eq!(texts[&QueueAttributeName::KmsMasterKeyId], "");
    assert_eq!(texts[&QueueAttributeName::SqsManagedSseEnabled], "true");
}

#[test]
fn a_queue_is_known_by_its_name_whatever_endpoint_told_its_url() {
    let one = listed("eu-west-1", "https://eu-west-1.queue.amazonaws.com/123456789012/a.fifo".to_owned());
    assert_eq!((one.id.as_str(), one.arn.as_str()), ("a.fifo", "arn:aws:sqs:eu-west-1:123456789012:a.fifo"));
    assert_eq!(one.name, "a", "the engine knows no suffix");
}

#[test]
fn a_policy_that_changes_allows_both_until_its_users_have_changed() {
    let allow = |action: &str| json!({ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*" });
    let (receive, send) = (allow("sqs:ReceiveMessage"), allow("sqs:SendMessage"));
    let union = Queue::union("/Policy/Statement", &json!([receive]), &json!([send]));
    assert_eq!(union, Some(json!([receive, send])));
    let sources = Queue::union("/RedriveAllowPolicy/sourceQueueArns", &json!(["a"]), &json!(["b"]));
    assert_eq!(sources, Some(json!(["a", "b"])));
}

#[test]
fn a_shorter_retention_drops_messages() {
    let field = |before: i32, after: i32| FieldDiff {
        path: "/MessageRetentionPeriod".to_owned(),
        before: Some(json!(before)),
        after: Some(json!(after)),
    };
    assert_eq!(Queue::disruption(&[field(600, 60)]), Disruption::DestroysData);
    assert_eq!(Queue::disruption(&[field(60, 600)]), Disruption::None);
}

#[test]
fn a_dead_letter_queue_that_is_taken_out_is_a_difference() {
    use crate::resource::Shape as _;

    let normal = |spec: Value| Queue.normalise(spec).unwrap();
    let with = json!({
        "RedrivePolicy": { "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:1:dead", "maxReceiveCount": 5 },
        "RedriveAllowPolicy": { "redrivePermission": "denyAll" },
    });
    let fields = Queue.compare(&normal(with), &normal(json!({}))).fields;
    let paths: Vec<_> = fields.iter().map(|field| field.path.as_str()).collect();
    assert_eq!(paths, ["/RedriveAllowPolicy", "/RedrivePolicy"]);
}
