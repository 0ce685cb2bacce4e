use aws_sdk_elasticache::types::{Authentication, AuthenticationType, User as Description};
use serde_json::{Value, json};

use super::{Spec, User, spec, state, unmodelled};
use crate::resource::{Disruption, FieldDiff, Kind as _, State};

fn wanted(more: &Value) -> Spec {
    let mut whole = json!({
        "Engine": "valkey", "UserName": "cart", "AccessString": "on ~* +@all", "AuthenticationMode": { "Type": "iam" },
    });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

#[test]
fn a_user_reads_as_it_was_written_however_elasticache_words_it() {
    let how = Authentication::builder().r#type(AuthenticationType::NoPassword).build();
    let user = Description::builder().user_name("cart").engine("REDIS").authentication(how);
    let user = user.access_string("on ~cart:* resetchannels -@all +@read").build();
    let asked = json!({
        "Engine": "redis", "AccessString": "on ~cart:* +@read", "AuthenticationMode": { "Type": "no-password-required" },
    });
    assert_eq!(serde_json::to_value(spec(&user)).unwrap(), serde_json::to_value(wanted(&asked)).unwrap());
}

#[test]
fn a_password_has_no_place_but_in_a_secret() {
    let mode = json!({ "Type": "password", "Passwords": ["hunter22hunter22"] });
    let refused = serde_json::from_value::<super::spec::AuthenticationMode>(mode).unwrap_err().to_string();
    assert!(refused.starts_with("passwords have no place here") && !refused.contains("hunter"), "{refused}");
}

#[test]
fn a_second_password_is_told() {
    let told = |count: i32| {
        let how = Authentication::builder().r#type(AuthenticationType::Password).password_count(count).build();
        unmodelled(&Description::builder().authentication(how).build()).len()
    };
    assert_eq!((told(1), told(2)), (0, 1));
}

#[test]
fn what_elasticache_would_refuse_is_said_before() {
    let said = |more: Value| User::check(&wanted(&more)).into_iter().map(|one| one.path).collect::<Vec<_>>();
    let secret = "{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:1:secret:a-123456}}";
    assert_eq!(said(json!({})), [""; 0]);
    assert_eq!(said(json!({ "Engine": "memcached" })), ["/Engine"]);
    assert_eq!(said(json!({ "AuthenticationMode": { "Type": "no-password-required" } })), ["/AuthenticationMode/Type"]);
    assert_eq!(said(json!({ "AuthenticationMode": { "Type": "password" } })), ["/AuthenticationMode/Passwords"]);
    let with_password = json!({ "AuthenticationMode": { "Type": "iam", "Passwords": [secret] } });
    assert_eq!(said(with_password), ["/AuthenticationMode/Passwords"]);
    assert_eq!(said(json!({ "UserName": "default" })), ["/AuthenticationMode/Type"]);
    assert_eq!(said(json!({ "AccessString": "on >hunter22 ~* +@all" })), ["/AccessString"]);
}

#[test]
fn who_is_turned_off_or_logs_in_otherwise_is_shut_out() {
    let of = |path: &str, before: &str, after: &str| {
        let side = |text: &str| Some(Value::from(text));
        User::disruption(&[FieldDiff { path: path.to_owned(), before: side(before), after: side(after) }])
    };
    assert_eq!(of("/AccessString", "on ~* +@all", "off ~* +@all"), Disruption::Outage);
    assert_eq!(of("/AccessString", "on ~* +@all", "on ~a +@all"), Disruption::None);
    assert_eq!(of("/AuthenticationMode/Type", "password", "iam"), Disruption::Outage);
}

#[test]
fn a_user_is_ready_when_it_is_active() {
    assert_eq!(state(Some("active")), State::Ready);
    assert_eq!(state(Some("modifying")), State::Settling("modifying".to_owned()));
    assert_eq!(state(Some("deleting")), State::Deleting);
}
