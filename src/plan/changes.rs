//! The changes that a person reviews: one for each resource.

use std::collections::BTreeSet;

use super::answers::asked;
use super::fields::{judged, of_new, overall, shown, told};
use super::input::{Input, Mode};
use super::order::Shapes;
use super::removals::Removal;
use super::types::{Action, Cause, Change, Field, LeftAlone, StackPlan, Step, StepId, Verb, Waiting};
use super::verdict::Verdict;
use super::{pending, protection, tags};
use crate::problem::Span;
use crate::resource::{
    Address, Disruption, Facts, FieldDiff, Identity, LastApplied, Live, Replacement, RolledBack, Shape, State, key,
};

/// A wanted resource that nothing may be done to, nor made.
pub(super) fn blocked(input: &Input<'_>, address: Address, why: String) -> Change {
    blocked_in(&input.blueprint.resources[&address].region, address, why)
}

/// Why a resource is blocked that needs another one which is.
pub(super) fn needs(blocker: &Address) -> String {
    format!("{NEEDS}{blocker}{BLOCKED}")
}

/// Returns the blocked resource that a blocked one needs, or shares a line of the YAML with; none if it is blocked by
/// itself.
pub fn needed(change: &Change) -> Option<Address> {
    change.notes.iter().find_map(|note| needed_by(note))
}

/// Whether a reason is only that something else is blocked.
pub(super) fn is_for_another(why: &str) -> bool {
    needed_by(why).is_some()
}

fn needed_by(why: &str) -> Option<Address> {
    let needs = || why.strip_prefix(NEEDS)?.strip_suffix(BLOCKED);
    let shares = || why.split_once(FEEDS)?.1.strip_suffix(TOGETHER)?.strip_suffix(BLOCKED);
    needs().or_else(shares)?.parse().ok()
}

/// Why a change is held that comes from the same line as one which is blocked.
pub(super) fn shares(line: &Span, blocked: &Address) -> String {
    format!("{line}{FEEDS}{blocked}{BLOCKED}{TOGETHER}")
}

const NEEDS: &str = "needs ";
const BLOCKED: &str = ", which is blocked";
const FEEDS: &str = " also feeds ";
const TOGETHER: &str = ": both change together, or neither does";

/// What the change of a revision means to a resource that somebody rolled back.
fn rolled_forward(facts: &Facts, live: &Live, fields: &[Field]) -> Option<String> {
    let record = RolledBack::read(&live.tags)?;
    let field = fields.iter().find(|field| Some(field.path.as_str()) == facts.rollback)?;
    let comes = if record.is_undone_by(field.before.as_ref(), field.after.as_ref()) {
        format!("this brings revision {} back", record.from)
    } else {
        "this rolls forward, to another revision".to_owned()
    };
    Some(format!("{record}; {comes}"))
}

/// A resource in a region that nothing may be done to, nor made.
pub(super) fn blocked_in(region: &str, address: Address, why: String) -> Change {
    Change {
        address,
        region: region.to_owned(),
        action: Action::Blocked,
        cause: Cause::Dependency,
        disruption: Disruption::None,
        id: None,
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: vec![why],
        folds: false,
    }
}

