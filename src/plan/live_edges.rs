use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::order::Shapes;
use crate::resource::{Address, Live, Reference, pointer};

/// A live thing, by its address, its id and its region: an id that is a name stands for another thing in each. What is
/// global has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LiveId {
    pub(super) address: Address,
    pub(super) id: String,
    region: String,
}

impl LiveId {
    pub(super) fn of(address: &Address, live: &Live) -> Self {
        let region = if live.is_global { String::new() } else { live.region.clone() };
        Self { address: address.clone(), id: live.id.clone(), region }
    }
}

/// Which live things refer to which: from live `Ref` fields, and from ARNs and AWS-made ids inside strings.
/// Equal names never make an edge.
#[derive(Debug, Default)]
pub(super) struct LiveEdges {
    /// By the thing that refers: the things it refers to, and the pointers in its spec.
    pub(super) out: BTreeMap<LiveId, BTreeMap<LiveId, BTreeSet<String>>>,
    /// The resource by each id or output that names it and no other.
    by_id: Named,
}

impl LiveEdges {
    pub(super) fn of(shapes: &Shapes<'_>, all: &[(&Address, &Arc<Live>)]) -> Self {
        let (mut by_value, mut by_id): (Named, Named) = (Named::new(), Named::new());
        let ids: BTreeSet<&str> = all.iter().map(|(_, live)| live.id.as_str()).collect();
        for (address, live) in all {
            let id = LiveId::of(address, live);
            // An output that is another thing's id names that thing: a target group tells its load balancer's ARN.
            for value in live.handles().into_iter().filter(|value| *value == live.id || !ids.contains(&**value)) {
                // A name is nobody's alone: a subnet group of caches can have that of one of databases.
                if live.name.as_ref() != Some(&value) {
                    by_id.entry(value.clone()).or_default().insert(id.clone());
                }
                by_value.entry(value).or_default().insert(id.clone());
            }
        }
        let mut edges = Self::default();
        for (address, live) in all {
            let Some(shape) = shapes.get(address.kind.as_str()) else { continue };
            let from = LiveId::of(address, live);
            let refs = shape.schema().refs(&live.spec);
            pointer::walk(&live.spec, &mut |at, leaf| {
                let Value::String(text) = leaf else { return };
                let targets = targets(text, refs.get(at), &live.region, &by_value, &by_id);
                for target in targets.filter(|target| *target != from) {
                    let pointers = edges.out.entry(from.clone()).or_default().entry(target).or_default();
                    pointers.insert(at.to_owned());
                }
            });
        }
        edges.by_id = by_id;
        edges
    }

    /// Returns the resources that a value names, by reference or by what AWS made for them.
    pub(super) fn named(&self, value: &Value) -> BTreeSet<Address> {
        let mut named: BTreeSet<_> = Reference::all_in(value).into_iter().map(|(_, one)| one.address).collect();
        pointer::walk(value, &mut |_, leaf| {
            let made_by_aws = words(leaf.as_str().unwrap_or_default()).filter(|word| is_made_by_aws(word));
            named.extend(made_by_aws.filter_map(|word| self.by_id.get(word)).flatten().map(|id| id.address.clone()));
        });
        named
    }

    /// Returns the live things that refer to `target`, with the pointers.
    pub(super) fn into<'a>(&'a self, target: &LiveId) -> impl Iterator<Item = (&'a LiveId, &'a BTreeSet<String>)> {
        self.out.iter().filter_map(move |(from, targets)| Some((from, targets.get(target)?)))
    }
}

/// The live things that a text is a handle of.
type Named = BTreeMap<String, BTreeSet<LiveId>>;

/// The live things that a string in a region names. A `Ref` field names a thing of its kind by any output; any other string
/// names what it holds an ARN or AWS-made id of.
fn targets<'a>(
    text: &'a str,
    kind: Option<&'a String>,
    region: &'a str,
    by_value: &'a Named,
    by_id: &'a Named,
) -> impl Iterator<Item = LiveId> + 'a {
    let whole = kind.and_then(|kind| by_value.get(text).map(|ids| (kind, ids)));
    let exact = whole.into_iter().flat_map(|(kind, ids)| ids.iter().filter(move |id| id.address.kind == **kind));
    let (near, far): (Vec<_>, Vec<_>) = exact.cloned().partition(|one| one.region.is_empty() || one.region == region);
    // Of what is named alike elsewhere, what is here is meant.
    let exact = if near.is_empty() { far } else { near };
    let inside = words(text).filter(|word| is_made_by_aws(word)).filter_map(|word| by_id.get(word)).flatten().cloned();
    exact.into_iter().chain(inside)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let whole = text.trim_end_matches(":*").trim_end_matches("/*");
    // ARNs in the rule of a composite alarm.
    let quoted = text.split('"').filter(|word| word.starts_with("arn:"));
    std::iter::once(whole).chain(quoted).chain(text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')))
}

/// Returns whether a text is an ARN or an id such as `subnet-0abc1234`: nobody else's thing can have it.
fn is_made_by_aws(text: &str) -> bool {
    let id = text.rsplit_once('-').is_some_and(|(prefix, tail)| {
        prefix.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            && tail.len() >= 8
            && tail.bytes().all(|b| b.is_ascii_hexdigit())
    });
    let uuid = text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    text.starts_with("arn:") || id || uuid
}
