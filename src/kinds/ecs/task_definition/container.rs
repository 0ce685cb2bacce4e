use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::shared::defaults::yes;
use crate::resource::normal::Set;

/// A container of a task. Figures that are 0 and texts that are empty are left to AWS or the image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Container {
    /// In place of the image's.
    #[serde(default)]
    pub command: Vec<String>,
    /// CPU units that it is guaranteed.
    #[serde(default)]
    pub cpu: i32,
    /// What has to be up before it starts.
    #[serde(default)]
    pub depends_on: Vec<Dependency>,
    #[serde(default)]
    pub docker_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub entry_point: Vec<String>,
    #[serde(default)]
    pub environment: Vec<Variable>,
    /// ARNs of files in S3 with further variables.
    #[serde(default)]
    pub environment_files: Vec<EnvironmentFile>,
    /// Whether the task stops with it.
    #[serde(default = "yes")]
    pub essential: bool,
    #[serde(default)]
    pub firelens_configuration: Firelens,
    #[serde(default)]
    pub health_check: HealthCheck,
    pub image: String,
    #[serde(default)]
    pub interactive: bool,
    #[serde(default)]
    pub linux_parameters: LinuxParameters,
    #[serde(default)]
    pub log_configuration: LogConfiguration,
    /// MiB at which it is killed; 0 for no limit but the task's.
    #[serde(default)]
    pub memory: i32,
    /// MiB that it is guaranteed.
    #[serde(default)]
    pub memory_reservation: i32,
    #[serde(default)]
    pub mount_points: Vec<MountPoint>,
    pub name: String,
    #[serde(default)]
    pub port_mappings: Vec<PortMapping>,
    #[serde(default)]
    pub privileged: bool,
    #[serde(default)]
    pub pseudo_terminal: bool,
    #[serde(default)]
    pub readonly_root_filesystem: bool,
    #[serde(default)]
    pub repository_credentials: RepositoryCredentials,
    /// Variables whose values ECS reads from Secrets Manager or Parameter Store when the task starts.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// Seconds to wait for what it depends on; 0 for AWS's default.
    #[serde(default)]
    pub start_timeout: i32,
    /// Seconds from SIGTERM to SIGKILL; 0 for AWS's default, 30.
    #[serde(default)]
    pub stop_timeout: i32,
    #[serde(default)]
    pub ulimits: Vec<Ulimit>,
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub working_directory: String,
}

/// A variable of the environment. Its value can be read by everybody who may describe the task definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Variable {
    pub name: String,
    pub value: String,
}

/// A file of variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EnvironmentFile {
    /// `s3`.
    #[serde(rename = "Type")]
    pub kind: String,
    pub value: String,
}

/// A variable whose value is a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Secret {
    pub name: String,
    /// The ARN of the secret or parameter; may name a key and a version of it behind.
    pub value_from: String,
}

/// A container that has to be up first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Dependency {
    /// `START`, `COMPLETE`, `SUCCESS` or `HEALTHY`.
    pub condition: String,
    pub container_name: String,
}

/// Makes the container the router of what the others log by `awsfirelens`; none while `Type` is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Firelens {
    /// `enable-ecs-log-metadata`, `config-file-type`, `config-file-value`.
    pub options: BTreeMap<String, String>,
    /// `fluentbit` or `fluentd`.
    #[serde(rename = "Type")]
    pub kind: String,
}

/// A command that tells whether the container is well; none while `Command` is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct HealthCheck {
    /// Begins with `CMD` or `CMD-SHELL`.
    pub command: Vec<String>,
    /// Seconds.
    pub interval: i32,
    /// Failures in a row until it is unhealthy.
    pub retries: i32,
    /// Seconds in which failures do not count.
    pub start_period: i32,
    /// Seconds.
    pub timeout: i32,
}

/// What Linux allows the container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct LinuxParameters {
    pub capabilities: Capabilities,
    /// Whether an init process reaps the others.
    pub init_process_enabled: bool,
}

/// Kernel capabilities, beside Docker's defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Capabilities {
    pub add: Set<String>,
    pub drop: Set<String>,
}

/// Where the output goes; nowhere while `LogDriver` is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct LogConfiguration {
    /// `awslogs`, `awsfirelens`, `splunk`, ...
    pub log_driver: String,
    /// `awslogs-group`, `awslogs-region`, `awslogs-stream-prefix`, `mode`, ...
    pub options: BTreeMap<String, String>,
    pub secret_options: Vec<Secret>,
}

/// A volume of the task inside the container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MountPoint {
    pub container_path: String,
    #[serde(default)]
    pub read_only: bool,
    pub source_volume: String,
}

/// A port of the container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PortMapping {
    /// `http`, `http2` or `grpc`, for Service Connect.
    #[serde(default)]
    pub app_protocol: String,
    pub container_port: i32,
    /// AWS chooses it: the container's own with `awsvpc` and `host`, a free one with `bridge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_port: Option<i32>,
    /// For Service Connect.
    #[serde(default)]
    pub name: String,
    /// `tcp` or `udp`.
    #[serde(default = "tcp")]
    pub protocol: String,
}

/// The credentials for a private registry; none while empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct RepositoryCredentials {
    /// The ARN of the secret.
    pub credentials_parameter: String,
}

/// A limit of the kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Ulimit {
    pub hard_limit: i32,
    /// `nofile`, `nproc`, ...
    pub name: String,
    pub soft_limit: i32,
}

/// AWS's figures for a command without any.
impl Default for HealthCheck {
    fn default() -> Self {
        Self { command: Vec::new(), interval: 30, retries: 3, start_period: 0, timeout: 5 }
    }
}

pub(super) fn tcp() -> String {
    "tcp".to_owned()
}
