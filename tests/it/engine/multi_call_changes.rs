//! Updates and deletions that take several calls, between which the engine waits.

use std::time::Duration;

use provision::apply::{Event, Outcome, RunSummary};
use provision::plan::{Action, Cause, Mode, StepId, Verb};
use provision::resource::{Class, Failure, Tags};
use serde_json::json;

use crate::engine::{actions, change, environment};
use crate::world::thing::Thing;
use crate::world::{Bench, Fault, What, YamlResource, blueprint, engine};

const SLOW: Duration = Duration::from_secs(400);

/// A bench where the environment stands, and the same with another class and other days of its store, which takes one
/// change at a time.
async fn changed() -> (Bench, Vec<YamlResource>) {
    let (bench, mut resources) = (Bench::new(), environment());
    bench.apply(&blueprint(&resources)).await;
    bench.cloud.world().pace.slowness.insert("Fake::Store".into(), SLOW);
    change(&mut resources, "Fake::Store/db", "Class", json!("huge"));
    change(&mut resources, "Fake::Store/db", "Days", json!(7));
    (bench, resources)
}

/// When each changing call of the store came, from the first on.
fn calls(bench: &Bench, since: usize) -> Vec<(String, u64)> {
    let world = bench.cloud.world();
    let calls: Vec<_> = world.calls[since..].iter().filter(|call| call.place == "Fake::Store/db").collect();
    let first = calls.first().map(|call| call.at);
    calls.iter().map(|call| (call.operation.clone(), (call.at - first.unwrap()).as_secs())).collect()
}

/// How often it was told that the update of the store began, and what it waits for.
fn events(bench: &Bench) -> (usize, usize) {
    let is_update = |step: &StepId| step.address.kind == "Fake::Store" && step.verb == Verb::Update;
    let events = bench.events.lock().unwrap();
    let started = events.iter().filter(|event| matches!(event, Event::Started { step, .. } if is_update(step)));
    let said = events.iter().filter(|event| matches!(event, Event::Progress { step, .. } if is_update(step)));
    (started.count(), said.count())
}

async fn broken(bench: &Bench, resources: &[YamlResource], mode: Mode) -> RunSummary {
    let engine::Outcome::Ended(run_summary) = bench.run(&blueprint(resources), mode).await else {
        panic!("the process died")
    };
    *run_summary
}

