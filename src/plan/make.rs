use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::decide::{Decisions, decide, estranged};
use super::fate::Fate;
use super::fields::{of_new, overall, shown};
use super::foundation::obstacle;
use super::input::{Input, Mode};
use super::live_edges::LiveEdges;
use super::order::{Order, Shapes};
use super::protection;
use super::remove::{Victim, remove, victims};
use super::select;
use super::steps::{Steps, steps};
use super::types::{Action, Cause, Change, StackPlan, Step, StepId, Verb, Waiting};
use crate::resource::{Address, Disruption, Live, Recorded, Replacement, State, key, resolve};

/// Makes the plan of one stack.
pub fn plan(input: &Input<'_>) -> StackPlan {
    let shapes: Shapes<'_> = input.shapes.iter().map(|shape| (shape.facts().kind, *shape)).collect();
    if let Some(why) = obstacle(input, &shapes) {
        return all_blocked(input, &why);
    }
    let renamed = renamed(input);
    let all = input.inventory.all().map(|(address, live)| (renamed.get(address).copied().unwrap_or(address), live));
    let edges = LiveEdges::of(&shapes, all);
    let order = Order::of(input.blueprint, |address| shapes.get(address.kind.as_str()).map(|shape| shape.facts().late));
    let (decisions, mut made) = if input.mode == Mode::Destroy {
        (None, Steps::default())
    } else {
        let decisions = decide(input, &shapes, &order, &edges);
        let made = steps(input, &shapes, &order, &decisions);
        (Some(decisions), made)
    };
    let mut leaving = victims(input, decisions.as_ref());
    if let Some(selection) = &input.selection {
        leaving.retain(|victim| selection.contains(&victim.address));
    }
    remove(input, &shapes, decisions.as_ref(), &edges, &mut leaving, &mut made);
    let mut plan = assemble(input, &shapes, decisions.as_ref(), &leaving, made);
    if input.mode == Mode::Destroy {
        let left = estranged(input, &shapes, &order, &edges);
        plan.changes.extend(left.into_iter().map(|(address, why)| blocked(input, address, why)));
        plan.changes.sort_by(|a, b| (&a.address, a.action, &a.id).cmp(&(&b.address, b.action, &b.id)));
    }
    if let Some(selection) = &input.selection {
        select::narrow(&mut plan, input.blueprint, selection);
    }
    plan
}

/// What still bears a former name, with the new one: it is that resource, to those who refer to it and those it refers
/// to.
fn renamed<'a>(input: &Input<'a>) -> BTreeMap<Address, &'a Address> {
    let resources = &input.blueprint.resources;
    let live: BTreeSet<&Address> = input.inventory.all().map(|(address, _)| address).collect();
    let renamed = resources.iter().filter(|_| input.mode != Mode::Destroy).filter_map(|(address, resource)| {
        let old = Address::new(&*address.kind, resource.was.as_deref()?);
        (!live.contains(address) && !resources.contains_key(&old)).then_some((old, address))
    });
    renamed.collect()
}

fn assemble(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    leaving: &[Victim],
    steps: Steps,
) -> StackPlan {
    let stack = &input.blueprint.stack;
    let mut plan = StackPlan {
        steps: steps.all,
        unmanaged: input.inventory.unmanaged.clone(),
        warnings: input.blueprint.warnings.clone(),
        ..StackPlan::empty(stack.clone())
    };
    for (address, fate) in decisions.into_iter().flat_map(|decisions| &decisions.fates) {
        desired_change(input, shapes, address, fate, &mut plan);
    }
    for victim in leaving {
        removed_change(input, shapes, victim, &mut plan);
    }
    plan.unmanaged.extend(decisions.into_iter().flat_map(|decisions| decisions.foreign.iter().cloned()));
    plan.unmanaged.sort();
    plan.unmanaged.dedup();
    let outputs = input.blueprint.outputs.iter().filter(|_| input.mode != Mode::Destroy);
    plan.outputs = outputs
        .map(|(name, value)| {
            let lookup = |reference: &crate::resource::Reference| {
                let fate = decisions?.fates.get(&reference.address)?;
                fate.output(reference, &shapes.get(reference.address.kind.as_str())?.facts())
            };
            (name.clone(), resolve(value, &lookup))
        })
        .collect();
    plan.changes.sort_by(|a, b| (&a.address, a.action, &a.id).cmp(&(&b.address, b.action, &b.id)));
    for index in 0..plan.changes.len() {
        plan.changes[index].after = comes_after(&plan.steps, &plan.changes[index].address);
    }
    plan
}

