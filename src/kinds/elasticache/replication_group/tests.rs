use serde_json::{Value, from_value, json};

use super::*;

#[test]
fn final_snapshots_of_two_groups_of_one_name_differ() {
    let outputs = |created| {
        let outputs: Outputs = from_value(json!({
            "ReplicationGroupId": "a", "PrimaryEndPoint": {}, "ReaderEndPoint": {}, "ConfigurationEndPoint": {},
        }))
        .unwrap();
        Outputs { created, ..outputs }
    };
    assert_ne!(final_snapshot("a", &outputs(1), 1), final_snapshot("a", &outputs(2), 1));
    assert!(final_snapshot("a", &outputs(1), 2).ends_with("-final-2"));
}

#[test]
fn shards_without_cluster_mode_are_refused() {
    let live = json!({ "ClusterMode": "disabled", "NumNodeGroups": 1 });
    let fields = [FieldDiff { path: "/NumNodeGroups".to_owned(), before: Some(json!(1)), after: Some(json!(2)) }];
    assert!(ReplicationGroup::refuses(&live, &json!({ "NumNodeGroups": 2 }), &fields).is_some());
    let live = json!({ "ClusterMode": "enabled", "NumNodeGroups": 1 });
    assert_eq!(ReplicationGroup::refuses(&live, &json!({ "NumNodeGroups": 2 }), &fields), None);
}

#[test]
fn what_does_not_go_together_is_a_mistake() {
    let spec: Spec = from_value(json!({
        "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.small", "MultiAZEnabled": true,
    }))
    .unwrap();
    let at: Vec<_> = ReplicationGroup::check(&spec).into_iter().map(|mistake| mistake.path).collect();
    assert_eq!(at, ["/SecurityGroupIds", "/MultiAZEnabled"]);
}

/// A group with these properties beside what each needs.
fn with(properties: Value) -> Value {
    let mut spec = json!({
        "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.small", "SecurityGroupIds": ["sg-1"],
    });
    spec.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    spec
}

fn field(path: &str, before: &str, after: &str) -> FieldDiff {
    FieldDiff { path: path.to_owned(), before: Some(json!(before)), after: Some(json!(after)) }
}

fn differences(live: Value, desired: Value) -> Vec<String> {
    use crate::resource::Shape as _;
    let normal = |properties: Value| ReplicationGroup.normalise(with(properties)).unwrap();
    let left = ReplicationGroup.compare(&normal(live), &normal(desired)).fields;
    left.into_iter().map(|field| field.path).collect()
}

#[test]
fn data_at_rest_is_encrypted_as_aws_chooses_for_the_engine() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/a";
    let wrong = |properties: Value| -> Vec<String> {
        let spec: Spec = from_value(with(properties)).unwrap();
        ReplicationGroup::check(&spec).into_iter().map(|mistake| mistake.path).collect()
    };
    assert_eq!(
        wrong(json!({ "Engine": "valkey", "KmsKeyId": key })),
        [""; 0],
        "Valkey encrypts unless it is told not to"
    );
    assert_eq!(wrong(json!({ "Engine": "valkey", "KmsKeyId": key, "AtRestEncryptionEnabled": false })), ["/KmsKeyId"]);
    assert_eq!(wrong(json!({ "Engine": "redis", "KmsKeyId": key })), ["/KmsKeyId"]);
    assert_eq!(wrong(json!({ "Engine": "redis", "KmsKeyId": key, "AtRestEncryptionEnabled": true })), [""; 0]);
    // What AWS has chosen is no difference; what the YAML says against it is.
    let left = |wanted: Value| differences(json!({ "Engine": "valkey", "AtRestEncryptionEnabled": true }), wanted);
    assert_eq!(left(json!({ "Engine": "valkey" })), [""; 0]);
    assert_eq!(left(json!({ "Engine": "valkey", "AtRestEncryptionEnabled": false })), ["/AtRestEncryptionEnabled"]);
}

