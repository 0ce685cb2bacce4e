mod container;
mod fargate;
pub(super) mod image;
mod read;
mod revisions;
mod rules;
mod spec;
mod units;
mod write;

use aws_sdk_ecs::types::{
    Compatibility, CpuArchitecture, EphemeralStorage, IpcMode, NetworkMode, OsFamily, PidMode, RuntimePlatform, Tag,
    TaskDefinitionField,
};
use futures_util::future::join_all;

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ecs::{self, MAX_NAME};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag::AwsTags as _;
use crate::kinds::shared::text::given;
use crate::kinds::shared::{ownership, tag};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing,
    Made, Mistake, Name, NameRule, On, Permissions, Question, Replacement, Result, Scope, State, Tags, Turn, Unseen,
};
use write::list;

pub(super) use container::LogConfiguration;
pub(super) use read::definition::log_configuration as read_log;
pub(super) use read::{definition, is_of, revision};
pub(super) use write::log_configuration as write_log;

pub use spec::{Outputs, Spec};

/// What a service runs. AWS changes none: an update registers a new revision of the family, which is why nothing is
/// create-only here, unlike in CloudFormation's schema, where everything is.
pub struct TaskDefinition;

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      EphemeralStorage: { SizeInGiB: 40 }
      ContainerDefinitions:
        - Name: web
          Image: public.ecr.aws/nginx/nginx:1.29
          PortMappings:
            - ContainerPort: 80
";

const CHANGED: &str = "
resources:
  - type: AWS::IAM::Role
    name: web
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: sts:AssumeRole }
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [EC2]
      NetworkMode: host
      IpcMode: task
      PidMode: task
      Cpu: 512
      Memory: 1024
      RuntimePlatform: { CpuArchitecture: ARM64, OperatingSystemFamily: LINUX }
      EnableFaultInjection: true
      ExecutionRoleArn: \"{{ ref('AWS::IAM::Role/web', 'Arn') }}\"
      TaskRoleArn: \"{{ ref('AWS::IAM::Role/web', 'Arn') }}\"
      Volumes:
        - { Name: cache, Host: { SourcePath: /var/cache/nginx } }
      ContainerDefinitions:
        - Name: web
          Image: public.ecr.aws/nginx/nginx:1.29-alpine
          PortMappings:
            - ContainerPort: 80
          MountPoints:
            - { SourceVolume: cache, ContainerPath: /var/cache/nginx }
";

