use std::collections::BTreeSet;
use std::sync::Arc;

use super::types::{Desired, Step, StepId, Verb};
use crate::resource::{Address, Live, Tags};

impl StepId {
    pub fn new(address: &Address, verb: Verb, id: &str) -> Self {
        Self { address: address.clone(), verb, id: id.to_owned() }
    }
}

impl Step {
    pub(super) fn new(id: StepId) -> Self {
        Self {
            id,
            region: String::new(),
            after: BTreeSet::new(),
            live: None,
            desired: None,
            set_tags: Tags::default(),
            marks: None,
            unset_tags: Vec::new(),
            overtakes: false,
            seconds: 0,
        }
    }

    /// A deletion.
    pub(super) fn delete(address: &Address, live: &Arc<Live>, after: BTreeSet<StepId>, seconds: u32) -> Self {
        let id = StepId::new(address, Verb::Delete, &live.id);
        Self { region: live.region.clone(), after, live: Some(live.clone()), seconds, ..Self::new(id) }
    }

    /// A wait before a deletion.
    pub(super) fn wait(address: &Address, live: &Arc<Live>, seconds: u32) -> Self {
        let id = StepId::new(address, Verb::Wait, &live.id);
        Self { region: live.region.clone(), live: Some(live.clone()), seconds, ..Self::new(id) }
    }

    /// An update that takes late references away before a deletion.
    pub(super) fn strip(address: &Address, live: &Arc<Live>, desired: Desired) -> Self {
        let id = StepId::new(address, Verb::Update, &live.id);
        Self {
            region: live.region.clone(),
            live: Some(live.clone()),
            desired: Some(desired),
            seconds: 2,
            ..Self::new(id)
        }
    }
}
