//! A store that leaves a group leaves those whom the group admits: last, after they have left it.

use provision::plan::{Action, Change, Mode, StackPlan, Verb};
use provision::resource::Disruption;
use serde_json::json;

use crate::engine::give_before_take::{applied, follows, sent, step, updates};
use crate::engine::{change, environment, reference};
use crate::world::{YamlResource, blueprint};

/// The environment, with another group that admits `friends`, in which the store is to stand instead.
fn in_another_group(friends: &[&str]) -> Vec<YamlResource> {
    let mut resources = environment();
    let friends: Vec<_> = friends.iter().map(|friend| reference("Group", friend, "Id")).collect();
    let group = json!({ "Net": reference("Net", "main", "Id"), "Friends": friends });
    resources.push(YamlResource::new("Fake::Group", "other", group));
    change(&mut resources, "Fake::Store/db", "Groups", json!([reference("Group", "other", "Id")]));
    resources
}

fn told<'a>(plan: &'a StackPlan, name: &str) -> &'a Change {
    plan.changes.iter().find(|change| change.address.name == name).expect("it is told")
}

#[tokio::test(start_paused = true)]
async fn a_store_stands_in_both_groups_until_its_users_have_moved() {
    let bench = applied(&environment()).await;
    let mut resources = in_another_group(&["web"]);
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["two"]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let [first, second] = &updates(&plan, "Fake::Store/db")[..] else { panic!("{:#?}", plan.steps.keys()) };
    assert_eq!(sent(&plan, first, "Groups").as_array().map(Vec::len), Some(2));
    assert_eq!(sent(&plan, second, "Groups"), json!([reference("Group", "other", "Id")]));
    let work = step(&plan, "Fake::Work/shop", Verb::Update);
    assert!(follows(&plan, &work, first) && follows(&plan, second, &work), "{:#?}", plan.steps);
    assert_eq!(
        told(&plan, "db").disruption,
        Disruption::Restart,
        "as any update of a store, and nobody loses anything"
    );
    bench.apply(&blueprint(&resources)).await;
    assert!(bench.plan(&blueprint(&resources), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_group_that_admits_the_same_makes_up_for_one_that_is_left() {
    let bench = applied(&environment()).await;
    let plan = bench.plan(&blueprint(&in_another_group(&["web"])), Mode::Apply).await;
    assert_eq!(told(&plan, "db").disruption, Disruption::Restart, "{:?}", told(&plan, "db").notes);
    assert_eq!(updates(&plan, "Fake::Store/db").len(), 1, "nobody moves");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_admits_others_is_an_outage_of_those_who_stay() {
    let bench = applied(&environment()).await;
    let plan = bench.plan(&blueprint(&in_another_group(&["data"])), Mode::Apply).await;
    let change = told(&plan, "db");
    assert_eq!(change.disruption, Disruption::Outage, "{:?}", change.notes);
    assert!(change.notes.join(" ").contains("Fake::Work/shop may still need"), "{:?}", change.notes);
}

#[tokio::test(start_paused = true)]
async fn the_successor_of_a_group_takes_its_place_at_once() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Net", "other", json!({ "Range": "10.1.0.0/16" })));
    change(&mut resources, "Fake::Group/data", "Net", json!(reference("Net", "other", "Id")));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(told(&plan, "data").action, Action::Replace);
    assert_eq!(updates(&plan, "Fake::Store/db").len(), 1, "{:#?}", plan.steps.keys());
    let notes = told(&plan, "db").notes.join(" ");
    assert!(!notes.contains("removes what"), "{notes}");
    bench.apply(&blueprint(&resources)).await;
    assert!(bench.plan(&blueprint(&resources), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_partial_apply_lets_a_store_leave_no_group_through_which_others_come() {
    let bench = applied(&environment()).await;
    let mut resources = in_another_group(&["web"]);
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["two"]));
    let plan = bench.plan_only(&blueprint(&resources), &["Fake::Store/db"]).await;
    let [only] = &updates(&plan, "Fake::Store/db")[..] else { panic!("{:#?}", plan.steps.keys()) };
    assert_eq!(sent(&plan, only, "Groups").as_array().map(Vec::len), Some(2));
    assert!(told(&plan, "db").notes.join(" ").contains("is not part of this plan"), "{:?}", told(&plan, "db").notes);
}
