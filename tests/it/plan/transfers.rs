//! What only one can have passes from one to another; and which plans do the same.

use provision::plan::{Step, StepId, Transfer, Verb, agrees};
use provision::resource::{Address, Disruption};
use serde_json::json;

use crate::engine::reference;
use crate::world::build::blueprint;
use crate::world::given::{Given, change_of, step_of};
use crate::world::{Bench, YamlResource};

/// Two stores over three parts, which only one of them can have each; first as applied, then as wanted.
async fn stores(before: [&[&str]; 2], after: [&[&str]; 2]) -> Given {
    let part = |name: &str| {
        let range = format!("10.0.{}.0/24", name.as_bytes()[0]);
        YamlResource::new("Fake::Part", name, json!({ "Net": reference("Net", "main", "Id"), "Range": range }))
    };
    let store = |name: &str, parts: &[&str]| {
        let parts: Vec<_> = parts.iter().map(|name| reference("Part", name, "Id")).collect();
        YamlResource::new("Fake::Store", name, json!({ "Parts": parts, "Engine": "sql" }))
    };
    let resources = |[one, other]: [&[&str]; 2]| {
        let mut all = vec![YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" }))];
        all.extend(["a", "b", "c"].map(part));
        all.extend([store("one", one), store("other", other)]);
        blueprint(&all)
    };
    let bench = Bench::new();
    bench.apply(&resources(before)).await;
    let mut given = Given::of(&bench, &resources(after)).await;
    given.kind("Fake::Store").facts.unique_key = &["/Parts/*"];
    given
}

fn passed(given: &mut Given, part: &str, to: &str) -> Transfer {
    let element = given.live(&format!("Fake::Part/{part}")).id.clone();
    Transfer { list: "/Parts".into(), element, to: to.parse().unwrap() }
}

#[tokio::test(start_paused = true)]
async fn what_only_one_can_have_passes_from_one_to_the_other_without_a_gap() {
    let mut given = stores([&["a", "b"], &["c"]], [&["a"], &["b", "c"]]).await;
    given.kind("Fake::Store").says.disruption = Some(Disruption::Outage);
    let plan = given.plan();
    let [giver, taker] = ["Fake::Store/one", "Fake::Store/other"].map(|place| step_of(&plan, place, Verb::Update));
    assert_eq!(giver.transfers, [passed(&mut given, "b", "Fake::Store/other")]);
    assert!(giver.after.contains(&taker.id) && taker.transfers.is_empty() && !taker.after.contains(&giver.id));
    assert!(step_of(&plan, "Fake::Store/one", Verb::Retag).after.contains(&taker.id), "nor is it recorded before");
    let [a, b] = ["a", "b"].map(|part| given.live(&format!("Fake::Part/{part}")).id.clone());
    let both = json!({ "Parts": [a, b] });
    assert_eq!(giver.without_transferred(&both), json!({ "Parts": [a] }));
    let change = change_of(&plan, "Fake::Store/one");
    assert_eq!(change.notes, ["Fake::Store/other takes over what it gives up, without a gap"]);
    assert_eq!(change.disruption, Disruption::Failover, "it takes nothing away");

    given.selection = Some(["Fake::Store/one".parse().unwrap()].into());
    let plan = given.plan();
    assert!(step_of(&plan, "Fake::Store/one", Verb::Update).transfers.is_empty(), "nobody takes it in this plan");
    assert_eq!(change_of(&plan, "Fake::Store/one").disruption, Disruption::Outage);
}

#[tokio::test(start_paused = true)]
async fn what_two_exchange_passes_both_ways() {
    let mut given = stores([&["a", "b"], &["c"]], [&["a", "c"], &["b"]]).await;
    let plan = given.plan();
    let [one, other] = ["Fake::Store/one", "Fake::Store/other"].map(|place| step_of(&plan, place, Verb::Update));
    assert_eq!(one.transfers, [passed(&mut given, "b", "Fake::Store/other")]);
    assert_eq!(other.transfers, [passed(&mut given, "c", "Fake::Store/one")]);
    assert!(one.after.contains(&other.id) != other.after.contains(&one.id), "and neither waits for ever");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_or_that_nobody_takes_passes_to_nobody() {
    let given = stores([&["a", "b"], &["c"]], [&["a", "b"], &["b", "c"]]).await;
    let plan = given.plan();
    assert!(step_of(&plan, "Fake::Store/other", Verb::Update).transfers.is_empty());
    let mut given = stores([&["a", "b"], &["c"]], [&["a"], &["c"]]).await;
    assert!(step_of(&given.plan(), "Fake::Store/one", Verb::Update).transfers.is_empty());
    given.live("Fake::Store/other").spec["Days"] = json!(3);
    assert!(step_of(&given.plan(), "Fake::Store/one", Verb::Update).transfers.is_empty(), "the other takes nothing");
}

#[tokio::test(start_paused = true)]
async fn what_goes_waits_for_who_takes_over_what_it_had() {
    let mut given = stores([&["a", "b"], &["c"]], [&["a"], &["b", "c"]]).await;
    given.wanted.resources.remove(&"Fake::Store/one".parse::<Address>().unwrap());
    let plan = given.plan();
    let taker = step_of(&plan, "Fake::Store/other", Verb::Update);
    assert!(step_of(&plan, "Fake::Store/one", Verb::Delete).after.contains(&taker.id));
}

#[tokio::test(start_paused = true)]
async fn a_plan_agrees_only_with_one_that_does_the_same() {
    let given = stores([&["a", "b"], &["c"]], [&["a"], &["b", "c"]]).await;
    let approved = given.plan();
    assert!(agrees(&approved, &given.plan()));
    let giver = step_of(&approved, "Fake::Store/one", Verb::Update).id.clone();
    let other = |how: &dyn Fn(&mut Step)| {
        let mut fresh = given.plan();
        how(fresh.steps.get_mut(&giver).expect("the step"));
        agrees(&approved, &fresh)
    };
    assert!(!other(&|step| step.after.clear()));
    assert!(!other(&|step| step.transfers.clear()));
    assert!(!other(&|step| step.desired = None));
    assert!(!other(&|step| step.set_tags.set("a", "b")));
    assert!(!other(&|step| step.region = "eu-west-1".into()));
    assert!(other(&|step| step.seconds = 1), "it takes longer, and does the same");
    let wait = StepId::new(&giver.address, Verb::Wait, "x");
    assert!(other(&|step| step.after.extend([wait.clone()])), "what became ready by itself changes nothing");
    let mut fresh = given.plan();
    let step = fresh.steps[&giver].clone();
    fresh.steps.insert(wait.clone(), Step { id: wait, ..step });
    assert!(agrees(&approved, &fresh));
    let before = |preempts| {
        let (mut one, mut two) = (given.plan(), given.plan());
        one.steps.get_mut(&giver).expect("the step").preempts = preempts;
        two.steps.get_mut(&giver).expect("the step").preempts = preempts;
        let change = two.changes.iter_mut().find(|change| change.address == giver.address).expect("its change");
        change.fields[0].before = Some(json!("other"));
        agrees(&one, &two)
    };
    assert!(before(true) && !before(false), "what an update that overtakes finds moves on");
}
