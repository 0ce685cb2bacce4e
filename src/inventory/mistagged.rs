//! The second list: where a wanted resource is missing, it may only have lost its tags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::Value;

use super::request::{Request, Source, StackRequest};
use super::share::share;
use super::types::{Inventory, ListOutcome, StackListing};
use crate::resource::{AnyKind, AnyListing, Cloud, Failure, Live, Result, Scope, Shape, StackId, Unseen, pointer};

/// The region and the position of a kind.
type ListKey = (String, usize);
/// The ids that each stack asks for, whatever their tags.
type Asked = BTreeMap<StackId, BTreeSet<String>>;

/// Lists a kind once more, asking by id, where a wanted resource of it is missing: for what the stack's things refer to
/// and nothing found answers to, and for what stands where the missing one would. If nothing is missing, nothing is sent.
pub(super) async fn find_mistagged<C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    source: &dyn Source<C>,
    request: &Request<'_>,
    inventories: &mut BTreeMap<StackId, Inventory>,
) {
    let mut looks: BTreeMap<ListKey, Asked> = BTreeMap::new();
    for stack_request in &request.stacks {
        let Some(inventory) = inventories.get(&stack_request.stack.id) else { continue };
        for (place, asked) in missing(kinds, stack_request, inventory) {
            looks.entry(place).or_default().insert(stack_request.stack.id.clone(), asked);
        }
    }
    let answers = join_all(looks.into_iter().map(|((region, index), asked)| async move {
        let answer = ask(kinds[index], source, request, &region, &asked).await;
        (region, index, asked, answer)
    }));
    for (region, index, asked, answer) in answers.await {
        for (stack, asked) in asked {
            let kind = kinds[index].facts().kind.to_owned();
            let seen = inventories.get_mut(&stack).and_then(|all| all.kinds.get_mut(&(region.clone(), kind)));
            let Some(ListOutcome::Read(stack_listing)) = seen else { continue };
            match &answer {
                Ok(listing) => add(kinds[index], listing, request.project, &stack, &asked, stack_listing),
                Err(failure) => stack_listing.unseen.push(unseen(asked, failure)),
            }
        }
    }
}

/// Adds from the second list what a stack asked for: its own resources that the first list had missed, and the mistagged.
fn add<C: Cloud>(
    kind: &dyn AnyKind<C>,
    listing: &AnyListing,
    project: &str,
    stack: &StackId,
    asked: &BTreeSet<String>,
    stack_listing: &mut StackListing,
) {
    let known: BTreeSet<&str> =
        stack_listing.found.values().flatten().chain(&stack_listing.copies).map(|live| live.id.as_str()).collect();
    let is_new = |live: &&Live| !known.contains(&*live.id) && is_meant(kind.shape(), live, asked);
    let new = AnyListing { found: listing.found.iter().filter(is_new).cloned().collect(), ..AnyListing::default() };
    let ours = share(kind, &new, project, stack);
    let is_ours = |id: &str| ours.found.values().flatten().chain(&ours.copies).any(|live| live.id == id);
    let mistagged = new.found.iter().filter(|live| !is_ours(&live.id)).cloned().map(Arc::new);
    stack_listing.mistagged = mistagged.collect();
    stack_listing.unseen.extend(listing.unseen.iter().filter(|one| is_asked(asked, &one.id)).cloned());
    stack_listing.copies.extend(ours.copies);
    for (address, lives) in ours.found {
        stack_listing.found.entry(address).or_default().extend(lives);
    }
}

async fn ask<C: Cloud>(
    kind: &dyn AnyKind<C>,
    source: &dyn Source<C>,
    request: &Request<'_>,
    region: &str,
    asked: &Asked,
) -> Result<AnyListing> {
    let mut scope = request.scope(region);
    scope.requested = asked.values().flatten().cloned().collect();
    // A reader of its own: what another kind's look has read was read for what that one asked.
    kind.list(&source.reader(region).await?, &scope).await
}

