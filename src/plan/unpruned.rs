//! Parts that somebody added to a resource, that no template can express and that no update takes away.

use super::changes::blocked;
use super::decide::Decisions;
use super::fields::{overall, shown};
use super::input::Input;
use super::order::Shapes;
use super::types::{Change, Field, StackPlan};
use super::verdict::Verdict;

/// Notes these parts on the resource's change, which goes on as if they were not there: nothing has to wait for them.
pub(super) fn tell(input: &Input<'_>, shapes: &Shapes<'_>, decisions: &Decisions, plan: &mut StackPlan) {
    for (address, fields) in &decisions.unpruned {
        let verdict = &decisions.verdicts[address];
        // A resource that was only brought along is told when it is asked for; a new one comes without such parts.
        let is_asked = input.selection.as_ref().is_none_or(|asked| asked.contains(address));
        if !is_asked || verdict.is_new() {
            continue;
        }
        let notes = fields.iter().map(note);
        if let Some(change) = plan.changes.iter_mut().find(|change| change.address == *address) {
            change.notes.extend(notes);
            continue;
        }
        let facts = shapes[address.kind.as_str()].facts();
        if matches!(verdict, Verdict::Keep { .. }) {
            plan.unchanged = plan.unchanged.saturating_sub(1);
        }
        plan.changes.push(Change {
            id: verdict.live().map(|live| live.id.clone()),
            cause: overall(fields.iter()),
            fields: fields.iter().map(|field| shown(facts, field.clone())).collect(),
            notes: notes.collect(),
            ..blocked(input, address.clone(), String::new())
        });
    }
}

fn note(field: &Field) -> String {
    let what = field.before.as_ref().and_then(|before| before.as_str()).unwrap_or_default();
    format!(
        "{} ({what}): no template can say it, and no update takes it away; take it away by hand, or name it under `ignore`",
        field.path
    )
}
