//! Candidates: live resources that may be a missing one without its tags; the evidence, and the way out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::input::Input;
use super::order::Shapes;
use crate::blueprint::Resource;
use crate::inventory::Inventory;
use crate::resource::{Address, Command, Facts, LastApplied, Live, Stack, StackId, Tags, key, pointer};

/// A live thing that may be a missing resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) id: String,
    /// The evidence, after its id: `is what AWS::EC2::RouteTable/public refers to here (/SubnetIds)`.
    pub(super) because: String,
    pub(super) tags: Tags,
}

/// The candidates by missing address.
pub(super) type Candidates = BTreeMap<Address, Vec<Candidate>>;

/// Finds the mistagged things that our live resources refer to, by the missing address that each may be: where several may
/// be it, each of them.
pub(super) fn referred(input: &Input<'_>, shapes: &Shapes<'_>) -> Candidates {
    let mut clues: BTreeMap<&str, Vec<Clue<'_>>> = BTreeMap::new();
    for (user, live) in input.inventory.all() {
        let (Some(wanted), Some(shape)) = (input.blueprint.resources.get(user), shapes.get(&*user.kind)) else {
            continue;
        };
        let last_applied = LastApplied::read(live.tags.get(key::DIGEST));
        for (at, kind) in shape.schema().refs(&live.spec) {
            let property = pointer::property(&at);
            let Some(value) = live.spec.pointer(&at).and_then(Value::as_str) else { continue };
            let answers = |thing: &&Arc<Live>| thing.handles().contains(value);
            let mut mistagged = input.inventory.listings(&kind).flat_map(|listing| &listing.mistagged);
            let Some(thing) = mistagged.find(answers) else { continue };
            let mut missing = missing_targets(input, wanted, &kind, &pointer::anywhere(&at));
            // A reference that the last apply wrote for another value of the YAML is no evidence for this one; then only the
            // thing's own name is.
            if wanted.is_changed_since(&last_applied, property) {
                missing.retain(|address| thing.tags.get(key::NAME) == Some(&*address.name));
            }
            if !missing.is_empty() {
                let property = property.to_owned();
                clues.entry(&*thing.id).or_default().push(Clue { thing, user, property, missing });
            }
        }
    }
    let mut candidates = Candidates::new();
    for clues in clues.values() {
        let clue = &clues[0];
        let because = format!("is what {} refers to here (/{})", clue.user, clue.property);
        for address in agreed(clues) {
            let candidate =
                Candidate { id: clue.thing.id.clone(), because: because.clone(), tags: clue.thing.tags.clone() };
            candidates.entry(address.clone()).or_default().push(candidate);
        }
    }
    candidates
}

/// One reference to a mistagged thing, and which missing resources the YAML has in that place.
struct Clue<'a> {
    thing: &'a Arc<Live>,
    user: &'a Address,
    property: String,
    missing: BTreeSet<&'a Address>,
}

/// The missing resources of a kind that the YAML has where a live resource refers to something.
fn missing_targets<'a>(input: &'a Input<'_>, wanted: &'a Resource, kind: &str, pattern: &str) -> BTreeSet<&'a Address> {
    let there = |pointers: &BTreeSet<String>| pointers.iter().any(|at| pointer::anywhere(at) == pattern);
    let named = wanted.edges.iter().filter(|(target, pointers)| target.kind == kind && there(pointers));
    named.map(|(target, _)| target).filter(|target| is_missing(input.inventory, target)).collect()
}

fn is_missing(inventory: &Inventory, address: &Address) -> bool {
    !inventory.listings(&address.kind).any(|listing| listing.found.contains_key(address))
}

/// The missing resources that all clues agree on; if the clues contradict each other, all that any of them names.
fn agreed<'a>(clues: &[Clue<'a>]) -> BTreeSet<&'a Address> {
    let every = |address: &&Address| clues.iter().all(|clue| clue.missing.contains(address));
    let all: BTreeSet<&Address> = clues.iter().flat_map(|clue| &clue.missing).copied().collect();
    let common: BTreeSet<&Address> = all.iter().copied().filter(every).collect();
    if common.is_empty() { all } else { common }
}

