//! A run, from its leases to its end: leased, planned, agreed to, carried out and told, and again if what it waited for is
//! there by then. Every stack goes its own way: one that is left out keeps no other from going on.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::carry_out::PlanSnapshot;
use super::event::RunSummary;
use super::host::LeaseHost;
use super::leases::{Interrupted, LeaseTerms, Leases, Unleased};
use crate::plan::{StackPlan, agrees};
use crate::resource::{Address, Stack, StackId};

/// How often a run plans again because what waited for a person was ready too late for something that had begun without it.
const ROUNDS: usize = 3;
/// How old a plan may be when it is carried out. Another run can't have changed the stack, whose lease is held, but a person
/// can.
const FRESH: Duration = Duration::from_secs(60);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// Every possible change was made, and something is blocked.
    Blocked,
    Failed,
    Interrupted,
}

/// Why a stack is left out of a run.
#[derive(Debug)]
pub enum LeftOut<'a, E> {
    Unleased(Unleased<E>),
    /// It changed while the question was open.
    Stale {
        agreed: &'a StackPlan,
        fresh: &'a StackPlan,
    },
}

/// The parts of a run that are the command's own.
pub trait Rounds {
    type Error: From<Interrupted>;

    /// Tells that a stack is left out.
    ///
    /// # Errors
    /// If the others may not go on either.
    fn leave_out(&mut self, stack: &StackId, why: LeftOut<'_, Self::Error>) -> Result<(), Self::Error>;

    /// Makes the plan of the stacks whose leases are held.
    fn plan(&mut self, leases: &Leases) -> impl Future<Output = Result<PlanSnapshot, Self::Error>>;

    /// Returns the stacks that nothing refuses, and tells of the others. Asked again of a plan that is made anew and is the
    /// same: what is not part of it may have changed.
    ///
    /// # Errors
    /// None of them may go on.
    fn check(&mut self, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>, Self::Error>;

    /// Shows the plan of a round, the first being 0, and [checks](Self::check) it; asks whether it may be carried out, unless
    /// there is nothing to do. Returns the stacks that may go on.
    ///
    /// # Errors
    /// None of them may.
    fn agree(
        &mut self,
        round: usize,
        snapshot: &PlanSnapshot,
    ) -> impl Future<Output = Result<BTreeSet<StackId>, Self::Error>>;

    /// Carries out what was agreed to.
    fn carry_out(
        &mut self,
        snapshot: &PlanSnapshot,
        leases: &mut Leases,
    ) -> impl Future<Output = Result<Vec<(Stack, RunSummary)>, Self::Error>>;

    /// Tells how a round ended.
    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<(), Self::Error>;

    /// Whether another plan than the first one may be carried out.
    fn may_go_on(&self) -> bool;

    /// Makes the plan of a stack once more, of what was read last: as if these resources still waited for a person. None if
    /// the command can't.
    fn as_if_waiting(&self, _stack: &StackId, _waiting: &BTreeSet<Address>) -> Option<StackPlan> {
        None
    }
}

/// Runs until nothing is left to do that did not wait for something. Leaves the summaries of all rounds behind, also if a
/// later one fails.
///
/// The leases are taken first and given back last, so that nothing comes between a plan and the run that carries it out.
///
/// # Errors
/// The command's own.
pub async fn in_rounds<H, R>(
    host: &H,
    stacks: Vec<&Stack>,
    terms: LeaseTerms<'_>,
    command: &mut R,
    run_summaries: &mut Vec<RunSummary>,
) -> Result<Ending, R::Error>
where
    H: LeaseHost<Error = R::Error>,
    R: Rounds,
{
    let (mut leases, unleased) = Leases::take(host, stacks, terms).await?;
    let mut left_out = unleased.into_iter();
    let ended = match left_out.try_for_each(|(stack, why)| command.leave_out(&stack, LeftOut::Unleased(why))) {
        Ok(()) => rounds(host, command, &mut leases, run_summaries).await,
        Err(why) => Err(why),
    };
    leases.give_back(&host.stop()).await;
    ended
}

async fn rounds<H, R>(
    host: &H,
    command: &mut R,
    leases: &mut Leases,
    run_summaries: &mut Vec<RunSummary>,
) -> Result<Ending, R::Error>
where
    H: LeaseHost<Error = R::Error>,
    R: Rounds,
{
    let mut end = Ending::Done;
    if leases.is_empty() {
        return Ok(end);
    }
    for round in 0..ROUNDS {
        leases.quiet(&host.stop()).await?;
        let snapshot = command.plan(leases).await?;
        let is_blocked = snapshot.plan.summary().blocked > 0;
        if round > 0 && !snapshot.plan.has_steps() && !is_blocked {
            break;
        }
        let snapshot = agreed(command, round, snapshot, leases).await?;
        if !snapshot.plan.has_steps() {
            end = if is_blocked { Ending::Blocked } else { Ending::Done };
            break;
        }
        let ended = command.carry_out(&snapshot, leases).await?;
        end = ending(&ended, is_blocked);
        command.tell(&ended)?;
        let is_late = ended.iter().any(|(_, run_summary)| run_summary.is_late);
        run_summaries.extend(ended.into_iter().map(|(_, run_summary)| run_summary));
        if !is_late || end != Ending::Done || !command.may_go_on() {
            break;
        }
    }
    Ok(end)
}

/// The stacks that were agreed to, as they are when the answer has come.
async fn agreed<R: Rounds>(
    command: &mut R,
    round: usize,
    mut snapshot: PlanSnapshot,
    leases: &Leases,
) -> Result<PlanSnapshot, R::Error> {
    let planned = Instant::now();
    let stacks = command.agree(round, &snapshot).await?;
    snapshot.plan.stacks.retain(|plan| stacks.contains(&plan.stack.id));
    if planned.elapsed() < FRESH || !snapshot.plan.has_steps() {
        return Ok(snapshot);
    }
    let mut fresh = command.plan(leases).await?;
    fresh.plan.stacks.retain(|plan| stacks.contains(&plan.stack.id));
    let mut current = BTreeSet::new();
    for plan in &fresh.plan.stacks {
        match snapshot.plan.stacks.iter().find(|agreed| agreed.stack.id == plan.stack.id) {
            Some(agreed) if !still_agrees(command, agreed, plan) => {
                command.leave_out(&plan.stack.id, LeftOut::Stale { agreed, fresh: plan })?;
            }
            _ => drop(current.insert(plan.stack.id.clone())),
        }
    }
    fresh.plan.stacks.retain(|plan| current.contains(&plan.stack.id));
    let allowed = command.check(&fresh)?;
    fresh.plan.stacks.retain(|plan| allowed.contains(&plan.stack.id));
    Ok(fresh)
}

/// Whether a plan is the one that was agreed to. Its waits were part of that: what became ready meanwhile is no other plan.
fn still_agrees<R: Rounds>(command: &R, agreed: &StackPlan, fresh: &StackPlan) -> bool {
    let waiting: BTreeSet<_> = agreed.waiting.iter().map(|waiting| waiting.address.clone()).collect();
    let as_agreed = || command.as_if_waiting(&fresh.stack.id, &waiting);
    agrees(agreed, fresh) || (!waiting.is_empty() && as_agreed().is_some_and(|fresh| agrees(agreed, &fresh)))
}

fn ending(ended: &[(Stack, RunSummary)], is_blocked: bool) -> Ending {
    let any = |of: fn(&RunSummary) -> bool| ended.iter().any(|(_, run_summary)| of(run_summary));
    if any(|run_summary| run_summary.interrupted) {
        Ending::Interrupted
    } else if any(|run_summary| run_summary.failed() + run_summary.not_started() + run_summary.abandoned() > 0) {
        Ending::Failed
    } else if is_blocked {
        Ending::Blocked
    } else {
        Ending::Done
    }
}
