//! The order between resources: what must follow what, and whether that can be.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::Kinds;
use super::{Resource, place};
use crate::problem::Problem;
use crate::resource::{Address, pointer};

/// Adds the edges that no reference shows: a resource that follows another of the stack.
pub(super) fn follow(kinds: &Kinds<'_>, resources: &mut BTreeMap<Address, Resource>) {
    let mut more = Vec::new();
    for (address, resource) in &*resources {
        let Some(known) = kinds.get(&address.kind) else { continue };
        for (other, target) in resources.iter().filter(|(other, _)| *other != address) {
            if let Some(property) = known.shape.follows(&resource.spec, &other.kind, &target.spec) {
                let at = if property.is_empty() || property.starts_with('/') {
                    property.to_owned()
                } else {
                    format!("/{property}")
                };
                more.push((address.clone(), other.clone(), at));
            }
        }
    }
    for (address, other, at) in more {
        if let Some(resource) = resources.get_mut(&address) {
            resource.edges.entry(other).or_default().insert(at);
        }
    }
}

/// Finds circles that no `LATE` property cuts.
pub(super) fn check(kinds: &Kinds<'_>, resources: &BTreeMap<Address, Resource>, problems: &mut Vec<Problem>) {
    let firm: BTreeMap<&Address, BTreeSet<&Address>> = resources
        .iter()
        .map(|(address, resource)| {
            let late = kinds.get(&address.kind).map_or(&[][..], |known| known.facts.late);
            let is_late = |at: &String| late.iter().any(|pattern| pointer::covers(pattern, at));
            let needs = resource.edges.iter().filter(|(_, at)| !at.iter().all(is_late)).map(|(other, _)| other);
            (address, needs.collect())
        })
        .collect();
    let mut done = BTreeSet::new();
    for start in firm.keys() {
        let mut path = Vec::new();
        if let Some(circle) = search(start, &firm, &mut path, &mut done) {
            problems.push(problem(&circle, kinds, resources));
        }
    }
}

/// Walks in depth; returns the first circle met. What is done leads into none that is not reported.
fn search<'a>(
    at: &'a Address,
    firm: &BTreeMap<&'a Address, BTreeSet<&'a Address>>,
    path: &mut Vec<&'a Address>,
    done: &mut BTreeSet<&'a Address>,
) -> Option<Vec<&'a Address>> {
    if let Some(from) = path.iter().position(|seen| *seen == at) {
        return Some(path[from..].to_vec());
    }
    if !done.insert(at) {
        return None;
    }
    path.push(at);
    let circle = firm.get(at).into_iter().flatten().find_map(|next| search(next, firm, path, done));
    path.pop();
    circle
}

fn problem(circle: &[&Address], kinds: &Kinds<'_>, resources: &BTreeMap<Address, Resource>) -> Problem {
    let first = circle[0];
    let next = circle.get(1).copied().unwrap_or(first);
    let resource = &resources[first];
    let at = resource.edges.get(next).and_then(BTreeSet::first).map_or("", String::as_str);
    let span = kinds.get(&first.kind).and_then(|known| {
        let at = place::keyed(&known.facts, &resource.spec, at);
        resource.origin(&at).map(|origin| origin.span.clone())
    });
    let names: Vec<_> = circle.iter().chain([&first]).map(ToString::to_string).collect();
    let what = match circle {
        [only] => format!("{only} refers to itself, and can't be made without"),
        _ => format!("these resources need each other in a circle: {}", names.join(" -> ")),
    };
    Problem::error(span, what).hint("remove one of the references; none of them can be set after creation")
}
