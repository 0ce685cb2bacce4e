use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::kms::key::Key;
use crate::kinds::shared::filled::filled;
use crate::resource::Ref;
use crate::resource::normal::{PolicyDocument, Set};

pub(super) const ENABLED: &str = "ENABLED";
pub(super) const DISABLED: &str = "DISABLED";
pub(super) const ELASTIC: &str = "elastic";
pub(super) const PROVISIONED: &str = "provisioned";

/// The properties of `AWS::EFS::FileSystem`, and its mount targets, which AWS can't tag (`AWS::EFS::MountTarget`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct Spec {
    /// The one zone in which all of it stands (`us-east-1a`); without it the files stand in all zones.
    #[serde(default)]
    pub availability_zone_name: Option<String>,
    #[serde(default)]
    pub backup_policy: BackupPolicy,
    #[serde(default)]
    pub encrypted: bool,
    /// Who may do what with the files. Without one, whoever reaches a mount target may do everything. A statement without
    /// `Resource` is about this file system.
    #[serde(default)]
    pub file_system_policy: PolicyDocument,
    #[serde(default)]
    pub file_system_protection: FileSystemProtection,
    /// The ARN of the key; without it EFS uses one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Ref<Key>>,
    /// When files that nobody uses move to cheaper storage, and back; a rule each.
    #[serde(default)]
    pub lifecycle_policies: Set<LifecyclePolicy>,
    /// Where it can be mounted: one in each zone, all in subnets of one VPC.
    #[serde(default)]
    pub mount_targets: Vec<MountTarget>,
    /// `generalPurpose` or `maxIO`.
    #[serde(default = "general_purpose")]
    pub performance_mode: String,
    /// MiB a second, with `ThroughputMode` `provisioned`.
    #[serde(default)]
    pub provisioned_throughput_in_mibps: Option<f64>,
    /// `bursting`, `elastic` or `provisioned`.
    #[serde(default = "bursting")]
    pub throughput_mode: String,
}

filled!(Spec);

/// Whether AWS Backup copies it each day, and keeps the copies for five weeks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupPolicy {
    /// `ENABLED` or `DISABLED`; without it `ENABLED` in one zone, and `DISABLED` otherwise.
    #[serde(default)]
    pub status: String,
}

/// What must not become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FileSystemProtection {
    /// `ENABLED`: no replication can overwrite it. `DISABLED`: it can become the copy of another.
    #[serde(default = "enabled")]
    pub replication_overwrite_protection: String,
}

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecyclePolicy {
    /// `AFTER_1_DAY` to `AFTER_365_DAYS` without a use, to where reading costs more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_to_archive: Option<String>,
    /// The same, to where files are that are seldom used.
    #[serde(rename = "TransitionToIA", default, skip_serializing_if = "Option::is_none")]
    pub transition_to_ia: Option<String>,
    /// `AFTER_1_ACCESS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_to_primary_storage_class: Option<String>,
}

/// Where a zone mounts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MountTarget {
    /// Who comes in: NFS is TCP 2049.
    pub security_groups: Set<Ref<SecurityGroup>>,
    pub subnet_id: Ref<Subnet>,
}

/// The return values of `AWS::EFS::FileSystem`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub file_system_id: String,
    /// Whether it is the copy of another.
    #[serde(skip)]
    pub(super) is_copy: bool,
    /// The subnets and ids of its mount targets, those that are being deleted too.
    #[serde(skip)]
    pub(super) targets: Vec<Target>,
}

/// A mount target as AWS has it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) subnet: String,
    pub(super) is_leaving: bool,
}

impl Spec {
    /// Fills in what AWS chooses by the zone.
    pub fn filled(mut self) -> Self {
        if self.backup_policy.status.is_empty() {
            let usual = if self.availability_zone_name.is_some() { ENABLED } else { DISABLED };
            usual.clone_into(&mut self.backup_policy.status);
        }
        self
    }
}

impl Default for FileSystemProtection {
    fn default() -> Self {
        Self { replication_overwrite_protection: enabled() }
    }
}

fn enabled() -> String {
    ENABLED.to_owned()
}

pub(super) fn general_purpose() -> String {
    "generalPurpose".to_owned()
}

pub(super) fn bursting() -> String {
    "bursting".to_owned()
}
