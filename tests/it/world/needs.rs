//! What running versions need of others, and whether they have it: known from the YAML and from what is there, and not from
//! what the engine thinks.

use std::collections::BTreeSet;

use provision::resource::key;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::build::YamlResource;
use super::cloud::World;
use super::history::Yaml;
use super::thing::Thing;

/// One thing that a version needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// One of its groups opens a port.
    Port(i64),
    /// A group of the store at this place admits one of its groups.
    Store(String),
}

/// A version of a work that runs: what it needs, and the groups in which it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The places of its groups, with their ids.
    groups: BTreeSet<(String, String)>,
    /// What the YAML had it get when it started.
    promised: BTreeSet<Need>,
}

/// A change of version under way: until when, and how it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    pub until: Instant,
    pub fails: bool,
    /// What it goes back to if it fails.
    pub before: Value,
    pub versions: Vec<Version>,
}

/// A need of a running version: the work's id, which of its versions, and what.
type Held = BTreeSet<(String, usize, Need)>;

impl World {
    /// What running versions have of what was promised to them.
    pub fn held(&self) -> Held {
        let works = self.things.values().filter(|thing| is_watched(thing));
        let needs = works.flat_map(|work| {
            let versions = work.versions.iter().enumerate();
            versions.flat_map(move |(index, version)| {
                let has = version.promised.iter().filter(|need| self.has(version, need));
                has.map(move |need| (work.id.clone(), index, need.clone()))
            })
        });
        needs.collect()
    }

    fn has(&self, version: &Version, need: &Need) -> bool {
        let there = |id: &str| self.things.get(id).filter(|thing| thing.leaves_at.is_none());
        let ids: BTreeSet<&str> = version.groups.iter().map(|(_, id)| id.as_str()).collect();
        match need {
            Need::Port(port) => {
                ids.iter().any(|id| there(id).is_some_and(|group| list(&group.spec, "Ports").contains(&json!(port))))
            }
            Need::Store(place) => {
                let stores = self.things.values().filter(|thing| thing.place() == *place && thing.leaves_at.is_none());
                let groups = stores.flat_map(|store| list(&store.spec, "Groups"));
                let admitting = groups.filter_map(|group| there(group.as_str().unwrap_or_default()));
                let mut friends = admitting.flat_map(|group| list(&group.spec, "Friends"));
                friends.any(|friend| ids.contains(friend.as_str().unwrap_or_default()))
            }
        }
    }

    /// Checks a call of ours: what a running version has, and what the YAML does not take from it, it keeps.
    pub fn check_held(&mut self, before: &Held, call: &str) {
        if before.is_empty() {
            return;
        }
        self.note("promise 12: nobody is without what the running version needs");
        let after = self.held();
        let mut lost: Vec<_> = before.difference(&after).cloned().collect();
        lost.retain(|(work, _, need)| !self.is_taken_by_the_yaml(work, need) && self.still_gets(work, need));
        for (work, _, need) in lost {
            let place = self.things.get(&work).map(Thing::place).unwrap_or_default();
            self.deprived.push(format!("{call} takes {need:?} from a running version of {place} ({work})"));
        }
    }

    /// A replacement that has to go before its successor comes is an outage of its own.
    fn still_gets(&self, work: &str, need: &Need) -> bool {
        let Some(work) = self.things.get(work) else { return false };
        match need {
            Need::Port(_) => true,
            Need::Store(place) => {
                let is_there = |thing: &Thing| thing.place() == *place && thing.leaves_at.is_none();
                work.leaves_at.is_some() || self.things.values().any(is_there)
            }
        }
    }

    /// Whether the YAML has the work need it still and does not let it have it.
    fn is_taken_by_the_yaml(&self, work: &str, need: &Need) -> bool {
        let (Some(yaml), Some(work)) = (&self.yaml, self.things.get(work)) else { return true };
        let (needs, groups) = wished(yaml, &work.place());
        needs.contains(need) && !gets(yaml, &groups, need)
    }

