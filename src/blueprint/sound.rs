//! What was made of properties once is not made again: of a fleet's stacks most have most of them in common.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::resource::Address;

/// So many properties of one kind are remembered; then it begins anew, since those of a single tenant come once.
const REMEMBERED: usize = 256;

/// What a kind's type makes of properties that nothing is wrong with.
pub(super) struct Sound {
    /// In normal form.
    pub spec: Arc<Value>,
    /// See [`Resource::set`](super::Resource::set).
    pub set: BTreeSet<String>,
    /// See [`Resource::edges`](super::Resource::edges).
    pub edges: BTreeMap<Address, BTreeSet<String>>,
}

/// By the properties as a template has them.
#[derive(Default)]
pub(super) struct Remembered(Mutex<HashMap<Value, Arc<Sound>>>);

impl Remembered {
    pub fn get(&self, properties: &Value) -> Option<Arc<Sound>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(properties).cloned()
    }

    pub fn keep(&self, properties: Value, sound: &Arc<Sound>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == REMEMBERED {
            all.clear();
        }
        all.insert(properties, Arc::clone(sound));
    }
}
