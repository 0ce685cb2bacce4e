//! Who may be let in at all, and whose the objects are.

use aws_sdk_s3::types::{
    ObjectOwnership, OwnershipControls as Controls, OwnershipControlsRule, PublicAccessBlockConfiguration,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::unless_absent;
use super::write::{built, send};
use crate::aws::{Clients, Writer};
use crate::resource::{Mistake, Result};

/// Which public access is refused, whatever policies and access control lists say. Left out as a whole it is all, as AWS
/// has it for new buckets; what is left out of it is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// Whether lists that make something public are refused.
    #[serde(default)]
    pub block_public_acls: bool,
    /// Whether policies that make something public are refused.
    #[serde(default)]
    pub block_public_policy: bool,
    /// Whether lists that make something public count for nothing.
    #[serde(default)]
    pub ignore_public_acls: bool,
    /// Whether a public policy lets in nobody but the account and services of AWS.
    #[serde(default)]
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything is refused.
    pub fn all() -> Self {
        Self {
            block_public_acls: true,
            block_public_policy: true,
            ignore_public_acls: true,
            restrict_public_buckets: true,
        }
    }
}

/// Whose the objects are that others store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OwnershipControls {
    /// One rule.
    pub rules: Vec<OwnershipRule>,
}

/// A rule of ownership.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OwnershipRule {
    /// `BucketOwnerEnforced`, which turns access control lists off, `BucketOwnerPreferred` or `ObjectWriter`.
    pub object_ownership: String,
}

impl OwnershipControls {
    fn of(ownership: &str) -> Self {
        Self { rules: vec![OwnershipRule { object_ownership: ownership.to_owned() }] }
    }

    /// The rule's word.
    pub fn ownership(&self) -> &str {
        self.rules.first().map_or("ObjectWriter", |rule| &rule.object_ownership)
    }

    /// Whether access control lists count.
    pub fn has_lists(&self) -> bool {
        self.ownership() != "BucketOwnerEnforced"
    }

    /// Returns what S3 refuses.
    pub fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let known = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];
        Mistake::all([(
            self.rules.len() != 1 || !known.contains(&self.ownership()),
            "/OwnershipControls/Rules",
            "has to be one rule of BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter",
        )])
    }
}

impl Default for OwnershipControls {
    /// Of buckets that are made since April 2023.
    fn default() -> Self {
        Self::of("BucketOwnerEnforced")
    }
}

/// Reads what is refused; a bucket that says nothing refuses nothing.
pub(super) async fn get_block(clients: &Clients, bucket: &str) -> Result<PublicAccessBlock> {
    let answer = clients.s3().get_public_access_block().bucket(bucket).send().await;
    let told = unless_absent("NoSuchPublicAccessBlockConfiguration", answer)?;
    let told = told.and_then(|answer| answer.public_access_block_configuration);
    let told = told.unwrap_or_else(|| PublicAccessBlockConfiguration::builder().build());
    Ok(PublicAccessBlock {
        block_public_acls: told.block_public_acls().unwrap_or_default(),
        block_public_policy: told.block_public_policy().unwrap_or_default(),
        ignore_public_acls: told.ignore_public_acls().unwrap_or_default(),
        restrict_public_buckets: told.restrict_public_buckets().unwrap_or_default(),
    })
}

pub(super) async fn put_block(writer: &Writer, bucket: &str, wanted: &PublicAccessBlock) -> Result<()> {
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(wanted.block_public_acls)
        .block_public_policy(wanted.block_public_policy)
        .ignore_public_acls(wanted.ignore_public_acls)
        .restrict_public_buckets(wanted.restrict_public_buckets)
        .build();
    let call = writer.s3().put_public_access_block().bucket(bucket).public_access_block_configuration(block);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}

/// Reads whose the objects are; without a rule, the writer's.
pub(super) async fn get_ownership(clients: &Clients, bucket: &str) -> Result<OwnershipControls> {
    let answer = clients.s3().get_bucket_ownership_controls().bucket(bucket).send().await;
    let told = unless_absent("OwnershipControlsNotFoundError", answer)?.and_then(|answer| answer.ownership_controls);
    let rule = told.and_then(|controls| controls.rules.into_iter().next());
    Ok(OwnershipControls::of(rule.as_ref().map_or("ObjectWriter", |rule| rule.object_ownership.as_str())))
}

pub(super) async fn put_ownership(writer: &Writer, bucket: &str, wanted: &OwnershipControls) -> Result<()> {
    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::from(wanted.ownership()));
    let controls = built(Controls::builder().rules(built(rule.build())?).build())?;
    let call = writer.s3().put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}
