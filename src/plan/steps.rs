//! The steps that bring the desired resources about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::decide::Decisions;
use super::fields::joined;
use super::input::{Input, Mode};
use super::order::{Order, Shapes};
use super::pending;
use super::tags;
use super::types::{Cause, Desired, Field, LeftAlone, Step, StepId, Verb};
use super::verdict::Verdict;
use crate::blueprint::Resource;
use crate::resource::{Address, Digest, DigestInputs, Facts, Live, Shape, State, Tags, key, pointer};

/// The steps so far, and for each address the one after which it is as desired.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) all: BTreeMap<StepId, Step>,
    pub(super) last: BTreeMap<Address, StepId>,
    /// Differences of tags that this sort of plan leaves to another.
    pub(super) left_alone: Vec<LeftAlone>,
}

impl Steps {
    /// Gives a step another id, to those who wait for it as well.
    pub(super) fn rename(&mut self, old: &StepId, new: &StepId) -> Option<&mut Step> {
        let step = self.all.remove(old)?;
        for other in self.all.values_mut() {
            if other.after.remove(old) {
                other.after.insert(new.clone());
            }
        }
        self.last.values_mut().filter(|last| **last == *old).for_each(|last| last.clone_from(new));
        self.all.insert(new.clone(), Step { id: new.clone(), ..step });
        self.all.get_mut(new)
    }
}

/// Makes the steps for every desired resource but deletions.
pub(super) fn steps(input: &Input<'_>, shapes: &Shapes<'_>, order: &Order, decisions: &Decisions) -> Steps {
    let mut maker = Maker { input, shapes, order, decisions, steps: Steps::default(), deferrable: Vec::new() };
    for address in &order.sequence {
        maker.resource(&input.blueprint.resources[address], &decisions.verdicts[address]);
    }
    maker.finish_late();
    maker.steps
}

struct Maker<'a> {
    input: &'a Input<'a>,
    shapes: &'a Shapes<'a>,
    order: &'a Order,
    decisions: &'a Decisions,
    steps: Steps,
    /// Updates whose targets come later in the order.
    deferrable: Vec<(StepId, Address)>,
}

impl<'a> Maker<'a> {
    fn resource(&mut self, resource: &Resource, verdict: &Verdict) {
        let facts = self.shape(resource).facts();
        let first = self.needs(resource);
        match verdict {
            Verdict::Keep { live, .. } => self.retag(resource, live, BTreeSet::new()),
            Verdict::Wait { live } => {
                let wait = self.wait(resource, facts, live);
                self.steps.last.insert(resource.address.clone(), wait.clone());
                self.retag(resource, live, BTreeSet::from([wait]));
            }
            Verdict::Update { live, spec, fields } => self.update(resource, facts, live, spec, fields, first),
            Verdict::Create { spec, deleting } => {
                let wait = deleting.as_ref().map(|live| self.wait(resource, facts, live));
                self.create(resource, facts, spec, first.into_iter().chain(wait).collect());
            }
            Verdict::Replace { live, spec, create_first, .. } => {
                let mut after = first;
                if !create_first {
                    after.insert(StepId::new(&resource.address, Verb::Delete, &live.id));
                }
                self.create(resource, facts, spec, after);
            }
            Verdict::Blocked { .. } | Verdict::Left { .. } | Verdict::Held { .. } => {}
        }
    }

    /// The last steps of what a resource refers to; cut edges come later, by a deferred update.
    fn needs(&self, resource: &Resource) -> BTreeSet<StepId> {
        let targets = resource.edges.keys().filter(|target| !self.order.is_cut(&resource.address, target));
        targets.filter_map(|target| self.steps.last.get(target)).cloned().collect()
    }

    fn update(
        &mut self,
        resource: &Resource,
        facts: &Facts,
        live: &Arc<Live>,
        spec: &Arc<Value>,
        fields: &[Field],
        mut after: BTreeSet<StepId>,
    ) {
        let acted = joined(fields.iter().filter(|field| field.ignored.is_none()).cloned());
        let preempts = preempts(facts, &acted);
        if matches!(live.state, State::Settling(_)) && !preempts {
            after.insert(self.wait(resource, facts, live));
        }
        let now = pending::at_once(self.shape(resource), live, spec, fields);
        let id = StepId::new(&resource.address, Verb::Update, &live.id);
        let rolls_out = acted.iter().any(|field| facts.rollout.iter().any(|path| pointer::covers(path, &field.path)));
        let pauses = if rolls_out { self.shape(resource).pauses(spec) } else { 0 };
        let desired = Desired { spec: spec.clone(), fields: acted, physical: None, cramped: None };
        self.push(Step {
            region: resource.region.clone(),
            after,
            live: Some(live.clone()),
            desired: Some(desired),
            preempts,
            seconds: self.shape(resource).update_seconds(&live.spec, &now) + pauses,
            ..Step::new(id.clone())
        });
        self.steps.last.insert(resource.address.clone(), id.clone());
        self.retag(resource, live, BTreeSet::from([id.clone()]));
        if self.order.cuts.contains_key(&resource.address) {
            self.deferrable.push((id, resource.address.clone()));
        }
    }

