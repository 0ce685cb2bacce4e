//! Identity is never lost quietly: what lost its tags, or had them changed, is not made a second time.

use std::collections::BTreeSet;

use provision::inventory::StackListing;
use provision::plan::{Action, Cause, Mode, StackPlan, Verb, unread};
use provision::resource::{Class, Failure, Tags, Unseen, key};
use serde_json::json;

use crate::engine::{actions, change, environment, reference};
use crate::world::kinds::KINDS;
use crate::world::thing::Thing;
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

/// The id of the one thing of ours with this type and name.
fn id_of(bench: &Bench, kind: &str, name: &str) -> String {
    let world = bench.cloud.world();
    let mut named = world.things.values().filter(|thing| thing.kind == kind && thing.tags.get(key::NAME) == Some(name));
    named.next().unwrap_or_else(|| panic!("there is no {kind}/{name}")).id.clone()
}

/// Takes all of our tags off a thing, or sets one of them; returns the id by which people know it.
fn meddle(bench: &Bench, kind: &str, name: &str, tag: Option<(&str, &str)>) -> String {
    let id = id_of(bench, kind, name);
    let mut world = bench.cloud.world();
    let thing = world.things.get_mut(&id).expect("it is there");
    match tag {
        Some((key, value)) => thing.tags.set(key, value),
        None => thing.tags.0.retain(|key, _| !key.starts_with(key::PREFIX)),
    }
    thing.shown_id().to_owned()
}

/// What each missing resource is blocked by; fails if anything would be made.
fn blocked(plan: &StackPlan, address: &str) -> String {
    let creates: Vec<_> = plan.changes.iter().filter(|change| change.action == Action::Create).collect();
    assert!(creates.is_empty(), "{creates:#?}");
    let change = plan.changes.iter().find(|change| change.address.to_string() == address);
    let change = change.unwrap_or_else(|| panic!("{address} is passed over: {:#?}", plan.changes));
    assert_eq!(change.action, Action::Blocked);
    change.notes.join("\n")
}

/// Fails if anything but tags would be changed: a group whose deferrable reference is blocked counts as applied without it.
fn only_tags(plan: &StackPlan) {
    assert!(plan.steps.keys().all(|step| step.verb == Verb::Retag), "{:#?}", plan.steps.keys());
}

async fn applied() -> Bench {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    bench
}

