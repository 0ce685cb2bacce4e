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
        let due: Vec<_> = refused.iter().filter(is_due).map(|refusal| told(resource, refusal)).collect();
        if due.is_empty() {
            return fate;
        }
        fate.blocked(live, due.join("; "))
    }
}

fn told(resource: &Resource, refusal: &Refusal) -> String {
    let field = refusal.at.trim_start_matches('/').replace('/', ".");
    let place = resource.origin(&refusal.at).map(|origin| format!(" ({})", origin.place()));
    format!("{field}: {}{}", refusal.why, place.unwrap_or_default())
}
