//! The order between resources: their dependencies, and whether these make a circle.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Resource;
use super::after::Afters;
use super::kinds::Kinds;
use crate::problem::{Problem, Span};
use crate::resource::{Address, Neighbours, Piece, Reference, keyed, pointer};

/// The resources of a blueprint, as references name them.
struct Wanted<'r>(&'r BTreeMap<Address, Resource>);

impl Neighbours for Wanted<'_> {
    fn named<'a>(&'a self, text: &str) -> Vec<(&'a Address, &'a Value)> {
        let named = Reference::split(text).into_iter().filter_map(|piece| match piece {
            Piece::Reference(reference) => self.0.get_key_value(&reference.address),
            Piece::Text(_) => None,
        });
        named.map(|(address, resource)| (address, &*resource.spec)).collect()
    }
}

/// Adds the edges that no reference shows: what the template says, then what follows another of the stack by its kind.
///
/// A whole resource that follows another is only better made after it: where that would close a circle it does not.
pub(super) fn follow(kinds: &Kinds<'_>, afters: &Afters, resources: &mut BTreeMap<Address, Resource>) {
    for (address, other) in afters.iter() {
        add(resources, address, other, "");
    }
    let mut more = Vec::new();
    for (address, resource) in &*resources {
        let Some(known) = kinds.get(&address.kind) else { continue };
        for (other, target) in resources.iter().filter(|(other, _)| *other != address) {
            let property = known.shape.depends_on(&resource.spec, other, &target.spec, &Wanted(resources));
            more.extend(property.map(|property| (address.clone(), other.clone(), property)));
        }
    }
    for (address, other, property) in more {
        if !property.is_empty() || !needs(resources, &other, &address) {
            add(resources, &address, &other, property);
        }
    }
}

fn add(resources: &mut BTreeMap<Address, Resource>, address: &Address, other: &Address, at: &str) {
    if let Some(resource) = resources.get_mut(address) {
        resource.edges.entry(other.clone()).or_default().insert(at.to_owned());
    }
}

/// Whether a resource needs another, directly or through others.
fn needs(resources: &BTreeMap<Address, Resource>, address: &Address, other: &Address) -> bool {
    let (mut open, mut seen) = (vec![address], BTreeSet::new());
    while let Some(at) = open.pop() {
        if at == other {
            return true;
        }
        if seen.insert(at) {
            open.extend(resources.get(at).into_iter().flat_map(|resource| resource.edges.keys()));
        }
    }
    false
}

/// Finds circles that no `deferrable` property cuts.
pub(super) fn check(
    kinds: &Kinds<'_>,
    afters: &Afters,
    resources: &BTreeMap<Address, Resource>,
    problems: &mut Vec<Problem>,
) {
    let firm: BTreeMap<&Address, BTreeSet<&Address>> = resources
        .iter()
        .map(|(address, resource)| {
            let deferrable = kinds.get(&address.kind).map_or(&[][..], |known| known.facts.deferrable);
            let is_deferrable = |at: &String| deferrable.iter().any(|pattern| pointer::covers(pattern, at));
            let needs = resource.edges.iter().filter(|(_, at)| !at.iter().all(is_deferrable)).map(|(other, _)| other);
            (address, needs.collect())
        })
        .collect();
    let mut done = BTreeSet::new();
    for start in firm.keys() {
        let mut path = Vec::new();
        if let Some(circle) = search(start, &firm, &mut path, &mut done) {
            problems.push(problem(&circle, kinds, afters, resources));
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

fn problem(
    circle: &[&Address],
    kinds: &Kinds<'_>,
    afters: &Afters,
    resources: &BTreeMap<Address, Resource>,
) -> Problem {
    let names: Vec<_> = circle.iter().chain(&circle[..1]).map(ToString::to_string).collect();
    let what = match circle {
        [only] => format!("{only} refers to itself, and can't be made without"),
        _ => format!("these resources need each other in a circle: {}", names.join(" -> ")),
    };
    let next = circle.iter().cycle().skip(1);
    let mut said = circle.iter().zip(next).filter(|(one, other)| resources[**one].only_depends_on(other));
    if let Some(place) = said.find_map(|(one, other)| afters.place(one, other)) {
        return Problem::error(place.clone(), what).hint("take this one out of `after`");
    }
    let span = reference_of(circle, kinds, resources);
    Problem::error(span, what).hint("remove one of the references; none of them can be set after creation")
}

/// Where the first resource of a circle refers to the next.
fn reference_of(circle: &[&Address], kinds: &Kinds<'_>, resources: &BTreeMap<Address, Resource>) -> Option<Span> {
    let (first, next) = (circle[0], circle.get(1).unwrap_or(&circle[0]));
    let resource = &resources[first];
    let at = resource.edges.get(*next).and_then(BTreeSet::first).map_or("", String::as_str);
    let known = kinds.get(&first.kind)?;
    let at = keyed::named(known.facts, &resource.spec, at);
    resource.origin(&at).map(|origin| origin.span.clone())
}
