//! What goes: what it waits for, what it leaves, and what keeps it.

use provision::plan::{Action, Mode, Verb};
use provision::resource::{Address, Disruption, State};
use serde_json::json;

use crate::engine::{change, environment, reference};
use crate::world::build::blueprint;
use crate::world::given::{Given, change_of, step_of};
use crate::world::{Bench, YamlResource};

const STORE: &str = "Fake::Store/db";

#[tokio::test(start_paused = true)]
async fn what_sleeps_is_started_before_it_goes_and_that_is_told() {
    let mut given = Given::changed(&[]).await;
    given.mode = Mode::Destroy;
    given.live(STORE).stopped = Some("it is stopped".into());
    let plan = given.plan();
    let told = "it is stopped, and AWS deletes none that is: it is started, waited for, then deleted";
    assert_eq!(change_of(&plan, STORE).notes, [told]);

    let mut given = Given::changed(&[(STORE, "Engine", json!("other"))]).await;
    given.wanted.resources.retain(|address, _| !["Fake::Recipe", "Fake::Work"].contains(&&*address.kind));
    given.live(STORE).stopped = Some("it is stopped".into());
    let plan = given.plan();
    let change = change_of(&plan, STORE);
    assert_eq!((change.action, &*change.notes), (Action::Replace, &[told.to_owned()][..]));
}

#[tokio::test(start_paused = true)]
async fn what_a_deletion_leaves_keeps_what_alone_can_read_it() {
    let mut given = Given::changed(&[]).await;
    given.mode = Mode::Destroy;
    let net = &mut given.kind("Fake::Net").facts;
    (net.kept_for, net.stateful) = (Some("its snapshots"), true);
    let plan = given.plan();
    let change = change_of(&plan, "Fake::Net/main");
    assert_eq!(change.notes, ["stays as long as there is its snapshots: the next destroy after that is gone takes it"]);
    assert_eq!(change.disruption, Disruption::DestroysData);
    given.kind("Fake::Part").facts.kept_with = &["/Net"];
    let plan = given.plan();
    let change = change_of(&plan, "Fake::Net/main");
    assert_eq!(
        change.notes,
        ["stays: the deletion of Fake::Part/a and Fake::Part/b leaves its snapshots; the next destroy after that is \
          gone takes it"]
    );
    assert_eq!(change.disruption, Disruption::None, "nothing is lost");
}

#[tokio::test(start_paused = true)]
async fn a_lasting_value_is_not_taken_away_while_the_stack_lives() {
    let mut given = Given::changed(&[("Fake::Part/a", "Range", json!("10.0.9.0/24"))]).await;
    given.kind("Fake::Part").facts.immutable_in_stack = &["/Range"];
    let plan = given.plan();
    let id = given.live("Fake::Part/a").id.clone();
    let why = format!(
        "/Range 10.0.0.0/24 of Fake::Part/a ({id}) can't be taken away or changed while the stack lives: put it back, or \
         destroy the stack (`⟪destroy acme/production⟫`) and apply it anew"
    );
    assert!(plan.steps.is_empty() && plan.changes.len() == given.wanted.resources.len());
    assert!(plan.changes.iter().all(|change| change.action == Action::Blocked && change.notes == [why.clone()]));
    assert_eq!(plan.changes[0].id.as_ref(), Some(&given.live(&plan.changes[0].address.to_string()).id));

    let mut given = Given::changed(&[]).await;
    given.kind("Fake::Part").facts.immutable_in_stack = &["/Range"];
    assert!(given.plan().is_empty(), "what stays is no obstacle");
    given.kind("Fake::Part").facts.immutable_in_stack = &["/Range", "/Public"];
    assert!(given.plan().is_empty(), "nor is what is no text");
}

#[tokio::test(start_paused = true)]
async fn what_follows_goes_before_what_it_follows() {
    let bench = Bench::new();
    let mut all = environment();
    all.push(YamlResource::new("Fake::Door", "main", json!({ "Net": reference("Net", "main", "Id"), "Rule": "all" })));
    bench.apply(&blueprint(&all)).await;
    let gate = "Fake::Gate/out".parse::<Address>().unwrap();
    let follower = |given: &mut Given| given.kind("Fake::Door").says.follows = Some("Fake::Gate");
    let mut given = Given::of(&bench, &blueprint(&all)).await;
    given.mode = Mode::Destroy;
    let door = step_of(&given.plan(), "Fake::Door/main", Verb::Delete).id.clone();
    assert!(!step_of(&given.plan(), "Fake::Gate/out", Verb::Delete).after.contains(&door));
    follower(&mut given);
    assert!(step_of(&given.plan(), "Fake::Gate/out", Verb::Delete).after.contains(&door));
    given.live("Fake::Door/main").state = State::Deleting;
    let plan = given.plan();
    let end = step_of(&plan, "Fake::Door/main", Verb::Wait);
    assert!(step_of(&plan, "Fake::Gate/out", Verb::Delete).after.contains(&end.id));

    // One that stays and is changed, so that it may no longer follow.
    change(&mut all, "Fake::Door/main", "Rule", json!("none"));
    let mut given = Given::of(&bench, &blueprint(&all)).await;
    given.wanted.resources.remove(&gate);
    follower(&mut given);
    let plan = given.plan();
    let update = step_of(&plan, "Fake::Door/main", Verb::Update);
    assert!(step_of(&plan, "Fake::Gate/out", Verb::Delete).after.contains(&update.id));
    given.live("Fake::Door/main").region = "eu-west-1".into();
    let plan = given.plan();
    let gate = step_of(&plan, "Fake::Gate/out", Verb::Delete);
    assert!(!gate.after.iter().any(|id| id.address.kind == "Fake::Door"), "{:?}", gate.after);
}

#[tokio::test(start_paused = true)]
async fn only_an_arn_or_an_id_of_awss_making_inside_a_text_names_a_resource() {
    for (id, is_used) in [
        ("cache-0abc1234", true),
        ("my-cache-0abc1234", true),
        ("cache-0abc123", false),
        ("cache-0abc123x", false),
        ("Cache-0abc1234", false),
        ("0abc1234-0abc-0abc-0abc-0abc12345678", true),
        ("0abc1234-0abc-0abc-0abc-0abc1234567x", false),
        ("0ABC-0ABC1234", false),
        ("arn:aws:fake:cache", false),
    ] {
        let mut all = environment();
        let net = reference("Net", "main", "Id");
        all.push(YamlResource::new("Fake::Board", "news", json!({ "Net": net, "Text": format!("see ({id}).") })));
        all.push(YamlResource::new("Fake::Cache", "pages", json!({ "Ttl": 60 })));
        let mut given = Given::of(&Bench::new(), &blueprint(&all)).await;
        let bench = Bench::new();
        bench.apply(&given.wanted).await;
        given.inventory = Given::of(&bench, &given.wanted).await.inventory;
        let live = given.live("Fake::Cache/pages");
        (live.id, live.outputs["Id"]) = (id.into(), json!(id));
        given.wanted.resources.remove(&"Fake::Cache/pages".parse::<Address>().unwrap());
        let plan = given.plan();
        let change = change_of(&plan, "Fake::Cache/pages");
        let expected = if is_used { Action::Blocked } else { Action::Delete };
        assert_eq!(change.action, expected, "{id}: {:?}", change.notes);
        if is_used {
            assert_eq!(change.notes, ["Fake::Board/news still uses it"]);
        }
    }
}
