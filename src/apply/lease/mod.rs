//! One writer a stack: the lease, its heartbeat, and the fence that every changing attempt passes.

mod fence;
mod holder;
mod takeover;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::apply::Caller;
use crate::resource::{Class, Failure, Result, Stack};
use fence::{Asked, Held};
pub use fence::{Clock, Fence};
pub use holder::{Holder, LeaseState, LeaseStore, key};
pub use takeover::{StoredLease, end, free, read};

const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a heartbeat is tried until it has failed. With the pause before it that is less than a lease's lifetime, so
/// that a lost lease is given up while it still keeps others out.
const TRIES: Duration = Duration::from_secs(30);
/// How long one try waits for its answer: a connection that hangs is not the bucket.
const TRY: Duration = Duration::from_secs(10);
/// The pause between two looks at a lease, and between two tries of a heartbeat.
const PAUSE: Duration = Duration::from_secs(1);
/// How often giving a lease back is tried: one last heartbeat can land between its read and its write.
const ENDS: usize = 5;

/// Why a lease was not had.
#[derive(Debug)]
pub enum LeaseError {
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
    /// Until when another run may have changed the stack, if there was one.
    before: Option<Timestamp>,
}

impl Lease {
    /// Takes the lease, waiting for at most `lock_timeout` while another run holds it.
    pub async fn take(
        store: Arc<dyn LeaseStore>,
        clock: Arc<dyn Clock>,
        stack: &Stack,
        run: &str,
        caller: Caller,
        lock_timeout: Duration,
    ) -> Result<Self, LeaseError> {
        let key = key(stack);
        let start = Instant::now();
        loop {
            let asked = Asked::now(&*clock);
            let holder = Holder::new(run, caller.clone(), asked.wall);
            match try_take(&*store, &key, &holder).await? {
                Ok((version, before)) => {
                    let held = Arc::new(Held::new(clock, holder, version, asked));
                    let heart = tokio::spawn(beat(store.clone(), key.clone(), held.clone()));
                    return Ok(Self { store, key, held, heart, before });
                }
                Err(other) if start.elapsed() >= lock_timeout => return Err(LeaseError::Held(Box::new(other))),
                Err(_) => sleep(PAUSE.min(lock_timeout)).await,
            }
        }
    }

    /// Returns how long it takes until the last change of the run before this one is `spread` ago.
    pub fn quiet_in(&self, spread: Duration) -> Duration {
        let Some(before) = self.before else { return Duration::ZERO };
        let ago = self.held.clock.now().duration_since(before);
        spread.saturating_sub(Duration::try_from(ago).unwrap_or_default())
    }

    /// Returns the check that every attempt passes.
    pub fn fence(&self) -> Fence {
        Fence(self.held.clone())
    }

    /// Returns why the lease is lost, if it is.
    pub fn lost(&self) -> Option<String> {
        self.held.lost()
    }

    /// Gives the lease back, so that the next run need not wait for its expiry. What another took stays another's.
    ///
    /// # Errors
    /// If the store does not answer, or others keep writing the lease; it then ends by itself.
    pub async fn release(self) -> Result<()> {
        self.end(|holder, now| Holder { run: String::new(), until: now, ended_by: None, ..holder }).await
    }

    /// Ends the lease at once, but keeps others out for as long as a call of ours may still be on its way.
    ///
    /// # Errors
    /// As [`release`](Self::release).
    pub async fn abandon(self) -> Result<()> {
        self.end(|holder, now| Holder { until: now, ..holder }).await
    }

