//! Plan, apply, leases and inventory on fake kinds over a fake cloud, on a paused clock: what holds whatever the kinds are.

mod blocked_dependents;
mod blocking;
mod by_hand;
mod causes;
mod deletions;
mod give_before_take;
mod identity;
mod identity_by_name;
mod ignored_drift;
mod journals;
mod lease;
mod lifecycle;
mod line_diff;
mod memberships;
mod multi_call_changes;
mod one_cause;
mod pace;
mod partial_apply;
mod protection;
mod ready_meanwhile;
mod regions;
pub mod report;
mod saved_plans;
mod stack_by_stack;
mod step_waits;
mod types_to_read;
mod waiting;

use provision::plan::{Action, Cause, Plan, StackPlan};
use provision::report::{TextOptions, plan_text};
use serde_json::{Value, json};

use crate::world::YamlResource;

/// A plan as a person would read it.
pub fn words(plan: &StackPlan) -> String {
    plan_text(
        &Plan { stacks: vec![plan.clone()], ..Plan::default() },
        TextOptions { verbose: false, show_values: true, ..TextOptions::default() },
    )
}

pub fn reference(kind: &str, name: &str, output: &str) -> String {
    format!("⟦Fake::{kind}/{name}.{output}⟧")
}

/// A small environment with every relation there is: chains, sets, a circle of groups, a revision.
pub fn environment() -> Vec<YamlResource> {
    let net = reference("Net", "main", "Id");
    vec![
        YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16", "Dns": true })),
        YamlResource::new("Fake::Part", "a", json!({ "Net": net, "Range": "10.0.0.0/24" })),
        YamlResource::new("Fake::Part", "b", json!({ "Net": net, "Range": "10.0.1.0/24" })),
        YamlResource::new("Fake::Gate", "out", json!({ "Part": reference("Part", "a", "Id"), "Size": "small" })),
        YamlResource::new(
            "Fake::Group",
            "web",
            json!({ "Net": net, "Friends": [reference("Group", "data", "Id")], "Ports": [443] }),
        ),
        YamlResource::new("Fake::Group", "data", json!({ "Net": net, "Friends": [reference("Group", "web", "Id")] })),
        YamlResource::new(
            "Fake::Store",
            "db",
            json!({
                "Parts": [reference("Part", "a", "Id"), reference("Part", "b", "Id")],
                "Engine": "sql", "Class": "large", "Groups": [reference("Group", "data", "Id")],
            }),
        ),
        YamlResource::new(
            "Fake::Recipe",
            "shop",
            json!({ "Steps": ["one"], "Store": format!("{}@5432", reference("Store", "db", "Id")) }),
        ),
        YamlResource::new(
            "Fake::Work",
            "shop",
            json!({
                "Recipe": reference("Recipe", "shop", "Id"), "Revision": reference("Recipe", "shop", "Revision"),
                "Groups": [reference("Group", "web", "Id")], "Count": 2,
            }),
        ),
    ]
}

pub fn change(resources: &mut [YamlResource], name: &str, property: &str, value: Value) {
    let resource = resources
        .iter_mut()
        .find(|resource| format!("{}/{}", resource.kind, resource.name) == name)
        .expect("a resource of this name");
    resource.properties[property] = value;
}

pub fn actions(plan: &StackPlan) -> Vec<(String, Action, Cause)> {
    plan.changes.iter().map(|change| (change.address.to_string(), change.action, change.cause)).collect()
}
