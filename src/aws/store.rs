use std::sync::Arc;

use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    ExpirationStatus, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use super::Clients;
use super::allowlist::Allowlist;
use crate::resource::{Class, Failure, Result};

/// After how many days an overwritten object goes: every heartbeat of a lease and every copy of a journal leaves one.
const OLD_VERSIONS: i32 = 30;

/// One operation that the store may call, and only about its bucket.
#[derive(Clone, Copy, Debug)]
pub struct StoreCall {
    /// By its IAM-like name, `s3:ListObjectsV2`.
    pub operation: &'static str,
    /// The permission that it needs, which is often called differently.
    pub action: &'static str,
    pub about: StoreResource,
}

/// What a permission is given on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreResource {
    Bucket,
    Objects,
}

/// All that the store may call.
pub const STORE_CALLS: &[StoreCall] = &[
    StoreCall { operation: "s3:CreateBucket", action: "s3:CreateBucket", about: StoreResource::Bucket },
    StoreCall { operation: "s3:GetObject", action: "s3:GetObject", about: StoreResource::Objects },
    StoreCall { operation: "s3:ListObjectsV2", action: "s3:ListBucket", about: StoreResource::Bucket },
    StoreCall {
        operation: "s3:PutBucketEncryption",
        action: "s3:PutEncryptionConfiguration",
        about: StoreResource::Bucket,
    },
    StoreCall {
        operation: "s3:PutBucketLifecycleConfiguration",
        action: "s3:PutLifecycleConfiguration",
        about: StoreResource::Bucket,
    },
    StoreCall { operation: "s3:PutBucketVersioning", action: "s3:PutBucketVersioning", about: StoreResource::Bucket },
    StoreCall { operation: "s3:PutObject", action: "s3:PutObject", about: StoreResource::Objects },
    StoreCall {
        operation: "s3:PutPublicAccessBlock",
        action: "s3:PutBucketPublicAccessBlock",
        about: StoreResource::Bucket,
    },
];

impl StoreCall {
    /// Whether it changes nothing: all that looking at leases and journals needs.
    pub fn is_read(&self) -> bool {
        self.operation.starts_with("s3:Get") || self.operation.starts_with("s3:List")
    }
}

/// A bucket of small objects with conditional writes: where leases and journals are kept. Every call names the account
/// whose the bucket has to be: a name that somebody else was quicker to take is refused, and nothing is told to it.
///
/// A conditional write whose answer was lost is sent again by the SDK and then finds its own first attempt: who gets
/// `None` reads the object before concluding that somebody else was quicker.
pub struct ObjectStore {
    clients: Clients,
    bucket: String,
    /// The account whose the bucket is.
    owner: String,
    /// The account that uses it.
    account: String,
    region: String,
}

impl ObjectStore {
    pub(super) fn new(clients: Clients, bucket: &str, owner: &str, account: &str, region: &str) -> Self {
        let [bucket, owner, account, region] = [bucket, owner, account, region].map(str::to_owned);
        Self { clients, bucket, owner, account, region }
    }

    pub(super) fn gate(bucket: &str) -> SharedInterceptor {
        let operations = Arc::new(STORE_CALLS.iter().map(|call| call.operation).collect());
        SharedInterceptor::new(Allowlist::new("the store of leases", operations, Some(bucket.to_owned())))
    }

