//! Questions about values, asked of AWS before anything is made: is this version on offer?
//!
//! They are asked in bulk and once per account and region, whichever stacks want to know, and only about values that are not
//! live already. An answer that does not come blocks nothing.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::Value;

use super::request::Source;
use super::types::{Inventory, ListOutcome, PreflightRefusal};
use crate::resource::{Address, AnyKind, Class, Cloud, Failure, OPEN, StackId, keyed};

/// A resource as it should be.
pub struct Wanted<'a> {
    pub stack: &'a StackId,
    pub address: &'a Address,
    pub region: &'a str,
    /// With references unresolved: what stands in one is not asked about.
    pub spec: &'a Value,
}

/// The values that a question is about: stack, resource and pointer.
type Askers = Vec<(StackId, Address, String)>;

/// Asks what the kinds want to know of the resources, and notes in each stack's inventory what AWS refuses and what it could
/// not be asked.
pub async fn preflight<C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    source: &dyn Source<C>,
    wanted: &[Wanted<'_>],
    inventories: &mut BTreeMap<StackId, Inventory>,
) {
    let mut regions: BTreeMap<&str, BTreeMap<(usize, Vec<String>), Askers>> = BTreeMap::new();
    for one in wanted {
        let Some(index) = kinds.iter().position(|kind| kind.facts().kind == one.address.kind) else { continue };
        let Some(inventory) = inventories.get(one.stack) else { continue };
        for question in kinds[index].questions(one.spec) {
            let is_known = question.about.iter().all(|part| !part.contains(OPEN));
            if is_known && is_new(kinds[index], one, inventory, &question.at) {
                let asked = regions.entry(one.region).or_default().entry((index, question.about)).or_default();
                asked.push((one.stack.clone(), one.address.clone(), question.at));
            }
        }
    }
    let answers = join_all(regions.into_iter().map(|(region, asked)| ask(kinds, source, region, asked))).await;
    for (askers, answer) in answers.into_iter().flatten() {
        for (stack, address, at) in askers {
            let Some(inventory) = inventories.get_mut(&stack) else { continue };
            match &answer {
                Ok(None) => {}
                Ok(Some(why)) => {
                    inventory.refused.entry(address).or_default().push(PreflightRefusal { at, why: why.clone() });
                }
                Err(failure) => {
                    let what = if failure.is(Class::Denied) { "may not be asked" } else { "could not be asked" };
                    inventory.unchecked.entry(address.kind).or_insert_with(|| format!("{what}: {failure}"));
                }
            }
        }
    }
}

/// Asks everything of one region at once.
async fn ask<C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    source: &dyn Source<C>,
    region: &str,
    asked: BTreeMap<(usize, Vec<String>), Askers>,
) -> Vec<(Askers, Result<Option<String>, Failure>)> {
    let reader = match source.reader(region).await {
        Ok(reader) => reader,
        Err(failure) => return asked.into_values().map(|askers| (askers, Err(failure.clone()))).collect(),
    };
    let reader = &reader;
    let answers = asked.into_iter().map(|((index, about), askers)| async move {
        let answer = kinds[index].answer(reader, &about).await;
        (askers, answer)
    });
    join_all(answers).await
}

/// Whether a value is not live yet: what is there needs no leave.
fn is_new<C: Cloud>(kind: &dyn AnyKind<C>, one: &Wanted<'_>, inventory: &Inventory, at: &str) -> bool {
    let facts = kind.facts();
    let desired = keyed::get(facts, one.spec, at);
    match inventory.list_outcome(one.region, facts.kind) {
        Some(ListOutcome::Read(stack_listing)) => {
            let lives = stack_listing.found.get(one.address).into_iter().flatten();
            lives.into_iter().all(|live| keyed::get(facts, &live.spec, at) != desired)
        }
        // Of what is not known nothing is made.
        _ => false,
    }
}
