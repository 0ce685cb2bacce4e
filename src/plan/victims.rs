//! Which live things have to go, and what forbids it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::circles::delete_first;
use super::decide::Decisions;
use super::fate::Fate;
use super::input::{Input, Mode};
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::standing::Standing;
use super::types::Cause;
use crate::inventory::Seen;
use crate::resource::{Address, Live, pointer};

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

/// Marks what must stay: something that refers to it stays, or could not be read.
pub(super) fn mark_blocked(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    edges: &LiveEdges,
    victims: &mut [Victim],
) {
    let blind = blind(input);
    let known: BTreeSet<String> = input.inventory.all().flat_map(|(_, live)| live.handles()).collect();
    for victim in victims.iter_mut().filter(|victim| victim.blocked.is_none()) {
        if let Some((kind, why)) = blind.iter().find(|(kind, _)| refers(shapes, kind, &victim.address.kind)) {
            victim.blocked = Some(format!("{kind} could not be read and may use it: {why}"));
        } else if let Some(ground) = foreign_ground(shapes, &known, victim) {
            victim.blocked = Some(format!(
                "it stands in {ground}, which is not this stack's by its tags: one of the two had its tags changed; put them \
                 right first (`provision adopt`)"
            ));
        }
    }
    // What a victim that stays refers to stays as well: until nothing more is found.
    loop {
        let staying: BTreeMap<LiveId, bool> =
            victims.iter().filter(|victim| !victim.goes()).map(|victim| (victim.id(), victim.deferred)).collect();
        let going: BTreeSet<LiveId> = victims.iter().filter(|victim| victim.goes()).map(Victim::id).collect();
        for victim in victims.iter_mut().filter(|victim| victim.goes()) {
            let id = victim.id();
            let stays = |from: &LiveId| !going.contains(from) && !leaves(decisions, from);
            for (from, _) in edges.into(&id).filter(|(from, _)| stays(from)) {
                match (staying.get(from), decisions.and_then(|decisions| decisions.fates.get(&from.0))) {
                    (Some(true), _) | (None, Some(Fate::Held { .. })) => victim.deferred = true,
                    (None, Some(Fate::Update { .. } | Fate::Replace { .. })) => {}
                    (None, _) if victim.cause == Cause::Superseded => victim.deferred = true,
                    (Some(false) | None, _) => victim.blocked = Some(format!("{} still uses it", from.0)),
                }
            }
        }
        if victims.iter().filter(|victim| victim.goes()).count() == going.len() {
            return;
        }
    }
}

/// What a live thing stands in, if that is none of the stack's: a VPC cannot go before its subnets do.
fn foreign_ground(shapes: &Shapes<'_>, known: &BTreeSet<String>, victim: &Victim) -> Option<String> {
    let shape = shapes.get(victim.address.kind.as_str())?;
    let claims = shape.facts().claims;
    let refs = shape.schema().refs(&victim.live.spec);
    let grounds = refs.keys().filter(|at| claims.iter().any(|pattern| pointer::matches(pattern, at)));
    let mut values = grounds.filter_map(|at| victim.live.spec.pointer(at)?.as_str());
    values.find(|value| !value.is_empty() && !known.contains(*value)).map(str::to_owned)
}

/// The kinds of which all, or something that is surely ours, could not be read, and why.
fn blind(input: &Input<'_>) -> Vec<(String, String)> {
    let kinds = input.inventory.kinds.iter().filter_map(|((_, kind), seen)| match seen {
        Seen::Unknown(failure) => Some((kind.clone(), failure.to_string())),
        Seen::Read(sight) => {
            let ours = sight.unseen.iter().find(|unseen| unseen.tags.is_some())?;
            Some((kind.clone(), format!("{}: {}", ours.id, ours.failure)))
        }
    });
    kinds.collect()
}

/// Returns whether specs of `kind` can refer to `target`.
fn refers(shapes: &Shapes<'_>, kind: &str, target: &str) -> bool {
    shapes.get(kind).is_some_and(|shape| shape.schema().root().to_string().contains(&format!("\"x-ref\":\"{target}\"")))
}

/// Whether a live thing is being deleted already, and its successor waits for that.
pub(super) fn leaves(decisions: Option<&Decisions>, id: &LiveId) -> bool {
    let fate = decisions.and_then(|decisions| decisions.fates.get(&id.0));
    matches!(fate, Some(Fate::Create { leaving: Some(live), .. }) if live.id == id.1)
}

/// The replacements whose old one has to go first and can't, and why not.
pub(super) fn stuck(decisions: Option<&Decisions>, victims: &[Victim]) -> BTreeMap<Address, String> {
    let stuck = decisions.into_iter().flat_map(delete_first).filter_map(|(address, live)| {
        let old = victims.iter().find(|victim| victim.live.id == live.id && !victim.goes())?;
        let why = old.blocked.clone().unwrap_or_else(|| "what uses it can't let go of it yet".to_owned());
        Some((address.clone(), format!("{} has to go first: {why}", live.id)))
    });
    stuck.collect()
}

impl Victim {
    pub(super) fn goes(&self) -> bool {
        self.blocked.is_none() && !self.deferred
    }

    pub(super) fn id(&self) -> LiveId {
        (self.address.clone(), self.live.id.clone())
    }
}
