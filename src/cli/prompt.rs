use std::io::{self, BufRead as _};

use tokio::sync::oneshot;

use super::exit::Exit;
use super::failure::{CommandFailure, Result};
use super::world::World;

/// Asks for a plain `yes`. Without a terminal nobody can answer: that is wrong use, and `--yes` is the way.
pub async fn confirm(world: &mut World, question: &str) -> Result<()> {
    if !world.stdin_is_terminal {
        return Err(
            CommandFailure::usage("there is no terminal to ask at").hint("say --yes to go on without being asked")
        );
    }
    world.err.print(&format!("\n{question} Only `yes` goes on: "))?;
    let answer =
        answer(world).await.map_err(|error| CommandFailure::error(format!("cannot read the answer: {error}")))?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(CommandFailure::new(Exit::Declined, "not done: the answer was not `yes`"))
}

/// Reads a line on a thread of its own: a signal must be heard while nobody types.
async fn answer(world: &mut World) -> io::Result<String> {
    let mut stdin = std::mem::replace(&mut world.stdin, Box::new(io::empty()));
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = stdin.read_line(&mut line).map(|_| line);
        // Nobody waits any more: the command was interrupted.
        drop(sender.send((read, stdin)));
    });
    let (read, stdin) = receiver.await.map_err(io::Error::other)?;
    world.stdin = stdin;
    read
}
