use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::world::World;
use crate::problem::suggest;

/// Print the manual page, or a command's (`provision man plan | man -l -`)
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command; none: the program
    command: Option<String>,
}

pub fn run(world: &World, args: &Args, mut root: clap::Command) -> Result<Exit> {
    root.build();
    let page = match &args.command {
        None => root,
        Some(name) => {
            let found = root.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| {
                let all = root.get_subcommands().map(clap::Command::get_name);
                CommandFailure::usage(format!("there is no command `{name}`")).hint(suggest(name, all))
            })?;
            found.display_name(format!("provision-{name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    world.out.print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}
