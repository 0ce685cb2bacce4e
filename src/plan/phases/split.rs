//! An update split into its two phases: expand adds, contract removes what users may still need.

use serde_json::Value;

use crate::plan::decide::{Left, LeftOut};
use crate::plan::live_edges::LiveEdges;
use crate::plan::types::{Cause, Field};
use crate::resource::{Facts, Live, Shape, keyed, pointer};

/// An update that takes something away, in two phases.
pub(in crate::plan) struct Phases {
    /// The union of the live value and the desired one.
    pub(in crate::plan) expanded: Value,
    /// The fields that lead from live to `expanded`; none if the update only takes away.
    pub(in crate::plan) expand: Vec<Field>,
    /// The fields that lead from `expanded` to what is desired.
    pub(in crate::plan) contract: Vec<Field>,
}

/// Parts the fields of an update. None if it takes away nothing that somebody may need, or if nobody can have both.
///
/// An element that somebody added by hand has no phases: no resource of ours was ever told to use it. Nor has a group whose
/// successor takes its place: that admits the same.
pub(in crate::plan) fn phases(
    shape: &dyn Shape,
    edges: &LiveEdges,
    live: &Live,
    desired: &Value,
    fields: &[Field],
) -> Option<Phases> {
    let facts = shape.facts();
    let (mut expanded, mut expand, mut contract) = (desired.clone(), Vec::new(), Vec::new());
    for field in fields.iter().filter(|field| field.ignored.is_none()) {
        let Some(both) = both(shape, facts, edges, live, field) else {
            expand.push(field.clone());
            continue;
        };
        keyed::set(facts, &mut expanded, &field.path, Some(&both));
        if field.before.as_ref() != Some(&both) {
            expand.push(Field { after: Some(both.clone()), ..field.clone() });
        }
        contract.push(Field { before: Some(both), ..field.clone() });
    }
    let expanded = shape.normalise(expanded.clone()).unwrap_or(expanded);
    (!contract.is_empty()).then_some(Phases { expanded, expand, contract })
}

/// The value that has what was there and what is wanted, if the field takes something away.
fn both(shape: &dyn Shape, facts: &Facts, edges: &LiveEdges, live: &Live, field: &Field) -> Option<Value> {
    let before = field.before.as_ref()?;
    let is_split = split(facts).any(|property| pointer::covers(property, &field.path)) && field.cause != Cause::Drift;
    // A part that no spec can express can't be kept by one either.
    if !is_split || keyed::get(facts, &live.spec, &field.path) != Some(before) {
        return None;
    }
    let before = if is_granted(facts, &field.path) { before.clone() } else { unsucceeded(edges, field)? };
    match &field.after {
        None => Some(before),
        Some(after) => shape.union(&field.path, &before, after),
    }
}

/// The groups of a list that go, without those whose successor comes: by the address of both.
fn unsucceeded(edges: &LiveEdges, field: &Field) -> Option<Value> {
    let coming = field.after.as_ref().map(|after| edges.named(after)).unwrap_or_default();
    let is_succeeded = |group: &&Value| !edges.named(group).is_disjoint(&coming);
    let going = difference(field.before.as_ref(), field.after.as_ref());
    let lost: Vec<_> = going.iter().filter(|group| !is_succeeded(group)).cloned().collect();
    (!lost.is_empty()).then_some(Value::Array(lost))
}

/// The properties whose updates come in two phases.
fn split(facts: &Facts) -> impl Iterator<Item = &'static str> {
    facts.grants.iter().chain(facts.memberships).copied()
}

/// Whether a property gives something to those who use the resource, or whom it names.
pub(in crate::plan) fn is_granted(facts: &Facts, at: &str) -> bool {
    facts.grants.iter().any(|pattern| pointer::covers(pattern, at))
}

/// The elements that a field removes or adds; of a value that is no list, the value, unless that is none or `false`: who is given
/// that has nothing more.
pub(in crate::plan) fn difference(from: Option<&Value>, to: Option<&Value>) -> Vec<Value> {
    match (from, to) {
        (Some(Value::Array(from)), Some(Value::Array(to))) => {
            from.iter().filter(|item| !to.contains(item)).cloned().collect()
        }
        (Some(Value::Array(from)), None) => from.clone(),
        (from, _) => from.filter(|one| !one.is_null() && **one != false).cloned().into_iter().collect(),
    }
}

/// The properties below which these fields are, as they are between the phases.
pub(in crate::plan) fn parted(facts: &Facts, fields: &[Field], expanded: &Value) -> LeftOut {
    let is_below = |pattern: &&'static str| fields.iter().any(|field| pointer::covers(pattern, &field.path));
    let left = |property: &str| Left { applied: expanded.pointer(property).cloned(), waits: false };
    split(facts).filter(is_below).map(|property| (property, left(property))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Else who is to change before a switch goes off would wait for what the switch gives.
    #[test]
    fn a_switch_that_goes_off_and_a_value_that_goes_give_nothing() {
        let (on, off, range) = (json!(true), json!(false), json!("2001:db8::/64"));
        assert_eq!(difference(Some(&off), Some(&on)), [json!(null); 0]);
        assert_eq!(difference(Some(&on), Some(&off)), [on]);
        assert_eq!(difference(Some(&Value::Null), Some(&range)), [json!(null); 0]);
        assert_eq!(difference(Some(&range), Some(&Value::Null)), [range]);
    }
}
