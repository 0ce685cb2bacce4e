//! Keys: an update does what the plan says, and no more.

use provision::resource::{Failure, key};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, json_tags, kind_of, settled};

const KIND: &str = "AWS::KMS::Key";
const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const NAME: &str = "acme-production-main";

/// A key of ours that has lost its alias, with a policy that names a role alone, and these answers.
fn kms(is_on: bool, more: &[(&str, u16, &str)]) -> Canned {
    let arn = format!("arn:aws:kms:us-east-1:123456789012:key/{ID}");
    let mut tags = json_tags("TagKey", "TagValue");
    tags.as_array_mut().unwrap().push(json!({ "TagKey": key::ID, "TagValue": NAME }));
    let policy = json!({ "Statement": [{
        "Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": { "AWS": "arn:aws:iam::123456789012:role/admin" },
    }] });
    let answers = [
        ("ListKeys", json!({ "Keys": [{ "KeyId": ID }] })),
        ("ListResourceTags", json!({ "Tags": tags })),
        (
            "DescribeKey",
            json!({ "KeyMetadata": { "KeyId": ID, "Arn": arn, "Enabled": is_on, "AWSAccountId": "123456789012" } }),
        ),
        ("GetKeyPolicy", json!({ "Policy": policy.to_string() })),
        ("GetKeyRotationStatus", json!({ "KeyRotationEnabled": false })),
    ];
    let answers = answers.map(|(operation, answer): (_, Value)| (operation, answer.to_string()));
    let answers = answers.each_ref().map(|(operation, answer)| (*operation, 200, answer.as_str()));
    Canned::by_operation(&[&answers, more].concat())
}

/// Gives the key another value of a property, none for what is no property of its spec; returns what was called.
async fn change(property: &str, to: Value) -> (Result<(), Failure>, Vec<String>) {
    change_of(&kms(true, &[]), &[property], &[(property, to)]).await
}

/// Gives a key other values; `properties` are what the plan changes.
async fn change_of(aws: &Canned, properties: &[&str], to: &[(&str, Value)]) -> (Result<(), Failure>, Vec<String>) {
    let live = aws.live(kind_of(KIND)).await;
    assert_eq!(live.unmodelled[0].path, "/Alias");
    let mut spec = live.spec.clone();
    for (property, to) in to.iter().filter(|(_, to)| !to.is_null()) {
        spec[*property] = to.clone();
    }
    let spec = settled(kind_of(KIND), spec);
    let writer = aws.writer(KIND, &[ID, NAME], &["arn:aws:iam::123456789012:role/admin"]).await;
    let before = aws.asked().len();
    let paths: Vec<_> = properties.iter().map(|property| format!("/{property}")).collect();
    let changes = changes(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let made = kind_of(KIND).update(&writer, &live, &spec, &changes).await;
    (made.map(drop), aws.operations().split_off(before))
}

#[tokio::test]
async fn a_key_that_gives_up_its_policy_gets_the_one_that_aws_gives() {
    assert_eq!(change("KeyPolicy", json!({})).await, (Ok(()), vec!["PutKeyPolicy".to_owned()]));
}

#[tokio::test]
async fn an_alias_that_is_left_alone_is_not_made_again() {
    let (made, calls) = change("Description", json!("words")).await;
    assert_eq!((made, calls), (Ok(()), vec!["UpdateKeyDescription".to_owned()]));
    assert_eq!(change("Alias", json!(null)).await.1, ["CreateAlias"]);
}

/// KMS sees everywhere only after a while that a key is on again.
#[tokio::test(start_paused = true)]
async fn a_key_that_was_just_switched_on_gets_its_rotation() {
    let off = r#"{ "__type": "DisabledException", "message": "arn:aws:kms:us-east-1:1:key/a is disabled." }"#;
    let changed = ["Enabled", "EnableKeyRotation"];
    for (rotates, operation) in [(true, "EnableKeyRotation"), (false, "DisableKeyRotation")] {
        let aws = kms(false, &[(operation, 400, off)]);
        let to = [("Enabled", json!(true)), ("EnableKeyRotation", json!(rotates))];
        let (made, calls) = change_of(&aws, &changed, &to).await;
        assert_eq!((made, calls), (Ok(()), ["EnableKey", operation, operation].map(str::to_owned).to_vec()));
    }
}

#[test]
fn the_rotation_of_a_key_that_stays_off_is_refused_before_anything_is_sent() {
    let spec = |enabled: bool, rotates: bool| {
        kind_of(KIND).normalise(json!({ "Enabled": enabled, "EnableKeyRotation": rotates })).unwrap()
    };
    let refused = |live: &Value, desired: &Value| {
        let fields = kind_of(KIND).compare(live, desired).fields;
        kind_of(KIND).shape().refuses(live, desired, &fields).is_some()
    };
    assert!(refused(&spec(false, false), &spec(false, true)));
    assert!(!refused(&spec(false, false), &spec(true, true)), "it goes on first");
    assert!(!refused(&spec(true, false), &spec(false, true)), "it goes off last");
}

#[test]
fn what_a_key_is_never_changes_and_written_defaults_are_none() {
    let usual = json!({ "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": false, "Origin": "AWS_KMS" });
    let normal = |spec: &Value| kind_of(KIND).normalise(spec.clone()).unwrap();
    assert_eq!(kind_of(KIND).compare(&normal(&json!({})), &normal(&usual)).fields, []);
    for (property, other) in
        [("KeySpec", json!("RSA_2048")), ("MultiRegion", json!(true)), ("Origin", json!("EXTERNAL"))]
    {
        let (live, mut desired) = (normal(&json!({})), usual.clone());
        desired[property] = other;
        let desired = normal(&desired);
        let fields = kind_of(KIND).compare(&live, &desired).fields;
        assert!(!fields.iter().any(|field| kind_of(KIND).shape().replaces(&live, &desired, field)), "{property}");
        let why = kind_of(KIND).shape().refuses(&live, &desired, &fields).unwrap_or_default();
        assert!(why.contains("declare a second key"), "{property}: {why}");
    }
}
