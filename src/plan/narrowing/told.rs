//! What a reviewer is told of what updates take away.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::changes::blocked;
use crate::plan::decide::Decisions;
use crate::plan::fields::shown;
use crate::plan::input::Input;
use crate::plan::order::Shapes;
use crate::plan::types::{Action, Change, StackPlan};
use crate::resource::{Address, Disruption};

/// What becomes of what an update takes away.
#[derive(Debug)]
pub(in crate::plan) enum Taken {
    /// It goes once the movers have been changed, who may still need it; those who are left go on needing it.
    After { movers: BTreeSet<Address>, left: BTreeSet<Address> },
    /// It goes before these have been changed: of what waits for each other, something has to go first.
    Before(BTreeSet<Address>),
    /// It goes, and those who use it stay as they are.
    Unmoved(BTreeSet<Address>),
}

/// So many names are told, and the number of the rest.
const NAMED: usize = 3;

/// Tells what goes last, what goes from under those who stay, and what can't go now.
pub(in crate::plan) fn tell(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    taken: &BTreeMap<Address, Taken>,
    plan: &mut StackPlan,
) {
    for change in plan.changes.iter_mut().filter(|change| change.action == Action::Update) {
        match taken.get(&change.address) {
            Some(Taken::After { movers, left }) => {
                change.notes.push(format!("what it takes away goes last, after {}", names(movers)));
                strand(change, left);
            }
            Some(Taken::Before(users)) => {
                change.disruption = change.disruption.max(Disruption::Outage);
                change.notes.push(format!("takes away what {} may need before that has changed", names(users)));
            }
            Some(Taken::Unmoved(users)) => strand(change, users),
            None => {}
        }
    }
    for (address, kept) in decisions.into_iter().flat_map(|decisions| &decisions.kept) {
        if let Some(change) = plan.changes.iter_mut().find(|change| change.address == *address) {
            change.notes.push(kept.why.clone());
            continue;
        }
        // What was only brought along is changed when it is asked for.
        if input.selection.as_ref().is_some_and(|asked| !asked.contains(address)) {
            continue;
        }
        let facts = shapes[address.kind.as_str()].facts();
        let fields = kept.fields.iter().map(|field| shown(facts, field)).collect();
        plan.unchanged = plan.unchanged.saturating_sub(1);
        plan.changes.push(Change { fields, ..blocked(input, address.clone(), kept.why.clone()) });
    }
}

/// Tells of those who lose something that they go on needing.
fn strand(change: &mut Change, left: &BTreeSet<Address>) {
    if !left.is_empty() {
        change.disruption = change.disruption.max(Disruption::Outage);
        change.notes.push(format!("takes away what {} may still need afterwards", names(left)));
    }
}

fn names(users: &BTreeSet<Address>) -> String {
    let named: Vec<_> = users.iter().take(NAMED).map(ToString::to_string).collect();
    let rest = users.len() - named.len();
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{rest}", named.join(", "))
}
