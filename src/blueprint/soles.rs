//! What AWS has one of in an account or a region, over a whole fleet.

use std::collections::{BTreeMap, BTreeSet};

use super::Blueprint;
use super::kinds::Kinds;
use crate::problem::{Problem, Span};
use crate::resource::{Address, Facts, Sole, StackId};

/// Who has what there is one of.
#[derive(Debug, Default)]
pub(super) struct Soles {
    taken: BTreeMap<Place, Holder>,
}

/// The account, the region (empty: the account as a whole) and the kind.
type Place = (String, String, String);

#[derive(Clone, Debug)]
struct Holder {
    stack: StackId,
    address: Address,
    is_selected: bool,
}

impl Soles {
    /// Takes what a stack has; returns a mistake for each other stack that has the same, at the environment's name, and for what
    /// stands where it can't be kept.
    pub(super) fn take(
        &mut self,
        kinds: &Kinds<'_>,
        blueprint: &Blueprint,
        is_selected: bool,
        span: &Span,
    ) -> Vec<Problem> {
        let stack = &blueprint.stack;
        let mut problems = Vec::new();
        let mut shared: BTreeMap<StackId, (BTreeSet<String>, bool)> = BTreeMap::new();
        for resource in blueprint.resources.values() {
            let Some(known) = kinds.get(&resource.address.kind) else { continue };
            let Some(sole) = known.facts.sole else { continue };
            let own = resource.origin("").map(|origin| origin.span.clone());
            if let Some(home) = sole.kept_in(&resource.region).filter(|home| *home != resource.region) {
                let what = format!("{} is one for the whole account, and is kept in {home}", resource.address);
                problems.push(Problem::error(own.clone(), what).hint(format!("give it `region: {home}`")));
            }
            let region = if sole == Sole::OfAccount { "" } else { resource.region.as_str() };
            let place = (stack.account.clone(), region.to_owned(), resource.address.kind.clone());
            let holder = Holder { stack: stack.id.clone(), address: resource.address.clone(), is_selected };
            match self.taken.insert(place, holder) {
                Some(other) if other.stack == stack.id => {
                    let what = format!("{} and {} are one: {}", other.address, resource.address, one_of(known.facts));
                    problems.push(Problem::error(own, what).hint("leave one of them out"));
                }
                Some(other) => {
                    let (kinds, is_urgent) = shared.entry(other.stack).or_default();
                    kinds.insert(resource.address.kind.clone());
                    *is_urgent |= is_selected || other.is_selected;
                }
                None => {}
            }
        }
        problems.extend(shared.into_iter().map(|(other, (kinds, is_urgent))| {
            let all = kinds.into_iter().collect::<Vec<_>>().join(", ");
            let what =
                format!("{} and {other} have what there is one of in account {}: {all}", stack.id, stack.account);
            let hint =
                "one of them has it for all: take these out of the other, or give that another account or region";
            let problem = Problem::error(Some(span.clone()), what).hint(hint);
            if is_urgent { problem } else { problem.mild() }
        }));
        problems
    }

    /// Returns whether any stack has something of which its account has one alone.
    pub(super) fn has(&self, account: &str) -> bool {
        self.taken.keys().any(|(taken, ..)| taken == account)
    }
}

fn one_of(facts: &Facts) -> &'static str {
    match facts.sole {
        Some(Sole::OfAccount) => "an account has one",
        _ => "an account has one in a region",
    }
}
