use std::num::NonZeroUsize;
use std::time::Duration;

use super::project::Project;
use crate::blueprint::Blueprint;
use crate::fleet::Selector;
use crate::plan::{Allowed, Mode, QuotaMode};
use crate::report::PlanDocument;
use crate::resource::Command;

/// The run that the command line asks for, and its conditions.
pub struct RunRequest<'a> {
    pub project: &'a Project,
    pub stacks: Vec<&'a Blueprint>,
    pub selectors: &'a [Selector],
    pub mode: Mode,
    pub allowed: Allowed,
    /// What becomes of the plan where a quota has no room.
    pub quota: QuotaMode,
    /// The plan that was approved before, if it was saved.
    pub saved: Option<PlanDocument>,
    /// Whether to go on without asking.
    pub yes: bool,
    /// How long to wait for another run's lease.
    pub lock_timeout: Duration,
    /// Whether a stack that is left out keeps the others from going on.
    pub all_or_nothing: bool,
    /// How many stacks are under way at once; none: all.
    pub parallel: Option<NonZeroUsize>,
    /// Whether standard output gets events as JSON.
    pub json: bool,
    /// `apply` or `destroy`.
    pub verb: &'static str,
    /// The command as it was given.
    pub same: Command,
    /// The command that goes on after a run which did not finish.
    pub resume: Command,
}
