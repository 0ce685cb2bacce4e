//! Opens stacks for the commands: sessions, the sandbox, reading, planning, and the run itself.

mod accounts;
mod caller;
mod connections;
mod journals;
mod leases;
mod quiet;
mod reading;
mod run;
mod run_records;
mod target;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::failure::{CommandFailure, Result};
use super::global::Global;
use super::project::{LeaseBucket, Project};
use super::world::World;
use crate::apply::Caller;
use crate::aws::{GateRules, ObjectStore, Sessions, Setup};
use crate::blueprint::Blueprint;
use crate::fleet::Fleet;
use crate::kinds::KINDS;
use crate::report::{CallTiming, ReadDisplay, ReadProgress, timings_text};
use crate::resource::{self, Access, Stack, StackId};
use crate::sandbox;

use caller::KnownCallers;
pub use journals::{journal_keys, read_here as recorded_here};
pub use leases::AwsLeases;
use reading::{AccountCounter, Screen};
pub use run::{AwsHost, locked_by};
pub use run_records::{UnlockMode, past_runs};
pub use target::Target;

/// What a run talks to AWS through.
pub struct Engine {
    sessions: Arc<Sessions>,
    /// The run's name: part of role sessions, leases and the journal.
    pub run: String,
    started: Instant,
    timings: bool,
    /// What answers.
    target: Target,
    callers: KnownCallers,
    clock: fn() -> Timestamp,
    /// How a look at what is there is shown.
    screen: Screen,
    /// How many accounts such a look has read.
    read: AccountCounter,
    /// Whether a plan is being carried out, and shown.
    is_running: AtomicBool,
    /// The stacks that no run has changed lately; set by a command that only looks.
    quiet: OnceLock<Arc<BTreeSet<StackId>>>,
}

/// The runtime of the commands that wait for something.
pub fn runtime() -> Result<Runtime> {
    Runtime::new().map_err(|error| CommandFailure::error(format!("cannot start threads: {error}")))
}

impl Engine {
    /// Makes ready to talk to AWS, or to the sandbox, which is started if it has to be. Contacts AWS not yet.
    pub async fn open(world: &World, global: &Global, stacks: &[&Blueprint]) -> Result<Self> {
        let target = Target::of(world, global)?;
        let is_sandbox = target == Target::Sandbox;
        let endpoint_url = match &target {
            Target::Aws => None,
            Target::Sandbox => Some(start_sandbox(world, global).await?),
            Target::Url(url) => Some(url.clone()),
        };
        let run = run_name(world);
        let rules = Arc::new(GateRules::of(KINDS.iter().map(|kind| kind.facts())));
        let region = stacks.first().map_or_else(|| "us-east-1".to_owned(), |stack| stack.stack.region.clone());
        let profile = global.profile.clone();
        let clock = Some(world.clock);
        let setup =
            Setup { profile, endpoint_url, is_sandbox, region, run: run.clone(), rules, clock, http_client: None };
        let sessions = Arc::new(Sessions::new(setup));
        let (started, timings, screen) = (Instant::now(), global.timings, Screen::of(world, global));
        let (clock, read, is_running) = (world.clock, AccountCounter::default(), AtomicBool::new(false));
        Ok(Self {
            sessions,
            run,
            started,
            timings,
            target,
            callers: KnownCallers::of(world),
            clock,
            screen,
            read,
            is_running,
            quiet: OnceLock::new(),
        })
    }

    /// Stacks of a project, in their accounts.
    pub fn fleet<'a>(&'a self, project: &'a Project, stacks: &'a [&'a Blueprint], access: Access) -> Fleet<'a, Self> {
        Fleet { accounts: self, members: project.members(), stacks, access }
    }

    /// Who changes a stack.
    pub fn caller(&self, stack: &Stack) -> Caller {
        self.callers.caller(&stack.account, stack.role(Access::Write).as_ref())
    }

    /// Waits for a look at so many stacks, and says how far it is.
    pub async fn shown<T>(&self, stacks: usize, look: impl Future<Output = T>) -> T {
        let calls = || self.sessions.timings().total().calls;
        let before = calls();
        // While a run is on screen it has the screen for itself.
        let reading = if self.is_running.load(Ordering::Relaxed) { ReadDisplay::Quiet } else { self.screen.reading() };
        let read =
            || ReadProgress { stacks, accounts: self.read.counts(), calls: calls() - before, elapsed: Duration::ZERO };
        reading::shown(reading, read, look).await
    }

    /// The bucket where a stack's lease and journals live.
    async fn store(&self, stack: &Stack, bucket: &LeaseBucket, access: Access) -> resource::Result<ObjectStore> {
        let session = self.sessions.open(&stack.account, &bucket.region, stack.role(access)).await?;
        Ok(session.store(&bucket.name, &bucket.account))
    }

    /// Prints `--timings`, if asked for.
    pub fn report_timings(&self, world: &World) -> Result<()> {
        if !self.timings {
            return Ok(());
        }
        let calls = self.sessions.timings().0.into_iter().map(|(operation, timing)| CallTiming {
            operation,
            calls: timing.calls,
            throttles: timing.throttles,
            on_aws: timing.on_aws,
            on_limit: timing.on_limit,
        });
        let text = timings_text(&calls.collect::<Vec<_>>(), self.started.elapsed(), (world.cpu)());
        Ok(world.err.print(&text)?)
    }
}

/// How the sandbox is started: by which Python.
pub fn sandbox_options(world: &World) -> sandbox::Options {
    let python = world.variable("PROVISION_PYTHON").map(|path| sandbox::Python::At(path.into())).unwrap_or_default();
    sandbox::Options { python, ..sandbox::Options::default() }
}

pub fn sandbox_failure(error: sandbox::SandboxError) -> CommandFailure {
    // The first line says what is wrong, the others what to do.
    let text = error.to_string();
    let mut lines = text.lines();
    let failure = CommandFailure::error(lines.next().unwrap_or_default());
    let failure = match std::error::Error::source(&error) {
        Some(cause) => CommandFailure { message: format!("{}: {cause}", failure.message), ..failure },
        None => failure,
    };
    lines.fold(failure, CommandFailure::hint)
}

async fn start_sandbox(world: &World, global: &Global) -> Result<String> {
    let (err, quiet) = (world.err.clone(), global.quiet);
    let says = move |progress: sandbox::Progress| {
        if !quiet {
            let _ = err.print(&format!("{progress}\n"));
        }
    };
    let endpoint = sandbox::up(&world.cache(), &sandbox_options(world), &says).await;
    Ok(endpoint.map_err(sandbox_failure)?.url)
}

/// `20261123T014512Z-k3v9`: sorts by time, and two runs of one second differ.
fn run_name(world: &World) -> String {
    let suffix: String = std::iter::repeat_with(|| fastrand::char('a'..='z')).take(4).collect();
    format!("{}-{suffix}", (world.clock)().strftime("%Y%m%dT%H%M%SZ"))
}
