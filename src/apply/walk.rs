use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::Instant;

use super::connections::Connections;
use super::event::{Event, Outcome, RunSummary};
use super::step::{Done, RunContext};
use super::watch::Watch;
use crate::plan::{Later, StackPlan, Step, StepId, Verb, Waiting};
use crate::resource::{AnyKind, Cloud, Live, OPEN, Result, Scope, Secrets, output, pointer, resolve};

/// How often a step that takes its time says again what it waits for.
const AGAIN: Duration = Duration::from_secs(30);

/// How far a run has been asked to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    #[default]
    No,
    /// Start nothing new, finish what is in flight.
    Soon,
    /// Let go of everything at once.
    Now,
}

/// All that carrying out one stack's plan needs.
pub struct Run<'a, C: Cloud> {
    pub plan: &'a StackPlan,
    pub kinds: &'a [&'a dyn AnyKind<C>],
    pub connections: &'a dyn Connections<C>,
    /// Everything live of the stack, as the plan saw it: what the run may touch.
    pub live: Vec<std::sync::Arc<Live>>,
    /// The run's name, unique.
    pub id: &'a str,
    pub stop: watch::Receiver<Stop>,
    /// Called with every event, before the next step starts; an error (a journal that can't be written) stops the run
    /// as an interrupt does.
    pub tell: &'a (dyn Fn(Event) -> std::io::Result<()> + Send + Sync),
}

/// Carries out a plan: every step as soon as those before it are done, longest tail first. What limits the run is the
/// request rate, not a count of slots. A failed step skips its dependants; the rest goes on.
pub async fn run<C: Cloud>(run: Run<'_, C>) -> RunSummary {
    let start = Instant::now();
    let plan = run.plan;
    let scope = Scope {
        project: plan.stack.project.clone(),
        account: plan.stack.account.clone(),
        region: plan.stack.region.clone(),
        stacks: vec![plan.stack.id.clone()],
        requested: BTreeSet::new(),
    };
    let kinds: BTreeMap<_, _> = run.kinds.iter().map(|kind| (kind.facts().kind, *kind)).collect();
    let context = RunContext {
        stack: &plan.stack,
        secrets: secrets(plan, &kinds),
        kinds,
        connections: run.connections,
        watch: Watch::new(run.connections, scope),
        run: run.id,
        own: Mutex::new(own(&run.live)),
        outputs: Mutex::default(),
        made: Mutex::default(),
        lives: Mutex::default(),
    };
    let left = plan.steps.keys().collect();
    let mut walk =
        Walk { run: &run, context: &context, left, under_way: BTreeMap::new(), run_summary: RunSummary::default() };
    walk.all().await;
    let mut run_summary = walk.run_summary;
    run_summary.waiting.extend(plan.waiting.iter().cloned());
    run_summary.waiting.dedup();
    let is_sent = |later: &&Later| {
        let mut steps =
            run_summary.steps.iter().filter(|(id, _)| id.verb == Verb::Update && id.address == later.address);
        steps.any(|(_, (outcome, _))| *outcome == Outcome::Done)
    };
    run_summary.later = plan.later.iter().filter(is_sent).cloned().collect();
    let outputs = context.outputs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let lookup = |reference: &crate::resource::Reference| output(outputs.get(&reference.address)?, &reference.output);
    let is_told = |name: &String, value: &serde_json::Value| {
        let missing = plan.outputs_after.get(name).into_iter().flatten();
        !value.to_string().contains(OPEN) && missing.into_iter().all(|address| outputs.contains_key(address))
    };
    run_summary.outputs = plan.outputs.iter().map(|(name, value)| (name.clone(), resolve(value, &lookup))).collect();
    run_summary.outputs.retain(|name, value| is_told(name, value));
    run_summary.elapsed = start.elapsed();
    run_summary
}

struct Walk<'a, 'r, C: Cloud> {
    run: &'a Run<'r, C>,
    context: &'a RunContext<'r, C>,
    /// Steps not started yet.
    left: BTreeSet<&'a StepId>,
    under_way: BTreeMap<&'a StepId, Instant>,
    run_summary: RunSummary,
}

type Ending<'a> = (&'a Step, Result<Done>, Duration);

