//! The order of deletions where live references do not give it: circles, and what goes last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::algo::{has_path_connecting, tarjan_scc};
use petgraph::graphmap::DiGraphMap;

use super::decide::set_top;
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::steps::Steps;
use super::types::{Cause, Desired, Field, Step, StepId, Verb};
use crate::resource::{Live, pointer};

/// Makes updates that take late references away where things that go refer to each other in a circle. Returns which
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
pub(super) fn delete_last(
    shapes: &Shapes<'_>,
    edges: &LiveEdges,
    going: &BTreeMap<LiveId, Arc<Live>>,
    steps: &mut Steps,
) {
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
