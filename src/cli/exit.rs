use crate::plan::{Plan, StackPlan};

/// How the program ends; the numbers are a contract (docs/operating.md, "Exit codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    Error = 1,
    /// `plan --detailed-exitcode`, `diff`: something differs.
    Differs = 2,
    /// The user said no.
    Declined = 3,
    /// Something is blocked or could not be read; wins over done and differs.
    Blocked = 4,
    /// Another run holds the stack.
    Locked = 5,
    /// A guard refused, or the saved plan is stale.
    Refused = 6,
    /// Wrong use of the command line.
    Usage = 64,
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// Of two stacks' ends, the one that somebody has to look at first.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Done => 0,
            Self::Differs => 1,
            Self::Declined => 2,
            Self::Blocked => 3,
            Self::Locked => 4,
            Self::Refused => 5,
            Self::Error | Self::Usage => 6,
            Self::Interrupted => 7,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// What a plan's end means for scripts.
pub fn exit_of(plan: &Plan, differs: Exit) -> Exit {
    let summary = plan.summary();
    if summary.blocked > 0 {
        Exit::Blocked
    } else if plan.stacks.iter().all(StackPlan::is_empty) {
        Exit::Done
    } else {
        differs
    }
}
