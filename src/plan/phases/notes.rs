//! Notes for the reviewer about the contract phases.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::changes::blocked;
use crate::plan::decide::Decisions;
use crate::plan::fields::shown;
use crate::plan::input::Input;
use crate::plan::order::Shapes;
use crate::plan::types::{Action, Change, StackPlan};
use crate::resource::{Address, Disruption};

/// The place of a contract phase in the plan.
#[derive(Debug)]
pub(in crate::plan) enum Contraction {
    /// It comes after the movers, users that are changed; the users that are left go on needing what it removes.
    After { movers: BTreeSet<Address>, left: BTreeSet<Address> },
    /// It comes before these have been changed: of steps that wait for each other, one has to come first.
    Before(BTreeSet<Address>),
    /// It comes, and its users stay as they are.
    Unmoved(BTreeSet<Address>),
}

/// So many names are shown, and the number of the rest.
const NAMED: usize = 3;

/// Adds the notes: which contract phases come last, which are an outage for users that stay, which are withheld.
pub(in crate::plan) fn tell(
    input: &Input<'_>,
    shapes: &Shapes<'_>,
    decisions: Option<&Decisions>,
    contractions: &BTreeMap<Address, Contraction>,
    plan: &mut StackPlan,
) {
    for change in plan.changes.iter_mut().filter(|change| change.action == Action::Update) {
        match contractions.get(&change.address) {
            Some(Contraction::After { movers, left }) => {
                change.notes.push(format!("removals come last, after {}", names(movers)));
                strand(change, left);
            }
            Some(Contraction::Before(users)) => {
                change.disruption = change.disruption.max(Disruption::Outage);
                change.notes.push(format!("removes what {} may need, before that has changed", names(users)));
            }
            Some(Contraction::Unmoved(users)) => strand(change, users),
            None => {}
        }
    }
    for (address, withheld) in decisions.into_iter().flat_map(|decisions| &decisions.withheld) {
        if let Some(change) = plan.changes.iter_mut().find(|change| change.address == *address) {
            change.notes.push(withheld.why.clone());
            continue;
        }
        // A resource that was only brought along is changed when it is asked for.
        if input.selection.as_ref().is_some_and(|asked| !asked.contains(address)) {
            continue;
        }
        let facts = shapes[address.kind.as_str()].facts();
        let fields = withheld.fields.iter().map(|field| shown(facts, field.clone())).collect();
        plan.unchanged = plan.unchanged.saturating_sub(1);
        plan.changes.push(Change { fields, ..blocked(input, address.clone(), withheld.why.clone()) });
    }
}

/// Tells of those who lose something that they go on needing.
fn strand(change: &mut Change, left: &BTreeSet<Address>) {
    if !left.is_empty() {
        change.disruption = change.disruption.max(Disruption::Outage);
        change.notes.push(format!("removes what {} may still need", names(left)));
    }
}

fn names(users: &BTreeSet<Address>) -> String {
    let named: Vec<_> = users.iter().take(NAMED).map(ToString::to_string).collect();
    let rest = users.len() - named.len();
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{rest}", named.join(", "))
}
