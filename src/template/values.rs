//! The values of a template's tree, and where each part of them comes from.

use serde_json::{Map, Value as Json};

use super::compile::{Branch, Item as ListItem, Tree};
use super::expand::Expansion;
use super::origins::{Origin, Origins};
use super::scope::Scope;
use super::text::Text;
use crate::problem::Span;
use crate::resource::pointer;
use crate::yaml::{Node, Value as Yaml};

impl Expansion {
    /// Evaluates a value; nothing if it is null or its evaluation failed. Notes where every part of it comes from.
    pub(super) fn value(&mut self, branch: &Branch, scope: &Scope, at: &str, origins: &mut Origins) -> Option<Json> {
        let mut origin = Origin { span: branch.span.clone(), from: Vec::new() };
        let value = match &branch.tree {
            Tree::Fixed(Json::Null) => return None,
            Tree::Fixed(value) => value.clone(),
            Tree::Text(text) => {
                let value = match text.evaluate(scope) {
                    Ok(Json::Null) => return None,
                    Ok(value) => value,
                    Err(problem) => {
                        self.problems.push(*problem);
                        return None;
                    }
                };
                let spent = self.budget.value(&value, &branch.span);
                self.within(spent)?;
                origin.from = sources(text, scope);
                if let Some(node) = text.path().and_then(|path| scope.exact(path)) {
                    nested(node, at, &branch.span, origins);
                }
                value
            }
            Tree::Map(entries) => {
                let mut map = Map::new();
                for (key, child) in entries {
                    if let Some(value) = self.value(child, scope, &pointer::join(at, key), origins) {
                        map.insert(key.clone(), value);
                    }
                }
                Json::Object(map)
            }
            Tree::List(items) => {
                let mut list = Vec::new();
                for item in items {
                    self.item(item, scope, at, &mut list, &mut origin.from, origins);
                }
                Json::Array(list)
            }
        };
        if !at.is_empty() {
            origins.insert(at.to_owned(), origin);
        }
        Some(value)
    }

    fn item(
        &mut self,
        item: &ListItem,
        scope: &Scope,
        at: &str,
        list: &mut Vec<Json>,
        from: &mut Vec<Span>,
        origins: &mut Origins,
    ) {
        let (scopes, each) = match item {
            ListItem::One(branch) => (vec![scope.clone()], branch),
            ListItem::Splice { repeat, each } => {
                for (_, over) in &repeat.over {
                    if let Tree::Text(text) = &over.tree {
                        add(from, sources(text, scope));
                    }
                }
                (self.scopes(repeat, scope), each)
            }
        };
        for inner in scopes {
            let place = pointer::join(at, &list.len().to_string());
            if let Some(value) = self.value(each, &inner, &place, origins) {
                list.push(value);
                // A list compares as a whole: the first parameter in it is where a person would look.
                add(from, origins.get(&place).map(|origin| origin.from.clone()).unwrap_or_default());
            }
        }
    }
}

/// The places of the parameters that a text uses, each once.
fn sources(text: &Text, scope: &Scope) -> Vec<Span> {
    let mut spans = Vec::new();
    add(&mut spans, text.uses().filter_map(|path| scope.node(path)).map(|node| node.span.clone()).collect());
    spans
}

fn add(spans: &mut Vec<Span>, more: Vec<Span>) {
    for span in more {
        if !spans.contains(&span) {
            spans.push(span);
        }
    }
}

/// Notes the places of what lies inside a parameter that is taken over whole.
fn nested(node: &Node, at: &str, written: &Span, origins: &mut Origins) {
    let mut note = |step: &str, node: &Node| {
        let at = pointer::join(at, step);
        nested(node, &at, written, origins);
        origins.insert(at, Origin { span: written.clone(), from: vec![node.span.clone()] });
    };
    match &node.value {
        Yaml::Map(entries) => entries.iter().for_each(|(key, node)| note(&key.name, node)),
        Yaml::List(items) => items.iter().enumerate().for_each(|(index, node)| note(&index.to_string(), node)),
        _ => {}
    }
}

/// Null means absent to a kind, also inside of a parameter that is taken over whole.
pub(super) fn without_nulls(value: Json) -> Option<Json> {
    fn has_null(value: &Json) -> bool {
        match value {
            Json::Null => true,
            Json::Object(map) => map.values().any(has_null),
            Json::Array(list) => list.iter().any(has_null),
            _ => false,
        }
    }
    match value {
        whole if !has_null(&whole) => Some(whole),
        Json::Object(map) => {
            Some(map.into_iter().filter_map(|(key, value)| Some((key, without_nulls(value)?))).collect())
        }
        Json::Array(list) => Some(list.into_iter().filter_map(without_nulls).collect()),
        _ => None,
    }
}
