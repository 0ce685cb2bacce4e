//! Secrets by name, and what may read them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};
use crate::stacks::samples::stack;

const SHOP: &str = "
tenant: shop
template: modyo
account: \"123456789012\"
environments:
  production:
    region: us-east-1
    cidr: 10.20.0.0/16
    nat: none
    load_balancer: none
    waf: { enabled: false }
    secrets:
      session: { generate: { length: 64 } }
      ledger: { generate: { key: password, template: '{\"user\":\"shop\"}' } }
    parameters:
      limit: 20
      countries: { value: [CL, MX], description: Where it sells }
    services:
      worker:
        image: public.ecr.aws/shop/worker:1
        secrets:
          SESSION: session
          LEDGER: { secret: ledger, key: password }
          FEATURE: /shop/feature
          OTHER: arn:aws:ssm:us-east-1:123456789012:parameter/shop/other
          PARTNER: \"arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf:password::\"
      plain:
        image: public.ecr.aws/shop/plain:1
        secrets: { FEATURE: /shop/feature }
        parameters: [countries]
      stored:
        image: public.ecr.aws/shop/stored:1
        secrets: { LIMIT: limit }
";

/// A property of a resource that a tenant's file makes.
fn property(tenant: &str, address: &str, pointer: &str) -> Value {
    let all = blueprints(&[("tenant.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let (_, of) = all[0].resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_else(|| panic!("{}", of.spec))
}

fn reads(role: &str) -> BTreeMap<String, Value> {
    let statements = property(SHOP, role, "/Policies/0/PolicyDocument/Statement");
    let all = statements.as_array().expect("a list").iter().filter(|one| one["Sid"] != "Log");
    all.map(|one| (one["Sid"].as_str().expect("a name").to_owned(), one.clone())).collect()
}

#[test]
fn each_form_is_what_ecs_takes() {
    let secrets = property(SHOP, "AWS::ECS::TaskDefinition/worker", "/ContainerDefinitions/0/Secrets");
    let all: BTreeMap<_, _> = secrets
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["Name"].as_str().expect("text"), one["ValueFrom"].as_str().expect("text")))
        .collect();
    let expected = [
        ("FEATURE", "arn:aws:ssm:us-east-1:123456789012:parameter/shop/feature"),
        ("LEDGER", "\u{27e6}AWS::SecretsManager::Secret/ledger.Id\u{27e7}:password::"),
        ("OTHER", "arn:aws:ssm:us-east-1:123456789012:parameter/shop/other"),
        ("PARTNER", "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf:password::"),
        ("SESSION", "\u{27e6}AWS::SecretsManager::Secret/session.Id\u{27e7}"),
    ];
    assert_eq!(all, BTreeMap::from(expected));
}

#[test]
fn who_starts_the_tasks_may_read_just_these() {
    let all = reads("AWS::IAM::Role/worker-execution");
    let mut resources: Vec<_> = all["Secrets"]["Resource"].as_array().expect("several").clone();
    resources.sort_by_key(Value::to_string);
    let named = |name: &str| json!(format!("\u{27e6}AWS::SecretsManager::Secret/{name}.Id\u{27e7}"));
    let partner = json!("arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf");
    let mut expected = vec![partner, named("ledger"), named("session")];
    expected.sort_by_key(Value::to_string);
    assert_eq!(resources, expected);
    assert_eq!(all["Parameters"]["Action"], "ssm:GetParameters");
    assert_eq!(all["Parameters"]["Resource"].as_array().map(Vec::len), Some(2));
    let by = &all["Key"]["Condition"]["StringEquals"]["kms:ViaService"];
    assert_eq!(by, &json!(["secretsmanager.us-east-1.amazonaws.com", "ssm.us-east-1.amazonaws.com"]));
    let plain = reads("AWS::IAM::Role/plain-execution");
    assert_eq!(plain.keys().collect::<Vec<_>>(), ["Key", "Parameters"], "it has no secret of Secrets Manager");
}

#[test]
fn a_parameter_is_a_variable_or_read_by_the_program() {
    let named = |name: &str| {
        format!("arn:aws:ssm:us-east-1:123456789012:parameter\u{27e6}AWS::SSM::Parameter/{name}.Name\u{27e7}")
    };
    let secrets = property(SHOP, "AWS::ECS::TaskDefinition/stored", "/ContainerDefinitions/0/Secrets/0");
    assert_eq!(secrets, json!({ "Name": "LIMIT", "ValueFrom": named("limit") }));
    let starts = reads("AWS::IAM::Role/stored-execution");
    assert_eq!(starts.keys().collect::<Vec<_>>(), ["Parameters"], "no key is needed for what is not encrypted");
    assert_eq!(starts["Parameters"]["Resource"], json!(named("limit")));
    let runs = property(SHOP, "AWS::IAM::Role/plain-task", "/Policies/0/PolicyDocument/Statement/0");
    assert_eq!(runs["Resource"], json!(named("countries")));
    let (list, value) = ("AWS::SSM::Parameter/countries", json!(["StringList", "CL,MX"]));
    assert_eq!(json!([property(SHOP, list, "/Type"), property(SHOP, list, "/Value")]), value);
    assert_eq!(property(SHOP, "AWS::SSM::Parameter/limit", "/Value"), "20");
}

#[test]
fn a_parameter_that_is_not_declared_or_a_secret_as_well_is_told() {
    let told = |text: String| blueprints(&[("tenant.yaml", &text)], &[]).map(drop).expect_err("it is none");
    let why = told(SHOP.replace("[countries]", "[contries]"));
    assert!(why.contains("plain reads the parameter contries, which is not in `parameters`"), "{why}");
    let why = told(SHOP.replace("      limit: 20", "      limit: 20\n      session: 5"));
    assert!(why.contains("session is a parameter and a secret"), "{why}");
}

#[test]
fn a_secret_that_is_not_declared_is_told() {
    let text = SHOP.replace("SESSION: session", "SESSION: sesion");
    let why = blueprints(&[("tenant.yaml", &text)], &[]).map(drop).expect_err("it is none");
    assert!(why.contains("there is no secret sesion"), "{why}");
}

#[test]
fn made_they_are_no_difference_and_a_service_waits_for_one_that_nobody_has_filled() {
    on_deep_stack(async {
        let account = "300000000743";
        let local = LocalAccount::new(account).await;
        let production = stack(account, SHOP, "production");
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&production).await.is_empty());
        let more = SHOP
            .replace("      session:", "      mail: {}\n      session:")
            .replace("FEATURE: /shop/feature }", "FEATURE: /shop/feature, MAIL: { secret: mail, key: token } }");
        let wanted = stack(account, &more, "production");
        let plan = local.plan(&wanted).await;
        let waits = plan.waiting.iter().any(|waiting| waiting.address.to_string() == "AWS::ECS::TaskDefinition/plain");
        assert!(waits, "{}", words(&plan));
        let touched = plan.changes.iter().find(|change| change.address.name.as_str() == "worker");
        assert!(touched.is_none(), "the other service goes on as it is:\n{}", words(&plan));
    });
}