impl<'a, C: Cloud> Walk<'a, '_, C> {
    async fn all(&mut self) {
        let tails = tails(&self.run.plan.steps);
        let mut running: FuturesUnordered<BoxFuture<'a, Ending<'a>>> = FuturesUnordered::new();
        let mut stop = self.run.stop.clone();
        loop {
            if *stop.borrow() == Stop::No {
                self.start(&tails, &mut running);
            }
            if running.is_empty() {
                break;
            }
            tokio::select! {
                // In this order: the same run ends the same.
                biased;
                Ok(()) = stop.changed() => if *stop.borrow() == Stop::Now { break },
                Some(ending) = running.next() => self.end(ending),
            }
        }
        self.run_summary.interrupted = *stop.borrow() != Stop::No;
        self.abandon();
        self.skip_rest();
    }

    /// Starts what is ready. What cannot be recorded is not started, nor anything after it.
    fn start(&mut self, tails: &BTreeMap<&StepId, u32>, running: &mut FuturesUnordered<BoxFuture<'a, Ending<'a>>>) {
        for step in self.ready(tails) {
            if self.run_summary.unrecorded.is_none() {
                self.tell(Event::Started { stack: self.run.plan.stack.id.clone(), step: step.id.clone() });
            }
            if self.run_summary.unrecorded.is_some() {
                return;
            }
            self.left.remove(&step.id);
            self.under_way.insert(&step.id, Instant::now());
            running.push(self.carry_out(step));
        }
    }

    /// Lets go of what is still under way.
    fn abandon(&mut self) {
        for (id, since) in std::mem::take(&mut self.under_way) {
            let (stack, elapsed) = (self.run.plan.stack.id.clone(), since.elapsed());
            self.tell(Event::Abandoned { stack, step: id.clone(), elapsed });
            self.run_summary.steps.insert(id.clone(), (Outcome::Abandoned, elapsed));
        }
    }

    /// The steps whose predecessors are all done, longest tail first.
    fn ready(&self, tails: &BTreeMap<&StepId, u32>) -> Vec<&'a Step> {
        let done = |id: &StepId| matches!(self.run_summary.steps.get(id), Some((Outcome::Done, _)));
        let steps = self.left.iter().filter_map(|id| self.run.plan.steps.get(*id));
        let mut ready: Vec<&'a Step> = steps.filter(|step| step.after.iter().all(done)).collect();
        ready.sort_by_key(|step| std::cmp::Reverse(tails.get(&step.id)));
        ready
    }

    fn carry_out(&self, step: &'a Step) -> BoxFuture<'a, Ending<'a>> {
        let (context, tell, stack) = (self.context, self.run.tell, &self.run.plan.stack.id);
        Box::pin(async move {
            let start = Instant::now();
            let awaited = Mutex::new("AWS to take it".to_owned());
            let says = |what: &str| {
                let (stack, step, elapsed) = (stack.clone(), step.id.clone(), start.elapsed());
                // Progress is not part of the record: whether it can be written does not matter.
                let _ = tell(Event::Progress { stack, step, what: what.to_owned(), elapsed });
            };
            let told = |what: &str| {
                what.clone_into(&mut awaited.lock().unwrap_or_else(PoisonError::into_inner));
                says(what);
            };
            let mut work = std::pin::pin!(context.carry_out(step, told));
            // A kind that tries again says nothing itself.
            let end = loop {
                tokio::select! {
                    biased;
                    end = &mut work => break end,
                    () = tokio::time::sleep(AGAIN) => {
                        let awaited = awaited.lock().unwrap_or_else(PoisonError::into_inner).clone();
                        says(&awaited);
                    }
                }
            };
            (step, end, start.elapsed())
        })
    }

    fn end(&mut self, (step, end, elapsed): Ending<'_>) {
        let (stack, id) = (self.run.plan.stack.id.clone(), step.id.clone());
        self.under_way.remove(&id);
        let outcome = match end {
            Ok(done) => {
                self.run_summary.left.extend(done.kept.iter().any(|kept| kept.stays).then(|| id.clone()));
                self.run_summary.kept.extend(done.kept);
                self.tell(Event::Finished { stack: stack.clone(), step: id.clone(), id: done.id, elapsed });
                if let Some(what) = done.waiting {
                    self.tell(Event::Waiting { stack, step: id.clone(), what: what.clone() });
                    self.run_summary.waiting.push(Waiting { address: id.address.clone(), what });
                }
                Outcome::Done
            }
            Err(failure) => {
                self.tell(Event::Failed { stack, step: id.clone(), failure: failure.clone(), elapsed });
                Outcome::Failed(failure)
            }
        };
        self.run_summary.steps.insert(id, (outcome, elapsed));
    }

    /// Records what was not started: because of which failed step, or because the run was interrupted.
    fn skip_rest(&mut self) {
        let steps = &self.run.plan.steps;
        let not_done: Vec<&StepId> = steps.keys().filter(|id| !self.run_summary.steps.contains_key(*id)).collect();
        for id in not_done {
            let because = self.root_cause(id);
            let stack = self.run.plan.stack.id.clone();
            self.tell(Event::Skipped { stack, step: id.clone(), because: because.clone() });
            self.run_summary.steps.insert(id.clone(), (Outcome::NotStarted(because), Duration::ZERO));
        }
    }

    /// The failed step that a step was waiting for, directly or through others.
    fn root_cause(&self, id: &StepId) -> Option<StepId> {
        let steps = &self.run.plan.steps;
        let mut open = vec![id];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if matches!(self.run_summary.steps.get(id), Some((Outcome::Failed(_), _))) {
                return Some(id.clone());
            }
            if seen.insert(id) {
                open.extend(steps.get(id).into_iter().flat_map(|step| &step.after));
            }
        }
        None
    }

    fn tell(&mut self, event: Event) {
        if let Err(error) = (self.run.tell)(event) {
            self.run_summary.unrecorded.get_or_insert_with(|| error.to_string());
        }
    }
}

