//! Names that may stand once: in a keyed list, and over two lists that share their names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::place;
use crate::problem::{Problem, Span};
use crate::resource::keyed::element_key;
use crate::resource::{Facts, pointer};
use crate::template::Origins;

/// Something that is named in a list or a map.
struct Named {
    /// The list's or map's pointer, with elements of keyed lists by their key.
    list: String,
    name: String,
    span: Option<Span>,
}

/// Returns a mistake for each name that is taken. `spec` is what the type made of the properties, so that two ways to write
/// one name are one; `origins` are by index.
pub(super) fn mistakes(facts: &Facts, spec: &Value, origins: &Origins, subject: &str) -> Vec<Problem> {
    if facts.keyed.is_empty() && facts.disjoint_names.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    collect(facts, spec, "", "", origins, &mut all);
    let mut first: BTreeMap<(&str, &str), &Named> = BTreeMap::new();
    let mut problems = Vec::new();
    for named in &all {
        if let Some(taken) = first.get(&(named.list.as_str(), named.name.as_str())) {
            problems.push(twice(facts, taken, named, subject));
        } else {
            first.insert((&named.list, &named.name), named);
        }
    }
    for named in first.values() {
        let others = facts.disjoint_names.iter().filter_map(|(one, other)| sibling(one, other, &named.list));
        let taken = others.filter_map(|list| first.get(&(list.as_str(), named.name.as_str())).copied());
        problems.extend(taken.map(|taken| twice(facts, taken, named, subject)));
    }
    problems
}

/// The list that must not share names with the one at `list`, if `one` names that.
fn sibling(one: &str, other: &str, list: &str) -> Option<String> {
    pointer::matches(one, list).then(|| pointer::alike(one, list, other))
}

fn twice(facts: &Facts, taken: &Named, named: &Named, subject: &str) -> Problem {
    let place = |list: &str| list.trim_start_matches('/').replace('/', ".");
    let what = if taken.list == named.list {
        let key =
            facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, &named.list)).map_or("", |(_, key)| key);
        let at = pointer::steps(&named.list).last().unwrap_or_default();
        format!("{subject}: `{}` is there twice in `{at}`, by its {key}", named.name)
    } else {
        format!("{subject}: `{}` is in `{}` and in `{}`", named.name, place(&taken.list), place(&named.list))
    };
    let other = taken.span.as_ref().map(|span| format!("; the other is at {span}")).unwrap_or_default();
    Problem::error(named.span.clone(), format!("{what}{other}")).hint("remove one of them, or give it another name")
}

/// Notes what is named at or below a value. `at` and `by_index` are its pointers, as plans name it and by index.
fn collect(facts: &Facts, value: &Value, at: &str, by_index: &str, origins: &Origins, all: &mut Vec<Named>) {
    let lists = || {
        facts.keyed.iter().map(|(list, _)| list).chain(facts.disjoint_names.iter().flat_map(|(one, two)| [one, two]))
    };
    if !lists().any(|list| leads_through(list, at)) {
        return;
    }
    let names: Vec<_> = match value {
        Value::Object(map) => map.iter().map(|(key, child)| (key.clone(), key.clone(), child)).collect(),
        Value::Array(list) => {
            let key = facts.keyed.iter().find(|(pattern, _)| pointer::matches(pattern, at)).map(|(_, key)| *key);
            let indexed = list.iter().enumerate().map(|(index, child)| (index.to_string(), child));
            indexed
                .map(|(index, child)| (key.map_or_else(|| index.clone(), |key| element_key(child, key)), index, child))
                .collect()
        }
        _ => return,
    };
    let is_named = lists().any(|list| pointer::matches(list, at));
    for (name, index, child) in names {
        let by_index = pointer::join(by_index, &index);
        collect(facts, child, &pointer::join(at, &name), &by_index, origins, all);
        if is_named {
            all.push(Named { list: at.to_owned(), name, span: place::of(origins, &by_index) });
        }
    }
}

/// Whether what a pattern names can be at a pointer or below it.
fn leads_through(pattern: &str, at: &str) -> bool {
    let mut steps = pattern.split('/');
    pattern.contains("**") || at.split('/').all(|step| steps.next().is_some_and(|want| want == "*" || want == step))
}
