use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::context::RunContext;
use super::event::{Event, Outcome, RunSummary};
use super::pending_actions::PendingActions;
use super::run::{PendingAction, Run, Stop};
use super::step::Done;
use super::tails::tails;
use crate::plan::{Later, StackPlan, Step, StepId, Verb, Waiting, asked, is_answered};
use crate::resource::{Address, Cloud, Result, is_open, output, resolve};

/// How often a step that takes its time says again what it waits for.
const AGAIN: Duration = Duration::from_secs(30);

/// Carries out a plan: every step as soon as those before it are done, longest tail first. What limits the run is the
/// request rate, not a count of slots. A failed step skips its dependants; the rest goes on.
///
/// What waits for a person is looked at all the while, and waited for if the run itself has done what is asked. Once it is
/// ready, the steps that have not begun are decided again: `once_ready` makes the plan as if these resources had not waited,
/// unless the run is not to go on so.
pub async fn run<C: Cloud>(
    run: Run<'_, C>,
    once_ready: impl Fn(&BTreeSet<Address>) -> Option<StackPlan>,
) -> RunSummary {
    let start = Instant::now();
    let context = RunContext::new(&run);
    let mut walk = Walk::new(&run, &context, once_ready);
    walk.all().await;
    let Walk { plan, actions, mut run_summary, .. } = walk;
    run_summary.waiting.extend(plan.waiting.iter().filter(|waiting| !actions.is_done(&waiting.address)).cloned());
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
        !is_open(value) && missing.into_iter().all(|address| outputs.contains_key(address))
    };
    run_summary.outputs = plan.outputs.iter().map(|(name, value)| (name.clone(), resolve(value, &lookup))).collect();
    run_summary.outputs.retain(|name, value| is_told(name, value));
    run_summary.elapsed = start.elapsed();
    run_summary
}

struct Walk<'a, 'r, C: Cloud, R> {
    run: &'a Run<'r, C>,
    once_ready: R,
    context: &'a RunContext<'r, C>,
    /// The plan as it stands: what became ready during the run has changed it.
    plan: Cow<'a, StackPlan>,
    steps: BTreeMap<StepId, Arc<Step>>,
    /// Steps not started yet.
    left: BTreeSet<StepId>,
    under_way: BTreeMap<StepId, Instant>,
    actions: PendingActions,
    run_summary: RunSummary,
}

type Ending = (Arc<Step>, Result<Done>, Duration);
type Running<'a> = FuturesUnordered<BoxFuture<'a, Ending>>;

impl<'a, 'r, C: Cloud, R: Fn(&BTreeSet<Address>) -> Option<StackPlan>> Walk<'a, 'r, C, R> {
    fn new(run: &'a Run<'r, C>, context: &'a RunContext<'r, C>, once_ready: R) -> Self {
        let steps: BTreeMap<_, _> =
            run.plan.steps.iter().map(|(id, step)| (id.clone(), Arc::new(step.clone()))).collect();
        Self {
            run,
            once_ready,
            context,
            plan: Cow::Borrowed(run.plan),
            left: steps.keys().cloned().collect(),
            steps,
            under_way: BTreeMap::new(),
            actions: PendingActions::new(run.awaited.clone()),
            run_summary: RunSummary::default(),
        }
    }

    async fn all(&mut self) {
        let mut tails = tails(&self.steps);
        let mut running: Running<'a> = FuturesUnordered::new();
        let mut stop = self.run.stop.clone();
        loop {
            let is_stopping = *stop.borrow() != Stop::No;
            if !is_stopping {
                self.start(&tails, &mut running);
            }
            if running.is_empty() && (is_stopping || !self.actions.are_answered()) {
                // Nothing waits for what waits for a person; but what has been done meanwhile is not left for another run.
                let ready = if is_stopping { BTreeSet::new() } else { self.actions.look(self.context).await };
                if !self.go_on(ready) {
                    break;
                }
                tails = self::tails(&self.steps);
                continue;
            }
            let overdue = self.actions.overdue();
            tokio::select! {
                // In this order: the same run ends the same.
                biased;
                Ok(()) = stop.changed() => if *stop.borrow() == Stop::Now { break },
                Some(ending) = running.next() => {
                    let ready = self.end(ending);
                    if self.go_on(ready) {
                        tails = self::tails(&self.steps);
                    }
                }
                ready = self.actions.next(self.context), if !is_stopping => if self.go_on(ready) {
                    tails = self::tails(&self.steps);
                },
                () = overdue, if running.is_empty() => {}
            }
        }
        self.run_summary.interrupted = *stop.borrow() != Stop::No;
        self.abandon();
        self.skip_rest();
    }