/// The sensitive values of what the steps make, and of what they change.
fn secrets<C: Cloud>(plan: &StackPlan, kinds: &BTreeMap<&'static str, &dyn AnyKind<C>>) -> Secrets {
    let wanted = plan.steps.values().filter_map(|step| Some((&step.id.address.kind, &*step.desired.as_ref()?.spec)));
    let live_of = plan.steps.values().filter_map(|step| Some((&step.id.address.kind, &step.live.as_ref()?.spec)));
    let mut secrets = Secrets::default();
    for (kind, spec) in wanted.chain(live_of) {
        if let Some(kind) = kinds.get(kind.as_str()) {
            secrets.add(kind.facts(), spec);
        }
    }
    secrets
}

/// The seconds from each step's start to the end of the longest chain behind it.
fn tails(steps: &BTreeMap<StepId, Step>) -> BTreeMap<&StepId, u32> {
    let mut behind: BTreeMap<&StepId, Vec<&StepId>> = BTreeMap::new();
    for step in steps.values() {
        for before in &step.after {
            behind.entry(before).or_default().push(&step.id);
        }
    }
    let mut tails = BTreeMap::new();
    for id in steps.keys() {
        tail(id, steps, &behind, &mut tails);
    }
    tails
}

fn tail<'a>(
    id: &'a StepId,
    steps: &'a BTreeMap<StepId, Step>,
    behind: &BTreeMap<&'a StepId, Vec<&'a StepId>>,
    known: &mut BTreeMap<&'a StepId, u32>,
) -> u32 {
    if let Some(tail) = known.get(id) {
        return *tail;
    }
    // A circle would not end; the plan has none, and this keeps a bug from hanging the run.
    known.insert(id, 0);
    let longest = behind.get(id).into_iter().flatten().map(|next| tail(next, steps, behind, known)).max().unwrap_or(0);
    let own = steps.get(id).map_or(0, |step| step.seconds);
    known.insert(id, own + longest);
    own + longest
}

/// The ids, names and outputs of what is the stack's.
fn own(live: &[std::sync::Arc<Live>]) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    for live in live {
        own.insert(live.id.clone());
        own.extend(live.name.clone());
        pointer::walk(&live.outputs, &mut |_, leaf| {
            own.extend(leaf.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        });
    }
    own
}
