//! What is left of an update's planned changes, by what a list shows: as a plan would find it that is made anew.

use serde_json::Value;

use crate::plan::Step;
use crate::resource::{Changes, FieldDiff, Live, Pending, Shape, pointer};

/// Returns what is left of the planned changes, with the value that is there now before each. Nothing else is among them, whatever
/// has changed besides.
pub(super) fn left(shape: &dyn Shape, step: &Step, live: &Live, spec: &Value, planned: &Changes) -> Changes {
    let mut fields = differing(shape, step, live, spec);
    fields.extend(extra(shape, step, live, spec));
    fields.retain(|field| planned.touches(&field.path));
    fields.extend(planned.fields().iter().filter(|field| is_untold(shape, live, field)).cloned());
    fields.extend(hastened(shape, step, live, spec, planned, &fields));
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields.dedup_by(|a, b| a.path == b.path);
    Changes::new(fields)
}

/// Returns what a list shows to differ from a step's spec, but for what is in force all the same, or accepted.
pub(super) fn differing(shape: &dyn Shape, step: &Step, live: &Live, spec: &Value) -> Vec<FieldDiff> {
    let is_read_back = |path: &str| !is_write_only(shape, path);
    let is_so = |field: &FieldDiff| live.shows_until_done(&field.path).is_some() || live.has_in_force(field);
    let fields = shape.compare(&step.without_passed(&live.spec), spec).fields;
    fields.into_iter().filter(|field| is_read_back(&field.path) && !is_so(field)).collect()
}

/// Elements of additive lists that no longer are in the spec: those that the plan takes away.
fn extra(shape: &dyn Shape, step: &Step, live: &Live, spec: &Value) -> Vec<FieldDiff> {
    shape.compare(&step.without_passed(&live.spec), spec).extra
}

/// Whether a list does not tell that a planned change is done: of what it never shows, until all is sent, and of what no spec
/// can express, while it is there.
fn is_untold(shape: &dyn Shape, live: &Live, field: &FieldDiff) -> bool {
    is_write_only(shape, &field.path) || live.unmodelled.iter().any(|there| there.path == field.path)
}

fn is_write_only(shape: &dyn Shape, path: &str) -> bool {
    shape.facts().write_only.iter().any(|write_only| pointer::covers(write_only, path))
}

/// What is planned to come now, and still is pending until the maintenance window, with what comes along.
fn hastened(
    shape: &dyn Shape,
    step: &Step,
    live: &Live,
    spec: &Value,
    planned: &Changes,
    left: &[FieldDiff],
) -> Vec<FieldDiff> {
    let is_pending = live.pending.iter().any(Pending::is_put_off);
    if !is_pending || !shape.hastens(spec, left) {
        return Vec::new();
    }
    let put_off = live.pending.iter().filter(|pending| pending.is_put_off());
    let due = put_off.map(|Pending { path, before, after, .. }| FieldDiff {
        path: path.clone(),
        before: before.clone(),
        after: after.clone(),
    });
    let along = shape.compare(&step.without_passed(&live.spec), spec).fields;
    let along = along.into_iter().filter(|field| live.shows_until_done(&field.path).is_some());
    due.chain(along).filter(|due| planned.fields().iter().any(|field| field.path == due.path)).collect()
}
