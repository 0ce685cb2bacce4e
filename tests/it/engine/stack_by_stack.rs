//! A run over several stacks: leased before they are planned, and each on its own.

use std::time::Duration;

use provision::apply::{Ending, Event, Lease, LeaseHost as _};
use provision::blueprint::Blueprint;
use provision::plan::{Mode, Verb};
use provision::resource::{Stack, StackId};
use serde_json::json;

use crate::world::YamlResource;
use crate::world::agreeing::Agreeing;
use crate::world::build::{blueprint_of, stack};
use crate::world::cloud::FakeCloud;
use crate::world::process::Process;

const PATIENCE: Duration = Duration::from_secs(600);

fn net(name: &str, range: &str) -> YamlResource {
    YamlResource::new("Fake::Net", name, json!({ "Range": range, "Dns": true }))
}

fn stack_of(environment: &str) -> Stack {
    Stack { id: StackId::new("acme", environment), ..stack() }
}

/// Two stacks with a network each.
fn two() -> [Blueprint; 2] {
    ["one", "two"].map(|environment| blueprint_of(stack_of(environment), &[net("main", "10.0.0.0/16")]))
}

fn process<'a>(cloud: &FakeCloud, run: &str, blueprints: &'a [Blueprint]) -> Process<'a> {
    Process::new(cloud, run, blueprints.iter().collect(), Mode::Apply)
}

/// The stacks that a command changed.
fn changed(command: &Agreeing<'_, '_>) -> Vec<String> {
    let changed = command.ended.iter().filter(|(_, run_summary)| run_summary.done() > 0);
    changed.map(|(stack, _)| stack.id.environment.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_another_run_holds_is_left_out_and_the_others_go_on() {
    let (cloud, stacks) = (FakeCloud::default(), two());
    let other = process(&cloud, "other", &stacks);
    let store = other.leases(&stacks[0].stack).await.expect("a store");
    let lease = Lease::take(store, other.clock(), &stacks[0].stack, "other", "her".into(), Duration::ZERO).await;
    let lease = lease.expect("it is free");
    let ours = process(&cloud, "ours", &stacks);
    let mut command = Agreeing::new(&ours);
    assert_eq!(command.run(Duration::ZERO).await.expect("one goes on"), Ending::Done);
    assert_eq!(changed(&command), ["two"]);
    assert_eq!(command.left_out, [(StackId::new("acme", "one"), "held by other".to_owned())]);
    lease.release().await.expect("it is ours");
    let again = process(&cloud, "again", &stacks);
    assert_eq!(again.apply().await.expect("both are free").len(), 1, "the other one has nothing left to do");
}

#[tokio::test(start_paused = true)]
async fn who_waited_for_a_lease_plans_what_is_there_then_and_does_its_work() {
    let cloud = FakeCloud::default();
    cloud.world().pace.slowness.insert("Fake::Net".into(), Duration::from_secs(100));
    let first = [blueprint_of(stack_of("one"), &[net("main", "10.0.0.0/16")])];
    let second = [blueprint_of(stack_of("one"), &[net("main", "10.0.0.0/16"), net("more", "10.1.0.0/16")])];
    let (one, other) = (process(&cloud, "one", &first), process(&cloud, "other", &second));
    let (mut one, mut other) = (Agreeing::new(&one), Agreeing::new(&other));
    let (first, second) = tokio::join!(one.run(Duration::ZERO), other.run(PATIENCE));
    assert_eq!((first.unwrap(), second.unwrap()), (Ending::Done, Ending::Done));
    let made = |command: &Agreeing<'_, '_>| -> Vec<String> {
        let steps = command.ended.iter().flat_map(|(_, run_summary)| run_summary.steps.keys());
        steps.filter(|id| id.verb == Verb::Create).map(ToString::to_string).collect()
    };
    assert_eq!(made(&one), ["create Fake::Net/main"]);
    assert_eq!(made(&other), ["create Fake::Net/more"], "what the first one made is not made again");
}

#[tokio::test(start_paused = true)]
async fn what_a_person_changed_while_the_question_was_open_is_not_carried_out_over() {
    for (thinks, is_stale) in [(30, false), (90, true)] {
        let (cloud, stacks) = (FakeCloud::default(), two());
        let process = process(&cloud, "run", &stacks);
        let mut command = Agreeing { thinks: Duration::from_secs(thinks), ..Agreeing::new(&process) };
        let by_hand = async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            // The network of one stack appears, by hand and with all tags.
            let elsewhere = FakeCloud::default();
            Agreeing::new(&self::process(&elsewhere, "hand", &stacks[..1])).run(Duration::ZERO).await.expect("fine");
            let made = elsewhere.world().things.clone();
            cloud.world().things.extend(made);
        };
        let (ended, ()) = tokio::join!(command.run(Duration::ZERO), by_hand);
        ended.expect("the other one goes on");
        if is_stale {
            assert_eq!(command.left_out, [(StackId::new("acme", "one"), "stale".to_owned())]);
            assert_eq!(changed(&command), ["two"]);
        } else {
            assert_eq!(command.left_out, [], "a fresh plan is not made again");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn at_most_as_many_stacks_as_asked_for_are_under_way_at_once() {
    for (parallel, most) in [(None, 3), (Some(2), 2), (Some(1), 1)] {
        let cloud = FakeCloud::default();
        cloud.world().pace.slowness.insert("Fake::Net".into(), Duration::from_secs(100));
        let stacks = ["one", "two", "three"].map(|name| blueprint_of(stack_of(name), &[net("main", "10.0.0.0/16")]));
        let process =
            Process { parallel: parallel.and_then(std::num::NonZeroUsize::new), ..process(&cloud, "run", &stacks) };
        assert_eq!(process.apply().await.expect("nothing is in the way").len(), 3);
        let (mut under_way, mut highest) = (0, 0);
        for event in process.events.lock().unwrap().iter() {
            match event {
                Event::Started { .. } => under_way += 1,
                Event::Finished { .. } => under_way -= 1,
                _ => {}
            }
            highest = highest.max(under_way);
        }
        assert_eq!(highest, most, "{parallel:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_held_while_the_question_is_open_and_given_back_after_it() {
    let (cloud, stacks) = (FakeCloud::default(), two());
    let (ours, other) = (process(&cloud, "ours", &stacks), process(&cloud, "other", &stacks[..1]));
    let mut command = Agreeing { thinks: Duration::from_secs(400), ..Agreeing::new(&ours) };
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(300)).await;
        other.apply().await.expect_err("it is held").message
    };
    let (ended, held) = tokio::join!(command.run(Duration::ZERO), meanwhile);
    assert_eq!((ended.unwrap(), held.as_str()), (Ending::Done, "acme/one: held by ours"));
    other.apply().await.expect("it was given back");
}

/// A foreign thing in what is to be deleted is no part of a plan, and refuses it.
#[tokio::test(start_paused = true)]
async fn what_refuses_a_plan_only_since_the_question_was_open_refuses_it_all_the_same() {
    let (cloud, stacks) = (FakeCloud::default(), two());
    let process = process(&cloud, "run", &stacks);
    let one = StackId::new("acme", "one");
    let (thinks, refused) = (Duration::from_secs(90), Some((2, one.clone())));
    let mut command = Agreeing { thinks, refused, ..Agreeing::new(&process) };
    command.run(Duration::ZERO).await.expect("the other one goes on");
    assert_eq!(changed(&command), ["two"]);
    assert_eq!(command.left_out, [(one, "refused".to_owned())]);
}
