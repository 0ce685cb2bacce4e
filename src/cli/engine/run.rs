//! The host of `apply::run_stacks` for AWS: journals, connections, progress.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::watch;

use super::Engine;
use super::connections::AwsConnections;
use super::journals::{self, MirroredJournal};
use super::leases::AwsLeases;
use crate::apply::{
    self, Connections, Event, Fence, FleetRun, Head, Holder, Host, Journal, LeaseHost as _, Leases, PlanSnapshot,
    Recorder, RunSummary, StackEnds, Stop,
};
use crate::aws::Aws;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::interrupt::{Interrupt, cut_off};
use crate::cli::world::World;
use crate::kinds::KINDS;
use crate::plan::{Plan, StackPlan};
use crate::report::{Progress, estimate_all, second};
use crate::resource::{Access, Address, Command, Stack, StackId};

/// One run in AWS.
pub struct AwsHost<'a> {
    engine: &'a Engine,
    world: &'a World,
    leases: &'a AwsLeases<'a>,
    interrupt: &'a Interrupt,
    /// Whether the first step may have been started.
    began: watch::Sender<bool>,
    progress: Mutex<Progress>,
    /// `apply`, `destroy` or `adopt`, for the journal.
    command: &'static str,
    journals: Mutex<BTreeMap<StackId, MirroredJournal>>,
    once_ready: Option<&'a OnceReady<'a>>,
}

/// Makes a stack's plan once more, as if these resources had not waited for a person.
pub type OnceReady<'a> = dyn Fn(&StackId, &BTreeSet<Address>) -> Option<StackPlan> + 'a;

impl Host<Aws> for AwsHost<'_> {
    type Error = CommandFailure;

    fn stop(&self) -> watch::Receiver<Stop> {
        self.interrupt.stop()
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

    fn connections<'a>(&'a self, stack: &'a Stack, fence: Fence) -> Box<dyn Connections<Aws> + 'a> {
        self.began.send_replace(true);
        Box::new(AwsConnections {
            sessions: self.engine.sessions.clone(),
            account: stack.account.clone(),
            role: stack.role(Access::Write),
            fence,
        })
    }

    fn once_ready(&self, stack: &StackId, ready: &BTreeSet<Address>) -> Option<StackPlan> {
        self.once_ready.and_then(|replan| replan(stack, ready))
    }
}

impl<'a> AwsHost<'a> {
    /// `command` is `apply`, `destroy` or `adopt`.
    pub fn new(
        engine: &'a Engine,
        world: &'a World,
        leases: &'a AwsLeases<'a>,
        interrupt: &'a Interrupt,
        progress: Progress,
        command: &'static str,
    ) -> Self {
        Self {
            engine,
            world,
            leases,
            interrupt,
            began: watch::Sender::new(false),
            progress: Mutex::new(progress),
            command,
            journals: Mutex::default(),
            once_ready: None,
        }
    }

    /// Lets the run go on with what waited for a person once that is ready.
    #[must_use]
    pub fn going_on(self, once_ready: &'a OnceReady<'a>) -> Self {
        Self { once_ready: Some(once_ready), ..self }
    }

    /// Carries out the steps of every stack whose lease is held.
    ///
    /// # Errors
    /// If the credentials end too early, or everything had to end at once.
    pub async fn run(
        self,
        snapshot: &PlanSnapshot,
        leases: &mut Leases,
        parallel: Option<NonZeroUsize>,
    ) -> Result<StackEnds<CommandFailure>> {
        let Self { engine, world, interrupt, .. } = self;
        interrupt.or(credentials_last(engine, world, &snapshot.plan)).await?;
        let fleet_run = FleetRun { id: &engine.run, parallel };
        engine.is_running.store(true, Ordering::Relaxed);
        let ended = {
            let mut announcing = pin!(self.announce());
            let ended = tokio::select! {
                biased;
                never = &mut announcing => match never {},
                () = interrupt.until_cut() => Err(cut_off()),
                ended = apply::run_stacks(&self, KINDS, fleet_run, snapshot, leases) => Ok(ended),
            };
            // What the run ended of is said, also if it heard of it first.
            announcing.now_or_never().map_or(ended, |never| match never {})
        };
        engine.is_running.store(false, Ordering::Relaxed);
        if let Ok(ended) = &ended {
            self.close_journals(ended).await;
        }
        self.progress.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        ended
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
        let (caller, target) = (self.leases.caller(stack), self.engine.target.to_saved());
        let head = Head { stack: &stack.id, run, caller, target, command: self.command };
        let journal = Journal::begin(&folder, head, (self.world.clock)()).map_err(|error| {
            CommandFailure::error(format!("cannot write the journal in {}: {error}", folder.display()))
        })?;
        let store = self
            .leases
            .store(&stack.id)
            .ok_or_else(|| CommandFailure::error(format!("bug: {} has no lease", stack.id)))?;
        let kept = MirroredJournal::new(journal, store, stack, run);
        let journal = kept.journal.clone();
        locked(&self.journals).insert(stack.id.clone(), kept);
        Ok(journal)
    }

    /// Writes how each run ended, and copies the journals a last time.
    async fn close_journals(&self, ended: &[(Stack, Result<RunSummary>)]) {
        let at = (self.world.clock)();
        let kept = std::mem::take(&mut *locked(&self.journals));
        for (stack, kept) in &kept {
            let run_summary =
                ended.iter().find(|(ended, _)| ended.id == *stack).and_then(|(_, ended)| ended.as_ref().ok());
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

/// Another run holds a stack.
pub fn locked_by(stack: &StackId, holder: &Holder) -> CommandFailure {
    let Holder { run, caller, .. } = holder;
    let (since, until) = (second(holder.since), second(holder.until));
    let look = Command::new("unlock").word(stack);
    CommandFailure::new(Exit::Locked, format!("{stack} is locked by {caller} (run {run}) since {since}"))
        .hint("wait for it to end, or let this run wait with --lock-timeout")
        .hint(format!("if that run is dead, its lease ends by itself soon after {until}; `{look}` shows it"))
}
