//! What ECS refuses of a task definition, or takes and ignores.

use std::collections::BTreeSet;

use super::container::Container;
use super::spec::Spec;
use super::{fargate, image};
use crate::resource::{CLOSE, Mistake, Switch, pointer};

/// What counts only beside something else.
pub(super) const SWITCHES: &[Switch] = &[
    Switch::with("/EphemeralStorage/SizeInGiB", "/RequiresCompatibilities", &["FARGATE"]),
    Switch::beside(
        "/ContainerDefinitions/*/FirelensConfiguration/Options",
        "/ContainerDefinitions/*/FirelensConfiguration/Type",
    ),
    Switch::beside("/ContainerDefinitions/*/HealthCheck/Interval", "/ContainerDefinitions/*/HealthCheck/Command"),
    Switch::beside("/ContainerDefinitions/*/HealthCheck/Retries", "/ContainerDefinitions/*/HealthCheck/Command"),
    Switch::beside("/ContainerDefinitions/*/HealthCheck/StartPeriod", "/ContainerDefinitions/*/HealthCheck/Command"),
    Switch::beside("/ContainerDefinitions/*/HealthCheck/Timeout", "/ContainerDefinitions/*/HealthCheck/Command"),
    Switch::beside(
        "/ContainerDefinitions/*/LogConfiguration/Options",
        "/ContainerDefinitions/*/LogConfiguration/LogDriver",
    ),
    Switch::beside(
        "/ContainerDefinitions/*/LogConfiguration/SecretOptions",
        "/ContainerDefinitions/*/LogConfiguration/LogDriver",
    ),
    Switch::beside("/Volumes/*/EFSVolumeConfiguration/RootDirectory", "/Volumes/*/EFSVolumeConfiguration/FilesystemId"),
    Switch::beside(
        "/Volumes/*/EFSVolumeConfiguration/TransitEncryption",
        "/Volumes/*/EFSVolumeConfiguration/FilesystemId",
    ),
    Switch::with(
        "/Volumes/*/EFSVolumeConfiguration/AuthorizationConfig/AccessPointId",
        "/Volumes/*/EFSVolumeConfiguration/TransitEncryption",
        &["ENABLED"],
    ),
    Switch::with(
        "/Volumes/*/EFSVolumeConfiguration/AuthorizationConfig/IAM",
        "/Volumes/*/EFSVolumeConfiguration/TransitEncryption",
        &["ENABLED"],
    ),
];

/// Returns what ECS would refuse.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let mut all = Vec::new();
    roles(spec, &mut all);
    if is_fargate(spec) {
        fargate(spec, &mut all);
    }
    volumes(spec, &mut all);
    let containers = &spec.container_definitions;
    if !containers.iter().any(|container| container.essential) {
        let text = "needs at least one container that is Essential".to_owned();
        all.push(Mistake::new("/ContainerDefinitions", text));
    }
    all.extend(circle(containers));
    for one in containers {
        let at = pointer::join("/ContainerDefinitions", &one.name);
        if let Some(text) = image::mistake(&one.image) {
            all.push(Mistake::new(format!("{at}/Image"), text));
        }
        if one.memory > 0 && one.memory_reservation >= one.memory {
            let text = format!("is {}, but has to be under Memory, {}", one.memory_reservation, one.memory);
            all.push(Mistake::new(format!("{at}/MemoryReservation"), text));
        }
        router(spec, one, &at, &mut all);
        dependencies(spec, one, &at, &mut all);
        ports(spec, one, &at, &mut all);
        mounts(spec, one, &at, &mut all);
    }
    all
}

fn is_fargate(spec: &Spec) -> bool {
    spec.requires_compatibilities.contains(&"FARGATE".to_owned())
}

