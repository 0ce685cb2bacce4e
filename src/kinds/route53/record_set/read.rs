//! Which records of a zone are whose.

use std::collections::BTreeMap;

use aws_sdk_route53::types::{HostedZone, ResourceRecordSet, RrType};

use super::spec::{AliasTarget, Spec, normal_value};
use super::{Outputs, RecordSet, marker};
use crate::aws::{Clients, Reader};
use crate::kinds::route53::{self, name, zone_id};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Attached, Found, Listing, Ref, Result, Scope, State, Tags, Unmodelled};

/// A zone of so many records is read in one call.
const SMALL: i64 = route53::RECORDS as i64;
/// Those that AWS makes in every zone: SOA and NS.
const OWN: i64 = 2;

/// One zone: its name in normal form, and those of its records that were read.
pub(super) struct Zone {
    id: String,
    name: String,
    records: Vec<ResourceRecordSet>,
}

/// Whether anything but AWS's own records can be in a zone.
pub(super) fn has_records(zone: &HostedZone) -> bool {
    zone.resource_record_set_count().is_none_or(|count| count > OWN)
}

/// Reads the records of a zone. Of a big one the marks, which stand side by side, and then what they mark, unless the zone
/// is asked for as a whole.
pub(super) async fn zone(reader: &Reader, scope: &Scope, zone: &HostedZone) -> Result<Zone> {
    let (id, name) = (zone_id(zone).to_owned(), name::normal(zone.name()));
    let is_small = zone.resource_record_set_count().is_none_or(|count| count <= SMALL);
    if is_small || scope.requests(&id) {
        let records = route53::records(reader, &id, None, |_| true).await?;
        return Ok(Zone { id, name, records });
    }
    let below = marker::below(&name);
    let is_mark = |name: &str| name::is_within(name, &below);
    let marks = route53::records(reader, &id, Some((&below, None)), is_mark).await?;
    let mut zone = Zone { id, name, records: Vec::new() };
    for mark in marks.iter().filter(|mark| scope.is_claimed(&marker::tags(mark))) {
        let Some((name, of_type)) = marker::marked(&zone.name, &name::normal(mark.name())) else { continue };
        zone.records.extend(at(reader, &zone.id, &name, &of_type).await?);
    }
    zone.records.extend(marks);
    Ok(zone)
}

/// The record of a name and type, if it is there.
pub(super) async fn at(clients: &Clients, zone: &str, name: &str, of_type: &str) -> Result<Option<ResourceRecordSet>> {
    let (of_type, is_it) = (RrType::from(of_type), |other: &str| other == name);
    let call = clients.route53().list_resource_record_sets().hosted_zone_id(zone).max_items(1);
    let answer = call.start_record_name(name).start_record_type(of_type.clone()).send().await?;
    let mut all = answer.resource_record_sets.into_iter();
    Ok(all.find(|record| *record.r#type() == of_type && is_it(&name::normal(record.name()))))
}

impl Zone {
    #[cfg(test)]
    pub(super) fn of(id: &str, name: &str, records: Vec<ResourceRecordSet>) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), records }
    }

    /// Adds the zone's records that the scope owns, and tells of those that nobody has marked.
    pub(super) fn list(self, scope: &Scope, listing: &mut Listing<RecordSet>) {
        let (marks, records): (Vec<_>, Vec<_>) =
            self.records.into_iter().partition(|record| marker::is_one(&self.name, record));
        let marks: BTreeMap<String, &ResourceRecordSet> =
            marks.iter().map(|mark| (name::normal(mark.name()), mark)).collect();
        for record in records {
            let name = name::normal(record.name());
            let mark = marks.get(&marker::name_of(&self.name, &name, record.r#type().as_str())).copied();
            let tags = mark.map(marker::tags).unwrap_or_default();
            let id = id(&self.id, &name, record.r#type().as_str());
            let is_aws = name == self.name && [&RrType::Soa, &RrType::Ns].contains(&record.r#type());
            if scope.owns(&id, &tags) || (scope.requests(&self.id) && !is_aws) {
                listing.found.push(found(&self.id, &self.name, record, mark.cloned(), tags));
            } else if tags.is_empty() && !is_aws {
                listing.attached.push(Attached { id, host: self.id.clone() });
            }
        }
    }
}

/// What a record is called: `Z123/www.acme.example/A`.
pub(super) fn id(zone: &str, name: &str, of_type: &str) -> String {
    format!("{zone}/{name}/{of_type}")
}

pub(super) fn found(
    zone: &str,
    zone_name: &str,
    record: ResourceRecordSet,
    mark: Option<ResourceRecordSet>,
    tags: Tags,
) -> Found<RecordSet> {
    let spec = spec(zone, &record);
    let unmodelled = unmodelled(&record);
    let outputs = Outputs {
        record: spec.name.clone(),
        zone: zone_name.to_owned(),
        live: [Some(record), mark].into_iter().flatten().collect(),
    };
    let id = id(zone, &spec.name, &spec.r#type);
    Found { id, name: None, spec, outputs, tags, state: State::Ready, unmodelled, external: None }
}

pub(super) fn spec(zone: &str, record: &ResourceRecordSet) -> Spec {
    let alias = |target: &aws_sdk_route53::types::AliasTarget| AliasTarget {
        dns_name: name::normal(target.dns_name()),
        hosted_zone_id: target.hosted_zone_id().to_owned(),
        evaluate_target_health: target.evaluate_target_health(),
    };
    Spec {
        hosted_zone_id: Ref::new(zone),
        name: name::normal(record.name()),
        r#type: record.r#type().as_str().to_owned(),
        ttl: record.ttl(),
        resource_records: record.resource_records().iter().map(|one| normal_value(one.value())).collect(),
        alias_target: record.alias_target().map(alias),
    }
}

/// How a record is one of several of its name: by weight, place or health.
fn unmodelled(record: &ResourceRecordSet) -> Vec<Unmodelled> {
    let weight = record.weight().map(|weight| weight.to_string());
    UnmodelledParts::default()
        .value("/SetIdentifier", record.set_identifier(), "")
        .value("/Weight", weight.as_deref(), "")
        .value("/Region", record.region().map(|region| region.as_str()), "")
        .value("/Failover", record.failover().map(|failover| failover.as_str()), "")
        .value("/HealthCheckId", record.health_check_id(), "")
        .note("/MultiValueAnswer", record.multi_value_answer() == Some(true), "it is one of several answers")
        .note("/GeoLocation", record.geo_location().is_some(), "it is for one place")
        .note("/GeoProximityLocation", record.geo_proximity_location().is_some(), "it is for what is near to one place")
        .note("/CidrRoutingConfig", record.cidr_routing_config().is_some(), "it is for some addresses")
        .value("/TrafficPolicyInstanceId", record.traffic_policy_instance_id(), "")
        .take()
}