/// The ids that a stack has to ask for, by region and kind: none, if everything wanted was found.
fn missing<C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    stack_request: &StackRequest<'_>,
    inventory: &Inventory,
) -> BTreeMap<ListKey, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    let dangling = dangling(kinds, inventory);
    for (index, kind) in kinds.iter().enumerate() {
        let facts = kind.facts();
        for region in stack_request.regions() {
            let Some(ListOutcome::Read(stack_listing)) = inventory.list_outcome(region, facts.kind) else { continue };
            let mut wanted =
                stack_request.wanted.iter().filter(|(address, at)| address.kind == facts.kind && *at == region);
            if wanted.all(|(address, _)| stack_listing.found.contains_key(address)) {
                continue;
            }
            let mut asked = dangling.get(facts.kind).cloned().unwrap_or_default();
            asked.extend(grounds(kind.shape(), inventory, region));
            if !asked.is_empty() {
                all.insert((region.to_owned(), index), asked);
            }
        }
    }
    all
}

/// References of the stack's resources whose target was not found, by the kind of the target.
fn dangling<C: Cloud>(kinds: &[&dyn AnyKind<C>], inventory: &Inventory) -> BTreeMap<String, BTreeSet<String>> {
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (address, live) in inventory.all() {
        known.entry(&address.kind).or_default().extend(live.handles());
    }
    let mut dangling: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (address, live) in inventory.all() {
        let Some(kind) = kinds.iter().find(|kind| kind.facts().kind == address.kind) else { continue };
        for (at, target) in kind.shape().schema().refs(&live.spec) {
            let value = live.spec.pointer(&at).and_then(Value::as_str).filter(|value| !value.is_empty());
            let answered = |value: &&str| known.get(&*target).is_some_and(|known| known.contains(*value));
            if let Some(value) = value.filter(|value| !answered(value)) {
                dangling.entry(target).or_default().insert(value.to_owned());
            }
        }
    }
    dangling
}

/// The ids of the stack's things that a resource of this kind claims a place in: its VPC, its load balancer.
fn grounds(shape: &dyn Shape, inventory: &Inventory, region: &str) -> BTreeSet<String> {
    let kinds: BTreeSet<&str> = shape.facts().unique_key.iter().filter_map(|at| shape.schema().ref_at(at)).collect();
    let there = inventory.all().filter(|(address, live)| kinds.contains(&*address.kind) && live.region == region);
    there.map(|(_, live)| live.id.clone()).collect()
}

/// Returns whether a listed thing is one that the stack asked for: by itself, or by what it stands in.
fn is_meant(shape: &dyn Shape, live: &Live, asked: &BTreeSet<String>) -> bool {
    let unique_key = shape.facts().unique_key;
    let mut stands_in = false;
    pointer::walk(&live.spec, &mut |at, leaf| {
        let claimed = unique_key.iter().any(|pattern| pointer::matches(pattern, at));
        stands_in |= claimed && leaf.as_str().is_some_and(|id| asked.contains(id));
    });
    stands_in || !asked.is_disjoint(&live.handles())
}

/// Returns whether what could not be read is one of those asked for: by its id, where those are ARNs, too.
fn is_asked(asked: &BTreeSet<String>, id: &str) -> bool {
    Scope { requested: asked.clone(), ..Scope::default() }.requests(id)
}

/// The second list failed: any missing resource of the kind may be there all the same.
fn unseen(asked: BTreeSet<String>, failure: &Failure) -> Unseen {
    let asked = asked.into_iter().collect::<Vec<_>>().join(", ");
    Unseen { id: format!("whether {asked} only lost its tags"), tags: None, failure: failure.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_one_of_those_asked_for_by_its_arn_too() {
        let asked = BTreeSet::from(["arn:aws:kms:us-east-1:123456789012:key/0f5a".to_owned()]);
        assert!(is_asked(&asked, "0f5a"));
        assert!(!is_asked(&asked, "f5a"));
    }
}
