//! The calls that make and change a file system. Each of its parts is overwritten as a whole.

use aws_sdk_efs::operation::create_file_system::builders::CreateFileSystemFluentBuilder;
use aws_sdk_efs::types::{BackupPolicy, LifecyclePolicy as Rule};

use super::read;
use super::spec::{ENABLED, LifecyclePolicy, MountTarget, Spec, Target};
use crate::aws::{MINUTE, Writer};
use crate::kinds::efs::TRANSIENT;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::normal::Set;
use crate::resource::{Failure, Result, Tags};

/// What takes a call of its own, in the order in which a create or an update makes them: where EFS is at work on the throughput, it takes
/// no other change.
pub(super) const PARTS: &[&str] =
    &["/FileSystemPolicy", "/FileSystemProtection", "/LifecyclePolicies", "/BackupPolicy", "/MountTargets"];
pub(super) const THROUGHPUT: &[&str] = &["/ThroughputMode", "/ProvisionedThroughputInMibps"];

pub(super) fn creation(writer: &Writer, spec: &Spec, tags: &Tags) -> CreateFileSystemFluentBuilder {
    writer
        .efs()
        .create_file_system()
        .creation_token(writer.token())
        .set_availability_zone_name(spec.availability_zone_name.clone())
        .backup(spec.backup_policy.status == ENABLED)
        .encrypted(spec.encrypted)
        .set_kms_key_id(spec.kms_key_id.as_ref().map(|key| key.as_str().to_owned()))
        .performance_mode(spec.performance_mode.as_str().into())
        .set_provisioned_throughput_in_mibps(spec.provisioned_throughput_in_mibps)
        .throughput_mode(spec.throughput_mode.as_str().into())
        .set_tags(tag::write(tags))
}

/// Writes one part as it is to be.
pub(super) async fn part(writer: &Writer, id: &str, spec: &Spec, property: &str) -> Result<()> {
    match property {
        "/FileSystemPolicy" => policy(writer, id, spec).await,
        "/FileSystemProtection" => {
            let word = spec.file_system_protection.replication_overwrite_protection.as_str().into();
            let call = writer.efs().update_file_system_protection().file_system_id(id);
            let call = call.replication_overwrite_protection(word);
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
        "/LifecyclePolicies" => {
            let rules = spec.lifecycle_policies.iter().map(rule).collect();
            let call = writer.efs().put_lifecycle_configuration().file_system_id(id);
            let call = call.set_lifecycle_policies(Some(rules));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
        "/BackupPolicy" => {
            let policy = BackupPolicy::builder().status(spec.backup_policy.status.as_str().into()).build();
            let call = writer.efs().put_backup_policy().file_system_id(id);
            let call = call.backup_policy(policy.expect("the status is set"));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
        _ => Ok(()),
    }
}

async fn policy(writer: &Writer, id: &str, spec: &Spec) -> Result<()> {
    if spec.file_system_policy.is_empty() {
        let call = writer.efs().delete_file_system_policy().file_system_id(id);
        return retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop);
    }
    let text = spec.file_system_policy.to_string();
    let call = writer.efs().put_file_system_policy().file_system_id(id).policy(text);
    // A role that it names may be seconds old.
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

fn rule(from: &LifecyclePolicy) -> Rule {
    Rule::builder()
        .set_transition_to_archive(from.transition_to_archive.as_deref().map(Into::into))
        .set_transition_to_ia(from.transition_to_ia.as_deref().map(Into::into))
        .set_transition_to_primary_storage_class(from.transition_to_primary_storage_class.as_deref().map(Into::into))
        .build()
}

/// EFS takes a change of the mode, and of the figure downwards, once a day.
pub(super) async fn throughput(writer: &Writer, id: &str, spec: &Spec) -> Result<()> {
    let call = writer.efs().update_file_system().file_system_id(id);
    let call = call.throughput_mode(spec.throughput_mode.as_str().into());
    let call = call.set_provisioned_throughput_in_mibps(spec.provisioned_throughput_in_mibps);
    retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

/// Makes, changes and takes away mount targets; `live` are those that are there.
pub(super) async fn mount_targets(
    writer: &Writer,
    id: &str,
    (live, known): (&[MountTarget], &[Target]),
    wanted: &[MountTarget],
) -> Result<()> {
    for target in known.iter().filter(|one| !one.is_leaving && at(wanted, &one.subnet).is_none()) {
        delete(writer, &target.id).await?;
    }
    for target in wanted {
        let subnet = target.subnet_id.as_str();
        let there = known.iter().find(|one| one.subnet == subnet && !one.is_leaving);
        match there {
            None => make(writer, id, target).await?,
            Some(one) if at(live, subnet).is_some_and(|live| live.security_groups != target.security_groups) => {
                writer.admit(&one.id);
                let call = writer.efs().modify_mount_target_security_groups().mount_target_id(&one.id);
                let call = call.set_security_groups(Some(groups(&target.security_groups)));
                retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn at<'a>(all: &'a [MountTarget], subnet: &str) -> Option<&'a MountTarget> {
    all.iter().find(|one| one.subnet_id.as_str() == subnet)
}

fn groups<K>(of: &Set<crate::resource::Ref<K>>) -> Vec<String> {
    of.iter().map(|group| group.as_str().to_owned()).collect()
}

/// A zone has one. Where an earlier try, whose answer was lost, has made it, that is it.
async fn make(writer: &Writer, id: &str, target: &MountTarget) -> Result<()> {
    let subnet = target.subnet_id.as_str();
    let call = writer.efs().create_mount_target().file_system_id(id).subnet_id(subnet);
    let call = call.set_security_groups(Some(groups(&target.security_groups)));
    match retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await {
        Err(failure) if failure.code == "MountTargetConflict" => {
            let there = read::targets(writer, id).await?;
            let is_there = there.iter().map(read::known).any(|one| one.subnet == subnet && !one.is_leaving);
            if is_there { Ok(()) } else { Err(in_the_way(failure)) }
        }
        answer => answer.map(drop),
    }
}

fn in_the_way(failure: Failure) -> Failure {
    failure.hint("a zone has one mount target: take the one in the other subnet out first, in a run of its own")
}

pub(super) async fn delete(writer: &Writer, target: &str) -> Result<()> {
    writer.admit(target);
    let call = writer.efs().delete_mount_target().mount_target_id(target);
    gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)
}
