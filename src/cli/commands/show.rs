use clap::ValueEnum;

use crate::cli::command_line::Form;
use crate::cli::engine::Engine;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::looking::Looking;
use crate::cli::project::Project;
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::{FleetPlan, PlanOptions, select_resources};
use crate::inventory::{Inventory, ListOutcome};
use crate::plan::{Allowed, Mode, QuotaMode, StackPlan};
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
        let names: Vec<_> = stacks.iter().map(|blueprint| blueprint.stack.id.to_string()).collect();
        return Err(CommandFailure::usage(format!("--format env is for one stack, and these are {}", stacks.len()))
            .hint(format!("choose one of {}", names.join(", "))));
    }
    let looking = Looking::begin()?;
    let engine = looking.wait(Engine::open(world, global, &stacks))?;
    let fleet = looking.wait_for(engine.looked_at(&project, &stacks))?;
    let options = PlanOptions {
        selectors,
        mode: Mode::Apply,
        guarding: project.guarding(&Allowed::default()),
        survey: false,
        quota: QuotaMode::Off,
    };
    let inventories = looking.wait(engine.shown(stacks.len(), fleet.read(false)))?;
    let FleetPlan { mut plan, inventories } = fleet.plan_from(&options, inventories)?;
    let none = Inventory::default();
    let mut shown = Vec::new();
    for stack in &mut plan.stacks {
        let inventory = inventories.get(&stack.stack.id).unwrap_or(&none);
        let only = select_resources(selectors, &stack.stack.id, &inventory.all().map(|(at, _)| at.clone()).collect());
        // What is not there yet has no value to show; the outputs are the whole stack's.
        let missing = std::mem::take(&mut stack.outputs_after);
        let is_there =
            |name: &String, value: &serde_json::Value| !missing.contains_key(name) && !value.to_string().contains(OPEN);
        stack.outputs.retain(|name, value| only.is_none() && is_there(name, value));
        let StackPlan { stack, outputs, waiting, pending, changes, .. } = &*stack;
        shown.push(Shown { stack, outputs, inventory, waiting, pending, changes, only });
    }
    engine.report_timings(world)?;
    let form = if args.format == Format::Json { Form::Json } else { Form::Text };
    let text = match args.format {
        Format::Text => {
            let texts = shown.iter().map(|one| show_text(one, world.out.width));
            texts.collect::<Vec<_>>().join("\n")
        }
        Format::Json => show_json(&shown),
        Format::Env => shown.iter().map(|one| show_env(one.outputs)).collect(),
    };
    world.out.print_as(form, &text)?;
    Ok(if inventories.values().any(has_unread) { Exit::Blocked } else { Exit::Done })
}

fn has_unread(inventory: &Inventory) -> bool {
    inventory.kinds.values().any(|seen| match seen {
        ListOutcome::Unknown(_) => true,
        ListOutcome::Read(listing) => !listing.unseen.is_empty(),
    })
}
