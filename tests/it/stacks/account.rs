//! What an account has once: made, seen to drift, given up; claimed by one stack alone, and left to whoever else looks after it.

use std::path::Path;

use aws_sdk_ec2::types::MetadataDefaultHttpTokensState;
use aws_sdk_guardduty::types::{DetectorFeature, DetectorFeatureConfiguration, FeatureStatus};
use provision::blueprint::{Blueprint, Files, Source as File, load_files};
use provision::kinds::shapes;
use provision::plan::{Action, QuotaMode, StackPlan};
use serde_json::{Value, json};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: account-main
template: account
account: \"300000000891\"
environments:
  us-east-1:
    region: us-east-1
    protected: false
    topics:
      oncall: { from: [eventbridge], email: [oncall@acme.example] }
    guardduty: { notify: [oncall], severity: 4 }
";

fn of(tenant: &str, account: &str) -> Blueprint {
    let text = tenant.replace("300000000891", account);
    blueprints(&[("account.yaml", &text)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn told(from: &str, to: &str) -> String {
    let text = TENANT.replace(from, to);
    assert_ne!(text, TENANT);
    blueprints(&[("account.yaml", &text)], &[]).map(drop).expect_err("it is a mistake")
}

fn property(stack: &Blueprint, address: &str, pointer: &str) -> Value {
    let (_, of) = stack.resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_default()
}

async fn local(account: &str, stack: &Blueprint) -> LocalAccount {
    let mut local = LocalAccount::new(account).await;
    local.kinds.retain(|kind| stack.resources.keys().any(|address| address.kind == kind.facts().kind));
    local
}

/// What a plan says of a resource that it does not make.
fn blocked(plan: &StackPlan, kind: &str) -> String {
    let change = plan.changes.iter().find(|change| change.address.kind == kind).expect("it is wanted");
    assert_eq!(change.action, Action::Blocked, "{}", words(plan));
    change.notes.join("; ")
}

#[test]
fn findings_from_the_severity_on_come_to_the_topics_as_a_text() {
    let stack = of(TENANT, "300000000891");
    let rule = "AWS::Events::Rule/findings";
    let pattern = property(&stack, rule, "/EventPattern");
    let pattern: Value = serde_json::from_str(pattern.as_str().expect("a text")).expect("JSON");
    assert_eq!(pattern["source"], json!(["aws.guardduty"]));
    assert_eq!(pattern["detail"]["severity"], json!([{ "numeric": [">=", 4] }]));
    let target = property(&stack, rule, "/Targets/0");
    assert_eq!(target["Arn"], "\u{27e6}AWS::SNS::Topic/oncall.TopicArn\u{27e7}");
    let lines: Vec<_> = target["InputTransformer"]["InputTemplate"].as_str().expect("a text").lines().collect();
    assert!(lines.len() == 4 && lines.iter().all(|line| line.starts_with('"') && line.ends_with('"')), "{lines:?}");
    let paths = target["InputTransformer"]["InputPathsMap"].as_object().expect("a map");
    assert!(paths.keys().all(|name| lines.iter().any(|line| line.contains(&format!("<{name}>")))), "{paths:?}");
}

#[test]
fn eventbridge_may_publish_to_the_topic_and_use_its_key() {
    let stack = of(TENANT, "300000000891");
    for (address, pointer) in
        [("AWS::SNS::Topic/oncall", "/Policy/Statement"), ("AWS::KMS::Key/main", "/KeyPolicy/Statement")]
    {
        let statements = property(&stack, address, pointer);
        let mut all = statements.as_array().expect("a list").iter();
        let lets_in = all.find(|one| one["Principal"]["Service"] == "events.amazonaws.com").expect(address);
        assert_eq!([&lets_in["Effect"], &lets_in["Condition"]], [&json!("Allow"), &Value::Null], "{address}");
    }
}

#[test]
fn every_protection_is_said_and_a_part_is_on_only_with_its_whole() {
    let features = |tenant: &str| property(&of(tenant, "300000000891"), "AWS::GuardDuty::Detector/main", "/Features");
    let status = |all: &Value, name: &str| {
        let all = all.as_array().expect("a list").clone();
        all.into_iter().find(|one| one["Name"] == name).expect("it is said")
    };
    let usual = features(TENANT);
    assert_eq!(usual.as_array().map(Vec::len), Some(6));
    let runtime = status(&usual, "RUNTIME_MONITORING");
    let parts: Vec<_> = runtime["AdditionalConfiguration"].as_array().expect("a list").iter().collect();
    let on: Vec<_> = parts.iter().filter(|part| part["Status"] == "ENABLED").map(|part| &part["Name"]).collect();
    assert_eq!(on, ["ECS_FARGATE_AGENT_MANAGEMENT"]);
    let less = features(&TENANT.replace("notify: [oncall],", "notify: [oncall], s3: false, runtime: [],"));
    assert_eq!(status(&less, "S3_DATA_EVENTS")["Status"], "DISABLED");
    assert_eq!(status(&less, "RUNTIME_MONITORING")["Status"], "DISABLED");
}

#[test]
fn what_somebody_else_looks_after_is_left_out() {
    let none = TENANT.replace("{ notify: [oncall], severity: 4 }", "null\n    volumes: null\n    instances: null");
    let stack = of(&none, "300000000891");
    let kinds: Vec<_> = stack.resources.keys().map(|address| address.kind.as_str()).collect();
    assert_eq!(kinds, ["AWS::KMS::Key", "AWS::SNS::Topic"]);
}

#[test]
fn what_ecs_gives_is_set_only_where_the_yaml_says_so() {
    let kind = "AWS::ECS::AccountSettings";
    let plain = of(TENANT, "300000000891");
    assert!(plain.resources.keys().all(|address| address.kind != kind));
    let more = "    containers: { insights: enhanced, retirement: 14, trunking: false }\n    guardduty:";
    let stack = of(&TENANT.replace("    guardduty:", more), "300000000891");
    let expected = json!({
        "AwsvpcTrunking": "disabled", "ContainerInsights": "enhanced", "FargateTaskRetirementWaitPeriod": "14",
    });
    assert_eq!(property(&stack, &format!("{kind}/containers"), ""), expected);
}

#[test]
fn mistakes_are_told_with_the_line() {
    let why = told("notify: [oncall]", "notify: [onkall]");
    assert!(why.contains("there is no topic onkall") && why.contains("account.yaml:11"), "{why}");
    let why = told("from: [eventbridge]", "from: [cloudwatch]");
    assert!(why.contains("oncall takes nothing from EventBridge"), "{why}");
    let why = told("severity: 4", "severity: 11");
    assert!(why.contains("account.yaml:11"), "{why}");
    let why = told("severity: 4", "runtime: [fargat]");
    assert!(why.contains("fargat"), "{why}");
    let why = told("    guardduty:", "    volumes: { key: alias/own }\n    guardduty:");
    assert!(why.contains("account.yaml:11"), "{why}");
}

#[test]
fn no_two_stacks_of_one_account_and_region_have_it() {
    let other = TENANT.replace("account-main", "account-too");
    let both = |other: &str| blueprints(&[("a.yaml", TENANT), ("b.yaml", other)], &[]).map(|all| all.len());
    let why = both(&other).expect_err("they are one");
    assert!(why.contains("account-too/us-east-1 and account-main/us-east-1 have what there is one of"), "{why}");
    assert!(why.contains("AWS::GuardDuty::Detector") && why.contains("AWS::EC2::EBSEncryptionByDefault"), "{why}");
    assert_eq!(why.matches("there is one of").count(), 1, "once for all: {why}");
    assert_eq!(both(&other.replace("region: us-east-1", "region: eu-west-1")), Ok(2));
    assert_eq!(both(&other.replace("300000000891", "300000000892")), Ok(2));
}

/// The fleet is checked as a whole, whatever is selected.
#[test]
fn a_stack_that_is_not_selected_has_it_all_the_same() {
    let other = TENANT.replace("account-main", "account-too");
    let file = |name: &str, text: &str| File {
        path: Path::new("tenants").join(name),
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let files = Files { tenants: vec![file("a.yaml", TENANT), file("b.yaml", &other)], ..Files::default() };
    let problems = load_files(&files, &shapes(), &|id| id.tenant == "account-too").expect_err("they are one");
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(problem.what.contains("account-main/us-east-1"), "{}", problem.what);
    assert!(problem.span.as_ref().is_some_and(|span| span.path().ends_with("a.yaml")), "{problem:?}");
}

#[test]
fn the_account_is_made_drifts_and_is_given_up_without_being_opened() {
    on_deep_stack(async {
        let stack = of(TENANT, "300000000891");
        let local = local("300000000891", &stack).await;
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));

        let hand = local.by_hand().await;
        let (ec2, guardduty) = (aws_sdk_ec2::Client::new(&hand), aws_sdk_guardduty::Client::new(&hand));
        let events = aws_sdk_eventbridge::Client::new(&hand);
        ec2.disable_ebs_encryption_by_default().send().await.expect("off");
        let call = ec2.modify_instance_metadata_defaults().http_tokens(MetadataDefaultHttpTokensState::Optional);
        call.send().await.expect("changed");
        let listed = guardduty.list_detectors().send().await.expect("listed");
        let detector = &listed.detector_ids()[0];
        let off = DetectorFeatureConfiguration::builder()
            .name(DetectorFeature::S3DataEvents)
            .status(FeatureStatus::Disabled)
            .build();
        guardduty.update_detector().detector_id(detector).features(off).send().await.expect("changed");
        let rules = events.list_rules().send().await.expect("listed");
        let rule = rules.rules()[0].name().expect("it has one");
        events.remove_targets().rule(rule).ids("oncall").send().await.expect("gone");

        let plan = local.plan(&stack).await;
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).map(|field| &field.path).collect();
        for path in ["/Enabled", "/HttpTokens", "/Features/S3_DATA_EVENTS", "/Targets"] {
            assert!(fields.iter().any(|field| field.starts_with(path)), "{path}: {}", words(&plan));
        }
        assert_eq!(plan.changes.len(), 4, "{}", words(&plan));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));

        // What was looked for goes only when it is named.
        let guarded =
            local.plan_to_destroy(&of(&TENANT.replace("    protected: false\n", ""), "300000000891"), &[]).await;
        let change = |plan: &StackPlan, kind: &str| {
            plan.changes.iter().find(|change| change.address.kind == kind).expect("it goes").clone()
        };
        let plan = &guarded.plan.stacks[0];
        assert!(change(plan, "AWS::GuardDuty::Detector").protected, "{}", words(plan));
        assert!(!change(plan, "AWS::EC2::EBSEncryptionByDefault").protected, "{}", words(plan));

        let summary = local.destroy(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let kept: Vec<_> = summary.kept.iter().filter(|kept| kept.what == "setting").collect();
        assert_eq!(kept.len(), 2, "{:?}", summary.kept);
        let is_on = ec2.get_ebs_encryption_by_default().send().await.expect("read");
        assert_eq!(is_on.ebs_encryption_by_default(), Some(true), "a destroy opens nothing");
        let told = ec2.get_instance_metadata_defaults().send().await.expect("read");
        let tokens = told.account_level().and_then(|one| one.http_tokens()).map(|one| one.as_str().to_owned());
        assert_eq!(tokens.as_deref(), Some("required"));
        assert!(guardduty.list_detectors().send().await.expect("listed").detector_ids().is_empty());
        assert!(events.list_rules().send().await.expect("listed").rules().is_empty());
    });
}

