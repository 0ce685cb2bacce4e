//! Protection: resources that are deleted, replaced, emptied or less protected only when they are named.

use serde_json::Value;

use crate::resource::{Facts, Live, key, keyed};

/// Returns whether a resource is protected: because something is lost with it, unless the YAML says otherwise; by what the
/// YAML said when it was last applied; because AWS refuses its deletion; or because it is something else than the YAML can
/// mean.
pub(super) fn stands(declared: Option<bool>, loses: bool, facts: &Facts, live: Option<&Live>) -> bool {
    let is_kept = |live: &Live| {
        live.unsupported.is_some()
            || bears_mark(live)
            || facts.protection.iter().any(|path| is_on(facts, &live.spec, path))
    };
    declared.unwrap_or(loses) || live.is_some_and(is_kept)
}

/// The protections that are on in live AWS and off in what is desired.
pub(super) fn lifted(facts: &Facts, live: &Live, desired: &Value) -> Vec<&'static str> {
    // A listed-only element that the template leaves out stays as it is.
    let stays = |path: &str| keyed::get(facts, desired, path).is_none() || is_on(facts, desired, path);
    let all = facts.protection.iter().copied();
    all.filter(|path| is_on(facts, &live.spec, path) && !stays(path)).collect()
}

/// Returns whether a live thing bears data, or cannot be had back.
pub(super) fn bears_data(facts: &Facts, live: &Live) -> bool {
    facts.stateful || live.unsupported.is_some()
}

/// Returns whether the tag says that the YAML protected it.
fn bears_mark(live: &Live) -> bool {
    live.tags.get(key::PROTECTED) == Some("true")
}

/// Attributes are texts, properties are booleans; what keeps data (an archive) is on where it is at all.
fn is_on(facts: &Facts, spec: &Value, path: &str) -> bool {
    match keyed::get(facts, spec, path) {
        Some(Value::Bool(on)) => *on,
        Some(Value::String(text)) => text == "true",
        Some(Value::Object(_)) => true,
        _ => false,
    }
}
