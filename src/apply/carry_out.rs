//! An approved plan becomes a run: leases, the plan made again under them, all stacks at once, the leases given back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{LocalBoxFuture, join_all};
use tokio::sync::watch;

use super::caller::Caller;
use super::connections::Connections;
use super::event::{Event, RunSummary};
use super::lease::{Clock, Fence, Holder, Lease, LeaseError, LeaseStore};
use super::walk::{Run, Stop, run};
use crate::plan::{Plan, agrees};
use crate::resource::{AnyKind, Cloud, Failure, Live, Stack, StackId};

/// How long giving a lease back may take.
const ENDING: Duration = Duration::from_secs(20);
/// How long what ends a run in order may take once it is to stop at once.
pub const ENDING_AT_ONCE: Duration = Duration::from_secs(3);

/// A plan, and the live resources of its stacks when it was made: the run may touch these.
#[derive(Clone, Debug, Default)]
pub struct PlanSnapshot {
    pub plan: Plan,
    pub live: BTreeMap<StackId, Vec<Arc<Live>>>,
}

/// Records a run's events before the calls that they announce.
pub type Recorder<'a> = Box<dyn Fn(Event) -> std::io::Result<()> + Send + Sync + 'a>;

/// The services that a run needs from its caller.
pub trait Host<C: Cloud> {
    type Error: From<Failure>;

    /// How far the run has been asked to stop, from now on.
    fn stop(&self) -> watch::Receiver<Stop>;

    /// Opens the place where the stack's lease is kept.
    fn leases<'a>(&'a self, stack: &'a Stack) -> LocalBoxFuture<'a, Result<Arc<dyn LeaseStore>, Self::Error>>;

    fn clock(&self) -> Arc<dyn Clock>;

    /// Who acts, as they are known where the stack is.
    fn caller(&self, stack: &Stack) -> Caller;

    /// How long the cloud may take to show a change everywhere.
    fn spread(&self) -> Duration;

    /// Opens the record of one stack's run.
    fn recorder<'a>(&'a self, stack: &'a Stack) -> Result<Recorder<'a>, Self::Error>;

    /// Opens the connections that change the stack, as long as the fence lets them.
    fn connections<'a>(&'a self, stack: &'a Stack, fence: Fence) -> Box<dyn Connections<C> + 'a>;
}

/// The person who agreed to a plan: asked again once the leases are held.
pub trait Approver {
    type Error;

    /// Makes the plan again, from the live state.
    fn replan(&self) -> impl Future<Output = Result<PlanSnapshot, Self::Error>>;

    /// Says once more that the plan may be carried out, which has been made again and is the approved one: what is not part
    /// of it may have changed.
    fn consent(&self, plan: &Plan) -> Result<(), Self::Error>;
}

/// An approved plan, and the run that carries it out.
#[derive(Clone, Copy)]
pub struct Approved<'a> {
    pub plan: &'a Plan,
    /// The run's name, unique.
    pub run: &'a str,
    /// How long to wait for the lease of a stack that another run holds.
    pub lock_timeout: Duration,
}

/// Why a run ended before its first changing call.
#[derive(Debug)]
pub enum RunError<E> {
    /// Another run holds a stack.
    Locked {
        stack: StackId,
        holder: Box<Holder>,
    },
    /// The live state needs another plan than the approved one: this.
    Stale(Box<Plan>),
    /// The run was asked to stop before its first step.
    Interrupted,
    Failed(E),
}

/// Carries out an approved plan on all its stacks at once.
///
/// The leases are taken first. Then the plan is made again: unless it is the approved one, and the approver still consents,
/// nothing is sent.
///
/// # Errors
/// [`RunError`] if nothing was sent. What fails later is in the summaries.
pub async fn carry_out<C: Cloud, H: Host<C>>(
    host: &H,
    approver: &impl Approver<Error = H::Error>,
    kinds: &[&dyn AnyKind<C>],
    approved: Approved<'_>,
) -> Result<Vec<(Stack, RunSummary)>, RunError<H::Error>> {
    let stop = host.stop();
    let mut leases = BTreeMap::new();
    let ended = match take_leases(host, approved, &stop, &mut leases).await {
        Ok(()) => under_leases(host, approver, kinds, approved, &stop, &leases).await,
        Err(halted) => Err(halted),
    };
    let open = ended.iter().flatten().filter(|(_, run_summary)| run_summary.may_still_arrive());
    let open: BTreeSet<StackId> = open.map(|(stack, _)| stack.id.clone()).collect();
    join_all(leases.into_iter().map(|(stack, lease)| {
        let may_still_arrive = open.contains(&stack);
        let stop = &stop;
        async move { if may_still_arrive { end(lease.abandon(), stop).await } else { end(lease.release(), stop).await } }
    }))
    .await;
    ended
}

