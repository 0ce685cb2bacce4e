//! The order of the phases: expand, the users' steps, contract. So a rollout that fails leaves the running version with all
//! that it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::notes::Contraction;
use super::split::{Phases, parted, phases};
use super::users::Users;
use crate::plan::decide::{Decisions, LeftOut};
use crate::plan::input::Input;
use crate::plan::live_edges::LiveEdges;
use crate::plan::order::Shapes;
use crate::plan::step_order::StepOrder;
use crate::plan::steps::Steps;
use crate::plan::tags;
use crate::plan::types::{Desired, Step, StepId, Verb};
use crate::resource::{Address, State, Tags, key};

/// Plans the phases of updates from these.
pub(in crate::plan) struct PhasePlanner<'a> {
    pub(in crate::plan) input: &'a Input<'a>,
    pub(in crate::plan) shapes: &'a Shapes<'a>,
    pub(in crate::plan) decisions: Option<&'a Decisions>,
    pub(in crate::plan) edges: &'a LiveEdges,
    pub(in crate::plan) users: &'a Users,
}

/// An update that somebody waits for, or that waits for somebody.
struct Turn {
    step: StepId,
    users: BTreeSet<Address>,
}

impl PhasePlanner<'_> {
    /// Parts the updates that take something away from somebody who is changed as well, and orders all by it. An order
    /// that would make a circle is left out: what has to go first goes first.
    pub(in crate::plan) fn order(&self, steps: &mut Steps) -> BTreeMap<Address, Contraction> {
        let (mut told, mut takes) = (BTreeMap::new(), Vec::new());
        let updates: Vec<StepId> = steps.all.keys().filter(|id| id.verb == Verb::Update).cloned().collect();
        let gives = updates.iter().filter_map(|id| {
            let users = self.given(&id.address, &steps.all[id].desired.as_ref()?.fields)?;
            Some(Turn { step: id.clone(), users })
        });
        let gives: Vec<_> = gives.collect();
        for id in updates {
            let Some((phases, users)) = self.taken(steps, &id) else { continue };
            let movers: BTreeSet<Address> =
                users.iter().filter(|user| !own_steps(steps, user).is_empty()).cloned().collect();
            // Another resource may provide what this one removes.
            let others = gives.iter().filter(|give| give.step.address != id.address && !give.users.is_disjoint(&users));
            let others: BTreeSet<StepId> = others.map(|give| give.step.clone()).collect();
            let lost = self.lost(&id.address, &phases.contract);
            let left = self.left(&id.address, &lost, &users, &movers);
            let left = self.nearest(&id.address, left);
            if movers.is_empty() && !users.is_empty() && !lost.is_empty() {
                told.insert(
                    id.address.clone(),
                    Contraction::Unmoved(if left.is_empty() { users } else { left.clone() }),
                );
            }
            if movers.is_empty() && others.is_empty() {
                continue;
            }
            let last = if phases.expand.is_empty() {
                step_aside(steps, &id);
                id.clone()
            } else {
                self.split(steps, &id, phases)
            };
            if !movers.is_empty() {
                told.insert(id.address.clone(), Contraction::After { movers: movers.clone(), left });
            }
            takes.push((Turn { step: last, users: movers }, others));
        }
        for (address, stranded) in Self::connect(steps, &gives, &takes) {
            told.insert(address, Contraction::Before(stranded));
        }
        told
    }

    /// The phases of an update that takes something away, and the living who use the resource or are named by what goes.
    fn taken(&self, steps: &Steps, id: &StepId) -> Option<(Phases, BTreeSet<Address>)> {
        let shape = self.shapes.get(id.address.kind.as_str())?;
        let step = &steps.all[id];
        let (live, desired) = (step.live.as_ref()?, step.desired.as_ref()?);
        let phases = phases(*shape, self.edges, live, &desired.spec, &desired.fields)?;
        let is_parted = steps.all.contains_key(&StepId::new(&id.address, Verb::Update, ""));
        if is_parted && !phases.expand.is_empty() {
            return None;
        }
        let users = self.users(&id.address, &self.going(&id.address, &phases.contract));
        Some((phases, users.into_iter().filter(|user| self.lives(steps, user)).collect()))
    }

    /// Whether something of the address is there now.
    fn lives(&self, steps: &Steps, address: &Address) -> bool {
        let verdict = self.decisions.and_then(|decisions| decisions.verdicts.get(address));
        let goes = |step: &Step| step.id.address == *address && step.live.is_some();
        verdict.is_some_and(|verdict| verdict.live().is_some()) || steps.all.values().any(goes)
    }

    /// Makes two updates of one: the first gives, the second takes away. Whoever waits to be let go of waits for that.
    fn split(&self, steps: &mut Steps, first: &StepId, phases: Phases) -> StepId {
        let Phases { expanded, expand, contract } = phases;
        let second = StepId::new(&first.address, Verb::Update, "");
        let retag = StepId::new(&first.address, Verb::Retag, &first.id);
        let properties = parted(self.shapes[first.address.kind.as_str()].facts(), &contract, &expanded);
        let Some(step) = steps.all.get_mut(first) else { return second };
        let Some(desired) = &mut step.desired else { return second };
        let spec = std::mem::replace(&mut desired.spec, Arc::new(expanded));
        desired.fields = expand;
        desired.cramped = Some(spec.clone());
        let (live, region, seconds) = (step.live.clone(), step.region.clone(), step.seconds.min(60));
        let transfers = step.transfers.clone();
        let narrow = Desired { spec, fields: contract, physical: None, cramped: None };
        for other in steps.all.values_mut() {
            let waits = other.id.verb == Verb::Delete || other.id == retag;
            if waits && other.after.remove(first) {
                other.after.insert(second.clone());
            }
        }
        let after = BTreeSet::from([first.clone()]);
        let step = Step { region, after, live, desired: Some(narrow), transfers, seconds, ..Step::new(second.clone()) };
        steps.all.insert(second.clone(), step);
        self.record_half(steps, first, &retag, properties);
        second
    }

    /// Lets the digest say between the phases that the properties are as no YAML has them: a run that ends there leaves a
    /// change under way, and no drift.
    fn record_half(&self, steps: &mut Steps, first: &StepId, retag: &StepId, properties: LeftOut) {
        let Some(whole) = steps.all.get(retag) else { return };
        let Some((live, resource)) = whole.live.clone().zip(self.input.blueprint.resources.get(&first.address)) else {
            return;
        };
        let shape = self.shapes[first.address.kind.as_str()];
        let Some(spec) =
            whole.digest_inputs.as_ref().and(steps.all[first].desired.as_ref()).and_then(|one| one.cramped.clone())
        else {
            return;
        };
        let left_out = self.decisions.and_then(|decisions| decisions.left_out.get(&first.address));
        let left_out = left_out.cloned().into_iter().flatten().chain(properties).collect();
        let digest_inputs =
            tags::digest_inputs(&self.input.blueprint.stack, resource, shape, Some(&live), spec, &left_out);
        let half = StepId::new(&first.address, Verb::Retag, "");
        let step = Step {
            region: whole.region.clone(),
            after: BTreeSet::from([first.clone()]),
            live: Some(live),
            set_tags: Tags::from_iter(digest_inputs.text().map(|text| (key::DIGEST, text))),
            digest_inputs: Some(digest_inputs),
            seconds: 1,
            ..Step::new(half.clone())
        };
        steps.all.insert(half.clone(), step);
        if let Some(whole) = steps.all.get_mut(retag) {
            whole.after.insert(half);
        }
    }

    /// Writes the order into the steps; returns those who lose something before they have changed, by who takes it.
    fn connect(
        steps: &mut Steps,
        gives: &[Turn],
        takes: &[(Turn, BTreeSet<StepId>)],
    ) -> BTreeMap<Address, BTreeSet<Address>> {
        let (mut after, mut stranded) = (StepOrder::of(steps), BTreeMap::<_, BTreeSet<_>>::new());
        for (turn, others) in takes {
            for other in others {
                after.add(&turn.step, other);
            }
            for user in &turn.users {
                let refused = own_steps(steps, user).iter().filter(|own| !after.add(&turn.step, own)).count();
                if refused > 0 {
                    stranded.entry(turn.step.address.clone()).or_default().insert(user.clone());
                }
                stay_as_planned(steps, user);
            }
        }
        for turn in gives {
            for user in &turn.users {
                let starts = own_steps(steps, user).into_iter();
                let starts = starts.filter(|own| matches!(own.verb, Verb::Create | Verb::Update));
                for own in starts {
                    after.add(&own, &turn.step);
                }
            }
        }
        after.write(steps);
        stranded
    }
}

