//! The deletions and their order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::circles::{delete_last, strip_circles};
use super::decide::Decisions;
use super::dependents::outlast;
use super::detach::detach;
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::removals::{Removal, is_being_deleted, users};
use super::steps::Steps;
use super::transfers::add_transfers;
use super::types::{Step, StepId, Verb};
use super::verdict::Verdict;
use crate::blueprint::Blueprint;
use crate::resource::{Address, Live, State};

/// Adds the deletions to the steps, each after all that refers to it is gone or updated. `asked` is all that a partial apply
/// is about.
pub(super) fn remove(
    blueprint: &Blueprint,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    edges: &LiveEdges,
    removals: &[Removal],
    asked: Option<&BTreeSet<Address>>,
    steps: &mut Steps,
) {
    let going: BTreeMap<LiveId, Arc<Live>> =
        removals.iter().filter(|v| v.goes()).map(|v| (v.id(), v.live.clone())).collect();
    let mut stripped = strip_circles(shapes, edges, &going, steps);
    // What is gone can't be stripped any more.
    let own: BTreeMap<_, _> = stripped.iter().map(|((from, _), strip)| (from.clone(), strip.clone())).collect();
    stripped.extend(decisions.into_iter().flat_map(|decisions| detach(shapes, edges, decisions, &going, steps)));
    for (id, live) in &going {
        let Some(shape) = shapes.get(id.address.kind.as_str()) else { continue };
        let mut after: BTreeSet<StepId> = own.get(id).cloned().into_iter().collect();
        for from in users(shapes, decisions, edges, id) {
            if let Some(strip) = stripped.get(&(from.clone(), id.clone())) {
                after.insert(strip.clone());
            } else if let Some(user) = going.get(from) {
                let verb = if user.state == State::Deleting { Verb::Wait } else { Verb::Delete };
                after.insert(StepId::new(&from.address, verb, &from.id));
            } else if is_being_deleted(decisions, from) {
                after.insert(StepId::new(&from.address, Verb::Wait, &from.id));
            } else if let Some(update) = steps.last.get(&from.address) {
                after.insert(update.clone());
            }
        }
        if decisions.is_some_and(|decisions| follows_its_successor(decisions, id)) {
            after.insert(StepId::new(&id.address, Verb::Create, ""));
        }
        if matches!(live.state, State::Settling(_)) && !shape.facts().deletable_unsettled {
            let wait = Step::wait(&id.address, live, shape.facts().seconds);
            after.insert(wait.id.clone());
            steps.all.insert(wait.id.clone(), wait);
        }
        let step = match live.state {
            State::Deleting => Step::wait(&id.address, live, shape.facts().seconds),
            _ => Step::delete(&id.address, live, after, shape.facts().seconds),
        };
        steps.all.insert(step.id.clone(), step);
    }
    delete_last(shapes, edges, &going, steps);
    add_transfers(shapes, asked, steps);
    outlast(blueprint, shapes, decisions, &going, steps);
}

/// Whether a live thing goes once the one that takes its place has come.
fn follows_its_successor(decisions: &Decisions, id: &LiveId) -> bool {
    match decisions.verdicts.get(&id.address) {
        Some(Verdict::Replace { live, create_first: true, .. }) => LiveId::of(&id.address, live) == *id,
        _ => false,
    }
}
