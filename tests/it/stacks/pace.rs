//! AWS's own pace on the local AWS: creations that take as long as AWS's, and AWS's request rates.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use provision::apply::RunSummary;
use provision::blueprint::Blueprint;
use provision::plan::Mode;
use provision::resource::Address;
use provision::sandbox;
use serde_json::{Value, json};

use crate::commands::shell::{Shell, both, environment};
use crate::sandbox::control;
use crate::sandbox::local_aws;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, on_deep_stack_for};

const ACME: &str = include_str!("../../../tenants/acme.yaml");
const INITECH: &str = include_str!("../../../tenants/initech.yaml");
/// The kinds that take their time, and what the server calls that. A gateway endpoint takes less than an interface, and
/// nothing waits for either.
const SLOW: &[(&str, &str)] = &[
    ("AWS::EC2::NatGateway", "nat gateway"),
    ("AWS::EC2::VPCEndpoint", "endpoint"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "load balancer"),
    ("AWS::RDS::DBCluster", "db cluster"),
    ("AWS::RDS::DBInstance", "db instance"),
    ("AWS::RDS::DBProxy", "proxy"),
    ("AWS::RDS::DBProxy", "proxy target"),
    ("AWS::ElastiCache::ReplicationGroup", "cache"),
    ("AWS::CloudFront::Distribution", "distribution"),
    ("AWS::CloudFront::VpcOrigin", "vpc origin"),
    ("AWS::Route53::RecordSet", "record"),
    ("AWS::ServiceDiscovery::HttpNamespace", "namespace"),
    ("AWS::ECS::Service", "deployment"),
];

/// What a first apply of `acme/production` may ask while everything takes AWS's time: 874 for 103 resources when this was
/// written, 538 of them where nothing takes any.
const CALLS: usize = 900;

/// At a fifth of AWS's rates the server has to refuse calls; none of that fails a step.
#[test]
fn who_is_throttled_goes_on_more_slowly_and_fails_nothing() {
    on_deep_stack(async {
        let cache = local_aws::folder("rates");
        let url = local_aws::start(&cache, &local_aws::options().await).await.url;
        let account = "800000000001";
        let (local, production) = (LocalAccount::on(&url, account), stack(account, INITECH));
        // At first hardly anything gets through, and then a fifth of what AWS lets through.
        ask(&url, "POST", "rates", &json!({ "factor": 0.02 })).await;
        let eased = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            ask(&url, "POST", "rates", &json!({ "factor": 0.2 })).await;
        };
        let (applied, ()) = tokio::join!(local.apply(&production), eased);
        applied.unwrap_or_else(|why| panic!("{why}"));
        assert!(throttles(&url).await > 0, "the server throttled nothing, so this shows nothing");
        sandbox::down(&cache).await.expect("it ends");
    });
}

/// Alarms are many, and AWS takes three of them a second: they are sent as AWS takes them.
#[test]
fn many_alarms_are_written_and_deleted_at_the_pace_of_aws() {
    on_deep_stack(async {
        let cache = local_aws::folder("alarm-rates");
        let url = local_aws::start(&cache, &local_aws::options().await).await.url;
        let account = "800000000003";
        let (local, production) = (LocalAccount::on(&url, account), stack(account, &many_queues(10)));
        ask(&url, "POST", "rates", &json!({ "factor": 1 })).await;
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&production).await.unwrap_or_else(|why| panic!("{why}"));
        for operation in ["PutMetricAlarm", "DeleteAlarms"] {
            let told = calls_of(&url, operation).await;
            assert!(told.len() >= 20, "{operation}: {told:?}");
            let refused = told.iter().filter(|call| call["fault"] == "throttle").count();
            // A machine that is busy may hold calls up until several come at once.
            assert!(refused * 10 <= told.len(), "{operation}: {refused} of {} were refused", told.len());
        }
        sandbox::down(&cache).await.expect("it ends");
    });
}

/// An environment with two alarms for each of so many queues, and little else.
fn many_queues(number: usize) -> String {
    let queues: String = (0..number).map(|number| format!("      q{number}: {{}}\n")).collect();
    format!(
        "tenant: many\ntemplate: modyo\naccount: \"123456789012\"\nenvironments:\n  production:\n    region: us-east-1\n    \
         cidr: 10.20.0.0/16\n    nat: none\n    load_balancer: none\n    waf: {{ enabled: false }}\n    \
         topics: {{ page: {{ from: [cloudwatch] }} }}\n    alarms: {{ enabled: true, page: page }}\n    queues:\n{queues}"
    )
}

/// Measures how close a first apply comes to the longest chain of what it has to wait for. A report: timing is no test.
#[tokio::test]
#[ignore = "takes twenty minutes and measures time; tests/crash --pace runs it"]
async fn an_apply_at_the_pace_of_aws() {
    let cache = local_aws::folder("pace");
    let url = local_aws::start(&cache, &local_aws::options().await).await.url;
    ask(&url, "POST", "slow", &json!({ "scale": 1.0 })).await;
    ask(&url, "POST", "rates", &json!({ "factor": 1.0 })).await;
    let times = ask(&url, "GET", "slow", &Value::Null).await["times"].clone();
    let account = "800000000002";
    let shell = Shell { folder: cache.join("project"), env: environment(&url, account) };
    let shell = shell.with("XDG_STATE_HOME", &cache.join("state").display().to_string());
    shell.write("tenants/acme.yaml", &ACME.replace("123456789012", account));
    let start = Instant::now();
    let output = shell.run(&["apply", "acme/production", "--yes"]).await;
    let took = start.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", both(&output));
    let production = stack(account, ACME);
    let (path, resources) = (longest(&production, &times), production.resources.len());
    let calls = LocalAccount::on(&url, account).calls().await;
    writeln!(
        std::io::stdout(),
        "\n{resources} resources of acme/production in {took:.0} s, longest chain {path:.0} s, ratio {:.3}\n\
         {} calls: {}\n{} calls throttled by the server, none of them seen by the user",
        took / path,
        calls.len(),
        tally(&calls),
        throttles(&url).await
    )
    .expect("read");
    sandbox::down(&cache).await.expect("it ends");
    assert!(calls.len() <= CALLS, "{} calls, not {CALLS}", calls.len());
}

