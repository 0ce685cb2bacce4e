//! Where stacks are opened: sessions, the sandbox, what is there, what to do, and the run itself.

mod adopt;
mod elsewhere;
mod hands;
mod journals;
mod lease;
mod look;
mod reading;
mod records;
mod run;
mod source;
mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::try_join_all;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::args::Global;
use super::exit::Exit;
use super::failure::{Failure, Result};
use super::project::{Bucket, Project};
use super::selector::{Selector, select_resources, unmatched_resource};
use super::world::World;
use crate::aws::{GateRules, Role, Sessions, Setup};
use crate::blueprint::Blueprint;
use crate::inventory::{Inventory, Request, Seen, Sight, Sought, Wanted, collect, preflight};
use crate::kinds::KINDS;
use crate::plan::{Guarding, Input, Mode, Plan, guard, plan};
use crate::problem::Problem;
use crate::report::{CallTiming, timings_text};
use crate::resource::{Address, Shape, Stack, StackId};
use crate::sandbox;

pub use adopt::Adoption;
pub use look::{Looked, Looking};
use reading::Screen;
pub use records::{Taking, past_runs, recorded_here};
pub use run::{Approved, carry_out};
use source::AwsSource;
pub use target::Target;

/// What a run talks to AWS through.
pub struct Engine {
    sessions: Arc<Sessions>,
    /// The run's name: part of role sessions, leases and the journal.
    pub run: String,
    started: Instant,
    timings: bool,
    /// Whether something else than AWS answers.
    is_emulated: bool,
    /// How a look at what is there is shown.
    screen: Screen,
    /// Whether a plan is being carried out, and shown.
    is_running: AtomicBool,
}

/// Which of a stack's roles is assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// plan, diff, show.
    Reader,
    /// apply, destroy.
    Writer,
}

impl As {
    fn role(self, stack: &Stack) -> Option<Role> {
        let arn = match self {
            Self::Reader => &stack.read_role,
            Self::Writer => &stack.write_role,
        };
        arn.as_ref().map(|arn| Role { arn: arn.clone(), external_id: stack.external_id.clone() })
    }
}

/// The runtime of the commands that wait for something.
pub fn runtime() -> Result<Runtime> {
    Runtime::new().map_err(|error| Failure::error(format!("cannot start threads: {error}")))
}

impl Engine {
    /// Makes ready to talk to AWS, or to the sandbox, which is started if it has to be. Contacts AWS not yet.
    pub async fn open(world: &World, global: &Global, stacks: &[&Blueprint]) -> Result<Self> {
        let target = Target::of(world, global)?;
        let is_sandbox = target == Target::Sandbox;
        let endpoint_url = match target {
            Target::Aws => None,
            Target::Sandbox => Some(start_sandbox(world, global).await?),
            Target::Url(url) => Some(url),
        };
        let run = run_name(world);
        let rules = Arc::new(GateRules::of(KINDS.iter().map(|kind| kind.facts())));
        let region = stacks.first().map_or_else(|| "us-east-1".to_owned(), |stack| stack.stack.region.clone());
        let profile = global.profile.clone();
        let is_emulated = endpoint_url.is_some();
        let setup = Setup { profile, endpoint_url, is_sandbox, region, run: run.clone(), rules, http_client: None };
        let sessions = Arc::new(Sessions::new(setup));
        let (started, timings, screen) = (Instant::now(), global.timings, Screen::of(world, global));
        Ok(Self { sessions, run, started, timings, is_emulated, screen, is_running: AtomicBool::new(false) })
    }

    /// Checks every account, then reads all that is there of the stacks; `survey` also looks for what is nobody's.
    /// A stack of which most is not where the YAML says is looked for elsewhere.
    pub async fn read(
        &self,
        project: &Project,
        stacks: &[&Blueprint],
        as_whom: As,
        survey: bool,
    ) -> Result<BTreeMap<StackId, Inventory>> {
        let mut accounts: BTreeMap<_, Vec<&Blueprint>> = BTreeMap::new();
        for blueprint in stacks {
            let stack = &blueprint.stack;
            let role = as_whom.role(stack).map(|role| (role.arn, role.external_id));
            accounts.entry((&stack.project, &stack.account, role)).or_default().push(blueprint);
        }
        let sources: Vec<_> = accounts
            .into_iter()
            .map(|((project, account, _), stacks)| {
                let role = as_whom.role(&stacks[0].stack);
                (project, AwsSource::new(self.sessions.clone(), account, role), stacks)
            })
            .collect();
        let done = &AtomicUsize::new(0);
        let look = async {
            try_join_all(sources.iter().map(|(_, source, stacks)| source.verify(&stacks[0].stack.region))).await?;
            let reads = sources.iter().map(|(project, source, stacks)| async move {
                let stacks = stacks.iter().map(|blueprint| sought(blueprint)).collect();
                let request = Request { project, account: source.account(), stacks, survey };
                let read = collect(KINDS, source, &request).await;
                done.fetch_add(1, Ordering::Relaxed);
                read
            });
            let mut inventories = futures_util::future::join_all(reads).await.into_iter().flatten().collect();
            self.locate(project, stacks, as_whom, &mut inventories).await;
            Ok::<_, Failure>(inventories)
        };
        let mut inventories = self.shown(stacks.len(), (done, sources.len()), look).await?;
        elsewhere::leave_roles(project, stacks.iter().map(|blueprint| &blueprint.stack), &mut inventories);
        Ok(inventories)
    }

