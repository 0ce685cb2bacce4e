//! Whole plans, as a person has read them once: each line of one has its reason in the YAML or in the world.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use provision::blueprint::{Blueprint, Ignore};
use provision::inventory::{Orphan, Unmanaged};
use provision::plan::{Mode, Verb};
use provision::problem::Problem;
use provision::resource::{Address, Class, Failure, NameConflict, State, Tags, Unmodelled, Unseen, key};
use serde_json::json;

use crate::engine::{change, environment, reference};
use crate::world::build::{blueprint, stack};
use crate::world::given::{Given, step_of};
use crate::world::outline::is_as_read;
use crate::world::{Bench, YamlResource};

fn address(place: &str) -> Address {
    place.parse().expect("an address")
}

/// The environment, what takes no tags, what waits for a person, and what is everywhere.
fn resources() -> Vec<YamlResource> {
    let mut all = environment();
    let net = reference("Net", "main", "Id");
    all.extend([
        YamlResource::new("Fake::Board", "news", json!({ "Net": net, "Text": "hello" })),
        YamlResource::new("Fake::Cache", "pages", json!({ "Ttl": 60, "Headers": ["a", "b"] })),
        YamlResource::new(
            "Fake::Front",
            "site",
            json!({ "Cache": reference("Cache", "pages", "Id"), "Config": { "Title": "shop", "Paths": ["/"] } }),
        ),
        YamlResource::new("Fake::Cert", "tls", json!({ "Domain": "shop.example" })),
        YamlResource::new("Fake::Door", "https", json!({ "Net": net, "Cert": reference("Cert", "tls", "Id") })),
        YamlResource::new("AWS::IAM::Role", "shop", json!({ "Trust": "all", "Keepers": [1] })),
    ]);
    all
}

/// With outputs and a warning.
fn wanted(resources: &[YamlResource]) -> Blueprint {
    let outputs = [
        ("store".to_owned(), json!(reference("Store", "db", "Id"))),
        ("net".to_owned(), json!(format!("net {}", reference("Net", "main", "Id")))),
    ];
    let after = [address("Fake::Net/main"), address("Fake::Store/db")].into();
    Blueprint {
        outputs: outputs.into(),
        outputs_after: [("net".to_owned(), after)].into(),
        warnings: vec![Problem::warning(None, "no domain: HTTP only")],
        ..blueprint(resources)
    }
}

async fn applied() -> Bench {
    let (bench, wanted) = (Bench::new(), blueprint(&resources()));
    bench.apply(&wanted).await;
    // The person has seen to the certificate.
    bench.cloud.world().things.values_mut().for_each(|thing| thing.human = false);
    bench.apply(&wanted).await;
    bench
}

fn unmanaged(place: &str) -> Unmanaged {
    Unmanaged { kind: "AWS::EC2::Instance".into(), id: "i-1".into(), place: place.into() }
}