/// Finds the things that have the unique key of the resource, and our name on kinds that have one.
pub(super) fn claimants(
    stack: &Stack,
    resource: &Resource,
    facts: &Facts,
    inventory: &Inventory,
    desired: &Value,
) -> Vec<Candidate> {
    let has_name = |live: &Live| {
        let of =
            |name: &String| resource.names().any(|own| facts.naming().is_name_of(name, &stack.project, &stack.id, own));
        !facts.name.is_physical() || live.name.as_ref().is_some_and(of)
    };
    let shares = |live: &Live, pattern: &&str| !values(&live.spec, pattern).is_disjoint(&values(desired, pattern));
    let claims = |live: &&Arc<Live>| {
        !facts.unique_key.is_empty() && has_name(live) && facts.unique_key.iter().all(|pattern| shares(live, pattern))
    };
    let mistagged = inventory.listings(&resource.address.kind).flat_map(|listing| &listing.mistagged);
    let what = facts.unique_key.iter().map(|pattern| pattern.trim_end_matches("/*")).collect::<Vec<_>>().join(" and ");
    let what = if facts.name.is_physical() { format!("name and {what}") } else { what };
    let because = format!("has the same {what}");
    let candidate =
        |live: &Arc<Live>| Candidate { id: live.id.clone(), because: because.clone(), tags: live.tags.clone() };
    mistagged.filter(claims).map(candidate).collect()
}

/// The settled values that a pattern names.
fn values(spec: &Value, pattern: &str) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    pointer::walk(spec, &mut |at, leaf| {
        if pointer::matches(pattern, at) && !leaf.to_string().contains(crate::resource::OPEN) {
            values.insert(leaf.to_string());
        }
    });
    values
}

/// Finds a thing of ours whose tags were changed by hand: it was made as the missing resource, as the name that it was
/// created with says, and bears the tags of another one that the YAML does not have, or that is there already.
pub(super) fn renamed(
    stack: &Stack,
    resource: &Resource,
    facts: &Facts,
    inventory: &Inventory,
    is_wanted: impl Fn(&Address) -> bool,
) -> Option<Candidate> {
    let made_as = |live: &Live, name: &str| {
        let given = if facts.name.is_physical() { live.name.as_deref() } else { live.tags.get(super::tags::NAME) };
        given.is_some_and(|given| facts.naming().is_name_of(given, &stack.project, &stack.id, name))
    };
    let found = inventory.listings(&resource.address.kind).flat_map(|listing| &listing.found);
    let odd = found.filter(|(address, lives)| !is_wanted(address) || lives.len() > 1);
    // A long name is cut, and then begins as others do: what may well be who its tags say is nobody else.
    let mut renamed = odd.flat_map(|(address, lives)| lives.iter().filter(|live| !made_as(live, &address.name)));
    let live = renamed.find(|live| resource.names().any(|own| made_as(live, own)))?;
    let because = "was made as this resource, as its name says".to_owned();
    Some(Candidate { id: live.id.clone(), because, tags: live.tags.clone() })
}

/// Why a missing resource is not made: its candidates, and the way out.
pub(super) fn reason(stack: &Stack, facts: &Facts, address: &Address, candidates: &[Candidate]) -> String {
    let place = format!("{}/{address}", stack.id);
    let one = |candidate: &Candidate| {
        let Candidate { id, because, tags } = candidate;
        let adopt = Command::new("adopt").word(&place).word(id);
        match owner(stack, address, tags) {
            _ if facts.identity.is_name() => format!(
                "{id} {because}, but is not called {}, and by that name alone it would be known, since AWS can't tag it: if it \
                 is this resource, give it that name back; if it is somebody else's, let nothing of this stack refer to it",
                facts.naming().name(&stack.project, &stack.id, &address.name, "")
            ),
            Some(owner) if facts.sole.is_some() => format!(
                "{id} {because}, and {owner} has it: take this one out of the YAML, or that one, which an apply then gives up; if \
                 it was renamed in the YAML, say `was:` there; if its tags are wrong, remove its provision: tags by hand, then \
                 `{adopt}`"
            ),
            None if facts.sole.is_some() => format!(
                "{id} {because}, and lacks our tags: `{adopt}` makes it this resource, which then keeps it as the YAML says; if \
                 somebody else looks after it, take this out of the YAML"
            ),
            Some(owner) => format!(
                "{id} {because}, but bears the tags of {owner}: if they are wrong, remove its provision: tags by hand, then \
                 `{adopt}`; if it was renamed in the YAML, say `was:` there; else rename one of the two"
            ),
            None => format!(
                "{id} {because}, but lacks our tags: if it is this resource, `{adopt}` sets them; if it \
                 is somebody else's, rename it, or take it out of the way"
            ),
        }
    };
    candidates.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The resource whose tags these are, if they are whole and not this resource's own.
pub(super) fn owner(stack: &Stack, address: &Address, tags: &Tags) -> Option<String> {
    let (project, claimed, name) = (tags.get(key::PROJECT)?, tags.stack()?, tags.get(key::NAME)?);
    let is_own = project == stack.project && claimed == stack.id && name == address.name;
    (!is_own).then(|| format!("{} in project {project}", of(&claimed, address, name)))
}

fn of(stack: &StackId, address: &Address, name: &str) -> String {
    format!("{stack}/{}", Address::new(&*address.kind, name))
}
