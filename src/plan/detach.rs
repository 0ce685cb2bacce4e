//! Detaching: a resource that is deleted before its successor is created must first be referred to by nothing. A reference
//! in a deferrable property is taken out by an update of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::circles::goes_first;
use super::decide::Decisions;
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::steps::Steps;
use super::types::{Cause, Desired, Field, Step, StepId, Verb};
use super::verdict::Verdict;
use crate::resource::{Live, pointer};

/// Puts an update that lets go before the update that refers to the successor: without it, each of them would wait for
/// the other. Returns which edge each of them dissolves.
pub(super) fn detach(
    shapes: &Shapes<'_>,
    edges: &LiveEdges,
    decisions: &Decisions,
    going: &BTreeMap<LiveId, Arc<Live>>,
    steps: &mut Steps,
) -> BTreeMap<(LiveId, LiveId), StepId> {
    let goes_first = |target: &LiveId| goes_first(decisions, target) && going.contains_key(target);
    let mut dissolved = BTreeMap::new();
    for (from, targets) in edges.out.iter().filter(|(from, _)| !going.contains_key(*from)) {
        let Some(Verdict::Update { live, .. }) = decisions.verdicts.get(&from.address) else { continue };
        if LiveId::of(&from.address, live) != *from {
            continue;
        }
        let Some(deferrable) = shapes.get(from.address.kind.as_str()).map(|shape| shape.facts().deferrable) else {
            continue;
        };
        if !targets.keys().any(goes_first) {
            continue;
        }
        let mut fields: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        // Also of what goes without a successor: that may stand where the other does.
        for (target, pointers) in targets.iter().filter(|(target, _)| going.contains_key(*target)) {
            let patterns = pointers
                .iter()
                .map(|at| Some((*deferrable.iter().find(|deferrable| pointer::covers(deferrable, at))?, at)));
            let Some(patterns) = patterns.collect::<Option<Vec<_>>>() else { continue };
            for (property, at) in patterns {
                fields.entry(property).or_default().insert(at);
            }
            dissolved.insert((from.clone(), target.clone()), StepId::new(&from.address, Verb::Update, &from.id));
        }
        if !fields.is_empty() {
            split(shapes, from, live, &fields, steps);
        }
    }
    dissolved
}

/// Makes two updates of one: the first lets go, the second does what the one did.
fn split(
    shapes: &Shapes<'_>,
    from: &LiveId,
    live: &Arc<Live>,
    fields: &BTreeMap<&str, BTreeSet<&str>>,
    steps: &mut Steps,
) {
    let first = StepId::new(&from.address, Verb::Update, &from.id);
    let second = StepId::new(&from.address, Verb::Update, "");
    let Some(whole) = steps.rename(&first, &second) else { return };
    // It looks at what the first has left.
    whole.live = None;
    let waits = whole.after.iter().filter(|id| id.verb == Verb::Wait && id.address == from.address).cloned().collect();
    whole.after.insert(first.clone());
    let mut spec = live.spec.clone();
    for (property, pointers) in fields {
        let left = without(spec.pointer(property), property, pointers);
        pointer::set_property(&mut spec, property, left);
    }
    let spec = shapes[from.address.kind.as_str()].normalise(spec).unwrap_or_else(|_| live.spec.clone());
    let fields: Vec<_> = fields
        .keys()
        .map(|property| Field {
            path: (*property).to_owned(),
            before: live.spec.pointer(property).cloned(),
            after: spec.pointer(property).cloned(),
            cause: Cause::Dependency,
            replaces: false,
            unknown: false,
            sensitive: false,
            ignored: None,
            origin: None,
        })
        .collect();
    let desired = Desired { fields, spec: Arc::new(spec), physical: None, cramped: None };
    let step = Step { after: waits, ..Step::strip(&from.address, live, desired) };
    steps.all.insert(first, step);
}

/// A list without the elements that the pointers lead into; anything else not at all.
fn without(value: Option<&Value>, property: &str, pointers: &BTreeSet<&str>) -> Option<Value> {
    let list = value?.as_array()?;
    let led_into = |index: usize| {
        let element = pointer::join(property, &index.to_string());
        pointers.iter().any(|at| pointer::covers(&element, at))
    };
    Some(list.iter().enumerate().filter(|(index, _)| !led_into(*index)).map(|(_, item)| item.clone()).collect())
}
