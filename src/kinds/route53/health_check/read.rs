//! From Route 53's answers to the spec.

use std::sync::Arc;

use aws_sdk_route53::types::{HealthCheck as Description, HealthCheckConfig};
use futures_util::future::join_all;

use super::spec::{Config, Spec};
use super::{HealthCheck, Outputs, TYPE};
use crate::aws::{Clients, Reader, Writer};
use crate::kinds::route53::tags;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Class, Found, Result, Tags, Unmodelled};

/// The most health checks that one page tells.
const PAGE: i32 = 1000;

/// The health checks of the account.
async fn all(clients: &Clients) -> Result<Vec<Description>> {
    let call = clients.route53().list_health_checks().max_items(PAGE).into_paginator();
    Ok(call.items().send().collect::<Result<Vec<_>, _>>().await?)
}

/// The same, read once.
pub(super) async fn shared(reader: &Reader) -> Result<Arc<Vec<Description>>> {
    reader.once("route53:health-checks", all(reader)).await
}

/// The tags of each. One that has gone meanwhile fails the read of ten: then each is asked by itself.
pub(super) async fn tags_of<'a>(reader: &Reader, ids: &[&'a str]) -> Vec<(&'a str, Result<Tags>)> {
    let of_some = |some: Vec<&'a str>| async move {
        let answer = tags::read(reader, &TYPE, &some).await;
        let told = |id: &str| answer.as_ref().map(|all| all.get(id).cloned().unwrap_or_default()).map_err(Clone::clone);
        some.iter().map(|id| (*id, told(id))).collect::<Vec<_>>()
    };
    let is_gone = |(_, told): &(&str, Result<Tags>)| matches!(told, Err(failure) if failure.is(Class::NotFound));
    let all = join_all(ids.chunks(tags::THINGS).map(|some| of_some(some.to_vec()))).await.concat();
    let (again, mut told): (Vec<_>, Vec<_>) = all.into_iter().partition(is_gone);
    told.extend(join_all(again.iter().map(|(id, _)| of_some(vec![id]))).await.concat());
    told
}

pub(super) fn found(from: &Description, config: &HealthCheckConfig, tags: Tags) -> Found<HealthCheck> {
    let spec = Spec { health_check_config: spec(config) };
    let found = Found::ready(from.id().to_owned(), None, spec, outputs(from), tags);
    Found { unmodelled: unmodelled(from, config), ..found }
}

pub(super) fn outputs(from: &Description) -> Outputs {
    Outputs { health_check_id: from.id().to_owned(), version: from.health_check_version() }
}

fn spec(from: &HealthCheckConfig) -> Config {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let config = Config {
        enable_sni: from.enable_sni(),
        failure_threshold: from.failure_threshold().unwrap_or(Config::FAILURES),
        fully_qualified_domain_name: text(from.fully_qualified_domain_name()).to_ascii_lowercase(),
        ip_address: text(from.ip_address()),
        inverted: from.inverted().unwrap_or_default(),
        measure_latency: from.measure_latency().unwrap_or_default(),
        port: from.port(),
        regions: from.regions().iter().map(|region| region.as_str().to_owned()).collect(),
        request_interval: from.request_interval().unwrap_or(Config::SECONDS),
        resource_path: text(from.resource_path()),
        search_string: text(from.search_string()),
        of_type: from.r#type().as_str().to_owned(),
    };
    config.filled()
}

/// What another sort of health check has, and that one is switched off: then Route 53 takes it for healthy, for ever.
fn unmodelled(from: &Description, config: &HealthCheckConfig) -> Vec<Unmodelled> {
    let alarm = config.alarm_identifier().map(|alarm| format!("is that of {} in {}", alarm.name(), alarm.region()));
    let children = config.child_health_checks().iter().map(|id| format!("has {id}"));
    let service = from.linked_service().map(|by| format!("made by {}", by.service_principal().unwrap_or("AWS")));
    UnmodelledParts::default()
        .note(super::DISABLED, config.disabled().unwrap_or_default(), "it is disabled, and counts as healthy")
        .tell("/HealthCheckConfig/AlarmIdentifier", alarm)
        .tell("/HealthCheckConfig/ChildHealthChecks", children)
        .tell("/HealthCheckConfig/RoutingControlArn", config.routing_control_arn().map(|arn| format!("is {arn}")))
        .tell("/LinkedService", service)
        .take()
}

/// Looks for the health check that an earlier try has made for the same address and whose tags it did not come to write. One that
/// was to be something else is taken away: nobody has heard of it.
pub(super) async fn half_made(writer: &Writer, wanted: &Config, mark: &str) -> Result<Option<Outputs>> {
    let all = all(writer).await?;
    let marked: Vec<_> = all.iter().filter(|one| one.caller_reference().starts_with(mark)).collect();
    let ids: Vec<_> = marked.iter().map(|one| one.id()).collect();
    let tags = tags::read(writer, &TYPE, &ids).await?;
    let bare = marked.into_iter().filter(|one| tags.get(one.id()).is_none_or(Tags::is_empty));
    let mut taken = None;
    for one in bare {
        if taken.is_none() && one.health_check_config().is_some_and(|config| spec(config) == *wanted) {
            taken = Some(outputs(one));
            continue;
        }
        writer.admit(one.id());
        gone(writer.route53().delete_health_check().health_check_id(one.id()).send().await)?;
    }
    Ok(taken)
}
