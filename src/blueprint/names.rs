//! The names of resources, today's and former ones.

use std::collections::BTreeMap;

use super::kinds::Known;
use crate::problem::{Problem, Span};
use crate::resource::{Address, Stack};
use crate::template::Declaration;
use crate::tenant::region;

/// Checks the region, the physical name and the former name of a declared resource.
pub(super) fn check(
    declaration: &Declaration,
    known: &Known<'_>,
    stack: &Stack,
    all: &BTreeMap<Address, Span>,
    problems: &mut Vec<Problem>,
) {
    if let Some(place) = &declaration.region {
        problems.extend(region::check(place));
    }
    if known.facts.identity.is_name() {
        return known_by_name(declaration, known, stack, problems);
    }
    if let Some(physical) = &declaration.physical {
        let (length, max) = (physical.value.chars().count(), known.facts.name.max());
        if !(1..=max).contains(&length) {
            let what = format!("the physical name `{}` has {length} characters", physical.value);
            problems.push(Problem::error(physical.span.clone(), what).hint(format!("1 to {max} for this kind")));
        }
        let region = declaration.region.as_ref().map_or(&stack.region, |region| &region.value);
        let added = known.facts.cloudformation.name_suffix;
        let added = added.map(|suffix| (suffix.property, suffix.text(&stack.account, region)));
        if let Some((property, suffix)) = added.filter(|(_, suffix)| physical.value.ends_with(suffix)) {
            let what = format!("the physical name `{}` ends in `{suffix}`", physical.value);
            problems
                .push(Problem::error(physical.span.clone(), what).hint(format!("leave that out: {property} adds it")));
        }
    }
    if let Some(was) = &declaration.was {
        let old = Address::new(&declaration.address.value.kind, &was.value);
        if !Address::is_name(&was.value) {
            let what = format!("`{}` can't have been the name of a resource", was.value);
            problems.push(Problem::error(was.span.clone(), what).hint("small letters, digits and dashes"));
        } else if all.contains_key(&old) {
            let what = format!("{} was {old}, which is still there", declaration.address.value);
            problems.push(Problem::error(was.span.clone(), what).hint("remove `was`, or the other resource"));
        }
    }
}

/// Checks what a resource that AWS can't tag is called: its name is how it is known, so it is whole and never another.
fn known_by_name(declaration: &Declaration, known: &Known<'_>, stack: &Stack, problems: &mut Vec<Problem>) {
    let address = &declaration.address;
    let kind = known.facts.kind;
    let name = known.facts.naming().name(&stack.project, &stack.id, &address.value.name, "");
    let (length, max) = (name.as_str().len(), known.facts.name.max());
    if length > max {
        let what = format!("{} would be called `{name}`, which has {length} characters", address.value);
        let hint = format!(
            "AWS takes {max} for this kind, and no tags, so that the whole name has to tell whose it is: shorten the \
             name of the resource, the environment or the project by {}",
            length - max
        );
        problems.push(Problem::error(address.span.clone(), what).hint(hint));
    }
    if let Some(physical) = &declaration.physical {
        let what = format!("`physical` can't be set: AWS can't tag {kind}, and only its own name tells whose it is");
        problems.push(Problem::error(physical.span.clone(), what).hint(format!("leave it out: it is called `{name}`")));
    }
    if let Some(was) = &declaration.was {
        let what = format!("`was` can't be said of {kind}: AWS can't tag it, and under another name it is another one");
        problems.push(
            Problem::error(was.span.clone(), what).hint("leave it out: a new one is made, and the old one deleted"),
        );
    }
}
