//! One process that talks to the fake cloud: it may die, and it may be suspended.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::bucket::{Rate, TokenBucket};

/// A running process.
pub struct Client {
    /// The run's name.
    pub run: String,
    state: Mutex<State>,
    died: Notify,
    /// The product's rate limits: by operation.
    limits: Mutex<BTreeMap<String, TokenBucket>>,
}

#[derive(Default)]
struct State {
    dead: bool,
    suspended_until: Option<Instant>,
}

impl Client {
    pub fn new(run: &str) -> Self {
        let (state, limits) = (Mutex::default(), Mutex::default());
        Self { run: run.to_owned(), state, died: Notify::new(), limits }
    }

    /// Passes while the process runs; never, once it is dead.
    pub async fn gate(&self) {
        loop {
            let until = {
                let state = self.state();
                if state.dead { None } else { Some(state.suspended_until) }
            };
            match until {
                None => return std::future::pending().await,
                Some(Some(until)) if until > Instant::now() => tokio::time::sleep_until(until).await,
                Some(_) => return,
            }
        }
    }

    pub fn kill(&self) {
        self.state().dead = true;
        self.died.notify_one();
    }

    pub fn suspend(&self, time: Duration) {
        self.state().suspended_until = Some(Instant::now() + time);
    }

    /// Returns once the process is dead.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    /// Waits for the product's own rate limit.
    pub async fn limited(&self, operation: &str, rate: Rate) {
        let wait = self.with(operation, rate, TokenBucket::take);
        tokio::time::sleep(wait).await;
    }

    /// Learns from an answer, as the product does.
    pub fn learn(&self, operation: &str, rate: Rate, throttled: bool) {
        self.with(operation, rate, if throttled { TokenBucket::narrow } else { TokenBucket::widen });
    }

    fn with<T>(&self, operation: &str, rate: Rate, change: impl FnOnce(&mut TokenBucket, Instant) -> T) -> T {
        let now = Instant::now();
        let mut limits = self.limits.lock().expect("no panic here");
        change(limits.entry(operation.to_owned()).or_insert_with(|| TokenBucket::new(rate, now)), now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic here")
    }
}
