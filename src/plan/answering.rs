//! The resources of a plan that do what others ask of a person.

use super::decide::Decisions;
use super::order::Shapes;
use super::types::Answers;
use super::verdict::Verdict;
use crate::blueprint::Blueprint;
use crate::resource::Reference;

/// What the resources of a plan do in a person's place.
pub(super) fn answers(blueprint: &Blueprint, shapes: &Shapes<'_>, decisions: &Decisions) -> Answers {
    let mut all = Answers::new();
    for (address, verdict) in &decisions.verdicts {
        if matches!(verdict, Verdict::Blocked { .. } | Verdict::Held { .. } | Verdict::Left { .. }) {
            continue;
        }
        for (_, reference) in Reference::all_in(&blueprint.resources[address].spec) {
            let facts = shapes.get(reference.address.kind.as_str()).map(|shape| shape.facts());
            if facts.is_some_and(|facts| facts.is_asking(&reference.output)) {
                all.entry(reference.address).or_default().insert(reference.output, address.clone());
            }
        }
    }
    all
}
