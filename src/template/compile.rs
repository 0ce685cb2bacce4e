use serde_json::Value as Json;

use super::text::Text;
use crate::problem::{Problem, Span};
use crate::yaml::{Node, Value};

/// A value of a template, its expressions compiled.
#[derive(Debug)]
pub(super) struct Branch {
    pub span: Span,
    pub tree: Tree,
}

impl Branch {
    /// The text, if no expression is in it.
    pub fn fixed(&self) -> Option<&str> {
        match &self.tree {
            Tree::Fixed(value) => value.as_str(),
            _ => None,
        }
    }

    /// Whether every expression in it was understood.
    pub fn is_whole(&self) -> bool {
        match &self.tree {
            Tree::Fixed(_) => true,
            Tree::Text(text) => text.is_whole(),
            Tree::Map(entries) => entries.iter().all(|(_, branch)| branch.is_whole()),
            Tree::List(items) => items.iter().all(|item| match item {
                Item::One(branch) => branch.is_whole(),
                Item::Splice { repeat, each } => {
                    let over = repeat.over.iter().map(|(_, branch)| branch);
                    over.chain(&repeat.when).chain([each]).all(Self::is_whole)
                }
            }),
        }
    }

    /// Whether an expression of the text is nothing but a call of this function.
    pub fn calls(&self, function: &str) -> bool {
        matches!(&self.tree, Tree::Text(text) if text.calls(function))
    }

    /// Whether the text has tenant and environment as two whole steps of a path.
    pub fn names_stack(&self) -> bool {
        matches!(&self.tree, Tree::Text(text) if text.names_stack())
    }

    /// The text, with `*` for every expression in it.
    pub fn pattern(&self) -> String {
        match &self.tree {
            Tree::Fixed(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            Tree::Text(text) => text.pattern(),
            Tree::List(_) | Tree::Map(_) => String::new(),
        }
    }
}

#[derive(Debug)]
pub(super) enum Tree {
    Fixed(Json),
    Text(Text),
    List(Vec<Item>),
    Map(Vec<(String, Branch)>),
}

/// An item of a list.
#[derive(Debug)]
pub(super) enum Item {
    One(Branch),
    /// `{ for, when, each }`: none, one or many items.
    Splice {
        repeat: Repeat,
        each: Branch,
    },
}

/// The `for` and `when` of a node.
#[derive(Debug, Default)]
pub(super) struct Repeat {
    /// The variables and what they run over; a later one may use an earlier one.
    pub over: Vec<(String, Branch)>,
    pub when: Option<Branch>,
}

/// The names that `for` may not hide: what the whole template has.
pub(super) fn branch(node: &Node, names: &[String], problems: &mut Vec<Problem>) -> Branch {
    let tree = match &node.value {
        Value::String(text) if text.contains("{{") || text.contains("{%") => {
            Tree::Text(Text::compile(text, &node.span, names, problems))
        }
        Value::List(items) => Tree::List(items.iter().map(|node| item(node, names, problems)).collect()),
        Value::Map(entries) => {
            Tree::Map(entries.iter().map(|(key, node)| (key.name.clone(), branch(node, names, problems))).collect())
        }
        _ => Tree::Fixed(node.to_json()),
    };
    Branch { span: node.span.clone(), tree }
}

fn item(node: &Node, names: &[String], problems: &mut Vec<Problem>) -> Item {
    let Some(each) = node.get("each") else { return Item::One(branch(node, names, problems)) };
    let is_splice = node.entries().iter().all(|(key, _)| ["for", "when", "each"].contains(&key.name.as_str()));
    if !is_splice {
        return Item::One(branch(node, names, problems));
    }
    let (repeat, inner) = repeat(node, names, problems);
    Item::Splice { repeat, each: branch(each, &inner, problems) }
}

/// Reads `for` and `when`; returns them and the names that are known below them.
pub(super) fn repeat(node: &Node, names: &[String], problems: &mut Vec<Problem>) -> (Repeat, Vec<String>) {
    let mut inner = names.to_vec();
    let mut over = Vec::new();
    if let Some(node) = node.get("for") {
        if node.entries().is_empty() {
            problems.push(
                Problem::error(node.span.clone(), "`for` must be a map of variables and what they run over")
                    .hint("for: { zone: \"{{ zone_ids(zones) }}\" }"),
            );
        }
        for (key, list) in node.entries() {
            if inner.contains(&key.name) {
                let what = format!("`for` would hide the variable `{}`", key.name);
                problems.push(Problem::error(key.span.clone(), what).hint("choose another name"));
            }
            over.push((key.name.clone(), branch(list, &inner, problems)));
            inner.extend([key.name.clone(), "loop".to_owned()]);
        }
    }
    let when = node.get("when").map(|node| branch(node, &inner, problems));
    (Repeat { over, when }, inner)
}