/// How the step of the store ended, and after how long.
fn end(run_summary: &RunSummary, verb: Verb) -> (Failure, Duration) {
    let is_it = |id: &StepId| id.address.kind == "Fake::Store" && id.verb == verb;
    match run_summary.steps.iter().find(|(id, _)| is_it(id)).expect("it was a step").1 {
        (Outcome::Failed(failure), took) => (failure.clone(), *took),
        (outcome, _) => panic!("{outcome:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_call_of_an_update_comes_when_the_first_has_settled_and_brings_what_is_left() {
    let (bench, resources) = changed().await;
    let since = bench.cloud.world().calls.len();
    bench.events.lock().unwrap().clear();
    bench.apply(&blueprint(&resources)).await;
    let calls = calls(&bench, since);
    let (operations, at): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
    assert_eq!(operations, ["UpdateStore", "UpdateStore", "TagStore"], "the digest is written once all is done");
    assert!(at[1] >= SLOW.as_secs() / 4 && at[2] >= SLOW.as_secs() / 2, "{at:?}");
    let (started, said) = events(&bench);
    assert!(started == 1 && said > 10, "one step, which says what it waits for: {started}, {said}");
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_dies_between_two_calls_of_an_update_leaves_the_rest_to_the_next_plan() {
    let (bench, resources) = changed().await;
    bench.cloud.world().faults.set(&[Fault::new("UpdateStore", What::DieAfter, Some(1))]);
    bench.run(&blueprint(&resources), Mode::Apply).await;
    bench.cloud.world().faults.set(&[]);
    tokio::time::sleep(SLOW).await;
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Store/db".to_owned(), Action::Update, Cause::Config)]);
    let fields: Vec<_> = plan.changes[0].fields.iter().map(|field| field.path.as_str()).collect();
    assert_eq!(fields, ["/Days"], "the class is there");
    bench.apply(&blueprint(&resources)).await;
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn an_update_whose_calls_change_nothing_ends_and_says_so() {
    let (bench, resources) = changed().await;
    // Lists never show what was changed.
    bench.cloud.world().pace.longest_lag = Duration::from_secs(1_000_000);
    let (failure, took) = end(&broken(&bench, &resources, Mode::Apply).await, Verb::Update);
    let text = "it has more to do after the change before, and nothing has changed for ";
    let minutes = failure.message.strip_prefix(text).and_then(|rest| rest.strip_suffix(" minutes"));
    // Each call is waited for, a minute or two.
    assert!(matches!(minutes, Some("20" | "21")), "{}", failure.message);
    assert!(failure.is(Class::Busy) && took < Duration::from_secs(25 * 60), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_goes_on_with_what_is_there_after_its_first_call() {
    let (bench, resources) = changed().await;
    let since = bench.cloud.world().calls.len();
    bench.run(&blueprint(&resources), Mode::Destroy).await.clean();
    let (operations, at): (Vec<_>, Vec<_>) = calls(&bench, since).into_iter().unzip();
    assert_eq!(operations, ["ShutStore", "DeleteStore"]);
    assert!(at[1] >= SLOW.as_secs() / 4, "{at:?}");
    assert_eq!(bench.cloud.world().outline(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_died_after_its_first_call_is_gone_on_with_or_taken_back() {
    for mode in [Mode::Destroy, Mode::Apply] {
        let (bench, resources) = (Bench::new(), environment());
        bench.apply(&blueprint(&resources)).await;
        let before = bench.cloud.world().outline();
        bench.cloud.world().faults.set(&[Fault::new("ShutStore", What::DieAfter, Some(1))]);
        bench.run(&blueprint(&resources), Mode::Destroy).await;
        bench.cloud.world().faults.set(&[]);
        bench.run(&blueprint(&resources), mode).await.clean();
        let left = bench.cloud.world().outline();
        assert_eq!(left, if mode == Mode::Apply { before } else { Vec::new() });
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_calls_change_nothing_ends_and_says_so() {
    let (bench, mut resources) = (Bench::new(), environment());
    // Nobody else's end is waited for.
    resources.retain(|resource| ["Fake::Net", "Fake::Part", "Fake::Store"].contains(&&*resource.kind));
    change(&mut resources, "Fake::Store/db", "Groups", json!([]));
    bench.apply(&blueprint(&resources)).await;
    bench.cloud.world().pace.longest_lag = Duration::from_secs(1_000_000);
    let (failure, took) = end(&broken(&bench, &resources, Mode::Destroy).await, Verb::Delete);
    assert_eq!(failure.message, "it has more to do after its shutting, and nothing has changed for 20 minutes");
    assert!(failure.is(Class::Busy) && took < Duration::from_secs(25 * 60), "{took:?}");
}

/// Puts somebody else's gate on the first part of the environment, or takes it away.
fn guest(bench: &Bench, stays: bool) {
    let mut world = bench.cloud.world();
    let part = world.things.values().find(|thing| thing.kind == "Fake::Part").expect("a part").id.clone();
    let id = "gate-00ffffff".to_owned();
    if stays {
        let spec = json!({ "Part": part, "Size": "small" });
        let thing = Thing::new("Fake::Gate", id, spec, Tags::default());
        world.insert(thing);
    } else {
        world.remove(&id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_waits_for_who_uses_the_thing_and_ends_with_the_refusal() {
    let (bench, resources) = (Bench::new(), environment());
    bench.apply(&blueprint(&resources)).await;
    guest(&bench, true);
    let run_summary = broken(&bench, &resources, Mode::Destroy).await;
    let failed: Vec<_> =
        run_summary.steps.values().filter(|(outcome, _)| matches!(outcome, Outcome::Failed(_))).collect();
    let [(Outcome::Failed(failure), took)] = &failed[..] else { panic!("{failed:?}") };
    assert_eq!(failure.message, "Fake::Gate gate-00ffffff uses it");
    assert!(failure.is(Class::Busy) && (20..22).contains(&(took.as_secs() / 60)), "{took:?}");

    let later = async {
        tokio::time::sleep(Duration::from_secs(10 * 60)).await;
        guest(&bench, false);
    };
    let wanted = blueprint(&resources);
    let (outcome, ()) = tokio::join!(bench.run(&wanted, Mode::Destroy), later);
    outcome.clean();
    assert_eq!(bench.cloud.world().outline(), [""; 0]);
}
