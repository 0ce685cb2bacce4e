//! `file_systems` of a tenant, and what services mount of them.

use aws_sdk_efs::types::{LifecyclePolicy, TransitionToIaRules};
use serde_json::{Value, json};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: acme
template: minimal
account: \"300000000874\"
environments:
  certification:
    region: us-east-1
    protected: false
    cidr: 10.20.0.0/20
    file_systems:
      files:
        backup: true
        access_points:
          main: {}
          reports: { path: /shop/reports, uid: 0, gid: 33, permissions: \"0750\" }
      cache: { throughput: bursting, cold: null }
    services:
      worker:
        image: \"shop:1\"
        volumes:
          files: { path: /data }
          reports: { path: /reports, file_system: files, access_point: reports, read_only: true }
";

fn property(tenant: &str, address: &str, pointer: &str) -> Value {
    let all = blueprints(&[("tenant.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let (_, of) = all[0].resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_default()
}

fn named(address: &str, output: &str) -> String {
    format!("\u{27e6}{address}.{output}\u{27e7}")
}

#[test]
fn a_task_mounts_each_folder_by_its_access_point_over_tls_and_with_its_role() {
    let task = "AWS::ECS::TaskDefinition/worker";
    let volumes = property(TENANT, task, "/Volumes");
    let expected = |name: &str, point: &str| {
        let point = named(&format!("AWS::EFS::AccessPoint/files-{point}"), "AccessPointId");
        json!({
            "Name": name, "ConfiguredAtLaunch": false, "Host": { "SourcePath": "" },
            "EFSVolumeConfiguration": {
                "FilesystemId": named("AWS::EFS::FileSystem/files", "FileSystemId"),
                "RootDirectory": "/", "TransitEncryption": "ENABLED",
                "AuthorizationConfig": { "AccessPointId": point, "IAM": "ENABLED" },
            },
        })
    };
    assert_eq!(volumes, json!([expected("volume-files", "main"), expected("volume-reports", "reports")]));
    let mounts = property(TENANT, task, "/ContainerDefinitions/0/MountPoints");
    let mount = |name: &str, path: &str, read_only: bool| json!({ "SourceVolume": name, "ContainerPath": path, "ReadOnly": read_only });
    assert_eq!(mounts, json!([mount("volume-files", "/data", false), mount("volume-reports", "/reports", true)]));
}

#[test]
fn its_role_lets_it_into_just_these_folders() {
    let statements = property(TENANT, "AWS::IAM::Role/worker-task", "/Policies/0/PolicyDocument/Statement");
    let expected = |sid: &str, point: &str, actions: Value| {
        let point = named(&format!("AWS::EFS::AccessPoint/files-{point}"), "Arn");
        json!({
            "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": named("AWS::EFS::FileSystem/files", "Arn"),
            "Condition": { "StringEquals": { "elasticfilesystem:AccessPointArn": point } },
        })
    };
    let both = json!(["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]);
    let one = json!("elasticfilesystem:ClientMount");
    assert_eq!(statements, json!([expected("Files", "main", both), expected("Reports", "reports", one)]));
}

#[test]
fn only_who_mounts_it_reaches_it_and_nobody_in_the_clear() {
    let rules = |group: &str| property(TENANT, &format!("AWS::EC2::SecurityGroup/{group}"), "/SecurityGroupIngress");
    let [rule] = &rules("file-system-files").as_array().expect("a list").clone()[..] else { panic!("one rule") };
    assert_eq!([&rule["FromPort"], &rule["ToPort"]], [2049, 2049]);
    assert_eq!(rule["SourceSecurityGroupId"], named("AWS::EC2::SecurityGroup/service-worker", "GroupId"));
    assert_eq!(rules("file-system-cache"), json!([]));
    let out = property(TENANT, "AWS::EC2::SecurityGroup/service-worker", "/SecurityGroupEgress");
    let out = out.as_array().expect("a list").iter().filter(|rule| rule["FromPort"] == 2049).count();
    assert_eq!(out, 1, "once for both volumes");
    let policy = property(TENANT, "AWS::EFS::FileSystem/files", "/FileSystemPolicy/Statement");
    assert_eq!(policy.as_array().map(Vec::len), Some(1));
    assert_eq!([&policy[0]["Effect"], &policy[0]["Condition"]["Bool"]["aws:SecureTransport"]], ["Deny", "false"]);
}

#[test]
fn backups_follow_the_protection_unless_the_yaml_says_otherwise() {
    let status =
        |tenant: &str, name: &str| property(tenant, &format!("AWS::EFS::FileSystem/{name}"), "/BackupPolicy/Status");
    assert_eq!([status(TENANT, "files"), status(TENANT, "cache")], ["ENABLED", "DISABLED"]);
    let production = TENANT.replace("certification:", "production:").replace("    protected: false\n", "");
    assert_eq!(status(&production, "cache"), "ENABLED");
}

#[test]
fn a_volume_of_what_is_not_declared_is_told() {
    let told = |from: &str, to: &str| {
        let text = TENANT.replace(from, to);
        blueprints(&[("tenant.yaml", &text)], &[]).map(drop).expect_err("it is a mistake")
    };
    let why = told("files: { path: /data }", "filez: { path: /data }");
    assert!(why.contains("there is no file system filez"), "{why}");
    let why = told("access_point: reports", "access_point: report");
    assert!(why.contains("the file system files has no access point report"), "{why}");
    let why = told("path: /reports", "path: /data");
    assert!(why.contains("two things of worker are mounted at /data"), "{why}");
    let why = told("cold: null", "archive: 90");
    assert!(why.contains("cache archives no files"), "{why}");
}

#[test]
fn file_systems_are_made_drift_and_are_taken_away() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000874").await;
        let of =
            |tenant: &str| blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        let stack = of(TENANT);
        local.kinds.retain(|kind| stack.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));

        let efs = aws_sdk_efs::Client::new(&local.by_hand().await);
        let inventory = local.inventory(&stack).await;
        let is_it = |address: &str| address == "AWS::EFS::FileSystem/files";
        let (_, live) = inventory.all().find(|(at, _)| is_it(&at.to_string())).expect("it is there");
        let id = live.id.clone();
        efs.delete_file_system_policy().file_system_id(&id).send().await.expect("gone");
        let rule = LifecyclePolicy::builder().transition_to_ia(TransitionToIaRules::After1Day).build();
        efs.put_lifecycle_configuration().file_system_id(&id).lifecycle_policies(rule).send().await.expect("put");
        let targets = efs.describe_mount_targets().file_system_id(&id).send().await.expect("listed");
        let gone = targets.mount_targets()[0].mount_target_id();
        efs.delete_mount_target().mount_target_id(gone).send().await.expect("gone");
        let by_hand = efs.create_access_point().client_token("by hand").file_system_id(&id).send().await.expect("made");

        let plan = local.plan(&stack).await;
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).map(|field| &field.path).collect();
        for path in ["/FileSystemPolicy", "/LifecyclePolicies", "/MountTargets"] {
            assert!(fields.iter().any(|field| field.starts_with(path)), "{path}: {}", words(&plan));
        }
        assert!(plan.unmanaged.iter().any(|one| one.kind == "AWS::EFS::AccessPoint"), "{:?}", plan.unmanaged);
        let interfaces = plan.unmanaged.iter().find(|one| one.kind == "AWS::EC2::NetworkInterface");
        assert!(interfaces.is_none(), "those of our mount targets: {interfaces:?}");
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));

        // What somebody else has attached holds a deletion up.
        let by_hand = by_hand.access_point_id().expect("it has one");
        efs.delete_access_point().access_point_id(by_hand).send().await.expect("gone");
        local.destroy(&stack).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// A service that no longer mounts a file system leaves it before it goes.
#[test]
fn a_file_system_goes_after_the_service_that_has_mounted_it() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000875").await;
        let tenant = TENANT.replace("300000000874", "300000000875");
        let of =
            |tenant: &str| blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        let stack = of(&tenant);
        local.kinds.retain(|kind| stack.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let before = local.calls().await.len();
        let (head, _) = tenant.split_once("        volumes:").expect("it mounts");
        let (head, rest) = head.split_once("    file_systems:").expect("it has some");
        let (_, service) = rest.split_once("    services:").expect("it has one");
        let without = of(&format!("{head}    services:{service}"));
        local.apply(&without).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let first = |call: &str| calls.iter().position(|one| one.ends_with(call)).expect("it is called");
        let order = [":UpdateService", ":DeleteMountTarget", ":DeleteFileSystem"].map(first);
        assert!(order.is_sorted(), "{calls:?}");
    });
}
