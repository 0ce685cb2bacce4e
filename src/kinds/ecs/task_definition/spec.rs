use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container::Container;
use super::units::Units;
use crate::kinds::efs::access_point::AccessPoint;
use crate::kinds::efs::file_system::FileSystem;
use crate::kinds::iam::role::Role;
use crate::resource::Ref;
use crate::resource::normal::Set;

/// The properties of `AWS::ECS::TaskDefinition`; the family is the physical name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub container_definitions: Vec<Container>,
    /// CPU units of the whole task, 1024 to a virtual CPU (`512`, `.5 vCPU`); Fargate requires it.
    #[serde(default)]
    pub cpu: Units,
    /// Whether the tasks accept faults that are injected for tests.
    #[serde(default)]
    pub enable_fault_injection: bool,
    #[serde(default)]
    pub ephemeral_storage: EphemeralStorage,
    /// The ARN of the role with which ECS pulls the image, reads the secrets and writes the logs.
    #[serde(default)]
    pub execution_role_arn: Ref<Role>,
    /// `host`, `task` or `none`; empty for AWS's default.
    #[serde(default)]
    pub ipc_mode: String,
    /// MiB of the whole task (`1024`, `1 GB`); Fargate requires it.
    #[serde(default)]
    pub memory: Units,
    /// `awsvpc`, `bridge`, `host` or `none`; Fargate requires `awsvpc`.
    #[serde(default = "default_network_mode")]
    pub network_mode: String,
    /// `host` or `task`; empty for one of its own per container.
    #[serde(default)]
    pub pid_mode: String,
    /// `FARGATE`, `EC2`.
    #[serde(default)]
    pub requires_compatibilities: Set<String>,
    #[serde(default)]
    pub runtime_platform: RuntimePlatform,
    /// The ARN of the role that the containers have.
    #[serde(default)]
    pub task_role_arn: Ref<Role>,
    #[serde(default)]
    pub volumes: Vec<Volume>,
}

/// The storage of a task, gone with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EphemeralStorage {
    /// 20 to 200; Fargate gives 20.
    #[serde(rename = "SizeInGiB")]
    pub size_in_gib: i32,
}

/// What the containers run on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct RuntimePlatform {
    /// `X86_64` or `ARM64`.
    pub cpu_architecture: String,
    /// `LINUX`, or a version of Windows.
    pub operating_system_family: String,
}

/// A volume: a file system of EFS, a folder of the host, or (with neither) empty storage of the task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Volume {
    /// Whether the service or the run says what it is.
    pub configured_at_launch: bool,
    #[serde(rename = "EFSVolumeConfiguration")]
    pub efs_volume_configuration: Efs,
    pub host: Host,
    pub name: String,
}

/// A folder of the container instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Host {
    pub source_path: String,
}

/// A file system of EFS; none while `FilesystemId` is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Efs {
    pub authorization_config: EfsAuthorization,
    pub filesystem_id: Ref<FileSystem>,
    /// `/` unless an access point says.
    pub root_directory: String,
    /// `ENABLED` or `DISABLED`.
    pub transit_encryption: String,
}

/// How a task may enter a file system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct EfsAuthorization {
    pub access_point_id: Ref<AccessPoint>,
    /// `ENABLED` to use the task's role.
    #[serde(rename = "IAM")]
    pub iam: String,
}

/// The return value of `AWS::ECS::TaskDefinition`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// With the revision: another one after every update.
    pub task_definition_arn: String,
}

impl Default for EphemeralStorage {
    fn default() -> Self {
        Self { size_in_gib: 20 }
    }
}

impl Default for RuntimePlatform {
    fn default() -> Self {
        Self { cpu_architecture: "X86_64".to_owned(), operating_system_family: "LINUX".to_owned() }
    }
}

impl Default for Efs {
    fn default() -> Self {
        Self {
            authorization_config: EfsAuthorization::default(),
            filesystem_id: Ref::default(),
            root_directory: "/".to_owned(),
            transit_encryption: "DISABLED".to_owned(),
        }
    }
}

impl Default for EfsAuthorization {
    fn default() -> Self {
        Self { access_point_id: Ref::default(), iam: "DISABLED".to_owned() }
    }
}

pub(super) fn default_network_mode() -> String {
    "bridge".to_owned()
}
