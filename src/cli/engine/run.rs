//! The host of `apply::carry_out` for AWS: leases, journals, connections, progress.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{LocalBoxFuture, join_all};
use jiff::Timestamp;
use tokio::sync::watch;

use super::connections::AwsConnections;
use super::journals::{self, MirroredJournal};
use super::lease::{BucketLeases, WallClock};
use super::{Engine, Target};
use crate::apply::{
    self, Approved, Approver, Caller, Clock, Connections, Event, Fence, Head, Holder, Host, Journal, LeaseStore,
    Recorder, RunError, RunSummary, Stop,
};
use crate::aws::{Aws, ObjectStore};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::interrupt::{Interrupt, cut_off, interrupted};
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::kinds::KINDS;
use crate::plan::Plan;
use crate::report::{Progress, estimate_all, saved_plan, stale};
use crate::resource::{Access, Stack, StackId};

/// One run in AWS.
pub struct AwsHost<'a> {
    engine: &'a Engine,
    world: &'a World,
    project: &'a Project,
    interrupt: &'a Interrupt,
    /// Whether the first step may have been started.
    began: watch::Sender<bool>,
    progress: Mutex<Progress>,
    /// `apply`, `destroy` or `adopt`, for the journal.
    command: &'static str,
    /// The buckets of the stacks whose leases were taken.
    stores: Mutex<BTreeMap<StackId, Arc<ObjectStore>>>,
    journals: Mutex<BTreeMap<StackId, MirroredJournal>>,
}

impl Host<Aws> for AwsHost<'_> {
    type Error = CommandFailure;

    fn leases<'a>(&'a self, stack: &'a Stack) -> LocalBoxFuture<'a, Result<Arc<dyn LeaseStore>>> {
        Box::pin(async move {
            let bucket = self.project.bucket(stack);
            let store = self.interrupt.or(self.engine.store(stack, &bucket, Access::Write)).await?;
            let store = Arc::new(store);
            self.interrupt.or(store.ensure_bucket()).await?;
            locked(&self.stores).insert(stack.id.clone(), store.clone());
            Ok(Arc::new(BucketLeases(store)) as Arc<dyn LeaseStore>)
        })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(WallClock(self.world.clock))
    }

    fn caller(&self, stack: &Stack) -> Caller {
        self.engine.callers.caller(self.world, &stack.account, stack.role(Access::Write).as_ref())
    }

    /// What answers at `--endpoint-url` shows a change at once.
    fn spread(&self) -> Duration {
        if self.engine.target == Target::Aws { apply::SPREAD } else { Duration::ZERO }
    }

    fn recorder<'a>(&'a self, stack: &'a Stack) -> Result<Recorder<'a>> {
        let journal = self.journal(stack)?;
        let (clock, progress) = (self.world.clock, &self.progress);
        Ok(Box::new(move |event| {
            let written = journal.write(clock(), &event);
            // What is not recorded is not started.
            if written.is_ok() || !matches!(event, Event::Started { .. }) {
                locked(progress).event(&event);
            }
            written
        }))
    }

    fn stop(&self) -> watch::Receiver<Stop> {
        self.interrupt.stop()
    }

    fn connections<'a>(&'a self, stack: &'a Stack, fence: Fence) -> Box<dyn Connections<Aws> + 'a> {
        self.began.send_replace(true);
        Box::new(AwsConnections {
            sessions: self.engine.sessions.clone(),
            account: stack.account.clone(),
            role: stack.role(Access::Write),
            fence,
        })
    }
}

impl<'a> AwsHost<'a> {
    pub fn new(
        engine: &'a Engine,
        world: &'a World,
        project: &'a Project,
        interrupt: &'a Interrupt,
        progress: Progress,
        command: &'static str,
    ) -> Self {
        Self {
            engine,
            world,
            project,
            interrupt,
            began: watch::Sender::new(false),
            progress: Mutex::new(progress),
            command,
            stores: Mutex::default(),
            journals: Mutex::default(),
        }
    }

