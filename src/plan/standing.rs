use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::suspects::{Suspect, Suspects, claimants, owner, reason, renamed};
use crate::blueprint::Resource;
use crate::inventory::{Inventory, Seen, Sight};
use crate::resource::{Address, Facts, Live, NameRule, Stack, State, Stranger, Tags, Unseen};

/// How an address stands in live AWS.
#[derive(Clone, Debug)]
pub(super) enum Standing {
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
        /// The ids of what may be it: they are left alone.
        suspects: Vec<String>,
    },
}

impl Standing {
    pub(super) fn live(&self) -> Option<&Arc<Live>> {
        match self {
            Self::Present { live, .. } => Some(live),
            _ => None,
        }
    }

    /// The ids of what may be it.
    pub(super) fn suspects(&self) -> &[String] {
        match self {
            Self::Unknown { suspects, .. } => suspects,
            _ => &[],
        }
    }
}

/// What finding out how a resource stands needs beside it.
pub(super) struct Looking<'a> {
    pub(super) stack: &'a Stack,
    pub(super) facts: &'a Facts,
    pub(super) inventory: &'a Inventory,
    /// What ours refer to, by the missing resource that it may be.
    pub(super) referred: &'a Suspects,
    /// Whether the YAML has a resource.
    pub(super) is_wanted: &'a dyn Fn(&Address) -> bool,
}

/// Finds out how a desired resource stands. `is_current` tells whether a live thing has the create-only properties that
/// are `desired` now; it decides between several claimants.
pub(super) fn standing(
    looking: &Looking<'_>,
    resource: &Resource,
    desired: &Value,
    is_current: impl Fn(&Live) -> bool,
) -> Standing {
    let Looking { stack, facts, inventory, .. } = *looking;
    let address = &resource.address;
    let sight = match inventory.seen(&resource.region, &address.kind) {
        Some(Seen::Read(sight)) => sight,
        Some(Seen::Unknown(failure)) => return unreadable(format!("{} could not be listed: {failure}", address.kind)),
        None => return unreadable(format!("{} was not read in {}", address.kind, resource.region)),
    };
    let claims = |name: &str| sight.found.get(&Address::new(&*address.kind, name)).filter(|lives| !lives.is_empty());
    if let Some(lives) = claims(&address.name).or_else(|| resource.was.as_deref().and_then(claims)) {
        return choose(lives, facts, is_current);
    }
    if let Some(unseen) = unread(sight, resource) {
        return unreadable(format!("{} could not be read: {}", unseen.id, unseen.failure));
    }
    let suspects = suspects(looking, resource, sight, desired);
    if suspects.is_empty() {
        return Standing::Absent;
    }
    Standing::Unknown {
        why: reason(stack, facts, address, &suspects),
        unreadable: false,
        suspects: suspects.into_iter().map(|suspect| suspect.id).collect(),
    }
}

/// Returns what may be a resource, under its name or a former one, and could not be read.
pub fn unread<'a>(sight: &'a Sight, resource: &Resource) -> Option<&'a Unseen> {
    sight.unseen.iter().find(|unseen| unseen.tags.as_ref().is_none_or(|tags| is_named(resource, tags)))
}

/// What may be a missing resource: by its name, by what ours refer to, by what only one living thing can have.
fn suspects(looking: &Looking<'_>, resource: &Resource, sight: &Sight, desired: &Value) -> Vec<Suspect> {
    let Looking { stack, facts, inventory, referred, is_wanted } = *looking;
    let named = sight.strangers.iter().filter(|stranger| takes_name(stack, resource, facts, stranger));
    let mut all: Vec<Suspect> = named
        .map(|stranger| Suspect {
            id: stranger.id.clone(),
            because: format!("has the name {}", stranger.name),
            tags: stranger.tags.clone(),
        })
        .collect();
    all.extend(referred.get(&resource.address).into_iter().flatten().cloned());
    let copies = sight.copies.iter().filter(|live| is_named(resource, &live.tags));
    all.extend(copies.map(|live| Suspect {
        id: live.id.clone(),
        because: "is a copy of this resource, which is itself gone".to_owned(),
        tags: live.tags.clone(),
    }));
    all.extend(claimants(stack, resource, facts, inventory, desired));
    all.extend(renamed(stack, resource, facts, inventory, is_wanted));
    let mut seen = BTreeSet::new();
    all.retain(|suspect| seen.insert(suspect.id.clone()));
    all
}

/// Returns whether tags name the resource, by its name or a former one.
fn is_named(resource: &Resource, tags: &Tags) -> bool {
    let named = tags.address(&resource.address.kind);
    named.is_some_and(|named| resource.names().any(|own| own == named.name))
}

/// Returns whether a stranger has the name that the resource would get. Names that end in a hash leave room for another
/// stack's whose beginning is the same: what bears whole tags of its own is not in the way.
fn takes_name(stack: &Stack, resource: &Resource, facts: &Facts, stranger: &Stranger) -> bool {
    if let Some(given) = &resource.physical {
        return stranger.name == *given;
    }
    let is_hashed = matches!(facts.name, NameRule::Hashed { .. });
    facts.name.is_physical()
        && resource.names().any(|own| facts.naming().is_name_of(&stranger.name, &stack.project, &stack.id, own))
        && !(is_hashed && owner(stack, &resource.address, &stranger.tags).is_some())
}

fn unreadable(why: String) -> Standing {
    Standing::Unknown { why, unreadable: true, suspects: Vec::new() }
}

/// Chooses among claimants: one alone, or the one that is plainly the newest of a create-first replacement.
fn choose(lives: &[Arc<Live>], facts: &Facts, is_current: impl Fn(&Live) -> bool) -> Standing {
    if let [only] = lives {
        return Standing::Present { live: only.clone(), superseded: Vec::new() };
    }
    let create_first = facts.replacement == crate::resource::Replacement::CreateFirst;
    let (current, former): (Vec<_>, Vec<_>) = lives.iter().partition(|live| is_current(live));
    // What failed, or goes, was replaced by one with the same properties: those of today, or of a plan before this.
    let well = |lives: &[_]| -> Vec<_> {
        let is_well = |live: &&Arc<Live>| !matches!(live.state, State::Failed(_) | State::Leaving);
        lives.iter().copied().filter(is_well).collect()
    };
    let is_outdated = current.is_empty();
    let candidates = [well(&current), current, well(&former)].into_iter().find(|lives| !lives.is_empty());
    // If none is as it should be now, all give way to a new one, and it does not matter which of them is it meanwhile.
    let chosen = candidates.filter(|lives| create_first && (lives.len() == 1 || is_outdated));
    if let Some(live) = chosen.as_deref().and_then(<[_]>::first) {
        let superseded = lives.iter().filter(|other| !Arc::ptr_eq(other, live)).cloned().collect();
        return Standing::Present { live: (*live).clone(), superseded };
    }
    let ids: Vec<_> = lives.iter().map(|live| live.id.as_str()).collect();
    Standing::Unknown {
        why: format!("{} claim this address: remove the tags of all but one, or delete the others", ids.join(" and ")),
        unreadable: false,
        suspects: Vec::new(),
    }
}
