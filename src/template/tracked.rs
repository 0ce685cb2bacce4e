//! Parameters that record which of them an expression read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use crate::problem::Span;
use crate::yaml::{Node, Value as Yaml};

/// The parameters that were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// Where the values stand.
    pub(super) values: Vec<Span>,
    /// Where the maps and lists stand of which the keys or the number counted.
    pub(super) keys: Vec<Span>,
    /// Those of the values that are the names of what a `for` is at.
    pub(super) names: Vec<Span>,
    /// Where the values stand that chose among lists of which each has its own reason to be there.
    pub(super) chosen: Vec<Span>,
}

impl Uses {
    /// Adds others, each once.
    pub(super) fn add(&mut self, more: &Self) {
        let all = [
            (&mut self.values, &more.values),
            (&mut self.keys, &more.keys),
            (&mut self.names, &more.names),
            (&mut self.chosen, &more.chosen),
        ];
        for (own, more) in all {
            more.iter().for_each(|span| note(own, span));
        }
    }
}

fn note(spans: &mut Vec<Span>, span: &Span) {
    if !spans.contains(span) {
        spans.push(span.clone());
    }
}

/// Takes note of what is looked at, for one stack.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail(Arc<Mutex<Followed>>);

/// The evaluations under way, the innermost last.
type Followed = Vec<Uses>;

impl Trail {
    /// Runs an evaluation; returns what it looked at too.
    pub(super) fn follow<T>(&self, evaluate: impl FnOnce() -> T) -> (T, Uses) {
        self.followed().push(Uses::default());
        let made = evaluate();
        let mut followed = self.followed();
        let uses = followed.pop().unwrap_or_default();
        if let Some(outer) = followed.last_mut() {
            outer.add(&uses);
        }
        (made, uses)
    }

    pub(super) fn value(&self, span: &Span) {
        if let Some(uses) = self.followed().last_mut() {
            note(&mut uses.values, span);
        }
    }

    /// Takes note of the name of what a `for` is at.
    fn name(&self, span: &Span) {
        if let Some(uses) = self.followed().last_mut() {
            note(&mut uses.names, span);
        }
    }

    /// Notes what decided that there is something: of a list of such things, that tells more than what chose the list.
    pub(super) fn existence(&self, uses: &Uses) {
        if let Some(last) = self.followed().last_mut() {
            let chosen_by = std::mem::replace(last, uses.clone());
            // Of the second thing of a list, the first is no reason.
            let is_first = chosen_by.chosen.is_empty();
            last.chosen.clone_from(if is_first { &chosen_by.values } else { &chosen_by.chosen });
            last.add(&chosen_by);
        }
    }

    pub(super) fn keys(&self, span: &Span) {
        if let Some(uses) = self.followed().last_mut() {
            note(&mut uses.keys, span);
        }
    }

    fn followed(&self) -> std::sync::MutexGuard<'_, Followed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A map or list of the parameters.
#[derive(Debug)]
struct Tree {
    inner: Inner,
    /// The key that it stands under, or its first line.
    span: Span,
    /// Whether it is an entry of a map that a `for` is at, with its `key` and its `value`.
    is_entry: bool,
    trail: Trail,
}

#[derive(Debug)]
enum Inner {
    Map(BTreeMap<String, Child>),
    List(Vec<Child>),
}

#[derive(Debug)]
struct Child {
    value: Value,
    /// Of a scalar.
    span: Option<Span>,
}

/// Turns a tree with places into what expressions compute with; `key` is where its name stands.
pub(super) fn tracked(node: &Node, key: Option<&Span>, trail: &Trail) -> Value {
    let child = |node: &Node, key: Option<&Span>| {
        let is_scalar = !matches!(node.value, Yaml::List(_) | Yaml::Map(_));
        Child { value: tracked(node, key, trail), span: is_scalar.then(|| node.span.clone()) }
    };
    let inner = match &node.value {
        Yaml::Null => return Value::from(()),
        Yaml::Bool(flag) => return Value::from(*flag),
        Yaml::Int(number) => return Value::from(*number),
        Yaml::Float(number) => return Value::from(*number),
        Yaml::String(text) => return Value::from(text.as_str()),
        Yaml::List(items) => Inner::List(items.iter().map(|item| child(item, None)).collect()),
        Yaml::Map(entries) => {
            let entry = |(key, node): &(crate::yaml::Key, Node)| (key.name.clone(), child(node, Some(&key.span)));
            Inner::Map(entries.iter().map(entry).collect())
        }
    };
    let span = key.cloned().unwrap_or_else(|| node.start());
    Value::from_object(Tree { inner, span, is_entry: false, trail: trail.clone() })
}

/// The same of an entry of a map that a `for` is at.
pub(super) fn tracked_entry(node: &Node, trail: &Trail) -> Value {
    let part = |name: &str| {
        let node = node.get(name)?;
        let is_scalar = !matches!(node.value, Yaml::List(_) | Yaml::Map(_));
        let child = Child { value: tracked(node, None, trail), span: is_scalar.then(|| node.span.clone()) };
        Some((name.to_owned(), child))
    };
    let inner = Inner::Map(["key", "value"].into_iter().filter_map(part).collect());
    Value::from_object(Tree { inner, span: node.start(), is_entry: true, trail: trail.clone() })
}

impl Tree {
    fn child(&self, child: Option<&Child>) -> Option<Value> {
        let Some(Child { value, span }) = child else {
            // That there is none was decided here.
            self.trail.keys(&self.span);
            return None;
        };
        span.iter().for_each(|span| self.trail.value(span));
        Some(value.clone())
    }
}

impl Object for Tree {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.inner {
            Inner::Map(_) => ObjectRepr::Map,
            Inner::List(_) => ObjectRepr::Seq,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match &self.inner {
            Inner::Map(map) => {
                let name = key.as_str().and_then(|key| map.get(key));
                let is_name = self.is_entry && key.as_str() == Some("key");
                name.filter(|_| is_name)
                    .and_then(|name| name.span.as_ref())
                    .iter()
                    .for_each(|span| self.trail.name(span));
                self.child(name)
            }
            Inner::List(list) => self.child(key.as_usize().and_then(|index| list.get(index))),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.trail.keys(&self.span);
        match &self.inner {
            Inner::Map(map) => Enumerator::Values(map.keys().map(|key| Value::from(key.as_str())).collect()),
            Inner::List(list) => Enumerator::Seq(list.len()),
        }
    }
}
