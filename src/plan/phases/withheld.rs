//! Contract phases that are withheld: a user that may still need the removed elements can't be changed now.

use std::collections::{BTreeMap, BTreeSet};

use super::order::PhasePlanner;
use super::split::phases;
use crate::plan::decide::Decisions;
use crate::plan::fields::joined;
use crate::plan::observed::Observed;
use crate::plan::removals::{Removal, can_refer, unreadable_kinds};
use crate::plan::verdict::Verdict;
use crate::resource::Address;

impl PhasePlanner<'_> {
    /// The resources whose contract phase is withheld, and why. `asked` is all that a partial apply is about, `unasked` the
    /// removals outside of it.
    pub(in crate::plan) fn withheld(
        &self,
        removals: &[Removal],
        unasked: &[Removal],
        asked: Option<&BTreeSet<Address>>,
    ) -> BTreeMap<Address, String> {
        let Some(decisions) = self.decisions else { return BTreeMap::new() };
        let unreadable_kinds = unreadable_kinds(self.input);
        let absent = self.not_giving(decisions, asked);
        let holds = decisions.verdicts.iter().filter_map(|(address, verdict)| {
            let Verdict::Update { live, spec, fields } = verdict else { return None };
            let shape = self.shapes.get(address.kind.as_str())?;
            let contract = phases(*shape, self.edges, live, spec, &joined(fields.iter().cloned()))?.contract;
            let users = self.users(address, &self.going(address, &contract));
            let left = |user: &Address| {
                let goes = unasked.iter().any(|removal| removal.address == *user);
                let changes =
                    matches!(decisions.verdicts.get(user), Some(Verdict::Update { .. } | Verdict::Replace { .. }));
                goes || (changes && asked.is_some_and(|asked| !asked.contains(user)))
            };
            let holder = users.iter().find_map(|user| {
                let unasked = left(user).then(|| UNASKED.to_owned());
                Some((user.to_string(), unasked.or_else(|| holds(decisions, removals, user))?))
            });
            let instead = || {
                let mut others = absent.iter().filter(|(giver, ..)| *giver != address);
                let (giver, why, users_of_it) = others.find(|(.., given_to)| !given_to.is_disjoint(&users))?;
                let user = users.intersection(users_of_it).next()?;
                Some((user.to_string(), format!("{giver}, which gives something to it, {why}")))
            };
            let unseen = || {
                let (kind, _) =
                    unreadable_kinds.iter().find(|(kind, _)| can_refer(self.shapes, kind, &address.kind))?;
                Some((kind.clone(), "could not be read".to_owned()))
            };
            let (who, why) = holder.or_else(instead).or_else(unseen)?;
            Some((address.clone(), format!("{who} may still need what it would remove, and {why}")))
        });
        holds.collect()
    }

    /// The resources that provide something in the YAML and not in this plan, why not, and for which users.
    fn not_giving<'a>(
        &self,
        decisions: &'a Decisions,
        asked: Option<&BTreeSet<Address>>,
    ) -> Vec<(&'a Address, &'static str, BTreeSet<Address>)> {
        let givers = decisions.verdicts.iter().filter_map(|(address, verdict)| {
            let (fields, why) = match verdict {
                Verdict::Update { fields, .. } if asked.is_some_and(|asked| !asked.contains(address)) => {
                    (fields, UNASKED)
                }
                Verdict::Blocked { fields, live: Some(_), .. } => (fields, "is blocked"),
                _ => return None,
            };
            let given = self.given(address, fields)?;
            Some((address, why, given))
        });
        givers.collect()
    }
}

const UNASKED: &str = "is not part of this plan: ask for that as well, or for the whole stack";

/// Why a user can't be changed now that has to be, if so.
fn holds(decisions: &Decisions, removals: &[Removal], user: &Address) -> Option<String> {
    let mut going = removals.iter().filter(|removal| removal.address == *user);
    if going.any(|removal| !removal.goes()) {
        return Some("can't be deleted now".to_owned());
    }
    match (decisions.verdicts.get(user)?, decisions.observed.get(user)) {
        (Verdict::Blocked { .. }, Some(Observed::Absent)) => None,
        (Verdict::Blocked { .. }, _) => Some("is blocked".to_owned()),
        (Verdict::Held { live: Some(_), by }, _) => Some(format!("waits for {by}")),
        _ => None,
    }
}
