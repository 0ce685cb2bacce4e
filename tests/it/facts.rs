//! What the kinds say of themselves, held against CloudFormation's own schemas.
//!
//! `data/cloudformation.json` is cut from cfn-lint's copy of the registry (1.58.0, us-east-1): of each of our types the
//! names of all properties, and which are create-only, create-only under conditions, read-only and required.

use std::collections::{BTreeMap, BTreeSet};

use provision::kinds::KINDS;
use provision::resource::{Facts, Shape};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    create_only: BTreeSet<String>,
    conditional_create_only: BTreeSet<String>,
    read_only: BTreeSet<String>,
    required: BTreeSet<String>,
    properties: BTreeSet<String>,
}

/// `type property: reason`, one a line.
type Exceptions = &'static [(&'static str, &'static str, &'static str)];

/// Create-only in CloudFormation, and updated by us.
const UPDATED: Exceptions = &[];

/// Updated in CloudFormation, and create-only with us.
const REPLACED: Exceptions = &[];

/// Create-only under conditions, and how each is dealt with.
const CONDITIONAL: Exceptions = &[];

/// Not in CloudFormation's schema: what AWS cannot tag is a field of its owner.
const EMBEDDED: Exceptions = &[];

/// Required by CloudFormation, and not by us.
const OPTIONAL: Exceptions = &[];

fn registered() -> BTreeMap<String, Registered> {
    serde_json::from_str(include_str!("../data/cloudformation.json")).expect("our own file")
}

/// Every kind with its place in the registry, and its top-level properties.
fn all() -> Vec<(Facts, &'static dyn Shape, Registered, BTreeSet<String>)> {
    let mut registered = registered();
    let kinds = KINDS.iter().map(|kind| {
        let facts = kind.facts();
        let entry = registered.remove(facts.kind).unwrap_or_else(|| panic!("{} is not in the data", facts.kind));
        let properties = kind.schema().root()["properties"].as_object().expect("a spec is an object");
        (facts, kind.shape(), entry, properties.keys().cloned().collect())
    });
    kinds.collect()
}

/// Compares what was found with a table of exceptions, both ways.
fn compare(found: &BTreeSet<(String, String)>, exceptions: Exceptions) {
    let listed: BTreeSet<_> =
        exceptions.iter().map(|(kind, property, _)| ((*kind).to_owned(), (*property).to_owned())).collect();
    let unlisted: Vec<_> = found.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(found).collect();
    assert!(unlisted.is_empty(), "without a reason: {unlisted:#?}");
    assert!(stale.is_empty(), "no longer so: {stale:#?}");
    assert!(exceptions.iter().all(|(_, _, reason)| !reason.is_empty()));
}

/// `/A/B` as the registry writes it.
fn registry_path(pointer: &str) -> String {
    pointer.trim_start_matches('/').to_owned()
}

fn top(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

#[test]
fn what_cloudformation_replaces_we_replace() {
    let mut found = BTreeSet::new();
    for (facts, _, entry, properties) in all() {
        let ours: BTreeSet<_> = facts.create_only.iter().map(|path| registry_path(path)).collect();
        for path in entry.create_only.iter().filter(|path| properties.contains(top(path))) {
            let is_covered = ours.iter().any(|own| path == own || path.starts_with(&format!("{own}/")));
            if !is_covered {
                found.insert((facts.kind.to_owned(), path.clone()));
            }
        }
    }
    compare(&found, UPDATED);
}

#[test]
fn what_we_replace_cloudformation_replaces() {
    let mut found = BTreeSet::new();
    for (facts, _, entry, _) in all() {
        for path in facts.create_only.iter().map(|path| registry_path(path)) {
            if !entry.create_only.contains(&path) && !entry.conditional_create_only.contains(&path) {
                found.insert((facts.kind.to_owned(), path));
            }
        }
    }
    compare(&found, REPLACED);
}

#[test]
fn every_conditional_create_only_property_has_its_rule() {
    let mut found = BTreeSet::new();
    for (facts, _, entry, properties) in all() {
        let modelled = entry.conditional_create_only.into_iter().filter(|path| properties.contains(top(path)));
        found.extend(modelled.map(|path| (facts.kind.to_owned(), path)));
    }
    compare(&found, CONDITIONAL);
}

#[test]
fn every_property_has_cloudformations_name() {
    let mut found = BTreeSet::new();
    for (facts, _, entry, properties) in all() {
        let strange = properties.into_iter().filter(|name| !entry.properties.contains(name));
        found.extend(strange.map(|name| (facts.kind.to_owned(), name)));
    }
    compare(&found, EMBEDDED);
}

#[test]
fn what_cloudformation_requires_we_require() {
    let mut found = BTreeSet::new();
    for (facts, shape, entry, properties) in all() {
        let required = shape.schema().root()["required"].as_array().cloned().unwrap_or_default();
        let required: BTreeSet<_> = required.iter().filter_map(|name| name.as_str()).collect();
        let lenient = entry.required.iter().filter(|name| properties.contains(*name) && !required.contains(name.as_str()));
        found.extend(lenient.map(|name| (facts.kind.to_owned(), name.clone())));
    }
    compare(&found, OPTIONAL);
}

#[test]
fn no_read_only_property_can_be_set() {
    for (facts, _, entry, properties) in all() {
        let both: Vec<_> = entry.read_only.intersection(&properties).collect();
        assert!(both.is_empty(), "{}: {both:?}", facts.kind);
    }
}
