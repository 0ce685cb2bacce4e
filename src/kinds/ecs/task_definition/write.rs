//! A spec, as AWS registers it; what is left to AWS is left out.

use aws_sdk_ecs::types as sdk;

use super::container::{Container, Firelens, HealthCheck, LinuxParameters, LogConfiguration, PortMapping, Secret};
use super::spec::{Efs, Volume};
use crate::kinds::shared::text::given;

/// Why a builder whose parts are all set can't fail.
const SET: &str = "all required parts are set";

pub(super) fn container(from: &Container) -> sdk::ContainerDefinition {
    let labels = from.docker_labels.clone().into_iter().collect();
    let credentials = (!from.repository_credentials.credentials_parameter.is_empty()).then(|| {
        let credentials = sdk::RepositoryCredentials::builder();
        credentials.credentials_parameter(&from.repository_credentials.credentials_parameter).build().expect(SET)
    });
    sdk::ContainerDefinition::builder()
        .name(&from.name)
        .image(&from.image)
        .cpu(from.cpu)
        .essential(from.essential)
        .set_command(list(from.command.clone()))
        .set_depends_on(list(from.depends_on.iter().map(dependency).collect()))
        .set_docker_labels((!from.docker_labels.is_empty()).then_some(labels))
        .set_entry_point(list(from.entry_point.clone()))
        .set_environment(list(from.environment.iter().map(variable).collect()))
        .set_environment_files(list(from.environment_files.iter().map(environment_file).collect()))
        .set_firelens_configuration(firelens(&from.firelens_configuration))
        .set_health_check((!from.health_check.command.is_empty()).then(|| health_check(&from.health_check)))
        .set_interactive(from.interactive.then_some(true))
        .set_linux_parameters(linux_parameters(&from.linux_parameters))
        .set_log_configuration(log_configuration(&from.log_configuration))
        .set_memory(figure(from.memory))
        .set_memory_reservation(figure(from.memory_reservation))
        .set_mount_points(list(from.mount_points.iter().map(mount_point).collect()))
        .set_port_mappings(list(from.port_mappings.iter().map(port_mapping).collect()))
        .set_privileged(from.privileged.then_some(true))
        .set_pseudo_terminal(from.pseudo_terminal.then_some(true))
        .set_readonly_root_filesystem(from.readonly_root_filesystem.then_some(true))
        .set_repository_credentials(credentials)
        .set_secrets(list(from.secrets.iter().map(secret).collect()))
        .set_start_timeout(figure(from.start_timeout))
        .set_stop_timeout(figure(from.stop_timeout))
        .set_ulimits(list(from.ulimits.iter().map(ulimit).collect()))
        .set_user(given(&from.user))
        .set_working_directory(given(&from.working_directory))
        .build()
}

pub(super) fn volume(from: &Volume) -> sdk::Volume {
    let host = given(&from.host.source_path).map(|path| sdk::HostVolumeProperties::builder().source_path(path).build());
    let efs = &from.efs_volume_configuration;
    sdk::Volume::builder()
        .name(&from.name)
        .set_host(host)
        .set_configured_at_launch(from.configured_at_launch.then_some(true))
        .set_efs_volume_configuration((!efs.filesystem_id.as_str().is_empty()).then(|| efs_configuration(efs)))
        .build()
}

/// Returns a list, unless it is empty.
pub(super) fn list<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

fn figure(from: i32) -> Option<i32> {
    (from != 0).then_some(from)
}

fn dependency(from: &super::container::Dependency) -> sdk::ContainerDependency {
    let condition = sdk::ContainerCondition::from(from.condition.as_str());
    sdk::ContainerDependency::builder().container_name(&from.container_name).condition(condition).build().expect(SET)
}

fn variable(from: &super::container::Variable) -> sdk::KeyValuePair {
    sdk::KeyValuePair::builder().name(&from.name).value(&from.value).build()
}

fn environment_file(from: &super::container::EnvironmentFile) -> sdk::EnvironmentFile {
    let kind = sdk::EnvironmentFileType::from(from.kind.as_str());
    sdk::EnvironmentFile::builder().value(&from.value).r#type(kind).build().expect(SET)
}

fn secret(from: &Secret) -> sdk::Secret {
    sdk::Secret::builder().name(&from.name).value_from(&from.value_from).build().expect(SET)
}

fn firelens(from: &Firelens) -> Option<sdk::FirelensConfiguration> {
    let kind = sdk::FirelensConfigurationType::from(given(&from.kind)?.as_str());
    let options = from.options.clone().into_iter().collect();
    let router = sdk::FirelensConfiguration::builder().r#type(kind);
    Some(router.set_options((!from.options.is_empty()).then_some(options)).build().expect(SET))
}

fn health_check(from: &HealthCheck) -> sdk::HealthCheck {
    sdk::HealthCheck::builder()
        .set_command(Some(from.command.clone()))
        .interval(from.interval)
        .retries(from.retries)
        .set_start_period(figure(from.start_period))
        .timeout(from.timeout)
        .build()
        .expect(SET)
}

