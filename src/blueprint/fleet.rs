//! Physical names over a whole fleet.

use std::collections::BTreeMap;

use super::Blueprint;
use super::kinds::Kinds;
use crate::problem::Problem;
use crate::resource::StackId;

/// The physical names that stacks would get, by account, region and kind.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeMap<String, BTreeMap<Scoped, StackId>>,
}

/// A name in the scope in which it has to be unique: region, kind and name.
type Scoped = (String, String, String);

impl Names {
    /// Takes a stack's names; returns a mistake for each that another stack has in the same account and region.
    pub(super) fn take(&mut self, kinds: &Kinds<'_>, blueprint: &Blueprint) -> Vec<Problem> {
        let mut problems = Vec::new();
        let stack = &blueprint.stack;
        let taken = self.taken.entry(stack.account.clone()).or_default();
        for resource in blueprint.resources.values() {
            // A name that tells whose it is is nobody else's.
            if !kinds.get(&resource.address.kind).is_some_and(|known| known.facts.bears_id()) {
                continue;
            }
            let name =
                resource.physical.clone().unwrap_or_else(|| format!("{}-{}", joined(&stack.id), resource.address.name));
            // Roles have no region; to keep them apart within an account is to keep all apart.
            let region = if resource.is_global { "" } else { resource.region.as_str() };
            let scoped = (region.to_owned(), resource.address.kind.clone(), name.clone());
            let Some(other) = taken.insert(scoped, stack.id.clone()).filter(|other| *other != stack.id) else {
                continue;
            };
            // Stacks whose joined names are one are told as such, once and not resource by resource.
            if joined(&other) == joined(&stack.id) {
                continue;
            }
            let span = resource.origin("").map(|origin| origin.span.clone());
            let what = format!("{} of {} and one of {other} would both be called `{name}`", resource.address, stack.id);
            problems.push(Problem::error(span, what).hint("rename the tenant, the environment or the resource"));
        }
        problems
    }

    /// Returns whether any stack has taken a name in an account.
    pub(super) fn has(&self, account: &str) -> bool {
        self.taken.contains_key(account)
    }

    /// Returns whether a stack that is not made could have one of the names in its account: one that begins, whole or behind
    /// a slash, with the stack's own.
    pub(super) fn could_be_of(&self, account: &str, stack: &StackId) -> bool {
        let own = format!("{}-", joined(stack));
        let names = self.taken.get(account).into_iter().flat_map(BTreeMap::keys).map(|(_, _, name)| name);
        let mut parts = names.flat_map(|name| name.split('/'));
        parts.any(|part| part.starts_with(&own))
    }
}

fn joined(stack: &StackId) -> String {
    format!("{}-{}", stack.tenant, stack.environment)
}
