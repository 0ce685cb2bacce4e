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
    let text = if args.templates { of_templates() } else { of_tenants(global)? };
    world.out.print_raw(&text)?;
    Ok(Exit::Done)
}

/// The schema of tenant files, as text.
pub fn of_tenants(global: &Global) -> Result<String> {
    let schema = schema(&project_files(global)?).map_err(CommandFailure::problems)?;
    Ok(format!("{schema:#}\n"))
}

/// The schema of template files, as text.
pub fn of_templates() -> String {
    format!("{:#}\n", template_schema(&shapes()))
}

/// The project's files. Without a project the built-in templates are what there is.
pub fn project_files(global: &Global) -> Result<Files> {
    if !global.dir.join("tenants").is_dir() {
        return Ok(Files::default());
    }
    Files::read(&global.dir).map_err(CommandFailure::problems)
}
