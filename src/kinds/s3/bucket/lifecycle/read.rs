//! The rules, as S3 tells them.

use aws_sdk_s3::types::{LifecycleRule as Rule, LifecycleRuleAndOperator, LifecycleRuleFilter, Tag};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::super::read::unless_absent;
use super::{
    AbortIncompleteMultipartUpload, LifecycleConfiguration, LifecycleRule, NoncurrentVersionExpiration,
    NoncurrentVersionTransition, TagFilter, Transition, usual_size,
};
use crate::aws::Clients;
use crate::resource::Result;

pub(in super::super) async fn get(clients: &Clients, bucket: &str) -> Result<LifecycleConfiguration> {
    let answer = clients.s3().get_bucket_lifecycle_configuration().bucket(bucket).send().await;
    let Some(told) = unless_absent("NoSuchLifecycleConfiguration", answer)? else {
        return Ok(LifecycleConfiguration::default());
    };
    let size = told.transition_default_minimum_object_size();
    Ok(LifecycleConfiguration {
        transition_default_minimum_object_size: size.map_or_else(usual_size, |size| size.as_str().to_owned()),
        rules: told.rules.into_iter().flatten().map(rule).collect(),
    })
}

/// S3 tells a filter of one condition, one of several, and the prefix of before there were filters, each in another place.
fn rule(told: Rule) -> LifecycleRule {
    let filter = told.filter.unwrap_or_else(|| LifecycleRuleFilter::builder().build());
    let and = filter.and.unwrap_or_else(|| LifecycleRuleAndOperator::builder().build());
    let tags = filter.tag.into_iter().chain(and.tags.into_iter().flatten());
    let bytes = |one: Option<i64>, other: Option<i64>| one.or(other).map(|bytes| bytes.to_string());
    let expiration = told.expiration;
    let expires = expiration.as_ref();
    let older = told.noncurrent_version_transitions.into_iter().flatten();
    #[expect(deprecated, reason = "rules from before there were filters have their prefix there")]
    let former = told.prefix;
    LifecycleRule {
        abort_incomplete_multipart_upload: told
            .abort_incomplete_multipart_upload
            .and_then(|abort| abort.days_after_initiation)
            .map(|days_after_initiation| AbortIncompleteMultipartUpload { days_after_initiation }),
        expiration_date: expires.and_then(|one| day(one.date())),
        expiration_in_days: expires.and_then(|one| one.days()).filter(|days| *days > 0),
        expired_object_delete_marker: expires.and_then(|one| one.expired_object_delete_marker()).unwrap_or_default(),
        id: told.id.unwrap_or_default(),
        noncurrent_version_expiration: told.noncurrent_version_expiration.map(|older| NoncurrentVersionExpiration {
            newer_noncurrent_versions: older.newer_noncurrent_versions,
            noncurrent_days: older.noncurrent_days.unwrap_or_default(),
        }),
        noncurrent_version_transitions: older
            .map(|one| NoncurrentVersionTransition {
                newer_noncurrent_versions: one.newer_noncurrent_versions,
                storage_class: one.storage_class.map(|class| class.as_str().to_owned()).unwrap_or_default(),
                transition_in_days: one.noncurrent_days.unwrap_or_default(),
            })
            .collect(),
        object_size_greater_than: bytes(filter.object_size_greater_than, and.object_size_greater_than),
        object_size_less_than: bytes(filter.object_size_less_than, and.object_size_less_than),
        prefix: filter.prefix.or(and.prefix).or(former).unwrap_or_default(),
        status: told.status.as_str().to_owned(),
        tag_filters: tags.map(|Tag { key, value, .. }| TagFilter { key, value }).collect(),
        transitions: told
            .transitions
            .into_iter()
            .flatten()
            .map(|one| Transition {
                storage_class: one.storage_class.as_ref().map(|class| class.as_str().to_owned()).unwrap_or_default(),
                transition_date: day(one.date()),
                transition_in_days: one.days,
            })
            .collect(),
    }
}

fn day(moment: Option<&DateTime>) -> Option<String> {
    moment?.fmt(Format::DateTime).ok()
}
