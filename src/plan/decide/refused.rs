//! What AWS has said that it would refuse.

use std::sync::Arc;

use super::Decider;
use crate::blueprint::Resource;
use crate::inventory::Refusal;
use crate::plan::fate::Fate;
use crate::resource::{Live, pointer};

impl Decider<'_> {
    /// Blocks what would be made with, or changed to, a value that AWS refuses.
    pub(super) fn allowed(&self, resource: &Resource, live: Option<&Arc<Live>>, fate: Fate) -> Fate {
        let Some(refused) = self.input.inventory.refused.get(&resource.address) else { return fate };
        let is_due = |refusal: &&Refusal| match &fate {
            Fate::Create { .. } | Fate::Replace { .. } => true,
            Fate::Update { fields, .. } => fields
                .iter()
                .filter(|field| field.ignored.is_none())
                .any(|field| pointer::covers(&field.path, &refusal.at) || pointer::covers(&refusal.at, &field.path)),
            _ => false,
        };
        match all_of(resource, refused.iter().filter(is_due)) {
            Some(why) => fate.blocked(live, why),
            None => fate,
        }
    }

    /// What AWS would refuse of one that is not there yet: told beside what it waits for, so that all is mended at once.
    pub(super) fn refused_new(&self, resource: &Resource) -> Option<String> {
        all_of(resource, self.input.inventory.refused.get(&resource.address)?.iter())
    }
}

fn all_of<'a>(resource: &Resource, refusals: impl Iterator<Item = &'a Refusal>) -> Option<String> {
    let told: Vec<_> = refusals.map(|refusal| told(resource, refusal)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn told(resource: &Resource, refusal: &Refusal) -> String {
    let field = refusal.at.trim_start_matches('/').replace('/', ".");
    let place = resource.origin(&refusal.at).map(|origin| format!(" ({})", origin.place()));
    format!("{field}: {}{}", refusal.why, place.unwrap_or_default())
}
