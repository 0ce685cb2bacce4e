//! Plays a history, and checks every promise on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::SignedDuration;
use provision::apply::{Leases, LeftOut, Outcome, PlanSnapshot, Rounds, RunSummary, Stop, Unleased, in_rounds};
use provision::blueprint::Blueprint;
use provision::plan::{Allowance, Allowed, Assumed, Mode, Plan, StackPlan, refusals};
use provision::resource::{Address, Class, Failure, Result, Stack, StackId};
use tokio::sync::watch;

use super::agreeing::in_words;
use super::build::{REGIONS, blueprint_of, stack};
use super::cloud::FakeCloud;
use super::faults::Fault;
use super::history::{Edit, History, Job, Round, Verb, Weather, Yaml};
use super::invariants::{self, Broken, Trace};
use super::process::{Process, Project};
use super::strangers::Strangers;

/// What a history tried, and how often.
pub type Tried = BTreeMap<String, usize>;

/// No run takes longer, whatever goes wrong, in virtual time.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Plays it on a paused clock of its own.
///
/// # Errors
/// The first promise that was broken.
pub fn play(history: &History) -> Result<Tried, Broken> {
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| to_its_end(history)));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Broken::new("no panic", text.unwrap_or_default()))
    })
}

fn to_its_end(history: &History) -> Result<Tried, Broken> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let mut player = Player::new(history);
        for round in &history.rounds {
            player.round(round).await?;
        }
        player.settle().await?;
        player.destroy().await?;
        Ok(player.tried())
    })
}

pub struct Player {
    pub cloud: FakeCloud,
    pub yaml: Yaml,
    pub strangers: Strangers,
    runs: usize,
}

impl Player {
    pub fn new(history: &History) -> Self {
        let cloud = FakeCloud::default();
        cloud.world().pace.rng = fastrand::Rng::with_seed(history.seed);
        let strangers = Strangers::move_in(&mut cloud.world());
        Self { cloud, yaml: Yaml::new(&history.resources), strangers, runs: 0 }
    }

    pub fn blueprint(&self) -> Blueprint {
        let mut stack = Stack { region: self.yaml.home.clone(), ..stack() };
        stack.tags.set("cost-center", &*self.yaml.user_tag);
        blueprint_of(stack, &self.yaml.resources)
    }

    /// What a run is about: all of the stack, or what is left of it somewhere.
    fn subject(&self, job: &Job) -> Blueprint {
        match &job.orphan {
            None => self.blueprint(),
            Some(region) => blueprint_of(Stack { region: region.clone(), ..stack() }, &[]),
        }
    }

    /// All stacks of the project: this one, and in each region one of somebody else's.
    pub fn project(&self) -> Project {
        let own = Stack { region: self.yaml.home.clone(), ..stack() };
        let neighbour =
            |region: &&str| Stack { id: StackId::new("neighbour", *region), region: (*region).to_owned(), ..stack() };
        let kinds = self.yaml.resources.iter().map(|resource| resource.kind.clone());
        Project::of(REGIONS.iter().map(neighbour).chain([own]), kinds)
    }

    async fn round(&mut self, round: &Round) -> Result<(), Broken> {
        tokio::time::sleep(Duration::from_secs(round.pause)).await;
        {
            let mut world = self.cloud.world();
            for edit in &round.edits {
                self.yaml.edit(edit);
                match edit {
                    Edit::Move { .. } => world.note("a resource has another region"),
                    Edit::Home { .. } => world.note("the stack has another home"),
                    _ => {}
                }
            }
            for drift in &round.drift {
                if let Some(done) = self.strangers.meddle(&mut world, drift, &self.yaml, &round.faults) {
                    world.note(done);
                }
            }
        }
        self.cloud.world().yaml = Some(self.yaml.clone());
        self.set(&round.weather, &round.faults);
        let first = self.cloud.world().calls.len();
        let subjects: Vec<_> = round.runs.iter().map(|job| self.subject(job)).collect();
        let before = self.cloud.world().things.clone();
        let runs = round.runs.iter().zip(&subjects).enumerate().map(|(index, (job, subject))| {
            let name = format!("run-{}", self.runs + index);
            run(&self.cloud, subject, self.project(), job, name)
        });
        let traces: Result<Vec<Trace>, Broken> = join_all(runs).await.into_iter().collect();
        self.runs += round.runs.len();
        self.set(&Weather::default(), &[]);
        let traces = traces?;
        if traces.len() > 1 {
            self.cloud.world().note("two runs at once");
        }
        {
            let mut world = self.cloud.world();
            traces.iter().try_for_each(|trace| invariants::run(&mut world, trace))?;
            invariants::unread(&mut world, first, &before, &round.faults)?;
            invariants::mistagged(&mut world, &self.strangers, first)?;
            if round.runs.iter().all(|job| job.orphan.is_none()) {
                invariants::elsewhere(&mut world, &self.yaml, &before, first)?;
            }
        }
        self.put_right().await?;
        invariants::strangers(&mut self.cloud.world(), &self.strangers)
    }

