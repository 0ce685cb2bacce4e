//! What is protected goes by name only, on fake kinds: the rules of the plan, whatever the kinds are.

use provision::blueprint::Blueprint;
use provision::plan::{Action, Allowance, Guards, Mode, Plan, StackPlan};
use provision::resource::{Address, StackId, key};
use serde_json::{Value, json};

use crate::world::{Bench, YamlResource, blueprint, refused};

const STORE: &str = "Fake::Store/db";
const GATE: &str = "Fake::Gate/out";

/// A store, which its kind protects, and a gate, which only the YAML can protect.
fn environment(store: &Value) -> Blueprint {
    let net = json!({ "Net": "⟦Fake::Net/main.Id⟧", "Range": "10.0.0.0/24" });
    let mut properties = json!({ "Parts": ["⟦Fake::Part/a.Id⟧"], "Engine": "sql", "Class": "large" });
    properties.as_object_mut().unwrap().extend(store.as_object().unwrap().clone());
    blueprint(&[
        YamlResource::new("Fake::Net", "main", json!({ "Range": "10.0.0.0/16" })),
        YamlResource::new("Fake::Part", "a", net),
        YamlResource::new("Fake::Gate", "out", json!({ "Part": "⟦Fake::Part/a.Id⟧", "Size": "small" })),
        YamlResource::new("Fake::Store", "db", properties),
    ])
}

fn with_protected(mut wanted: Blueprint, address: &str, protected: Option<bool>) -> Blueprint {
    let address: Address = address.parse().unwrap();
    wanted.resources.get_mut(&address).unwrap().protected = protected;
    wanted
}

fn without(mut wanted: Blueprint, address: &str) -> Blueprint {
    wanted.resources.remove(&address.parse().unwrap()).unwrap();
    wanted
}

/// The addresses that a plan asks for by name.
fn asked(plan: &StackPlan) -> Vec<String> {
    let plan = Plan { stacks: vec![plan.clone()], ..Plan::default() };
    refused(&plan, &Guards::default(), &[]).into_iter().map(|refusal| refusal.to_string()).collect()
}

fn by_name(address: &str) -> String {
    let name = address.rsplit('/').next().unwrap();
    format!("{name} is protected: name it with --allow-destroy acme/production/{address}")
}

/// Applies one, then plans the other.
async fn change(from: &Blueprint, to: &Blueprint) -> StackPlan {
    let bench = Bench::new();
    bench.apply(from).await;
    bench.plan(to, Mode::Apply).await
}

