use clap_complete::Shell;

use crate::cli::exit::Exit;
use crate::cli::failure::Result;
use crate::cli::world::World;

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
pub struct Args {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(world: &World, args: &Args, mut command_line: clap::Command) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command_line, "provision", &mut script);
    world.out.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
