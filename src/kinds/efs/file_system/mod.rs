mod example;
mod read;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use serde_json::{Value, json};

pub use self::spec::{Outputs, Spec};
use crate::aws::{Aws, Reader, Writer};
use crate::kinds::efs;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::{ownership, tag};
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Replacement, Result, Scope, State, States,
    Switch, Tags, Turn,
};

/// Files that many tasks share, in all zones, with a mount target in each.
///
/// The mount targets are inside: AWS can't tag them, and without them nobody reaches the files. So the file system is ready
/// when they are, and what mounts it waits for them.
pub struct FileSystem;

impl Kind for FileSystem {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/AvailabilityZoneName", "/Encrypted", "/KmsKeyId", "/PerformanceMode"],
        replacement: Replacement::CreateFirst,
        keyed: &[("/MountTargets", "SubnetId")],
        switches: &[Switch::with("/ProvisionedThroughputInMibps", "/ThroughputMode", &[spec::PROVISIONED])],
        grants: &["/FileSystemPolicy/Statement", "/MountTargets"],
        memberships: &["/MountTargets/*/SecurityGroups"],
        set_when_ready: write::PARTS,
        stateful: true,
        // A minute and a half for its mount targets, as long for its name; some waited for over ten minutes.
        seconds: 180,
        cloudformation: CloudFormation {
            parts: &[Part::of(
                "AWS::EFS::MountTarget",
                "MountTarget",
                Source::Elements("MountTargets"),
                "FileSystemId",
            )],
            tags: "FileSystemTags",
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::EFS::FileSystem",
            is_global: false,
            indexed_as: Some("elasticfilesystem"),
            reference: "FileSystemId",
            name: NameRule::Assigned { max: 256 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &["fs-"],
            attachable: &[
                Attachable::new("AWS::EFS::MountTarget", Detection::Compared("/MountTargets")),
                Attachable::new("AWS::EFS::AccessPoint", Detection::Listed),
                Attachable::new("replication", Detection::Noted("/ReplicationConfiguration")),
                Attachable::new(
                    "AWS::Backup::BackupSelection",
                    Detection::Left("it copies the files, and changes none"),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "elasticfilesystem:DescribeFileSystems",
                    "elasticfilesystem:DescribeReplicationConfigurations",
                    "elasticfilesystem:DescribeLifecycleConfiguration",
                    "elasticfilesystem:DescribeBackupPolicy",
                    "elasticfilesystem:DescribeFileSystemPolicy",
                    "elasticfilesystem:DescribeMountTargets",
                    "elasticfilesystem:DescribeMountTargetSecurityGroups",
                ],
                create: &[
                    "elasticfilesystem:CreateFileSystem",
                    "elasticfilesystem:TagResource",
                    "iam:CreateServiceLinkedRole",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                    "kms:GenerateDataKeyWithoutPlaintext",
                ],
                update: &[
                    "elasticfilesystem:UpdateFileSystem",
                    "elasticfilesystem:UpdateFileSystemProtection",
                    "elasticfilesystem:PutLifecycleConfiguration",
                    "elasticfilesystem:PutBackupPolicy",
                    "elasticfilesystem:PutFileSystemPolicy",
                    "elasticfilesystem:DeleteFileSystemPolicy",
                    "elasticfilesystem:CreateMountTarget",
                    "elasticfilesystem:ModifyMountTargetSecurityGroups",
                    "elasticfilesystem:DeleteMountTarget",
                    "ec2:CreateNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSubnets",
                    "ec2:ModifyNetworkInterfaceAttribute",
                    "ec2:DeleteNetworkInterface",
                ],
                retag: &["elasticfilesystem:TagResource", "elasticfilesystem:UntagResource"],
                delete: &[
                    "elasticfilesystem:DeleteFileSystem",
                    "elasticfilesystem:DeleteMountTarget",
                    "ec2:DeleteNetworkInterface",
                ],
                on: &[
                    ("elasticfilesystem:CreateFileSystem", &[On::Made("")]),
                    ("elasticfilesystem:TagResource", &[On::Ours, On::Untagged("file-system/*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("elasticfilesystem.amazonaws.com")]),
                    ("kms:CreateGrant", &[On::Via("elasticfilesystem")]),
                    ("kms:GenerateDataKeyWithoutPlaintext", &[On::Via("elasticfilesystem")]),
                    // The interface of a mount target bears no tags.
                    ("ec2:CreateNetworkInterface", &[On::Ours, On::Any("network-interface/*")]),
                    ("ec2:ModifyNetworkInterfaceAttribute", &[On::Ours, On::Any("network-interface/*")]),
                    ("ec2:DeleteNetworkInterface", &[On::Any("network-interface/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        read::list(reader, scope).await
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let mut states = States::new();
        for id in ids {
            let asked = reader.efs().describe_file_systems().file_system_id(id).send();
            let answer = match asked.await.map_err(Failure::from) {
                Err(failure) if failure.is(Class::NotFound) => continue,
                answer => answer?,
            };
            let targets = read::targets(reader, id).await?;
            let targets: Vec<_> = targets.iter().collect();
            states.extend(
                answer.file_systems().first().map(|one| (id.clone(), read::state(one, &targets, reader.made_at()))),
            );
        }
        Ok(Some(states))
    }

    /// What takes calls of its own is set when it is ready.
    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let state = State::Settling("the file system".to_owned());
        match write::creation(writer, spec, tags).send().await.map_err(Failure::from) {
            // The token of a create whose answer was lost.
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let there = writer.efs().describe_file_systems().creation_token(writer.token()).send().await?;
                let there = there.file_systems().first().ok_or(failure)?;
                ownership::adopt("the file system of this token", &tag::read(there.tags()), tags)?;
                Ok(made(there.file_system_id(), there.file_system_arn(), state))
            }
            answer => answer.map(|answer| made(answer.file_system_id(), answer.file_system_arn(), state)),
        }
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        for property in
            write::PARTS.iter().filter(|part| changes.touches(part) && rules::differs(&live.spec, spec, part))
        {
            if *property == "/MountTargets" {
                let there = (live.spec.mount_targets.as_slice(), live.outputs.targets.as_slice());
                write::mount_targets(writer, &live.id, there, &spec.mount_targets).await?;
            } else {
                write::part(writer, &live.id, spec, property).await?;
            }
        }
        if changes.touches_any(write::THROUGHPUT) {
            write::throughput(writer, &live.id, spec).await?;
        }
        let state = State::Settling("the change of the file system".to_owned());
        Ok(Turn::Done(Made { id: live.id.clone(), outputs: live.outputs.clone(), state }))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        efs::retag(writer, bearer.id, set, unset).await
    }

    /// EFS deletes none that has mount targets.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        for target in live.outputs.targets.iter().filter(|target| !target.is_leaving) {
            write::delete(writer, &target.id).await?;
        }
        if !live.outputs.targets.is_empty() {
            return Ok(Turn::More("its mount targets before the file system".to_owned()));
        }
        match gone(writer.efs().delete_file_system().file_system_id(&live.id).send().await) {
            Err(failure) if efs::is_transient(&failure) => Ok(Turn::Busy(failure)),
            answer => answer.map(|()| Turn::Done(rules::kept(&live.id, &live.spec))),
        }
    }

    async fn contents(reader: &Reader, id: &str) -> Result<Option<String>> {
        read::contents(reader, id).await
    }

    /// A copy says that a replication writes to it: whichever word the YAML has, it can't be changed until that ends.
    fn in_force(found: &Found<Self>) -> Option<Value> {
        let protected = json!({ "FileSystemProtection": { "ReplicationOverwriteProtection": spec::ENABLED } });
        found.outputs.is_copy.then_some(protected)
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(rules::disruption).max().unwrap_or_default()
    }

    fn advice(_: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        rules::advice(fields)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}

fn made(id: &str, arn: Option<&str>, state: State) -> Made<FileSystem> {
    let arn = arn.unwrap_or_default().to_owned();
    let outputs = Outputs { arn, file_system_id: id.to_owned(), is_copy: false, targets: Vec::new() };
    Made { id: id.to_owned(), outputs, state }
}
