//! What AWS can't tag: its name says whose it is, and a note what was applied, where there is one.

use std::sync::Arc;

use provision::blueprint::Blueprint;
use provision::plan::{Action, AdoptionConflict, Cause, Mode, StackPlan, adoption};
use provision::resource::{Address, Stack, StackId, Tags, key};
use serde_json::{Value, json};

use crate::engine::{actions, change, reference, words};
use crate::input::blueprint::Project;
use crate::world::build::{HOME, REGIONS, blueprint_of, stack};
use crate::world::process::Process;
use crate::world::thing::Thing;
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

const BOARD: &str = "test--acme--production--health";
const CACHE: &str = "test--acme--production--pages";

/// A board without a note, a cache with one, and one that refers to the cache.
fn resources() -> Vec<YamlResource> {
    vec![
        YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" })),
        YamlResource::new("Fake::Board", "health", json!({ "Net": reference("Net", "main", "Id"), "Text": "health" })),
        YamlResource::new("Fake::Cache", "pages", json!({ "Ttl": 60, "Headers": ["Host"] })),
        YamlResource::new(
            "Fake::Front",
            "shop",
            json!({ "Cache": reference("Cache", "pages", "Id"), "Config": { "Title": "shop" } }),
        ),
    ]
}

async fn applied() -> Bench {
    let bench = Bench::new();
    bench.apply(&blueprint(&resources())).await;
    bench
}

fn called(bench: &Bench, name: &str) -> Thing {
    let world = bench.cloud.world();
    let thing = world.things.values().find(|thing| thing.name.as_deref() == Some(name));
    thing.unwrap_or_else(|| panic!("nothing is called {name}")).clone()
}

fn by_hand(bench: &Bench, name: &str, how: impl FnOnce(&mut Thing)) {
    let id = called(bench, name).id;
    how(bench.cloud.world().things.get_mut(&id).expect("it is there"));
}

/// The causes of one resource's differences, by path.
fn causes(plan: &StackPlan, address: &str) -> Vec<(String, Cause)> {
    let change = plan.changes.iter().find(|change| change.address.to_string() == address);
    let fields = &change.unwrap_or_else(|| panic!("{address} is passed over: {:#?}", plan.changes)).fields;
    fields.iter().map(|field| (field.path.clone(), field.cause)).collect()
}

