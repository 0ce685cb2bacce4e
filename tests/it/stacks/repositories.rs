//! Repositories of an environment, and which services pull from them.

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
    repositories:
      shop: { mutable: [latest, dev-*], readers: [\"210987654321\"] }
      tools: { mutable: [\"*\"], keep: 50 }
      plain: {}
    services:
      worker:
        image: shop@sha256:1111111111111111111111111111111111111111111111111111111111111111
        sidecars:
          agent: { image: tools:7, port: 9000 }
      other:
        image: nginx:1
";

/// A property of a resource that a tenant's file makes.
fn property(address: &str, pointer: &str) -> Value {
    let all = blueprints(&[("tenant.yaml", SHOP)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let (_, of) = all[0].resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_default()
}

fn named(repository: &str, output: &str) -> String {
    format!("\u{27e6}AWS::ECR::Repository/{repository}.{output}\u{27e7}")
}

#[test]
fn an_image_of_an_own_repository_is_named_by_it_and_any_other_as_it_stands() {
    let image = |service: &str, at: usize| {
        property(&format!("AWS::ECS::TaskDefinition/{service}"), &format!("/ContainerDefinitions/{at}/Image"))
    };
    let digest = "1".repeat(64);
    let images = [image("worker", 0), image("worker", 1)];
    let own = [
        format!("{}@sha256:{digest}", named("shop", "RepositoryUri")),
        format!("{}:7", named("tools", "RepositoryUri")),
    ];
    assert!(own.iter().all(|own| images.contains(&json!(own))), "{images:?}");
    assert_eq!(image("other", 0), "nginx:1");
}

#[test]
fn tasks_may_pull_from_just_the_repositories_that_they_name() {
    let statements = |service: &str| {
        property(&format!("AWS::IAM::Role/{service}-execution"), "/Policies/0/PolicyDocument/Statement")
    };
    let pulls = statements("worker");
    let image = pulls.as_array().expect("a list").iter().find(|one| one["Sid"] == "Image").expect("it pulls");
    assert_eq!(image["Resource"], json!([named("shop", "Arn"), named("tools", "Arn")]));
    let other = statements("other");
    assert!(other.as_array().expect("a list").iter().all(|one| one["Sid"] != "Image" && one["Sid"] != "Registry"));
}

#[test]
fn tags_move_only_where_the_yaml_says_so() {
    let how = |name: &str| property(&format!("AWS::ECR::Repository/{name}"), "/ImageTagMutability");
    assert_eq!([how("shop"), how("tools"), how("plain")], ["IMMUTABLE_WITH_EXCLUSION", "MUTABLE", "IMMUTABLE"]);
    let patterns = property("AWS::ECR::Repository/shop", "/ImageTagMutabilityExclusionFilters");
    assert_eq!(patterns.as_array().map(Vec::len), Some(2));
    let readers = property("AWS::ECR::Repository/shop", "/RepositoryPolicyText/Statement/0/Principal/AWS");
    assert_eq!(readers, "210987654321");
}

#[test]
fn made_they_are_no_difference() {
    on_deep_stack(async {
        let account = "300000000744";
        let local = LocalAccount::new(account).await;
        let without = &SHOP[..SHOP.find("    services:").expect("it is there")];
        let production = stack(account, without, "production");
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
    });
}
