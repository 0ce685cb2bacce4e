use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::kms::key::Key;
use crate::kinds::rds::db_cluster::DbCluster;
use crate::kinds::rds::db_parameter_group::DbParameterGroup;
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::lower_case::lower_case;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::resource::{Pending, Ref};

/// The properties of `AWS::RDS::DBInstance`, as far as a member of an Aurora cluster has its own. Engine version,
/// groups, backups and encryption are the cluster's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(rename = "DBClusterIdentifier", deserialize_with = "lower_case")]
    pub db_cluster_identifier: Ref<DbCluster>,
    /// The cluster's.
    pub engine: String,
    /// `db.r6g.large`, or `db.serverless` within the cluster's `ServerlessV2ScalingConfiguration`.
    #[serde(rename = "DBInstanceClass")]
    pub db_instance_class: String,
    /// 0 to 15: the lowest is the first to become writer.
    #[serde(default = "first")]
    pub promotion_tier: i32,
    /// Without it AWS chooses one of the subnet group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    #[serde(default)]
    pub publicly_accessible: bool,
    /// Seconds between two points of enhanced monitoring; 0 is off.
    #[serde(default)]
    pub monitoring_interval: i32,
    /// The role of enhanced monitoring; empty without it.
    #[serde(default)]
    pub monitoring_role_arn: String,
    #[serde(default)]
    pub enable_performance_insights: bool,
    /// The ARN of a key; without it `aws/rds`.
    #[serde(rename = "PerformanceInsightsKMSKeyId", default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_kms_key_id: Option<Ref<Key>>,
    /// Days: 7, or months times 31; without it 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_retention_period: Option<i32>,
    #[serde(default = "yes")]
    pub auto_minor_version_upgrade: bool,
    /// Without it AWS's newest.
    #[serde(rename = "CACertificateIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub ca_certificate_identifier: Option<String>,
    /// Without it the engine's default group.
    #[serde(
        rename = "DBParameterGroupName",
        default,
        deserialize_with = "lower_case",
        skip_serializing_if = "Option::is_none"
    )]
    pub db_parameter_group_name: Option<Ref<DbParameterGroup>>,
    /// UTC, `sun:05:00-sun:06:00`; without it AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_maintenance_window: Option<MaintenanceWindow>,
    /// Whether changes that restart it happen at once or in the maintenance window.
    #[serde(default = "yes")]
    pub apply_immediately: bool,
}

/// The return values of `AWS::RDS::DBInstance`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    #[serde(rename = "DBInstanceIdentifier")]
    pub identifier: String,
    #[serde(rename = "DBInstanceArn")]
    pub arn: String,
    pub dbi_resource_id: String,
    pub endpoint: Endpoint,
    /// Of one that belongs to no cluster.
    #[serde(skip)]
    pub(super) alone: Option<Alone>,
    /// Whether its cluster has the advanced mode of Database Insights, which turns Performance Insights on for all members.
    #[serde(skip)]
    pub(super) has_clusters_insights: bool,
    /// AWS's word for how it is doing.
    #[serde(skip)]
    pub(super) status: String,
    /// What RDS has accepted and does later.
    #[serde(skip)]
    pub(super) pending: Vec<Pending>,
}

/// What counts of an instance that is a database of its own.
#[derive(Clone, Debug)]
pub(super) struct Alone {
    pub is_protected: bool,
    /// Whether it repeats another database, whose data it is.
    pub is_replica: bool,
    /// For so many days its automated backups are kept.
    pub days: i32,
}

/// Where this instance answers, whatever its role; not known until it is there.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Endpoint {
    pub address: Option<String>,
    pub port: Option<i32>,
}

fn first() -> i32 {
    1
}
