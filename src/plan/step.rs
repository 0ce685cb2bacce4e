use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::types::{Desired, Step, StepId, Transfer, Verb};
use crate::resource::{Address, FieldDiff, Live, Tags};

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
            digest_inputs: None,
            unset_tags: Vec::new(),
            preempts: false,
            transfers: Vec::new(),
            seconds: 0,
        }
    }

    /// Returns a spec of it with what another step takes over: nobody gives that up.
    pub fn keeping(&self, spec: &Value) -> Value {
        let mut spec = spec.clone();
        for Transfer { list, element, .. } in &self.transfers {
            keep(spec.pointer_mut(list), element);
        }
        spec
    }

    /// Returns a spec of it without what another step takes over: whether that has been taken yet is not its own doing.
    pub fn without_transferred(&self, spec: &Value) -> Value {
        let mut spec = spec.clone();
        for Transfer { list, element, .. } in &self.transfers {
            if let Some(Value::Array(all)) = spec.pointer_mut(list) {
                all.retain(|one| one != element);
            }
        }
        spec
    }

    /// Returns a difference without what another step takes over: for those who use it, nothing is taken away.
    pub(super) fn as_kept(&self, diff: FieldDiff) -> FieldDiff {
        let mut after = diff.after;
        for Transfer { element, .. } in self.transfers.iter().filter(|passed| passed.list == diff.path) {
            keep(after.as_mut(), element);
        }
        FieldDiff { after, ..diff }
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

    /// An update that takes deferrable references away before a deletion.
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

/// Adds an element to a list that has it not.
fn keep(list: Option<&mut Value>, element: &str) {
    if let Some(Value::Array(all)) = list
        && !all.iter().any(|one| one == element)
    {
        all.push(element.into());
    }
}
