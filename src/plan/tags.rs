use std::sync::Arc;

use serde_json::Value;

use super::decide::LeftOut;
use super::input::Mode;
use super::types::{Cause, Field, Step};
use crate::blueprint::Resource;
use crate::resource::{
    Digest, DigestInputs, Facts, Identity, LastApplied, Live, Shape, Stack, Tags, key, keyed, pointer,
};

/// The tag that consoles show as the name.
pub(super) const NAME: &str = "Name";
/// Where a difference of a tag is told, under CloudFormation's name for them.
const TAGS: &str = "/Tags";
/// Where it is told of what AWS can't tag.
const NOTE: &str = "/Note";

/// The tags a resource should bear, but for `provision:id`, which only its creation knows, and its digest, which is as whole
/// as the marks are.
pub(super) fn desired(stack: &Stack, resource: &Resource, facts: &Facts, digest_inputs: &DigestInputs) -> Tags {
    let mut tags = own_tags(stack, resource, facts);
    tags.0.extend(digest_inputs.text().map(|text| (key::DIGEST.to_owned(), text)));
    tags
}

/// Returns the tags that tell whose a resource is and what the user wants on it, as far as it can bear them: all but those
/// about what was applied.
pub fn own_tags(stack: &Stack, resource: &Resource, facts: &Facts) -> Tags {
    let mut tags = stack.tags.clone();
    tags.set(key::PROJECT, &*stack.project);
    tags.set(key::TENANT, &*stack.id.tenant);
    tags.set(key::ENVIRONMENT, &*stack.id.environment);
    tags.set(key::NAME, &*resource.address.name);
    tags.set(key::TEMPLATE, &*stack.template);
    if resource.protected == Some(true) {
        tags.set(key::PROTECTED, "true");
    }
    if !facts.name.is_physical() && tags.get(NAME).is_none() {
        let name = facts.naming().name(&stack.project, &stack.id, &resource.address.name, "");
        tags.set(NAME, name.as_str());
    }
    tags.0.retain(|key, _| facts.identity.bears(key));
    tags
}

/// The digest of what the template set, and of the user's tags. What counts at creation only is left out: afterwards the
/// template's value is neither compared nor applied. Of what is not applied yet, the last digest's word stays: nothing that
/// this plan doesn't show may read another way afterwards.
///
/// `spec` is the whole desired one with its references filled in as far as they are known.
pub(super) fn digest_inputs(
    stack: &Stack,
    resource: &Resource,
    shape: &dyn Shape,
    live: Option<&Live>,
    spec: Arc<Value>,
    left_out: &LeftOut,
) -> DigestInputs {
    let facts = shape.facts();
    let last_applied = LastApplied::read(live.and_then(|live| live.tags.get(key::DIGEST)));
    let mut digest_inputs = DigestInputs::new(Digest::default(), spec, facts.identity.digest_room());
    let counts = |name: &str| !facts.ignored_after_create.contains(&pointer::join("", name).as_str());
    for (name, written) in resource.set().filter(|(name, _)| counts(name)) {
        match left_out.get(pointer::join("", name).as_str()) {
            Some(left) => {
                digest_inputs.keep(shape, name, &last_applied, left.applied.as_ref());
                // A property that was applied once, and is only not known now, does not wait.
                let mark = waiting(name, written);
                if left.waits && (!matches!(last_applied, LastApplied::Known(_)) || last_applied.has_element(&mark)) {
                    digest_inputs.element(&mark);
                }
            }
            None => digest_inputs.property(shape, name, written),
        }
    }
    // Properties that the YAML no longer sets, and that still apply.
    let unset = left_out.iter().map(|(at, left)| (pointer::property(at), left));
    for (name, left) in unset.filter(|(name, _)| resource.set_to(name).is_none() && counts(name)) {
        digest_inputs.keep(shape, name, &last_applied, left.applied.as_ref());
    }
    stack.tags.iter().filter(|(key, _)| facts.identity.bears(key)).for_each(|(key, _)| digest_inputs.tag(key));
    digest_inputs.tag_values(own_tags(stack, resource, facts).iter().filter(|(key, _)| is_told(key)));
    elements(resource, facts).iter().for_each(|pointer| digest_inputs.element(pointer));
    digest_inputs
}

