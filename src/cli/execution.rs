//! A run of `apply` or `destroy` as a person meets it: the plan on the screen, the question, the progress, the end.

use std::collections::{BTreeMap, BTreeSet};

use super::approval;
use super::engine::{AwsHost, AwsLeases, Engine, locked_by};
use super::failure::{CommandFailure, Result};
use super::global::{Global, LogFormat};
use super::interrupt::Interrupt;
use super::plan_format::text_options;
use super::progress::progress;
use super::prompt::confirm;
use super::run_request::RunRequest;
use super::world::World;
use crate::apply::{Leases, LeftOut, PlanSnapshot, Rounds, RunSummary, Unleased};
use crate::fleet::{PlanOptions, selects};
use crate::inventory::Inventory;
use crate::plan::{Assumed, Mode, Plan, QuotaMode, StackPlan};
use crate::report::{NextCommands, plan_text, run_summary_text};
use crate::resource::{Access, Address, Command, Failure, Stack, StackId};

pub struct Execution<'a> {
    engine: &'a Engine,
    world: &'a mut World,
    global: &'a Global,
    request: &'a RunRequest<'a>,
    interrupt: &'a Interrupt,
    leases: &'a AwsLeases<'a>,
    /// What the last plan was made from.
    seen: BTreeMap<StackId, Inventory>,
    /// The stacks whose network goes while nobody knows what else stands in it.
    unsurveyed: BTreeMap<StackId, Failure>,
    /// The stacks that were left out, and why.
    left_out: &'a mut Vec<(StackId, CommandFailure)>,
}

impl<'a> Execution<'a> {
    pub fn new(
        engine: &'a Engine,
        (world, global): (&'a mut World, &'a Global),
        request: &'a RunRequest<'a>,
        interrupt: &'a Interrupt,
        leases: &'a AwsLeases<'a>,
        left_out: &'a mut Vec<(StackId, CommandFailure)>,
    ) -> Self {
        let (seen, unsurveyed) = (BTreeMap::new(), BTreeMap::new());
        Self { engine, world, global, request, interrupt, leases, seen, unsurveyed, left_out }
    }

    /// Tells that a stack is left out and the others go on, if they may.
    fn skip(&mut self, stack: &StackId, failure: CommandFailure) -> Result<()> {
        if self.request.all_or_nothing || self.request.stacks.len() == 1 {
            return Err(CommandFailure { message: format!("{}; nothing was done", failure.message), ..failure });
        }
        let failure = CommandFailure { message: format!("left out: {}", failure.message), ..failure };
        failure.print(self.world, self.global);
        self.left_out.push((stack.clone(), failure));
        Ok(())
    }

    /// What refuses one stack's plan, if anything does.
    fn refusal(&self, snapshot: &PlanSnapshot, stack: &StackId) -> Option<CommandFailure> {
        let plan = snapshot.plan.stacks.iter().find(|plan| plan.stack.id == *stack)?;
        let unsurveyed = self.unsurveyed.get(stack).map(|failure| approval::unsurveyed(stack, failure));
        let as_if_waiting =
            |waiting| replan(self.engine, self.request, &self.seen, stack, &Assumed { waiting, ..Assumed::default() });
        unsurveyed.or_else(|| approval::check(self.request, plan, as_if_waiting).err())
    }
}

