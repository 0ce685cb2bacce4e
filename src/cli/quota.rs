use clap::ValueEnum;

use crate::plan::QuotaMode;
use crate::resource::Command;

/// What becomes of a plan for which a quota of AWS has no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Quota {
    /// Tell it
    #[default]
    Warn,
    /// Refuse to apply it
    Block,
    /// Don't ask AWS
    Off,
}

impl Quota {
    pub fn mode(self) -> QuotaMode {
        match self {
            Self::Warn => QuotaMode::Warn,
            Self::Block => QuotaMode::Block,
            Self::Off => QuotaMode::Off,
        }
    }

    /// The command with it, where it says something else than the default.
    pub fn add_to(self, line: Command) -> Command {
        match self {
            Self::Warn => line,
            Self::Block => line.option("--quota", "block"),
            Self::Off => line.option("--quota", "off"),
        }
    }
}
