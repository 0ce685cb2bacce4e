//! The values of a template's tree, and where each part of them comes from.

use serde_json::{Map, Value as Json};

use super::compile::{Branch, Item as ListItem, Repeat, Tree};
use super::expand::Expansion;
use super::origins::{Origin, Origins};
use super::scope::VariableScope;
use super::tracked::Uses;
use crate::problem::Span;
use crate::resource::pointer;
use crate::yaml::{Node, Value as Yaml};

impl Expansion {
    /// Evaluates a value; nothing if it is null or its evaluation failed. Notes where every part of it comes from.
    pub(super) fn value(
        &mut self,
        branch: &Branch,
        scope: &VariableScope,
        at: &str,
        origins: &mut Origins,
    ) -> Option<Json> {
        let mut uses = Uses::default();
        let value = match &branch.tree {
            Tree::Fixed(Json::Null) => return None,
            Tree::Fixed(value) => value.clone(),
            Tree::Text(text) => {
                let (evaluated, looked_at) = scope.trail().follow(|| text.evaluate(scope));
                let value = match evaluated {
                    Ok(Json::Null) => return None,
                    Ok(value) => value,
                    Err(problem) => {
                        self.problems.push(*problem);
                        return None;
                    }
                };
                let spent = self.budget.value(&value, &branch.span);
                self.within(spent)?;
                uses = looked_at;
                if let Some(node) = text.path().and_then(|path| scope.exact(path)) {
                    nested(node, at, &branch.span, origins);
                }
                value
            }
            Tree::Map(entries) => {
                let mut map = Map::new();
                for (key, child) in entries {
                    let place = pointer::join(at, key);
                    if let Some(value) = self.value(child, scope, &place, origins) {
                        map.insert(key.clone(), value);
                        add(&mut uses, origins.get(&place));
                    }
                }
                Json::Object(map)
            }
            Tree::List(items) => {
                let mut list = Vec::new();
                for item in items {
                    self.item(item, scope, at, &mut list, &mut uses, origins);
                }
                Json::Array(list)
            }
        };
        if !at.is_empty() {
            let Uses { values: from, keys: over, names, chosen } = uses;
            let origin = Origin { from, over, names, chosen, ..Origin::new(branch.span.clone()) };
            origins.insert(at.to_owned(), origin);
        }
        Some(value)
    }

    fn item(
        &mut self,
        item: &ListItem,
        scope: &VariableScope,
        at: &str,
        list: &mut Vec<Json>,
        uses: &mut Uses,
        origins: &mut Origins,
    ) {
        let (scopes, each, repeat) = match item {
            ListItem::One(branch) => (vec![(scope.clone(), Uses::default())], branch, None),
            ListItem::Splice { repeat, each } => {
                let scopes = self.scopes(repeat, scope);
                uses.add(&scopes.all);
                (scopes.passed, each, Some(repeat))
            }
        };
        for (inner, by) in scopes {
            let place = pointer::join(at, &list.len().to_string());
            if let Some(value) = self.value(each, &inner, &place, origins) {
                list.push(value);
                if let (Some(repeat), Some(origin)) = (repeat, origins.get_mut(&place)) {
                    origin.exists = existence(repeat, &inner, &origin.from, by);
                }
                // A list may compare as a whole: the first parameter in it is where a person would look.
                add(uses, origins.get(&place));
            }
        }
    }
}

/// By which parameters an element is there: what it says of itself in what its `for` runs over, what its `when` looked at
/// there, and what else decided.
fn existence(repeat: &Repeat, inner: &VariableScope, from: &[Span], by: Uses) -> Vec<Span> {
    if repeat.over.is_empty() {
        return by.values.into_iter().chain(by.keys).collect();
    }
    let own = inner.within_item();
    let said = from.iter().chain(&by.values).filter(|span| own.contains(span));
    // An item without parts is its own line.
    let item = own.first().filter(|_| own.len() == 1);
    said.chain(item).chain(&by.keys).cloned().collect()
}

/// What a value was computed from, the value around it was computed from too.
fn add(uses: &mut Uses, inner: Option<&Origin>) {
    if let Some(Origin { from, over, names, .. }) = inner {
        let (values, keys, names) = (from.clone(), over.clone(), names.clone());
        uses.add(&Uses { values, keys, names, ..Uses::default() });
    }
}

/// Notes the places of what lies inside a parameter that is taken over whole.
fn nested(node: &Node, at: &str, written: &Span, origins: &mut Origins) {
    let mut note = |step: &str, node: &Node| {
        let at = pointer::join(at, step);
        nested(node, &at, written, origins);
        origins.insert(at, Origin { from: vec![node.span.clone()], ..Origin::new(written.clone()) });
    };
    match &node.value {
        Yaml::Map(entries) => entries.iter().for_each(|(key, node)| note(&key.name, node)),
        Yaml::List(items) => items.iter().enumerate().for_each(|(index, node)| note(&index.to_string(), node)),
        _ => {}
    }
}
