//! A cause is told for every element of a list, and what is not shown is not forgotten.

use provision::plan::{Action, Cause, Field, Mode, Plan, StackPlan};
use provision::report::{PlanDocument, saved_plan, stale};
use provision::resource::{Tags, key};
use serde_json::{Value, json};

use crate::engine::{actions, change, environment, reference, words};
use crate::world::thing::Thing;
use crate::world::{Bench, Fault, What, YamlResource, blueprint};

async fn applied(resources: &[YamlResource]) -> Bench {
    let bench = Bench::new();
    bench.apply(&blueprint(resources)).await;
    bench
}

/// Changes the one thing of ours with this type and name, behind our back.
fn by_hand(bench: &Bench, kind: &str, name: &str, how: impl FnOnce(&mut Thing)) {
    let mut world = bench.cloud.world();
    let mut named =
        world.things.values_mut().filter(|thing| thing.kind == kind && thing.tags.get(key::NAME) == Some(name));
    how(named.next().unwrap_or_else(|| panic!("there is no {kind}/{name}")));
}

fn fields<'a>(plan: &'a StackPlan, address: &str) -> &'a [Field] {
    let change = plan.changes.iter().find(|change| change.address.to_string() == address);
    &change.unwrap_or_else(|| panic!("{address} is passed over: {:#?}", plan.changes)).fields
}

/// Path, before, after and cause of each.
fn told(fields: &[Field]) -> Vec<(&str, Value, Value, Cause)> {
    let value = |value: &Option<Value>| value.clone().unwrap_or_default();
    fields.iter().map(|field| (&*field.path, value(&field.before), value(&field.after), field.cause)).collect()
}

fn sent(plan: &StackPlan, address: &str) -> Value {
    let step = plan.steps.values().find(|step| step.id.address.to_string() == address && step.desired.is_some());
    (*step.and_then(|step| step.desired.as_ref()).expect("it is updated").spec).clone()
}

#[tokio::test(start_paused = true)]
async fn a_hand_opened_port_is_drift_beside_a_change_of_the_yaml() {
    let mut resources = environment();
    let bench = applied(&resources).await;
    by_hand(&bench, "Fake::Group", "web", |thing| thing.spec["Ports"] = json!([22, 443]));
    change(&mut resources, "Fake::Group/web", "Ports", json!([443, 8443]));
    let wanted = blueprint(&resources);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let expected = [
        ("/Ports", json!([22, 443]), json!([22, 443, 8443]), Cause::Config),
        ("/Ports", json!([22, 443, 8443]), json!([443, 8443]), Cause::Drift),
    ];
    assert_eq!(told(fields(&plan, "Fake::Group/web")), expected);
    assert_eq!(actions(&plan), [("Fake::Group/web".to_owned(), Action::Update, Cause::Mixed)]);
    assert_eq!(sent(&plan, "Fake::Group/web")["Ports"], json!([443, 8443]));

    let plan = bench.plan(&wanted, Mode::OnlyConfig).await;
    assert_eq!(told(fields(&plan, "Fake::Group/web")), expected[..1]);
    bench.run(&wanted, Mode::OnlyConfig).await.clean();
    let left = bench.plan(&wanted, Mode::Apply).await;
    let expected = [("/Ports", json!([22, 443, 8443]), json!([443, 8443]), Cause::Drift)];
    assert_eq!(told(fields(&left, "Fake::Group/web")), expected, "what was left alone is drift still");
    bench.apply(&wanted).await;
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);
}

