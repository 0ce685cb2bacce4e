use clap::ValueEnum;

use crate::blueprint::{Blueprint, Findings};
use crate::cli::command_line::Form;
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::{Selector, unmatched_resource};
use crate::problem::Problem;
use crate::report::{count, problems_json, problems_sarif, problems_text};

/// Read everything, contact nobody; print every problem with its file, line, column and a hint
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// How to write the problems
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Sarif,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let selectors = &args.selectors.selectors;
    let (mut resources, mut warned) = (0, Findings::default());
    // Of a thousand tenants no more is kept than somebody asks for.
    let is_partial = selectors.iter().any(Selector::is_partial);
    let checked = |blueprint: Blueprint| {
        resources += blueprint.resources.len();
        warned.add_of(&blueprint.stack.id, blueprint.warnings);
        let addresses = blueprint.resources.into_keys().filter(|_| is_partial).collect();
        (blueprint.stack.id, addresses)
    };
    let (problems, sizes) = match Project::read(global, selectors, checked)? {
        Err(problems) => (problems, None),
        Ok(project) => {
            if let Some((_, message)) = unmatched_resource(selectors, project.made()) {
                return Err(CommandFailure::usage(message));
            }
            warned.add(project.warnings().iter().cloned());
            (warned.told(), Some((project.made().len(), resources)))
        }
    };
    match args.format {
        Format::Json => world.out.print_as(Form::Json, &problems_json(&problems))?,
        Format::Sarif => world.out.print_as(Form::Json, &problems_sarif(&problems))?,
        Format::Text => world.out.print(&problems_text(&problems, world.out.width))?,
    }
    if let (Format::Text, Some((stacks, resources)), false) = (args.format, sizes, global.quiet) {
        world.out.print(&format!("valid: {}, {}\n", count(stacks, "stack"), count(resources, "resource")))?;
    }
    Ok(if problems.iter().any(Problem::is_error) { Exit::Error } else { Exit::Done })
}
