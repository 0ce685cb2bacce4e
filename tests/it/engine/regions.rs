//! Stacks with things in several regions, and those whose region changes.

use provision::plan::{Action, Mode, StackPlan, Verb};
use provision::resource::{Identity, Stack};
use serde_json::json;

use crate::engine::{environment, reference};
use crate::world::build::{REGIONS, blueprint_of, stack};
use crate::world::cloud::short;
use crate::world::kinds::KINDS;
use crate::world::process::Process;
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

const AWAY: &str = "eu-west-1";

fn moved(resources: &[YamlResource], region: &str) -> Vec<YamlResource> {
    resources.iter().map(|resource| YamlResource { region: Some(region.to_owned()), ..resource.clone() }).collect()
}

fn blocked(plan: &StackPlan) -> Vec<String> {
    let blocked = plan.changes.iter().filter(|change| change.action == Action::Blocked);
    blocked.map(|change| format!("{}: {}", change.address, change.notes.join(" "))).collect()
}

#[tokio::test(start_paused = true)]
async fn what_moves_to_another_region_is_made_there_and_goes_where_it_was() {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    let wanted = blueprint(&moved(&environment(), AWAY));
    bench.apply(&wanted).await;
    assert!(bench.cloud.world().things.values().all(|thing| thing.region == AWAY));
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stack_is_noticed_where_it_was_when_its_home_moves_to_where_a_part_of_it_is() {
    let bench = Bench::new();
    let far = YamlResource {
        region: Some(AWAY.to_owned()),
        ..YamlResource::new("Fake::Cert", "far", json!({ "Domain": "far" }))
    };
    let resources: Vec<_> = environment().into_iter().chain([far]).collect();
    bench.apply(&blueprint(&resources)).await;
    let wanted = blueprint_of(Stack { region: AWAY.to_owned(), ..stack() }, &resources);
    let process = Process { regions: &REGIONS, ..Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply) };
    let plan = process.look().await.plan.stacks.remove(0);
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps.keys());
    let why = blocked(&plan).join("\n");
    assert!(why.contains("acme/production lives in us-east-1 of 111122223333"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_region_that_the_tagging_api_names_and_that_can_not_be_read_may_be_where_the_stack_lives() {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    let known = KINDS.iter().filter(|kind| kind.facts().identity == Identity::Tags);
    let lists = known.map(|kind| format!("Describe{}s", short(kind.facts().kind)));
    let denied: Vec<_> = lists.map(|operation| Fault::new(&operation, What::Deny, None)).collect();
    bench.cloud.world().faults.set(&denied);
    let wanted = blueprint_of(Stack { region: AWAY.to_owned(), ..stack() }, &environment());
    let process = Process { regions: &REGIONS, ..Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply) };
    let looked = process.look().await;
    let inventory = &looked.inventories[&wanted.stack.id];
    assert!(inventory.elsewhere.is_empty(), "{:#?}", inventory.elsewhere);
    let why = "us-east-1 of 111122223333 could not be searched for stacks that the YAML has not there: AccessDenied: not \
               authorized";
    assert_eq!(inventory.unsearched, [why]);
}

/// AWS knows many things by names that are unique in a region: the old one and the new one have the same.
#[tokio::test(start_paused = true)]
async fn what_is_named_alike_in_two_regions_is_told_apart() {
    let bench = Bench::new();
    let recipe = YamlResource::new("Fake::Recipe", "shop", json!({ "Steps": ["one"] }));
    let (name, revision) = (reference("Recipe", "shop", "Name"), reference("Recipe", "shop", "Revision"));
    let work = YamlResource::new("Fake::Work", "shop", json!({ "Recipe": name, "Revision": revision }));
    let resources = [recipe, work];
    bench.apply(&blueprint(&resources)).await;
    bench.cloud.world().faults.set(&[Fault::new("DeleteRecipe", What::ErrorBefore, None)]);
    let wanted = blueprint(&moved(&resources, AWAY));
    bench.run(&wanted, Mode::Apply).await;
    bench.cloud.world().faults.set(&[]);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(blocked(&plan), [""; 0]);
    let deleted: Vec<_> = plan.steps.values().filter(|step| step.id.verb == Verb::Delete).collect();
    let deleted: Vec<_> = deleted.iter().map(|step| (step.id.address.to_string(), &*step.region)).collect();
    assert_eq!(deleted, [("Fake::Recipe/shop".to_owned(), "us-east-1")]);
}

#[tokio::test(start_paused = true)]
async fn what_moves_under_another_name_goes_after_those_who_use_it() {
    let bench = Bench::new();
    let net = YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" }));
    let part = |net: &str| {
        YamlResource::new("Fake::Part", "a", json!({ "Net": reference("Net", net, "Id"), "Range": "10.0.0.0/24" }))
    };
    bench.apply(&blueprint(&[net.clone(), part("main")])).await;
    let renamed = YamlResource { name: "office".to_owned(), was: Some("main".to_owned()), ..net };
    let plan = bench.plan(&blueprint(&moved(&[renamed, part("office")], AWAY)), Mode::Apply).await;
    let delete = plan.steps.values().find(|step| step.id.verb == Verb::Delete && step.id.address.name == "main");
    let after: Vec<_> = delete.expect("it goes").after.iter().map(|id| id.address.to_string()).collect();
    assert_eq!(after, ["Fake::Part/a"]);
}
