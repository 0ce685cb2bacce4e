//! Which live things have to go, in which order, and what forbids it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::decide::{Decisions, set_top};
use super::fate::Fate;
use super::input::{Input, Mode};
use super::let_go::let_go;
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::standing::Standing;
use super::steps::Steps;
use super::types::{Cause, Desired, Field, Step, StepId, Verb};
use crate::inventory::Seen;
use crate::resource::{Address, Live, State, pointer};
use petgraph::algo::{has_path_connecting, tarjan_scc};
use petgraph::graphmap::DiGraphMap;

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

/// Adds the deletions to the steps, each after all that refers to it is gone or updated. What must stay is marked.
pub(super) fn remove(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    edges: &LiveEdges,
    victims: &mut [Victim],
    steps: &mut Steps,
) {
    mark_blocked(input, shapes, decisions, edges, victims);
    let going: BTreeMap<LiveId, Arc<Live>> =
        victims.iter().filter(|v| v.goes()).map(|v| (v.id(), v.live.clone())).collect();
    let mut stripped = strip_circles(shapes, edges, &going, steps);
    stripped.extend(decisions.into_iter().flat_map(|decisions| let_go(shapes, edges, decisions, &going, steps)));
    for (id, live) in &going {
        let Some(shape) = shapes.get(id.0.kind.as_str()) else { continue };
        let mut after: BTreeSet<StepId> = BTreeSet::new();
        for (from, _) in edges.into(id) {
            if let Some(strip) = stripped.get(&(from.clone(), id.clone())) {
                after.insert(strip.clone());
            } else if let Some(user) = going.get(from) {
                let verb = if user.state == State::Leaving { Verb::Wait } else { Verb::Delete };
                after.insert(StepId::new(&from.0, verb, &from.1));
            } else if let Some(update) = steps.last.get(&from.0) {
                after.insert(update.clone());
            }
        }
        if let Some(decisions) = decisions
            && matches!(decisions.fates.get(&id.0), Some(Fate::Replace { live: old, create_first: true, .. }) if old.id == id.1)
        {
            after.insert(StepId::new(&id.0, Verb::Create, ""));
        }
        if matches!(live.state, State::Settling(_)) {
            let wait = Step::wait(&id.0, live, shape.facts().seconds);
            after.insert(wait.id.clone());
            steps.all.insert(wait.id.clone(), wait);
        }
        let step = match live.state {
            State::Leaving => Step::wait(&id.0, live, shape.facts().seconds),
            _ => Step::delete(&id.0, live, after, shape.facts().seconds),
        };
        steps.all.insert(step.id.clone(), step);
    }
    delete_last(shapes, edges, &going, steps);
}

/// Marks what must stay: something that refers to it stays, or could not be read.
fn mark_blocked(
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
            for (from, _) in edges.into(&id).filter(|(from, _)| !going.contains(*from)) {
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

/// Makes updates that take late references away where things that go refer to each other in a circle. Returns which
/// edge each of them dissolves.
fn strip_circles(
    shapes: &Shapes<'_>,
    edges: &LiveEdges,
    going: &BTreeMap<LiveId, Arc<Live>>,
    steps: &mut Steps,
) -> BTreeMap<(LiveId, LiveId), StepId> {
    let (graph, ids) = graph(edges, going);
    let mut stripped = BTreeMap::new();
    for circle in tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1) {
        let inside: BTreeSet<&LiveId> = circle.iter().map(|i| ids[*i]).collect();
        for from in &inside {
            let Some(shape) = shapes.get(from.0.kind.as_str()) else { continue };
            let late = shape.facts().late;
            let live = &going[*from];
            let mut spec = live.spec.clone();
            let mut fields = Vec::new();
            for (target, pointers) in
                edges.out.get(*from).into_iter().flatten().filter(|(target, _)| inside.contains(target))
            {
                let patterns: Vec<_> = pointers.iter().map(|at| late.iter().find(|p| pointer::covers(p, at))).collect();
                if patterns.iter().any(Option::is_none) {
                    continue;
                }
                let strip = StepId::new(&from.0, Verb::Update, &from.1);
                stripped.insert(((*from).clone(), target.clone()), strip);
                for property in patterns.into_iter().flatten() {
                    fields.push(stripped_field(property, live));
                    set_top(&mut spec, property, None);
                }
            }
            if fields.is_empty() {
                continue;
            }
            fields.dedup_by(|a, b| a.path == b.path);
            let spec = shape.normalise(spec).unwrap_or_else(|_| live.spec.clone());
            let step = Step::strip(&from.0, live, Desired { spec, fields, physical: None });
            steps.all.insert(step.id.clone(), step);
        }
    }
    stripped
}

fn stripped_field(property: &str, live: &Live) -> Field {
    Field {
        path: property.to_owned(),
        before: live.spec.pointer(property).cloned(),
        after: None,
        cause: Cause::Removed,
        replaces: false,
        unknown: false,
        sensitive: false,
        ignored: None,
        origin: None,
    }
}

/// Lets what others may make anew (log groups) go after all that it does not need itself.
fn delete_last(shapes: &Shapes<'_>, edges: &LiveEdges, going: &BTreeMap<LiveId, Arc<Live>>, steps: &mut Steps) {
    let (graph, ids) = graph(edges, going);
    let is_last = |id: &LiveId| shapes.get(id.0.kind.as_str()).is_some_and(|shape| shape.facts().deleted_last);
    for (from, id) in ids.iter().enumerate().filter(|(_, id)| is_last(id)) {
        let others = ids
            .iter()
            .enumerate()
            .filter(|(to, other)| !is_last(other) && !has_path_connecting(&graph, from, *to, None));
        let after: Vec<_> = others.map(|(_, other)| StepId::new(&other.0, Verb::Delete, &other.1)).collect();
        let known: Vec<_> = after.into_iter().filter(|step| steps.all.contains_key(step)).collect();
        if let Some(step) = steps.all.get_mut(&StepId::new(&id.0, Verb::Delete, &id.1)) {
            step.after.extend(known);
        }
    }
}

fn graph<'a>(edges: &LiveEdges, going: &'a BTreeMap<LiveId, Arc<Live>>) -> (DiGraphMap<usize, ()>, Vec<&'a LiveId>) {
    let ids: Vec<_> = going.keys().collect();
    let index: BTreeMap<_, _> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let mut graph = DiGraphMap::new();
    for (from, targets) in &edges.out {
        for target in targets.keys() {
            if let (Some(from), Some(to)) = (index.get(from), index.get(target)) {
                graph.add_edge(*from, *to, ());
            }
        }
    }
    for (i, _) in ids.iter().enumerate() {
        graph.add_node(i);
    }
    (graph, ids)
}

impl Victim {
    fn goes(&self) -> bool {
        self.blocked.is_none() && !self.deferred
    }

    pub(super) fn id(&self) -> LiveId {
        (self.address.clone(), self.live.id.clone())
    }
}
