use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use minijinja::Value;
use minijinja::value::Object;
use serde_json::Value as Json;

use super::KindFacts;
use super::tracked::{Trail, Uses, tracked, tracked_entry};
use crate::problem::{Span, suggest};
use crate::resource::{Address, StackId, partition};
use crate::yaml::{Key, Node, Placed, Value as Yaml};

/// The variable through which functions see the stack; no name a template could write.
pub(super) const STACK: &str = "\u{1}stack";

/// The stack that a template is expanded for, each value with its place.
#[derive(Clone, Debug)]
pub struct StackContext {
    pub id: StackId,
    pub project: String,
    pub account: Placed<String>,
    pub region: Placed<String>,
    /// Where the tenant and the environment are named.
    pub tenant_span: Span,
    pub environment_span: Span,
}

/// What functions know of the stack.
#[derive(Debug)]
pub(super) struct FunctionContext {
    pub project: String,
    pub stack: StackId,
    pub region: String,
    pub kinds: Arc<BTreeMap<&'static str, KindFacts>>,
    /// All addresses of the stack; empty until all names are evaluated.
    addresses: OnceLock<BTreeMap<Address, Named>>,
    pub trail: Trail,
}

/// What is known of a resource once its name is.
#[derive(Debug)]
pub(super) struct Named {
    /// A physical name given in full.
    pub physical: Option<String>,
    /// What decided that it is there, under this name.
    pub uses: Uses,
}

impl Object for FunctionContext {}

impl FunctionContext {
    pub fn new(stack: &StackContext, kinds: Arc<BTreeMap<&'static str, KindFacts>>) -> Self {
        let (project, id, region) = (stack.project.clone(), stack.id.clone(), stack.region.value.clone());
        Self { project, stack: id, region, kinds, addresses: OnceLock::new(), trail: Trail::default() }
    }

    pub fn addresses(&self) -> Option<&BTreeMap<Address, Named>> {
        self.addresses.get()
    }

    /// Tells the functions all addresses; once.
    pub fn set_addresses(&self, addresses: BTreeMap<Address, Named>) {
        self.addresses.set(addresses).expect("a stack is expanded once");
    }

    pub fn kind(&self, name: &str) -> Result<&KindFacts, String> {
        self.kinds
            .get(name)
            .ok_or_else(|| format!("there is no kind `{name}`; {}", suggest(name, self.kinds.keys().copied())))
    }
}

/// The variables that an expression may use, and where each was written. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct VariableScope(Arc<Variables>);

/// A `for` adds to what is outside of it.
#[derive(Debug, Default)]
struct Variables {
    outer: Option<Arc<Variables>>,
    values: BTreeMap<String, Value>,
    /// Trees with places; a variable without one (`loop`) has no origin.
    nodes: BTreeMap<String, Arc<Node>>,
    trail: Trail,
}

impl Object for Variables {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        // Maps and lists note by themselves what of them is looked at.
        if let Some(scalar) = self.node(name).filter(|node| node.entries().is_empty() && node.items().is_empty()) {
            // An item of a `for` mostly chooses: a database by its name, of which something else is the value.
            if self.is_item(name) { self.trail.keys(&scalar.span) } else { self.trail.value(&scalar.span) }
        }
        self.value(name)
    }
}

impl Variables {
    fn set(&mut self, name: &str, key: Option<&Span>, node: Node) {
        self.values.insert(name.to_owned(), tracked(&node, key, &self.trail));
        self.nodes.insert(name.to_owned(), Arc::new(node));
    }

    fn value(&self, name: &str) -> Option<Value> {
        let outer = || self.outer.as_ref().and_then(|outer| outer.value(name));
        self.values.get(name).cloned().or_else(outer)
    }

    fn is_item(&self, name: &str) -> bool {
        self.outer.as_ref().is_some_and(|outer| self.values.contains_key(name) || outer.is_item(name))
    }

    fn node(&self, name: &str) -> Option<&Node> {
        if self.values.contains_key(name) {
            return self.nodes.get(name).map(Arc::as_ref);
        }
        self.outer.as_ref().and_then(|outer| outer.node(name))
    }
}

