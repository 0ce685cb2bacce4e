//! What derives from a change that can't be made is not made either.

use std::sync::Arc;

use provision::blueprint::{Blueprint, Family, Origin};
use provision::plan::{Action, Mode, StackPlan, Verb};
use provision::problem::{Source, Span};
use provision::resource::Address;
use serde_json::json;

use crate::engine::{change, environment};
use crate::world::{Bench, YamlResource, blueprint};

/// A line of a tenant's file.
fn line(number: usize) -> Span {
    let text = "x\n".repeat(10);
    let source = Arc::new(Source { path: "tenants/acme.yaml".into(), text });
    Span { source, bytes: 2 * (number - 1)..2 * number - 1 }
}

/// Says which line feeds a property.
fn feed(wanted: &mut Blueprint, place: &str, at: &str, number: usize) {
    let origin = Origin { from: vec![line(number)], ..Origin::new(line(10)) };
    let address: Address = place.parse().expect("an address");
    wanted.resources.get_mut(&address).expect("it is wanted").origins.insert(at.into(), origin);
}

fn action(plan: &StackPlan, name: &str) -> Option<(Action, String)> {
    let change = plan.changes.iter().find(|change| change.address.to_string() == name);
    change.map(|change| (change.action, change.notes.join("; ")))
}

/// The store can't get another engine while the recipe keeps hold of it; line 3 feeds that, and the ports of a group.
async fn bench() -> (Bench, Vec<YamlResource>) {
    let mut resources = environment();
    change(&mut resources, "Fake::Group/data", "Ports", json!([5432]));
    let bench = Bench::new();
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Store/db", "Engine", json!("other"));
    (bench, resources)
}

#[tokio::test(start_paused = true)]
async fn what_a_parameter_of_a_blocked_change_feeds_too_is_held_and_the_rest_goes_on() {
    let (bench, mut resources) = bench().await;
    change(&mut resources, "Fake::Group/data", "Ports", json!([3306]));
    change(&mut resources, "Fake::Group/web", "Ports", json!([443, 8443]));
    let mut wanted = blueprint(&resources);
    feed(&mut wanted, "Fake::Store/db", "/Engine", 3);
    feed(&mut wanted, "Fake::Group/data", "/Ports", 3);
    feed(&mut wanted, "Fake::Group/web", "/Ports", 4);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let (blocked, cause) = action(&plan, "Fake::Store/db").expect("it is told");
    assert!(blocked == Action::Blocked && !cause.starts_with("needs "), "the cause is told, and no circle: {cause}");
    let (held, why) = action(&plan, "Fake::Group/data").expect("it is told");
    assert_eq!(held, Action::Blocked);
    assert_eq!(
        why,
        "tenants/acme.yaml:3 also feeds Fake::Store/db, which is blocked: both change together, or neither does"
    );
    let fields: Vec<_> =
        plan.changes.iter().filter(|change| change.address.name == "data").flat_map(|change| &change.fields).collect();
    assert_eq!(fields[0].after, Some(json!([3306])), "and its fields show");
    assert_eq!(action(&plan, "Fake::Group/web").map(|(action, _)| action), Some(Action::Update));
    assert!(!plan.steps.keys().any(|step| step.address.name == "data"), "{:#?}", plan.steps.keys());
}

#[tokio::test(start_paused = true)]
async fn what_is_held_holds_in_turn_what_its_own_parameters_feed() {
    let (bench, mut resources) = bench().await;
    change(&mut resources, "Fake::Group/data", "Ports", json!([3306]));
    change(&mut resources, "Fake::Gate/out", "Size", json!("large"));
    let mut wanted = blueprint(&resources);
    feed(&mut wanted, "Fake::Store/db", "/Engine", 3);
    feed(&mut wanted, "Fake::Group/data", "/Ports", 3);
    let address: Address = "Fake::Group/data".parse().expect("an address");
    let origins = &mut wanted.resources.get_mut(&address).expect("it is wanted").origins;
    origins.get_mut("/Ports").expect("it is fed").from.push(line(5));
    feed(&mut wanted, "Fake::Gate/out", "/Size", 5);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let (held, why) = action(&plan, "Fake::Gate/out").expect("it is told");
    assert!(held == Action::Blocked && why.contains("also feeds Fake::Group/data"), "{held:?} {why}");
}

#[tokio::test(start_paused = true)]
async fn what_a_parameter_of_a_blocked_change_makes_or_takes_away_is_held() {
    let (bench, mut resources) = bench().await;
    resources.retain(|resource| resource.name != "out");
    resources.push(YamlResource::new("Fake::Gate", "new", json!({ "Part": "⟦Fake::Part/b.Id⟧", "Size": "small" })));
    let mut wanted = blueprint(&resources);
    feed(&mut wanted, "Fake::Store/db", "/Engine", 3);
    let new: Address = "Fake::Gate/new".parse().expect("an address");
    wanted.resources.get_mut(&new).expect("it is wanted").exists_by = vec![line(3)];
    wanted.families.push(Family { kind: "Fake::Gate".into(), name: "*".into(), from: vec![line(3)] });
    let plan = bench.plan(&wanted, Mode::Apply).await;
    for name in ["Fake::Gate/new", "Fake::Gate/out"] {
        let (held, why) = action(&plan, name).expect("it is told");
        assert!(held == Action::Blocked && why.contains("tenants/acme.yaml:3 also feeds"), "{name}: {held:?} {why}");
    }
    assert!(!plan.steps.keys().any(|step| step.verb != Verb::Retag), "{:#?}", plan.steps.keys());
    wanted.families[0].from = vec![line(4)];
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(action(&plan, "Fake::Gate/out").map(|(action, _)| action), Some(Action::Delete), "another's line");
}
