//! The planned changes of an update that remain, compared with what a list shows: as a new plan would find them.

use serde_json::Value;

use crate::plan::Step;
use crate::resource::{Changes, Difference, FieldDiff, Live, Pending, Shape, pointer};

/// Returns what is left of the planned changes, with the value that is there now before each. Nothing else is among them,
/// whatever has changed besides.
pub(super) fn remaining(shape: &dyn Shape, step: &Step, live: &Live, spec: &Value, planned: &Changes) -> Changes {
    let Difference { fields: differing, extra } = shape.compare(&step.without_transferred(&live.spec), spec);
    // An element of an additive list that no longer is in the spec is among the extra ones: the plan takes it away.
    let mut fields: Vec<_> =
        differing.iter().filter(|field| is_left(shape, live, field)).cloned().chain(extra).collect();
    fields.retain(|field| planned.touches(&field.path));
    fields.extend(planned.fields().iter().filter(|field| is_untold(shape, live, field)).cloned());
    if live.pending.iter().any(Pending::is_put_off) && shape.applies_pending(spec, &fields) {
        fields.extend(pending_applied(live, differing, planned));
    }
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields.dedup_by(|a, b| a.path == b.path);
    Changes::new(fields)
}

/// Returns what a list shows to differ from a step's spec, but for what is in force all the same, or accepted.
pub(super) fn differing(shape: &dyn Shape, step: &Step, live: &Live, spec: &Value) -> Vec<FieldDiff> {
    let fields = shape.compare(&step.without_transferred(&live.spec), spec).fields;
    fields.into_iter().filter(|field| is_left(shape, live, field)).collect()
}

fn is_left(shape: &dyn Shape, live: &Live, field: &FieldDiff) -> bool {
    let is_so = live.shows_until_done(&field.path).is_some() || live.has_in_force(field);
    !is_write_only(shape, &field.path) && !is_so
}

/// Whether a list does not tell that a planned change is done: of what it never shows, until all is sent, and of what no
/// spec can express, while it is there.
fn is_untold(shape: &dyn Shape, live: &Live, field: &FieldDiff) -> bool {
    is_write_only(shape, &field.path) || live.unmodelled.iter().any(|there| there.path == field.path)
}

fn is_write_only(shape: &dyn Shape, path: &str) -> bool {
    shape.facts().write_only.iter().any(|write_only| pointer::covers(write_only, path))
}

/// The planned changes that are still pending until the maintenance window, with the changes that come along.
fn pending_applied(live: &Live, differing: Vec<FieldDiff>, planned: &Changes) -> Vec<FieldDiff> {
    let put_off = live.pending.iter().filter(|pending| pending.is_put_off());
    let due = put_off.map(|Pending { path, before, after, .. }| FieldDiff {
        path: path.clone(),
        before: before.clone(),
        after: after.clone(),
    });
    let along = differing.into_iter().filter(|field| live.shows_until_done(&field.path).is_some());
    due.chain(along).filter(|due| planned.fields().iter().any(|field| field.path == due.path)).collect()
}
