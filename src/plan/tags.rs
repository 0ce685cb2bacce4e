use std::collections::BTreeSet;

use crate::blueprint::Resource;
use crate::resource::{Digest, Facts, Live, Name, Recorded, Stack, Tags, key, keyed, pointer};

/// What goes before a user tag's key in the digest, so that a tag the YAML no longer names is known to be ours.
const TAG: &str = "tag:";
/// The tag that consoles show as the name.
pub(super) const NAME: &str = "Name";

/// The tags a resource should bear, but for `provision:id`, which only its creation knows.
/// `left_out` are the properties that wait for something and so are not applied yet.
pub(super) fn desired(stack: &Stack, resource: &Resource, facts: &Facts, left_out: &BTreeSet<&str>) -> Tags {
    let mut tags = stack.tags.clone();
    tags.set(key::PROJECT, &*stack.project);
    tags.set(key::TENANT, &*stack.id.tenant);
    tags.set(key::ENVIRONMENT, &*stack.id.environment);
    tags.set(key::NAME, &*resource.address.name);
    tags.set(key::TEMPLATE, &*stack.template);
    tags.set(key::DIGEST, digest(stack, resource, facts, left_out).as_str());
    if resource.protected == Some(true) {
        tags.set(key::PROTECTED, "true");
    }
    if !facts.name.is_physical() && tags.get(NAME).is_none() {
        tags.set(NAME, Name::of(&stack.id, &resource.address.name, facts.name, "").as_str());
    }
    tags
}

/// The digest of what the template set, and of the user's tags. What counts at creation only is left out: afterwards the
/// template's value is neither compared nor applied.
fn digest(stack: &Stack, resource: &Resource, facts: &Facts, left_out: &BTreeSet<&str>) -> Digest {
    let tags: Vec<_> =
        stack.tags.iter().map(|(key, value)| (format!("{TAG}{key}"), serde_json::Value::from(value))).collect();
    let applied = |name: &str| {
        let path = pointer::join("", name);
        !left_out.contains(path.as_str()) && !facts.initial.contains(&path.as_str())
    };
    let set = resource.set().filter(|(name, _)| applied(name));
    let set = set.chain(tags.iter().map(|(name, value)| (name.as_str(), value)));
    Digest::of(set, elements(resource, facts))
}

/// The pointers of what the template puts into additive lists.
fn elements(resource: &Resource, facts: &Facts) -> Vec<String> {
    let lists = facts.keyed.iter().filter(|(path, _)| facts.additive.contains(path));
    let elements = lists.flat_map(|(path, key)| {
        let list = resource.spec.pointer(path).and_then(|list| list.as_array());
        list.into_iter().flatten().map(|item| pointer::join(path, &keyed::element_key(item, key)))
    });
    elements.collect()
}

/// The tags to set and to remove on what is there. Tags that we never wrote are neither compared nor removed.
pub(super) fn retag(live: &Live, desired: &Tags, facts: &Facts) -> (Tags, Vec<String>) {
    let mut set: Tags = desired.iter().filter(|(key, value)| live.tags.get(key) != Some(value)).collect();
    if facts.name.is_physical()
        && live.tags.get(key::ID).is_none()
        && let Some(name) = &live.name
    {
        set.set(key::ID, name);
    }
    let record = Recorded::read(live.tags.get(key::DIGEST));
    let unset = live
        .tags
        .iter()
        .filter(|(key, _)| desired.get(key).is_none())
        .filter(|(key, _)| *key == key::PROTECTED || record.agrees(&format!("{TAG}{key}"), None) == Some(false))
        .map(|(key, _)| key.to_owned())
        .collect();
    (set, unset)
}