/// How often each call was made, the most frequent first.
fn tally(calls: &[String]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    calls.iter().for_each(|call| *counts.entry(call).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts.iter().map(|(call, count)| format!("{count} {call}")).collect::<Vec<_>>().join(", ")
}

/// Measures twenty stacks at once in one account, at AWS's own times and rates. A report as well.
#[test]
#[ignore = "takes a quarter of an hour and measures time; tests/crash --pace-of-twenty runs it"]
fn twenty_applies_at_the_pace_of_aws() {
    on_deep_stack_for(Duration::from_secs(3600), async {
        let cache = local_aws::folder("pace-of-twenty");
        let url = local_aws::start(&cache, &local_aws::options().await).await.url;
        ask(&url, "POST", "slow", &json!({ "scale": 1.0 })).await;
        let times = ask(&url, "GET", "slow", &Value::Null).await["times"].clone();
        let account = "800000000003";
        let local = LocalAccount::on(&url, account);
        let tenant = |index: usize| {
            let name = format!("t{index:02}");
            ACME.replace("tenant: acme", &format!("tenant: {name}")).replace("acme.example", &format!("{name}.example"))
        };
        let stacks: Vec<_> = (1..=20).map(|index| stack(account, &tenant(index))).collect();
        let path = longest(&stacks[0], &times);
        let inventories = join_all(stacks.iter().map(|stack| local.inventory(stack))).await;
        ask(&url, "POST", "rates", &json!({ "factor": 1.0 })).await;
        let start = Instant::now();
        let runs = stacks.iter().zip(&inventories).map(|(stack, live)| local.run_from(stack, live, Mode::Apply));
        let ended: Result<Vec<_>, _> = join_all(runs).await.into_iter().collect();
        let took = start.elapsed().as_secs_f64();
        let run_summaries = ended.unwrap_or_else(|why| panic!("{why}"));
        let floor = ask(&url, "GET", "rates", &Value::Null).await;
        let least = path.max(floor["seconds"].as_f64().expect("seconds"));
        writeln!(
            std::io::stdout(),
            "\ntwenty stacks at once in {took:.1} s, longest chain {path:.1} s, bucket floor {floor}, ratio {:.2}\n\
             {} calls throttled by the server, none of them seen by the user\nlongest of a kind: {}",
            took / least,
            throttles(&url).await,
            slowest(&run_summaries)
        )
        .expect("read");
        sandbox::down(&cache).await.expect("it ends");
    });
}

/// The longest step of each kind, the longest first.
fn slowest(run_summaries: &[RunSummary]) -> String {
    let mut longest: BTreeMap<&str, f64> = BTreeMap::new();
    for (id, (_, took)) in run_summaries.iter().flat_map(|run_summary| &run_summary.steps) {
        let known = longest.entry(&id.address.kind).or_default();
        *known = known.max(took.as_secs_f64());
    }
    let mut longest: Vec<_> = longest.into_iter().collect();
    longest.sort_by(|a, b| b.1.total_cmp(&a.1));
    longest.iter().map(|(kind, seconds)| format!("{kind} {seconds:.0} s")).collect::<Vec<_>>().join(", ")
}

/// AWS's seconds of the longest chain of resources that need each other, by what the server makes each take.
fn longest(blueprint: &Blueprint, times: &Value) -> f64 {
    fn end<'a>(
        address: &'a Address,
        blueprint: &'a Blueprint,
        times: &Value,
        known: &mut BTreeMap<&'a Address, f64>,
    ) -> f64 {
        if let Some(end) = known.get(address) {
            return *end;
        }
        let Some(resource) = blueprint.resources.get(address) else { return 0.0 };
        let needed = resource.edges.keys().map(|needed| end(needed, blueprint, times, known));
        let start = needed.fold(0.0, f64::max);
        let slow = SLOW.iter().filter(|(kind, _)| *kind == address.kind);
        let own: f64 = slow.map(|(_, what)| times[what].as_f64().expect("seconds")).sum();
        known.insert(address, start + own);
        start + own
    }
    let mut known = BTreeMap::new();
    blueprint.resources.keys().map(|address| end(address, blueprint, times, &mut known)).fold(0.0, f64::max)
}

fn stack(account: &str, tenant: &str) -> Blueprint {
    let tenant = tenant.replace("123456789012", account).replace("111122223333", account);
    let all = blueprints(&[("tenant.yaml", &tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    all.into_iter().find(|blueprint| blueprint.stack.id.environment == "production").expect("the sample has it")
}

async fn ask(url: &str, method: &str, what: &str, body: &Value) -> Value {
    let (status, said) = control(url, method, what, body).await;
    assert_eq!(status, 200, "{said}");
    serde_json::from_str(&said).expect("JSON")
}

async fn calls_of(url: &str, operation: &str) -> Vec<Value> {
    let calls = ask(url, "GET", "calls", &Value::Null).await;
    let all = calls["calls"].as_array().expect("a list").iter();
    all.filter(|call| call["operation"] == operation).cloned().collect()
}

/// How many calls the server has refused for being too many.
async fn throttles(url: &str) -> usize {
    let calls = ask(url, "GET", "calls", &Value::Null).await;
    calls["calls"].as_array().expect("a list").iter().filter(|call| call["fault"] == "throttle").count()
}
