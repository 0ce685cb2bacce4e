//! A person who agrees to what is planned, and a process that carries it out.

use std::collections::BTreeSet;
use std::time::Duration;

use provision::apply::{
    Ending, FleetRun, Leases, LeftOut, PlanSnapshot, Rounds, RunSummary, Unleased, in_rounds, run_stacks,
};
use provision::fleet::{PlanError, Unmatched};
use provision::plan::{Assumed, StackPlan};
use provision::resource::{Address, Class, Failure, Result, Stack, StackId};

use super::kinds::KINDS;
use super::process::Process;

/// A command whose plan is agreed to after some time.
pub struct Agreeing<'a, 'b> {
    pub process: &'a Process<'b>,
    /// How long the person takes for the answer.
    pub thinks: Duration,
    /// The stack that is refused, and from which check on, the first being 1.
    pub refused: Option<(usize, StackId)>,
    /// How often it was checked.
    pub checks: usize,
    /// The stacks that were left out, and why.
    pub left_out: Vec<(StackId, String)>,
    /// How the stacks of all rounds ended.
    pub ended: Vec<(Stack, RunSummary)>,
}

impl<'a, 'b> Agreeing<'a, 'b> {
    pub fn new(process: &'a Process<'b>) -> Self {
        Self { process, thinks: Duration::ZERO, refused: None, checks: 0, left_out: Vec::new(), ended: Vec::new() }
    }

    /// Runs it to its end.
    pub async fn run(&mut self, lock_timeout: Duration) -> Result<Ending> {
        let process = self.process;
        let stacks = process.blueprints.iter().map(|blueprint| &blueprint.stack).collect();
        in_rounds(process, stacks, process.terms(lock_timeout), self, &mut Vec::new()).await
    }
}

impl Process<'_> {
    /// Plans under the stacks' leases and carries out, agreed to at once.
    pub async fn apply(&self) -> Result<Vec<(Stack, RunSummary)>> {
        let mut command = Agreeing::new(self);
        command.run(Duration::ZERO).await?;
        match command.left_out.pop() {
            Some((stack, why)) => Err(Failure::new(Class::Conflict, format!("{stack}: {why}"))),
            None => Ok(command.ended),
        }
    }

    /// A snapshot of the stacks whose leases are held.
    pub async fn snapshot(&self, leases: &Leases) -> Result<PlanSnapshot> {
        let mut snapshot: PlanSnapshot = match self.try_look().await {
            Ok(looked) => {
                let snapshot = (&looked).into();
                *self.inventories.lock().expect("no panic here") = looked.inventories;
                snapshot
            }
            Err(PlanError::Failed(failure)) => return Err(failure),
            Err(PlanError::Unmatched(Unmatched(why))) => return Err(Failure::new(Class::Other, why)),
        };
        snapshot.plan.stacks.retain(|plan| leases.has(&plan.stack.id));
        Ok(snapshot)
    }

    /// # Errors
    /// Of the first stack whose run did not begin.
    pub async fn carry_out(&self, snapshot: &PlanSnapshot, leases: &mut Leases) -> Result<Vec<(Stack, RunSummary)>> {
        let fleet_run = FleetRun { id: &self.client.run, parallel: self.parallel };
        let ended = run_stacks(self, KINDS, fleet_run, snapshot, leases).await;
        ended.into_iter().map(|(stack, ended)| Ok((stack, ended?))).collect()
    }
}

impl Rounds for Agreeing<'_, '_> {
    type Error = Failure;

    fn leave_out(&mut self, stack: &StackId, why: LeftOut<'_, Failure>) -> Result<()> {
        self.left_out.push((stack.clone(), in_words(&why)));
        Ok(())
    }

    async fn plan(&mut self, leases: &Leases) -> Result<PlanSnapshot> {
        self.process.snapshot(leases).await
    }

    fn check(&mut self, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        self.checks += 1;
        let stacks = snapshot.plan.stacks.iter().map(|plan| plan.stack.id.clone());
        let refused = self.refused.as_ref().filter(|(from, _)| self.checks >= *from).map(|(_, stack)| stack);
        self.left_out.extend(refused.map(|stack| (stack.clone(), "refused".to_owned())));
        Ok(stacks.filter(|stack| Some(stack) != refused).collect())
    }

    async fn agree(&mut self, _: usize, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        let allowed = self.check(snapshot)?;
        tokio::time::sleep(self.thinks).await;
        Ok(allowed)
    }

    async fn carry_out(&mut self, snapshot: &PlanSnapshot, leases: &mut Leases) -> Result<Vec<(Stack, RunSummary)>> {
        self.process.carry_out(snapshot, leases).await
    }

    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<()> {
        self.ended.extend(ended.iter().cloned());
        Ok(())
    }

    fn may_go_on(&self) -> bool {
        true
    }

    fn as_if_waiting(&self, stack: &StackId, waiting: &BTreeSet<Address>) -> Option<StackPlan> {
        self.process.assuming(stack, &Assumed { waiting: waiting.clone(), ..Assumed::default() })
    }
}

/// Why a stack was left out.
pub fn in_words(why: &LeftOut<'_, Failure>) -> String {
    match why {
        LeftOut::Unleased(Unleased::Held(holder)) => format!("held by {}", holder.run),
        LeftOut::Unleased(Unleased::Failed(failure)) => failure.message.clone(),
        LeftOut::Stale { .. } => "stale".to_owned(),
    }
}

/// A run that is looked at in a way of its own, and agreed to at once.
struct Once<'a, 'b, F> {
    process: &'a Process<'b>,
    look: F,
    ended: Vec<(Stack, RunSummary)>,
}

/// Takes the leases, looks, and carries out what was seen.
pub async fn once<F, L>(process: &Process<'_>, lock_timeout: Duration, look: F) -> Result<Vec<(Stack, RunSummary)>>
where
    F: Fn() -> L,
    L: Future<Output = Result<PlanSnapshot>>,
{
    let stacks = process.blueprints.iter().map(|blueprint| &blueprint.stack).collect();
    let mut once = Once { process, look, ended: Vec::new() };
    in_rounds(process, stacks, process.terms(lock_timeout), &mut once, &mut Vec::new()).await?;
    Ok(once.ended)
}

impl<F, L> Rounds for Once<'_, '_, F>
where
    F: Fn() -> L,
    L: Future<Output = Result<PlanSnapshot>>,
{
    type Error = Failure;

    fn leave_out(&mut self, _: &StackId, why: LeftOut<'_, Failure>) -> Result<()> {
        Err(Failure::new(Class::Conflict, in_words(&why)))
    }

    async fn plan(&mut self, _: &Leases) -> Result<PlanSnapshot> {
        (self.look)().await
    }

    fn check(&mut self, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        Ok(snapshot.plan.stacks.iter().map(|plan| plan.stack.id.clone()).collect())
    }

    async fn agree(&mut self, _: usize, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        self.check(snapshot)
    }

    async fn carry_out(&mut self, snapshot: &PlanSnapshot, leases: &mut Leases) -> Result<Vec<(Stack, RunSummary)>> {
        self.process.carry_out(snapshot, leases).await
    }

    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<()> {
        self.ended.extend_from_slice(ended);
        Ok(())
    }

    fn may_go_on(&self) -> bool {
        false
    }
}
