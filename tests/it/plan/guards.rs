//! What goes by name only, what stands in the way, and how a plan is summed up.

use std::sync::Arc;

use provision::inventory::Unmanaged;
use provision::plan::{
    Action, AdoptionConflict, Allowance, Allowed, Change, Guarding, Guards, Plan, Refusal as Refused, StackPlan,
    StepId, Verb, adoption, guard, refusals,
};
use provision::resource::{Address, Disruption, State, key};
use serde_json::json;

use crate::world::build::stack;
use crate::world::given::{Given, change_of};

const STORE: &str = "Fake::Store/db";

#[tokio::test(start_paused = true)]
async fn a_protection_that_is_a_text_is_one() {
    let mut given = Given::changed(&[("Fake::Recipe/shop", "Store", json!("false"))]).await;
    given.kind("Fake::Recipe").facts.protection = &["/Store"];
    given.live("Fake::Recipe/shop").spec["Store"] = json!("true");
    let plan = given.plan();
    let change = change_of(&plan, "Fake::Recipe/shop");
    assert!(change.protected);
    assert_eq!(change.notes, ["turns its protection off (/Store)"]);
    given.live("Fake::Recipe/shop").spec["Store"] = json!("else");
    assert!(!change_of(&given.plan(), "Fake::Recipe/shop").protected);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_cannot_be_taken_back_goes_by_name_on_what_bears_data() {
    let mut given = Given::changed(&[(STORE, "Class", json!("huge"))]).await;
    let says = &mut given.kind("Fake::Store").says;
    (says.irreversible, says.advice) = (Some("it stays so"), Some("this takes an hour"));
    let plan = given.plan();
    let change = change_of(&plan, STORE);
    assert!(change.protected);
    assert_eq!(change.notes, ["it stays so", "this takes an hour"]);
    given.resource(STORE).protected = Some(false);
    assert!(!change_of(&given.plan(), STORE).protected);
}

#[tokio::test(start_paused = true)]
async fn what_is_interchangeable_loses_nothing_once_its_successor_is_in_use() {
    for (is_interchangeable, disruption, protected) in
        [(true, Disruption::Restart, false), (false, Disruption::DestroysData, true)]
    {
        let mut given = Given::changed(&[("Fake::Gate/out", "Size", json!("large"))]).await;
        let gate = given.kind("Fake::Gate");
        (gate.facts.stateful, gate.facts.interchangeable) = (true, is_interchangeable);
        gate.facts.replacement_disruption = Disruption::None;
        (gate.says.disruption, gate.says.advice) = (Some(Disruption::Restart), Some("all tasks restart"));
        let plan = given.plan();
        let change = change_of(&plan, "Fake::Gate/out");
        assert_eq!((change.action, change.disruption, change.protected), (Action::Replace, disruption, protected));
        assert_eq!(change.notes.contains(&"all tasks restart".to_owned()), is_interchangeable);
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_in_what_goes_refuses_and_a_part_of_what_is_replaced_does_not() {
    for (kind, action, refuses) in [
        ("Fake::Store", Action::Delete, true),
        ("Fake::Gate Parts", Action::Delete, true),
        ("Fake::Store", Action::Replace, true),
        ("Fake::Gate Parts", Action::Replace, false),
        ("Fake::Gateway", Action::Replace, true),
    ] {
        let mut given = match action {
            Action::Replace => Given::changed(&[("Fake::Gate/out", "Size", json!("large"))]).await,
            _ => Given::changed(&[]).await,
        };
        if action == Action::Delete {
            given.wanted.resources.retain(|address, _| address.kind != "Fake::Gate");
        }
        let place = given.live("Fake::Gate/out").id.clone();
        given.inventory.unmanaged = vec![Unmanaged { kind: kind.into(), id: "x".into(), place }];
        let mut plan = Plan { stacks: vec![given.plan()], ..Plan::default() };
        guard(&mut plan, &Guarding::default());
        let is_refused =
            refusals(&plan).iter().any(|refusal| matches!(refusal, Refused::Foreign { id, .. } if id == "x"));
        assert_eq!(is_refused, refuses, "{kind} {action:?}: {:?}", refusals(&plan));
    }
}

/// A plan of one stack with one change of each action, `times` times.
async fn of_every_action(times: usize) -> StackPlan {
    let mut plan = Given::changed(&[(STORE, "Days", json!(7))]).await.plan();
    let one = plan.changes[0].clone();
    let actions =
        [Action::Create, Action::Update, Action::Replace, Action::Delete, Action::Retag, Action::Wait, Action::Blocked];
    plan.changes = actions
        .iter()
        .enumerate()
        .flat_map(|(at, action)| vec![Change { action: *action, ..one.clone() }; (at + 1) * times])
        .collect();
    plan
}

#[tokio::test(start_paused = true)]
async fn a_summary_counts_each_action_over_all_stacks() {
    let plan = Plan { stacks: vec![of_every_action(1).await, of_every_action(2).await], ..Plan::default() };
    let sum = plan.summary();
    let unchanged = plan.stacks.iter().map(|stack| stack.unchanged).sum();
    assert!(unchanged > 2);
    let counts = [sum.create, sum.update, sum.replace, sum.delete, sum.retag, sum.wait, sum.blocked, sum.unchanged];
    assert_eq!(counts, [3, 6, 9, 12, 15, 18, 21, unchanged]);
    assert!(!plan.stacks[0].is_empty() && StackPlan::empty(stack()).is_empty());
    let mut given = Given::changed(&[("Fake::Gate/out", "Size", json!("large"))]).await;
    let guarding = |limit| Guarding {
        guards: Guards { max_deletes: Some(limit), ..Guards::default() },
        allowed: Allowed::default(),
    };
    for (limit, refuses) in [(0, true), (1, false)] {
        let mut plan = Plan { stacks: vec![given.plan()], ..Plan::default() };
        guard(&mut plan, &guarding(limit));
        assert_eq!(!refusals(&plan).is_empty(), refuses, "{limit}");
        assert_eq!(plan.stacks[0].guards.len(), 1);
    }
    given.resource("Fake::Gate/out").spec = Arc::new(given.live("Fake::Gate/out").spec.clone());
    let mut plan = Plan { stacks: vec![given.plan()], ..Plan::default() };
    guard(&mut plan, &guarding(0));
    assert_eq!(plan.stacks[0].guards, [], "nothing is deleted");
}

#[test]
fn a_step_and_an_allowance_are_named_as_people_do() {
    let address: Address = "Fake::Net/main".parse().unwrap();
    let [one, other] = ["net-1", ""].map(|id| StepId::new(&address, Verb::Delete, id).to_string());
    assert_eq!((&*one, &*other), ("delete Fake::Net/main (net-1)", "delete Fake::Net/main"));
    let allowance = Allowance { stack: stack().id, resource: "Fake::Net/*".into() };
    assert_eq!(allowance.to_string(), "acme/production/Fake::Net/*");
    let refused = Refused::Protected { stack: stack().id, address, action: Action::Delete };
    assert_eq!(refused.allowance().as_deref(), Some("acme/production/Fake::Net/main"));
}

#[tokio::test(start_paused = true)]
async fn an_adoption_writes_the_tags_that_tell_whose_it_is() {
    let mut given = Given::changed(&[]).await;
    let kind = given.kind("Fake::Store").facts;
    let live = given.live(STORE);
    live.tags.0.retain(|tag, _| ![key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME].contains(&&**tag));
    let live = Arc::new(live.clone());
    let resource = given.wanted.resources[&STORE.parse::<Address>().unwrap()].clone();
    let plan = adoption(&given.wanted, &resource, &kind, &live).expect("it can be adopted");
    let [step] = &*plan.steps.values().collect::<Vec<_>>() else { panic!("{:?}", plan.steps) };
    assert_eq!((step.id.verb, &step.id.id, &*step.region, step.seconds), (Verb::Retag, &live.id, "us-east-1", 1));
    assert!(step.live.as_ref().is_some_and(|about| Arc::ptr_eq(about, &live)));
    let tags: Vec<_> = step.set_tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let expected =
        ["provision:environment=production", "provision:name=db", "provision:project=test", "provision:tenant=acme"];
    assert_eq!(tags, expected);
    let mut leaving = (*live).clone();
    leaving.state = State::Deleting;
    assert_eq!(adoption(&given.wanted, &resource, &kind, &Arc::new(leaving)).err(), Some(AdoptionConflict::Deleting));
}
