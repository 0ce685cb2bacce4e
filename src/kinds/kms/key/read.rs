use std::collections::BTreeSet;

use aws_sdk_kms::operation::get_key_rotation_status::GetKeyRotationStatusOutput;
use aws_sdk_kms::types::{KeyMetadata, KeyState, MultiRegionKey, MultiRegionKeyType, Tag};

use super::{Key, Outputs, Spec, WINDOW, default_key_spec, default_key_usage, default_origin, default_rotation};
use super::{default_window, policy};
use crate::aws::{Clients, Reader};
use crate::kinds::shared::deletion::day;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Class, Failure, Found, Result, Scope, State, Tags, key, pointer};

/// Where further names and replicas are told, which others add.
pub(super) const ALIASES: &str = "/Aliases";
pub(super) const REPLICAS: &str = "/ReplicaKeys";
/// Where a deletion stands that somebody else has scheduled.
pub(super) const DELETION: &str = "/DeletionDate";
/// The page size of ListKeys: the most it takes.
const KEYS: i32 = 1000;

/// A name for a key.
pub(super) struct Alias {
    /// Without `alias/`.
    pub name: String,
    pub key_id: String,
}

/// What a key that was worth reading turned out to be.
pub(super) enum KeyRead {
    Ours(Box<Found<Key>>),
    /// Ours, but in its deletion window: gone for us, and a new one may take its name.
    Deleting,
    Foreign(Tags),
    /// Ours and there, but something of it could not be read.
    Unread(Tags, Failure),
}

/// All aliases of the account and region that name a key, also those of AWS (`aws/rds`).
pub(super) async fn aliases(clients: &Clients) -> Result<Vec<Alias>> {
    let mut items = clients.kms().list_aliases().into_paginator().page_size(100).items().send();
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        let item = item?;
        let name = item.alias_name().and_then(|name| name.strip_prefix("alias/"));
        if let (Some(name), Some(key_id)) = (name, item.target_key_id()) {
            all.push(Alias { name: name.to_owned(), key_id: key_id.to_owned() });
        }
    }
    Ok(all)
}

/// The keys that no alias names: a key that was made moments ago has none yet, and the tagging API does not know it.
pub(super) async fn nameless(clients: &Clients, named: &[Alias]) -> Result<BTreeSet<String>> {
    let mut items = clients.kms().list_keys().into_paginator().page_size(KEYS).items().send();
    let mut all = BTreeSet::new();
    while let Some(item) = items.next().await {
        all.extend(item?.key_id);
    }
    all.retain(|id| named.iter().all(|alias| alias.key_id != *id));
    Ok(all)
}

/// Reads a key; the details only if its tags make it ours.
pub(super) async fn read(reader: &Reader, scope: &Scope, id: &str, aliases: &[Alias]) -> Result<KeyRead> {
    let mut items = reader.kms().list_resource_tags().key_id(id).into_paginator().items().send();
    let mut tags = Tags::default();
    while let Some(tag) = items.next().await {
        let Tag { tag_key, tag_value, .. } = tag?;
        tags.set(tag_key, tag_value);
    }
    if !scope.owns(id, &tags) {
        return Ok(KeyRead::Foreign(tags));
    }
    let answer = reader.kms().describe_key().key_id(id).send().await?;
    let metadata = answer.key_metadata().ok_or_else(|| super::no_answer("DescribeKey"))?;
    let names: Vec<_> = aliases.iter().filter(|alias| alias.key_id == id).map(|alias| alias.name.as_str()).collect();
    // Who deletes it here takes its name off first. With it, the key is the stack's still, and can be had back.
    if is_deleting(metadata) && names.is_empty() {
        return Ok(KeyRead::Deleting);
    }
    let details = tokio::try_join!(
        async { Ok(reader.kms().get_key_policy().key_id(id).send().await?) },
        rotation(reader, metadata)
    );
    // What is not found here was shown a moment ago.
    let (policy, rotation) = match details {
        Ok(details) => details,
        Err(failure) => return Ok(KeyRead::Unread(tags, failure)),
    };
    Ok(KeyRead::Ours(Box::new(found(metadata, policy.policy(), rotation, &names, tags))))
}

pub(super) fn is_deleting(metadata: &KeyMetadata) -> bool {
    matches!(metadata.key_state(), Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion))
}

/// Asymmetric keys, HMAC keys and imported material know no rotation.
async fn rotation(reader: &Reader, metadata: &KeyMetadata) -> Result<Option<GetKeyRotationStatusOutput>> {
    let symmetric = metadata.key_spec().is_none_or(|spec| spec.as_str() == default_key_spec());
    let ours = metadata.origin().is_none_or(|origin| origin.as_str() == default_origin());
    if !symmetric || !ours {
        return Ok(None);
    }
    Ok(Some(reader.kms().get_key_rotation_status().key_id(metadata.key_id()).send().await?))
}

