use aws_sdk_ecr::types::{EncryptionConfiguration, EncryptionType, Repository as Description};
use serde_json::{Value, from_value, json};

use super::spec::LifecyclePolicyText;
use super::*;
use crate::resource::normal::PolicyDocument;

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    Repository::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

#[test]
fn what_ecr_tells_of_a_plain_one_is_what_one_would_write() {
    let own = EncryptionConfiguration::builder().encryption_type(EncryptionType::Aes256).build().unwrap();
    let told = Description::builder().repository_name("shop").encryption_configuration(own).build();
    let told = read::spec(&told, LifecyclePolicyText::default(), PolicyDocument::default());
    assert_eq!(told, spec(json!({})));
}

#[test]
fn rules_in_another_order_and_other_white_space_are_no_difference() {
    let rule = |priority: u32| json!({ "rulePriority": priority, "action": { "type": "expire" } });
    let written = json!({ "rules": [rule(2), rule(1)] });
    let one = LifecyclePolicyText::parse(&serde_json::to_string_pretty(&written).unwrap()).unwrap();
    let other = LifecyclePolicyText::parse(&json!({ "rules": [rule(1), rule(2)] }).to_string()).unwrap();
    assert_eq!(one, other);
    assert!(LifecyclePolicyText::parse("{ rules").is_err());
    assert!(LifecyclePolicyText::parse(" ").unwrap().is_empty());
}

#[test]
fn what_ecr_refuses_is_refused_before() {
    let filter = |value: &str| json!({ "ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": value });
    let with = |how: &str, filters: Vec<Value>| {
        wrong(json!({ "ImageTagMutability": how, "ImageTagMutabilityExclusionFilters": filters }))
    };
    let at = "/ImageTagMutabilityExclusionFilters";
    assert_eq!(with("IMMUTABLE_WITH_EXCLUSION", vec![filter("latest"), filter("dev-*")]), [""; 0]);
    assert_eq!(with("IMMUTABLE_WITH_EXCLUSION", Vec::new()), [at]);
    assert_eq!(with("IMMUTABLE", vec![filter("latest")]), [at]);
    assert_eq!(with("IMMUTABLE_WITH_EXCLUSION", vec![filter("*-*-*")]), [at]);
    assert_eq!(with("SOMETIMES", Vec::new()), ["/ImageTagMutability"]);
    assert_eq!(wrong(json!({ "EncryptionConfiguration": { "EncryptionType": "KMS" } })), ["/EncryptionConfiguration"]);
    let key = "arn:aws:kms:us-east-1:123456789012:key/a";
    let with =
        |how: &str, key: &str| wrong(json!({ "EncryptionConfiguration": { "EncryptionType": how, "KmsKey": key } }));
    assert_eq!(with("KMS", key), [""; 0]);
    assert_eq!(with("AES256", key), ["/EncryptionConfiguration/KmsKey"]);
    assert_eq!(with("KMS", "alias/aws/ecr"), ["/EncryptionConfiguration/KmsKey"]);
}

#[test]
fn rules_make_images_go_and_their_end_does_not() {
    let field = |after: Value| {
        [FieldDiff { path: "/LifecyclePolicy/LifecyclePolicyText".to_owned(), before: None, after: Some(after) }]
    };
    assert_eq!(Repository::disruption(&field(json!("{\"rules\":[]}"))), Disruption::DestroysData);
    assert_eq!(Repository::disruption(&field(json!(""))), Disruption::None);
}
