//! Which live things have to go.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::decide::Decisions;
use super::fate::Fate;
use super::input::{Input, Mode};
use super::live_edges::LiveId;
use super::standing::Standing;
use super::types::Cause;
use crate::resource::{Address, Live};

/// A live thing that has to go.
pub(super) struct Victim {
    pub(super) address: Address,
    pub(super) live: Arc<Live>,
    pub(super) cause: Cause,
    /// Why it can't go now.
    pub(super) blocked: Option<String>,
    /// Whether it only waits for a resource that a person holds up.
    pub(super) deferred: bool,
}

/// Finds what has to go: everything on a destroy, else what the blueprint does not name, what was superseded, and the
/// old side of replacements.
pub(super) fn victims(input: &Input<'_>, decisions: Option<&Decisions>) -> Vec<Victim> {
    let mut victims = Vec::new();
    let mut add = |address: &Address, live: &Arc<Live>, cause| {
        victims.push(Victim { address: address.clone(), live: live.clone(), cause, blocked: None, deferred: false });
    };
    let renamed: BTreeSet<&str> = decisions
        .into_iter()
        .flat_map(|decisions| decisions.standings.values())
        .filter_map(|standing| standing.live().map(|live| live.id.as_str()))
        .collect();
    for (address, live) in input.inventory.all() {
        let desired = input.mode != Mode::Destroy && input.blueprint.resources.contains_key(address);
        if !desired && !renamed.contains(live.id.as_str()) {
            add(address, live, Cause::Removed);
        }
    }
    for (address, standing) in decisions.into_iter().flat_map(|decisions| &decisions.standings) {
        if let Standing::Present { superseded, .. } = standing {
            superseded.iter().for_each(|live| add(address, live, Cause::Superseded));
        }
    }
    for (address, fate) in decisions.into_iter().flat_map(|decisions| &decisions.fates) {
        if let Fate::Replace { live, .. } = fate {
            add(address, live, Cause::Superseded);
        }
    }
    for (address, standing) in decisions.into_iter().flat_map(|decisions| &decisions.standings) {
        let Standing::Unknown { suspects, .. } = standing else { continue };
        for victim in victims.iter_mut().filter(|victim| suspects.contains(&victim.live.id)) {
            victim.blocked = Some(format!("it may be {address}, whose tags were changed: see there"));
        }
    }
    victims
}

impl Victim {
    pub(super) fn goes(&self) -> bool {
        self.blocked.is_none() && !self.deferred
    }

    pub(super) fn id(&self) -> LiveId {
        (self.address.clone(), self.live.id.clone())
    }
}
