//! Whether somebody outside asks for an environment's names, and who is told.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client as CloudWatch;
use aws_sdk_route53::Client as Route53;
use provision::blueprint::{Blueprint, Resource};
use provision::plan::Action;
use serde_json::{Value, json};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const CHECK: &str = "AWS::Route53::HealthCheck";
/// PagerDuty's.
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// An environment in Ireland, whose names are in a zone of its own.
const SHOP: &str = "
tenant: shop
template: modyo
account: \"300000000881\"
environments:
  production:
    region: eu-west-1
    cidr: 10.20.0.0/16
    nat: none
    deletion_protection: false
    domain: www.shop.example
    alternative_names: [shop.example, \"*.shop.example\", shop.test]
    dns: { zone: own, name: shop.example }
    topics:
      page: { from: [cloudwatch], email: [oncall@shop.example] }
    alarms: { enabled: true, page: page }
";

fn stack(tenant: &str) -> Blueprint {
    blueprints(&[("shop.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn of_kind<'a>(stack: &'a Blueprint, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
    stack.resources.values().filter(move |resource| resource.address.kind == kind)
}

fn checks(tenant: &str) -> Vec<String> {
    of_kind(&stack(tenant), CHECK).map(|resource| resource.address.name.clone()).collect()
}

fn spec(stack: &Blueprint, address: &str) -> Value {
    let found = stack.resources.values().find(|resource| resource.address.to_string() == address);
    (*found.unwrap_or_else(|| panic!("no {address}")).spec).clone()
}

#[test]
fn the_names_whose_records_are_made_here_are_asked_for() {
    assert_eq!(checks(SHOP), ["shop-example", "www-shop-example"], "shop.test is the customer's to set");
    let all = SHOP.replace("    dns:", "    uptime: { all: true }\n    dns:");
    assert_eq!(checks(&all), ["shop-example", "shop-test", "www-shop-example"]);
    let without = SHOP.replace("    dns:", "    uptime: { names: { shop.example: { skip: true } } }\n    dns:");
    assert_eq!(checks(&without), ["www-shop-example"]);
    let elsewhere = SHOP.replace("    dns: { zone: own, name: shop.example }\n", "");
    assert!(checks(&elsewhere).is_empty());
    let silent = SHOP.replace("alarms: { enabled: true", "alarms: { enabled: false");
    assert!(checks(&silent).is_empty(), "who is not told need not ask");
    let certification = SHOP.replace("  production:", "  certification:");
    assert!(checks(&certification).is_empty(), "it costs something");
    let closed = SHOP.replace("    dns:", "    clients: [192.0.2.0/24]\n    dns:");
    assert!(checks(&closed).is_empty(), "the checkers are not let in");
}

#[test]
fn a_website_is_asked_for_like_a_service() {
    let site = "    buckets: { pages: { website: cdn, site: { names: [help.shop.example] } } }\n";
    let with = stack(&format!("{SHOP}{site}"));
    let names: Vec<_> = of_kind(&with, CHECK).map(|resource| resource.address.name.as_str()).collect();
    assert_eq!(names, ["help-shop-example", "shop-example", "www-shop-example"]);
}

#[test]
fn a_name_is_asked_for_a_path_and_a_text() {
    let asked = "    uptime: { names: { www.shop.example: { path: /health, text: well } }, seconds: 10 }\n    dns:";
    let stack = stack(&SHOP.replace("    dns:", asked));
    let one = |name: &str| spec(&stack, &format!("{CHECK}/{name}"))["HealthCheckConfig"].clone();
    let (www, bare) = (one("www-shop-example"), one("shop-example"));
    assert_eq!([&www["Type"], &www["ResourcePath"], &www["SearchString"]], ["HTTPS_STR_MATCH", "/health", "well"]);
    assert_eq!([&bare["Type"], &bare["ResourcePath"], &bare["SearchString"]], ["HTTPS", "/", ""]);
    assert_eq!([&www["RequestInterval"], &bare["RequestInterval"]], [10, 10]);
}

/// Route 53's metrics are in us-east-1 alone, and an alarm tells topics of its region alone, which use keys of it.
#[test]
fn who_is_paged_is_told_from_where_the_metrics_are() {
    let stack = stack(SHOP);
    let there: BTreeSet<_> = stack
        .resources
        .values()
        .filter(|resource| resource.region == "us-east-1" && resource.address.kind != CHECK)
        .filter(|resource| !resource.address.kind.starts_with("AWS::Route53"))
        .map(|resource| resource.address.to_string())
        .collect();
    let expected = [
        "AWS::CloudWatch::Alarm/uptime-shop-example",
        "AWS::CloudWatch::Alarm/uptime-www-shop-example",
        "AWS::KMS::Key/us-east-1",
        "AWS::SNS::Topic/page-us-east-1",
    ];
    assert_eq!(there, expected.map(str::to_owned).into());
    let alarm = spec(&stack, "AWS::CloudWatch::Alarm/uptime-www-shop-example");
    assert_eq!(alarm["AlarmActions"], json!(["⟦AWS::SNS::Topic/page-us-east-1.TopicArn⟧"]));
    assert_eq!(alarm["Dimensions"][0]["Value"], format!("⟦{CHECK}/www-shop-example.HealthCheckId⟧"));
    let topic = spec(&stack, "AWS::SNS::Topic/page-us-east-1");
    assert_eq!(topic["KmsMasterKeyId"], "⟦AWS::KMS::Key/us-east-1.Arn⟧");
    assert_eq!(topic["Subscription"], spec(&stack, "AWS::SNS::Topic/page")["Subscription"]);

    let home = self::stack(&SHOP.replace("region: eu-west-1", "region: us-east-1"));
    let alarm = spec(&home, "AWS::CloudWatch::Alarm/uptime-www-shop-example");
    assert_eq!(alarm["AlarmActions"], json!(["⟦AWS::SNS::Topic/page.TopicArn⟧"]));
    assert_eq!(of_kind(&home, "AWS::SNS::Topic").count(), 1, "it is there already");
    let one = SHOP.replace("region: eu-west-1", "region: us-east-1").replace("page: page", "page: page, composite: {}");
    let rule = spec(&self::stack(&one), "AWS::CloudWatch::CompositeAlarm/pages")["AlarmRule"].to_string();
    assert!(rule.contains("uptime-www-shop-example"), "{rule}");
}

/// The topic in us-east-1 reads the key where it is.
#[test]
fn pagerduty_is_told_by_both_topics_and_its_key_is_shown_nowhere() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000882").await;
        let ireland = aws_sdk_secretsmanager::config::Builder::from(&local.by_hand().await)
            .region(aws_sdk_secretsmanager::config::Region::new("eu-west-1"));
        let secrets = aws_sdk_secretsmanager::Client::from_conf(ireland.build());
        let made = secrets.create_secret().name("pagerduty").secret_string(KEY).send().await.expect("allowed");
        let told = format!("pagerduty: {{ key: \"{}\" }}, sms: [\"+15550100200\"]", made.arn().expect("it has one"));
        let tenant = SHOP.replace("email: [oncall@shop.example]", &told).replace("300000000881", "300000000882");
        let production = stack(&tenant);
        local.kinds.retain(|kind| production.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        for region in ["eu-west-1", "us-east-1"] {
            let there = aws_sdk_sns::config::Builder::from(&local.by_hand().await)
                .region(aws_sdk_sns::config::Region::new(region))
                .build();
            let answer = aws_sdk_sns::Client::from_conf(there).list_subscriptions().send().await.expect("a list");
            let all: BTreeSet<_> = answer.subscriptions().iter().filter_map(|one| one.endpoint()).collect();
            let url = format!("https://events.pagerduty.com/integration/{KEY}/enqueue");
            assert_eq!(all, [url.as_str(), "+15550100200"].into(), "{region}");
        }
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let inventory = format!("{:?}", local.inventory(&production).await);
        assert!(!inventory.contains(KEY) && !format!("{plan:?} {production:?}").contains(KEY));
        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn what_would_ask_nobody_is_told() {
    let refused = |more: &str| {
        let text = SHOP.replace("    dns:", &format!("    uptime: {more}\n    dns:"));
        blueprints(&[("shop.yaml", &text)], &[]).map(drop).expect_err("it is a mistake")
    };
    let why = refused("{ names: { shop.exmaple: {} } }");
    assert!(why.contains("shop.yaml:13: shop.exmaple is no name of this environment"), "{why}");
    let why = refused("{ regions: [us-east-1, eu-west-1] }");
    assert!(why.contains("three regions at least"), "{why}");
    let why = refused("{ seconds: 20 }");
    assert!(why.contains("seconds"), "{why}");
    let why = refused("{ names: { www.shop.example: { path: health } } }");
    assert!(why.contains("path"), "{why}");
}

#[test]
fn checks_are_made_drift_and_are_taken_away() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000881").await;
        let production = stack(SHOP);
        local.kinds.retain(|kind| production.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));

        let route53 = Route53::new(&local.by_hand().await);
        let all = async || {
            let answer = route53.list_health_checks().send().await.expect("a list");
            answer.health_checks
        };
        let [first, second] = &all().await[..] else { panic!("two names") };
        route53.update_health_check().health_check_id(first.id()).disabled(true).send().await.expect("allowed");
        route53.delete_health_check().health_check_id(second.id()).send().await.expect("allowed");
        let by_hand = aws_sdk_route53::types::HealthCheckConfig::builder()
            .r#type(aws_sdk_route53::types::HealthCheckType::Https)
            .fully_qualified_domain_name("www.shop.example")
            .build()
            .expect("whole");
        let theirs = route53.create_health_check().caller_reference("by hand").health_check_config(by_hand);
        theirs.send().await.expect("allowed");

        let plan = local.plan(&production).await;
        let told: Vec<_> = plan.changes.iter().filter(|change| change.address.kind == CHECK).collect();
        let actions: BTreeSet<_> = told.iter().map(|change| change.action).collect();
        assert_eq!(actions, [Action::Create, Action::Update].into(), "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let now = all().await;
        assert_eq!(now.len(), 3, "somebody else's is left alone");
        let is_off = |one: &aws_sdk_route53::types::HealthCheck| {
            one.health_check_config().and_then(aws_sdk_route53::types::HealthCheckConfig::disabled) == Some(true)
        };
        assert!(!now.iter().any(is_off), "it asks again");

        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let left: Vec<_> = all().await.iter().map(|one| one.caller_reference().to_owned()).collect();
        assert_eq!(left, ["by hand"]);
        let cloudwatch = CloudWatch::new(&local.by_hand().await);
        let left = cloudwatch.describe_alarms().alarm_name_prefix("shop-production-").send().await.expect("a list");
        assert!(left.metric_alarms().is_empty(), "{left:?}");
    });
}
