use clap::ValueEnum;

use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::names_resource;
use crate::report::{graph_dot, graph_mermaid};

/// Print the dependency graph; an arrow leads from a resource to what it needs
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// The language to draw it in
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Mermaid,
    Dot,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let selectors = &args.selectors.selectors;
    if let Some(message) = names_resource(selectors, "a graph is") {
        return Err(CommandFailure::usage(message));
    }
    let project = Project::load(world, global, selectors)?;
    let stacks = project.stacks();
    world.out.print(&match args.format {
        Format::Mermaid => graph_mermaid(&stacks),
        Format::Dot => graph_dot(&stacks),
    })?;
    Ok(Exit::Done)
}