impl VariableScope {
    /// The names that every scope has beside the parameters.
    pub const NAMES: [&'static str; 6] = ["tenant", "environment", "account", "region", "project", "partition"];

    pub fn new(stack: &StackContext, surroundings: &Arc<FunctionContext>, parameters: &Node) -> Self {
        let mut all = Variables { trail: surroundings.trail.clone(), ..Variables::default() };
        let text = |value: &str, span: &Span| Node::new(Yaml::String(value.to_owned()), span.clone());
        all.set("tenant", None, text(&stack.id.tenant, &stack.tenant_span));
        all.set("environment", None, text(&stack.id.environment, &stack.environment_span));
        all.set("account", None, text(&stack.account.value, &stack.account.span));
        all.set("region", None, text(&stack.region.value, &stack.region.span));
        all.values.insert("project".into(), Value::from(stack.project.as_str()));
        all.values.insert("partition".into(), Value::from(partition(&stack.region.value)));
        all.values.insert(STACK.into(), Value::from_dyn_object(Arc::clone(surroundings)));
        for (key, node) in parameters.entries() {
            all.set(&key.name, Some(&key.span), node.clone());
        }
        Self(Arc::new(all))
    }

    /// Returns the scope of one item of a `for`; `position` counts from 0.
    pub fn with_item(&self, variable: &str, item: &Item, position: usize, length: usize) -> Self {
        let trail = self.0.trail.clone();
        let mut inner = Variables { outer: Some(Arc::clone(&self.0)), trail, ..Variables::default() };
        inner.values.insert(variable.to_owned(), item.value.clone());
        if let Some(node) = &item.node {
            inner.nodes.insert(variable.to_owned(), Arc::clone(node));
        }
        let facts = [
            ("index", Value::from(position + 1)),
            ("index0", Value::from(position)),
            ("first", Value::from(position == 0)),
            ("last", Value::from(position + 1 == length)),
            ("length", Value::from(length)),
        ];
        inner.values.insert("loop".into(), BTreeMap::from(facts).into());
        Self(Arc::new(inner))
    }

    /// Where everything stands that the item of the innermost `for` holds; of an entry of a map, its value.
    pub fn within_item(&self) -> Vec<Span> {
        let (mut spans, mut open) = (Vec::new(), Vec::new());
        open.extend(self.0.nodes.values().map(Arc::as_ref).map(|node| node.get("value").unwrap_or(node)));
        while let Some(node) = open.pop() {
            spans.push(node.span.clone());
            open.extend(node.items().iter().chain(node.entries().iter().map(|(_, node)| node)));
        }
        spans
    }

    /// What takes note of the parameters that expressions look at.
    pub fn trail(&self) -> &Trail {
        &self.0.trail
    }

    /// Returns what expressions are evaluated in.
    pub fn context(&self) -> Value {
        Value::from_dyn_object(Arc::clone(&self.0))
    }

    /// Returns the tree of a dotted path, or of its nearest parent.
    pub fn node(&self, path: &str) -> Option<&Node> {
        let mut steps = path.split('.');
        let root = self.0.node(steps.next()?)?;
        Some(root.nearest(steps))
    }

    /// Returns the tree of a dotted path if every step of it is there.
    pub fn exact(&self, path: &[String]) -> Option<&Node> {
        let (root, steps) = path.split_first()?;
        let mut at = self.0.node(root)?;
        for step in steps {
            at = at.step(step)?.1;
        }
        Some(at)
    }
}

/// One item of a `for`. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Item {
    value: Value,
    node: Option<Arc<Node>>,
}

impl Item {
    /// Parts a value into items: a list's items, a map's entries as `{key, value}` in key order. `sources` are trees
    /// that the value was computed from, the first its very own if there is one.
    pub fn all_of(value: &Json, sources: &[&Node], trail: &Trail) -> Option<Vec<Self>> {
        let item = |value: Value, node: Option<Node>| {
            let value = node.as_ref().map_or(value, |node| tracked(node, None, trail));
            Self { value, node: node.map(Arc::new) }
        };
        let pair = |value: Value, node: Option<Node>| {
            let value = node.as_ref().map_or(value, |node| tracked_entry(node, trail));
            Self { value, node: node.map(Arc::new) }
        };
        match value {
            Json::Null => Some(Vec::new()),
            Json::Array(list) => {
                let find = |item: &Json| sources.iter().find_map(|node| same(node, item));
                Some(list.iter().map(|value| item(live(value), find(value))).collect())
            }
            Json::Object(map) => {
                let find = |key: &str| sources.iter().find_map(|node| entry(node, key));
                let both =
                    |key: &str, value: &Json| BTreeMap::from([("key", Value::from(key)), ("value", live(value))]);
                Some(map.iter().map(|(key, value)| pair(both(key, value).into(), find(key))).collect())
            }
            _ => None,
        }
    }
}

/// Finds the item or entry of a tree that an item of a computed list is.
fn same(source: &Node, item: &Json) -> Option<Node> {
    match &source.value {
        Yaml::List(items) => items.iter().find(|node| node.to_json() == *item).cloned(),
        Yaml::Map(entries) => match item {
            Json::String(key) => entries.iter().find(|(known, _)| known.name == *key).map(|(key, _)| name_of(key)),
            // `services | items` makes pairs; a list of keys is none.
            Json::Array(pair) => {
                let [Json::String(name), value] = pair.as_slice() else { return None };
                let is_meant = |(key, node): &&(Key, Node)| key.name == *name && node.to_json() == *value;
                let (key, node) = entries.iter().find(is_meant)?;
                Some(Node::new(Yaml::List(vec![name_of(key), node.clone()]), node.span.clone()))
            }
            other => entries.iter().find(|(_, node)| node.to_json() == *other).map(|(_, node)| node.clone()),
        },
        _ => None,
    }
}

fn entry(source: &Node, name: &str) -> Option<Node> {
    let (key, node) = source.entries().iter().find(|(key, _)| key.name == name)?;
    let named = |name: &str, node: Node| (Key { name: name.into(), span: key.span.clone() }, node);
    let parts = vec![named("key", name_of(key)), named("value", node.clone())];
    Some(Node::new(Yaml::Map(parts), node.span.clone()))
}

fn name_of(key: &Key) -> Node {
    Node::new(Yaml::String(key.name.clone()), key.span.clone())
}

/// Turns JSON into what expressions compute with.
fn live(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(list) => list.iter().map(live).collect(),
        Json::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), live(value))).collect::<BTreeMap<_, _>>().into()
        }
    }
}
