use std::collections::{BTreeMap, BTreeSet};

use provision::blueprint::{Blueprint, Resource};
use provision::resource::{Address, Reference, Stack, StackId, Tags};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kinds::KINDS;

/// The stack's first home.
pub const HOME: &str = "us-east-1";
/// All there are.
pub const REGIONS: [&str; 3] = [HOME, "eu-west-1", "sa-east-1"];

/// One desired resource: type, name, properties.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YamlResource {
    pub kind: String,
    pub name: String,
    /// A former name, whose resource is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The region, if the YAML names one; else the home region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    pub properties: Value,
}

impl YamlResource {
    pub fn new(kind: &str, name: &str, properties: Value) -> Self {
        Self { kind: kind.to_owned(), name: name.to_owned(), was: None, region: None, properties }
    }

    /// `Fake::Net/main`.
    pub fn place(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }
}

pub fn stack() -> Stack {
    Stack {
        id: StackId::new("acme", "production"),
        project: "test".into(),
        account: "111122223333".into(),
        region: HOME.into(),
        template: "fake".into(),
        tags: Tags::from_iter([("cost-center", "42")]),
        read_role: None,
        write_role: None,
        external_id: None,
        protected: true,
    }
}

/// Builds the blueprint of resources that are known to be right.
pub fn blueprint(resources: &[YamlResource]) -> Blueprint {
    blueprint_of(stack(), resources)
}

pub fn blueprint_of(stack: Stack, resources: &[YamlResource]) -> Blueprint {
    let mut resources: BTreeMap<Address, Resource> = resources
        .iter()
        .map(|resource| {
            let kind = KINDS.iter().find(|kind| kind.facts().kind == resource.kind).expect("a fake kind");
            let spec =
                kind.normalise(resource.properties.clone()).unwrap_or_else(|why| panic!("{}: {why}", resource.name));
            let address = Address::new(&*resource.kind, &*resource.name);
            let mut edges: BTreeMap<Address, BTreeSet<String>> = BTreeMap::new();
            for (pointer, reference) in Reference::all_in(&spec) {
                edges.entry(reference.address).or_default().insert(pointer);
            }
            let named = resource.properties.as_object().expect("properties are an object");
            let set = named.keys().cloned().collect();
            let resource = Resource {
                address: address.clone(),
                region: resource.region.clone().unwrap_or_else(|| stack.region.clone()),
                is_global: kind.facts().is_global,
                spec: spec.into(),
                set,
                origins: BTreeMap::new(),
                exists_by: Vec::new(),
                edges,
                was: resource.was.clone(),
                physical: None,
                protected: None,
                external: BTreeSet::new(),
                ignore: Vec::new(),
            };
            (address, resource)
        })
        .collect();
    let there: BTreeSet<Address> = resources.keys().cloned().collect();
    for resource in resources.values_mut() {
        let dangling: Vec<_> = resource.edges.keys().filter(|target| !there.contains(*target)).collect();
        assert!(dangling.is_empty(), "{} refers to {dangling:?}, which the YAML has not", resource.address);
    }
    let (outputs, outputs_after) = Default::default();
    Blueprint { stack, resources, outputs, outputs_after, warnings: Vec::new(), families: Vec::new() }
}
