//! A record and its mark, in one batch that AWS carries out wholly or not at all.

use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType,
};

use super::spec::Spec;
use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::route53;
use crate::resource::{Class, Failure, Result};

/// What AWS's builder made; it refuses only what was left out.
pub(super) fn built<T, E: std::fmt::Display>(built: Result<T, E>) -> Result<T> {
    built.map_err(|error| Failure::new(Class::Other, format!("bug: {error}")))
}

/// The record that a spec asks for.
pub(super) fn record(spec: &Spec) -> Result<ResourceRecordSet> {
    let mut record =
        ResourceRecordSet::builder().name(&spec.name).r#type(RrType::from(spec.r#type.as_str())).set_ttl(spec.ttl);
    for value in spec.resource_records.iter() {
        record = record.resource_records(built(ResourceRecord::builder().value(value).build())?);
    }
    if let Some(target) = &spec.alias_target {
        let alias = AliasTarget::builder()
            .dns_name(&target.dns_name)
            .hosted_zone_id(&target.hosted_zone_id)
            .evaluate_target_health(target.evaluate_target_health);
        record = record.alias_target(built(alias.build())?);
    }
    built(record.build())
}

/// Changes records of a zone: takes away what is exactly as given, then makes what must not be there.
///
/// # Errors
/// [`Class::Conflict`] if one that goes is another by now, [`Class::AlreadyExists`] if one that comes is there already.
pub(super) async fn swap(
    writer: &Writer,
    zone: &str,
    old: impl IntoIterator<Item = ResourceRecordSet>,
    new: impl IntoIterator<Item = ResourceRecordSet>,
) -> Result<()> {
    let old = old.into_iter().map(|record| (ChangeAction::Delete, record));
    let new = new.into_iter().map(|record| (ChangeAction::Create, record));
    let changes = old
        .chain(new)
        .map(|(action, record)| built(Change::builder().action(action).resource_record_set(record).build()));
    let batch = ChangeBatch::builder().set_changes(Some(changes.collect::<Result<Vec<_>>>()?));
    let batch = built(batch.build())?;
    // While an earlier change of the zone is under way AWS refuses the next: nothing was carried out.
    let send = || {
        let call = writer.route53().change_resource_record_sets().hosted_zone_id(zone).change_batch(batch.clone());
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let answer = retry(5 * MINUTE, |_| false, send).await?;
    route53::spread(writer, answer.change_info()).await
}