/// Nothing may be done to any resource of the stack, for one reason.
fn all_blocked(input: &Input<'_>, why: &str) -> StackPlan {
    let id = |address: &Address| input.inventory.all().find(|(at, _)| *at == address).map(|(_, live)| live.id.clone());
    let resources = input.blueprint.resources.keys();
    let changes =
        resources.map(|address| Change { id: id(address), ..blocked(input, address.clone(), why.to_owned()) });
    let mut plan = StackPlan {
        changes: changes.collect(),
        unmanaged: input.inventory.unmanaged.clone(),
        warnings: input.blueprint.warnings.clone(),
        ..StackPlan::empty(input.blueprint.stack.clone())
    };
    if let Some(selection) = &input.selection {
        select::narrow(&mut plan, input.blueprint, selection);
    }
    plan
}

/// A wanted resource that nothing may be done to, nor made.
fn blocked(input: &Input<'_>, address: Address, why: String) -> Change {
    Change {
        region: input.blueprint.resources[&address].region.clone(),
        address,
        action: Action::Blocked,
        cause: Cause::Dependency,
        disruption: Disruption::None,
        id: None,
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: vec![why],
    }
}

/// The addresses of the steps that come before a resource's own.
fn comes_after(steps: &BTreeMap<StepId, Step>, address: &Address) -> BTreeSet<Address> {
    let own = steps.values().filter(|step| step.id.address == *address);
    own.flat_map(|step| &step.after).map(|id| id.address.clone()).filter(|before| before != address).collect()
}

