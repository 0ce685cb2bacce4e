use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};

use super::mistagged::find_mistagged;
use super::selection::Selection;
use super::types::{Inventory, ListOutcome, Orphan, StackListing, Unmanaged};
use crate::resource::{
    Address, AnyKind, AnyListing, Cloud, Facts, Failure, Live, Result, Scope, Secrets, Stack, StackId, State, key,
};

/// The kind whose things others stand in: it can't go while anything is inside.
pub const NETWORK: &str = "AWS::EC2::VPC";

/// The foreign things in one region.
#[derive(Debug, Default)]
pub struct Surveyed {
    pub things: Vec<Unmanaged>,
    /// Why it is not known what others have attached to the stack's things, if it is not.
    pub incomplete: Option<Failure>,
}

/// The ids of what was found in one region, by type.
pub type Things = BTreeMap<&'static str, Vec<String>>;

/// The services of which the tag index shows something, by stack; see [`Facts::indexed_as`].
pub type Services = BTreeMap<StackId, BTreeSet<String>>;

/// Where readers come from; one account.
pub trait Source<C: Cloud>: Send + Sync {
    /// Opens a fresh reader for one region.
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<C::Reader>>;

    /// Says of which services the tag index shows something of the scope's stacks. It lags.
    fn services<'a>(&'a self, reader: &'a C::Reader, scope: &'a Scope) -> BoxFuture<'a, Result<Services>>;

    /// Lists all that stands in the networks among these things, ours or not, and what others have attached to them.
    fn survey<'a>(&'a self, reader: &'a C::Reader, things: &'a Things) -> BoxFuture<'a, Result<Surveyed>>;
}

/// The stacks to read in one account.
pub struct Request<'a> {
    pub project: &'a str,
    pub account: &'a str,
    /// The types that are read in any case: what the project can make. Of another type it is read what the tag index shows.
    pub named: &'a BTreeSet<String>,
    pub stacks: Vec<StackRequest<'a>>,
    /// Whether to look for unmanaged things too (`diff`, `destroy`).
    pub survey: bool,
}

/// One stack to read.
pub struct StackRequest<'a> {
    pub stack: &'a Stack,
    /// The desired resources and their regions: if one of them is missing, a second list asks whether it only lost its tags.
    pub wanted: BTreeMap<Address, String>,
    /// The desired resources that belong to no region.
    pub global: BTreeSet<Address>,
}

impl StackRequest<'_> {
    /// The home region and those that resources name.
    pub fn regions(&self) -> BTreeSet<&str> {
        self.wanted.values().map(String::as_str).chain([self.stack.region.as_str()]).collect()
    }

    /// Returns whether most of what should be in the home region is there. If not, the stack may live elsewhere: what named
    /// the new home before is here all the same.
    pub fn is_at_home(&self, inventory: &Inventory) -> bool {
        let wanted = self.wanted_at_home().count();
        wanted == 0 || self.missing_at_home(inventory).len() * 2 < wanted
    }

    /// Returns whether a stack that is not at home lives where something of it was found: that is missing at home, or
    /// nothing is there at all.
    pub fn lives_with(&self, found: &Orphan, inventory: &Inventory) -> bool {
        let is_empty = inventory.living_in(&self.stack.region).next().is_none();
        is_empty || self.missing_at_home(inventory).into_iter().any(|address| found.addresses.contains(address))
    }

    fn missing_at_home(&self, inventory: &Inventory) -> Vec<&Address> {
        let there: BTreeSet<&Address> = inventory.living_in(&self.stack.region).collect();
        self.wanted_at_home().filter(|address| !there.contains(address)).collect()
    }

    fn wanted_at_home(&self) -> impl Iterator<Item = &Address> {
        let home =
            self.wanted.iter().filter(|(address, at)| **at == self.stack.region && !self.global.contains(*address));
        home.map(|(address, _)| address)
    }
}

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
    let (scope, name) = (scope(request, region), region.to_owned());
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

/// The scope of the lists in one region.
pub(super) fn scope(request: &Request<'_>, region: &str) -> Scope {
    let stacks = request.stacks.iter().filter(|stack_request| stack_request.regions().contains(region));
    Scope {
        project: request.project.to_owned(),
        account: request.account.to_owned(),
        region: region.to_owned(),
        stacks: stacks.map(|stack_request| stack_request.stack.id.clone()).collect(),
        requested: BTreeSet::new(),
    }
}

/// One stack's share of a listing.
pub(super) fn share<C: Cloud>(
    kind: &dyn AnyKind<C>,
    listing: &AnyListing,
    project: &str,
    stack: &StackId,
) -> StackListing {
    let facts = kind.facts();
    let mut stack_listing = StackListing { name_conflicts: listing.name_conflicts.clone(), ..StackListing::default() };
    for live in &listing.found {
        let is_ours = live.tags.get(key::PROJECT) == Some(project) && live.tags.stack().as_ref() == Some(stack);
        let Some(address) = live.tags.address(facts.kind).filter(|_| is_ours) else { continue };
        let live = Arc::new(live.clone());
        if facts.bears_id() && is_copy(&live) {
            stack_listing.copies.push(live);
        } else {
            stack_listing.found.entry(address).or_default().push(live);
        }
    }
    let concerns = |unseen: &&crate::resource::Unseen| {
        unseen.tags.as_ref().is_none_or(|tags| tags.stack().as_ref() == Some(stack))
    };
    stack_listing.unseen = listing.unseen.iter().filter(concerns).cloned().collect();
    stack_listing
}

/// A restored cluster carries the tags of the one it was made from: its name is not its `provision:id`.
fn is_copy(live: &Live) -> bool {
    live.tags.get(key::ID).is_some_and(|id| live.name.as_deref().is_some_and(|name| !name.eq_ignore_ascii_case(id)))
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
