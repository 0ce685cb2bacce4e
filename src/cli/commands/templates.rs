use clap::Subcommand;

use super::schema::project_files;
use crate::blueprint::{TemplateCopy, template_copies, templates};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::world::World;
use crate::report::{templates_text, unified_diff};

/// List the templates, or compare the project's copies of the built-in ones with this program's
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every template that tenants can use: its name, where it comes from, what it makes
    List,
    /// What the built-in files have otherwise than the copies of them in templates/; exits with 2 if something differs
    Diff,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let files = project_files(global)?;
    if let What::List = args.what {
        world.out.print(&templates_text(&templates(&files).map_err(CommandFailure::problems)?))?;
        return Ok(Exit::Done);
    }
    let copies = template_copies(&files);
    let diffs: Vec<_> = copies.iter().map(diff).filter(|diff| !diff.is_empty()).collect();
    diffs.iter().try_for_each(|diff| world.out.print(diff))?;
    if diffs.is_empty() && !global.quiet {
        world.out.print(&match copies.len() {
            0 => "templates/ has no copy of a built-in file\n".to_owned(),
            1 => "1 copy of a built-in file, and the same\n".to_owned(),
            more => format!("{more} copies of built-in files, and all the same\n"),
        })?;
    }
    Ok(if diffs.is_empty() { Exit::Done } else { Exit::Differs })
}

fn diff(copy: &TemplateCopy<'_>) -> String {
    let (old, new) = (copy.path.display().to_string(), format!("built-in/{}", copy.name));
    unified_diff((&old, &String::from_utf8_lossy(copy.own)), (&new, copy.built_in))
}
