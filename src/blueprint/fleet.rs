use std::collections::BTreeMap;

use super::Blueprint;
use super::kinds::Kinds;
use crate::problem::Problem;
use crate::resource::StackId;

/// Finds resources of different stacks that would get the same physical name in one account and region.
pub(super) fn collisions(kinds: &Kinds<'_>, blueprints: &[Blueprint]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut taken = BTreeMap::<(&str, &str, &str, String), &StackId>::new();
    for blueprint in blueprints {
        let stack = &blueprint.stack;
        for resource in blueprint.resources.values() {
            // A name that tells whose it is is nobody else's.
            if !kinds.get(&resource.address.kind).is_some_and(|known| known.facts.bears_id()) {
                continue;
            }
            let name =
                resource.physical.clone().unwrap_or_else(|| format!("{}-{}", joined(&stack.id), resource.address.name));
            let kind = resource.address.kind.as_str();
            // Roles have no region; to keep them apart within an account is to keep all apart.
            let region = if resource.is_global { "" } else { resource.region.as_str() };
            let key = (stack.account.as_str(), region, kind, name.clone());
            let Some(other) = taken.insert(key, &stack.id).filter(|other| **other != stack.id) else { continue };
            // Stacks whose joined names are one are told as such, once and not resource by resource.
            if joined(other) == joined(&stack.id) {
                continue;
            }
            let span = resource.origin("").map(|origin| origin.span.clone());
            let what = format!("{} of {} and one of {other} would both be called `{name}`", resource.address, stack.id);
            problems.push(Problem::error(span, what).hint("rename the tenant, the environment or the resource"));
        }
    }
    problems
}

fn joined(stack: &StackId) -> String {
    format!("{}-{}", stack.tenant, stack.environment)
}
