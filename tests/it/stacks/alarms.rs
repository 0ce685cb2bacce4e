//! Alarms of an environment, and the topics that they tell.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client as CloudWatch;
use provision::plan::Action;
use provision::resource::Address;
use serde_json::Value;

use crate::stacks::local_account::{blueprints, on_deep_stack, words};
use crate::stacks::samples::up;

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