    fn set(&self, weather: &Weather, faults: &[Fault]) {
        let mut world = self.cloud.world();
        world.faults.set(faults);
        world.pace.set(weather);
    }

    /// One run in fair weather, with everything allowed; returns its plan.
    pub async fn calm(&mut self, verb: Verb) -> Result<Plan, Broken> {
        Ok(self.calm_run(Job::new(verb)).await?.plan)
    }

    /// As `calm`, for one resource: no step of it may fail.
    pub async fn calm_part(&mut self, place: String) -> Result<(), Broken> {
        let trace = self.calm_run(Job { only: vec![place.clone()], ..Job::new(Verb::Apply) }).await?;
        match trace.end.iter().find(|end| end.contains("Failed")) {
            Some(failed) => {
                Err(Broken::new("1: a partial apply needs nothing that it leaves out", format!("{place}: {failed}")))
            }
            None => Ok(()),
        }
    }

    pub async fn calm_run(&mut self, job: Job) -> Result<Trace, Broken> {
        tokio::time::sleep(Duration::from_secs(200)).await;
        self.cloud.world().things.values_mut().for_each(|thing| thing.human = false);
        self.cloud.world().yaml = Some(self.yaml.clone());
        let job = Job { allow: vec!["*".to_owned()], patience: 600, ..job };
        let name = self.next_run();
        let trace = run(&self.cloud, &self.subject(&job), self.project(), &job, name).await?;
        invariants::run(&mut self.cloud.world(), &trace)?;
        invariants::strangers(&mut self.cloud.world(), &self.strangers)?;
        Ok(trace)
    }

    pub fn next_run(&mut self) -> String {
        self.runs += 1;
        format!("run-{}", self.runs - 1)
    }

    /// Adds up what was tried.
    fn tried(&self) -> Tried {
        let world = self.cloud.world();
        let struck = world.faults.struck.iter().map(|(what, count)| (format!("fault: {}", what.name()), *count));
        struck.chain(world.seen.iter().map(|(what, count)| ((*what).to_owned(), *count))).collect()
    }
}

/// One run of the program, as a person starts it.
#[allow(clippy::print_stdout, reason = "a person asked for the trace")]
async fn run(
    cloud: &FakeCloud,
    blueprint: &Blueprint,
    project: Project,
    job: &Job,
    name: String,
) -> Result<Trace, Broken> {
    tokio::time::sleep(Duration::from_millis(job.start)).await;
    let mode = match job.verb {
        Verb::Plan | Verb::Apply => Mode::Apply,
        Verb::OnlyConfig => Mode::OnlyConfig,
        Verb::OnlyDrift => Mode::OnlyDrift,
        Verb::Destroy => Mode::Destroy,
    };
    let (stop, stopped) = watch::channel(Stop::No);
    let mut process = Process { project, ..Process::new(cloud, &name, vec![blueprint], mode) };
    process.skew = SignedDuration::from_millis(job.skew);
    process.stop = stopped;
    process.regions = &REGIONS;
    let stack = &blueprint.stack.id;
    let destroy = job.allow.iter().map(|name| Allowance { stack: stack.clone(), resource: name.clone() }).collect();
    process.guarding.allowed = Allowed { destroy, ..Allowed::default() };
    if !job.only.is_empty() {
        cloud.world().note("a partial apply");
        let selectors = job.only.iter().map(|place| format!("{stack}/{place}").parse().expect("a selector"));
        process.selectors = selectors.collect();
    }
    let mut trace = Trace { run: name, job: job.clone(), plan: Plan::default(), agreed: Vec::new(), end: Vec::new() };
    let client = process.client.clone();
    let ended = tokio::select! {
        biased;
        () = client.death() => Ok(()),
        () = work(&process, &mut trace) => Ok(()),
        () = disturb(cloud, &process, job, &stop) => Ok(()),
        () = tokio::time::sleep(LONGEST) => {
            Err(Broken::new("every run ends", format!("{} still runs after {LONGEST:?}", process.client.run)))
        }
    };
    // What waits is part of what was agreed to.
    let replanned = std::mem::take(&mut *process.replanned.lock().expect("no panic here"));
    if !replanned.is_empty() {
        cloud.world().note("what waited was done in the same run");
    }
    trace.agreed.extend(replanned.into_iter().map(|plan| Plan { stacks: vec![plan], ..Plan::default() }));
    if std::env::var_os("SIMULATE_TRACE").is_some() {
        println!("{trace}");
    }
    ended.map(|()| trace)
}

/// What `apply`, `destroy` and `plan` do.
async fn work(process: &Process<'_>, trace: &mut Trace) {
    if trace.job.verb == Verb::Plan {
        if let Ok(looked) = process.try_look().await {
            trace.plan = looked.plan;
        }
        return;
    }
    let patience = Duration::from_secs(trace.job.patience);
    let stacks = process.blueprints.iter().map(|blueprint| &blueprint.stack).collect();
    let mut command = Command { process, trace };
    if in_rounds(process, stacks, process.terms(patience), &mut command, &mut Vec::new()).await.is_err() {
        process.cloud.world().note("ended before its first call");
    }
}

