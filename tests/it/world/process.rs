//! One run of the engine: what `apply::carry_out` stands on, over the fake cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, LocalBoxFuture};
use jiff::{SignedDuration, Timestamp};
use provision::apply::{
    Approved, Clock, Event, Fence, Halted, Hands, Host, LeaseStore, Ledger, Look, Permit, Recorder, Stop, carry_out,
};
use provision::blueprint::Blueprint;
use provision::inventory::{Inventory, Orphan, Request, Sought, Source, Surveyed, Things, collect, named_stacks};
use provision::plan::{Input, Mode, Plan, StackPlan, plan};
use provision::problem::Problem;
use provision::resource::{Address, Failure, Result, Shape, Stack, StackId, is_everywhere};
use tokio::sync::watch;
use tokio::time::Instant;

use super::client::Client;
use super::cloud::{FakeCloud, Reader, Writer};
use super::kinds::KINDS;
use super::leases::FakeLeases;
use super::thing::Thing;

/// A process that plans and applies.
pub struct Process<'a> {
    pub cloud: FakeCloud,
    pub client: Arc<Client>,
    pub blueprints: Vec<&'a Blueprint>,
    pub mode: Mode,
    /// The resources asked for, if not all.
    pub selection: Option<BTreeSet<Address>>,
    /// How far its wall clock is wrong.
    pub skew: SignedDuration,
    pub stop: watch::Receiver<Stop>,
    /// What it says when it is asked a last time whether the plan may be carried out.
    pub consent: Result<()>,
    pub events: Mutex<Vec<Event>>,
    /// Where a stack is looked for that is not where the YAML says.
    pub regions: &'static [&'static str],
    /// Whether what is left of a stack in a region is all that it is about.
    pub is_orphan: bool,
}

impl<'a> Process<'a> {
    pub fn new(cloud: &FakeCloud, run: &str, blueprints: Vec<&'a Blueprint>, mode: Mode) -> Self {
        let (_, stop) = watch::channel(Stop::No);
        Self {
            cloud: cloud.clone(),
            client: Arc::new(Client::new(run)),
            blueprints,
            mode,
            selection: None,
            skew: SignedDuration::ZERO,
            stop,
            consent: Ok(()),
            events: Mutex::default(),
            regions: &[],
            is_orphan: false,
        }
    }

    /// Reads what is there, of all stacks at once.
    pub async fn read(&self) -> BTreeMap<StackId, Inventory> {
        let stacks = self.blueprints.iter().map(|blueprint| sought(blueprint)).collect();
        let mut inventories = self.collect(stacks).await;
        for blueprint in &self.blueprints {
            let Some(inventory) = inventories.get_mut(&blueprint.stack.id) else { continue };
            let own = sought(blueprint);
            if !own.is_at_home(inventory) {
                let strays = self.strays(&own).await;
                inventory.elsewhere =
                    strays.found.into_iter().filter(|found| own.lives_with(found, inventory)).collect();
                inventory.unsearched = strays.unsearched;
            }
            if self.is_orphan {
                inventory.kinds.retain(|(_, kind), _| !is_everywhere(kind));
            }
        }
        inventories
    }

    async fn collect(&self, stacks: Vec<Sought<'_>>) -> BTreeMap<StackId, Inventory> {
        let stack = stacks.first().map_or_else(super::build::stack, |sought| sought.stack.clone());
        let request = Request { project: &stack.project, account: &stack.account, stacks, survey: false };
        collect(KINDS, self, &request).await
    }

    /// Looks for a stack in the regions that nothing of it names.
    pub async fn strays(&self, own: &Sought<'_>) -> Strays {
        let mut strays = Strays::default();
        for region in self.regions.iter().filter(|region| !own.regions().contains(**region)) {
            match self.resources_in(own.stack, region).await {
                Ok(addresses) if addresses.is_empty() => {}
                Ok(addresses) => strays.found.push(Orphan {
                    stack: own.stack.id.clone(),
                    account: own.stack.account.clone(),
                    region: (*region).to_owned(),
                    role: None,
                    resources: addresses.len(),
                    addresses,
                }),
                Err(failure) => strays.unsearched.push(format!("{region} could not be searched: {failure}")),
            }
        }
        strays
    }

    /// What of a stack lives in a region: asks the tagging API, and the kinds that it knows nothing of, and reads what they
    /// name.
    async fn resources_in(&self, stack: &Stack, region: &str) -> Result<BTreeSet<Address>> {
        let StackId { tenant, environment } = &stack.id;
        let claimed = self.cloud.read(&self.client, "tagging", "GetResources", |world| {
            let mut shown = world.things.values().filter(|thing| thing.region == region).filter_map(Thing::shown);
            Ok(shown.any(|thing| !thing.is_untaggable() && thing.is_of(tenant, environment)))
        });
        let named = named_stacks(KINDS, self, &stack.project, &stack.account, region);
        if !(claimed.await? || named.await?.contains(&stack.id)) {
            return Ok(BTreeSet::new());
        }
        let stack = Stack { region: region.to_owned(), ..stack.clone() };
        let read = self.collect(vec![Sought { stack: &stack, wanted: BTreeMap::new() }]).await;
        read[&stack.id].residents(region)
    }

