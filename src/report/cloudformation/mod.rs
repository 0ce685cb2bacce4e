//! A stack as a CloudFormation template, for those who leave, compare or audit.

mod intrinsic;
mod names;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use self::intrinsic::Intrinsics;
use self::names::{LogicalIds, logical_word, physical_name};
use self::parts::{Part, Split, split};
use super::document::pretty;
use crate::blueprint::{Blueprint, Resource};
use crate::plan::own_tags;
use crate::resource::cloudformation::{Answers, CloudFormation, Snapshots, Source, TagForm};
use crate::resource::{Address, Facts, Identity, Reference, Shape, key};

/// CloudFormation's limit for a template's description.
const DESCRIPTION: usize = 1024;

/// The stack as a CloudFormation template in JSON.
///
/// What we embed and CloudFormation has a type for becomes a resource of its own; names that end in a hash are left to
/// CloudFormation. Resources in another region than the stack's, and those that CloudFormation has no type for, can't be in its
/// template and are listed in `Metadata`.
pub fn cloudformation_json(blueprint: &Blueprint, kinds: &[&dyn Shape]) -> String {
    let facts: BTreeMap<_, _> = kinds.iter().map(|kind| (kind.facts().kind, kind.facts())).collect();
    let is_typed = |resource: &Resource| {
        facts.get(resource.address.kind.as_str()).is_none_or(|facts| facts.cloudformation.is_there)
    };
    let (here, left_out): (Vec<_>, Vec<_>) = blueprint
        .resources
        .values()
        .partition(|resource| resource.region == blueprint.stack.region && is_typed(resource));
    let why_not = |resource: &Resource| {
        if is_typed(resource) { format!("in {}", resource.region) } else { "has no type in CloudFormation".to_owned() }
    };
    let left_out: Vec<_> =
        left_out.into_iter().map(|resource| format!("{} {}", resource.address, why_not(resource))).collect();
    let export = Export { blueprint, kinds, facts, ids: LogicalIds::of(here.iter().map(|resource| &resource.address)) };
    let mut resources = Map::new();
    for resource in here.into_iter().filter(|resource| !export.is_answer(resource)) {
        export.add(resource, &mut resources);
    }
    let mut template = Map::new();
    template.insert("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"));
    let description = format!("{} by provision, template {}", blueprint.stack.id, blueprint.stack.template);
    template.insert("Description".to_owned(), json!(description.chars().take(DESCRIPTION).collect::<String>()));
    if !left_out.is_empty() {
        template.insert("Metadata".to_owned(), json!({ "NotInThisTemplate": left_out }));
    }
    template.insert("Resources".to_owned(), Value::Object(resources));
    let outputs = export.outputs();
    if !outputs.is_empty() {
        template.insert("Outputs".to_owned(), Value::Object(outputs));
    }
    pretty(&template)
}

struct Export<'a> {
    blueprint: &'a Blueprint,
    kinds: &'a [&'a dyn Shape],
    facts: BTreeMap<&'static str, &'a Facts>,
    ids: LogicalIds,
}

/// Writes the physical name at the property that has it, which may be inside of another (`Config/Name`).
fn name_in(properties: &mut Map<String, Value>, property: &str, name: Value) {
    match property.split_once('/') {
        None => drop(properties.entry(property).or_insert(name)),
        Some((outer, inner)) => {
            let within = properties.entry(outer).or_insert_with(|| json!({}));
            within.as_object_mut().into_iter().for_each(|within| name_in(within, inner, name.clone()));
        }
    }
}