/// ECS takes a role's name, too, and answers with the ARN: another revision with every apply. What it does before the
/// containers run, it does with the execution role.
fn roles(spec: &Spec, all: &mut Vec<Mistake>) {
    for (path, role) in [("/ExecutionRoleArn", &spec.execution_role_arn), ("/TaskRoleArn", &spec.task_role_arn)] {
        let text = role.as_str();
        if !text.is_empty() && !text.starts_with("arn:") && !text.ends_with(&format!(".Arn{CLOSE}")) {
            all.push(Mistake::new(path, format!("`{text}` is not a role's ARN: write ref(<role>, 'Arn')")));
        }
    }
    if spec.execution_role_arn.as_str().is_empty()
        && let Some(what) = spec.container_definitions.iter().find_map(|one| needs_role(one, is_fargate(spec)))
    {
        all.push(Mistake::new("/ExecutionRoleArn", format!("is missing, but {what}")));
    }
}

fn needs_role(one: &Container, is_fargate: bool) -> Option<String> {
    let name = &one.name;
    if !one.secrets.is_empty() || !one.log_configuration.secret_options.is_empty() {
        return Some(format!("the container {name} has secrets, which ECS reads with that role"));
    }
    if !one.repository_credentials.credentials_parameter.is_empty() {
        return Some(format!("the image of {name} is pulled with credentials, which ECS reads with that role"));
    }
    if is_fargate && one.log_configuration.log_driver == "awslogs" {
        return Some(format!("on Fargate the logs of {name} are written with that role"));
    }
    (is_fargate && image::Ecr::of(&one.image).is_some())
        .then(|| format!("on Fargate the image of {name} is pulled from ECR with that role"))
}

fn fargate(spec: &Spec, all: &mut Vec<Mistake>) {
    let mut mistake = |path: String, text: String| all.push(Mistake::new(path, text));
    if spec.network_mode != "awsvpc" {
        mistake("/NetworkMode".to_owned(), format!("is {}, but Fargate needs awsvpc", spec.network_mode));
    }
    for (path, units) in [("/Cpu", &spec.cpu), ("/Memory", &spec.memory)] {
        if units.as_str().is_empty() {
            mistake(path.to_owned(), "is missing, but Fargate needs it".to_owned());
        }
    }
    if let (Some(cpu), Some(memory)) = (spec.cpu.number(), spec.memory.number())
        && let Some((path, text)) = fargate::mistake(cpu, memory)
    {
        mistake(path.to_owned(), text);
    }
    if !(20..=200).contains(&spec.ephemeral_storage.size_in_gib) {
        let text = format!("is {}, but has to be from 20 to 200 GiB", spec.ephemeral_storage.size_in_gib);
        mistake("/EphemeralStorage/SizeInGiB".to_owned(), text);
    }
    if !spec.ipc_mode.is_empty() {
        mistake("/IpcMode".to_owned(), "is not offered on Fargate: leave it out".to_owned());
    }
    if spec.pid_mode == "host" {
        mistake("/PidMode".to_owned(), "is host, but Fargate offers only task".to_owned());
    }
    for one in spec.container_definitions.iter().filter(|one| one.privileged) {
        let at = pointer::join("/ContainerDefinitions", &one.name);
        mistake(format!("{at}/Privileged"), "is not offered on Fargate".to_owned());
    }
    for volume in spec.volumes.iter().filter(|volume| !volume.host.source_path.is_empty()) {
        let at = pointer::join("/Volumes", &volume.name);
        mistake(format!("{at}/Host/SourcePath"), "is not offered on Fargate: there is no instance".to_owned());
    }
}

fn volumes(spec: &Spec, all: &mut Vec<Mistake>) {
    for volume in &spec.volumes {
        let at = format!("{}/EFSVolumeConfiguration", pointer::join("/Volumes", &volume.name));
        let efs = &volume.efs_volume_configuration;
        if !efs.authorization_config.access_point_id.as_str().is_empty() && efs.root_directory != "/" {
            let text = "has to be / with an access point, which says it: leave it out".to_owned();
            all.push(Mistake::new(format!("{at}/RootDirectory"), text));
        }
    }
}

