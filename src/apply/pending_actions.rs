//! Resources that wait for a person's action, looked at while the run goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::context::RunContext;
use super::run::PendingAction;
use crate::resource::{Address, Cloud, Result, State};

/// The first pause between two looks; each next is half as long again.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// A person takes minutes, not seconds; and a rollout that starts a minute later for it would be one more.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How often its typical seconds a resource is waited for of which the run has done all that it asks for.
const PATIENCE: u32 = 5;

/// The pending actions of a run.
pub(super) struct PendingActions {
    open: Vec<PendingAction>,
    /// The resources for which the run has done what they ask for, and until when AWS is waited for.
    answered: BTreeMap<Address, Instant>,
    /// The resources that became ready.
    done: BTreeSet<Address>,
    pause: Duration,
    next: Instant,
}

impl PendingActions {
    pub(super) fn new(open: Vec<PendingAction>) -> Self {
        Self {
            open,
            answered: BTreeMap::new(),
            done: BTreeSet::new(),
            pause: FIRST_PAUSE,
            next: Instant::now() + FIRST_PAUSE,
        }
    }

    pub(super) fn add(&mut self, action: PendingAction) {
        self.open.push(action);
        (self.pause, self.next) = (FIRST_PAUSE, Instant::now() + FIRST_PAUSE);
    }

    /// Notes that resources are ready; returns all that are.
    pub(super) fn are_ready(&mut self, ready: &BTreeSet<Address>) -> BTreeSet<Address> {
        self.open.retain(|action| !ready.contains(&action.address));
        self.done.extend(ready.iter().cloned());
        self.done.clone()
    }

    /// Notes that the run has done what a resource asks for, which is typically ready after so many seconds.
    pub(super) fn answer(&mut self, address: &Address, seconds: u32) {
        let until = Instant::now() + Duration::from_secs((PATIENCE * seconds).into());
        self.answered.insert(address.clone(), until);
        (self.pause, self.next) = (FIRST_PAUSE, Instant::now() + FIRST_PAUSE);
    }

    /// Whether AWS is still waited for.
    pub(super) fn are_answered(&self) -> bool {
        self.deadline().is_some_and(|until| Instant::now() < until)
    }

    /// Returns when it is no longer waited for AWS.
    pub(super) fn overdue(&self) -> impl Future<Output = ()> + use<> {
        let until = self.deadline();
        async move {
            match until {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let is_open = |address: &Address| self.open.iter().any(|action| action.address == *address);
        self.answered.iter().filter(|(address, _)| is_open(address)).map(|(_, until)| *until).max()
    }

    /// Whether a resource that waited is ready.
    pub(super) fn is_done(&self, address: &Address) -> bool {
        self.done.contains(address)
    }

    /// Looks now and then, until some resource is ready. May be dropped at any time.
    pub(super) async fn next<C: Cloud>(&mut self, context: &RunContext<'_, C>) -> BTreeSet<Address> {
        if self.open.is_empty() {
            std::future::pending::<()>().await;
        }
        loop {
            sleep_until(self.next).await;
            let ready = self.look(context).await;
            if !ready.is_empty() {
                return ready;
            }
        }
    }

    /// Looks once. What could not be read still waits.
    pub(super) async fn look<C: Cloud>(&mut self, context: &RunContext<'_, C>) -> BTreeSet<Address> {
        self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
        self.next = Instant::now() + self.pause;
        let mut ready = BTreeSet::new();
        for action in &self.open {
            if is_ready(context, action).await.unwrap_or(false) {
                ready.insert(action.address.clone());
            }
        }
        ready
    }
}

async fn is_ready<C: Cloud>(context: &RunContext<'_, C>, action: &PendingAction) -> Result<bool> {
    let PendingAction { address, region, id } = action;
    let Some(kind) = context.kinds.get(address.kind.as_str()) else { return Ok(false) };
    let (awaiting, due) = (context.watch.awaits(*kind, region, id), Instant::now());
    // Only "not yet" is taken at its word: a list tells whose it is.
    let state = context.watch.state(*kind, region, &awaiting, due).await?;
    if state.is_some_and(|(_, state)| state != State::Ready) {
        return Ok(false);
    }
    let listing = context.watch.list(*kind, region, due).await?;
    Ok(listing.found.iter().any(|live| live.id == *id && live.state == State::Ready))
}
