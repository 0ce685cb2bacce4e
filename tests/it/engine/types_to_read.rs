//! What is read: what the project can make, and what the tag index shows of a stack.

use provision::plan::{Action, Mode, StackPlan};

use crate::engine::environment;
use crate::world::build::stack;
use crate::world::process::{Process, Project};
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

fn denied(operation: &str) -> Fault {
    Fault::new(operation, What::Deny, None)
}

/// The stack of the examples without one type.
fn without(kind: &str) -> Vec<YamlResource> {
    environment().into_iter().filter(|resource| resource.kind != kind).collect()
}

/// A stack of nets alone, whose net the YAML no longer has; what is denied, and what other templates name.
async fn net_goes(faults: &[Fault], named: &[&str]) -> (Bench, StackPlan) {
    let bench = Bench::new();
    let nets: Vec<_> = environment().into_iter().filter(|resource| resource.kind == "Fake::Net").collect();
    bench.apply(&blueprint(&nets)).await;
    bench.cloud.world().faults.set(faults);
    let wanted = blueprint(&[]);
    let project = Project::of([stack()], named.iter().map(|kind| (*kind).to_owned()));
    let process = Process { project, ..Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply) };
    let plan = process.look().await.plan.stacks.remove(0);
    (bench, plan)
}

fn told(plan: &StackPlan) -> Vec<(String, Action)> {
    plan.changes.iter().map(|change| (change.address.to_string(), change.action)).collect()
}

fn why(plan: &StackPlan) -> String {
    plan.changes.iter().flat_map(|change| change.notes.clone()).collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn a_type_that_the_project_can_not_make_hinders_nobody_who_may_not_read_it() {
    let (bench, plan) = net_goes(&[denied("DescribeDoors")], &["Fake::Net"]).await;
    assert_eq!(told(&plan), [("Fake::Net/main".to_owned(), Action::Delete)], "{}", why(&plan));
    assert_eq!(plan.warnings, [], "nobody asked");
    bench.run(&blueprint(&[]), Mode::Apply).await.clean();
    assert_eq!(bench.cloud.world().outline(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_type_that_a_template_names_blocks_as_long_as_it_may_not_be_read() {
    let (_, plan) = net_goes(&[denied("DescribeDoors")], &["Fake::Net", "Fake::Door"]).await;
    assert_eq!(told(&plan), [("Fake::Net/main".to_owned(), Action::Blocked)]);
    assert!(why(&plan).contains("Fake::Door could not be read and may use it"), "{}", why(&plan));
}

#[tokio::test(start_paused = true)]
async fn a_tag_index_that_can_not_be_read_rules_out_no_type() {
    let (_, plan) = net_goes(&[denied("GetResources"), denied("DescribeDoors")], &["Fake::Net"]).await;
    assert_eq!(told(&plan), [("Fake::Net/main".to_owned(), Action::Blocked)]);
    assert!(why(&plan).contains("Fake::Door could not be read and may use it"), "{}", why(&plan));
}

#[tokio::test(start_paused = true)]
async fn a_type_that_the_tag_index_does_not_show_is_always_read() {
    let bench = Bench::new();
    let role = YamlResource::new("AWS::IAM::Role", "shop", serde_json::json!({}));
    bench.apply(&blueprint(&[role])).await;
    let plan = bench.plan(&blueprint(&[]), Mode::Apply).await;
    assert_eq!(told(&plan), [("AWS::IAM::Role/shop".to_owned(), Action::Delete)]);
}

#[tokio::test(start_paused = true)]
async fn what_no_template_names_any_more_is_found_by_its_tags_and_goes() {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    let wanted = blueprint(&without("Fake::Gate"));
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(told(&plan), [("Fake::Gate/out".to_owned(), Action::Delete)]);
    bench.apply(&wanted).await;
    assert!(!bench.cloud.world().things.values().any(|thing| thing.kind == "Fake::Gate"));
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
}

/// The index shows that there is one, and its own service doesn't say which.
#[tokio::test(start_paused = true)]
async fn what_no_template_names_any_more_and_may_not_be_read_stays_with_what_it_may_use() {
    let bench = Bench::new();
    bench.apply(&blueprint(&environment())).await;
    bench.cloud.world().faults.set(&[denied("DescribeGates")]);
    let mut resources = without("Fake::Gate");
    // What the gate stands in, with what else uses it.
    resources
        .retain(|resource| !["Fake::Part", "Fake::Store", "Fake::Recipe", "Fake::Work"].contains(&&*resource.kind));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let action = |place: &str| told(&plan).into_iter().find(|(at, _)| at == place).map(|(_, action)| action);
    assert_eq!(action("Fake::Part/a"), Some(Action::Blocked), "{:#?}", told(&plan));
    assert_eq!(action("Fake::Gate/out"), None, "nothing is known of it");
    let warnings: Vec<_> = plan.warnings.iter().map(|warning| &*warning.what).collect();
    assert_eq!(warnings, ["Fake::Gate could not be listed in us-east-1: AccessDenied: not authorized"]);
}

/// Nobody takes the word of one stack's index for another.
#[tokio::test(start_paused = true)]
async fn what_one_stack_has_left_hinders_no_other() {
    let bench = Bench::new();
    let first = blueprint(&environment());
    bench.apply(&first).await;
    let nets: Vec<_> = environment().into_iter().filter(|resource| resource.kind == "Fake::Net").collect();
    let mut second = blueprint(&nets);
    second.stack.id.environment = "certification".to_owned();
    bench.apply(&second).await;
    bench.cloud.world().faults.set(&[denied("DescribeGates")]);
    let (mut first, mut second) = (blueprint(&without("Fake::Gate")), second);
    first.resources.clear();
    second.resources.clear();
    let process = Process::new(&bench.cloud, "run", vec![&first, &second], Mode::Apply);
    let plans = process.look().await.plan.stacks;
    let [first, second] = plans.as_slice() else { panic!("two stacks") };
    assert!(told(first).contains(&("Fake::Part/a".to_owned(), Action::Blocked)), "{:#?}", told(first));
    assert_eq!(told(second), [("Fake::Net/main".to_owned(), Action::Delete)], "{}", why(second));
}
