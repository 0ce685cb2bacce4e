//! How one step waits, call after call, for what a list shows second by second.

use std::collections::BTreeSet;
use std::time::Duration;

use provision::apply::Outcome;
use provision::plan::{Step, StepId, Verb};
use provision::resource::{Address, Class, Kept, State};
use serde_json::{Value, json};

use crate::world::scripted::{Answer, Ended, ScriptedStep, Shown, carried_out, done, planned, revised, settling};

#[tokio::test(start_paused = true)]
async fn what_sleeps_is_started_and_deleted_once_it_is_awake() {
    let stopped = Shown { is_asleep: true, ..Shown::ready(1) };
    let local = ScriptedStep::of(vec![
        (0, stopped.into()),
        (5, Shown::new(1, settling("its start-up")).into()),
        (20, Shown::ready(1).into()),
        (30, Answer::Gone),
    ]);
    let ended = done(&local, Verb::Delete, None).await;
    assert_eq!(*ended.outcome(), Outcome::Done);
    assert_eq!(ended.calls(), [("start thing-1", 0), ("delete thing-1", 20)]);
    assert_eq!(ended.said, ["its start", "its start-up", "its end: AWS still lists it"]);

    let stopped = Shown { is_asleep: true, ..Shown::ready(1) };
    let local = ScriptedStep::of(vec![(0, stopped.into()), (5, Answer::Gone)]);
    assert_eq!(done(&local, Verb::Delete, None).await.failure(), "it is gone");
}

#[tokio::test(start_paused = true)]
async fn between_two_calls_of_an_update_what_a_list_does_not_show_yet_is_waited_for() {
    let script = |back: Option<u64>| {
        let mut script = vec![(0, Shown::ready(1).into()), (1, Answer::Gone)];
        script.extend(back.map(|second| (second, Shown::new(1, settling("the first change")).into())));
        script.extend(back.map(|second| (second + 10, Shown::ready(1).into())));
        script
    };
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(script(Some(200))) };
    let ended = done(&local, Verb::Update, Some(2)).await;
    assert_eq!(*ended.outcome(), Outcome::Done, "{:?}", ended.said);
    assert_eq!(ended.calls(), [("update /Size", 0), ("update /Size", 210)]);
    assert_eq!(ended.said, ["its first half", "AWS to list it", "the first change"]);
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(script(None)) };
    let ended = done(&local, Verb::Update, Some(2)).await;
    assert_eq!((ended.failure(), ended.calls().len()), ("it is gone", 1));
    assert!((300..310).contains(&ended.run_summary.elapsed.as_secs()), "{:?}", ended.run_summary.elapsed);
}

#[tokio::test(start_paused = true)]
async fn an_update_of_which_a_first_call_brought_all_along_is_over() {
    let script = vec![(0, Shown::ready(1).into()), (3, Shown::ready(2).into())];
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(script) };
    let ended = done(&local, Verb::Update, Some(2)).await;
    assert_eq!((ended.outcome(), ended.calls().len()), (&Outcome::Done, 1));
}

#[tokio::test(start_paused = true)]
async fn between_two_calls_of_a_deletion_its_end_is_waited_for_and_its_failure_told() {
    let script = vec![(0, Shown::ready(1).into()), (2, Shown::new(1, State::Deleting).into()), (30, Answer::Gone)];
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(script) };
    let ended = done(&local, Verb::Delete, None).await;
    assert_eq!((ended.outcome(), ended.calls().len()), (&Outcome::Done, 1));
    assert_eq!(ended.said, ["its first half", "its end: AWS still lists it"]);

    let failed = || Shown::new(1, State::Failed("it is in use".into()));
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(vec![(0, Shown::ready(1).into()), (2, failed().into())]) };
    assert_eq!(done(&local, Verb::Delete, None).await.failure(), "its deletion failed: it is in use");
    // It had failed before: that says nothing of its deletion.
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(vec![(0, failed().into()), (20, Answer::Gone)]) };
    let ended = done(&local, Verb::Delete, None).await;
    assert_eq!((ended.outcome(), ended.calls().len()), (&Outcome::Done, 2));

    let script = vec![(0, Shown::ready(1).into()), (2, Shown::new(1, settling("its shutdown")).into())];
    let script = script.into_iter().chain([(40, Shown::ready(1).into()), (60, Answer::Gone)]).collect();
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(script) };
    let ended = done(&local, Verb::Delete, None).await;
    assert_eq!(ended.calls(), [("delete thing-1", 0), ("delete thing-1", 40)]);
    assert_eq!(ended.said, ["its first half", "its shutdown", "its end: AWS still lists it"]);
}

