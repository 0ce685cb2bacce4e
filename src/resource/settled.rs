use std::sync::Arc;

use serde_json::Value;

use super::Reference;
use super::reference::{CLOSE, OPEN, Piece};

/// A spec with no reference left: all that create and update accept.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled(Value);

impl Settled {
    /// Takes a value without references; gives the value back if one is left.
    pub fn new(value: Value) -> Result<Self, Value> {
        if any_text(&value, &|text| text.contains([OPEN, CLOSE])) { Err(value) } else { Ok(Self(value)) }
    }

    pub fn value(&self) -> &Value {
        &self.0
    }
}

/// Replaces the references that `lookup` knows. A string that is one reference takes the output's type;
/// inside a longer string the output is written out. Unknown references stay as they are.
pub fn resolve(value: &Value, lookup: &impl Fn(&Reference) -> Option<Value>) -> Value {
    match value {
        Value::String(text) if text.contains(OPEN) => resolve_text(text, lookup),
        Value::Array(list) => list.iter().map(|item| resolve(item, lookup)).collect(),
        Value::Object(map) => map.iter().map(|(key, item)| (key.clone(), resolve(item, lookup))).collect(),
        other => other.clone(),
    }
}

/// The same of a value that others have too: a copy is made only where something of it is known.
pub fn resolve_shared(value: &Arc<Value>, lookup: &impl Fn(&Reference) -> Option<Value>) -> Arc<Value> {
    let is_known = |piece: &Piece<'_>| matches!(piece, Piece::Reference(reference) if lookup(reference).is_some());
    let is_affected = |text: &str| text.contains(OPEN) && Reference::split(text).iter().any(is_known);
    if any_text(value, &is_affected) { Arc::new(resolve(value, lookup)) } else { Arc::clone(value) }
}

/// Whether a reference stands anywhere in a value.
pub fn is_open(value: &Value) -> bool {
    any_text(value, &|text| text.contains(OPEN))
}

fn any_text(value: &Value, is: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is(text),
        Value::Array(list) => list.iter().any(|item| any_text(item, is)),
        Value::Object(map) => map.values().any(|item| any_text(item, is)),
        _ => false,
    }
}

fn resolve_text(text: &str, lookup: &impl Fn(&Reference) -> Option<Value>) -> Value {
    let pieces = Reference::split(text);
    if let [Piece::Reference(only)] = pieces.as_slice() {
        return lookup(only).unwrap_or_else(|| Value::String(text.to_owned()));
    }
    let joined = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Reference(reference) => match lookup(&reference) {
            Some(Value::String(known)) => known,
            Some(known) => known.to_string(),
            None => reference.to_string(),
        },
    });
    Value::String(joined.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_copy_is_made_only_where_something_is_known() {
        let main = Reference { address: "Fake::Net/main".parse().expect("an address"), output: "Id".into() };
        let spec = Arc::new(json!({ "Net": main.to_string(), "Names": ["a", format!("in {main}")], "Size": 1 }));
        assert!(Arc::ptr_eq(&resolve_shared(&spec, &|_| None), &spec));
        let known = resolve_shared(&spec, &|reference| (*reference == main).then(|| "net-1".into()));
        assert_eq!(*known, json!({ "Net": "net-1", "Names": ["a", "in net-1"], "Size": 1 }));
    }
}
