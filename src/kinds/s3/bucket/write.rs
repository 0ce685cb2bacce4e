//! What S3 is sent, part by part, and what it refuses for a while.

use aws_sdk_s3::operation::create_bucket::builders::CreateBucketFluentBuilder;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketNamespace, CreateBucketConfiguration, ObjectOwnership, Tag, Tagging,
};
use aws_smithy_types::error::operation::BuildError;

use super::spec::Spec;
use super::{access, cors, encryption, lifecycle, logging, name, notification, policy, read, versions};
use crate::aws::{MINUTE, Writer};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Class, Failure, Result, Tags};

/// Another change of the bucket is under way, or of one that had its name; or the bucket, or what its policy and
/// notifications name, was made moments ago.
const TRANSIENT: &[Class] = &[Class::Busy, Class::NotFound, Class::Propagating];

/// Sends a call until what it names is known everywhere.
pub(super) async fn send<F, T, E>(call: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = std::result::Result<T, E>>,
    Failure: From<E>,
{
    retry_while(2 * MINUTE, TRANSIENT, call).await.map_err(|failure| match failure.class {
        Class::Propagating => failure.hint(
            "IAM may not know a principal of the policy; or what is to hear of events, or to get the records of requests, \
             does not let S3 in by its own policy or key",
        ),
        _ => failure,
    })
}

/// What a part is made of that lacks nothing.
pub(super) fn built<T>(part: std::result::Result<T, BuildError>) -> Result<T> {
    part.map_err(|error| Failure::new(Class::Invalid, error.to_string()))
}

/// The call that makes it, with all that can come with it.
pub(super) fn create(writer: &Writer, bucket: &str, spec: &Spec, tags: &Tags) -> CreateBucketFluentBuilder {
    let region = writer.region();
    // us-east-1 is the default, and must not be named.
    let place = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
    let configuration = CreateBucketConfiguration::builder().set_location_constraint(place).set_tags(tag::write(tags));
    let namespace = BucketNamespace::from(spec.bucket_namespace.as_str());
    let is_regional = spec.bucket_namespace == name::ACCOUNT_REGIONAL;
    writer
        .s3()
        .create_bucket()
        .bucket(bucket)
        .create_bucket_configuration(configuration.build())
        .set_bucket_namespace(is_regional.then_some(namespace))
        .object_ownership(ObjectOwnership::from(spec.ownership_controls.ownership()))
        .set_object_lock_enabled_for_bucket(spec.object_lock_enabled.then_some(true))
}

/// Sends what is there to the parts of a new bucket that differ from it.
pub(super) async fn configure(writer: &Writer, bucket: &str, there: &Spec, wanted: &Spec) -> Result<()> {
    put(writer, bucket, wanted, |property| match property {
        "PublicAccessBlockConfiguration" => {
            there.public_access_block_configuration != wanted.public_access_block_configuration
        }
        "OwnershipControls" => there.ownership_controls != wanted.ownership_controls,
        "BucketEncryption" => there.bucket_encryption != wanted.bucket_encryption,
        "VersioningConfiguration" => there.versioning_configuration != wanted.versioning_configuration,
        "ObjectLockEnabled" => there.object_lock_enabled != wanted.object_lock_enabled,
        "ObjectLockConfiguration" => there.object_lock_configuration != wanted.object_lock_configuration,
        "Policy" => there.policy != wanted.policy,
        "LifecycleConfiguration" => there.lifecycle_configuration != wanted.lifecycle_configuration,
        "CorsConfiguration" => there.cors_configuration != wanted.cors_configuration,
        "LoggingConfiguration" => there.logging_configuration != wanted.logging_configuration,
        "NotificationConfiguration" => there.notification_configuration != wanted.notification_configuration,
        _ => false,
    })
    .await
}

/// Sends the parts that are touched, one after the other: S3 refuses two changes of a bucket at once. What closes it
/// comes first, and what needs versions after these.
pub(super) async fn put(writer: &Writer, bucket: &str, wanted: &Spec, touches: impl Fn(&str) -> bool) -> Result<()> {
    if touches("PublicAccessBlockConfiguration") {
        access::put_block(writer, bucket, &wanted.public_access_block_configuration).await?;
    }
    if touches("OwnershipControls") {
        access::put_ownership(writer, bucket, &wanted.ownership_controls).await?;
    }
    if touches("BucketEncryption") {
        encryption::put(writer, bucket, &wanted.bucket_encryption).await?;
    }
    if touches("VersioningConfiguration") {
        versions::put(writer, bucket, &wanted.versioning_configuration).await?;
    }
    if touches("ObjectLockEnabled") || touches("ObjectLockConfiguration") {
        versions::put_lock(writer, bucket, wanted.object_lock_configuration.as_ref()).await?;
    }
    if touches("Policy") {
        policy::put(writer, bucket, &wanted.policy).await?;
    }
    if touches("LifecycleConfiguration") {
        lifecycle::put(writer, bucket, &wanted.lifecycle_configuration).await?;
    }
    if touches("CorsConfiguration") {
        cors::put(writer, bucket, &wanted.cors_configuration).await?;
    }
    if touches("LoggingConfiguration") {
        logging::put(writer, bucket, wanted.logging_configuration.as_ref()).await?;
    }
    if touches("NotificationConfiguration") {
        notification::put(writer, bucket, &wanted.notification_configuration).await?;
    }
    Ok(())
}

/// Sets and removes tags. S3 takes all at once: those that stay are sent again, AWS's own (`aws:`) among them, which it
/// refuses to lose.
pub(super) async fn retag(writer: &Writer, bucket: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let mut all = read::tags(writer, bucket).await?;
    all.0.extend(set.0.clone());
    all.0.retain(|key, _| !unset.contains(key));
    let tags: Option<Vec<Tag>> = tag::write(&all);
    let tagging = built(Tagging::builder().set_tag_set(tags).build())?;
    let call = writer.s3().put_bucket_tagging().bucket(bucket).tagging(tagging);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}
