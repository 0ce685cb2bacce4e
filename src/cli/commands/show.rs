use clap::ValueEnum;

use crate::cli::args::{Global, Selectors};
use crate::cli::engine::{As, Engine, plan_stacks, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Result};
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::inventory::{Inventory, Seen};
use crate::plan::Mode;
use crate::report::{Shown, show_env, show_json, show_text};
use crate::resource::OPEN;

/// Show outputs and live attributes, and what waits for a person
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// How to write it; env is the outputs of one stack as shell variables
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Env,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let selectors = &args.selectors.selectors;
    let project = Project::load(world, global, selectors)?;
    let stacks = project.stacks();
    if args.format == Format::Env && stacks.len() != 1 {
        return Err(Failure::usage(format!("--format env is for one stack, and these are {}", stacks.len())));
    }
    let runtime = runtime()?;
    let engine = runtime.block_on(Engine::open(world, global, &stacks))?;
    let inventories = runtime.block_on(engine.read(&project, &stacks, As::Reader, false))?;
    let mut plan = plan_stacks(world, &stacks, &inventories, selectors, Mode::Apply)?;
    for stack in &mut plan.stacks {
        // What is not there yet has no value to show.
        stack.outputs.retain(|_, value| !value.to_string().contains(OPEN));
    }
    engine.report_timings(world)?;
    let none = Inventory::default();
    let shown: Vec<_> = plan
        .stacks
        .iter()
        .map(|stack| Shown {
            stack: &stack.stack,
            outputs: &stack.outputs,
            inventory: inventories.get(&stack.stack.id).unwrap_or(&none),
            waiting: &stack.waiting,
        })
        .collect();
    world.out.print(&match args.format {
        Format::Text => shown.iter().map(show_text).collect::<Vec<_>>().join("\n"),
        Format::Json => show_json(&shown),
        Format::Env => shown.iter().map(|one| show_env(one.outputs)).collect(),
    })?;
    Ok(if inventories.values().any(has_unread) { Exit::Blocked } else { Exit::Done })
}

fn has_unread(inventory: &Inventory) -> bool {
    inventory.kinds.values().any(|seen| match seen {
        Seen::Unknown(_) => true,
        Seen::Read(sight) => !sight.unseen.is_empty(),
    })
}
