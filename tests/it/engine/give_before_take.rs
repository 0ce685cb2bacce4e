//! What running users need is taken away only after they have left it.

use provision::plan::{Action, Cause, Mode, StackPlan, StepId, Verb};
use provision::resource::{Address, Disruption};
use serde_json::{Value, json};

use crate::engine::{change, environment, reference};
use crate::world::{Bench, YamlResource, blueprint};

pub async fn applied(resources: &[YamlResource]) -> Bench {
    let bench = Bench::new();
    bench.apply(&blueprint(resources)).await;
    bench
}

/// Whether one step comes after another, directly or through others.
pub fn follows(plan: &StackPlan, later: &StepId, earlier: &StepId) -> bool {
    let after = plan.steps.get(later).map(|step| step.after.clone()).unwrap_or_default();
    after.iter().any(|before| before == earlier || follows(plan, before, earlier))
}

/// The updates of a resource, the first half before the second.
pub fn updates(plan: &StackPlan, place: &str) -> Vec<StepId> {
    let (kind, name) = place.rsplit_once('/').expect("type and name");
    let address = Address::new(kind, name);
    let own = plan.steps.keys().filter(|id| id.address == address && id.verb == Verb::Update);
    let mut own: Vec<_> = own.cloned().collect();
    own.reverse();
    own
}

pub fn sent(plan: &StackPlan, id: &StepId, property: &str) -> Value {
    plan.steps[id].desired.as_ref().expect("an update").spec[property].clone()
}

pub fn step(plan: &StackPlan, place: &str, verb: Verb) -> StepId {
    let id = plan.steps.keys().find(|id| id.address.to_string() == place && id.verb == verb);
    id.cloned().unwrap_or_else(|| panic!("no {verb:?} of {place}: {:#?}", plan.steps.keys()))
}

/// Another port instead of the old one, with a new revision that needs it.
fn another_port() -> Vec<YamlResource> {
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([8443]));
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["two"]));
    resources
}

