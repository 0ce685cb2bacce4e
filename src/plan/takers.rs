//! What only one can have, and what passes from one to another: who gives it up does so after the other has taken it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::followers::waits_for;
use super::order::Shapes;
use super::steps::Steps;
use super::types::{Step, StepId, Verb};
use crate::resource::{Facts, pointer};

/// Lets a step that gives up an element of a claimed list (a route table a subnet) wait for the step that takes it, so that
/// nobody has nothing in between: what was taken over is not there to be given up. Only where nothing waits the other way.
pub(super) fn give_after_taking(shapes: &Shapes<'_>, steps: &mut Steps) {
    let mut pairs: Vec<(StepId, StepId)> = Vec::new();
    for giver in steps.all.values() {
        let Some(facts) = shapes.get(giver.id.address.kind.as_str()).map(|shape| shape.facts()) else { continue };
        let given: BTreeSet<String> = given(&facts, giver);
        let others = steps.all.values().filter(|taker| {
            taker.id.address.kind == giver.id.address.kind && taker.id != giver.id && taker.region == giver.region
        });
        let takers = others.filter(|taker| !given.is_disjoint(&taken(&facts, taker)));
        pairs.extend(takers.map(|taker| (giver.id.clone(), taker.id.clone())));
    }
    for (giver, taker) in pairs {
        if !waits_for(steps, &taker, &giver)
            && let Some(step) = steps.all.get_mut(&giver)
        {
            step.after.insert(taker);
        }
    }
}

/// What a step gives up: all of what it deletes, or what an update leaves out.
fn given(facts: &Facts, step: &Step) -> BTreeSet<String> {
    let Some(live) = step.live.as_ref().filter(|_| matches!(step.id.verb, Verb::Update | Verb::Delete)) else {
        return BTreeSet::new();
    };
    let desired = step.desired.as_ref().map_or(&Value::Null, |desired| &*desired.spec);
    &elements(facts, &live.spec) - &elements(facts, desired)
}

/// What a step takes that its thing did not have.
fn taken(facts: &Facts, step: &Step) -> BTreeSet<String> {
    let Some(desired) = step.desired.as_ref() else { return BTreeSet::new() };
    let before = step.live.as_ref().map_or(&Value::Null, |live| &live.spec);
    &elements(facts, &desired.spec) - &elements(facts, before)
}

/// The elements of claimed lists (`/SubnetIds/*`).
fn elements(facts: &Facts, spec: &Value) -> BTreeSet<String> {
    let lists = facts.claims.iter().filter(|pattern| pattern.ends_with("/*"));
    let mut all = BTreeSet::new();
    pointer::walk(spec, &mut |at, leaf| {
        if lists.clone().any(|pattern| pointer::matches(pattern, at)) {
            all.extend(leaf.as_str().map(str::to_owned));
        }
    });
    all
}