/// ECS takes neither who logs by FireLens without a router, nor a router for nobody.
fn router(spec: &Spec, one: &Container, at: &str, all: &mut Vec<Mistake>) {
    let routes = |one: &Container| !one.firelens_configuration.kind.is_empty();
    let is_routed = |one: &Container| one.log_configuration.log_driver == "awsfirelens";
    let others = &spec.container_definitions;
    if is_routed(one) && !others.iter().any(routes) {
        let text = "is awsfirelens, but no container has a FirelensConfiguration".to_owned();
        all.push(Mistake::new(format!("{at}/LogConfiguration/LogDriver"), text));
    }
    if routes(one) && !others.iter().any(is_routed) {
        let text = "is set, but no container has the LogDriver awsfirelens".to_owned();
        all.push(Mistake::new(format!("{at}/FirelensConfiguration"), text));
    }
}

fn dependencies(spec: &Spec, one: &Container, at: &str, all: &mut Vec<Mistake>) {
    for dependency in &one.depends_on {
        let name = &dependency.container_name;
        let at = pointer::join(&format!("{at}/DependsOn"), name);
        let mut say = |text: String| all.push(Mistake::new(at.clone(), text));
        let Some(other) = spec.container_definitions.iter().find(|other| other.name == *name) else {
            say(format!("names {name}, which is no container of the task"));
            continue;
        };
        match dependency.condition.as_str() {
            _ if other.name == one.name => say(format!("lets {name} wait for itself")),
            "HEALTHY" if other.health_check.command.is_empty() => {
                say(format!("waits until {name} is HEALTHY, but {name} has no HealthCheck"));
            }
            "COMPLETE" | "SUCCESS" if other.essential => {
                say(format!("waits until {name} has ended, but the task ends with it, as it is Essential"));
            }
            "START" | "COMPLETE" | "SUCCESS" | "HEALTHY" => {}
            odd => say(format!("has the Condition {odd}, but there are START, COMPLETE, SUCCESS and HEALTHY")),
        }
    }
}

/// Of containers that wait for each other in a circle, none would ever start.
fn circle(containers: &[Container]) -> Option<Mistake> {
    let waits_for = |name: &str| {
        let one = containers.iter().find(|one| one.name == name);
        one.into_iter().flat_map(|one| &one.depends_on).map(|dependency| dependency.container_name.as_str())
    };
    let first = containers.iter().find(|one| {
        // That one waits for itself alone is told where it says so.
        let mut open: Vec<_> = waits_for(&one.name).filter(|name| *name != one.name).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if seen.insert(name) {
                open.extend(waits_for(name));
            }
        }
        seen.contains(one.name.as_str())
    })?;
    let at = format!("{}/DependsOn", pointer::join("/ContainerDefinitions", &first.name));
    Some(Mistake::new(at, format!("lets {} wait for containers that wait for it", first.name)))
}

fn ports(spec: &Spec, one: &Container, at: &str, all: &mut Vec<Mistake>) {
    let mut taken = BTreeSet::new();
    for (index, port) in one.port_mappings.iter().enumerate() {
        let at = format!("{at}/PortMappings/{index}");
        if !taken.insert((port.container_port, &port.protocol)) {
            all.push(Mistake::new(at.clone(), format!("maps {} {} a second time", port.protocol, port.container_port)));
        }
        let is_own = spec.network_mode == "awsvpc" || spec.network_mode == "host";
        if let Some(host) = port.host_port.filter(|host| is_own && *host != port.container_port) {
            let mode = &spec.network_mode;
            let text = format!("is {host}, but with NetworkMode {mode} it is the container's, {}", port.container_port);
            all.push(Mistake::new(format!("{at}/HostPort"), text));
        }
    }
}

fn mounts(spec: &Spec, one: &Container, at: &str, all: &mut Vec<Mistake>) {
    let mut taken = BTreeSet::new();
    for (index, mount) in one.mount_points.iter().enumerate() {
        let at = format!("{at}/MountPoints/{index}");
        if !spec.volumes.iter().any(|volume| volume.name == mount.source_volume) {
            all.push(Mistake::new(
                format!("{at}/SourceVolume"),
                format!("names {}, which is not among Volumes", mount.source_volume),
            ));
        }
        if !taken.insert(&mount.container_path) {
            all.push(Mistake::new(format!("{at}/ContainerPath"), format!("{} is mounted twice", mount.container_path)));
        }
    }
}
