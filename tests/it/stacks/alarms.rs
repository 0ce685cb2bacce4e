//! Alarms of an environment, and the topics that they tell.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client as CloudWatch;
use aws_sdk_cloudwatch::types::AlarmType;
use provision::plan::Action;
use provision::resource::Address;
use serde_json::Value;

use crate::stacks::local_account::{blueprints, on_deep_stack, words};
use crate::stacks::samples::{stack, up};

const SHOP: &str = "
tenant: shop
template: modyo
account: \"123456789012\"
environments:
  production:
    region: us-east-1
    cidr: 10.20.0.0/16
    domain: www.shop.example
    topics:
      page: { from: [cloudwatch] }
      ticket: { from: [cloudwatch], email: [ops@shop.example] }
    alarms: { enabled: true, page: page, ticket: ticket }
    queues: { jobs: {} }
    databases:
      main: { engine: postgresql, version: \"16.11\" }
    caches:
      sessions: { engine: valkey, version: \"8.0\" }
    services:
      web: { image: public.ecr.aws/shop/web:1, public: true, priority: 10, port: 8080, consumes: [jobs] }
";

/// A worker and a queue alone, which are up in a moment.
const WORKER: &str = "
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
    topics: { page: { from: [cloudwatch] } }
    alarms: { enabled: true, page: page }
    queues: { jobs: {} }
    services:
      worker: { image: public.ecr.aws/shop/worker:1, consumes: [jobs] }
";

#[test]
fn an_environment_has_its_alarms() {
    let all = blueprints(&[("tenant.yaml", SHOP)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let alarms = |address: &&Address| address.kind == "AWS::CloudWatch::Alarm";
    let names: BTreeSet<_> = all[0].resources.keys().filter(alarms).map(|address| address.name.as_str()).collect();
    let expected = [
        "balancer-main-apdex",
        "balancer-main-errors",
        "cache-sessions-cpu-1",
        "cache-sessions-cpu-2",
        "cache-sessions-memory-1",
        "cache-sessions-memory-2",
        "certificate-expires",
        "database-main-cpu-reader",
        "database-main-cpu-writer",
        "database-main-lag",
        "database-main-memory-1",
        "database-main-memory-2",
        "firewall-surge",
        "nat-1-ports",
        "nat-2-ports",
        "queue-jobs-dead",
        "queue-jobs-waiting",
        "service-web-cpu",
        "service-web-memory",
        "service-web-running",
        "service-web-unhealthy",
    ];
    assert_eq!(names, expected.into_iter().collect());
}

/// Half of those within four times the time, and all within it.
#[test]
fn apdex_is_exact() {
    let spec = alarm(SHOP, "balancer-main-apdex");
    let metrics = &spec["Metrics"];
    assert_eq!(metrics[0]["MetricStat"]["Stat"], "PR(:0.5)");
    assert_eq!(metrics[1]["MetricStat"]["Stat"], "PR(:2.0)");
    assert_eq!(metrics[2]["Expression"], "(satisfied + tolerating) / 200");
    assert_eq!((&spec["Threshold"], &spec["TreatMissingData"]), (&0.85.into(), &"notBreaching".into()));
}

/// By a band, in place of a figure, and no page.
#[test]
fn requests_are_held_against_what_is_usual() {
    let spec = alarm(&SHOP.replace("page: page,", "page: page, traffic: 3,"), "balancer-main-traffic");
    assert_eq!([&spec["ThresholdMetricId"], &spec["Threshold"]], [&Value::from("usual"), &Value::Null]);
    assert_eq!(spec["Metrics"][1]["Expression"], "ANOMALY_DETECTION_BAND(requests, 3)");
    assert_eq!(spec["AlarmActions"], serde_json::json!(["⟦AWS::SNS::Topic/ticket.TopicArn⟧"]));
    let one = SHOP.replace("page: page,", "page: page, traffic: 3, composite: {},");
    let rule = alarm(&one, "pages")["AlarmRule"].to_string();
    assert!(!rule.contains("traffic"), "what pages alone: {rule}");
}

/// What CloudFront's web ACL tells has no region among its dimensions, and is in one.
#[test]
fn the_cdns_firewall_is_watched_where_its_metrics_are() {
    let cdn = SHOP.replace("ticket: ticket }", "ticket: ticket, info: ticket }\n    cdn: { enabled: true }");
    let names = |spec: &Value| {
        let all = spec["Dimensions"].as_array().expect("a list").iter();
        all.map(|one| one["Name"].as_str().expect("a text").to_owned()).collect::<BTreeSet<_>>()
    };
    let spec = alarm(&cdn, "cdn-firewall-surge");
    assert_eq!(names(&spec), ["Rule".to_owned(), "WebACL".to_owned()].into());
    assert_eq!(spec["AlarmActions"][0], "⟦AWS::SNS::Topic/ticket.TopicArn⟧");
    let elsewhere = cdn.replace("region: us-east-1", "region: eu-west-1");
    assert_eq!(
        alarm(&elsewhere, "cdn-firewall-surge")["AlarmActions"],
        serde_json::json!([]),
        "another region's topic"
    );
    let all = blueprints(&[("tenant.yaml", &elsewhere)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let made = all[0].resources.values().find(|resource| resource.address.name == "cdn-firewall-surge");
    assert_eq!(made.map(|resource| resource.region.as_str()), Some("us-east-1"));
    assert!(all[0].warnings.iter().any(|warning| warning.what.contains("tells nobody")), "{:?}", all[0].warnings);
}

/// By the memory of the class: what is little of 16 GiB is all of 256 MiB.
#[test]
fn a_database_is_short_of_memory_by_its_class() {
    let threshold = |database: &str| {
        let tenant = SHOP.replace("version: \"16.11\" }", &format!("version: \"16.11\", {database} }}"));
        alarm(&tenant, "database-main-memory-1")["Threshold"].as_f64().expect("a number") / f64::from(1 << 20)
    };
    for (database, gib) in [
        ("class: db.r7g.large", 16.0),
        ("class: db.r6i.4xlarge", 128.0),
        ("class: db.x2g.xlarge", 64.0),
        ("class: db.t4g.large", 8.0),
        ("serverless: { min: 0.5, max: 64 }", 128.0),
    ] {
        let percent = threshold(database) * 100.0 / (gib * 1024.0);
        assert!((4.9..5.1).contains(&percent), "{database}: {percent}");
    }
    assert!((threshold("class: db.t4g.medium") - 256.0).abs() < 1.0, "never below 256 MiB");
}

#[test]
fn the_nodes_of_a_cluster_are_named_by_shard_and_number() {
    let sharded = SHOP.replace("version: \"8.0\" }", "version: \"8.0\", shards: 2, replicas: 1 }");
    let spec = alarm(&sharded, "cache-sessions-cpu-2-1");
    let node = spec["Dimensions"][0]["Value"].as_str().expect("a text");
    assert!(node.ends_with("-0002-001"), "{node}");
}

/// The properties of an alarm that a tenant gets.
fn alarm(tenant: &str, name: &str) -> Value {
    let all = blueprints(&[("tenant.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let (_, of) = all[0].resources.iter().find(|(address, _)| address.name == name).expect("it is made");
    (*of.spec).clone()
}

#[test]
fn an_alarm_that_would_reach_nobody_is_told() {
    let refused = |tenant: &str| blueprints(&[("tenant.yaml", tenant)], &[]).expect_err("a mistake");
    let closed = refused(&WORKER.replace("{ page: { from: [cloudwatch] } }", "{ page: {} }"));
    assert!(closed.contains("does not let CloudWatch publish"), "{closed}");
    let missing = refused(&WORKER.replace("page: page", "page: pager"));
    assert!(missing.contains("there is no topic pager"), "{missing}");
}

#[test]
fn an_alarm_by_hand_changed_is_mended_and_all_goes_again() {
    on_deep_stack(async {
        let (local, production) = up("300000000795", WORKER, "production").await;
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let cloudwatch = CloudWatch::new(&local.by_hand().await);
        let (silenced, deleted) = ("shop-production-service-worker-running", "shop-production-queue-jobs-dead");
        cloudwatch.disable_alarm_actions().alarm_names(silenced).send().await.expect("allowed");
        cloudwatch.delete_alarms().alarm_names(deleted).send().await.expect("allowed");
        let plan = local.plan(&production).await;
        let told: BTreeSet<_> =
            plan.changes.iter().map(|change| (change.address.name.as_str(), change.action)).collect();
        let expected = [("queue-jobs-dead", Action::Create), ("service-worker-running", Action::Update)];
        assert_eq!(told, expected.into_iter().collect(), "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
        // The sandbox leaves those behind that a policy made.
        let left = cloudwatch.describe_alarms().alarm_name_prefix("shop-production-").send().await.expect("a list");
        assert!(left.metric_alarms().is_empty(), "{left:?}");
    });
}

/// All that pages, in one alarm that is silent while somebody works.
#[test]
fn one_alarm_stands_for_all_that_page() {
    let one = SHOP.replace("page: page,", "page: page, composite: {},");
    let page = "⟦AWS::SNS::Topic/page.TopicArn⟧";
    let spec = alarm(&one, "pages");
    let paging = ["balancer-main-apdex", "balancer-main-errors", "service-web-running", "nat-1-ports", "nat-2-ports"];
    let rule = paging.map(|name| format!("ALARM(\"⟦AWS::CloudWatch::Alarm/{name}.Arn⟧\")")).join(" OR ");
    assert_eq!(spec["AlarmRule"], rule);
    assert_eq!(spec["AlarmActions"], serde_json::json!([page]));
    assert_eq!(spec["ActionsSuppressor"], "⟦AWS::CloudWatch::Alarm/maintenance.Arn⟧");
    for name in paging {
        assert_eq!(alarm(&one, name)["AlarmActions"], serde_json::json!([]), "{name}");
        assert_eq!(alarm(SHOP, name)["AlarmActions"], serde_json::json!([page]), "{name}");
    }
    let other = one.replace("composite: {}", "composite: { suppressor: night, extension: 60 }");
    let spec = alarm(&other, "pages");
    assert_eq!((&spec["ActionsSuppressor"], &spec["ActionsSuppressorExtensionPeriod"]), (&"night".into(), &60.into()));
    let all = blueprints(&[("tenant.yaml", &other)], &[]).unwrap_or_else(|why| panic!("{why}"));
    assert!(all[0].resources.keys().all(|address| address.name != "maintenance"));
}

/// The composite alarm lets go of an alarm before that is deleted, and goes before all of them.
#[test]
fn a_composite_alarm_goes_before_what_it_asks_for() {
    on_deep_stack(async {
        let tenant = WORKER.replace("page: page }", "page: page, composite: {} }");
        let more = format!("{tenant}      second: {{ image: public.ecr.aws/shop/worker:1 }}\n");
        let (local, production) = up("300000000798", &more, "production").await;
        let cloudwatch = CloudWatch::new(&local.by_hand().await);
        let rule = async || {
            let call = cloudwatch.describe_alarms().alarm_types(AlarmType::CompositeAlarm);
            let told = call.send().await.expect("a list").composite_alarms.unwrap_or_default();
            told.first().and_then(|alarm| alarm.alarm_rule().map(str::to_owned))
        };
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        assert!(rule().await.is_some_and(|rule| rule.contains("service-second-running")));
        let fewer = stack("300000000798", &tenant, "production");
        local.apply(&fewer).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(rule().await.is_some_and(|rule| !rule.contains("service-second-running")));
        let plan = local.plan(&fewer).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        local.destroy(&fewer).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(rule().await, None);
    });
}
