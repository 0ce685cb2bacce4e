//! Which live things have to go, and what forbids it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::circles::{delete_first, goes_first};
use super::decide::Decisions;
use super::fate::Fate;
use super::fields::judged;
use super::input::{Input, Mode};
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::pending;
use super::standing::Standing;
use super::types::Cause;
use crate::inventory::Seen;
use crate::resource::{Address, Live, State, pointer};

/// A live thing that has to go.
pub(super) struct Victim {
    pub(super) address: Address,
    pub(super) live: Arc<Live>,
    pub(super) cause: Cause,
    /// Why it can't go now.
    pub(super) blocked: Option<String>,
    /// Whether it only waits for a resource that a person holds up, or that lets go of it later.
    pub(super) deferred: bool,
    /// Who lets go of it only by a change that AWS makes later.
    pub(super) until: Option<Address>,
}

/// Finds what has to go: everything on a destroy, else what the blueprint does not name, what was superseded, and the
/// old side of replacements.
pub(super) fn victims(input: &Input<'_>, decisions: Option<&Decisions>) -> Vec<Victim> {
    let mut victims: Vec<Victim> = Vec::new();
    let mut add = |address: &Address, live: &Arc<Live>, cause| {
        // What is not bound to a region is listed in each.
        if !victims.iter().any(|victim| victim.address == *address && is_same(&victim.live, live)) {
            let (address, live) = (address.clone(), live.clone());
            victims.push(Victim { address, live, cause, blocked: None, deferred: false, until: None });
        }
    };
    let standings = || decisions.into_iter().flat_map(|decisions| &decisions.standings);
    let stays: Vec<_> = standings().filter_map(|(address, standing)| Some((&address.kind, standing.live()?))).collect();
    let stays = |address: &Address, live: &Live| {
        stays.iter().any(|(kind, standing)| **kind == address.kind && is_same(standing, live))
    };
    for (address, live) in input.inventory.all() {
        if !is_wanted(input, decisions, address, live) && !stays(address, live) {
            add(address, live, Cause::Removed);
        }
    }
    for (address, standing) in standings() {
        if let Standing::Present { superseded, .. } = standing {
            superseded.iter().for_each(|live| add(address, live, Cause::Superseded));
        }
    }
    for (address, fate) in decisions.into_iter().flat_map(|decisions| &decisions.fates) {
        if let Fate::Replace { live, .. } = fate {
            add(address, live, Cause::Superseded);
        }
    }
    for (address, standing) in standings() {
        let Standing::Unknown { suspects, .. } = standing else { continue };
        let is_suspect =
            |victim: &&mut Victim| victim.address.kind == address.kind && suspects.contains(&victim.live.id);
        for victim in victims.iter_mut().filter(is_suspect) {
            victim.blocked = Some(format!("it may be {address}, whose tags were changed: see there"));
        }
    }
    victims
}

/// Whether the YAML has the address, and has it where the thing is. What is unknown elsewhere may be this one.
fn is_wanted(input: &Input<'_>, decisions: Option<&Decisions>, address: &Address, live: &Live) -> bool {
    let standing = decisions.and_then(|decisions| decisions.standings.get(address));
    let is_unknown = matches!(standing, Some(Standing::Unknown { .. }));
    let wanted = input.blueprint.resources.get(address).filter(|_| input.mode != Mode::Destroy);
    wanted.is_some_and(|resource| resource.region == live.region || is_unknown)
}

/// Whether two sights are of one thing: ids that are names stand for another thing in each region, outputs tell.
fn is_same(one: &Live, other: &Live) -> bool {
    one.id == other.id && one.outputs == other.outputs
}

/// Marks what must stay: something that refers to it stays, could not be read, or is no part of a partial apply.
pub(super) fn mark_blocked(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    edges: &LiveEdges,
    asked: Option<&BTreeSet<Address>>,
    victims: &mut [Victim],
) {
    let blind = blind(input);
    let known: BTreeSet<String> = input.inventory.all().flat_map(|(_, live)| live.handles()).collect();
    for victim in victims.iter_mut().filter(|victim| victim.blocked.is_none()) {
        victim.deferred = awaits_heir(shapes, decisions, victim);
        if let Some((kind, why)) = blind.iter().find(|(kind, _)| can_refer(shapes, kind, &victim.address.kind)) {
            victim.blocked = Some(format!("{kind} could not be read and may use it: {why}"));
        } else if let Some(ground) = foreign_ground(shapes, &known, victim) {
            victim.blocked = Some(format!(
                "it stands in {ground}, which is not this stack's by its tags: one of the two had its tags changed; put them \
                 right first (`⟪adopt⟫`)"
            ));
        }
    }
    // What a victim that stays refers to stays as well: until nothing more is found.
    loop {
        let staying =
            victims.iter().filter(|victim| !victim.goes()).map(|victim| (victim.id(), victim.deferred)).collect();
        let going: BTreeSet<LiveId> = victims.iter().filter(|victim| victim.goes()).map(Victim::id).collect();
        let round = Round { shapes, edges, decisions, asked, staying, going };
        for victim in victims.iter_mut().filter(|victim| victim.goes()) {
            let id = victim.id();
            for from in users(shapes, decisions, edges, &id) {
                match round.hold(victim, from) {
                    Some(Hold::Defers) => victim.deferred = true,
                    Some(Hold::Outlasts) => (victim.deferred, victim.until) = (true, Some(from.address.clone())),
                    Some(Hold::Blocks(why)) => victim.blocked = Some(why),
                    None => {}
                }
            }
        }
        if victims.iter().filter(|victim| victim.goes()).count() == round.going.len() {
            return;
        }
    }
}

