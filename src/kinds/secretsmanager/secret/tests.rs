use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{ReplicationStatusType, RotationRulesType, StatusType};
use serde_json::{from_value, json};

use super::*;
use crate::resource::State;
use crate::resource::normal::PolicyDocument;

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf";

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    Secret::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

fn live(there: &DescribeSecretOutput) -> Found<Secret> {
    read::found(there, PolicyDocument::default(), Tags::default())
}

/// Of what differs between what AWS answers and what a template says.
fn differs(there: &DescribeSecretOutput, written: Value) -> Vec<String> {
    use crate::resource::Shape as _;
    let [live, written] = [live(there).spec, spec(written)].map(|spec| serde_json::to_value(spec).unwrap());
    Secret.compare(&live, &written).fields.into_iter().map(|field| field.path).collect()
}

#[test]
fn a_key_is_its_arn_and_that_of_secrets_manager_none() {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/k";
    for answered in ["k", key] {
        let there = DescribeSecretOutput::builder().arn(ARN).kms_key_id(answered).build();
        assert_eq!(live(&there).spec.kms_key_id.as_str(), key);
    }
    for own in ["alias/aws/secretsmanager", "arn:aws:kms:eu-west-1:123456789012:alias/aws/secretsmanager"] {
        let there = DescribeSecretOutput::builder().arn(ARN).kms_key_id(own).build();
        assert_eq!(differs(&there, json!({})), [""; 0]);
        assert_eq!(differs(&DescribeSecretOutput::builder().arn(ARN).build(), json!({ "KmsKeyId": own })), [""; 0]);
    }
    assert_eq!(wrong(json!({ "KmsKeyId": "alias/mine" })), ["/KmsKeyId"]);
}

#[test]
fn the_days_that_aws_computes_and_a_rotation_that_is_off_are_no_drift() {
    let rotating = |is_on: bool, days: Option<i64>, expression: Option<&str>| {
        let rules = RotationRulesType::builder().set_automatically_after_days(days);
        let rules = rules.set_schedule_expression(expression.map(str::to_owned)).build();
        let there = DescribeSecretOutput::builder().arn(ARN).rotation_enabled(is_on).rotation_lambda_arn("f");
        there.rotation_rules(rules).build()
    };
    let written = |rules: Value| json!({ "Rotation": { "RotationLambdaARN": "f", "RotationRules": rules } });
    let by_rate = written(json!({ "ScheduleExpression": "rate(10 days)" }));
    assert_eq!(differs(&rotating(true, Some(10), Some("rate(10 days)")), by_rate), [""; 0]);
    assert_eq!(differs(&rotating(true, Some(10), None), written(json!({ "AutomaticallyAfterDays": 10 }))), [""; 0]);
    assert_eq!(differs(&rotating(false, Some(10), None), json!({})), [""; 0]);
    assert_eq!(
        differs(&rotating(true, Some(10), None), json!({})),
        ["/Rotation"],
        "nothing rotates what says no rotation"
    );
}

#[test]
fn a_rotation_without_rules_is_one() {
    let there = DescribeSecretOutput::builder().arn(ARN).rotation_enabled(true).rotation_lambda_arn("f").build();
    assert_eq!(differs(&there, json!({})), ["/Rotation"]);
}

#[test]
fn days_or_an_expression() {
    let rotation = |rules: Value| wrong(json!({ "Rotation": { "RotationLambdaARN": "f", "RotationRules": rules } }));
    let days = "/Rotation/RotationRules/AutomaticallyAfterDays";
    let expression = "/Rotation/RotationRules/ScheduleExpression";
    assert_eq!(rotation(json!({})), ["/Rotation/RotationRules"]);
    let both = json!({ "AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(4 hours)" });
    assert_eq!(rotation(both), ["/Rotation/RotationRules"]);
    assert_eq!(rotation(json!({ "AutomaticallyAfterDays": 1001 })), [days]);
    for refused in ["daily", "rate(3 hours)"] {
        assert_eq!(rotation(json!({ "ScheduleExpression": refused })), [expression], "{refused}");
    }
    assert_eq!(rotation(json!({ "ScheduleExpression": "cron(0 8 1 * ? *)" })), [""; 0]);
}

