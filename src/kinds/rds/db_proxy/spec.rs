use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::iam::role::Role;
use crate::kinds::rds::db_cluster::DbCluster;
use crate::kinds::rds::db_instance::DbInstance;
use crate::kinds::shared::defaults::number;
use crate::kinds::shared::filled::filled;
use crate::kinds::shared::lower_case::lower_case;
use crate::resource::Ref;
use crate::resource::normal::Set;

/// The name of a proxy's target group: RDS knows no other.
pub(super) const DEFAULT: &str = "default";
/// The scheme of a proxy that logs in with a token of IAM.
pub(super) const IAM_AUTH: &str = "IAM_AUTH";
pub(super) const SQLSERVER: &str = "SQLSERVER";

/// The properties of `AWS::RDS::DBProxy`, and of the one `AWS::RDS::DBProxyTargetGroup` that RDS makes with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct Spec {
    /// The secrets by which it logs in to the database, each of one user.
    #[serde(default)]
    pub auth: Set<Auth>,
    /// Whether it logs every connection and query.
    #[serde(default)]
    pub debug_logging: bool,
    /// `NONE`: with the secrets of `Auth`. `IAM_AUTH`: by IAM, from the client to the database.
    #[serde(default = "none")]
    pub default_auth_scheme: String,
    /// `IPV4`, `IPV6` or `DUAL`.
    #[serde(default = "ipv4")]
    pub endpoint_network_type: String,
    /// `MYSQL`, `POSTGRESQL` or `SQLSERVER`.
    pub engine_family: String,
    /// Seconds after which it closes a client's connection that nobody uses; 1 to 28800.
    #[serde(default = "number::<1800>")]
    pub idle_client_timeout: i32,
    /// Whether it refuses clients that speak without TLS.
    #[serde(rename = "RequireTLS", default)]
    pub require_tls: bool,
    /// The role with which it reads the secrets.
    pub role_arn: Ref<Role>,
    /// `IPV4` or `IPV6`.
    #[serde(default = "ipv4")]
    pub target_connection_network_type: String,
    /// Where it leads.
    #[serde(default)]
    pub target_group: TargetGroup,
    #[serde(default)]
    pub vpc_security_group_ids: Set<Ref<SecurityGroup>>,
    /// Subnets of one VPC, in at least two zones.
    pub vpc_subnet_ids: Set<Ref<Subnet>>,
}

/// How clients log in as one user, and the proxy after them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Auth {
    /// `SECRETS`; there is no other.
    #[serde(default = "secrets")]
    pub auth_scheme: String,
    /// How a client proves that it knows the password: `MYSQL_CACHING_SHA2_PASSWORD`, `MYSQL_NATIVE_PASSWORD`,
    /// `POSTGRES_SCRAM_SHA_256`, `POSTGRES_MD5` or `SQL_SERVER_AUTHENTICATION`; without it the first of its engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_password_auth_type: Option<String>,
    #[serde(default)]
    pub description: String,
    /// Whether clients log in with a token of IAM: `DISABLED`, `REQUIRED`, or with SQL Server `ENABLED`.
    #[serde(rename = "IAMAuth", default = "disabled")]
    pub iam_auth: String,
    /// The secret with the user's name and password.
    pub secret_arn: String,
}

/// The target, and how the proxy connects to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetGroup {
    /// `default`; RDS knows no other.
    #[serde(default = "default_name")]
    pub target_group_name: String,
    #[serde(default)]
    pub connection_pool_configuration_info: Pool,
    /// The cluster to whose writer it leads.
    #[serde(rename = "DBClusterIdentifiers", default, deserialize_with = "lower_case")]
    pub db_cluster_identifiers: Set<Ref<DbCluster>>,
    /// The instance to which it leads, of one that is in no cluster.
    #[serde(rename = "DBInstanceIdentifiers", default, deserialize_with = "lower_case")]
    pub db_instance_identifiers: Set<Ref<DbInstance>>,
}

/// How many connections it has to the target, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Pool {
    /// Seconds for which a client waits for one while all are in use; 0 to 300.
    #[serde(default = "number::<120>")]
    pub connection_borrow_timeout: i32,
    /// SQL that each new connection begins with. Whoever may read the proxy may read it.
    #[serde(default)]
    pub init_query: String,
    /// The most, in percent of the target's own limit; 1 to 100. Without it 100, of SQL Server 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_connections_percent: Option<i32>,
    /// The most of them that stay open unused; without it half of the most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_idle_connections_percent: Option<i32>,
    /// What does not bind a connection to its client: `EXCLUDE_VARIABLE_SETS`, or nothing.
    #[serde(default)]
    pub session_pinning_filters: Set<String>,
}

/// The return values of `AWS::RDS::DBProxy`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    #[serde(rename = "DBProxyName")]
    pub name: String,
    #[serde(rename = "DBProxyArn")]
    pub arn: String,
    /// Where it answers.
    pub endpoint: String,
    pub vpc_id: String,
    /// How it and its target are doing, in RDS's words.
    #[serde(skip)]
    pub(super) health: String,
}

impl Spec {
    /// Fills in what RDS chooses by the engine.
    pub fn filled(mut self) -> Self {
        let usual = match self.engine_family.as_str() {
            "POSTGRESQL" => "POSTGRES_SCRAM_SHA_256",
            SQLSERVER => "SQL_SERVER_AUTHENTICATION",
            _ => "MYSQL_CACHING_SHA2_PASSWORD",
        };
        let with_type = |mut one: Auth| {
            one.client_password_auth_type.get_or_insert_with(|| usual.to_owned());
            one
        };
        self.auth = self.auth.iter().cloned().map(with_type).collect();
        let most = if self.engine_family == SQLSERVER { 10 } else { 100 };
        let pool = &mut self.target_group.connection_pool_configuration_info;
        let most = *pool.max_connections_percent.get_or_insert(most);
        pool.max_idle_connections_percent.get_or_insert(most / 2);
        self
    }
}

filled!(Spec);

impl Default for TargetGroup {
    fn default() -> Self {
        Self {
            target_group_name: default_name(),
            connection_pool_configuration_info: Pool::default(),
            db_cluster_identifiers: Set::default(),
            db_instance_identifiers: Set::default(),
        }
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            connection_borrow_timeout: 120,
            init_query: String::new(),
            max_connections_percent: None,
            max_idle_connections_percent: None,
            session_pinning_filters: Set::default(),
        }
    }
}

fn none() -> String {
    "NONE".to_owned()
}

fn ipv4() -> String {
    "IPV4".to_owned()
}

fn secrets() -> String {
    "SECRETS".to_owned()
}

fn disabled() -> String {
    "DISABLED".to_owned()
}

fn default_name() -> String {
    DEFAULT.to_owned()
}