    /// The version that a work's spec stands for now.
    pub fn version(&self, place: &str, spec: &Value) -> Version {
        let groups = list(spec, "Groups").into_iter().filter_map(|id| {
            let id = id.as_str()?.to_owned();
            Some((self.things.get(&id)?.place(), id))
        });
        let promised = self.yaml.as_ref().map(|yaml| {
            let (needs, groups) = wished(yaml, place);
            needs.into_iter().filter(|need| gets(yaml, &groups, need)).collect()
        });
        Version { groups: groups.collect(), promised: promised.unwrap_or_default() }
    }

    /// Ends the rollouts whose time has come.
    pub fn roll_out(&mut self) {
        let now = Instant::now();
        let mut failed = 0;
        for thing in self.things.values_mut() {
            let Some(rollout) = thing.rollout.take_if(|rollout| rollout.until <= now) else { continue };
            if rollout.fails {
                failed += 1;
                (thing.spec, thing.versions) = (rollout.before, rollout.versions);
            } else {
                thing.versions = thing.versions.pop().into_iter().collect();
            }
        }
        (0..failed).for_each(|_| self.note("a rollout failed"));
    }
}

/// Of what lost the tags by which it is ours, nobody knows that it is there.
fn is_watched(thing: &Thing) -> bool {
    thing.kind == "Fake::Work"
        && thing.is_of("acme", "production")
        && thing.tags.get(key::PROJECT) == Some("test")
        && !thing.is_copy()
}

/// What the YAML has a work need, and the places of its groups.
fn wished(yaml: &Yaml, place: &str) -> (BTreeSet<Need>, BTreeSet<String>) {
    let find = |place: &str| yaml.resources.iter().find(|resource| resource.place() == place);
    let is_former =
        |resource: &&YamlResource| resource.was.as_ref().is_some_and(|was| format!("{}/{was}", resource.kind) == place);
    // What was renamed in the YAML bears its former name until it is retagged.
    let work = find(place).or_else(|| yaml.resources.iter().find(is_former));
    let Some(work) = work else { return Default::default() };
    let groups = list(&work.properties, "Groups").iter().filter_map(named).collect();
    let recipe = named(&work.properties["Recipe"]).and_then(|place| find(&place));
    let Some(recipe) = recipe else { return (BTreeSet::new(), groups) };
    let ports = list(&recipe.properties, "Needs").into_iter().filter_map(|port| port.as_i64()).map(Need::Port);
    let store = named(&recipe.properties["Store"]).map(Need::Store);
    (ports.chain(store).collect(), groups)
}

/// Whether the YAML lets somebody in these groups have it.
fn gets(yaml: &Yaml, groups: &BTreeSet<String>, need: &Need) -> bool {
    let find = |place: &str| yaml.resources.iter().find(|resource| resource.place() == place);
    match need {
        Need::Port(port) => {
            let mut own = groups.iter().filter_map(|place| find(place));
            own.any(|group| list(&group.properties, "Ports").contains(&json!(port)))
        }
        Need::Store(place) => {
            let theirs = find(place).map(|store| list(&store.properties, "Groups")).unwrap_or_default();
            let admitting = theirs.iter().filter_map(named);
            let mut friends = admitting.filter_map(|place| Some(list(&find(&place)?.properties, "Friends"))).flatten();
            friends.any(|friend| named(&friend).is_some_and(|friend| groups.contains(&friend)))
        }
    }
}

fn list(spec: &Value, property: &str) -> Vec<Value> {
    spec[property].as_array().cloned().unwrap_or_default()
}

/// The place that a reference names.
fn named(reference: &Value) -> Option<String> {
    let text = reference.as_str()?;
    let inside = text.split_once('⟦')?.1;
    Some(inside.split_once('.')?.0.to_owned())
}