#[tokio::test(start_paused = true)]
async fn an_update_gives_before_its_users_change_and_takes_away_after_it() {
    let bench = applied(&environment()).await;
    let plan = bench.plan(&blueprint(&another_port()), Mode::Apply).await;
    let [first, second] = &updates(&plan, "Fake::Group/web")[..] else { panic!("{:#?}", plan.steps.keys()) };
    assert_eq!(sent(&plan, first, "Ports"), json!([443, 8443]));
    assert_eq!(sent(&plan, second, "Ports"), json!([8443]));
    let work = step(&plan, "Fake::Work/shop", Verb::Update);
    assert!(follows(&plan, &work, first) && follows(&plan, second, &work), "{:#?}", plan.steps);
    let told = plan.changes.iter().find(|change| change.address.name == "web").expect("it is told");
    assert_eq!(told.disruption, Disruption::None, "whoever needed it has left it");
    assert!(told.notes.join(" ").contains("come last, after"), "{:?}", told.notes);
    bench.apply(&blueprint(&another_port())).await;
    assert!(bench.plan(&blueprint(&another_port()), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_update_that_only_takes_away_waits_for_its_users() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    change(&mut resources, "Fake::Group/data", "Friends", json!([]));
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["two"]));
    change(&mut resources, "Fake::Recipe/shop", "Store", json!(""));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let [only] = &updates(&plan, "Fake::Group/data")[..] else { panic!("{:#?}", plan.steps.keys()) };
    // The group admits `web`, which the work stands in.
    assert!(follows(&plan, only, &step(&plan, "Fake::Work/shop", Verb::Update)), "{:#?}", plan.steps);
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_is_gone_before_what_it_used_is_taken_away() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([]));
    change(&mut resources, "Fake::Group/data", "Friends", json!([]));
    resources.retain(|resource| resource.kind != "Fake::Work");
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let gone = step(&plan, "Fake::Work/shop", Verb::Delete);
    for group in ["Fake::Group/web", "Fake::Group/data"] {
        assert!(follows(&plan, &updates(&plan, group)[0], &gone), "{group}: {:#?}", plan.steps);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_between_the_halves_leaves_a_change_under_way_and_no_drift() {
    let bench = applied(&environment()).await;
    // The work's update fails.
    let fault = crate::world::Fault::new("UpdateWork", crate::world::What::ErrorBefore, None);
    bench.cloud.world().faults.set(&[fault]);
    bench.run(&blueprint(&another_port()), Mode::Apply).await;
    bench.cloud.world().faults.set(&[]);
    let ports = |bench: &Bench| {
        let world = bench.cloud.world();
        world.things.values().find(|thing| thing.place() == "Fake::Group/web").map(|thing| thing.spec["Ports"].clone())
    };
    assert_eq!(ports(&bench), Some(json!([443, 8443])), "the running version has what it needs");
    for (resources, ports) in [(another_port(), 1), (environment(), 1)] {
        let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
        let group = plan.changes.iter().find(|change| change.address.name == "web").expect("it is told");
        assert_eq!((group.action, group.cause), (Action::Update, Cause::Config));
        assert_eq!(group.fields[0].after.as_ref().and_then(Value::as_array).map(Vec::len), Some(ports));
    }
    bench.apply(&blueprint(&another_port())).await;
    assert_eq!(ports(&bench), Some(json!([8443])));
    assert!(bench.plan(&blueprint(&another_port()), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_from_under_those_who_stay_is_an_outage() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let [told] = &plan.changes[..] else { panic!("{:#?}", plan.changes) };
    assert_eq!(told.disruption, Disruption::Outage);
    assert!(told.notes.join(" ").contains("Fake::Work/shop"), "{:?}", told.notes);
    change(&mut resources, "Fake::Group/web", "Ports", json!([443, 80]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(plan.changes[0].disruption, Disruption::None, "it only gives");
}

#[tokio::test(start_paused = true)]
async fn a_partial_apply_takes_nothing_away_from_who_is_no_part_of_it() {
    let bench = applied(&environment()).await;
    let wanted = blueprint(&another_port());
    let plan = bench.plan_only(&wanted, &["Fake::Group/web"]).await;
    let [only] = &updates(&plan, "Fake::Group/web")[..] else { panic!("{:#?}", plan.steps.keys()) };
    assert_eq!(sent(&plan, only, "Ports"), json!([443, 8443]));
    assert!(plan.changes[0].notes.join(" ").contains("is not part of this plan"), "{:?}", plan.changes[0].notes);
    bench.apply_only(&wanted, &["Fake::Group/web"]).await;
    let plan = bench.plan_only(&wanted, &["Fake::Group/web"]).await;
    assert_eq!((plan.changes[0].action, plan.steps.len()), (Action::Blocked, 0), "{:#?}", plan.changes);
    bench.apply(&wanted).await;
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_admits_a_replaced_group_admits_both_until_its_users_have_moved() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Net", "other", json!({ "Range": "10.1.0.0/16" })));
    change(&mut resources, "Fake::Group/web", "Net", json!(reference("Net", "other", "Id")));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let [first, second] = &updates(&plan, "Fake::Group/data")[..] else { panic!("{:#?}", plan.steps.keys()) };
    assert_eq!(sent(&plan, first, "Friends").as_array().map(Vec::len), Some(2));
    let work = step(&plan, "Fake::Work/shop", Verb::Update);
    assert!(follows(&plan, &work, first) && follows(&plan, second, &work), "{:#?}", plan.steps);
    assert!(follows(&plan, &step(&plan, "Fake::Group/web", Verb::Delete), second));
    bench.apply(&blueprint(&resources)).await;
    assert!(bench.plan(&blueprint(&resources), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_one_takes_and_another_gives_instead_is_given_first_also_where_nobody_moves() {
    let mut resources = environment();
    change(
        &mut resources,
        "Fake::Work/shop",
        "Groups",
        json!([reference("Group", "web", "Id"), reference("Group", "data", "Id")]),
    );
    change(&mut resources, "Fake::Group/data", "Ports", json!([8080]));
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Group/web", "Ports", json!([8080]));
    change(&mut resources, "Fake::Group/data", "Ports", json!([443]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let [web_gives, web_takes] = &updates(&plan, "Fake::Group/web")[..] else { panic!("{:#?}", plan.steps.keys()) };
    let [data_gives, data_takes] = &updates(&plan, "Fake::Group/data")[..] else { panic!("{:#?}", plan.steps.keys()) };
    assert!(follows(&plan, web_takes, data_gives) && follows(&plan, data_takes, web_gives), "{:#?}", plan.steps);
    bench.apply(&blueprint(&resources)).await;
    assert!(bench.plan(&blueprint(&resources), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_another_gives_instead_is_not_taken_away_without_it() {
    let mut resources = environment();
    for (name, ports) in [("one", json!([443])), ("other", json!([80]))] {
        resources.push(YamlResource::new(
            "Fake::Group",
            name,
            json!({ "Net": reference("Net", "main", "Id"), "Ports": ports }),
        ));
    }
    let both = json!([reference("Group", "one", "Id"), reference("Group", "other", "Id")]);
    change(&mut resources, "Fake::Work/shop", "Groups", both);
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Group/one", "Ports", json!([]));
    change(&mut resources, "Fake::Group/other", "Ports", json!([80, 443]));
    let plan = bench.plan_only(&blueprint(&resources), &["Fake::Group/one"]).await;
    let [told] = &plan.changes[..] else { panic!("{:#?}", plan.changes) };
    assert_eq!((told.action, plan.steps.len()), (Action::Blocked, 0), "{told:#?}");
    assert!(told.notes.join(" ").contains("Fake::Group/other, which gives something to it"), "{:?}", told.notes);
}

#[tokio::test(start_paused = true)]
async fn who_refers_to_what_only_takes_away_does_not_wait_for_it() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([]));
    // It admits `web`, and gives something to the same work.
    change(&mut resources, "Fake::Group/data", "Ports", json!([5433]));
    change(
        &mut resources,
        "Fake::Work/shop",
        "Groups",
        json!([reference("Group", "web", "Id"), reference("Group", "data", "Id")]),
    );
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let [web] = &updates(&plan, "Fake::Group/web")[..] else { panic!("{:#?}", plan.steps.keys()) };
    let [data] = &updates(&plan, "Fake::Group/data")[..] else { panic!("{:#?}", plan.steps.keys()) };
    let work = step(&plan, "Fake::Work/shop", Verb::Update);
    assert!(follows(&plan, web, &work) && follows(&plan, &work, data), "{:#?}", plan.steps);
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_room_for_both_the_old_goes_first() {
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([1, 2, 3, 4]));
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Group/web", "Ports", json!([5, 6, 7, 8]));
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["two"]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let [first, _] = &updates(&plan, "Fake::Group/web")[..] else { panic!("{:#?}", plan.steps.keys()) };
    assert_eq!(sent(&plan, first, "Ports").as_array().map(Vec::len), Some(8), "more than a group has room for");
    bench.run(&blueprint(&resources), Mode::Apply).await.clean();
    let ports = {
        let world = bench.cloud.world();
        world.things.values().find(|thing| thing.place() == "Fake::Group/web").map(|thing| thing.spec["Ports"].clone())
    };
    assert_eq!(ports, Some(json!([5, 6, 7, 8])));
    assert!(bench.plan(&blueprint(&resources), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn of_those_who_lose_something_who_stays_is_an_outage_beside_who_moves() {
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Recipe", "other", json!({ "Steps": ["one"] })));
    resources.push(YamlResource::new(
        "Fake::Work",
        "other",
        json!({
            "Recipe": reference("Recipe", "other", "Id"), "Revision": reference("Recipe", "other", "Revision"),
            "Groups": [reference("Group", "web", "Id")], "Count": 1,
        }),
    ));
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Group/web", "Ports", json!([8443]));
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["two"]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let told = plan.changes.iter().find(|change| change.address.name == "web").expect("it is told");
    let notes = told.notes.join("; ");
    assert_eq!(told.disruption, Disruption::Outage, "{notes}");
    assert!(notes.contains("come last, after") && notes.contains("what Fake::Work/other may still need"), "{notes}");
}

#[tokio::test(start_paused = true)]
async fn who_changes_in_something_else_goes_on_needing_what_is_taken_away() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([]));
    resources.push(YamlResource::new("Fake::Door", "front", json!({ "Net": reference("Net", "main", "Id") })));
    change(&mut resources, "Fake::Work/shop", "Doors", json!([reference("Door", "front", "Id")]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let told = plan.changes.iter().find(|change| change.address.name == "web").expect("it is told");
    assert_eq!(told.disruption, Disruption::Outage, "{:?}", told.notes);
    assert!(
        told.notes.join(" ").contains("what Fake::Work/shop may still need"),
        "only who is next to it: {:?}",
        told.notes
    );
    // Another version needs what the YAML says now.
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["two"]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let told = plan.changes.iter().find(|change| change.address.name == "web").expect("it is told");
    assert_eq!(told.disruption, Disruption::None, "{:?}", told.notes);
}

/// Two nets; the doors and parts of the first move to the second, which is new.
fn another_net(net: &str) -> Vec<YamlResource> {
    let at = reference("Net", net, "Id");
    let mut resources = vec![
        YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" })),
        YamlResource::new("Fake::Door", "web", json!({ "Net": at })),
        YamlResource::new("Fake::Part", "a", json!({ "Net": at, "Range": "10.0.0.0/24" })),
        YamlResource::new("Fake::Gate", "out", json!({ "Part": reference("Part", "a", "Id"), "Size": "small" })),
    ];
    if net != "main" {
        resources.push(YamlResource::new("Fake::Net", net, json!({ "Range": "10.1.0.0/16" })));
    }
    resources
}

#[tokio::test(start_paused = true)]
async fn what_goes_before_its_successor_comes_stays_until_all_else_that_it_needs_is_there() {
    let bench = applied(&another_net("main")).await;
    let wanted = blueprint(&another_net("other"));
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let needed = step(&plan, "Fake::Net/other", Verb::Create);
    // The gate's successor needs the part's, and that waits for the gate to go: what the part's needs counts.
    for place in ["Fake::Door/web", "Fake::Part/a", "Fake::Gate/out"] {
        let (old, new) = (step(&plan, place, Verb::Delete), step(&plan, place, Verb::Create));
        assert!(follows(&plan, &new, &old), "{place} goes first");
        assert!(follows(&plan, &old, &needed), "{place}: {:#?}", plan.steps);
    }
    let fault = crate::world::Fault::new("CreateNet", crate::world::What::ErrorBefore, None);
    bench.cloud.world().faults.set(&[fault]);
    let before: Vec<String> = bench.cloud.world().things.keys().cloned().collect();
    bench.run(&wanted, Mode::Apply).await;
    let after: Vec<String> = bench.cloud.world().things.keys().cloned().collect();
    assert_eq!(after, before, "nothing goes for which nothing can come");
    bench.cloud.world().faults.set(&[]);
    bench.apply(&wanted).await;
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
}
