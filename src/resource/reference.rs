use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Address, Kind};

/// Opens a reference inside a string; input may not contain it.
pub const OPEN: char = '⟦';
/// Closes a reference inside a string; input may not contain it.
pub const CLOSE: char = '⟧';

/// An output of another resource of the stack, written `⟦AWS::EC2::VPC/main.VpcId⟧` until it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    pub address: Address,
    /// The output's name; may have dots (`Endpoint.Address`).
    pub output: String,
}

impl Reference {
    /// Reads the text between the brackets.
    pub fn parse(inner: &str) -> Option<Self> {
        let (kind, rest) = inner.split_once('/')?;
        let (name, output) = rest.split_once('.')?;
        (Address::is_name(name) && !output.is_empty())
            .then(|| Self { address: Address::new(kind, name), output: output.to_owned() })
    }

    /// Splits a string into plain text and references, in order. Brackets that hold no reference stay text.
    pub fn split(text: &str) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(OPEN) {
            let after = &rest[open + OPEN.len_utf8()..];
            let Some(close) = after.find(CLOSE) else { break };
            let Some(reference) = Self::parse(&after[..close]) else { break };
            if open > 0 {
                pieces.push(Piece::Text(&rest[..open]));
            }
            pieces.push(Piece::Reference(reference));
            rest = &after[close + CLOSE.len_utf8()..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        pieces
    }

    /// Returns every reference in a value, with the JSON pointer of the string it stands in.
    pub fn all_in(value: &Value) -> Vec<(String, Self)> {
        let mut found = Vec::new();
        super::pointer::walk(value, &mut |pointer, leaf| {
            if let Value::String(text) = leaf {
                for piece in Self::split(text) {
                    if let Piece::Reference(reference) = piece {
                        found.push((pointer.to_owned(), reference));
                    }
                }
            }
        });
        found
    }
}

/// A part of a string.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    Reference(Reference),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{}.{}{CLOSE}", self.address, self.output)
    }
}

/// The id of a resource of kind `K`, or a reference to one; reading refuses a reference to another kind.
///
/// Plain text is the id of something outside the stack, or of a live resource.
pub struct Ref<K> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

impl<K> Ref<K> {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), kind: PhantomData }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K> From<&str> for Ref<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<K> From<String> for Ref<K> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<K> From<&Ref<K>> for String {
    fn from(reference: &Ref<K>) -> Self {
        reference.text.clone()
    }
}

impl<K> Clone for Ref<K> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<K> fmt::Debug for Ref<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<K> fmt::Display for Ref<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<K> PartialEq for Ref<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Ref<K> {}

impl<K> PartialOrd for Ref<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Ref<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<K> Hash for Ref<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> Default for Ref<K> {
    fn default() -> Self {
        Self::new("")
    }
}

impl<K> Serialize for Ref<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Ref<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        for piece in Reference::split(&text) {
            if let Piece::Reference(reference) = piece
                && reference.address.kind != K::FACTS.kind
            {
                return Err(D::Error::custom(format!(
                    "expects a reference to {}, not to {}",
                    K::FACTS.kind,
                    reference.address
                )));
            }
        }
        Ok(Self::new(text))
    }
}

impl<K: Kind> JsonSchema for Ref<K> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Ref_{}", K::FACTS.kind.replace("::", "_")).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-ref": K::FACTS.kind })
    }
}

/// A number or boolean, or a reference to an output that will be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrRef<T> {
    Value(T),
    Reference(String),
}

impl<T: Copy> OrRef<T> {
    /// Returns the value; a settled spec has no references left.
    pub fn get(&self) -> Option<T> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Reference(_) => None,
        }
    }
}

impl<T: Default> Default for OrRef<T> {
    fn default() -> Self {
        Self::Value(T::default())
    }
}

impl<T> From<T> for OrRef<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for OrRef<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Reference(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for OrRef<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) if text.contains(OPEN) => Ok(Self::Reference(text)),
            other => serde_json::from_value(other).map(Self::Value).map_err(D::Error::custom),
        }
    }
}

impl<T: JsonSchema> JsonSchema for OrRef<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OrRef_{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [inner, { "type": "string", "pattern": "⟦.+⟧" }] })
    }
}
