use std::collections::{BTreeMap, BTreeSet};

use super::answering::answers;
use super::changes::{blocked, desired_change, is_for_another, removed_change};
use super::circles::deadlocked;
use super::completion::complete_first;
use super::decide::{Decisions, decide, left_behind, observed};
use super::derived::BlockedParameters;
use super::ignores;
use super::input::{Input, Mode};
use super::live_edges::LiveEdges;
use super::observed::Observed;
use super::order::{Order, Shapes};
use super::outage;
use super::phases::{Contraction, PhasePlanner, Users, tell};
use super::preconditions::unmet;
use super::removals::{Removal, kept_dependents, mark_blocked, removals, stuck};
use super::remove::remove;
use super::select;
use super::steps::{Steps, steps};
use super::types::{Change, LeftAlone, StackPlan, Step, StepId};
use super::unpruned;
use super::unread::{unchecked, unlisted, unread_removals};
use super::verdict::Verdict;
use crate::resource::{Address, Live, resolve};

/// Makes the plan of one stack.
pub fn plan(input: &Input<'_>) -> StackPlan {
    let shapes: Shapes<'_> = input.shapes.iter().map(|shape| (shape.facts().kind, *shape)).collect();
    let asked = input.selection.as_ref().map(|selection| select::closure(input.blueprint, selection));
    let mut plan = match unmet(input, &shapes) {
        Some(why) => all_blocked(input, &why),
        None => unhindered(input, &shapes, asked.as_ref()),
    };
    if let Some(asked) = &asked {
        select::narrow(&mut plan, asked);
    }
    plan.warnings.extend(ignores::ending(input, asked.as_ref()));
    plan
}

/// The plan where nothing forbids to touch the stack, not narrowed yet; `asked` is all that a partial apply is about.
fn unhindered(input: &Input<'_>, shapes: &Shapes<'_>, asked: Option<&BTreeSet<Address>>) -> StackPlan {
    let renamed = renamed(input);
    let named = |address: &Address, live: &Live| renamed.get(&(address.clone(), live.region.as_str())).copied();
    let all = input.inventory.all().map(|(address, live)| (named(address, live).unwrap_or(address), live));
    let all: Vec<_> = all.collect();
    let edges = LiveEdges::of(shapes, &all);
    let users = Users::of(input.blueprint, shapes, &edges, &all);
    let order =
        Order::of(input.blueprint, |address| shapes.get(address.kind.as_str()).map(|shape| shape.facts().deferrable));
    let Decided { decisions, removals, left_alone, steps: made, contractions } =
        decided(input, shapes, &order, (&edges, &users), asked);
    let mut plan = assemble(input, shapes, decisions.as_ref(), (&removals, &edges), made);
    plan.left_alone.extend(left_alone);
    plan.left_alone.sort();
    tell(input, shapes, decisions.as_ref(), &contractions, &mut plan);
    decisions.iter().for_each(|decisions| unpruned::tell(input, shapes, decisions, &mut plan));
    let observed = match decisions {
        Some(decisions) => decisions.observed,
        None => observed(input, shapes, &order, &edges),
    };
    // A candidate is shown as that, and not as unmanaged too; a copy is shown as a copy all the same.
    let candidates: BTreeSet<&String> = observed.values().flat_map(Observed::candidates).collect();
    let ours: BTreeSet<&String> = input.inventory.all().map(|(_, live)| &live.id).collect();
    plan.unmanaged.retain(|thing| !(candidates.contains(&thing.id) && ours.contains(&thing.place)));
    if input.mode == Mode::Destroy {
        let left = left_behind(&observed);
        plan.changes.extend(left.map(|(address, why)| blocked(input, address.clone(), why.to_owned())));
    }
    plan.changes.extend(unread_removals(input));
    plan.warnings.extend(unlisted(input));
    plan.warnings.extend(unchecked(input));
    plan.changes.sort_by(|a, b| (&a.address, a.action, &a.id).cmp(&(&b.address, b.action, &b.id)));
    plan
}

/// The decisions, the removals, and the steps. A destroy has no decisions.
struct Decided {
    decisions: Option<Decisions>,
    removals: Vec<Removal>,
    /// The removals that this sort of plan leaves to another.
    left_alone: Vec<LeftAlone>,
    steps: Steps,
    contractions: BTreeMap<Address, Contraction>,
}

