//! What AWS or a kind refuses is not sent.

use std::sync::Arc;

use provision::blueprint::{Ignore, Origin};
use provision::inventory::PreflightRefusal;
use provision::plan::{Action, Verb};
use provision::problem::{Source, Span};
use provision::resource::{NameConflict, Tags};
use serde_json::json;

use crate::engine::environment;
use crate::world::Bench;
use crate::world::build::blueprint;
use crate::world::given::{Given, change_of, differences};

const STORE: &str = "Fake::Store/db";

fn refusal(at: &str) -> PreflightRefusal {
    PreflightRefusal { at: at.into(), why: "there is no such one".into() }
}

#[tokio::test(start_paused = true)]
async fn what_aws_would_refuse_is_blocked_where_it_is_about_to_be_sent() {
    let mut given = Given::changed(&[(STORE, "Class", json!("huge"))]).await;
    let source = Arc::new(Source { path: "tenants/acme.yaml".into(), text: "x\ny\n".into() });
    let origin = Origin::new(Span { source, bytes: 2..3 });
    given.resource(STORE).origins.insert("/Class".into(), origin);
    let address = given.resource(STORE).address.clone();
    given.inventory.refused = [(address.clone(), vec![refusal("/Class"), refusal("/Class/of/it")])].into();
    let plan = given.plan();
    let change = change_of(&plan, STORE);
    let one = "Class: there is no such one (tenants/acme.yaml:2)";
    let other = "Class.of.it: there is no such one (tenants/acme.yaml:2)";
    assert_eq!((change.action, &*change.notes), (Action::Blocked, &[format!("{one}; {other}")][..]));
    assert_eq!(differences(&change.fields), [r#"/Class "large" -> "huge""#]);
    assert!(!plan.steps.keys().any(|step| step.address == address));

    given.inventory.refused = [(address.clone(), vec![refusal("/Days")])].into();
    assert_eq!(change_of(&given.plan(), STORE).action, Action::Update, "not sent now");
    given.inventory.refused = [(address, vec![refusal("/Class")])].into();
    let owner = "the database team".to_owned();
    given.resource(STORE).ignore = vec![Ignore { field: "/Class".into(), owner, until: None, span: None }];
    let plan = given.plan();
    assert!(!plan.steps.keys().any(|step| step.verb == Verb::Update), "what is ignored is not sent");
    assert!(!plan.changes.iter().any(|change| change.action == Action::Blocked));
}

#[tokio::test(start_paused = true)]
async fn what_aws_would_refuse_is_not_made() {
    let wanted = blueprint(&environment());
    let mut given = Given::of(&Bench::new(), &wanted).await;
    let [store, net] = [STORE, "Fake::Net/main"].map(|place| given.resource(place).address.clone());
    given.inventory.refused = [(store, vec![refusal("/Engine")]), (net, vec![refusal("/Range")])].into();
    let plan = given.plan();
    let net = change_of(&plan, "Fake::Net/main");
    assert_eq!((net.action, &*net.notes[0]), (Action::Blocked, "Range: there is no such one"));
    let store = change_of(&plan, STORE);
    assert_eq!(store.action, Action::Blocked);
    assert!(store.notes.join("; ").contains("Engine: there is no such one"), "told at once: {:?}", store.notes);
    assert!(plan.steps.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_kind_refuses_is_blocked_with_its_reason() {
    let mut given = Given::changed(&[(STORE, "Engine", json!("other"))]).await;
    given.kind("Fake::Store").says.refuses = Some("not this way");
    let plan = given.plan();
    assert_eq!((change_of(&plan, STORE).action, &*change_of(&plan, STORE).notes[0]), (Action::Blocked, "not this way"));
    let mut given = Given::changed(&[(STORE, "Engine", json!("other"))]).await;
    given.wanted.resources.retain(|address, _| !["Fake::Recipe", "Fake::Work"].contains(&&*address.kind));
    given.kind("Fake::Store").says.refuses_new = Some("none can be made");
    let plan = given.plan();
    let change = change_of(&plan, STORE);
    assert_eq!((change.action, &*change.notes), (Action::Blocked, &["none can be made".to_owned()][..]));
    assert_eq!(differences(&change.fields), [r#"/Engine "sql" -> "other""#]);
    let mut given = Given::changed(&[(STORE, "Days", json!(7))]).await;
    given.kind("Fake::Store").says.refuses_new = Some("none can be made");
    assert_eq!(change_of(&given.plan(), STORE).action, Action::Update, "that is no new one");
}

#[tokio::test(start_paused = true)]
async fn a_name_given_in_full_that_somebody_else_has_is_not_taken() {
    let wanted = blueprint(&environment());
    for (name, action) in [("mine", Action::Blocked), ("acme-production-db", Action::Create)] {
        let mut given = Given::of(&Bench::new(), &wanted).await;
        given.resource(STORE).physical = Some("mine".into());
        given.listing("Fake::Store").name_conflicts.push(NameConflict {
            id: "x".into(),
            name: name.into(),
            tags: Tags::default(),
        });
        assert_eq!(change_of(&given.plan(), STORE).action, action, "{name}");
    }
}
