use aws_sdk_opensearch::types::{
    AdvancedSecurityOptions, ChangeProgressDetails, ClusterConfig, ConfigChangeStatus, DomainProcessingStatusType,
    DomainStatus, LogPublishingOption, LogType,
};
use serde_json::{Value, from_value, json};

use super::rules::Way;
use super::*;

const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:a";

fn spec(more: Value) -> Spec {
    let mut all = json!({ "ClusterConfig": { "InstanceType": "r7g.large.search" } });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    from_value(all).unwrap()
}

fn wrong(more: Value) -> Vec<String> {
    Domain::check(&spec(more)).into_iter().map(|mistake| mistake.path).collect()
}

fn told() -> aws_sdk_opensearch::types::builders::DomainStatusBuilder {
    DomainStatus::builder()
        .domain_id("1/items")
        .domain_name("items")
        .arn("arn:aws:es:us-east-1:123456789012:domain/items")
        .created(true)
        .processing(false)
        .endpoints("vpc", "vpc-items.us-east-1.es.amazonaws.com")
        .cluster_config(ClusterConfig::builder().instance_type("r7g.large.search".into()).instance_count(1).build())
}

fn found(told: aws_sdk_opensearch::types::builders::DomainStatusBuilder) -> Found<Domain> {
    read::found(&told.build().unwrap(), Tags::default(), false).unwrap()
}

fn field(path: &str, before: Value, after: Value) -> FieldDiff {
    FieldDiff { path: path.to_owned(), before: Some(before), after: Some(after) }
}

#[test]
fn what_every_domain_has_is_no_difference() {
    let usual = told()
        .advanced_options("override_main_response_version", "false")
        .advanced_options("rest.action.multi.allow_explicit_index", "true")
        .advanced_options("indices.query.bool.max_clause_count", "2048")
        .off_peak_window_options(aws_sdk_opensearch::types::OffPeakWindowOptions::builder().enabled(true).build());
    let read = found(usual).spec;
    let written = spec(json!({ "AdvancedOptions": {
        "rest.action.multi.allow_explicit_index": "true", "indices.query.bool.max_clause_count": "2048",
    } }));
    let value = |spec: &Spec| serde_json::to_value(spec).unwrap();
    assert_eq!(value(&read), value(&written));
}

#[test]
fn a_log_group_is_the_same_with_and_without_the_star_of_its_streams_and_what_is_off_is_not_there() {
    let log = |is_on| LogPublishingOption::builder().cloud_watch_logs_log_group_arn(GROUP).enabled(is_on).build();
    let live = told()
        .log_publishing_options(LogType::AuditLogs, log(true))
        .log_publishing_options(LogType::IndexSlowLogs, log(false));
    let live = found(live).spec.log_publishing_options;
    let written = spec(json!({ "LogPublishingOptions": {
        "AUDIT_LOGS": { "CloudWatchLogsLogGroupArn": format!("{GROUP}:*") },
        "SEARCH_SLOW_LOGS": { "CloudWatchLogsLogGroupArn": GROUP, "Enabled": false },
    } }));
    assert_eq!(live, written.log_publishing_options);
}

#[test]
fn what_belongs_to_something_that_is_off_is_left_out() {
    let cluster = ClusterConfig::builder()
        .instance_type("r7g.large.search".into())
        .instance_count(1)
        .dedicated_master_enabled(false)
        .dedicated_master_type("m7g.large.search".into())
        .dedicated_master_count(3);
    let read = found(told().cluster_config(cluster.build())).spec.cluster_config;
    assert_eq!((read.dedicated_master_type, read.dedicated_master_count), (None, None));
}

#[test]
fn a_change_that_is_refused_ends_the_wait_and_lets_another_in() {
    let refused = ChangeProgressDetails::builder()
        .config_change_status(ConfigChangeStatus::ValidationFailed)
        .message("no capacity");
    let modifying = || told().processing(true).domain_processing_status(DomainProcessingStatusType::Modifying);
    let domain = modifying().change_progress_details(refused.clone().build()).build().unwrap();
    assert!(matches!(read::state(&domain, true), State::Failed(why) if why.contains("no capacity")));
    assert_eq!(read::state(&domain, false), State::Ready);
    assert!(unmodelled::unmodelled(&domain).iter().any(|one| one.text.contains("no capacity")));
    let going = ChangeProgressDetails::builder().config_change_status(ConfigChangeStatus::ApplyingChanges).build();
    let domain = modifying().change_progress_details(going).build().unwrap();
    assert_eq!(read::state(&domain, false), State::Settling("the domain (Modifying, ApplyingChanges)".to_owned()));
    let new = told().created(false).set_endpoints(None).change_progress_details(refused.build()).build().unwrap();
    assert!(matches!(read::state(&new, false), State::Failed(_)), "one that never was holds nothing");
}

#[test]
fn it_is_ready_when_it_answers() {
    assert_eq!(found(told()).state, State::Ready);
    assert!(matches!(found(told().set_endpoints(None)).state, State::Settling(_)));
    assert!(matches!(found(told().processing(true)).state, State::Settling(_)));
    assert_eq!(found(told().deleted(true)).state, State::Deleting);
}

