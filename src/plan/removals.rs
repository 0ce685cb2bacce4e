//! The live resources to be deleted, and the reasons that forbid it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::circles::{delete_first, goes_first};
use super::decide::Decisions;
use super::fields::judged;
use super::input::{Input, Mode};
use super::live_edges::{LiveEdges, LiveId};
use super::observed::Observed;
use super::order::Shapes;
use super::pending;
use super::types::{Cause, LeftAlone};
use super::verdict::Verdict;
use crate::inventory::ListOutcome;
use crate::resource::{Address, Identity, Live, State, pointer};

/// A live resource to be deleted.
pub(super) struct Removal {
    pub(super) address: Address,
    pub(super) live: Arc<Live>,
    pub(super) cause: Cause,
    /// Why it can't go now.
    pub(super) blocked: Option<String>,
    /// Whether it only waits for a resource that a person holds up, or that lets go of it later.
    pub(super) deferred: bool,
    /// The user that lets go of it only by a change which AWS makes later.
    pub(super) until: Option<Address>,
}

/// Finds the live resources to be deleted: all on a destroy, else those that the blueprint does not name, that were
/// superseded, and the old side of replacements.
pub(super) fn removals(input: &Input<'_>, decisions: Option<&Decisions>) -> Vec<Removal> {
    let mut removals: Vec<Removal> = Vec::new();
    let mut add = |address: &Address, live: &Arc<Live>, cause| {
        // A global resource is listed in each region.
        if !removals.iter().any(|removal| removal.address == *address && is_same(&removal.live, live)) {
            let (address, live) = (address.clone(), live.clone());
            removals.push(Removal { address, live, cause, blocked: None, deferred: false, until: None });
        }
    };
    let observed = || decisions.into_iter().flat_map(|decisions| &decisions.observed);
    let stays: Vec<_> = observed().filter_map(|(address, observed)| Some((&address.kind, observed.live()?))).collect();
    let stays = |address: &Address, live: &Live| {
        stays.iter().any(|(kind, observed)| **kind == address.kind && is_same(observed, live))
    };
    for (address, live) in input.inventory.all() {
        if !is_wanted(input, decisions, address, live) && !stays(address, live) {
            add(address, live, Cause::Removed);
        }
    }
    for (address, observed) in observed() {
        if let Observed::Present { superseded, .. } = observed {
            superseded.iter().for_each(|live| add(address, live, Cause::Superseded));
        }
    }
    for (address, verdict) in decisions.into_iter().flat_map(|decisions| &decisions.verdicts) {
        if let Verdict::Replace { live, .. } = verdict {
            add(address, live, Cause::Superseded);
        }
    }
    for (address, observed) in observed() {
        let Observed::Unknown { candidates, .. } = observed else { continue };
        let is_candidate =
            |removal: &&mut Removal| removal.address.kind == address.kind && candidates.contains(&removal.live.id);
        for removal in removals.iter_mut().filter(is_candidate) {
            removal.blocked = Some(format!("it may be {address}, whose tags were changed: see there"));
        }
    }
    removals
}

/// Whether the YAML has the address in the thing's region. An address that is unknown elsewhere may be this thing.
fn is_wanted(input: &Input<'_>, decisions: Option<&Decisions>, address: &Address, live: &Live) -> bool {
    let observed = decisions.and_then(|decisions| decisions.observed.get(address));
    let is_unknown = matches!(observed, Some(Observed::Unknown { .. }));
    let wanted = input.blueprint.resources.get(address).filter(|_| input.mode != Mode::Destroy);
    wanted.is_some_and(|resource| resource.region == live.region || is_unknown)
}

/// Whether two sights are of one thing: ids that are names stand for another thing in each region, outputs tell.
fn is_same(one: &Live, other: &Live) -> bool {
    one.id == other.id && one.outputs == other.outputs
}

/// Marks the removals that must stay: a resource that refers to them stays, could not be read, or is no part of a partial
/// apply.
pub(super) fn mark_blocked(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    edges: &LiveEdges,
    asked: Option<&BTreeSet<Address>>,
    removals: &mut [Removal],
) {
    let unreadable_kinds = unreadable_kinds(input);
    let known: BTreeSet<String> = input.inventory.all().flat_map(|(_, live)| live.handles()).collect();
    for removal in removals.iter_mut().filter(|removal| removal.blocked.is_none()) {
        removal.deferred =
            awaits_successor(shapes, decisions, removal) && !input.assumed.ready.contains(&removal.address);
        if let Some((kind, why)) =
            unreadable_kinds.iter().find(|(kind, _)| can_refer(shapes, kind, &removal.address.kind))
        {
            removal.blocked = Some(format!("{kind} could not be read and may use it: {why}"));
        } else if let Some(ground) = foreign_ground(shapes, &known, removal) {
            removal.blocked = Some(format!(
                "it stands in {ground}, which is not this stack's by its tags: one of the two had its tags changed; put them \
                 right first (`⟪adopt⟫`)"
            ));
        }
    }
    // A resource that a blocked removal refers to stays as well: until nothing more is found.
    loop {
        let staying =
            removals.iter().filter(|removal| !removal.goes()).map(|removal| (removal.id(), removal.deferred)).collect();
        let going: BTreeSet<LiveId> = removals.iter().filter(|removal| removal.goes()).map(Removal::id).collect();
        let round = Round { shapes, edges, decisions, asked, staying, going };
        for removal in removals.iter_mut().filter(|removal| removal.goes()) {
            let id = removal.id();
            for from in users(shapes, decisions, edges, &id) {
                match round.hold(removal, from) {
                    Some(Hold::Defers) => removal.deferred = true,
                    Some(Hold::Outlasts) => (removal.deferred, removal.until) = (true, Some(from.address.clone())),
                    Some(Hold::Blocks(why)) => removal.blocked = Some(why),
                    None => {}
                }
            }
        }
        if removals.iter().filter(|removal| removal.goes()).count() == round.going.len() {
            return;
        }
    }
}