    /// Reads and plans.
    pub async fn look(&self) -> Look {
        let inventories = self.read().await;
        let mut look = Look::default();
        for blueprint in &self.blueprints {
            let id = &blueprint.stack.id;
            let inventory = &inventories[id];
            look.live.insert(id.clone(), inventory.all().map(|(_, live)| live.clone()).collect());
            look.plan.stacks.push(self.plan(blueprint, inventory));
        }
        look
    }

    pub fn plan(&self, blueprint: &Blueprint, inventory: &Inventory) -> StackPlan {
        let shapes: Vec<&dyn Shape> = KINDS.iter().map(|kind| kind.shape()).collect();
        let now = "2026-11-23T00:00:00Z".parse().unwrap();
        let (mode, selection) = (self.mode, self.selection.clone());
        let mut plan = plan(&Input { blueprint, inventory, shapes: &shapes, mode, selection, now });
        plan.warnings.extend(inventory.unsearched.iter().map(|why| Problem::warning(None, why.clone())));
        plan
    }

    /// Carries out an approved plan under the stacks' leases.
    pub async fn carry_out(&self, plan: &Plan, patience: Duration) -> Result<Vec<(Stack, Ledger)>, Halted<Failure>> {
        let approved = Approved { plan, run: &self.client.run, who: "somebody@somewhere", patience };
        carry_out(self, KINDS, approved).await
    }
}

/// What a look at other regions found, and where it could not look: why.
#[derive(Default)]
pub struct Strays {
    pub found: Vec<Orphan>,
    pub unsearched: Vec<String>,
}

pub fn sought(blueprint: &Blueprint) -> Sought<'_> {
    let resources = blueprint.resources.values();
    let wanted = resources.map(|resource| (resource.address.clone(), resource.region.clone())).collect();
    Sought { stack: &blueprint.stack, wanted }
}

impl Source<FakeCloud> for Process<'_> {
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Reader>> {
        let (cloud, client, region) = (self.cloud.clone(), self.client.clone(), region.to_owned());
        Box::pin(async { Ok(Reader { cloud, client, region }) })
    }

    fn survey<'a>(&'a self, _: &'a Reader, _: &'a Things) -> BoxFuture<'a, Result<Surveyed>> {
        Box::pin(async { Ok(Surveyed::default()) })
    }
}

impl Host<FakeCloud> for Process<'_> {
    type Error = Failure;

    fn leases<'a>(&'a self, _: &'a Stack) -> LocalBoxFuture<'a, Result<Arc<dyn LeaseStore>>> {
        let leases = FakeLeases { cloud: self.cloud.clone(), client: self.client.clone() };
        Box::pin(async move { Ok(Arc::new(leases) as Arc<dyn LeaseStore>) })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(FakeClock { start: self.cloud.world().start, skew: self.skew })
    }

    fn spread(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn again(&self) -> LocalBoxFuture<'_, Result<Look>> {
        Box::pin(async { Ok(self.look().await) })
    }

    fn consent(&self, _: &Plan) -> Result<()> {
        self.consent.clone()
    }

    fn recorder<'a>(&'a self, _: &'a Stack) -> Result<Recorder<'a>> {
        Ok(Box::new(|event| {
            self.events.lock().expect("no panic here").push(event);
            Ok(())
        }))
    }

    fn stop(&self) -> watch::Receiver<Stop> {
        self.stop.clone()
    }

    fn hands<'a>(&'a self, _: &'a Stack, fence: Fence) -> Box<dyn Hands<FakeCloud> + 'a> {
        Box::new(FakeHands { cloud: self.cloud.clone(), client: self.client.clone(), fence: Some(fence) })
    }
}

/// Readers and writers of one process.
pub struct FakeHands {
    pub cloud: FakeCloud,
    pub client: Arc<Client>,
    pub fence: Option<Fence>,
}

impl Hands<FakeCloud> for FakeHands {
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Reader>> {
        let (cloud, client, region) = (self.cloud.clone(), self.client.clone(), region.to_owned());
        Box::pin(async { Ok(Reader { cloud, client, region }) })
    }

    fn writer<'a>(&'a self, region: &'a str, permit: Permit) -> BoxFuture<'a, Result<Writer>> {
        let (cloud, client, fence) = (self.cloud.clone(), self.client.clone(), self.fence.clone());
        let region = region.to_owned();
        Box::pin(async { Ok(Writer { cloud, client, region, permit, fence, made: Mutex::default() }) })
    }
}

/// The wall clock of one machine: tokio's, from a fixed day on.
struct FakeClock {
    start: Instant,
    skew: SignedDuration,
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        let day: Timestamp = "2026-11-23T00:00:00Z".parse().expect("a day");
        let elapsed = SignedDuration::try_from(self.start.elapsed()).expect("less than an age");
        day + elapsed + self.skew
    }
}
