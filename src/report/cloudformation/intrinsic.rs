use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::names::{LogicalIds, logical_word};
use super::parts::part_id;
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
            if let Some(part) = self.part_of_range(only) {
                return part;
            }
            return match self.target(only) {
                (id, None) => json!({ "Ref": id }),
                (id, Some(attribute)) => json!({ "Fn::GetAtt": [id, attribute] }),
            };
        }
        let joined: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.replace("${", "${!"),
                Piece::Reference(reference) if !self.ids.has(&reference.address) => reference.to_string(),
                Piece::Reference(reference) => match self.target(reference) {
                    (id, None) => format!("${{{id}}}"),
                    (id, Some(attribute)) => format!("${{{id}.{attribute}}}"),
                },
            })
            .collect();
        json!({ "Fn::Sub": joined })
    }

    /// The part of a range that is known once it is there.
    fn part_of_range(&self, reference: &Reference) -> Option<Value> {
        let divided = self.facts.get(reference.address.kind.as_str())?.cloudformation.divided?;
        let number: u16 = reference.output.strip_prefix(divided.output)?.strip_prefix('.')?.parse().ok()?;
        let id = self.ids.of_address(&reference.address);
        let whole = json!({ "Fn::Select": [0, { "Fn::GetAtt": [id, divided.whole] }] });
        Some(json!({ "Fn::Select": [number, { "Fn::Cidr": [whole, divided.into, divided.bits] }] }))
    }

    /// The logical id that a reference means, and its attribute; without one it is what `Ref` returns.
    fn target<'r>(&self, reference: &'r Reference) -> (String, Option<&'r str>) {
        let id = self.ids.of_address(&reference.address);
        let Some(facts) = self.facts.get(reference.address.kind.as_str()) else { return (id, Some(&reference.output)) };
        if facts.reference == reference.output {
            return (id, None);
        }
        let of_part = facts.cloudformation.parts.iter().find_map(|shape| {
            let name = reference.output.strip_prefix(shape.called?.output)?.strip_prefix('.')?;
            Some(part_id(&id, shape, &logical_word(name)))
        });
        match of_part {
            Some(part) => (part, None),
            None => (id, Some(&reference.output)),
        }
    }
}