/// How many kinds are read: what the YAML names, and what no index shows.
fn kinds_read() -> usize {
    let unshown = KINDS.iter().map(|kind| kind.facts()).filter(|facts| facts.indexed_as.is_none());
    let wanted = environment();
    wanted.iter().map(|resource| &*resource.kind).chain(unshown.map(|facts| facts.kind)).collect::<BTreeSet<_>>().len()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_looked_at_twice_when_nothing_is_missing() {
    let bench = applied().await;
    let before = bench.cloud.world().reads;
    assert!(bench.plan(&blueprint(&environment()), Mode::Apply).await.is_empty());
    assert_eq!(bench.cloud.world().reads - before, kinds_read());
}

#[tokio::test(start_paused = true)]
async fn whatever_loses_its_tags_is_named_with_its_id_and_never_made_again() {
    for (kind, name) in [
        ("Fake::Net", "main"),
        ("Fake::Part", "a"),
        ("Fake::Group", "web"),
        ("Fake::Group", "data"),
        ("Fake::Store", "db"),
        ("Fake::Recipe", "shop"),
        ("Fake::Work", "shop"),
    ] {
        let bench = applied().await;
        let id = meddle(&bench, kind, name, None);
        let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
        let note = blocked(&plan, &format!("{kind}/{name}"));
        assert!(note.contains(&format!("`⟪adopt acme/production/{kind}/{name} {id}⟫`")), "{note}");
        only_tags(&plan);
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_that_lost_their_tags_each_finds_its_own_address() {
    let bench = applied().await;
    let (a, b) = (meddle(&bench, "Fake::Part", "a", None), meddle(&bench, "Fake::Part", "b", None));
    let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
    assert!(blocked(&plan, "Fake::Part/a").contains(&format!("Fake::Part/a {a}⟫`")));
    assert!(blocked(&plan, "Fake::Part/b").contains(&format!("Fake::Part/b {b}⟫`")));
}

#[tokio::test(start_paused = true)]
async fn what_was_truly_deleted_is_made_anew_after_one_more_look() {
    let bench = applied().await;
    let gate = id_of(&bench, "Fake::Gate", "out");
    bench.cloud.world().things.remove(&gate);
    let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Gate/out".to_owned(), Action::Create, Cause::New)]);
    let part = id_of(&bench, "Fake::Part", "b");
    bench.cloud.world().things.remove(&part);
    let before = bench.cloud.world().reads;
    let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
    let made = plan.changes.iter().filter(|change| change.action == Action::Create);
    assert_eq!(made.map(|change| change.address.name.as_str()).collect::<Vec<_>>(), ["out", "b"]);
    assert_eq!(bench.cloud.world().reads - before, kinds_read() + 1);
}

#[tokio::test(start_paused = true)]
async fn what_may_only_have_lost_its_tags_and_cannot_be_looked_at_is_not_taken_for_gone() {
    let bench = applied().await;
    let part = id_of(&bench, "Fake::Part", "b");
    {
        let mut world = bench.cloud.world();
        world.things.remove(&part);
        world.faults.set(&[Fault::new("GetPartById", What::Deny, None)]);
    }
    let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
    assert!(blocked(&plan, "Fake::Part/b").contains(&part));
    let change = plan.changes.iter().find(|change| change.address.name == "b").expect("it is blocked");
    assert_eq!(change.cause, Cause::Unreadable);
}

#[tokio::test(start_paused = true)]
async fn a_changed_name_tag_neither_makes_a_second_one_nor_deletes_the_first() {
    for (kind, name) in [("Fake::Net", "main"), ("Fake::Part", "a"), ("Fake::Group", "web"), ("Fake::Store", "db")] {
        let bench = applied().await;
        let id = meddle(&bench, kind, name, Some((key::NAME, "mian")));
        let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
        let note = blocked(&plan, &format!("{kind}/{name}"));
        assert!(note.contains(&id) && note.contains(&format!("the tags of acme/production/{kind}/mian")), "{note}");
        assert!(!plan.changes.iter().any(|change| change.action == Action::Delete), "{:#?}", plan.changes);
        only_tags(&plan);
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_environment_tag_names_whose_it_says_it_is() {
    for (kind, name) in [("Fake::Net", "main"), ("Fake::Part", "a"), ("Fake::Group", "web"), ("Fake::Store", "db")] {
        let bench = applied().await;
        let id = meddle(&bench, kind, name, Some((key::ENVIRONMENT, "certification")));
        let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
        let note = blocked(&plan, &format!("{kind}/{name}"));
        assert!(note.contains(&id) && note.contains(&format!("acme/certification/{kind}/{name}")), "{note}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_somebody_elses_in_the_yaml_is_no_lost_resource() {
    let bench = applied().await;
    let net = id_of(&bench, "Fake::Net", "main");
    let data = id_of(&bench, "Fake::Group", "data");
    {
        let mut world = bench.cloud.world();
        let ours = world.things[&data].clone();
        let spec = json!({ "Net": net, "Friends": [], "Ports": [] });
        let tags = provision::resource::Tags::default();
        let theirs = Thing { id: "group-0000ffff".into(), name: Some("theirs".into()), spec, tags, ..ours };
        world.things.insert(theirs.id.clone(), theirs);
    }
    let mut resources = environment();
    change(&mut resources, "Fake::Store/db", "Groups", json!(["group-0000ffff"]));
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Store/db", "Groups", json!([reference("Group", "new", "Id")]));
    resources.push(YamlResource::new("Fake::Group", "new", json!({ "Net": reference("Net", "main", "Id") })));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let expected = [
        ("Fake::Group/new".to_owned(), Action::Create, Cause::New),
        ("Fake::Store/db".to_owned(), Action::Update, Cause::Config),
    ];
    assert_eq!(actions(&plan), expected, "{:#?}", plan.changes);
}

#[tokio::test(start_paused = true)]
async fn without_its_digest_only_the_cause_is_unknown() {
    let bench = applied().await;
    let id = id_of(&bench, "Fake::Store", "db");
    {
        let mut world = bench.cloud.world();
        let store = world.things.get_mut(&id).expect("a store");
        store.tags.0.remove(key::DIGEST);
        store.spec["Class"] = json!("huge");
    }
    let plan = bench.plan(&blueprint(&environment()), Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Store/db".to_owned(), Action::Update, Cause::Unknown)]);
}

#[tokio::test(start_paused = true)]
async fn a_destroy_says_what_it_would_leave_behind_and_keeps_what_that_stands_in() {
    let bench = applied().await;
    let id = meddle(&bench, "Fake::Store", "db", None);
    let plan = bench.plan(&blueprint(&environment()), Mode::Destroy).await;
    assert!(blocked(&plan, "Fake::Store/db").contains(&id));
    let bench = applied().await;
    let net = meddle(&bench, "Fake::Net", "main", None);
    let plan = bench.plan(&blueprint(&environment()), Mode::Destroy).await;
    let note = blocked(&plan, "Fake::Part/a");
    assert!(note.contains(&net), "{note}");
}

#[tokio::test(start_paused = true)]
async fn what_was_renamed_and_cannot_be_read_is_not_made_under_its_new_name() {
    let bench = applied().await;
    let mut resources = environment();
    let store = resources.iter_mut().find(|resource| resource.kind == "Fake::Store").expect("it is there");
    (store.name, store.was) = ("main".into(), Some("db".into()));
    change(&mut resources, "Fake::Recipe/shop", "Store", json!(format!("{}@5432", reference("Store", "main", "Id"))));
    bench.cloud.world().faults.set(&[Fault::new("GetStore", What::Deny, None)]);
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let note = blocked(&plan, "Fake::Store/main");
    assert!(note.contains("could not be read"), "{note}");
}

#[test]
fn what_could_not_be_read_may_be_what_it_says_it_is_or_if_it_says_nothing_anything() {
    let resource = YamlResource {
        was: Some("office".to_owned()),
        ..YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" }))
    };
    let blueprint = blueprint(&[resource]);
    let resource = blueprint.resources.values().next().expect("one");
    let may_be = |tags: Option<&str>| {
        let tags = tags.map(|name| Tags::from_iter([(key::NAME, name)]));
        let unseen = Unseen { id: "net-1".into(), tags, failure: Failure::new(Class::Denied, "no") };
        unread(&StackListing { unseen: vec![unseen], ..StackListing::default() }, resource).is_some()
    };
    assert!(may_be(Some("main")) && may_be(None));
    assert!(may_be(Some("office")), "it was called so before");
    assert!(!may_be(Some("other")));
}

#[tokio::test(start_paused = true)]
async fn of_two_whose_names_are_cut_to_the_same_neither_is_taken_for_the_other() {
    let net = reference("Net", "main", "Id");
    let group = |name: &str| YamlResource::new("Fake::Group", name, json!({ "Net": net }));
    let net = YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" }));
    let bench = Bench::new();
    bench.apply(&blueprint(&[net.clone(), group("those-who-come-by-the-front-door")])).await;
    let wanted = blueprint(&[net, group("those-who-come-by-the-back-door")]);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let all: Vec<_> = actions(&plan).into_iter().map(|(_, action, _)| action).collect();
    assert_eq!(all, [Action::Create, Action::Delete], "{:#?}", plan.changes);
}
