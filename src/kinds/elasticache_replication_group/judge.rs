//! What a change of a group means to those who use it, and what does not go together.

use serde_json::Value;

use super::spec::Spec;
use crate::kinds::key_arn;
use crate::resource::{Disruption, FieldDiff};

/// Returns what one changed field does.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
    match field.path.as_str() {
        // Shards that go hand their keys over, but not those of more than 256 MB.
        "/SnapshotRetentionLimit" | "/NumNodeGroups" if number(&field.after) < number(&field.before) => {
            Disruption::DestroysData
        }
        "/Engine" | "/EngineVersion" | "/CacheNodeType" | "/NumNodeGroups" => Disruption::Failover,
        // Clients that speak the other way are refused from then on.
        "/TransitEncryptionEnabled" | "/TransitEncryptionMode" => Disruption::Outage,
        _ => Disruption::None,
    }
}

/// Returns why a change cannot be made, neither in place nor by a new group (which would be empty).
pub(super) fn refusal(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
    let text = |spec: &Value, key: &str| spec.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |spec: &Value| spec.get("NumNodeGroups").and_then(Value::as_i64).unwrap_or(1);
    let is_plain = text(live, "ClusterMode").as_deref() == Some("disabled");
    if fields.iter().any(|field| field.path == "/ClusterMode") || (is_plain && number(desired) > 1) {
        return Some(
            "cluster mode cannot be changed here, as clients have to change with it: declare another cache and \
             move to it"
                .to_owned(),
        );
    }
    let back = text(live, "Engine").as_deref() == Some("valkey") && text(desired, "Engine").as_deref() == Some("redis");
    back.then(|| "ElastiCache does not go back from Valkey to Redis: declare another cache and move to it".to_owned())
}

/// Returns what does not go together.
pub(super) fn mistakes(spec: &Spec) -> Vec<(String, String)> {
    let all = [
        (
            spec.security_group_ids.is_empty(),
            "/SecurityGroupIds",
            "name at least one: AWS would take the VPC's default group",
        ),
        (
            spec.multi_az_enabled && !spec.automatic_failover_enabled,
            "/MultiAZEnabled",
            "needs AutomaticFailoverEnabled",
        ),
        (
            spec.automatic_failover_enabled && spec.num_node_groups == 1 && spec.replicas_per_node_group == 0,
            "/AutomaticFailoverEnabled",
            "needs at least one replica (ReplicasPerNodeGroup)",
        ),
        (
            spec.num_node_groups > 1 && !spec.automatic_failover_enabled,
            "/AutomaticFailoverEnabled",
            "must be true with several shards",
        ),
        (
            spec.num_node_groups > 1 && spec.cluster_mode.as_deref() == Some("disabled"),
            "/ClusterMode",
            "must be enabled with several shards",
        ),
        (
            !spec.user_group_ids.is_empty() && !spec.transit_encryption_enabled,
            "/UserGroupIds",
            "need TransitEncryptionEnabled",
        ),
        (
            spec.transit_encryption_mode.is_some() && !spec.transit_encryption_enabled,
            "/TransitEncryptionMode",
            "needs TransitEncryptionEnabled",
        ),
        (spec.kms_key_id.is_some() && !spec.at_rest_encryption_enabled, "/KmsKeyId", "needs AtRestEncryptionEnabled"),
    ];
    let wrong = all.into_iter().filter(|(is_wrong, ..)| *is_wrong);
    let wrong = wrong.map(|(_, at, text)| (at.to_owned(), text.to_owned()));
    wrong.chain(key_arn::mistake("/KmsKeyId", spec.kms_key_id.as_ref())).collect()
}
