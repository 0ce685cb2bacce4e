//! Whether references lead somewhere: to a resource of the stack, of the kind that is expected, and to an output that it has.

use std::collections::BTreeMap;

use serde_json::Value;

use super::kinds::{Kinds, Known};
use crate::problem::{Problem, Span, suggest};
use crate::resource::{Address, Reference, pointer};
use crate::template::Declaration;

/// Checks the references in a resource's properties.
pub(super) fn of_properties(
    kinds: &Kinds<'_>,
    declaration: &Declaration,
    known: &Known<'_>,
    all: &BTreeMap<Address, Span>,
    problems: &mut Vec<Problem>,
) {
    for (at, reference) in Reference::all_in(&declaration.properties) {
        let address = &reference.address;
        let span = declared(declaration, &at);
        let subject = format!("`{}` of {}", pointer::property(&at), declaration.address.value);
        if !all.contains_key(address) {
            problems.push(missing(span, format!("{subject} refers to {address}, which is not there"), address, all));
        } else if let Some(kind) = known.shape.schema().ref_at(&at).filter(|kind| *kind != address.kind) {
            let what = format!("{subject} expects a {kind}, and refers to {address}");
            let names: Vec<_> = all.keys().filter(|other| other.kind == kind).map(Address::to_string).collect();
            let hint = suggest(&address.to_string(), names.iter().map(String::as_str));
            problems.push(Problem::error(span, what).hint(hint));
        } else {
            problems.extend(nameless(kinds, &reference, Some(span), &subject));
        }
    }
}

/// Checks the references in a template's output.
pub(super) fn of_output(
    kinds: &Kinds<'_>,
    name: &str,
    value: &Value,
    all: &BTreeMap<Address, Span>,
    problems: &mut Vec<Problem>,
) {
    for (_, reference) in Reference::all_in(value) {
        let address = &reference.address;
        if all.contains_key(address) {
            problems.extend(nameless(kinds, &reference, None, &format!("the output `{name}`")));
        } else {
            let what = format!("the output `{name}` refers to {address}, which is not in this stack");
            problems.push(missing(None, what, address, all));
        }
    }
}

fn missing(span: impl Into<Option<Span>>, what: String, address: &Address, all: &BTreeMap<Address, Span>) -> Problem {
    let names: Vec<_> = all.keys().map(Address::to_string).collect();
    Problem::error(span, what).hint(suggest(&address.to_string(), names.iter().map(String::as_str)))
}

/// A mistake if what is referred to has no output of that name: apply would find that out when half is made.
fn nameless(kinds: &Kinds<'_>, reference: &Reference, span: Option<Span>, subject: &str) -> Option<Problem> {
    let known = kinds.get(&reference.address.kind)?;
    let names = known.shape.outputs().names()?;
    let is_in = |name: &String| name.strip_suffix('*').is_some_and(|map| reference.output.starts_with(map));
    if names.contains_key(&reference.output) || names.keys().any(is_in) {
        return None;
    }
    let what = format!(
        "{subject} refers to `{}` of {}, and {} has no such output",
        reference.output, reference.address, known.facts.kind
    );
    Some(Problem::error(span, what).hint(suggest(&reference.output, names.keys().map(String::as_str))))
}

/// A wrong reference is the template's mistake, whatever parameters it was made of.
fn declared(declaration: &Declaration, at: &str) -> Span {
    let mut at = at;
    loop {
        if let Some(origin) = declaration.origins.get(at) {
            return origin.span.clone();
        }
        match at.rfind('/') {
            Some(end) => at = &at[..end],
            None => return declaration.span.clone(),
        }
    }
}
