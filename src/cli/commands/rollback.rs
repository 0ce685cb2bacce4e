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
use crate::fleet::{RollbackError, Selector};
use crate::kinds::shapes;
use crate::plan::RollbackConflict;
use crate::report::{by_hand_text, count};
use crate::resource::{Access, Command};

/// Put a service back on the task definition that it ran before, after showing which image that is and asking
///
/// Changes nothing but the revision, and waits until it runs. The YAML stays as it is: until it says something else, `plan`
/// shows the difference with who rolled back, and `apply` does not undo it unless told so.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// tenant/environment/RESOURCE, each part with * and ?: acme/production/web
    #[arg(value_name = "SELECTOR", required = true)]
    selectors: Vec<Selector>,

    /// The number of the revision to go back to, of one service; else the newest before the running one that ran
    #[arg(long, value_name = "REVISION", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,

    #[command(flatten)]
    agreement: Agreement,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    if let Some(whole) = args.selectors.iter().find(|selector| !selector.is_partial()) {
        let one = if whole.to_string().contains('/') { format!("{whole}/web") } else { format!("{whole}/*/web") };
        return Err(CommandFailure::usage(format!("`{whole}` names no service"))
            .hint(format!("name it, as in `{}`", Command::new("rollback").word(one))));
    }
    let runtime = runtime()?;
    let end = runtime.block_on(rollback(world, global, args));
    runtime.shutdown_background();
    end
}

async fn rollback(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    let interrupt = &Interrupt::listen();
    let project = &Project::load(world, global, &args.selectors)?;
    let stacks = &project.stacks();
    let engine = &interrupt.or(Engine::open(world, global, stacks)).await?;
    let wanted = args.to.map(|number| number.to_string());
    let looking = RollingBack {
        width: world.out.width,
        engine,
        project,
        stacks,
        selectors: &args.selectors,
        wanted,
        number: Cell::new(0),
    };
    let line = Command::new("rollback").words(&args.selectors);
    let line = args.agreement.add_to(args.to.iter().fold(line, |line, number| line.option("--to", number)));
    let (agreement, verb) = (&args.agreement, "rollback");
    let run = ShownRun { engine, global, project, interrupt, agreement, verb, line, takes_long: true };
    let exit = run.carry_out(world, stacks.iter().map(|blueprint| &blueprint.stack).collect(), &looking).await?;
    if exit == Exit::Done {
        let number = count(looking.number.get(), "service");
        world.out.print(&format!(
            "\nrolled back: {number}; the YAML still names what ran before: change it, or the next plan shows the difference\n"
        ))?;
    }
    Ok(exit)
}

/// The services that are to go back.
struct RollingBack<'a> {
    /// The terminal's columns.
    width: Option<usize>,
    engine: &'a Engine,
    project: &'a Project,
    stacks: &'a [&'a Blueprint],
    selectors: &'a [Selector],
    /// The revision that is asked for.
    wanted: Option<String>,
    /// How many there are.
    number: Cell<usize>,
}

impl Look for RollingBack<'_> {
    async fn look(&self) -> Result<Shown> {
        let fleet = self.engine.fleet(self.project, self.stacks, Access::Write);
        let by = |stack: &crate::resource::Stack| self.engine.caller(stack).name;
        let looked = fleet.rolling_back(self.selectors, self.wanted.as_deref(), by);
        let snapshot = self.engine.shown(self.stacks.len(), looked).await.map_err(refusal)?;
        self.number.set(snapshot.plan.stacks.iter().map(|stack| stack.changes.len()).sum());
        let question = format!("Roll back {}?", count(self.number.get(), "service"));
        Ok(Shown { text: by_hand_text(&snapshot.plan, "rollback", self.width), snapshot, question })
    }
}

fn refusal(why: RollbackError) -> CommandFailure {
    match why {
        RollbackError::Unmatched(message) => {
            let kinds = shapes();
            let kinds = kinds.iter().map(|shape| shape.facts()).filter(|facts| facts.rollback.is_some());
            let kinds: Vec<_> = kinds.map(|facts| facts.kind).collect();
            CommandFailure::usage(message).hint(format!("what can be rolled back: {}", kinds.join(", ")))
        }
        RollbackError::Several(number) => {
            CommandFailure::usage(format!("--to is about one service, and {number} are selected"))
        }
        RollbackError::Conflict(stack, address, conflict) => {
            let refused = |what: &str| CommandFailure::new(Exit::Refused, format!("{stack}/{address} {what}"));
            match conflict {
                RollbackConflict::Deleting => refused("is being deleted"),
                RollbackConflict::Nowhere(why) => refused(&format!("has nothing to go back to: {why}")),
                RollbackConflict::Refused(why) => refused(&format!("can't be rolled back: {why}")),
            }
        }
        RollbackError::Failed(failure) => failure.into(),
    }
}
