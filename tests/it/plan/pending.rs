//! What AWS does later by itself: what is pending, and what a plan makes of it.

use std::sync::Arc;

use provision::plan::{Later, Verb};
use provision::resource::{Pending, State, Until, Window};
use serde_json::json;

use crate::world::given::{Given, change_of, differences, step_of};

const STORE: &str = "Fake::Store/db";
const WHEN: &str = "in the maintenance window, Sun 2026-12-06 05:00 to 06:00 UTC";

fn window() -> Window {
    let [start, end] = ["2026-12-06T05:00:00Z", "2026-12-06T06:00:00Z"].map(|at| at.parse().expect("a time"));
    Window { start, end }
}

/// A change of the class that AWS has accepted and does in the window.
fn pending(before: &str, after: &str) -> Pending {
    Pending { path: "/Class".into(), before: Some(before.into()), after: Some(after.into()), until: Until::Window }
}

#[tokio::test(start_paused = true)]
async fn what_aws_puts_off_is_told_with_its_window_and_counts_for_no_time() {
    let mut given = Given::changed(&[(STORE, "Class", json!("huge")), (STORE, "Days", json!(7))]).await;
    let kind = given.kind("Fake::Store");
    (kind.says.put_off, kind.says.window) = (&["/Class"], Some(window()));
    let plan = given.plan();
    let later = Later {
        address: STORE.parse().unwrap(),
        path: "/Class".into(),
        before: Some("large".into()),
        after: Some("huge".into()),
        when: WHEN.into(),
    };
    assert_eq!(plan.later, [later]);
    let change = change_of(&plan, STORE);
    assert_eq!(change.notes, [format!("/Class changes {WHEN}")]);
    assert_eq!(differences(&change.fields), [r#"/Class "large" -> "huge""#, "/Days 0 -> 7"]);
    assert_eq!(plan.pending, []);
}

#[tokio::test(start_paused = true)]
async fn what_aws_has_accepted_is_pending_and_no_difference() {
    let mut given = Given::changed(&[]).await;
    given.kind("Fake::Store").says.window = Some(window());
    let reboot = Until::Event("a reboot of db-1".into());
    let days = Pending { path: "/Days".into(), before: Some(json!(1)), after: Some(json!(0)), until: reboot };
    given.live(STORE).pending = vec![pending("small", "large"), days];
    let plan = given.plan();
    assert!(plan.is_empty(), "{:#?}", plan.changes);
    let told: Vec<_> = plan.pending.iter().map(|later| (&*later.path, &*later.when)).collect();
    assert_eq!(told, [("/Class", WHEN), ("/Days", "with a reboot of db-1")]);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_makes_aws_do_what_is_pending_has_it_in_its_fields() {
    let mut given = Given::changed(&[(STORE, "Days", json!(7))]).await;
    let says = &mut given.kind("Fake::Store").says;
    (says.applies_pending, says.put_off) = (true, &["/Class", "/Days"]);
    given.live(STORE).pending = vec![pending("small", "large")];
    let plan = given.plan();
    let change = change_of(&plan, STORE);
    assert_eq!(differences(&change.fields), [r#"/Class "small" -> "large""#, "/Days 0 -> 7"]);
    assert_eq!(
        change.notes,
        ["/Class was pending until the maintenance window: AWS does it now, with this update".to_owned()]
    );
    assert_eq!((plan.later.len(), plan.pending.len()), (0, 0), "it waits for nothing more");

    given.kind("Fake::Store").says.applies_pending = false;
    let plan = given.plan();
    assert_eq!(differences(&change_of(&plan, STORE).fields), ["/Days 0 -> 7"]);
    assert_eq!(plan.pending.iter().map(|later| &*later.path).collect::<Vec<_>>(), ["/Class"]);
    assert_eq!(plan.later.iter().map(|later| &*later.path).collect::<Vec<_>>(), ["/Days"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_pending_is_hastened_where_nothing_is_changed() {
    let mut given = Given::changed(&[]).await;
    given.kind("Fake::Store").says.applies_pending = true;
    given.live(STORE).pending = vec![pending("small", "large")];
    assert!(given.plan().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_pending_change_that_is_taken_back_does_not_come() {
    let mut given = Given::changed(&[(STORE, "Class", json!("small"))]).await;
    given.kind("Fake::Store").says.put_off = &["/Class"];
    given.live(STORE).pending = vec![pending("small", "large")];
    let plan = given.plan();
    let change = change_of(&plan, STORE);
    assert_eq!(differences(&change.fields), [r#"/Class "large" -> "small""#]);
    assert_eq!(change.notes, ["/Class large is pending, and does not come"]);
    assert_eq!((plan.later.len(), plan.pending.len()), (0, 0), "it waits for nothing");

    given.resource(STORE).spec = {
        let mut spec = (*given.resource(STORE).spec).clone();
        spec["Class"] = json!("huge");
        Arc::new(spec)
    };
    let plan = given.plan();
    let change = change_of(&plan, STORE);
    assert_eq!(differences(&change.fields), [r#"/Class "small" -> "huge""#], "told from what is so now");
    assert_eq!(change.notes[0], "/Class large is pending, and does not come");
}

#[tokio::test(start_paused = true)]
async fn a_pending_change_whose_value_aws_does_not_show_is_no_difference_until_the_yaml_changes() {
    let hidden = Pending { after: None, ..pending("large", "") };
    let mut given = Given::changed(&[]).await;
    given.live(STORE).spec["Class"] = json!("old");
    given.live(STORE).pending = vec![hidden.clone()];
    assert!(given.plan().is_empty());
    let mut given = Given::changed(&[(STORE, "Class", json!("huge"))]).await;
    given.live(STORE).pending = vec![hidden];
    assert_eq!(differences(&change_of(&given.plan(), STORE).fields), [r#"/Class "large" -> "huge""#]);
}

#[tokio::test(start_paused = true)]
async fn an_update_takes_as_long_as_what_aws_does_at_once() {
    let mut given = Given::changed(&[(STORE, "Days", json!(7)), (STORE, "Class", json!("huge"))]).await;
    given.kind("Fake::Store").says.update_seconds = Some(77);
    assert_eq!(step_of(&given.plan(), STORE, Verb::Update).seconds, 2 * 77);
    given.kind("Fake::Store").says.put_off = &["/Class"];
    assert_eq!(step_of(&given.plan(), STORE, Verb::Update).seconds, 77);
}

#[tokio::test(start_paused = true)]
async fn an_update_waits_for_what_is_under_way_unless_it_overtakes_it() {
    let mut given = Given::changed(&[(STORE, "Days", json!(7))]).await;
    given.live(STORE).state = State::Settling("its backup".into());
    let plan = given.plan();
    let (wait, update) = (step_of(&plan, STORE, Verb::Wait), step_of(&plan, STORE, Verb::Update));
    assert!(update.after.contains(&wait.id) && !update.preempts);
    given.kind("Fake::Store").facts.preempts = &["/Days"];
    let plan = given.plan();
    assert!(step_of(&plan, STORE, Verb::Update).preempts);
    assert!(!plan.steps.keys().any(|id| id.address.name == "db" && id.verb == Verb::Wait));
    given.live(STORE).spec["Class"] = json!("small");
    assert!(!step_of(&given.plan(), STORE, Verb::Update).preempts, "all of it has to");
}
