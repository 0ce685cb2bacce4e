//! What is ignored, or drift that is left alone.

use std::sync::Arc;

use provision::blueprint::{Blueprint, Ignore};
use provision::inventory::{Inventory, ListOutcome};
use provision::plan::{Action, Mode, StackPlan};
use provision::resource::{Address, Live, Unmodelled};
use serde_json::{Value, json};

use crate::engine::{change, environment};
use crate::world::process::Process;
use crate::world::{Bench, YamlResource, blueprint, kinds};

/// Changes what one process sees of a resource.
fn meddle(inventory: &mut Inventory, place: &str, how: impl Fn(&mut Live)) {
    for seen in inventory.kinds.values_mut() {
        let ListOutcome::Read(listing) = seen else { panic!("all is readable") };
        let found = listing.found.iter_mut().filter(|(address, _)| address.to_string() == place);
        found.flat_map(|(_, lives)| lives).for_each(|live| how(Arc::make_mut(live)));
    }
}

fn ignoring(resources: &[YamlResource], place: &str, field: &str) -> Blueprint {
    let mut wanted = blueprint(resources);
    let (kind, name) = place.rsplit_once('/').expect("type and name");
    let resource = wanted.resources.get_mut(&Address::new(kind, name)).expect("it is wanted");
    resource.ignore.push(Ignore { field: field.into(), owner: "the network team".into(), until: None, span: None });
    wanted
}

/// The plan when the group `web` has something that no spec can express.
async fn plan(resources: &[YamlResource], wanted: &Blueprint, mode: Mode) -> StackPlan {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    assert_ne!(resources, environment(), "something changes");
    let process = Process::new(&bench.cloud, "run", vec![wanted], mode);
    let mut inventory = process.read().await.into_values().next().expect("one stack");
    meddle(&mut inventory, "Fake::Group/web", |live| live.unmodelled.push(odd("/Ports/odd")));
    process.plan(wanted, &inventory)
}

fn odd(path: &str) -> Unmodelled {
    Unmodelled { path: path.into(), text: "an odd port is open".into() }
}

fn sent(plan: &StackPlan, kind: &str) -> Value {
    let step = plan.steps.values().find(|step| step.id.address.kind == kind && step.desired.is_some());
    (*step.and_then(|step| step.desired.as_ref()).expect("it is updated").spec).clone()
}

#[tokio::test(start_paused = true)]
async fn what_no_spec_can_express_is_not_written_into_the_spec_that_is_sent() {
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Friends", json!([]));
    for (wanted, mode) in [
        (ignoring(&resources, "Fake::Group/web", "/Ports/odd"), Mode::Apply),
        (blueprint(&resources), Mode::OnlyConfig),
    ] {
        let plan = plan(&resources, &wanted, mode).await;
        let spec = sent(&plan, "Fake::Group");
        assert_eq!(spec["Ports"], json!([443]));
        let group = kinds::KINDS.iter().find(|kind| kind.facts().kind == "Fake::Group").expect("a fake kind");
        group.normalise(spec).expect("it can be sent");
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_that_would_take_away_what_is_to_be_left_alone_is_blocked() {
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([443, 8443]));
    let wanted = ignoring(&resources, "Fake::Group/web", "/Ports/odd");
    let plan = plan(&resources, &wanted, Mode::Apply).await;
    let group = plan.changes.iter().find(|change| change.address.name == "web").expect("it is told");
    assert_eq!(group.action, Action::Blocked);
    assert_eq!(
        group.notes,
        [
            "an update would take /Ports/odd away (an odd port is open), which is to be left alone and which no template can \
          express: take it away by hand, or let the plan do that (no `ignore`, no `--only`)"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_ignored_shows_no_sensitive_value_that_lies_inside() {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    let wanted = ignoring(&environment(), "Fake::Recipe/shop", "/Steps");
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut inventory = process.read().await.into_values().next().expect("one stack");
    meddle(&mut inventory, "Fake::Recipe/shop", |live| live.spec["Steps"] = json!(["hunter2"]));
    let plan = process.plan(&wanted, &inventory);
    assert_eq!(plan.ignored.len(), 1, "{:?}", plan.ignored);
    let text = format!("{:?}", plan.ignored);
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_no_update_takes_away_is_told_without_a_step_and_hinders_nothing_else() {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    let mut resources = environment();
    for (property, value) in [("Steps", json!(["one"])), ("Steps", json!(["two"]))] {
        change(&mut resources, "Fake::Recipe/shop", property, value.clone());
        let wanted = blueprint(&resources);
        let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
        let mut inventory = process.read().await.into_values().next().expect("one stack");
        // One that others need, one that is changed, and one whose update takes it away.
        for place in ["Fake::Net/main", "Fake::Recipe/shop"] {
            meddle(&mut inventory, place, |live| live.unmodelled.push(odd("/Odd")));
        }
        meddle(&mut inventory, "Fake::Group/data", |live| live.unmodelled.push(odd("/Ports/odd")));
        let plan = process.plan(&wanted, &inventory);
        let told = |kind: &str, name: &str| {
            let mut own = plan.changes.iter().filter(|change| change.address == Address::new(kind, name));
            own.next().unwrap_or_else(|| panic!("{name} is told: {:#?}", plan.changes))
        };
        let steps = |kind: &str| plan.steps.keys().filter(|id| id.address.kind == kind).count();
        let net = told("Fake::Net", "main");
        assert_eq!((net.action, &*net.fields[0].path, steps("Fake::Net")), (Action::Blocked, "/Odd", 0));
        let note = "/Odd (an odd port is open): no template can say it, and no update takes it away; take it away by hand, \
                    or name it under `ignore`";
        assert_eq!(net.notes, [note]);
        let recipe = told("Fake::Recipe", "shop");
        let (action, count) = if value == json!(["two"]) { (Action::Update, true) } else { (Action::Blocked, false) };
        assert_eq!((recipe.action, steps("Fake::Recipe") > 0), (action, count));
        assert!(recipe.notes.iter().any(|one| one == note), "{:?}", recipe.notes);
        assert_eq!(told("Fake::Group", "data").action, Action::Update);
        let all = environment().len();
        let told = plan.changes.len();
        assert_eq!(plan.unchanged + told, all, "{:#?}", plan.changes);
        // Ignored, it is told no more.
        let ignored = ignoring(&resources, "Fake::Net/main", "/Odd");
        let plan = process.plan(&ignored, &inventory);
        assert!(!plan.changes.iter().any(|change| change.address.kind == "Fake::Net"), "{:#?}", plan.changes);
        assert_eq!(plan.ignored.len(), 1);
    }
}
