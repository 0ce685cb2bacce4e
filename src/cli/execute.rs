//! What `apply` and `destroy` share: plan, show, guard, ask, carry out, tell.

use std::time::Duration;

use super::command_line::Form;
use super::engine::{AwsHost, Engine, runtime};
use super::exit::Exit;
use super::failure::{CommandFailure, Result};
use super::global::{Global, LogFormat};
use super::interrupt::Interrupt;
use super::plan_format::text_options;
use super::progress::progress;
use super::project::Project;
use super::prompt::confirm;
use super::world::World;
use crate::apply::{Approver, PlanSnapshot, RunSummary};
use crate::blueprint::Blueprint;
use crate::fleet::{Ending, FleetPlan, PlanOptions, Rounds, Selector, in_rounds};
use crate::plan::{Allowance, Mode, Plan, refusals};
use crate::report::{
    NextCommands, PlanDocument, SavedPlanError, plan_text, run_summary_text, saved_plan, stale, summary_json,
};
use crate::resource::{Access, Command, Stack};

/// The run that the command line asks for, and its conditions.
pub struct RunRequest<'a> {
    pub project: &'a Project,
    pub stacks: Vec<&'a Blueprint>,
    pub selectors: &'a [Selector],
    pub mode: Mode,
    pub allowed: Vec<Allowance>,
    /// The plan that was approved before, if it was saved.
    pub saved: Option<PlanDocument>,
    /// Whether to go on without asking.
    pub yes: bool,
    /// How long to wait for another run's lease.
    pub lock_timeout: Duration,
    /// Whether standard output gets events as JSON.
    pub json: bool,
    /// `apply` or `destroy`.
    pub verb: &'static str,
    /// The command as it was given.
    pub same: Command,
    /// The command that goes on after a run which did not finish.
    pub resume: Command,
}

/// Plans, shows the plan, checks the guards, asks, carries out, and tells how it ended.
pub fn execute(world: &mut World, global: &Global, request: &RunRequest<'_>) -> Result<Exit> {
    let mut run_summaries = Vec::new();
    let ended = attempt(world, global, request, &mut run_summaries).map_err(|failure| match failure.exit {
        Exit::Usage | Exit::Declined | Exit::Refused => failure,
        Exit::Locked => failure.next(request.same.clone().with("--lock-timeout", "10m")),
        _ => failure.next(&request.same),
    });
    if request.json {
        let next = match &ended {
            Ok(_) => run_summaries.iter().any(RunSummary::is_unfinished).then(|| request.resume.to_string()),
            Err(failure) => failure.next.clone(),
        };
        world.out.print_as(Form::Json, &format!("{}\n", summary_json(&run_summaries, next.as_deref())))?;
    }
    ended
}

/// Leaves the summaries of all rounds behind, also if a later one fails.
fn attempt(
    world: &mut World,
    global: &Global,
    request: &RunRequest<'_>,
    run_summaries: &mut Vec<RunSummary>,
) -> Result<Exit> {
    let runtime = runtime()?;
    let end = runtime.block_on(run(world, global, request, run_summaries));
    // A name that is still being looked up must not hold up an interrupted command.
    runtime.shutdown_background();
    end
}

async fn run(
    world: &mut World,
    global: &Global,
    request: &RunRequest<'_>,
    run_summaries: &mut Vec<RunSummary>,
) -> Result<Exit> {
    let interrupt = &Interrupt::listen();
    let engine = &interrupt.or(Engine::open(world, global, &request.stacks)).await?;
    let mut execution = Execution { engine, world, global, request, interrupt };
    let end = in_rounds(&mut execution, run_summaries).await?;
    engine.report_timings(world)?;
    match run_summaries.iter().find_map(|run_summary| run_summary.unrecorded.as_ref()) {
        Some(why) => Err(unrecorded(why).next(&request.resume)),
        None => Ok(match end {
            Ending::Done => Exit::Done,
            Ending::Blocked => Exit::Blocked,
            Ending::Failed => Exit::Error,
            Ending::Interrupted => Exit::Interrupted,
        }),
    }
}

/// A run of `apply` or `destroy`.
struct Execution<'a> {
    engine: &'a Engine,
    world: &'a mut World,
    global: &'a Global,
    request: &'a RunRequest<'a>,
    interrupt: &'a Interrupt,
}

