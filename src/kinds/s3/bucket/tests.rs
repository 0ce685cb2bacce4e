use serde_json::{Value, from_value, json};

use super::*;

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    Bucket::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

fn disruption(path: &str, before: Value, after: Value) -> Disruption {
    let some = |value: Value| Some(value).filter(|value| !value.is_null());
    Bucket::disruption(&[FieldDiff { path: path.to_owned(), before: some(before), after: some(after) }])
}

#[test]
fn a_bucket_of_which_nobody_says_more_is_closed_and_encrypted() {
    let none = spec(json!({}));
    assert_eq!(none, Spec::default());
    assert_eq!(none.public_access_block_configuration, access::PublicAccessBlock::all());
    assert!(!none.ownership_controls.has_lists());
    let rule = &none.bucket_encryption.server_side_encryption_configuration[0];
    assert_eq!(rule.server_side_encryption_by_default.sse_algorithm, "AES256");
    assert!(rule.blocked_encryption_types.encryption_type.contains(&"SSE-C".to_owned()));
    assert_eq!(wrong(json!({})), [""; 0]);
}

#[test]
fn what_is_left_out_of_a_block_is_not_blocked() {
    let partly = spec(json!({ "PublicAccessBlockConfiguration": { "BlockPublicAcls": true } }));
    assert!(partly.public_access_block_configuration.block_public_acls);
    assert!(!partly.public_access_block_configuration.restrict_public_buckets);
}

#[test]
fn what_s3_would_refuse_is_a_mistake() {
    let rule = |rule: Value| json!({ "LifecycleConfiguration": { "Rules": [rule] } });
    let at = |end: &str| format!("/LifecycleConfiguration/Rules/a{end}");
    assert_eq!(wrong(rule(json!({ "Id": "a", "Status": "Enabled" }))), [at("")]);
    let both = json!({ "Id": "a", "Status": "Enabled", "ExpirationInDays": 1, "ExpiredObjectDeleteMarker": true });
    assert_eq!(wrong(rule(both)), [at("/ExpiredObjectDeleteMarker")]);
    let tagged = json!({
        "Id": "a", "Status": "Enabled", "TagFilters": [{ "Key": "k", "Value": "v" }],
        "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 },
    });
    assert_eq!(wrong(rule(tagged)), [at("/AbortIncompleteMultipartUpload")]);
    assert_eq!(wrong(json!({ "Policy": { "Statement": [] } })), ["/Policy"]);
    assert_eq!(wrong(json!({ "ObjectLockEnabled": true })), ["/ObjectLockEnabled"]);
    assert_eq!(wrong(json!({ "BucketNamespace": "mine" })), ["/BucketNamespace"]);
    let cors =
        json!({ "CorsConfiguration": { "CorsRules": [{ "AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"] }] } });
    assert_eq!(wrong(cors), ["/CorsConfiguration/CorsRules/0/AllowedMethods"]);
    let alias = json!({ "BucketEncryption": { "ServerSideEncryptionConfiguration": [{
        "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/a" },
    }] } });
    assert_eq!(wrong(alias).len(), 1, "S3 would look for an alias in the account of each caller");
}

#[test]
fn spellings_of_a_rule_are_one() {
    let rule = |date: &str| {
        spec(
            json!({ "LifecycleConfiguration": { "Rules": [{ "Id": "a", "Status": "Enabled", "ExpirationDate": date }] } }),
        )
    };
    assert_eq!(rule("2026-12-31"), rule("2026-12-31T00:00:00.000Z"));
}

#[test]
fn what_makes_objects_go_sooner_destroys_data() {
    use Disruption::{DestroysData, None};
    let at = |end: &str| format!("/LifecycleConfiguration/Rules/a{end}");
    let rule = json!({ "Id": "a", "Status": "Enabled", "ExpirationInDays": 5 });
    assert_eq!(disruption(&at(""), Value::Null, rule.clone()), DestroysData);
    assert_eq!(disruption(&at(""), rule, Value::Null), None);
    let uploads =
        json!({ "Id": "a", "Status": "Enabled", "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 7 } });
    assert_eq!(disruption(&at(""), Value::Null, uploads), None);
    assert_eq!(disruption(&at("/ExpirationInDays"), json!(30), json!(20)), DestroysData);
    assert_eq!(disruption(&at("/ExpirationInDays"), json!(20), json!(30)), None);
    assert_eq!(disruption(&at("/ExpirationInDays"), Value::Null, json!(30)), DestroysData);
    assert_eq!(disruption(&at("/Status"), json!("Enabled"), json!("Disabled")), None);
    assert_eq!(disruption(&at("/Prefix"), json!("a/"), json!("")), DestroysData);
}

#[test]
fn object_lock_stays_on() {
    let lock = |is_on: bool| json!({ "ObjectLockEnabled": is_on });
    assert!(Bucket::refuses(&lock(true), &lock(false), &[]).is_some());
    assert_eq!(Bucket::refuses(&lock(false), &lock(true), &[]), None);
}

#[test]
fn a_bucket_in_china_has_the_names_of_china() {
    let outputs = outputs("b", "cn-north-1");
    assert_eq!(outputs.arn, "arn:aws-cn:s3:::b");
    assert_eq!(outputs.regional_domain_name, "b.s3.cn-north-1.amazonaws.com.cn");
}
