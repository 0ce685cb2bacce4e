use aws_sdk_ssm::types::{ParameterInlinePolicy, ParameterMetadata, ParameterTier, ParameterType};
use serde_json::{Value, from_value, json};

use super::*;

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(mut properties: Value) -> Vec<String> {
    let given = properties.as_object_mut().unwrap();
    given.entry("Type").or_insert_with(|| json!("String"));
    given.entry("Value").or_insert_with(|| json!("20"));
    Parameter::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

fn told() -> aws_sdk_ssm::types::builders::ParameterMetadataBuilder {
    ParameterMetadata::builder().name("/shop/limits").r#type(ParameterType::String).data_type("text")
}

#[test]
fn what_systems_manager_tells_is_what_one_would_write() {
    let told = told().tier(ParameterTier::Standard).build();
    let found = read::found(&told, "20".to_owned(), Tags::default());
    assert_eq!(found.spec, spec(json!({ "Type": "String", "Value": "20" })));
    assert_eq!(
        (found.id.as_str(), found.outputs.name.as_str(), found.unmodelled.len()),
        ("/shop/limits", "/shop/limits", 0)
    );
}

#[test]
fn a_policy_is_told_and_an_encrypted_one_is_of_a_shape_that_nobody_declares() {
    let expires = ParameterInlinePolicy::builder().policy_type("Expiration").build();
    let found = read::found(&told().policies(expires).build(), "20".to_owned(), Tags::default());
    assert_eq!(found.unmodelled[0].path, "/Policies");
    assert_eq!(Parameter::unsupported(&found), None);
    let told = told().r#type(ParameterType::SecureString).build();
    assert!(read::is_encrypted(&told));
    assert!(Parameter::unsupported(&read::found(&told, String::new(), Tags::default())).is_some());
}

#[test]
fn what_systems_manager_refuses_is_refused_before() {
    assert_eq!(wrong(json!({})), [""; 0]);
    assert_eq!(wrong(json!({ "Type": "SecureString" })), ["/Type"]);
    assert_eq!(wrong(json!({ "Type": "Number" })), ["/Type"]);
    assert_eq!(wrong(json!({ "DataType": "aws:ec2:image", "Type": "StringList" })), ["/Type"]);
    assert_eq!(wrong(json!({ "DataType": "json" })), ["/DataType"]);
    assert_eq!(wrong(json!({ "Tier": "Big" })), ["/Tier"]);
    assert_eq!(wrong(json!({ "Value": "" })), ["/Value"]);
    assert_eq!(wrong(json!({ "Value": "{{ssm:other}}" })), ["/Value"]);
    assert_eq!(wrong(json!({ "Value": "x".repeat(4097) })), ["/Value"]);
    assert_eq!(wrong(json!({ "Value": "x".repeat(4097), "Tier": "Advanced" })), [""; 0]);
    assert_eq!(wrong(json!({ "Tier": "Intelligent-Tiering" })), ["/Tier"]);
    assert_eq!(wrong(json!({ "Value": "x".repeat(8193), "Tier": "Advanced" })), ["/Value"]);
    assert_eq!(wrong(json!({ "Description": "x".repeat(1025) })), ["/Description"]);
}

#[test]
fn a_tier_goes_up_in_place_and_down_with_another_parameter() {
    let tier = |tier: &str| json!({ "Tier": tier });
    let field = FieldDiff { path: "/Tier".to_owned(), before: None, after: None };
    assert!(Parameter::replaces(&tier("Advanced"), &tier("Standard"), &field));
    assert!(!Parameter::replaces(&tier("Standard"), &tier("Advanced"), &field));
    let said = Parameter::advice(&tier("Standard"), &tier("Advanced"), &[field]);
    assert_eq!(said, ["an advanced parameter costs by the month, and never becomes standard again"]);
    let field = FieldDiff { path: "/DataType".to_owned(), before: None, after: None };
    assert!(Parameter::replaces(&json!({}), &json!({}), &field));
}