    /// Returns an object and its ETag; none if it is not there.
    pub async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, String)>> {
        let call = self.clients.s3().get_object().bucket(&self.bucket).key(key).expected_bucket_owner(&self.owner);
        let Some(answer) = unless(Class::NotFound, call.send().await.map_err(Failure::from))? else {
            return Ok(None);
        };
        let etag = etag(answer.e_tag())?;
        let cut = |error| Failure::new(Class::Ambiguous, format!("reading {key} was cut off: {error}"));
        Ok(Some((answer.body.collect().await.map_err(cut)?.to_vec(), etag)))
    }

    /// Writes an object whatever was there; returns its ETag.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<String> {
        etag(self.write(key, bytes).send().await?.e_tag())
    }

    /// Writes an object that must not be there yet; returns its ETag, or none if it is.
    pub async fn put_new(&self, key: &str, bytes: Vec<u8>) -> Result<Option<String>> {
        let sent = self.write(key, bytes).if_none_match("*").send().await.map_err(Failure::from);
        unless(Class::Conflict, sent)?.map(|answer| etag(answer.e_tag())).transpose()
    }

    /// Writes an object that must still have this ETag; returns its new one, or none if it has another or is gone.
    pub async fn put_if(&self, key: &str, was: &str, bytes: Vec<u8>) -> Result<Option<String>> {
        let sent = self.write(key, bytes).if_match(was).send().await.map_err(Failure::from);
        let answer = unless(Class::NotFound, unless(Class::Conflict, sent))?.flatten();
        answer.map(|answer| etag(answer.e_tag())).transpose()
    }

    fn write(&self, key: &str, bytes: Vec<u8>) -> PutObjectFluentBuilder {
        let call = self.clients.s3().put_object().bucket(&self.bucket).key(key);
        call.body(ByteStream::from(bytes)).expected_bucket_owner(&self.owner)
    }

    /// Returns the keys that begin with a prefix, in order.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        let call = self.clients.s3().list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let mut pages = call.expected_bucket_owner(&self.owner).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            keys.extend(page?.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        Ok(keys)
    }

    /// Makes the bucket if it is not there and is to be this account's: private, encrypted, versioned, without old
    /// versions for ever. One that is still empty gets these settings again, since an earlier run may have ended between
    /// its making and its settings.
    pub async fn ensure_bucket(&self) -> Result<()> {
        let call = self.clients.s3().list_objects_v2().bucket(&self.bucket).max_keys(1);
        let asked = call.expected_bucket_owner(&self.owner).send().await.map_err(Failure::from);
        let is_own = self.owner == self.account;
        match unless(Class::NotFound, asked) {
            Ok(Some(answer)) if !is_own || !answer.contents().is_empty() => return Ok(()),
            Ok(Some(_)) => {}
            Ok(None) if is_own => self.create().await?,
            Ok(None) => return Err(self.missing()),
            Err(failure) if failure.is(Class::Denied) && failure.hint.is_none() => {
                return Err(failure.hint(self.denied()));
            }
            Err(failure) => return Err(failure),
        }
        self.close().await
    }

    fn missing(&self) -> Failure {
        let Self { bucket, owner, account, .. } = self;
        let message =
            format!("the bucket {bucket} of account {owner} is not there, and account {account} can't make it");
        Failure::new(Class::NotFound, message).hint(format!(
            "apply a stack of account {owner} first, which makes it, or make it there by hand; its policy has to let \
             account {account} list it, and get and put its objects"
        ))
    }

    fn denied(&self) -> String {
        let Self { bucket, owner, account, .. } = self;
        if owner == account {
            return format!(
                "the bucket {bucket} may belong to another account than {account}, or you may not use it: give the \
                 project another one, or yourself access, or say in provision.yaml whose it is (`bucket: {{ account }}`)"
            );
        }
        format!(
            "the bucket {bucket} has to belong to account {owner}, and its policy to let account {account} list it, and \
             get and put its objects"
        )
    }

    async fn create(&self) -> Result<()> {
        // us-east-1 is the default and must not be named.
        let place = (self.region != "us-east-1").then(|| {
            let region = BucketLocationConstraint::from(self.region.as_str());
            CreateBucketConfiguration::builder().location_constraint(region).build()
        });
        let call = self.clients.s3().create_bucket().bucket(&self.bucket).set_create_bucket_configuration(place);
        match call.send().await.map_err(Failure::from) {
            Err(failure) if failure.code == "BucketAlreadyOwnedByYou" => Ok(()),
            other => other.map(drop),
        }
    }

    async fn close(&self) -> Result<()> {
        let s3 = self.clients.s3();
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true)
            .build();
        s3.put_public_access_block().bucket(&self.bucket).public_access_block_configuration(block).send().await?;
        let aes = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256).build();
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(aes.map_err(incomplete)?)
            .build();
        let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().map_err(incomplete)?;
        s3.put_bucket_encryption().bucket(&self.bucket).server_side_encryption_configuration(encryption).send().await?;
        let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        s3.put_bucket_versioning().bucket(&self.bucket).versioning_configuration(versioning).send().await?;
        let expiry = NoncurrentVersionExpiration::builder().noncurrent_days(OLD_VERSIONS).build();
        let rule = LifecycleRule::builder()
            .id("old-versions")
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix("").build())
            .noncurrent_version_expiration(expiry)
            .build();
        let lifecycle =
            BucketLifecycleConfiguration::builder().rules(rule.map_err(incomplete)?).build().map_err(incomplete)?;
        s3.put_bucket_lifecycle_configuration().bucket(&self.bucket).lifecycle_configuration(lifecycle).send().await?;
        Ok(())
    }
}

/// Turns one class of failure into an absence.
fn unless<T>(class: Class, sent: Result<T>) -> Result<Option<T>> {
    match sent {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if failure.is(class) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn etag(etag: Option<&str>) -> Result<String> {
    etag.map(str::to_owned).ok_or_else(|| Failure::new(Class::Other, "S3 returned no ETag"))
}

fn incomplete(error: aws_smithy_types::error::operation::BuildError) -> Failure {
    Failure::new(Class::Invalid, error.to_string())
}