fn desired_change(input: &Input<'_>, shapes: &Shapes<'_>, address: &Address, fate: &Fate, plan: &mut StackPlan) {
    let resource = &input.blueprint.resources[address];
    let shape = shapes[address.kind.as_str()];
    let facts = shape.facts();
    let stands = |live: Option<&Arc<Live>>| protection::stands(resource.protected, &facts, live.map(|live| &**live));
    let mut change = Change {
        address: address.clone(),
        region: resource.region.clone(),
        action: Action::Create,
        cause: Cause::New,
        disruption: Disruption::None,
        id: fate.live().map(|live| live.id.clone()),
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: Vec::new(),
    };
    match fate {
        Fate::Keep { live, waiting, ignored } => {
            plan.ignored.extend(ignored.iter().map(|field| (address.clone(), field.clone())));
            if let Some(what) = waiting {
                plan.waiting.push(Waiting { address: address.clone(), what: what.clone() });
            }
            let Some(step) = plan.steps.get(&StepId::new(address, Verb::Retag, &live.id)) else {
                plan.unchanged += 1;
                return;
            };
            let keys = step
                .set_tags
                .iter()
                .map(|(key, _)| key.to_owned())
                .chain(step.unset_tags.iter().map(|key| format!("-{key}")));
            change.notes.push(format!("tags: {}", keys.collect::<Vec<_>>().join(", ")));
            change.action = Action::Retag;
            change.cause = Cause::Config;
        }
        Fate::Wait { live } => {
            change.action = Action::Wait;
            change.cause = Cause::Waiting;
            change.notes.extend(match &live.state {
                State::Settling(what) => Some(what.clone()),
                _ => None,
            });
        }
        Fate::Update { live, fields, spec } => {
            let diffs: Vec<_> =
                fields.iter().filter(|field| field.ignored.is_none()).map(super::types::Field::as_diff).collect();
            change.action = Action::Update;
            change.cause = overall(fields);
            change.disruption = shape.disruption(&diffs);
            let lifted = protection::lifted(&facts, live, spec);
            // What completes a create that was cut short takes nothing away that anybody relies on.
            let is_half_made = Recorded::read(live.tags.get(key::DIGEST)) == Recorded::Pending;
            if is_half_made {
                change.disruption = Disruption::None;
            }
            let loses = change.disruption == Disruption::DestroysData && stands(Some(live));
            change.protected = loses || !lifted.is_empty();
            change.notes.extend(lifted.iter().map(|path| format!("turns its protection off ({path})")));
            change.fields = fields.iter().map(|field| shown(&facts, field)).collect();
            if let State::Human(what) = &live.state {
                plan.waiting.push(Waiting { address: address.clone(), what: what.clone() });
            }
        }
        Fate::Create { leaving, spec } => {
            change.fields = of_new(resource, &facts, spec).iter().map(|field| shown(&facts, field)).collect();
            change.notes.extend(leaving.as_ref().map(|live| format!("after {} is gone", live.id)));
        }
        Fate::Replace { live, fields, create_first, why, .. } => {
            change.action = Action::Replace;
            change.cause = if fields.is_empty() { Cause::Drift } else { overall(fields) };
            change.disruption = match (facts.stateful, create_first) {
                (true, _) => Disruption::DestroysData,
                (false, true) => Disruption::None,
                (false, false) => Disruption::Outage,
            };
            change.protected = stands(Some(live));
            if facts.awaits_person && why.is_some() {
                // What a person never made usable bears nothing.
                (change.protected, change.disruption) = (false, Disruption::None);
            }
            change.fields = fields.iter().map(|field| shown(&facts, field)).collect();
            change.notes.extend(why.clone());
        }
        Fate::Blocked { why, unreadable, .. } => {
            change.action = Action::Blocked;
            change.cause = if *unreadable { Cause::Unreadable } else { Cause::Dependency };
            change.notes.push(why.clone());
        }
        Fate::Held { by, .. } => {
            plan.waiting.push(Waiting { address: address.clone(), what: by.to_string() });
            return;
        }
    }
    let retag = fate.live().and_then(|live| plan.steps.get(&StepId::new(address, Verb::Retag, &live.id)));
    change.protected |= retag.is_some_and(unmarks);
    plan.changes.push(change);
}

fn removed_change(input: &Input<'_>, shapes: &Shapes<'_>, victim: &Victim, plan: &mut StackPlan) {
    let Some(shape) = shapes.get(victim.address.kind.as_str()) else { return };
    let facts = shape.facts();
    // The old side of a replacement is part of the replacement's own line.
    let is_replacement = plan.changes.iter().any(|change| {
        change.action == Action::Replace
            && change.address == victim.address
            && change.id.as_deref() == Some(&victim.live.id)
    });
    if victim.deferred || (is_replacement && victim.blocked.is_none()) {
        return;
    }
    // The YAML still names what a destroy takes.
    let declared = input.blueprint.resources.get(&victim.address).and_then(|resource| resource.protected);
    let is_guarded = input.mode != Mode::Destroy || input.blueprint.stack.protected;
    let bears_nothing =
        victim.cause == Cause::Superseded && facts.replacement == Replacement::CreateFirst && !facts.stateful;
    plan.changes.push(Change {
        address: victim.address.clone(),
        region: victim.live.region.clone(),
        action: if victim.blocked.is_some() { Action::Blocked } else { Action::Delete },
        cause: victim.cause,
        disruption: match (facts.stateful, bears_nothing) {
            (true, _) => Disruption::DestroysData,
            (false, true) => Disruption::None,
            (false, false) => Disruption::Outage,
        },
        id: Some(victim.live.id.clone()),
        protected: is_guarded && protection::stands(declared, &facts, Some(&victim.live)),
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: victim.blocked.iter().cloned().collect(),
    });
}

/// Returns whether a step takes away the mark that the YAML protects a resource.
fn unmarks(step: &Step) -> bool {
    step.unset_tags.iter().any(|tag| tag == key::PROTECTED)
}
