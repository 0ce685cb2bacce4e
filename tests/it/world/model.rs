//! What a stack should look like in the end, from its YAML alone: what the engine is measured by.

use std::collections::BTreeMap;

use provision::resource::{Reference, Tags, key};
use serde_json::Value;

use super::cloud::{World, ids};
use super::history::Yaml;
use super::kinds::KINDS;
use super::kinds::is_global;
use super::thing::{Thing, UNTAGGABLE};
use super::verbs::revision;

/// One line for each thing that bears the stack's tags, with places instead of ids.
pub fn standing(world: &World) -> Vec<String> {
    let ours = |thing: &&Thing| thing.is_of("acme", "production") && !thing.is_copy();
    let things: Vec<&Thing> = world.things.values().filter(ours).collect();
    let places: BTreeMap<_, _> = things.iter().flat_map(|thing| named(thing)).collect();
    let lines = things.iter().map(|thing| {
        let mut spec = thing.spec.clone();
        name_places(&mut spec, &places);
        line(&thing.kind, &thing.region, &thing.place(), spec, &thing.tags)
    });
    sorted(lines.collect())
}

/// The same lines, from the YAML.
pub fn wanted(yaml: &Yaml) -> Vec<String> {
    let normal = |kind: &str, properties: &Value| {
        let kind = KINDS.iter().find(|known| known.facts().kind == kind).expect("a fake kind");
        kind.normalise(properties.clone()).expect("the YAML is right")
    };
    let revisions: BTreeMap<String, u64> = yaml
        .resources
        .iter()
        .map(|resource| (resource.place(), revision(&normal(&resource.kind, &resource.properties))))
        .collect();
    let lines = yaml.resources.iter().map(|resource| {
        let mut spec = normal(&resource.kind, &resource.properties);
        settle(&mut spec, &revisions);
        if UNTAGGABLE.contains(&&*resource.kind) {
            return line(&resource.kind, yaml.region(resource), &resource.place(), spec, &Tags::default());
        }
        let mut tags = Tags::from_iter([
            (key::PROJECT, "test"),
            (key::TENANT, "acme"),
            (key::ENVIRONMENT, "production"),
            (key::TEMPLATE, "fake"),
            (key::NAME, &*resource.name),
            ("cost-center", &*yaml.user_tag),
        ]);
        if ["Net", "Part", "Gate", "Cert", "Door", "Front"].iter().any(|kind| resource.kind == format!("Fake::{kind}"))
        {
            tags.set("Name", format!("acme-production-{}", resource.name));
        }
        line(&resource.kind, yaml.region(resource), &resource.place(), spec, &tags)
    });
    sorted(lines.collect())
}

fn line(kind: &str, region: &str, place: &str, mut spec: Value, tags: &Tags) -> String {
    if kind == "Fake::Work" {
        // Counts only at creation.
        spec["Count"] = Value::Null;
    }
    let known = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::TEMPLATE, key::NAME, "cost-center", "Name"];
    let tags: Tags = tags.iter().filter(|(key, value)| known.contains(key) || value.ends_with("pending")).collect();
    let region = if is_global(kind) { "everywhere" } else { region };
    format!("{region} {place} {spec} {}", serde_json::to_value(&tags).expect("tags are JSON"))
}

/// Puts places, and revisions, in the stead of references.
fn settle(value: &mut Value, revisions: &BTreeMap<String, u64>) {
    match value {
        Value::String(text) => {
            for (_, reference) in Reference::all_in(&Value::from(text.clone())) {
                let place = reference.address.to_string();
                if reference.output == "Revision" {
                    *value = Value::from(revisions.get(&place).copied().unwrap_or_default());
                    return;
                }
                *text = text.replace(&reference.to_string(), &place);
            }
        }
        Value::Array(list) => {
            list.iter_mut().for_each(|item| settle(item, revisions));
            list.sort_by_key(ToString::to_string);
        }
        Value::Object(map) => map.values_mut().for_each(|item| settle(item, revisions)),
        _ => {}
    }
}

/// By what others name a thing, its place.
fn named(thing: &Thing) -> impl Iterator<Item = (String, String)> {
    [thing.id.clone(), thing.shown_id().to_owned()].into_iter().map(|id| (id, thing.place()))
}

/// Puts places in the stead of ids, and sorts lists anew.
fn name_places(value: &mut Value, places: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(place) = places.get(text) {
                text.clone_from(place);
            }
            for (id, place) in places.iter().filter(|(id, _)| !ids(&Value::from(id.as_str())).is_empty()) {
                *text = text.replace(id.as_str(), place);
            }
        }
        Value::Array(list) => {
            list.iter_mut().for_each(|item| name_places(item, places));
            list.sort_by_key(ToString::to_string);
        }
        Value::Object(map) => map.values_mut().for_each(|item| name_places(item, places)),
        _ => {}
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

impl World {
    /// Specs and all tags of all that is there with places instead of ids: what two worlds are compared by.
    pub fn outline(&self) -> Vec<String> {
        let places: BTreeMap<_, _> = self.things.values().flat_map(named).collect();
        let lines = self.things.values().map(|thing| {
            let mut spec = thing.spec.clone();
            name_places(&mut spec, &places);
            let mut tags = thing.tags.clone();
            tags.0.remove(key::ID);
            // Its last section stands for values with ids in them.
            for place in [key::DIGEST, key::NOTE] {
                let Some(digest) = tags.get(place) else { continue };
                let sections: Vec<_> = digest.split('.').take(3).map(str::to_owned).collect();
                tags.set(place, sections.join("."));
            }
            format!("{} {spec} {}", thing.place(), serde_json::to_value(&tags).expect("tags are JSON"))
        });
        sorted(lines.collect())
    }
}
