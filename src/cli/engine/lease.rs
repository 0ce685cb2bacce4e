use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::apply::{Clock, LeaseStore};
use crate::aws::ObjectStore;
use crate::resource::Result;

/// Leases in a bucket.
pub(super) struct BucketLeases(pub(super) Arc<ObjectStore>);

impl LeaseStore for BucketLeases {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<(Vec<u8>, String)>>> {
        Box::pin(self.0.get(key))
    }

    fn create<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(self.0.put_new(key, body))
    }

    fn replace<'a>(&'a self, key: &'a str, version: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(self.0.put_if(key, version, body))
    }
}

/// The clocks of the world.
pub(super) struct WallClock(pub(super) fn() -> Timestamp);

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// From /proc, since the standard library has no CLOCK_BOOTTIME; other systems have the wall clock alone.
    fn since_boot(&self) -> Option<Duration> {
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        Duration::try_from_secs_f64(uptime.split(' ').next()?.parse().ok()?).ok()
    }
}
