//! Plan, apply, leases and inventory on fake kinds over a fake cloud, on a paused clock: what holds whatever the kinds are.

mod blocked_dependents;
mod blocking;
mod causes;
mod deletions;
mod give_before_take;
mod identity;
mod identity_by_name;
mod ignored_drift;
mod journals;
mod lease;
mod lifecycle;
mod memberships;
mod multi_call_changes;
mod pace;
mod partial_apply;
mod protection;
mod regions;
pub mod report;
mod saved_plans;
mod types_to_read;
mod waiting;

use provision::plan::{Action, Cause, Plan, StackPlan};
use provision::report::{TextOptions, plan_text};
use serde_json::{Value, json};

use crate::world::Wish;

/// A plan as a person would read it.
pub fn words(plan: &StackPlan) -> String {
    plan_text(
        &Plan { stacks: vec![plan.clone()], ..Plan::default() },
        TextOptions { verbose: false, show_values: true, width: None },
    )
}

pub fn reference(kind: &str, name: &str, output: &str) -> String {
    format!("⟦Fake::{kind}/{name}.{output}⟧")
}

/// A small environment with every relation there is: chains, sets, a circle of groups, a revision.
pub fn environment() -> Vec<Wish> {
    let net = reference("Net", "main", "Id");
    vec![
        Wish::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16", "Dns": true })),
        Wish::new("Fake::Part", "a", json!({ "Net": net, "Range": "10.0.0.0/24" })),
        Wish::new("Fake::Part", "b", json!({ "Net": net, "Range": "10.0.1.0/24" })),
        Wish::new("Fake::Gate", "out", json!({ "Part": reference("Part", "a", "Id"), "Size": "small" })),
        Wish::new(
            "Fake::Group",
            "web",
            json!({ "Net": net, "Friends": [reference("Group", "data", "Id")], "Ports": [443] }),
        ),
        Wish::new("Fake::Group", "data", json!({ "Net": net, "Friends": [reference("Group", "web", "Id")] })),
        Wish::new(
            "Fake::Store",
            "db",
            json!({
                "Parts": [reference("Part", "a", "Id"), reference("Part", "b", "Id")],
                "Engine": "sql", "Class": "large", "Groups": [reference("Group", "data", "Id")],
            }),
        ),
        Wish::new(
            "Fake::Recipe",
            "shop",
            json!({ "Steps": ["one"], "Store": format!("{}@5432", reference("Store", "db", "Id")) }),
        ),
        Wish::new(
            "Fake::Work",
            "shop",
            json!({
                "Recipe": reference("Recipe", "shop", "Id"), "Revision": reference("Recipe", "shop", "Revision"),
                "Groups": [reference("Group", "web", "Id")], "Count": 2,
            }),
        ),
    ]
}

pub fn change(wishes: &mut [Wish], name: &str, property: &str, value: Value) {
    let wish =
        wishes.iter_mut().find(|wish| format!("{}/{}", wish.kind, wish.name) == name).expect("a wish of this name");
    wish.properties[property] = value;
}

pub fn actions(plan: &StackPlan) -> Vec<(String, Action, Cause)> {
    plan.changes.iter().map(|change| (change.address.to_string(), change.action, change.cause)).collect()
}
