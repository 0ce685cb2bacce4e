use std::sync::Arc;

use super::types::StackListing;
use crate::resource::{AnyKind, AnyListing, Cloud, Live, StackId, Unseen, key};

/// One stack's share of a listing.
pub(super) fn share<C: Cloud>(
    kind: &dyn AnyKind<C>,
    listing: &AnyListing,
    project: &str,
    stack: &StackId,
) -> StackListing {
    let facts = kind.facts();
    let mut sight = StackListing { name_conflicts: listing.name_conflicts.clone(), ..StackListing::default() };
    for live in &listing.found {
        let is_ours = live.tags.get(key::PROJECT) == Some(project) && live.tags.stack().as_ref() == Some(stack);
        let Some(address) = live.tags.address(facts.kind).filter(|_| is_ours) else { continue };
        let live = Arc::new(live.clone());
        if facts.bears_id() && is_copy(&live) {
            sight.copies.push(live);
        } else {
            sight.found.entry(address).or_default().push(live);
        }
    }
    let concerns = |unseen: &&Unseen| unseen.tags.as_ref().is_none_or(|tags| tags.stack().as_ref() == Some(stack));
    sight.unseen = listing.unseen.iter().filter(concerns).cloned().collect();
    sight
}

/// A restored cluster carries the tags of the one it was made from: its name is not its `provision:id`.
fn is_copy(live: &Live) -> bool {
    live.tags.get(key::ID).is_some_and(|id| live.name.as_deref().is_some_and(|name| !name.eq_ignore_ascii_case(id)))
}
