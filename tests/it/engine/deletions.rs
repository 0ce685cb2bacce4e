//! What goes, and what holds it back.

use std::sync::Arc;

use provision::inventory::{Inventory, ListOutcome};
use provision::plan::{Action, Mode, StackPlan, Verb};
use provision::resource::{Address, Class, Failure};
use serde_json::json;

use crate::engine::{change, environment, reference};
use crate::world::process::Process;
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

/// What one process sees of the one stack.
async fn inventory(process: &Process<'_>) -> Inventory {
    process.read().await.into_values().next().expect("one stack")
}

async fn applied(resources: &[YamlResource]) -> Bench {
    let bench = Bench::new();
    bench.apply(&blueprint(resources)).await;
    bench
}

fn deleted(plan: &StackPlan) -> Vec<String> {
    plan.steps.keys().filter(|id| id.verb == Verb::Delete).map(|id| id.address.to_string()).collect()
}

/// AWS knows many things by their names alone: a cluster of databases and one of tasks can be called the same.
#[tokio::test(start_paused = true)]
async fn what_has_the_same_id_as_something_of_another_kind_is_not_passed_over() {
    let mut resources = environment();
    let bench = applied(&resources).await;
    resources.retain(|resource| resource.place() != "Fake::Store/db");
    change(&mut resources, "Fake::Recipe/shop", "Store", json!(""));
    let wanted = blueprint(&resources);
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut inventory = inventory(&process).await;
    for seen in inventory.kinds.values_mut() {
        let ListOutcome::Read(listing) = seen else { panic!("all is readable") };
        for (address, live) in
            listing.found.iter_mut().flat_map(|(address, lives)| lives.iter_mut().map(move |live| (address, live)))
        {
            if ["Fake::Store/db", "Fake::Work/shop"].contains(&&*address.to_string()) {
                Arc::make_mut(live).id = "acme-production-main".into();
            }
        }
    }
    let plan = process.plan(&wanted, &inventory);
    let store = plan.changes.iter().find(|change| change.address == Address::new("Fake::Store", "db"));
    assert_eq!(store.map(|change| change.action), Some(Action::Delete), "{:#?}", plan.changes);
    assert!(store.is_some_and(|change| change.protected), "it bears data");
}

