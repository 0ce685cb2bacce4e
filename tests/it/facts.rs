//! What our kinds say can only be set at creation, against what CloudFormation says.

use std::collections::{BTreeMap, BTreeSet};

use provision::aws::Aws;
use provision::kinds::KINDS;
use provision::resource::{AnyKind, pointer};
use serde::Deserialize;

/// `createOnlyProperties` and `conditionalCreateOnlyProperties` of CloudFormation's resource schemas for our kinds, as
/// published for us-east-1 in October 2026.
const PUBLISHED: &str = include_str!("../data/create_only.json");

/// Properties of which we say otherwise than CloudFormation, and why: kind, property, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Published {
    create_only: BTreeSet<String>,
    conditional_create_only: BTreeSet<String>,
}

fn published() -> BTreeMap<String, Published> {
    serde_json::from_str(PUBLISHED).expect("the data file is written in this form")
}

/// What one kind models, and what of it is create-only.
struct Ours {
    kind: &'static str,
    modelled: BTreeSet<String>,
    create_only: BTreeSet<&'static str>,
    revisioned: bool,
}

fn ours() -> Vec<Ours> {
    let of = |kind: &&dyn AnyKind<Aws>| {
        let facts = kind.facts();
        let properties = kind.schema().root()["properties"].as_object().expect("a spec is an object");
        Ours {
            kind: facts.kind,
            modelled: properties.keys().cloned().collect(),
            create_only: facts.create_only.iter().map(|path| pointer::property(path)).collect(),
            revisioned: facts.revisioned,
        }
    };
    KINDS.iter().map(of).collect()
}

fn is_exception(kind: &str, property: &str) -> bool {
    EXCEPTIONS.iter().any(|(of, name, _)| *of == kind && *name == property)
}

#[test]
fn the_published_facts_are_of_our_kinds() {
    let ours: BTreeSet<_> = KINDS.iter().map(|kind| kind.facts().kind.to_owned()).collect();
    assert_eq!(published().into_keys().collect::<BTreeSet<_>>(), ours, "tests/data/create_only.json");
}

#[test]
fn what_only_creation_can_set_is_said_to_be_so() {
    let published = published();
    let mut missing = Vec::new();
    // A new revision is how a revisioned kind is updated: nothing of it needs a replacement.
    for kind in ours().iter().filter(|kind| !kind.revisioned) {
        for property in published[kind.kind].create_only.intersection(&kind.modelled) {
            let is_said = kind.create_only.contains(property.as_str());
            if is_said == is_exception(kind.kind, property) {
                missing.push(format!("{} {property}: in CREATE_ONLY {is_said}", kind.kind));
            }
        }
    }
    assert!(missing.is_empty(), "either CREATE_ONLY or the exceptions must name it:\n{}", missing.join("\n"));
}

#[test]
fn what_is_said_to_need_creation_does() {
    let published = published();
    let mut wrong = Vec::new();
    for kind in ours() {
        let Published { create_only, conditional_create_only } = &published[kind.kind];
        for property in &kind.create_only {
            if !kind.modelled.contains(*property) {
                wrong.push(format!("{} {property}: no property of ours", kind.kind));
            }
            let is_published = create_only.contains(*property) || conditional_create_only.contains(*property);
            if is_published == is_exception(kind.kind, property) {
                wrong.push(format!("{} {property}: published {is_published}", kind.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "either the published facts or the exceptions must name it:\n{}", wrong.join("\n"));
}

#[test]
fn no_exception_is_stale() {
    let ours = ours();
    let is_used = |(of, property, why): &&(&str, &str, &str)| {
        let kind = ours.iter().find(|kind| kind.kind == *of);
        !why.is_empty() && kind.is_some_and(|kind| kind.modelled.contains(*property))
    };
    let stale: Vec<_> = EXCEPTIONS.iter().filter(|entry| !is_used(entry)).collect();
    assert!(stale.is_empty(), "{stale:#?}");
}
