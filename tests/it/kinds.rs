//! The life of every kind, from its own example, on the local AWS.

use std::collections::BTreeSet;

use provision::apply::{Hands as _, Permit};
use provision::blueprint::Blueprint;
use provision::inventory::Inventory;
use provision::kinds::KINDS;
use provision::resource::{Facts, Live, Tags, key, pointer};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::stage::{Stage, blueprints, on_deep_stack};

/// Kinds that the local AWS cannot play, and why.
const NOT_PLAYED: &[(&str, &str)] = &[];

/// The local AWS answers one call at a time: more at once only wait for each other.
const AT_ONCE: usize = 4;
const ACCOUNT: &str = "200000000000";

#[test]
fn every_kind_is_made_kept_and_taken_away() {
    on_deep_stack(async {
        let is_played = |facts: &&Facts| NOT_PLAYED.iter().all(|(kind, _)| *kind != facts.kind);
        let turns: &Semaphore = Box::leak(Box::new(Semaphore::new(AT_ONCE)));
        let mut lives = JoinSet::new();
        for facts in KINDS.iter().map(|kind| kind.facts()).filter(is_played) {
            lives.spawn(async move {
                let _turn = turns.acquire().await;
                life(facts).await.err().map(|why| format!("## {}\n{why}", facts.kind))
            });
        }
        let failures: Vec<_> = lives.join_all().await.into_iter().flatten().collect();
        println!("{} of {} kinds not played: {NOT_PLAYED:?}", NOT_PLAYED.len(), KINDS.len());
        assert!(failures.is_empty(), "{} of {} kinds failed:\n{}", failures.len(), KINDS.len(), failures.join("\n"));
    });
}

/// Apply, nothing to do, tagged, destroy, gone, and deleting once more is no failure.
async fn life(facts: &Facts) -> Result<(), String> {
    let kind = facts.kind;
    let blueprint = example_stack(facts)?;
    let uses = |kind: &&str| blueprint.resources.keys().any(|address| address.kind == *kind);
    let mut stage = Stage::new(ACCOUNT).await;
    stage.kinds.retain(|kind| uses(&kind.facts().kind));
    stage.apply(&blueprint).await.map_err(|why| format!("apply: {why}"))?;
    let inventory = stage.inventory(&blueprint).await;
    tagged(&blueprint, &inventory)?;
    let lives: Vec<Live> =
        inventory.all().filter(|(address, _)| address.kind == kind).map(|(_, live)| (**live).clone()).collect();
    stage.destroy(&blueprint).await.map_err(|why| format!("destroy: {why}"))?;
    for live in &lives {
        delete_again(&stage, &blueprint, kind, live).await.map_err(|why| format!("delete again: {why}"))?;
    }
    Ok(())
}

/// The example as the one stack of a tenant of its own.
pub fn example_stack(facts: &Facts) -> Result<Blueprint, String> {
    let number = KINDS.iter().position(|kind| kind.facts().kind == facts.kind);
    let tenant = format!("zoo-{}", number.expect("it comes from there"));
    let tenant = format!(
        "tenant: {tenant}\ntemplate: example\naccount: \"{ACCOUNT}\"\ntags: {{ keeper: ann }}\n\
         environments: {{ test: {{ region: us-east-1, protected: false }} }}\n"
    );
    let mut all = blueprints(&[("zoo.yaml", &tenant)], &[("example.yaml", facts.example)])?;
    Ok(all.remove(0))
}

/// Every resource of the stack is there and bears all of our tags and the user's, and a digest that is complete.
fn tagged(blueprint: &Blueprint, inventory: &Inventory) -> Result<(), String> {
    let live: Vec<_> = inventory.all().collect();
    for address in blueprint.resources.keys() {
        let (_, live) = live.iter().find(|(at, _)| *at == address).ok_or(format!("{address} is not there"))?;
        let expected = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME, key::TEMPLATE, key::DIGEST, "keeper"];
        let missing: Vec<_> = expected.into_iter().filter(|key| live.tags.get(key).is_none()).collect();
        if !missing.is_empty() {
            return Err(format!("{address} lacks the tags {missing:?}"));
        }
        if live.tags.get(key::DIGEST) == Some("pending") {
            return Err(format!("the digest of {address} is still pending"));
        }
        let is_named = KINDS.iter().any(|kind| kind.facts().kind == address.kind && kind.facts().name.is_physical());
        if is_named && live.tags.get(key::ID) != live.name.as_deref() {
            return Err(format!("{address} is called {:?} and says {:?}", live.name, live.tags.get(key::ID)));
        }
    }
    Ok(())
}

async fn delete_again(stage: &Stage, blueprint: &Blueprint, kind: &str, live: &Live) -> Result<(), String> {
    let kind = KINDS.iter().find(|one| one.facts().kind == kind).expect("it comes from there");
    let mut own = BTreeSet::from([live.id.clone()]);
    own.extend(live.name.clone());
    for value in [&live.outputs, &live.spec] {
        pointer::walk(value, &mut |_, leaf| own.extend(leaf.as_str().map(str::to_owned)));
    }
    let permit = Permit {
        stack: blueprint.stack.id.clone(),
        address: live.tags.address(kind.facts().kind).ok_or("no address")?,
        own,
        mentioned: BTreeSet::new(),
        tags: Tags::default(),
        token: "0".repeat(32),
    };
    let writer = stage.writer(&live.region, permit).await.map_err(|failure| failure.to_string())?;
    kind.delete(&writer, live).await.map(|_| ()).map_err(|failure| failure.to_string())
}
