//! One step, carried out.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::connections::Permit;
use super::context::{Creation, RunContext};
use super::requeue::Requeue;
use super::wait::Wait;
use crate::plan::{Desired, Step, Verb};
use crate::resource::{
    Address, AnyBearer, AnyKind, AnyMade, Class, Cloud, Facts, Failure, Identity, Kept, Live, Name, Reference, Result,
    Settled, Shape, State, Tags, key, output, pointer, resolve,
};

/// How a step went well.
#[derive(Default)]
pub(super) struct Done {
    pub(super) id: Option<String>,
    pub(super) kept: Vec<Kept>,
    /// The action that a person has to take before this can be used.
    pub(super) waiting: Option<String>,
}

impl<C: Cloud> RunContext<'_, C> {
    /// Carries out one step and waits until its resource is as the next steps need it.
    ///
    /// Sensitive values are taken out of whatever AWS says about it.
    pub(super) async fn carry_out(&self, step: &Step, mut says: impl FnMut(&str)) -> Result<Done> {
        let secrets = || self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        match self.do_it(step, |what| says(&secrets().hide(what))).await {
            Ok(done) => Ok(Done { waiting: done.waiting.map(|what| secrets().hide(&what)), ..done }),
            Err(failure) => Err(secrets().hide_in(failure)),
        }
    }

    async fn do_it(&self, step: &Step, says: impl FnMut(&str)) -> Result<Done> {
        let kind = *self
            .kinds
            .get(step.id.address.kind.as_str())
            .ok_or_else(|| Failure::new(Class::Other, format!("bug: no kind {}", step.id.address.kind)))?;
        match (step.id.verb, &step.desired) {
            (Verb::Create, Some(desired)) => self.create(kind, step, desired, says).await,
            (Verb::Update, Some(desired)) => self.update(kind, step, desired, says).await,
            (Verb::Create | Verb::Update, None) => Err(Failure::new(Class::Other, "bug: a step without a spec")),
            (Verb::Retag, _) => self.retag(kind, step).await,
            (Verb::Delete, _) => self.delete(kind, step, says).await,
            (Verb::Wait, _) => self.wait(kind, step, says).await,
        }
    }

    async fn create(
        &self,
        kind: &dyn AnyKind<C>,
        step: &Step,
        desired: &Desired,
        says: impl FnMut(&str),
    ) -> Result<Done> {
        let facts = kind.facts();
        let spec = self.settle(kind.shape(), &desired.spec)?;
        let of_parts = || {
            let (address, parts) = (&step.id.address, create_only(facts, spec.value()));
            facts.naming().name(&self.stack.project, &self.stack.id, &address.name, &parts)
        };
        let name = desired.physical.as_ref().map_or_else(of_parts, |given| Name::given(given.clone()));
        let mut tags = self.tags(kind.shape(), step);
        if facts.bears_id() {
            tags.set(key::ID, name.as_str());
        }
        self.own().insert(name.as_str().to_owned());
        let permit = Permit { tags: tags.clone(), ..self.permit(step, Some(spec.value()), None) };
        let writer = self.connections.writer(&step.region, permit).await?;
        let made = kind.create(&writer, &name, &spec, &tags).await?;
        self.settle_down(&Wait::begin(&self.watch, kind, step), step, made, says).await
    }

    async fn retag(&self, kind: &dyn AnyKind<C>, step: &Step) -> Result<Done> {
        let bearer = self.bearer(kind, step).await?;
        let tags = self.tags(kind.shape(), step);
        let live = match &bearer {
            AnyBearer::Listed(live) => Some(&**live),
            AnyBearer::Made { .. } => None,
        };
        let permit = Permit { tags: tags.clone(), ..self.permit(step, None, live) };
        let writer = self.connections.writer(&step.region, permit).await?;
        kind.retag(&writer, &bearer, &tags, &step.unset_tags).await?;
        Ok(Done { id: Some(bearer.id().to_owned()), ..Done::default() })
    }

    /// What bears the tags that a step changes. Of what this run has made, the create told enough: it is not listed for that.
    async fn bearer(&self, kind: &dyn AnyKind<C>, step: &Step) -> Result<AnyBearer> {
        // After an update, a new revision or a renamed record has another id than the one the plan saw.
        let is_movable = kind.facts().revisioned || matches!(kind.facts().identity, Identity::Mark { .. });
        let is_new = step.live.is_none() || (is_movable && !step.after.is_empty());
        if !is_new {
            return self.live(kind, step).await.map(AnyBearer::Listed);
        }
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).get(&step.id.address).cloned();
        match made {
            Some(Creation { made, tags, .. }) => Ok(AnyBearer::Made { made, tags }),
            None => self.newest(kind, step).await.map(AnyBearer::Listed),
        }
    }

    async fn delete(&self, kind: &dyn AnyKind<C>, step: &Step, mut says: impl FnMut(&str)) -> Result<Done> {
        let mut live = self.live(kind, step).await?;
        let mut wait = Wait::begin(&self.watch, kind, step);
        if live.stopped.is_some() {
            let writer = self.connections.writer(&step.region, self.permit(step, None, Some(&live))).await?;
            kind.start(&writer, &live).await?;
            live = wait.awake(&live.id, &mut says).await?;
        }
        let mut kept = loop {
            let writer = self.connections.writer(&step.region, self.permit(step, None, Some(&live))).await?;
            let again = match Requeue::unless_done(kind.delete(&writer, &live).await?) {
                Ok(kept) => break kept,
                Err(again) => again,
            };
            match wait.deletable(&live, &again, &mut says).await? {
                Some(now) => live = now,
                None => break Vec::new(),
            }
        };
        if !kept.iter().any(|kept| kept.is_itself) {
            wait.gone(&live, &mut says).await?;
            kept.extend(tombstone(kind.facts(), &live));
        }
        Ok(Done { id: Some(live.id.clone()), kept, waiting: None })
    }

    async fn wait(&self, kind: &dyn AnyKind<C>, step: &Step, says: impl FnMut(&str)) -> Result<Done> {
        let live = self.live(kind, step).await?;
        if live.state == State::Deleting {
            Wait::begin(&self.watch, kind, step).gone(&live, says).await?;
            return Ok(Done::default());
        }
        let name = &step.id.address.name;
        let live = Wait::begin(&self.watch, kind, step).ready(name, Some(&live.id), None, says).await?;
        if let Some(desired) = &step.desired {
            stayed(kind.shape(), &live, &desired.spec)?;
        }
        Ok(self.remember(step, live))
    }

    /// Waits if what was made is not ready, and keeps its outputs for those who refer to it.
    pub(super) async fn settle_down(
        &self,
        wait: &Wait<'_, '_, C>,
        step: &Step,
        made: AnyMade,
        says: impl FnMut(&str),
    ) -> Result<Done> {
        self.own().insert(made.id.clone());
        // A change of what is there makes nothing; a new revision has another id.
        if step.live.as_ref().is_none_or(|live| live.id != made.id) {
            let tags = step.live.as_ref().map_or(&step.set_tags, |live| &live.tags).clone();
            let creation = Creation { region: step.region.clone(), made: made.clone(), tags };
            self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(step.id.address.clone(), creation);
        }
        match made.state {
            State::Settling(_) => {
                let name = &step.id.address.name;
                let live = wait.ready(name, Some(&made.id), before(step), says).await?;
                Ok(self.remember(step, live))
            }
            state => {
                if !self.is_former(step, &made.id) {
                    self.lives.lock().unwrap_or_else(PoisonError::into_inner).remove(&step.id.address);
                    self.keep_outputs(&step.id.address, made.outputs);
                }
                let waiting = match state {
                    State::AwaitsAction(what) => Some(what),
                    _ => None,
                };
                Ok(Done { id: Some(made.id), kept: Vec::new(), waiting })
            }
        }
    }

    pub(super) fn remember(&self, step: &Step, live: Arc<Live>) -> Done {
        let waiting = match &live.state {
            State::AwaitsAction(what) => Some(what.clone()),
            _ => None,
        };
        let id = Some(live.id.clone());
        self.own().insert(live.id.clone());
        if !self.is_former(step, &live.id) {
            self.keep_outputs(&step.id.address, live.outputs.clone());
            self.lives.lock().unwrap_or_else(PoisonError::into_inner).insert(step.id.address.clone(), live);
        }
        Done { id, kept: Vec::new(), waiting }
    }

    /// Whether this run has made a successor beside a thing: then who refers to the address means that one.
    fn is_former(&self, step: &Step, id: &str) -> bool {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(&step.id.address).is_some_and(|known| (&*known.region, &*known.made.id) != (&*step.region, id))
    }

    fn keep_outputs(&self, address: &Address, outputs: Value) {
        let mut own = self.own();
        pointer::walk(&outputs, &mut |_, leaf| {
            own.extend(leaf.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        });
        self.outputs.lock().unwrap_or_else(PoisonError::into_inner).insert(address.clone(), outputs);
    }

    /// The step's live thing: as this run saw it last, as the plan saw it, or looked for (after a create).
    pub(super) async fn live(&self, kind: &dyn AnyKind<C>, step: &Step) -> Result<Arc<Live>> {
        let seen = self.lives.lock().unwrap_or_else(PoisonError::into_inner).get(&step.id.address).cloned();
        match (&step.live, seen) {
            (Some(planned), Some(seen)) if planned.id == seen.id && planned.region == seen.region => Ok(seen),
            (Some(planned), _) => Ok(planned.clone()),
            // Not the old one, which may have let go of something beside its successor.
            (None, Some(seen)) if !self.is_former(step, &seen.id) => Ok(seen),
            (None, _) => self.newest(kind, step).await,
        }
    }

    pub(super) async fn newest(&self, kind: &dyn AnyKind<C>, step: &Step) -> Result<Arc<Live>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).get(&step.id.address).cloned();
        let made = made.map(|known| known.made.id);
        let id = made.as_deref().or(step.live.as_ref().filter(|_| step.id.verb == Verb::Update).map(|live| &*live.id));
        let name = &step.id.address.name;
        let live = Wait::begin(&self.watch, kind, step).ready(name, id, None, |_| ()).await?;
        self.remember(step, live.clone());
        Ok(live)
    }

    /// Fills in the references that this run has made, and passes the spec through its type once more.
    pub(super) fn settle(&self, shape: &dyn Shape, spec: &Value) -> Result<Settled> {
        let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        let resolved =
            resolve(spec, &|reference: &Reference| output(outputs.get(&reference.address)?, &reference.output));
        drop(outputs);
        let normal = shape.normalise(resolved).map_err(|why| Failure::new(Class::Invalid, why))?;
        Settled::new(normal).map_err(|open| {
            let left = Reference::all_in(&open).into_iter().map(|(_, reference)| reference.to_string());
            let left = left.collect::<Vec<_>>().join(", ");
            Failure::new(Class::Conflict, format!("{left} is not known although its resource is there"))
        })
    }

    /// The tags to set, with the digest as it is now that all it stands for is known.
    fn tags(&self, shape: &dyn Shape, step: &Step) -> Tags {
        let mut tags = step.set_tags.clone();
        if let Some(digest_inputs) = &step.digest_inputs {
            let outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
            let lookup = |reference: &Reference| output(outputs.get(&reference.address)?, &reference.output);
            tags.0.extend(digest_inputs.settled(shape, &lookup).map(|text| (key::DIGEST.to_owned(), text)));
        }
        tags
    }

    /// The permit of one call of a step's verb; `live` is the resource that the verb is handed. Another call of the verb,
    /// after a change, is another request to AWS, with a token of its own.
    pub(super) fn permit(&self, step: &Step, spec: Option<&Value>, live: Option<&Live>) -> Permit {
        let live = live.map(|live| &live.spec);
        let mut mentioned = BTreeSet::new();
        for spec in spec.into_iter().chain(live) {
            pointer::walk(spec, &mut |_, leaf| mentioned.extend(leaf.as_str().map(str::to_owned)));
        }
        let [spec, live] = [spec, live].map(|spec| spec.unwrap_or(&Value::Null));
        let token = Sha256::digest(format!("{}\n{}\n{}\n{spec}\n{live}", self.run, self.stack.id, step.id));
        Permit {
            stack: self.stack.id.clone(),
            address: step.id.address.clone(),
            own: self.own().clone(),
            mentioned,
            tags: step.set_tags.clone(),
            token: hex::encode(&token[..16]),
            named: self.named.contains(&step.id.address),
        }
    }

    fn own(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A resource that became ready must have the spec that was under way, else AWS has rolled it back.
fn stayed(shape: &dyn Shape, live: &Live, seen: &Value) -> Result<()> {
    let facts = shape.facts();
    let is_ignored = |path: &str| facts.ignored_after_create.iter().any(|pattern| pointer::covers(pattern, path));
    match shape.compare(&live.spec, seen).fields.iter().find(|field| !is_ignored(&field.path)) {
        Some(field) => Err(reverted(&field.path)),
        None => Ok(()),
    }
}

pub(super) fn reverted(path: &str) -> Failure {
    Failure::new(Class::Invalid, format!("{path} was set back by AWS after the update"))
        .hint("a deployment may have been rolled back: see the service's events and the stopped tasks' reasons")
}

/// How the step's thing was before it.
pub(super) fn before(step: &Step) -> Option<&State> {
    step.live.as_ref().map(|live| &live.state)
}

/// The tombstone of a deleted resource; of a kind with revisions, that of the whole family.
fn tombstone(facts: &Facts, live: &Live) -> Option<Kept> {
    let id = live.name.as_ref().filter(|_| facts.revisioned).unwrap_or(&live.id).clone();
    Some(Kept {
        what: format!("deleted {}", facts.kind),
        id,
        why: facts.tombstone?.to_owned(),
        costs: false,
        is_itself: false,
        stays: false,
    })
}

/// The create-only properties of a settled spec as one text: the hash in the names of create-first kinds.
fn create_only(facts: &Facts, spec: &Value) -> String {
    let parts = facts.create_only.iter().map(|path| spec.pointer(path).unwrap_or(&Value::Null).to_string());
    parts.collect::<Vec<_>>().join("\n")
}