/// Subnet groups of databases and of caches can be called the same: who names the one does not hold the other.
#[tokio::test(start_paused = true)]
async fn what_has_the_name_of_something_that_is_used_can_go() {
    let mut resources = environment();
    change(&mut resources, "Fake::Work/shop", "Recipe", json!(reference("Recipe", "shop", "Name")));
    resources.push(YamlResource::new("Fake::Store", "shop", json!({ "Parts": [], "Engine": "sql", "Class": "large" })));
    let bench = applied(&resources).await;
    let named = |kind: &str| {
        let world = bench.cloud.world();
        world.things.values().find(|thing| thing.place() == kind).and_then(|thing| thing.name.clone())
    };
    assert_eq!(named("Fake::Store/shop"), named("Fake::Recipe/shop"), "one name, two kinds");
    resources.retain(|resource| resource.place() != "Fake::Store/shop");
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(deleted(&plan), ["Fake::Store/shop"], "{:#?}", plan.changes);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_deleted_that_something_may_use_whose_tags_could_not_be_read_either() {
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Net", "spare", json!({ "Range": "10.9.0.0/16" })));
    let bench = applied(&resources).await;
    let wanted = blueprint(&environment());
    bench.cloud.world().faults.set(&[Fault::new("GetGroup", What::Deny, None)]);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(deleted(&plan), [""; 0], "a group may stand in it");
    let spare = plan.changes.iter().find(|change| change.address.name == "spare").expect("it is told");
    assert_eq!(spare.action, Action::Blocked);
    assert!(spare.notes.join(" ").contains("Fake::Group could not be read and may use it"), "{:?}", spare.notes);
}

#[tokio::test(start_paused = true)]
async fn a_destroy_says_what_it_could_not_read_and_would_leave_behind() {
    let bench = applied(&environment()).await;
    let faults = [Fault::new("DescribeGates", What::Deny, None), Fault::new("GetStore", What::Deny, None)];
    bench.cloud.world().faults.set(&faults);
    let mut resources = environment();
    resources.retain(|resource| !["Fake::Store", "Fake::Recipe", "Fake::Work"].contains(&&*resource.kind));
    let plan = bench.plan(&blueprint(&resources), Mode::Destroy).await;
    let blocked: Vec<_> =
        plan.changes.iter().filter(|change| change.action == Action::Blocked).map(|c| c.address.to_string()).collect();
    assert!(blocked.contains(&"Fake::Gate/out".to_owned()), "its kind can't be listed: {blocked:?}");
    assert!(blocked.contains(&"Fake::Store/db".to_owned()), "its tags are known, and the YAML lacks it: {blocked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_destroy_warns_of_kinds_that_it_could_not_list_and_the_yaml_does_not_have() {
    let former = YamlResource::new("Fake::Cert", "www", json!({ "Domain": "www.acme.example" }));
    let bench = applied(&environment().into_iter().chain([former]).collect::<Vec<_>>()).await;
    bench.cloud.world().faults.set(&[Fault::new("DescribeCerts", What::Deny, None)]);
    let plan = bench.plan(&blueprint(&environment()), Mode::Destroy).await;
    let warnings = format!("{:?}", plan.warnings);
    assert!(warnings.contains("Fake::Cert could not be listed"), "{warnings}");
}

/// Such a plan would read as if it were gone already.
#[tokio::test(start_paused = true)]
async fn what_the_yaml_no_longer_has_and_could_not_be_read_is_told_by_an_apply_too() {
    let bench = applied(&environment()).await;
    let mut resources = environment();
    resources.retain(|resource| !["Fake::Store", "Fake::Recipe", "Fake::Work"].contains(&&*resource.kind));
    let wanted = blueprint(&resources);
    let told = async |operation| {
        bench.cloud.world().faults.set(&[Fault::new(operation, What::Deny, None)]);
        let plan = bench.plan(&wanted, Mode::Apply).await;
        let store = plan.changes.iter().find(|change| change.address.kind == "Fake::Store").map(|change| change.action);
        (store, format!("{:?}", plan.warnings).contains("Fake::Store could not be listed"))
    };
    assert_eq!(told("GetStore").await, (Some(Action::Blocked), false));
    assert_eq!(told("DescribeStores").await, (None, true), "whether there is one, nobody knows");
    // Under its new name it is wanted, and blocked as that.
    resources.extend(environment().into_iter().filter(|resource| resource.kind == "Fake::Store"));
    let store = resources.last_mut().expect("a store");
    (store.name, store.was) = ("data".into(), Some("db".into()));
    bench.cloud.world().faults.set(&[Fault::new("GetStore", What::Deny, None)]);
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let stores: Vec<_> = plan.changes.iter().filter(|change| change.address.kind == "Fake::Store").collect();
    assert_eq!(stores.iter().map(|change| &*change.address.name).collect::<Vec<_>>(), ["data"], "{stores:#?}");
}

/// What runs by an old revision uses what that revision refers to, until the new one runs.
#[tokio::test(start_paused = true)]
async fn what_a_revision_referred_to_goes_after_those_who_run_by_it_have_moved_on() {
    let store = |name: &str| {
        let parts = [reference("Part", "a", "Id")];
        YamlResource::new("Fake::Store", name, json!({ "Parts": parts, "Engine": "sql" }))
    };
    let mut resources = environment();
    resources.retain(|resource| resource.kind != "Fake::Store");
    resources.extend([store("db"), store("next")]);
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Recipe/shop", "Store", json!(format!("{}@5432", reference("Store", "next", "Id"))));
    resources.retain(|resource| resource.place() != "Fake::Store/db");
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let delete = plan.steps.values().find(|step| step.id.verb == Verb::Delete).expect("it goes");
    let before: Vec<_> = delete.after.iter().map(|id| id.address.to_string()).collect();
    assert!(before.contains(&"Fake::Work/shop".to_owned()), "{before:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_yaml_has_in_another_region_by_now_is_deleted_where_it_was() {
    let bench = applied(&environment()).await;
    let mut wanted = blueprint(&environment());
    let gate = Address::new("Fake::Gate", "out");
    wanted.resources.get_mut(&gate).expect("it is wanted").region = "eu-west-1".into();
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut inventory = inventory(&process).await;
    let plan = process.plan(&wanted, &inventory);
    let of_gate: Vec<_> = plan.changes.iter().filter(|change| change.address == gate).collect();
    let said: Vec<_> = of_gate.iter().map(|change| (change.action, &*change.region)).collect();
    assert_eq!(said, [(Action::Create, "eu-west-1"), (Action::Delete, "us-east-1")], "{:#?}", plan.changes);
    // Nothing is known of the new region: then the old one stays.
    inventory
        .kinds
        .insert(("eu-west-1".into(), gate.kind.clone()), ListOutcome::Unknown(Failure::new(Class::Denied, "no")));
    let plan = process.plan(&wanted, &inventory);
    assert_eq!(deleted(&plan), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_listed_in_every_region_goes_once() {
    let mut resources = environment();
    resources.push(YamlResource::new("AWS::IAM::Role", "shop", json!({})));
    resources.push(YamlResource {
        region: Some("eu-west-1".into()),
        ..YamlResource::new("Fake::Cert", "far", json!({ "Domain": "far" }))
    });
    let bench = applied(&resources).await;
    resources.retain(|resource| resource.kind != "AWS::IAM::Role");
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let all: Vec<_> = plan.changes.iter().map(|change| (change.address.to_string(), change.action)).collect();
    assert_eq!(all, [("AWS::IAM::Role/shop".to_owned(), Action::Delete)]);
}

#[tokio::test(start_paused = true)]
async fn a_stack_whose_home_was_moved_while_something_names_the_old_region_lives_there() {
    let bench = applied(&environment()).await;
    let mut wanted = blueprint(&environment());
    wanted.stack.region = "eu-west-1".into();
    for (address, resource) in &mut wanted.resources {
        if address.kind != "Fake::Gate" {
            resource.region = "eu-west-1".into();
        }
    }
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let inventory = inventory(&process).await;
    let plan = process.plan(&wanted, &inventory);
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps.keys());
    let why = plan.changes[0].notes.join(" ");
    assert!(why.contains("acme/production lives in us-east-1 of 111122223333 (8 resources)"), "{why}");
}
