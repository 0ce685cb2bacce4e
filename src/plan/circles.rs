//! The order of deletions where live references do not give it: circles, and kinds that are deleted last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::algo::{has_path_connecting, tarjan_scc};
use petgraph::graphmap::DiGraphMap;

use super::decide::Decisions;
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::steps::Steps;
use super::types::{Cause, Desired, Field, Step, StepId, Verb};
use super::verdict::Verdict;
use crate::resource::{Address, Live, pointer};

/// Makes updates that take deferrable references away where things that go refer to each other in a circle. Returns which
/// edge each of them dissolves.
pub(super) fn strip_circles(
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
            let Some(shape) = shapes.get(from.address.kind.as_str()) else { continue };
            let deferrable = shape.facts().deferrable;
            let live = &going[*from];
            let mut spec = live.spec.clone();
            let mut fields = Vec::new();
            for (target, pointers) in
                edges.out.get(*from).into_iter().flatten().filter(|(target, _)| inside.contains(target))
            {
                let patterns: Vec<_> =
                    pointers.iter().map(|at| deferrable.iter().find(|p| pointer::covers(p, at))).collect();
                if patterns.iter().any(Option::is_none) {
                    continue;
                }
                let strip = StepId::new(&from.address, Verb::Update, &from.id);
                stripped.insert(((*from).clone(), target.clone()), strip);
                for property in patterns.into_iter().flatten() {
                    fields.push(stripped_field(property, live));
                    pointer::set_property(&mut spec, property, None);
                }
            }
            if fields.is_empty() {
                continue;
            }
            fields.dedup_by(|a, b| a.path == b.path);
            let spec = shape.normalise(spec).unwrap_or_else(|_| live.spec.clone());
            let step = Step::strip(
                &from.address,
                live,
                Desired { spec: Arc::new(spec), fields, physical: None, cramped: None },
            );
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
pub(super) fn delete_last(
    shapes: &Shapes<'_>,
    edges: &LiveEdges,
    going: &BTreeMap<LiveId, Arc<Live>>,
    steps: &mut Steps,
) {
    let (graph, ids) = graph(edges, going);
    let is_last = |id: &LiveId| shapes.get(id.address.kind.as_str()).is_some_and(|shape| shape.facts().deleted_last);
    for (from, id) in ids.iter().enumerate().filter(|(_, id)| is_last(id)) {
        let others = ids
            .iter()
            .enumerate()
            .filter(|(to, other)| !is_last(other) && !has_path_connecting(&graph, from, *to, None));
        let after: Vec<_> = others.map(|(_, other)| StepId::new(&other.address, Verb::Delete, &other.id)).collect();
        let known: Vec<_> = after.into_iter().filter(|step| steps.all.contains_key(step)).collect();
        if let Some(step) = steps.all.get_mut(&StepId::new(&id.address, Verb::Delete, &id.id)) {
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

/// The replacements that wait for themselves, and why: the old one has to go first, and who uses it lets go only for
/// something that needs the new one.
pub(super) fn deadlocked(decisions: Option<&Decisions>, steps: &Steps) -> BTreeMap<Address, String> {
    let ids: Vec<_> = steps.all.keys().collect();
    let index: BTreeMap<_, _> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let mut graph = DiGraphMap::<usize, ()>::new();
    for (id, step) in &steps.all {
        for before in step.after.iter().filter_map(|before| index.get(before)) {
            graph.add_edge(index[id], *before, ());
        }
    }
    let circles = tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
    let mut found = BTreeMap::new();
    for circle in circles {
        let inside: BTreeSet<&StepId> = circle.into_iter().map(|i| ids[i]).collect();
        let Some(user) = inside.iter().find(|id| id.verb == Verb::Update).or(inside.first()) else { continue };
        let user = &user.address;
        for (address, live) in decisions.into_iter().flat_map(delete_first) {
            let create = StepId::new(address, Verb::Create, "");
            // The others in the circle need the first one's successor: they are blocked with it.
            let is_first = inside.contains(&create)
                && !steps.all[&create].after.iter().any(|id| id.verb == Verb::Create && inside.contains(id));
            if is_first {
                let why = format!(
                    "{} has to go before its successor comes, and {user} lets go of it only for what needs the successor; \
                     take {user} out of the YAML, apply, and put it back",
                    live.id
                );
                found.insert(address.clone(), why);
            }
        }
    }
    found
}

/// Whether a live thing has to go before its successor comes.
pub(super) fn goes_first(decisions: &Decisions, id: &LiveId) -> bool {
    delete_first(decisions).any(|(address, live)| LiveId::of(address, live) == *id)
}

/// The replacements whose old one has to go first.
pub(super) fn delete_first(decisions: &Decisions) -> impl Iterator<Item = (&Address, &Arc<Live>)> {
    decisions.verdicts.iter().filter_map(|(address, verdict)| match verdict {
        Verdict::Replace { live, create_first: false, .. } => Some((address, live)),
        _ => None,
    })
}
