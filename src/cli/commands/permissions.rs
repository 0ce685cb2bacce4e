use std::collections::BTreeSet;

use crate::cli::args::{Global, Selectors};
use crate::cli::exit::Exit;
use crate::cli::failure::Result;
use crate::cli::project::Project;
use crate::cli::world::World;
use crate::kinds::KINDS;
use crate::report::{Role, policy_json};
use crate::resource::Permissions;

/// Print the IAM policy that an apply of the selected stacks needs, or a plan of them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    selectors: Selectors,

    /// For plan, diff and show: nothing that changes anything
    #[arg(long)]
    read_only: bool,
}

pub fn run(world: &World, global: &Global, args: &Args) -> Result<Exit> {
    let project = Project::load(world, global, &args.selectors.selectors)?;
    let stacks = project.stacks();
    let used: BTreeSet<&str> =
        stacks.iter().flat_map(|stack| stack.resources.keys()).map(|address| address.kind.as_str()).collect();
    // Every kind is read, so that what a template no longer has is found and can be deleted; what is written is what
    // the stacks are made of.
    let permissions: Vec<_> = KINDS
        .iter()
        .map(|kind| match kind.permissions() {
            all if used.contains(kind.facts().kind) => all,
            other => Permissions { read: other.read, ..Permissions::default() },
        })
        .collect();
    let role = if args.read_only { Role::Read } else { Role::Write };
    let bucket = stacks.first().map(|stack| project.bucket(&stack.stack).name);
    world.out.print(&policy_json(&permissions, &own_reads(), role, bucket.as_deref()))?;
    Ok(Exit::Done)
}

/// What the program reads beside the kinds.
fn own_reads() -> Vec<&'static str> {
    [crate::aws::OWN_READS, crate::aws::SURVEY_READS].concat()
}