/// The mark in the digest of a property with this value, references unresolved, while it waits for their targets.
pub(super) fn waiting(name: &str, written: &Value) -> String {
    format!("{name} waits {written}")
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

/// Whether a tag is ours that no digest has: the YAML may protect, and a rollback stands until what the YAML says runs again.
fn is_mark(key: &str) -> bool {
    [key::PROTECTED, key::ROLLED_BACK].contains(&key)
}

/// Whether the digest keeps a tag's value. The other tags of ours say whose a thing is: what bears others is not found.
fn is_told(key: &str) -> bool {
    !key.starts_with("provision:") || key == key::PROTECTED
}

/// The tags to change on what is there.
pub(super) struct Retag {
    pub(super) set: Tags,
    pub(super) unset: Vec<String>,
    /// The differences that this sort of plan leaves to another.
    pub(super) left_alone: Vec<Field>,
}

/// The tags to set and to remove on what is there. Tags that we never wrote are neither compared nor removed. Where only
/// drift is mended, the digest stays: what it says was applied last is what is set back.
pub(super) fn retag(live: &Live, desired: &Tags, facts: &Facts, mode: Mode) -> Retag {
    let last_applied = LastApplied::read(live.tags.get(key::DIGEST));
    let is_left = |key: &str, after: Option<&str>| mode.leaves(cause(live, &last_applied, key, after));
    let differs = desired.iter().filter(|(key, value)| live.tags.get(key) != Some(value));
    let (left, acted): (Vec<_>, Vec<_>) = differs.partition(|(key, value)| is_left(key, Some(value)));
    let (left_set, mut set) = (Tags::from_iter(left), Tags::from_iter(acted));
    if facts.bears_id()
        && mode != Mode::OnlyDrift
        && live.tags.get(key::ID).is_none()
        && let Some(name) = &live.name
    {
        set.set(key::ID, name);
    }
    let undesired = live.tags.iter().map(|(key, _)| key).filter(|key| desired.get(key).is_none());
    let ours = undesired.filter(|key| is_mark(key) || last_applied.has_tag(key)).map(str::to_owned);
    let (left_unset, unset): (Vec<_>, Vec<_>) = ours.partition(|key| is_left(key, None));
    Retag { left_alone: differences(facts, live, &left_set, &left_unset), set, unset }
}

/// The differences of tags that a step puts right, each with its cause. The digest follows from all the others.
pub(super) fn fields(facts: &Facts, live: &Live, step: &Step) -> Vec<Field> {
    differences(facts, live, &step.set_tags, &step.unset_tags)
}

fn differences(facts: &Facts, live: &Live, set: &Tags, unset: &[String]) -> Vec<Field> {
    let root = if facts.identity == Identity::Tags { TAGS } else { NOTE };
    let last_applied = LastApplied::read(live.tags.get(key::DIGEST));
    let set = set.iter().filter(|(key, _)| *key != key::DIGEST).map(|(key, value)| (key, Some(value)));
    let unset = unset.iter().map(|key| (key.as_str(), None));
    let field = |(key, after): (&str, Option<&str>)| Field {
        path: pointer::join(root, key),
        before: live.tags.get(key).map(Value::from),
        after: after.map(Value::from),
        cause: cause(live, &last_applied, key, after),
        replaces: false,
        unknown: false,
        sensitive: false,
        ignored: None,
        origin: None,
    };
    set.chain(unset).map(field).collect()
}

/// Why a tag differs: the digest tells what was applied. Where somebody changed what the YAML changed as well, it is the
/// YAML's.
fn cause(live: &Live, last_applied: &LastApplied, key: &str, after: Option<&str>) -> Cause {
    if key == key::ROLLED_BACK {
        // Somebody's deed, as the difference is that it explains.
        return Cause::Drift;
    }
    if *last_applied == LastApplied::Incomplete || !is_told(key) {
        return Cause::Config;
    }
    match after {
        Some(after) => match last_applied.had_tag(key, after) {
            Some(true) => Cause::Drift,
            Some(false) => Cause::Config,
            None if matches!(last_applied, LastApplied::Known(_)) && key != NAME && !last_applied.has_tag(key) => {
                Cause::Config
            }
            None => Cause::Unknown,
        },
        // A protection that nobody applied is somebody's.
        None if key == key::PROTECTED => match live.tags.get(key).and_then(|value| last_applied.had_tag(key, value)) {
            Some(false) => Cause::Drift,
            Some(true) => Cause::Config,
            None => Cause::Unknown,
        },
        None => Cause::Config,
    }
}