/// Decides until every change can be carried out: a replacement whose old one has to go first, and can't, is blocked, and
/// what derives from something blocked; then all is decided again, for those who need it. Each round blocks or keeps one
/// resource more, so there are no more rounds than resources. `asked` is all that a partial apply is about.
fn decided(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    order: &Order,
    (edges, users): (&LiveEdges, &Users),
    asked: Option<&BTreeSet<Address>>,
) -> Decided {
    let (mut blocked, mut withheld) = (BTreeMap::new(), BTreeMap::new());
    loop {
        let decisions = (input.mode != Mode::Destroy).then(|| decide(input, shapes, order, edges, &blocked, &withheld));
        let phases = PhasePlanner { input, shapes, decisions: decisions.as_ref(), edges, users };
        let is_asked =
            |removal: &Removal| asked_to_go(input, asked).is_none_or(|asked| asked.contains(&removal.address));
        let all = removals(input, decisions.as_ref());
        let (all, left_alone) = if input.mode == Mode::OnlyDrift { (Vec::new(), all) } else { (all, Vec::new()) };
        let (mut removals, unasked): (Vec<_>, Vec<_>) = all.into_iter().partition(is_asked);
        let params = BlockedParameters::of(input, decisions.as_ref());
        params.keep(input, &mut removals);
        mark_blocked(input, shapes, decisions.as_ref(), edges, asked, &mut removals);
        let mut more = phases.withheld(&removals, &unasked, asked);
        more.retain(|address, _| !withheld.contains_key(address));
        if !more.is_empty() {
            withheld.extend(more);
            continue;
        }
        // A resource that is blocked by itself keeps its reason, also when a resource that it needs is blocked because of
        // it.
        let own = blocked_by_themselves(decisions.as_ref());
        let mut more = stuck(decisions.as_ref(), &removals);
        more.extend(params.changes(input, decisions.as_ref()));
        more.retain(|address, _| !blocked.contains_key(address));
        if more.is_empty() {
            let made = decisions.as_ref().map(|decisions| steps(input, shapes, order, decisions));
            let mut steps = made.unwrap_or_default();
            complete_first(&mut steps);
            remove(input.blueprint, shapes, decisions.as_ref(), edges, &removals, asked, &mut steps);
            more = deadlocked(decisions.as_ref(), &steps);
            more.retain(|address, _| !blocked.contains_key(address));
            if more.is_empty() {
                let contractions = phases.order(&mut steps);
                decisions.iter().for_each(|decisions| outage::shorten(decisions, &mut steps));
                let left_alone = left_alone.iter().map(Removal::left_alone).collect();
                return Decided { decisions, removals, left_alone, steps, contractions };
            }
        }
        blocked.extend(own);
        blocked.extend(more);
    }
}

/// The resources that are blocked by themselves, and not because they need a blocked one.
fn blocked_by_themselves(decisions: Option<&Decisions>) -> BTreeMap<Address, String> {
    let verdicts = decisions.into_iter().flat_map(|decisions| &decisions.verdicts);
    let blocked = verdicts.filter_map(|(address, verdict)| match verdict {
        Verdict::Blocked { why, unreadable: false, .. } if !is_for_another(why) => Some((address.clone(), why.clone())),
        _ => None,
    });
    blocked.collect()
}

/// A destroy takes what was asked for and not what that needs.
fn asked_to_go<'a>(input: &'a Input<'_>, asked: Option<&'a BTreeSet<Address>>) -> Option<&'a BTreeSet<Address>> {
    if input.mode == Mode::Destroy { input.selection.as_ref() } else { asked }
}

/// Live resources that bear a former name, by that name and the region, with the new address: edges to and from them are the
/// new address's.
fn renamed<'a>(input: &'a Input<'a>) -> BTreeMap<(Address, &'a str), &'a Address> {
    let resources = &input.blueprint.resources;
    let live: BTreeSet<(&Address, &str)> =
        input.inventory.all().map(|(address, live)| (address, live.region.as_str())).collect();
    let renamed = resources.iter().filter(|_| input.mode != Mode::Destroy).filter_map(|(address, resource)| {
        let old = Address::new(&*address.kind, resource.was.as_deref()?);
        let is_gone = !live.contains(&(address, &resource.region)) && !resources.contains_key(&old);
        is_gone.then_some(((old, resource.region.as_str()), address))
    });
    renamed.collect()
}

