use crate::blueprint::{Files, schema, template_schema};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::world::World;
use crate::kinds::shapes;

/// Print the JSON Schema of tenant files, with every template's parameters, for editors
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of template files instead: the kinds, their properties, and the outputs that `ref` may ask for
    #[arg(long)]
    templates: bool,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    if args.templates {
        world.out.print_raw(&format!("{:#}\n", template_schema(&shapes())))?;
        return Ok(Exit::Done);
    }
    // Without a project the built-in templates are what there is.
    let files = if global.dir.join("tenants").is_dir() {
        Files::read(&global.dir).map_err(CommandFailure::problems)?
    } else {
        Files::default()
    };
    let schema = schema(&files).map_err(CommandFailure::problems)?;
    world.out.print_raw(&format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
