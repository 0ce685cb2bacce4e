use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// A part of a policy: what is allowed, on what, and when.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) name: String,
    pub(super) actions: BTreeSet<&'static str>,
    pub(super) resources: BTreeSet<String>,
    pub(super) conditions: Conditions,
}

/// Values by key, by operator: all have to be met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions(BTreeMap<&'static str, BTreeMap<String, BTreeSet<String>>>);

impl Conditions {
    pub(super) fn equals(keys: impl IntoIterator<Item = (String, BTreeSet<String>)>) -> Self {
        Self(BTreeMap::from([("StringEquals", keys.into_iter().collect())]))
    }

    /// Takes the other's values of this key in, if they are else the same; says whether they are.
    pub(super) fn join(&mut self, other: &Self, key: &str) -> bool {
        let split = |conditions: &Self| {
            let mut rest = conditions.clone();
            let values = rest.0.get_mut("StringEquals").and_then(|keys| keys.remove(key)).unwrap_or_default();
            (rest, values)
        };
        let ((rest, mut values), (other, more)) = (split(self), split(other));
        let is_same = rest == other;
        if is_same {
            values.extend(more);
            *self = rest.and("StringEquals", key, values);
        }
        is_same
    }

    fn json(&self) -> Value {
        let keys = |keys: &BTreeMap<String, BTreeSet<String>>| {
            keys.iter().map(|(key, values)| (key.clone(), one_or_all(values))).collect()
        };
        self.0.iter().map(|(operator, all)| ((*operator).to_owned(), Value::Object(keys(all)))).collect()
    }

    pub(super) fn and(mut self, operator: &'static str, key: &str, values: BTreeSet<String>) -> Self {
        self.0.entry(operator).or_default().insert(key.to_owned(), values);
        self
    }
}

impl Statement {
    /// Without conditions.
    pub(super) fn of(name: &str, actions: BTreeSet<&'static str>, resources: BTreeSet<String>) -> Self {
        Self { name: name.to_owned(), actions, resources, conditions: Conditions::default() }
    }

    pub(super) fn json(&self) -> Value {
        let mut value = json!({
            "Sid": self.name, "Effect": "Allow", "Action": self.actions, "Resource": one_or_all(&self.resources),
        });
        if !self.conditions.0.is_empty() {
            value["Condition"] = self.conditions.json();
        }
        value
    }
}

fn one_or_all(values: &BTreeSet<String>) -> Value {
    match values.first().filter(|_| values.len() == 1) {
        Some(only) => json!(only),
        None => json!(values),
    }
}