/// Of two differences of one path, each is compared with its own.
#[tokio::test(start_paused = true)]
async fn a_saved_plan_in_which_a_list_differs_for_two_reasons_holds_until_one_of_them_changes() {
    let mut resources = environment();
    let bench = applied(&resources).await;
    by_hand(&bench, "Fake::Group", "web", |thing| thing.spec["Ports"] = json!([22, 443]));
    change(&mut resources, "Fake::Group/web", "Ports", json!([443, 8443]));
    let wanted = blueprint(&resources);
    let saved = saved(bench.plan(&wanted, Mode::Apply).await);
    assert_eq!(stale(&saved, &saved), Vec::<String>::new());
    // Nor does telling what changed take the one for the other, where something else did.
    let mut elsewhere = saved.clone();
    elsewhere.stacks[0].fingerprint = Some("another".to_owned());
    let why = stale(&saved, &elsewhere);
    assert!(matches!(why.as_slice(), [only] if only.contains("a sensitive value, a tag or the order")), "{why:?}");

    by_hand(&bench, "Fake::Group", "web", |thing| thing.spec["Ports"] = json!([22, 25, 443]));
    let fresh = self::saved(bench.plan(&wanted, Mode::Apply).await);
    let why = stale(&saved, &fresh);
    assert!(why.len() == 2 && why.iter().all(|why| why.contains("Fake::Group/web/Ports: AWS had")), "{why:#?}");
}

fn saved(plan: StackPlan) -> PlanDocument {
    saved_plan(&Plan { stacks: vec![plan], ..Plan::default() })
}

#[tokio::test(start_paused = true)]
async fn what_somebody_took_out_of_a_list_is_drift_beside_what_the_yaml_takes_out() {
    let mut resources = environment();
    change(&mut resources, "Fake::Group/web", "Ports", json!([80, 443, 8443]));
    let bench = applied(&resources).await;
    by_hand(&bench, "Fake::Group", "web", |thing| thing.spec["Ports"] = json!([80, 443]));
    change(&mut resources, "Fake::Group/web", "Ports", json!([443, 8443]));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let expected = [
        ("/Ports", json!([80, 443]), json!([443]), Cause::Config),
        ("/Ports", json!([443]), json!([443, 8443]), Cause::Drift),
    ];
    assert_eq!(told(fields(&plan, "Fake::Group/web")), expected);
}

#[tokio::test(start_paused = true)]
async fn an_output_of_ours_that_has_not_arrived_is_a_dependency_and_only_config_carries_it_on() {
    let mut resources = environment();
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Recipe/shop", "Steps", json!(["one", "two"]));
    let wanted = blueprint(&resources);
    bench.cloud.world().faults.set(&[Fault::new("UpdateWork", What::Deny, None)]);
    bench.run(&wanted, Mode::Apply).await;
    bench.cloud.world().faults.set(&[]);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Work/shop".to_owned(), Action::Update, Cause::Dependency)]);
    bench.run(&wanted, Mode::OnlyConfig).await.clean();
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_put_in_the_place_of_an_output_is_drift() {
    let resources = environment();
    let bench = applied(&resources).await;
    by_hand(&bench, "Fake::Work", "shop", |thing| thing.spec["Revision"] = json!(7));
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Work/shop".to_owned(), Action::Update, Cause::Drift)]);
}

/// A certificate is replaced, and its door follows once it is issued.
#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_replaced_and_issued_is_followed_without_drift_and_without_consent() {
    let net = reference("Net", "main", "Id");
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": "www.acme.example" })));
    resources.push(YamlResource::new(
        "Fake::Door",
        "https",
        json!({ "Net": net, "Cert": reference("Cert", "www", "Id") }),
    ));
    let issue = |bench: &Bench| {
        bench.cloud.world().things.values_mut().filter(|thing| thing.human).for_each(|thing| thing.human = false);
    };
    let bench = applied(&resources).await;
    issue(&bench);
    bench.apply(&blueprint(&resources)).await;
    change(&mut resources, "Fake::Cert/www", "Domain", json!("shop.acme.example"));
    let wanted = blueprint(&resources);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Cert/www".to_owned(), Action::Replace, Cause::Config)]);
    assert!(!plan.steps.keys().any(|step| step.verb == provision::plan::Verb::Delete), "the old one is in use");
    bench.apply(&wanted).await;
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), [], "nothing to do until it is issued");
    issue(&bench);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let expected = [
        ("Fake::Cert/www".to_owned(), Action::Delete, Cause::Superseded),
        ("Fake::Door/https".to_owned(), Action::Update, Cause::Dependency),
    ];
    assert_eq!(actions(&plan), expected);
    assert!(plan.changes.iter().all(|change| !change.protected), "{:#?}", plan.changes);
    bench.run(&wanted, Mode::OnlyConfig).await.clean();
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);
    let certs = bench.cloud.world().things.values().filter(|thing| thing.kind == "Fake::Cert").count();
    assert_eq!(certs, 1);
}

