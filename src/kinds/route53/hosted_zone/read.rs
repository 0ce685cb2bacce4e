use std::collections::BTreeMap;

use aws_sdk_route53::operation::get_hosted_zone::GetHostedZoneOutput;
use aws_sdk_route53::types::{AcceleratedRecoveryStatus, DelegationSet, HostedZone as Listed, RrType};
use futures_util::future::{join, join_all};

use super::vpcs::Association;
use super::{Config, HostedZone, Outputs, Spec, TYPE};
use crate::aws::{Clients, Reader};
use crate::kinds::route53::{self, name, reference, tags, zone_id};
use crate::kinds::shared::ownership::is_same;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Class, Failure, Found, Result, State, Tags};

/// How many records a refusal names.
const NAMED: usize = 5;

/// One zone of ours.
pub(super) struct Detail {
    zone: GetHostedZoneOutput,
    /// Whether its answers are signed.
    is_signed: bool,
}

/// The log groups that queries are written to, by zone.
pub(super) async fn logged(reader: &Reader) -> Result<BTreeMap<String, String>> {
    let call = reader.route53().list_query_logging_configs().into_paginator().page_size(100);
    let all = call.items().send().collect::<Result<Vec<_>, _>>().await?;
    let of_one = |one: &aws_sdk_route53::types::QueryLoggingConfig| {
        (one.hosted_zone_id().to_owned(), one.cloud_watch_logs_log_group_arn().to_owned())
    };
    Ok(all.iter().map(of_one).collect())
}

/// The details of zones, each by itself.
pub(super) async fn details<'a>(reader: &Reader, ids: &[&'a str]) -> Vec<(&'a str, Result<Detail>)> {
    let one = |id: &'a str| async move {
        let zone = async { Ok::<_, Failure>(reader.route53().get_hosted_zone().id(id).send().await?) };
        let signed = async { Ok::<_, Failure>(reader.route53().get_dnssec().hosted_zone_id(id).send().await?) };
        let (zone, signed) = join(zone, signed).await;
        let is_private = |zone: &GetHostedZoneOutput| zone.hosted_zone().is_some_and(is_private);
        let detail = zone.and_then(|zone| match signed {
            Ok(signed) => {
                let status = signed.status().and_then(|status| status.serve_signature());
                Ok(Detail { zone, is_signed: status.is_some_and(|status| status != "NOT_SIGNING") })
            }
            // Route 53 signs no private zone, and refuses to be asked.
            Err(_) if is_private(&zone) => Ok(Detail { zone, is_signed: false }),
            Err(failure) => Err(failure),
        });
        (id, detail)
    };
    join_all(ids.iter().map(|id| one(id))).await
}

pub(super) fn found(id: &str, detail: &Detail, log_group: Option<&String>, tags: Tags) -> Found<HostedZone> {
    let zone = detail.zone.hosted_zone();
    let config = zone.and_then(Listed::config);
    let spec = Spec {
        name: name::normal(zone.map(Listed::name).unwrap_or_default()),
        hosted_zone_config: Config {
            comment: config.and_then(|config| config.comment()).unwrap_or_default().to_owned(),
        },
        vpcs: detail.zone.vpcs().iter().map(Association::of).collect(),
    };
    let recovery = zone.and_then(Listed::features).and_then(|features| features.accelerated_recovery_status());
    let service = zone.and_then(Listed::linked_service);
    let delegated = detail.zone.delegation_set().and_then(DelegationSet::id).filter(|id| !id.is_empty());
    let unmodelled = UnmodelledParts::default()
        .tell("/QueryLoggingConfig", log_group.map(|group| format!("queries are logged to {group}")))
        .note("/DNSSEC", detail.is_signed, "its answers are signed")
        .value("/HostedZoneFeatures", recovery.map(AcceleratedRecoveryStatus::as_str), "DISABLED")
        .tell("/LinkedService", service.map(|by| format!("made by {}", by.service_principal().unwrap_or("AWS"))))
        .tell("/DelegationSetId", delegated.map(|id| format!("its name servers are those of the delegation set {id}")))
        .take();
    let outputs = outputs(id, detail.zone.delegation_set());
    Found { id: id.to_owned(), name: None, spec, outputs, tags, state: State::Ready, unmodelled, external: None }
}

pub(super) fn outputs(id: &str, delegation: Option<&DelegationSet>) -> Outputs {
    Outputs { id: id.to_owned(), name_servers: delegation.map(|set| set.name_servers().to_vec()).unwrap_or_default() }
}

fn is_private(zone: &Listed) -> bool {
    zone.config().is_some_and(|config| config.private_zone())
}

/// The public zones of a name, or the private ones.
pub(super) async fn named(clients: &Clients, zone: &str, private: bool) -> Result<Vec<Listed>> {
    let answer = clients.route53().list_hosted_zones_by_name().dns_name(zone).max_items(100).send().await?;
    let is_it = |one: &Listed| name::normal(one.name()) == zone && is_private(one) == private;
    Ok(answer.hosted_zones.into_iter().filter(is_it).collect())
}

/// Whether a create of ours may have left a zone without tags: nobody has put anything into it.
pub(super) fn is_half_made(zone: &Listed) -> bool {
    zone.caller_reference().starts_with(reference::START)
        && zone.resource_record_set_count().is_none_or(|count| count <= 2)
}

/// Looks for the zone that an earlier try has made for the same address.
///
/// # Errors
/// [`Class::AlreadyExists`] if the account has another public one of the name.
pub(super) async fn half_made(clients: &Clients, spec: &Spec, mark: &str, ours: &Tags) -> Result<Option<Outputs>> {
    let all = named(clients, &spec.name, spec.is_private()).await?;
    let ids: Vec<_> = all.iter().map(zone_id).collect();
    let tags = tags::read(clients, &TYPE, &ids).await?;
    let is_ours = |zone: &&Listed| match tags.get(zone_id(zone)).filter(|tags| !tags.is_empty()) {
        Some(its) => is_same(its, ours),
        None => is_half_made(zone) && zone.caller_reference().starts_with(mark),
    };
    let Some(zone) = all.iter().find(is_ours) else {
        let other = all.first().filter(|_| !spec.is_private());
        return other.map_or(Ok(None), |other| Err(taken(&spec.name, zone_id(other))));
    };
    let id = zone_id(zone);
    let detail = clients.route53().get_hosted_zone().id(id).send().await?;
    Ok(Some(outputs(id, detail.delegation_set())))
}

/// The conflict with another zone of the name.
pub(super) fn taken(name: &str, id: &str) -> Failure {
    let what = format!(
        "the account has a public zone {name} already, {id}: of two zones of one name only one is found by others. Use that \
         one by its id, or adopt it"
    );
    Failure::new(Class::AlreadyExists, what)
}

/// Says what is still in a zone that AWS does not delete.
pub(super) async fn occupied(clients: &Clients, live: &Found<HostedZone>, failure: Failure) -> Failure {
    let records = route53::records(clients, &live.id, None, |_| true).await.unwrap_or_default();
    let is_aws = |name: &str, of_type: &RrType| name == live.spec.name && [RrType::Soa, RrType::Ns].contains(of_type);
    let names: Vec<_> = records
        .iter()
        .map(|record| (name::normal(record.name()), record.r#type()))
        .filter(|(name, of_type)| !is_aws(name, of_type))
        .map(|(name, of_type)| format!("{name} {of_type}"))
        .collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    failure.hint(format!(
        "others have put {named}{more} into the zone {}: delete these by hand, or keep the zone and forget it here",
        live.spec.name
    ))
}