#[tokio::test(start_paused = true)]
async fn it_is_found_by_its_name_and_its_note_holds_the_digest() {
    let bench = applied().await;
    assert!(called(&bench, BOARD).tags.is_empty());
    let cache = called(&bench, CACHE);
    let keys: Vec<_> = cache.tags.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [key::NOTE]);
    let note = cache.tags.get(key::NOTE).expect("a note");
    assert!(note.starts_with("provision v2:") && note.len() <= 128, "{note}");
    let calls = bench.cloud.world().calls.len();
    let plan = bench.plan(&blueprint(&resources()), Mode::Apply).await;
    assert!(plan.is_empty(), "{:#?}", plan.changes);
    assert_eq!(bench.cloud.world().calls.len(), calls);
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_cut_short_is_completed_by_the_next_run() {
    let bench = Bench::new();
    bench.cloud.world().faults.set(&[Fault::new("UpdateCache", What::DieBefore, None)]);
    bench.run(&blueprint(&resources()), Mode::Apply).await;
    bench.cloud.world().faults.set(&[]);
    assert_eq!(called(&bench, CACHE).tags.get(key::NOTE), Some("provision pending"));
    let plan = bench.plan(&blueprint(&resources()), Mode::Apply).await;
    assert_eq!(causes(&plan, "Fake::Cache/pages")[0], ("/Headers".to_owned(), Cause::Config));
    bench.apply(&blueprint(&resources())).await;
    assert!(bench.plan(&blueprint(&resources()), Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn with_a_note_config_and_drift_are_told_apart_and_without_one_it_is_said_that_they_are_not() {
    let bench = applied().await;
    by_hand(&bench, CACHE, |thing| thing.spec["Ttl"] = json!(5));
    by_hand(&bench, BOARD, |thing| thing.spec["Text"] = json!("theirs"));
    let mut wanted = resources();
    change(&mut wanted, "Fake::Cache/pages", "Headers", json!(["Accept"]));
    let plan = bench.plan(&blueprint(&wanted), Mode::Apply).await;
    let told = causes(&plan, "Fake::Cache/pages");
    assert_eq!(told, [("/Headers".to_owned(), Cause::Config), ("/Ttl".to_owned(), Cause::Drift)]);
    assert_eq!(causes(&plan, "Fake::Board/health"), [("/Text".to_owned(), Cause::Unknown)]);
    let words = words(&plan);
    assert!(words.contains("unknown") && words.contains("the YAML may have changed, or somebody in AWS"), "{words}");
    bench.apply(&blueprint(&wanted)).await;
    assert!(bench.plan(&blueprint(&wanted), Mode::Apply).await.is_empty());
    let plan = bench.plan(&blueprint(&resources()), Mode::Apply).await;
    assert_eq!(causes(&plan, "Fake::Cache/pages"), [("/Headers".to_owned(), Cause::Config)], "the note was renewed");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_written_on_it_is_no_difference() {
    let bench = applied().await;
    let mut stack = stack();
    stack.tags.set("cost-center", "43");
    let plan = bench.plan(&blueprint_of(stack, &resources()), Mode::Apply).await;
    let mut changed: Vec<_> = actions(&plan).into_iter().map(|(address, action, _)| (address, action)).collect();
    changed.sort_by_key(|(address, _)| address.clone());
    let expected = [("Fake::Front/shop", Action::Retag), ("Fake::Net/main", Action::Retag)];
    assert_eq!(changed, expected.map(|(address, action)| (address.to_owned(), action)));
    by_hand(&bench, CACHE, |thing| thing.tags.set(key::NOTE, "for the campaign"));
    let plan = bench.plan(&blueprint(&resources()), Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Cache/pages".to_owned(), Action::Retag, Cause::Config)]);
    assert_eq!(plan.changes[0].notes, ["note: provision:digest"]);
    bench.apply(&blueprint(&resources())).await;
    assert!(called(&bench, CACHE).tags.get(key::NOTE).is_some_and(|note| note.starts_with("provision v2:")));
}

#[tokio::test(start_paused = true)]
async fn what_is_renamed_in_the_yaml_is_made_anew_and_what_only_looks_alike_stays() {
    let cache = |name: &str| [YamlResource::new("Fake::Cache", name, json!({ "Ttl": 60 }))];
    let bench = Bench::new();
    bench.apply(&blueprint(&cache("pages"))).await;
    let alike = [
        "acme-production-pages",
        "test--acme--certification--pages",
        "test--acme--productions--pages",
        "test--acme-production--x--pages",
        "other--acme--production--pages",
    ];
    for (index, name) in alike.into_iter().enumerate() {
        let ours = called(&bench, CACHE);
        let theirs = Thing { id: format!("cache-0000ff{index:02}"), name: Some(name.to_owned()), ..ours };
        bench.cloud.world().things.insert(theirs.id.clone(), theirs);
    }
    let wanted = blueprint(&cache("images"));
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let expected = [
        ("Fake::Cache/images".to_owned(), Action::Create, Cause::New),
        ("Fake::Cache/pages".to_owned(), Action::Delete, Cause::Removed),
    ];
    assert_eq!(actions(&plan), expected, "{:#?}", plan.changes);
    bench.apply(&wanted).await;
    bench.run(&wanted, Mode::Destroy).await.clean();
    let left: Vec<_> = bench.cloud.world().things.values().filter_map(|thing| thing.name.clone()).collect();
    assert_eq!(left, alike);
}

#[tokio::test(start_paused = true)]
async fn another_project_or_tenant_makes_its_own_and_touches_none_of_the_others() {
    let bench = applied().await;
    let caches: Vec<_> = resources().into_iter().filter(|resource| resource.kind == "Fake::Cache").collect();
    let others =
        [Stack { project: "shop".into(), ..stack() }, Stack { id: StackId::new("acme-2", "production"), ..stack() }];
    for other in others {
        let wanted = blueprint_of(other, &caches);
        let plan = bench.plan(&wanted, Mode::Apply).await;
        assert_eq!(actions(&plan), [("Fake::Cache/pages".to_owned(), Action::Create, Cause::New)]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_yaml_protects_is_known_by_its_note_once_the_yaml_names_it_no_more() {
    let mut wanted = blueprint(&resources());
    protect(&mut wanted, "Fake::Cache/pages");
    let bench = Bench::new();
    bench.apply(&wanted).await;
    assert!(called(&bench, CACHE).tags.get(key::NOTE).is_some_and(|note| note.ends_with(" protected")));
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
    let goes = |resource: &YamlResource| ["Fake::Cache", "Fake::Front"].contains(&&*resource.kind);
    let left: Vec<_> = resources().into_iter().filter(|resource| !goes(resource)).collect();
    let plan = bench.plan(&blueprint(&left), Mode::Apply).await;
    let gone = plan.changes.iter().find(|change| change.address.kind == "Fake::Cache").expect("it goes");
    assert!(gone.protected && gone.action == Action::Delete);
    let plan = bench.plan(&blueprint(&resources()), Mode::Apply).await;
    let unmarked = plan.changes.iter().find(|change| change.address.kind == "Fake::Cache").expect("it is unmarked");
    assert!(unmarked.protected, "taking the mark off is asked for, too");
    assert_eq!(causes(&plan, "Fake::Cache/pages"), [("/Note/provision:protected".to_owned(), Cause::Config)]);
}

fn protect(wanted: &mut Blueprint, address: &str) {
    let address: Address = address.parse().expect("an address");
    wanted.resources.get_mut(&address).expect("it is there").protected = Some(true);
}

#[tokio::test(start_paused = true)]
async fn what_was_renamed_by_hand_is_named_and_not_made_a_second_time() {
    let bench = applied().await;
    let id = called(&bench, CACHE).id;
    by_hand(&bench, CACHE, |thing| thing.name = Some("theirs".to_owned()));
    let plan = bench.plan(&blueprint(&resources()), Mode::Apply).await;
    let blocked = plan.changes.iter().find(|change| change.address.kind == "Fake::Cache").expect("it is blocked");
    assert_eq!(blocked.action, Action::Blocked);
    let note = blocked.notes.join(" ");
    assert!(
        note.contains(&id) && note.contains(&format!("is not called {CACHE}")) && !note.contains("adopt"),
        "{note}"
    );
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps.keys());
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_is_not_made_again_and_told_by_its_name() {
    let bench = applied().await;
    bench.cloud.world().faults.set(&[Fault::new("GetCache", What::Deny, None)]);
    let plan = bench.plan(&blueprint(&resources()), Mode::Apply).await;
    let blocked = plan.changes.iter().find(|change| change.address.kind == "Fake::Cache").expect("it is blocked");
    assert_eq!((blocked.action, blocked.cause), (Action::Blocked, Cause::Unreadable));
    let mut wanted = resources();
    wanted.push(YamlResource::new("Fake::Cache", "images", json!({ "Ttl": 5 })));
    let plan = bench.plan(&blueprint(&wanted), Mode::Apply).await;
    let new = plan.changes.iter().find(|change| change.address.name == "images").expect("it is made");
    assert_eq!(new.action, Action::Create, "what could not be read says that it is another one");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_adopted_that_has_another_name() {
    let bench = applied().await;
    let wanted = blueprint(&resources());
    let inventory = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply).read().await;
    let (address, live) =
        inventory[&wanted.stack.id].all().find(|(address, _)| address.kind == "Fake::Cache").expect("a cache");
    let mut theirs = (**live).clone();
    (theirs.name, theirs.tags) = (Some("theirs".to_owned()), Tags::default());
    let kind = crate::world::kinds::KINDS.iter().find(|kind| kind.facts().kind == address.kind).expect("a kind");
    let refused = adoption(&wanted, &wanted.resources[address], kind.facts(), &Arc::new(theirs));
    assert_eq!(refused.err(), Some(AdoptionConflict::Named(CACHE.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_region_is_searched_for_it_by_name_since_no_tagging_api_knows_of_it() {
    let bench = applied().await;
    bench.cloud.world().things.retain(|_, thing| thing.kind == "Fake::Cache");
    let away = REGIONS.into_iter().find(|region| *region != HOME).expect("another region");
    let wanted = blueprint_of(Stack { region: away.to_owned(), ..stack() }, &resources());
    let process = Process { regions: &REGIONS, ..Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply) };
    let inventory = process.read().await.remove(&wanted.stack.id).expect("it was asked for");
    let found: Vec<_> = inventory.elsewhere.iter().map(|stray| (&*stray.region, stray.resources)).collect();
    assert_eq!((found, inventory.unsearched.len()), (vec![(HOME, 1)], 0));
    bench.cloud.world().faults.set(&[Fault::new("DescribeCaches", What::Deny, None)]);
    let inventory = process.read().await.remove(&wanted.stack.id).expect("it was asked for");
    assert!(inventory.elsewhere.is_empty());
    assert!(inventory.unsearched.iter().any(|why| why.contains(HOME) && why.contains("AccessDenied")));
}

#[tokio::test(start_paused = true)]
async fn what_is_all_under_one_property_has_its_causes_property_by_property() {
    let paths = |from: u32| -> Value { (from..from + 70).map(|path| format!("/{path}")).collect() };
    let front = |config: Value| {
        let mut wanted = resources();
        change(&mut wanted, "Fake::Front/shop", "Config", config);
        blueprint(&wanted)
    };
    let bench = Bench::new();
    // More than the digest can hold element by element.
    bench.apply(&front(json!({ "Title": "shop", "Comment": "new", "Paths": paths(0) }))).await;
    {
        let mut world = bench.cloud.world();
        let thing = world.things.values_mut().find(|thing| thing.kind == "Fake::Front").expect("a front");
        thing.spec["Config"]["Title"] = json!("theirs");
    }
    let plan = bench.plan(&front(json!({ "Title": "shop", "Comment": "old", "Paths": paths(1) })), Mode::Apply).await;
    let mut told = causes(&plan, "Fake::Front/shop");
    told.dedup();
    let expected = [
        ("/Config/Comment".to_owned(), Cause::Config),
        ("/Config/Paths".to_owned(), Cause::Config),
        ("/Config/Title".to_owned(), Cause::Drift),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_name_that_does_not_fit_or_is_to_be_another_is_a_mistake() {
    let problems = |resource: &str| {
        let template = format!("resources:\n  - type: Test::Board\n{resource}    properties: {{ Text: x }}\n");
        Project::of(&template).file("project: shop\n").problems()
    };
    assert_eq!(problems("    name: health\n"), "");
    let long = problems("    name: the-health-of-all-services\n");
    assert!(long.contains("t.yaml:3") && long.contains("`shop--acme--test--the-health-of-all-services`"), "{long}");
    assert!(long.contains("AWS takes 40 for this kind") && long.contains("by 4"), "{long}");
    let physical = problems("    name: health\n    physical: mine\n");
    assert!(physical.contains("leave it out: it is called `shop--acme--test--health`"), "{physical}");
    let was = problems("    name: health\n    was: state\n");
    assert!(was.contains("`was` can't be said of Test::Board"), "{was}");
}
