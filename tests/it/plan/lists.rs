//! Lists whose elements have names, late or added to by others.

use provision::inventory::Unmanaged;
use provision::plan::{StackPlan, Verb};
use provision::resource::key;
use serde_json::{Value, json};

use crate::engine::{change, environment, reference};
use crate::world::build::blueprint;
use crate::world::given::{Given, change_of, differences, odd, step_of};
use crate::world::{Bench, YamlResource};

const STORE: &str = "Fake::Store/db";

/// The work's revision as a list of named elements.
async fn keyed(before: Value, after: Value) -> Given {
    let mut all = environment();
    let net = reference("Net", "main", "Id");
    all.push(YamlResource::new("Fake::Door", "x", json!({ "Net": net })));
    change(&mut all, "Fake::Work/shop", "Revision", before);
    let bench = Bench::new();
    bench.apply(&blueprint(&all)).await;
    change(&mut all, "Fake::Work/shop", "Revision", after);
    let mut given = Given::of(&bench, &blueprint(&all)).await;
    given.kind("Fake::Work").facts.keyed = &[("/Revision", "Key")];
    given
}

#[tokio::test(start_paused = true)]
async fn what_others_put_below_an_additive_list_is_theirs() {
    let mut given = Given::changed(&[]).await;
    given.kind("Fake::Store").facts.additive = &["/Parts"];
    given.live(STORE).unmodelled = vec![odd("/Parts/x")];
    let plan = given.plan();
    assert!(plan.is_empty(), "{:#?}", plan.changes);
    let [Unmanaged { kind, id, place }] = &*plan.unmanaged else { panic!("{:?}", plan.unmanaged) };
    assert_eq!((&**kind, &**id), ("Fake::Store Parts", "x"));
    assert_eq!(*place, given.live(STORE).id);
}

#[tokio::test(start_paused = true)]
async fn of_a_list_that_others_add_to_only_what_the_template_had_put_there_is_taken_away() {
    let both = json!([{ "Key": "a", "To": "1" }, { "Key": "b", "To": "2" }]);
    let mut given = keyed(both.clone(), json!([{ "Key": "a", "To": "1" }])).await;
    given.kind("Fake::Work").facts.additive = &["/Revision"];
    let plan = given.plan();
    assert!(!plan.steps.keys().any(|step| step.verb == Verb::Update), "nobody knows that it is ours");
    assert_eq!(plan.unmanaged.iter().map(|thing| &*thing.id).collect::<Vec<_>>(), ["b"]);

    // The digest that an apply of both writes.
    let mut applied = keyed(both.clone(), both).await;
    applied.kind("Fake::Work").facts.additive = &["/Revision"];
    applied.live("Fake::Work/shop").tags.0.remove(key::DIGEST);
    let plan = applied.plan();
    let tags = &step_of(&plan, "Fake::Work/shop", Verb::Retag).set_tags;
    let digest = tags.get(key::DIGEST).expect("a digest").to_owned();
    given.live("Fake::Work/shop").tags.set(key::DIGEST, &*digest);
    let plan = given.plan();
    assert_eq!(
        differences(&change_of(&plan, "Fake::Work/shop").fields),
        [r#"/Revision/b {"Key":"b","To":"2"} -> nothing"#]
    );
    assert_eq!(plan.unmanaged, []);
    given.live("Fake::Work/shop").unmodelled = vec![odd("/Revision/b/To"), odd("/Revision/c/To")];
    let plan = given.plan();
    let others: Vec<_> = plan.unmanaged.iter().map(|thing| &*thing.id).collect();
    assert_eq!(others, ["To"], "of the one that goes nothing more is told");
}

#[tokio::test(start_paused = true)]
async fn of_a_create_that_was_cut_short_what_names_ours_in_an_additive_list_is_ours() {
    let mut given = keyed(json!([]), json!([{ "Key": "a", "To": "1" }])).await;
    given.kind("Fake::Work").facts.additive = &["/Revision"];
    let net = given.live("Fake::Net/main").id.clone();
    let live = given.live("Fake::Work/shop");
    live.spec["Revision"] = json!([{ "Key": "a", "To": "1" }, { "Key": "b", "To": net }, { "Key": "c", "To": "else" }]);
    live.tags.set(key::DIGEST, "pending");
    let plan = given.plan();
    let told = differences(&change_of(&plan, "Fake::Work/shop").fields);
    assert_eq!(told, [format!(r#"/Revision/b {{"Key":"b","To":"{net}"}} -> nothing"#)]);
    assert_eq!(plan.unmanaged.iter().map(|thing| &*thing.id).collect::<Vec<_>>(), ["c"]);
}

#[tokio::test(start_paused = true)]
async fn of_a_late_list_only_what_waits_is_left_out_and_its_live_twin_stays() {
    let door = reference("Door", "x", "Id");
    let before = json!([{ "Key": "a", "To": "old" }, { "Key": "b", "To": "1" }]);
    let after = json!([{ "Key": "a", "To": door }, { "Key": "b", "To": "2" }]);
    let mut given = keyed(before.clone(), after).await;
    given.kind("Fake::Work").facts.deferrable = &["/Revision"];
    given.kind("Fake::Door").says.refuses_new = Some("not yet");
    given.listing("Fake::Door").found.clear();
    let plan = given.plan();
    assert_eq!(change_of(&plan, "Fake::Door/x").notes, ["not yet"]);
    let sent = |plan: &StackPlan| {
        let step =
            plan.steps.values().find(|step| step.id.address.kind == "Fake::Work" && step.id.verb == Verb::Update);
        step.and_then(|step| step.desired.as_ref()).map(|desired| desired.spec["Revision"].clone())
    };
    assert_eq!(sent(&plan), Some(json!([{ "Key": "a", "To": "old" }, { "Key": "b", "To": "2" }])));
    assert_eq!(differences(&change_of(&plan, "Fake::Work/shop").fields), [r#"/Revision/b/To "1" -> "2""#]);

    // All of it waits: what is there stays, and so does what counts only beside it.
    let mut given = keyed(before.clone(), json!([{ "Key": "a", "To": door }])).await;
    let work = &mut given.kind("Fake::Work").facts;
    (work.deferrable, work.deferred_with, work.ignored_after_create) =
        (&["/Revision"], &[("/Count", "/Revision")], &[]);
    given.kind("Fake::Door").says.refuses_new = Some("not yet");
    given.listing("Fake::Door").found.clear();
    given.live("Fake::Work/shop").spec["Count"] = json!(5);
    let plan = given.plan();
    assert_eq!(sent(&plan), Some(json!([{ "Key": "a", "To": "old" }])));
    assert_eq!(
        differences(&change_of(&plan, "Fake::Work/shop").fields),
        [r#"/Revision/b {"Key":"b","To":"1"} -> nothing"#],
        "and not the count"
    );
}
