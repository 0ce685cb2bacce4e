//! What stands in the way of whom, and what does not: what is only followed, what goes later, and whole differences.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::blueprint::Blueprint;
use provision::inventory::{Inventory, ListOutcome};
use provision::plan::{Action, Cause, Mode, StackPlan};
use provision::resource::{Address, Live, Pending, Tags, Until};
use serde_json::json;

use crate::engine::{actions, change, environment, reference};
use crate::world::process::Process;
use crate::world::thing::Thing;
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

/// Says that one needs another in place without referring to it.
fn follow(wanted: &mut Blueprint, who: &str, whom: &str) {
    let [who, whom]: [Address; 2] = [who, whom].map(|place| place.parse().expect("an address"));
    wanted.resources.get_mut(&who).expect("it is wanted").edges.insert(whom, BTreeSet::from([String::new()]));
}

fn by_hand(bench: &Bench, place: &str, how: impl FnOnce(&mut Thing)) {
    let mut world = bench.cloud.world();
    how(world
        .things
        .values_mut()
        .find(|thing| thing.place() == place)
        .unwrap_or_else(|| panic!("there is no {place}")));
}

fn action(plan: &StackPlan, place: &str) -> Option<Action> {
    plan.changes.iter().find(|change| change.address.to_string() == place).map(|change| change.action)
}

fn paths<'a>(plan: &'a StackPlan, place: &str) -> Vec<&'a str> {
    let of = plan.changes.iter().filter(|change| change.address.to_string() == place);
    of.flat_map(|change| &change.fields).map(|field| field.path.as_str()).collect()
}

/// A work whose recipe changes, beside one that can't be told and that it only follows.
#[tokio::test(start_paused = true)]
async fn what_only_follows_something_unknown_shows_all_that_differs() {
    let mut resources = environment();
    let net = reference("Net", "main", "Id");
    resources.push(YamlResource::new("Fake::Part", "c", json!({ "Net": net, "Range": "10.0.2.0/24" })));
    let bench = Bench::new();
    bench.apply(&blueprint(&resources)).await;
    by_hand(&bench, "Fake::Part/c", |thing| thing.tags = Tags::default());
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["one", "two"]));
    let groups = ["web", "data"].map(|name| reference("Group", name, "Id"));
    change(&mut resources, "Fake::Work/shop", "Groups", json!(groups));
    let mut wanted = blueprint(&resources);
    follow(&mut wanted, "Fake::Work/shop", "Fake::Part/c");
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(action(&plan, "Fake::Part/c"), Some(Action::Blocked), "{:#?}", plan.changes);
    assert_eq!(action(&plan, "Fake::Work/shop"), Some(Action::Blocked));
    assert_eq!(paths(&plan, "Fake::Work/shop"), ["/Groups", "/Revision"]);
}

/// Two doors: one with a certificate that waits for a person, and one that only leads to the first.
fn doors(domain: &str, rule: &str) -> Blueprint {
    let net = reference("Net", "main", "Id");
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": domain })));
    let cert = reference("Cert", "www", "Id");
    resources.push(YamlResource::new("Fake::Door", "https", json!({ "Net": net, "Cert": cert, "Rule": rule })));
    resources.push(YamlResource::new("Fake::Door", "http", json!({ "Net": net, "Rule": rule })));
    let mut wanted = blueprint(&resources);
    follow(&mut wanted, "Fake::Door/http", "Fake::Door/https");
    wanted
}

#[tokio::test(start_paused = true)]
async fn what_is_only_followed_holds_nobody_back_once_it_stands() {
    let bench = Bench::new();
    let first = doors("www.acme.example", "one");
    let plan = bench.plan(&first, Mode::Apply).await;
    let waiting: BTreeSet<_> = plan.waiting.iter().map(|waiting| waiting.address.to_string()).collect();
    assert!(waiting.contains("Fake::Door/http"), "it has nothing to lead to yet: {waiting:?}");
    bench.apply(&first).await;
    by_hand(&bench, "Fake::Cert/www", |thing| thing.human = false);
    bench.apply(&first).await;

    let plan = bench.plan(&doors("shop.acme.example", "two"), Mode::Apply).await;
    assert_eq!(action(&plan, "Fake::Door/https"), None, "its certificate is to be issued first: {:#?}", plan.changes);
    assert_eq!(action(&plan, "Fake::Door/http"), Some(Action::Update), "{:#?}", plan.waiting);
}

