//! What AWS describes, as a spec.

use aws_sdk_ecs::types::{self as sdk, ContainerDefinition, TaskDefinition as Description};

use super::super::container::{
    Capabilities, Container, Dependency, EnvironmentFile, Firelens, HealthCheck, LinuxParameters, LogConfiguration,
    MountPoint, PortMapping, RepositoryCredentials, Secret, Ulimit, Variable, tcp,
};
use super::super::spec::{
    Efs, EfsAuthorization, EphemeralStorage, Host, RuntimePlatform, Spec, Volume, default_network_mode,
};
use crate::resource::{Unmodelled, pointer};

pub(in crate::kinds::ecs) fn spec(from: &Description) -> Spec {
    let storage = from.ephemeral_storage().map(|storage| EphemeralStorage { size_in_gib: storage.size_in_gib });
    Spec {
        container_definitions: from.container_definitions().iter().map(container).collect(),
        cpu: from.cpu().unwrap_or_default().into(),
        enable_fault_injection: from.enable_fault_injection().unwrap_or_default(),
        ephemeral_storage: storage.unwrap_or_default(),
        execution_role_arn: from.execution_role_arn().unwrap_or_default().into(),
        ipc_mode: from.ipc_mode().map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
        memory: from.memory().unwrap_or_default().into(),
        network_mode: from.network_mode().map_or_else(default_network_mode, |mode| mode.as_str().to_owned()),
        pid_mode: from.pid_mode().map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
        requires_compatibilities: from.requires_compatibilities().iter().map(sdk::Compatibility::as_str).collect(),
        runtime_platform: from.runtime_platform().map(platform).unwrap_or_default(),
        task_role_arn: from.task_role_arn().unwrap_or_default().into(),
        volumes: from.volumes().iter().map(volume).collect(),
    }
}

/// Returns what of a task definition a spec cannot express.
pub(in crate::kinds::ecs::task_definition) fn unmodelled(from: &Description) -> Vec<Unmodelled> {
    let mut all = Vec::new();
    let mut note = |at: &str, parts: &[(&str, bool)]| {
        for (name, _) in parts.iter().filter(|(_, is_there)| *is_there) {
            all.push(Unmodelled { path: format!("{at}/{name}"), text: "is set".to_owned() });
        }
    };
    note(
        "",
        &[
            ("ProxyConfiguration", from.proxy_configuration().is_some()),
            ("PlacementConstraints", !from.placement_constraints().is_empty()),
            ("InferenceAccelerators", !from.inference_accelerators().is_empty()),
        ],
    );
    for one in from.container_definitions() {
        let linux = one.linux_parameters();
        note(
            &pointer::join("/ContainerDefinitions", one.name().unwrap_or_default()),
            &[
                ("CredentialSpecs", !one.credential_specs().is_empty()),
                ("DisableNetworking", one.disable_networking().unwrap_or_default()),
                ("DnsSearchDomains", !one.dns_search_domains().is_empty()),
                ("DnsServers", !one.dns_servers().is_empty()),
                ("DockerSecurityOptions", !one.docker_security_options().is_empty()),
                ("ExtraHosts", !one.extra_hosts().is_empty()),
                ("Hostname", one.hostname().is_some()),
                ("Links", !one.links().is_empty()),
                ("ResourceRequirements", !one.resource_requirements().is_empty()),
                ("RestartPolicy", one.restart_policy().is_some_and(|policy| policy.enabled)),
                ("SystemControls", !one.system_controls().is_empty()),
                ("VolumesFrom", !one.volumes_from().is_empty()),
                ("LinuxParameters/Devices", linux.is_some_and(|linux| !linux.devices().is_empty())),
                ("LinuxParameters/Tmpfs", linux.is_some_and(|linux| !linux.tmpfs().is_empty())),
                ("LinuxParameters/SharedMemorySize", linux.is_some_and(|linux| linux.shared_memory_size().is_some())),
                ("LinuxParameters/MaxSwap", linux.is_some_and(|linux| linux.max_swap().is_some())),
                ("LinuxParameters/Swappiness", linux.is_some_and(|linux| linux.swappiness().is_some())),
                (
                    "PortMappings/ContainerPortRange",
                    one.port_mappings().iter().any(|port| port.container_port_range().is_some()),
                ),
                ("VersionConsistency", one.version_consistency().is_some_and(|on| on.as_str() != "enabled")),
            ],
        );
    }
    for one in from.volumes() {
        note(
            &pointer::join("/Volumes", one.name().unwrap_or_default()),
            &[
                ("DockerVolumeConfiguration", one.docker_volume_configuration().is_some()),
                ("S3FilesVolumeConfiguration", one.s3files_volume_configuration().is_some()),
                (
                    "EFSVolumeConfiguration/TransitEncryptionPort",
                    one.efs_volume_configuration().is_some_and(|efs| efs.transit_encryption_port().is_some()),
                ),
                (
                    "FSxWindowsFileServerVolumeConfiguration",
                    one.fsx_windows_file_server_volume_configuration().is_some(),
                ),
            ],
        );
    }
    all
}

