//! What a person asks for beside the YAML: a resource is forgotten, or restarted.

use std::time::Duration;

use provision::apply::{PlanSnapshot, RunSummary};
use provision::blueprint::Blueprint;
use provision::fleet::{ForgetError, RestartError, Selector};
use provision::plan::{ForgetConflict, Mode, RestartConflict};
use provision::resource::{Address, Class, Failure, Result, key};
use serde_json::json;

use crate::engine::{actions, environment, reference};
use crate::world::agreeing::once;
use crate::world::process::Process;
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

/// What is asked for.
enum Asked<'a> {
    Forget(&'a Blueprint, Address),
    Restart(Vec<Selector>),
}

struct Asking<'a> {
    process: &'a Process<'a>,
    asked: Asked<'a>,
}

impl Asking<'_> {
    async fn look(&self) -> Result<PlanSnapshot> {
        let fleet = self.process.fleet();
        let why = |why: String| Failure::new(Class::Other, why);
        match &self.asked {
            Asked::Forget(blueprint, address) => {
                fleet.forgetting(blueprint, address).await.map_err(|error| why(format!("{error:?}")))
            }
            Asked::Restart(selectors) => fleet.restarting(selectors).await.map_err(|error| why(format!("{error:?}"))),
        }
    }
}

async fn carried_out(process: &Process<'_>, asked: Asked<'_>) -> RunSummary {
    let asking = Asking { process, asked };
    let ended = once(process, Duration::ZERO, || asking.look()).await.expect("nothing is in the way");
    let (_, run_summary) = ended.into_iter().next().expect("one stack");
    assert!(!run_summary.is_broken_off(), "{run_summary:?}");
    run_summary
}

fn address(name: &str) -> Address {
    name.parse().expect("an address")
}

fn part(name: &str, range: &str) -> YamlResource {
    YamlResource::new("Fake::Part", name, json!({ "Net": reference("Net", "main", "Id"), "Range": range }))
}

fn operations(bench: &Bench, from: usize) -> Vec<String> {
    bench.cloud.world().calls[from..].iter().map(|call| format!("{} {}", call.operation, call.place)).collect()
}

fn process<'a>(bench: &Bench, wanted: &'a Blueprint) -> Process<'a> {
    Process::new(&bench.cloud, "by-hand", vec![wanted], Mode::Apply)
}

async fn refused(bench: &Bench, wanted: &Blueprint, name: &str) -> ForgetConflict {
    match process(bench, wanted).fleet().forgetting(wanted, &address(name)).await {
        Err(ForgetError::Conflict(conflict)) => conflict,
        other => panic!("{name} is {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_loses_our_tags_and_nothing_else_and_is_nobodys() {
    let mut resources = environment();
    resources.push(part("c", "10.0.2.0/24"));
    let bench = Bench::new();
    bench.apply(&blueprint(&resources)).await;
    resources.retain(|resource| resource.name != "c");
    let wanted = blueprint(&resources);
    let find = |bench: &Bench| {
        let world = bench.cloud.world();
        world.things.values().find(|thing| thing.spec["Range"] == "10.0.2.0/24").cloned().expect("it is there")
    };
    let (before, calls) = (find(&bench), bench.cloud.world().calls.len());

    let process = process(&bench, &wanted);
    carried_out(&process, Asked::Forget(&wanted, address("Fake::Part/c"))).await;
    assert_eq!(operations(&bench, calls), ["TagPart Fake::Part/c"]);
    let after = find(&bench);
    assert!(after.tags.iter().all(|(key, _)| !key.starts_with(key::PREFIX)), "{:?}", after.tags);
    let theirs = before.tags.iter().filter(|(key, _)| !key.starts_with(key::PREFIX));
    assert!(theirs.eq(after.tags.iter()), "the user's tags stay: {:?}", after.tags);
    assert_eq!(after.spec, before.spec);

    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);
    assert_eq!(refused(&bench, &wanted, "Fake::Part/c").await, ForgetConflict::Missing);
}

#[tokio::test(start_paused = true)]
async fn what_the_yaml_names_or_ours_use_or_a_name_makes_ours_is_not_forgotten() {
    let mut resources = environment();
    resources.push(part("c", "10.0.2.0/24"));
    resources.push(YamlResource::new(
        "Fake::Gate",
        "side",
        json!({ "Part": reference("Part", "c", "Id"), "Size": "small" }),
    ));
    resources.push(YamlResource::new("Fake::Cache", "pages", json!({ "Headers": ["a"] })));
    let bench = Bench::new();
    bench.apply(&blueprint(&resources)).await;
    let wanted = blueprint(&resources);
    assert_eq!(refused(&bench, &wanted, "Fake::Part/c").await, ForgetConflict::Wanted);

    resources.retain(|resource| !["c", "side", "pages"].contains(&&*resource.name));
    let wanted = blueprint(&resources);
    let users = [address("Fake::Gate/side")].into();
    assert_eq!(refused(&bench, &wanted, "Fake::Part/c").await, ForgetConflict::Used(users));
    assert_eq!(refused(&bench, &wanted, "Fake::Cache/pages").await, ForgetConflict::Named);

    // A former name is a name.
    let mut renamed = resources.clone();
    renamed.push(YamlResource { was: Some("c".into()), ..part("d", "10.0.2.0/24") });
    assert_eq!(refused(&bench, &blueprint(&renamed), "Fake::Part/c").await, ForgetConflict::Wanted);

    // What could not be read may use it.
    bench.cloud.world().faults.set(&[Fault::new("DescribeGates", What::Deny, None)]);
    let conflict = refused(&bench, &wanted, "Fake::Part/c").await;
    assert!(matches!(&conflict, ForgetConflict::MayBeUsed(kind, _) if kind == "Fake::Gate"), "{conflict:?}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_is_one_update_that_changes_nothing() {
    let resources = environment();
    let wanted = blueprint(&resources);
    let bench = Bench::new();
    bench.apply(&wanted).await;
    let stack = &wanted.stack.id;
    let calls = bench.cloud.world().calls.len();
    let process = process(&bench, &wanted);
    // Of all that the wildcard matches, one can be restarted.
    let every = format!("{stack}/*").parse().expect("a selector");
    carried_out(&process, Asked::Restart(vec![every])).await;
    assert_eq!(operations(&bench, calls), ["UpdateWork Fake::Work/shop"]);
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);

    let look = async |name: &str| {
        let selector: Selector = format!("{stack}/{name}").parse().expect("a selector");
        process.fleet().restarting(&[selector]).await.expect_err("it is refused")
    };
    let why = look("Fake::Net/main").await;
    assert!(matches!(&why, RestartError::Unmatched(message) if message.contains("matches no resource")), "{why:?}");
    let later = tokio::time::Instant::now() + Duration::from_secs(3600);
    for thing in bench.cloud.world().things.values_mut().filter(|thing| thing.kind == "Fake::Work") {
        thing.ready_at = Some(later);
    }
    let why = look("shop").await;
    assert!(matches!(&why, RestartError::Conflict(_, _, RestartConflict::Settling(_))), "{why:?}");
}
