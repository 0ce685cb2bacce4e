//! What a change of a group means to those who use it, and what does not go together.

use serde_json::Value;

use super::phases::SETTINGS;
use super::spec::{REQUIRED, Spec};
use crate::kinds::shared::key_arn;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::resource::version::{self, Move};
use crate::resource::{Disruption, FieldDiff, Mistake, pointer};

/// Returns what one changed field does.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
    match field.path.as_str() {
        // Shards that go hand their keys over, but not those of more than 256 MB.
        "/SnapshotRetentionLimit" | "/NumNodeGroups" if number(&field.after) < number(&field.before) => {
            Disruption::DestroysData
        }
        "/Engine" | "/EngineVersion" | "/CacheNodeType" | "/NumNodeGroups" => Disruption::Failover,
        // Whoever logs in without a name is refused from then on, unless the user named default lets it in.
        "/UserGroupIds" if is_empty(field.before.as_ref()) && !is_empty(field.after.as_ref()) => Disruption::Outage,
        // Clients that speak the other way are refused from then on.
        "/TransitEncryptionEnabled" | "/TransitEncryptionMode" => Disruption::Outage,
        _ => Disruption::None,
    }
}

fn is_empty(list: Option<&Value>) -> bool {
    list.and_then(Value::as_array).is_none_or(Vec::is_empty)
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
    if fields.iter().any(|field| field.path.starts_with("/TransitEncryption")) {
        let version = text(desired, "EngineVersion").or_else(|| text(live, "EngineVersion"));
        if let Some(version) = version.filter(|version| is_too_old_for_tls(version)) {
            return Some(format!(
                "ElastiCache changes the TLS of a group {TLS_SINCE}, and this has {version}: raise EngineVersion with it, or \
                 declare another cache and move to it"
            ));
        }
    }
    if let Some((have, want)) = older(fields) {
        return Some(format!(
            "ElastiCache cannot go back from {have} to {want}: put the newer version into the YAML, or declare another cache \
             from a snapshot of before the upgrade and move to it"
        ));
    }
    let back = text(live, "Engine").as_deref() == Some("valkey") && text(desired, "Engine").as_deref() == Some("redis");
    back.then(|| "ElastiCache does not go back from Valkey to Redis: declare another cache and move to it".to_owned())
}

/// Returns what does not go together.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let is_cluster = spec.num_node_groups > 1 || spec.cluster_mode.as_deref() == Some("enabled");
    let is_old = spec.engine_version.as_deref().is_some_and(is_too_old_for_tls);
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
            spec.automatic_failover_enabled && !is_cluster && spec.replicas_per_node_group == 0,
            "/AutomaticFailoverEnabled",
            "needs at least one replica (ReplicasPerNodeGroup)",
        ),
        (is_cluster && !spec.automatic_failover_enabled, "/AutomaticFailoverEnabled", "must be true in cluster mode"),
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
        (spec.user_group_ids.len() > 1, "/UserGroupIds", "ElastiCache takes one group: put all users into it"),
        (
            spec.transit_encryption_mode.is_some() && !spec.transit_encryption_enabled,
            "/TransitEncryptionMode",
            "needs TransitEncryptionEnabled",
        ),
        (
            spec.transit_encryption_mode.as_deref().is_some_and(|mode| mode != REQUIRED) && is_old,
            "/TransitEncryptionMode",
            "modes of TLS are there from 7.0.5 on",
        ),
        (spec.kms_key_id.is_some() && !is_encrypted(spec), "/KmsKeyId", "needs AtRestEncryptionEnabled"),
    ];
    Mistake::all(all).chain(windows(spec)).chain(key_arn::mistake("/KmsKeyId", spec.kms_key_id.as_ref())).collect()
}

/// From which version on ElastiCache has modes of TLS, and changes it in place.
const TLS_SINCE: &str = "from 7.0.5 on";

/// Returns whether a version, or all that begin so, are from before that.
fn is_too_old_for_tls(version: &str) -> bool {
    let numbers: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    !numbers.is_empty()
        && numbers.iter().zip([7, 0, 5]).find(|(have, since)| *have != since).is_some_and(|(have, since)| *have < since)
}

