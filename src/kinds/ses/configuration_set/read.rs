//! From SES's answers to a configuration set.

use std::collections::BTreeSet;

use aws_sdk_sesv2::operation::get_configuration_set::GetConfigurationSetOutput as Description;
use aws_sdk_sesv2::types::EventDestination as Told;
use futures_util::future::join_all;

use super::spec::{
    DeliveryOptions, EventBridgeDestination, EventDestination, ReputationOptions, SendingOptions, SnsDestination, Spec,
    SuppressionOptions, event,
};
use super::{ConfigurationSet, NAME_MAX, Outputs, SORT};
use crate::aws::{Clients, Reader};
use crate::kinds::ses;
use crate::kinds::shared::named::{self, Sight};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Class, Found, Listing, NameConflict, Result, Scope, Tags, Unmodelled, Unseen, pointer};

/// Its description has the tags, so that a name is all that a list has to tell.
pub(super) async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<ConfigurationSet>> {
    let (there, index) = tokio::try_join!(names(reader), reader.tag_index(scope))?;
    let listed = there.iter().filter(|name| scope.may_own(name, NAME_MAX)).cloned();
    let all: BTreeSet<String> = listed.chain(ses::indexed(&index, SORT)).collect();
    let place = (reader.account(), reader.region());
    let looks = all.iter().map(|name| async {
        let arn = ses::arn(place, SORT, name);
        let tags = index.get(&arn).cloned();
        look(reader, scope, (name, arn), there.contains(name), tags).await
    });
    Ok(named::listing(join_all(looks).await))
}

async fn names(reader: &Reader) -> Result<BTreeSet<String>> {
    let mut pages = reader.ses().list_configuration_sets().page_size(ses::PAGE).into_paginator().send();
    let mut all = BTreeSet::new();
    while let Some(page) = pages.next().await {
        all.extend(page?.configuration_sets.unwrap_or_default());
    }
    Ok(all)
}

async fn look(
    reader: &Reader,
    scope: &Scope,
    (name, arn): (&str, String),
    is_listed: bool,
    indexed: Option<Tags>,
) -> Sight<ConfigurationSet> {
    let unseen = |tags, failure| Sight::Unseen(Unseen { id: name.to_owned(), tags, failure });
    let there = match describe(reader, name).await {
        // The tag index goes on naming what is deleted.
        Err(failure) if failure.is(Class::NotFound) && !is_listed => return Sight::Gone,
        Err(failure) => return unseen(indexed, failure),
        Ok(there) => there,
    };
    let tags = tag::read(there.tags());
    if !scope.owns(name, &tags) {
        return Sight::Foreign(NameConflict { id: name.to_owned(), name: name.to_owned(), tags });
    }
    match destinations(reader, name).await {
        Ok(told) => Sight::Ours(found((name, arn), &there, &told, tags)),
        Err(failure) => unseen(Some(tags), failure),
    }
}

pub(super) async fn describe(clients: &Clients, name: &str) -> Result<Description> {
    Ok(clients.ses().get_configuration_set().configuration_set_name(name).send().await?)
}

async fn destinations(clients: &Clients, name: &str) -> Result<Vec<Told>> {
    let call = clients.ses().get_configuration_set_event_destinations().configuration_set_name(name);
    Ok(call.send().await?.event_destinations.unwrap_or_default())
}

pub(super) fn found(
    (name, arn): (&str, String),
    there: &Description,
    told: &[Told],
    tags: Tags,
) -> Found<ConfigurationSet> {
    let outputs =
        Outputs { arn, name: name.to_owned(), destinations: told.iter().map(|one| one.name().to_owned()).collect() };
    let (id, unmodelled) = (name.to_owned(), unmodelled(there, told));
    Found { unmodelled, ..Found::ready(id.clone(), Some(id), spec(there, told), outputs, tags) }
}

fn spec(there: &Description, told: &[Told]) -> Spec {
    let delivery = there.delivery_options();
    let reputation = there.reputation_options().map(|options| options.reputation_metrics_enabled());
    let sending = there.sending_options().map(|options| options.sending_enabled());
    let default = Spec::default();
    Spec {
        delivery_options: DeliveryOptions {
            max_delivery_seconds: delivery.and_then(|options| options.max_delivery_seconds()),
            sending_pool_name: delivery.and_then(|options| options.sending_pool_name()).map(str::to_owned),
            tls_policy: delivery
                .and_then(|options| options.tls_policy())
                .map_or(default.delivery_options.tls_policy, |policy| policy.as_str().to_owned()),
        },
        event_destinations: told.iter().filter_map(destination).collect(),
        reputation_options: ReputationOptions {
            reputation_metrics_enabled: reputation.unwrap_or(default.reputation_options.reputation_metrics_enabled),
        },
        sending_options: SendingOptions { sending_enabled: sending.unwrap_or(default.sending_options.sending_enabled) },
        suppression_options: there.suppression_options().map(|options| SuppressionOptions {
            suppressed_reasons: options.suppressed_reasons().iter().map(|reason| reason.as_str()).collect(),
        }),
    }
}

/// One that a spec can express.
fn destination(told: &Told) -> Option<EventDestination> {
    let sns = told.sns_destination().map(|to| SnsDestination { topic_arn: to.topic_arn().into() });
    let bus =
        told.event_bridge_destination().map(|to| EventBridgeDestination { event_bus_arn: to.event_bus_arn().into() });
    if sns.is_none() && bus.is_none() {
        return None;
    }
    Some(EventDestination {
        name: told.name().to_owned(),
        enabled: told.enabled(),
        matching_event_types: told.matching_event_types().iter().map(|told| event(told.as_str())).collect(),
        sns_destination: sns,
        event_bridge_destination: bus,
    })
}

/// What no template can say.
fn unmodelled(there: &Description, told: &[Told]) -> Vec<Unmodelled> {
    let mut beyond = UnmodelledParts::default();
    beyond
        .tell(
            "/TrackingOptions",
            there.tracking_options().map(|options| format!("links lead by {}", options.custom_redirect_domain())),
        )
        .note("/VdmOptions", there.vdm_options().is_some(), "somebody has set what the deliverability manager does")
        .tell(
            "/ArchivingOptions",
            there
                .archiving_options()
                .and_then(|options| options.archive_arn())
                .map(|archive| format!("mails are kept in the archive {archive}")),
        )
        .note(
            "/MessageSecurityOptions",
            there.message_security_options().is_some(),
            "somebody has set how messages are signed or encrypted",
        );
    if let Some(options) = there.suppression_options() {
        let scope = options.suppression_scope().map(|scope| format!("is {}", scope.as_str()));
        beyond.tell("/SuppressionOptions/SuppressionScope", scope);
        beyond.note(
            "/SuppressionOptions/ValidationOptions",
            options.validation_options().is_some(),
            "somebody has set which addresses are looked at before a mail goes",
        );
    }
    for one in told.iter().filter(|one| destination(one).is_none()) {
        let whom = [
            (one.cloud_watch_destination().is_some(), "metrics of CloudWatch"),
            (one.kinesis_firehose_destination().is_some(), "a delivery stream"),
            (one.pinpoint_destination().is_some(), "Pinpoint"),
        ];
        let whom = whom.into_iter().find(|(is_it, _)| *is_it).map_or("something else", |(_, whom)| whom);
        beyond.tell(&pointer::join("/EventDestinations", one.name()), [format!("tells {whom}")]);
    }
    beyond.take()
}
