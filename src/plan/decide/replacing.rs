//! Whether a resource can be replaced, and in which order.

use std::collections::BTreeSet;

use super::Decider;
use crate::blueprint::Resource;
use crate::plan::live_edges::LiveId;
use crate::plan::verdict::Verdict;
use crate::resource::{Address, pointer};

impl Decider<'_> {
    /// Lets a replacement be create-first only if nothing it needs goes away first, and blocks one that is delete-first
    /// while somebody cannot let go of the old one.
    pub(super) fn replaceable(&self, resource: &Resource, verdict: Verdict) -> Verdict {
        let Verdict::Replace { live, spec, fields, create_first, why } = verdict else { return verdict };
        if let Some(why) = self.stuck.get(&resource.address) {
            return Verdict::Blocked { live: Some(live), why: why.clone(), unreadable: false, fields };
        }
        let goes_first =
            |need: &Address| matches!(self.verdicts.get(need), Some(Verdict::Replace { create_first: false, .. }));
        let create_first = create_first && !self.hard_needs(resource).any(goes_first);
        let holder =
            (!create_first).then(|| self.holder(&LiveId::of(&resource.address, &live), &mut BTreeSet::new())).flatten();
        match holder {
            Some(holder) => {
                let field = fields.iter().find(|field| field.replaces).map_or("it", |field| field.path.as_str());
                let changes = || format!("{field} can only change with a new resource");
                let way = match &why {
                    _ if self.is_stuck(&holder) => "see there".to_owned(),
                    Some(_) => format!("take {holder} out of the YAML, apply, and put it back"),
                    None => format!("put the old value back, or take {holder} out of the YAML, apply, and put it back"),
                };
                let why = why.clone().unwrap_or_else(changes);
                let why = format!("{why}, the old one has to go first, and {holder} cannot let go of it; {way}");
                Verdict::Blocked { live: Some(live), why, unreadable: false, fields }
            }
            None => Verdict::Replace { live, spec, fields, create_first, why },
        }
    }

    /// Somebody who keeps hold of a live thing that would have to go, or of what would go with it: who refers to it by a
    /// create-only property is replaced along, who refers by a deferrable one can let go first, anybody else cannot.
    fn holder(&self, id: &LiveId, seen: &mut BTreeSet<LiveId>) -> Option<Address> {
        if !seen.insert(id.clone()) {
            return None;
        }
        let covered = |patterns: &[&str], at: &str| patterns.iter().any(|pattern| pointer::covers(pattern, at));
        self.edges.into(id).find_map(|(user, pointers)| {
            let facts = self.facts(&user.address)?;
            let resource = self.input.blueprint.resources.get(&user.address)?;
            let stays = resource.edges.contains_key(&id.address) && !resource.only_depends_on(&id.address);
            if self.is_stuck(&user.address)
                || (stays
                    && pointers.iter().any(|at| !covered(facts.create_only, at) && !covered(facts.deferrable, at)))
            {
                return Some(user.address.clone());
            }
            let goes_along = pointers.iter().any(|at| covered(facts.create_only, at));
            goes_along.then(|| self.holder(user, seen)).flatten()
        })
    }

    /// Whether nothing can be done to a resource now: not even what lets go of another.
    fn is_stuck(&self, address: &Address) -> bool {
        matches!(self.verdicts.get(address), Some(Verdict::Held { .. } | Verdict::Blocked { .. }))
    }
}