#[tokio::test(start_paused = true)]
async fn an_update_goes_by_name_if_it_loses_data_or_protection_and_not_otherwise() {
    for (from, to, is_asked, reason) in [
        (json!({ "Days": 10 }), json!({ "Days": 3 }), true, "a shorter retention destroys data"),
        (json!({ "Days": 3 }), json!({ "Days": 10 }), false, "a longer one keeps more"),
        (json!({ "Guarded": true }), json!({ "Guarded": false }), true, "protection is turned off"),
        (json!({ "Guarded": true }), json!({}), true, "left out it is off, too"),
        (json!({ "Guarded": false }), json!({ "Guarded": true }), false, "protection is turned on"),
        (json!({ "Class": "small" }), json!({ "Class": "huge" }), false, "another class loses nothing"),
        (json!({ "Engine": "sql" }), json!({ "Engine": "graph" }), true, "a replacement loses all"),
    ] {
        let plan = change(&environment(&from), &environment(&to)).await;
        assert_eq!(plan.changes.len(), 1, "{reason}");
        let expected = if is_asked { vec![by_name(STORE)] } else { Vec::new() };
        assert_eq!(asked(&plan), expected, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_turns_protection_off_says_so() {
    let plan = change(&environment(&json!({ "Guarded": true })), &environment(&json!({}))).await;
    assert_eq!(plan.changes[0].notes, ["turns its protection off (/Guarded)"]);
}

#[tokio::test(start_paused = true)]
async fn drift_is_mended_unasked_if_protection_comes_back_and_by_name_if_it_goes() {
    for (wanted, by_hand, is_asked) in [(true, false, false), (false, true, true)] {
        let bench = Bench::new();
        let wanted = environment(&json!({ "Guarded": wanted }));
        bench.apply(&wanted).await;
        for thing in bench.cloud.world().things.values_mut().filter(|thing| thing.kind == "Fake::Store") {
            thing.spec["Guarded"] = json!(by_hand);
        }
        let plan = bench.plan(&wanted, Mode::Apply).await;
        assert_eq!(plan.changes.len(), 1);
        assert_eq!(!asked(&plan).is_empty(), is_asked);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_yaml_protected_is_protected_when_the_yaml_drops_it() {
    let plain = environment(&json!({}));
    let marked = with_protected(plain.clone(), GATE, Some(true));
    assert_eq!(asked(&change(&plain, &without(plain.clone(), GATE)).await), Vec::<String>::new());
    assert_eq!(asked(&change(&marked, &without(plain.clone(), GATE)).await), [by_name(GATE)]);
    assert_eq!(asked(&change(&plain, &without(plain.clone(), STORE)).await), [by_name(STORE)]);
}

#[tokio::test(start_paused = true)]
async fn taking_the_mark_away_goes_by_name_and_putting_it_on_does_not() {
    let plain = environment(&json!({}));
    let marked = with_protected(plain.clone(), GATE, Some(true));
    let plan = change(&marked, &plain).await;
    assert_eq!(asked(&plan), [by_name(GATE)]);
    let [field] = &plan.changes[0].fields[..] else { panic!("{:#?}", plan.changes[0].fields) };
    assert_eq!(
        (&*field.path, &field.before, &field.after),
        (&*format!("/Tags/{}", key::PROTECTED), &Some(json!("true")), &None)
    );
    assert_eq!(asked(&change(&plain, &marked).await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_ready_keeps_its_mark_as_well() {
    let bench = Bench::new();
    let plain = environment(&json!({}));
    bench.apply(&with_protected(plain.clone(), GATE, Some(true))).await;
    let later = tokio::time::Instant::now() + std::time::Duration::from_secs(100);
    for thing in bench.cloud.world().things.values_mut().filter(|thing| thing.kind == "Fake::Gate") {
        thing.ready_at = Some(later);
    }
    let plan = bench.plan(&plain, Mode::Apply).await;
    assert_eq!(plan.changes.iter().map(|change| change.action).collect::<Vec<_>>(), [Action::Wait]);
    assert_eq!(asked(&plan), [by_name(GATE)]);
}

#[tokio::test(start_paused = true)]
async fn a_template_can_lift_what_the_kind_protects_as_long_as_nothing_else_does() {
    let lifted = |store: Value| with_protected(environment(&store), STORE, Some(false));
    let days = |n: i64| lifted(json!({ "Days": n }));
    assert_eq!(asked(&change(&days(9), &days(1)).await), Vec::<String>::new());
    let guarded = |n: i64| lifted(json!({ "Days": n, "Guarded": true }));
    assert_eq!(asked(&change(&guarded(9), &guarded(1)).await), [by_name(STORE)], "AWS refuses its deletion");
}

#[tokio::test(start_paused = true)]
async fn a_destroy_asks_in_a_protected_environment_only() {
    for is_protected in [true, false] {
        let bench = Bench::new();
        let mut wanted = with_protected(environment(&json!({ "Guarded": true })), GATE, Some(true));
        bench.apply(&wanted).await;
        wanted.stack.protected = is_protected;
        let asked = asked(&bench.plan(&wanted, Mode::Destroy).await);
        assert_eq!(asked, if is_protected { vec![by_name(GATE), by_name(STORE)] } else { Vec::new() });
        let mut orphan = blueprint(&[]);
        orphan.stack.protected = is_protected;
        assert_eq!(self::asked(&bench.plan(&orphan, Mode::Destroy).await), asked, "what is no longer in the YAML");
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_named_one_is_let_go() {
    let plan = change(&environment(&json!({})), &blueprint(&[])).await;
    let plan = Plan { stacks: vec![plan], ..Plan::default() };
    let allow = |stack: (&str, &str), resource: &str| {
        let stack = StackId::new(stack.0, stack.1);
        refused(&plan, &Guards::default(), &[Allowance { stack, resource: resource.to_owned() }]).len()
    };
    assert_eq!(allow(("acme", "production"), STORE), 0);
    assert_eq!(allow(("acme", "production"), "db"), 0);
    assert_eq!(allow(("acme", "production"), "Fake::Store/*"), 0);
    assert_eq!(allow(("acme", "certification"), STORE), 1, "another environment's");
    assert_eq!(allow(("acme", "production"), "Fake::Gate/db"), 1, "another kind's");
}

#[tokio::test(start_paused = true)]
async fn the_projects_guards_protect_kinds_and_count_deletions() {
    let plan = change(&environment(&json!({})), &without(environment(&json!({})), GATE)).await;
    let plan = Plan { stacks: vec![plan], ..Plan::default() };
    let words = |guards: &Guards| -> Vec<String> {
        refused(&plan, guards, &[]).into_iter().map(|refusal| refusal.to_string()).collect()
    };
    assert_eq!(words(&Guards { max_deletes: None, protected: vec!["Fake::Gate".into()] }), [by_name(GATE)]);
    assert_eq!(words(&Guards { max_deletes: Some(1), protected: Vec::new() }), Vec::<String>::new());
    let few = Guards { max_deletes: Some(0), protected: Vec::new() };
    assert_eq!(
        words(&few),
        ["acme/production: 1 to delete or replace, and provision.yaml allows 0: raise guards.max_deletes there, \
          or name fewer resources"]
    );
}
