use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::candidates::{Candidate, Candidates, claimants, owner, reason, renamed};
use crate::blueprint::Resource;
use crate::inventory::{Inventory, ListOutcome, StackListing};
use crate::resource::{Address, Facts, Live, NameConflict, NameRule, Stack, State, Tags, Unseen};

/// The observed state of an address in live AWS.
#[derive(Clone, Debug)]
pub(super) enum Observed {
    Absent,
    /// One live thing is it; the others were superseded by it and only wait to be deleted.
    Present {
        live: Arc<Live>,
        superseded: Vec<Arc<Live>>,
    },
    /// It could not be read, or cannot be told: the reason. Never treated as absent.
    Unknown {
        why: String,
        unreadable: bool,
        /// The ids of the candidates: they are left alone.
        candidates: Vec<String>,
    },
}

impl Observed {
    pub(super) fn live(&self) -> Option<&Arc<Live>> {
        match self {
            Self::Present { live, .. } => Some(live),
            _ => None,
        }
    }

    /// The ids of the candidates.
    pub(super) fn candidates(&self) -> &[String] {
        match self {
            Self::Unknown { candidates, .. } => candidates,
            _ => &[],
        }
    }
}

/// The context of an observation.
pub(super) struct Observing<'a> {
    pub(super) stack: &'a Stack,
    pub(super) facts: &'a Facts,
    pub(super) inventory: &'a Inventory,
    /// The candidates that live resources refer to, by missing address.
    pub(super) referred: &'a Candidates,
    /// Whether the YAML has a resource.
    pub(super) is_wanted: &'a dyn Fn(&Address) -> bool,
}

/// Observes a desired resource. `is_current` tells whether a live thing has the create-only properties that
/// are `desired` now; it decides between several claimants.
pub(super) fn observe(
    observing: &Observing<'_>,
    resource: &Resource,
    desired: &Value,
    is_current: impl Fn(&Live) -> bool,
) -> Observed {
    let Observing { stack, facts, inventory, .. } = *observing;
    let address = &resource.address;
    let listing = match inventory.list_outcome(&resource.region, &address.kind) {
        Some(ListOutcome::Read(listing)) => listing,
        Some(ListOutcome::Unknown(failure)) => {
            return unreadable(format!("{} could not be listed: {failure}", address.kind));
        }
        None => return unreadable(format!("{} was not read in {}", address.kind, resource.region)),
    };
    let claims = |name: &str| listing.found.get(&Address::new(&*address.kind, name)).filter(|lives| !lives.is_empty());
    if let Some(lives) = claims(&address.name).or_else(|| resource.was.as_deref().and_then(claims)) {
        return choose(lives, facts, is_current);
    }
    if let Some(unseen) = unread(listing, resource) {
        return unreadable(format!("{} could not be read: {}", unseen.id, unseen.failure));
    }
    let candidates = candidates(observing, resource, listing, desired);
    if candidates.is_empty() {
        return Observed::Absent;
    }
    Observed::Unknown {
        why: reason(stack, facts, address, &candidates),
        unreadable: false,
        candidates: candidates.into_iter().map(|candidate| candidate.id).collect(),
    }
}

/// Returns what may be a resource, under its name or a former one, and could not be read.
pub fn unread<'a>(listing: &'a StackListing, resource: &Resource) -> Option<&'a Unseen> {
    listing.unseen.iter().find(|unseen| unseen.tags.as_ref().is_none_or(|tags| is_named(resource, tags)))
}

/// The candidates for a missing resource: by its name, by a reference to them, by its unique key.
fn candidates(
    observing: &Observing<'_>,
    resource: &Resource,
    listing: &StackListing,
    desired: &Value,
) -> Vec<Candidate> {
    let Observing { stack, facts, inventory, referred, is_wanted } = *observing;
    let named = listing.name_conflicts.iter().filter(|conflict| takes_name(stack, resource, facts, conflict));
    let mut all: Vec<Candidate> = named
        .map(|conflict| Candidate {
            id: conflict.id.clone(),
            because: format!("has the name {}", conflict.name),
            tags: conflict.tags.clone(),
        })
        .collect();
    if facts.sole.is_some() {
        all.extend(in_the_way(resource, listing));
    }
    all.extend(referred.get(&resource.address).into_iter().flatten().cloned());
    let copies = listing.copies.iter().filter(|live| is_named(resource, &live.tags));
    all.extend(copies.map(|live| Candidate {
        id: live.id.clone(),
        because: "is a copy of this resource, which is itself gone".to_owned(),
        tags: live.tags.clone(),
    }));
    all.extend(claimants(stack, resource, facts, inventory, desired));
    all.extend(renamed(stack, resource, facts, inventory, is_wanted));
    let mut seen = BTreeSet::new();
    all.retain(|candidate| seen.insert(candidate.id.clone()));
    all
}

