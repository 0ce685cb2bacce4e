//! What a run that waits for a thing makes of what it can't read, and of what is old.

use std::time::Duration;

use provision::apply::{Event, Outcome, RunSummary};
use provision::plan::{Mode, Verb};
use provision::resource::Class;
use serde_json::json;

use crate::engine::{change, environment, reference};
use crate::world::verbs::STATES;
use crate::world::{Bench, Fault, What, blueprint, engine};

const DELETION: Duration = Duration::from_secs(400);

/// Destroys the environment; the first look at the store while it is being deleted goes wrong.
async fn destroyed_with_a_blind_look(what: What) -> (Bench, RunSummary) {
    let bench = Bench::new();
    let wanted = blueprint(&environment());
    bench.apply(&wanted).await;
    {
        let mut world = bench.cloud.world();
        world.pace.slowness.insert("Fake::Store".into(), DELETION);
        // The first look is the plan's.
        world.faults.set(&[Fault::new("GetStore", what, Some(2))]);
    }
    let engine::Outcome::Ended(run_summary) = bench.run(&wanted, Mode::Destroy).await else {
        panic!("the process died")
    };
    (bench, *run_summary)
}

fn deletion(run_summary: &RunSummary) -> &(Outcome, Duration) {
    let is_it = |kind: &str, verb| kind == "Fake::Store" && verb == Verb::Delete;
    run_summary.steps.iter().find(|(id, _)| is_it(&id.address.kind, id.verb)).expect("it was a step").1
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_not_over_because_the_thing_could_not_be_read() {
    let (bench, run_summary) = destroyed_with_a_blind_look(What::ErrorBefore).await;
    let (outcome, took) = deletion(&run_summary);
    assert_eq!(*outcome, Outcome::Done);
    assert!(*took >= DELETION, "taken for gone after {took:?}");
    assert_eq!(bench.cloud.world().outline(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_read_a_thing_is_told_so_instead_of_that_it_is_gone() {
    let (_, run_summary) = destroyed_with_a_blind_look(What::Deny).await;
    let (outcome, _) = deletion(&run_summary);
    assert!(matches!(outcome, Outcome::Failed(failure) if failure.is(Class::Denied)), "{outcome:?}");
}

/// The lists and the looks at states of an apply in which a gate takes so long.
async fn looks(seconds: u64) -> (usize, usize) {
    let bench = Bench::new();
    bench.cloud.world().pace.slowness.insert("Fake::Gate".into(), Duration::from_secs(seconds));
    bench.apply(&blueprint(&environment())).await;
    let world = bench.cloud.world();
    let states = world.seen.get(STATES).copied().unwrap_or_default();
    (world.reads - states, states)
}

#[tokio::test(start_paused = true)]
async fn a_wait_asks_for_the_state_alone_until_it_is_over() {
    let (lists, few) = looks(5).await;
    let (as_many_lists, more) = looks(120).await;
    assert_eq!(lists, as_many_lists, "what comes to its end is listed once");
    assert!(few > 0 && more > few + 5, "{few} and {more}");
}

/// Breaks the thing of a kind; lists lag from now on.
fn broken(bench: &Bench, kind: &str) {
    let mut world = bench.cloud.world();
    let thing = world.things.values_mut().find(|thing| thing.kind == kind).expect("a thing of this kind");
    thing.failed = Some("the machine below it broke".to_owned());
    world.pace.longest_lag = Duration::from_secs(5);
}

#[tokio::test(start_paused = true)]
async fn a_failure_from_before_its_deletion_is_not_a_failed_deletion() {
    let bench = Bench::new();
    let wanted = blueprint(&environment());
    bench.apply(&wanted).await;
    broken(&bench, "Fake::Gate");
    bench.run(&wanted, Mode::Destroy).await.clean();
    assert_eq!(bench.cloud.world().outline(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_from_before_an_update_that_mends_it_is_waited_out() {
    let bench = Bench::new();
    let mut resources = environment();
    bench.apply(&blueprint(&resources)).await;
    broken(&bench, "Fake::Work");
    bench.cloud.world().pace.slowness.insert("Fake::Work".into(), Duration::from_secs(60));
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["one", "two"]));
    let run_summary = bench.apply(&blueprint(&resources)).await;
    assert!(run_summary.steps.keys().any(|id| id.address.kind == "Fake::Work" && id.verb == Verb::Update));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_stays_is_told() {
    let bench = Bench::new();
    let wanted = blueprint(&environment());
    bench.apply(&wanted).await;
    broken(&bench, "Fake::Gate");
    // What is deleted is shown as it was for ever.
    bench.cloud.world().pace.longest_lag = Duration::from_secs(1_000_000);
    let engine::Outcome::Ended(run_summary) = bench.run(&wanted, Mode::Destroy).await else {
        panic!("the process died")
    };
    let failed = run_summary.steps.values().filter_map(|(outcome, took)| match outcome {
        Outcome::Failed(failure) if failure.message.starts_with("its deletion failed") => Some(took.as_secs()),
        _ => None,
    });
    assert_eq!(failed.collect::<Vec<_>>(), [10]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_with_what_it_was_for_and_what_to_do_next() {
    let bench = Bench::new();
    bench.cloud.world().pace.slowness.insert("Fake::Store".into(), Duration::from_secs(1_000_000));
    let wanted = blueprint(&environment());
    let engine::Outcome::Ended(run_summary) = bench.run(&wanted, Mode::Apply).await else { panic!("the process died") };
    let failed = run_summary.steps.values().find_map(|(outcome, took)| match outcome {
        Outcome::Failed(failure) => Some((failure.clone(), *took)),
        _ => None,
    });
    let (failure, took) = failed.expect("it takes too long");
    assert!(failure.message.starts_with("waited 50 minutes, and still for "), "{}", failure.message);
    assert_eq!(failure.advice(), "run the command again: it goes on waiting");
    assert!(took < Duration::from_secs(3 * 400 + 31 * 60), "three times the usual time and half an hour: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_run_waits_for_is_said_again_and_again_also_of_a_deletion() {
    let bench = Bench::new();
    let wanted = blueprint(&environment());
    bench.apply(&wanted).await;
    bench.cloud.world().pace.slowness.insert("Fake::Store".into(), DELETION);
    bench.events.lock().unwrap().clear();
    bench.run(&wanted, Mode::Destroy).await.clean();
    let events = bench.events.lock().unwrap();
    let said = events.iter().filter_map(|event| match event {
        Event::Progress { step, what, elapsed, .. } if step.address.kind == "Fake::Store" => {
            Some((what.as_str(), elapsed.as_secs()))
        }
        _ => None,
    });
    let (mut whats, ages): (Vec<_>, Vec<_>) = said.unzip();
    whats.dedup();
    assert_eq!(whats, ["it is being made", "its end: AWS still lists it"], "it is shut before it goes");
    assert!(ages.windows(2).all(|pair| pair[1] - pair[0] <= 30), "{ages:?}");
    assert!(ages.last().is_some_and(|last| last + 30 >= DELETION.as_secs() * 5 / 4), "{ages:?}");
}

/// Within one call nothing is heard of AWS, and the run says so all the same.
#[tokio::test(start_paused = true)]
async fn a_call_that_takes_long_is_said_twice_a_minute() {
    let bench = Bench::new();
    let delay = Fault { seconds: Some(200.0), ..Fault::new("CreateNet", What::Delay, None) };
    bench.cloud.world().faults.set(&[delay]);
    bench.apply(&blueprint(&environment())).await;
    let events = bench.events.lock().unwrap();
    let ages = events.iter().filter_map(|event| match event {
        Event::Progress { step, what, elapsed, .. } if step.address.kind == "Fake::Net" && elapsed.as_secs() < 200 => {
            assert_eq!(what, "AWS to take it");
            Some(elapsed.as_secs())
        }
        _ => None,
    });
    assert_eq!(ages.collect::<Vec<_>>(), [30, 60, 90, 120, 150, 180]);
}

/// A URL where nothing answers yet is none.
#[tokio::test(start_paused = true)]
async fn an_output_is_told_once_what_it_comes_from_is_there() {
    let bench = Bench::new();
    let mut wanted = blueprint(&environment());
    let url = json!(format!("http://{}", reference("Gate", "out", "Id")));
    wanted.outputs =
        [("url", url), ("net", json!(reference("Net", "main", "Id")))].map(|(name, value)| (name.into(), value)).into();
    wanted.outputs.insert("store".into(), json!(reference("Store", "db", "Id")));
    let listener = "Fake::Work/shop".parse().expect("an address");
    wanted.outputs_after = [("url".to_owned(), [listener].into())].into();
    let told = |run_summary: &RunSummary| run_summary.outputs.keys().cloned().collect::<Vec<_>>();

    let denied = ["CreateWork", "CreateStore"].map(|operation| Fault::new(operation, What::Deny, None));
    bench.cloud.world().faults.set(&denied);
    let engine::Outcome::Ended(run_summary) = bench.run(&wanted, Mode::Apply).await else { panic!("the process died") };
    assert_eq!(told(&run_summary), ["net"], "{:#?}", run_summary.outputs);
    bench.cloud.world().faults.set(&[]);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert!(plan.outputs_after.contains_key("url"), "nor does anybody else say it");
    assert_eq!(told(&bench.apply(&wanted).await), ["net", "store", "url"]);
    assert!(bench.plan(&wanted, Mode::Apply).await.outputs_after.is_empty());
}
