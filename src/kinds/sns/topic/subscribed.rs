//! Who is subscribed. SNS can't tag a subscription: a tag of the topic keeps which ones its template has made, and the
//! others are other people's.

use sha2::{Digest as _, Sha256};

use super::spec::Spec;
use super::subscription::{MOST, Subscription};
use crate::aws::{Clients, MINUTE, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag::AwsTag as _;
use crate::resource::normal::Set;
use crate::resource::{Class, Pending, Result, Tags, Unmodelled, Until, pointer};

/// The tag that keeps which are the template's, as short hashes in a row. Never shown to the engine.
const MARK: &str = "provision:subscriptions";
/// The letters of a hash: once in 16 million, a foreign subscription is taken for the template's.
const LETTERS: usize = 256 / MOST;

/// A subscription that is there.
pub(super) struct Live {
    of: Subscription,
    /// None while it waits to be confirmed.
    arn: Option<String>,
    owner: String,
}

/// All that there are, to the last page.
pub(super) async fn all(clients: &Clients, topic: &str) -> Result<Vec<Live>> {
    let items = clients.sns().list_subscriptions_by_topic().topic_arn(topic).into_paginator().items();
    let items = items.send().collect::<Result<Vec<_>, _>>().await?;
    // Who unsubscribes by the link of a mail is listed for a while.
    let there = items.into_iter().filter(|item| item.subscription_arn() != Some("Deleted"));
    let live = there.map(|item| Live {
        arn: item.subscription_arn.filter(|arn| arn.starts_with("arn:")),
        owner: item.owner.unwrap_or_default(),
        of: Subscription { endpoint: item.endpoint.unwrap_or_default(), protocol: item.protocol.unwrap_or_default() },
    });
    Ok(live.collect())
}

/// Those of a topic, as they are told.
pub(super) struct Seen {
    pub(super) ours: Set<Subscription>,
    /// The protocols of ours that wait to be confirmed.
    pub(super) waiting: Vec<String>,
    pub(super) others: Vec<Unmodelled>,
}

/// Tells the template's subscriptions from others', by the mark, which is taken out of the tags.
pub(super) fn seen(all: Vec<Live>, tags: &mut Tags) -> Seen {
    let mark = tags.0.remove(MARK).unwrap_or_default();
    let ours = |one: &Live| mark.as_bytes().chunks(LETTERS).any(|known| known == hash(&one.of).as_bytes());
    let (ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(ours);
    let waiting = ours.iter().filter(|one| one.arn.is_none()).map(|one| one.of.protocol.clone()).collect();
    let others = others.iter().map(foreign).collect();
    Seen { ours: ours.into_iter().map(|one| one.of).collect(), waiting, others }
}

/// Who does not confirm within days is forgotten by SNS, and asked again with the next apply.
pub(super) fn pending(protocol: &str) -> Pending {
    let who = if protocol.starts_with("email") { "mailbox" } else { "endpoint" };
    Pending {
        path: pointer::join("/Subscription", protocol),
        before: None,
        after: Some("subscribed".into()),
        until: Until::Event(format!("its confirmation, for which SNS has sent the {who} a link")),
    }
}

/// Endpoints that may bear a key are not named.
fn foreign(one: &Live) -> Unmodelled {
    let Live { of: Subscription { endpoint, protocol }, arn, owner } = one;
    let is_open = endpoint.starts_with("arn:");
    let what =
        if is_open { format!("{endpoint} is subscribed") } else { format!("somebody is subscribed by {protocol}") };
    let wait = if arn.is_none() { ", and has not confirmed it" } else { "" };
    let id = arn.as_deref().and_then(|arn| arn.rsplit(':').next()).map_or_else(|| hash(&one.of), str::to_owned);
    Unmodelled { path: pointer::join("/Subscription", &id), text: format!("{what}, for the account {owner}{wait}") }
}

/// Tags with the mark of the subscriptions of a spec.
pub(super) fn marked(tags: &Tags, spec: &Spec) -> Tags {
    let mut tags = tags.clone();
    if !spec.subscription.is_empty() {
        tags.set(MARK, text(spec));
    }
    tags
}

/// Marks the subscriptions of a spec as the template's, and no others.
pub(super) async fn mark(writer: &Writer, topic: &str, spec: &Spec) -> Result<()> {
    let tag = aws_sdk_sns::types::Tag::new(MARK, Some(&text(spec)));
    Ok(writer.sns().tag_resource().resource_arn(topic).tags(tag).send().await.map(drop)?)
}

fn text(spec: &Spec) -> String {
    spec.subscription.iter().map(hash).collect()
}

/// Subscribes who is not yet: SNS would send what waits to be confirmed another request.
pub(super) async fn add(writer: &Writer, topic: &str, spec: &Spec) -> Result<()> {
    if spec.subscription.is_empty() {
        return Ok(());
    }
    let there = retry_while(MINUTE, &[Class::NotFound], || all(writer, topic)).await?;
    for one in spec.subscription.iter().filter(|one| there.iter().all(|live| live.of != **one)) {
        let call = writer.sns().subscribe().topic_arn(topic).protocol(&one.protocol).endpoint(&one.endpoint);
        call.return_subscription_arn(true).send().await?;
    }
    Ok(())
}

/// Unsubscribes whom the template no longer has. What waits to be confirmed can't be: SNS drops it by itself.
pub(super) async fn remove(writer: &Writer, topic: &str, live: &Spec, spec: &Spec) -> Result<()> {
    let leaving: Vec<_> = live.subscription.minus(&spec.subscription).collect();
    if leaving.is_empty() {
        return Ok(());
    }
    for one in all(writer, topic).await?.iter().filter(|one| leaving.contains(&&one.of)) {
        if let Some(arn) = &one.arn {
            gone(writer.sns().unsubscribe().subscription_arn(arn).send().await)?;
        }
    }
    Ok(())
}

fn hash(one: &Subscription) -> String {
    let mut hash = hex::encode(Sha256::digest(format!("{} {}", one.protocol, one.endpoint)));
    hash.truncate(LETTERS);
    hash
}
