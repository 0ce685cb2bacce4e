//! A run in rounds: planned, agreed to, carried out and reported, and again if what it waited for is there by then.

use super::FleetPlan;
use crate::apply::RunSummary;
use crate::plan::Plan;
use crate::resource::Stack;

/// How often a run plans again because what waited for a person was done meanwhile.
const ROUNDS: usize = 3;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// Every possible change was made, and something is blocked.
    Blocked,
    Failed,
    Interrupted,
}

/// The parts of each round of a command's run.
pub trait Rounds {
    type Error;

    /// Makes the plan.
    fn plan(&self) -> impl Future<Output = Result<FleetPlan, Self::Error>>;

    /// Shows the plan and checks it; asks whether it may be carried out, unless there is nothing to do.
    ///
    /// # Errors
    /// It may not.
    fn agree(&mut self, fleet_plan: &FleetPlan) -> impl Future<Output = Result<(), Self::Error>>;

    /// Carries out what was agreed to.
    fn carry_out(&mut self, plan: &Plan) -> impl Future<Output = Result<Vec<(Stack, RunSummary)>, Self::Error>>;

    /// Tells how a round ended.
    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<(), Self::Error>;

    /// Whether another plan than the first one may be carried out.
    fn may_go_on(&self) -> bool;
}

/// Runs until nothing is left to do that did not wait for something. Leaves the summaries of all rounds behind, also if a
/// later one fails.
///
/// What waited for a person (a certificate for its DNS records) may be there by the end of a long run: then it plans, shows
/// and asks again, and goes on.
///
/// # Errors
/// The command's own.
pub async fn in_rounds<R: Rounds>(run: &mut R, run_summaries: &mut Vec<RunSummary>) -> Result<Ending, R::Error> {
    let mut end = Ending::Done;
    for round in 0..ROUNDS {
        let fleet_plan = run.plan().await?;
        let plan = &fleet_plan.plan;
        let is_blocked = plan.summary().blocked > 0;
        if round > 0 && !plan.has_steps() && !is_blocked {
            break;
        }
        run.agree(&fleet_plan).await?;
        if !plan.has_steps() {
            end = if is_blocked { Ending::Blocked } else { Ending::Done };
            break;
        }
        let ended = run.carry_out(plan).await?;
        end = ending(&ended, is_blocked);
        run.tell(&ended)?;
        let waited = ended.iter().any(|(_, run_summary)| !run_summary.waiting.is_empty());
        run_summaries.extend(ended.into_iter().map(|(_, run_summary)| run_summary));
        if !waited || end != Ending::Done || !run.may_go_on() {
            break;
        }
    }
    Ok(end)
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