/// Of two projects that want one setting the second is told who has it, before anything is changed.
#[test]
fn what_another_stack_has_is_told_and_left_alone() {
    on_deep_stack(async {
        let account = "300000000893";
        let first = of(TENANT, account);
        let local = local(account, &first).await;
        local.apply(&first).await.unwrap_or_else(|why| panic!("{why}"));
        let second = of(&TENANT.replace("account-main", "account-too").replace("severity: 4", "s3: false"), account);
        let plan = local.plan(&second).await;
        for kind in
            ["AWS::GuardDuty::Detector", "AWS::EC2::EBSEncryptionByDefault", "AWS::EC2::InstanceMetadataDefaults"]
        {
            let why = blocked(&plan, kind);
            assert!(why.contains("account-main/us-east-1"), "{kind}: {why}");
            assert!(why.contains("take this one out of the YAML"), "{kind}: {why}");
        }
        let again = local.plan(&first).await;
        assert!(again.is_empty(), "{}", words(&again));
    });
}

#[test]
fn a_detector_that_is_there_is_adopted_or_left_to_the_organisation() {
    on_deep_stack(async {
        let account = "300000000894";
        let stack = of(TENANT, account);
        let local = local(account, &stack).await;
        let guardduty = aws_sdk_guardduty::Client::new(&local.by_hand().await);
        guardduty.create_detector().enable(true).send().await.expect("made");
        let kind = "AWS::GuardDuty::Detector";
        let why = blocked(&local.plan(&stack).await, kind);
        assert!(why.contains("lacks our tags") && why.contains("adopt"), "{why}");
        guardduty.enable_organization_admin_account().admin_account_id("111122223333").send().await.expect("set");
        let plan = local.plan_all(&[stack], QuotaMode::Off).await;
        let why = blocked(&plan.plan.stacks[0], kind);
        assert!(why.contains("the account 111122223333 looks after GuardDuty here") && !why.contains("adopt"), "{why}");
    });
}
