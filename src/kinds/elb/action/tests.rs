use aws_sdk_elasticloadbalancingv2::types as sdk;
use serde_json::{from_value, json};

use super::*;

fn actions(written: Value) -> Actions {
    from_value(written).unwrap()
}

#[test]
fn the_shorthand_is_a_config_with_one_group() {
    let short = actions(json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }]));
    let groups = json!({ "TargetGroups": [{ "TargetGroupArn": "arn:a", "Weight": 100 }] });
    assert_eq!(short, actions(json!([{ "Type": "forward", "Order": 1, "ForwardConfig": groups }])));
}

#[test]
fn what_aws_answers_equals_what_was_written() {
    for written in [
        json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }]),
        json!([{ "Type": "redirect", "RedirectConfig": { "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301" } }]),
        json!([{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } }]),
    ] {
        let desired = actions(written);
        assert_eq!(Actions::read(&desired.to_sdk(), ""), (desired, Vec::new()));
    }
}

#[test]
fn aws_may_answer_with_both_forms_at_once() {
    let group = sdk::TargetGroupTuple::builder().target_group_arn("arn:a").weight(1).build();
    let forward = sdk::ForwardActionConfig::builder().target_groups(group).build();
    let live = sdk::Action::builder()
        .r#type(sdk::ActionTypeEnum::Forward)
        .order(1)
        .target_group_arn("arn:a")
        .forward_config(forward)
        .build();
    assert_eq!(Actions::read(&[live], "").0, actions(json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }])));
}

#[test]
fn a_login_put_in_front_by_hand_is_told() {
    let live = sdk::Action::builder().r#type(sdk::ActionTypeEnum::AuthenticateOidc).build();
    let (_, unmodelled) = Actions::read(&[live], "/DefaultActions");
    assert_eq!(unmodelled[0].text, "there is an action `authenticate-oidc`");
}

#[test]
fn what_goes_round_in_a_circle_or_sticks_for_no_time_is_a_mistake() {
    let said = |action: Value| actions(json!([action])).check("/Actions").pop().map(|mistake| mistake.text);
    let redirect = |config: Value| said(json!({ "Type": "redirect", "RedirectConfig": config }));
    assert!(redirect(json!({ "StatusCode": "HTTP_301" })).is_some_and(|text| text.contains("circle")));
    assert!(redirect(json!({ "StatusCode": "HTTP_301", "Query": "a=1" })).is_some_and(|text| text.contains("circle")));
    assert_eq!(redirect(json!({ "StatusCode": "HTTP_301", "Path": "/new" })), None);
    let sticky = |config: Value| {
        let group = json!([{ "TargetGroupArn": "arn:a" }]);
        let forward = json!({ "TargetGroups": group, "TargetGroupStickinessConfig": config });
        json!({ "Type": "forward", "ForwardConfig": forward })
    };
    assert!(said(sticky(json!({ "Enabled": true }))).is_some_and(|text| text.contains("DurationSeconds")));
    let lone = sticky(json!({ "Enabled": true, "DurationSeconds": 900 }));
    assert_eq!(said(lone.clone()), None);
    let desired = actions(json!([lone]));
    assert_eq!(Actions::read(&desired.to_sdk(), "").0, desired, "also of a group that is alone");
    assert_ne!(desired, actions(json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }])));
}
