mod blocked;
mod held;
mod keeping;
mod known;
mod refused;
mod replacing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

pub(super) use self::keeping::Kept;
use super::changes::needs;
use super::fate::Fate;
use super::fields::Compared;
use super::input::Input;
use super::live_edges::LiveEdges;
use super::order::{Order, Shapes};
use super::standing::{Looking, Standing, standing};
use super::suspects::{Suspects, referred};
use super::types::Field;
use crate::blueprint::Resource;
use crate::inventory::Unmanaged;
use crate::resource::{Address, Facts, FieldDiff, Live, Replacement, Shape, State, pointer};

/// What becomes of every desired resource.
pub(super) struct Decisions {
    pub(super) fates: BTreeMap<Address, Fate>,
    pub(super) standings: BTreeMap<Address, Standing>,
    /// The late properties that wait for something held, wholly or in part: they do not count as applied.
    pub(super) left_out: BTreeMap<Address, LeftOut>,
    /// What updates would take away and leave, because somebody who may still need it can't be changed now.
    pub(super) kept: BTreeMap<Address, Kept>,
    /// What differs and no step takes away.
    pub(super) unmended: BTreeMap<Address, Vec<Field>>,
    /// Elements of additive lists that are not ours.
    pub(super) foreign: Vec<Unmanaged>,
}

/// What is told of a resource beside its fate.
#[derive(Default)]
struct Aside {
    foreign: Vec<Unmanaged>,
    kept: Option<Kept>,
    unmended: Vec<Field>,
}

/// By property, what does not count as applied.
pub(super) type LeftOut = BTreeMap<&'static str, Left>;

/// A property that is left out, wholly or in part.
#[derive(Clone, Debug)]
pub(super) struct Left {
    /// What of its list is applied, if that can be told.
    pub(super) applied: Option<Value>,
    /// Whether it waits for something that it refers to.
    pub(super) waits: bool,
}

/// Decides in order, and again until nothing changes: an edge that was cut makes an early resource depend on the fate
/// of a later one.
///
/// `stuck` are changes that can't be carried out, `kept` what may take nothing away, and why.
pub(super) fn decide(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    order: &Order,
    edges: &LiveEdges,
    stuck: &BTreeMap<Address, String>,
    kept: &BTreeMap<Address, String>,
) -> Decisions {
    let mut decider = Decider::standing(input, shapes, order, edges);
    decider.stuck.clone_from(stuck);
    decider.keeps.clone_from(kept);
    let (mut foreign, mut unmended) = (BTreeMap::new(), BTreeMap::new());
    let mut moved: BTreeSet<&Address> = order.sequence.iter().collect();
    // A chain of cut edges is as long as the blueprint at most; in practice two rounds do, and the second is short.
    for round in 0..=order.sequence.len() {
        let before = std::mem::take(&mut moved);
        for address in &order.sequence {
            let resource = &input.blueprint.resources[address];
            let is_concerned = resource.edges.keys().any(|need| before.contains(need) || moved.contains(need));
            // A replacement looks at those who use it, who come later.
            let looks_ahead =
                order.cuts.contains_key(address) || matches!(decider.fates.get(address), Some(Fate::Replace { .. }));
            if round > 0 && !is_concerned && !looks_ahead {
                continue;
            }
            let mut aside = Aside::default();
            let fate = decider.fate(resource, &mut aside);
            let fate = keeping::whole(fate, &mut aside.kept);
            if decider.fates.get(address).is_none_or(|last| last.outline() != fate.outline()) {
                moved.insert(address);
            }
            foreign.insert(address.clone(), aside.foreign);
            unmended.insert(address.clone(), aside.unmended);
            decider.fates.insert(address.clone(), fate);
            decider.keep(address, aside.kept);
            decider.left_out.insert(address.clone(), decider.left_out(resource));
        }
        if round > 0 && moved.is_empty() {
            break;
        }
        if round == 0 {
            // Only what a cut edge made look ahead can be wrong after the first round.
            moved.retain(|address| order.cuts.contains_key(*address));
        }
    }
    let mut foreign: Vec<_> = foreign.into_values().flatten().collect();
    foreign.sort();
    unmended.retain(|_, fields| !fields.is_empty());
    let Decider { fates, standings, left_out, kept, .. } = decider;
    Decisions { fates, standings, left_out, kept, unmended, foreign }
}

