//! An approved plan becomes a run: what `apply::carry_out` stands on, for AWS.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{LocalBoxFuture, join_all};
use jiff::Timestamp;
use tokio::sync::watch;

use super::hands::AwsHands;
use super::journals::{self, Kept};
use super::lease::{BucketLeases, WallClock};
use super::{As, Engine};
use crate::apply::{
    self, Clock, Event, Fence, Halted, Hands, Head, Holder, Host, Journal, LeaseStore, Ledger, Look, Recorder, Stop,
};
use crate::aws::{Aws, ObjectStore};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::{Interrupt, cut_off, interrupted};
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::kinds::KINDS;
use crate::plan::Plan;
use crate::report::{Progress, estimate_all, saved_plan, stale};
use crate::resource::{Stack, StackId};

/// EC2's documentation speaks of seconds until a change is seen everywhere. What answers at `--endpoint-url` is at once.
const SPREAD: Duration = Duration::from_secs(10);

/// What a person, or `--yes`, agreed to.
pub struct Approved<'a> {
    pub project: &'a Project,
    pub plan: &'a Plan,
    /// Makes the plan again from what is there once the leases are held.
    pub again: &'a dyn Fn() -> LocalBoxFuture<'a, Result<Look>>,
    /// Checks the plan made again as the approved one was checked: what is not part of either may have changed.
    pub consent: &'a dyn Fn(&Plan) -> Result<()>,
    pub patience: Duration,
    pub progress: Progress,
    pub interrupt: &'a Interrupt,
    /// `apply`, `destroy` or `adopt`, for the journal.
    pub command: &'static str,
}

/// Carries out an approved plan on all its stacks at once.
///
/// The leases are taken first. Then the plan is made again: if anything differs from what was approved, nothing is
/// sent.
pub async fn carry_out<'a>(
    engine: &'a Engine,
    world: &'a World,
    approved: Approved<'a>,
) -> Result<Vec<(Stack, Ledger)>> {
    let Approved { project, plan, again, consent, patience, progress, interrupt, command } = approved;
    interrupt.or(credentials_last(engine, world, plan)).await?;
    let host = AwsHost {
        engine,
        world,
        project,
        again,
        consent,
        interrupt,
        began: watch::Sender::new(false),
        progress: Mutex::new(progress),
        who: who(world),
        command,
        stores: Mutex::default(),
        journals: Mutex::default(),
    };
    let approved = apply::Approved { plan, run: &engine.run, who: &host.who, patience };
    engine.is_running.store(true, Ordering::Relaxed);
    let ended = tokio::select! {
        ended = apply::carry_out(&host, KINDS, approved) => ended,
        never = host.announce() => match never {},
        () = interrupt.until_cut() => {
            host.progress.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
            return Err(cut_off());
        }
    };
    engine.is_running.store(false, Ordering::Relaxed);
    host.close_journals(ended.as_deref().unwrap_or_default()).await;
    host.progress.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    ended.map_err(|halted| match halted {
        Halted::Locked { stack, holder } => held(&stack, &holder),
        Halted::Stale(fresh) => {
            let failure = Failure::new(Exit::Refused, "things changed after the plan was shown; nothing was done");
            stale(&saved_plan(plan), &saved_plan(&fresh)).into_iter().fold(failure, Failure::hint)
        }
        Halted::Interrupted => interrupted(),
        Halted::Failed(failure) => failure,
    })
}

struct AwsHost<'a> {
    engine: &'a Engine,
    world: &'a World,
    project: &'a Project,
    again: &'a dyn Fn() -> LocalBoxFuture<'a, Result<Look>>,
    consent: &'a dyn Fn(&Plan) -> Result<()>,
    interrupt: &'a Interrupt,
    /// Whether the first step may have been started.
    began: watch::Sender<bool>,
    progress: Mutex<Progress>,
    who: String,
    command: &'static str,
    /// The buckets of the stacks whose leases were taken.
    stores: Mutex<BTreeMap<StackId, Arc<ObjectStore>>>,
    journals: Mutex<BTreeMap<StackId, Kept>>,
}

