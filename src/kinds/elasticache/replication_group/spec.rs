use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::elasticache::parameter_group::ParameterGroup;
use crate::kinds::elasticache::subnet_group::SubnetGroup;
use crate::kinds::elasticache::user_group::UserGroup;
use crate::kinds::kms::key::Key;
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::filled::filled;
use crate::kinds::shared::lower_case::lower_case;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::resource::normal::Set;
use crate::resource::{Pending, Ref};

/// The mode of TLS that AWS takes for a new group if nobody says.
pub(super) const REQUIRED: &str = "required";

/// The properties of `AWS::ElastiCache::ReplicationGroup`.
///
/// The mode of TLS is filled in: between off and required lies preferred, and a group that was left there has to be told
/// from one that is as it should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub replication_group_description: String,
    /// `redis` or `valkey`; from the first to the second in place, not back.
    #[serde(default = "redis")]
    pub engine: String,
    /// A version or the beginning of one, `7.1`: AWS raises it within its major version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    pub cache_node_type: String,
    /// Shards; more than one needs cluster mode.
    #[serde(default = "one")]
    pub num_node_groups: i32,
    /// Replicas of each shard, 0 to 5.
    #[serde(default)]
    pub replicas_per_node_group: i32,
    /// `enabled`, `compatible` or `disabled`; without it by the number of shards. Cannot be changed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_mode: Option<String>,
    #[serde(default)]
    pub automatic_failover_enabled: bool,
    #[serde(rename = "MultiAZEnabled", default)]
    pub multi_az_enabled: bool,
    #[serde(default, deserialize_with = "lower_case", skip_serializing_if = "Option::is_none")]
    pub cache_subnet_group_name: Option<Ref<SubnetGroup>>,
    #[serde(default)]
    pub security_group_ids: Set<Ref<SecurityGroup>>,
    /// Without it as AWS chooses: on with Valkey, off with Redis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_rest_encryption_enabled: Option<bool>,
    #[serde(default)]
    pub transit_encryption_enabled: bool,
    /// `required`, or `preferred` to let clients without TLS in; without it `required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit_encryption_mode: Option<String>,
    /// The ARN of a key; without it ElastiCache's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Ref<Key>>,
    /// Days that daily snapshots are kept, 0 to 35; 0 takes none.
    #[serde(default)]
    pub snapshot_retention_limit: i32,
    /// UTC, `03:00-04:00`; without it AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_window: Option<String>,
    /// UTC, `sun:05:00-sun:06:00`; without it AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_maintenance_window: Option<MaintenanceWindow>,
    /// Without it the engine's default group.
    #[serde(default, deserialize_with = "lower_case", skip_serializing_if = "Option::is_none")]
    pub cache_parameter_group_name: Option<Ref<ParameterGroup>>,
    #[serde(default = "yes")]
    pub auto_minor_version_upgrade: bool,
    #[serde(default = "port")]
    pub port: i32,
    /// Who may log in; needs TLS.
    #[serde(default)]
    pub user_group_ids: Set<Ref<UserGroup>>,
    #[serde(default)]
    pub log_delivery_configurations: Vec<LogDelivery>,
    /// Whether another engine, version or node type comes at once or in the maintenance window. A parameter of
    /// ElastiCache's API and no property of CloudFormation.
    #[serde(default = "yes")]
    pub apply_immediately: bool,
}

impl Spec {
    pub(super) fn filled(mut self) -> Self {
        if self.transit_encryption_enabled {
            self.transit_encryption_mode.get_or_insert_with(|| REQUIRED.to_owned());
        }
        self
    }
}

filled!(Spec);

/// Where one log goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogDelivery {
    /// `slow-log` or `engine-log`.
    pub log_type: String,
    /// `cloudwatch-logs` or `kinesis-firehose`, as the details.
    pub destination_type: String,
    pub destination_details: Destination,
    /// `json` or `text`.
    pub log_format: String,
}

/// The destination of a log: an object with exactly one of these keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Destination {
    CloudWatchLogsDetails(LogGroup),
    KinesisFirehoseDetails(DeliveryStream),
}

/// A log group of CloudWatch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogGroup {
    /// Its name.
    pub log_group: String,
}

/// A delivery stream of Firehose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeliveryStream {
    /// Its name.
    pub delivery_stream: String,
}

/// The return values of `AWS::ElastiCache::ReplicationGroup`. Primary and reader are there without cluster mode, the
/// configuration endpoint with it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub replication_group_id: String,
    pub primary_end_point: EndPoint,
    pub reader_end_point: EndPoint,
    pub configuration_end_point: EndPoint,
    #[serde(skip)]
    pub(super) arn: String,
    /// Seconds since 1970 of its creation: with the ARN it tells it from a later one of the same name.
    #[serde(skip)]
    pub(super) created: i64,
    /// AWS's word for how it is doing.
    #[serde(skip)]
    pub(super) status: String,
    /// What ElastiCache has accepted and does later.
    #[serde(skip)]
    pub(super) pending: Vec<Pending>,
}

/// Where something answers; nothing until it does.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct EndPoint {
    pub address: Option<String>,
    pub port: Option<i32>,
}

fn redis() -> String {
    "redis".to_owned()
}

fn one() -> i32 {
    1
}

fn port() -> i32 {
    6379
}
