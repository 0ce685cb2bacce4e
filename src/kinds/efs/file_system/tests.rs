use aws_sdk_efs::types::{
    Destination, FileSystemDescription, FileSystemProtectionDescription, FileSystemSize, LifeCycleState,
    MountTargetDescription, PerformanceMode, ReplicationConfigurationDescription, ReplicationOverwriteProtection,
    ReplicationStatus, Status,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::{Value, from_value, json};

use super::read::{self, Parts};
use super::*;
use crate::resource::normal::PolicyDocument;

const ID: &str = "fs-1";
const ARN: &str = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-1";

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    FileSystem::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

fn told(protection: ReplicationOverwriteProtection) -> FileSystemDescription {
    FileSystemDescription::builder()
        .owner_id("123456789012")
        .creation_token("t")
        .creation_time(DateTime::from_secs(0))
        .file_system_id(ID)
        .file_system_arn(ARN)
        .number_of_mount_targets(0)
        .performance_mode(PerformanceMode::GeneralPurpose)
        .size_in_bytes(FileSystemSize::builder().value(6144).build())
        .life_cycle_state(LifeCycleState::Available)
        .file_system_protection(
            FileSystemProtectionDescription::builder().replication_overwrite_protection(protection).build(),
        )
        .set_tags(Some(Vec::new()))
        .build()
        .unwrap()
}

fn target(subnet: &str, state: LifeCycleState) -> (MountTargetDescription, Vec<String>) {
    let target = MountTargetDescription::builder().mount_target_id(format!("fsmt-{subnet}")).file_system_id(ID);
    (target.subnet_id(subnet).life_cycle_state(state).build().unwrap(), vec!["sg-1".to_owned()])
}

fn parts(targets: Vec<(MountTargetDescription, Vec<String>)>) -> Parts {
    Parts { rules: Vec::new(), backup: None, policy: PolicyDocument::default(), targets }
}

fn found(parts: &Parts) -> Found<FileSystem> {
    read::found(&told(ReplicationOverwriteProtection::Enabled), parts, &[], Tags::default(), None)
}

#[test]
fn what_efs_tells_of_a_plain_one_is_what_one_would_write() {
    assert_eq!(found(&parts(Vec::new())).spec, spec(json!({})));
    let beginning = Parts { backup: Some(Status::Enabling), ..parts(Vec::new()) };
    assert_eq!(found(&beginning).spec, spec(json!({ "BackupPolicy": { "Status": "ENABLED" } })));
    let ending = Parts { backup: Some(Status::Disabling), ..parts(Vec::new()) };
    assert_eq!(found(&ending).spec, spec(json!({})));
}

#[test]
fn backups_are_on_where_all_stands_in_one_zone_unless_somebody_says_otherwise() {
    let status = |more: Value| spec(more).backup_policy.status;
    assert_eq!(status(json!({ "AvailabilityZoneName": "us-east-1a" })), "ENABLED");
    let off = json!({ "AvailabilityZoneName": "us-east-1a", "BackupPolicy": { "Status": "DISABLED" } });
    assert_eq!(status(off), "DISABLED");
}

#[test]
fn the_arn_that_efs_writes_into_a_statement_is_no_difference() {
    let statement = |resource: Option<&str>| {
        let mut one = json!({ "Effect": "Deny", "Principal": "*", "Action": "*" });
        one.as_object_mut().unwrap().extend(resource.map(|arn| ("Resource".to_owned(), json!(arn))));
        json!({ "Version": "2012-10-17", "Statement": [one] })
    };
    let with = |resource: Option<&str>| {
        let policy = PolicyDocument::new(statement(resource));
        found(&Parts { policy, ..parts(Vec::new()) }).spec.file_system_policy
    };
    assert_eq!(with(Some(ARN)), PolicyDocument::new(statement(None)));
    assert_eq!(with(Some("*")), PolicyDocument::new(statement(Some("*"))));
}

#[test]
fn it_is_ready_when_its_mount_targets_are() {
    let state = |states: &[LifeCycleState]| {
        let all = states.iter().enumerate().map(|(at, state)| target(&format!("subnet-{at}"), state.clone()));
        found(&parts(all.collect())).state
    };
    assert_eq!(state(&[]), State::Ready);
    assert_eq!(state(&[LifeCycleState::Available, LifeCycleState::Available]), State::Ready);
    let waits = state(&[LifeCycleState::Available, LifeCycleState::Creating]);
    assert_eq!(waits, State::Settling("its mount target in subnet-1 (creating)".to_owned()));
    let leaves = state(&[LifeCycleState::Deleting]);
    assert_eq!(leaves, State::Settling("its mount target in subnet-0 (deleting)".to_owned()));
    assert!(matches!(state(&[LifeCycleState::Error]), State::Failed(_)));
}

/// Tasks that come sooner don't find it, and three of them fail a deployment.
#[test]
fn a_new_one_is_waited_for_until_its_name_is_known_everywhere() {
    let there = target("subnet-1", LifeCycleState::Available).0;
    let at = |seconds: i64, targets: &[&MountTargetDescription]| {
        let now = Timestamp::from_second(seconds).unwrap();
        read::state(&told(ReplicationOverwriteProtection::Enabled), targets, Some(now))
    };
    assert!(matches!(at(179, &[&there]), State::Settling(what) if what.contains("DNS")));
    assert_eq!(at(180, &[&there]), State::Ready);
    assert_eq!(at(1, &[]), State::Ready, "it has no name yet, and gets its mount targets now");
}

#[test]
fn a_mount_target_that_leaves_is_no_longer_one() {
    let all = vec![target("subnet-2", LifeCycleState::Available), target("subnet-1", LifeCycleState::Deleting)];
    let found = found(&parts(all));
    let subnets: Vec<_> = found.spec.mount_targets.iter().map(|one| one.subnet_id.as_str()).collect();
    assert_eq!(subnets, ["subnet-2"]);
    assert_eq!(found.outputs.targets.len(), 2, "a deletion waits for both");
}

#[test]
fn a_copy_is_told_and_no_word_of_its_protection_is_a_difference() {
    let to = Destination::builder().file_system_id(ID).region("us-east-1").status(ReplicationStatus::Enabled);
    let replication = ReplicationConfigurationDescription::builder()
        .source_file_system_id("fs-2")
        .source_file_system_region("eu-west-1")
        .source_file_system_arn("a")
        .original_source_file_system_arn("a")
        .creation_time(DateTime::from_secs(0))
        .destinations(to.build().unwrap())
        .build()
        .unwrap();
    let copy = told(ReplicationOverwriteProtection::Replicating);
    let found = read::found(&copy, &parts(Vec::new()), &[replication], Tags::default(), None);
    assert_eq!(found.spec.file_system_protection.replication_overwrite_protection, "DISABLED");
    let in_force = FileSystem::in_force(&found).unwrap();
    assert_eq!(in_force["FileSystemProtection"]["ReplicationOverwriteProtection"], "ENABLED");
    assert_eq!(found.unmodelled[0].text, "is a copy of fs-2 in eu-west-1 (ENABLED)");
}

#[test]
fn what_efs_refuses_is_refused_before() {
    assert_eq!(wrong(json!({})), [""; 0]);
    let rules = |rules: Value| wrong(json!({ "LifecyclePolicies": rules }));
    let both = json!({ "TransitionToIA": "AFTER_7_DAYS", "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS" });
    assert_eq!(rules(json!([both])), ["/LifecyclePolicies"], "one entry, one rule");
    let each = json!([{ "TransitionToIA": "AFTER_7_DAYS" }, { "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS" }]);
    assert_eq!(rules(each), [""; 0]);
    let archive = json!([{ "TransitionToArchive": "AFTER_90_DAYS" }]);
    assert_eq!(rules(archive.clone()), ["/LifecyclePolicies"], "not with bursting");
    assert_eq!(wrong(json!({ "LifecyclePolicies": archive, "ThroughputMode": "elastic" })), [""; 0]);
    assert_eq!(wrong(json!({ "ThroughputMode": "provisioned" })), ["/ProvisionedThroughputInMibps"]);
    assert_eq!(wrong(json!({ "ThroughputMode": "elastic", "PerformanceMode": "maxIO" })), ["/PerformanceMode"]);
    let key = "arn:aws:kms:us-east-1:123456789012:key/a";
    assert_eq!(wrong(json!({ "KmsKeyId": key })), ["/Encrypted"]);
    assert_eq!(wrong(json!({ "KmsKeyId": "alias/a", "Encrypted": true })), ["/KmsKeyId"]);
    let open = json!({ "MountTargets": [{ "SubnetId": "subnet-1", "SecurityGroups": [] }] });
    assert_eq!(wrong(open), ["/MountTargets/subnet-1/SecurityGroups"]);
}

#[test]
fn a_zone_that_loses_its_mount_target_is_an_outage_and_one_that_gets_one_is_none() {
    let target = || Some(json!({ "SubnetId": "subnet-1", "SecurityGroups": ["sg-1"] }));
    let of = |path: &str, before: Option<Value>, after: Option<Value>| {
        FileSystem::disruption(&[FieldDiff { path: path.to_owned(), before, after }])
    };
    assert_eq!(of("/MountTargets/subnet-1", target(), None), Disruption::Outage);
    assert_eq!(of("/MountTargets/subnet-1", None, target()), Disruption::None);
    assert_eq!(of("/MountTargets/subnet-1/SecurityGroups", Some(json!(["a"])), Some(json!(["b"]))), Disruption::None);
}

#[test]
fn what_aws_does_once_a_day_and_what_stays_is_said() {
    let of = |path: &str, after: Value| {
        FileSystem::advice(
            &Value::Null,
            &Value::Null,
            &[FieldDiff { path: path.to_owned(), before: None, after: Some(after) }],
        )
    };
    assert!(of("/ThroughputMode", json!("elastic"))[0].contains("once a day"));
    assert!(of("/BackupPolicy/Status", json!("DISABLED"))[0].contains("until they expire"));
    assert!(of("/BackupPolicy/Status", json!("ENABLED")).is_empty());
}