impl Rounds for Execution<'_> {
    type Error = CommandFailure;

    fn leave_out(&mut self, stack: &StackId, why: LeftOut<'_, CommandFailure>) -> Result<()> {
        self.skip(
            stack,
            match why {
                LeftOut::Unleased(Unleased::Held(holder)) => locked_by(stack, &holder),
                LeftOut::Unleased(Unleased::Failed(failure)) => failure,
                LeftOut::Stale { agreed, fresh } => approval::stale_since(agreed, fresh).next(&self.request.resume),
            },
        )
    }

    async fn plan(&mut self, leases: &Leases) -> Result<PlanSnapshot> {
        let RunRequest { project, stacks, selectors, mode, allowed, quota, .. } = self.request;
        let held: Vec<_> = stacks.iter().copied().filter(|blueprint| leases.has(&blueprint.stack.id)).collect();
        let is_about_held =
            |selector: &&_| held.iter().any(|held| selects(std::slice::from_ref(*selector), &held.stack.id));
        let selectors: Vec<_> = selectors.iter().filter(is_about_held).cloned().collect();
        let fleet = self.engine.fleet(project, &held, Access::Write);
        let guarding = project.guarding(allowed);
        let options = PlanOptions { selectors: &selectors, mode: *mode, guarding, survey: false, quota: *quota };
        let fleet_plan = self.interrupt.or(self.engine.shown(held.len(), fleet.plan(&options))).await?;
        let snapshot = PlanSnapshot::from(&fleet_plan);
        self.unsurveyed = fleet_plan.unsurveyed();
        self.seen = fleet_plan.inventories;
        Ok(snapshot)
    }

    fn check(&mut self, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        approval::check_saved(self.request, (self.world.clock)())?;
        let mut allowed = BTreeSet::new();
        for stack in snapshot.plan.stacks.iter().map(|plan| &plan.stack.id) {
            match self.refusal(snapshot, stack) {
                Some(refusal) => self.skip(stack, refusal)?,
                None => drop(allowed.insert(stack.clone())),
            }
        }
        Ok(allowed)
    }

    async fn agree(&mut self, round: usize, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        let (request, plan) = (self.request, &snapshot.plan);
        if round > 0 {
            announce(self.world, self.global)?;
        }
        show(self.world, self.global, request, plan)?;
        let agreed = self.check(snapshot)?;
        let question = question(request, plan, &agreed);
        if let Some(question) = question.filter(|_| !request.yes) {
            self.interrupt.or(confirm(self.world, &question)).await?;
        }
        Ok(agreed)
    }

    async fn carry_out(&mut self, snapshot: &PlanSnapshot, leases: &mut Leases) -> Result<Vec<(Stack, RunSummary)>> {
        // The question may have been open for long.
        approval::check_saved(self.request, (self.world.clock)())?;
        let progress = progress(self.world, self.global, self.request.json, &snapshot.plan);
        let (engine, interrupt, verb) = (self.engine, self.interrupt, self.request.verb);
        let once_ready = |stack: &StackId, ready: &BTreeSet<Address>| {
            let assumed = Assumed { ready: ready.clone(), ..Assumed::default() };
            replan(engine, self.request, &self.seen, stack, &assumed)
        };
        let host = AwsHost::new(engine, self.world, self.leases, interrupt, progress, verb).going_on(&once_ready);
        let ended = host.run(snapshot, leases, self.request.parallel).await?;
        let mut begun = Vec::new();
        for (stack, ended) in ended {
            match ended {
                Ok(run_summary) => begun.push((stack, run_summary)),
                Err(failure) => self.skip(&stack.id, failure)?,
            }
        }
        Ok(begun)
    }

    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<()> {
        if self.request.json { Ok(()) } else { tell(self.world, self.request, ended) }
    }

    fn may_go_on(&self) -> bool {
        self.request.saved.is_none()
    }

    fn as_if_waiting(&self, stack: &StackId, waiting: &BTreeSet<Address>) -> Option<StackPlan> {
        let assumed = Assumed { waiting: waiting.clone(), ..Assumed::default() };
        replan(self.engine, self.request, &self.seen, stack, &assumed)
    }
}

/// Makes a stack's plan once more, from what was read for the last one.
fn replan(
    engine: &Engine,
    request: &RunRequest<'_>,
    seen: &BTreeMap<StackId, Inventory>,
    stack: &StackId,
    assumed: &Assumed,
) -> Option<StackPlan> {
    let RunRequest { project, stacks, selectors, mode, allowed, .. } = request;
    let options = PlanOptions {
        selectors,
        mode: *mode,
        guarding: project.guarding(allowed),
        survey: false,
        quota: QuotaMode::Off,
    };
    engine.fleet(project, stacks, Access::Write).replan(&options, seen, stack, assumed)
}

/// Says why a run that is not over plans again.
fn announce(world: &World, global: &Global) -> Result<()> {
    if !global.quiet && global.log_format == LogFormat::Text {
        world.err.print("\nSomething that the run waited for is there: what needs it is planned now.\n")?;
    }
    Ok(())
}

/// The plan goes to standard output with the results, unless that is for events.
fn show(world: &World, global: &Global, request: &RunRequest<'_>, plan: &Plan) -> Result<()> {
    let text = plan_text(plan, text_options(world, global, false));
    if !request.json {
        world.out.print(&text)?;
    } else if !global.quiet && global.log_format == LogFormat::Text {
        world.err.print(&text)?;
    }
    Ok(())
}

/// None if there is nothing to do.
fn question(request: &RunRequest<'_>, plan: &Plan, agreed: &BTreeSet<StackId>) -> Option<String> {
    let stacks = plan.stacks_with_steps().map(|stack| &stack.stack.id).filter(|stack| agreed.contains(stack));
    let names = stacks.map(ToString::to_string).collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| match request.mode {
        Mode::Destroy => format!("Destroy what is listed above in {names}?"),
        Mode::Apply | Mode::OnlyConfig | Mode::OnlyDrift => format!("Carry this out in {names}?"),
    })
}

fn tell(world: &World, request: &RunRequest<'_>, ended: &[(Stack, RunSummary)]) -> Result<()> {
    let next_commands = next_commands(request);
    for (stack, run_summary) in ended {
        let text = run_summary_text(&stack.id, run_summary, &next_commands, world.out.width);
        world.out.print(&format!("\n{text}"))?;
    }
    Ok(())
}

fn next_commands(request: &RunRequest<'_>) -> NextCommands {
    NextCommands { again: request.resume.clone(), show: Command::new("show").words(request.selectors) }
}
