//! The entries of `ignore`: which resources they mean, and whether these have such a field.

use std::collections::BTreeMap;

use serde_json::Value;

use super::kinds::{Kinds, Known};
use super::{Ignore, Resource};
use crate::problem::{Problem, Span, closest, suggest};
use crate::resource::{Address, Schema, glob, pointer};
use crate::tenant::IgnoreRule;

/// Gives every entry to the resources that it means; notes an entry that means none, and one whose field is not there.
pub(super) fn attach(
    rules: &[IgnoreRule],
    kinds: &Kinds<'_>,
    all: &BTreeMap<Address, Span>,
    resources: &mut BTreeMap<Address, Resource>,
    problems: &mut Vec<Problem>,
) {
    for rule in rules {
        let pattern = &rule.resource.value;
        let meant: Vec<_> = all.keys().filter(|address| glob::matches(pattern, &address.to_string())).collect();
        let Some(first) = meant.first() else {
            let names: Vec<_> = all.keys().map(Address::to_string).collect();
            let hint = suggest(pattern, names.iter().map(String::as_str));
            let what = format!("there is no {pattern} in this stack");
            problems.push(Problem::error(rule.resource.span.clone(), what).hint(hint));
            continue;
        };
        problems.extend(kinds.get(&first.kind).and_then(|known| unknown_field(known, rule)));
        for address in meant {
            if let Some(resource) = resources.get_mut(address) {
                resource.ignore.push(Ignore {
                    field: rule.field.value.clone(),
                    owner: rule.owner.clone(),
                    until: rule.until,
                    span: Some(rule.field.span.clone()),
                });
            }
        }
    }
}

/// Returns the problem of a field that the kind has not. It is a mistake if it looks like one that the kind has; else it may
/// be of what AWS shows beside the properties, which no schema lists.
fn unknown_field(known: &Known<'_>, rule: &IgnoreRule) -> Option<Problem> {
    let schema = known.shape.schema();
    // What AWS shows beside the properties and an update takes away has a name of its own.
    let mut told = known.facts.prunes.iter().chain(known.facts.status);
    let is_beside = |path: &str| path != "/**" && schema.node(path).is_none();
    if told.any(|path| is_beside(path) && pointer::covers(path, &rule.field.value)) {
        return None;
    }
    let steps: Vec<_> = pointer::steps(&rule.field.value).collect();
    let Err(Missing { at, step }) = follow(schema, schema.root(), &steps) else { return None };
    let names = schema.properties(at);
    let kind = known.facts.kind;
    if closest(&step, names.iter().copied()).is_some() || step.is_empty() {
        let what = format!("{kind} has no field {}: there is no `{step}`", rule.field.value);
        return Some(Problem::error(rule.field.span.clone(), what).hint(suggest(&step, names)));
    }
    let what = format!(
        "{kind} has no property {}: the entry counts only for what AWS shows there and no template can say",
        rule.field.value
    );
    Some(Problem::warning(rule.field.span.clone(), what).hint(suggest(&step, names)))
}

/// The first step of a pointer that leads nowhere, and the schema of what has not got it.
struct Missing<'a> {
    at: &'a Value,
    step: String,
}

/// Follows a pattern through a schema.
fn follow<'a>(schema: &'a Schema, at: &'a Value, steps: &[String]) -> Result<(), Missing<'a>> {
    let Some((step, rest)) = steps.split_first() else { return Ok(()) };
    match step.as_str() {
        "**" => Ok(()),
        "*" => {
            let mut missing = Missing { at, step: step.clone() };
            for child in schema.children(at) {
                match follow(schema, child, rest) {
                    Ok(()) => return Ok(()),
                    Err(below) => missing = below,
                }
            }
            if schema.is_map(at) { Ok(()) } else { Err(missing) }
        }
        _ => match schema.child(at, step) {
            Some(child) => follow(schema, child, rest),
            // A map of free form, such as a policy.
            None if schema.is_map(at) => Ok(()),
            None => Err(Missing { at, step: step.clone() }),
        },
    }
}
