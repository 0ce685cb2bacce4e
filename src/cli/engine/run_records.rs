//! Questions about past runs, and about the holder of a stack's lease.

use super::Engine;
use super::journals::read_there;
use super::leases::BucketLeases;
use crate::apply::{Holder, LeaseState, RunRecord, StoredLease, end_lease, free_lease, lease_key, read_lease};
use crate::cli::project::LeaseBucket;
use crate::cli::world::World;
use crate::report::PastRun;
use crate::resource::{Access, Result, Stack};

/// How a lease is taken from its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlockMode {
    /// It is renewed no more, and ends when it would have without a heartbeat.
    AtItsEnd,
    /// It ends now, whether or not its holder is dead.
    Now,
}

/// Says of each run whether it is the one that holds its stack.
pub fn past_runs(records: Vec<RunRecord>, holders: &[Holder]) -> Vec<PastRun> {
    let is_running = |record: &RunRecord| holders.iter().any(|holder| holder.run == record.run);
    records.into_iter().map(|record| PastRun { is_running: is_running(&record), record }).collect()
}

impl Engine {
    /// The runs that are recorded in the stack's bucket, and who holds the stack now.
    ///
    /// # Errors
    /// If the account is another than the tenant's file says, or the bucket cannot be read.
    pub async fn recorded_there(
        &self,
        world: &World,
        stack: &Stack,
        bucket: &LeaseBucket,
        most: usize,
    ) -> Result<(Vec<RunRecord>, Option<Holder>)> {
        let leases = self.leases(stack, bucket, Access::Read).await?;
        let records = read_there(&leases.0, stack, most).await?;
        let now = (world.clock)();
        let seen = read_lease(&leases, &lease_key(stack), now).await?;
        let holder = seen.map(|seen| seen.holder).filter(|holder| holder.state(now) == LeaseState::Held);
        Ok((records, holder))
    }

    /// Who holds a stack, or held it last.
    ///
    /// # Errors
    /// As [`recorded_there`](Self::recorded_there).
    pub async fn holder(&self, world: &World, stack: &Stack, bucket: &LeaseBucket) -> Result<Option<StoredLease>> {
        let leases = self.leases(stack, bucket, Access::Read).await?;
        read_lease(&leases, &lease_key(stack), (world.clock)()).await
    }

    /// Takes a lease from its holder.
    ///
    /// # Errors
    /// If it changed hands since it was seen, or the bucket cannot be written.
    pub async fn take_from(
        &self,
        world: &World,
        stack: &Stack,
        bucket: &LeaseBucket,
        seen: StoredLease,
        how: UnlockMode,
    ) -> Result<Holder> {
        let leases = self.leases(stack, bucket, Access::Write).await?;
        let (key, now) = (lease_key(stack), (world.clock)());
        let by = self.callers.caller(&stack.account, stack.role(Access::Write).as_ref()).to_string();
        match how {
            UnlockMode::AtItsEnd => end_lease(&leases, &key, seen, &by, now).await,
            UnlockMode::Now => free_lease(&leases, &key, seen, &by, now).await,
        }
    }

    pub(super) async fn leases(&self, stack: &Stack, bucket: &LeaseBucket, access: Access) -> Result<BucketLeases> {
        let session = self.sessions.open(&stack.account, &bucket.region, stack.role(access)).await?;
        self.callers.note(&stack.account, stack.role(access).as_ref(), session.verify().await?);
        Ok(BucketLeases(std::sync::Arc::new(self.store(stack, bucket, access).await?)))
    }
}
