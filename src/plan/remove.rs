//! Which live things have to go, in which order, and what forbids it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::circles::{delete_last, strip_circles};
use super::decide::Decisions;
use super::fate::Fate;
use super::input::Input;
use super::let_go::let_go;
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::steps::Steps;
use super::types::{Cause, Step, StepId, Verb};
use super::victims::Victim;
use crate::inventory::Seen;
use crate::resource::{Live, State, pointer};

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