pub(super) fn desired_change(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    address: &Address,
    verdict: &Verdict,
    plan: &mut StackPlan,
) {
    let resource = &input.blueprint.resources[address];
    let shape = shapes[address.kind.as_str()];
    let facts = shape.facts();
    let stands = |loses: bool, live: &Live| protection::stands(resource.protected, loses, facts, Some(live));
    let mut change = Change {
        address: address.clone(),
        region: resource.region.clone(),
        action: Action::Create,
        cause: Cause::New,
        disruption: Disruption::None,
        id: verdict.live().map(|live| live.id.clone()),
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: Vec::new(),
        folds: facts.folds_in_plans,
    };
    if let Some(live) = verdict.live() {
        let changed = verdict.fields();
        plan.pending.extend(pending::accepted(address, shape, live, input.now, changed));
    }
    match verdict {
        Verdict::Keep { live, waiting, ignored } => {
            plan.ignored.extend(ignored.iter().map(|field| (address.clone(), shown(facts, field.clone()))));
            if let Some(what) = waiting {
                plan.waiting.push(awaited(plan, address, live, what));
            }
            let Some(step) = plan.steps.get(&StepId::new(address, Verb::Retag, &live.id)) else {
                plan.unchanged += 1;
                return;
            };
            change.action = Action::Retag;
            change.fields = tags::fields(facts, live, step);
            change.cause = overall(change.fields.iter());
            if change.fields.is_empty() {
                change.cause = Cause::Config;
                change.notes.push(format!("{}: {}", borne(facts), key::DIGEST));
            }
        }
        Verdict::Wait { live } => {
            change.action = Action::Wait;
            change.cause = Cause::Waiting;
            change.notes.extend(match &live.state {
                State::Settling(what) => Some(what.clone()),
                _ => None,
            });
            change.fields = retagged(plan, facts, address, live);
        }
        Verdict::Update { live, fields, spec } => {
            let diffs = standing_diffs(shape, live, fields);
            let tags = retagged(plan, facts, address, live);
            change.action = Action::Update;
            change.cause = overall(fields.iter().chain(&tags));
            change.disruption = shape.disruption(&diffs);
            let step = plan.steps.get(&StepId::new(address, Verb::Update, &live.id));
            if let Some(step) = step.filter(|step| !step.transfers.is_empty()) {
                let kept: Vec<_> = diffs.iter().cloned().map(|diff| step.as_kept(diff)).collect();
                // Without a gap, and yet with somebody else from then on.
                change.disruption = shape.disruption(&kept).max(Disruption::Failover);
                let takers: BTreeSet<_> = step.transfers.iter().map(|passed| &passed.to).collect();
                change
                    .notes
                    .extend(takers.iter().map(|taker| format!("{taker} takes over what it gives up, without a gap")));
            }
            let lifted = protection::lifted(facts, live, spec);
            let irreversible = shape.irreversible(&live.spec, spec, &diffs);
            let is_lost = change.disruption == Disruption::DestroysData || irreversible.is_some();
            let loses = is_lost && stands(facts.stateful, live);
            change.protected = loses || !lifted.is_empty();
            let is_unknown = fields.iter().any(|field| field.cause == Cause::Unknown);
            change.notes.extend((is_unknown && facts.identity.digest_room().is_none()).then(unrecorded));
            change.notes.extend(lifted.iter().map(|path| format!("turns its protection off ({path})")));
            change.notes.extend(irreversible);
            change.notes.extend(pending::told(shape, live, spec, &judged(live, fields)));
            let later = pending::put_off(address, shape, live, spec, fields, input.now);
            change.notes.extend(later.iter().map(|later| format!("{} changes {}", later.path, later.when)));
            change.notes.extend(shape.advice(&live.spec, spec, &diffs));
            change.notes.extend(rolled_forward(facts, live, fields));
            plan.later.extend(later);
            change.fields = told(facts, live, fields).into_iter().chain(tags).collect();
            if let State::AwaitsAction(what) = &live.state {
                plan.waiting.push(awaited(plan, address, live, what));
            }
        }
        Verdict::Create { deleting, spec } => {
            change.fields = of_new(resource, facts, spec).into_iter().map(|field| shown(facts, field)).collect();
            change.notes.extend(deleting.as_ref().map(|live| format!("after {} is gone", live.id)));
        }
        Verdict::Replace { live, spec, fields, create_first, why } => {
            change.action = Action::Replace;
            change.cause = if fields.is_empty() { Cause::Drift } else { overall(fields.iter()) };
            let loses = facts.stateful && !(facts.interchangeable && *create_first);
            change.disruption = match (loses, create_first) {
                (true, _) => Disruption::DestroysData,
                (false, true) => facts.replacement_disruption,
                (false, false) => facts.deletion_disruption,
            };
            let inside = inside(input, address, live);
            change.protected = inside.is_some() || stands(loses, live);
            change.notes.extend(inside);
            if facts.interchangeable && why.is_none() {
                let all = facts.create_only.iter().map(|path| FieldDiff {
                    path: (*path).to_owned(),
                    before: live.spec.pointer(path).cloned(),
                    after: spec.pointer(path).cloned(),
                });
                let all: Vec<_> = all.collect();
                change.disruption = change.disruption.max(shape.disruption(&all));
                change.notes.extend(shape.advice(&live.spec, spec, &all));
            }
            if facts.awaits_action && *create_first && why.is_none() {
                change
                    .notes
                    .push("the new one comes first; the old one stays until that is ready and in use".to_owned());
            }
            if facts.awaits_action && why.is_some() {
                // A resource that no person ever made usable bears no data.
                (change.protected, change.disruption) = (false, Disruption::None);
            }
            change.fields = told(facts, live, fields);
            change.notes.extend(why.clone());
            change.notes.extend(live.stopped.as_deref().map(started_first));
        }
        Verdict::Blocked { live, why, unreadable, fields } => {
            change.action = Action::Blocked;
            change.fields = match live {
                Some(live) => told(facts, live, fields),
                None => fields.iter().map(|field| shown(facts, field.clone())).collect(),
            };
            change.cause = if *unreadable { Cause::Unreadable } else { Cause::Dependency };
            change.notes.push(why.clone());
        }
        Verdict::Left { cause, .. } => {
            plan.left_alone.push(LeftAlone { address: address.clone(), path: None, cause: *cause });
            return;
        }
        Verdict::Held { by, .. } => {
            plan.waiting.push(Waiting { address: address.clone(), what: by.to_string() });
            return;
        }
    }
    let retag = verdict.live().and_then(|live| plan.steps.get(&StepId::new(address, Verb::Retag, &live.id)));
    change.protected |= retag.is_some_and(unmarks);
    plan.changes.push(change);
}

