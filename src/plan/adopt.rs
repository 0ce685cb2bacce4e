//! Adoption of a live resource: the tags that it writes, and the conflicts that forbid it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::candidates::owner;
use super::types::{Action, Cause, Change, StackPlan, Step, StepId, Verb};
use crate::blueprint::{Blueprint, Resource};
use crate::resource::{Disruption, Facts, Live, State, Tags, key};

/// Why something cannot be adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdoptionConflict {
    /// It bears whole tags of another address: `acme/production/AWS::EC2::VPC/main in project p`.
    Owned(String),
    /// It is being deleted.
    Deleting,
    /// No spec can express it, and why.
    Unsupported(String),
    /// AWS can't tag it: only what has this name is the resource.
    Named(String),
}

/// Plans the adoption of a live thing: a retag with the tags that tell whose it is, and nothing else. The digest is not
/// among them, so that the next plan's causes read unknown.
///
/// # Errors
/// [`AdoptionConflict`] if it is somebody else's, about to go, of another shape than a spec can have, or known by its name
/// alone.
pub fn adoption(
    blueprint: &Blueprint,
    resource: &Resource,
    facts: &Facts,
    live: &Arc<Live>,
) -> Result<StackPlan, AdoptionConflict> {
    let (stack, address) = (&blueprint.stack, &resource.address);
    if facts.identity.is_name() {
        let name = facts.naming().name(&stack.project, &stack.id, &address.name, "");
        return Err(AdoptionConflict::Named(name.to_string()));
    }
    if let Some(owner) = owner(stack, address, &live.tags) {
        return Err(AdoptionConflict::Owned(owner));
    }
    if live.state == State::Deleting {
        return Err(AdoptionConflict::Deleting);
    }
    if let Some(why) = &live.unsupported {
        return Err(AdoptionConflict::Unsupported(why.clone()));
    }
    let set_tags: Tags = identity(blueprint, resource, facts, live)
        .iter()
        .filter(|(key, value)| live.tags.get(key) != Some(value))
        .collect();
    let id = StepId::new(address, Verb::Retag, &live.id);
    let keys: Vec<_> = set_tags.iter().map(|(key, _)| key.to_owned()).collect();
    let mut plan = StackPlan::empty(stack.clone());
    plan.changes.push(Change {
        address: address.clone(),
        region: live.region.clone(),
        action: Action::Retag,
        cause: Cause::Config,
        disruption: Disruption::None,
        id: Some(live.id.clone()),
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: vec![format!("tags: {}", keys.join(", "))],
        folds: false,
    });
    let step =
        Step { region: live.region.clone(), live: Some(live.clone()), set_tags, seconds: 1, ..Step::new(id.clone()) };
    plan.steps.insert(id, step);
    Ok(plan)
}

/// The thing as it will be listed once it is adopted: itself, with the tags of its address.
pub fn adopted(blueprint: &Blueprint, resource: &Resource, facts: &Facts, live: &Live) -> Live {
    let mut live = live.clone();
    for (key, value) in identity(blueprint, resource, facts, &live).iter() {
        live.tags.set(key, value);
    }
    live
}

/// The tags that make a thing ours.
fn identity(blueprint: &Blueprint, resource: &Resource, facts: &Facts, live: &Live) -> Tags {
    let stack = &blueprint.stack;
    let mut tags = Tags::from_iter([
        (key::PROJECT, &*stack.project),
        (key::TENANT, &*stack.id.tenant),
        (key::ENVIRONMENT, &*stack.id.environment),
        (key::NAME, &*resource.address.name),
    ]);
    if let Some(name) = live.name.as_deref().filter(|_| facts.name.is_physical()) {
        tags.set(key::ID, name);
    }
    tags
}
