//! Live things that may be a missing resource which lost its tags: what says so, and the way out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::input::Input;
use super::order::Shapes;
use crate::blueprint::Resource;
use crate::inventory::Inventory;
use crate::resource::{Address, Command, Facts, Identity, Live, Recorded, Stack, StackId, Tags, key, pointer};

/// A live thing that may be a missing resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suspect {
    pub(super) id: String,
    /// What speaks for it, after its id: `is what AWS::EC2::RouteTable/public refers to here (/SubnetIds)`.
    pub(super) because: String,
    pub(super) tags: Tags,
}

/// By missing address: what a resource of ours refers to where the YAML lets it refer to that address.
pub(super) type Suspects = BTreeMap<Address, Vec<Suspect>>;

/// Finds what our live resources refer to and what bears another's tags or none, by the missing address that it may be.
/// Where that can't be told, it is each of them.
pub(super) fn referred(input: &Input<'_>, shapes: &Shapes<'_>) -> Suspects {
    let mut clues: BTreeMap<&str, Vec<Clue<'_>>> = BTreeMap::new();
    for (user, live) in input.inventory.all() {
        let (Some(wanted), Some(shape)) = (input.blueprint.resources.get(user), shapes.get(&*user.kind)) else {
            continue;
        };
        let record = Recorded::read(live.tags.get(key::DIGEST));
        for (at, kind) in shape.schema().refs(&live.spec) {
            let property = pointer::property(&at);
            let Some(value) = live.spec.pointer(&at).and_then(Value::as_str) else { continue };
            let answers = |thing: &&Arc<Live>| thing.handles().contains(value);
            let mut estranged = input.inventory.sights(&kind).flat_map(|sight| &sight.estranged);
            let Some(thing) = estranged.find(answers) else { continue };
            let mut missing = candidates(input, wanted, &kind, &pointer::anywhere(&at));
            // What the last apply put there for another value of the YAML says nothing about this one; then only the thing's
            // own name tells.
            if wanted.is_changed_since(&record, property) {
                missing.retain(|address| thing.tags.get(key::NAME) == Some(&*address.name));
            }
            if !missing.is_empty() {
                let property = property.to_owned();
                clues.entry(&*thing.id).or_default().push(Clue { thing, user, property, missing });
            }
        }
    }
    let mut suspects = Suspects::new();
    for clues in clues.values() {
        let clue = &clues[0];
        let because = format!("is what {} refers to here (/{})", clue.user, clue.property);
        for address in agreed(clues) {
            let suspect =
                Suspect { id: clue.thing.id.clone(), because: because.clone(), tags: clue.thing.tags.clone() };
            suspects.entry(address.clone()).or_default().push(suspect);
        }
    }
    suspects
}

/// One reference to an estranged thing, and which missing resources the YAML has in that place.
struct Clue<'a> {
    thing: &'a Arc<Live>,
    user: &'a Address,
    property: String,
    missing: BTreeSet<&'a Address>,
}

/// The missing resources of a kind that the YAML has where a live resource refers to something.
fn candidates<'a>(input: &'a Input<'_>, wanted: &'a Resource, kind: &str, pattern: &str) -> BTreeSet<&'a Address> {
    let there = |pointers: &BTreeSet<String>| pointers.iter().any(|at| pointer::anywhere(at) == pattern);
    let named = wanted.edges.iter().filter(|(target, pointers)| target.kind == kind && there(pointers));
    named.map(|(target, _)| target).filter(|target| is_missing(input.inventory, target)).collect()
}

fn is_missing(inventory: &Inventory, address: &Address) -> bool {
    !inventory.sights(&address.kind).any(|sight| sight.found.contains_key(address))
}

/// What all clues agree on; if they contradict each other, all that any of them says.
fn agreed<'a>(clues: &[Clue<'a>]) -> BTreeSet<&'a Address> {
    let every = |address: &&Address| clues.iter().all(|clue| clue.missing.contains(address));
    let all: BTreeSet<&Address> = clues.iter().flat_map(|clue| &clue.missing).copied().collect();
    let common: BTreeSet<&Address> = all.iter().copied().filter(every).collect();
    if common.is_empty() { all } else { common }
}

