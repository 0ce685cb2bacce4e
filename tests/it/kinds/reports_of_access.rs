//! What others have reported of other tools, tried on ours: see docs/reports.

use provision::blueprint::Blueprint;
use provision::kinds::KINDS;
use provision::plan::StackPlan;
use provision::resource::Live;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

/// A role that a person meddles with.
const ROLE: &str = "
resources:
  - type: AWS::IAM::Role
    name: task
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: \"sts:AssumeRole\" }]
";

/// A web ACL, whose rule blocks a set of addresses.
const WALL: &str = "
resources:
  - type: AWS::WAFv2::WebACL
    name: main
    properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      Description: WORDS
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: main }
      RULES
  SET
";
const RULES: &str = "Rules:
        - Name: blocked
          Priority: 0
          Statement: { IPSetReferenceStatement: { Arn: \"{{ ref('AWS::WAFv2::IPSet/blocked', 'Arn') }}\" } }
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: blocked }";
const SET: &str = "- type: AWS::WAFv2::IPSet
    name: blocked
    properties: { Scope: REGIONAL, IPAddressVersion: IPV4, Addresses: [192.0.2.0/24] }";
const SHIELDS: &str = "ShieldMitigationRuleGroup_300000000146_0a1b_2c3d";

fn stack(tenant: &str, account: &str, more: &str, template: &str) -> Blueprint {
    let text = format!(
        "tenant: {tenant}\ntemplate: own\naccount: \"{account}\"\n{more}\
         environments: {{ production: {{ region: us-east-1, protected: false }} }}\n"
    );
    let all = blueprints(&[("tenant.yaml", &text)], &[("own.yaml", template)]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn wall(account: &str, words: &str, has_rule: bool) -> Blueprint {
    let part = |text: &'static str| if has_rule { text } else { "" };
    let template = WALL.replace("WORDS", words).replace("RULES", part(RULES)).replace("SET", part(SET));
    stack("reported", account, "", &template)
}

async fn only(local: &LocalAccount, blueprint: &Blueprint, kind: &str) -> Live {
    let inventory = local.inventory(blueprint).await;
    let mut all = inventory.all().filter(|(address, _)| address.kind == kind);
    let (_, live) = all.next().unwrap_or_else(|| panic!("no {kind}"));
    (**live).clone()
}

fn fields(plan: &StackPlan) -> Vec<&str> {
    plan.changes.iter().flat_map(|change| &change.fields).map(|field| field.path.as_str()).collect()
}

/// IAM takes `Owner` and `owner` for one tag.
#[test]
fn a_tag_of_a_role_whose_case_changes_is_not_lost() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000145").await;
        let owned = |key: &str| stack("reported", "300000000145", &format!("tags: {{ {key}: ann }}\n"), ROLE);
        local.apply(&owned("Owner")).await.unwrap_or_else(|why| panic!("{why}"));
        local.apply(&owned("owner")).await.unwrap_or_else(|why| panic!("{why}"));
        let role = only(&local, &owned("owner"), "AWS::IAM::Role").await;
        assert_eq!((role.tags.get("owner"), role.tags.get("Owner")), (Some("ann"), None));
        let plan = local.plan(&owned("owner")).await;
        assert!(plan.steps.is_empty(), "{}", words(&plan));
    });
}

/// Shield Advanced answers attacks by a rule of its own in the web ACL, and stops doing so when that is taken out.
#[test]
fn what_shield_puts_into_a_web_acl_is_told_and_stays() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000146").await;
        let wanted = wall("300000000146", "one", true);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let acl = only(&local, &wanted, "AWS::WAFv2::WebACL").await;
        let (name, id) = (acl.name.as_deref().unwrap(), acl.outputs["Id"].as_str().unwrap());
        let waf = aws_sdk_wafv2::Client::new(&local.by_hand().await);
        let get = async || waf.get_web_acl().name(name).id(id).scope("REGIONAL".into()).send().await.unwrap();
        let there = get().await;
        let live = there.web_acl().unwrap();
        let group = aws_sdk_wafv2::types::RuleGroupReferenceStatement::builder();
        let group = group.arn("arn:aws:wafv2:us-east-1:153427709519:regional/rulegroup/shield/1").build().unwrap();
        let none = aws_sdk_wafv2::types::NoneAction::builder().build();
        let theirs = aws_sdk_wafv2::types::Rule::builder()
            .name(SHIELDS)
            .priority(10_000_000)
            .statement(aws_sdk_wafv2::types::Statement::builder().rule_group_reference_statement(group).build())
            .override_action(aws_sdk_wafv2::types::OverrideAction::builder().none(none).build())
            .visibility_config(live.visibility_config().unwrap().clone())
            .build()
            .unwrap();
        let call = waf.update_web_acl().name(name).id(id).scope("REGIONAL".into());
        let call = call.set_default_action(live.default_action().cloned()).description("one");
        let call = call.set_visibility_config(live.visibility_config().cloned());
        let call = call.set_rules(Some([live.rules(), &[theirs]].concat()));
        call.lock_token(there.lock_token().unwrap()).send().await.unwrap();

        let plan = local.plan(&wanted).await;
        assert!(plan.steps.is_empty(), "{}", words(&plan));
        let told = plan.unmanaged.iter().find(|one| one.id == SHIELDS);
        assert!(told.is_some(), "{}", words(&plan));
        let other = wall("300000000146", "two", true);
        local.apply(&other).await.unwrap_or_else(|why| panic!("{why}"));
        let there = get().await;
        let live = there.web_acl().unwrap();
        let rules: Vec<_> = live.rules().iter().map(|rule| rule.name()).collect();
        assert_eq!((live.description(), rules), (Some("two"), vec!["blocked", SHIELDS]));
        local.destroy(&other).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// WAF deletes no set that a rule names.
