//! A partial apply: what was asked for and what that needs, and nothing that others still need.

use provision::plan::{Action, Mode, StackPlan, Verb};
use serde_json::json;

use crate::engine::{change, environment, reference};
use crate::world::{Bench, YamlResource, blueprint};

async fn applied(resources: &[YamlResource]) -> Bench {
    let bench = Bench::new();
    bench.apply(&blueprint(resources)).await;
    bench
}

fn steps(plan: &StackPlan, verb: Verb) -> Vec<String> {
    plan.steps.keys().filter(|id| id.verb == verb).map(|id| id.address.to_string()).collect()
}

/// Of a removed group that another one still has for a friend until that is updated.
fn without_data_group() -> Vec<YamlResource> {
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Friends", json!([]));
    change(&mut resources, "Fake::Store/db", "Groups", json!([]));
    resources.retain(|resource| resource.place() != "Fake::Group/data");
    resources
}

#[tokio::test(start_paused = true)]
async fn what_something_that_was_not_asked_for_lets_go_of_only_later_is_not_deleted() {
    let bench = applied(&environment()).await;
    let plan = bench.plan_only(&blueprint(&without_data_group()), &["Fake::Group/data"]).await;
    assert_eq!(steps(&plan, Verb::Delete), [""; 0]);
    let [change] = &plan.changes[..] else { panic!("{:#?}", plan.changes) };
    assert_eq!(change.action, Action::Blocked);
    assert_eq!(
        change.notes,
        ["Fake::Store/db still uses it, and is not part of this plan: ask for that as well, or for the whole stack"]
    );
    // Asked for together, it goes.
    let asked = ["Fake::Group/data", "Fake::Group/web", "Fake::Store/db"];
    let plan = bench.plan_only(&blueprint(&without_data_group()), &asked).await;
    assert_eq!(steps(&plan, Verb::Delete), ["Fake::Group/data"]);
}

#[tokio::test(start_paused = true)]
async fn the_old_side_of_a_replacement_stays_for_those_who_were_not_asked_for() {
    let net = reference("Net", "main", "Id");
    let group = |net: &str| YamlResource::new("Fake::Group", "web", json!({ "Net": net }));
    let mut resources = vec![
        YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" })),
        YamlResource::new("Fake::Net", "other", json!({ "Range": "10.1.0.0/16" })),
        group(&net),
        YamlResource::new("Fake::Group", "user", json!({ "Net": net, "Friends": [reference("Group", "web", "Id")] })),
    ];
    let bench = applied(&resources).await;
    resources[2] = group(&reference("Net", "other", "Id"));
    let wanted = blueprint(&resources);
    bench.apply_only(&wanted, &["Fake::Group/web"]).await;
    let groups = bench.cloud.world().outline().iter().filter(|line| line.starts_with("Fake::Group/web ")).count();
    assert_eq!(groups, 2, "the new one, and the old one that the other group still refers to");
    bench.apply(&wanted).await;
    assert!(bench.plan(&wanted, Mode::Apply).await.is_empty());
    let groups = bench.cloud.world().outline().iter().filter(|line| line.starts_with("Fake::Group/web ")).count();
    assert_eq!(groups, 1);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_has_to_go_first_is_blocked_while_others_use_the_old_one() {
    let mut resources = environment();
    resources.retain(|resource| {
        resource.kind != "Fake::Store" && resource.kind != "Fake::Recipe" && resource.kind != "Fake::Work"
    });
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Part/a", "Range", json!("10.0.7.0/24"));
    let plan = bench.plan_only(&blueprint(&resources), &["Fake::Part/a"]).await;
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps.keys());
    let part = plan.changes.iter().find(|change| change.address.name == "a").expect("it is told");
    assert_eq!(part.action, Action::Blocked);
    assert!(part.notes.join(" ").contains("Fake::Gate/out still uses it"), "{:?}", part.notes);
}
