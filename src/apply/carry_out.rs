//! Plans are carried out: on all stacks whose leases are held, at once.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::event::RunSummary;
use super::host::Host;
use super::leases::Leases;
use super::run::{PendingAction, Run};
use super::walk::run;
use crate::plan::{Plan, StackPlan};
use crate::resource::{Address, AnyKind, Cloud, Live, Stack, StackId};

/// A plan, and the live resources of its stacks when it was made: the run may touch these.
#[derive(Clone, Debug, Default)]
pub struct PlanSnapshot {
    pub plan: Plan,
    pub live: BTreeMap<StackId, Vec<Arc<Live>>>,
    /// The live resources that wait for a person.
    pub awaited: BTreeMap<StackId, Vec<PendingAction>>,
}

/// A run over the stacks of a plan.
#[derive(Clone, Copy, Debug)]
pub struct FleetRun<'a> {
    /// The run's name, unique.
    pub id: &'a str,
    /// How many stacks are under way at once; none: all.
    pub parallel: Option<NonZeroUsize>,
}

/// How the run over each stack ended, or why it did not begin.
pub type StackEnds<E> = Vec<(Stack, Result<RunSummary, E>)>;

/// Carries out the steps of every stack whose lease is held.
///
/// What fails later than a stack's first call is in its summary.
pub async fn run_stacks<C: Cloud, H: Host<C>>(
    host: &H,
    kinds: &[&dyn AnyKind<C>],
    fleet_run: FleetRun<'_>,
    snapshot: &PlanSnapshot,
    leases: &mut Leases,
) -> StackEnds<H::Error> {
    let slots = &Semaphore::new(fleet_run.parallel.map_or(Semaphore::MAX_PERMITS, NonZeroUsize::get));
    let held = &*leases;
    let runs = snapshot.plan.stacks_with_steps().filter(|plan| held.has(&plan.stack.id)).map(|plan| async move {
        // The semaphore is never closed.
        let _slot = slots.acquire().await;
        (plan.stack.clone(), run_stack(host, kinds, fleet_run.id, (plan, snapshot), held).await)
    });
    let ended = join_all(runs).await;
    leases.has_run(ended.iter().filter_map(|(stack, ended)| Some((&stack.id, ended.as_ref().ok()?))));
    ended
}

async fn run_stack<C: Cloud, H: Host<C>>(
    host: &H,
    kinds: &[&dyn AnyKind<C>],
    id: &str,
    (plan, snapshot): (&StackPlan, &PlanSnapshot),
    leases: &Leases,
) -> Result<RunSummary, H::Error> {
    let stack = &plan.stack;
    let Some(fence) = leases.fence(&stack.id) else { return Ok(RunSummary::default()) };
    // The record is opened before the stack's first call.
    let tell = host.recorder(stack)?;
    let connections = host.connections(stack, fence);
    let live = snapshot.live.get(&stack.id).cloned().unwrap_or_default();
    let awaited = snapshot.awaited.get(&stack.id).into_iter().flatten();
    let awaited = awaited.filter(|action| plan.waiting.iter().any(|waiting| waiting.address == action.address));
    let awaited = awaited.cloned().collect();
    let connections = &*connections;
    let run_summary = run(
        Run { plan, kinds, connections, live, awaited, id, stop: host.stop(), tell: &*tell },
        |ready: &BTreeSet<Address>| host.once_ready(&stack.id, ready),
    )
    .await;
    Ok(RunSummary { unleased: leases.lost(&stack.id), ..run_summary })
}