#[tokio::test(start_paused = true)]
async fn of_an_empty_account() {
    let mut given = Given::of(&Bench::new(), &wanted(&resources())).await;
    given.resource("Fake::Net/main").protected = Some(true);
    given.resource("Fake::Gate/out").physical = Some("the-gate".into());
    given.kind("Fake::Front").facts.sensitive = &["/Config/Title"];
    is_as_read("new", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn what_a_plan_fills_nothing_into_is_shared_and_not_passed_through_its_type_again() {
    let mut given = Given::of(&Bench::new(), &wanted(&resources())).await;
    given.kind("Fake::Net");
    let plan = given.plan();
    assert_eq!(given.kind("Fake::Net").typed.load(Ordering::Relaxed), 0);
    let sent = step_of(&plan, "Fake::Net/main", Verb::Create).desired.as_ref().expect("a create sends a spec");
    assert!(Arc::ptr_eq(&sent.spec, &given.resource("Fake::Net/main").spec));
}

#[tokio::test(start_paused = true)]
async fn of_what_is_as_it_should_be() {
    let mut given = Given::of(&applied().await, &wanted(&resources())).await;
    given.inventory.unmanaged = vec![unmanaged("net-1")];
    is_as_read("unchanged", &given.plan());
    let (path, text) = ("/Odd".to_owned(), "something odd".to_owned());
    given.live("Fake::Net/main").unmodelled = vec![Unmodelled { path, text }];
    is_as_read("unpruned", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn of_changes_of_every_sort() {
    let bench = applied().await;
    let mut all = resources();
    for (place, property, value) in [
        ("Fake::Group/web", "Ports", json!([80, 443])),
        ("Fake::Group/data", "Friends", json!([])),
        ("Fake::Recipe/shop", "Steps", json!(["one", "two"])),
        ("Fake::Gate/out", "Size", json!("large")),
        ("Fake::Store/db", "Class", json!("huge")),
        ("Fake::Store/db", "Days", json!(7)),
        ("Fake::Cache/pages", "Headers", json!(["b", "c"])),
        ("Fake::Board/news", "Text", json!("bye")),
        ("Fake::Front/site", "Config", json!({ "Title": "shop", "Paths": ["/", "/new"], "Comment": "x" })),
    ] {
        change(&mut all, place, property, value);
    }
    all.retain(|resource| resource.kind != "AWS::IAM::Role");
    let door = all.iter_mut().find(|resource| resource.kind == "Fake::Door").expect("a door");
    (door.name, door.was) = ("tls".into(), Some("https".into()));
    all.push(YamlResource::new(
        "Fake::Part",
        "c",
        json!({ "Net": reference("Net", "main", "Id"), "Range": "10.0.2.0/24" }),
    ));
    let mut given = Given::of(&bench, &wanted(&all)).await;
    given.wanted.stack.tags.set("cost-center", "43");
    given.live("Fake::Net/main").spec["Dns"] = json!(false);
    given.live("Fake::Net/main").tags.set("Name", "mine");
    given.live("Fake::Part/a").tags.0.remove("cost-center");
    given.live("Fake::Part/b").tags.set(key::PROTECTED, "true");
    given.live("Fake::Work/shop").spec["Groups"] = json!([]);
    given.live("Fake::Store/db").state = State::Settling("its backup".into());
    let odd = |path: &str| Unmodelled { path: path.into(), text: "something odd".into() };
    given.live("Fake::Net/main").unmodelled = vec![odd("/Odd")];
    given.live("Fake::Group/web").unmodelled = vec![odd("/Ports/odd")];
    let (owner, until) = ("the web team".to_owned(), None);
    given.live("Fake::Gate/out").spec["Size"] = json!("medium");
    given.resource("Fake::Net/main").ignore = vec![Ignore { field: "/Dns".into(), owner, until, span: None }];
    is_as_read("changes", &given.plan());
    given.mode = Mode::OnlyConfig;
    is_as_read("only-config", &given.plan());
    given.mode = Mode::Apply;
    given.selection = Some(["Fake::Recipe/shop", "Fake::Gate/out"].map(address).into());
    is_as_read("partial", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn of_what_is_given_first_and_taken_away_last() {
    let mut all = resources();
    change(&mut all, "Fake::Group/data", "Ports", json!([5432]));
    let bench = Bench::new();
    bench.apply(&blueprint(&all)).await;
    change(&mut all, "Fake::Group/data", "Ports", json!([3306]));
    change(&mut all, "Fake::Recipe/shop", "Needs", json!([3306]));
    change(&mut all, "Fake::Store/db", "Groups", json!([reference("Group", "web", "Id")]));
    let mut given = Given::of(&bench, &wanted(&all)).await;
    is_as_read("phases", &given.plan());
    given.live("Fake::Work/shop").state = State::Settling("its rollout".into());
    given.live("Fake::Group/data").spec["Ports"] = json!([22, 5432]);
    is_as_read("phases-later", &given.plan());
    given.selection = Some([address("Fake::Group/data")].into());
    is_as_read("phases-partial", &given.plan());
    given.selection = None;
    given.live("Fake::Work/shop").unsupported = Some("is none of ours".into());
    is_as_read("phases-kept", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn of_a_replacement_that_a_late_property_lets_go_of_first() {
    let net = |name: &str| reference("Net", name, "Id");
    let mut all = environment();
    all.push(YamlResource::new("Fake::Net", "other", json!({ "Range": "10.1.0.0/16" })));
    all.extend(["x", "y"].map(|name| YamlResource::new("Fake::Door", name, json!({ "Net": net("main") }))));
    let doors = ["x", "y"].map(|name| reference("Door", name, "Id"));
    change(&mut all, "Fake::Work/shop", "Doors", json!(doors));
    let bench = Bench::new();
    bench.apply(&blueprint(&all)).await;
    change(&mut all, "Fake::Door/x", "Net", json!(net("other")));
    let mut given = Given::of(&bench, &wanted(&all)).await;
    is_as_read("detach", &given.plan());
    given.live("Fake::Work/shop").state = State::Settling("its rollout".into());
    is_as_read("detach-later", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn of_a_destroy() {
    let mut given = Given::of(&applied().await, &wanted(&resources())).await;
    given.mode = Mode::Destroy;
    given.live("Fake::Gate/out").state = State::Deleting;
    given.live("Fake::Store/db").state = State::Settling("its backup".into());
    given.live("Fake::Work/shop").state = State::Failed("no tasks".into());
    given.live("Fake::Net/main").unsupported = Some("is shared with others".into());
    is_as_read("destroy", &given.plan());
    given.selection = Some([address("Fake::Door/https"), address("Fake::Cert/tls")].into());
    is_as_read("destroy-partial", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn of_what_has_failed_or_is_on_its_way() {
    let bench = applied().await;
    let mut given = Given::of(&bench, &wanted(&resources())).await;
    for (place, state) in [
        ("Fake::Gate/out", State::Failed("it could not start".into())),
        ("Fake::Store/db", State::Failed("its disk is full".into())),
        ("Fake::Part/b", State::Settling("its creation".into())),
        ("Fake::Door/https", State::AwaitsAction("open it by hand".into())),
        ("Fake::Cert/tls", State::Failed("not validated in time".into())),
        ("Fake::Board/news", State::Deleting),
    ] {
        given.live(place).state = state;
    }
    given.live("Fake::Cache/pages").stopped = Some("it is stopped".into());
    given.live("Fake::Cache/pages").spec["Ttl"] = json!(5);
    is_as_read("failed", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn of_what_cannot_be_read() {
    let bench = applied().await;
    let mut all = resources();
    all.retain(|resource| resource.kind != "Fake::Board");
    change(&mut all, "Fake::Recipe/shop", "Steps", json!(["two"]));
    let mut given = Given::of(&bench, &wanted(&all)).await;
    let failure = || Failure::new(Class::Denied, "not allowed");
    let store = given.live("Fake::Store/db").clone();
    let listing = given.listing("Fake::Store");
    listing.found.clear();
    listing.unseen.push(Unseen { id: store.id, tags: Some(store.tags), failure: failure() });
    let board = given.live("Fake::Board/news").clone();
    let listing = given.listing("Fake::Board");
    listing.found.clear();
    listing.unseen.push(Unseen { id: board.id, tags: Some(board.tags), failure: failure() });
    let work = given.live("Fake::Work/shop").clone();
    let listing = given.listing("Fake::Work");
    listing.found.clear();
    listing.name_conflicts.push(NameConflict {
        id: work.id,
        name: work.name.unwrap_or_default(),
        tags: Tags::default(),
    });
    given.inventory.unchecked.insert("Fake::Net".into(), "could not be asked".into());
    is_as_read("unread", &given.plan());
    given.mode = Mode::Destroy;
    is_as_read("unread-destroy", &given.plan());
}

#[tokio::test(start_paused = true)]
async fn of_a_stack_that_lives_elsewhere() {
    let mut given = Given::of(&applied().await, &wanted(&resources())).await;
    let (id, account) = (stack().id, stack().account);
    given.inventory.elsewhere = vec![Orphan {
        stack: id,
        account,
        region: "eu-west-1".into(),
        role: None,
        resources: 3,
        addresses: BTreeSet::new(),
    }];
    given.inventory.unmanaged = vec![unmanaged("net-1")];
    is_as_read("elsewhere", &given.plan());
}
