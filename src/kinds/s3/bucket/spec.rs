use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{OwnershipControls, PublicAccessBlock};
use super::cors::CorsConfiguration;
use super::encryption::{self, BucketEncryption};
use super::lifecycle::LifecycleConfiguration;
use super::logging::LoggingConfiguration;
use super::name;
use super::notification::NotificationConfiguration;
use super::versions::{ObjectLockConfiguration, Versioning};
use crate::resource::normal::PolicyDocument;
use crate::resource::{Mistake, Switch};

/// The properties of `AWS::S3::Bucket`, and the document of its `AWS::S3::BucketPolicy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// How what is stored is encrypted; by S3's own keys if nobody says.
    #[serde(default)]
    pub bucket_encryption: BucketEncryption,
    /// `account-regional`: its name ends in `-<account>-<region>-an`, which `physical` is without, and no other account can
    /// ever have it; or `global`.
    #[serde(default = "global")]
    pub bucket_namespace: String,
    /// The web pages that may use it from a browser.
    #[serde(default)]
    pub cors_configuration: CorsConfiguration,
    /// When objects go, or to a cheaper place.
    #[serde(default)]
    pub lifecycle_configuration: LifecycleConfiguration,
    /// Where a record of every request goes.
    #[serde(default)]
    pub logging_configuration: Option<LoggingConfiguration>,
    /// Who hears of what happens to objects.
    #[serde(default)]
    pub notification_configuration: NotificationConfiguration,
    /// For how long nobody can delete a version, of a bucket with object lock.
    #[serde(default)]
    pub object_lock_configuration: Option<ObjectLockConfiguration>,
    /// Whether versions can be locked; never off again.
    #[serde(default)]
    pub object_lock_enabled: bool,
    /// Whose the objects are that others store.
    #[serde(default)]
    pub ownership_controls: OwnershipControls,
    /// Who beside the account may use it, and what nobody may.
    #[serde(default)]
    pub policy: PolicyDocument,
    /// Which public access is refused, whatever policies say; all, if nobody says.
    #[serde(default = "PublicAccessBlock::all")]
    pub public_access_block_configuration: PublicAccessBlock,
    /// Whether what is overwritten or deleted stays as an older version.
    #[serde(default)]
    pub versioning_configuration: Versioning,
}

fn global() -> String {
    name::GLOBAL.to_owned()
}

/// What counts only beside something else.
pub(super) const SWITCHES: &[Switch] =
    &[encryption::SWITCH, Switch::with("/ObjectLockConfiguration", "/ObjectLockEnabled", &["true"])];

impl Default for Spec {
    /// As S3 makes a bucket of which nobody says more.
    fn default() -> Self {
        Self {
            bucket_encryption: BucketEncryption::default(),
            bucket_namespace: global(),
            cors_configuration: CorsConfiguration::default(),
            lifecycle_configuration: LifecycleConfiguration::default(),
            logging_configuration: None,
            notification_configuration: NotificationConfiguration::default(),
            object_lock_configuration: None,
            object_lock_enabled: false,
            ownership_controls: OwnershipControls::default(),
            policy: PolicyDocument::default(),
            public_access_block_configuration: PublicAccessBlock::all(),
            versioning_configuration: Versioning::default(),
        }
    }
}

impl Spec {
    /// Returns what is wrong with it, each with its property.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let wrong = Mistake::all([
            (
                ![name::ACCOUNT_REGIONAL, name::GLOBAL].contains(&self.bucket_namespace.as_str()),
                "/BucketNamespace",
                "is none of account-regional and global",
            ),
            (
                self.policy.lacks_version(),
                "/Policy",
                "has no Version, without which S3 takes a document of 2008: write \"2012-10-17\"",
            ),
            (
                self.object_lock_enabled && !self.versioning_configuration.is_on(),
                "/ObjectLockEnabled",
                "is true, which needs the versioning Enabled",
            ),
        ]);
        wrong
            .chain(self.bucket_encryption.mistakes())
            .chain(self.ownership_controls.mistakes())
            .chain(self.cors_configuration.mistakes())
            .chain(self.lifecycle_configuration.mistakes())
            .chain(self.notification_configuration.mistakes())
            .chain(self.object_lock_configuration.iter().flat_map(ObjectLockConfiguration::mistakes))
            .collect()
    }
}
