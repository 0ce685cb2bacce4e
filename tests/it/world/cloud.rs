//! The fake cloud: things with specs, that refer to each other by id and take their time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use provision::apply::{Fence, Permit};
use provision::resource::{Class, Cloud, Result, Tags};
use serde_json::Value;
use tokio::time::Instant;

use super::client::Client;
use super::faults::{FAKE, Fault, Schedule, What};
use super::history::Yaml;
use super::kinds::is_global;
use super::leases::Leases;
use super::pace::Pace;
use super::thing::Thing;

/// How often a throttled call is sent, with growing pauses, as the SDK does.
const ATTEMPTS: u32 = 5;

#[derive(Clone, Default)]
pub struct FakeCloud(Arc<Mutex<World>>);

/// Readers and writers are the cloud itself; a reader can't change it because it has no such method.
impl Cloud for FakeCloud {
    type Reader = Reader;
    type Writer = Writer;
}

pub struct Reader {
    pub cloud: FakeCloud,
    pub client: Arc<Client>,
    /// It sees nothing of any other.
    pub region: String,
}

pub struct Writer {
    pub cloud: FakeCloud,
    pub client: Arc<Client>,
    /// It finds nothing in any other.
    pub region: String,
    pub permit: Permit,
    /// None: the run has no lease.
    pub fence: Option<Fence>,
    /// What this writer has made.
    pub made: Mutex<BTreeSet<String>>,
}

/// All there is, and all that happened to it.
pub struct World {
    pub things: BTreeMap<String, Thing>,
    /// What was deleted and is still listed for a while.
    pub ghosts: Vec<(Instant, Thing)>,
    /// Every changing call that took effect.
    pub calls: Vec<Call>,
    /// How many lists were answered.
    pub reads: usize,
    pub faults: Schedule,
    pub leases: Leases,
    pub pace: Pace,
    /// What was stopped at the gate, or should have been: each a broken promise.
    pub trespasses: Vec<String>,
    /// The thing that a person is adopting: its tags may be written.
    pub adopting: Option<String>,
    /// What was taken from running versions: each a broken promise.
    pub deprived: Vec<String>,
    /// The YAML in force; none: nothing was promised to anybody.
    pub yaml: Option<Yaml>,
    /// What happened to be tried, and how often.
    pub seen: BTreeMap<&'static str, usize>,
    pub start: Instant,
    next_id: usize,
}

/// A changing call that took effect.
#[derive(Clone, Debug)]
pub struct Call {
    pub at: Instant,
    pub run: String,
    pub region: String,
    /// `CreateNet`.
    pub operation: String,
    /// The place that the thing's tags name, `Fake::Net/main`.
    pub place: String,
    pub id: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            things: BTreeMap::new(),
            ghosts: Vec::new(),
            calls: Vec::new(),
            reads: 0,
            faults: Schedule::default(),
            leases: Leases::default(),
            pace: Pace::default(),
            trespasses: Vec::new(),
            adopting: None,
            deprived: Vec::new(),
            yaml: None,
            seen: BTreeMap::new(),
            start: Instant::now(),
            next_id: 0,
        }
    }
}

