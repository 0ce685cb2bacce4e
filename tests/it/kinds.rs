//! The life of every kind, from its own example, on the local AWS.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use provision::apply::{Hands as _, Permit};
use provision::blueprint::Blueprint;
use provision::inventory::Inventory;
use provision::kinds::KINDS;
use provision::resource::{Live, Shape as _, Tags, key, pointer};

use crate::stage::{Stage, blueprints};

/// Kinds that the local AWS cannot play, and why.
const NOT_PLAYED: &[(&str, &str)] = &[];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_made_kept_and_taken_away() {
    let skipped = |kind: &str| NOT_PLAYED.iter().any(|(name, _)| *name == kind);
    let played: Vec<_> = KINDS.iter().enumerate().filter(|(_, kind)| !skipped(kind.facts().kind)).collect();
    let lives = played.into_iter().map(|(number, kind)| async move {
        let facts = kind.facts();
        let end = life(facts.kind, facts.example, &format!("2000000000{number:02}")).await;
        end.err().map(|why| format!("## {}\n{why}", facts.kind))
    });
    let failures: Vec<_> = join_all(lives).await.into_iter().flatten().collect();
    println!("{} of {} kinds not played: {NOT_PLAYED:?}", NOT_PLAYED.len(), KINDS.len());
    assert!(failures.is_empty(), "{} of {} kinds failed:\n{}", failures.len(), KINDS.len(), failures.join("\n"));
}

/// Apply, nothing to do, tagged, destroy, gone, and deleting once more is no failure.
async fn life(kind: &str, example: &str, account: &str) -> Result<(), String> {
    let stage = Stage::new(account).await;
    let blueprint = example_stack(example, account)?;
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

fn example_stack(example: &str, account: &str) -> Result<Blueprint, String> {
    let tenant = format!(
        "tenant: zoo\ntemplate: example\naccount: \"{account}\"\ntags: {{ keeper: ann }}\n\
         environments: {{ test: {{ region: us-east-1, protected: false }} }}\n"
    );
    let mut all = blueprints(&[("zoo.yaml", &tenant)], &[("example.yaml", example)])?;
    Ok(all.remove(0))
}

/// Every resource of the stack is there and bears all of our tags and the user's, and a digest that is complete.
fn tagged(blueprint: &Blueprint, inventory: &Inventory) -> Result<(), String> {
    let live: Vec<_> = inventory.all().collect();
    for address in blueprint.resources.keys() {
        let (_, live) = live.iter().find(|(at, _)| *at == address).ok_or(format!("{address} is not there"))?;
        let expected =
            [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME, key::TEMPLATE, key::DIGEST, "keeper"];
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
