//! Resources that could not be read, and that the plan would leave behind.

use std::collections::BTreeSet;

use super::changes::blocked_in;
use super::input::Input;
use super::types::{Cause, Change};
use crate::inventory::ListOutcome;
use crate::problem::Problem;
use crate::resource::Address;

/// Things of this stack that the YAML does not have and that could not be read.
pub(super) fn unread_removals(input: &Input<'_>) -> Vec<Change> {
    let wanted = input.blueprint.resources.values();
    let wanted: BTreeSet<Address> =
        wanted.flat_map(|one| one.names().map(|name| Address::new(&*one.address.kind, name))).collect();
    let mut all = Vec::new();
    for ((region, kind), seen) in &input.inventory.kinds {
        let ListOutcome::Read(listing) = seen else { continue };
        for unseen in &listing.unseen {
            let Some(address) = unseen.tags.as_ref().and_then(|tags| tags.address(kind)) else { continue };
            if !wanted.contains(&address) {
                let why = format!("{} could not be read: {}", unseen.id, unseen.failure);
                let (cause, id) = (Cause::Unreadable, Some(unseen.id.clone()));
                all.push(Change { cause, id, ..blocked_in(region, address, why) });
            }
        }
    }
    all
}

/// Kinds of which nothing is known in a region, where the YAML has none of them either: what there is of them stays.
pub(super) fn unlisted(input: &Input<'_>) -> Vec<Problem> {
    let wanted: BTreeSet<(&str, &str)> =
        input.blueprint.resources.values().map(|resource| (&*resource.region, &*resource.address.kind)).collect();
    let unknown = input.inventory.kinds.iter().filter_map(|((region, kind), seen)| match seen {
        ListOutcome::Unknown(failure) if !wanted.contains(&(&**region, &**kind)) => Some((region, kind, failure)),
        _ => None,
    });
    let warning = |region: &str, kind: &str, failure: &dyn std::fmt::Display| {
        let what = format!("{kind} could not be listed in {region}: {failure}");
        Problem::warning(None, what).hint("the YAML has none; if the stack ever had, look there by hand")
    };
    unknown.map(|(region, kind, failure)| warning(region, kind, failure)).collect()
}

/// Kinds of which AWS could not be asked whether it would take what is to be made.
pub(super) fn unchecked(input: &Input<'_>) -> Vec<Problem> {
    let warning = |(kind, why): (&String, &String)| {
        let what = format!("not checked whether AWS offers what {kind} asks for: it {why}");
        Problem::warning(None, what).hint("`⟪permissions⟫` names the reads; without them an apply finds out")
    };
    input.inventory.unchecked.iter().map(warning).collect()
}
