use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use provision::resource::{Class, Cloud, Failure, Result, State, Tags};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The fake cloud: things with specs, that refer to each other by id and take their time.
#[derive(Clone, Default)]
pub struct FakeCloud(Arc<Inner>);

#[derive(Default)]
struct Inner {
    world: Mutex<World>,
    crashed: Notify,
}

/// Readers and writers are the cloud itself; a reader can't change it because it has no such method.
impl Cloud for FakeCloud {
    type Reader = Reader;
    type Writer = Writer;
}

pub struct Reader(pub FakeCloud);
pub struct Writer(pub FakeCloud);

#[derive(Default)]
pub struct World {
    pub things: BTreeMap<String, Thing>,
    /// Every mutating call so far: what it was.
    pub calls: Vec<String>,
    pub reads: usize,
    /// By the number of the mutating call, from 0.
    pub faults: BTreeMap<usize, Fault>,
    /// Kinds whose lists fail.
    pub denied: Vec<String>,
    /// How long creations and deletions take, by kind.
    pub slowness: BTreeMap<String, Duration>,
    next_id: usize,
    dead: bool,
}

#[derive(Clone, Debug)]
pub struct Thing {
    pub kind: String,
    pub id: String,
    /// The physical name; unique per kind if there is one.
    pub name: Option<String>,
    pub spec: Value,
    pub tags: Tags,
    pub ready_at: Option<Instant>,
    pub leaves_at: Option<Instant>,
    pub human: bool,
    pub failed: Option<String>,
}

/// What happens at a mutating call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub what: What,
    /// Whether the call took effect all the same.
    pub after_effect: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The process dies.
    Crash,
    /// The service answers with an error.
    Error,
    /// No answer comes.
    Lost,
}

impl FakeCloud {
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().expect("no test panics while it holds the world")
    }

    /// Returns when the process has died by a [`What::Crash`].
    pub async fn crash(&self) {
        self.0.crashed.notified().await;
    }

    /// The dead process is started again.
    pub fn revive(&self) {
        self.world().dead = false;
    }

    /// Lists a kind, as one read.
    pub fn list(&self, kind: &str) -> Result<Vec<(Thing, State)>> {
        let mut world = self.world();
        world.reads += 1;
        if world.denied.iter().any(|denied| denied == kind) {
            return Err(Failure { code: "AccessDenied".into(), ..Failure::new(Class::Denied, "not allowed") });
        }
        world.settle();
        Ok(world
            .things
            .values()
            .filter(|thing| thing.kind == kind)
            .map(|thing| (thing.clone(), thing.state()))
            .collect())
    }

    /// Makes a change, or fails as the schedule says.
    pub async fn change<T>(&self, what: String, effect: impl FnOnce(&mut World) -> Result<T>) -> Result<T> {
        if self.world().dead {
            return std::future::pending().await;
        }
        let (fault, done) = self.world().strike(what, effect);
        match fault.map(|fault| fault.what) {
            None => done.expect("without a fault there is an effect"),
            Some(What::Error) => {
                Err(Failure { code: "InternalError".into(), ..Failure::new(Class::Other, "the service is ill") })
            }
            Some(What::Lost) => Err(Failure::new(Class::Ambiguous, "no answer")),
            Some(What::Crash) => {
                self.world().dead = true;
                self.0.crashed.notify_one();
                std::future::pending().await
            }
        }
    }
}

impl World {
    pub fn new_id(&mut self, kind: &str) -> String {
        self.next_id += 1;
        let short = kind.rsplit(':').next().unwrap_or(kind).to_lowercase();
        format!("{short}-{:08x}", self.next_id)
    }

    /// Counts the call, and lets it take effect unless the schedule says otherwise.
    fn strike<T>(
        &mut self,
        what: String,
        effect: impl FnOnce(&mut Self) -> Result<T>,
    ) -> (Option<Fault>, Option<Result<T>>) {
        self.settle();
        let number = self.calls.len();
        let fault = self.faults.remove(&number);
        self.calls.push(what);
        match fault {
            Some(fault) if !fault.after_effect => (Some(fault), None),
            fault => (fault, Some(effect(self))),
        }
    }

    /// What has left is gone.
    fn settle(&mut self) {
        let now = Instant::now();
        self.things.retain(|_, thing| thing.leaves_at.is_none_or(|at| at > now));
    }

    /// The things whose specs hold this id.
    pub fn users(&self, id: &str) -> Vec<&Thing> {
        self.things.values().filter(|thing| thing.id != id && thing.spec.to_string().contains(id)).collect()
    }

    pub fn slowness(&self, kind: &str) -> Duration {
        self.slowness.get(kind).copied().unwrap_or_default()
    }

    /// Specs and tags of all that is there with places instead of ids: what two worlds are compared by.
    pub fn outline(&self) -> Vec<String> {
        let place = |thing: &Thing| format!("{}/{}", thing.kind, thing.tags.get("provision:name").unwrap_or("?"));
        let places: BTreeMap<_, _> = self.things.values().map(|thing| (thing.id.clone(), place(thing))).collect();
        let lines = self.things.values().map(|thing| {
            let mut spec = thing.spec.clone();
            name_places(&mut spec, &places);
            let mut tags = thing.tags.clone();
            tags.0.remove("provision:id");
            format!("{} {spec} {}", place(thing), serde_json::to_value(&tags).expect("tags are JSON"))
        });
        let mut lines: Vec<_> = lines.collect();
        lines.sort();
        lines
    }
}

/// Puts places in the stead of ids, and sorts lists anew.
fn name_places(value: &mut Value, places: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            for (id, place) in places {
                *text = text.replace(id.as_str(), place);
            }
        }
        Value::Array(list) => {
            list.iter_mut().for_each(|item| name_places(item, places));
            list.sort_by_key(ToString::to_string);
        }
        Value::Object(map) => map.values_mut().for_each(|item| name_places(item, places)),
        _ => {}
    }
}

impl Thing {
    fn state(&self) -> State {
        let now = Instant::now();
        match (&self.failed, self.leaves_at, self.ready_at) {
            (_, Some(_), _) => State::Leaving,
            (Some(why), ..) => State::Failed(why.clone()),
            (_, _, Some(at)) if at > now => State::Settling("it is being made".into()),
            _ if self.human => State::Human("a record in the DNS".into()),
            _ => State::Ready,
        }
    }
}
