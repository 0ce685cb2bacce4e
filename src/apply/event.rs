use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use crate::plan::{Later, StepId, Waiting};
use crate::resource::{Address, Class, Failure, Kept, StackId};

/// An event of a run; the report room makes text and JSON of it.
#[derive(Clone, Debug)]
pub enum Event {
    /// A step's first call is about to be sent.
    Started {
        stack: StackId,
        step: StepId,
    },
    /// Said while a step takes its time: what it waits for, since when.
    Progress {
        stack: StackId,
        step: StepId,
        what: String,
        elapsed: Duration,
    },
    Finished {
        stack: StackId,
        step: StepId,
        id: Option<String>,
        elapsed: Duration,
    },
    Failed {
        stack: StackId,
        step: StepId,
        failure: Failure,
        elapsed: Duration,
    },
    /// Not tried: `because` failed, or the run was interrupted (none).
    Skipped {
        stack: StackId,
        step: StepId,
        because: Option<StepId>,
    },
    /// Done as far as we can; a person has to go on.
    Waiting {
        stack: StackId,
        step: StepId,
        what: String,
    },
    /// Resources that waited for a person are ready: so many more steps can be done now.
    Ready {
        stack: StackId,
        addresses: BTreeSet<Address>,
        steps: usize,
    },
    /// Let go of while it was under way: the run had to stop at once, and nobody has seen the end.
    Abandoned {
        stack: StackId,
        step: StepId,
        elapsed: Duration,
    },
}

/// How one step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Failed(Failure),
    /// Not started, because of a failed step, or an interrupt (none).
    NotStarted(Option<StepId>),
    /// Under way when the run stopped at once; the next run finds out how it ended.
    Abandoned,
}

/// Seconds for programs, to the millisecond.
pub fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// How a run over one stack ended.
#[derive(Clone, Debug, Default)]
pub struct RunSummary {
    pub steps: BTreeMap<StepId, (Outcome, Duration)>,
    /// The things that deletions kept on purpose.
    pub kept: Vec<Kept>,
    /// The deletions that left the thing itself.
    pub left: BTreeSet<StepId>,
    pub waiting: Vec<Waiting>,
    /// The changes that AWS has accepted and makes later by itself.
    pub later: Vec<Later>,
    /// The template's outputs, as far as they are known.
    pub outputs: BTreeMap<String, Value>,
    pub interrupted: bool,
    /// Whether something that was begun without a resource that waited for a person has to be given it yet.
    pub is_late: bool,
    /// Why the run stopped of itself: what happened could no longer be recorded.
    pub unrecorded: Option<String>,
    /// Why the lease was lost before the run's end: another run may have worked on the stack beside it.
    pub unleased: Option<String>,
    /// Wall-clock time of the run.
    pub elapsed: Duration,
}

impl RunSummary {
    pub fn done(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Done))
    }

    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    pub fn not_started(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::NotStarted(_)))
    }

    pub fn abandoned(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Abandoned))
    }

    /// Whether a call of the run may still take effect: one that was let go of, or that no answer came to.
    pub fn may_still_arrive(&self) -> bool {
        let is_open = |outcome: &Outcome| match outcome {
            Outcome::Abandoned => true,
            Outcome::Failed(failure) => failure.is(Class::Ambiguous),
            _ => false,
        };
        self.steps.values().any(|(outcome, _)| is_open(outcome))
    }

    /// Whether not all was tried, or not all went well.
    pub fn is_broken_off(&self) -> bool {
        self.failed() + self.not_started() + self.abandoned() > 0 || self.interrupted
    }

    /// Whether the same command has something left to do, now or once a person has done their part.
    pub fn is_unfinished(&self) -> bool {
        self.is_broken_off() || !self.waiting.is_empty()
    }

    fn count(&self, which: impl Fn(&Outcome) -> bool) -> usize {
        self.steps.values().filter(|(outcome, _)| which(outcome)).count()
    }
}