/// A store that lets go of its group by a change that the cloud has accepted, and makes later.
async fn letting_go() -> (Bench, Blueprint, Inventory) {
    let mut resources = environment();
    let bench = Bench::new();
    bench.apply(&blueprint(&resources)).await;
    resources.retain(|resource| resource.place() != "Fake::Group/data");
    change(&mut resources, "Fake::Store/db", "Groups", json!([]));
    change(&mut resources, "Fake::Group/web", "Friends", json!([]));
    let wanted = blueprint(&resources);
    let old = bench.cloud.world().things.values().find(|thing| thing.kind == "Fake::Store").cloned().expect("a store");
    bench.cloud.world().faults.set(&[Fault::new("DeleteGroup", What::Deny, None)]);
    bench.run(&wanted, Mode::Apply).await;
    bench.cloud.world().faults.set(&[]);
    by_hand(&bench, "Fake::Store/db", |thing| thing.spec = old.spec);
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut inventory = process.read().await.remove(&wanted.stack.id).expect("it was asked for");
    edit(&mut inventory, "Fake::Store/db", |live| {
        let before = live.spec.get("Groups").cloned();
        live.pending = vec![Pending { path: "/Groups".into(), before, after: None, until: Until::Window }];
    });
    (bench, wanted, inventory)
}

fn edit(inventory: &mut Inventory, place: &str, how: impl Fn(&mut Live)) {
    let address: Address = place.parse().expect("an address");
    for seen in inventory.kinds.values_mut() {
        let ListOutcome::Read(listing) = seen else { continue };
        listing.found.get_mut(&address).into_iter().flatten().for_each(|live| how(Arc::make_mut(live)));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_pending_change_still_holds_stays_until_then_and_is_no_fault() {
    let (bench, wanted, inventory) = letting_go().await;
    let plan = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply).plan(&wanted, &inventory);
    assert_eq!(actions(&plan), [], "nothing is wrong, and nothing is to be done: {:#?}", plan.changes);
    let told: Vec<_> = plan.pending.iter().map(|later| (later.address.to_string(), &*later.path)).collect();
    assert_eq!(told, [("Fake::Store/db".to_owned(), "/Groups")], "until this is done");
    // Once it is, the group goes.
    by_hand(&bench, "Fake::Store/db", |thing| thing.spec["Groups"] = json!([]));
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Group/data".to_owned(), Action::Delete, Cause::Removed)]);
}

/// Of two keepers one was taken away by hand, and the YAML now has only that one: two differences, neither of which is made.
#[tokio::test(start_paused = true)]
async fn a_kind_judges_a_list_that_differs_for_two_reasons_as_a_whole() {
    let kept = |keepers: &[i64]| {
        let mut resources = environment();
        resources.push(YamlResource::new("AWS::IAM::Role", "ci", json!({ "Keepers": keepers })));
        blueprint(&resources)
    };
    let bench = Bench::new();
    bench.apply(&kept(&[1, 2])).await;
    by_hand(&bench, "AWS::IAM::Role/ci", |thing| thing.spec["Keepers"] = json!([1]));
    let wanted = kept(&[2]);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(actions(&plan), [("AWS::IAM::Role/ci".to_owned(), Action::Update, Cause::Mixed)], "{:#?}", plan.changes);
    assert_eq!(paths(&plan, "AWS::IAM::Role/ci"), ["/Keepers", "/Keepers"], "each with its cause");
    bench.apply(&wanted).await;
    assert_eq!(actions(&bench.plan(&kept(&[]), Mode::Apply).await)[0].1, Action::Blocked, "that is refused");
}
