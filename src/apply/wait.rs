use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::presence::{Awaited, Former, PollOutcome, Presence, SPREAD, deletion_failed, has_moved, readiness};
use super::requeue::Requeue;
use super::rhythm::Rhythm;
use super::watch::{Awaiting, Watch};
use crate::plan::Step;
use crate::resource::{AnyKind, Class, Cloud, Facts, Failure, Live, Result, State};

/// For how long a list that fails by itself (throttled, no answer) is tried again.
const BLINDNESS: Duration = Duration::from_secs(5 * 60);
/// A thing just made may be invisible to lists for a while: absence is no answer within this time.
const INVISIBLE: Duration = Duration::from_secs(5 * 60);
/// For how long a verb that has more to do is called again while nothing changes: as long as load balancers may keep a
/// certificate whose listener is gone.
const STANDSTILL: Duration = Duration::from_secs(20 * 60);

/// What is awaited of a thing that is being deleted.
const ENDING: &str = "its end: AWS still lists it";

/// The waits of one step, which share one time-out: that of its kind, and for how long AWS waits on purpose.
pub(super) struct Wait<'w, 'a, C: Cloud> {
    watch: &'w Watch<'a, C>,
    kind: &'w dyn AnyKind<C>,
    region: &'w str,
    /// How long the step usually takes.
    usual: Duration,
    /// How much longer than its kind's time-out it may take, since AWS waits on purpose.
    pauses: Duration,
    since: Instant,
    /// When a call of a verb that goes on in turns last changed something.
    moved: Instant,
}

impl<'w, 'a, C: Cloud> Wait<'w, 'a, C> {
    /// Begins to wait for the thing of this kind that a step is about.
    pub(super) fn begin(watch: &'w Watch<'a, C>, kind: &'w dyn AnyKind<C>, step: &'w Step) -> Self {
        let now = Instant::now();
        let usual = Duration::from_secs(u64::from(step.seconds));
        let desired = step.desired.as_ref().map(|desired| &*desired.spec);
        let spec = desired.or(step.live.as_ref().map(|live| &live.spec));
        let pauses = Duration::from_secs(spec.map_or(0, |spec| u64::from(kind.shape().pauses(spec))));
        Self { watch, kind, region: &step.region, usual, pauses, since: now, moved: now }
    }

