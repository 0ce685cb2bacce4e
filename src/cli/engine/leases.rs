use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, LocalBoxFuture};
use jiff::Timestamp;
use tokio::sync::watch;

use super::{Engine, Target};
use crate::apply::{self, Caller, Clock, LeaseHost, LeaseStore, Stop};
use crate::aws::ObjectStore;
use crate::cli::failure::{self, CommandFailure};
use crate::cli::interrupt::Interrupt;
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::resource::{Access, Result, Stack, StackId};

/// The leases of one run in AWS, and the buckets that they live in.
pub struct AwsLeases<'a> {
    engine: &'a Engine,
    project: &'a Project,
    interrupt: &'a Interrupt,
    clock: fn() -> Timestamp,
    /// The buckets of the stacks whose leases were asked for.
    stores: Mutex<BTreeMap<StackId, Arc<ObjectStore>>>,
}

impl<'a> AwsLeases<'a> {
    pub fn new(engine: &'a Engine, world: &World, project: &'a Project, interrupt: &'a Interrupt) -> Self {
        Self { engine, project, interrupt, clock: world.clock, stores: Mutex::default() }
    }

    /// The bucket where a stack's lease and journals live.
    pub(super) fn store(&self, stack: &StackId) -> Option<Arc<ObjectStore>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).get(stack).cloned()
    }
}

impl LeaseHost for AwsLeases<'_> {
    type Error = CommandFailure;

    fn leases<'a>(&'a self, stack: &'a Stack) -> LocalBoxFuture<'a, failure::Result<Arc<dyn LeaseStore>>> {
        Box::pin(async move {
            let bucket = self.project.bucket(stack);
            let role = stack.role(Access::Write);
            let session = self.engine.sessions.open(&stack.account, &bucket.region, role.clone());
            let arn = self.interrupt.or(self.interrupt.or(session).await?.verify()).await?;
            self.engine.callers.note(&stack.account, role.as_ref(), arn);
            let store = Arc::new(self.interrupt.or(self.engine.store(stack, &bucket, Access::Write)).await?);
            self.interrupt.or(store.ensure_bucket()).await?;
            self.stores.lock().unwrap_or_else(PoisonError::into_inner).insert(stack.id.clone(), store.clone());
            Ok(Arc::new(BucketLeases(store)) as Arc<dyn LeaseStore>)
        })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(WallClock(self.clock))
    }

    fn caller(&self, stack: &Stack) -> Caller {
        self.engine.caller(stack)
    }

    /// What answers at `--endpoint-url` shows a change at once.
    fn spread(&self) -> Duration {
        if self.engine.target == Target::Aws { apply::SPREAD } else { Duration::ZERO }
    }

    fn stop(&self) -> watch::Receiver<Stop> {
        self.interrupt.stop()
    }
}

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
struct WallClock(fn() -> Timestamp);

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