/// How every resource stands, where nothing is decided.
pub(super) fn standings(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    order: &Order,
    edges: &LiveEdges,
) -> BTreeMap<Address, Standing> {
    Decider::standing(input, shapes, order, edges).standings
}

/// The resources that a destroy would leave behind, and why: they could not be read, or something without our tags may be
/// them.
pub(super) fn left_behind(standings: &BTreeMap<Address, Standing>) -> impl Iterator<Item = (&Address, &str)> {
    standings.iter().filter_map(|(address, standing)| match standing {
        Standing::Unknown { why, suspects, unreadable } if *unreadable || !suspects.is_empty() => {
            Some((address, why.as_str()))
        }
        _ => None,
    })
}

struct Decider<'a> {
    input: &'a Input<'a>,
    shapes: &'a Shapes<'a>,
    order: &'a Order,
    edges: &'a LiveEdges,
    standings: BTreeMap<Address, Standing>,
    fates: BTreeMap<Address, Fate>,
    left_out: BTreeMap<Address, LeftOut>,
    /// What names the stack's live resources, sorted.
    ours: Vec<String>,
    /// What live resources refer to and what is not ours by its tags.
    referred: Suspects,
    stuck: BTreeMap<Address, String>,
    keeps: BTreeMap<Address, String>,
    kept: BTreeMap<Address, Kept>,
}

impl<'a> Decider<'a> {
    /// Finds out how every desired resource stands; no fate is decided yet.
    fn standing(input: &'a Input<'a>, shapes: &'a Shapes<'a>, order: &'a Order, edges: &'a LiveEdges) -> Self {
        let mut ours: Vec<_> = input.inventory.all().flat_map(|(_, live)| live.handles()).collect();
        ours.sort();
        let mut decider = Self {
            input,
            shapes,
            order,
            edges,
            standings: BTreeMap::new(),
            fates: BTreeMap::new(),
            left_out: BTreeMap::new(),
            ours,
            referred: referred(input, shapes),
            stuck: BTreeMap::new(),
            keeps: BTreeMap::new(),
            kept: BTreeMap::new(),
        };
        for address in &order.sequence {
            let standing = decider.stand(&input.blueprint.resources[address]);
            decider.standings.insert(address.clone(), standing);
        }
        decider
    }

    fn stand(&self, resource: &Resource) -> Standing {
        let shape = self.shapes[resource.address.kind.as_str()];
        let looking = Looking {
            stack: &self.input.blueprint.stack,
            facts: shape.facts(),
            inventory: self.input.inventory,
            referred: &self.referred,
            is_wanted: &|address| self.input.blueprint.resources.contains_key(address),
        };
        let desired = self.resolved(resource);
        standing(&looking, resource, &desired, |live| {
            let difference = shape.compare(&live.spec, &desired);
            !difference.fields.iter().any(|field| shape.replaces(&live.spec, &desired, field))
        })
    }

    fn fate(&self, resource: &Resource, aside: &mut Aside) -> Fate {
        let standing = &self.standings[&resource.address];
        if let Standing::Unknown { why, unreadable, .. } = standing {
            return Fate::Blocked { live: None, why: why.clone(), unreadable: *unreadable, fields: Vec::new() };
        }
        let live = standing.live();
        if let Some(blocker) = self.hard_needs(resource).find(|need| self.is_blocked_by(resource, need)) {
            let own = self.stuck.get(&resource.address).cloned();
            let own = own.or_else(|| self.refused_new(resource).filter(|_| live.is_none()));
            return self.blocked(resource, live, own.unwrap_or_else(|| needs(blocker)));
        }
        let shape = self.shapes[resource.address.kind.as_str()];
        let resolved = self.without_held(resource, shape, live.map(|live| &**live));
        let holder = self.hard_needs(resource).find(|need| self.is_held_by(resource, need)).cloned();
        let desired = match shape.normalise(resolved) {
            Ok(desired) => desired,
            Err(why) => return self.blocked(resource, live, why),
        };
        let fate = match live {
            None => Fate::Create { spec: resource.shared(desired), leaving: None },
            Some(live) => self.compare(resource, shape, live, desired, aside),
        };
        let fate = self.replaceable(resource, creatable(shape, fate));
        let fate = match (self.stuck.get(&resource.address), &fate) {
            (Some(why), Fate::Create { .. } | Fate::Update { .. }) => fate.blocked(live, why.clone()),
            _ => fate,
        };
        let fate = self.allowed(resource, live, fate);
        match (holder, &fate) {
            (Some(by), Fate::Create { .. } | Fate::Update { .. } | Fate::Replace { .. }) => {
                Fate::Held { live: live.cloned(), by }
            }
            _ => fate,
        }
    }