#[test]
fn windows_that_overlap_with_what_aws_has_chosen_are_refused() {
    let live = with(json!({ "SnapshotWindow": "05:30-06:30", "PreferredMaintenanceWindow": "mon:01:00-mon:02:00" }));
    let refused = |path: &str, properties: Value| {
        ReplicationGroup::refuses(&live, &with(properties), &[field(path, "before", "after")])
    };
    let overlaps = json!({ "PreferredMaintenanceWindow": "sun:06:00-sun:07:00" });
    let why = refused("/PreferredMaintenanceWindow", overlaps.clone()).unwrap();
    assert!(why.contains("05:30-06:30") && why.ends_with("give both windows"), "{why}");
    let why = refused("/SnapshotWindow", json!({ "SnapshotWindow": "00:30-01:30" })).unwrap();
    assert!(why.contains("mon:01:00-mon:02:00") && why.ends_with("give both windows"), "{why}");
    assert_eq!(
        refused("/PreferredMaintenanceWindow", json!({ "PreferredMaintenanceWindow": "sun:07:00-sun:08:00" })),
        None
    );
    assert_eq!(refused("/Port", overlaps), None, "only where a window changes");
}

#[test]
fn an_upgrade_is_told_from_what_goes_back() {
    let irreversible = |fields: &[FieldDiff]| ReplicationGroup::irreversible(&Value::Null, &Value::Null, fields);
    let version = |before, after| field("/EngineVersion", before, after);
    assert_eq!(
        irreversible(&[version("7.1", "8.0")]).as_deref(),
        Some("7.1 → 8.0 is an upgrade that ElastiCache cannot take back")
    );
    assert_eq!(irreversible(&[version("8.0", "8.1")]), None, "a minor one");
    let engine = [field("/Engine", "redis", "valkey"), version("7.1", "7.2")];
    assert!(irreversible(&engine).unwrap().starts_with("redis → valkey"));

    let refused = |have: Value, want: Value, fields: &[FieldDiff]| ReplicationGroup::refuses(&have, &want, fields);
    let (redis, valkey) = (json!({ "Engine": "redis" }), json!({ "Engine": "valkey" }));
    assert_eq!(refused(redis.clone(), valkey.clone(), &engine), None);
    let back = refused(valkey.clone(), redis, &[field("/Engine", "valkey", "redis")]).unwrap();
    assert!(back.contains("does not go back from Valkey to Redis"), "{back}");
    let back = refused(valkey.clone(), valkey, &[version("8.0", "7.2")]).unwrap();
    assert!(back.starts_with("ElastiCache cannot go back from 8.0 to 7.2"), "{back}");
}

#[test]
fn what_waits_for_the_window_is_said_with_how_it_is_felt() {
    let (later, at_once) = (json!({ "ApplyImmediately": false }), json!({}));
    let version = field("/EngineVersion", "7.1", "8.0");
    let waits = |desired: &Value, field: &FieldDiff| {
        let live = json!({ "EngineVersion": "7.1" });
        let mut desired = desired.clone();
        desired["EngineVersion"] = json!("8.0");
        ReplicationGroup::waits_for_window(&live, &desired, field)
    };
    assert!(waits(&later, &version) && waits(&later, &field("/CacheNodeType", "a", "b")));
    assert!(waits(&later, &field("/CacheParameterGroupName", "a", "b")), "with the version that it belongs to");
    assert!(!waits(&at_once, &version) && !waits(&later, &field("/SnapshotWindow", "a", "b")));

    let advice = |live: Value, desired: &Value, field: &FieldDiff| {
        ReplicationGroup::advice(&live, desired, std::slice::from_ref(field)).join(" ")
    };
    let rolling = advice(json!({ "AutomaticFailoverEnabled": true }), &later, &version);
    assert!(rolling.starts_with("the replicas are exchanged one after the other"), "{rolling}");
    let down = advice(json!({}), &at_once, &version);
    assert!(down.starts_with("at once, not in the window: nothing can take over"), "{down}");
    assert_eq!(advice(json!({}), &later, &field("/SnapshotWindow", "a", "b")), "");
}