impl FakeCloud {
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no test panics while it holds the world")
    }

    /// Sends a read.
    pub async fn read<T>(
        &self,
        client: &Client,
        service: &str,
        operation: &str,
        effect: impl Fn(&mut World) -> Result<T>,
    ) -> Result<T> {
        self.send(client, service, operation, &|| Ok(()), &effect).await
    }

    /// Sends a call: past the product's rate limit and `check`, over the wire, to what the schedule says or its effect.
    pub async fn send<T>(
        &self,
        client: &Client,
        service: &str,
        operation: &str,
        check: &(impl Fn() -> Result<()> + ?Sized),
        effect: &(impl Fn(&mut World) -> Result<T> + ?Sized),
    ) -> Result<T> {
        let mut attempt = 0;
        loop {
            let rate = self.world().pace.rate(operation);
            if let Some(rate) = rate {
                client.limited(operation, rate).await;
            }
            client.gate().await;
            check()?;
            let answer = self.once(client, service, operation, effect).await;
            let throttled = answer.as_ref().is_err_and(|failure| failure.is(Class::Throttled));
            if let Some(rate) = rate {
                client.learn(operation, rate, throttled);
            }
            attempt += 1;
            if !throttled || attempt == ATTEMPTS {
                return answer;
            }
            tokio::time::sleep(Duration::from_secs(1 << attempt).min(Duration::from_secs(20))).await;
        }
    }

    async fn once<T>(
        &self,
        client: &Client,
        service: &str,
        operation: &str,
        effect: &(impl Fn(&mut World) -> Result<T> + ?Sized),
    ) -> Result<T> {
        let (there, back) = self.world().pace.latency();
        tokio::time::sleep(there).await;
        let (fault, answer) = {
            let mut world = self.world();
            world.settle();
            match world.faults.next_for(service, operation) {
                Some(fault) if fault.what.takes_effect() => (Some(fault), Some(effect(&mut world))),
                Some(fault) => (Some(fault), None),
                None if world.pace.is_exhausted(operation) => {
                    world.note("throttled by a bucket");
                    (Some(Fault::new(operation, What::Throttle, None)), None)
                }
                None => (None, Some(effect(&mut world))),
            }
        };
        if let Some(fault) = &fault {
            if fault.what.kills() {
                client.kill();
            }
            tokio::time::sleep(Duration::from_secs_f64(fault.seconds.unwrap_or_default())).await;
        }
        tokio::time::sleep(back).await;
        client.gate().await;
        match (fault.and_then(|fault| fault.failure()), answer) {
            (Some(failure), _) => Err(failure),
            (None, Some(answer)) => answer,
            (None, None) => unreachable!("a call that neither failed nor took effect"),
        }
    }

    /// Lists what is wanted of a kind in a region.
    pub async fn list(
        &self,
        client: &Client,
        kind: &str,
        region: &str,
        wanted: impl Fn(&Thing) -> bool + Sync,
    ) -> Result<Vec<Thing>> {
        let operation = format!("Describe{}s", short(kind));
        self.read(client, FAKE, &operation, |world| {
            Ok(world.listed(kind, &|thing| thing.is_in(region) && wanted(thing)))
        })
        .await
    }
}

impl World {
    pub fn new_id(&mut self, kind: &str) -> String {
        self.next_id += 1;
        format!("{}-{:08x}", short(kind).to_lowercase(), self.next_id)
    }