impl Export<'_> {
    /// Adds a resource and the resources that its embedded fields become.
    fn add(&self, resource: &Resource, resources: &mut Map<String, Value>) {
        let id = self.ids.of_address(&resource.address);
        let Split { mut properties, parts } = self.split(resource);
        let facts = self.facts.get(resource.address.kind.as_str());
        let property = facts.and_then(|facts| facts.name_property);
        if let (Some(property), Some(name)) = (property, self.physical(resource)) {
            let name = if name.contains("${AWS::") { json!({ "Fn::Sub": name }) } else { Value::String(name) };
            name_in(&mut properties, property, name);
        }
        let takes_tags =
            |facts: &&Facts| facts.identity == Identity::Tags && facts.cloudformation.tag_form != TagForm::Nowhere;
        if let Some(facts) = facts.copied().filter(takes_tags) {
            properties.insert(facts.cloudformation.tags.to_owned(), self.tags(resource));
        }
        if let Some(Answers { list, key, property }) = facts.and_then(|facts| facts.cloudformation.answers) {
            let answers = self.answers(&resource.address, key, property);
            properties.extend((!answers.is_empty()).then(|| (list.to_owned(), Value::Array(answers))));
        }
        let mut body = Map::new();
        body.insert("Type".to_owned(), json!(resource.address.kind));
        if let Some(policy) = self.deletion_policy(resource) {
            body.insert("DeletionPolicy".to_owned(), json!(policy));
            body.insert("UpdateReplacePolicy".to_owned(), json!(policy));
        }
        let depends = self.depends_on(resource, &id);
        if !depends.is_empty() {
            body.insert("DependsOn".to_owned(), json!(depends));
        }
        if facts.is_some_and(|facts| !takes_tags(facts)) {
            body.insert("Metadata".to_owned(), json!({ key::NAME: resource.address.name }));
        }
        body.insert("Properties".to_owned(), self.intrinsics().of(&Value::Object(properties)));
        resources.insert(id, Value::Object(body));
        for part in parts {
            resources.insert(part.id.clone(), self.part(&part));
        }
    }

    /// Whether a resource does what another asks of a person: CloudFormation does that by itself.
    fn is_answer(&self, resource: &Resource) -> bool {
        Reference::all_in(&resource.spec).iter().any(|(_, reference)| self.is_asking(reference))
    }

    fn is_asking(&self, reference: &Reference) -> bool {
        let facts = self.facts.get(reference.address.kind.as_str());
        facts.is_some_and(|facts| facts.cloudformation.answers.is_some() && facts.is_asking(&reference.output))
    }

    /// What CloudFormation is to do of what a resource asks for: once for each, by what the resources that do it here say.
    fn answers(&self, asking: &Address, key: &str, property: &str) -> Vec<Value> {
        let mut all = BTreeMap::new();
        for resource in self.blueprint.resources.values() {
            for (_, reference) in Reference::all_in(&resource.spec) {
                if reference.address == *asking && self.is_asking(&reference) {
                    let name = reference.output.split_once('.').map_or("", |(_, name)| name).to_owned();
                    all.insert(name.clone(), json!({ key: name, property: resource.spec[property] }));
                }
            }
        }
        all.into_values().collect()
    }

    fn part(&self, part: &Part) -> Value {
        let mut body = Map::new();
        body.insert("Type".to_owned(), json!(part.kind));
        let depends = self.gateways_of(&part.properties);
        if !depends.is_empty() {
            body.insert("DependsOn".to_owned(), json!(depends));
        }
        body.insert("Properties".to_owned(), self.intrinsics().of(&Value::Object(part.properties.clone())));
        Value::Object(body)
    }

    /// A route needs its gateway attached, which the reference to the gateway does not say.
    fn gateways_of(&self, properties: &Map<String, Value>) -> BTreeSet<String> {
        let references = Reference::all_in(properties.get("GatewayId").unwrap_or(&Value::Null));
        references.iter().flat_map(|(_, reference)| self.parts_of(&reference.address)).collect()
    }

    fn intrinsics(&self) -> Intrinsics<'_> {
        Intrinsics { ids: &self.ids, facts: &self.facts }
    }

    /// What it follows without a reference, and the parts of those.
    fn depends_on(&self, resource: &Resource, own: &str) -> BTreeSet<String> {
        let follows = resource.edges.iter().filter(|(_, pointers)| pointers.contains(""));
        let mut all: BTreeSet<_> = follows
            .filter(|(address, _)| self.ids.has(address))
            .flat_map(|(address, _)| [vec![self.ids.of_address(address)], self.parts_of(address)].concat())
            .collect();
        let late = resource.edges.keys().filter(|target| self.completes(target) && !self.needs(target, resource));
        all.extend(late.flat_map(|target| self.parts_of(target)));
        all.extend(self.ranges_of(resource));
        all.remove(own);
        all
    }

    /// The parts by which others have the ranges that a resource takes its own from.
    fn ranges_of(&self, resource: &Resource) -> Vec<String> {
        let divided = |reference: &Reference| {
            let divided = self.facts.get(reference.address.kind.as_str())?.cloudformation.divided?;
            reference.output.starts_with(divided.output).then(|| self.parts_of(&reference.address))
        };
        Reference::all_in(&resource.spec).iter().filter_map(|(_, reference)| divided(reference)).flatten().collect()
    }

    /// Whether a resource is as wanted only with a part of it: the list that would go in a circle inside it.
    fn completes(&self, address: &Address) -> bool {
        let facts = self.facts.get(address.kind.as_str());
        let parts = facts.map_or(&[][..], |facts| facts.cloudformation.parts);
        parts.iter().any(|part| matches!(part.source, Source::Referring(_)))
    }

    /// Whether a resource needs another, directly or through others.
    fn needs(&self, address: &Address, other: &Resource) -> bool {
        let (mut open, mut seen) = (vec![address], BTreeSet::new());
        while let Some(at) = open.pop() {
            let edges = self.blueprint.resources.get(at).into_iter().flat_map(|resource| resource.edges.keys());
            open.extend(edges.filter(|target| seen.insert(*target)));
        }
        seen.contains(&other.address)
    }

    fn parts_of(&self, address: &Address) -> Vec<String> {
        let Some(resource) = self.blueprint.resources.get(address).filter(|_| self.ids.has(address)) else {
            return Vec::new();
        };
        self.split(resource).parts.into_iter().map(|part| part.id).collect()
    }

    fn split(&self, resource: &Resource) -> Split {
        let (own, name) = (self.ids.of_address(&resource.address), self.physical(resource));
        let facts =
            self.facts.get(resource.address.kind.as_str()).map_or(&CloudFormation::SAME, |facts| &facts.cloudformation);
        split(facts, &own, name.as_deref(), &resource.spec)
    }

    fn physical(&self, resource: &Resource) -> Option<String> {
        let facts = self.facts.get(resource.address.kind.as_str())?;
        physical_name(&self.blueprint.stack, resource, facts)
    }

    /// The tags that we would write, but for the digest, which is about our own specs.
    fn tags(&self, resource: &Resource) -> Value {
        let facts = self.facts.get(resource.address.kind.as_str());
        let tags = facts.map(|facts| own_tags(&self.blueprint.stack, resource, facts)).unwrap_or_default();
        let form = facts.map_or(TagForm::Plain, |facts| facts.cloudformation.tag_form);
        let tag = |key: &str, value: &str| match form {
            TagForm::Propagated => json!({ "Key": key, "Value": value, "PropagateAtLaunch": false }),
            TagForm::Plain | TagForm::ByKey | TagForm::Nowhere | TagForm::OfType(_) => {
                json!({ "Key": key, "Value": value })
            }
        };
        let all: Value = tags.iter().map(|(key, value)| tag(key, value)).collect();
        match form {
            TagForm::OfType(kind) => json!([{ "ResourceType": kind, "Tags": all }]),
            TagForm::ByKey => {
                tags.iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect::<Map<_, _>>().into()
            }
            TagForm::Plain | TagForm::Nowhere | TagForm::Propagated => all,
        }
    }

    /// What CloudFormation is to do instead of deleting: nothing that bears data goes without a copy.
    fn deletion_policy(&self, resource: &Resource) -> Option<&'static str> {
        let facts = self.facts.get(resource.address.kind.as_str())?;
        match facts.cloudformation.snapshots {
            Snapshots::Unless(property) if resource.spec.get(property).is_some() => None,
            Snapshots::Yes | Snapshots::Unless(_) => Some("Snapshot"),
            Snapshots::No if facts.stateful => Some("Retain"),
            Snapshots::No => None,
        }
    }

    /// Whether an output is a list.
    fn is_list(&self, reference: &Reference) -> bool {
        let shape = self.kinds.iter().find(|shape| shape.facts().kind == reference.address.kind);
        shape.is_some_and(|shape| shape.outputs().root()["properties"][&reference.output]["type"] == "array")
    }

    fn outputs(&self) -> Map<String, Value> {
        let is_here =
            |value: &Value| Reference::all_in(value).iter().all(|(_, reference)| self.ids.has(&reference.address));
        // A list within text would be no text.
        let is_text = |value: &Value| {
            value.is_string() || Reference::all_in(value).iter().all(|(_, reference)| !self.is_list(reference))
        };
        let outputs = self.blueprint.outputs.iter().filter(|(_, value)| is_here(value) && is_text(value));
        outputs
            .map(|(name, value)| {
                // An output is one string: what has structure is written out as JSON.
                let value = match value {
                    Value::String(_) => value.clone(),
                    other => Value::String(other.to_string()),
                };
                (logical_word(name), json!({ "Value": self.intrinsics().of(&value) }))
            })
            .collect()
    }
}
