//! One run of the engine over the fake cloud: what a fleet and its runs stand on.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, LocalBoxFuture};
use jiff::{SignedDuration, Timestamp};
use provision::apply::{
    Caller, Clock, Connections, Event, Fence, Host, LeaseHost, LeaseStore, LeaseTerms, Permit, Recorder, Stop,
};
use provision::blueprint::Blueprint;
use provision::fleet::{Accounts, Fleet, FleetPlan, Location, Members, PlanError, PlanOptions, Selector};
use provision::inventory::{Inventory, Services, Surveyed, Things};
use provision::plan::{Assumed, Guarding, Mode, QuotaMode, StackPlan};
use provision::resource::{Access, Address, AnyKind, Failure, Result, Scope, Stack, StackId, key};
use tokio::sync::watch;
use tokio::time::Instant;

use super::client::Client;
use super::cloud::{FakeCloud, Reader, Writer};
use super::kinds::KINDS;
use super::leases::FakeLeases;
use super::thing::Thing;

/// What the YAML has.
pub struct Project {
    ids: Vec<StackId>,
    stacks: Vec<Stack>,
    /// What its templates name besides what its stacks have.
    kinds: BTreeSet<String>,
}

impl Project {
    pub fn of(stacks: impl IntoIterator<Item = Stack>, kinds: impl IntoIterator<Item = String>) -> Self {
        let stacks: Vec<_> = stacks.into_iter().collect();
        let ids = stacks.iter().map(|stack| stack.id.clone()).collect();
        Self { ids, stacks, kinds: kinds.into_iter().collect() }
    }
}

/// A process that plans and applies.
pub struct Process<'a> {
    pub cloud: FakeCloud,
    pub client: Arc<Client>,
    pub blueprints: Vec<&'a Blueprint>,
    pub mode: Mode,
    /// The resources asked for, if not all.
    pub selectors: Vec<Selector>,
    /// What it was allowed to delete.
    pub guarding: Guarding,
    /// How far its wall clock is wrong.
    pub skew: SignedDuration,
    pub stop: watch::Receiver<Stop>,
    /// How many stacks it works on at once.
    pub parallel: Option<NonZeroUsize>,
    pub events: Mutex<Vec<Event>>,
    /// What was read for the last plan.
    pub inventories: Mutex<BTreeMap<StackId, Inventory>>,
    /// The plans that were made anew during runs.
    pub replanned: Mutex<Vec<StackPlan>>,
    /// Where a stack is looked for that is not where the YAML says.
    pub regions: &'static [&'static str],
    pub project: Project,
}

impl<'a> Process<'a> {
    pub fn new(cloud: &FakeCloud, run: &str, blueprints: Vec<&'a Blueprint>, mode: Mode) -> Self {
        let (_, stop) = watch::channel(Stop::No);
        let project = Project::of(blueprints.iter().map(|blueprint| blueprint.stack.clone()), []);
        Self {
            cloud: cloud.clone(),
            client: Arc::new(Client::new(run)),
            blueprints,
            mode,
            selectors: Vec::new(),
            guarding: Guarding::default(),
            skew: SignedDuration::ZERO,
            stop,
            parallel: None,
            events: Mutex::default(),
            inventories: Mutex::default(),
            replanned: Mutex::default(),
            regions: &[],
            project,
        }
    }

    /// All of it, in its accounts.
    pub fn fleet(&self) -> Fleet<'_, Self> {
        let Project { ids, stacks, kinds } = &self.project;
        let project = stacks.first().map_or("test", |stack| &stack.project);
        let members = Members { project, ids, stacks, kinds };
        Fleet { accounts: self, members, stacks: &self.blueprints, access: Access::Read }
    }

    /// Plans a stack again from what was read last.
    pub fn assuming(&self, stack: &StackId, assumed: &Assumed) -> Option<StackPlan> {
        let inventories = self.inventories.lock().expect("no panic here");
        self.fleet().replan(&self.options(), &inventories, stack, assumed)
    }

    /// In whose name it takes leases.
    pub fn terms(&self, lock_timeout: Duration) -> LeaseTerms<'_> {
        LeaseTerms { run: &self.client.run, lock_timeout }
    }

    /// Reads what is there, of all stacks at once.
    pub async fn read(&self) -> BTreeMap<StackId, Inventory> {
        self.fleet().read(false).await.expect("the account is the right one")
    }

    /// Reads and plans.
    pub async fn look(&self) -> FleetPlan {
        self.try_look().await.expect("every selector names something")
    }

    pub async fn try_look(&self) -> Result<FleetPlan, PlanError> {
        self.fleet().plan(&self.options()).await
    }

    pub fn plan(&self, blueprint: &Blueprint, inventory: &Inventory) -> StackPlan {
        let inventories = [(blueprint.stack.id.clone(), inventory.clone())].into();
        let fleet = Fleet { stacks: &[blueprint], ..self.fleet() };
        let looked = fleet.plan_from(&self.options(), inventories).expect("every selector names something");
        looked.plan.stacks.into_iter().next().expect("one stack")
    }

    fn options(&self) -> PlanOptions<'_> {
        PlanOptions {
            selectors: &self.selectors,
            mode: self.mode,
            guarding: self.guarding.clone(),
            survey: false,
            quota: QuotaMode::Off,
        }
    }
}

