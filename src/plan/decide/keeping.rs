//! Updates that may take nothing away now.

use std::sync::Arc;

use serde_json::Value;

use super::{Decider, LeftOut};
use crate::plan::fate::Fate;
use crate::plan::fields::joined;
use crate::plan::narrowing::{Halves, halves, parted};
use crate::plan::types::Field;
use crate::resource::{Address, Live, Shape, pointer};

/// What an update would take away and leaves.
pub(in crate::plan) struct Kept {
    pub(in crate::plan) why: String,
    pub(in crate::plan) fields: Vec<Field>,
    properties: LeftOut,
}

impl Kept {
    /// Whether it is about what a pointer leads into.
    pub(in crate::plan) fn covers(&self, at: &str) -> bool {
        self.properties.keys().any(|property| pointer::covers(property, at))
    }
}

/// A blocked change shows all that it would do: nothing of it is kept, as nothing of it is done.
pub(super) fn whole(mut fate: Fate, kept: &mut Option<Kept>) -> Fate {
    if let Fate::Blocked { fields, .. } = &mut fate
        && let Some(kept) = kept.take()
    {
        let mut all: Vec<_> = std::mem::take(fields).into_iter().chain(kept.fields).collect();
        // Stable: of one path, what is given stands before what is taken away.
        all.sort_by(|one, other| one.path.cmp(&other.path));
        *fields = joined(all.into_iter());
    }
    fate
}

impl Decider<'_> {
    /// The fields and the spec of an update without what it would take away, which is kept.
    pub(super) fn keeping(
        &self,
        shape: &dyn Shape,
        address: &Address,
        live: &Arc<Live>,
        (fields, spec): (Vec<Field>, Value),
        kept: &mut Option<Kept>,
    ) -> (Vec<Field>, Value) {
        let Some(why) = self.keeps.get(address) else { return (fields, spec) };
        let (ignored, acted): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field.ignored.is_some());
        match halves(shape, self.edges, live, &spec, &joined(acted.iter().cloned())) {
            Some(Halves { wide, early, late }) => {
                let properties = parted(shape.facts(), &late, &wide);
                *kept = Some(Kept { why: why.clone(), fields: late, properties });
                (early.into_iter().chain(ignored).collect(), wide)
            }
            None => (acted.into_iter().chain(ignored).collect(), spec),
        }
    }

    /// Takes down what is kept of a resource.
    pub(super) fn keep(&mut self, address: &Address, kept: Option<Kept>) {
        match kept {
            Some(kept) => drop(self.kept.insert(address.clone(), kept)),
            None => drop(self.kept.remove(address)),
        }
    }

    /// The properties that a kept half leaves as they were, with what of them is applied.
    pub(super) fn kept_properties(&self, address: &Address) -> LeftOut {
        self.kept.get(address).map(|kept| kept.properties.clone()).unwrap_or_default()
    }
}
