//! What `apply` and `destroy` share: plan, show, guard, ask, carry out, tell.

use std::time::Duration;

use super::command_line::Form;
use super::engine::{AwsHost, Engine, runtime};
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::global::{Global, LogFormat};
use super::interrupt::Interrupt;
use super::plan_format::text_options;
use super::project::Project;
use super::prompt::confirm;
use super::world::{Lines, World};
use crate::apply::{Approver, Ledger, Look};
use crate::blueprint::Blueprint;
use crate::fleet::{Ending, Looked, PlanOptions, Rounds, Selector, in_rounds};
use crate::plan::{Allowance, Mode, Plan, refusals};
use crate::report::{
    Onward, PlanDocument, Progress, Unusable, ledger_text, plan_text, saved_plan, stale, summary_json,
};
use crate::resource::{Access, Command, Stack};

/// What is to be carried out, and under which conditions.
pub struct Wish<'a> {
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
    pub patience: Duration,
    /// Whether standard output gets events as JSON.
    pub json: bool,
    /// `apply` or `destroy`.
    pub verb: &'static str,
    /// The command as it was given.
    pub same: Command,
    /// What goes on after a run that did not finish.
    pub onward: Command,
}

/// Plans, shows the plan, checks the guards, asks, carries out, and tells how it ended.
pub fn execute(world: &mut World, global: &Global, wish: &Wish<'_>) -> Result<Exit> {
    let mut ledgers = Vec::new();
    let ended = attempt(world, global, wish, &mut ledgers).map_err(|failure| match failure.exit {
        Exit::Usage | Exit::Declined | Exit::Refused => failure,
        Exit::Locked => failure.next(wish.same.clone().with("--lock-timeout", "10m")),
        _ => failure.next(&wish.same),
    });
    if wish.json {
        let next = match &ended {
            Ok(_) => ledgers.iter().any(Ledger::is_unfinished).then(|| wish.onward.to_string()),
            Err(failure) => failure.next.clone(),
        };
        world.out.print_as(Form::Json, &format!("{}\n", summary_json(&ledgers, next.as_deref())))?;
    }
    ended
}

/// Leaves the ledgers of all rounds behind, also if a later one fails.
fn attempt(world: &mut World, global: &Global, wish: &Wish<'_>, ledgers: &mut Vec<Ledger>) -> Result<Exit> {
    let runtime = runtime()?;
    let end = runtime.block_on(run(world, global, wish, ledgers));
    // A name that is still being looked up must not hold up an interrupted command.
    runtime.shutdown_background();
    end
}

async fn run(world: &mut World, global: &Global, wish: &Wish<'_>, ledgers: &mut Vec<Ledger>) -> Result<Exit> {
    let interrupt = &Interrupt::listen();
    let engine = &interrupt.or(Engine::open(world, global, &wish.stacks)).await?;
    let mut execution = Execution { engine, world, global, wish, interrupt };
    let end = in_rounds(&mut execution, ledgers).await?;
    engine.report_timings(world)?;
    match ledgers.iter().find_map(|ledger| ledger.unrecorded.as_ref()) {
        Some(why) => Err(unrecorded(why).next(&wish.onward)),
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
    wish: &'a Wish<'a>,
    interrupt: &'a Interrupt,
}

impl Rounds for Execution<'_> {
    type Error = Failure;

    async fn look(&self) -> Result<Looked> {
        let Wish { project, stacks, selectors, mode, allowed, .. } = self.wish;
        let fleet = self.engine.fleet(project, stacks, Access::Write);
        let options = PlanOptions { selectors, mode: *mode, guarding: project.guarding(allowed), survey: false };
        self.interrupt.or(self.engine.shown(stacks.len(), fleet.look(&options))).await
    }

    async fn agree(&mut self, looked: &Looked) -> Result<()> {
        let (wish, plan) = (self.wish, &looked.plan);
        show(self.world, self.global, wish, plan)?;
        surveyed(looked)?;
        check(self.world, wish, plan)?;
        let is_empty = plan.stacks.iter().all(|stack| stack.steps.is_empty());
        if wish.yes || is_empty {
            return Ok(());
        }
        self.interrupt.or(confirm(self.world, &question(wish, plan))).await
    }

    async fn carry_out(&mut self, plan: &Plan) -> Result<Vec<(Stack, Ledger)>> {
        let Self { engine, ref world, global, wish, interrupt } = *self;
        let progress = progress(world, global, wish, plan);
        let host = AwsHost::new(engine, world, wish.project, interrupt, progress, wish.verb);
        let ended = host.carry_out(&*self, plan, wish.patience).await;
        ended.map_err(|why| if why.exit == Exit::Refused { why.next(&wish.onward) } else { why })
    }

    fn tell(&mut self, ended: &[(Stack, Ledger)]) -> Result<()> {
        if self.wish.json { Ok(()) } else { tell(self.world, self.wish, ended) }
    }

    fn may_go_on(&self) -> bool {
        self.wish.saved.is_none()
    }
}

