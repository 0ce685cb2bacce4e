//! What is not the stack's, and what strangers do to the stack.

use std::collections::BTreeMap;

use provision::resource::{Tags, key};
use serde_json::{Value, json};

use super::build::REGIONS;
use super::cloud::{World, neighbour_tags, short};
use super::faults::{Fault, What};
use super::history::{Drift, Yaml};
use super::kinds::KINDS;
use super::thing::Thing;

/// All that is not ours, as it was left: it must stay so to the last bit.
#[derive(Default)]
pub struct Strangers {
    left: BTreeMap<String, Thing>,
    /// Those of them that refer to something of ours, or might be it once that is gone.
    guests: Vec<String>,
    /// What lost a tag that made it ours, as it was before.
    pub mistagged: Vec<Thing>,
}

impl Strangers {
    /// In every region a neighbour's stack, and things without tags.
    pub fn move_in(world: &mut World) -> Self {
        let mut strangers = Self::default();
        REGIONS.iter().for_each(|region| strangers.settle(world, region));
        strangers
    }

    fn settle(&mut self, world: &mut World, region: &str) {
        let mut leave = |world: &mut World, kind: &str, spec: &Value, tags: Tags, name: Option<&str>| {
            let (id, name) = (world.new_id(kind), name.map(str::to_owned));
            let thing = Thing::new(kind, id.clone(), spec.clone(), tags);
            self.leave(world, Thing { name, region: region.to_owned(), ..thing });
            id
        };
        let of_net = json!({ "Range": "10.0.0.0/16", "Dns": true });
        let net = leave(world, "Fake::Net", &of_net, neighbour_tags("main"), None);
        let of_part = json!({ "Net": net, "Range": "10.0.0.0/24", "Public": false });
        let part = leave(world, "Fake::Part", &of_part, neighbour_tags("a"), None);
        let of_store = json!({ "Parts": [part], "Engine": "sql", "Class": "large", "Groups": [] });
        let mut tags = neighbour_tags("db");
        tags.set(key::ID, "acme-certification-db");
        leave(world, "Fake::Store", &of_store, tags, Some("acme-certification-db"));
        leave(world, "Fake::Net", &of_net, Tags::default(), None);
        // Names that are nearly ours.
        let of_board = json!({ "Net": net, "Text": "theirs" });
        for name in ["acme-production-board1", "test--acme--certification--board1", "test--acme-production--x--board1"]
        {
            leave(world, "Fake::Board", &of_board, Tags::default(), Some(name));
        }
        let note = Tags::from_iter([(key::NOTE, "provision v2:.. protected")]);
        let of_cache = json!({ "Ttl": 9, "Headers": [] });
        leave(world, "Fake::Cache", &of_cache, note, Some("other--acme--production--cache1"));
    }

    fn leave(&mut self, world: &mut World, thing: Thing) {
        self.left.insert(thing.id.clone(), thing.clone());
        world.things.insert(thing.id.clone(), thing);
    }

    /// Returns what was done to them, if anything was.
    pub fn harm(&self, world: &World) -> Option<String> {
        self.left.iter().find_map(|(id, left)| match world.things.get(id) {
            Some(there) if there == left => None,
            Some(there) => Some(format!("{id} was left as {left:?} and is {there:?}")),
            None => Some(format!("{id} is gone")),
        })
    }

    /// Takes away what holds up the end: a part inside one of our nets, a copy of what is gone, of which only a person
    /// knows whether it is to take its place.
    pub fn guests_leave(&mut self, world: &mut World) {
        for id in self.guests.drain(..) {
            self.left.remove(&id);
            world.things.remove(&id);
        }
    }

