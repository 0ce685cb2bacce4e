//! What `adopt`, `forget`, `restart` and `rollback` share: under the leases it is looked at and shown, agreed to, and carried out once.

use std::collections::BTreeSet;
use std::time::Duration;

use super::command_line::{Form, parse_duration};
use super::engine::{AwsHost, AwsLeases, Engine, locked_by};
use super::exit::Exit;
use super::failure::{CommandFailure, Result};
use super::global::Global;
use super::interrupt::{Interrupt, cut_off};
use super::progress::progress;
use super::project::Project;
use super::prompt::confirm;
use super::world::{Lines, World};
use crate::apply::{LeaseTerms, Leases, LeftOut, PlanSnapshot, Rounds, RunSummary, Unleased, in_rounds};
use crate::report::{NextCommands, Progress, run_summary_text};
use crate::resource::{Command, Stack, StackId};

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

/// What a command is about, as it was looked at.
pub struct Shown {
    pub snapshot: PlanSnapshot,
    pub text: String,
    pub question: String,
}

/// The part of such a run that is the command's own.
pub trait Look {
    /// Looks at what it is about.
    fn look(&self) -> impl Future<Output = Result<Shown>>;
}

/// A run that is shown before it is agreed to.
pub struct ShownRun<'a> {
    pub engine: &'a Engine,
    pub global: &'a Global,
    pub project: &'a Project,
    pub interrupt: &'a Interrupt,
    pub agreement: &'a Agreement,
    /// For the journal.
    pub verb: &'static str,
    /// The command as it was given.
    pub line: Command,
    /// Whether it takes long enough for its steps to be shown.
    pub takes_long: bool,
}

impl ShownRun<'_> {
    /// Takes the leases, looks, shows, asks, and carries out. Tells how it ended, unless all went well.
    pub async fn carry_out(&self, world: &mut World, stacks: Vec<&Stack>, look: &impl Look) -> Result<Exit> {
        let leases = AwsLeases::new(self.engine, world, self.project, self.interrupt);
        let terms = LeaseTerms { run: &self.engine.run, lock_timeout: self.agreement.lock_timeout };
        let mut rounds = ShownRounds { run: self, world, leases: &leases, look, shown: None, ended: Vec::new() };
        let mut run_summaries = Vec::new();
        let ended = tokio::select! {
            biased;
            ended = in_rounds(&leases, stacks, terms, &mut rounds, &mut run_summaries) => ended,
            () = self.interrupt.until_cut() => Err(cut_off()),
        };
        let ShownRounds { ended: stacks, world, .. } = rounds;
        ended.map_err(|failure| match failure.exit {
            Exit::Locked => failure.next(self.line.clone().with("--lock-timeout", "10m")),
            Exit::Declined | Exit::Usage => failure,
            _ => failure.next(self.line.clone()),
        })?;
        self.engine.report_timings(world)?;
        let mut exit = Exit::Done;
        for (stack, run_summary) in stacks.iter().filter(|(_, run_summary)| run_summary.is_broken_off()) {
            let show = Command::new("show").word(&stack.id);
            let next_commands = NextCommands { again: self.line.clone(), show };
            let text = run_summary_text(&stack.id, run_summary, &next_commands, world.out.width);
            world.out.print(&format!("\n{text}"))?;
            exit = if run_summary.interrupted { Exit::Interrupted } else { Exit::Error };
        }
        Ok(exit)
    }
}

struct ShownRounds<'a, L> {
    run: &'a ShownRun<'a>,
    world: &'a mut World,
    leases: &'a AwsLeases<'a>,
    look: &'a L,
    shown: Option<(String, String)>,
    ended: Vec<(Stack, RunSummary)>,
}

impl<L: Look> Rounds for ShownRounds<'_, L> {
    type Error = CommandFailure;

    fn leave_out(&mut self, stack: &StackId, why: LeftOut<'_, CommandFailure>) -> Result<()> {
        Err(match why {
            LeftOut::Unleased(Unleased::Held(holder)) => locked_by(stack, &holder),
            LeftOut::Unleased(Unleased::Failed(failure)) => failure,
            LeftOut::Stale { .. } => {
                let what = format!("{stack}: things changed after they were shown; nothing was done");
                CommandFailure::new(Exit::Refused, what)
            }
        })
    }

    async fn plan(&mut self, _: &Leases) -> Result<PlanSnapshot> {
        let Shown { snapshot, text, question } = self.run.interrupt.or(self.look.look()).await?;
        self.shown = Some((text, question));
        Ok(snapshot)
    }

    fn check(&mut self, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        Ok(snapshot.plan.stacks.iter().map(|plan| plan.stack.id.clone()).collect())
    }

    async fn agree(&mut self, _: usize, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        if let Some((text, question)) = self.shown.take() {
            self.world.out.print(&text)?;
            if !self.run.agreement.yes {
                self.run.interrupt.or(confirm(self.world, &question)).await?;
            }
        }
        self.check(snapshot)
    }

    async fn carry_out(&mut self, snapshot: &PlanSnapshot, leases: &mut Leases) -> Result<Vec<(Stack, RunSummary)>> {
        let ShownRun { engine, global, interrupt, verb, takes_long, .. } = *self.run;
        let progress = if takes_long {
            progress(self.world, global, false, &snapshot.plan)
        } else {
            Progress::quiet(Box::new(Lines::new(&self.world.err, Form::Text)))
        };
        let host = AwsHost::new(engine, self.world, self.leases, interrupt, progress, verb);
        let ended = host.run(snapshot, leases, None).await?;
        ended.into_iter().map(|(stack, ended)| Ok((stack, ended?))).collect()
    }

    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<()> {
        self.ended.extend_from_slice(ended);
        Ok(())
    }

    fn may_go_on(&self) -> bool {
        false
    }
}
