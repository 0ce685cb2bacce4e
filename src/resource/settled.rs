use serde_json::Value;

use super::Reference;
use super::reference::{CLOSE, OPEN, Piece};

/// A spec with no reference left: all that create and update accept.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled(Value);

impl Settled {
    /// Takes a value without references; gives the value back if one is left.
    pub fn new(value: Value) -> Result<Self, Value> {
        let mut open = false;
        super::pointer::walk(&value, &mut |_, leaf| {
            open |= matches!(leaf, Value::String(text) if text.contains([OPEN, CLOSE]));
        });
        if open { Err(value) } else { Ok(Self(value)) }
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
