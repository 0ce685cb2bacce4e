//! Which differences count: not those that are somebody else's, ignored, initial or write-only.

use provision::blueprint::Ignore;
use provision::plan::{Mode, Verb};
use provision::resource::{Pending, Until};
use serde_json::json;

use crate::world::given::{Given, change_of, differences, odd, step_of};

const STORE: &str = "Fake::Store/db";

#[tokio::test(start_paused = true)]
async fn a_difference_is_ignored_to_the_end_of_its_last_day() {
    for (day, is_ignored) in [("2026-11-22", false), ("2026-11-23", true), ("2026-11-24", true)] {
        let mut given = Given::changed(&[]).await;
        given.live(STORE).spec["Days"] = json!(3);
        let (owner, until) = ("the database team".to_owned(), Some(day.parse().expect("a day")));
        given.resource(STORE).ignore = vec![Ignore { field: "/Days".into(), owner, until, span: None }];
        let plan = given.plan();
        assert_eq!(plan.is_empty(), is_ignored, "{day}: {:#?}", plan.changes);
        assert_eq!(plan.ignored.len(), usize::from(is_ignored), "{day}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_of_ignore_that_has_ended_or_soon_will_is_told_once() {
    for (day, told) in [
        ("2026-11-22", Some("ended on 2026-11-22: what differs there counts again")),
        ("2026-11-23", Some("ends today")),
        ("2026-12-07", Some("ends on 2026-12-07, in 14 days")),
        ("2026-12-08", None),
    ] {
        let mut given = Given::changed(&[]).await;
        let until = Some(day.parse().expect("a day"));
        for place in [STORE, "Fake::Net/main"] {
            given.resource(place).ignore =
                vec![Ignore { field: "/Days".into(), owner: "ann".into(), until, span: None }];
        }
        let warnings = |given: &Given| given.plan().warnings.into_iter().map(|one| one.what).collect::<Vec<_>>();
        let expected = told.map(|told| format!("`ignore` of Fake::Net/main/Days (and 1 more), owned by ann, {told}"));
        assert_eq!(warnings(&given), Vec::from_iter(expected), "{day}");
        given.mode = Mode::Destroy;
        assert_eq!(warnings(&given), Vec::<String>::new(), "{day}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_deploys_is_carried_forward() {
    let mut given = Given::changed(&[]).await;
    given.resource(STORE).external = ["/Class".to_owned()].into();
    given.live(STORE).spec["Class"] = json!("theirs");
    assert!(given.plan().is_empty(), "the live value counts");

    let spec = given.live(STORE).spec.clone();
    given.live(STORE).external = Some(spec);
    given.live(STORE).spec["Class"] = json!("large");
    assert!(given.plan().is_empty(), "and so does what they deployed beside it");

    given.live(STORE).spec["Days"] = json!(3);
    let plan = given.plan();
    assert_eq!(differences(&change_of(&plan, STORE).fields), ["/Days 3 -> 0"]);
    let desired = step_of(&plan, STORE, Verb::Update).desired.as_ref().expect("a spec");
    assert_eq!(desired.spec["Class"], "theirs", "what is sent has it");

    given.live(STORE).spec["Class"] = json!("old");
    given.kind("Fake::Store").says.is_deployed_by_us = true;
    let plan = given.plan();
    assert_eq!(differences(&change_of(&plan, STORE).fields), [r#"/Class "old" -> "large""#, "/Days 3 -> 0"]);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_deploys_is_ours_while_the_plan_changes_what_it_refers_to() {
    let mut given = Given::changed(&[("Fake::Recipe/shop", "Steps", json!(["two"]))]).await;
    given.resource("Fake::Work/shop").external = ["/Revision".to_owned()].into();
    let plan = given.plan();
    let change = change_of(&plan, "Fake::Work/shop");
    let revision = &given.live("Fake::Work/shop").spec["Revision"];
    let told = format!(r#"/Revision {revision} -> "⟦Fake::Recipe/shop.Revision⟧""#);
    assert_eq!(differences(&change.fields), [told]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_change_is_a_difference_only_where_nothing_else_is() {
    let mut given = Given::changed(&[]).await;
    given.kind("Fake::Store").facts.status = &["/Status"];
    given.live(STORE).unmodelled = vec![odd("/Status")];
    assert_eq!(differences(&change_of(&given.plan(), STORE).fields), [r#"/Status "something odd" -> nothing"#]);
    given.live(STORE).spec["Days"] = json!(3);
    assert_eq!(differences(&change_of(&given.plan(), STORE).fields), ["/Days 3 -> 0"]);
}

#[tokio::test(start_paused = true)]
async fn a_write_only_value_is_sent_again_when_the_yaml_changes_it() {
    let mut given = Given::changed(&[]).await;
    given.kind("Fake::Store").facts.write_only = &["/Class"];
    given.live(STORE).spec["Class"] = json!("");
    assert!(given.plan().is_empty(), "it can't be read back");
    let mut given = Given::changed(&[(STORE, "Class", json!("huge"))]).await;
    given.kind("Fake::Store").facts.write_only = &["/Class"];
    given.live(STORE).spec["Class"] = json!("");
    assert_eq!(differences(&change_of(&given.plan(), STORE).fields), [r#"/Class nothing -> "huge""#]);
    given.kind("Fake::Store").facts.call_parameters = &["/Class"];
    let plan = given.plan();
    assert!(plan.is_empty(), "it says only how others are changed: {:#?}", plan.changes);
    let (before, after, until) = (Some(json!(1)), Some(json!(0)), Until::Window);
    given.live(STORE).pending = vec![Pending { path: "/Days".into(), before, after, until }];
    given.kind("Fake::Store").says.applies_pending = true;
    let plan = given.plan();
    assert_eq!(differences(&change_of(&plan, STORE).fields), ["/Days 1 -> 0"], "such as: at once");
}

#[tokio::test(start_paused = true)]
async fn an_initial_value_counts_only_at_creation() {
    let mut given = Given::changed(&[(STORE, "Days", json!(7))]).await;
    given.live("Fake::Work/shop").spec["Count"] = json!(9);
    let plan = given.plan();
    assert_eq!(plan.changes.len(), 1, "{:#?}", plan.changes);
    given.live("Fake::Work/shop").spec["Groups"] = json!([]);
    let plan = given.plan();
    let desired = step_of(&plan, "Fake::Work/shop", Verb::Update).desired.as_ref().expect("a spec");
    assert_eq!(desired.spec["Count"], 9, "the live value is carried over");
}
