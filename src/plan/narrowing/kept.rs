//! What an update would take away stays while somebody who may still need it can't be changed now.

use std::collections::{BTreeMap, BTreeSet};

use super::halves::halves;
use super::order::Narrowing;
use crate::plan::decide::Decisions;
use crate::plan::fate::Fate;
use crate::plan::fields::joined;
use crate::plan::standing::Standing;
use crate::plan::victims::{Victim, blind, can_refer};
use crate::resource::Address;

impl Narrowing<'_> {
    /// The resources whose updates may take nothing away, and why. `asked` is all that a partial apply is about, `unasked`
    /// what would go besides.
    pub(in crate::plan) fn kept(
        &self,
        leaving: &[Victim],
        unasked: &[Victim],
        asked: Option<&BTreeSet<Address>>,
    ) -> BTreeMap<Address, String> {
        let Some(decisions) = self.decisions else { return BTreeMap::new() };
        let blind = blind(self.input);
        let absent = self.not_giving(decisions, asked);
        let holds = decisions.fates.iter().filter_map(|(address, fate)| {
            let Fate::Update { live, spec, fields } = fate else { return None };
            let shape = self.shapes.get(address.kind.as_str())?;
            let late = halves(*shape, self.edges, live, spec, &joined(fields.iter().cloned()))?.late;
            let users = self.users(address, &self.going(address, &late));
            let left = |user: &Address| {
                let goes = unasked.iter().any(|victim| victim.address == *user);
                let changes = matches!(decisions.fates.get(user), Some(Fate::Update { .. } | Fate::Replace { .. }));
                goes || (changes && asked.is_some_and(|asked| !asked.contains(user)))
            };
            let holder = users.iter().find_map(|user| {
                let unasked = left(user).then(|| UNASKED.to_owned());
                Some((user.to_string(), unasked.or_else(|| holds(decisions, leaving, user))?))
            });
            let instead = || {
                let mut others = absent.iter().filter(|(giver, ..)| *giver != address);
                let (giver, why, users_of_it) = others.find(|(.., given_to)| !given_to.is_disjoint(&users))?;
                let user = users.intersection(users_of_it).next()?;
                Some((user.to_string(), format!("{giver}, which gives something to it, {why}")))
            };
            let unseen = || {
                let (kind, _) = blind.iter().find(|(kind, _)| can_refer(self.shapes, kind, &address.kind))?;
                Some((kind.clone(), "could not be read".to_owned()))
            };
            let (who, why) = holder.or_else(instead).or_else(unseen)?;
            Some((address.clone(), format!("{who} may still need what it would take away, and {why}")))
        });
        holds.collect()
    }

    /// Those who give something in the YAML and not in this plan, why not, and to whom.
    fn not_giving<'a>(
        &self,
        decisions: &'a Decisions,
        asked: Option<&BTreeSet<Address>>,
    ) -> Vec<(&'a Address, &'static str, BTreeSet<Address>)> {
        let givers = decisions.fates.iter().filter_map(|(address, fate)| {
            let (fields, why) = match fate {
                Fate::Update { fields, .. } if asked.is_some_and(|asked| !asked.contains(address)) => (fields, UNASKED),
                Fate::Blocked { fields, live: Some(_), .. } => (fields, "is blocked"),
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
fn holds(decisions: &Decisions, leaving: &[Victim], user: &Address) -> Option<String> {
    let mut going = leaving.iter().filter(|victim| victim.address == *user);
    if going.any(|victim| !victim.goes()) {
        return Some("can't be deleted now".to_owned());
    }
    match (decisions.fates.get(user)?, decisions.standings.get(user)) {
        (Fate::Blocked { .. }, Some(Standing::Absent)) => None,
        (Fate::Blocked { .. }, _) => Some("is blocked".to_owned()),
        (Fate::Held { live: Some(_), by }, _) => Some(format!("waits for {by}")),
        _ => None,
    }
}
