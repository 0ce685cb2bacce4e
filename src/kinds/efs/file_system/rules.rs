//! What a file system must not say, and what a change means to those who have mounted it.

use serde_json::Value;

use super::spec::{DISABLED, ELASTIC, ENABLED, LifecyclePolicy, PROVISIONED, Spec};
use super::write::THROUGHPUT;
use crate::kinds::shared::key_arn;
use crate::resource::{Disruption, FieldDiff, Kept, Mistake, pointer};

/// How many security groups a mount target has.
const GROUPS: usize = 5;

/// Whether a part that has a call of its own is not as it is to be.
pub(super) fn differs(live: &Spec, spec: &Spec, part: &str) -> bool {
    match part {
        "/FileSystemPolicy" => live.file_system_policy != spec.file_system_policy,
        "/FileSystemProtection" => live.file_system_protection != spec.file_system_protection,
        "/LifecyclePolicies" => live.lifecycle_policies != spec.lifecycle_policies,
        "/BackupPolicy" => live.backup_policy != spec.backup_policy,
        _ => live.mount_targets != spec.mount_targets,
    }
}

/// Returns what one changed field does.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    let is_target =
        pointer::covers("/MountTargets/*", &field.path) && !pointer::covers("/MountTargets/*/*", &field.path);
    let goes = field.before.is_some() && field.after.as_ref().is_none_or(Value::is_null);
    if is_target && goes { Disruption::Outage } else { Disruption::None }
}

pub(super) fn advice(fields: &[FieldDiff]) -> Vec<String> {
    let is_throughput = |field: &FieldDiff| THROUGHPUT.iter().any(|path| pointer::covers(path, &field.path));
    let stops = |field: &FieldDiff| {
        pointer::covers("/BackupPolicy", &field.path) && field.after.as_ref().is_some_and(|after| says(after, DISABLED))
    };
    let says = [
        (fields.iter().any(is_throughput), "EFS changes the throughput mode, or provisions less, once a day at most."),
        (fields.iter().any(stops), "The backups that there are stay until they expire, and there are no new ones."),
    ];
    says.into_iter().filter(|(is_so, _)| *is_so).map(|(_, text)| text.to_owned()).collect()
}

fn says(value: &Value, word: &str) -> bool {
    value == word || value["Status"] == word
}

/// What is left of a file system that was backed up.
pub(super) fn kept(id: &str, spec: &Spec) -> Vec<Kept> {
    let backups = Kept {
        what: "backups".to_owned(),
        id: id.to_owned(),
        why: "AWS Backup keeps the recovery points in its vault until they expire after 35 days".to_owned(),
        costs: true,
        is_itself: false,
        stays: false,
    };
    if spec.backup_policy.status == ENABLED { vec![backups] } else { Vec::new() }
}

/// What EFS refuses (docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html).
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let mode = spec.throughput_mode.as_str();
    let figure = spec.provisioned_throughput_in_mibps;
    let max_io = spec.performance_mode == "maxIO";
    let words = [ENABLED, DISABLED];
    let all = Mistake::all([
        (
            !words.contains(&spec.backup_policy.status.as_str()),
            "/BackupPolicy/Status",
            "is none of ENABLED and DISABLED",
        ),
        (
            !words.contains(&spec.file_system_protection.replication_overwrite_protection.as_str()),
            "/FileSystemProtection/ReplicationOverwriteProtection",
            "is none of ENABLED and DISABLED",
        ),
        (
            !["generalPurpose", "maxIO"].contains(&spec.performance_mode.as_str()),
            "/PerformanceMode",
            "is none of generalPurpose and maxIO",
        ),
        (
            !["bursting", ELASTIC, PROVISIONED].contains(&mode),
            "/ThroughputMode",
            "is none of bursting, elastic and provisioned",
        ),
        (max_io && mode == ELASTIC, "/PerformanceMode", "is maxIO, which EFS does not have with elastic throughput"),
        (max_io && spec.availability_zone_name.is_some(), "/PerformanceMode", "is maxIO, which one zone does not have"),
        (
            mode == PROVISIONED && figure.is_none_or(|figure| figure < 1.0),
            "/ProvisionedThroughputInMibps",
            "has to be 1 or more: ThroughputMode is provisioned",
        ),
        (spec.kms_key_id.is_some() && !spec.encrypted, "/Encrypted", "is false, and KmsKeyId names a key"),
        (spec.file_system_policy.lacks_version(), "/FileSystemPolicy", "has no Version: AWS takes it for one of 2008"),
        (
            spec.availability_zone_name.is_some() && spec.mount_targets.len() > 1,
            "/MountTargets",
            "has several: a file system in one zone has one",
        ),
    ]);
    let targets = spec.mount_targets.iter().flat_map(|target| {
        let at = format!("{}/SecurityGroups", pointer::join("/MountTargets", target.subnet_id.as_str()));
        Mistake::all([
            (target.security_groups.is_empty(), at.clone(), "is empty: EFS would take the VPC's default group"),
            (target.security_groups.len() > GROUPS, at, "has more than 5 groups"),
        ])
    });
    let key = key_arn::mistake("/KmsKeyId", spec.kms_key_id.as_ref());
    all.chain(targets).chain(of_rules(spec)).chain(key).collect()
}

fn of_rules(spec: &Spec) -> impl Iterator<Item = Mistake> {
    let set = |rule: &LifecyclePolicy| {
        let all = [&rule.transition_to_archive, &rule.transition_to_ia, &rule.transition_to_primary_storage_class];
        all.into_iter().flatten().count()
    };
    let sorts: [fn(&LifecyclePolicy) -> bool; 3] = [
        |rule| rule.transition_to_archive.is_some(),
        |rule| rule.transition_to_ia.is_some(),
        |rule| rule.transition_to_primary_storage_class.is_some(),
    ];
    let archives = spec.lifecycle_policies.iter().any(sorts[0]);
    let is_twice = sorts.iter().any(|sort| spec.lifecycle_policies.iter().filter(|rule| sort(rule)).count() > 1);
    let at = "/LifecyclePolicies";
    Mistake::all([
        (
            spec.lifecycle_policies.iter().any(|rule| set(rule) != 1),
            at,
            "has an entry with more or less than one rule: EFS wants an entry for each",
        ),
        (is_twice, at, "has two rules of one sort"),
        (
            archives && spec.throughput_mode != ELASTIC,
            at,
            "archives files, which EFS does with elastic throughput alone",
        ),
    ])
}