/// Returns whether data at rest is encrypted, as AWS chooses if nobody says.
fn is_encrypted(spec: &Spec) -> bool {
    spec.at_rest_encryption_enabled.unwrap_or(spec.engine == "valkey")
}

/// ElastiCache refuses windows that overlap also where no snapshots are taken.
pub(super) fn windows(spec: &Spec) -> Vec<Mistake> {
    let (maintenance, snapshot) = (spec.preferred_maintenance_window.as_ref(), spec.snapshot_window.as_deref());
    MaintenanceWindow::mistakes(maintenance, ("/PreferredMaintenanceWindow", HOUR), snapshot, ("/SnapshotWindow", HOUR))
}

/// The versions of a change to an older major version, which none can be made to.
fn older(fields: &[FieldDiff]) -> Option<(String, String)> {
    let field = fields.iter().find(|field| field.path == "/EngineVersion")?;
    let (have, want) = (words(field.before.as_ref()), words(field.after.as_ref()));
    (version::between(&have, &want) == Move::MajorDown).then_some((have, want))
}

/// Returns whether a change comes in the window, if it may wait.
pub(super) fn waits(field: &FieldDiff, is_upgraded: bool) -> bool {
    match field.path.as_str() {
        "/Engine" | "/EngineVersion" | "/CacheNodeType" => true,
        // A parameter group of another version goes with that version.
        "/CacheParameterGroupName" => is_upgraded,
        _ => false,
    }
}

/// Returns whether ElastiCache takes a change only by a call that also does at once whatever is pending, or may do so. The
/// settings come at once without that, but for the parameter group.
pub(super) fn applies_pending(field: &FieldDiff) -> bool {
    let is_setting = SETTINGS.iter().any(|path| pointer::covers(path, &field.path));
    !waits(field, false) && (!is_setting || field.path == "/CacheParameterGroupName")
}

/// Returns why a change can't be taken back.
pub(super) fn irreversible(fields: &[FieldDiff]) -> Option<String> {
    let field = |path: &str| fields.iter().find(|field| field.path == path);
    let major = field("/EngineVersion").filter(|field| {
        version::between(&words(field.before.as_ref()), &words(field.after.as_ref())) == Move::Major
            && field.before.is_some()
    });
    let field = field("/Engine").or(major)?;
    let (have, want) = (words(field.before.as_ref()), words(field.after.as_ref()));
    Some(format!("{have} → {want} is an upgrade that ElastiCache cannot take back"))
}

/// So long ElastiCache needs for each node that it exchanges.
const NODE_MINUTES: u32 = 10;

/// Returns how long a change takes, if that is not as long as a group takes to be made.
pub(super) fn seconds(live: &Value, fields: &[FieldDiff]) -> Option<u32> {
    let number = |key: &str| live[key].as_u64().and_then(|number| u32::try_from(number).ok());
    if fields.iter().any(|field| waits(field, false)) && live["AutomaticFailoverEnabled"] == true {
        let nodes = (number("ReplicasPerNodeGroup").unwrap_or_default() + 1) * number("NumNodeGroups").unwrap_or(1);
        return Some(nodes * NODE_MINUTES * 60);
    }
    let is_setting = |field: &FieldDiff| SETTINGS.iter().any(|path| pointer::covers(path, &field.path));
    fields.iter().all(is_setting).then_some(60)
}

/// Returns how a change is felt.
pub(super) fn advice(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
    let is_moved = fields.iter().any(|field| waits(field, false));
    if !is_moved {
        return Vec::new();
    }
    let at_once = if desired["ApplyImmediately"] == false { "" } else { "at once, not in the window: " };
    let how = if live["AutomaticFailoverEnabled"] == true {
        format!(
            "the replicas are exchanged one after the other, then the primary hands over to one: connections drop for \
             seconds, twice at most; about {NODE_MINUTES} minutes for each node"
        )
    } else {
        "nothing can take over: the cache is down while its node is exchanged, some minutes".to_owned()
    };
    vec![format!("{at_once}{how}")]
}

fn words(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The shortest window that ElastiCache takes, in minutes.
const HOUR: u32 = 60;