#[test]
fn each_node_that_is_exchanged_takes_its_time() {
    let live = json!({ "AutomaticFailoverEnabled": true, "ReplicasPerNodeGroup": 2, "NumNodeGroups": 1 });
    let takes = |path: &str| ReplicationGroup::update_seconds(&live, &[field(path, "a", "b")]);
    assert_eq!(takes("/CacheNodeType"), 3 * 600);
    let said = ReplicationGroup::advice(&live, &json!({}), &[field("/CacheNodeType", "a", "b")]).join(" ");
    assert!(said.ends_with("about 10 minutes for each node"), "{said}");
    assert!(takes("/SnapshotWindow") < takes("/ReplicasPerNodeGroup"));
}

#[test]
fn tls_of_an_older_version_is_refused() {
    let fields = [field("/TransitEncryptionEnabled", "false", "true")];
    let refused = |live: &str, desired: Value| {
        ReplicationGroup::refuses(&json!({ "Engine": "redis", "EngineVersion": live }), &desired, &fields)
    };
    let why = refused("6.2.6", json!({ "Engine": "redis" })).unwrap();
    assert!(why.contains("7.0.5") && why.contains("6.2.6"), "{why}");
    assert!(refused("6.2.6", json!({ "Engine": "redis", "EngineVersion": "6.2" })).is_some());
    assert_eq!(refused("6.2.6", json!({ "Engine": "redis", "EngineVersion": "7.1" })), None, "the upgrade goes first");
    assert_eq!(refused("7.0.7", json!({ "Engine": "redis", "EngineVersion": "7" })), None);
    assert_eq!(refused("7.2.6", json!({ "Engine": "valkey" })), None);
    let wrong = |version: &str| -> Vec<String> {
        let mut tls = json!({ "TransitEncryptionEnabled": true, "TransitEncryptionMode": "preferred" });
        tls["EngineVersion"] = json!(version);
        ReplicationGroup::check(&from_value(with(tls)).unwrap()).into_iter().map(|mistake| mistake.path).collect()
    };
    assert_eq!(wrong("6.2"), ["/TransitEncryptionMode"]);
    assert_eq!([wrong("7.0"), wrong("7.1")], [[""; 0], [""; 0]]);
    let without: Spec = from_value(with(json!({ "TransitEncryptionMode": "preferred" }))).unwrap();
    let at: Vec<_> = ReplicationGroup::check(&without).into_iter().map(|mistake| mistake.path).collect();
    assert_eq!(at, ["/TransitEncryptionMode"], "a mode without TLS");
}

#[test]
fn cluster_mode_needs_the_failover_and_no_replica() {
    let wrong = |properties: Value| -> Vec<String> {
        ReplicationGroup::check(&from_value(with(properties)).unwrap())
            .into_iter()
            .map(|mistake| mistake.path)
            .collect()
    };
    let one = |failover: bool| json!({ "ClusterMode": "enabled", "AutomaticFailoverEnabled": failover });
    assert_eq!(wrong(one(true)), [""; 0], "one shard without replicas");
    assert_eq!(wrong(one(false)), ["/AutomaticFailoverEnabled"]);
    assert_eq!(wrong(json!({ "AutomaticFailoverEnabled": true })), ["/AutomaticFailoverEnabled"]);
}

/// A run that dies between the two steps leaves a difference.
#[test]
fn tls_that_is_preferred_is_not_what_a_template_without_a_mode_asks_for() {
    let tls = |mode: Value| json!({ "TransitEncryptionEnabled": true, "TransitEncryptionMode": mode });
    let on = json!({ "TransitEncryptionEnabled": true });
    assert_eq!(differences(tls(json!("preferred")), on.clone()), ["/TransitEncryptionMode"]);
    assert_eq!(differences(tls(json!("required")), on.clone()), [""; 0]);
    assert_eq!(differences(on.clone(), tls(json!("required"))), [""; 0], "older versions tell no mode");
    assert_eq!(differences(tls(json!("preferred")), json!({})), ["/TransitEncryptionEnabled"]);
    let mut old = with(on);
    old["EngineVersion"] = json!("6.2");
    let normal: Spec = from_value(crate::resource::Shape::normalise(&ReplicationGroup, old).unwrap()).unwrap();
    assert_eq!(ReplicationGroup::check(&normal), [], "an older version has no other mode");
}