impl Approver for Execution<'_> {
    type Error = Failure;

    async fn again(&self) -> Result<Look> {
        let looked = self.look().await?;
        surveyed(&looked)?;
        Ok(looked.into())
    }

    fn consent(&self, plan: &Plan) -> Result<()> {
        check(self.world, self.wish, plan)
    }
}

fn unrecorded(why: &str) -> Failure {
    Failure::error(format!("the run stopped, since it could not be recorded: {why}"))
        .hint("make room there, or name another folder with XDG_STATE_HOME, then run the command again")
}

/// Refuses to take a network away while nobody knows what else stands in it: that would hold the run up half-way.
fn surveyed(looked: &Looked) -> Result<()> {
    let Some((stack, failure)) = looked.unsurveyed() else { return Ok(()) };
    let what = format!("{stack}: what else stands in the network to be deleted could not be read: {failure}");
    Err(Failure::new(Exit::Blocked, format!("{what}; nothing was done")).hint(failure.advice()))
}

/// The plan goes to standard output with the results, unless that is for events.
fn show(world: &World, global: &Global, wish: &Wish<'_>, plan: &Plan) -> Result<()> {
    let text = plan_text(plan, text_options(world, global, false));
    if !wish.json {
        world.out.print(&text)?;
    } else if !global.quiet && global.log_format == LogFormat::Text {
        world.err.print(&text)?;
    }
    Ok(())
}

/// Checks a saved plan's time and whether it still holds, and the guards; before the question, and once the leases are held.
fn check(world: &World, wish: &Wish<'_>, plan: &Plan) -> Result<()> {
    if let Some(saved) = &wish.saved {
        let expires = saved.saved.as_ref().map(|saving| saving.expires);
        if let Some(expired) = expires.filter(|end| (world.clock)() >= *end).map(Unusable::Expired) {
            let what = format!("the saved plan can no longer be carried out: {expired}; nothing was done");
            return Err(Failure::new(Exit::Refused, what).next(&wish.onward));
        }
        let reasons = stale(saved, &saved_plan(plan));
        if !reasons.is_empty() {
            let failure = Failure::new(Exit::Refused, "the saved plan no longer holds; nothing was done");
            return Err(reasons.into_iter().fold(failure, Failure::hint).next(&wish.onward));
        }
    }
    let refusals = refusals(plan);
    if refusals.is_empty() {
        return Ok(());
    }
    let failure = Failure::new(Exit::Refused, "a guard refuses this plan; nothing was done");
    let failure = refusals.iter().fold(failure, |failure, refusal| failure.hint(refusal.to_string()));
    let unnamed = refusals.iter().map(|refusal| refusal.allowance());
    // Only where naming them is all that is missing.
    Err(match unnamed.collect::<Option<Vec<_>>>() {
        Some(unnamed) => {
            let named = |line: Command, name| line.option("--allow-destroy", name);
            failure.hint(format!("if that is meant: {}", unnamed.iter().fold(wish.same.clone(), named)))
        }
        None => failure,
    })
}

fn question(wish: &Wish<'_>, plan: &Plan) -> String {
    let names = plan.stacks.iter().filter(|stack| !stack.steps.is_empty()).map(|stack| stack.stack.id.to_string());
    let names = names.collect::<Vec<_>>().join(", ");
    match wish.mode {
        Mode::Destroy => format!("Destroy what is listed above in {names}?"),
        Mode::Apply | Mode::OnlyConfig => format!("Carry this out in {names}?"),
    }
}

fn progress(world: &World, global: &Global, wish: &Wish<'_>, plan: &Plan) -> Progress {
    if wish.json {
        Progress::json(Box::new(Lines::new(&world.out, Form::Json)))
    } else if global.quiet {
        Progress::quiet(Box::new(Lines::new(&world.err, Form::Text)))
    } else if world.err.is_terminal && world.variable("TERM") != Some("dumb") {
        let steps = plan.stacks.iter().map(|stack| stack.steps.len()).filter(|steps| *steps > 0);
        let called = world.err.called.clone();
        Progress::bars(&steps.collect::<Vec<_>>(), move |line| called.spell(line, Form::Text))
    } else {
        Progress::lines(Box::new(Lines::new(&world.err, Form::Text)))
    }
}

fn tell(world: &World, wish: &Wish<'_>, ended: &[(Stack, Ledger)]) -> Result<()> {
    let onward = onward(wish);
    for (stack, ledger) in ended {
        world.out.print(&format!("\n{}", ledger_text(&stack.id, ledger, &onward)))?;
    }
    Ok(())
}

fn onward(wish: &Wish<'_>) -> Onward {
    Onward { again: wish.onward.clone(), show: Command::new("show").words(wish.selectors) }
}