impl Host<Aws> for AwsHost<'_> {
    type Error = Failure;

    fn leases<'a>(&'a self, stack: &'a Stack) -> LocalBoxFuture<'a, Result<Arc<dyn LeaseStore>>> {
        Box::pin(async move {
            let bucket = self.project.bucket(stack);
            let store = self.interrupt.or(self.engine.store(stack, &bucket, As::Writer)).await?;
            let store = Arc::new(store);
            self.interrupt.or(store.ensure_bucket()).await?;
            locked(&self.stores).insert(stack.id.clone(), store.clone());
            Ok(Arc::new(BucketLeases(store)) as Arc<dyn LeaseStore>)
        })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(WallClock(self.world.clock))
    }

    fn spread(&self) -> Duration {
        if self.engine.is_emulated { Duration::ZERO } else { SPREAD }
    }

    fn again(&self) -> LocalBoxFuture<'_, Result<Look>> {
        (self.again)()
    }

    fn consent(&self, plan: &Plan) -> Result<()> {
        (self.consent)(plan)
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

    fn hands<'a>(&'a self, stack: &'a Stack, fence: Fence) -> Box<dyn Hands<Aws> + 'a> {
        self.began.send_replace(true);
        Box::new(AwsHands {
            sessions: self.engine.sessions.clone(),
            account: stack.account.clone(),
            role: As::Writer.role(stack),
            fence,
        })
    }
}

impl AwsHost<'_> {
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
        let (folder, run) = (journals::folder(self.world, stack), &self.engine.run);
        let head = Head { stack: &stack.id, run, who: &self.who, command: self.command };
        let journal = Journal::begin(&folder, head, (self.world.clock)())
            .map_err(|error| Failure::error(format!("cannot write the journal in {}: {error}", folder.display())))?;
        let store = locked(&self.stores).get(&stack.id).cloned();
        let store = store.ok_or_else(|| Failure::error(format!("bug: {} has no lease", stack.id)))?;
        let kept = Kept::new(journal, store, stack, run);
        let journal = kept.journal.clone();
        locked(&self.journals).insert(stack.id.clone(), kept);
        Ok(journal)
    }

    /// Writes how each run ended, and copies the journals a last time.
    async fn close_journals(&self, ended: &[(Stack, Ledger)]) {
        let at = (self.world.clock)();
        let kept = std::mem::take(&mut *locked(&self.journals));
        for (stack, kept) in &kept {
            let ledger = ended.iter().find(|(ended, _)| ended.id == *stack).map(|(_, ledger)| ledger);
            let written = ledger.map_or_else(|| kept.journal.give_up(at), |ledger| kept.journal.end(at, ledger));
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
        let session = engine.sessions.open(&stack.account, &stack.region, As::Writer.role(stack)).await?;
        let Some(end) = session.credentials_expire_at().and_then(|end| Timestamp::try_from(end).ok()) else { continue };
        let left = end.as_second() - (world.clock)().as_second();
        if left < i64::try_from(seconds).unwrap_or(i64::MAX) {
            let message = format!(
                "{}: the credentials end in {} s, the run takes about {seconds} s, and nothing can renew them",
                stack.id,
                left.max(0)
            );
            return Err(Failure::error(message).hint("get fresh ones (for example `aws sso login`), then run it again"));
        }
    }
    Ok(())
}

fn held(stack: &StackId, holder: &Holder) -> Failure {
    let Holder { run, who, since, until, .. } = holder;
    Failure::new(Exit::Locked, format!("{stack} is locked by {who} (run {run}) since {since}"))
        .hint("wait for it to end, or let this run wait with --lock-timeout")
        .hint(format!("if that run is dead, its lease ends by itself soon after {until}; `⟪unlock⟫` shows it"))
}

/// `user@host`, as far as the environment tells.
pub(super) fn who(world: &World) -> String {
    let user = world.variable("USER").or_else(|| world.variable("LOGNAME")).unwrap_or("somebody");
    let host = world.variable("HOSTNAME").map(str::to_owned);
    let host = host.or_else(|| Some(std::fs::read_to_string("/etc/hostname").ok()?.trim().to_owned()));
    format!("{user}@{}", host.unwrap_or_else(|| "somewhere".to_owned()))
}
