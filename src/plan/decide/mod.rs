mod blocked;
mod held;
mod known;
mod refused;
mod replacing;
mod withheld;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

pub(super) use self::withheld::Withheld;
use super::candidates::{Candidates, referred};
use super::changes::needs;
use super::fields::Compared;
use super::input::{Input, Mode};
use super::live_edges::LiveEdges;
use super::observed::{Observed, Observing, observe};
use super::order::{Order, Shapes};
use super::types::Field;
use super::verdict::Verdict;
use crate::blueprint::Resource;
use crate::inventory::Unmanaged;
use crate::resource::{Address, Facts, FieldDiff, Live, Replacement, Shape, State, pointer};

/// The verdicts on all desired resources, and what else was found out about them.
pub(super) struct Decisions {
    pub(super) verdicts: BTreeMap<Address, Verdict>,
    pub(super) observed: BTreeMap<Address, Observed>,
    /// The deferrable properties that are left out, wholly or in part: they do not count as applied.
    pub(super) left_out: BTreeMap<Address, LeftOut>,
    /// The contract phases that are withheld, because a user that may still need the removed elements can't be changed now.
    pub(super) withheld: BTreeMap<Address, Withheld>,
    /// Differences that no step takes away.
    pub(super) unpruned: BTreeMap<Address, Vec<Field>>,
    /// Differences that this sort of plan leaves to another.
    pub(super) left_alone: BTreeMap<Address, Vec<Field>>,
    /// Elements of additive lists that are not ours.
    pub(super) foreign: Vec<Unmanaged>,
}

/// Findings about a resource beside its verdict.
#[derive(Default)]
struct Findings {
    foreign: Vec<Unmanaged>,
    withheld: Option<Withheld>,
    unpruned: Vec<Field>,
    left_alone: Vec<Field>,
}

/// The properties that do not count as applied.
pub(super) type LeftOut = BTreeMap<&'static str, Left>;

/// A property that is left out, wholly or in part.
#[derive(Clone, Debug)]
pub(super) struct Left {
    /// The part of its list that is applied, if that can be told.
    pub(super) applied: Option<Value>,
    /// Whether it waits for something that it refers to.
    pub(super) waits: bool,
}

