//! Caches: ElastiCache takes a change before it shows it, and a group before it shows its nodes.

use provision::aws::Writer;
use provision::resource::{Changes, Class, Disruption, FieldDiff, Live, State, Tags, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, settled, xml, xml_tags};

const KIND: &str = "AWS::ElastiCache::ReplicationGroup";
const NAME: &str = "acme-production-main";
const ARN: &str = "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:acme-production-main";
const GROUPS: &str = "DescribeReplicationGroups";
const DELETE: &str = "DeleteReplicationGroup";
const MODIFY: &str = "ModifyReplicationGroup";

/// The group as ElastiCache tells it.
fn group(status: &str, more: &str) -> String {
    let one = format!(
        "<ReplicationGroupId>{NAME}</ReplicationGroupId><ARN>{ARN}</ARN><Status>{status}</Status><Description>d\
         </Description><CacheNodeType>cache.t4g.small</CacheNodeType><MemberClusters><ClusterId>{NAME}-001</ClusterId>\
         </MemberClusters>{more}"
    );
    xml(GROUPS, &format!("<ReplicationGroups><ReplicationGroup>{one}</ReplicationGroup></ReplicationGroups>"))
}

fn node() -> String {
    let one = format!(
        "<CacheClusterId>{NAME}-001</CacheClusterId><ReplicationGroupId>{NAME}</ReplicationGroupId><EngineVersion>7.1.0\
         </EngineVersion><CacheSubnetGroupName>data</CacheSubnetGroupName>"
    );
    xml("DescribeCacheClusters", &format!("<CacheClusters><CacheCluster>{one}</CacheCluster></CacheClusters>"))
}

/// The tags of the group.
fn tag_list() -> String {
    let tags = xml_tags("Tag", "Key", "Value");
    xml("ListTagsForResource", &format!("<TagList>{tags}</TagList>"))
}

/// Only what says that there are no snapshots of such a group lets it go without one.
#[tokio::test(start_paused = true)]
async fn a_group_goes_without_a_snapshot_only_if_it_can_have_none() {
    let live = live().await;
    let done = xml(DELETE, "");
    for (code, is_gone) in [("SnapshotFeatureNotSupportedFault", true), ("InvalidParameterCombination", false)] {
        let error = format!("<Error><Code>{code}</Code><Message>Snapshot: not now</Message></Error>");
        let error = format!("<ErrorResponse>{error}</ErrorResponse>");
        let aws = Canned::by_operation(&[(DELETE, 400, &error), (DELETE, 200, &done)]);
        let kept = kind_of(KIND).delete(&writer(&aws).await, &live).await;
        assert_eq!(kept.is_ok(), is_gone, "{code}: {kept:?}");
        let without = aws.asked().iter().filter(|asked| !asked.contains("FinalSnapshotIdentifier=")).count();
        assert_eq!(without, usize::from(is_gone), "{:#?}", aws.asked());
    }
}

async fn writer(aws: &Canned) -> Writer {
    aws.writer(KIND, &[NAME], &[]).await
}

async fn live() -> Live {
    listed("").await
}

