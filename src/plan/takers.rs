//! What only one can have, and what passes from one to another: nobody gives up what somebody else takes over.

use std::collections::BTreeSet;

use serde_json::Value;

use super::followers::waits_for;
use super::order::Shapes;
use super::steps::Steps;
use super::types::{Passed, Step, StepId, Verb};
use crate::resource::{Address, Facts};

/// Lets what one gives up (a route table a subnet) and another takes pass over, so that nobody has nothing in between: an
/// update leaves it to its taker, also where two exchange something; a deletion waits for that, and so does the word that
/// an update is done. Of a partial apply, who takes is among what was asked for.
pub(super) fn pass_on(shapes: &Shapes<'_>, asked: Option<&BTreeSet<Address>>, steps: &mut Steps) {
    let mut handed: Vec<(StepId, StepId, BTreeSet<Element>)> = Vec::new();
    for giver in steps.all.values() {
        let Some(facts) = shapes.get(giver.id.address.kind.as_str()).map(|shape| shape.facts()) else { continue };
        let given = given(facts, giver);
        let others = steps.all.values().filter(|taker| {
            let is_asked = asked.is_none_or(|asked| asked.contains(&taker.id.address));
            let is_like = taker.id.address.kind == giver.id.address.kind && taker.region == giver.region;
            is_asked && is_like && taker.id != giver.id
        });
        let takers = others.map(|taker| (taker, &given & &taken(facts, taker)));
        let takers = takers.filter(|(_, passed)| !passed.is_empty());
        handed.extend(takers.map(|(taker, passed)| (giver.id.clone(), taker.id.clone(), passed)));
    }
    for (giver, taker, passed) in handed {
        wait(steps, &giver, &taker);
        wait(steps, &StepId { verb: Verb::Retag, ..giver.clone() }, &taker);
        if let Some(step) = steps.all.get_mut(&giver).filter(|step| step.id.verb == Verb::Update) {
            let passes = passed.into_iter().map(|(list, element)| Passed { list, element, to: taker.address.clone() });
            step.passes.extend(passes);
        }
    }
}

/// Lets a step come after another, unless that waits for it.
fn wait(steps: &mut Steps, step: &StepId, other: &StepId) {
    if !waits_for(steps, other, step)
        && let Some(step) = steps.all.get_mut(step)
    {
        step.after.insert(other.clone());
    }
}

/// A list, by its pointer, and one of its elements.
type Element = (String, String);

/// What a step gives up: all of what it deletes, or what an update leaves out.
fn given(facts: &Facts, step: &Step) -> BTreeSet<Element> {
    let Some(live) = step.live.as_ref().filter(|_| matches!(step.id.verb, Verb::Update | Verb::Delete)) else {
        return BTreeSet::new();
    };
    let desired = step.desired.as_ref().map_or(&Value::Null, |desired| &*desired.spec);
    &elements(facts, &live.spec) - &elements(facts, desired)
}

/// What a step takes that its thing did not have.
fn taken(facts: &Facts, step: &Step) -> BTreeSet<Element> {
    let Some(desired) = step.desired.as_ref() else { return BTreeSet::new() };
    let before = step.live.as_ref().map_or(&Value::Null, |live| &live.spec);
    &elements(facts, &desired.spec) - &elements(facts, before)
}

/// The elements of claimed lists (`/SubnetIds/*`).
fn elements(facts: &Facts, spec: &Value) -> BTreeSet<Element> {
    let lists = facts.claims.iter().filter_map(|pattern| pattern.strip_suffix("/*"));
    let all = lists.filter_map(|list| Some((list, spec.pointer(list)?.as_array()?)));
    all.flat_map(|(list, all)| all.iter().filter_map(|one| Some((list.to_owned(), one.as_str()?.to_owned())))).collect()
}
