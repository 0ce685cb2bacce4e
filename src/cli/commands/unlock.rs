use crate::apply::{Holder, LeaseState, StoredLease};
use crate::cli::engine::{Engine, UnlockMode, runtime};
use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Result};
use crate::cli::global::Global;
use crate::cli::project::Project;
use crate::cli::prompt::confirm;
use crate::cli::world::World;
use crate::fleet::Selector;
use crate::report::lease_text;
use crate::resource::{Command, Stack};

/// Show who holds a stack, and take the lease away when told so
///
/// Without --take, and without a terminal to ask at, it only shows. A lease of a run that died ends by itself within two
/// minutes: taking it is for a run that hangs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// tenant/environment; with * and ? to look at several, none: at every stack
    #[arg(value_name = "STACK")]
    stack: Option<Selector>,

    /// End the lease: its holder, if alive, is stopped by its next heartbeat; others are kept out until nothing of it
    /// can be under way any more
    #[arg(long)]
    take: bool,

    /// With --take: free it at once. If its holder is alive after all, two runs change the stack until its next
    /// heartbeat, a quarter of a minute or, if it hangs, as long as the minute of its lease
    #[arg(long, requires = "take")]
    now: bool,
}

pub fn run(world: &mut World, global: &Global, args: &Args) -> Result<Exit> {
    if let Some(partial) = args.stack.as_ref().filter(|stack| stack.is_partial()) {
        return Err(CommandFailure::usage(format!("`{partial}` names a resource; a lease is on a whole stack")));
    }
    let project = Project::load(world, global, args.stack.as_slice())?;
    let stacks = project.stacks();
    if args.take && stacks.len() != 1 {
        return Err(CommandFailure::usage(format!("--take is for one stack, and these are {}", stacks.len())));
    }
    let runtime = runtime()?;
    let engine = runtime.block_on(Engine::open(world, global, &stacks))?;
    let mut held = None;
    for stack in stacks.iter().map(|blueprint| &blueprint.stack) {
        let seen = runtime.block_on(engine.holder(world, stack, &project.bucket(stack)))?;
        let holder = seen.as_ref().map(|seen| &seen.holder);
        world.out.print(&lease_text(&stack.id, holder, (world.clock)(), world.out.width))?;
        held = seen.filter(|seen| seen.holder.state((world.clock)()) != LeaseState::Free);
    }
    let (Some(seen), [blueprint]) = (held, &stacks[..]) else { return Ok(Exit::Done) };
    let stack = &blueprint.stack;
    let Some(how) = runtime.block_on(told(world, stack, args, &seen))? else { return Ok(Exit::Done) };
    let bucket = project.bucket(stack);
    let holder = runtime.block_on(engine.take_from(world, stack, &bucket, seen, how))?;
    world.out.print(&outcome(world, stack, &holder))?;
    Ok(Exit::Done)
}

/// Whether and how it is to be taken: as the command line says, or as a person at a terminal does.
async fn told(world: &mut World, stack: &Stack, args: &Args, seen: &StoredLease) -> Result<Option<UnlockMode>> {
    let is_over = seen.holder.state((world.clock)()) == LeaseState::Expired;
    if !args.take && (is_over || !world.stdin_is_terminal) {
        return Ok(None);
    }
    if !args.take {
        let question = format!("End the lease of {} on {}?", seen.holder.caller, stack.id);
        confirm(world, &question).await?;
    }
    // Nothing of a holder whose time is over can arrive any more.
    Ok(Some(if args.now || is_over { UnlockMode::Now } else { UnlockMode::AtItsEnd }))
}

fn outcome(world: &World, stack: &Stack, holder: &Holder) -> String {
    let now = (world.clock)();
    let apply = Command::new("apply").word(&stack.id);
    let text = lease_text(&stack.id, Some(holder), now, world.out.width);
    if holder.state(now) == LeaseState::Free {
        return format!(
            "{text}Its run, if it is alive, finds out with its next heartbeat and changes nothing more from then on.\n"
        );
    }
    let left = holder.free_from().duration_since(now).as_secs().max(0);
    format!(
        "{text}Its run, if it is alive, changes nothing more from its next heartbeat on, and if it hangs, from the end of \
         its lease on.\nThe stack is free in {left} s. Until then a run ends with exit 5, or waits: {}\n",
        apply.option("--lock-timeout", "3m")
    )
}
