//! `apply` and `destroy`: the run that they share, from the command line to the exit code.

use super::command_line::Form;
use super::engine::{AwsLeases, Engine, runtime};
use super::execution::Execution;
use super::exit::Exit;
use super::failure::{CommandFailure, Result};
use super::global::Global;
use super::interrupt::{Interrupt, cut_off};
use super::run_request::RunRequest;
use super::world::World;
use crate::apply::{Ending, LeaseTerms, RunSummary, in_rounds};
use crate::report::{LeftOutStack, summary_json};
use crate::resource::StackId;

/// Plans, shows the plan, checks the guards, asks, carries out, and tells how it ended.
pub fn execute(world: &mut World, global: &Global, request: &RunRequest<'_>) -> Result<Exit> {
    let mut told = Told::default();
    let ended = attempt(world, global, request, &mut told).map_err(|failure| match failure.exit {
        Exit::Usage | Exit::Declined | Exit::Refused => failure,
        Exit::Locked => failure.next(request.same.clone().with("--lock-timeout", "10m")),
        _ => failure.next(&request.same),
    });
    if request.json {
        let next = match &ended {
            Ok(_) => told.is_unfinished().then(|| request.resume.to_string()),
            Err(failure) => failure.next.clone(),
        };
        let summary = summary_json(&told.run_summaries, &told.left_out(), next.as_deref());
        world.out.print_as(Form::Json, &format!("{summary}\n"))?;
    }
    ended
}

/// How the stacks of a run ended, also if a later round fails.
#[derive(Default)]
struct Told {
    run_summaries: Vec<RunSummary>,
    left_out: Vec<(StackId, CommandFailure)>,
}

impl Told {
    fn is_unfinished(&self) -> bool {
        !self.left_out.is_empty() || self.run_summaries.iter().any(RunSummary::is_unfinished)
    }

    fn left_out(&self) -> Vec<LeftOutStack<'_>> {
        let told = self.left_out.iter();
        told.map(|(stack, failure)| LeftOutStack { stack, exit: failure.exit as u8, why: &failure.message }).collect()
    }
}

/// Leaves the summaries of all rounds behind, also if a later one fails.
fn attempt(world: &mut World, global: &Global, request: &RunRequest<'_>, told: &mut Told) -> Result<Exit> {
    let runtime = runtime()?;
    let end = runtime.block_on(run(world, global, request, told));
    // A name that is still being looked up must not hold up an interrupted command.
    runtime.shutdown_background();
    end
}

async fn run(world: &mut World, global: &Global, request: &RunRequest<'_>, told: &mut Told) -> Result<Exit> {
    let interrupt = &Interrupt::listen();
    let engine = &interrupt.or(Engine::open(world, global, &request.stacks)).await?;
    let leases = &AwsLeases::new(engine, world, request.project, interrupt);
    let terms = LeaseTerms { run: &engine.run, lock_timeout: request.lock_timeout };
    let stacks = request.stacks.iter().map(|blueprint| &blueprint.stack).collect();
    let Told { run_summaries, left_out } = told;
    let mut execution = Execution::new(engine, (world, global), request, interrupt, leases, left_out);
    let end = tokio::select! {
        biased;
        end = in_rounds(leases, stacks, terms, &mut execution, run_summaries) => end?,
        () = interrupt.until_cut() => return Err(cut_off()),
    };
    engine.report_timings(world)?;
    if let Some(why) = run_summaries.iter().find_map(|run_summary| run_summary.unrecorded.as_ref()) {
        return Err(unrecorded(why).next(&request.resume));
    }
    let end = match end {
        Ending::Done => Exit::Done,
        Ending::Blocked => Exit::Blocked,
        Ending::Failed => Exit::Error,
        Ending::Interrupted => Exit::Interrupted,
    };
    Ok(left_out.iter().map(|(_, failure)| failure.exit).fold(end, Exit::worse))
}

fn unrecorded(why: &str) -> CommandFailure {
    CommandFailure::error(format!("the run stopped, since it could not be recorded: {why}"))
        .hint("make room there, or name another folder with XDG_STATE_HOME, then run the command again")
}
