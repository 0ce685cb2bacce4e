//! From nothing to a stack, changed, replaced and destroyed: what every plan and apply holds to.

use std::time::Duration;

use provision::plan::{Action, Cause, Mode};
use provision::resource::Disruption;
use serde_json::json;

use crate::engine::{actions, change, environment, reference};
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

fn slow(bench: &Bench) {
    let mut world = bench.cloud.world();
    world.pace.slowness.insert("Fake::Store".into(), Duration::from_secs(400));
    world.pace.slowness.insert("Fake::Gate".into(), Duration::from_secs(100));
}

#[tokio::test(start_paused = true)]
async fn a_plan_after_an_apply_is_empty() {
    let bench = Bench::new();
    slow(&bench);
    let wanted = blueprint(&environment());
    bench.apply(&wanted).await;
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(actions(&plan), [], "{:#?}", plan.changes);
    assert!(plan.steps.is_empty());
    assert_eq!(plan.unchanged, environment().len());
}

#[tokio::test(start_paused = true)]
async fn destroy_leaves_nothing_and_apply_works_again() {
    let bench = Bench::new();
    slow(&bench);
    let wanted = blueprint(&environment());
    bench.apply(&wanted).await;
    let first = bench.cloud.world().outline();
    bench.run(&wanted, Mode::Destroy).await.clean();
    assert_eq!(bench.cloud.world().outline(), Vec::<String>::new());
    bench.apply(&wanted).await;
    assert_eq!(bench.cloud.world().outline(), first);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_yaml_is_config_and_a_change_behind_its_back_is_drift() {
    let bench = Bench::new();
    let mut resources = environment();
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Store/db", "Class", json!("huge"));
    {
        let mut world = bench.cloud.world();
        let store = world.things.values_mut().find(|thing| thing.kind == "Fake::Store").expect("a store");
        store.spec["Groups"] = json!([]);
    }
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Store/db".to_owned(), Action::Update, Cause::Mixed)]);
    let causes: Vec<_> = plan.changes[0].fields.iter().map(|field| (field.path.as_str(), field.cause)).collect();
    assert_eq!(causes, [("/Class", Cause::Config), ("/Groups", Cause::Drift)]);
    bench.apply(&blueprint(&resources)).await;
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn a_new_revision_is_an_update_that_its_users_follow() {
    let bench = Bench::new();
    let mut resources = environment();
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["one", "two"]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(
        actions(&plan),
        [
            ("Fake::Recipe/shop".to_owned(), Action::Update, Cause::Config),
            ("Fake::Work/shop".to_owned(), Action::Update, Cause::Dependency),
        ]
    );
    bench.apply(&blueprint(&resources)).await;
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn a_create_first_replacement_deletes_the_old_last() {
    let bench = Bench::new();
    slow(&bench);
    let mut resources = environment();
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Gate/out", "Size", json!("large"));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(plan.changes[0].disruption, Disruption::Outage, "as the kind says of a handover");
    let before = bench.cloud.world().calls.len();
    bench.apply(&blueprint(&resources)).await;
    let calls: Vec<_> = bench.cloud.world().calls[before..].iter().map(|call| call.operation.clone()).collect();
    assert_eq!(calls, ["CreateGate", "DeleteGate"]);
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

/// While a new one stands beside the old, both of one name, what comes after its creation is about the new one.
#[tokio::test(start_paused = true)]
async fn a_group_that_moves_to_another_net_takes_its_friends_along() {
    let bench = Bench::new();
    let mut resources = without_store();
    resources.push(YamlResource::new("Fake::Net", "other", json!({ "Range": "10.1.0.0/16" })));
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Group/web", "Net", json!(reference("Net", "other", "Id")));
    bench.apply(&blueprint(&resources)).await;
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
    let fresh = Bench::new();
    fresh.apply(&blueprint(&resources)).await;
    assert_eq!(bench.cloud.world().outline(), fresh.cloud.world().outline());
}

/// The old door goes before the new one comes, and the work that stays refers to it by a deferrable property.
#[tokio::test(start_paused = true)]
async fn who_can_let_go_of_what_is_replaced_lets_go_of_it_first() {
    let bench = Bench::new();
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Net", "other", json!({ "Range": "10.1.0.0/16" })));
    for door in ["http", "https"] {
        resources.push(YamlResource::new("Fake::Door", door, json!({ "Net": reference("Net", "main", "Id") })));
    }
    let doors = json!([reference("Door", "http", "Id"), reference("Door", "https", "Id")]);
    change(&mut resources, "Fake::Work/shop", "Doors", doors);
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Door/https", "Net", json!(reference("Net", "other", "Id")));
    let before = bench.cloud.world().calls.len();
    bench.apply(&blueprint(&resources)).await;
    let calls: Vec<_> = bench.cloud.world().calls[before..].iter().map(|call| call.operation.clone()).collect();
    // Its digest says which door it has been given.
    assert_eq!(calls, ["UpdateWork", "DeleteDoor", "CreateDoor", "UpdateWork", "TagWork"]);
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

/// Without the store, nobody keeps hold of a part in place.
fn without_store() -> Vec<YamlResource> {
    environment().into_iter().filter(|resource| !["db", "shop"].contains(&resource.name.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_replaced_network_takes_everything_in_it_along() {
    let bench = Bench::new();
    let mut resources = without_store();
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Net/main", "Range", json!("10.9.0.0/16"));
    bench.apply(&blueprint(&resources)).await;
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
    let fresh = Bench::new();
    fresh.apply(&blueprint(&resources)).await;
    assert_eq!(bench.cloud.world().outline(), fresh.cloud.world().outline());
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_somebody_cannot_let_go_of_is_blocked_and_nothing_is_touched() {
    let bench = Bench::new();
    let mut resources = environment();
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Net/main", "Range", json!("10.9.0.0/16"));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert!(plan.steps.is_empty(), "{:#?}", plan.steps.keys());
    let net =
        plan.changes.iter().find(|change| change.address.to_string() == "Fake::Net/main").expect("the net is blocked");
    assert_eq!(
        net.notes,
        [
            "/Range can only change with a new resource, the old one has to go first, and Fake::Store/db cannot let go of it; put \
          the old value back, or take Fake::Store/db out of the YAML, apply, and put it back"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_yaml_no_longer_names_is_deleted_and_nothing_else() {
    let bench = Bench::new();
    let mut resources = environment();
    bench.apply(&blueprint(&resources)).await;
    resources.retain(|resource| resource.name != "shop");
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(
        actions(&plan),
        [
            ("Fake::Recipe/shop".to_owned(), Action::Delete, Cause::Removed),
            ("Fake::Work/shop".to_owned(), Action::Delete, Cause::Removed),
        ]
    );
    bench.apply(&blueprint(&resources)).await;
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_kind_is_blocked_with_all_that_needs_it_and_the_rest_goes_on() {
    let bench = Bench::new();
    let denied = [Fault::new("DescribeGroups", What::Deny, None)];
    bench.cloud.world().faults.set(&denied);
    let wanted = blueprint(&environment());
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let blocked: Vec<_> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Blocked)
        .map(|change| change.address.to_string())
        .collect();
    assert_eq!(
        blocked,
        ["Fake::Group/data", "Fake::Group/web", "Fake::Recipe/shop", "Fake::Store/db", "Fake::Work/shop"]
    );
    bench.apply(&wanted).await;
    let made: Vec<_> = bench.cloud.world().things.values().map(|thing| thing.kind.clone()).collect();
    assert!(!made.iter().any(|kind| kind == "Fake::Group" || kind == "Fake::Store"), "{made:?}");
    // Now everything is there, and then blind again: nothing that a group may refer to is deleted.
    bench.cloud.world().faults.set(&[]);
    bench.apply(&wanted).await;
    bench.cloud.world().faults.set(&denied);
    let before = bench.cloud.world().outline();
    bench.run(&blueprint(&[]), Mode::Destroy).await;
    let kept: Vec<_> = bench.cloud.world().outline();
    let net = before.iter().find(|line| line.starts_with("Fake::Net/")).expect("a net");
    assert!(kept.contains(net), "the net that groups stand in must stay: {kept:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_person_holds_back_only_what_truly_needs_it() {
    let bench = Bench::new();
    let net = reference("Net", "main", "Id");
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": "www.acme.example" })));
    resources.push(YamlResource::new(
        "Fake::Door",
        "https",
        json!({ "Net": net, "Cert": reference("Cert", "www", "Id") }),
    ));
    change(&mut resources, "Fake::Work/shop", "Doors", json!([reference("Door", "https", "Id")]));
    let wanted = blueprint(&resources);
    bench.apply(&wanted).await;
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(actions(&plan), []);
    let waiting: Vec<_> =
        plan.waiting.iter().map(|waiting| (waiting.address.to_string(), waiting.what.clone())).collect();
    assert_eq!(
        waiting,
        [
            ("Fake::Cert/www".to_owned(), "a record in the DNS".to_owned()),
            ("Fake::Door/https".to_owned(), "Fake::Cert/www".to_owned()),
        ]
    );
    assert!(
        bench.cloud.world().things.values().any(|thing| thing.kind == "Fake::Work"),
        "the work goes on without its door"
    );
    bench.cloud.world().things.values_mut().filter(|thing| thing.human).for_each(|thing| thing.human = false);
    bench.apply(&wanted).await;
    let world = bench.cloud.world().outline();
    assert!(
        world.iter().any(|line| line.starts_with("Fake::Work/") && line.contains("Fake::Door/https")),
        "{world:#?}"
    );
}

/// Every call of every kind of run, dying right before and right after it, with an error, and with a lost answer: run
/// again, and the world is the same.
#[tokio::test(start_paused = true)]
async fn stopped_at_any_call_and_run_again_it_ends_the_same() {
    let wanted = blueprint(&environment());
    let mut changed = environment();
    change(&mut changed, "Fake::Gate/out", "Size", json!("large"));
    change(&mut changed, "Fake::Recipe/shop", "Steps", json!(["one", "two"]));
    let changed = blueprint(&changed);
    let mut moved = without_store();
    let settled = blueprint(&moved);
    change(&mut moved, "Fake::Net/main", "Range", json!("10.9.0.0/16"));
    let moved = blueprint(&moved);
    let nothing = blueprint(&[]);
    let faults = [What::DieBefore, What::DieAfter, What::ErrorBefore, What::ErrorAfter, What::LostAnswer];
    for (from, to, mode) in [
        (&nothing, &wanted, Mode::Apply),
        (&wanted, &changed, Mode::Apply),
        (&settled, &moved, Mode::Apply),
        (&wanted, &wanted, Mode::Destroy),
    ] {
        let reference = Bench::new();
        reference.apply(from).await;
        let first = reference.cloud.world().calls.len();
        reference.run(to, mode).await.clean();
        let (goal, last) = {
            let world = reference.cloud.world();
            (world.outline(), world.calls.len())
        };
        assert!(last > first, "the run must make calls");
        for call in first..last {
            for what in faults {
                let bench = Bench::new();
                slow(&bench);
                bench.apply(from).await;
                let fault = Fault::new("*changing*", what, Some(call - first + 1));
                bench.cloud.world().faults.set(&[fault]);
                // A crash and one more run; an error may hide behind a skipped dependant, so a third is allowed.
                for _ in 0..3 {
                    bench.run(to, mode).await;
                }
                let left = bench.plan(to, mode).await;
                assert!(
                    left.steps.is_empty(),
                    "{what:?} at call {call} ({mode:?}) comes to no end: {:#?}",
                    left.changes
                );
                let why: Vec<_> = left.changes.iter().map(|change| (&change.address, &change.notes)).collect();
                assert_eq!(bench.cloud.world().outline(), goal, "{what:?} at call {call} ({mode:?}): {why:?}");
            }
        }
    }
}