/// Whether something usable stays until what takes its place is usable too: a person has to see to that.
fn awaits_heir(shapes: &Shapes<'_>, decisions: Option<&Decisions>, victim: &Victim) -> bool {
    let awaits_person = shapes.get(victim.address.kind.as_str()).is_some_and(|shape| shape.facts().awaits_person);
    let heir = decisions.and_then(|decisions| decisions.fates.get(&victim.address)).filter(|fate| !fate.is_new());
    let is_ready = heir.and_then(Fate::live).is_some_and(|heir| heir.state == State::Ready);
    awaits_person && victim.cause == Cause::Superseded && victim.live.state == State::Ready && !is_ready
}

/// What a user that does not let go means for a victim.
enum Hold {
    Defers,
    /// It lets go by a change that AWS makes later.
    Outlasts,
    Blocks(String),
}

/// What is known of the victims so far.
struct Round<'a> {
    shapes: &'a Shapes<'a>,
    edges: &'a LiveEdges,
    decisions: Option<&'a Decisions>,
    asked: Option<&'a BTreeSet<Address>>,
    /// Those that stay, and whether they only wait.
    staying: BTreeMap<LiveId, bool>,
    going: BTreeSet<LiveId>,
}

impl Round<'_> {
    fn hold(&self, victim: &Victim, from: &LiveId) -> Option<Hold> {
        let is_asked = self.asked.is_none_or(|asked| asked.contains(&from.address));
        if self.going.contains(from) || (is_asked && leaves(self.decisions, from)) {
            return None;
        }
        let is_first = self.decisions.is_some_and(|decisions| goes_first(decisions, &victim.id()));
        let may_stay_beside = victim.cause == Cause::Superseded && !is_first;
        if self.keeps(from, victim) {
            return Some(Hold::Blocks(format!(
                "{} still names it, and can't let go of it now: see there",
                from.address
            )));
        }
        match (self.staying.get(from), self.decisions.and_then(|decisions| decisions.fates.get(&from.address))) {
            (Some(true), _) | (None, Some(Fate::Held { .. })) => Some(Hold::Defers),
            (None, Some(fate @ (Fate::Update { .. } | Fate::Replace { .. }))) if is_asked => {
                self.lets_go_later(victim, from, fate).then_some(Hold::Outlasts)
            }
            (None, _) if may_stay_beside => Some(Hold::Defers),
            (None, Some(Fate::Update { .. } | Fate::Replace { .. })) => Some(Hold::Blocks(format!(
                "{} still uses it, and is not part of this plan: ask for that as well, or for the whole stack",
                from.address
            ))),
            (None, _) if victim.cause == Cause::Superseded => Some(Hold::Defers),
            (None, Some(fate)) if fate.live().is_some_and(|live| self.shows(victim, from, live)) => Some(Hold::Defers),
            (Some(false) | None, _) => Some(Hold::Blocks(format!("{} still uses it", from.address))),
        }
    }
}

