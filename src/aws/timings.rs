use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// The cost of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// Attempts that were sent, retries included.
    pub calls: u64,
    /// Attempts that AWS throttled.
    pub throttles: u64,
    /// From sending to the end of the answer, summed over all attempts; those in parallel count each.
    pub on_aws: Duration,
    /// Waited for our own rate limit before sending.
    pub on_limit: Duration,
}

/// The cost of every operation, by its name (`ec2:DescribeVpcs`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Timings(pub BTreeMap<String, Timing>);

impl Timings {
    /// The sum of all operations.
    pub fn total(&self) -> Timing {
        self.0.values().fold(Timing::default(), |sum, one| Timing {
            calls: sum.calls + one.calls,
            throttles: sum.throttles + one.throttles,
            on_aws: sum.on_aws + one.on_aws,
            on_limit: sum.on_limit + one.on_limit,
        })
    }
}

/// Gathers [`Timings`] while calls are made.
#[derive(Debug, Default)]
pub(super) struct Timer(Mutex<Timings>);

impl Timer {
    pub(super) fn snapshot(&self) -> Timings {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn attempt(&self, operation: &str, took: Duration, throttled: bool) {
        self.record(operation, |timing| {
            timing.calls += 1;
            timing.throttles += u64::from(throttled);
            timing.on_aws += took;
        });
    }

    pub(super) fn waited(&self, operation: &str, waited: Duration) {
        self.record(operation, |timing| timing.on_limit += waited);
    }

    fn record(&self, operation: &str, change: impl FnOnce(&mut Timing)) {
        let mut timings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(timings.0.entry(operation.to_owned()).or_default());
    }
}
