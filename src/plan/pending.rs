//! Changes that AWS makes later by itself: those that it has accepted, and those of a plan that it will put off.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::judged;
use super::types::{Field, Later};
use crate::resource::{Address, FieldDiff, Live, Pending, Shape, Until};

/// The pending changes of a live resource, without those that the plan changes again.
pub(super) fn accepted(
    address: &Address,
    shape: &dyn Shape,
    live: &Live,
    now: Timestamp,
    changed: &[Field],
) -> Vec<Later> {
    let stands = |pending: &&Pending| !changed.iter().any(|field| field.path == pending.path);
    let later = live.pending.iter().filter(stands).map(|pending| Later {
        address: address.clone(),
        path: pending.path.clone(),
        before: pending.before.clone(),
        after: pending.after.clone(),
        when: match &pending.until {
            Until::Window => window(shape, live, now),
            Until::Event(what) => format!("with {what}"),
        },
    });
    later.collect()
}

/// The changed fields that AWS changes only in the maintenance window.
pub(super) fn put_off(
    address: &Address,
    shape: &dyn Shape,
    live: &Live,
    desired: &Value,
    fields: &[Field],
    now: Timestamp,
) -> Vec<Later> {
    let diffs = judged(live, fields);
    let later = diffs.iter().filter(|diff| waits(shape, live, desired, &diffs, diff)).cloned().map(|diff| Later {
        address: address.clone(),
        path: diff.path,
        before: diff.before,
        after: diff.after,
        when: window(shape, live, now),
    });
    later.collect()
}

/// The changes of an update that AWS makes at once.
pub(super) fn at_once(shape: &dyn Shape, live: &Live, desired: &Value, fields: &[Field]) -> Vec<FieldDiff> {
    let diffs = judged(live, fields);
    diffs.iter().filter(|diff| !waits(shape, live, desired, &diffs, diff)).cloned().collect()
}

/// Whether AWS makes a change, one of an update's, only in the maintenance window. A change that only takes a pending one
/// back waits for nothing.
pub(super) fn waits(shape: &dyn Shape, live: &Live, desired: &Value, update: &[FieldDiff], diff: &FieldDiff) -> bool {
    let running = live.as_running(diff);
    running.before != running.after
        && shape.waits_for_window(&live.spec, desired, &running)
        && !pending_applied(shape, live, desired, update)
}

/// Whether an update makes AWS carry out at once the changes that are pending until the maintenance window.
pub(super) fn pending_applied(shape: &dyn Shape, live: &Live, desired: &Value, update: &[FieldDiff]) -> bool {
    live.pending.iter().any(Pending::is_put_off) && shape.applies_pending(desired, update)
}

/// Notes on an update of a resource with pending changes: those that come now, and those that do not come any more.
pub(super) fn told(shape: &dyn Shape, live: &Live, desired: &Value, update: &[FieldDiff]) -> Vec<String> {
    let is_applied_now = pending_applied(shape, live, desired, update);
    let pending = live.pending.iter().filter(|pending| pending.is_put_off());
    let (coming, other): (Vec<_>, Vec<_>) = pending
        .filter_map(|pending| Some((pending, update.iter().find(|diff| diff.path == pending.path)?)))
        .partition(|(pending, diff)| is_applied_now && pending.after == diff.after);
    let paths: Vec<_> = coming.iter().map(|(pending, _)| &*pending.path).collect();
    let now = (!paths.is_empty()).then(|| {
        format!("{} was pending until the maintenance window: AWS does it now, with this update", paths.join(", "))
    });
    let gone = other.into_iter().map(|(Pending { path, after, .. }, _)| {
        let value = after.as_ref().map(|after| after.as_str().map_or_else(|| after.to_string(), str::to_owned));
        let value = value.unwrap_or_default();
        format!("{path} {value} is pending, and does not come")
    });
    now.into_iter().chain(gone).collect()
}

/// `in the maintenance window, Sun 2026-12-06 05:00 to 06:00 UTC`.
fn window(shape: &dyn Shape, live: &Live, now: Timestamp) -> String {
    let next = shape.window(&live.spec, now).map(|window| format!(", {window}"));
    format!("in the maintenance window{}", next.unwrap_or_default())
}