/// Ends a lease within a time: it must not keep a run from its end.
async fn end(ending: impl Future<Output = Result<(), Failure>>, stop: &watch::Receiver<Stop>) {
    let at_once = async {
        asked(stop, Stop::Now).await;
        tokio::time::sleep(ENDING_AT_ONCE).await;
    };
    // A lease that can't be given back ends by itself within two minutes.
    let why = tokio::select! {
        biased;
        ended = tokio::time::timeout(ENDING, ending) => match ended {
            Ok(Ok(())) => return,
            Ok(Err(failure)) => failure.to_string(),
            Err(_) => "no answer".to_owned(),
        },
        () = at_once => "no answer".to_owned(),
    };
    tracing::warn!(%why, "a lease could not be given back; it ends by itself");
}

/// Returns once the run has been asked to stop at least so far.
async fn asked(stop: &watch::Receiver<Stop>, far: Stop) {
    if stop.clone().wait_for(|asked| *asked >= far).await.is_err() {
        // Nobody is left who could ask.
        std::future::pending::<()>().await;
    }
}

/// Takes the lease of every stack that has something to do, in order, so that two runs never wait for each other.
async fn take_leases<C: Cloud, H: Host<C>>(
    host: &H,
    approved: Approved<'_>,
    stop: &watch::Receiver<Stop>,
    leases: &mut BTreeMap<StackId, Lease>,
) -> Result<(), RunError<H::Error>> {
    let Approved { plan, run, lock_timeout } = approved;
    let mut busy: Vec<_> = plan.stacks_with_steps().map(|plan| &plan.stack).collect();
    busy.sort_by(|a, b| a.id.cmp(&b.id));
    for stack in busy {
        let store = host.leases(stack).await.map_err(RunError::Failed)?;
        let mut take = std::pin::pin!(Lease::take(store, host.clock(), stack, run, host.caller(stack), lock_timeout));
        let taken = tokio::select! {
            biased;
            taken = &mut take => taken,
            // A lease that is just being taken must not be left behind: it is waited for, and given back.
            () = asked(stop, Stop::Soon) => match tokio::time::timeout(ENDING_AT_ONCE, &mut take).await {
                Ok(taken) => taken,
                Err(_) => return Err(RunError::Interrupted),
            },
        };
        match taken {
            Ok(lease) => drop(leases.insert(stack.id.clone(), lease)),
            Err(LeaseError::Held(holder)) => return Err(RunError::Locked { stack: stack.id.clone(), holder }),
            Err(LeaseError::Failed(failure)) => return Err(RunError::Failed(failure.into())),
        }
    }
    Ok(())
}

async fn under_leases<C: Cloud, H: Host<C>>(
    host: &H,
    approver: &impl Approver<Error = H::Error>,
    kinds: &[&dyn AnyKind<C>],
    approved: Approved<'_>,
    stop: &watch::Receiver<Stop>,
    leases: &BTreeMap<StackId, Lease>,
) -> Result<Vec<(Stack, RunSummary)>, RunError<H::Error>> {
    // Lists miss the resources of the run before this one for a while; they would be made twice.
    let quiet = leases.values().map(|lease| lease.quiet_in(host.spread())).max().unwrap_or_default();
    tokio::select! {
        biased;
        () = tokio::time::sleep(quiet) => {}
        () = asked(stop, Stop::Soon) => return Err(RunError::Interrupted),
    }
    let PlanSnapshot { plan, live } = approver.replan().await.map_err(RunError::Failed)?;
    if !agrees(approved.plan, &plan) {
        return Err(RunError::Stale(Box::new(plan)));
    }
    approver.consent(&plan).map_err(RunError::Failed)?;
    let busy: Vec<_> = plan.stacks.iter().filter_map(|plan| Some((plan, leases.get(&plan.stack.id)?))).collect();
    // All records are opened before the first call of any stack.
    let recorders: Result<Vec<_>, _> = busy.iter().map(|(plan, _)| host.recorder(&plan.stack)).collect();
    let recorders = recorders.map_err(RunError::Failed)?;
    let runs = busy.iter().zip(&recorders).map(|((plan, lease), tell)| {
        let (stop, live) = (stop.clone(), live.get(&plan.stack.id).cloned().unwrap_or_default());
        async move {
            let connections = host.connections(&plan.stack, lease.fence());
            let run_summary =
                run(Run { plan, kinds, connections: &*connections, live, id: approved.run, stop, tell: &**tell }).await;
            (plan.stack.clone(), RunSummary { unleased: lease.lost(), ..run_summary })
        }
    });
    Ok(join_all(runs).await)
}
