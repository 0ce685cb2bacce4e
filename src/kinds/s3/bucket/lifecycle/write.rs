//! The rules, as S3 takes them.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload as Abort, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule as Rule, LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration as OlderGo,
    NoncurrentVersionTransition as OlderMove, Tag, Transition as Move, TransitionDefaultMinimumObjectSize,
    TransitionStorageClass,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::super::write::{built, send};
use super::{LifecycleConfiguration, LifecycleRule, TagFilter};
use crate::aws::Writer;
use crate::kinds::shared::list::some;
use crate::resource::{Class, Failure, Result};

/// Writes all rules; none are taken away by a call of its own.
pub(in super::super) async fn put(writer: &Writer, bucket: &str, wanted: &LifecycleConfiguration) -> Result<()> {
    let owner = writer.account();
    if wanted.rules.is_empty() {
        let call = writer.s3().delete_bucket_lifecycle().bucket(bucket).expected_bucket_owner(owner);
        return send(|| call.clone().send()).await.map(drop);
    }
    let rules = wanted.rules.iter().map(rule).collect::<Result<_>>()?;
    let all = built(BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build())?;
    let size = wanted.transition_default_minimum_object_size.as_str();
    let call = writer.s3().put_bucket_lifecycle_configuration().bucket(bucket).lifecycle_configuration(all);
    let call = call.transition_default_minimum_object_size(TransitionDefaultMinimumObjectSize::from(size));
    let call = call.expected_bucket_owner(owner);
    send(|| call.clone().send()).await.map(drop)
}

fn rule(wanted: &LifecycleRule) -> Result<Rule> {
    let aborts = wanted.abort_incomplete_multipart_upload.as_ref();
    let aborts = aborts.map(|abort| Abort::builder().days_after_initiation(abort.days_after_initiation).build());
    let older = wanted.noncurrent_version_expiration.as_ref().map(|older| {
        let kept = older.newer_noncurrent_versions;
        OlderGo::builder().noncurrent_days(older.noncurrent_days).set_newer_noncurrent_versions(kept).build()
    });
    let older_moves = wanted.noncurrent_version_transitions.iter().map(|one| {
        OlderMove::builder()
            .noncurrent_days(one.transition_in_days)
            .storage_class(TransitionStorageClass::from(one.storage_class.as_str()))
            .set_newer_noncurrent_versions(one.newer_noncurrent_versions)
            .build()
    });
    let moves = wanted.transitions.iter().map(|one| {
        let to = TransitionStorageClass::from(one.storage_class.as_str());
        let date = moment(one.transition_date.as_ref())?;
        Ok(Move::builder().storage_class(to).set_date(date).set_days(one.transition_in_days).build())
    });
    let (moves, older_moves) = (moves.collect::<Result<Vec<_>>>()?, older_moves.collect::<Vec<_>>());
    let rule = Rule::builder()
        .id(&wanted.id)
        .status(ExpirationStatus::from(wanted.status.as_str()))
        .filter(filter(wanted)?)
        .set_expiration(expiration(wanted)?)
        .set_abort_incomplete_multipart_upload(aborts)
        .set_noncurrent_version_expiration(older)
        .set_noncurrent_version_transitions(some(older_moves))
        .set_transitions(some(moves));
    built(rule.build())
}

fn expiration(wanted: &LifecycleRule) -> Result<Option<LifecycleExpiration>> {
    let date = moment(wanted.expiration_date.as_ref())?;
    let (days, markers) = (wanted.expiration_in_days, wanted.expired_object_delete_marker);
    // Markers go by themselves where objects expire, and S3 refuses to be told so.
    let expiration = LifecycleExpiration::builder().set_date(date).set_days(days);
    let expiration = expiration.set_expired_object_delete_marker(markers.then_some(true)).build();
    Ok((date.is_some() || days.is_some() || markers).then_some(expiration))
}

/// One condition stands by itself, several below `And`.
fn filter(wanted: &LifecycleRule) -> Result<LifecycleRuleFilter> {
    let (greater, less) =
        (bytes(wanted.object_size_greater_than.as_ref())?, bytes(wanted.object_size_less_than.as_ref())?);
    let tags = wanted.tag_filters.iter().map(tag).collect::<Result<Vec<_>>>()?;
    let prefix = Some(&wanted.prefix).filter(|prefix| !prefix.is_empty());
    let conditions = tags.len()
        + [prefix.is_some(), greater.is_some(), less.is_some()].into_iter().filter(|is_there| *is_there).count();
    let filter = LifecycleRuleFilter::builder();
    if conditions > 1 {
        let and = LifecycleRuleAndOperator::builder()
            .set_prefix(prefix.cloned())
            .set_tags(some(tags))
            .set_object_size_greater_than(greater)
            .set_object_size_less_than(less);
        return Ok(filter.and(and.build()).build());
    }
    let filter = filter.set_object_size_greater_than(greater).set_object_size_less_than(less);
    let filter = match tags.into_iter().next() {
        Some(tag) => filter.tag(tag),
        // A filter that says nothing is refused by some: an empty prefix means all.
        None if greater.is_none() && less.is_none() => filter.prefix(&wanted.prefix),
        None => filter,
    };
    Ok(filter.build())
}

fn tag(filter: &TagFilter) -> Result<Tag> {
    built(Tag::builder().key(&filter.key).value(&filter.value).build())
}

fn bytes(text: Option<&String>) -> Result<Option<i64>> {
    let invalid = |_| Failure::new(Class::Invalid, "a size of objects is no number");
    text.map(|text| text.parse().map_err(invalid)).transpose()
}

fn moment(text: Option<&String>) -> Result<Option<DateTime>> {
    let invalid = |_| Failure::new(Class::Invalid, "a day of a lifecycle rule is none");
    text.map(|text| DateTime::from_str(text, Format::DateTime).map_err(invalid)).transpose()
}
