//! File systems of EFS: whose one is, what is sent and in which order, and what goes before it goes.

use provision::aws::Writer;
use provision::resource::{Class, Live, Name, Tags, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, changes, json_tags, kind_of, settled, tags, tags_of, writer_scope};

const KIND: &str = "AWS::EFS::FileSystem";
const POINT: &str = "AWS::EFS::AccessPoint";
const ID: &str = "fs-0123456789abcdef0";
const ARN: &str = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0123456789abcdef0";
const SUBNETS: [&str; 2] = ["subnet-00000001", "subnet-00000002"];
const GROUPS: [&str; 2] = ["sg-00000001", "sg-00000002"];

fn says(operation: &'static str, answer: &Value) -> Answer {
    (operation, 200, answer.to_string())
}

fn refuses(operation: &'static str, code: &str) -> Answer {
    (operation, 400, json!({ "__type": code, "message": "no" }).to_string())
}

fn one(more: &Value, tags: &Value) -> Value {
    let mut one = json!({
        "FileSystemId": ID, "FileSystemArn": ARN, "OwnerId": "123456789012", "CreationToken": "t", "CreationTime": 1.0,
        "LifeCycleState": "available", "NumberOfMountTargets": 0, "SizeInBytes": { "Value": 6144 },
        "PerformanceMode": "generalPurpose", "ThroughputMode": "bursting", "Tags": tags,
    });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one
}

fn listed(more: &Value) -> Answer {
    says("DescribeFileSystems", &json!({ "FileSystems": [one(more, &json_tags("Key", "Value"))] }))
}

fn target(at: usize, state: &str) -> Value {
    json!({
        "MountTargetId": format!("fsmt-0000000{at}"), "FileSystemId": ID, "SubnetId": SUBNETS[at], "LifeCycleState": state,
    })
}

/// One with these mount targets, each in the first group.
async fn live(targets: &[Value], more: &[Answer]) -> Live {
    let mut answers = vec![listed(&json!({})), says("DescribeMountTargets", &json!({ "MountTargets": targets }))];
    let groups = says("DescribeMountTargetSecurityGroups", &json!({ "SecurityGroups": [GROUPS[0]] }));
    answers.extend(std::iter::repeat_n(groups, targets.len()));
    answers.extend(more.iter().cloned());
    Canned::by_operation(&answers).live(kind_of(KIND)).await
}

async fn writer(aws: &Canned, kind: &str) -> Writer {
    let own = [ID, ARN];
    aws.session(&[]).await.writer(writer_scope(kind, &own, &[SUBNETS, GROUPS].concat()))
}

async fn update(aws: &Canned, live: &Live, spec: Value, paths: &[&str]) -> provision::resource::Result<()> {
    let spec = settled(kind_of(KIND), spec);
    kind_of(KIND).update(&writer(aws, KIND).await, live, &spec, &changes(paths)).await.map(drop)
}

fn mounts(targets: &[(usize, usize)]) -> Value {
    let one =
        |(subnet, group): &(usize, usize)| json!({ "SubnetId": SUBNETS[*subnet], "SecurityGroups": [GROUPS[*group]] });
    json!({ "MountTargets": targets.iter().map(one).collect::<Vec<_>>() })
}