/// Finds what has the properties that only one living resource can have, and our name on kinds that have one.
pub(super) fn claimants(
    stack: &Stack,
    resource: &Resource,
    facts: &Facts,
    inventory: &Inventory,
    desired: &Value,
) -> Vec<Suspect> {
    let has_name = |live: &Live| {
        let of =
            |name: &String| resource.names().any(|own| facts.naming().is_name_of(name, &stack.project, &stack.id, own));
        !facts.name.is_physical() || live.name.as_ref().is_some_and(of)
    };
    let shares = |live: &Live, pattern: &&str| !values(&live.spec, pattern).is_disjoint(&values(desired, pattern));
    let claims = |live: &&Arc<Live>| {
        !facts.claims.is_empty() && has_name(live) && facts.claims.iter().all(|pattern| shares(live, pattern))
    };
    let estranged = inventory.sights(&resource.address.kind).flat_map(|sight| &sight.estranged);
    let what = facts.claims.iter().map(|pattern| pattern.trim_end_matches("/*")).collect::<Vec<_>>().join(" and ");
    let what = if facts.name.is_physical() { format!("name and {what}") } else { what };
    let because = format!("has the same {what}");
    let suspect = |live: &Arc<Live>| Suspect { id: live.id.clone(), because: because.clone(), tags: live.tags.clone() };
    estranged.filter(claims).map(suspect).collect()
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
) -> Option<Suspect> {
    let made_as = |live: &Live, name: &str| {
        let given = if facts.name.is_physical() { live.name.as_deref() } else { live.tags.get(super::tags::NAME) };
        given.is_some_and(|given| facts.naming().is_name_of(given, &stack.project, &stack.id, name))
    };
    let found = inventory.sights(&resource.address.kind).flat_map(|sight| &sight.found);
    let odd = found.filter(|(address, lives)| !is_wanted(address) || lives.len() > 1);
    // A long name is cut, and then begins as others do: what may well be who its tags say is nobody else.
    let mut renamed = odd.flat_map(|(address, lives)| lives.iter().filter(|live| !made_as(live, &address.name)));
    let live = renamed.find(|live| resource.names().any(|own| made_as(live, own)))?;
    let because = "was made as this resource, as its name says".to_owned();
    Some(Suspect { id: live.id.clone(), because, tags: live.tags.clone() })
}

/// Why a missing resource is not made: what may be it, and the way out.
pub(super) fn reason(stack: &Stack, facts: &Facts, address: &Address, suspects: &[Suspect]) -> String {
    let place = format!("{}/{address}", stack.id);
    let one = |suspect: &Suspect| {
        let Suspect { id, because, tags } = suspect;
        let adopt = Command::new("adopt").word(&place).word(id);
        match owner(stack, address, tags) {
            _ if facts.identity != Identity::Tags => format!(
                "{id} {because}, but is not called {}, and by that name alone it would be known, since AWS can't tag it: if it \
                 is this resource, give it that name back; if it is somebody else's, let nothing of this stack refer to it",
                facts.naming().name(&stack.project, &stack.id, &address.name, "")
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
    suspects.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Whose tags these are, if they are whole and not this resource's own.
pub(super) fn owner(stack: &Stack, address: &Address, tags: &Tags) -> Option<String> {
    let (project, claimed, name) = (tags.get(key::PROJECT)?, tags.stack()?, tags.get(key::NAME)?);
    let is_own = project == stack.project && claimed == stack.id && name == address.name;
    (!is_own).then(|| format!("{} in project {project}", of(&claimed, address, name)))
}

fn of(stack: &StackId, address: &Address, name: &str) -> String {
    format!("{stack}/{}", Address::new(&*address.kind, name))
}
