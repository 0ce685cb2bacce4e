//! What S3 tells of a bucket, in a call for each part.

use aws_sdk_s3::types::{BucketAccelerateStatus, Payer};

use super::spec::Spec;
use super::{Bucket, access, cors, encryption, lifecycle, logging, name, notification, outputs, policy, versions};
use crate::aws::{Clients, Reader, TagIndex, Writer};
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Class, Failure, Found, Made, Result, Scope, Tags, Unmodelled};

/// The page size; without one S3 tells all buckets of an account at once, up to 10,000, and no more.
const PAGE: i32 = 1000;
/// What S3 says of a part that it has not in a region.
const NOT_OFFERED: &[&str] = &["MethodNotAllowed", "NotImplemented", "UnsupportedArgument", "UnsupportedOperation"];

/// How many buckets the account has, in all regions.
pub(super) async fn of_account(reader: &Reader) -> Result<usize> {
    let (mut pages, mut number) = (reader.s3().list_buckets().into_paginator().page_size(PAGE).send(), 0);
    while let Some(page) = pages.next().await {
        number += page?.buckets().len();
    }
    Ok(number)
}

impl Named for Bucket {
    /// Its namespace.
    type Summary = &'static str;

    /// Those of the region alone: another's would answer by a redirect.
    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<&'static str>>> {
        let call = reader.s3().list_buckets().bucket_region(reader.region()).into_paginator().page_size(PAGE);
        let (mut pages, mut all) = (call.send(), Vec::new());
        while let Some(page) = pages.next().await {
            all.extend(page?.buckets.into_iter().flatten().filter_map(|bucket| bucket.name));
        }
        Ok(all.into_iter().map(|id| listed(id, reader.account(), reader.region())).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<&'static str>, _: &TagIndex) -> Result<Tags> {
        tags(clients, &one.id).await
    }

    async fn read(reader: &Reader, one: Listed<&'static str>, tags: Tags) -> Result<Found<Self>> {
        let (spec, unmodelled) = spec(reader, &one.id, one.summary).await?;
        let outputs = outputs(&one.id, reader.region());
        Ok(Found { unmodelled, ..Found::ready(one.id, Some(one.name), spec, outputs, tags) })
    }
}

impl Adopted for Bucket {
    const WHAT: &'static str = "the bucket";

    /// Names of the global namespace are everybody's: what this account may not see is another's.
    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<&'static str>>> {
        let answer = writer.s3().head_bucket().bucket(name).expected_bucket_owner(writer.account()).send().await;
        match answer.map_err(Failure::from) {
            Ok(_) => Ok(Some(listed(name.to_owned(), writer.account(), writer.region()))),
            Err(failure) if failure.is(Class::NotFound) => Ok(None),
            Err(failure) if failure.is(Class::Denied) => Err(of_another(name)),
            Err(failure) if failure.message.contains("301") => Err(elsewhere(name, writer.region())),
            Err(failure) => Err(failure),
        }
    }

    /// Gives it what the spec says now: an earlier try may have made it by another.
    async fn made(writer: &Writer, one: Listed<&'static str>, wanted: &Spec) -> Result<Made<Self>> {
        let (there, _) = spec(writer, &one.id, one.summary).await?;
        super::write::configure(writer, &one.id, &there, wanted).await?;
        Ok(Made::ready(one.id.clone(), outputs(&one.id, writer.region())))
    }
}

/// The failure of a create whose name another account has.
pub(super) fn of_another(bucket: &str) -> Failure {
    let message = format!("the bucket {bucket} is there already, and another account's, or one that you may not see");
    Failure::new(Class::AlreadyExists, message).hint(
        "names of the global namespace are everybody's: take BucketNamespace `account-regional`, or another `physical`",
    )
}

fn elsewhere(bucket: &str, region: &str) -> Failure {
    let message = format!("the bucket {bucket} is there already, in another region than {region}");
    Failure::new(Class::AlreadyExists, message).hint("a name is one bucket's in all regions: take another `physical`")
}

fn listed(id: String, account: &str, region: &str) -> Listed<&'static str> {
    let (name, namespace) = name::without_ending(&id, account, region);
    let (name, arn) = (name.to_owned(), outputs(&id, region).arn);
    Listed { id, name, arn, summary: namespace, is_deleting: false }
}

/// The tags of a bucket; one without any has no set of them.
pub(super) async fn tags(clients: &Clients, bucket: &str) -> Result<Tags> {
    let answer = clients.s3().get_bucket_tagging().bucket(bucket).send().await;
    let set = unless_absent("NoSuchTagSet", answer)?.map(|answer| answer.tag_set).unwrap_or_default();
    Ok(tag::read(&set))
}

