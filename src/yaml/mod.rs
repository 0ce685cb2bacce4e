//! YAML as trees in which every value and key knows its place in its file.
//!
//! Strict on purpose: one document, no duplicate keys, no tags, no merge keys, bounded aliases, depth and size.

pub mod fields;
mod masked;
mod read;
mod scalar;

use std::fmt;

use serde_json::Value as Json;

use crate::problem::Span;

pub use fields::{Fields, Placed};
pub use masked::{is_secret, masked};
pub use read::{MAX_BYTES, read, read_on, too_large};

/// A value and the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    pub span: Span,
}

/// The types of YAML 1.2's core schema; keys are always text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(String),
    List(Vec<Node>),
    /// In the order of the file; no key occurs twice.
    Map(Vec<(Key, Node)>),
}

/// A key of a map and the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub name: String,
    pub span: Span,
}

impl Node {
    pub fn new(value: Value, span: Span) -> Self {
        Self { value, span }
    }

    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the entries; none for what is no map.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Returns the items; none for what is no list.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the value of a key of a map.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Map(entries) => entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Returns the key and value of one step of a path: a map's key or a list's index.
    pub fn step(&self, step: &str) -> Option<(Option<&Key>, &Node)> {
        match &self.value {
            Value::Map(entries) => {
                entries.iter().find(|(key, _)| key.name == step).map(|(key, node)| (Some(key), node))
            }
            Value::List(items) => items.get(step.parse::<usize>().ok()?).map(|node| (None, node)),
            _ => None,
        }
    }

    /// Returns the node that the steps lead to, or the last one on the way that is there.
    pub fn nearest<'a>(&self, steps: impl IntoIterator<Item = &'a str>) -> &Node {
        let mut at = self;
        for step in steps {
            match at.step(step) {
                Some((_, next)) => at = next,
                None => break,
            }
        }
        at
    }

    /// Returns the place of the key that the steps lead to (a list's item: of the item), or of the nearest parent.
    pub fn key_span<'a>(&self, steps: impl IntoIterator<Item = &'a str>) -> &Span {
        let (mut at, mut span) = (self, &self.span);
        for step in steps {
            match at.step(step) {
                Some((key, next)) => {
                    span = key.map_or(&next.span, |key| &key.span);
                    at = next;
                }
                None => break,
            }
        }
        span
    }

    /// Returns the place where it begins, so that a problem of the whole shows one line.
    pub fn start(&self) -> Span {
        let line = self.span.source.text.get(self.span.bytes.clone()).and_then(|text| text.find('\n'));
        let end = line.map_or(self.span.bytes.end, |length| self.span.bytes.start + length);
        Span { source: self.span.source.clone(), bytes: self.span.bytes.start..end }
    }

    /// Returns the value without the places.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Int(number) => Json::from(*number),
            Value::Float(number) => Json::from(*number),
            Value::String(text) => Json::String(text.clone()),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => entries.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect(),
        }
    }

    /// Returns the type in words, with the value if it is short: ``the text `abc` ``.
    pub fn described(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(flag) => format!("the boolean {flag}"),
            Value::Int(number) => format!("the number {number}"),
            Value::Float(number) => format!("the number {number}"),
            Value::String(text) if text.chars().count() <= 60 => format!("the text `{text}`"),
            Value::String(_) => "text".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