/// What there is of the only one that can be, under whatever name: somebody else's, and the stack's own under another name.
fn in_the_way(resource: &Resource, listing: &StackListing) -> Vec<Candidate> {
    let because = || "is the one that there can be".to_owned();
    let others = listing.name_conflicts.iter().map(|one| Candidate {
        id: one.id.clone(),
        because: because(),
        tags: one.tags.clone(),
    });
    let own = listing.found.iter().filter(|(address, _)| **address != resource.address).flat_map(|(_, lives)| lives);
    let own = own.map(|live| Candidate { id: live.id.clone(), because: because(), tags: live.tags.clone() });
    others.chain(own).collect()
}

/// Returns whether tags name the resource, by its name or a former one.
fn is_named(resource: &Resource, tags: &Tags) -> bool {
    let named = tags.address(&resource.address.kind);
    named.is_some_and(|named| resource.names().any(|own| own == named.name))
}

/// Returns whether a name conflict is about the name that the resource would get. Names that end in a hash leave room for
/// another stack's whose beginning is the same: what bears whole tags of its own is not in the way.
fn takes_name(stack: &Stack, resource: &Resource, facts: &Facts, conflict: &NameConflict) -> bool {
    if let Some(given) = &resource.physical {
        return conflict.name == *given;
    }
    let is_hashed = matches!(facts.name, NameRule::Hashed { .. });
    facts.name.is_physical()
        && resource.names().any(|own| facts.naming().is_name_of(&conflict.name, &stack.project, &stack.id, own))
        && !(is_hashed && owner(stack, &resource.address, &conflict.tags).is_some())
}

fn unreadable(why: String) -> Observed {
    Observed::Unknown { why, unreadable: true, candidates: Vec::new() }
}

/// Chooses among claimants: one alone, or the one that is plainly the newest of a create-first replacement.
fn choose(lives: &[Arc<Live>], facts: &Facts, is_current: impl Fn(&Live) -> bool) -> Observed {
    if let [only] = lives {
        return Observed::Present { live: only.clone(), superseded: Vec::new() };
    }
    let create_first = facts.replacement == crate::resource::Replacement::CreateFirst;
    let (current, former): (Vec<_>, Vec<_>) = lives.iter().partition(|live| is_current(live));
    // A resource that failed, or is being deleted, was replaced by one with the same properties: today's, or an earlier
    // plan's.
    let well = |lives: &[_]| -> Vec<_> {
        let is_well = |live: &&Arc<Live>| !matches!(live.state, State::Failed(_) | State::Deleting);
        lives.iter().copied().filter(is_well).collect()
    };
    let is_outdated = current.is_empty();
    let candidates = [well(&current), current, well(&former)].into_iter().find(|lives| !lives.is_empty());
    // If none is as it should be now, all give way to a new one, and it does not matter which of them is it meanwhile.
    let chosen = candidates.filter(|lives| create_first && (lives.len() == 1 || is_outdated));
    if let Some(live) = chosen.as_deref().and_then(<[_]>::first) {
        let superseded = lives.iter().filter(|other| !Arc::ptr_eq(other, live)).cloned().collect();
        return Observed::Present { live: (*live).clone(), superseded };
    }
    let ids: Vec<_> = lives.iter().map(|live| live.id.as_str()).collect();
    Observed::Unknown {
        why: format!("{} claim this address: remove the tags of all but one, or delete the others", ids.join(" and ")),
        unreadable: false,
        candidates: Vec::new(),
    }
}
