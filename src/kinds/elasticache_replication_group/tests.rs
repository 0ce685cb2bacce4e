use serde_json::{from_value, json};

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
    let at: Vec<_> = ReplicationGroup::check(&spec).into_iter().map(|(at, _)| at).collect();
    assert_eq!(at, ["/SecurityGroupIds", "/MultiAZEnabled"]);
}
