use clap::ValueEnum;

use crate::cli::args::{Global, Selectors};
use crate::cli::exit::Exit;
use crate::cli::failure::Result;
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::problem::Problem;
use crate::report::{problems_json, problems_sarif, problems_text};

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
    let (project, problems) = Project::read(world, global)?;
    let stacks = project.select(&args.selectors.selectors);
    // A selector that matches nothing because its file is broken is no mistake of the command line.
    let stacks = if problems.iter().any(Problem::is_error) { stacks.unwrap_or_default() } else { stacks? };
    let has_errors = problems.iter().any(Problem::is_error);
    match args.format {
        Format::Json => world.out.print(&problems_json(&problems))?,
        Format::Sarif => world.out.print(&problems_sarif(&problems))?,
        Format::Text if problems.is_empty() => {
            let resources: usize = stacks.iter().map(|stack| stack.resources.len()).sum();
            if !global.quiet {
                world.out.print(&format!("{} stacks with {resources} resources are valid\n", stacks.len()))?;
            }
        }
        Format::Text => world.out.print(&problems_text(&problems))?,
    }
    Ok(if has_errors { Exit::Error } else { Exit::Done })
}
