use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use minijinja::Value;
use minijinja::value::Object;
use serde_json::Value as Json;

use super::KindFacts;
use crate::problem::{Span, suggest};
use crate::resource::{Address, StackId};
use crate::yaml::{Key, Node, Placed, Value as Yaml};

/// The variable through which functions see the stack; no name a template could write.
pub(super) const STACK: &str = "\u{1}stack";

/// The stack that a template is expanded for, each value with its place.
#[derive(Clone, Debug)]
pub struct Stack {
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
pub(super) struct Surroundings {
    pub stack: StackId,
    pub region: String,
    pub kinds: Arc<BTreeMap<&'static str, KindFacts>>,
    /// All addresses of the stack and their given physical names; empty until all names are evaluated.
    addresses: OnceLock<BTreeMap<Address, Option<String>>>,
}

impl Object for Surroundings {}

impl Surroundings {
    pub fn new(stack: &Stack, kinds: Arc<BTreeMap<&'static str, KindFacts>>) -> Self {
        Self { stack: stack.id.clone(), region: stack.region.value.clone(), kinds, addresses: OnceLock::new() }
    }

    pub fn addresses(&self) -> Option<&BTreeMap<Address, Option<String>>> {
        self.addresses.get()
    }

    /// Tells the functions all addresses; once.
    pub fn set_addresses(&self, addresses: BTreeMap<Address, Option<String>>) {
        self.addresses.set(addresses).expect("a stack is expanded once");
    }

    pub fn kind(&self, name: &str) -> Result<&KindFacts, String> {
        self.kinds
            .get(name)
            .ok_or_else(|| format!("there is no kind `{name}`; {}", suggest(name, self.kinds.keys().copied())))
    }
}

/// The variables that an expression may use, and where each was written.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    values: BTreeMap<String, Value>,
    /// Trees with places; a variable without one (`loop`) has no origin.
    nodes: BTreeMap<String, Arc<Node>>,
    context: OnceLock<Value>,
}

impl Scope {
    pub fn new(stack: &Stack, surroundings: &Arc<Surroundings>, parameters: &Node) -> Self {
        let mut scope = Self { values: BTreeMap::new(), nodes: BTreeMap::new(), context: OnceLock::new() };
        let text = |value: &str, span: &Span| Node::new(Yaml::String(value.to_owned()), span.clone());
        scope.set("tenant", text(&stack.id.tenant, &stack.tenant_span));
        scope.set("environment", text(&stack.id.environment, &stack.environment_span));
        scope.set("account", text(&stack.account.value, &stack.account.span));
        scope.set("region", text(&stack.region.value, &stack.region.span));
        scope.values.insert("project".into(), Value::from(stack.project.as_str()));
        scope.values.insert("partition".into(), Value::from("aws"));
        scope.values.insert(STACK.into(), Value::from_dyn_object(Arc::clone(surroundings)));
        for (key, node) in parameters.entries() {
            scope.set(&key.name, node.clone());
        }
        scope
    }

    /// The names that every scope has beside the parameters.
    pub const NAMES: [&'static str; 6] = ["tenant", "environment", "account", "region", "project", "partition"];

    fn set(&mut self, name: &str, node: Node) {
        self.values.insert(name.to_owned(), live(&node.to_json()));
        self.nodes.insert(name.to_owned(), Arc::new(node));
    }

    /// Returns the scope of one item of a `for`; `position` counts from 0.
    pub fn with_item(&self, variable: &str, item: &Item, position: usize, length: usize) -> Self {
        let mut scope = Self { values: self.values.clone(), nodes: self.nodes.clone(), context: OnceLock::new() };
        scope.values.insert(variable.to_owned(), live(&item.value));
        match &item.node {
            Some(node) => scope.nodes.insert(variable.to_owned(), Arc::new(node.clone())),
            None => scope.nodes.remove(variable),
        };
        let facts = [
            ("index", Value::from(position + 1)),
            ("index0", Value::from(position)),
            ("first", Value::from(position == 0)),
            ("last", Value::from(position + 1 == length)),
            ("length", Value::from(length)),
        ];
        scope.values.insert("loop".into(), facts.into_iter().collect());
        scope
    }

    /// Returns what expressions are evaluated in.
    pub fn context(&self) -> Value {
        self.context.get_or_init(|| self.values.clone().into()).clone()
    }

    /// Returns the tree of a dotted path, or of its nearest parent.
    pub fn node(&self, path: &str) -> Option<&Node> {
        let mut steps = path.split('.');
        let root = self.nodes.get(steps.next()?)?;
        Some(root.nearest(steps))
    }

    /// Returns the tree of a dotted path if every step of it is there.
    pub fn exact(&self, path: &[String]) -> Option<&Node> {
        let (root, steps) = path.split_first()?;
        let mut at: &Node = self.nodes.get(root)?;
        for step in steps {
            at = at.step(step)?.1;
        }
        Some(at)
    }
}

/// One item of a `for`.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub value: Json,
    pub node: Option<Node>,
}

impl Item {
    /// Parts a value into items: a list's items, a map's entries as `{key, value}` in key order. `sources` are trees
    /// that the value was computed from, the first its very own if there is one.
    pub fn all_of(value: &Json, sources: &[&Node]) -> Option<Vec<Self>> {
        match value {
            Json::Null => Some(Vec::new()),
            Json::Array(list) => Some(
                list.iter()
                    .map(|item| Self { value: item.clone(), node: sources.iter().find_map(|node| same(node, item)) })
                    .collect(),
            ),
            Json::Object(map) => Some(
                map.iter()
                    .map(|(key, item)| Self {
                        value: serde_json::json!({ "key": key, "value": item }),
                        node: sources.iter().find_map(|node| entry(node, key)),
                    })
                    .collect(),
            ),
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
            // `services | items` makes pairs.
            Json::Array(pair) => {
                let node = source.get(pair.first()?.as_str()?)?.clone();
                let key = entries.iter().find(|(key, _)| Some(key.name.as_str()) == pair[0].as_str())?;
                let span = node.span.clone();
                Some(Node::new(Yaml::List(vec![name_of(&key.0), node]), span))
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
        Json::Object(map) => map.iter().map(|(key, value)| (key.as_str(), live(value))).collect(),
    }
}
