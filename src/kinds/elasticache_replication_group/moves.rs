//! The order of the calls that one update takes: ElastiCache has several operations for it, does one at a time, and
//! turns TLS on and off in two steps only.

use super::spec::Spec;
use crate::resource::Changes;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// All that takes effect without moving data.
    Settings,
    /// Engine and version, with the parameter group that belongs to them.
    Engine,
    NodeType,
    MoreReplicas,
    /// Automatic failover and Multi-AZ.
    Failover,
    FewerReplicas,
    Shards,
    Tls(Tls),
}

/// How connections are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    Off,
    /// Clients may do without.
    Preferred,
    Required,
}

impl Tls {
    pub(super) fn of(is_on: bool, mode: Option<&str>) -> Self {
        match (is_on, mode) {
            (false, _) => Self::Off,
            (true, Some("preferred")) => Self::Preferred,
            (true, _) => Self::Required,
        }
    }
}

/// Paths that go into one Modify call together.
pub(super) const SETTINGS: &[&str] = &[
    "/ReplicationGroupDescription",
    "/SecurityGroupIds",
    "/SnapshotRetentionLimit",
    "/SnapshotWindow",
    "/PreferredMaintenanceWindow",
    "/CacheParameterGroupName",
    "/AutoMinorVersionUpgrade",
    "/UserGroupIds",
    "/LogDeliveryConfigurations",
];

/// Returns the calls for these changes, in order: replicas come before the failover that needs them and go after it,
/// and TLS comes last, when clients may have to follow.
pub(super) fn plan(live: &Spec, want: &Spec, changes: &Changes) -> Vec<Move> {
    let replicas = changes.touches("/ReplicasPerNodeGroup");
    let grows = want.replicas_per_node_group > live.replicas_per_node_group;
    let engine = changes.touches_any(&["/Engine", "/EngineVersion"]);
    // A parameter group of another engine or version is taken only together with that.
    let settings: Vec<_> =
        SETTINGS.iter().copied().filter(|path| !(engine && *path == "/CacheParameterGroupName")).collect();
    let simple = [
        (Move::Settings, changes.touches_any(&settings)),
        (Move::Engine, engine),
        (Move::NodeType, changes.touches("/CacheNodeType")),
        (Move::MoreReplicas, replicas && grows),
        (Move::Failover, changes.touches_any(&["/AutomaticFailoverEnabled", "/MultiAZEnabled"])),
        (Move::FewerReplicas, replicas && !grows),
        (Move::Shards, changes.touches("/NumNodeGroups")),
    ];
    let mut moves: Vec<_> = simple.into_iter().filter(|(_, is_needed)| *is_needed).map(|(it, _)| it).collect();
    if changes.touches_any(&["/TransitEncryptionEnabled", "/TransitEncryptionMode"]) {
        let have = Tls::of(live.transit_encryption_enabled, live.transit_encryption_mode.as_deref());
        let want = Tls::of(want.transit_encryption_enabled, want.transit_encryption_mode.as_deref());
        moves.extend(tls(&have, want).into_iter().map(Move::Tls));
    }
    moves
}

/// Returns the steps from one way of encryption to another: between off and required lies preferred.
fn tls(have: &Tls, want: Tls) -> Vec<Tls> {
    match (have, want) {
        (have, want) if *have == want => Vec::new(),
        (Tls::Off, Tls::Required) => vec![Tls::Preferred, Tls::Required],
        (Tls::Required, Tls::Off) => vec![Tls::Preferred, Tls::Off],
        (_, want) => vec![want],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::resource::FieldDiff;

    fn spec(extra: &Value) -> Spec {
        let mut all = json!({ "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.small" });
        all.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        from_value(all).unwrap()
    }

    fn changes(paths: &[&str]) -> Changes {
        let field = |path: &&str| FieldDiff { path: (*path).to_owned(), before: None, after: None };
        Changes::new(paths.iter().map(field).collect())
    }

    #[test]
    fn between_no_tls_and_required_tls_lies_preferred() {
        assert_eq!(tls(&Tls::Off, Tls::Required), [Tls::Preferred, Tls::Required]);
        assert_eq!(tls(&Tls::Required, Tls::Off), [Tls::Preferred, Tls::Off]);
        assert_eq!(tls(&Tls::Preferred, Tls::Off), [Tls::Off]);
        assert_eq!(tls(&Tls::Off, Tls::Off), []);
    }

    #[test]
    fn replicas_come_before_the_failover_that_needs_them() {
        let want = spec(&json!({ "ReplicasPerNodeGroup": 1, "AutomaticFailoverEnabled": true }));
        let changes = changes(&["/ReplicasPerNodeGroup", "/AutomaticFailoverEnabled"]);
        assert_eq!(plan(&spec(&json!({})), &want, &changes), [Move::MoreReplicas, Move::Failover]);
        assert_eq!(plan(&want, &spec(&json!({})), &changes), [Move::Failover, Move::FewerReplicas]);
    }

    #[test]
    fn a_parameter_group_goes_with_its_engine_version() {
        let both = changes(&["/EngineVersion", "/CacheParameterGroupName"]);
        assert_eq!(plan(&spec(&json!({})), &spec(&json!({})), &both), [Move::Engine]);
        let alone = changes(&["/CacheParameterGroupName"]);
        assert_eq!(plan(&spec(&json!({})), &spec(&json!({})), &alone), [Move::Settings]);
    }
}
