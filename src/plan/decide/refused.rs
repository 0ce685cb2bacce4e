//! Values that AWS would refuse, by the answers of the preflight.

use std::sync::Arc;

use super::Decider;
use crate::blueprint::Resource;
use crate::inventory::PreflightRefusal;
use crate::plan::verdict::Verdict;
use crate::resource::{Live, pointer};

impl Decider<'_> {
    /// Blocks what would be made with, or changed to, a value that AWS refuses.
    pub(super) fn allowed(&self, resource: &Resource, live: Option<&Arc<Live>>, verdict: Verdict) -> Verdict {
        let Some(refused) = self.input.inventory.refused.get(&resource.address) else { return verdict };
        let is_due = |refusal: &&PreflightRefusal| match &verdict {
            Verdict::Create { .. } | Verdict::Replace { .. } => true,
            Verdict::Update { fields, .. } => fields
                .iter()
                .filter(|field| field.ignored.is_none())
                .any(|field| pointer::covers(&field.path, &refusal.at) || pointer::covers(&refusal.at, &field.path)),
            _ => false,
        };
        match all_of(resource, refused.iter().filter(is_due)) {
            Some(why) => verdict.blocked(live, why),
            None => verdict,
        }
    }

    /// The values of a missing resource that AWS would refuse: shown beside the reason that blocks it, so that both are
    /// mended at once.
    pub(super) fn refused_new(&self, resource: &Resource) -> Option<String> {
        all_of(resource, self.input.inventory.refused.get(&resource.address)?.iter())
    }
}

fn all_of<'a>(resource: &Resource, refusals: impl Iterator<Item = &'a PreflightRefusal>) -> Option<String> {
    let told: Vec<_> = refusals.map(|refusal| told(resource, refusal)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn told(resource: &Resource, refusal: &PreflightRefusal) -> String {
    // Of the thing as a whole.
    if refusal.at.is_empty() {
        return refusal.why.clone();
    }
    let field = refusal.at.trim_start_matches('/').replace('/', ".");
    let place = resource.origin(&refusal.at).map(|origin| format!(" ({})", origin.place()));
    format!("{field}: {}{}", refusal.why, place.unwrap_or_default())
}
