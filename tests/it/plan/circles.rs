//! Resources that need each other: which of them comes first.

use provision::plan::Verb;
use serde_json::json;

use crate::engine::{change, environment, reference};
use crate::world::build::blueprint;
use crate::world::given::{Given, step_of};
use crate::world::{Bench, YamlResource};

#[tokio::test(start_paused = true)]
async fn a_live_resource_and_a_new_one_that_refer_to_each_other_do_not_wait_for_each_other() {
    let mut all = environment();
    all.push(YamlResource::new("Fake::Cache", "main", json!({ "Ttl": 1 })));
    let bench = Bench::new();
    bench.apply(&blueprint(&all)).await;
    change(&mut all, "Fake::Cache/main", "Headers", json!([reference("Front", "site", "Id")]));
    let cache = reference("Cache", "main", "Id");
    all.push(YamlResource::new("Fake::Front", "site", json!({ "Cache": cache, "Config": { "Title": "t" } })));
    let mut given = Given::of(&bench, &blueprint(&all)).await;
    given.kind("Fake::Cache").facts.deferrable = &["/Headers"];
    let plan = given.plan();
    let update = step_of(&plan, "Fake::Cache/main", Verb::Update);
    let create = step_of(&plan, "Fake::Front/site", Verb::Create);
    assert!(update.after.contains(&create.id), "{:?}", update.after);
    assert!(!create.after.contains(&update.id), "{:?}", create.after);
}
