use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::resource::{Class, Failure, Result, Stack};

/// How long a lease holds without a heartbeat. A run that dies keeps others out for this long and one attempt's
/// time-out more.
const LIFETIME: Duration = Duration::from_secs(60);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The longest that one attempt of ours can be on its way: a takeover waits for it beyond the expiry.
const ATTEMPT: Duration = Duration::from_secs(35);

/// Where leases are kept: one object each, written only under conditions.
pub trait LeaseStore: Send + Sync {
    /// Returns the object and its version, if it is there.
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<(Vec<u8>, String)>>>;

    /// Writes it if it is not there; returns its version, or none if it was there.
    fn create<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>>;

    /// Writes it if it still has this version; returns the new version, or none if it was another.
    fn replace<'a>(&'a self, key: &'a str, version: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>>;
}

/// The wall clock, which runs on while the machine sleeps.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Who holds a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The run's name; empty when the lease was given back.
    pub run: String,
    /// Who, as people know them: `user@host`.
    pub who: String,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// Why a lease was not had.
#[derive(Debug)]
pub enum Refused {
    /// Another run holds it.
    Held(Box<Holder>),
    Failed(Failure),
}

/// The lease on one stack, kept alive until it is released.
pub struct Lease {
    store: Arc<dyn LeaseStore>,
    key: String,
    held: Arc<Held>,
    heart: JoinHandle<()>,
}

/// What the fence and the heart share.
struct Held {
    clock: Arc<dyn Clock>,
    now: Mutex<Now>,
}

struct Now {
    holder: Holder,
    version: String,
    /// The deadline on the monotonic clock, which a changed wall clock does not move.
    deadline: Instant,
    lost: Option<String>,
}

/// The key of a stack's lease: account, tenant and environment, never the region.
pub fn key(stack: &Stack) -> String {
    format!("leases/{}/{}/{}.json", stack.account, stack.id.tenant, stack.id.environment)
}

impl Lease {
    /// Takes the lease, waiting for at most `patience` while another run holds it.
    pub async fn take(
        store: Arc<dyn LeaseStore>,
        clock: Arc<dyn Clock>,
        stack: &Stack,
        run: &str,
        who: &str,
        patience: Duration,
    ) -> Result<Self, Refused> {
        let key = key(stack);
        let start = Instant::now();
        loop {
            let asked = Instant::now();
            let now = clock.now();
            let holder = Holder { run: run.to_owned(), who: who.to_owned(), since: now, until: now + LIFETIME };
            match try_take(&*store, &key, &holder, now).await? {
                Ok(version) => {
                    let now = Now { holder, version, deadline: asked + LIFETIME, lost: None };
                    let held = Arc::new(Held { clock, now: Mutex::new(now) });
                    let heart = tokio::spawn(beat(store.clone(), key.clone(), held.clone()));
                    return Ok(Self { store, key, held, heart });
                }
                Err(other) if start.elapsed() >= patience => return Err(Refused::Held(Box::new(other))),
                Err(_) => tokio::time::sleep(Duration::from_secs(1).min(patience)).await,
            }
        }
    }

    /// Returns the check that every attempt passes.
    pub fn fence(&self) -> Fence {
        Fence(self.held.clone())
    }

    /// Gives the lease back, so that the next run need not wait for its expiry.
    pub async fn release(self) -> Result<()> {
        self.heart.abort();
        let (version, body) = {
            let mut now = self.held.now();
            now.lost.get_or_insert_with(|| "it was given back".to_owned());
            let free = Holder { run: String::new(), until: self.held.clock.now(), ..now.holder.clone() };
            (now.version.clone(), serde_json::to_vec(&free).unwrap_or_default())
        };
        self.store.replace(&self.key, &version, body).await.map(drop)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

/// Checks, before every attempt, that the lease still holds: by the monotonic clock, and by the wall clock, which also
/// runs while a laptop sleeps.
#[derive(Clone)]
pub struct Fence(Arc<Held>);

impl Fence {
    /// # Errors
    /// [`Class::Refused`] if the lease is lost or may be.
    pub fn check(&self) -> Result<()> {
        let now = self.0.now();
        let reason = match &now.lost {
            Some(reason) => reason.clone(),
            None if Instant::now() >= now.deadline || self.0.clock.now() >= now.holder.until => {
                "its time ran out without a heartbeat".to_owned()
            }
            None => return Ok(()),
        };
        Err(Failure::new(Class::Refused, format!("the lease on the stack is lost: {reason}"))
            .hint("another run may work on this stack now; look with `provision diff`, then run the command again"))
    }
}

impl std::fmt::Debug for Fence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Fence").field(&self.0.now().holder.run).finish()
    }
}

impl Held {
    fn now(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tries once. The inner error is the holder who keeps us out.
async fn try_take(
    store: &dyn LeaseStore,
    key: &str,
    holder: &Holder,
    now: Timestamp,
) -> Result<Result<String, Holder>, Refused> {
    let body = serde_json::to_vec(holder).unwrap_or_default();
    match store.read(key).await? {
        None => match store.create(key, body).await? {
            Some(version) => Ok(Ok(version)),
            None => Ok(Err(unnamed(now))),
        },
        Some((old, version)) => {
            let other: Holder = serde_json::from_slice(&old).unwrap_or_else(|_| unnamed(now));
            if !other.run.is_empty() && now < other.until + ATTEMPT {
                return Ok(Err(other));
            }
            match store.replace(key, &version, body).await? {
                Some(version) => Ok(Ok(version)),
                None => Ok(Err(unnamed(now))),
            }
        }
    }
}

/// Somebody who was quicker than us and whom we have not read yet.
fn unnamed(now: Timestamp) -> Holder {
    Holder { run: "unknown".to_owned(), who: "another run".to_owned(), since: now, until: now + LIFETIME }
}

/// Renews the lease until it is lost or given back. A heartbeat that fails is tried again until the deadline, when the
/// fence closes by itself; one that finds another's version closes it at once.
async fn beat(store: Arc<dyn LeaseStore>, key: String, held: Arc<Held>) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let asked = Instant::now();
        let (version, holder) = {
            let now = held.now();
            if asked >= now.deadline || held.clock.now() >= now.holder.until {
                return;
            }
            (now.version.clone(), Holder { until: held.clock.now() + LIFETIME, ..now.holder.clone() })
        };
        let body = serde_json::to_vec(&holder).unwrap_or_default();
        match store.replace(&key, &version, body).await {
            Ok(Some(version)) => {
                let mut now = held.now();
                now.holder = holder;
                now.version = version;
                now.deadline = asked + LIFETIME;
            }
            Ok(None) => {
                held.now().lost = Some("another run took it over".to_owned());
                return;
            }
            Err(failure) => tracing::warn!(%failure, "the lease could not be renewed; trying again"),
        }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
