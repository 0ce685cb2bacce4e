//! A look at one thing by its id, to take it as a resource of a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{As, Engine, plan_stacks};
use crate::blueprint::{Blueprint, Resource};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::inventory::{Inventory, Seen};
use crate::kinds::KINDS;
use crate::plan::{Guarding, Mode, StackPlan, Unfit, adopted, adoption, unread};
use crate::resource::{AnyListing, Live, Scope};

/// What adopting a thing writes, and what is different about it.
pub struct Adoption {
    /// A retag of the one thing, and nothing else.
    pub plan: StackPlan,
    /// What the next plan will say of it.
    pub differences: StackPlan,
    pub live: Arc<Live>,
}

impl Engine {
    /// Looks at the thing with this id, ARN or name, whosever it is, as if it were the resource.
    ///
    /// # Errors
    /// If it is not there, could not be read, is somebody else's, or the resource is there already.
    pub async fn adoption(
        &self,
        world: &World,
        project: &Project,
        blueprint: &Blueprint,
        resource: &Resource,
        id: &str,
    ) -> Result<Adoption> {
        let address = &resource.address;
        let mut inventories = self.read(project, &[blueprint], As::Writer, false).await?;
        let inventory = inventories.entry(blueprint.stack.id.clone()).or_default();
        if let Some((_, live)) = inventory.all().find(|(at, _)| *at == address) {
            let failure = Failure::new(Exit::Refused, format!("{address} is there already: it is {}", live.id));
            return Err(
                failure.hint(format!("if {} is the wrong one, remove its provision: tags by hand first", live.id))
            );
        }
        if let Some(Seen::Read(sight)) = inventory.seen(&resource.region, &address.kind)
            && let Some(unseen) = unread(sight, resource)
        {
            let what = format!("{} may be {address}, and could not be read: {}", unseen.id, unseen.failure);
            return Err(Failure::new(Exit::Blocked, what).hint(unseen.failure.advice()));
        }
        let listing = self.ask_for(blueprint, resource, id).await?;
        let live = Arc::new(the_one(&listing, resource, id)?);
        let kind = KINDS.iter().find(|kind| kind.facts().kind == address.kind);
        let facts = kind.ok_or_else(|| Failure::error(format!("bug: no kind {}", address.kind)))?.facts();
        let plan = adoption(blueprint, resource, facts, &live).map_err(|unfit| refusal(&live.id, unfit))?;
        let as_ours = Arc::new(adopted(blueprint, resource, facts, &live));
        let differences = differences(world, blueprint, resource, inventory, as_ours)?;
        Ok(Adoption { plan, differences, live })
    }

    async fn ask_for(&self, blueprint: &Blueprint, resource: &Resource, id: &str) -> Result<AnyListing> {
        let Resource { address, region, .. } = resource;
        let stack = &blueprint.stack;
        let scope = Scope {
            project: stack.project.clone(),
            account: stack.account.clone(),
            region: region.clone(),
            stacks: vec![stack.id.clone()],
            also: BTreeSet::from([id.to_owned()]),
        };
        let session = self.sessions.open(&stack.account, region, As::Writer.role(stack)).await?;
        let kind = KINDS.iter().find(|kind| kind.facts().kind == address.kind);
        let kind = kind.ok_or_else(|| Failure::error(format!("bug: no kind {}", address.kind)))?;
        kind.list(&session.reader(), &scope).await.map_err(|failure| Failure { exit: Exit::Blocked, ..failure.into() })
    }
}

/// The thing that was asked for, out of all that its kind listed.
fn the_one(listing: &AnyListing, resource: &Resource, id: &str) -> Result<Live> {
    let asked = Scope { also: BTreeSet::from([id.to_owned()]), ..Scope::default() };
    let handles =
        |live: &Live| live.handles().into_iter().chain(live.name.clone()).any(|handle| asked.asks_for(&handle));
    if let Some(live) = listing.found.iter().find(|live| handles(live)) {
        return Ok(live.clone());
    }
    if let Some(unseen) = listing.unseen.iter().find(|unseen| asked.asks_for(&unseen.id)) {
        return Err(Failure { exit: Exit::Blocked, ..unseen.failure.clone().into() });
    }
    let (kind, region) = (&resource.address.kind, &resource.region);
    Err(Failure::error(format!("there is no {kind} {id} in {region}"))
        .hint("give its id, its ARN or its name, and the type that it has"))
}

fn refusal(id: &str, unfit: Unfit) -> Failure {
    match unfit {
        Unfit::Owned(owner) => Failure::new(Exit::Refused, format!("{id} bears the tags of {owner}"))
            .hint("if they are wrong, remove its provision: tags by hand, then adopt it"),
        Unfit::Leaving => Failure::new(Exit::Refused, format!("{id} is being deleted")),
        Unfit::Named(name) => {
            Failure::new(Exit::Refused, format!("AWS can't tag {id}: its name is all that could make it this resource"))
                .hint(format!("call it {name}, if AWS lets you rename it; else let an apply make a new one"))
        }
        Unfit::Misfit(why) => Failure::new(Exit::Refused, format!("{id} {why}")),
    }
}

/// What the next plan will say of the thing once it bears the tags: a plan of its address alone.
fn differences(
    world: &World,
    blueprint: &Blueprint,
    resource: &Resource,
    inventory: &mut Inventory,
    live: Arc<Live>,
) -> Result<StackPlan> {
    let address = &resource.address;
    let place = (resource.region.clone(), address.kind.clone());
    if let Some(Seen::Read(sight)) = inventory.kinds.get_mut(&place) {
        sight.strangers.retain(|stranger| stranger.id != live.id);
        sight.estranged.retain(|other| other.id != live.id);
        sight.copies.retain(|other| other.id != live.id);
        sight.found.insert(address.clone(), vec![live]);
    }
    let inventories = BTreeMap::from([(blueprint.stack.id.clone(), inventory.clone())]);
    let plan = plan_stacks(world, &[blueprint], &inventories, &[], Mode::Apply, &Guarding::default())?;
    let mut plan = plan.stacks.into_iter().next().unwrap_or_else(|| StackPlan::empty(blueprint.stack.clone()));
    plan.changes.retain(|change| change.address == *address);
    Ok(StackPlan { changes: plan.changes, ours: plan.ours, ..StackPlan::empty(plan.stack) })
}