fn container(from: &ContainerDefinition) -> Container {
    Container {
        command: from.command().to_vec(),
        cpu: from.cpu,
        depends_on: from.depends_on().iter().map(dependency).collect(),
        docker_labels: from.docker_labels().map(|labels| labels.clone().into_iter().collect()).unwrap_or_default(),
        entry_point: from.entry_point().to_vec(),
        environment: from.environment().iter().map(variable).collect(),
        environment_files: from.environment_files().iter().map(environment_file).collect(),
        essential: from.essential().unwrap_or(true),
        firelens_configuration: from.firelens_configuration().map(firelens).unwrap_or_default(),
        health_check: from.health_check().map(health_check).unwrap_or_default(),
        image: text(from.image()),
        interactive: from.interactive().unwrap_or_default(),
        linux_parameters: from.linux_parameters().map(linux_parameters).unwrap_or_default(),
        log_configuration: from.log_configuration().map(log_configuration).unwrap_or_default(),
        memory: from.memory().unwrap_or_default(),
        memory_reservation: from.memory_reservation().unwrap_or_default(),
        mount_points: from.mount_points().iter().map(mount_point).collect(),
        name: text(from.name()),
        port_mappings: from.port_mappings().iter().map(port_mapping).collect(),
        privileged: from.privileged().unwrap_or_default(),
        pseudo_terminal: from.pseudo_terminal().unwrap_or_default(),
        readonly_root_filesystem: from.readonly_root_filesystem().unwrap_or_default(),
        repository_credentials: RepositoryCredentials {
            credentials_parameter: text(
                from.repository_credentials().map(sdk::RepositoryCredentials::credentials_parameter),
            ),
        },
        secrets: from.secrets().iter().map(secret).collect(),
        start_timeout: from.start_timeout().unwrap_or_default(),
        stop_timeout: from.stop_timeout().unwrap_or_default(),
        ulimits: from.ulimits().iter().map(ulimit).collect(),
        user: text(from.user()),
        working_directory: text(from.working_directory()),
    }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn dependency(from: &sdk::ContainerDependency) -> Dependency {
    Dependency { condition: from.condition.as_str().to_owned(), container_name: from.container_name.clone() }
}

fn variable(from: &sdk::KeyValuePair) -> Variable {
    Variable { name: text(from.name()), value: text(from.value()) }
}

fn environment_file(from: &sdk::EnvironmentFile) -> EnvironmentFile {
    EnvironmentFile { kind: from.r#type.as_str().to_owned(), value: from.value.clone() }
}

fn secret(from: &sdk::Secret) -> Secret {
    Secret { name: from.name.clone(), value_from: from.value_from.clone() }
}

fn firelens(from: &sdk::FirelensConfiguration) -> Firelens {
    Firelens {
        options: from.options().map(|options| options.clone().into_iter().collect()).unwrap_or_default(),
        kind: from.r#type.as_str().to_owned(),
    }
}

fn health_check(from: &sdk::HealthCheck) -> HealthCheck {
    let default = HealthCheck::default();
    HealthCheck {
        command: from.command.clone(),
        interval: from.interval().unwrap_or(default.interval),
        retries: from.retries().unwrap_or(default.retries),
        start_period: from.start_period().unwrap_or(default.start_period),
        timeout: from.timeout().unwrap_or(default.timeout),
    }
}

fn linux_parameters(from: &sdk::LinuxParameters) -> LinuxParameters {
    let capabilities = from.capabilities().map(|capabilities| Capabilities {
        add: capabilities.add().iter().cloned().collect(),
        drop: capabilities.drop().iter().cloned().collect(),
    });
    LinuxParameters {
        capabilities: capabilities.unwrap_or_default(),
        init_process_enabled: from.init_process_enabled().unwrap_or_default(),
    }
}

pub(in crate::kinds::ecs) fn log_configuration(from: &sdk::LogConfiguration) -> LogConfiguration {
    LogConfiguration {
        log_driver: from.log_driver.as_str().to_owned(),
        options: from.options().map(|options| options.clone().into_iter().collect()).unwrap_or_default(),
        secret_options: from.secret_options().iter().map(secret).collect(),
    }
}

fn mount_point(from: &sdk::MountPoint) -> MountPoint {
    MountPoint {
        container_path: text(from.container_path()),
        read_only: from.read_only().unwrap_or_default(),
        source_volume: text(from.source_volume()),
    }
}

fn port_mapping(from: &sdk::PortMapping) -> PortMapping {
    PortMapping {
        app_protocol: text(from.app_protocol().map(sdk::ApplicationProtocol::as_str)),
        container_port: from.container_port().unwrap_or_default(),
        host_port: from.host_port(),
        name: text(from.name()),
        protocol: from.protocol().map_or_else(tcp, |protocol| protocol.as_str().to_owned()),
    }
}

fn ulimit(from: &sdk::Ulimit) -> Ulimit {
    Ulimit { hard_limit: from.hard_limit, name: from.name.as_str().to_owned(), soft_limit: from.soft_limit }
}

fn platform(from: &sdk::RuntimePlatform) -> RuntimePlatform {
    let default = RuntimePlatform::default();
    RuntimePlatform {
        cpu_architecture: from.cpu_architecture().map_or(default.cpu_architecture, |cpu| cpu.as_str().to_owned()),
        operating_system_family: from
            .operating_system_family()
            .map_or(default.operating_system_family, |family| family.as_str().to_owned()),
    }
}

fn volume(from: &sdk::Volume) -> Volume {
    Volume {
        configured_at_launch: from.configured_at_launch().unwrap_or_default(),
        efs_volume_configuration: from.efs_volume_configuration().map(efs).unwrap_or_default(),
        host: Host { source_path: text(from.host().and_then(|host| host.source_path())) },
        name: text(from.name()),
    }
}

fn efs(from: &sdk::EfsVolumeConfiguration) -> Efs {
    let default = Efs::default();
    let authorization = from.authorization_config().map(|config| EfsAuthorization {
        access_point_id: config.access_point_id().unwrap_or_default().into(),
        iam: config.iam().map_or_else(|| EfsAuthorization::default().iam, |iam| iam.as_str().to_owned()),
    });
    Efs {
        authorization_config: authorization.unwrap_or_default(),
        filesystem_id: from.file_system_id().into(),
        root_directory: from.root_directory().map_or(default.root_directory, str::to_owned),
        transit_encryption: from
            .transit_encryption()
            .map_or(default.transit_encryption, |encryption| encryption.as_str().to_owned()),
    }
}