/// Whether a usable resource stays until its successor is usable too: that takes a person's action.
fn awaits_successor(shapes: &Shapes<'_>, decisions: Option<&Decisions>, removal: &Removal) -> bool {
    let awaits_action = shapes.get(removal.address.kind.as_str()).is_some_and(|shape| shape.facts().awaits_action);
    let successor =
        decisions.and_then(|decisions| decisions.verdicts.get(&removal.address)).filter(|verdict| !verdict.is_new());
    let is_ready = successor.and_then(Verdict::live).is_some_and(|successor| successor.state == State::Ready);
    awaits_action && removal.cause == Cause::Superseded && removal.live.state == State::Ready && !is_ready
}

/// The effect on a removal of a user that does not let go.
enum Hold {
    Defers,
    /// It lets go by a change that AWS makes later.
    Outlasts,
    Blocks(String),
}

/// The state of the removals in one round.
struct Round<'a> {
    shapes: &'a Shapes<'a>,
    edges: &'a LiveEdges,
    decisions: Option<&'a Decisions>,
    asked: Option<&'a BTreeSet<Address>>,
    /// The removals that stay, and whether they only wait.
    staying: BTreeMap<LiveId, bool>,
    going: BTreeSet<LiveId>,
}

impl Round<'_> {
    fn hold(&self, removal: &Removal, from: &LiveId) -> Option<Hold> {
        let is_asked = self.asked.is_none_or(|asked| asked.contains(&from.address));
        if self.going.contains(from) || (is_asked && is_being_deleted(self.decisions, from)) {
            return None;
        }
        let is_first = self.decisions.is_some_and(|decisions| goes_first(decisions, &removal.id()));
        let may_stay_beside = removal.cause == Cause::Superseded && !is_first;
        if self.keeps(from, removal) {
            return Some(Hold::Blocks(format!(
                "{} still names it, and can't let go of it now: see there",
                from.address
            )));
        }
        match (self.staying.get(from), self.decisions.and_then(|decisions| decisions.verdicts.get(&from.address))) {
            (Some(true), _) | (None, Some(Verdict::Held { .. })) => Some(Hold::Defers),
            (None, Some(verdict @ (Verdict::Update { .. } | Verdict::Replace { .. }))) if is_asked => {
                self.lets_go_later(removal, from, verdict).then_some(Hold::Outlasts)
            }
            (None, _) if may_stay_beside => Some(Hold::Defers),
            (None, Some(Verdict::Update { .. } | Verdict::Replace { .. })) => Some(Hold::Blocks(format!(
                "{} still uses it, and is not part of this plan: ask for that as well, or for the whole stack",
                from.address
            ))),
            (None, _) if removal.cause == Cause::Superseded => Some(Hold::Defers),
            (None, Some(verdict)) if verdict.live().is_some_and(|live| self.shows(removal, from, live)) => {
                Some(Hold::Defers)
            }
            (Some(false) | None, _) => Some(Hold::Blocks(format!("{} still uses it", from.address))),
        }
    }
}

impl Round<'_> {
    /// Whether a user lets go of a removal only in its maintenance window.
    fn lets_go_later(&self, removal: &Removal, from: &LiveId, verdict: &Verdict) -> bool {
        let (Some(shape), Verdict::Update { live, spec, fields }) =
            (self.shapes.get(from.address.kind.as_str()), verdict)
        else {
            return false;
        };
        self.pointers(removal, from).any(|at| match fields.iter().find(|field| field.path == *at) {
            Some(field) => pending::waits(*shape, live, spec, &judged(live, fields), &field.as_diff()),
            None => live.shows_until_done(at).is_some(),
        })
    }

    /// Whether a user shows a removal only until a pending change is done.
    fn shows(&self, removal: &Removal, from: &LiveId, user: &Live) -> bool {
        self.pointers(removal, from).any(|at| user.shows_until_done(at).is_some())
    }

    /// Where in a user's spec a removal stands.
    fn pointers<'r>(&'r self, removal: &Removal, from: &LiveId) -> impl Iterator<Item = &'r String> {
        let targets = self.edges.out.get(from);
        targets.and_then(|targets| targets.get(&removal.id())).into_iter().flatten()
    }

    /// Whether an update leaves what refers to a removal, for those who may still need it.
    fn keeps(&self, from: &LiveId, removal: &Removal) -> bool {
        let withheld = self.decisions.and_then(|decisions| decisions.withheld.get(&from.address));
        withheld.is_some_and(|withheld| self.pointers(removal, from).any(|at| withheld.covers(at)))
    }
}

