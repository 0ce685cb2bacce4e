//! Who is subscribed. SNS can't tag a subscription: a tag of the topic keeps which ones its template has made, and the
//! others are other people's.

use std::collections::HashMap;

use futures_util::future::try_join_all;

use super::secret_endpoint::{Endpoints, SecretEndpoints, hash};
use super::spec::Spec;
use super::subscription::{MOST, Subscription, is_mailbox};
use crate::aws::{Clients, MINUTE, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::normal::Set;
use crate::resource::{Class, Pending, Result, Tags, Unmodelled, Until, pointer};

/// The tag that keeps which are the template's, as short hashes in a row. Never shown to the engine.
const MARK: &str = "provision:subscriptions";
/// The letters of a hash: once in 16 million, a foreign subscription is taken for the template's.
const LETTERS: usize = 256 / MOST;

/// A subscription that is there, without its settings.
struct Live {
    of: Subscription,
    /// None while it waits to be confirmed.
    arn: Option<String>,
    owner: String,
}

/// All that there are, to the last page.
async fn all(clients: &Clients, topic: &str) -> Result<Vec<Live>> {
    let items = clients.sns().list_subscriptions_by_topic().topic_arn(topic).into_paginator().items();
    let items = items.send().collect::<Result<Vec<_>, _>>().await?;
    // Who unsubscribes by the link of a mail is listed for a while.
    let there = items.into_iter().filter(|item| item.subscription_arn() != Some("Deleted"));
    let live = there.map(|item| Live {
        arn: item.subscription_arn.filter(|arn| arn.starts_with("arn:")),
        owner: item.owner.unwrap_or_default(),
        of: Subscription::plain(item.protocol.unwrap_or_default(), item.endpoint.unwrap_or_default()),
    });
    Ok(live.collect())
}

/// Those of a topic, as they are told.
pub(super) struct Seen {
    pub(super) ours: Set<Subscription>,
    /// The protocols of ours that wait to be confirmed.
    pub(super) waiting: Vec<String>,
    /// Those of others, and what no template can say of ours.
    pub(super) unmodelled: Vec<Unmodelled>,
    pub(super) secrets: SecretEndpoints,
}

/// Tells the template's subscriptions from others', by the mark, which is taken out of the tags; ours with their settings.
pub(super) async fn seen(clients: &Clients, topic: &str, tags: &mut Tags) -> Result<Seen> {
    let (mark, secrets) = (tags.0.remove(MARK).unwrap_or_default(), SecretEndpoints::take(tags));
    let is_ours = |one: &Live| mark.as_bytes().chunks(LETTERS).any(|known| known == short(&hash(&one.of)).as_bytes());
    let (ours, others): (Vec<_>, Vec<_>) = all(clients, topic).await?.into_iter().partition(is_ours);
    let waiting = ours.iter().filter(|one| one.arn.is_none()).map(|one| one.of.protocol.clone()).collect();
    let mut unmodelled: Vec<_> = others.iter().map(foreign).collect();
    let mut settled = Vec::new();
    for (one, attributes) in try_join_all(ours.into_iter().map(|one| attributes(clients, one))).await? {
        unmodelled.extend(untold(&one.of.protocol, &attributes));
        settled.push(secrets.told(one.of).with(attributes)?);
    }
    Ok(Seen { ours: settled.into_iter().collect(), waiting, unmodelled, secrets })
}

/// The attributes of one. SNS tells none of what waits to be confirmed.
async fn attributes(clients: &Clients, one: Live) -> Result<(Live, HashMap<String, String>)> {
    let Some(arn) = &one.arn else { return Ok((one, HashMap::new())) };
    let answer = clients.sns().get_subscription_attributes().subscription_arn(arn).send().await?;
    Ok((one, answer.attributes.unwrap_or_default()))
}

/// What is set of one of ours and has no property here.
fn untold(protocol: &str, attributes: &HashMap<String, String>) -> Vec<Unmodelled> {
    let is_set = |name: &str| attributes.get(name).is_some_and(|text| !["", "{}"].contains(&text.as_str()));
    UnmodelledParts::default()
        .note(
            &pointer::join("/SubscriptionDeliveryPolicy", protocol),
            is_set("DeliveryPolicy"),
            "somebody has set how often SNS tries to deliver to a subscription",
        )
        .note(
            &pointer::join("/SubscriptionReplayPolicy", protocol),
            is_set("ReplayPolicy"),
            "somebody has messages of the archive sent again to a subscription",
        )
        .take()
}

/// Who does not confirm within days is forgotten by SNS, and asked again with the next apply. Until then the settings of a web
/// endpoint are not told: what the list says meanwhile is no difference.
pub(super) fn pending(protocol: &str) -> Pending {
    let is_mailbox = is_mailbox(protocol);
    let who = if is_mailbox { "mailbox" } else { "endpoint" };
    Pending {
        path: if is_mailbox { pointer::join("/Subscription", protocol) } else { "/Subscription".to_owned() },
        before: None,
        after: is_mailbox.then(|| "subscribed".into()),
        until: Until::Event(format!("its confirmation, for which SNS has sent the {who} a link")),
    }
}

/// Endpoints that may bear a key are not named.
fn foreign(one: &Live) -> Unmodelled {
    let Live { of: Subscription { endpoint, protocol, .. }, arn, owner } = one;
    let is_open = endpoint.starts_with("arn:");
    let what =
        if is_open { format!("{endpoint} is subscribed") } else { format!("somebody is subscribed by {protocol}") };
    let wait = if arn.is_none() { ", and has not confirmed it" } else { "" };
    let id = arn
        .as_deref()
        .and_then(|arn| arn.rsplit(':').next())
        .map_or_else(|| short(&hash(&one.of)).to_owned(), str::to_owned);
    Unmodelled { path: pointer::join("/Subscription", &id), text: format!("{what}, for the account {owner}{wait}") }
}

/// Tags with the mark of the subscriptions of a spec.
pub(super) fn marked(tags: &Tags, spec: &Spec, endpoints: &Endpoints) -> Tags {
    let mut tags = tags.clone();
    if !spec.subscription.is_empty() {
        tags.set(MARK, text(spec, endpoints));
        tags.0.extend(endpoints.kept.tags().0);
    }
    tags
}

/// Marks the subscriptions of a spec as the template's, and no others.
pub(super) async fn mark(
    writer: &Writer,
    topic: &str,
    before: &SecretEndpoints,
    spec: &Spec,
    endpoints: &Endpoints,
) -> Result<()> {
    let mut tags = endpoints.kept.tags();
    tags.set(MARK, text(spec, endpoints));
    let sns = writer.sns();
    let add = |tags: Vec<_>| sns.tag_resource().resource_arn(topic).set_tags(Some(tags)).send();
    let remove = |keys| sns.untag_resource().resource_arn(topic).set_tag_keys(Some(keys)).send();
    tag::change((&tags, &before.tags_beyond(&endpoints.kept)), add, remove).await
}

fn text(spec: &Spec, endpoints: &Endpoints) -> String {
    spec.subscription.iter().map(|one| short(&endpoints.kept.hash(one)).to_owned()).collect()
}

/// Subscribes who is not yet, and gives those who are the settings that they lack. What waits to be confirmed is left as it is:
/// SNS would send it another request, and takes no settings.
pub(super) async fn add(
    writer: &Writer,
    topic: &str,
    live: Option<&Spec>,
    spec: &Spec,
    endpoints: &Endpoints,
) -> Result<()> {
    if spec.subscription.is_empty() {
        return Ok(());
    }
    let mut there = retry_while(MINUTE, &[Class::NotFound], || all(writer, topic)).await?;
    for live in &mut there {
        live.of = endpoints.kept.told(live.of.clone());
    }
    for one in spec.subscription.iter() {
        let Some(known) = there.iter().find(|live| live.of.is(one)) else {
            let call = writer.sns().subscribe().topic_arn(topic).protocol(&one.protocol).endpoint(endpoints.real(one)?);
            let settings = Some(one.settings()).filter(|settings| !settings.is_empty());
            let sent = call.return_subscription_arn(true).set_attributes(settings).send().await;
            sent.map_err(|error| endpoints.hide_in(error.into()))?;
            continue;
        };
        let was = live.and_then(|live| live.subscription.iter().find(|was| was.is(one)));
        if let Some(arn) = &known.arn {
            set(writer, arn, was.unwrap_or(&known.of), one).await?;
        }
    }
    Ok(())
}

async fn set(writer: &Writer, arn: &str, live: &Subscription, wanted: &Subscription) -> Result<()> {
    for (name, text) in wanted.settings_unlike(live) {
        let call = writer.sns().set_subscription_attributes().subscription_arn(arn).attribute_name(name);
        call.set_attribute_value(text).send().await?;
    }
    Ok(())
}

/// Unsubscribes whom the template no longer has. What waits to be confirmed can't be: SNS drops it by itself.
pub(super) async fn remove(
    writer: &Writer,
    topic: &str,
    live: &Spec,
    spec: &Spec,
    secrets: &SecretEndpoints,
) -> Result<()> {
    let stays = |one: &Subscription| spec.subscription.iter().any(|wanted| wanted.is(one));
    let leaving: Vec<_> = live.subscription.iter().filter(|one| !stays(one)).collect();
    if leaving.is_empty() {
        return Ok(());
    }
    for one in all(writer, topic).await? {
        let told = secrets.told(one.of);
        if let Some(arn) = one.arn.filter(|_| leaving.iter().any(|leaving| leaving.is(&told))) {
            gone(writer.sns().unsubscribe().subscription_arn(arn).send().await)?;
        }
    }
    Ok(())
}

/// The beginning of a hash, for which a mark has room.
fn short(hash: &str) -> &str {
    &hash[..LETTERS]
}
