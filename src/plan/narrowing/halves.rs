//! The two halves of an update: what it gives, and what it takes away from those who may still need it.

use serde_json::Value;

use crate::plan::decide::LeftOut;
use crate::plan::types::{Cause, Field};
use crate::resource::{Facts, Live, Shape, keyed, pointer};

/// An update that takes something away, in two halves.
pub(in crate::plan) struct Halves {
    /// What there is and what is to come, both.
    pub(in crate::plan) wide: Value,
    /// The fields that lead from live to `wide`; none if the update only takes away.
    pub(in crate::plan) early: Vec<Field>,
    /// The fields that lead from `wide` to what is desired.
    pub(in crate::plan) late: Vec<Field>,
}

/// Parts the fields of an update. None if it takes away nothing that somebody may need, or if nobody can have both.
///
/// What somebody put there by hand is no half of this: nobody of ours was ever told to need it.
pub(in crate::plan) fn halves(shape: &dyn Shape, live: &Live, desired: &Value, fields: &[Field]) -> Option<Halves> {
    let facts = shape.facts();
    let (mut wide, mut early, mut late) = (desired.clone(), Vec::new(), Vec::new());
    for field in fields.iter().filter(|field| field.ignored.is_none()) {
        let Some(both) = both(shape, &facts, live, field) else {
            early.push(field.clone());
            continue;
        };
        keyed::set(&facts, &mut wide, &field.path, Some(&both));
        if field.before.as_ref() != Some(&both) {
            early.push(Field { after: Some(both.clone()), ..field.clone() });
        }
        late.push(Field { before: Some(both), ..field.clone() });
    }
    let wide = shape.normalise(wide.clone()).unwrap_or(wide);
    (!late.is_empty()).then_some(Halves { wide, early, late })
}

/// The value that has what was there and what is wanted, if the field takes something away.
fn both(shape: &dyn Shape, facts: &Facts, live: &Live, field: &Field) -> Option<Value> {
    let before = field.before.as_ref()?;
    let is_granted = is_granted(facts, &field.path) && field.cause != Cause::Drift;
    // What no spec can express can't be kept by one either.
    if !is_granted || keyed::get(facts, &live.spec, &field.path) != Some(before) {
        return None;
    }
    match &field.after {
        None => Some(before.clone()),
        Some(after) => shape.widened(&field.path, before, after),
    }
}

/// Whether a property gives something to those who use the resource, or whom it names.
pub(in crate::plan) fn is_granted(facts: &Facts, at: &str) -> bool {
    facts.grants.iter().any(|pattern| pointer::covers(pattern, at))
}

/// What a field takes away, or what it gives, element by element where it is a list.
pub(in crate::plan) fn difference(from: Option<&Value>, to: Option<&Value>) -> Vec<Value> {
    match (from, to) {
        (Some(Value::Array(from)), Some(Value::Array(to))) => {
            from.iter().filter(|item| !to.contains(item)).cloned().collect()
        }
        (from, _) => from.cloned().into_iter().collect(),
    }
}

/// What the late fields take away.
pub(in crate::plan) fn going(late: &[Field]) -> Vec<Value> {
    late.iter().flat_map(|field| difference(field.before.as_ref(), field.after.as_ref())).collect()
}

/// The granted properties that these fields are below, as they are between the halves.
pub(in crate::plan) fn granted(facts: &Facts, fields: &[Field], wide: &Value) -> LeftOut {
    let is_below = |pattern: &&&'static str| fields.iter().any(|field| pointer::covers(pattern, &field.path));
    facts.grants.iter().filter(is_below).map(|property| (*property, wide.pointer(property).cloned())).collect()
}
