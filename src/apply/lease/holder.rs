use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::apply::Caller;
use crate::resource::{Result, Stack};

/// How long a lease holds without a heartbeat.
pub(super) const LIFETIME: Duration = Duration::from_secs(60);
/// How long nobody takes a lease over beyond its end: the 35 s that one attempt of its holder can be on its way, and
/// 10 s that the clocks of two machines may be apart.
pub(super) const GRACE: Duration = Duration::from_secs(45);

/// Where leases are kept: one object each, written only under conditions.
///
/// A write whose answer was lost may have taken effect, and is not an error of the store's: who finds another version
/// than expected reads whose it is.
pub trait LeaseStore: Send + Sync {
    /// Returns the object and its version, if it is there.
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<(Vec<u8>, String)>>>;

    /// Writes it if it is not there; returns its version, or none if it was there.
    fn create<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>>;

    /// Writes it if it still has this version; returns the new version, or none if it was another.
    fn replace<'a>(&'a self, key: &'a str, version: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>>;
}

/// The holder of a stack's lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The run's name; empty when the lease was given back.
    pub run: String,
    #[serde(flatten)]
    pub caller: Caller,
    pub since: Timestamp,
    pub until: Timestamp,
    /// The person who ended the lease before its time: it is renewed no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}

/// The state of a lease at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// Given back: anybody may take it.
    Free,
    /// Its holder may change the stack.
    Held,
    /// It ran out, but its holder's last attempt may still be on its way.
    Ending,
    /// It ran out; the next run takes it over.
    Expired,
}

impl Holder {
    pub(super) fn new(run: &str, caller: Caller, now: Timestamp) -> Self {
        Self { run: run.to_owned(), caller, since: now, until: now + LIFETIME, ended_by: None }
    }

    /// Somebody, who is not known.
    pub(super) fn unknown(now: Timestamp) -> Self {
        Self::new("unknown", "another run".into(), now)
    }

    /// Reads what a store holds; what can't be read is somebody's, who is not known.
    pub(super) fn parse(body: &[u8], now: Timestamp) -> Self {
        match serde_json::from_slice::<Self>(body) {
            Ok(there) => Self { caller: there.caller.cleaned(), ..there },
            Err(_) => Self::unknown(now),
        }
    }

    pub(super) fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a holder is strings and times")
    }

    pub fn state(&self, now: Timestamp) -> LeaseState {
        if self.run.is_empty() {
            LeaseState::Free
        } else if now < self.until {
            LeaseState::Held
        } else if now < self.free_from() {
            LeaseState::Ending
        } else {
            LeaseState::Expired
        }
    }

    /// From when on another run may take a lease over that is not given back: nothing of its holder's can arrive then.
    pub fn free_from(&self) -> Timestamp {
        self.until + GRACE
    }

    /// Whether another run has to stay away.
    pub(super) fn keeps_out(&self, run: &str, now: Timestamp) -> bool {
        !self.is_of(run) && matches!(self.state(now), LeaseState::Held | LeaseState::Ending)
    }

    /// Whether it is this run's, and was not taken from it.
    pub(super) fn is_of(&self, run: &str) -> bool {
        self.run == run && self.ended_by.is_none()
    }
}

/// The key of a stack's lease: account, tenant and environment, never the region.
pub fn key(stack: &Stack) -> String {
    format!("leases/{}/{}/{}.json", stack.account, stack.id.tenant, stack.id.environment)
}
