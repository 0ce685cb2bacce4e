use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{Class, Failure, FieldDiff, Found, Kind, Pending, Result, State, Tags, Unmodelled, pointer};

/// One live resource with its type erased; keeps what its kind found, for the kind's own use.
#[derive(Clone)]
pub struct Live {
    pub id: String,
    pub name: Option<String>,
    /// In which it was listed.
    pub region: String,
    /// Whether it belongs to no region: the same thing is listed in each.
    pub is_global: bool,
    /// The normalised spec.
    pub spec: Value,
    pub outputs: Value,
    pub tags: Tags,
    pub state: State,
    pub unmodelled: Vec<Unmodelled>,
    pub external: Option<Value>,
    /// Why no spec can express it at all; it counts as bearing data.
    pub unsupported: Option<String>,
    /// Values in force that nobody has set, in the form of a spec.
    pub in_force: Option<Value>,
    /// Changes that AWS has accepted and makes later.
    pub pending: Vec<Pending>,
    /// In which way it is stopped, if it has to be started before it is deleted.
    pub stopped: Option<String>,
    /// How it is doing, in few words, of kinds that tell.
    pub health: Option<String>,
    pub(super) found: Arc<dyn Any + Send + Sync>,
}

impl Live {
    /// Returns whether a difference is none: AWS does not show the value as set, but it is in force.
    pub fn has_in_force(&self, field: &FieldDiff) -> bool {
        let wanted = field.after.as_ref().filter(|_| field.before.is_none());
        wanted.is_some_and(|wanted| self.in_force.as_ref().and_then(|all| all.pointer(&field.path)) == Some(wanted))
    }

    /// Returns the pending change of a property whose live value AWS shows until it is done.
    pub fn shows_until_done(&self, path: &str) -> Option<&Pending> {
        self.pending.iter().find(|pending| pending.after.is_none() && pointer::covers(&pending.path, path))
    }

    /// Returns a difference with the running value, where the spec reads as if a pending change were made.
    pub fn as_running(&self, field: &FieldDiff) -> FieldDiff {
        let pending = self.pending.iter().find(|pending| pending.after.is_some() && pending.path == field.path);
        match pending {
            Some(Pending { before, .. }) => FieldDiff { before: before.clone(), ..field.clone() },
            None => field.clone(),
        }
    }

    /// Returns an output by its name; dots lead into nested objects (`Endpoint.Address`).
    pub fn output(&self, name: &str) -> Option<Value> {
        output(&self.outputs, name)
    }

    /// Returns the values by which others may name it: its id and its outputs, but for those that repeat a property: a
    /// subnet's `VpcId` names the VPC and not the subnet.
    pub fn handles(&self) -> BTreeSet<String> {
        let mut values = BTreeSet::new();
        pointer::walk(&self.outputs, &mut |_, leaf| {
            if let Value::String(text) = leaf
                && !text.is_empty()
            {
                values.insert(text.clone());
                // A log group's ARN is named with and without its last part.
                values.insert(text.trim_end_matches(":*").to_owned());
            }
        });
        pointer::walk(&self.spec, &mut |_, leaf| {
            if let Value::String(text) = leaf {
                values.remove(text);
            }
        });
        values.insert(self.id.clone());
        values
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

/// The result of a create or an update, with its type erased; keeps what its kind made, for a change of its tags.
#[derive(Clone)]
pub struct AnyMade {
    pub id: String,
    pub outputs: Value,
    pub state: State,
    pub(super) made: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for AnyMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyMade").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl AnyMade {
    /// Returns an output by its name, as [`Live::output`].
    pub fn output(&self, name: &str) -> Option<Value> {
        output(&self.outputs, name)
    }
}

/// Returns an output by its name; dots lead into nested objects (`Endpoint.Address`), whose keys may have dots themselves.
pub fn output(outputs: &Value, name: &str) -> Option<Value> {
    if let Some(value) = outputs.get(name) {
        return Some(value.clone()).filter(|value| !value.is_null());
    }
    let (first, rest) = name.split_once('.')?;
    output(outputs.get(first)?, rest)
}

pub(super) fn found<K: Kind>(live: &Live) -> Result<&Found<K>> {
    live.found.downcast_ref().ok_or_else(foreign::<K>)
}

pub(super) fn foreign<K: Kind>() -> Failure {
    Failure::new(Class::Other, format!("bug: {} was handed another kind's resource", K::FACTS.kind))
}