    fn create(&mut self, resource: &Resource, facts: &Facts, spec: &Arc<Value>, after: BTreeSet<StepId>) {
        let id = StepId::new(&resource.address, Verb::Create, "");
        let deferrable = late_properties(self.order, &resource.address, facts);
        let deferrable: Vec<_> = deferrable.into_iter().filter(|property| spec.pointer(property).is_some()).collect();
        let mut early = spec.clone();
        deferrable.iter().for_each(|property| pointer::set_property(Arc::make_mut(&mut early), property, None));
        let digest_inputs = self.digest_inputs(resource, None);
        let mut tags = tags::desired(&self.input.blueprint.stack, resource, facts, &digest_inputs);
        let is_partial = self.shape(resource).several_calls(&early) || !deferrable.is_empty();
        if is_partial {
            tags.set(key::DIGEST, Digest::PENDING);
        }
        self.push(Step {
            region: resource.region.clone(),
            after,
            desired: Some(Desired {
                spec: early,
                fields: Vec::new(),
                physical: resource.physical.clone(),
                cramped: None,
            }),
            set_tags: tags,
            digest_inputs: (!is_partial).then(|| digest_inputs.clone()),
            seconds: facts.seconds + self.shape(resource).pauses(spec),
            ..Step::new(id.clone())
        });
        self.steps.last.insert(resource.address.clone(), id.clone());
        let complete =
            if deferrable.is_empty() { id } else { self.late_update(resource, facts, spec, &deferrable, id) };
        if deferrable.iter().any(|property| facts.set_when_ready.contains(property)) {
            self.steps.last.insert(resource.address.clone(), complete.clone());
        }
        if is_partial {
            let retag = StepId::new(&resource.address, Verb::Retag, "");
            self.push(Step {
                region: resource.region.clone(),
                after: BTreeSet::from([complete]),
                set_tags: Tags::from_iter(digest_inputs.text().map(|text| (key::DIGEST, text))),
                digest_inputs: Some(digest_inputs),
                seconds: 1,
                ..Step::new(retag)
            });
        }
    }

    /// Sets after creation what refers to resources that in turn need this one.
    fn late_update(
        &mut self,
        resource: &Resource,
        facts: &Facts,
        spec: &Arc<Value>,
        deferrable: &[&str],
        created: StepId,
    ) -> StepId {
        let id = StepId::new(&resource.address, Verb::Update, "");
        let fields = deferrable.iter().map(|property| Field {
            path: (*property).to_owned(),
            before: None,
            after: spec.pointer(property).cloned(),
            cause: Cause::New,
            replaces: false,
            unknown: true,
            sensitive: facts.sensitive.iter().any(|pattern| pointer::covers(pattern, property)),
            ignored: None,
            origin: resource.origin(property).cloned(),
        });
        self.push(Step {
            region: resource.region.clone(),
            after: BTreeSet::from([created]),
            desired: Some(Desired { spec: spec.clone(), fields: fields.collect(), physical: None, cramped: None }),
            seconds: facts.seconds.min(60),
            ..Step::new(id.clone())
        });
        self.deferrable.push((id.clone(), resource.address.clone()));
        id
    }

    fn wait(&mut self, resource: &Resource, facts: &Facts, live: &Arc<Live>) -> StepId {
        let id = StepId::new(&resource.address, Verb::Wait, &live.id);
        self.push(Step {
            region: resource.region.clone(),
            live: Some(live.clone()),
            seconds: facts.seconds,
            ..Step::new(id.clone())
        });
        id
    }

