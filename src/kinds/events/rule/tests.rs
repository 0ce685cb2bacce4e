use aws_sdk_eventbridge::types::{Rule as Description, RuleState};
use serde_json::{Value, from_value, json};

use super::spec::Target;
use super::*;

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    spec(properties).mistakes().into_iter().map(|mistake| mistake.path).collect()
}

fn target(more: &Value) -> Value {
    let mut whole = json!({ "Id": "alerts", "Arn": "arn:aws:sns:us-east-1:1:alerts" });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    whole
}

#[test]
fn a_plain_rule_is_read_as_it_was_written() {
    let told =
        Description::builder().name("a").state(RuleState::Enabled).event_pattern("{\"source\": [\"aws.guardduty\"]}");
    let targets: Vec<Target> = vec![from_value(target(&json!({}))).unwrap()];
    let written = spec(json!({ "EventPattern": { "source": ["aws.guardduty"] }, "Targets": [target(&json!({}))] }));
    assert_eq!(read::spec(&told.build(), targets).unwrap(), written);
}

#[test]
fn a_target_is_read_as_it_was_sent() {
    for more in [
        json!({}),
        json!({ "Input": "{\"a\": 1}", "RoleArn": "arn:aws:iam::1:role/a" }),
        json!({ "InputPath": "$.detail", "DeadLetterConfig": { "Arn": "arn:aws:sqs:us-east-1:1:q" } }),
        json!({ "InputTransformer": { "InputPathsMap": { "a": "$.b" }, "InputTemplate": "\"<a>\"" } }),
        json!({ "RetryPolicy": { "MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0 } }),
    ] {
        let written: Target = from_value(target(&more)).unwrap();
        assert_eq!(read::target(&write::target(&written)), written, "{more}");
    }
}

#[test]
fn a_pattern_is_an_object_or_text_that_says_the_same() {
    let text = spec(json!({ "EventPattern": "{ \"b\": [1], \"a\": [2] }" }));
    assert_eq!(text, spec(json!({ "EventPattern": { "a": [2], "b": [1] } })));
    assert!(from_value::<Spec>(json!({ "EventPattern": "[]" })).is_err());
}

#[test]
fn what_eventbridge_refuses_is_refused_before() {
    let pattern = json!({ "source": ["a"] });
    let with = |targets: Value| wrong(json!({ "EventPattern": pattern, "Targets": targets }));
    assert!(with(json!([target(&json!({}))])).is_empty());
    assert_eq!(wrong(json!({})), ["/EventPattern"]);
    assert!(wrong(json!({ "ScheduleExpression": "rate(5 minutes)" })).is_empty());
    assert_eq!(wrong(json!({ "ScheduleExpression": "5 minutes" })), ["/ScheduleExpression"]);
    assert_eq!(wrong(json!({ "EventPattern": { "detail": { "type": "a" } } })), ["/EventPattern"]);
    assert_eq!(wrong(json!({ "EventPattern": pattern, "State": "ON" })), ["/State"]);
    let both = target(&json!({ "Input": "{}", "InputPath": "$.a" }));
    assert_eq!(with(json!([both])), ["/Targets/alerts/Input"]);
    assert_eq!(with(json!([target(&json!({ "Id": "a b" }))])), ["/Targets/a b/Id"]);
    let retries = target(&json!({ "RetryPolicy": { "MaximumRetryAttempts": 186 } }));
    assert_eq!(with(json!([retries])), ["/Targets/alerts/RetryPolicy/MaximumRetryAttempts"]);
    let many: Vec<_> = (0..6).map(|at| target(&json!({ "Id": format!("t{at}") }))).collect();
    assert_eq!(with(json!(many)), ["/Targets"]);
}

#[test]
fn a_pattern_is_sent_on_one_line() {
    let pattern = spec(json!({ "EventPattern": "{\n  \"source\": [\n \"a\" ]\n}" })).event_pattern;
    assert_eq!(pattern.to_string(), "{\"source\":[\"a\"]}");
}