    async fn end(self, last: impl Fn(Holder, Timestamp) -> Holder) -> Result<()> {
        self.heart.abort();
        self.held.lose("it was given back");
        let now = self.held.clock.now();
        for _ in 0..ENDS {
            let Some((body, version)) = self.store.read(&self.key).await? else { return Ok(()) };
            let holder = Holder::parse(&body, now);
            // Also one that somebody ended: that its run is over is known now.
            if holder.run != self.held.now().holder.run {
                return Ok(());
            }
            if self.store.replace(&self.key, &version, last(holder, now).body()).await?.is_some() {
                return Ok(());
            }
        }
        Err(Failure::new(Class::Conflict, "it changed each time between being read and being written"))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

/// Tries once; returns the version, and the end of the time of whoever had it before. The inner error is the holder who
/// keeps us out.
async fn try_take(
    store: &dyn LeaseStore,
    key: &str,
    holder: &Holder,
) -> Result<Result<(String, Option<Timestamp>), Holder>, LeaseError> {
    let (written, before) = match store.read(key).await? {
        None => (store.create(key, holder.body()).await, None),
        Some((there, version)) => {
            let other = Holder::parse(&there, holder.since);
            if other.keeps_out(&holder.run, holder.since) {
                return Ok(Err(other));
            }
            (store.replace(key, &version, holder.body()).await, Some(other.until))
        }
    };
    let unsure = match written {
        Ok(Some(version)) => return Ok(Ok((version, before))),
        Ok(None) => None,
        Err(failure) => Some(failure),
    };
    // Somebody was quicker; or our own write took effect although its answer was lost.
    match (store.read(key).await?, unsure) {
        (Some((there, version)), _) if there == holder.body() => Ok(Ok((version, before))),
        (_, Some(failure)) => Err(failure.into()),
        (Some((there, _)), None) => Ok(Err(Holder::parse(&there, holder.since))),
        (None, None) => Ok(Err(Holder::unknown(holder.since))),
    }
}

/// Renews the lease until it is given back or lost. A heartbeat that fails is a lost lease, one that finds another's
/// version at once.
async fn beat(store: Arc<dyn LeaseStore>, key: String, held: Arc<Held>) {
    loop {
        sleep(HEARTBEAT).await;
        let reason = match timeout(TRIES, renew(&*store, &key, &held)).await {
            Ok(None) if held.lost().is_none() => continue,
            Ok(reason) => reason.unwrap_or_default(),
            Err(_) => "a heartbeat failed: the bucket did not take it in time".to_owned(),
        };
        held.lose(reason);
        return;
    }
}

/// Writes one heartbeat, and tries again while that fails or the answer is lost. Returns why the lease is lost if it is.
async fn renew(store: &dyn LeaseStore, key: &str, held: &Held) -> Option<String> {
    loop {
        let asked = Asked::now(&*held.clock);
        if let Some(reason) = held.lost() {
            return Some(reason);
        }
        let (version, last) = {
            let now = held.now();
            (now.version.clone(), now.holder.clone())
        };
        let holder = Holder { until: Holder::unknown(asked.wall).until, ..last };
        match within_a_try(store.replace(key, &version, holder.body())).await {
            Ok(Some(version)) => {
                held.renew(holder, version, asked);
                return None;
            }
            Ok(None) => match within_a_try(theirs(store, key, held)).await {
                Ok(Some(reason)) => return Some(reason),
                // An earlier try of ours took effect although its answer was lost: go on from there.
                Ok(None) => continue,
                Err(failure) => tracing::warn!(%failure, "the lease could not be read; trying again"),
            },
            Err(failure) => tracing::warn!(%failure, "the lease could not be renewed; trying again"),
        }
        sleep(PAUSE).await;
    }
}

async fn within_a_try<T>(call: impl Future<Output = Result<T>>) -> Result<T> {
    let silence = |_| Failure::new(Class::Ambiguous, format!("no answer within {} s", TRY.as_secs()));
    timeout(TRY, call).await.map_err(silence)?
}

/// Returns who has the lease now; none if it is ours, under a version that is noted.
async fn theirs(store: &dyn LeaseStore, key: &str, held: &Held) -> Result<Option<String>> {
    let Some((body, version)) = store.read(key).await? else { return Ok(Some("it was deleted".to_owned())) };
    let there = Holder::parse(&body, held.clock.now());
    let mut now = held.now();
    if there.is_of(&now.holder.run) {
        now.version = version;
        return Ok(None);
    }
    Ok(Some(match &there.ended_by {
        Some(who) if there.run.is_empty() || there.run == now.holder.run => format!("{who} ended it"),
        _ => format!("{} took it over (run {})", there.caller, there.run),
    }))
}

impl From<Failure> for LeaseError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