/// Decides in order, and again until nothing changes: an edge that was cut makes an early resource depend on the verdict
/// of a later one.
///
/// `stuck` are changes that can't be carried out, `withheld` the contract phases that can't, and why.
pub(super) fn decide(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    order: &Order,
    edges: &LiveEdges,
    stuck: &BTreeMap<Address, String>,
    withheld: &BTreeMap<Address, String>,
) -> Decisions {
    let mut decider = Decider::new(input, shapes, order, edges);
    decider.stuck.clone_from(stuck);
    decider.keeps.clone_from(withheld);
    let (mut foreign, mut unpruned, mut left_alone) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut moved: BTreeSet<&Address> = order.sequence.iter().collect();
    // A chain of cut edges is as long as the blueprint at most; in practice two rounds do, and the second is short.
    for round in 0..=order.sequence.len() {
        let before = std::mem::take(&mut moved);
        for address in &order.sequence {
            let resource = &input.blueprint.resources[address];
            let is_concerned = resource.edges.keys().any(|need| before.contains(need) || moved.contains(need));
            // A replacement looks at those who use it, who come later.
            let looks_ahead = order.cuts.contains_key(address)
                || matches!(decider.verdicts.get(address), Some(Verdict::Replace { .. }));
            if round > 0 && !is_concerned && !looks_ahead {
                continue;
            }
            let mut findings = Findings::default();
            let verdict = decider.verdict(resource, &mut findings);
            let verdict = withheld::whole(verdict, &mut findings.withheld);
            if decider.verdicts.get(address).is_none_or(|last| last.outline() != verdict.outline()) {
                moved.insert(address);
            }
            foreign.insert(address.clone(), findings.foreign);
            unpruned.insert(address.clone(), findings.unpruned);
            left_alone.insert(address.clone(), findings.left_alone);
            decider.verdicts.insert(address.clone(), verdict);
            decider.keep(address, findings.withheld);
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
    unpruned.retain(|_, fields| !fields.is_empty());
    let Decider { verdicts, observed, left_out, withheld, .. } = decider;
    Decisions { verdicts, observed, left_out, withheld, unpruned, left_alone, foreign }
}

/// Observes every resource, where nothing is decided.
pub(super) fn observed(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    order: &Order,
    edges: &LiveEdges,
) -> BTreeMap<Address, Observed> {
    Decider::new(input, shapes, order, edges).observed
}

/// The resources that a destroy would leave behind, and why: they could not be read, or have candidates without our tags.
pub(super) fn left_behind(observed: &BTreeMap<Address, Observed>) -> impl Iterator<Item = (&Address, &str)> {
    observed.iter().filter_map(|(address, observed)| match observed {
        Observed::Unknown { why, candidates, unreadable } if *unreadable || !candidates.is_empty() => {
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
    observed: BTreeMap<Address, Observed>,
    verdicts: BTreeMap<Address, Verdict>,
    left_out: BTreeMap<Address, LeftOut>,
    /// The handles of the stack's live resources, sorted.
    ours: Vec<String>,
    /// The mistagged things that live resources refer to.
    referred: Candidates,
    stuck: BTreeMap<Address, String>,
    keeps: BTreeMap<Address, String>,
    withheld: BTreeMap<Address, Withheld>,
}

impl<'a> Decider<'a> {
    /// Observes every desired resource; no verdict is decided yet.
    fn new(input: &'a Input<'a>, shapes: &'a Shapes<'a>, order: &'a Order, edges: &'a LiveEdges) -> Self {
        let mut ours: Vec<_> = input.inventory.all().flat_map(|(_, live)| live.handles()).collect();
        ours.sort();
        let mut decider = Self {
            input,
            shapes,
            order,
            edges,
            observed: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            left_out: BTreeMap::new(),
            ours,
            referred: referred(input, shapes),
            stuck: BTreeMap::new(),
            keeps: BTreeMap::new(),
            withheld: BTreeMap::new(),
        };
        for address in &order.sequence {
            let observed = decider.observe(&input.blueprint.resources[address]);
            decider.observed.insert(address.clone(), observed);
        }
        decider
    }

    fn observe(&self, resource: &Resource) -> Observed {
        let shape = self.shapes[resource.address.kind.as_str()];
        let observing = Observing {
            stack: &self.input.blueprint.stack,
            facts: shape.facts(),
            inventory: self.input.inventory,
            referred: &self.referred,
            is_wanted: &|address| self.input.blueprint.resources.contains_key(address),
        };
        let desired = self.resolved(resource);
        observe(&observing, resource, &desired, |live| {
            let difference = shape.compare(&live.spec, &desired);
            !difference.fields.iter().any(|field| shape.replaces(&live.spec, &desired, field))
        })
    }

    fn verdict(&self, resource: &Resource, findings: &mut Findings) -> Verdict {
        let observed = &self.observed[&resource.address];
        if let Observed::Unknown { why, unreadable, .. } = observed {
            // What is in the way of the only one there can be, AWS may know more of: an organisation has it.
            let is_sole = self.shapes[resource.address.kind.as_str()].facts().sole.is_some();
            let told = self.refused_new(resource).filter(|_| is_sole && !unreadable);
            let why = told.unwrap_or_else(|| why.clone());
            return Verdict::Blocked { live: None, why, unreadable: *unreadable, fields: Vec::new() };
        }
        let live = observed.live();
        if let Some(blocker) = self.hard_needs(resource).find(|need| self.is_blocked_by(resource, need)) {
            let own = self.stuck.get(&resource.address).cloned();
            let own = own.or_else(|| self.refused_new(resource).filter(|_| live.is_none()));
            return self.blocked(resource, live, own.unwrap_or_else(|| needs(blocker)));
        }
        let shape = self.shapes[resource.address.kind.as_str()];
        let resolved = self.without_held(resource, shape, live.map(|live| &**live));
        let holder = self.hard_needs(resource).find(|need| self.is_held_by(resource, need)).cloned();
        let desired = match resource.normal(shape, resolved) {
            Ok(desired) => desired,
            Err(why) => return self.blocked(resource, live, why),
        };
        let verdict = match live {
            None => Verdict::Create { spec: desired, deleting: None },
            Some(live) => self.compare(resource, shape, live, desired, findings),
        };
        let verdict = if self.input.mode == Mode::OnlyDrift { verdict.in_place() } else { verdict };
        let verdict = self.replaceable(resource, creatable(shape, verdict));
        let verdict = match (self.stuck.get(&resource.address), &verdict) {
            (Some(why), Verdict::Create { .. } | Verdict::Update { .. }) => verdict.blocked(live, why.clone()),
            _ => verdict,
        };
        let verdict = self.allowed(resource, live, verdict);
        match (holder, &verdict) {
            (Some(by), Verdict::Create { .. } | Verdict::Update { .. } | Verdict::Replace { .. }) => {
                Verdict::Held { live: live.cloned(), by }
            }
            _ => verdict,
        }
    }

    fn compare(
        &self,
        resource: &Resource,
        shape: &dyn Shape,
        live: &Arc<Live>,
        desired: Arc<Value>,
        findings: &mut Findings,
    ) -> Verdict {
        let facts = shape.facts();
        match &live.state {
            State::Deleting => return Verdict::Create { spec: desired, deleting: Some(live.clone()) },
            _ if live.unsupported.is_some() => {
                let why = live.unsupported.as_deref().unwrap_or_default();
                let why = format!("{} {why}: it is left alone; name another, or delete it by hand", live.id);
                return self.blocked(resource, Some(live), why);
            }
            State::Failed(why) if facts.stateful && !facts.awaits_action => {
                let why = format!(
                    "{} has failed: {why}; it bears data, so it is not replaced: mend or delete it by hand",
                    live.id
                );
                return self.blocked(resource, Some(live), why);
            }
            State::Ready | State::Settling(_) | State::AwaitsAction(_) | State::Failed(_) => {}
        }
        let Compared { fields, spec, foreign, lost, unpruned, left_alone } =
            self.compared(resource, shape, live, Arc::unwrap_or_clone(desired));
        (findings.unpruned, findings.left_alone) = (unpruned, left_alone);
        let (fields, spec) = self.withheld(shape, &resource.address, live, (fields, spec), &mut findings.withheld);
        findings.foreign.extend(foreign.into_iter().map(|extra| Unmanaged {
            kind: format!("{} {}", resource.address.kind, pointer::property(&extra.path)),
            id: pointer::steps(&extra.path).last().unwrap_or_default(),
            place: live.id.clone(),
        }));
        let spec = resource.shared(spec);
        let verdict = match (Verdict::of(shape, facts, live, spec.clone(), fields), &live.state) {
            // An update in place may mend what has failed; else a new one has to take its place.
            (Verdict::Keep { .. } | Verdict::Replace { .. }, State::Failed(why)) => {
                let create_first = facts.replacement == Replacement::CreateFirst && !facts.name.is_physical();
                let why = Some(format!("{} has failed: {why}", live.id));
                Verdict::Replace { live: live.clone(), spec, fields: Vec::new(), create_first, why }
            }
            (verdict, _) => verdict,
        };
        match loses(facts, &verdict, &lost).or_else(|| sleeps(&verdict)) {
            Some(why) => verdict.blocked(Some(live), why),
            None => verdict,
        }
    }
}

/// Why an update can't be made, if it would take away a part that is to be left alone.
fn loses(facts: &Facts, verdict: &Verdict, left: &[FieldDiff]) -> Option<String> {
    let Verdict::Update { fields, .. } = verdict else { return None };
    let sent = |property: &str| {
        let acted = fields.iter().filter(|field| field.ignored.is_none());
        acted.map(|field| pointer::property(&field.path)).any(|sent| facts.put_semantics || sent == property)
    };
    let lost = left.iter().find(|diff| sent(pointer::property(&diff.path)))?;
    let what = lost.before.as_ref().and_then(Value::as_str).unwrap_or_default();
    Some(format!(
        "an update would take {} away ({what}), which is to be left alone and which no template can express: take it away \
         by hand, or let the plan do that (no `ignore`, no `--only`)",
        lost.path
    ))
}

/// Blocks a create or a replacement from a spec that no resource can be made of.
fn creatable(shape: &dyn Shape, verdict: Verdict) -> Verdict {
    let why = match &verdict {
        Verdict::Create { spec, .. } | Verdict::Replace { spec, .. } => shape.refuses_new(spec),
        _ => None,
    };
    match why {
        Some(why) => {
            let live = verdict.live().cloned();
            verdict.blocked(live.as_ref(), why)
        }
        None => verdict,
    }
}

/// Why an update can't be made now, if AWS changes nothing that is stopped.
fn sleeps(verdict: &Verdict) -> Option<String> {
    let Verdict::Update { live, .. } = verdict else { return None };
    Some(format!("{}, and AWS changes none that is", live.stopped.as_ref()?))
}
