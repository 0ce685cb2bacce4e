//! Transfers: an element that only one resource can have passes from one to another without a gap.

use std::collections::BTreeSet;

use serde_json::Value;

use super::dependents::waits_for;
use super::order::Shapes;
use super::steps::Steps;
use super::types::{Step, StepId, Transfer, Verb};
use crate::resource::{Address, Facts};

/// Makes transfers of elements that one resource gives up and another takes (a subnet, of two route tables), so that there
/// is no gap: an update leaves the element to its taker, also where two exchange elements. A deletion waits for the taker,
/// and so does the digest that says that an update is done. In a partial apply, only selected resources take.
pub(super) fn add_transfers(shapes: &Shapes<'_>, asked: Option<&BTreeSet<Address>>, steps: &mut Steps) {
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
            let transfers =
                passed.into_iter().map(|(list, element)| Transfer { list, element, to: taker.address.clone() });
            step.transfers.extend(transfers);
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

/// The elements that a step gives up: all of a deleted resource, or those that an update leaves out.
fn given(facts: &Facts, step: &Step) -> BTreeSet<Element> {
    let Some(live) = step.live.as_ref().filter(|_| matches!(step.id.verb, Verb::Update | Verb::Delete)) else {
        return BTreeSet::new();
    };
    let desired = step.desired.as_ref().map_or(&Value::Null, |desired| &*desired.spec);
    &elements(facts, &live.spec) - &elements(facts, desired)
}

/// The elements that a step takes and that its resource did not have.
fn taken(facts: &Facts, step: &Step) -> BTreeSet<Element> {
    let Some(desired) = step.desired.as_ref() else { return BTreeSet::new() };
    let before = step.live.as_ref().map_or(&Value::Null, |live| &live.spec);
    &elements(facts, &desired.spec) - &elements(facts, before)
}

/// The elements of lists in a unique key (`/SubnetIds/*`).
fn elements(facts: &Facts, spec: &Value) -> BTreeSet<Element> {
    let lists = facts.unique_key.iter().filter_map(|pattern| pattern.strip_suffix("/*"));
    let all = lists.filter_map(|list| Some((list, spec.pointer(list)?.as_array()?)));
    all.flat_map(|(list, all)| all.iter().filter_map(|one| Some((list.to_owned(), one.as_str()?.to_owned())))).collect()
}
