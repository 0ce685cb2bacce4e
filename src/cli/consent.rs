use std::num::NonZeroUsize;
use std::time::Duration;

use clap::ValueEnum;

use super::allow::parse_allowance;
use super::command_line::parse_duration;
use crate::plan::Allowance;
use crate::resource::Command;

/// The consents of apply and destroy.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Consent {
    /// Don't ask
    #[arg(short, long)]
    pub yes: bool,

    /// Let a protected resource be deleted, replaced or emptied (repeatable); the first two parts take no wildcard
    #[arg(long, value_name = "TENANT/ENVIRONMENT/TYPE/NAME", value_parser = parse_allowance)]
    pub allow_destroy: Vec<Allowance>,

    /// How long to wait while another run holds a stack: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    pub lock_timeout: Duration,

    /// Do nothing at all if one of the stacks is held by another run, refused, or changed meanwhile
    #[arg(long)]
    pub all_or_nothing: bool,

    /// How many stacks are under way at once [default: all]
    #[arg(long, value_name = "COUNT")]
    pub parallel: Option<NonZeroUsize>,
}

/// How the events of a run, or its record, are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EventFormat {
    #[default]
    Text,
    Json,
}

impl Consent {
    /// Adds what was said to a command line.
    pub fn add_to(&self, line: Command, format: EventFormat) -> Command {
        let line = self.allow_destroy.iter().fold(line, |line, allowed| line.option("--allow-destroy", allowed));
        let line = match self.lock_timeout.as_secs() {
            0 => line,
            seconds => line.option("--lock-timeout", format!("{seconds}s")),
        };
        let line = if self.all_or_nothing { line.word("--all-or-nothing") } else { line };
        let line = self.parallel.iter().fold(line, |line, count| line.option("--parallel", count));
        let line = if self.yes { line.word("--yes") } else { line };
        if format == EventFormat::Json { line.option("--format", "json") } else { line }
    }
}