/// The steps after which a resource no longer needs what it needed: all but tags, and waits for it to be ready.
fn own_steps(steps: &Steps, address: &Address) -> BTreeSet<StepId> {
    let own = steps.all.range(StepId::new(address, Verb::Create, "")..);
    let own = own.take_while(|(id, _)| id.address == *address).filter(|(id, _)| id.verb != Verb::Retag);
    own.map(|(id, _)| id.clone()).collect()
}

/// A rollout that is under way and that nothing changes has to end as it was seen: else what it needed is needed still.
fn stay_as_planned(steps: &mut Steps, user: &Address) {
    if own_steps(steps, user).iter().any(|own| own.verb != Verb::Wait) {
        return;
    }
    for step in steps.all.values_mut().filter(|step| step.id.address == *user && step.id.verb == Verb::Wait) {
        let settling = step.live.as_ref().filter(|live| matches!(live.state, State::Settling(_)));
        step.desired = settling.map(|live| Desired {
            spec: Arc::new(live.spec.clone()),
            fields: Vec::new(),
            physical: None,
            cramped: None,
        });
    }
}

/// Lets nobody wait for an update that only takes away, but what is let go of by it: they wait for what that waited for.
fn step_aside(steps: &mut Steps, id: &StepId) {
    let before = steps.all[id].after.clone();
    let others = steps.all.values_mut().filter(|step| step.id.verb != Verb::Delete && step.id.address != id.address);
    for step in others {
        if step.after.remove(id) {
            step.after.extend(before.iter().cloned());
        }
    }
}
