//! What AWS does later by itself: what it has accepted, and what of a plan it will put off.

use jiff::Timestamp;
use serde_json::Value;

use super::fields::judged;
use super::types::{Field, Later};
use crate::resource::{Address, FieldDiff, Live, Pending, Shape, Until};

/// What AWS has accepted for a live resource and does later, but for what the plan changes again.
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

/// What of the changed fields AWS does only in the maintenance window.
pub(super) fn put_off(
    address: &Address,
    shape: &dyn Shape,
    live: &Live,
    desired: &Value,
    fields: &[Field],
    now: Timestamp,
) -> Vec<Later> {
    let later = judged(live, fields).into_iter().filter(|diff| waits(shape, live, desired, diff)).map(|diff| Later {
        address: address.clone(),
        path: diff.path,
        before: diff.before,
        after: diff.after,
        when: window(shape, live, now),
    });
    later.collect()
}

/// Whether AWS does a change only in the maintenance window. What only takes a pending change back waits for nothing.
pub(super) fn waits(shape: &dyn Shape, live: &Live, desired: &Value, diff: &FieldDiff) -> bool {
    let running = live.as_running(diff);
    running.before != running.after && shape.waits_for_window(&live.spec, desired, &running)
}

/// `in the maintenance window, Sun 2026-12-06 05:00 to 06:00 UTC`.
fn window(shape: &dyn Shape, live: &Live, now: Timestamp) -> String {
    let next = shape.window(&live.spec, now).map(|window| format!(", {window}"));
    format!("in the maintenance window{}", next.unwrap_or_default())
}
