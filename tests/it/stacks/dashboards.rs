//! The dashboard of an environment: what is on it, its picture in the docs, and its life on the sandbox.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use aws_sdk_cloudwatch::Client as CloudWatch;
use provision::plan::Action;
use serde_json::{Value, json};

use crate::stacks::local_account::{blueprints, on_deep_stack, words};
use crate::stacks::samples::up;

const SHOP: &str = "
tenant: acme
template: modyo
account: \"123456789012\"
environments:
  production:
    region: us-east-1
    cidr: 10.20.0.0/16
    domain: www.acme.example
    topics:
      page: { from: [cloudwatch] }
      ticket: { from: [cloudwatch] }
    alarms: { enabled: true, page: page, ticket: ticket }
    dashboard: { enabled: true }
    queues: { mails: {}, orders: {} }
    databases:
      main: { engine: postgresql, version: \"16.11\" }
    caches:
      sessions: { engine: valkey, version: \"8.0\" }
    services:
      web: { image: public.ecr.aws/shop/web:1, public: true, priority: 90, paths: [/*], port: 8080, consumes: [mails] }
      api: { image: public.ecr.aws/shop/api:1, public: true, priority: 20, paths: [/api/*], port: 8080, consumes: [orders] }
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
    dashboard: { enabled: true, hours: 12 }
    queues: { jobs: {} }
    services:
      worker: { image: public.ecr.aws/shop/worker:1, consumes: [jobs] }
";

const NAME: &str = "shop-production-main";

/// The body of the dashboard that a tenant gets.
fn body(tenant: &str) -> Value {
    let all = blueprints(&[("tenant.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let board = all[0].resources.iter().find(|(address, _)| address.kind == "AWS::CloudWatch::Dashboard");
    board.map_or(Value::Null, |(_, resource)| resource.spec["DashboardBody"].clone())
}

fn titles(body: &Value) -> Vec<&str> {
    let widgets = body["widgets"].as_array().expect("a list");
    widgets.iter().filter_map(|widget| widget["properties"]["title"].as_str()).collect()
}

fn graph<'a>(body: &'a Value, title: &str) -> &'a Value {
    let widgets = body["widgets"].as_array().expect("a list");
    let found = widgets.iter().find(|widget| widget["properties"]["title"] == title);
    &found.unwrap_or_else(|| panic!("{title}: {:?}", titles(body)))["properties"]
}

#[test]
fn a_dashboard_shows_what_there_is() {
    let body = body(SHOP);
    let expected = [
        "Alarms",
        "Requests",
        "Requests that fail (5xx)",
        "How long answers take",
        "Apdex (0.5 s satisfy)",
        "CPU of services",
        "Memory of services",
        "Running tasks",
        "CPU of databases",
        "Connections to databases",
        "Memory that databases have left",
        "CPU of caches",
        "Memory of caches",
        "Keys that caches throw out",
        "Messages that wait",
        "How long the oldest message waits",
        "Messages that were given up on",
        "Connections through NAT",
        "Bytes out through NAT",
        "Refused for want of ports",
        "What the firewall does",
    ];
    assert_eq!(titles(&body), expected);
    let percentiles = graph(&body, "How long answers take")["metrics"].as_array().expect("a list").iter();
    let percentiles: Vec<_> = percentiles.map(|metric| metric[4]["stat"].as_str().expect("a text")).collect();
    assert_eq!(percentiles, ["p50", "p95", "p99"]);
    let apdex = &graph(&body, "Apdex (0.5 s satisfy)")["metrics"];
    assert_eq!(apdex[0][0]["expression"], "(satisfied_main + tolerating_main) / 200");
    assert_eq!((&apdex[1][4]["id"], &apdex[1][4]["stat"]), (&json!("satisfied_main"), &json!("PR(:0.5)")));
    assert_eq!((&apdex[2][4]["id"], &apdex[2][4]["stat"]), (&json!("tolerating_main"), &json!("PR(:2.0)")));
    assert_eq!(graph(&body, "Alarms")["alarms"].as_array().map(Vec::len), Some(27));
}

/// Each row fills the 24 columns, whatever the environment has.
#[test]
fn no_row_of_a_dashboard_has_a_gap() {
    let both = SHOP.replace("    domain:", "    load_balancer: both\n    domain:");
    let plain = SHOP.replace("page: page", "apdex: null, page: page");
    for tenant in [SHOP, WORKER, &both, &plain] {
        let body = body(tenant);
        let widths = body["widgets"].as_array().expect("a list").iter().map(|widget| widget["width"].as_u64());
        let mut column = 0;
        for width in widths {
            column += width.expect("a number");
            assert!(column <= 24, "a widget would fall into the next row: {:?}", titles(&body));
            column %= 24;
        }
        assert_eq!(column, 0, "{:?}", titles(&body));
    }
}

#[test]
fn nobody_gets_a_dashboard_unasked() {
    assert_eq!(body(&SHOP.replace("    dashboard: { enabled: true }\n", "")), Value::Null);
}

/// `UPDATE=1` draws it anew.
#[test]
fn the_picture_in_the_docs_is_of_this_dashboard() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python =
        std::env::var_os("PROVISION_TEST_PYTHON").expect("PROVISION_TEST_PYTHON names a Python: run tests/run");
    let script = root.join("tests/dashboard_picture.py");
    let started = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut drawing = started.expect("the interpreter starts");
    let mut input = drawing.stdin.take().expect("it is piped");
    input.write_all(body(SHOP).to_string().as_bytes()).expect("it reads");
    drop(input);
    let drawn = drawing.wait_with_output().expect("it ends");
    assert!(drawn.status.success());
    let (drawn, path) = (String::from_utf8_lossy(&drawn.stdout), root.join("docs/dashboard.svg"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, drawn.as_bytes()).expect("it can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == drawn, "{} is of another dashboard: UPDATE=1 draws it anew", path.display());
}

#[test]
fn a_dashboard_by_hand_changed_is_mended_and_goes_with_its_environment() {
    on_deep_stack(async {
        let (local, production) = up("300000000797", WORKER, "production").await;
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let cloudwatch = CloudWatch::new(&local.by_hand().await);
        let get = || cloudwatch.get_dashboard().dashboard_name(NAME).send();
        let there = get().await.expect("it is there").dashboard_body.expect("a body");
        // The same in other words is no difference.
        let mut value: Value = serde_json::from_str(&there).expect("JSON");
        let put = |body: String| cloudwatch.put_dashboard().dashboard_name(NAME).dashboard_body(body).send();
        put(serde_json::to_string_pretty(&value).expect("JSON")).await.expect("allowed");
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        value["start"] = json!("-PT1H");
        value["widgets"].as_array_mut().expect("a list").remove(1);
        put(value.to_string()).await.expect("allowed");
        let plan = local.plan(&production).await;
        let change = plan.changes.first().expect("it is drift");
        let paths: Vec<_> = change.fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(change.action, Action::Update, "{}", words(&plan));
        assert_eq!(paths, ["/DashboardBody/start", "/DashboardBody/widgets"], "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(get().await.expect("it is there").dashboard_body.expect("a body"), there);
        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(get().await.is_err(), "it is gone");
    });
}