fn found(
    metadata: &KeyMetadata,
    policy: Option<&str>,
    rotation: Option<GetKeyRotationStatusOutput>,
    names: &[&str],
    mut tags: Tags,
) -> Found<Key> {
    let mut parts = UnmodelledParts::default();
    let (key_policy, oddity) = key_policy(policy, metadata.aws_account_id().unwrap_or_default());
    parts.tell("/KeyPolicy", oddity);
    let own = tags.get(key::ID).map(str::to_owned);
    // The name is the one that was given at creation: without its alias the key is still that key.
    let name = own.or_else(|| names.first().map(|name| (*name).to_owned()));
    if let Some(name) = &name
        && !names.contains(&name.as_str())
    {
        parts.tell("/Alias", Some(format!("alias/{name} does not name it")));
    }
    let others = names.iter().filter(|other| Some(**other) != name.as_deref());
    let others: Vec<_> = others.map(|other| pointer::join(ALIASES, other)).collect();
    for path in others {
        parts.note(&path, true, "it has this name, too");
    }
    unmodelled(metadata, &mut parts);
    let window = tags.0.remove(WINDOW).and_then(|days| days.parse().ok()).unwrap_or_else(default_window);
    let text = |value: Option<&str>, default: fn() -> String| value.map_or_else(default, str::to_owned);
    let spec = Spec {
        description: metadata.description().unwrap_or_default().to_owned(),
        enable_key_rotation: rotation.as_ref().is_some_and(|status| status.key_rotation_enabled),
        enabled: metadata.enabled(),
        key_policy,
        key_spec: text(metadata.key_spec().map(|spec| spec.as_str()), default_key_spec),
        key_usage: text(metadata.key_usage().map(|usage| usage.as_str()), default_key_usage),
        multi_region: metadata.multi_region().unwrap_or_default(),
        origin: text(metadata.origin().map(|origin| origin.as_str()), default_origin),
        pending_window_in_days: window,
        rotation_period_in_days: rotation
            .filter(|status| status.key_rotation_enabled)
            .and_then(|status| status.rotation_period_in_days)
            .unwrap_or_else(default_rotation),
    };
    Found {
        id: metadata.key_id().to_owned(),
        name,
        spec,
        outputs: Outputs { key_id: metadata.key_id().to_owned(), arn: metadata.arn().unwrap_or_default().to_owned() },
        tags,
        state: state(metadata),
        unmodelled: parts.take(),
        external: None,
    }
}

/// Returns the policy in normal form, and what of it the normal form would hide.
fn key_policy(text: Option<&str>, account: &str) -> (PolicyDocument, Option<String>) {
    let document = match PolicyDocument::parse(text.unwrap_or("{}")) {
        Ok(document) => document,
        Err(error) => return (PolicyDocument::default(), Some(format!("is no JSON: {error}"))),
    };
    let Some(whole) = policy::account_of_all(&document) else { return (document, None) };
    let foreign = (whole != account).then(|| format!("gives everything to the account {whole}"));
    (PolicyDocument::default(), foreign)
}

/// What keys of other stores, regions and materials are, which no template can write.
fn unmodelled(metadata: &KeyMetadata, parts: &mut UnmodelledParts) {
    let regions = metadata.multi_region_configuration();
    let primary = regions.filter(|one| one.multi_region_key_type() == Some(&MultiRegionKeyType::Replica));
    let primary = primary.map(|one| one.primary_key().and_then(MultiRegionKey::arn).unwrap_or("another key"));
    parts.tell("/PrimaryKeyArn", primary.map(|arn| format!("it is a replica of {arn}")));
    parts.tell("/CustomKeyStoreId", metadata.custom_key_store_id().map(|store| format!("it is kept in {store}")));
    let outside = metadata.xks_key_configuration().map(|key| key.id().unwrap_or("a key outside of AWS"));
    parts.tell("/XksKeyId", outside.map(|id| format!("it is kept as {id}")));
    let expires = metadata.expiration_model().is_some_and(|model| model.as_str() == "KEY_MATERIAL_EXPIRES");
    let day = metadata.deletion_date().and_then(day).map(|day| format!(", on {day}")).unwrap_or_default();
    let leaves = format!("somebody has scheduled its deletion{day}; without it nobody reads the data again");
    parts.tell(DELETION, is_deleting(metadata).then_some(leaves));
    parts.tell("/ValidTo", expires.then(|| "its material expires".to_owned()));
    for replica in regions.iter().flat_map(|one| one.replica_keys()).filter_map(MultiRegionKey::arn) {
        parts.tell(&pointer::join(REPLICAS, replica), Some("it has a replica elsewhere".to_owned()));
    }
}

fn state(metadata: &KeyMetadata) -> State {
    match metadata.key_state() {
        Some(KeyState::Creating | KeyState::Updating) => State::Settling("the key".into()),
        Some(KeyState::PendingImport) => State::AwaitsAction("the import of its key material".into()),
        Some(KeyState::Unavailable) => State::Failed("its custom key store is not connected".into()),
        _ => State::Ready,
    }
}

/// Returns a failure as "not there", for looking before creating.
pub(super) fn if_there<T>(answer: Result<T, Failure>) -> Result<Option<T>> {
    match answer {
        Err(failure) if failure.is(Class::NotFound) => Ok(None),
        other => other.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_its_alias_keeps_its_name_and_says_so() {
        let metadata = KeyMetadata::builder().key_id("1").enabled(true).build().unwrap();
        let tags = Tags::from_iter([(key::ID, "acme-production-main"), (WINDOW, "7")]);
        let found = found(&metadata, None, None, &["other"], tags);
        assert_eq!(found.name.as_deref(), Some("acme-production-main"));
        assert_eq!(found.unmodelled[0].path, "/Alias");
        assert_eq!(found.spec.pending_window_in_days, 7);
        assert_eq!(found.tags.get(WINDOW), None);
    }

    #[test]
    fn the_default_policy_of_another_account_is_not_hidden() {
        let policy = policy::default_for("arn:aws:kms:us-east-1:999999999999:key/1").to_string();
        assert!(key_policy(Some(&policy), "123456789012").1.is_some());
        assert_eq!(key_policy(Some(&policy), "999999999999"), (PolicyDocument::default(), None));
    }
}
