//! AWS's own pace, in virtual time: creations as slow and calls as limited as AWS's, and nothing slower than that.

use std::collections::BTreeMap;
use std::time::Duration;

use provision::apply::{Event, Outcome};
use provision::blueprint::Blueprint;
use provision::plan::Mode;
use provision::resource::{Address, StackId};
use serde_json::json;
use tokio::time::Instant;

use crate::world::build::{blueprint_of, stack};
use crate::world::cloud::{FakeCloud, short};
use crate::world::kinds::KINDS;
use crate::world::process::Process;
use crate::world::{Rate, YamlResource};

/// Seconds until a new one can be used: a NAT gateway, an Aurora cluster, an ECS service, a listener.
const SECONDS: [(&str, u64); 13] = [
    ("Net", 2),
    ("Part", 1),
    ("Gate", 120),
    ("Group", 1),
    ("Store", 600),
    ("Recipe", 1),
    ("Role", 1),
    ("Work", 180),
    ("Cert", 5),
    ("Door", 3),
    ("Board", 1),
    ("Cache", 1),
    ("Front", 1),
];

/// Burst and calls a second, as EC2 publishes them for what the fake kinds stand for.
fn rate(operation: &str) -> Rate {
    let published = |burst, per_second| Rate { burst, per_second, most: per_second };
    match operation {
        "CreateGate" | "DeleteGate" => published(10.0, 1.0),
        "CreateDoor" => published(20.0, 1.0),
        _ if operation.starts_with("Describe") || operation.starts_with("Get") => published(100.0, 20.0),
        _ if operation.starts_with("Tag") => published(100.0, 10.0),
        _ => published(50.0, 5.0),
    }
}

fn cloud() -> FakeCloud {
    let cloud = FakeCloud::default();
    let mut world = cloud.world();
    world.pace.latency = Duration::from_millis(150);
    for kind in KINDS.iter().map(|kind| kind.facts().kind) {
        let seconds = SECONDS.iter().find(|(name, _)| *name == short(kind)).expect("every kind has its time").1;
        world.pace.slowness.insert(kind.to_owned(), Duration::from_secs(seconds));
        let name = short(kind);
        for verb in ["Create", "Update", "Delete", "Tag", "Get"] {
            let operation = format!("{verb}{name}");
            world.pace.rates.insert(operation.clone(), rate(&operation));
        }
        world.pace.rates.insert(format!("Describe{name}s"), rate("Describe"));
    }
    drop(world);
    cloud
}