fn linux_parameters(from: &LinuxParameters) -> Option<sdk::LinuxParameters> {
    if *from == LinuxParameters::default() {
        return None;
    }
    let capabilities = sdk::KernelCapabilities::builder()
        .set_add(list(from.capabilities.add.iter().cloned().collect()))
        .set_drop(list(from.capabilities.drop.iter().cloned().collect()))
        .build();
    let parameters = sdk::LinuxParameters::builder().capabilities(capabilities);
    Some(parameters.init_process_enabled(from.init_process_enabled).build())
}

pub(in crate::kinds::ecs) fn log_configuration(from: &LogConfiguration) -> Option<sdk::LogConfiguration> {
    let driver = sdk::LogDriver::from(given(&from.log_driver)?.as_str());
    let options = from.options.clone().into_iter().collect();
    let configuration = sdk::LogConfiguration::builder()
        .log_driver(driver)
        .set_options((!from.options.is_empty()).then_some(options))
        .set_secret_options(list(from.secret_options.iter().map(secret).collect()));
    Some(configuration.build().expect(SET))
}

fn mount_point(from: &super::container::MountPoint) -> sdk::MountPoint {
    let point = sdk::MountPoint::builder().container_path(&from.container_path).source_volume(&from.source_volume);
    point.read_only(from.read_only).build()
}

fn port_mapping(from: &PortMapping) -> sdk::PortMapping {
    sdk::PortMapping::builder()
        .set_app_protocol(given(&from.app_protocol).map(|name| sdk::ApplicationProtocol::from(name.as_str())))
        .container_port(from.container_port)
        .set_host_port(from.host_port)
        .set_name(given(&from.name))
        .protocol(sdk::TransportProtocol::from(from.protocol.as_str()))
        .build()
}

fn ulimit(from: &super::container::Ulimit) -> sdk::Ulimit {
    let name = sdk::UlimitName::from(from.name.as_str());
    let limit = sdk::Ulimit::builder().name(name).soft_limit(from.soft_limit).hard_limit(from.hard_limit);
    limit.build().expect(SET)
}

fn efs_configuration(from: &Efs) -> sdk::EfsVolumeConfiguration {
    let authorization = &from.authorization_config;
    let authorization = sdk::EfsAuthorizationConfig::builder()
        .set_access_point_id(given(authorization.access_point_id.as_str()))
        .iam(sdk::EfsAuthorizationConfigIam::from(authorization.iam.as_str()))
        .build();
    sdk::EfsVolumeConfiguration::builder()
        .file_system_id(from.filesystem_id.as_str())
        .root_directory(&from.root_directory)
        .transit_encryption(sdk::EfsTransitEncryption::from(from.transit_encryption.as_str()))
        .authorization_config(authorization)
        .build()
        .expect(SET)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::ecs::task_definition::{read::definition, spec::Spec};

    fn round(written: serde_json::Value) -> (Spec, Spec) {
        let desired: Spec = serde_json::from_value(written).unwrap();
        let live = sdk::TaskDefinition::builder()
            .set_container_definitions(Some(desired.container_definitions.iter().map(container).collect()))
            .set_volumes(list(desired.volumes.iter().map(volume).collect()))
            .build();
        (desired, definition::spec(&live))
    }

    #[test]
    fn a_plain_container_comes_back_as_it_was_written() {
        let (desired, live) = round(json!({ "ContainerDefinitions": [{ "Name": "web", "Image": "nginx:1" }] }));
        assert_eq!(desired.container_definitions, live.container_definitions);
    }

    #[test]
    fn a_full_container_comes_back_as_it_was_written() {
        let (desired, live) = round(json!({
            "ContainerDefinitions": [{
                "Name": "web",
                "Image": "nginx:1",
                "Command": ["serve"],
                "DependsOn": [{ "ContainerName": "init", "Condition": "SUCCESS" }],
                "Environment": [{ "Name": "A", "Value": "" }],
                "FirelensConfiguration": { "Type": "fluentbit", "Options": { "enable-ecs-log-metadata": "true" } },
                "HealthCheck": { "Command": ["CMD", "true"], "Interval": 10 },
                "LinuxParameters": { "Capabilities": { "Drop": ["ALL"] }, "InitProcessEnabled": true },
                "LogConfiguration": { "LogDriver": "awslogs", "Options": { "awslogs-group": "g" } },
                "MountPoints": [{ "SourceVolume": "data", "ContainerPath": "/data" }],
                "PortMappings": [{ "ContainerPort": 8080 }],
                "Secrets": [{ "Name": "S", "ValueFrom": "arn" }],
                "Ulimits": [{ "Name": "nofile", "SoftLimit": 1, "HardLimit": 2 }],
            }],
            "Volumes": [{ "Name": "data", "EFSVolumeConfiguration": { "FilesystemId": "fs-1" } }],
        }));
        assert_eq!(desired.container_definitions, live.container_definitions);
        assert_eq!(desired.volumes, live.volumes);
    }
}
