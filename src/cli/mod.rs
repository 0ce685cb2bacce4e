//! The command line: reads arguments, calls the rooms, prints through `report`, decides the exit code.
//!
//! **Invariant:** nothing imports this room. Commands are thin: arguments, call, report, exit code.

mod allow;
mod approval;
mod args;
mod command_line;
mod commands;
mod consent;
#[cfg(unix)]
mod control_echo;
mod engine;
mod execute;
mod execution;
mod exit;
mod failure;
mod global;
mod interrupt;
mod invocation;
mod log;
mod looking;
mod only;
mod plan_format;
mod progress;
mod project;
mod prompt;
mod quota;
mod run_request;
mod selectors;
mod shown_run;
mod world;

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _};

pub use allow::parse_allowance;
pub use args::Args;
pub use exit::Exit;
pub use failure::CommandFailure;
pub use world::{Stream, World};

use args::Command;
use commands::{
    adopt, apply, complete_stacks, completions, destroy, diff, explain, export, forget, graph, history, init, kinds,
    man, permissions, plan, restart, rollback, sandbox, schema, show, templates, unlock, validate,
};
use global::{Color, Global};
use invocation::invocation;

/// The stack of the thread that a command line runs on, which polls all that it waits for: in bytes.
///
/// Unoptimised, the SDK's futures are deep: a plan of `acme/production` and an apply of `acme/certification` overflow 1 MiB
/// and fit into 2 MiB (dev build, November 2026). Eight times that leaves room for whatever comes.
pub const STACK: usize = 16 << 20;

/// Runs one command line, the program's own name in front, and says how it ended.
pub fn run(world: &mut World, arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return usage(world, &error),
    };
    let global = args.global;
    set_colors(world, global.color);
    let called = invocation(world, &global);
    (world.out.called, world.err.called) = (called.clone(), called);
    log::start(&global, &world.err);
    match dispatch(world, &global, args.command) {
        Ok(exit) => exit,
        Err(failure) => {
            failure.print(world, &global);
            failure.exit
        }
    }
}

fn dispatch(world: &mut World, global: &Global, command: Command) -> Result<Exit, CommandFailure> {
    match command {
        Command::Init(args) => init::run(world, global, &args),
        Command::Validate(args) => validate::run(world, global, &args),
        Command::Plan(args) => plan::run(world, global, &args),
        Command::Adopt(args) => adopt::run(world, global, &args),
        Command::Apply(args) => apply::run(world, global, &args),
        Command::Diff(args) => diff::run(world, global, &args),
        Command::Destroy(args) => destroy::run(world, global, &args),
        Command::Forget(args) => forget::run(world, global, &args),
        Command::Restart(args) => restart::run(world, global, &args),
        Command::Rollback(args) => rollback::run(world, global, &args),
        Command::Show(args) => show::run(world, global, &args),
        Command::Explain(args) => explain::run(world, global, &args),
        Command::Graph(args) => graph::run(world, global, &args),
        Command::Kinds(args) => kinds::run(world, &args),
        Command::Schema(args) => schema::run(world, global, &args),
        Command::Templates(args) => templates::run(world, global, &args),
        Command::Permissions(args) => permissions::run(world, global, &args),
        Command::Export(args) => export::run(world, global, &args),
        Command::History(args) => history::run(world, global, &args),
        Command::Sandbox(args) => sandbox::run(world, global, &args),
        Command::Completions(args) => completions::run(world, &args, Args::command()),
        Command::CompleteStacks => complete_stacks::run(world, global),
        Command::Man(args) => man::run(world, &args, Args::command()),
        Command::Unlock(args) => unlock::run(world, global, &args),
    }
}

/// Help and versions are results; everything else that clap refuses is wrong use, whose code is 64 and not clap's 2.
fn usage(world: &mut World, error: &clap::Error) -> Exit {
    set_colors(world, Color::Auto);
    let text = error.render().ansi().to_string();
    let (stream, exit) = if error.use_stderr() { (&world.err, Exit::Usage) } else { (&world.out, Exit::Done) };
    let _ = stream.print(&text);
    exit
}

fn set_colors(world: &mut World, color: Color) {
    let allowed = world.variable("NO_COLOR").is_none() && world.variable("TERM") != Some("dumb");
    let wanted = |is_terminal: bool| match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && allowed,
    };
    world.out.color = wanted(world.out.is_terminal);
    world.err.color = wanted(world.err.is_terminal);
}
