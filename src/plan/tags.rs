use std::collections::BTreeSet;

use crate::blueprint::Resource;
use crate::resource::{Digest, Facts, Live, Name, Recorded, Stack, Tags, key};

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
    tags.set(key::DIGEST, digest(stack, resource, left_out).as_str());
    if !facts.name.is_physical() && tags.get(NAME).is_none() {
        tags.set(NAME, Name::of(&stack.id, &resource.address.name, facts.name, "").as_str());
    }
    tags
}

/// The digest of what the template set, and of the user's tags.
fn digest(stack: &Stack, resource: &Resource, left_out: &BTreeSet<&str>) -> Digest {
    let tags: Vec<_> =
        stack.tags.iter().map(|(key, value)| (format!("{TAG}{key}"), serde_json::Value::from(value))).collect();
    let applied = |name: &str| !left_out.contains(format!("/{name}").as_str());
    let set = resource.set.iter().filter(|(name, _)| applied(name)).map(|(name, value)| (name.as_str(), value));
    Digest::of(set.chain(tags.iter().map(|(name, value)| (name.as_str(), value))))
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
        .filter(|(key, _)| desired.get(key).is_none() && record.agrees(&format!("{TAG}{key}"), None) == Some(false))
        .map(|(key, _)| key.to_owned())
        .collect();
    (set, unset)
}
