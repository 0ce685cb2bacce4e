//! A run in rounds: looked at, agreed to, carried out and told, and once more where what it waited for is there by then.

use super::Looked;
use crate::apply::Ledger;
use crate::plan::Plan;
use crate::resource::Stack;

/// How often a run plans again because what waited for a person was done meanwhile.
const ROUNDS: usize = 3;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// What could be done was, and something is blocked.
    Blocked,
    Failed,
    Interrupted,
}

/// What a command does in each round of its run.
pub trait Rounds {
    type Error;

    /// Makes the plan.
    fn look(&self) -> impl Future<Output = Result<Looked, Self::Error>>;

    /// Shows the plan and checks it; asks whether it may be carried out, unless there is nothing to do.
    ///
    /// # Errors
    /// It may not.
    fn agree(&mut self, looked: &Looked) -> impl Future<Output = Result<(), Self::Error>>;

    /// Carries out what was agreed to.
    fn carry_out(&mut self, plan: &Plan) -> impl Future<Output = Result<Vec<(Stack, Ledger)>, Self::Error>>;

    /// Tells how a round ended.
    fn tell(&mut self, ended: &[(Stack, Ledger)]) -> Result<(), Self::Error>;

    /// Whether another plan than the first one may be carried out.
    fn may_go_on(&self) -> bool;
}

/// Runs until nothing is left to do that did not wait for something. Leaves the ledgers of all rounds behind, also if a
/// later one fails.
///
/// What waited for a person (a certificate for its DNS records) may be there by the end of a long run: then it plans, shows
/// and asks again, and goes on.
///
/// # Errors
/// The command's own.
pub async fn in_rounds<R: Rounds>(run: &mut R, ledgers: &mut Vec<Ledger>) -> Result<Ending, R::Error> {
    let mut end = Ending::Done;
    for round in 0..ROUNDS {
        let looked = run.look().await?;
        let plan = &looked.plan;
        let is_empty = plan.stacks.iter().all(|stack| stack.steps.is_empty());
        let is_blocked = plan.summary().blocked > 0;
        if round > 0 && is_empty && !is_blocked {
            break;
        }
        run.agree(&looked).await?;
        if is_empty {
            end = if is_blocked { Ending::Blocked } else { Ending::Done };
            break;
        }
        let ended = run.carry_out(plan).await?;
        end = ending(&ended, is_blocked);
        run.tell(&ended)?;
        let waited = ended.iter().any(|(_, ledger)| !ledger.waiting.is_empty());
        ledgers.extend(ended.into_iter().map(|(_, ledger)| ledger));
        if !waited || end != Ending::Done || !run.may_go_on() {
            break;
        }
    }
    Ok(end)
}

fn ending(ended: &[(Stack, Ledger)], is_blocked: bool) -> Ending {
    let any = |of: fn(&Ledger) -> bool| ended.iter().any(|(_, ledger)| of(ledger));
    if any(|ledger| ledger.interrupted) {
        Ending::Interrupted
    } else if any(|ledger| ledger.failed() + ledger.not_started() + ledger.abandoned() > 0) {
        Ending::Failed
    } else if is_blocked {
        Ending::Blocked
    } else {
        Ending::Done
    }
}
