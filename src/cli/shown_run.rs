//! What `adopt`, `forget` and `restart` share: what was shown is agreed to, and carried out once.

use std::time::Duration;

use super::command_line::parse_duration;
use super::engine::{AwsHost, Engine};
use super::exit::Exit;
use super::failure::{CommandFailure, Result};
use super::interrupt::Interrupt;
use super::project::Project;
use super::prompt::confirm;
use super::world::World;
use crate::apply::Approver;
use crate::plan::Plan;
use crate::report::{NextCommands, Progress, run_summary_text};
use crate::resource::Command;

/// How such a run is agreed to.
#[derive(Clone, Debug, clap::Args)]
pub struct Agreement {
    /// Don't ask
    #[arg(short, long)]
    yes: bool,

    /// How long to wait while another run holds the stack: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    lock_timeout: Duration,
}

impl Agreement {
    /// The command with what was said.
    pub fn add_to(&self, line: Command) -> Command {
        let line = match self.lock_timeout.as_secs() {
            0 => line,
            seconds => line.option("--lock-timeout", format!("{seconds}s")),
        };
        if self.yes { line.word("--yes") } else { line }
    }
}

/// A run whose plan was shown.
pub struct ShownRun<'a> {
    pub engine: &'a Engine,
    pub project: &'a Project,
    pub interrupt: &'a Interrupt,
    pub agreement: &'a Agreement,
    /// For the journal.
    pub verb: &'static str,
    /// The command as it was given.
    pub line: Command,
    pub question: String,
    pub progress: Progress,
}

impl ShownRun<'_> {
    /// Asks, takes the leases, looks again, and carries out what was shown. Tells how it ended, unless all went well.
    pub async fn carry_out(
        self,
        world: &mut World,
        plan: &Plan,
        approver: &impl Approver<Error = CommandFailure>,
    ) -> Result<Exit> {
        let Self { engine, project, interrupt, agreement, verb, line, question, progress } = self;
        if !agreement.yes {
            interrupt.or(confirm(world, &question)).await?;
        }
        let host = AwsHost::new(engine, world, project, interrupt, progress, verb);
        let ended = host.carry_out(approver, plan, agreement.lock_timeout).await;
        let ended = ended.map_err(|failure| match failure.exit {
            Exit::Locked => failure.next(line.clone().with("--lock-timeout", "10m")),
            _ => failure.next(line.clone()),
        })?;
        engine.report_timings(world)?;
        let mut exit = Exit::Done;
        for (stack, run_summary) in ended.iter().filter(|(_, run_summary)| run_summary.is_broken_off()) {
            let show = Command::new("show").word(&stack.id);
            let next_commands = NextCommands { again: line.clone(), show };
            world.out.print(&format!("\n{}", run_summary_text(&stack.id, run_summary, &next_commands)))?;
            exit = if run_summary.interrupted { Exit::Interrupted } else { Exit::Error };
        }
        Ok(exit)
    }
}
