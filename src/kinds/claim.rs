//! Whose a resource is, by its tags.

use crate::resource::{Tags, key};

/// Returns whether two sets of tags claim the same address of the same stack.
pub(super) fn is_same(one: &Tags, other: &Tags) -> bool {
    is_same_stack(one, other) && agree(one, other, key::NAME)
}

/// Returns whether two sets of tags claim addresses of the same stack.
pub(super) fn is_same_stack(one: &Tags, other: &Tags) -> bool {
    [key::PROJECT, key::TENANT, key::ENVIRONMENT].iter().all(|key| agree(one, other, key))
}

/// Who a thing belongs to, in words.
pub(super) fn owner(tags: &Tags) -> String {
    match (tags.get(key::PROJECT), tags.stack(), tags.get(key::NAME)) {
        (Some(project), Some(stack), Some(name)) => {
            format!("`{name}` of {}/{} (project {project})", stack.tenant, stack.environment)
        }
        _ => "somebody else (it bears none of our tags)".to_owned(),
    }
}

fn agree(one: &Tags, other: &Tags, key: &str) -> bool {
    one.get(key).is_some() && one.get(key) == other.get(key)
}
