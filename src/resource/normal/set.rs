use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// A list in which order and repetition mean nothing; kept sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Set<T: Ord>(BTreeSet<T>);

impl<T: Ord> Set<T> {
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, item: &T) -> bool {
        self.0.contains(item)
    }

    /// Returns what is in this set and not in the other.
    pub fn minus<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> {
        self.0.difference(&other.0)
    }
}

impl<T: Ord> Default for Set<T> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<T: Ord, U: Into<T>> FromIterator<U> for Set<T> {
    fn from_iter<I: IntoIterator<Item = U>>(items: I) -> Self {
        Self(items.into_iter().map(Into::into).collect())
    }
}

impl<'de, T: Ord + Deserialize<'de>> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|items| Self(items.into_iter().collect()))
    }
}

impl<T: Ord + JsonSchema> JsonSchema for Set<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Set_{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({ "type": "array", "items": items, "x-set": true })
    }
}