#[test]
fn an_ip_set_goes_after_the_rule_that_names_it() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000147").await;
        local.apply(&wall("300000000147", "one", true)).await.unwrap_or_else(|why| panic!("{why}"));
        let before = local.calls().await.len();
        local.apply(&wall("300000000147", "one", false)).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let changing = |call: &&String| call.contains(":Update") || call.contains(":Delete");
        let calls: Vec<_> = calls.iter().filter(changing).map(String::as_str).collect();
        assert_eq!(calls, ["wafv2:UpdateWebACL", "wafv2:DeleteIPSet"]);
    });
}

#[test]
fn a_set_of_patterns_goes_after_the_rule_that_names_it() {
    on_deep_stack(async {
        let account = "300000000190";
        let local = LocalAccount::new(account).await;
        let with = |rules: &str, set: &str| {
            let template = WALL.replace("WORDS", "one").replace("RULES", rules).replace("SET", set);
            stack("reported", account, "", &template)
        };
        let rules = "Rules:
        - Name: scanners
          Priority: 0
          Statement:
            RegexPatternSetReferenceStatement:
              Arn: \"{{ ref('AWS::WAFv2::RegexPatternSet/scanners', 'Arn') }}\"
              FieldToMatch: { UriPath: {} }
              TextTransformations: [{ Priority: 0, Type: NONE }]
          Action: { Block: {} }
          VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: scanners }";
        let set = "- type: AWS::WAFv2::RegexPatternSet
    name: scanners
    properties: { Scope: REGIONAL, RegularExpressionList: ['^/wp-admin'] }";
        local.apply(&with(rules, set)).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.plan(&with(rules, set)).await.steps.is_empty(), "what was written reads back the same");
        let before = local.calls().await.len();
        local.apply(&with("", "")).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let changing = |call: &&String| call.contains(":Update") || call.contains(":Delete");
        let calls: Vec<_> = calls.iter().filter(changing).map(String::as_str).collect();
        assert_eq!(calls, ["wafv2:UpdateWebACL", "wafv2:DeleteRegexPatternSet"]);
    });
}

/// A load balancer has one web ACL: the next takes the last one's place in one call, and only then that goes.
#[test]
fn a_web_acl_goes_when_another_stands_in_its_place() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000148").await;
        let facts = KINDS.iter().map(|kind| kind.facts());
        let example =
            facts.into_iter().find(|facts| facts.kind == "AWS::ElasticLoadBalancingV2::LoadBalancer").unwrap().example;
        let first = stack("reported", "300000000148", "", example);
        let acl = "AWS::WAFv2::WebACL";
        let moved = example.replace("AWS::WAFv2::WebACL/web", "AWS::WAFv2::WebACL/wall");
        let moved =
            moved.replace("type: AWS::WAFv2::WebACL\n    name: web", "type: AWS::WAFv2::WebACL\n    name: wall");
        let moved = stack("reported", "300000000148", "", &moved);
        local.apply(&first).await.unwrap_or_else(|why| panic!("{why}"));
        let before = local.calls().await.len();
        local.apply(&moved).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let order: Vec<_> =
            calls.iter().filter(|call| call.contains("sociateWebACL") || call.contains("DeleteWebACL")).collect();
        assert_eq!(order, ["wafv2:AssociateWebACL", "wafv2:DeleteWebACL"]);
        let live = only(&local, &moved, "AWS::ElasticLoadBalancingV2::LoadBalancer").await;
        assert_eq!(live.spec["WebACLArn"], only(&local, &moved, acl).await.outputs["Arn"]);
        let before = local.calls().await.len();
        local.destroy(&moved).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        assert!(!calls.iter().any(|call| call.contains("DisassociateWebACL")), "it guards to the end: {calls:?}");
    });
}

/// A key stays for weeks after its deletion; its name is free at once.
#[test]
fn a_key_that_was_deleted_leaves_its_name_to_the_next() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000145").await;
        let wanted =
            stack("key", "300000000145", "", "resources: [{ type: AWS::KMS::Key, name: main, properties: {} }]\n");
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let first = only(&local, &wanted, "AWS::KMS::Key").await;
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let second = only(&local, &wanted, "AWS::KMS::Key").await;
        assert_eq!(first.name, second.name);
        assert_ne!(first.id, second.id);
    });
}

/// What somebody gives a role beside the YAML is drift, and does not hold its deletion up.
#[test]
fn policies_that_a_role_was_given_by_hand_are_drift_and_go_with_it() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000149").await;
        let wanted = stack("reported", "300000000149", "", ROLE);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let role = only(&local, &wanted, "AWS::IAM::Role").await;
        let name = role.name.as_deref().unwrap();
        let iam = aws_sdk_iam::Client::new(&local.by_hand().await);
        let all = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        iam.put_role_policy().role_name(name).policy_name("all").policy_document(all).send().await.unwrap();
        let made = iam.create_policy().policy_name("theirs").policy_document(all).send().await.unwrap();
        let arn = made.policy().unwrap().arn().unwrap().to_owned();
        iam.attach_role_policy().role_name(name).policy_arn(&arn).send().await.unwrap();
        iam.put_role_permissions_boundary().role_name(name).permissions_boundary(&arn).send().await.unwrap();
        let plan = local.plan(&wanted).await;
        assert_eq!(fields(&plan), ["/ManagedPolicyArns", "/PermissionsBoundary", "/Policies/all"], "{}", words(&plan));
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    });
}