    /// Decides the steps that have not begun again, now that these resources are ready. Returns whether there are others.
    fn go_on(&mut self, ready: BTreeSet<Address>) -> bool {
        if ready.is_empty() {
            return false;
        }
        let all = self.actions.are_ready(&ready);
        let Some(fresh) = (self.once_ready)(&all) else { return false };
        self.run_summary.waiting.retain(|waiting| !ready.contains(&waiting.address));
        let before = self.left.len();
        let (run_summary, under_way) = (&mut self.run_summary, &self.under_way);
        let is_begun = |id: &StepId| run_summary.steps.contains_key(id) || under_way.contains_key(id);
        // What has begun without something has to be given it later.
        let is_another = |(id, step): (&StepId, &Arc<Step>)| {
            let desired = |step: &Step| step.desired.as_ref().map(|desired| desired.spec.clone());
            is_begun(id) && fresh.steps.get(id).is_some_and(|fresh| desired(fresh) != desired(step))
        };
        let is_late = self.steps.iter().any(is_another);
        self.steps.retain(|id, _| is_begun(id));
        for (id, step) in &fresh.steps {
            self.steps.entry(id.clone()).or_insert_with(|| Arc::new(step.clone()));
        }
        self.left = self.steps.keys().filter(|id| !is_begun(id)).cloned().collect();
        self.run_summary.is_late |= is_late;
        self.context.hide_more(&fresh);
        self.plan = Cow::Owned(fresh);
        let (stack, steps) = (self.plan.stack.id.clone(), self.left.len().saturating_sub(before));
        self.tell(Event::Ready { stack, addresses: ready, steps });
        true
    }

    /// Starts what is ready. What cannot be recorded is not started, nor anything after it.
    fn start(&mut self, tails: &BTreeMap<StepId, u32>, running: &mut Running<'a>) {
        for step in self.ready(tails) {
            if self.run_summary.unrecorded.is_none() {
                self.tell(Event::Started { stack: self.run.plan.stack.id.clone(), step: step.id.clone() });
            }
            if self.run_summary.unrecorded.is_some() {
                return;
            }
            self.left.remove(&step.id);
            self.under_way.insert(step.id.clone(), Instant::now());
            running.push(self.carry_out(step));
        }
    }

    /// Lets go of what is still under way.
    fn abandon(&mut self) {
        for (id, since) in std::mem::take(&mut self.under_way) {
            let (stack, elapsed) = (self.run.plan.stack.id.clone(), since.elapsed());
            self.tell(Event::Abandoned { stack, step: id.clone(), elapsed });
            self.run_summary.steps.insert(id, (Outcome::Abandoned, elapsed));
        }
    }

    /// The steps whose predecessors are all done, longest tail first.
    fn ready(&self, tails: &BTreeMap<StepId, u32>) -> Vec<Arc<Step>> {
        let done = |id: &StepId| matches!(self.run_summary.steps.get(id), Some((Outcome::Done, _)));
        let steps = self.left.iter().filter_map(|id| self.steps.get(id));
        let mut ready: Vec<_> = steps.filter(|step| step.after.iter().all(done)).cloned().collect();
        ready.sort_by_key(|step| std::cmp::Reverse(tails.get(&step.id)));
        ready
    }

