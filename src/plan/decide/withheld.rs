//! Updates whose contract phase is withheld.

use std::sync::Arc;

use serde_json::Value;

use super::{Decider, LeftOut};
use crate::plan::fields::joined;
use crate::plan::phases::{Phases, parted, phases};
use crate::plan::types::Field;
use crate::plan::verdict::Verdict;
use crate::resource::{Address, Live, Shape, pointer};

/// A contract phase that is withheld.
pub(in crate::plan) struct Withheld {
    pub(in crate::plan) why: String,
    pub(in crate::plan) fields: Vec<Field>,
    properties: LeftOut,
}

impl Withheld {
    /// Whether it has the property that a pointer leads into.
    pub(in crate::plan) fn covers(&self, at: &str) -> bool {
        self.properties.keys().any(|property| pointer::covers(property, at))
    }
}

/// A blocked change shows both phases: nothing is withheld where nothing is done.
pub(super) fn whole(mut verdict: Verdict, withheld: &mut Option<Withheld>) -> Verdict {
    if let Verdict::Blocked { fields, .. } = &mut verdict
        && let Some(withheld) = withheld.take()
    {
        let mut all: Vec<_> = std::mem::take(fields).into_iter().chain(withheld.fields).collect();
        // Stable: of one path, what is given stands before what is taken away.
        all.sort_by(|one, other| one.path.cmp(&other.path));
        *fields = joined(all.into_iter());
    }
    verdict
}

impl Decider<'_> {
    /// The fields and the spec of an update without its contract phase, which is withheld.
    pub(super) fn withheld(
        &self,
        shape: &dyn Shape,
        address: &Address,
        live: &Arc<Live>,
        (fields, spec): (Vec<Field>, Value),
        withheld: &mut Option<Withheld>,
    ) -> (Vec<Field>, Value) {
        let Some(why) = self.keeps.get(address) else { return (fields, spec) };
        let (ignored, acted): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field.ignored.is_some());
        match phases(shape, self.edges, live, &spec, &joined(acted.iter().cloned())) {
            Some(Phases { expanded, expand, contract }) => {
                let properties = parted(shape.facts(), &contract, &expanded);
                *withheld = Some(Withheld { why: why.clone(), fields: contract, properties });
                (expand.into_iter().chain(ignored).collect(), expanded)
            }
            None => (acted.into_iter().chain(ignored).collect(), spec),
        }
    }

    /// Records the contract phase of a resource that is withheld.
    pub(super) fn keep(&mut self, address: &Address, withheld: Option<Withheld>) {
        match withheld {
            Some(withheld) => drop(self.withheld.insert(address.clone(), withheld)),
            None => drop(self.withheld.remove(address)),
        }
    }

    /// The properties that a withheld phase leaves as they were, with the part of each that is applied.
    pub(super) fn withheld_properties(&self, address: &Address) -> LeftOut {
        self.withheld.get(address).map(|withheld| withheld.properties.clone()).unwrap_or_default()
    }
}
