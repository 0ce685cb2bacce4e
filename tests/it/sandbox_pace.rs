//! AWS's own pace on the local AWS: creations that take as long as AWS's, scaled, and AWS's request rates.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use futures_util::future::BoxFuture;
use provision::aws::{Aws, Reader, Writer};
use provision::blueprint::Blueprint;
use provision::kinds::KINDS;
use provision::plan::{Mode, Step, StepId, Verb};
use provision::resource::{
    AnyKind, AnyListing, AnyMade, Changes, Difference, Disruption, Facts, FieldDiff, Kept, Live, Name, Permissions,
    Result, Schema, Scope, Settled, Shape, Tags,
};
use provision::sandbox;
use serde_json::{Value, json};

use crate::local_aws;
use crate::sandbox::control;
use crate::stage::{Stage, blueprints, on_deep_stack, on_deep_stack_for, plan_with};

const ACME: &str = include_str!("../../tenants/acme.yaml");
const INITECH: &str = include_str!("../../tenants/initech.yaml");
/// One second here is ten of AWS's.
const SCALE: f64 = 0.1;
/// The kinds that take their time, and what the server calls it.
const SLOW: &[(&str, &str)] = &[
    ("AWS::EC2::NatGateway", "nat gateway"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "load balancer"),
    ("AWS::RDS::DBCluster", "db cluster"),
    ("AWS::RDS::DBInstance", "db instance"),
    ("AWS::ElastiCache::ReplicationGroup", "cache"),
    ("AWS::ECS::Service", "deployment"),
];

/// At a fifth of AWS's rates the server has to refuse calls; none of that fails a step.
#[test]
fn who_is_throttled_goes_on_more_slowly_and_fails_nothing() {
    on_deep_stack(async {
        let cache = local_aws::folder("rates");
        let url = local_aws::start(&cache, &local_aws::options().await).await.url;
        let account = "800000000001";
        ask(&url, "POST", "rates", &json!({ "factor": 0.2 })).await;
        let (stage, production) = (Stage::on(&url, account), stack(account, INITECH));
        stage.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(throttles(&url).await > 0, "the server throttled nothing, so this shows nothing");
        sandbox::down(&cache).await.expect("it ends");
    });
}