    /// Carries out an approved plan on all its stacks at once; waits so long for another run's lease.
    ///
    /// The leases are taken first. Then the plan is made again: if anything differs from what was approved, nothing is
    /// sent.
    pub async fn carry_out(
        self,
        approver: &impl Approver<Error = CommandFailure>,
        plan: &Plan,
        lock_timeout: Duration,
    ) -> Result<Vec<(Stack, RunSummary)>> {
        let Self { engine, world, interrupt, .. } = self;
        interrupt.or(credentials_last(engine, world, plan)).await?;
        let approved = Approved { plan, run: &engine.run, lock_timeout };
        engine.is_running.store(true, Ordering::Relaxed);
        let ended = tokio::select! {
            ended = apply::carry_out(&self, approver, KINDS, approved) => ended,
            never = self.announce() => match never {},
            () = interrupt.until_cut() => {
                self.progress.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
                return Err(cut_off());
            }
        };
        engine.is_running.store(false, Ordering::Relaxed);
        self.close_journals(ended.as_deref().unwrap_or_default()).await;
        self.progress.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        ended.map_err(|halted| match halted {
            RunError::Locked { stack, holder } => held(&stack, &holder),
            RunError::Stale(fresh) => {
                let failure =
                    CommandFailure::new(Exit::Refused, "things changed after the plan was shown; nothing was done");
                stale(&saved_plan(plan), &saved_plan(&fresh)).into_iter().fold(failure, CommandFailure::hint)
            }
            RunError::Interrupted => interrupted(),
            RunError::Failed(failure) => failure,
        })
    }

    /// Says what a signal has begun, beside the bars; before the first step the command's end says it.
    async fn announce(&self) -> Infallible {
        let began = self.began.subscribe().wait_for(|began| *began).await.is_ok();
        for (stop, text) in [
            (Stop::Soon, "interrupted: finishing what is under way, starting nothing new (again to stop at once)"),
            (Stop::Now, "stopping at once; run the command again to go on from what is there"),
        ] {
            self.interrupt.until(stop).await;
            // If standard error is gone, nobody reads it.
            let print = || drop(self.world.err.print(&format!("{text}\n")));
            if began {
                locked(&self.progress).above(text, print);
            }
        }
        std::future::pending().await
    }

    /// Begins the record of one stack's run, under the user's state folder, and copies it to the stack's bucket.
    fn journal(&self, stack: &Stack) -> Result<Arc<Journal>> {
        let (folder, run) = (journals::folder(self.world, &self.engine.target, stack), &self.engine.run);
        let (caller, target) = (self.caller(stack), self.engine.target.to_saved());
        let head = Head { stack: &stack.id, run, caller, target, command: self.command };
        let journal = Journal::begin(&folder, head, (self.world.clock)()).map_err(|error| {
            CommandFailure::error(format!("cannot write the journal in {}: {error}", folder.display()))
        })?;
        let store = locked(&self.stores).get(&stack.id).cloned();
        let store = store.ok_or_else(|| CommandFailure::error(format!("bug: {} has no lease", stack.id)))?;
        let kept = MirroredJournal::new(journal, store, stack, run);
        let journal = kept.journal.clone();
        locked(&self.journals).insert(stack.id.clone(), kept);
        Ok(journal)
    }

    /// Writes how each run ended, and copies the journals a last time.
    async fn close_journals(&self, ended: &[(Stack, RunSummary)]) {
        let at = (self.world.clock)();
        let kept = std::mem::take(&mut *locked(&self.journals));
        for (stack, kept) in &kept {
            let run_summary = ended.iter().find(|(ended, _)| ended.id == *stack).map(|(_, run_summary)| run_summary);
            let written =
                run_summary.map_or_else(|| kept.journal.give_up(at), |run_summary| kept.journal.end(at, run_summary));
            if let Err(error) = written {
                tracing::warn!(%error, "the end of the run over {stack} could not be recorded");
            }
        }
        join_all(kept.into_values().map(|kept| kept.finish(self.interrupt))).await;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuses to start what the credentials would not live to finish.
async fn credentials_last(engine: &Engine, world: &World, plan: &Plan) -> Result<()> {
    let seconds = estimate_all(plan).seconds;
    for stack in plan.stacks.iter().map(|stack| &stack.stack) {
        let session = engine.sessions.open(&stack.account, &stack.region, stack.role(Access::Write)).await?;
        let Some(end) = session.credentials_expire_at().and_then(|end| Timestamp::try_from(end).ok()) else { continue };
        let left = end.as_second() - (world.clock)().as_second();
        if left < i64::try_from(seconds).unwrap_or(i64::MAX) {
            let message = format!(
                "{}: the credentials end in {} s, the run takes about {seconds} s, and nothing can renew them",
                stack.id,
                left.max(0)
            );
            return Err(
                CommandFailure::error(message).hint("get fresh ones (for example `aws sso login`), then run it again")
            );
        }
    }
    Ok(())
}

fn held(stack: &StackId, holder: &Holder) -> CommandFailure {
    let Holder { run, caller, since, until, .. } = holder;
    CommandFailure::new(Exit::Locked, format!("{stack} is locked by {caller} (run {run}) since {since}"))
        .hint("wait for it to end, or let this run wait with --lock-timeout")
        .hint(format!("if that run is dead, its lease ends by itself soon after {until}; `⟪unlock⟫` shows it"))
}