/// The resource that a live one stands in, if it is not the stack's: a VPC can't go before its subnets do.
fn foreign_ground(shapes: &Shapes<'_>, known: &BTreeSet<String>, removal: &Removal) -> Option<String> {
    let shape = shapes.get(removal.address.kind.as_str())?;
    // What its mark makes ours may stand among the things of others.
    if matches!(shape.facts().identity, Identity::Mark { .. }) {
        return None;
    }
    let unique_key = shape.facts().unique_key;
    let refs = shape.schema().refs(&removal.live.spec);
    let grounds = refs.keys().filter(|at| unique_key.iter().any(|pattern| pointer::matches(pattern, at)));
    let mut values = grounds.filter_map(|at| removal.live.spec.pointer(at)?.as_str());
    values.find(|value| !value.is_empty() && !known.contains(*value)).map(str::to_owned)
}

/// The kinds of which all, or something that is or may be ours, could not be read, and why.
pub(super) fn unreadable_kinds(input: &Input<'_>) -> Vec<(String, String)> {
    let kinds = input.inventory.kinds.iter().filter_map(|((_, kind), seen)| match seen {
        ListOutcome::Unknown(failure) => Some((kind.clone(), failure.to_string())),
        ListOutcome::Read(listing) => {
            let unseen = listing.unseen.first()?;
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
        let verdict = decisions.and_then(|decisions| decisions.verdicts.get(&from.address));
        matches!(verdict, Some(Verdict::Update { .. }))
            && shape.is_some_and(|shape| !shape.facts().updated_outputs.is_empty())
    };
    let direct: BTreeSet<&LiveId> = edges.into(id).map(|(from, _)| from).collect();
    let beyond: Vec<&LiveId> =
        direct.iter().filter(|from| is_revised(from)).flat_map(|from| edges.into(from)).map(|(from, _)| from).collect();
    let mut users: BTreeSet<&LiveId> = direct.into_iter().chain(beyond).collect();
    users.retain(|from| **from != *id);
    users
}

/// The removals whose kept things (a snapshot) can't be read without this one (its key).
pub(super) fn kept_dependents<'a>(
    shapes: &Shapes<'_>,
    edges: &'a LiveEdges,
    removals: &[Removal],
    removal: &Removal,
) -> BTreeSet<&'a Address> {
    if shapes.get(removal.address.kind.as_str()).is_none_or(|shape| shape.facts().kept_for.is_none()) {
        return BTreeSet::new();
    }
    let going: BTreeSet<LiveId> = removals.iter().filter(|other| other.goes()).map(Removal::id).collect();
    let keeps_something = |from: &LiveId, at: &BTreeSet<String>| {
        let kept_with = shapes.get(from.address.kind.as_str()).map(|shape| shape.facts().kept_with).unwrap_or_default();
        at.iter().any(|at| kept_with.contains(&at.as_str()))
    };
    let id = removal.id();
    let users = edges.into(&id);
    users
        .filter(|(from, at)| going.contains(*from) && keeps_something(from, at))
        .map(|(from, _)| &from.address)
        .collect()
}

/// Returns whether something of a kind can refer to something of another.
pub(super) fn can_refer(shapes: &Shapes<'_>, kind: &str, target: &str) -> bool {
    shapes.get(kind).is_some_and(|shape| shape.schema().can_refer_to(target))
}

/// Whether a live thing is being deleted already, and its successor waits for that.
pub(super) fn is_being_deleted(decisions: Option<&Decisions>, id: &LiveId) -> bool {
    let verdict = decisions.and_then(|decisions| decisions.verdicts.get(&id.address));
    matches!(verdict, Some(Verdict::Create { deleting: Some(live), .. }) if LiveId::of(&id.address, live) == *id)
}

/// The replacements whose old one has to go first and can't, and why not.
pub(super) fn stuck(decisions: Option<&Decisions>, removals: &[Removal]) -> BTreeMap<Address, String> {
    let stuck = decisions.into_iter().flat_map(delete_first).filter_map(|(address, live)| {
        let old = removals.iter().find(|removal| Arc::ptr_eq(&removal.live, live) && !removal.goes())?;
        let why = old.blocked.clone().unwrap_or_else(|| "its users can't let go of it yet".to_owned());
        Some((address.clone(), format!("{} has to go first: {why}", live.id)))
    });
    stuck.collect()
}

impl Removal {
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

    /// The removal as it is left to another plan.
    pub(super) fn left_alone(&self) -> LeftAlone {
        LeftAlone { address: self.address.clone(), path: None, cause: self.cause }
    }
}