/// Takes what a bucket does not have for nothing: S3 refuses to tell it, with a code of its own for each part.
pub(super) fn unless_absent<T, E>(code: &str, answer: std::result::Result<T, E>) -> Result<Option<T>>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if failure.code == code => Ok(None),
        answer => answer.map(Some),
    }
}

/// A spec, and what it can't express. All parts are asked for at once.
pub(super) async fn spec(clients: &Clients, bucket: &str, namespace: &str) -> Result<(Spec, Vec<Unmodelled>)> {
    let (
        encryption,
        block,
        ownership,
        (versioning, mfa),
        locks,
        policy,
        lifecycle,
        cors,
        (logging, grants),
        notification,
        mut other,
    ) = tokio::try_join!(
        encryption::get(clients, bucket),
        access::get_block(clients, bucket),
        access::get_ownership(clients, bucket),
        versions::get(clients, bucket),
        versions::get_locks(clients, bucket),
        policy::get(clients, bucket),
        lifecycle::get(clients, bucket),
        cors::get(clients, bucket),
        logging::get(clients, bucket),
        notification::get(clients, bucket),
        others(clients, bucket),
    )?;
    other.note("/VersioningConfiguration", mfa, "deleting a version takes a person's second factor");
    other.note("/ObjectLockConfiguration", locks.hold, "holds every new version until an event");
    let granted = (grants > 0).then(|| format!("gives {grants} others the records of requests"));
    other.tell("/LoggingConfiguration", granted);
    if ownership.has_lists() {
        other.tell("/OwnershipControls", lists(clients, bucket).await?);
    }
    let spec = Spec {
        bucket_encryption: encryption,
        bucket_namespace: namespace.to_owned(),
        cors_configuration: cors,
        lifecycle_configuration: lifecycle,
        logging_configuration: logging,
        notification_configuration: notification,
        object_lock_enabled: locks.are_on,
        object_lock_configuration: locks.configuration,
        ownership_controls: ownership,
        policy,
        public_access_block_configuration: block,
        versioning_configuration: versioning,
    };
    Ok((spec, other.take()))
}

/// Parts that no template says: a website, copies elsewhere, uploads over the edge, and who pays.
async fn others(clients: &Clients, bucket: &str) -> Result<UnmodelledParts> {
    let s3 = clients.s3();
    let (website, replication, acceleration, payment) = tokio::join!(
        s3.get_bucket_website().bucket(bucket).send(),
        s3.get_bucket_replication().bucket(bucket).send(),
        s3.get_bucket_accelerate_configuration().bucket(bucket).send(),
        s3.get_bucket_request_payment().bucket(bucket).send(),
    );
    let website = unless_absent("NoSuchWebsiteConfiguration", website)?;
    let replication = unless_absent("ReplicationConfigurationNotFoundError", replication)?;
    let acceleration = match acceleration.map_err(Failure::from) {
        Err(failure) if NOT_OFFERED.contains(&failure.code.as_str()) => None,
        answer => answer?.status,
    };
    let copied = replication.and_then(|answer| answer.replication_configuration).map(|all| {
        let to = all.rules.iter().filter_map(|rule| rule.destination.as_ref()).map(|to| to.bucket.as_str());
        format!("is copied to {}", to.collect::<Vec<_>>().join(", "))
    });
    let mut parts = UnmodelledParts::default();
    parts
        .note("/WebsiteConfiguration", website.is_some(), "is a website of its own, over HTTP")
        .tell("/ReplicationConfiguration", copied)
        .note(
            "/AccelerateConfiguration",
            acceleration == Some(BucketAccelerateStatus::Enabled),
            "takes uploads over the edge of AWS's network (transfer acceleration)",
        )
        .note("/RequestPayment", payment?.payer == Some(Payer::Requester), "the requester pays");
    Ok(parts)
}

/// What its access control list gives to others than its owner: it counts as long as ownership is not enforced.
async fn lists(clients: &Clients, bucket: &str) -> Result<Vec<String>> {
    let answer = clients.s3().get_bucket_acl().bucket(bucket).send().await?;
    let owner = answer.owner().and_then(|owner| owner.id());
    let others = answer.grants().iter().filter_map(|grant| Some((grant.grantee()?, grant.permission()?)));
    let others = others.filter(|(to, _)| to.id().is_none() || to.id() != owner);
    let told = others.map(|(to, permission)| {
        let name = to.uri().or(to.id()).or(to.email_address()).unwrap_or("somebody");
        format!("its access control list gives {} to {name}", permission.as_str())
    });
    Ok(told.collect())
}