fn assemble(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    (removals, edges): (&[Removal], &LiveEdges),
    steps: Steps,
) -> StackPlan {
    let stack = &input.blueprint.stack;
    let mut plan = StackPlan {
        ours: ours(input),
        left_alone: steps.left_alone,
        steps: steps.all,
        unmanaged: input.inventory.unmanaged.clone(),
        warnings: input.blueprint.warnings.clone(),
        answers: decisions.map(|decisions| answers(input.blueprint, shapes, decisions)).unwrap_or_default(),
        ..StackPlan::empty(stack.clone())
    };
    for (address, fields) in decisions.into_iter().flat_map(|decisions| &decisions.left_alone) {
        plan.left_alone.extend(fields.iter().map(|field| field.left_at(address)));
    }
    for (address, verdict) in decisions.into_iter().flat_map(|decisions| &decisions.verdicts) {
        desired_change(input, shapes, address, verdict, &mut plan);
    }
    for removal in removals {
        removed_change(input, shapes, removal, &kept_dependents(shapes, edges, removals, removal), &mut plan);
    }
    plan.unmanaged.extend(decisions.into_iter().flat_map(|decisions| decisions.foreign.iter().cloned()));
    plan.unmanaged.sort();
    plan.unmanaged.dedup();
    let outputs = input.blueprint.outputs.iter().filter(|_| input.mode != Mode::Destroy);
    plan.outputs = outputs
        .map(|(name, value)| {
            let lookup = |reference: &crate::resource::Reference| {
                let verdict = decisions?.verdicts.get(&reference.address)?;
                verdict.output(reference, shapes.get(reference.address.kind.as_str())?.facts())
            };
            (name.clone(), resolve(value, &lookup))
        })
        .collect();
    let is_there = |address: &Address| {
        let verdict = decisions.and_then(|decisions| decisions.verdicts.get(address));
        verdict.is_some_and(|verdict| !matches!(verdict, Verdict::Create { .. }) && verdict.live().is_some())
    };
    let missing = input.blueprint.outputs_after.iter().map(|(name, after)| {
        (name.clone(), after.iter().filter(|address| !is_there(address)).cloned().collect::<BTreeSet<_>>())
    });
    plan.outputs_after = missing.filter(|(_, missing)| !missing.is_empty()).collect();
    plan.changes.sort_by(|a, b| (&a.address, a.action, &a.id).cmp(&(&b.address, b.action, &b.id)));
    for index in 0..plan.changes.len() {
        plan.changes[index].after = comes_after(&plan.steps, &plan.changes[index].address);
    }
    plan
}

/// The stack's live resources by each id that names one of them and no other: a service and its role may have one name.
fn ours(input: &Input<'_>) -> BTreeMap<String, Address> {
    let mut owners: BTreeMap<String, BTreeSet<&Address>> = BTreeMap::new();
    for (address, live) in input.inventory.all() {
        for handle in live.handles() {
            owners.entry(handle).or_default().insert(address);
        }
    }
    // A port or a revision is no name of anything.
    let is_name = |handle: &str| handle.contains(|sign: char| sign.is_ascii_alphabetic());
    let only = |owners: BTreeSet<&Address>| (owners.len() == 1).then(|| owners.into_iter().next().cloned()).flatten();
    owners.into_iter().filter(|(id, _)| is_name(id)).filter_map(|(id, owners)| Some((id, only(owners)?))).collect()
}

/// Nothing may be done to any resource of the stack, for one reason.
fn all_blocked(input: &Input<'_>, why: &str) -> StackPlan {
    let id = |address: &Address| input.inventory.all().find(|(at, _)| *at == address).map(|(_, live)| live.id.clone());
    let resources = input.blueprint.resources.keys();
    let changes =
        resources.map(|address| Change { id: id(address), ..blocked(input, address.clone(), why.to_owned()) });
    StackPlan {
        ours: ours(input),
        changes: changes.collect(),
        unmanaged: input.inventory.unmanaged.clone(),
        warnings: input.blueprint.warnings.clone(),
        ..StackPlan::empty(input.blueprint.stack.clone())
    }
}

/// The addresses of the steps that come before a resource's own.
fn comes_after(steps: &BTreeMap<StepId, Step>, address: &Address) -> BTreeSet<Address> {
    let own = steps.values().filter(|step| step.id.address == *address);
    own.flat_map(|step| &step.after).map(|id| id.address.clone()).filter(|before| before != address).collect()
}