impl Rounds for Execution<'_> {
    type Error = CommandFailure;

    async fn plan(&self) -> Result<FleetPlan> {
        let RunRequest { project, stacks, selectors, mode, allowed, .. } = self.request;
        let fleet = self.engine.fleet(project, stacks, Access::Write);
        let options = PlanOptions { selectors, mode: *mode, guarding: project.guarding(allowed), survey: false };
        self.interrupt.or(self.engine.shown(stacks.len(), fleet.plan(&options))).await
    }

    async fn agree(&mut self, fleet_plan: &FleetPlan) -> Result<()> {
        let (request, plan) = (self.request, &fleet_plan.plan);
        show(self.world, self.global, request, plan)?;
        surveyed(fleet_plan)?;
        check(self.world, request, plan)?;
        if request.yes || !plan.has_steps() {
            return Ok(());
        }
        self.interrupt.or(confirm(self.world, &question(request, plan))).await
    }

    async fn carry_out(&mut self, plan: &Plan) -> Result<Vec<(Stack, RunSummary)>> {
        let Self { engine, ref world, global, request, interrupt } = *self;
        let progress = progress(world, global, request.json, plan);
        let host = AwsHost::new(engine, world, request.project, interrupt, progress, request.verb);
        let ended = host.carry_out(&*self, plan, request.lock_timeout).await;
        ended.map_err(|why| if why.exit == Exit::Refused { why.next(&request.resume) } else { why })
    }

    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<()> {
        if self.request.json { Ok(()) } else { tell(self.world, self.request, ended) }
    }

    fn may_go_on(&self) -> bool {
        self.request.saved.is_none()
    }
}

impl Approver for Execution<'_> {
    type Error = CommandFailure;

    async fn replan(&self) -> Result<PlanSnapshot> {
        let fleet_plan = self.plan().await?;
        surveyed(&fleet_plan)?;
        Ok(fleet_plan.into())
    }

    fn consent(&self, plan: &Plan) -> Result<()> {
        check(self.world, self.request, plan)
    }
}

fn unrecorded(why: &str) -> CommandFailure {
    CommandFailure::error(format!("the run stopped, since it could not be recorded: {why}"))
        .hint("make room there, or name another folder with XDG_STATE_HOME, then run the command again")
}

/// Refuses to take a network away while nobody knows what else stands in it: that would hold the run up half-way.
fn surveyed(fleet_plan: &FleetPlan) -> Result<()> {
    let Some((stack, failure)) = fleet_plan.unsurveyed() else { return Ok(()) };
    let what = format!("{stack}: what else stands in the network to be deleted could not be read: {failure}");
    Err(CommandFailure::new(Exit::Blocked, format!("{what}; nothing was done")).hint(failure.advice()))
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

/// Checks a saved plan's time and whether it still holds, and the guards; before the question, and once the leases are held.
fn check(world: &World, request: &RunRequest<'_>, plan: &Plan) -> Result<()> {
    if let Some(saved) = &request.saved {
        let expires = saved.saved.as_ref().map(|saving| saving.expires);
        if let Some(expired) = expires.filter(|end| (world.clock)() >= *end).map(SavedPlanError::Expired) {
            let what = format!("the saved plan can no longer be carried out: {expired}; nothing was done");
            return Err(CommandFailure::new(Exit::Refused, what).next(&request.resume));
        }
        let reasons = stale(saved, &saved_plan(plan));
        if !reasons.is_empty() {
            let failure = CommandFailure::new(Exit::Refused, "the saved plan no longer holds; nothing was done");
            return Err(reasons.into_iter().fold(failure, CommandFailure::hint).next(&request.resume));
        }
    }
    let refusals = refusals(plan);
    if refusals.is_empty() {
        return Ok(());
    }
    let failure = CommandFailure::new(Exit::Refused, "a guard refuses this plan; nothing was done");
    let failure = refusals.iter().fold(failure, |failure, refusal| failure.hint(refusal.to_string()));
    let unnamed = refusals.iter().map(|refusal| refusal.allowance());
    // Only where naming them is all that is missing.
    Err(match unnamed.collect::<Option<Vec<_>>>() {
        Some(unnamed) => {
            let named = |line: Command, name| line.option("--allow-destroy", name);
            failure.hint(format!("if that is meant: {}", unnamed.iter().fold(request.same.clone(), named)))
        }
        None => failure,
    })
}

fn question(request: &RunRequest<'_>, plan: &Plan) -> String {
    let names = plan.stacks_with_steps().map(|stack| stack.stack.id.to_string()).collect::<Vec<_>>().join(", ");
    match request.mode {
        Mode::Destroy => format!("Destroy what is listed above in {names}?"),
        Mode::Apply | Mode::OnlyConfig | Mode::OnlyDrift => format!("Carry this out in {names}?"),
    }
}

fn tell(world: &World, request: &RunRequest<'_>, ended: &[(Stack, RunSummary)]) -> Result<()> {
    let next_commands = next_commands(request);
    for (stack, run_summary) in ended {
        world.out.print(&format!("\n{}", run_summary_text(&stack.id, run_summary, &next_commands)))?;
    }
    Ok(())
}

fn next_commands(request: &RunRequest<'_>) -> NextCommands {
    NextCommands { again: request.resume.clone(), show: Command::new("show").words(request.selectors) }
}
