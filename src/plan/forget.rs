//! Forgetting a live resource: the tags that are taken off, and the conflicts that forbid it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::input::Input;
use super::live_edges::{LiveEdges, LiveId};
use super::order::Shapes;
use super::removals::{can_refer, unreadable_kinds};
use super::types::{Action, Cause, Change, StackPlan, Step, StepId, Verb};
use crate::resource::{Address, Disruption, Live, State, key};

/// Why a resource can't be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForgetConflict {
    /// The YAML still names it: the next plan would create it a second time.
    Wanted,
    /// Nothing live has the address.
    Missing,
    /// Something of the type could not be read, so that nobody knows: why.
    Unread(String),
    /// Several live things have the address: their ids.
    Several(Vec<String>),
    Deleting,
    /// AWS can't tag it: its name makes it ours.
    Named,
    /// Each of its revisions bears our tags, and only the newest is known.
    Revisioned,
    /// These of ours still refer to it.
    Used(BTreeSet<Address>),
    /// What could not be read may refer to it: its type, and why.
    MayBeUsed(String, String),
}

/// Plans to forget the live resource of an address: a retag that takes all of our tags off, and nothing else.
///
/// # Errors
/// [`ForgetConflict`] if it would not be forgotten, or leave ours with something that is not.
pub fn forgetting(input: &Input<'_>, address: &Address) -> Result<(StackPlan, Arc<Live>), ForgetConflict> {
    let is_wanted = input.blueprint.resources.values().any(|resource| {
        let is_former = resource.address.kind == address.kind && resource.was.as_ref() == Some(&address.name);
        resource.address == *address || is_former
    });
    if is_wanted {
        return Err(ForgetConflict::Wanted);
    }
    let live = the_one(input, address)?;
    let shapes: Shapes<'_> = input.shapes.iter().map(|shape| (shape.facts().kind, *shape)).collect();
    let facts = shapes.get(address.kind.as_str()).map(|shape| shape.facts()).ok_or(ForgetConflict::Missing)?;
    if facts.identity.is_name() {
        return Err(ForgetConflict::Named);
    }
    if facts.revisioned {
        return Err(ForgetConflict::Revisioned);
    }
    if live.state == State::Deleting {
        return Err(ForgetConflict::Deleting);
    }
    let unread = unreadable_kinds(input).into_iter().find(|(kind, _)| can_refer(&shapes, kind, &address.kind));
    if let Some((kind, why)) = unread {
        return Err(ForgetConflict::MayBeUsed(kind, why));
    }
    let edges = &LiveEdges::of(&shapes, &input.inventory.all().collect::<Vec<_>>());
    let id = LiveId::of(address, live);
    let users: BTreeSet<_> = edges.into(&id).map(|(user, _)| user.address.clone()).collect();
    if !users.is_empty() {
        return Err(ForgetConflict::Used(users));
    }
    let used: BTreeSet<_> = edges.out.get(&id).into_iter().flat_map(|used| used.keys()).map(|id| &id.address).collect();
    Ok((untagging(input, address, live, &used), live.clone()))
}

/// The one live thing with the address. What is global is listed in each region.
fn the_one<'a>(input: &Input<'a>, address: &Address) -> Result<&'a Arc<Live>, ForgetConflict> {
    let mut claimants: Vec<_> = input.inventory.all().filter(|(at, _)| *at == address).map(|(_, live)| live).collect();
    claimants.dedup_by(|one, other| one.id == other.id);
    match claimants.as_slice() {
        [live] => Ok(live),
        [] => {
            let unread = unreadable_kinds(input).into_iter().find(|(kind, _)| *kind == address.kind);
            Err(unread.map_or(ForgetConflict::Missing, |(_, why)| ForgetConflict::Unread(why)))
        }
        several => Err(ForgetConflict::Several(several.iter().map(|live| live.id.clone()).collect())),
    }
}

fn untagging(input: &Input<'_>, address: &Address, live: &Arc<Live>, used: &BTreeSet<&Address>) -> StackPlan {
    let ours = live.tags.iter().map(|(key, _)| key).filter(|key| key.starts_with(key::PREFIX));
    let unset_tags: Vec<_> = ours.map(str::to_owned).collect();
    let used: Vec<_> = used.iter().map(ToString::to_string).collect();
    let stays = (!used.is_empty())
        .then(|| format!("it uses {}: AWS may refuse to delete these while it is there", used.join(", ")));
    let notes = std::iter::once(format!("tags that are taken off: {}", unset_tags.join(", "))).chain(stays);
    let id = StepId::new(address, Verb::Retag, &live.id);
    let mut plan = StackPlan::empty(input.blueprint.stack.clone());
    plan.changes.push(Change {
        address: address.clone(),
        region: live.region.clone(),
        action: Action::Retag,
        cause: Cause::Removed,
        disruption: Disruption::None,
        id: Some(live.id.clone()),
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: notes.collect(),
        folds: false,
    });
    let step =
        Step { region: live.region.clone(), live: Some(live.clone()), unset_tags, seconds: 1, ..Step::new(id.clone()) };
    plan.steps.insert(id, step);
    plan
}
