use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::kms::key::Key;
use crate::kinds::rds::db_cluster_parameter_group::DbClusterParameterGroup;
use crate::kinds::rds::db_parameter_group::DbParameterGroup;
use crate::kinds::rds::db_subnet_group::DbSubnetGroup;
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::dynamic_reference::DynamicReference;
use crate::kinds::shared::lower_case::lower_case;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::resource::normal::Set;
use crate::resource::{Pending, Ref};

/// The properties of `AWS::RDS::DBCluster`. Its zones are those of the subnet group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `aurora-mysql` or `aurora-postgresql`; cannot be changed.
    pub engine: String,
    /// A version or the beginning of one: AWS raises it within its major version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// `provisioned`, for serverless v2 too; AWS offers no other any more.
    #[serde(default = "provisioned")]
    pub engine_mode: String,
    #[serde(
        rename = "DBSubnetGroupName",
        default,
        deserialize_with = "lower_case",
        skip_serializing_if = "Option::is_none"
    )]
    pub db_subnet_group_name: Option<Ref<DbSubnetGroup>>,
    #[serde(default)]
    pub vpc_security_group_ids: Set<Ref<SecurityGroup>>,
    /// Without it the engine's default group.
    #[serde(
        rename = "DBClusterParameterGroupName",
        default,
        deserialize_with = "lower_case",
        skip_serializing_if = "Option::is_none"
    )]
    pub db_cluster_parameter_group_name: Option<Ref<DbClusterParameterGroup>>,
    /// The parameter group that all instances get with an upgrade to another major version; it counts only then.
    #[serde(rename = "DBInstanceParameterGroupName", default, skip_serializing_if = "Option::is_none")]
    pub db_instance_parameter_group_name: Option<Ref<DbParameterGroup>>,
    /// A database to create in the new cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
    /// Without it the engine's: 3306 or 5432.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Cannot be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_username: Option<String>,
    /// Whether RDS makes, keeps and rotates the master user's password in Secrets Manager. Without it, and without
    /// `MasterUserPassword`, the password is left as it is, which only a cluster that is there already has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_master_user_password: Option<bool>,
    /// The secret that holds a password of one's own; needs `ManageMasterUserPassword: false`. It is read when the cluster
    /// is made and when this text changes: a secret that rotates has to change the database itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_user_password: Option<DynamicReference>,
    #[serde(default)]
    pub master_user_secret: MasterUserSecret,
    /// The ARN of the key of storage and snapshots; without it `aws/rds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Ref<Key>>,
    #[serde(default)]
    pub storage_encrypted: bool,
    /// Days, 1 to 35.
    #[serde(default = "one_day")]
    pub backup_retention_period: i32,
    /// UTC, `03:00-04:00`; without it AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_backup_window: Option<String>,
    /// UTC, `sun:05:00-sun:06:00`; without it AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_maintenance_window: Option<MaintenanceWindow>,
    #[serde(default)]
    pub deletion_protection: bool,
    /// `audit`, `error`, `general`, `slowquery` (MySQL), `postgresql`, `instance`, `iam-db-auth-error`.
    #[serde(default)]
    pub enable_cloudwatch_logs_exports: Set<String>,
    #[serde(rename = "EnableIAMDatabaseAuthentication", default)]
    pub enable_iam_database_authentication: bool,
    #[serde(default)]
    pub copy_tags_to_snapshot: bool,
    /// The range of instances of the class `db.serverless`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serverless_v2_scaling_configuration: Option<ServerlessV2ScalingConfiguration>,
    /// `aurora`, or `aurora-iopt1` for steady prices of I/O.
    #[serde(default = "aurora")]
    pub storage_type: String,
    /// Without it as AWS chooses for the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_minor_version_upgrade: Option<bool>,
    /// `standard`, or `advanced`, which keeps Performance Insights of all instances for 15 months.
    #[serde(default = "standard")]
    pub database_insights_mode: String,
    /// Whether readers take writes and forward them to the writer.
    #[serde(default)]
    pub enable_local_write_forwarding: bool,
    /// `IPV4`, or `DUAL` for IPv6 as well, if the subnets have it.
    #[serde(default = "ipv4")]
    pub network_type: String,
    /// Whether changes that restart something happen at once or in the maintenance window. A parameter of RDS's API
    /// and no property of CloudFormation.
    #[serde(default = "yes")]
    pub apply_immediately: bool,
}

/// Where RDS keeps the master user's password.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MasterUserSecret {
    /// The ARN of the secret's key; without it `aws/secretsmanager`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Ref<Key>>,
}

/// Capacity in ACU (2 GiB of memory each), in steps of a half.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServerlessV2ScalingConfiguration {
    pub min_capacity: f64,
    pub max_capacity: f64,
    /// With a minimum of 0: the idle seconds until instances pause; without it AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_until_auto_pause: Option<i32>,
}

/// The return values of `AWS::RDS::DBCluster`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    #[serde(rename = "DBClusterIdentifier")]
    pub identifier: String,
    #[serde(rename = "DBClusterArn")]
    pub arn: String,
    #[serde(rename = "DBClusterResourceId")]
    pub resource_id: String,
    /// The writer's.
    pub endpoint: Endpoint,
    pub read_endpoint: ReadEndpoint,
    pub master_user_secret: Secret,
    /// AWS's word for how it is doing.
    #[serde(skip)]
    pub(super) status: String,
    /// What RDS has accepted and does later.
    #[serde(skip)]
    pub(super) pending: Vec<Pending>,
}

/// Where the writer answers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Endpoint {
    pub address: Option<String>,
    pub port: Option<i32>,
}

/// Where the readers answer, one of them at a time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ReadEndpoint {
    pub address: Option<String>,
}

/// The secret that holds the master user's name and password.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Secret {
    pub secret_arn: Option<String>,
}

fn one_day() -> i32 {
    1
}

fn aurora() -> String {
    "aurora".to_owned()
}

fn standard() -> String {
    "standard".to_owned()
}

fn ipv4() -> String {
    "IPV4".to_owned()
}

fn provisioned() -> String {
    "provisioned".to_owned()
}