    pub fn note(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// Puts a thing into the world; lists may miss it for a while.
    pub fn insert(&mut self, thing: Thing) {
        let hidden_until = self.pace.lag().map(|lag| Instant::now() + lag);
        self.things.insert(thing.id.clone(), Thing { hidden_until, ..thing });
    }

    /// Takes a thing out of the world; lists may show it for a while.
    pub fn remove(&mut self, id: &str) {
        let Some(thing) = self.things.remove(id) else { return };
        if let Some(lag) = self.pace.lag() {
            self.ghosts.push((Instant::now() + lag, thing));
        }
    }

    /// Keeps what lists may go on showing of a thing that has changed.
    pub fn remember(&mut self, old: &Thing) {
        let lag = self.pace.lag();
        let Some(thing) = self.things.get_mut(&old.id) else { return };
        thing.past.retain(|(until, ..)| *until > Instant::now());
        if let Some(lag) = lag {
            thing.past.push((Instant::now() + lag, old.spec.clone(), old.tags.clone(), old.failed.clone()));
        }
    }

    /// What has left is gone, and rollouts end.
    pub fn settle(&mut self) {
        self.roll_out();
        let now = Instant::now();
        let gone: Vec<_> = self.things.values().filter(|thing| thing.leaves_at.is_some_and(|at| at <= now)).collect();
        let gone: Vec<_> = gone.into_iter().map(|thing| thing.id.clone()).collect();
        gone.iter().for_each(|id| self.remove(id));
        self.ghosts.retain(|(until, _)| *until > now);
    }

    pub fn listed(&mut self, kind: &str, wanted: &dyn Fn(&Thing) -> bool) -> Vec<Thing> {
        self.reads += 1;
        let is_meant = |thing: &&Thing| thing.kind == kind && wanted(thing);
        let all: Vec<_> = self.things.values().filter(is_meant).cloned().collect();
        let mut shown = Vec::new();
        for thing in all {
            match thing.shown() {
                None => self.note("a list missed something new"),
                Some(seen) => {
                    if (&seen.spec, &seen.tags) != (&thing.spec, &thing.tags) {
                        self.note("a list showed something old");
                    }
                    shown.push(seen);
                }
            }
        }
        let ghosts: Vec<_> = self.ghosts.iter().filter(|(_, thing)| is_meant(&thing)).cloned().collect();
        if !ghosts.is_empty() {
            self.note("a list showed something deleted");
        }
        shown.extend(ghosts.into_iter().map(|(_, thing)| thing));
        shown
    }

    /// What calls in a region find by an id.
    pub fn found(&self, id: &str, region: &str) -> Option<&Thing> {
        self.things.get(id).filter(|thing| thing.is_in(region))
    }

    pub fn found_mut(&mut self, id: &str, region: &str) -> Option<&mut Thing> {
        self.things.get_mut(id).filter(|thing| thing.is_in(region))
    }

    /// Whether something in one region uses what is in another, or everywhere.
    pub fn reaches(&self, from: &str, is_target: impl Fn(&Thing) -> bool) -> bool {
        let far = self.things.values().filter(|thing| thing.region != from || is_global(&thing.kind));
        far.filter(|thing| is_target(thing)).any(|thing| self.users(&thing.id).iter().any(|user| user.region == from))
    }

    /// The things whose specs hold this id, or its name in its region.
    pub fn users(&self, id: &str) -> Vec<&Thing> {
        let named = self.things.get(id).filter(|thing| thing.name.is_some());
        let is_named = |user: &Thing| {
            named.is_some_and(|thing| thing.is_in(&user.region) && mentions(&user.spec, thing.shown_id()))
        };
        let uses = |user: &&Thing| user.id != id && (mentions(&user.spec, id) || is_named(user));
        self.things.values().filter(uses).collect()
    }
}

fn mentions(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text.contains(id),
        Value::Array(list) => list.iter().any(|item| mentions(item, id)),
        Value::Object(map) => map.values().any(|item| mentions(item, id)),
        _ => false,
    }
}

/// All ids in a spec.
pub fn ids(spec: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    provision::resource::pointer::walk(spec, &mut |_, leaf| {
        let text = leaf.as_str().unwrap_or_default();
        let id = text.split('@').next().unwrap_or(text);
        let tail = id.rsplit_once('-').map(|(_, tail)| tail);
        if tail.is_some_and(|tail| tail.len() == 8 && u32::from_str_radix(tail, 16).is_ok()) {
            ids.push(id.to_owned());
        }
    });
    ids
}

/// `Net` of `Fake::Net`.
pub fn short(kind: &str) -> &str {
    kind.rsplit(':').next().unwrap_or(kind)
}

/// `Fake::Net` of `Net`.
pub fn long(kind: &str) -> String {
    let all = super::kinds::KINDS.iter().map(|kind| kind.facts().kind);
    all.into_iter().find(|long| short(long) == kind).unwrap_or(kind).to_owned()
}

/// The tags of one of the neighbours: another stack of the same tenant.
pub fn neighbour_tags(name: &str) -> Tags {
    Tags::from_iter([
        ("provision:project", "test"),
        ("provision:tenant", "acme"),
        ("provision:environment", "certification"),
        ("provision:name", name),
    ])
}