/// What a live resource waits for, without what the stack's own resources do of it.
fn awaited(plan: &StackPlan, address: &Address, live: &Live, what: &str) -> Waiting {
    let what = asked(what, plan.answers.get(address), |output| live.output(output));
    Waiting { address: address.clone(), what }
}

/// The differences that take something away. What a create that was cut short has not set yet, nobody relies on.
fn standing_diffs(shape: &dyn Shape, live: &Live, fields: &[Field]) -> Vec<FieldDiff> {
    let is_half_made = LastApplied::read(live.tags.get(key::DIGEST)) == LastApplied::Incomplete;
    let is_unset = |diff: &FieldDiff| is_half_made && diff.before.as_ref() == shape.schema().default_at(&diff.path);
    let counted = judged(live, fields).into_iter().filter(|diff| diff.before != diff.after);
    counted.filter(|diff| !is_unset(diff)).collect()
}

/// The differences of tags that are put right beside what else becomes of a resource.
fn retagged(plan: &StackPlan, facts: &Facts, address: &Address, live: &Live) -> Vec<Field> {
    let retag = plan.steps.get(&StepId::new(address, Verb::Retag, &live.id));
    retag.map(|step| tags::fields(facts, live, step)).unwrap_or_default()
}

/// Why nobody knows who made a difference.
fn unrecorded() -> String {
    "nothing of this kind keeps what was applied: the YAML may have changed, or somebody in AWS".to_owned()
}

/// Where what was applied is written.
fn borne(facts: &Facts) -> &'static str {
    if facts.identity == Identity::Tags { "tags" } else { "note" }
}

