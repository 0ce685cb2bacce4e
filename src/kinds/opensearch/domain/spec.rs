use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::iam::role::Role;
use crate::kinds::kms::key::Key;
use crate::kinds::logs::log_group::LogGroup;
use crate::kinds::shared::defaults::{number, yes};
use crate::kinds::shared::filled::filled;
use crate::resource::Ref;
use crate::resource::normal::{PolicyDocument, Set};

/// The advanced options that OpenSearch tells of every domain and of which newer versions take only the second.
const USUAL: [(&str, &str); 2] =
    [("override_main_response_version", "false"), ("rest.action.multi.allow_explicit_index", "true")];
/// The zones of a domain that is spread over zones and does not say over how many.
const ZONES: i32 = 2;

/// The properties of `AWS::OpenSearchService::Domain`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct Spec {
    /// Who may call it, beside whom IAM lets.
    #[serde(default)]
    pub access_policies: PolicyDocument,
    /// Settings of the engine (`indices.query.bool.max_clause_count`), as texts.
    #[serde(default, deserialize_with = "unusual")]
    pub advanced_options: BTreeMap<String, String>,
    /// Fine-grained access control. It can't be turned off again.
    #[serde(default)]
    pub advanced_security_options: AdvancedSecurity,
    pub cluster_config: ClusterConfig,
    #[serde(default)]
    pub domain_endpoint_options: DomainEndpoint,
    #[serde(rename = "EBSOptions", default)]
    pub ebs_options: Ebs,
    /// Encryption at rest. Neither it nor its key can be changed again.
    #[serde(default)]
    pub encryption_at_rest_options: EncryptionAtRest,
    /// `OpenSearch_2.19`; without it AWS's newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// `ipv4` or `dualstack`; without it as AWS chooses.
    #[serde(rename = "IPAddressType", default, skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<String>,
    /// The logs that go to CloudWatch: `AUDIT_LOGS`, `ES_APPLICATION_LOGS`, `INDEX_SLOW_LOGS` and `SEARCH_SLOW_LOGS`. One that
    /// is not enabled is as one that is not there.
    #[serde(default, deserialize_with = "published")]
    pub log_publishing_options: BTreeMap<String, LogPublishing>,
    /// Encryption between nodes. It can't be turned off again.
    #[serde(default)]
    pub node_to_node_encryption_options: NodeToNodeEncryption,
    #[serde(default)]
    pub off_peak_window_options: OffPeakWindowOptions,
    #[serde(default)]
    pub software_update_options: SoftwareUpdate,
    /// Where it stands; without it its endpoint is public. A domain does not move from one to the other.
    #[serde(rename = "VPCOptions", default)]
    pub vpc_options: Option<Vpc>,
}

filled!(Spec);

/// Who may do what inside: by roles of OpenSearch, which its master gives to roles of IAM.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AdvancedSecurity {
    #[serde(default)]
    pub enabled: bool,
    /// AWS does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_user_options: Option<MasterUser>,
}

/// Who may do everything inside. One with a password is not offered here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MasterUser {
    /// The ARN of a role or user of IAM.
    #[serde(rename = "MasterUserARN")]
    pub master_user_arn: Ref<Role>,
}

/// The nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClusterConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedicated_master_count: Option<i32>,
    /// Whether nodes without data manage the cluster.
    #[serde(default)]
    pub dedicated_master_enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedicated_master_type: Option<String>,
    #[serde(default = "number::<1>")]
    pub instance_count: i32,
    /// `r7g.large.search`.
    pub instance_type: String,
    /// Whether one of three zones stands by, so that the loss of a zone moves no data.
    #[serde(rename = "MultiAZWithStandbyEnabled", default)]
    pub multi_az_with_standby_enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_awareness_config: Option<ZoneAwareness>,
    /// Whether nodes and copies are spread over zones.
    #[serde(default)]
    pub zone_awareness_enabled: bool,
}

/// How many zones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ZoneAwareness {
    /// 2 or 3.
    #[serde(default = "number::<2>")]
    pub availability_zone_count: i32,
}