/// A stack of the size of the shipped template's.
fn resources() -> Vec<YamlResource> {
    let id = |kind: &str, name: &str| format!("⟦Fake::{kind}/{name}.Id⟧");
    let net = id("Net", "main");
    let mut all = vec![YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16", "Dns": true }))];
    for zone in 0..6 {
        let properties = json!({ "Net": net, "Range": format!("10.0.{zone}.0/24") });
        all.push(YamlResource::new("Fake::Part", &format!("p{zone}"), properties));
    }
    for zone in 0..3 {
        let properties = json!({ "Part": id("Part", &format!("p{zone}")), "Size": "small" });
        all.push(YamlResource::new("Fake::Gate", &format!("nat{zone}"), properties));
    }
    for group in 0..8 {
        let friend = id("Group", &format!("g{}", (group + 1) % 8));
        let properties = json!({ "Net": net, "Ports": [443], "Friends": [friend] });
        all.push(YamlResource::new("Fake::Group", &format!("g{group}"), properties));
    }
    for store in ["db", "cache"] {
        let properties =
            json!({ "Parts": [id("Part", "p0"), id("Part", "p1")], "Engine": "sql", "Groups": [id("Group", "g0")] });
        all.push(YamlResource::new("Fake::Store", store, properties));
    }
    for door in ["http", "https"] {
        all.push(YamlResource::new("Fake::Door", door, json!({ "Net": net, "Rule": "all" })));
    }
    for work in 0..6 {
        let name = format!("w{work}");
        let store = format!("{}@5432", id("Store", "db"));
        all.push(YamlResource::new("Fake::Recipe", &name, json!({ "Steps": ["one"], "Store": store })));
        let properties = json!({
            "Recipe": id("Recipe", &name), "Revision": format!("⟦Fake::Recipe/{name}.Revision⟧"),
            "Groups": [id("Group", "g1")], "Doors": [id("Door", "https")], "Count": 2,
        });
        all.push(YamlResource::new("Fake::Work", &name, properties));
    }
    all
}

fn blueprints(count: usize) -> Vec<Blueprint> {
    let tenant = |index: usize| {
        let mut stack = stack();
        stack.id = StackId::new(format!("t{index}"), "production");
        blueprint_of(stack, &resources())
    };
    (0..count).map(tenant).collect()
}

/// The longest chain of creations that wait for each other, and nothing else.
fn critical_path(blueprint: &Blueprint) -> Duration {
    fn end(address: &Address, blueprint: &Blueprint, known: &mut BTreeMap<Address, u64>) -> u64 {
        if let Some(end) = known.get(address) {
            return *end;
        }
        let resource = &blueprint.resources[address];
        let needs = resource.edges.iter().filter(|(_, at)| !at.iter().all(|at| at.starts_with("/Friends")));
        let start = needs.map(|(need, _)| end(need, blueprint, known)).max().unwrap_or_default();
        let own = SECONDS.iter().find(|(name, _)| *name == short(&address.kind)).expect("every kind has its time").1;
        known.insert(address.clone(), start + own);
        start + own
    }
    let mut known = BTreeMap::new();
    let ends = blueprint.resources.keys().map(|address| end(address, blueprint, &mut known));
    Duration::from_secs(ends.max().unwrap_or_default())
}

/// The least time that an operation's bucket lets so many calls take.
fn bucket_floor(blueprints: &[Blueprint]) -> Duration {
    let mut creates: BTreeMap<String, f64> = BTreeMap::new();
    for address in blueprints.iter().flat_map(|blueprint| blueprint.resources.keys()) {
        *creates.entry(format!("Create{}", short(&address.kind))).or_default() += 1.0;
    }
    let floor = |(operation, calls): (&String, &f64)| (calls - rate(operation).burst) / rate(operation).per_second;
    Duration::from_secs_f64(creates.iter().map(floor).fold(0.0, f64::max))
}

/// Applies to an empty account, and returns how long it took; nothing may fail.
async fn makespan(blueprints: &[Blueprint]) -> Duration {
    let cloud = cloud();
    let process = Process::new(&cloud, "run", blueprints.iter().collect(), Mode::Apply);
    let start = Instant::now();
    let ended = process.apply().await.expect("nothing stands in the way");
    let makespan = start.elapsed();
    let bad: Vec<_> = ended
        .iter()
        .flat_map(|(_, run_summary)| &run_summary.steps)
        .filter(|(step, (outcome, _))| *outcome != Outcome::Done && step.verb != provision::plan::Verb::Wait)
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let events = process.events.lock().expect("no panic here");
    assert!(!events.iter().any(|event| matches!(event, Event::Failed { .. })), "a throttle reached the user");
    makespan
}

#[tokio::test(start_paused = true)]
async fn one_stack_takes_no_longer_than_its_longest_chain() {
    let blueprints = blueprints(1);
    let (path, makespan) = (critical_path(&blueprints[0]), makespan(&blueprints).await);
    println!("critical path {path:?}, makespan {makespan:?}: {:.3}", makespan.as_secs_f64() / path.as_secs_f64());
    assert!(makespan <= path.mul_f64(1.05), "{makespan:?} for a critical path of {path:?}");
}

#[tokio::test(start_paused = true)]
async fn twenty_stacks_at_once_take_no_longer_than_one_or_their_buckets() {
    let blueprints = blueprints(20);
    let (path, floor) = (critical_path(&blueprints[0]), bucket_floor(&blueprints));
    let makespan = makespan(&blueprints).await;
    let least = path.max(floor);
    println!(
        "critical path {path:?}, bucket floor {floor:?}, makespan {makespan:?}: {:.3}",
        makespan.as_secs_f64() / least.as_secs_f64()
    );
    assert!(makespan <= least.mul_f64(1.15), "{makespan:?} for a path of {path:?} and buckets of {floor:?}");
}
