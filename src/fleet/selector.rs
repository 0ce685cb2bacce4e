//! Which stacks and resources a command is about.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::resource::glob::matches;
use crate::resource::{Address, StackId};

/// `tenant`, `tenant/environment` or `tenant/environment/RESOURCE`; each part may have `*` and `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    tenant: String,
    /// None: every environment.
    environment: Option<String>,
    /// Matches a name or `TYPE/name`, or with `::` in it a type; none: everything.
    resource: Option<String>,
}

impl Selector {
    pub fn matches_stack(&self, stack: &StackId) -> bool {
        matches(&self.tenant, &stack.tenant)
            && self.environment.as_ref().is_none_or(|pattern| matches(pattern, &stack.environment))
    }

    /// Returns whether the resource is meant, in a stack that is.
    fn matches_resource(&self, address: &Address) -> bool {
        let Some(pattern) = &self.resource else { return true };
        matches(pattern, &address.name)
            || matches(pattern, &address.to_string())
            || (pattern.contains("::") && matches(pattern, &address.kind))
    }

    /// Returns whether it names resources and not whole stacks.
    pub fn is_partial(&self) -> bool {
        self.resource.is_some()
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, '/');
        let mut part = || parts.next().map(str::to_owned);
        let (tenant, environment, resource) = (part().unwrap_or_default(), part(), part());
        let empty = tenant.is_empty() || [&environment, &resource].into_iter().flatten().any(String::is_empty);
        if empty {
            return Err(format!(
                "`{text}` is no selector: write tenant, tenant/environment or tenant/environment/RESOURCE"
            ));
        }
        Ok(Self { tenant, environment, resource })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tenant)?;
        [&self.environment, &self.resource].into_iter().flatten().try_for_each(|part| write!(f, "/{part}"))
    }
}

/// Returns whether any selector means the stack; without selectors all are meant.
pub fn selects(selectors: &[Selector], stack: &StackId) -> bool {
    selectors.is_empty() || selectors.iter().any(|selector| selector.matches_stack(stack))
}

/// Returns the message for a selector that matches none of the stacks there are, with the nearest names.
pub fn unmatched_stack(selectors: &[Selector], all: &[StackId]) -> Option<String> {
    let missing = selectors.iter().find(|selector| !all.iter().any(|stack| selector.matches_stack(stack)))?;
    Some(nothing(missing, all))
}

/// Returns the message for a selector that names a resource, where what is asked for (`runs are`) is of whole stacks.
pub fn names_resource(selectors: &[Selector], what: &str) -> Option<String> {
    let partial = selectors.iter().find(|selector| selector.is_partial())?;
    Some(format!("`{partial}` names a resource; {what} of whole stacks"))
}

/// Picks the resources of one stack that are asked for; none if the stack is meant as a whole.
pub fn select_resources(selectors: &[Selector], stack: &StackId, all: &BTreeSet<Address>) -> Option<BTreeSet<Address>> {
    let mine: Vec<_> = selectors.iter().filter(|selector| selector.matches_stack(stack)).collect();
    if mine.iter().any(|selector| !selector.is_partial()) || mine.is_empty() {
        return None;
    }
    Some(all.iter().filter(|address| mine.iter().any(|selector| selector.matches_resource(address))).cloned().collect())
}

/// Returns the message for a selector with a resource part that matched nothing in any of its stacks.
pub fn unmatched_resource<'a>(
    selectors: &'a [Selector],
    stacks: &[(StackId, BTreeSet<Address>)],
) -> Option<(&'a Selector, String)> {
    let matched = |selector: &Selector| {
        let mut mine = stacks.iter().filter(|(stack, _)| selector.matches_stack(stack));
        mine.any(|(_, all)| all.iter().any(|address| selector.matches_resource(address)))
    };
    let missing = selectors.iter().find(|selector| selector.is_partial() && !matched(selector))?;
    let wanted = missing.resource.as_deref().unwrap_or_default();
    let mine = stacks.iter().filter(|(stack, _)| missing.matches_stack(stack));
    let names = mine.flat_map(|(_, all)| all).map(|address| {
        if wanted.contains('/') || wanted.contains("::") { address.to_string() } else { address.name.clone() }
    });
    Some((missing, format!("`{missing}` matches no resource{}", nearest_words(wanted, names))))
}

fn nothing(selector: &Selector, all: &[StackId]) -> String {
    if all.is_empty() {
        return format!("`{selector}` matches nothing: there are no tenants here");
    }
    let tenant_is_known = all.iter().any(|stack| matches(&selector.tenant, &stack.tenant));
    let nearest = match (&selector.environment, tenant_is_known) {
        (Some(environment), true) => {
            let mine = all.iter().filter(|stack| matches(&selector.tenant, &stack.tenant));
            let sorted = by_distance(environment, mine.map(|stack| stack.environment.clone()));
            let known =
                |name: &String| all.iter().find(|s| matches(&selector.tenant, &s.tenant) && s.environment == *name);
            listed(sorted.iter().filter_map(known).map(ToString::to_string).collect())
        }
        _ => nearest_words(&selector.tenant, all.iter().map(|stack| stack.tenant.clone())),
    };
    format!("`{selector}` matches nothing{nearest}")
}

/// `: nearest are a, b, c`, or nothing if there is nothing.
fn nearest_words(wanted: &str, names: impl Iterator<Item = String>) -> String {
    listed(by_distance(wanted, names))
}

fn listed(names: Vec<String>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<_> = names.into_iter().take(SHOWN).collect();
    if names.is_empty() { String::new() } else { format!(": nearest are {}", names.join(", ")) }
}

/// Sorts distinct names by how few letters tell them from what was written.
fn by_distance(wanted: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let names: BTreeSet<_> = names.collect();
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|name| distance(wanted, name));
    names
}

/// Levenshtein's distance: how many letters have to be added, dropped or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