#[tokio::test(start_paused = true)]
async fn what_becomes_ready_as_something_else_than_was_under_way_was_set_back() {
    let script = |size| vec![(0, Shown::new(2, settling("its rollout")).into()), (30, Shown::ready(size).into())];
    assert_eq!(
        *done(&ScriptedStep::of(script(2)), Verb::Wait, Some(2)).await.outcome(),
        Outcome::Done,
        "counts are initial"
    );
    let ended = done(&ScriptedStep::of(script(1)), Verb::Wait, Some(2)).await;
    assert_eq!(ended.failure(), "/Size was set back by AWS after the update");
    let ended = done(&ScriptedStep::of(script(1)), Verb::Wait, None).await;
    assert_eq!((ended.outcome(), &*ended.ids), (&Outcome::Done, &[Some("thing-1".to_owned())][..]));
    assert!(ended.run_summary.elapsed >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn what_leaves_is_waited_for_until_it_is_gone() {
    let local = ScriptedStep::of(vec![(0, Shown::new(1, State::Deleting).into()), (30, Answer::Gone)]);
    let ended = done(&local, Verb::Wait, None).await;
    assert_eq!((ended.outcome(), &*ended.ids), (&Outcome::Done, &[None][..]));
    assert!(ended.run_summary.elapsed >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_person_is_done_and_told() {
    let human = State::AwaitsAction("open it by hand".into());
    let told = |ended: &Ended| ended.run_summary.waiting.iter().map(|one| one.what.clone()).collect::<Vec<_>>();
    let local = ScriptedStep { made: human.clone(), ..ScriptedStep::of(Vec::new()) };
    let ended = done(&local, Verb::Create, Some(1)).await;
    assert_eq!((ended.outcome(), told(&ended)), (&Outcome::Done, vec!["open it by hand".to_owned()]));
    let script = vec![(2, Shown::new(1, settling("its creation")).into()), (9, Shown::new(1, human).into())];
    let local = ScriptedStep { made: settling("its creation"), ..ScriptedStep::of(script) };
    let ended = done(&local, Verb::Create, Some(1)).await;
    assert_eq!((ended.outcome(), told(&ended)), (&Outcome::Done, vec!["open it by hand".to_owned()]));
    assert_eq!(ended.said, ["AWS to list it", "its creation"]);
    assert_eq!(ended.permits[0].tags.get("cost-center"), Some("42"), "what a create may write");
}

#[tokio::test(start_paused = true)]
async fn what_is_made_and_never_listed_is_not_there() {
    let local = ScriptedStep { made: settling("its creation"), ..ScriptedStep::of(Vec::new()) };
    let ended = done(&local, Verb::Create, Some(1)).await;
    assert_eq!(ended.failure(), "it is gone, or was never there");
    assert!((300..310).contains(&ended.run_summary.elapsed.as_secs()), "{:?}", ended.run_summary.elapsed);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_read_while_it_changes_is_waited_for_and_what_is_denied_is_not() {
    let script = |class| vec![(0, Answer::Unread(class)), (900, Shown::ready(1).into())];
    let local = ScriptedStep { made: settling("its creation"), ..ScriptedStep::of(script(Class::Busy)) };
    let ended = done(&local, Verb::Create, Some(1)).await;
    assert_eq!((ended.outcome(), &*ended.said), (&Outcome::Done, &["an answer of AWS: not now".to_owned()][..]));
    let local = ScriptedStep { made: settling("its creation"), ..ScriptedStep::of(script(Class::Denied)) };
    assert_eq!(done(&local, Verb::Create, Some(1)).await.failure(), "not now");
    let local = ScriptedStep { made: settling("its creation"), ..ScriptedStep::of(script(Class::Throttled)) };
    let ended = done(&local, Verb::Create, Some(1)).await;
    assert_eq!(ended.failure(), "not now");
    assert!((300..320).contains(&ended.run_summary.elapsed.as_secs()), "{:?}", ended.run_summary.elapsed);
}

#[tokio::test(start_paused = true)]
async fn what_is_tagged_after_an_update_is_the_revision_that_this_made() {
    let (old, new) = (Shown::ready(1), Shown { id: "thing-2", ..Shown::ready(2) });
    let script = vec![(0, old.into()), (1, new.into())];
    let ended = revised(&ScriptedStep::of(script.clone()), Verb::Retag).await;
    assert_eq!(ended.calls(), [("retag thing-1", 0)], "what the plan saw");
    assert_eq!(ended.ids, [Some("thing-1".to_owned())]);
    assert_eq!(ended.permits[0].tags.get("cost-center"), Some("42"));

    let local = ScriptedStep { made: settling("its rollout"), makes: "thing-2", ..ScriptedStep::of(script) };
    let mut plan = planned::<true>(&local, Verb::Update, &[("/Size", json!(2))]).await;
    let retag = planned::<true>(&local, Verb::Retag, &[]).await.steps.into_values().next().expect("one step");
    let update = plan.steps.keys().next().expect("one step").clone();
    plan.steps.insert(retag.id.clone(), Step { after: BTreeSet::from([update]), ..retag });
    let ended = carried_out(&local, &plan, None).await;
    assert_eq!(ended.calls(), [("update /Size", 0), ("retag thing-2", 1)]);
}

#[tokio::test(start_paused = true)]
async fn what_aws_does_later_is_told_of_updates_that_were_done() {
    let count = |ended: &Ended| ended.run_summary.later.len();
    let local = ScriptedStep::of(vec![(0, Shown::ready(1).into())]);
    let ended = done(&local, Verb::Update, Some(2)).await;
    let names: Vec<_> = ended.run_summary.later.iter().map(|later| &*later.address.name).collect();
    assert_eq!(names, ["main"], "and of no other resource");
    assert_eq!(count(&done(&local, Verb::Retag, None).await), 0, "and of no other step");
    let failed = Shown::new(1, State::Failed("it broke".into()));
    let script = vec![(0, Shown::ready(1).into()), (1, failed.into())];
    let local = ScriptedStep { made: settling("its change"), ..ScriptedStep::of(script) };
    let ended = done(&local, Verb::Update, Some(2)).await;
    assert_eq!((ended.failure(), count(&ended)), ("it broke", 0));
}

#[tokio::test(start_paused = true)]
async fn what_a_list_does_not_tell_is_sent_with_the_last_call() {
    let odd = |size| Shown { is_odd: true, ..Shown::ready(size) };
    let to = [("/Odd", Value::Null), ("/Secret", json!("x")), ("/Size", json!(2))];
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(vec![(0, odd(1).into()), (5, odd(2).into())]) };
    let ended = carried_out(&local, &planned::<false>(&local, Verb::Update, &to).await, None).await;
    assert_eq!(ended.calls(), [("update /Odd /Secret /Size", 0), ("update /Odd /Secret", 5)]);
    let local = ScriptedStep { turns: 1, ..ScriptedStep::of(vec![(0, odd(1).into()), (5, Shown::ready(2).into())]) };
    let ended = carried_out(&local, &planned::<false>(&local, Verb::Update, &to[..1]).await, None).await;
    assert_eq!(ended.calls(), [("update /Odd", 0)], "what is gone is done");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_failed_step_is_not_started_and_told_why() {
    let local = ScriptedStep { made: settling("its creation"), ..ScriptedStep::of(Vec::new()) };
    let mut plan = planned::<false>(&local, Verb::Create, &[("/Size", json!(2))]).await;
    let (create, step) = plan.steps.iter().next().map(|(id, step)| (id.clone(), step.clone())).expect("one step");
    let mut last = create.clone();
    for name in ["second", "third"] {
        let id = StepId { address: Address::new("Test::Thing", name), ..create.clone() };
        plan.steps.insert(id.clone(), Step { id: id.clone(), after: BTreeSet::from([last]), ..step.clone() });
        last = id;
    }
    let ended = carried_out(&local, &plan, None).await;
    let because = ended.run_summary.steps.values().filter_map(|(outcome, _)| match outcome {
        Outcome::NotStarted(because) => Some(because.clone()),
        _ => None,
    });
    let because: Vec<_> = because.collect();
    assert_eq!(because, [Some(create.clone()), Some(create)]);
    assert!(!ended.run_summary.interrupted && ended.run_summary.is_broken_off());

    let local = ScriptedStep { made: settling("its creation"), ..ScriptedStep::of(Vec::new()) };
    let ended = carried_out(&local, &plan, Some(10)).await;
    let outcomes: Vec<_> = ended.run_summary.steps.values().map(|(outcome, _)| outcome.clone()).collect();
    assert_eq!(outcomes, [Outcome::Abandoned, Outcome::NotStarted(None), Outcome::NotStarted(None)]);
    assert!(ended.run_summary.interrupted);
}

#[tokio::test(start_paused = true)]
async fn what_aws_goes_on_showing_of_a_deleted_thing_is_told_by_its_family() {
    let local = ScriptedStep::of(vec![(0, Shown::ready(1).into()), (2, Answer::Gone)]);
    let ended = revised(&local, Verb::Delete).await;
    let [Kept { what, id, why, stays: false, .. }] = &*ended.run_summary.kept else {
        panic!("{:?}", ended.run_summary.kept)
    };
    assert_eq!((&**what, &**id, &**why), ("deleted Test::Revised", "family", "for a day"));
    assert_eq!(ended.ids, [Some("thing-1".to_owned())]);
    let local = ScriptedStep::of(vec![(0, Shown::ready(1).into()), (2, Answer::Gone)]);
    assert_eq!(done(&local, Verb::Delete, None).await.run_summary.kept, []);
}
