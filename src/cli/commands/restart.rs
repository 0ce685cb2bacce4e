use std::cell::Cell;

use crate::blueprint::Blueprint;
use crate::cli::engine::{Engine, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::interrupt::Interrupt;
use crate::cli::project::Project;
use crate::cli::shown_run::{Agreement, Look, Shown, ShownRun};
use crate::cli::world::World;
use crate::fleet::{RestartError, Selector};
use crate::kinds::shapes;
use crate::plan::RestartConflict;
use crate::report::{by_hand_text, count};
use crate::resource::{Access, Command};

/// Replace a service's tasks by new ones without any change, as after a secret's value was rotated
///
/// Waits until the new tasks run and the old ones are gone. Of what a wildcard matches only what can be restarted counts.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// tenant/environment/RESOURCE, each part with * and ?: acme/production/web, acme/production/*
    #[arg(value_name = "SELECTOR", required = true)]
    selectors: Vec<Selector>,

    #[command(flatten)]
    agreement: Agreement,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    if let Some(whole) = args.selectors.iter().find(|selector| !selector.is_partial()) {
        let all = if whole.to_string().contains('/') { format!("{whole}/*") } else { format!("{whole}/*/*") };
        return Err(CommandFailure::usage(format!("`{whole}` names no resource"))
            .hint(format!("every service of it: `{}`", Command::new("restart").word(all))));
    }
    let runtime = runtime()?;
    let end = runtime.block_on(restart(world, global, args));
    runtime.shutdown_background();
    end
}

async fn restart(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let interrupt = &Interrupt::listen();
    let project = &Project::load(world, global, &args.selectors)?;
    let stacks = &project.stacks();
    let engine = &interrupt.or(Engine::open(world, global, stacks)).await?;
    let restarting = Restarting {
        width: world.out.width,
        engine,
        project,
        stacks,
        selectors: &args.selectors,
        number: Cell::new(0),
    };
    let line = args.agreement.add_to(Command::new("restart").words(&args.selectors));
    let (agreement, verb) = (&args.agreement, "restart");
    let run = ShownRun { engine, global, project, interrupt, agreement, verb, line, takes_long: true };
    let exit = run.carry_out(world, stacks.iter().map(|blueprint| &blueprint.stack).collect(), &restarting).await?;
    if exit == Exit::Done {
        world.out.print(&format!("\nrestarted: {}\n", count(restarting.number.get(), "service")))?;
    }
    Ok(exit)
}

/// The services that are to be restarted.
struct Restarting<'a> {
    /// The terminal's columns.
    width: Option<usize>,
    engine: &'a Engine,
    project: &'a Project,
    stacks: &'a [&'a Blueprint],
    selectors: &'a [Selector],
    /// How many there are.
    number: Cell<usize>,
}

impl Look for Restarting<'_> {
    async fn look(&self) -> Result<Shown> {
        let fleet = self.engine.fleet(self.project, self.stacks, Access::Write);
        let looked = self.engine.shown(self.stacks.len(), fleet.restarting(self.selectors)).await;
        let snapshot = looked.map_err(refusal)?;
        self.number.set(snapshot.plan.stacks.iter().map(|stack| stack.steps.len()).sum());
        let question = format!("Restart {}?", count(self.number.get(), "service"));
        Ok(Shown { text: by_hand_text(&snapshot.plan, "restart", self.width), snapshot, question })
    }
}

fn refusal(why: RestartError) -> CommandFailure {
    match why {
        RestartError::Unmatched(message) => {
            let kinds = shapes();
            let kinds = kinds.iter().map(|shape| shape.facts()).filter(|facts| facts.restart.is_some());
            let kinds: Vec<_> = kinds.map(|facts| facts.kind).collect();
            CommandFailure::usage(message).hint(format!("what can be restarted: {}", kinds.join(", ")))
        }
        RestartError::Conflict(stack, address, conflict) => {
            let refused = |what: &str| CommandFailure::new(Exit::Refused, format!("{stack}/{address} {what}"));
            match conflict {
                RestartConflict::Settling(what) => refused(&format!("is changing already: {what}"))
                    .hint("wait until that is over: what it starts are new tasks as well"),
                RestartConflict::Deleting => refused("is being deleted"),
                RestartConflict::Refused(why) => refused(&format!("can't be restarted: {why}")),
            }
        }
        RestartError::Failed(failure) => failure.into(),
    }
}