#[test]
fn passwords_inside_are_told() {
    let security = AdvancedSecurityOptions::builder().enabled(true).internal_user_database_enabled(true).build();
    let texts: Vec<_> =
        found(told().advanced_security_options(security)).unmodelled.into_iter().map(|one| one.text).collect();
    assert_eq!(texts, ["has users with passwords of its own"]);
}

#[test]
fn versions_only_rise_and_all_of_elasticsearchs_come_first() {
    let refused = |from: &str, to: &str| rules::refusal(&[field("/EngineVersion", json!(from), json!(to))]).is_some();
    assert!(!refused("OpenSearch_2.9", "OpenSearch_2.19"));
    assert!(!refused("Elasticsearch_7.10", "OpenSearch_1.3"));
    assert!(refused("OpenSearch_2.19", "OpenSearch_2.9"));
    assert!(refused("OpenSearch_1.3", "Elasticsearch_7.10"));
}

#[test]
fn how_a_change_is_made_is_told() {
    let live = |managers: bool| json!({ "ClusterConfig": { "DedicatedMasterEnabled": managers } });
    let way = |live: &Value, path: &str, before: Value, after: Value| Way::of(live, &field(path, before, after));
    let count = |managers| way(&live(managers), "/ClusterConfig/InstanceCount", json!(2), json!(4));
    assert_eq!([count(true), count(false)], [Way::InPlace, Way::BlueGreen]);
    let size = |before: i32, after: i32| way(&live(true), "/EBSOptions/VolumeSize", json!(before), json!(after));
    assert_eq!([size(20, 40), size(40, 20)], [Way::InPlace, Way::BlueGreen]);
    let audit = |after| way(&live(true), "/LogPublishingOptions/AUDIT_LOGS", Value::Null, after);
    assert_eq!([audit(json!({})), audit(Value::Null)], [Way::BlueGreen, Way::InPlace]);
    assert_eq!(way(&live(true), "/AccessPolicies/Statement", json!([]), json!([{}])), Way::InPlace);
    assert_eq!(way(&live(true), "/VPCOptions/SecurityGroupIds", json!([]), json!([])), Way::BlueGreen);
    assert_eq!(way(&live(true), "/EngineVersion", json!("a"), json!("b")), Way::Upgrade);
}

#[test]
fn what_cannot_be_turned_off_again_takes_another_domain_and_is_told_before() {
    for path in
        ["/AdvancedSecurityOptions/Enabled", "/EncryptionAtRestOptions/Enabled", "/NodeToNodeEncryptionOptions/Enabled"]
    {
        assert!(rules::replaces(&field(path, json!(true), json!(false))), "{path}");
        let on = field(path, json!(false), json!(true));
        assert!(!rules::replaces(&on) && rules::irreversible(&[on]).is_some(), "{path}");
    }
    assert!(rules::replaces(&field("/EncryptionAtRestOptions/KmsKeyId", json!("a"), json!("b"))));
    assert!(rules::replaces(&field("/VPCOptions", Value::Null, json!({}))));
}

#[test]
fn what_opensearch_refuses_is_refused_before() {
    let zones = |count: i32, nodes: i32| {
        json!({ "ClusterConfig": {
        "InstanceType": "r7g.large.search", "InstanceCount": nodes, "ZoneAwarenessEnabled": true,
        "ZoneAwarenessConfig": { "AvailabilityZoneCount": count },
    } })
    };
    let none: [String; 0] = [];
    assert_eq!(wrong(json!({})), none);
    assert_eq!(wrong(zones(2, 4)), none);
    assert_eq!(wrong(zones(2, 3)), ["/ClusterConfig/InstanceCount"]);
    assert_eq!(wrong(zones(3, 2)), ["/ClusterConfig/InstanceCount"]);
    assert_eq!(wrong(json!({ "ClusterConfig": { "InstanceType": "r7g.large" } })), ["/ClusterConfig/InstanceType"]);
    let managers = |count: i32| {
        json!({ "ClusterConfig": {
        "InstanceType": "r7g.large.search", "DedicatedMasterEnabled": true, "DedicatedMasterType": "m7g.large.search",
        "DedicatedMasterCount": count,
    } })
    };
    assert_eq!(
        [wrong(managers(3)), wrong(managers(2))],
        [vec![], vec!["/ClusterConfig/DedicatedMasterCount".to_owned()]]
    );
    let fine = json!({ "AdvancedSecurityOptions": { "Enabled": true } });
    assert_eq!(wrong(fine), ["/AdvancedSecurityOptions/Enabled", "/AdvancedSecurityOptions/MasterUserOptions"]);
    let subnets = json!({ "VPCOptions": { "SubnetIds": ["a", "b"], "SecurityGroupIds": ["sg-1"] } });
    assert_eq!(wrong(subnets), ["/VPCOptions/SubnetIds"]);
    let logs = json!({ "LogPublishingOptions": { "SLOW_LOGS": { "CloudWatchLogsLogGroupArn": GROUP } } });
    assert_eq!(wrong(logs), ["/LogPublishingOptions/SLOW_LOGS"]);
    assert_eq!(wrong(json!({ "EngineVersion": "2.19" })), ["/EngineVersion"]);
    let volume =
        json!({ "EBSOptions": { "EBSEnabled": true, "VolumeType": "gp2", "VolumeSize": 10, "Throughput": 250 } });
    assert_eq!(wrong(volume), ["/EBSOptions/Throughput"]);
}
