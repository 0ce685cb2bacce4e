use std::sync::Arc;

use crate::blueprint::Resource;
use crate::inventory::{Inventory, Seen};
use crate::resource::{Address, Facts, Live, Name, Stack};

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
    },
}

impl Standing {
    pub(super) fn live(&self) -> Option<&Arc<Live>> {
        match self {
            Self::Present { live, .. } => Some(live),
            _ => None,
        }
    }
}

/// Finds out how a desired resource stands. `is_current` tells whether a live thing has the create-only properties that
/// are desired now; it decides between several claimants.
pub(super) fn standing(
    stack: &Stack,
    resource: &Resource,
    facts: &Facts,
    inventory: &Inventory,
    is_current: impl Fn(&Live) -> bool,
) -> Standing {
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
    let unseen = sight.unseen.iter().find(|unseen| match &unseen.tags {
        Some(tags) => tags.address(&address.kind).as_ref() == Some(address),
        None => true,
    });
    if let Some(unseen) = unseen {
        return unreadable(format!("{} could not be read: {}", unseen.id, unseen.failure));
    }
    let name = match (&resource.physical, facts.name.is_physical()) {
        (Some(given), _) => Some(Name::given(given.clone())),
        (None, true) => Some(Name::of(&stack.id, &address.name, facts.name, "")),
        (None, false) => None,
    };
    let squatter =
        sight.strangers.iter().find(|stranger| Some(stranger.name.as_str()) == name.as_ref().map(Name::as_str));
    match squatter {
        Some(stranger) => Standing::Unknown {
            why: format!(
                "{} has the name {} but not our tags: it is somebody else's, or lost its tags; rename one of them, or put \
                 the tags back",
                stranger.id, stranger.name
            ),
            unreadable: false,
        },
        None => Standing::Absent,
    }
}

fn unreadable(why: String) -> Standing {
    Standing::Unknown { why, unreadable: true }
}

/// Chooses among claimants: one alone, or the one that is plainly the newest of a create-first replacement.
fn choose(lives: &[Arc<Live>], facts: &Facts, is_current: impl Fn(&Live) -> bool) -> Standing {
    if let [only] = lives {
        return Standing::Present { live: only.clone(), superseded: Vec::new() };
    }
    let create_first = facts.replacement == crate::resource::Replacement::CreateFirst;
    let mut current = lives.iter().filter(|live| is_current(live));
    if let (true, Some(live), None) = (create_first, current.next(), current.next()) {
        let superseded = lives.iter().filter(|other| !Arc::ptr_eq(other, live)).cloned().collect();
        return Standing::Present { live: live.clone(), superseded };
    }
    let ids: Vec<_> = lives.iter().map(|live| live.id.as_str()).collect();
    Standing::Unknown {
        why: format!("{} claim this address: remove the tags of all but one, or delete the others", ids.join(" and ")),
        unreadable: false,
    }
}