    /// Polls until `done` gives an outcome, and tells after each poll what is awaited. `which` picks the thing out of
    /// those that claim the name. `pending` says what is still awaited, where the state alone tells that it is: then nothing
    /// else is read. Every end is what a list shows.
    async fn until<T>(
        &self,
        which: Awaited<'_>,
        mut says: impl FnMut(&str),
        pending: impl Fn(&State) -> Option<String>,
        mut done: impl FnMut(Presence<'_>) -> PollOutcome<T>,
    ) -> Result<T> {
        let awaiting = which.id().map(|id| self.watch.awaits(self.kind, self.region, id));
        let (start, mut rhythm) = (Instant::now(), Rhythm::new(self.usual));
        let (mut due, mut blind_since) = (start, None);
        loop {
            let awaited = match self.look(which, awaiting.as_ref(), due, &pending, &mut done).await {
                Ok(PollOutcome::End(end)) => return end,
                Ok(PollOutcome::Awaits(what)) => {
                    blind_since = None;
                    what
                }
                // A thing that changes may refuse to be read until it has changed.
                Err(failure) if failure.is(Class::Busy) => {
                    blind_since = None;
                    format!("an answer of AWS: {}", failure.message)
                }
                Err(failure)
                    if passes(&failure) && blind_since.get_or_insert_with(Instant::now).elapsed() < BLINDNESS =>
                {
                    format!("an answer of AWS: {}", failure.message)
                }
                Err(failure) => return Err(failure),
            };
            says(&awaited);
            self.is_in_time(&awaited)?;
            due = rhythm.next(self.watch.began, start.elapsed(), Instant::now());
            tokio::time::sleep_until(due).await;
        }
    }

    /// One look, not older than `due`.
    async fn look<T>(
        &self,
        which: Awaited<'_>,
        awaiting: Option<&Awaiting>,
        mut due: Instant,
        pending: impl Fn(&State) -> Option<String>,
        mut done: impl FnMut(Presence<'_>) -> PollOutcome<T>,
    ) -> Result<PollOutcome<T>> {
        if let Some(awaiting) = awaiting
            && let Some((asked, state)) = self.watch.state(self.kind, self.region, awaiting, due).await?
        {
            if let Some(what) = pending(&state) {
                return Ok(PollOutcome::Awaits(what));
            }
            due = asked;
        }
        let listing = self.watch.list(self.kind, self.region, due).await?;
        Ok(done(which.find(&listing)?))
    }

    /// Waits until the thing with this id (or, before its id is known, of this name) can be used. `before` is how it was
    /// before it was changed.
    pub(super) async fn ready(
        &self,
        name: &str,
        id: Option<&str>,
        before: Option<&State>,
        says: impl FnMut(&str),
    ) -> Result<Arc<Live>> {
        let invisible = Instant::now() + INVISIBLE;
        let former = Former::of(before);
        let which = id.map_or(Awaited::Name(name), Awaited::Id);
        self.until(which, says, settling, |presence| match presence {
            Presence::Gone if Instant::now() < invisible => PollOutcome::Awaits("AWS to list it".to_owned()),
            Presence::Gone => PollOutcome::End(Err(Failure::new(Class::NotFound, "it is gone, or was never there"))),
            Presence::There(live) => readiness(live, former),
        })
        .await
    }

    /// Waits after a call of an update that was not its last: until the thing is ready again, and shows what came of the
    /// call or has had the time to. `before` is how it was before the call.
    pub(super) async fn changed(
        &mut self,
        before: &Live,
        again: &Requeue,
        says: impl FnMut(&str),
    ) -> Result<Arc<Live>> {
        let (sent, former) = (Instant::now(), Former::of(Some(&before.state)));
        let next = self.until(Awaited::Id(&before.id), says, settling, |presence| match presence {
            Presence::Gone if sent.elapsed() < INVISIBLE => PollOutcome::Awaits("AWS to list it".to_owned()),
            Presence::Gone => PollOutcome::End(Err(Failure::new(Class::NotFound, "it is gone"))),
            Presence::There(live) => match readiness(live, former) {
                PollOutcome::End(Ok(live)) if !has_moved(before, &live) && sent.elapsed() < SPREAD => {
                    PollOutcome::Awaits(again.what().to_owned())
                }
                seen => seen,
            },
        });
        let next = next.await?;
        self.goes_on(before, &next, again)?;
        Ok(next)
    }

    /// The same for a deletion: until the thing can be deleted, or is gone (none).
    pub(super) async fn deletable(
        &mut self,
        before: &Live,
        again: &Requeue,
        says: impl FnMut(&str),
    ) -> Result<Option<Arc<Live>>> {
        let (sent, had_failed) = (Instant::now(), matches!(before.state, State::Failed(_)));
        let need_settle = !self.kind.facts().deletable_unsettled;
        let pending = |state: &State| match state {
            State::Deleting => Some(ENDING.to_owned()),
            state => settling(state).filter(|_| need_settle),
        };
        let next = self.until(Awaited::Id(&before.id), says, pending, |presence| match presence {
            Presence::Gone => PollOutcome::End(Ok(None)),
            Presence::There(live) => match &live.state {
                State::Deleting => PollOutcome::Awaits(ENDING.to_owned()),
                State::Settling(what) if need_settle => PollOutcome::Awaits(what.clone()),
                State::Failed(why) if !had_failed => PollOutcome::End(Err(deletion_failed(why))),
                _ if !has_moved(before, live) && sent.elapsed() < SPREAD => {
                    PollOutcome::Awaits(again.what().to_owned())
                }
                _ => PollOutcome::End(Ok(Some(Arc::new(live.clone())))),
            },
        });
        let next = next.await?;
        if let Some(next) = &next {
            self.goes_on(before, next, again)?;
        }
        Ok(next)
    }

    /// Whether a verb may be called once more: not for ever, and not for long while nothing changes.
    fn goes_on(&mut self, before: &Live, now: &Live, again: &Requeue) -> Result<()> {
        if has_moved(before, now) {
            self.moved = Instant::now();
        }
        if self.moved.elapsed() >= STANDSTILL {
            Err(again.end(minutes(self.moved)))
        } else {
            self.is_in_time(again.what())
        }
    }

    /// # Errors
    /// The step has waited for longer than its kind's time-out.
    fn is_in_time(&self, awaited: &str) -> Result<()> {
        let facts = self.kind.facts();
        let is_over = self.since.elapsed() > Duration::from_secs(u64::from(facts.timeout())) + self.pauses;
        if is_over { Err(overdue(facts, self.since, awaited)) } else { Ok(()) }
    }

    /// Waits until a thing that was started is awake.
    pub(super) async fn awake(&self, id: &str, says: impl FnMut(&str)) -> Result<Arc<Live>> {
        self.until(Awaited::Id(id), says, settling, |presence| match presence {
            Presence::Gone => PollOutcome::End(Err(Failure::new(Class::NotFound, "it is gone"))),
            Presence::There(live) => match &live.state {
                State::Settling(what) => PollOutcome::Awaits(what.clone()),
                _ if live.stopped.is_some() => PollOutcome::Awaits("its start".to_owned()),
                _ => PollOutcome::End(Ok(Arc::new(live.clone()))),
            },
        })
        .await
    }

    /// Waits until a thing is gone; `live` is how it was before its deletion.
    pub(super) async fn gone(&self, live: &Live, says: impl FnMut(&str)) -> Result<()> {
        let former = Former::of(Some(&live.state));
        let still = || PollOutcome::Awaits(ENDING.to_owned());
        let pending = |state: &State| (!matches!(state, State::Failed(_))).then(|| ENDING.to_owned());
        self.until(Awaited::Id(&live.id), says, pending, |presence| match presence {
            Presence::Gone => PollOutcome::End(Ok(())),
            Presence::There(live) => match &live.state {
                State::Failed(_) if former.is_shown() => still(),
                State::Failed(why) => PollOutcome::End(Err(deletion_failed(why))),
                _ => still(),
            },
        })
        .await
    }
}

/// What is awaited of a thing that has not settled.
fn settling(state: &State) -> Option<String> {
    match state {
        State::Settling(what) => Some(what.clone()),
        _ => None,
    }
}

fn minutes(since: Instant) -> u64 {
    since.elapsed().as_secs() / 60
}

/// The end of a wait that took too long.
fn overdue(facts: &Facts, since: Instant, awaited: &str) -> Failure {
    let text = format!("waited {} minutes, and still for {awaited}; it may yet come", minutes(since));
    Failure::new(Class::Busy, text).hint(if facts.preempts.is_empty() {
        "run the command again: it goes on waiting"
    } else {
        "run the command again: it goes on waiting; or correct what keeps it, and apply: the correction need not wait"
    })
}

/// Returns whether a failed list passes by itself.
fn passes(failure: &Failure) -> bool {
    matches!(failure.class, Class::Throttled | Class::Ambiguous | Class::Unreachable | Class::Other | Class::NotFound)
}
