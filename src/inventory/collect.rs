use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;

use super::mistagged::find_mistagged;
use super::request::{Request, Source, StackRequest, Surveyed, Things};
use super::selection::Selection;
use super::share::share;
use super::types::{Inventory, ListOutcome, Unmanaged};
use crate::resource::{AnyKind, AnyListing, Cloud, Facts, Live, Result, Secrets, StackId, State, key};

/// The kind whose things others stand in: it can't go while anything is inside.
pub const NETWORK: &str = "AWS::EC2::VPC";

/// Reads every kind once per region for all stacks asked for, at once, and a second time where something is missing that
/// may only have lost its tags. What fails is kept as unknown.
pub async fn collect<C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    source: &dyn Source<C>,
    request: &Request<'_>,
) -> BTreeMap<StackId, Inventory> {
    let regions: BTreeSet<&str> = request.stacks.iter().flat_map(StackRequest::regions).collect();
    let read = join_all(regions.into_iter().map(|region| read_region(kinds, source, request, region))).await;
    let mut inventories: BTreeMap<StackId, Inventory> =
        request.stacks.iter().map(|stack_request| (stack_request.stack.id.clone(), Inventory::default())).collect();
    for region in read {
        for stack_request in
            request.stacks.iter().filter(|stack_request| stack_request.regions().contains(&*region.name))
        {
            let stack = &stack_request.stack.id;
            let inventory = inventories.entry(stack.clone()).or_default();
            for (kind, listing) in region.read_of(kinds, stack) {
                let seen = match listing {
                    Ok(listing) => ListOutcome::Read(share(*kind, listing, request.project, stack)),
                    Err(failure) => ListOutcome::Unknown(failure.clone()),
                };
                inventory.kinds.insert((region.name.clone(), kind.facts().kind.to_owned()), seen);
            }
            for (kind, listing) in region.read_of(kinds, stack) {
                let attached = listing.iter().flat_map(|listing| &listing.attached);
                inventory.attached.extend(attached.map(|one| Unmanaged {
                    kind: kind.facts().kind.to_owned(),
                    id: one.id.clone(),
                    place: one.host.clone(),
                }));
            }
            match &region.survey {
                Ok(all) => {
                    inventory.attached.extend(all.things.iter().cloned());
                    inventory.incomplete = all.incomplete.clone().or(inventory.incomplete.take());
                }
                Err(failure) => inventory.survey_failure = Some(failure.clone()),
            }
        }
    }
    find_mistagged(kinds, source, request, &mut inventories).await;
    inventories.values_mut().for_each(report_attached);
    if request.survey {
        inventories.values_mut().for_each(report_copies);
    }
    inventories.values_mut().for_each(|inventory| hide_secrets(kinds, inventory));
    inventories
}

/// Takes sensitive values out of what states say: why a task stopped can quote its command.
fn hide_secrets<C: Cloud>(kinds: &[&dyn AnyKind<C>], inventory: &mut Inventory) {
    let mut secrets = Secrets::default();
    let facts: BTreeMap<&str, &Facts> =
        kinds.iter().map(|kind| kind.facts()).map(|facts| (facts.kind, facts)).collect();
    for (address, live) in inventory.all() {
        if let Some(facts) = facts.get(address.kind.as_str()) {
            secrets.add(facts, &live.spec);
        }
    }
    if secrets.is_empty() {
        return;
    }
    for seen in inventory.kinds.values_mut() {
        let ListOutcome::Read(stack_listing) = seen else { continue };
        for live in stack_listing.found.values_mut().flatten().filter(|live| live.state != State::Ready) {
            secrets.hide_in_state(&mut Arc::make_mut(live).state);
        }
    }
}

/// The lists of one region.
struct Region<'a> {
    name: String,
    selection: Selection<'a>,
    /// In the order of the kinds; none of those that no stack needs.
    listings: Vec<Option<Result<AnyListing>>>,
    survey: Result<Surveyed>,
}

impl Region<'_> {
    /// The lists that were made for a stack, by kind.
    fn read_of<'r, C: Cloud>(
        &'r self,
        kinds: &'r [&'r dyn AnyKind<C>],
        stack: &'r StackId,
    ) -> impl Iterator<Item = (&'r &'r dyn AnyKind<C>, &'r Result<AnyListing>)> {
        let listings = kinds.iter().zip(&self.listings).filter_map(|(kind, listing)| Some((kind, listing.as_ref()?)));
        listings.filter(move |(kind, _)| self.selection.has(kind.facts(), stack))
    }
}

async fn read_region<'a, C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    source: &dyn Source<C>,
    request: &'a Request<'_>,
    region: &str,
) -> Region<'a> {
    let (scope, name) = (request.scope(region), region.to_owned());
    let reader = match source.reader(region).await {
        Ok(reader) => reader,
        Err(failure) => {
            let listings = kinds.iter().map(|_| Some(Err(failure.clone()))).collect();
            return Region { name, selection: Selection::all(request), listings, survey: Err(failure) };
        }
    };
    let selection = Selection::of(kinds, source, request, (&reader, &scope)).await;
    let is_needed = |kind: &dyn AnyKind<C>| scope.stacks.iter().any(|stack| selection.has(kind.facts(), stack));
    let listings = join_all(
        kinds.iter().map(|kind| async { if is_needed(*kind) { Some(kind.list(&reader, &scope).await) } else { None } }),
    )
    .await;
    let mut things = Things::new();
    for (kind, listing) in kinds.iter().zip(&listings) {
        let found = listing.iter().flatten().flat_map(|listing| &listing.found).map(|live| live.id.clone());
        things.entry(kind.facts().kind).or_default().extend(found);
    }
    let is_empty = things.values().all(Vec::is_empty);
    let survey =
        if request.survey && !is_empty { source.survey(&reader, &things).await } else { Ok(Surveyed::default()) };
    Region { name, selection, listings, survey }
}

/// Copies of ours are nobody's: they bear our tags because they were restored from what does.
fn report_copies(inventory: &mut Inventory) {
    let listings = inventory.kinds.iter().filter_map(|((_, kind), seen)| match seen {
        ListOutcome::Read(stack_listing) => Some((kind, stack_listing)),
        ListOutcome::Unknown(_) => None,
    });
    let copy = |kind: &String, live: &Live| Unmanaged {
        kind: kind.clone(),
        id: live.id.clone(),
        place: format!("a copy of {}", live.tags.get(key::ID).unwrap_or_default()),
    };
    let copies =
        listings.flat_map(|(kind, stack_listing)| stack_listing.copies.iter().map(move |live| copy(kind, live)));
    inventory.unmanaged.extend(copies.collect::<Vec<_>>());
}

/// Things in the stack's networks or on its resources that are not the stack's: known when all is read. Only a plan can tell
/// which of them may be a resource of the stack that lost its tags.
fn report_attached(inventory: &mut Inventory) {
    let attached = std::mem::take(&mut inventory.attached);
    let ours: BTreeSet<&str> = inventory.all().map(|(_, live)| live.id.as_str()).collect();
    let is_theirs = |one: &Unmanaged| ours.contains(&*one.place) && !ours.contains(&*one.id);
    let theirs: Vec<_> = attached.into_iter().filter(is_theirs).collect();
    inventory.unmanaged.extend(theirs);
}