impl Round<'_> {
    /// Whether a user lets go of a victim only in its maintenance window.
    fn lets_go_later(&self, victim: &Victim, from: &LiveId, fate: &Fate) -> bool {
        let (Some(shape), Fate::Update { live, spec, fields }) = (self.shapes.get(from.address.kind.as_str()), fate)
        else {
            return false;
        };
        self.pointers(victim, from).any(|at| match fields.iter().find(|field| field.path == *at) {
            Some(field) => pending::waits(*shape, live, spec, &judged(live, fields), &field.as_diff()),
            None => live.shows_until_done(at).is_some(),
        })
    }

    /// Whether a user shows a victim only until a pending change is done.
    fn shows(&self, victim: &Victim, from: &LiveId, user: &Live) -> bool {
        self.pointers(victim, from).any(|at| user.shows_until_done(at).is_some())
    }

    /// Where in a user's spec a victim stands.
    fn pointers<'r>(&'r self, victim: &Victim, from: &LiveId) -> impl Iterator<Item = &'r String> {
        let targets = self.edges.out.get(from);
        targets.and_then(|targets| targets.get(&victim.id())).into_iter().flatten()
    }

    /// Whether an update leaves what refers to a victim, for those who may still need it.
    fn keeps(&self, from: &LiveId, victim: &Victim) -> bool {
        let kept = self.decisions.and_then(|decisions| decisions.kept.get(&from.address));
        kept.is_some_and(|kept| self.pointers(victim, from).any(|at| kept.covers(at)))
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

/// The kinds of which all, or something that is or may be ours, could not be read, and why.
pub(super) fn blind(input: &Input<'_>) -> Vec<(String, String)> {
    let kinds = input.inventory.kinds.iter().filter_map(|((_, kind), seen)| match seen {
        Seen::Unknown(failure) => Some((kind.clone(), failure.to_string())),
        Seen::Read(sight) => {
            let unseen = sight.unseen.first()?;
            Some((kind.clone(), format!("{}: {}", unseen.id, unseen.failure)))
        }
    });
    kinds.collect()
}

/// The live things that use one: those that refer to it, and those that go by an output of these which an update changes,
/// until they are updated themselves (tasks run by an old revision, and with its role).
pub(super) fn users<'a>(
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    edges: &'a LiveEdges,
    id: &'a LiveId,
) -> BTreeSet<&'a LiveId> {
    let is_revised = |from: &LiveId| {
        let shape = shapes.get(from.address.kind.as_str());
        let fate = decisions.and_then(|decisions| decisions.fates.get(&from.address));
        matches!(fate, Some(Fate::Update { .. }))
            && shape.is_some_and(|shape| !shape.facts().updated_outputs.is_empty())
    };
    let direct: BTreeSet<&LiveId> = edges.into(id).map(|(from, _)| from).collect();
    let beyond: Vec<&LiveId> =
        direct.iter().filter(|from| is_revised(from)).flat_map(|from| edges.into(from)).map(|(from, _)| from).collect();
    let mut users: BTreeSet<&LiveId> = direct.into_iter().chain(beyond).collect();
    users.retain(|from| **from != *id);
    users
}

/// What goes as well, and leaves something that only a victim can read.
pub(super) fn heirs<'a>(
    shapes: &Shapes<'_>,
    edges: &'a LiveEdges,
    leaving: &[Victim],
    victim: &Victim,
) -> BTreeSet<&'a Address> {
    if shapes.get(victim.address.kind.as_str()).is_none_or(|shape| shape.facts().stays_for.is_none()) {
        return BTreeSet::new();
    }
    let going: BTreeSet<LiveId> = leaving.iter().filter(|other| other.goes()).map(Victim::id).collect();
    let leaves = |from: &LiveId, at: &BTreeSet<String>| {
        let leaves = shapes.get(from.address.kind.as_str()).map(|shape| shape.facts().leaves).unwrap_or_default();
        at.iter().any(|at| leaves.contains(&at.as_str()))
    };
    let id = victim.id();
    let users = edges.into(&id);
    users.filter(|(from, at)| going.contains(*from) && leaves(from, at)).map(|(from, _)| &from.address).collect()
}

/// Returns whether something of a kind can refer to something of another.
pub(super) fn can_refer(shapes: &Shapes<'_>, kind: &str, target: &str) -> bool {
    shapes.get(kind).is_some_and(|shape| shape.schema().can_refer_to(target))
}

/// Whether a live thing is being deleted already, and its successor waits for that.
pub(super) fn leaves(decisions: Option<&Decisions>, id: &LiveId) -> bool {
    let fate = decisions.and_then(|decisions| decisions.fates.get(&id.address));
    matches!(fate, Some(Fate::Create { leaving: Some(live), .. }) if LiveId::of(&id.address, live) == *id)
}

/// The replacements whose old one has to go first and can't, and why not.
pub(super) fn stuck(decisions: Option<&Decisions>, victims: &[Victim]) -> BTreeMap<Address, String> {
    let stuck = decisions.into_iter().flat_map(delete_first).filter_map(|(address, live)| {
        let old = victims.iter().find(|victim| Arc::ptr_eq(&victim.live, live) && !victim.goes())?;
        let why = old.blocked.clone().unwrap_or_else(|| "what uses it can't let go of it yet".to_owned());
        Some((address.clone(), format!("{} has to go first: {why}", live.id)))
    });
    stuck.collect()
}

impl Victim {
    pub(super) fn goes(&self) -> bool {
        self.blocked.is_none() && !self.deferred
    }

    /// As people tell it from what takes its place.
    pub(super) fn name(&self) -> String {
        format!("{} ({})", self.address, self.live.id)
    }

    pub(super) fn id(&self) -> LiveId {
        LiveId::of(&self.address, &self.live)
    }
}