/// What waited for a certificate comes once it is there; nobody changed the YAML for it.
#[tokio::test(start_paused = true)]
async fn what_was_left_out_until_something_is_there_is_a_dependency() {
    let net = reference("Net", "main", "Id");
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": "www.acme.example" })));
    resources.push(YamlResource::new(
        "Fake::Door",
        "https",
        json!({ "Net": net, "Cert": reference("Cert", "www", "Id") }),
    ));
    change(&mut resources, "Fake::Work/shop", "Doors", json!([reference("Door", "https", "Id")]));
    let bench = applied(&resources).await;
    let issue = || bench.cloud.world().things.values_mut().for_each(|thing| thing.human = false);
    issue();
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let causes = |plan: &StackPlan| -> Vec<_> {
        fields(plan, "Fake::Work/shop").iter().map(|field| (field.path.clone(), field.cause)).collect()
    };
    assert_eq!(causes(&plan), [("/Doors".to_owned(), Cause::Dependency)]);

    // A change of the YAML beside it is one.
    resources.push(YamlResource::new("Fake::Door", "http", json!({ "Net": reference("Net", "main", "Id") })));
    let doors = json!([reference("Door", "https", "Id"), reference("Door", "http", "Id")]);
    change(&mut resources, "Fake::Work/shop", "Doors", doors);
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    assert_eq!(causes(&plan), [("/Doors".to_owned(), Cause::Config)]);
    bench.apply(&blueprint(&resources)).await;
    assert_eq!(actions(&bench.plan(&blueprint(&resources), Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn drift_shows_while_something_else_is_blocked_and_is_still_drift_afterwards() {
    let resources = environment();
    let wanted = blueprint(&resources);
    let bench = applied(&resources).await;
    let mut tags = Tags::default();
    by_hand(&bench, "Fake::Group", "data", |thing| tags = std::mem::take(&mut thing.tags));
    let digest = |bench: &Bench| {
        let mut digest = None;
        by_hand(bench, "Fake::Group", "web", |thing| digest = thing.tags.get(key::DIGEST).map(str::to_owned));
        digest
    };
    let before = digest(&bench);
    by_hand(&bench, "Fake::Group", "web", |thing| {
        let own = json!(thing.shown_id());
        thing.spec["Friends"].as_array_mut().expect("friends").push(own);
    });
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let causes: Vec<_> = fields(&plan, "Fake::Group/web").iter().map(|field| field.cause).collect();
    assert_eq!(causes, [Cause::Drift], "{:#?}", plan.changes);
    bench.run(&wanted, Mode::OnlyConfig).await;
    assert_eq!(digest(&bench), before, "no digest is rewritten while a difference is left");
    let is_nobodys = |thing: &&mut Thing| thing.kind == "Fake::Group" && thing.tags.is_empty();
    bench.cloud.world().things.values_mut().find(is_nobodys).expect("the other group").tags = tags;
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(actions(&plan), [("Fake::Group/web".to_owned(), Action::Update, Cause::Drift)]);
    assert_eq!(actions(&bench.plan(&wanted, Mode::OnlyConfig).await), []);
}

#[tokio::test(start_paused = true)]
async fn what_is_blocked_shows_what_is_there_and_what_is_wanted() {
    let mut resources = environment();
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Store/db", "Class", json!("huge"));
    by_hand(&bench, "Fake::Store", "db", |thing| thing.spec["Days"] = json!(3));
    by_hand(&bench, "Fake::Part", "a", |thing| thing.tags = Tags::default());
    let plan = bench.plan(&blueprint(&resources), Mode::Apply).await;
    let change = plan.changes.iter().find(|change| change.address.name == "db").expect("the store is told");
    assert_eq!(change.action, Action::Blocked);
    let expected =
        [("/Class", json!("large"), json!("huge"), Cause::Config), ("/Days", json!(3), json!(0), Cause::Drift)];
    assert_eq!(told(&change.fields), expected, "and not the part that can't be told");
    // Nothing differs in what only needs it.
    assert_eq!(told(fields(&plan, "Fake::Gate/out")), []);
}

#[tokio::test(start_paused = true)]
async fn one_that_never_became_usable_goes_with_its_replacement() {
    let mut resources = environment();
    resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": "www.acme.example" })));
    let bench = applied(&resources).await;
    change(&mut resources, "Fake::Cert/www", "Domain", json!("shop.acme.example"));
    bench.apply(&blueprint(&resources)).await;
    let world = bench.cloud.world();
    let certs: Vec<_> = world.things.values().filter(|thing| thing.kind == "Fake::Cert").collect();
    assert_eq!(certs.len(), 1, "{certs:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_tag_changed_by_hand_is_drift_and_the_yamls_change_of_one_is_told_once() {
    let resources = environment();
    let bench = applied(&resources).await;
    let mut wanted = blueprint(&resources);
    by_hand(&bench, "Fake::Group", "web", |thing| thing.tags.set("cost-center", "7"));
    by_hand(&bench, "Fake::Store", "db", |thing| drop(thing.tags.0.remove("cost-center")));
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let drifted = |before: Value| vec![("/Tags/cost-center", before, json!("42"), Cause::Drift)];
    assert_eq!(told(fields(&plan, "Fake::Group/web")), drifted(json!("7")));
    assert_eq!(told(fields(&plan, "Fake::Store/db")), drifted(Value::Null));
    assert!(plan.changes.iter().all(|change| (change.action, change.cause) == (Action::Retag, Cause::Drift)));
    assert!(words(&plan).contains("2 drifted fields"), "{}", words(&plan));
    assert_eq!(actions(&bench.plan(&wanted, Mode::OnlyConfig).await), [], "drift is left alone");

    // The YAML's own change goes everywhere, also where somebody had changed it.
    wanted.stack.tags.set("cost-center", "43");
    let plan = bench.plan(&wanted, Mode::OnlyConfig).await;
    let is_config = |field: &Field| (&*field.path, field.cause) == ("/Tags/cost-center", Cause::Config);
    assert!(plan.changes.iter().all(|change| change.fields.iter().all(is_config)), "{:#?}", plan.changes);
    assert_eq!(plan.changes.len(), wanted.resources.len());
    let text = words(&plan);
    let folded = format!("{} resources", plan.changes.len() - 2);
    assert!(text.contains(&folded) && text.contains("\"42\" → \"43\""), "{text}");
    assert_eq!(text.matches("\"42\" → \"43\"").count(), 1, "{text}");
    bench.run(&wanted, Mode::OnlyConfig).await.clean();
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);

    // A digest of before tells no values.
    by_hand(&bench, "Fake::Group", "web", |thing| {
        let digest = thing.tags.get(key::DIGEST).expect("a digest").rsplit_once('.').expect("its parts").0.to_owned();
        thing.tags.set(key::DIGEST, digest);
        thing.tags.set("cost-center", "7");
    });
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert_eq!(told(fields(&plan, "Fake::Group/web"))[0].3, Cause::Unknown);
}