impl Accounts for Process<'_> {
    type Cloud = FakeCloud;

    fn kinds(&self) -> &[&'static dyn AnyKind<FakeCloud>] {
        KINDS
    }

    fn regions(&self) -> Vec<&str> {
        self.regions.to_vec()
    }

    fn now(&self) -> Timestamp {
        "2026-11-23T00:00:00Z".parse().expect("a day")
    }

    fn verify<'a>(&'a self, _: &'a Location) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn reader<'a>(&'a self, place: &'a Location) -> BoxFuture<'a, Result<Reader>> {
        let (cloud, client, region) = (self.cloud.clone(), self.client.clone(), place.region.clone());
        Box::pin(async { Ok(Reader { cloud, client, region }) })
    }

    fn claimed<'a>(&'a self, place: &'a Location, project: &'a str) -> BoxFuture<'a, Result<BTreeSet<StackId>>> {
        Box::pin(self.cloud.read(&self.client, "tagging", "GetResources", move |world| {
            let shown = world.things.values().filter(|thing| thing.region == place.region).filter_map(Thing::shown);
            let is_shown = |thing: &Thing| !thing.is_untaggable() && thing.tags.get(key::PROJECT) == Some(project);
            Ok(shown.filter(is_shown).filter_map(|thing| thing.tags.stack()).collect())
        }))
    }

    fn services<'a>(&'a self, reader: &'a Reader, scope: &'a Scope) -> BoxFuture<'a, Result<Services>> {
        Box::pin(self.cloud.read(&self.client, "tagging", "GetResources", move |world| {
            let mut services = Services::new();
            let there = world.things.values().filter(|thing| thing.region == reader.region);
            for thing in there.filter_map(Thing::shown).filter(|thing| scope.is_claimed(&thing.tags)) {
                services.entry(thing.tags.stack().expect("it is claimed")).or_default().insert(thing.kind);
            }
            Ok(services)
        }))
    }

    fn survey<'a>(&'a self, _: &'a Reader, _: &'a Things) -> BoxFuture<'a, Result<Surveyed>> {
        Box::pin(async { Ok(Surveyed::default()) })
    }
}

impl LeaseHost for Process<'_> {
    type Error = Failure;

    fn leases<'a>(&'a self, _: &'a Stack) -> LocalBoxFuture<'a, Result<Arc<dyn LeaseStore>>> {
        let leases = FakeLeases { cloud: self.cloud.clone(), client: self.client.clone() };
        Box::pin(async move { Ok(Arc::new(leases) as Arc<dyn LeaseStore>) })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(FakeClock { start: self.cloud.world().start, skew: self.skew })
    }

    fn caller(&self, _: &Stack) -> Caller {
        "somebody@somewhere".into()
    }

    fn spread(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn stop(&self) -> watch::Receiver<Stop> {
        self.stop.clone()
    }
}

impl Host<FakeCloud> for Process<'_> {
    type Error = Failure;

    fn stop(&self) -> watch::Receiver<Stop> {
        self.stop.clone()
    }

    fn recorder<'a>(&'a self, _: &'a Stack) -> Result<Recorder<'a>> {
        Ok(Box::new(|event| {
            self.events.lock().expect("no panic here").push(event);
            Ok(())
        }))
    }

    fn connections<'a>(&'a self, _: &'a Stack, fence: Fence) -> Box<dyn Connections<FakeCloud> + 'a> {
        Box::new(FakeHands { cloud: self.cloud.clone(), client: self.client.clone(), fence: Some(fence) })
    }

    fn once_ready(&self, stack: &StackId, ready: &BTreeSet<Address>) -> Option<StackPlan> {
        let plan = self.assuming(stack, &Assumed { ready: ready.clone(), ..Assumed::default() })?;
        self.replanned.lock().expect("no panic here").push(plan.clone());
        Some(plan)
    }
}

/// Readers and writers of one process.
pub struct FakeHands {
    pub cloud: FakeCloud,
    pub client: Arc<Client>,
    pub fence: Option<Fence>,
}

impl Connections<FakeCloud> for FakeHands {
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