#[test]
fn a_password_that_aws_cannot_make_is_a_mistake() {
    let made = |how: Value| wrong(json!({ "GenerateSecretString": how }));
    let none = ["Lowercase", "Numbers", "Punctuation", "Uppercase"];
    let none = none.map(|kind| (format!("Exclude{kind}"), Value::Bool(true)));
    assert_eq!(made(Value::Object(none.into_iter().collect())), ["/GenerateSecretString"]);
    let length = ["/GenerateSecretString/PasswordLength"];
    assert_eq!(made(json!({ "PasswordLength": 3 })), length);
    assert_eq!(made(json!({ "PasswordLength": 4097 })), length);
    assert_eq!(made(json!({ "PasswordLength": 3, "RequireEachIncludedType": false })), [""; 0]);
    assert_eq!(made(json!({ "GenerateStringKey": "password" })), ["/GenerateSecretString"]);
    let no_object = json!({ "GenerateStringKey": "password", "SecretStringTemplate": "[]" });
    assert_eq!(made(no_object), ["/GenerateSecretString/SecretStringTemplate"]);
}

#[test]
fn a_password_stands_where_the_template_says() {
    let value =
        |how: Value| spec(json!({ "GenerateSecretString": how })).generate_secret_string.unwrap().value("p".into());
    assert_eq!(value(json!({})), "p");
    let templated = json!({ "GenerateStringKey": "password", "SecretStringTemplate": "{\"user\":\"u\"}" });
    assert_eq!(value(templated), "{\"password\":\"p\",\"user\":\"u\"}");
}

#[test]
fn one_without_a_value_waits_for_a_person() {
    let of = |stage: Option<&str>| {
        let there = DescribeSecretOutput::builder().arn(ARN);
        let there = match stage {
            Some(stage) => there.version_ids_to_stages("1", vec![stage.to_owned()]),
            None => there,
        };
        live(&there.build()).state
    };
    assert_eq!(of(Some("AWSCURRENT")), State::Ready);
    for none in [None, Some("AWSPENDING")] {
        let State::AwaitsAction(what) = of(none) else { panic!("it has no value") };
        assert!(what.contains(&format!("put-secret-value --secret-id {ARN}")), "{what}");
    }
    assert!(Secret::needs_person(&json!({})) && !Secret::needs_person(&json!({ "GenerateSecretString": {} })));
}

#[test]
fn copies_elsewhere_are_told_and_so_is_one_that_failed() {
    let copy = |region: &str, status: StatusType| {
        ReplicationStatusType::builder().region(region).status(status).status_message("no such key").build()
    };
    let there = DescribeSecretOutput::builder().arn(ARN);
    let there = there.replication_status(copy("us-east-1", StatusType::InSync));
    let there = there.replication_status(copy("us-west-2", StatusType::Failed)).build();
    let told: Vec<_> = live(&there).unmodelled.into_iter().map(|told| (told.path, told.text)).collect();
    let words = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let failed = words("/ReplicaRegions/us-west-2", "it is copied there, which failed: no such key");
    assert_eq!(told, [words("/ReplicaRegions/us-east-1", "it is copied there"), failed]);
}

#[test]
fn a_change_of_the_rotation_says_that_it_makes_a_value() {
    let advice = |path: &str, is_at_once: bool| {
        let desired = json!({ "Rotation": { "RotateImmediatelyOnUpdate": is_at_once } });
        let field = FieldDiff { path: path.to_owned(), before: None, after: None };
        Secret::advice(&Value::Null, &desired, &[field]).len()
    };
    assert_eq!(advice("/Rotation/RotationRules/Duration", true), 1);
    assert_eq!(advice("/Rotation/RotationRules/Duration", false), 0);
    assert_eq!(advice("/Description", true), 0);
}
