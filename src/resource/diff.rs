use serde_json::Value;

use super::keyed::element_key;
use super::{Facts, Schema, pointer, version};

/// One field that differs, with its JSON pointer (elements of keyed lists by their key).
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDiff {
    pub path: String,
    /// The live value; none if it is not there.
    pub before: Option<Value>,
    /// The desired value; none if it is to go.
    pub after: Option<Value>,
}

/// The differences between a live and a desired spec.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    pub fields: Vec<FieldDiff>,
    /// Elements of additive lists that are live and not desired; whether they are ours, plan decides.
    pub extra: Vec<FieldDiff>,
}

/// Compares two normalised specs of one kind.
///
/// A property that the desired struct leaves out is AWS's to choose and is not compared; a key that a desired map leaves
/// out is to go. Of a choice, another one is another value. Keyed lists compare element by element, other lists as wholes.
pub fn compare(facts: &Facts, schema: &Schema, live: &Value, desired: &Value) -> Difference {
    let mut comparison = Comparison { facts, schema, difference: Difference::default() };
    comparison.value("", schema.root(), Some(live), Some(desired));
    comparison.difference
}

struct Comparison<'a> {
    facts: &'a Facts,
    schema: &'a Schema,
    difference: Difference,
}

impl Comparison<'_> {
    fn value(&mut self, at: &str, node: &Value, live: Option<&Value>, desired: Option<&Value>) {
        match (live, desired) {
            (Some(Value::Object(have)), Some(Value::Object(want)))
                if !have.keys().eq(want.keys()) && self.schema.is_choice(node) =>
            {
                self.report(at.to_owned(), live, desired);
            }
            (Some(Value::Object(live)), Some(Value::Object(desired))) => {
                let is_map = self.schema.is_map(node);
                for (key, wanted) in desired {
                    let child = self.schema.child(node, key).unwrap_or(&Value::Null).clone();
                    self.value(&pointer::join(at, key), &child, live.get(key), Some(wanted));
                }
                for (key, have) in live.iter().filter(|(key, _)| is_map && !desired.contains_key(*key)) {
                    self.report(pointer::join(at, key), Some(have), None);
                }
            }
            (Some(Value::Array(live)), Some(Value::Array(desired))) => self.list(at, node, live, desired),
            (Some(live), Some(desired)) if live == desired || self.is_newer(at, live, desired) => {}
            // Inside of a list that compares as a whole nobody else would know that it can't be read back.
            (None, Some(_)) if matches_any(self.facts.write_only, at) => {}
            (live, desired) => self.report(at.to_owned(), live, desired),
        }
    }

    fn list(&mut self, at: &str, node: &Value, live: &[Value], desired: &[Value]) {
        let child = self.schema.child(node, "0").unwrap_or(&Value::Null).clone();
        let Some(key) = self.key_of(at) else {
            let same =
                live.len() == desired.len() && live.iter().zip(desired).all(|(l, d)| self.agree(at, &child, l, d));
            if !same {
                self.report(at.to_owned(), Some(&live.to_vec().into()), Some(&desired.to_vec().into()));
            }
            return;
        };
        let find = |list: &[Value], name: &str| list.iter().find(|item| element_key(item, key) == name).cloned();
        for wanted in desired {
            let name = element_key(wanted, key);
            self.value(&pointer::join(at, &name), &child, find(live, &name).as_ref(), Some(wanted));
        }
        for have in live {
            let name = element_key(have, key);
            if find(desired, &name).is_some() || matches_any(self.facts.declared_only, at) {
                continue;
            }
            if matches_any(self.facts.additive, at) {
                let extra = FieldDiff { path: pointer::join(at, &name), before: Some(have.clone()), after: None };
                self.difference.extra.push(extra);
            } else {
                self.report(pointer::join(at, &name), Some(have), None);
            }
        }
    }

    /// Returns whether two elements agree under the same rules.
    fn agree(&self, at: &str, node: &Value, live: &Value, desired: &Value) -> bool {
        let mut inner = Comparison { facts: self.facts, schema: self.schema, difference: Difference::default() };
        inner.value(&pointer::join(at, "*"), node, Some(live), Some(desired));
        inner.difference.fields.is_empty()
    }

    fn key_of(&self, at: &str) -> Option<&'static str> {
        self.facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, at)).map(|(_, key)| *key)
    }

    /// Returns whether AWS has raised a version by itself: live is newer within the desired prefix or major version.
    fn is_newer(&self, at: &str, live: &Value, desired: &Value) -> bool {
        let (Some(live), Some(desired)) = (live.as_str(), desired.as_str()) else { return false };
        let is_version = matches_any(self.facts.auto_upgraded, at);
        is_version && matches!(version::between(live, desired), version::Move::None | version::Move::MinorDown)
    }

    fn report(&mut self, path: String, before: Option<&Value>, after: Option<&Value>) {
        self.difference.fields.push(FieldDiff { path, before: before.cloned(), after: after.cloned() });
    }
}

fn matches_any(patterns: &[&str], at: &str) -> bool {
    patterns.iter().any(|pattern| pointer::matches(pattern, at))
}