async fn listed(more: &str) -> Live {
    let (group, node, tags) = (group("available", more), node(), tag_list());
    let aws = Canned::by_operation(&[
        (GROUPS, 200, &group),
        ("DescribeCacheClusters", 200, &node),
        ("ListTagsForResource", 200, &tags),
    ]);
    aws.live(kind_of(KIND)).await
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_nodes_do_not_show_is_not_told_by_half() {
    for (status, expected) in [("creating", None), ("available", None), ("deleting", Some(State::Deleting))] {
        let (group, tags) = (group(status, ""), tag_list());
        let aws = Canned::by_operation(&[(GROUPS, 200, &group), ("ListTagsForResource", 200, &tags)]);
        let listing = aws.list(kind_of(KIND)).await;
        assert_eq!(listing.found.first().map(|live| live.state.clone()), expected, "{status}");
        let unseen: Vec<_> = listing.unseen.iter().map(|unseen| &*unseen.id).collect();
        assert_eq!(unseen.is_empty(), expected.is_some(), "{status}: {unseen:?}");
        assert!(listing.unseen.iter().all(|unseen| unseen.tags.as_ref().and_then(Tags::stack).is_some()));
    }
}

const PREFERRED: &str = "<TransitEncryptionEnabled>true</TransitEncryptionEnabled><TransitEncryptionMode>preferred\
                         </TransitEncryptionMode>";

/// One turn of an update to required TLS of a group that is listed with `more`, and then told like this; the changes that it
/// sent, and how often the group was looked at after them.
async fn turn_to_tls(more: &str, told: &[String]) -> (Turn<String>, Vec<String>, usize) {
    let live = listed(more).await;
    let (node, done) = (node(), xml(MODIFY, ""));
    let mut answers = vec![(MODIFY, 200, &*done)];
    answers.extend(told.iter().map(|look| (GROUPS, 200, &**look)));
    answers.extend(vec![("DescribeCacheClusters", 200, &*node); told.len()]);
    let aws = Canned::by_operation(&answers);
    let spec = json!({ "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.small",
        "TransitEncryptionEnabled": true });
    let spec = settled(kind_of(KIND), spec);
    let changes = Changes::new(kind_of(KIND).compare(&live.spec, spec.value()).fields);
    let turn = kind_of(KIND).update(&writer(&aws).await, &live, &spec, &changes).await.unwrap();
    let (sent, looks): (Vec<_>, Vec<_>) = aws.asked().into_iter().partition(|asked| asked.contains(MODIFY));
    (turn.map(|made| made.id), sent, looks.iter().filter(|one| one.contains(GROUPS)).count())
}

/// ElastiCache turns TLS on in two steps, and shows a step as pending before it has done it.
#[tokio::test(start_paused = true)]
async fn each_turn_sends_one_change_once_the_one_before_is_over() {
    let available = |more: &str| group("available", more);
    // Taken, and not shown yet.
    let told = [available(""), available(""), group("modifying", "")];
    let (turn, sent, looks) = turn_to_tls("", &told).await;
    assert_eq!((turn, looks), (Turn::More("the change before the next".to_owned()), 3));
    assert!(sent.len() == 1 && sent[0].contains("TransitEncryptionMode=preferred"), "{sent:?}");

    let pending = format!("<PendingModifiedValues>{PREFERRED}</PendingModifiedValues>");
    let (turn, sent, looks) = turn_to_tls(&pending, &[]).await;
    assert_eq!((turn, sent.len(), looks), (Turn::More("the change of TLS before".to_owned()), 0, 0));

    let required = PREFERRED.replace("preferred", "required");
    let (turn, sent, looks) = turn_to_tls(PREFERRED, &[available(PREFERRED), available(&required)]).await;
    assert_eq!((turn, looks), (Turn::Done(NAME.to_owned()), 2));
    assert!(sent.len() == 1 && sent[0].contains("TransitEncryptionMode=required"), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_takes_no_change_for_a_minute_is_left_to_the_engine() {
    let live = live().await;
    let error = "<Error><Code>InvalidReplicationGroupState</Code><Message>not now</Message></Error>";
    let busy = format!("<ErrorResponse>{error}</ErrorResponse>");
    let mut answers = vec![(MODIFY, 400, &*busy); 20];
    answers.extend(vec![(DELETE, 400, &*busy); 20]);
    let aws = Canned::by_operation(&answers);
    let writer = writer(&aws).await;
    let spec = json!({ "ReplicationGroupDescription": "e", "CacheNodeType": "cache.t4g.small" });
    let spec = settled(kind_of(KIND), spec);
    let changes = Changes::new(kind_of(KIND).compare(&live.spec, spec.value()).fields);
    let start = tokio::time::Instant::now();
    let update = kind_of(KIND).update(&writer, &live, &spec, &changes).await.unwrap();
    let delete = kind_of(KIND).delete(&writer, &live).await.unwrap();
    assert!(matches!(update, Turn::Busy(failure) if failure.is(Class::Busy)));
    assert!(matches!(delete, Turn::Busy(failure) if failure.code == "InvalidReplicationGroupState"));
    assert!(start.elapsed() <= std::time::Duration::from_secs(120), "{:?}", start.elapsed());
}

/// Changes a group that is told with `more` to have these properties; returns the changes that were sent: the first is
/// refused for now.
async fn change(more: &str, wanted: Value, fields: &[&str]) -> Vec<String> {
    let live = live().await;
    let (group, node, done) = (group("available", more), node(), xml(MODIFY, ""));
    // The node that came last is still being made when the group is available already.
    let error = "<Error><Code>InvalidCacheClusterState</Code><Message>not now</Message></Error>";
    let busy = format!("<ErrorResponse>{error}</ErrorResponse>");
    let mut answers = vec![(MODIFY, 400, &*busy), (MODIFY, 200, &*done)];
    answers.extend(vec![(GROUPS, 200, &*group); 40]);
    answers.extend(vec![("DescribeCacheClusters", 200, &*node); 40]);
    let aws = Canned::by_operation(&answers);
    let mut spec = json!({ "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.small" });
    spec.as_object_mut().unwrap().extend(wanted.as_object().unwrap().clone());
    let spec = settled(kind_of(KIND), spec);
    let field = |path: &&str| FieldDiff { path: (*path).into(), before: None, after: None };
    let changes = Changes::new(fields.iter().map(field).collect());
    kind_of(KIND).update(&writer(&aws).await, &live, &spec, &changes).await.unwrap();
    aws.asked().into_iter().filter(|asked| asked.contains(MODIFY)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_change_waits_for_a_node_that_is_still_being_made() {
    let sent = change("", json!({ "CacheNodeType": "cache.m7g.large" }), &["/CacheNodeType"]).await;
    assert!(sent.len() == 2 && sent[0] == sent[1], "{sent:#?}");
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_turned_on_with_the_node_that_they_are_taken_of() {
    let member = |node: &str, role: &str| {
        let said = format!("<CacheClusterId>{NAME}-{node}</CacheClusterId><CurrentRole>{role}</CurrentRole>");
        format!("<NodeGroupMember>{said}</NodeGroupMember>")
    };
    let members = [member("001", "primary"), member("002", "replica")].concat();
    let shard = format!("<NodeGroupId>0001</NodeGroupId><NodeGroupMembers>{members}</NodeGroupMembers>");
    let shard = format!("<NodeGroups><NodeGroup>{shard}</NodeGroup></NodeGroups>");
    let sharded = format!("<ClusterEnabled>true</ClusterEnabled>{shard}");
    for (more, source) in [("", Some("001")), (&*shard, Some("002")), (&*sharded, None)] {
        let sent = change(more, json!({ "SnapshotRetentionLimit": 7 }), &["/SnapshotRetentionLimit"]).await.remove(0);
        assert!(sent.contains("SnapshotRetentionLimit=7"), "{sent}");
        let is_said = source.is_none_or(|node| sent.contains(&format!("SnapshottingClusterId={NAME}-{node}")));
        assert!(is_said && sent.contains("SnapshottingClusterId") == source.is_some(), "{more}: {sent}");
    }
    let sent = change(&shard, json!({ "SnapshotWindow": "03:00-04:00" }), &["/SnapshotWindow"]).await.remove(0);
    assert!(!sent.contains("SnapshottingClusterId"), "only to turn them on: {sent}");
}

/// ElastiCache refuses to put off where logs go, and takes what has not changed for a change.
#[tokio::test(start_paused = true)]
async fn only_what_moves_data_is_put_off_and_only_what_changes_is_sent() {
    let details = json!({ "CloudWatchLogsDetails": { "LogGroup": "g" } });
    let log = json!({ "LogType": "slow-log", "DestinationType": "cloudwatch-logs", "LogFormat": "json",
        "DestinationDetails": details });
    let with = |name: &str, value: Value| {
        let mut all = json!({ "ApplyImmediately": false, "TransitEncryptionEnabled": true });
        all[name] = value;
        all
    };
    let logs = with("LogDeliveryConfigurations", json!([log]));
    let sent = change("", logs, &["/LogDeliveryConfigurations"]).await.remove(0);
    assert!(sent.contains("ApplyImmediately=true") && sent.contains("slow-log"), "{sent}");
    let node = with("CacheNodeType", json!("cache.m7g.large"));
    let sent = change("", node, &["/CacheNodeType"]).await.remove(0);
    assert!(sent.contains("ApplyImmediately=false") && sent.contains("cache.m7g.large"), "{sent}");
    for other in ["TransitEncryption", "AutomaticFailover", "UserGroup", "LogDelivery", "SecurityGroup"] {
        assert!(!sent.contains(other), "{other}: {sent}");
    }
}

/// Lets users of these groups in, of a group that is listed with `more`; what is sent for it.
async fn let_in(more: &str, groups: &[&str]) -> Vec<String> {
    let live = listed(&format!("<TransitEncryptionEnabled>true</TransitEncryptionEnabled>{more}")).await;
    let (group, node, done) = (group("modifying", ""), node(), xml(MODIFY, ""));
    let aws =
        Canned::by_operation(&[(MODIFY, 200, &done), (GROUPS, 200, &group), ("DescribeCacheClusters", 200, &node)]);
    let mut spec = live.spec.clone();
    spec["UserGroupIds"] = json!(groups);
    let spec = settled(kind_of(KIND), spec);
    let changes = Changes::new(kind_of(KIND).compare(&live.spec, spec.value()).fields);
    let writer = aws.writer(KIND, &[NAME], groups).await;
    kind_of(KIND).update(&writer, &live, &spec, &changes).await.unwrap();
    aws.asked_of(MODIFY)
}

#[tokio::test(start_paused = true)]
async fn a_cache_gives_up_its_token_in_the_call_that_lets_its_first_users_in() {
    let sent = let_in("<AuthTokenEnabled>true</AuthTokenEnabled>", &["sessions"]).await;
    assert_eq!(sent.len(), 1, "{sent:#?}");
    for part in ["UserGroupIdsToAdd.member.1=sessions", "AuthTokenUpdateStrategy=DELETE"] {
        assert!(sent[0].contains(part), "{part}: {}", sent[0]);
    }
    let sent = let_in("", &["sessions"]).await;
    assert!(!sent[0].contains("AuthToken"), "ElastiCache refuses it where there is none: {}", sent[0]);
}

#[test]
fn users_for_a_cache_that_had_none_are_an_outage_for_who_logs_in_without_a_name() {
    let of = |before: Value, after: Value| {
        let field = FieldDiff { path: "/UserGroupIds".into(), before: Some(before), after: Some(after) };
        kind_of(KIND).disruption(&[field])
    };
    assert_eq!(of(json!([]), json!(["a"])), Disruption::Outage);
    assert_eq!(of(json!(["a"]), json!(["a", "b"])), Disruption::None);
}