/// Measures how close an apply comes to the longest chain of waits in its plan. A report: timing is no test.
#[test]
#[ignore = "takes minutes and measures time; tests/crash --pace runs it"]
fn an_apply_at_the_pace_of_aws() {
    on_deep_stack_for(Duration::from_secs(3600), async {
        let cache = local_aws::folder("pace");
        let url = local_aws::start(&cache, &local_aws::options().await).await.url;
        ask(&url, "POST", "slow", &json!({ "scale": SCALE })).await;
        ask(&url, "POST", "rates", &json!({ "factor": 1.0 / SCALE })).await;
        let times = ask(&url, "GET", "slow", &Value::Null).await["times"].clone();
        let account = "800000000002";
        let production = stack(account, ACME);
        let mut stage = Stage::on(&url, account);
        stage.kinds =
            KINDS.iter().map(|kind| &*Box::leak(Box::new(Paced(*kind))) as &'static dyn AnyKind<Aws>).collect();
        let mut lines = Vec::new();
        for run in ["first run", "second run, with the certificate"] {
            let plan = plan_with(&production, &stage.inventory(&production).await, Mode::Apply);
            let path = longest(&plan.steps, &times);
            let ledger = stage.run(&production, Mode::Apply).await.unwrap_or_else(|why| panic!("{why}"));
            let (took, steps) = (ledger.elapsed.as_secs_f64(), plan.steps.len());
            let ratio = if path > 0.0 { format!("{:.2}", took / path) } else { "-".into() };
            lines.push(format!("{run}: {steps} steps in {took:.1} s, longest chain {path:.1} s, ratio {ratio}"));
        }
        lines.push(format!("{} calls throttled by the server, none of them seen by the user", throttles(&url).await));
        writeln!(std::io::stdout(), "\nacme/production at a tenth of AWS's times\n{}", lines.join("\n")).expect("read");
        sandbox::down(&cache).await.expect("it ends");
    });
}

/// The seconds of the longest chain of steps, by what the server makes each take.
fn longest(steps: &BTreeMap<StepId, Step>, times: &Value) -> f64 {
    fn end<'a>(
        step: &'a Step,
        steps: &'a BTreeMap<StepId, Step>,
        times: &Value,
        known: &mut BTreeMap<&'a StepId, f64>,
    ) -> f64 {
        if let Some(end) = known.get(&step.id) {
            return *end;
        }
        let before: Vec<_> = step.after.iter().filter_map(|id| steps.get(id)).collect();
        let start = before.into_iter().map(|step| end(step, steps, times, known)).fold(0.0, f64::max);
        let waits = matches!(step.id.verb, Verb::Create | Verb::Update);
        let slow = SLOW.iter().find(|(kind, _)| waits && *kind == step.id.address.kind);
        let own = slow.and_then(|(_, what)| times[what].as_f64()).unwrap_or_default() * SCALE;
        known.insert(&step.id, start + own);
        start + own
    }
    let mut known = BTreeMap::new();
    steps.values().map(|step| end(step, steps, times, &mut known)).fold(0.0, f64::max)
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

/// How many calls the server has refused for being too many.
async fn throttles(url: &str) -> usize {
    let calls = ask(url, "GET", "calls", &Value::Null).await;
    calls["calls"].as_array().expect("a list").iter().filter(|call| call["fault"] == "throttle").count()
}

/// A kind whose usual time is scaled as the server's is: looks are spaced by it.
struct Paced(&'static dyn AnyKind<Aws>);

impl Shape for Paced {
    fn facts(&self) -> Facts {
        let facts = self.0.facts();
        let seconds = (f64::from(facts.seconds) * SCALE).ceil() as u32;
        Facts { seconds, ..facts }
    }
    fn permissions(&self) -> Permissions {
        self.0.permissions()
    }
    fn schema(&self) -> &'static Schema {
        self.0.schema()
    }
    fn normalise(&self, spec: Value) -> std::result::Result<Value, String> {
        self.0.normalise(spec)
    }
    fn check(&self, spec: &Value) -> Vec<(String, String)> {
        self.0.check(spec)
    }
    fn compare(&self, live: &Value, desired: &Value) -> Difference {
        self.0.compare(live, desired)
    }
    fn disruption(&self, fields: &[FieldDiff]) -> Disruption {
        self.0.disruption(fields)
    }
    fn refuses(&self, live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        self.0.refuses(live, desired, fields)
    }
    fn replaces(&self, live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        self.0.replaces(live, desired, field)
    }
    fn holds_initial(&self, field: &FieldDiff) -> bool {
        self.0.holds_initial(field)
    }
    fn is_deployed_by_others(&self, path: &str, live: &Value, desired: &Value) -> bool {
        self.0.is_deployed_by_others(path, live, desired)
    }
    fn follows(&self, spec: &Value, other_kind: &str, other_spec: &Value) -> Option<&'static str> {
        self.0.follows(spec, other_kind, other_spec)
    }
}

impl AnyKind<Aws> for Paced {
    fn list<'a>(&'a self, reader: &'a Reader, scope: &'a Scope) -> BoxFuture<'a, Result<AnyListing>> {
        self.0.list(reader, scope)
    }
    fn create<'a>(
        &'a self,
        writer: &'a Writer,
        name: &'a Name,
        spec: &'a Settled,
        tags: &'a Tags,
    ) -> BoxFuture<'a, Result<AnyMade>> {
        self.0.create(writer, name, spec, tags)
    }
    fn update<'a>(
        &'a self,
        writer: &'a Writer,
        live: &'a Live,
        spec: &'a Settled,
        changes: &'a Changes,
    ) -> BoxFuture<'a, Result<AnyMade>> {
        self.0.update(writer, live, spec, changes)
    }
    fn retag<'a>(
        &'a self,
        writer: &'a Writer,
        live: &'a Live,
        set: &'a Tags,
        unset: &'a [String],
    ) -> BoxFuture<'a, Result<()>> {
        self.0.retag(writer, live, set, unset)
    }
    fn delete<'a>(&'a self, writer: &'a Writer, live: &'a Live) -> BoxFuture<'a, Result<Vec<Kept>>> {
        self.0.delete(writer, live)
    }
    fn shape(&self) -> &dyn Shape {
        self
    }
}
