use clap::ValueEnum;

use crate::plan::Mode;
use crate::resource::Command;

/// The causes that a plan is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// What the YAML changed; drift stays
    Config,
    /// What somebody changed in AWS, mended in place; nothing is created, replaced or deleted
    Drift,
}

impl Only {
    /// The sort of plan; none: all of it.
    pub fn mode(only: Option<Self>) -> Mode {
        match only {
            None => Mode::Apply,
            Some(Self::Config) => Mode::OnlyConfig,
            Some(Self::Drift) => Mode::OnlyDrift,
        }
    }

    /// What makes this sort of plan; none: nothing has to be said.
    pub fn of(mode: Mode) -> Option<Self> {
        match mode {
            Mode::Apply | Mode::Destroy => None,
            Mode::OnlyConfig => Some(Self::Config),
            Mode::OnlyDrift => Some(Self::Drift),
        }
    }

    /// The command with it.
    pub fn add_to(self, line: Command) -> Command {
        let name = match self {
            Self::Config => "config",
            Self::Drift => "drift",
        };
        line.option("--only", name)
    }
}