    /// Does it, if there is what it is about; returns how often.
    pub fn meddle(&mut self, world: &mut World, drift: &Drift, yaml: &Yaml, faults: &[Fault]) -> Option<&'static str> {
        if *drift == Drift::Person {
            world.things.values_mut().for_each(|thing| thing.human = false);
            return Some("drift: a person acted");
        }
        let (Drift::Set { at, .. }
        | Drift::Delete { at }
        | Drift::Inside { at }
        | Drift::Copy { at }
        | Drift::Tag { at, .. }
        | Drift::Untag { at, .. }
        | Drift::Break { at }
        | Drift::Estrange { at, .. }) = drift
        else {
            return None;
        };
        let ours = |thing: &&Thing| thing.is_of("acme", "production") && !thing.is_copy() && thing.place() == *at;
        let target = world.things.values().find(ours).filter(|thing| thing.leaves_at.is_none())?.clone();
        let is_used = !world.users(&target.id).is_empty();
        // What nothing of ours refers to that can be read, and what has no name of its own, cannot be known again.
        let is_named = target.kind != "Fake::Group"
            && target.name == target.tags.get(key::NAME).map(|name| format!("acme-production-{name}"));
        let tells = |user: &&Thing| refers(yaml, user, &target) && !is_denied(faults, user);
        let is_known = is_named || world.users(&target.id).iter().any(tells);
        // One at a time, or what knows it is not known itself.
        let is_alone = self.mistagged.is_empty();
        let thing = world.things.get_mut(&target.id)?;
        if thing.is_untaggable() && matches!(drift, Drift::Tag { .. } | Drift::Untag { .. }) {
            thing.tags.get(key::NOTE)?;
            thing.tags.set(key::NOTE, "for the campaign");
            return Some("drift: a note overwritten");
        }
        Some(match drift {
            Drift::Estrange { .. } if !is_known || !is_alone => return None,
            Drift::Estrange { .. } if thing.is_untaggable() => {
                self.mistagged.push(target.clone());
                thing.name = Some("theirs".to_owned());
                "drift: a name that made it ours changed"
            }
            Drift::Estrange { key, .. } => {
                self.mistagged.push(target.clone());
                thing.tags.0.remove(key);
                "drift: a tag that made it ours removed"
            }
            Drift::Set { property, value, .. } => {
                thing.spec[property.as_str()] = value.clone();
                thing.spec = as_stored(&thing.kind, thing.spec.take());
                "drift: a field changed"
            }
            Drift::Tag { key, value, .. } => {
                thing.tags.set(key, value);
                "drift: a tag changed"
            }
            Drift::Untag { key, .. } => {
                thing.tags.0.remove(key);
                "drift: a tag removed"
            }
            Drift::Break { .. } => {
                thing.failed = Some("the machine below it broke".to_owned());
                "drift: a thing failed"
            }
            Drift::Delete { .. } if is_used || !is_alone => return None,
            Drift::Delete { .. } => {
                world.things.remove(&target.id);
                "drift: a thing deleted"
            }
            Drift::Inside { .. } => {
                let id = world.new_id("Fake::Part");
                let spec = json!({ "Net": target.id, "Range": "10.0.99.0/24", "Public": false });
                self.guests.push(id.clone());
                let part = Thing::new("Fake::Part", id, spec, Tags::default());
                self.leave(world, Thing { region: target.region, ..part });
                "drift: a foreign thing inside"
            }
            Drift::Copy { .. } => {
                let id = world.new_id(&target.kind);
                let name = target.name.as_ref().map(|name| format!("{name}-restored-{id}"));
                self.guests.push(id.clone());
                // What a copy was restored into is not the copy's to keep.
                let spec = without_ids(&target.spec);
                let copy = Thing::new(&target.kind, id, spec, target.tags);
                self.leave(world, Thing { name, region: target.region, ..copy });
                "drift: a copy with our tags"
            }
            Drift::Person => return None,
        })
    }
}

/// Whether the lists of its kind, or a look at one of them, may be denied.
fn is_denied(faults: &[Fault], thing: &Thing) -> bool {
    let kind = short(&thing.kind);
    let reads = [format!("Describe{kind}s"), format!("Get{kind}")];
    faults.iter().any(|fault| fault.what == What::Deny && reads.contains(&fault.operation))
}

/// Whether a thing of ours refers to another by the YAML, too.
fn refers(yaml: &Yaml, user: &Thing, target: &Thing) -> bool {
    let reference = format!("⟦{}.", target.place());
    let mut resources = yaml.resources.iter().filter(|resource| resource.place() == user.place());
    user.is_of("acme", "production")
        && !user.is_copy()
        && resources.any(|resource| resource.properties.to_string().contains(&reference))
}

fn without_ids(spec: &Value) -> Value {
    let mut spec = spec.clone();
    if let Value::Object(map) = &mut spec {
        map.insert("Parts".to_owned(), json!([]));
        map.insert("Groups".to_owned(), json!([]));
    }
    spec
}

/// A spec with all that the cloud fills in by itself, as it keeps what a person gives it.
fn as_stored(kind: &str, spec: Value) -> Value {
    let known = KINDS.iter().find(|known| known.facts().kind == kind).expect("a thing is of a known kind");
    known.normalise(spec).expect("people write what the cloud takes")
}
