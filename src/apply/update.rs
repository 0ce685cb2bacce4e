//! An update: call after call until all planned changes are sent, each with the remaining ones.

use std::sync::{Arc, PoisonError};

use tokio::time::Instant;

use super::context::RunContext;
use super::presence::SPREAD;
use super::remaining::{differing, remaining};
use super::requeue::Requeue;
use super::step::{Done, before, reverted};
use super::wait::Wait;
use crate::plan::{Desired, Step, Verb};
use crate::resource::{
    AnyKind, AnyMade, Changes, Class, Cloud, Facts, FieldDiff, Live, Result, Settled, Shape, State, keyed,
};

/// A planned update.
struct Planned<'a> {
    desired: &'a Desired,
    /// The whole desired state.
    spec: Settled,
    changes: Changes,
}

impl<'a> Planned<'a> {
    fn new(facts: &Facts, desired: &'a Desired, spec: Settled) -> Self {
        let fields = desired.fields.iter().map(|field| FieldDiff {
            path: field.path.clone(),
            before: field.before.clone(),
            after: keyed::get(facts, spec.value(), &field.path).cloned(),
        });
        let changes = Changes::new(fields.collect());
        Self { desired, spec, changes }
    }
}

/// How the last call of an update left the thing.
enum End {
    Made(AnyMade),
    /// A call before has brought the rest along: as it is listed.
    Listed(Arc<Live>),
}

impl<C: Cloud> RunContext<'_, C> {
    pub(super) async fn update(
        &self,
        kind: &dyn AnyKind<C>,
        step: &Step,
        desired: &Desired,
        mut says: impl FnMut(&str),
    ) -> Result<Done> {
        // Its own first phase has changed what the plan saw.
        let is_second = step.after.iter().any(|id| id.verb == Verb::Update && id.address == step.id.address);
        let live = if is_second { self.newest(kind, step).await? } else { self.live(kind, step).await? };
        let mut planned = Planned::new(kind.facts(), desired, self.settle(kind.shape(), &desired.spec)?);
        let mut wait = Wait::begin(&self.watch, kind, step);
        match self.send(kind, step, live, &mut planned, &mut wait, &mut says).await? {
            End::Made(made) => self.taken(kind.shape(), step, made, &planned, &wait, says).await,
            End::Listed(live) => Ok(self.remember(step, live)),
        }
    }

    /// Calls the kind until it has sent all. Between two calls the thing is waited for and listed, as a run would that goes
    /// on where this one died.
    async fn send(
        &self,
        kind: &dyn AnyKind<C>,
        step: &Step,
        mut live: Arc<Live>,
        planned: &mut Planned<'_>,
        wait: &mut Wait<'_, '_, C>,
        says: &mut impl FnMut(&str),
    ) -> Result<End> {
        let mut cramped = planned.desired.cramped.as_ref();
        let mut changes = planned.changes.clone();
        loop {
            let spec = self.settle(kind.shape(), &step.keeping(planned.spec.value()))?;
            let writer =
                self.connections.writer(&step.region, self.permit(step, Some(spec.value()), Some(&live))).await?;
            match kind.update(&writer, &live, &spec, &changes).await.map(Requeue::unless_done) {
                Ok(Ok(made)) => return Ok(End::Made(made)),
                Ok(Err(again)) => {
                    live = wait.changed(&live, &again, &mut *says).await?;
                    self.remember(step, live.clone());
                }
                Err(failure) => {
                    let Some(cramped) = cramped.take().filter(|_| failure.is(Class::Quota)) else {
                        return Err(failure);
                    };
                    says("there is no room for the old beside the new: the old goes first");
                    *planned = Planned::new(kind.facts(), planned.desired, self.settle(kind.shape(), cramped)?);
                }
            }
            changes = remaining(kind.shape(), step, &live, planned.spec.value(), &planned.changes);
            if changes.is_empty() {
                return Ok(End::Listed(live));
            }
        }
    }

    /// Waits until the thing shows what was sent.
    async fn taken(
        &self,
        shape: &dyn Shape,
        step: &Step,
        made: AnyMade,
        planned: &Planned<'_>,
        wait: &Wait<'_, '_, C>,
        says: impl FnMut(&str),
    ) -> Result<Done> {
        let was_settling = matches!(made.state, State::Settling(_));
        let id = made.id.clone();
        let mut done = self.settle_down(wait, step, made, says).await?;
        let sent = Instant::now();
        // A list may go on showing what was there before.
        while was_settling && let Err(reverted) = self.check_taken(shape, step, &id, planned) {
            if sent.elapsed() >= SPREAD {
                return Err(reverted);
            }
            tokio::time::sleep(SPREAD / 10).await;
            let live = wait.ready(&step.id.address.name, Some(&id), before(step), |_| ()).await?;
            done = self.remember(step, live);
        }
        Ok(done)
    }

    /// After an update that took its time: what was sent must be what is there, else AWS has rolled it back.
    fn check_taken(&self, shape: &dyn Shape, step: &Step, id: &str, planned: &Planned<'_>) -> Result<()> {
        let lives = self.lives.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(live) = lives.get(&step.id.address).filter(|live| live.id == id) else { return Ok(()) };
        let left = differing(shape, step, live, planned.spec.value());
        let is_sent = |left: &&FieldDiff| planned.changes.fields().iter().any(|sent| sent.path == left.path);
        left.iter().find(is_sent).map_or(Ok(()), |field| Err(reverted(&field.path)))
    }
}