/// How it is called.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DomainEndpoint {
    /// A name of one's own, with a certificate for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_endpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_endpoint_certificate_arn: Option<String>,
    #[serde(default)]
    pub custom_endpoint_enabled: bool,
    /// Whether nobody gets in without TLS.
    #[serde(rename = "EnforceHTTPS", default)]
    pub enforce_https: bool,
    /// `Policy-Min-TLS-1-2-PFS-2023-10`; without it as AWS chooses.
    #[serde(rename = "TLSSecurityPolicy", default, skip_serializing_if = "Option::is_none")]
    pub tls_security_policy: Option<String>,
}

/// The volume of each node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Ebs {
    #[serde(rename = "EBSEnabled", default)]
    pub ebs_enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// MiB a second, of gp3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput: Option<i32>,
    /// GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_size: Option<i32>,
    /// `gp3`, `gp2`, `io1` or `standard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionAtRest {
    #[serde(default)]
    pub enabled: bool,
    /// The ARN of the key; without it OpenSearch Service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Ref<Key>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NodeToNodeEncryption {
    #[serde(default)]
    pub enabled: bool,
}

/// Where a log goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogPublishing {
    /// The log group. A policy of CloudWatch Logs has to let OpenSearch write there (`AWS::Logs::ResourcePolicy`).
    pub cloud_watch_logs_log_group_arn: Ref<LogGroup>,
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// The ten hours of each day in which AWS updates the service's software and tunes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OffPeakWindowOptions {
    /// Every domain since 2023 has one.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Without it from 22:00 in the region's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_peak_window: Option<OffPeakWindow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OffPeakWindow {
    pub window_start_time: WindowStart,
}

/// When it begins, in UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WindowStart {
    pub hours: i64,
    pub minutes: i64,
}

/// The service's software, which is not the engine's version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SoftwareUpdate {
    /// Whether AWS updates it by itself in the off-peak window, or waits until it has to.
    #[serde(default)]
    pub auto_software_update_enabled: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Vpc {
    pub security_group_ids: Set<Ref<SecurityGroup>>,
    /// One for each zone.
    pub subnet_ids: Set<Ref<Subnet>>,
}

/// The return values of `AWS::OpenSearchService::Domain`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    /// The name under which it is called, without `https://`; nothing until it answers.
    pub domain_endpoint: Option<String>,
    pub domain_name: String,
    /// AWS's word for how it is doing.
    #[serde(skip)]
    pub(super) status: String,
}

impl Spec {
    pub(super) fn filled(mut self) -> Self {
        if self.cluster_config.zone_awareness_enabled {
            let usual = || ZoneAwareness { availability_zone_count: ZONES };
            self.cluster_config.zone_awareness_config.get_or_insert_with(usual);
        }
        self
    }

    /// How many zones its nodes are in.
    pub(super) fn zones(&self) -> i32 {
        let zones = self.cluster_config.zone_awareness_config.as_ref();
        zones.filter(|_| self.cluster_config.zone_awareness_enabled).map_or(1, |zones| zones.availability_zone_count)
    }
}

impl Default for OffPeakWindowOptions {
    fn default() -> Self {
        Self { enabled: true, off_peak_window: None }
    }
}

/// Advanced options without those that every domain has.
fn unusual<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let mut all = BTreeMap::<String, String>::deserialize(deserializer)?;
    all.retain(|name, value| !USUAL.contains(&(name.as_str(), value.as_str())));
    Ok(all)
}

/// The value that an advanced option has of which nothing is said, where it has one.
pub(super) fn usual(option: &str) -> Option<&'static str> {
    USUAL.iter().find(|(name, _)| *name == option).map(|(_, value)| *value)
}

/// Logs that are published. OpenSearch tells the ARN of a group as it was given: with `:*` for its streams or without.
fn published<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, LogPublishing>, D::Error> {
    let all = BTreeMap::<String, LogPublishing>::deserialize(deserializer)?;
    let plain = |log: LogPublishing| LogPublishing {
        cloud_watch_logs_log_group_arn: log.cloud_watch_logs_log_group_arn.as_str().trim_end_matches(":*").into(),
        ..log
    };
    Ok(all.into_iter().filter(|(_, log)| log.enabled).map(|(name, log)| (name, plain(log))).collect())
}
