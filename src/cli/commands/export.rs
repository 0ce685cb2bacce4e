use clap::Subcommand;

use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::selectors::Selectors;
use crate::cli::world::World;
use crate::fleet::names_resource;
use crate::kinds::shapes;
use crate::report::cloudformation_json;

/// Write a stack in another tool's language
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Target {
    /// As a CloudFormation template, in JSON
    Cloudformation(Selectors),
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let Target::Cloudformation(selectors) = &args.target;
    if let Some(message) = names_resource(&selectors.selectors, "a template is") {
        return Err(CommandFailure::usage(message));
    }
    let project = Project::load(world, global, &selectors.selectors)?;
    let stacks = project.stacks();
    let [blueprint] = stacks.as_slice() else {
        let names: Vec<_> = stacks.iter().map(|blueprint| blueprint.stack.id.to_string()).collect();
        return Err(CommandFailure::usage(format!("one template is one stack, and these are {}", stacks.len()))
            .hint(format!("choose one of {}", names.join(", "))));
    };
    world.out.print_raw(&cloudformation_json(blueprint, &shapes()))?;
    Ok(Exit::Done)
}