    fn compare(
        &self,
        resource: &Resource,
        shape: &dyn Shape,
        live: &Arc<Live>,
        desired: Value,
        aside: &mut Aside,
    ) -> Fate {
        let facts = shape.facts();
        match &live.state {
            State::Leaving => return Fate::Create { spec: resource.shared(desired), leaving: Some(live.clone()) },
            _ if live.misfit.is_some() => {
                let why = live.misfit.as_deref().unwrap_or_default();
                let why = format!("{} {why}: it is left alone; name another, or delete it by hand", live.id);
                return self.blocked(resource, Some(live), why);
            }
            State::Failed(why) if facts.stateful && !facts.awaits_person => {
                let why = format!(
                    "{} has failed: {why}; it bears data, so it is not replaced: mend or delete it by hand",
                    live.id
                );
                return self.blocked(resource, Some(live), why);
            }
            State::Ready | State::Settling(_) | State::Human(_) | State::Failed(_) => {}
        }
        let Compared { fields, spec, foreign, left_alone, unmended } = self.compared(resource, shape, live, desired);
        aside.unmended = unmended;
        let (fields, spec) = self.keeping(shape, &resource.address, live, (fields, spec), &mut aside.kept);
        aside.foreign.extend(foreign.into_iter().map(|extra| Unmanaged {
            kind: format!("{} {}", resource.address.kind, pointer::property(&extra.path)),
            id: pointer::steps(&extra.path).last().unwrap_or_default(),
            place: live.id.clone(),
        }));
        let spec = resource.shared(spec);
        let fate = match (Fate::of(shape, facts, live, spec.clone(), fields), &live.state) {
            // An update in place may mend what has failed; else a new one has to take its place.
            (Fate::Keep { .. } | Fate::Replace { .. }, State::Failed(why)) => {
                let create_first = facts.replacement == Replacement::CreateFirst && !facts.name.is_physical();
                let why = Some(format!("{} has failed: {why}", live.id));
                Fate::Replace { live: live.clone(), spec, fields: Vec::new(), create_first, why }
            }
            (fate, _) => fate,
        };
        match lost(facts, &fate, &left_alone).or_else(|| sleeps(&fate)) {
            Some(why) => fate.blocked(Some(live), why),
            None => fate,
        }
    }
}

/// Why an update can't be made, if it would take away what is to be left alone.
fn lost(facts: &Facts, fate: &Fate, left_alone: &[FieldDiff]) -> Option<String> {
    let Fate::Update { fields, .. } = fate else { return None };
    let sent = |property: &str| {
        let acted = fields.iter().filter(|field| field.ignored.is_none());
        acted.map(|field| pointer::property(&field.path)).any(|sent| facts.sent_whole || sent == property)
    };
    let lost = left_alone.iter().find(|diff| sent(pointer::property(&diff.path)))?;
    let what = lost.before.as_ref().and_then(Value::as_str).unwrap_or_default();
    Some(format!(
        "an update would take {} away ({what}), which is to be left alone and which no template can express: take it away \
         by hand, or let the plan do that (no `ignore`, no `--only config`)",
        lost.path
    ))
}

/// Blocks what would make a new one of a spec that none can be made of.
fn creatable(shape: &dyn Shape, fate: Fate) -> Fate {
    let why = match &fate {
        Fate::Create { spec, .. } | Fate::Replace { spec, .. } => shape.refuses_new(spec),
        _ => None,
    };
    match why {
        Some(why) => {
            let live = fate.live().cloned();
            fate.blocked(live.as_ref(), why)
        }
        None => fate,
    }
}

/// Why an update can't be made now, if AWS changes nothing that sleeps.
fn sleeps(fate: &Fate) -> Option<String> {
    let Fate::Update { live, .. } = fate else { return None };
    Some(format!("{}, and AWS changes none that is", live.asleep.as_ref()?))
}