#[tokio::test(start_paused = true)]
async fn the_token_of_a_lost_answer_finds_what_it_made_if_that_is_ours() {
    for (theirs, is_ours) in [(tags(), true), (tags_of("other"), false), (Tags::default(), false)] {
        let theirs: Value = theirs.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let aws = Canned::by_operation(&[
            refuses("CreateFileSystem", "FileSystemAlreadyExists"),
            says("DescribeFileSystems", &json!({ "FileSystems": [one(&json!({}), &theirs)] })),
        ]);
        let kind = kind_of(KIND);
        let made = kind.create(&writer(&aws, KIND).await, &Name::given("a"), &settled(kind, json!({})), &tags()).await;
        assert!(aws.asked_of("DescribeFileSystems")[0].contains(&"0".repeat(32)), "{:?}", aws.asked());
        match made {
            Ok(made) => assert!(is_ours && made.id == ID),
            Err(failure) => assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn so_does_that_of_an_access_point() {
    let there = |token: &str| {
        let point = json!({
            "AccessPointId": "fsap-1", "FileSystemId": ID, "ClientToken": token, "LifeCycleState": "available",
            "Tags": json_tags("Key", "Value"),
        });
        says("DescribeAccessPoints", &json!({ "AccessPoints": [point] }))
    };
    for (token, is_found) in [("0".repeat(32), true), ("other".to_owned(), false)] {
        let aws = Canned::by_operation(&[refuses("CreateAccessPoint", "AccessPointAlreadyExists"), there(&token)]);
        let (kind, spec) = (kind_of(POINT), json!({ "FileSystemId": ID }));
        let made = kind.create(&writer(&aws, POINT).await, &Name::given("a"), &settled(kind, spec), &tags()).await;
        assert_eq!(made.is_ok_and(|made| made.id == "fsap-1"), is_found);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_one_is_sent_what_it_has_not_by_itself_and_nothing_else() {
    let live = live(&[], &[]).await;
    let all = ["/FileSystemPolicy", "/FileSystemProtection", "/LifecyclePolicies", "/BackupPolicy", "/MountTargets"];
    let aws = Canned::empty();
    update(&aws, &live, json!({}), &all).await.unwrap();
    assert_eq!(aws.operations(), [""; 0]);
    let mut spec = mounts(&[(0, 0)]);
    spec["LifecyclePolicies"] = json!([{ "TransitionToIA": "AFTER_30_DAYS" }]);
    let aws = Canned::by_operation(&[
        // Moments after its create.
        refuses("PutLifecycleConfiguration", "IncorrectFileSystemLifeCycleState"),
        says("PutLifecycleConfiguration", &json!({})),
        says("CreateMountTarget", &target(0, "creating")),
    ]);
    update(&aws, &live, spec, &all).await.unwrap();
    assert_eq!(aws.operations(), ["PutLifecycleConfiguration", "PutLifecycleConfiguration", "CreateMountTarget"]);
}

/// While EFS changes the throughput it takes no other change.
#[tokio::test(start_paused = true)]
async fn the_throughput_is_changed_last_and_a_change_that_has_to_wait_for_a_day_is_told() {
    let live = live(&[], &[]).await;
    let spec = || json!({ "ThroughputMode": "elastic", "BackupPolicy": { "Status": "ENABLED" } });
    let aws = Canned::by_operation(&[
        says("PutBackupPolicy", &json!({})),
        (
            "UpdateFileSystem",
            429,
            json!({ "__type": "TooManyRequests", "message": "maximum number of throughput mode changes. Wait until" })
                .to_string(),
        ),
    ]);
    let failure = update(&aws, &live, spec(), &["/ThroughputMode", "/BackupPolicy/Status"]).await.unwrap_err();
    assert_eq!(aws.operations(), ["PutBackupPolicy", "UpdateFileSystem"], "it is not tried again");
    assert!(failure.is(Class::Quota) && failure.message.contains("Wait until"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn mount_targets_come_change_and_go_each_by_itself() {
    let live = live(&[target(0, "available"), target(1, "available")], &[]).await;
    let aws = Canned::by_operation(&[
        ("DeleteMountTarget", 204, String::new()),
        ("ModifyMountTargetSecurityGroups", 204, String::new()),
    ]);
    update(&aws, &live, mounts(&[(0, 1)]), &["/MountTargets"]).await.unwrap();
    assert_eq!(aws.operations(), ["DeleteMountTarget", "ModifyMountTargetSecurityGroups"]);
    assert!(aws.asked_of("DeleteMountTarget")[0].contains("fsmt-00000001"), "{:?}", aws.asked());
    let aws = Canned::empty();
    update(&aws, &live, mounts(&[(1, 0), (0, 0)]), &["/MountTargets"]).await.unwrap();
    assert_eq!(aws.operations(), [""; 0], "in another order they are the same");
}

#[tokio::test(start_paused = true)]
async fn a_zone_that_has_a_mount_target_already_is_done_or_told() {
    let live = live(&[], &[]).await;
    for (there, is_it) in [(0, true), (1, false)] {
        let aws = Canned::by_operation(&[
            refuses("CreateMountTarget", "MountTargetConflict"),
            says("DescribeMountTargets", &json!({ "MountTargets": [target(there, "available")] })),
        ]);
        let sent = update(&aws, &live, mounts(&[(0, 0)]), &["/MountTargets"]).await;
        match sent {
            Ok(()) => assert!(is_it),
            Err(failure) => assert!(!is_it && format!("{failure:?}").contains("a zone has one"), "{failure:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_goes_after_its_mount_targets() {
    let delete = async |aws: &Canned, live: &Live| kind_of(KIND).delete(&writer(aws, KIND).await, live).await;
    let both = live(&[target(0, "available"), target(1, "deleting")], &[]).await;
    let aws = Canned::by_operation(&[("DeleteMountTarget", 204, String::new())]);
    let turn = delete(&aws, &both).await.unwrap();
    assert!(matches!(turn, Turn::More(_)) && aws.operations() == ["DeleteMountTarget"], "{:?}", aws.asked());
    let leaving = live(&[target(1, "deleting")], &[]).await;
    let aws = Canned::empty();
    let turn = delete(&aws, &leaving).await.unwrap();
    assert!(matches!(turn, Turn::More(_)) && aws.operations().is_empty(), "{:?}", aws.asked());
    let backed_up = says("DescribeBackupPolicy", &json!({ "BackupPolicy": { "Status": "ENABLED" } }));
    let alone = live(&[], &[backed_up]).await;
    let aws = Canned::by_operation(&[refuses("DeleteFileSystem", "FileSystemInUse")]);
    assert!(matches!(delete(&aws, &alone).await.unwrap(), Turn::Busy(_)));
    for answer in [("DeleteFileSystem", 204, String::new()), refuses("DeleteFileSystem", "FileSystemNotFound")] {
        let Turn::Done(kept) = delete(&Canned::by_operation(&[answer]), &alone).await.unwrap() else { panic!("waits") };
        assert_eq!(kept.iter().map(|kept| kept.what.as_str()).collect::<Vec<_>>(), ["backups"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_mount_target_whose_deletion_is_under_way_is_waited_for() {
    let live = live(&[target(0, "available")], &[]).await;
    let aws = Canned::by_operation(&[
        refuses("DeleteMountTarget", "IncorrectMountTargetState"),
        refuses("DeleteMountTarget", "MountTargetNotFound"),
    ]);
    let turn = kind_of(KIND).delete(&writer(&aws, KIND).await, &live).await.unwrap();
    assert!(matches!(turn, Turn::More(_)));
    assert_eq!(aws.operations(), ["DeleteMountTarget", "DeleteMountTarget"]);
}

#[tokio::test(start_paused = true)]
async fn what_goes_with_it_is_told_by_its_size() {
    for (size, expected) in
        [(6144_i64, None), (10_240, Some("files of 10.0 KiB")), (3_435_973_837, Some("files of 3.2 GiB"))]
    {
        let aws = Canned::by_operation(&[listed(&json!({ "SizeInBytes": { "Value": size } }))]);
        let session = aws.session(kind_of(KIND).facts().permissions.read).await;
        let told = kind_of(KIND).contents(&session.reader(), ID).await.unwrap();
        assert_eq!(told.as_deref(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_access_point_of_somebody_else_is_told_by_the_file_system_that_it_leads_to() {
    let point = |id: &str, tags: Value| json!({ "AccessPointId": id, "FileSystemId": ID, "LifeCycleState": "available", "Tags": tags });
    let all = [point("fsap-1", json_tags("Key", "Value")), point("fsap-2", json!([]))];
    let aws = Canned::by_operation(&[says("DescribeAccessPoints", &json!({ "AccessPoints": all }))]);
    let listing = aws.list(kind_of(POINT)).await;
    assert_eq!(listing.found.iter().map(|live| live.id.as_str()).collect::<Vec<_>>(), ["fsap-1"]);
    let attached: Vec<_> = listing.attached.iter().map(|one| (one.id.as_str(), one.host.as_str())).collect();
    assert_eq!(attached, [("fsap-2", ID)]);
}

#[tokio::test(start_paused = true)]
async fn of_somebody_elses_nothing_more_is_read() {
    let foreign = json!({ "FileSystems": [one(&json!({}), &json!([]))] });
    let aws = Canned::by_operation(&[says("DescribeFileSystems", &foreign)]);
    let listing = aws.list(kind_of(KIND)).await;
    assert!(listing.found.is_empty());
    assert_eq!(aws.operations(), ["DescribeFileSystems"]);
}
