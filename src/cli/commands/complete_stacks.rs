use std::collections::BTreeSet;

use crate::cli::exit::Exit;
use crate::cli::failure::Result;
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::world::World;

/// Prints the project's tenants and stacks, a line each. Says nothing of a project that can't be read: a person is in the middle of a line.
pub fn run(world: &World, global: &Global) -> Result<Exit> {
    let Ok(project) = Project::unselected(global) else { return Ok(Exit::Done) };
    let stacks = project.members().ids;
    let tenants: BTreeSet<_> = stacks.iter().map(|stack| stack.tenant.clone()).collect();
    let lines = tenants.into_iter().chain(stacks.iter().map(ToString::to_string));
    world.out.print(&lines.map(|line| format!("{line}\n")).collect::<String>())?;
    Ok(Exit::Done)
}