    fn carry_out(&self, step: Arc<Step>) -> BoxFuture<'a, Ending> {
        let (context, tell, stack) = (self.context, self.run.tell, &self.run.plan.stack.id);
        let id = step.id.clone();
        Box::pin(async move {
            let start = Instant::now();
            let awaited = Mutex::new("AWS to take it".to_owned());
            let says = |what: &str| {
                let (stack, step, elapsed) = (stack.clone(), id.clone(), start.elapsed());
                // Progress is not part of the record: whether it can be written does not matter.
                let _ = tell(Event::Progress { stack, step, what: what.to_owned(), elapsed });
            };
            let told = |what: &str| {
                what.clone_into(&mut awaited.lock().unwrap_or_else(PoisonError::into_inner));
                says(what);
            };
            let end = {
                let mut work = std::pin::pin!(context.carry_out(&step, told));
                // A kind that tries again says nothing itself.
                loop {
                    tokio::select! {
                        biased;
                        end = &mut work => break end,
                        () = tokio::time::sleep(AGAIN) => {
                            let awaited = awaited.lock().unwrap_or_else(PoisonError::into_inner).clone();
                            says(&awaited);
                        }
                    }
                }
            };
            (step, end, start.elapsed())
        })
    }

    /// Records how a step ended. Returns its resource if others wait for a person to make it ready, and it is.
    fn end(&mut self, (step, end, elapsed): Ending) -> BTreeSet<Address> {
        let (stack, id) = (self.run.plan.stack.id.clone(), step.id.clone());
        self.under_way.remove(&id);
        let outcome = match end {
            Ok(done) => {
                self.run_summary.left.extend(done.kept.iter().any(|kept| kept.stays).then(|| id.clone()));
                self.run_summary.kept.extend(done.kept);
                let waiting = done.waiting.map(|what| self.left_to_person(&step.id.address, &what));
                if let (Some(_), Some(id)) = (&waiting, &done.id) {
                    let (address, region) = (step.id.address.clone(), step.region.clone());
                    self.actions.add(PendingAction { address, region, id: id.clone() });
                }
                self.note_answer(&step);
                self.tell(Event::Finished { stack: stack.clone(), step: id.clone(), id: done.id, elapsed });
                if let Some(what) = waiting {
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
        let is_ready = outcome == Outcome::Done && self.run_summary.waiting.iter().all(|one| one.address != id.address);
        // What only changes tags, or deletes, does not tell.
        let tells = matches!(id.verb, Verb::Create | Verb::Update | Verb::Wait);
        let (address, held) = (id.address.clone(), id.address.to_string());
        self.run_summary.steps.insert(id, (outcome, elapsed));
        let is_waited_for = is_ready && tells && self.plan.waiting.iter().any(|waiting| waiting.what == held);
        is_waited_for.then_some(address).into_iter().collect()
    }

    /// What is left for a person of what a resource of this run asks for.
    fn left_to_person(&self, address: &Address, what: &str) -> String {
        let outputs = self.context.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        asked(what, self.plan.answers.get(address), |name| output(outputs.get(address)?, name))
    }

    /// Notes that a step has done what a resource asks for: if nothing is left of that for a person, AWS is waited for. But not
    /// if the step needed another that is new as well, as a zone is that nobody refers to yet.
    fn note_answer(&mut self, step: &Step) {
        let is_doer = |answers: &BTreeMap<String, Address>| answers.values().any(|doer| *doer == step.id.address);
        let asking = self.plan.answers.iter().filter(|(_, answers)| is_doer(answers)).map(|(address, _)| address);
        for address in asking {
            let needs_new = step.after.iter().any(|id| id.verb == Verb::Create && id.address != *address);
            let waiting = self.run_summary.waiting.iter().chain(&self.plan.waiting);
            let is_done = waiting.filter(|waiting| waiting.address == *address).any(|one| is_answered(&one.what));
            let kind = self.context.kinds.get(address.kind.as_str());
            if let Some(kind) = kind.filter(|_| step.id.verb == Verb::Create && is_done && !needs_new) {
                self.actions.answer(address, kind.facts().seconds);
            }
        }
    }

    /// Records what was not started: because of which failed step, or because the run was interrupted.
    fn skip_rest(&mut self) {
        let not_done = self.steps.keys().filter(|id| !self.run_summary.steps.contains_key(*id));
        let not_done: Vec<_> = not_done.cloned().collect();
        for id in not_done {
            let because = self.root_cause(&id);
            let stack = self.run.plan.stack.id.clone();
            self.tell(Event::Skipped { stack, step: id.clone(), because: because.clone() });
            self.run_summary.steps.insert(id, (Outcome::NotStarted(because), Duration::ZERO));
        }
    }

    /// The failed step that a step was waiting for, directly or through others.
    fn root_cause(&self, id: &StepId) -> Option<StepId> {
        let mut open = vec![id];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if matches!(self.run_summary.steps.get(id), Some((Outcome::Failed(_), _))) {
                return Some(id.clone());
            }
            if seen.insert(id) {
                open.extend(self.steps.get(id).into_iter().flat_map(|step| &step.after));
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
