//! An update that a person asks for, whatever the YAML says.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::types::{Action, Cause, Change, Desired, Field, Step, StepId, Verb};
use crate::resource::{Address, Live, Shape};

/// The change and the step by which one property of a live resource becomes another; `spec` is what the resource is then.
/// The change names no field.
pub(super) fn update(
    address: &Address,
    live: &Arc<Live>,
    shape: &dyn Shape,
    spec: Value,
    field: Field,
) -> (Change, Step) {
    let change = Change {
        address: address.clone(),
        region: live.region.clone(),
        action: Action::Update,
        cause: Cause::Config,
        disruption: shape.disruption(&[field.as_diff()]),
        id: Some(live.id.clone()),
        protected: false,
        fields: Vec::new(),
        after: BTreeSet::new(),
        notes: Vec::new(),
        folds: false,
    };
    let step = Step {
        region: live.region.clone(),
        live: Some(live.clone()),
        seconds: shape.update_seconds(&live.spec, &[field.as_diff()]) + shape.pauses(&live.spec),
        desired: Some(Desired { spec: Arc::new(spec), fields: vec![field], physical: None, cramped: None }),
        ..Step::new(StepId::new(address, Verb::Update, &live.id))
    };
    (change, step)
}
