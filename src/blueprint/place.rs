use std::collections::BTreeMap;

use serde_json::Value;

use crate::problem::Span;
use crate::resource::keyed::Trail;
use crate::resource::{Facts, Schema, pointer};
use crate::template::Origins;

/// Returns origins under the pointers that plans use.
pub(super) fn named_as_in_plans(facts: &Facts, raw: &Value, origins: Origins) -> Origins {
    if facts.keyed.is_empty() {
        return origins;
    }
    let is_below = |at: &str| facts.keyed.iter().any(|(pattern, _)| pointer::covers(pattern, at));
    // In a map's order most pointers begin as the one before: only what is new of them is followed.
    let mut trails = vec![(String::new(), Trail::new(raw))];
    let mut named = |at: String| {
        if !is_below(&at) {
            return at;
        }
        trails.truncate(trails.iter().rposition(|(above, _)| is_above(above, &at)).map_or(1, |last| last + 1));
        let (above, trail) = &trails[trails.len() - 1];
        let trail = pointer::steps(&at[above.len()..]).fold(trail.clone(), |trail, step| trail.down(facts, &step));
        let named = trail.named.clone();
        trails.push((at, trail));
        named
    };
    origins.into_iter().map(|(at, origin)| (named(at), origin)).collect()
}

/// Returns origins with the elements of sets at the places that they have in the spec, which sorts them.
pub(super) fn sorted_as_in_spec(schema: &Schema, raw: &Value, spec: &Value, origins: Origins) -> Origins {
    let mut moved = BTreeMap::new();
    for (name, written) in raw.as_object().into_iter().flatten() {
        let (Some(written), Some(sorted)) = (written.as_array(), spec.get(name).and_then(Value::as_array)) else {
            continue;
        };
        let at = pointer::join("", name);
        if !schema.node(&at).is_some_and(|node| schema.is_set(node)) {
            continue;
        }
        for (index, item) in written.iter().enumerate() {
            if let Some(place) = sorted.iter().position(|other| is_written_as(item, other)) {
                moved.insert(format!("{at}/{index}"), format!("{at}/{place}"));
            }
        }
    }
    if moved.is_empty() {
        return origins;
    }
    let element = |at: &str| at.match_indices('/').nth(2).map_or(at.len(), |(end, _)| end);
    let place = |at: String| match moved.get(&at[..element(&at)]) {
        Some(place) => format!("{place}{}", &at[element(&at)..]),
        None => at,
    };
    origins.into_iter().map(|(at, origin)| (place(at), origin)).collect()
}

/// Whether a value in normal form may be what was written: it has all of that.
fn is_written_as(written: &Value, normal: &Value) -> bool {
    match (written, normal) {
        (Value::Object(written), Value::Object(normal)) => {
            written.iter().all(|(key, value)| normal.get(key).is_some_and(|normal| is_written_as(value, normal)))
        }
        _ => written == normal,
    }
}

fn is_above(above: &str, at: &str) -> bool {
    at.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the place of a pointer: where a person would change the value, or its nearest parent.
pub(super) fn of(origins: &Origins, at: &str) -> Option<Span> {
    let mut at = at;
    loop {
        if let Some(origin) = origins.get(at) {
            return Some(origin.place().clone());
        }
        at = &at[..at.rfind('/')?];
    }
}
