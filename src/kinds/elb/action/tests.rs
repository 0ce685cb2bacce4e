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
        assert_eq!(Actions::read(&desired.to_sdk(None), ""), (desired, Vec::new()));
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

fn oidc() -> Value {
    json!({ "Type": "authenticate-oidc", "AuthenticateOidcConfig": {
        "Issuer": "https://id.example",
        "AuthorizationEndpoint": "https://id.example/authorize",
        "TokenEndpoint": "https://id.example/token",
        "UserInfoEndpoint": "https://id.example/user",
        "ClientId": "shop",
        "ClientSecret": "{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:1:secret:id-Ab1:SecretString:client}}",
    } })
}

#[test]
fn a_login_comes_back_without_its_secret() {
    let to = json!({ "Type": "forward", "TargetGroupArn": "arn:a" });
    let desired = actions(json!([oidc(), to]));
    assert_eq!(desired.check("/Actions"), []);
    let sent = desired.to_sdk(Some("hunter22"));
    let config = sent[0].authenticate_oidc_config().unwrap();
    assert_eq!((config.client_secret(), config.use_existing_client_secret()), (Some("hunter22"), None));
    assert_eq!((sent[0].order(), sent[1].order()), (Some(1), Some(2)), "it comes first");
    let (live, unmodelled) = Actions::read(&sent, "/Actions");
    assert_eq!(unmodelled, []);
    let told = serde_json::to_string(&live).unwrap();
    assert!(!told.contains("hunter22") && !told.contains("ClientSecret"), "{told}");
    // What is written on with the live actions keeps the secret that AWS has.
    let again = live.to_sdk(None);
    let config = again[0].authenticate_oidc_config().unwrap();
    assert_eq!((config.client_secret(), config.use_existing_client_secret()), (None, Some(true)));
}

#[test]
fn cognito_needs_no_secret() {
    let config = json!({ "UserPoolArn": "arn:p", "UserPoolClientId": "c", "UserPoolDomain": "shop", "OnUnauthenticatedRequest": "deny" });
    let login = json!({ "Type": "authenticate-cognito", "AuthenticateCognitoConfig": config });
    let desired = actions(json!([login, { "Type": "forward", "TargetGroupArn": "arn:a" }]));
    assert_eq!(desired.check("/Actions"), []);
    assert_eq!(Actions::read(&desired.to_sdk(None), "/Actions"), (desired, Vec::new()));
}

#[test]
fn a_login_stands_before_what_it_lets_through_and_names_a_secret() {
    let said = |written: Value| {
        let all = actions(written).check("/Actions");
        all.into_iter().map(|mistake| mistake.text).collect::<Vec<_>>().join("; ")
    };
    let to = json!({ "Type": "forward", "TargetGroupArn": "arn:a" });
    assert!(said(json!([to, oidc()])).contains("one authentication before it at most"));
    assert!(said(json!([oidc()])).contains("one authentication before it at most"));
    let mut bare = oidc();
    bare["AuthenticateOidcConfig"].as_object_mut().unwrap().remove("ClientSecret");
    assert!(said(json!([bare, to])).contains("needs a ClientSecret"));
    bare = oidc();
    bare["AuthenticateOidcConfig"]["Issuer"] = json!("http://id.example");
    assert!(said(json!([bare, to])).contains("https://"));
    bare["AuthenticateOidcConfig"]["ClientSecret"] = json!("hunter22");
    let refused = from_value::<Actions>(json!([bare])).unwrap_err().to_string();
    assert!(refused.contains("name a secret") && !refused.contains("hunter22"), "{refused}");
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
    assert_eq!(Actions::read(&desired.to_sdk(None), "").0, desired, "also of a group that is alone");
    assert_ne!(desired, actions(json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }])));
}