    fn retag(&mut self, resource: &Resource, live: &Arc<Live>, after: BTreeSet<StepId>) {
        let facts = self.shape(resource).facts();
        let digest_inputs = self.digest_inputs(resource, Some(live));
        let desired = tags::desired(&self.input.blueprint.stack, resource, facts, &digest_inputs);
        let tags::Retag { set: mut set_tags, unset: unset_tags, left_alone } =
            tags::retag(live, &desired, facts, self.input.mode);
        self.steps.left_alone.extend(left_alone.iter().map(|field| field.left_at(&resource.address)));
        // Only the run knows the values that the update before it fills in.
        let is_open = digest_inputs.is_open() && !after.is_empty() && self.input.mode != Mode::OnlyDrift;
        let open = digest_inputs.text().filter(|_| is_open);
        set_tags.0.extend(open.map(|text| (key::DIGEST.to_owned(), text)));
        if set_tags.is_empty() && unset_tags.is_empty() {
            return;
        }
        let id = StepId::new(&resource.address, Verb::Retag, &live.id);
        self.push(Step {
            region: resource.region.clone(),
            after,
            live: Some(live.clone()),
            digest_inputs: set_tags.get(key::DIGEST).is_some().then_some(digest_inputs),
            set_tags,
            unset_tags,
            seconds: 1,
            ..Step::new(id)
        });
    }

    /// The inputs of its digest.
    fn digest_inputs(&self, resource: &Resource, live: Option<&Live>) -> DigestInputs {
        let shape = self.shape(resource);
        let spec = resource.resolved(shape, &|reference| {
            let verdict = self.decisions.verdicts.get(&reference.address)?;
            verdict.output(reference, self.shapes.get(reference.address.kind.as_str())?.facts())
        });
        let left_out = self.decisions.left_out.get(&resource.address).cloned().unwrap_or_default();
        tags::digest_inputs(&self.input.blueprint.stack, resource, shape, live, spec, &left_out)
    }

    fn shape(&self, resource: &Resource) -> &'a dyn Shape {
        self.shapes[resource.address.kind.as_str()]
    }

    /// Lets deferred updates follow what they refer to, now that all steps are known.
    fn finish_late(&mut self) {
        let deferrable = std::mem::take(&mut self.deferrable);
        let giving: BTreeMap<_, _> =
            deferrable.iter().filter(|(id, _)| self.only_gives(id)).map(|(id, address)| (address, id)).collect();
        for (id, address) in &deferrable {
            let targets = self.order.cuts.get(address).into_iter().flat_map(BTreeMap::keys);
            // Of two updates that wait for each other, neither needs to: both targets are there already. But what a new
            // target gives comes first: a queue lets a topic in before it is subscribed.
            let after = targets.flat_map(|target| {
                let last = self.steps.last.get(target).filter(|last| *last != id && last.verb != Verb::Update);
                let gives = giving.get(target).copied().filter(|_| !giving.contains_key(address));
                last.into_iter().chain(gives).cloned()
            });
            let after: Vec<_> = after.collect();
            self.put_last(id, &after);
            if let Some(step) = self.steps.all.get_mut(id) {
                step.after.extend(after);
            }
        }
    }

    /// Takes an update of a live resource out of the steps that its targets wait for: they need the resource, which is there,
    /// and the update needs them.
    fn put_last(&mut self, update: &StepId, targets: &[StepId]) {
        if self.steps.all.get(update).is_none_or(|step| step.live.is_none()) {
            return;
        }
        let (mut open, mut seen) = (targets.to_vec(), BTreeSet::new());
        while let Some(id) = open.pop() {
            if let Some(step) = self.steps.all.get_mut(&id).filter(|_| seen.insert(id)) {
                step.after.remove(update);
                open.extend(step.after.iter().cloned());
            }
        }
    }

    /// Whether an update completes a create, by nothing but what the new resource gives to others.
    fn only_gives(&self, id: &StepId) -> bool {
        let grants = self.shapes[id.address.kind.as_str()].facts().grants;
        let gives = |field: &Field| grants.iter().any(|pattern| pointer::covers(pattern, &field.path));
        let desired = self.steps.all.get(id).and_then(|step| step.desired.as_ref());
        id.id.is_empty() && desired.is_some_and(|desired| desired.fields.iter().all(gives))
    }

    fn push(&mut self, step: Step) {
        self.steps.all.insert(step.id.clone(), step);
    }
}

/// Whether an update need not wait for what is under way.
fn preempts(facts: &Facts, fields: &[Field]) -> bool {
    fields.iter().all(|field| facts.preempts.iter().any(|pattern| pointer::covers(pattern, &field.path)))
}

/// The properties that a create leaves to an update of its own: the deferrable ones that hang on cut edges, and what AWS takes
/// only of a resource that is ready.
fn late_properties(order: &Order, address: &Address, facts: &Facts) -> BTreeSet<&'static str> {
    let cuts = order.cuts.get(address).into_iter().flat_map(BTreeMap::values).flatten();
    let cut = cuts.filter_map(|at| facts.deferrable.iter().find(|pattern| pointer::covers(pattern, at)));
    cut.chain(facts.set_when_ready).copied().collect()
}