/// A command that is carried out by a person who agrees to everything that no guard refuses.
struct Command<'a, 'b> {
    process: &'a Process<'b>,
    trace: &'a mut Trace,
}

impl Command<'_, '_> {
    fn note(&self, what: &'static str) {
        self.process.cloud.world().note(what);
    }
}

impl Rounds for Command<'_, '_> {
    type Error = Failure;

    fn leave_out(&mut self, _: &StackId, why: LeftOut<'_, Failure>) -> Result<()> {
        self.note(match why {
            LeftOut::Unleased(Unleased::Held(_)) => "locked by another run",
            LeftOut::Unleased(Unleased::Failed(_)) => "the lease store failed",
            LeftOut::Stale { .. } => "stale after the second look",
        });
        self.trace.end.push(in_words(&why));
        Ok(())
    }

    async fn plan(&mut self, leases: &Leases) -> Result<PlanSnapshot> {
        let snapshot = self.process.snapshot(leases).await?;
        let unread = snapshot.plan.stacks.iter().any(|stack| !stack.warnings.is_empty());
        if unread && self.trace.job.verb != Verb::Destroy {
            self.note("a region could not be searched");
            return Err(Failure::new(Class::Other, "a region could not be searched"));
        }
        Ok(snapshot)
    }

    fn check(&mut self, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        if !refusals(&snapshot.plan).is_empty() {
            self.note("a guard refused");
            return Err(Failure::new(Class::Refused, "a guard refused"));
        }
        Ok(snapshot.plan.stacks.iter().map(|plan| plan.stack.id.clone()).collect())
    }

    async fn agree(&mut self, round: usize, snapshot: &PlanSnapshot) -> Result<BTreeSet<StackId>> {
        self.trace.plan = snapshot.plan.clone();
        let allowed = self.check(snapshot)?;
        if round > 0 {
            self.note("another round of a run");
        }
        tokio::time::sleep(Duration::from_secs(self.trace.job.thinks)).await;
        Ok(allowed)
    }

    async fn carry_out(&mut self, snapshot: &PlanSnapshot, leases: &mut Leases) -> Result<Vec<(Stack, RunSummary)>> {
        // Whoever dies from here on may have sent something.
        self.trace.agreed.push(snapshot.plan.clone());
        let ended = self.process.carry_out(snapshot, leases).await;
        self.note("carried out");
        ended
    }

    fn tell(&mut self, ended: &[(Stack, RunSummary)]) -> Result<()> {
        let steps = ended.iter().flat_map(|(_, run_summary)| &run_summary.steps);
        let bad = steps.filter(|(_, (outcome, _))| *outcome != Outcome::Done);
        self.trace.end.extend(bad.map(|(step, (outcome, _))| format!("{step}: {outcome:?}")));
        Ok(())
    }

    fn may_go_on(&self) -> bool {
        true
    }

    fn as_if_waiting(&self, stack: &StackId, waiting: &BTreeSet<Address>) -> Option<StackPlan> {
        self.process.assuming(stack, &Assumed { waiting: waiting.clone(), ..Assumed::default() })
    }
}

/// Ctrl-C, death and suspension at their times; never ends by itself.
async fn disturb(cloud: &FakeCloud, process: &Process<'_>, job: &Job, stop: &watch::Sender<Stop>) {
    let mut times: Vec<(u64, Disturbance)> = Vec::new();
    times.extend(job.soon.map(|at| (at, Disturbance::Stop(Stop::Soon))));
    times.extend(job.now.map(|at| (at, Disturbance::Stop(Stop::Now))));
    times.extend(job.dies.map(|at| (at, Disturbance::Death)));
    times.extend(job.person.map(|at| (at, Disturbance::Person)));
    times.extend(job.sleeps.map(|(at, time)| (at, Disturbance::Sleep(time))));
    times.sort_by_key(|(at, _)| *at);
    let mut now = job.start;
    for (at, what) in times {
        tokio::time::sleep(Duration::from_millis(at.saturating_sub(now))).await;
        now = now.max(at);
        let note = match what {
            Disturbance::Stop(how) => {
                // Nobody hears it before the walk starts, or after it.
                let _ = stop.send(how);
                if how == Stop::Soon { "stopped soon" } else { "stopped at once" }
            }
            Disturbance::Person => {
                cloud.world().things.values_mut().for_each(|thing| thing.human = false);
                "a person acted during a run"
            }
            Disturbance::Death => {
                process.client.kill();
                "died at a random time"
            }
            Disturbance::Sleep(time) => {
                process.client.suspend(Duration::from_millis(time));
                if time > 95_000 { "suspended past the lease" } else { "suspended" }
            }
        };
        cloud.world().note(note);
    }
    std::future::pending::<()>().await;
}

enum Disturbance {
    Stop(Stop),
    /// Does what certificates wait for.
    Person,
    Death,
    Sleep(u64),
}
