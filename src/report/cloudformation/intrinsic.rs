use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::names::LogicalIds;
use crate::resource::{Facts, Piece, Reference};

/// Writes our references as CloudFormation's functions.
pub(super) struct Intrinsics<'a> {
    pub ids: &'a LogicalIds,
    pub facts: &'a BTreeMap<&'static str, &'a Facts>,
}

impl Intrinsics<'_> {
    /// Replaces every reference in a value. One to a resource outside this template stays as plain text.
    pub(super) fn of(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(list) => list.iter().map(|item| self.of(item)).collect(),
            Value::Object(map) => map.iter().map(|(key, item)| (key.clone(), self.of(item))).collect(),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> Value {
        let pieces = Reference::split(text);
        if !pieces.iter().any(|piece| matches!(piece, Piece::Reference(reference) if self.ids.has(&reference.address)))
        {
            return json!(text);
        }
        if let [Piece::Reference(only)] = pieces.as_slice() {
            let id = self.ids.of_address(&only.address);
            return if self.is_ref(only) { json!({ "Ref": id }) } else { json!({ "Fn::GetAtt": [id, only.output] }) };
        }
        let joined: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.replace("${", "${!"),
                Piece::Reference(reference) if !self.ids.has(&reference.address) => reference.to_string(),
                Piece::Reference(reference) => {
                    let id = self.ids.of_address(&reference.address);
                    if self.is_ref(reference) {
                        format!("${{{id}}}")
                    } else {
                        format!("${{{id}.{}}}", reference.output)
                    }
                }
            })
            .collect();
        json!({ "Fn::Sub": joined })
    }

    fn is_ref(&self, reference: &Reference) -> bool {
        self.facts.get(reference.address.kind.as_str()).is_some_and(|facts| facts.reference == reference.output)
    }
}