impl Kind for TaskDefinition {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::DeleteFirst,
        keyed: &[
            ("/ContainerDefinitions", "Name"),
            ("/ContainerDefinitions/*/DependsOn", "ContainerName"),
            ("/ContainerDefinitions/*/Environment", "Name"),
            ("/ContainerDefinitions/*/LogConfiguration/SecretOptions", "Name"),
            ("/ContainerDefinitions/*/Secrets", "Name"),
            ("/ContainerDefinitions/*/Ulimits", "Name"),
            ("/Volumes", "Name"),
        ],
        disjoint_names: &[
            ("/ContainerDefinitions/*/Environment", "/ContainerDefinitions/*/Secrets"),
            (
                "/ContainerDefinitions/*/LogConfiguration/Options",
                "/ContainerDefinitions/*/LogConfiguration/SecretOptions",
            ),
        ],
        switches: rules::SWITCHES,
        preflight_reads: &["ecr:DescribeImages", "ecr:DescribePullThroughCacheRules"],
        sensitive: &[
            "/ContainerDefinitions/*/Command",
            "/ContainerDefinitions/*/EntryPoint",
            "/ContainerDefinitions/*/Environment",
            "/ContainerDefinitions/*/HealthCheck/Command",
            // Drivers and plugins of Fluent Bit have them under these names; `SecretOptions` is the place for others.
            "/ContainerDefinitions/*/LogConfiguration/Options/HTTP_Passwd",
            "/ContainerDefinitions/*/LogConfiguration/Options/Shared_Key",
            "/ContainerDefinitions/*/LogConfiguration/Options/Splunk_Token",
            "/ContainerDefinitions/*/LogConfiguration/Options/apiKey",
            "/ContainerDefinitions/*/LogConfiguration/Options/api_key",
            "/ContainerDefinitions/*/LogConfiguration/Options/apikey",
            "/ContainerDefinitions/*/LogConfiguration/Options/bearer_token",
            "/ContainerDefinitions/*/LogConfiguration/Options/http_passwd",
            "/ContainerDefinitions/*/LogConfiguration/Options/licenseKey",
            "/ContainerDefinitions/*/LogConfiguration/Options/license_key",
            "/ContainerDefinitions/*/LogConfiguration/Options/logentries-token",
            "/ContainerDefinitions/*/LogConfiguration/Options/shared_key",
            "/ContainerDefinitions/*/LogConfiguration/Options/splunk-token",
            "/ContainerDefinitions/*/LogConfiguration/Options/splunk_token",
        ],
        updated_outputs: &["TaskDefinitionArn"],
        revisioned: true,
        put_semantics: true,
        tombstone: Some(
            "ECS goes on showing its revisions, with their tags, until it has removed them; they cost nothing",
        ),
        prunes: &["/**"],
        cloudformation: CloudFormation {
            left_out: &[("EphemeralStorage", r#"{ "SizeInGiB": 20 }"#)],
            nothing_without: &[("EFSVolumeConfiguration", "FilesystemId"), ("HealthCheck", "Command")],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::ECS::TaskDefinition",
            is_global: false,
            indexed_as: Some("ecs"),
            reference: "TaskDefinitionArn",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("Family"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "Revisions",
                Detection::Left(
                    "a newer one that somebody registers is not run by our services; `external` takes it up",
                ),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ecs:ListTaskDefinitionFamilies", "ecs:ListTaskDefinitions", "ecs:DescribeTaskDefinition"],
                create: &[
                    "ecs:RegisterTaskDefinition",
                    "ecs:DescribeTaskDefinition",
                    "ecs:TagResource",
                    "iam:PassRole",
                ],
                update: &[
                    "ecs:RegisterTaskDefinition",
                    "ecs:DescribeTaskDefinition",
                    "ecs:TagResource",
                    "iam:PassRole",
                    "ecs:ListTaskDefinitions",
                    "ecs:ListClusters",
                    "ecs:ListServices",
                    "ecs:DescribeServices",
                    "ecs:DeregisterTaskDefinition",
                    "ecs:DeleteTaskDefinitions",
                ],
                retag: &["ecs:TagResource", "ecs:UntagResource"],
                delete: &[
                    "ecs:ListTaskDefinitions",
                    "ecs:DescribeTaskDefinition",
                    "ecs:DeregisterTaskDefinition",
                    "ecs:DeleteTaskDefinitions",
                ],
                on: &[
                    ("ecs:RegisterTaskDefinition", &[On::Made("task-definition/*")]),
                    ("ecs:TagResource", &[On::Ours, On::MadeBy("RegisterTaskDefinition")]),
                    ("ecs:DeregisterTaskDefinition", &[On::Everything]),
                    ("iam:PassRole", &[On::PassedTo("ecs-tasks.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let families = read::families(reader, scope).await?;
        let mut listing = Listing::default();
        let answers = join_all(families.iter().map(|family| read::family(reader, scope, family))).await;
        for (family, answer) in families.into_iter().zip(answers) {
            match answer {
                Ok(read::FamilyRead::Ours(found)) => listing.found.push(*found),
                Ok(read::FamilyRead::Foreign(conflict)) => listing.name_conflicts.push(conflict),
                Ok(read::FamilyRead::Gone) => {}
                // Also what is not found: ECS has just listed the family.
                Err(failure) => listing.unseen.push(Unseen { id: family, tags: None, failure }),
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer.ecs().describe_task_definition().task_definition(name.as_str());
        match call.include(TaskDefinitionField::Tags).send().await.map_err(Failure::from) {
            Ok(there) => {
                ownership::adopt(&format!("the task definition {name}"), &tag::read(there.tags()), tags)?;
            }
            Err(failure) if failure.is(Class::NotFound) => {}
            Err(failure) => return Err(failure),
        }
        register(writer, name.as_str(), spec, Vec::from_tags(tags)).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let family = live.name.as_deref().unwrap_or_default();
        // AWS's own, which nobody else may set, stay behind with what CloudFormation made once.
        let tags = live.tags.iter().filter(|(key, _)| !key.starts_with("aws:")).collect();
        let made = register(writer, family, spec, Vec::from_tags(&tags)).await?;
        // Not before: behind a pipeline's revisions, an old one may be the last that bears our tags. And not later: what
        // a service may have to go back to is what it runs now, while the new one has yet to be deployed.
        if let Err(failure) = revisions::prune(writer, family, &made.id, &live.tags).await {
            tracing::warn!(family, %failure, "old revisions stay");
        }
        Ok(Turn::Done(made))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ecs::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let family = live.name.as_deref().unwrap_or_default();
        revisions::delete_all(writer, family, &live.tags).await.map(Turn::Done)
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        image::questions(spec)
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [account, region, repository, version] = about else { return Ok(None) };
        image::missing(reader, account, region, (repository, version)).await
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}

/// Registers a revision, while IAM may not show the roles everywhere yet, and while a pipeline may register one, too.
async fn register(writer: &Writer, family: &str, spec: &Spec, tags: Vec<Tag>) -> Result<Made<TaskDefinition>> {
    let compatibilities = spec.requires_compatibilities.iter().map(|name| Compatibility::from(name.as_str()));
    let is_linux = spec.runtime_platform == spec::RuntimePlatform::default();
    let platform = (!is_linux).then(|| {
        RuntimePlatform::builder()
            .cpu_architecture(CpuArchitecture::from(spec.runtime_platform.cpu_architecture.as_str()))
            .operating_system_family(OsFamily::from(spec.runtime_platform.operating_system_family.as_str()))
            .build()
    });
    let size = spec.ephemeral_storage.size_in_gib;
    let storage = (spec.ephemeral_storage != spec::EphemeralStorage::default())
        .then(|| EphemeralStorage::builder().size_in_gib(size).build());
    let call = writer
        .ecs()
        .register_task_definition()
        .family(family)
        .set_container_definitions(Some(spec.container_definitions.iter().map(write::container).collect()))
        .set_cpu(given(spec.cpu.as_str()))
        .set_enable_fault_injection(spec.enable_fault_injection.then_some(true))
        .set_ephemeral_storage(storage)
        .set_execution_role_arn(given(spec.execution_role_arn.as_str()))
        .set_ipc_mode(given(&spec.ipc_mode).map(|mode| IpcMode::from(mode.as_str())))
        .set_memory(given(spec.memory.as_str()))
        .network_mode(NetworkMode::from(spec.network_mode.as_str()))
        .set_pid_mode(given(&spec.pid_mode).map(|mode| PidMode::from(mode.as_str())))
        .set_requires_compatibilities(list(compatibilities.collect()))
        .set_runtime_platform(platform)
        .set_task_role_arn(given(spec.task_role_arn.as_str()))
        .set_volumes(list(spec.volumes.iter().map(write::volume).collect()))
        .set_tags(list(tags));
    let answer = retry_while(2 * MINUTE, &[Class::Propagating, Class::Busy], || call.clone().send()).await?;
    let arn = answer.task_definition().and_then(|made| made.task_definition_arn()).map(str::to_owned);
    let arn = arn.ok_or_else(|| Failure::new(Class::Other, "RegisterTaskDefinition returned no ARN"))?;
    Ok(Made { id: arn.clone(), outputs: Outputs { task_definition_arn: arn }, state: State::Ready })
}