    /// Asks AWS what it would refuse of what is to be made or changed, and notes that in the inventories.
    async fn preflight(&self, stacks: &[&Blueprint], as_whom: As, inventories: &mut BTreeMap<StackId, Inventory>) {
        let mut accounts: BTreeMap<_, Vec<Wanted<'_>>> = BTreeMap::new();
        for blueprint in stacks {
            let stack = &blueprint.stack;
            let role = as_whom.role(stack).map(|role| (role.arn, role.external_id));
            let wanted = blueprint.resources.values().map(|resource| Wanted {
                stack: &stack.id,
                address: &resource.address,
                region: &resource.region,
                spec: &resource.spec,
            });
            accounts.entry((&stack.account, role)).or_default().extend(wanted);
        }
        for ((account, role), wanted) in accounts {
            let role = role.map(|(arn, external_id)| Role { arn, external_id });
            let source = AwsSource::new(self.sessions.clone(), account, role);
            preflight(KINDS, &source, &wanted, inventories).await;
        }
    }

    /// The bucket where a stack's lease and journals live.
    async fn store(
        &self,
        stack: &Stack,
        bucket: &Bucket,
        as_whom: As,
    ) -> crate::resource::Result<crate::aws::ObjectStore> {
        let session = self.sessions.open(&stack.account, &bucket.region, as_whom.role(stack)).await?;
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

/// An account with nothing in it, for `plan --offline`.
pub fn nothing_there(stacks: &[&Blueprint]) -> BTreeMap<StackId, Inventory> {
    let empty = |blueprint: &&Blueprint| {
        let seen = |region: &str| {
            let region = region.to_owned();
            KINDS.iter().map(move |kind| ((region.clone(), kind.facts().kind.to_owned()), Seen::Read(Sight::default())))
        };
        let kinds = sought(blueprint).regions().into_iter().flat_map(seen).collect();
        (blueprint.stack.id.clone(), Inventory { kinds, ..Inventory::default() })
    };
    stacks.iter().map(empty).collect()
}

/// Plans every stack, narrowed to what the selectors name, and holds the plan against the guards. A selector that names no resource, neither wanted nor live,
/// is wrong use.
pub fn plan_stacks(
    world: &World,
    stacks: &[&Blueprint],
    inventories: &BTreeMap<StackId, Inventory>,
    selectors: &[Selector],
    mode: Mode,
    guarding: &Guarding,
) -> Result<Plan> {
    let shapes: Vec<&dyn Shape> = KINDS.iter().map(|kind| kind.shape()).collect();
    let now = (world.clock)();
    let none = Inventory::default();
    let mut known = Vec::new();
    let mut all = Plan::default();
    for blueprint in stacks {
        let id = &blueprint.stack.id;
        let inventory = inventories.get(id).unwrap_or(&none);
        let live = inventory.all().map(|(address, _)| address.clone());
        let addresses: BTreeSet<Address> = blueprint.resources.keys().cloned().chain(live).collect();
        let selection = select_resources(selectors, id, &addresses);
        known.push((id.clone(), addresses));
        let mut made = plan(&Input { blueprint, inventory, shapes: &shapes, mode, selection, now });
        made.warnings.extend(inventory.unsearched.iter().map(|why| Problem::warning(None, why.clone())));
        made.warnings.extend(inventory.survey_failure.iter().chain(&inventory.incomplete).map(|failure| {
            Problem::warning(None, format!("the look for unmanaged resources is incomplete: {failure}"))
        }));
        all.stacks.push(made);
    }
    guard(&mut all, guarding);
    match unmatched_resource(selectors, &known) {
        Some((_, message)) => Err(Failure::usage(message)),
        None => Ok(all),
    }
}

/// What to look for of a stack.
fn sought(blueprint: &Blueprint) -> Sought<'_> {
    let resources = blueprint.resources.values();
    let wanted = resources.map(|resource| (resource.address.clone(), resource.region.clone())).collect();
    Sought { stack: &blueprint.stack, wanted }
}

/// How the sandbox is started: by which Python.
pub fn sandbox_options(world: &World) -> sandbox::Options {
    let python = world.variable("PROVISION_PYTHON").map(|path| sandbox::Python::At(path.into())).unwrap_or_default();
    sandbox::Options { python, ..sandbox::Options::default() }
}

pub fn sandbox_failure(error: sandbox::SandboxError) -> Failure {
    // The first line says what is wrong, the others what to do.
    let text = error.to_string();
    let mut lines = text.lines();
    let failure = Failure::error(lines.next().unwrap_or_default());
    let failure = match std::error::Error::source(&error) {
        Some(cause) => Failure { message: format!("{}: {cause}", failure.message), ..failure },
        None => failure,
    };
    lines.fold(failure, Failure::hint)
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

/// What a plan's end means for scripts.
pub fn exit_of(plan: &Plan, differs: Exit) -> Exit {
    let summary = plan.summary();
    if summary.blocked > 0 {
        Exit::Blocked
    } else if plan.stacks.iter().all(crate::plan::StackPlan::is_empty) {
        Exit::Done
    } else {
        differs
    }
}
