//! Plans that are narrowed to the differences of one cause, and what they leave.

use provision::plan::{Action, Cause, Mode, StackPlan};
use provision::resource::key;
use serde_json::{Value, json};

use crate::engine::{actions, change, environment, reference, words};
use crate::world::thing::Thing;
use crate::world::{Bench, YamlResource, blueprint};

async fn applied(resources: &[YamlResource]) -> Bench {
    let bench = Bench::new();
    bench.apply(&blueprint(resources)).await;
    bench
}

/// Changes the one thing of ours with this type and name, behind our back; returns what `how` does.
fn by_hand<T>(bench: &Bench, kind: &str, name: &str, how: impl FnOnce(&mut Thing) -> T) -> T {
    let mut world = bench.cloud.world();
    let mut named =
        world.things.values_mut().filter(|thing| thing.kind == kind && thing.tags.get(key::NAME) == Some(name));
    how(named.next().unwrap_or_else(|| panic!("there is no {kind}/{name}")))
}

fn spec(bench: &Bench, kind: &str, name: &str) -> Value {
    by_hand(bench, kind, name, |thing| thing.spec.clone())
}

fn digest(bench: &Bench, kind: &str, name: &str) -> Option<String> {
    by_hand(bench, kind, name, |thing| thing.tags.get(key::DIGEST).map(str::to_owned))
}

/// Address with path, and cause, of what is left.
fn left(plan: &StackPlan) -> Vec<(String, Cause)> {
    let name = |left: &provision::plan::LeftAlone| format!("{}{}", left.address, left.path.as_deref().unwrap_or(""));
    plan.left_alone.iter().map(|left| (name(left), left.cause)).collect()
}

fn at(name: &str, cause: Cause) -> (String, Cause) {
    (name.to_owned(), cause)
}

#[tokio::test(start_paused = true)]
async fn only_drift_takes_back_what_was_changed_by_hand_and_leaves_what_the_yaml_changed() {
    let mut resources = environment();
    let bench = applied(&resources).await;
    by_hand(&bench, "Fake::Group", "web", |thing| thing.spec["Ports"] = json!([22, 443]));
    by_hand(&bench, "Fake::Store", "db", |thing| thing.spec["Days"] = json!(3));
    change(&mut resources, "Fake::Group/web", "Ports", json!([443, 8443]));
    change(&mut resources, "Fake::Gate/out", "Size", json!("large"));
    let wanted = blueprint(&resources);
    let before = digest(&bench, "Fake::Group", "web");

    let plan = bench.plan(&wanted, Mode::OnlyDrift).await;
    let expected = [("Fake::Group/web", Action::Update), ("Fake::Store/db", Action::Update)];
    assert_eq!(actions(&plan), expected.map(|(address, action)| (address.to_owned(), action, Cause::Drift)));
    let config = [at("Fake::Gate/out/Size", Cause::Config), at("Fake::Group/web/Ports", Cause::Config)];
    assert_eq!(left(&plan), config);
    let text = words(&plan);
    assert!(text.contains("left alone: 2 YAML fields (-v names each)"), "{text}");

    bench.run(&wanted, Mode::OnlyDrift).await.clean();
    assert_eq!(spec(&bench, "Fake::Group", "web")["Ports"], json!([443]));
    assert_eq!(digest(&bench, "Fake::Group", "web"), before, "what was applied last is what it was");
    assert_eq!(actions(&bench.plan(&wanted, Mode::OnlyDrift).await), []);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    let expected = [("Fake::Gate/out", Action::Replace), ("Fake::Group/web", Action::Update)];
    assert_eq!(actions(&plan), expected.map(|(address, action)| (address.to_owned(), action, Cause::Config)));
    bench.apply(&wanted).await;
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn only_drift_creates_replaces_and_deletes_nothing() {
    let mut resources = environment();
    let range = json!({ "Net": reference("Net", "main", "Id"), "Range": "10.0.2.0/24" });
    resources.push(YamlResource::new("Fake::Part", "c", range));
    let bench = applied(&resources).await;
    // Missing, new, to be deleted.
    bench.cloud.world().things.retain(|_, thing| thing.kind != "Fake::Gate");
    resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": "www.acme.example" })));
    resources.retain(|resource| resource.name != "c");
    by_hand(&bench, "Fake::Net", "main", |thing| thing.spec["Dns"] = json!(false));
    let wanted = blueprint(&resources);
    let before: Vec<_> = bench.cloud.world().things.keys().cloned().collect();

    let plan = bench.plan(&wanted, Mode::OnlyDrift).await;
    assert_eq!(actions(&plan), [("Fake::Net/main".to_owned(), Action::Update, Cause::Drift)]);
    let whole = |name: &str, cause| assert!(left(&plan).contains(&at(name, cause)), "{name}: {:#?}", plan.left_alone);
    whole("Fake::Gate/out", Cause::New);
    whole("Fake::Cert/www", Cause::New);
    whole("Fake::Part/c", Cause::Removed);
    let text = words(&plan);
    assert!(text.contains("left alone: ") && text.contains("2 creations, 1 deletion"), "{text}");

    bench.run(&wanted, Mode::OnlyDrift).await.clean();
    let after: Vec<_> = bench.cloud.world().things.keys().cloned().collect();
    assert_eq!(after, before);
    assert_eq!(spec(&bench, "Fake::Net", "main")["Dns"], json!(true));
    bench.apply(&wanted).await;
    assert_eq!(actions(&bench.plan(&wanted, Mode::Apply).await), []);
}

#[tokio::test(start_paused = true)]
async fn of_tags_too_one_cause_is_acted_on_and_the_other_told() {
    let resources = environment();
    let bench = applied(&resources).await;
    let mut wanted = blueprint(&resources);
    by_hand(&bench, "Fake::Group", "web", |thing| thing.tags.set("cost-center", "7"));
    wanted.stack.tags.set("team", "web");
    let plan = bench.plan(&wanted, Mode::OnlyConfig).await;
    assert_eq!(left(&plan), [at("Fake::Group/web/Tags/cost-center", Cause::Drift)]);
    assert!(words(&plan).contains("left alone: 1 drifted field (-v names each)"), "{}", words(&plan));

    let plan = bench.plan(&wanted, Mode::OnlyDrift).await;
    assert_eq!(actions(&plan), [("Fake::Group/web".to_owned(), Action::Retag, Cause::Drift)]);
    bench.run(&wanted, Mode::OnlyDrift).await.clean();
    let tag = |key: &str| by_hand(&bench, "Fake::Group", "web", |thing| thing.tags.get(key).map(str::to_owned));
    assert_eq!(tag("cost-center").as_deref(), Some("42"));
    assert_eq!(tag("team"), None);
    let plan = bench.plan(&wanted, Mode::Apply).await;
    assert!(plan.changes.iter().all(|change| change.cause == Cause::Config), "{:#?}", plan.changes);
}
