//! Reads one live resource by its id, to adopt it into a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Accounts, Fleet, Location, PlanOptions, Unmatched};
use crate::blueprint::{Blueprint, Resource};
use crate::inventory::{Inventory, ListOutcome};
use crate::plan::{AdoptionConflict, Guarding, Mode, QuotaMode, StackPlan, adopted, adoption, unread};
use crate::resource::{AnyKind, AnyListing, Failure, Live, Scope, StackId, Unseen};

/// The tags that an adoption writes, and the differences that it leaves.
#[derive(Debug)]
pub struct Adoption {
    /// A retag of the one thing, and nothing else.
    pub plan: StackPlan,
    /// The next plan's differences.
    pub differences: StackPlan,
    pub live: Arc<Live>,
}

/// Why a thing can't be adopted.
#[derive(Clone, Debug)]
pub enum AdoptionError {
    /// The resource is there already: its id.
    IsThere(String),
    /// Something may be the resource, and could not be read.
    Unread(Unseen),
    /// There is nothing with that id.
    Missing,
    /// It may be there, and could not be read.
    Unseen(Failure),
    /// It is there, under this id, and can't be taken.
    Conflict(String, AdoptionConflict),
    /// No kind is of the resource's type.
    Unknown,
    /// The account is another than the tenant's file says.
    Failed(Failure),
}

impl<A: Accounts> Fleet<'_, A> {
    /// Looks at the thing with this id, ARN or name, whosever it is, as if it were the resource of the fleet's one stack.
    ///
    /// # Errors
    /// [`AdoptionError`].
    pub async fn adoption(
        &self,
        blueprint: &Blueprint,
        resource: &Resource,
        id: &str,
    ) -> Result<Adoption, AdoptionError> {
        let address = &resource.address;
        let mut inventories = self.read(false).await.map_err(AdoptionError::Failed)?;
        let inventory = inventories.entry(blueprint.stack.id.clone()).or_default();
        if let Some((_, live)) = inventory.all().find(|(at, _)| *at == address) {
            return Err(AdoptionError::IsThere(live.id.clone()));
        }
        if let Some(ListOutcome::Read(listing)) = inventory.list_outcome(&resource.region, &address.kind)
            && let Some(unseen) = unread(listing, resource)
        {
            return Err(AdoptionError::Unread(unseen.clone()));
        }
        let kind = self.accounts.kinds().iter().find(|kind| kind.facts().kind == address.kind);
        let kind = *kind.ok_or(AdoptionError::Unknown)?;
        let listing = self.ask_for(kind, blueprint, resource, id).await?;
        let live = Arc::new(the_one(&listing, id)?);
        let facts = kind.facts();
        let conflict = |conflict| AdoptionError::Conflict(live.id.clone(), conflict);
        let plan = adoption(blueprint, resource, facts, &live).map_err(conflict)?;
        take(inventory, resource, Arc::new(adopted(blueprint, resource, facts, &live)));
        let differences = self.differences(blueprint, resource, inventories);
        Ok(Adoption { plan, differences, live })
    }

    async fn ask_for(
        &self,
        kind: &dyn AnyKind<A::Cloud>,
        blueprint: &Blueprint,
        resource: &Resource,
        id: &str,
    ) -> Result<AnyListing, AdoptionError> {
        let stack = &blueprint.stack;
        let scope = Scope {
            project: stack.project.clone(),
            account: stack.account.clone(),
            region: resource.region.clone(),
            stacks: vec![stack.id.clone()],
            requested: BTreeSet::from([id.to_owned()]),
        };
        let reader = self.accounts.reader(&Location::of(stack, &resource.region, self.access)).await;
        kind.list(&reader.map_err(AdoptionError::Failed)?, &scope).await.map_err(AdoptionError::Unseen)
    }

    /// The next plan of the thing, once it bears the tags: a plan of its address alone.
    fn differences(
        &self,
        blueprint: &Blueprint,
        resource: &Resource,
        inventories: BTreeMap<StackId, Inventory>,
    ) -> StackPlan {
        let options = PlanOptions {
            selectors: &[],
            mode: Mode::Apply,
            guarding: Guarding::default(),
            survey: false,
            quota: QuotaMode::Off,
        };
        let plan = match self.plan_from(&options, inventories) {
            Ok(fleet_plan) => fleet_plan.plan.stacks.into_iter().find(|plan| plan.stack.id == blueprint.stack.id),
            // Nothing was selected.
            Err(Unmatched(_)) => None,
        };
        let mut plan = plan.unwrap_or_else(|| StackPlan::empty(blueprint.stack.clone()));
        plan.changes.retain(|change| change.address == resource.address);
        StackPlan { changes: plan.changes, ours: plan.ours, ..StackPlan::empty(plan.stack) }
    }
}

/// The thing that was asked for, out of all that its kind listed.
fn the_one(listing: &AnyListing, id: &str) -> Result<Live, AdoptionError> {
    let asked = Scope { requested: BTreeSet::from([id.to_owned()]), ..Scope::default() };
    let handles =
        |live: &Live| live.handles().into_iter().chain(live.name.clone()).any(|handle| asked.requests(&handle));
    if let Some(live) = listing.found.iter().find(|live| handles(live)) {
        return Ok(live.clone());
    }
    let unseen = listing.unseen.iter().find(|unseen| asked.requests(&unseen.id));
    Err(unseen.map_or(AdoptionError::Missing, |unseen| AdoptionError::Unseen(unseen.failure.clone())))
}

/// Puts the thing into what was seen, as if it bore the tags.
fn take(inventory: &mut Inventory, resource: &Resource, live: Arc<Live>) {
    let address = &resource.address;
    let place = (resource.region.clone(), address.kind.clone());
    if let Some(ListOutcome::Read(listing)) = inventory.kinds.get_mut(&place) {
        listing.name_conflicts.retain(|conflict| conflict.id != live.id);
        listing.mistagged.retain(|other| other.id != live.id);
        listing.copies.retain(|other| other.id != live.id);
        listing.found.insert(address.clone(), vec![live]);
    }
}
