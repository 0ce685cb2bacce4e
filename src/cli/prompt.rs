use super::exit::Exit;
use super::failure::{Failure, Result};
use super::world::World;

/// Asks for a plain `yes`. Without a terminal nobody can answer: that is wrong use, and `--yes` is the way.
pub fn confirm(world: &mut World, question: &str) -> Result<()> {
    if !world.stdin_is_terminal {
        return Err(Failure::usage("there is no terminal to ask at").hint("say --yes to go on without being asked"));
    }
    world.err.print(&format!("\n{question} Only `yes` goes on: "))?;
    let mut answer = String::new();
    world.stdin.read_line(&mut answer).map_err(|error| Failure::error(format!("cannot read the answer: {error}")))?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::new(Exit::Declined, "not done: the answer was not `yes`"))
}
