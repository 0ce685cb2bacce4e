//! An approved plan becomes a run: leases, a second look, the walk, the journal, the ledger.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;

use super::hands::AwsHands;
use super::lease::{BucketLeases, WallClock};
use super::{As, Engine};
use crate::apply::{self, Journal, Lease, Ledger, Refused, Run};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt;
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::inventory::Inventory;
use crate::kinds::KINDS;
use crate::plan::{Plan, StackPlan};
use crate::report::{Progress, estimate_all, saved_plan, stale};
use crate::resource::{Stack, StackId};

/// A plan and what it was made from.
pub type Look = (Plan, BTreeMap<StackId, Inventory>);

/// What a person, or `--yes`, agreed to.
pub struct Approved<'a> {
    pub project: &'a Project,
    pub plan: Plan,
    /// Makes the plan again from what is there once the leases are held.
    pub again: &'a mut dyn FnMut(&World) -> Result<Look>,
    pub patience: Duration,
    pub progress: Progress,
}

/// Carries out an approved plan on all its stacks at once.
///
/// The leases are taken first. Then the plan is made again: if anything differs from what was approved, nothing is
/// sent.
pub fn carry_out(
    engine: &Engine,
    runtime: &tokio::runtime::Runtime,
    world: &World,
    approved: Approved<'_>,
) -> Result<Vec<(Stack, Ledger)>> {
    runtime.block_on(credentials_last(engine, world, &approved.plan))?;
    let leases = runtime.block_on(take_leases(engine, world, &approved))?;
    let result = agreed(world, &approved.plan, approved.again).and_then(|(plan, inventories)| {
        runtime.block_on(walk(engine, world, &plan, &inventories, &leases, approved.progress))
    });
    runtime.block_on(async {
        for lease in leases {
            // A lease that can't be given back ends by itself within two minutes.
            if let Err(failure) = lease.release().await {
                tracing::warn!(%failure, "a lease could not be given back; it ends by itself");
            }
        }
    });
    result
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

/// Takes the lease of every stack that has something to do, in order, so that two runs never wait for each other.
async fn take_leases(engine: &Engine, world: &World, approved: &Approved<'_>) -> Result<Vec<Lease>> {
    let mut leases = Vec::new();
    for plan in approved.plan.stacks.iter().filter(|plan| !plan.steps.is_empty()) {
        let stack = &plan.stack;
        let store = engine.store(stack, &approved.project.bucket(stack)).await?;
        store.ensure_bucket().await?;
        let clock = Arc::new(WallClock(world.clock));
        let store = Arc::new(BucketLeases(store));
        let taken = Lease::take(store, clock, stack, &engine.run, &who(world), approved.patience).await;
        leases.push(taken.map_err(|refused| locked(stack, refused))?);
    }
    Ok(leases)
}

fn locked(stack: &Stack, refused: Refused) -> Failure {
    match refused {
        Refused::Failed(failure) => failure.into(),
        Refused::Held(holder) => Failure::new(
            Exit::Locked,
            format!("{} is locked by {} (run {}) since {}", stack.id, holder.who, holder.run, holder.since),
        )
        .hint("wait for it to end, or let this run wait: --lock-timeout 10m")
        .hint(format!("if that run is dead, its lease ends by itself soon after {}", holder.until)),
    }
}

/// Plans again under the leases and compares with what was approved.
fn agreed(world: &World, approved: &Plan, again: &mut dyn FnMut(&World) -> Result<Look>) -> Result<Look> {
    let (plan, inventories) = again(world)?;
    let reasons = stale(&saved_plan(approved), &saved_plan(&plan));
    if reasons.is_empty() {
        return Ok((plan, inventories));
    }
    let failure = Failure::new(Exit::Refused, "things changed after the plan was shown; nothing was done");
    Err(reasons.into_iter().fold(failure, Failure::hint))
}

async fn walk(
    engine: &Engine,
    world: &World,
    plan: &Plan,
    inventories: &BTreeMap<StackId, Inventory>,
    leases: &[Lease],
    progress: Progress,
) -> Result<Vec<(Stack, Ledger)>> {
    let stop = interrupt::watch(world.err.clone());
    let progress = Mutex::new(progress);
    let busy: Vec<_> = plan.stacks.iter().filter(|stack| !stack.steps.is_empty()).collect();
    let runs = busy.iter().zip(leases).map(|(plan, lease)| {
        let (stop, progress, clock) = (stop.clone(), &progress, world.clock);
        async move {
            let journal = journal(engine, world, plan)?;
            let hands = AwsHands {
                sessions: engine.sessions.clone(),
                account: plan.stack.account.clone(),
                role: As::Writer.role(&plan.stack),
                fence: lease.fence(),
            };
            let tell = |event| {
                journal.write(clock(), &event)?;
                progress.lock().unwrap_or_else(PoisonError::into_inner).event(&event);
                Ok(())
            };
            let live = inventories.get(&plan.stack.id).map(Inventory::all).into_iter().flatten();
            let ledger = apply::run(Run {
                plan,
                kinds: KINDS,
                hands: &hands,
                live: live.map(|(_, live)| live.clone()).collect(),
                id: &engine.run,
                stop,
                tell: &tell,
            })
            .await;
            Ok((plan.stack.clone(), ledger))
        }
    });
    let ended: Result<Vec<_>> = join_all(runs).await.into_iter().collect();
    progress.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    ended
}

/// The record of one stack's run, under the user's state folder.
fn journal(engine: &Engine, world: &World, plan: &StackPlan) -> Result<Journal> {
    let stack = &plan.stack;
    let folder = ["provision", "journals", &stack.account, &stack.id.tenant, &stack.id.environment]
        .iter()
        .collect::<std::path::PathBuf>();
    let folder = world.state().join(folder);
    let journal = Journal::create(&folder, &engine.run)
        .map_err(|error| Failure::error(format!("cannot write the journal in {}: {error}", folder.display())))?;
    let note =
        serde_json::json!({ "event": "run", "stack": stack.id.to_string(), "who": who(world), "run": engine.run });
    journal
        .note((world.clock)(), note)
        .map_err(|error| Failure::error(format!("cannot write {}: {error}", journal.path().display())))?;
    Ok(journal)
}

/// `user@host`, as far as the environment tells.
fn who(world: &World) -> String {
    let user = world.variable("USER").or_else(|| world.variable("LOGNAME")).unwrap_or("somebody");
    let host = world.variable("HOSTNAME").map(str::to_owned);
    let host = host.or_else(|| Some(std::fs::read_to_string("/etc/hostname").ok()?.trim().to_owned()));
    format!("{user}@{}", host.unwrap_or_else(|| "somewhere".to_owned()))
}
