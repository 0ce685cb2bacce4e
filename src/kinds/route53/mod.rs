//! Route 53: zones with their records, and health checks. It belongs to no region; AWS answers five of an account's requests a
//! second, whatever they are.

pub(super) mod health_check;
pub(super) mod hosted_zone;
mod name;
pub(super) mod record_set;
mod reference;
mod tags;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_route53::types::{ChangeInfo, ChangeStatus, HostedZone, ResourceRecordSet, RrType};

use crate::aws::{Clients, MINUTE, Reader, Writer, until_paced};
use crate::resource::Result;

/// The most records that one page tells, and zones.
const RECORDS: i32 = 300;
const ZONES: i32 = 100;

/// An id without the `/hostedzone/` that AWS puts before it.
fn zone_id(zone: &HostedZone) -> &str {
    zone.id().trim_start_matches("/hostedzone/")
}

/// The zones of the account.
async fn zones(reader: &Reader) -> Result<Arc<Vec<HostedZone>>> {
    reader
        .once("route53:zones", async {
            let call = reader.route53().list_hosted_zones().into_paginator().page_size(ZONES);
            Ok(call.items().send().collect::<Result<Vec<_>, _>>().await?)
        })
        .await
}

/// The records of a zone from a name on, in DNS's order (by the labels from the last to the first), while `is_meant` takes
/// their names.
async fn records(
    clients: &Clients,
    zone: &str,
    from: Option<(&str, Option<&RrType>)>,
    is_meant: impl Fn(&str) -> bool,
) -> Result<Vec<ResourceRecordSet>> {
    let (name, of_type) = from.unzip();
    let (mut name, mut of_type) = (name.map(str::to_owned), of_type.flatten().cloned());
    let (mut identifier, mut all) = (None, Vec::new());
    loop {
        let call = clients.route53().list_resource_record_sets().hosted_zone_id(zone).max_items(RECORDS);
        let call = call.set_start_record_name(name).set_start_record_type(of_type);
        let page = call.set_start_record_identifier(identifier).send().await?;
        let before = all.len();
        all.extend(page.resource_record_sets.into_iter().take_while(|record| is_meant(&name::normal(record.name()))));
        let is_over = all.len() - before < usize::try_from(page.max_items).unwrap_or(usize::MAX) && !page.is_truncated;
        (name, of_type, identifier) = (page.next_record_name, page.next_record_type, page.next_record_identifier);
        if is_over || name.as_deref().is_none_or(|next| !is_meant(&name::normal(next))) {
            return Ok(all);
        }
    }
}

/// Waits until Route 53's name servers know a change: half a minute to a minute.
async fn spread(writer: &Writer, change: Option<&ChangeInfo>) -> Result<()> {
    let Some(change) = change.filter(|change| *change.status() != ChangeStatus::Insync) else { return Ok(()) };
    let id = change.id().trim_start_matches("/change/");
    let look = || async move {
        let answer = writer.route53().get_change().id(id).send().await?;
        let is_known = answer.change_info().is_some_and(|now| *now.status() == ChangeStatus::Insync);
        Ok(is_known.then_some(()))
    };
    // Every record of a zone waits so, and Route 53 takes five calls a second of an account.
    until_paced(Duration::from_secs(5), 5 * MINUTE, "Route 53 to tell its name servers", look).await
}