/// `kept_dependents` are the removals whose kept things only this one can read.
pub(super) fn removed_change(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    removal: &Removal,
    kept_dependents: &BTreeSet<&Address>,
    plan: &mut StackPlan,
) {
    let Some(shape) = shapes.get(removal.address.kind.as_str()) else { return };
    let facts = shape.facts();
    // The old side of a replacement is part of the replacement's own line.
    let is_replacement = plan.changes.iter().any(|change| {
        change.action == Action::Replace
            && change.address == removal.address
            && change.region == removal.live.region
            && change.id.as_deref() == Some(&removal.live.id)
    });
    let user = removal.until.as_ref().and_then(|user| plan.changes.iter_mut().find(|change| change.address == *user));
    user.into_iter().for_each(|user| user.notes.push(format!("{} stays until then", removal.name())));
    if removal.deferred || (is_replacement && removal.blocked.is_none()) {
        return;
    }
    // The YAML still names what a destroy takes.
    let declared = input.blueprint.resources.get(&removal.address).and_then(|resource| resource.protected);
    let is_guarded = input.mode != Mode::Destroy || input.blueprint.stack.protected;
    let has_successor = removal.cause == Cause::Superseded && facts.replacement == Replacement::CreateFirst;
    let loses = protection::bears_data(facts, &removal.live) && !(has_successor && facts.interchangeable);
    let is_going = removal.blocked.is_none();
    let stopped = removal.live.stopped.as_deref().filter(|_| is_going);
    let stays = facts.kept_for.filter(|_| is_going).map(|what| left_for(what, kept_dependents));
    let inside = inside(input, &removal.address, &removal.live).filter(|_| is_going);
    plan.changes.push(Change {
        address: removal.address.clone(),
        region: removal.live.region.clone(),
        action: if removal.blocked.is_some() { Action::Blocked } else { Action::Delete },
        cause: removal.cause,
        disruption: match (loses, has_successor) {
            (true, _) if stays.is_some() && !kept_dependents.is_empty() => Disruption::None,
            (true, _) => Disruption::DestroysData,
            (false, true) => Disruption::None,
            (false, false) => facts.deletion_disruption,
        },
        id: Some(removal.live.id.clone()),
        // What is in it goes with it only when it is named, also where nothing else is guarded.
        protected: inside.is_some() || (is_guarded && protection::stands(declared, loses, facts, Some(&removal.live))),
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: removal
            .blocked
            .iter()
            .cloned()
            .chain(removal.live.unsupported.clone())
            .chain(stopped.map(started_first))
            .chain(stays)
            .chain(facts.left_as.filter(|_| is_going).map(str::to_owned))
            .chain(inside)
            .collect(),
        folds: false,
    });
}

/// The note on the deletion of a resource that stays while a kept thing needs it.
fn left_for(what: &str, kept_dependents: &BTreeSet<&Address>) -> String {
    let then = "the next destroy after that is gone takes it";
    if kept_dependents.is_empty() {
        return format!("stays as long as there is {what}: {then}");
    }
    let names: Vec<_> = kept_dependents.iter().map(ToString::to_string).collect();
    format!("stays: the deletion of {} leaves {what}; {then}", names.join(" and "))
}

/// The note on what goes with a thing that is deleted, if there is anything in it.
fn inside(input: &Input<'_>, address: &Address, live: &Live) -> Option<String> {
    let at = (address.kind.clone(), live.region.clone(), live.id.clone());
    Some(match input.inventory.contents.get(&at)? {
        Ok(what) => format!("is not empty: {what} go with it"),
        Err(failure) => format!("what is in it goes with it, and could not be read: {failure}"),
    })
}

/// The note on a stopped resource that is started before its deletion.
fn started_first(stopped: &str) -> String {
    format!("{stopped}, and AWS deletes none that is: it is started, waited for, then deleted")
}

/// Returns whether a step takes away the mark that the YAML protects a resource.
fn unmarks(step: &Step) -> bool {
    step.unset_tags.iter().any(|tag| tag == key::PROTECTED)
}
