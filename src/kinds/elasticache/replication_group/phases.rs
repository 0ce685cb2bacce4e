//! The order of the calls that one update takes, of which the first is sent: ElastiCache has several operations for it, does
//! one at a time, and turns TLS on and off in two steps only.

use super::spec::Spec;
use super::{ReplicationGroup, rules};
use crate::resource::{Changes, Found, Pending, Shape as _, pointer};

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
    /// Who may log in.
    Users,
    Tls(Tls),
}

impl Move {
    /// The properties that it changes.
    fn properties(&self) -> &'static [&'static str] {
        match self {
            Self::Settings => SETTINGS,
            Self::Engine => &["/Engine", "/EngineVersion", "/CacheParameterGroupName"],
            Self::NodeType => &["/CacheNodeType"],
            Self::MoreReplicas | Self::FewerReplicas => &["/ReplicasPerNodeGroup"],
            Self::Failover => &["/AutomaticFailoverEnabled", "/MultiAZEnabled"],
            Self::Shards => &["/NumNodeGroups"],
            Self::Users => &["/UserGroupIds"],
            Self::Tls(_) => &["/TransitEncryptionEnabled", "/TransitEncryptionMode"],
        }
    }

    /// Returns whether a group that is shown like this has had this part of the changes, or has it pending.
    pub(super) fn is_shown(&self, shown: &Spec, want: &Spec, changes: &Changes) -> bool {
        if let Self::Tls(tls) = self {
            return Tls::of(shown.transit_encryption_enabled, shown.transit_encryption_mode.as_deref()) == *tls;
        }
        let value = |spec| serde_json::to_value(spec).unwrap_or_default();
        let left = ReplicationGroup.compare(&value(shown), &value(want)).fields;
        let is_own = |path: &str| self.properties().iter().any(|own| pointer::covers(own, path));
        !left.iter().any(|left| is_own(&left.path) && changes.touches(&left.path))
    }
}

/// When the changes of one update come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// All at once.
    AtOnce,
    /// All at once, and what was pending with them.
    Hastened,
    /// Another engine, version or node type in the window. `beside`: while something is pending, which has to stay so.
    InWindow { beside: bool },
}

impl Pace {
    pub(super) fn of(live: &Found<ReplicationGroup>, want: &Spec, changes: &Changes) -> Self {
        let is_pending = live.outputs.pending.iter().any(Pending::is_put_off);
        let applies_pending = want.apply_immediately || changes.fields().iter().any(rules::applies_pending);
        match (is_pending, applies_pending) {
            (true, true) => Self::Hastened,
            (false, _) if want.apply_immediately => Self::AtOnce,
            (beside, _) => Self::InWindow { beside },
        }
    }

    /// Returns whether a call of an update says that it is to be done now. What moves no data, or is done in two steps, is
    /// not put off.
    pub(super) fn is_at_once(self, step: &Move) -> bool {
        match (self, step) {
            (Self::AtOnce | Self::Hastened, _) => true,
            (Self::InWindow { .. }, Move::Engine | Move::NodeType) => false,
            (Self::InWindow { beside }, Move::Settings) => !beside,
            (Self::InWindow { .. }, _) => true,
        }
    }
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
    "/LogDeliveryConfigurations",
];

/// Returns the calls that are still needed for these changes, in order: the engine comes before the settings that only a
/// newer one has, replicas come before the failover that needs them and go after it, and TLS comes last, when clients may
/// have to follow, but for the users that need it.
///
/// What waits for the window comes last: any call after it that is to be done now would bring it along.
pub(super) fn plan(live: &Spec, want: &Spec, changes: &Changes, pace: Pace) -> Vec<Move> {
    let replicas = changes.touches("/ReplicasPerNodeGroup");
    let grows = want.replicas_per_node_group > live.replicas_per_node_group;
    let engine = changes.touches_any(&["/Engine", "/EngineVersion"]);
    // A parameter group of another engine or version is taken only together with that.
    let settings: Vec<_> =
        SETTINGS.iter().copied().filter(|path| !(engine && *path == "/CacheParameterGroupName")).collect();
    let simple = [
        (Move::Engine, engine),
        (Move::Settings, changes.touches_any(&settings)),
        (Move::NodeType, changes.touches("/CacheNodeType")),
        (Move::MoreReplicas, replicas && grows),
        (Move::Failover, changes.touches_any(&["/AutomaticFailoverEnabled", "/MultiAZEnabled"])),
        (Move::FewerReplicas, replicas && !grows),
        (Move::Shards, changes.touches("/NumNodeGroups")),
    ];
    let mut moves: Vec<_> = simple.into_iter().filter(|(_, is_needed)| *is_needed).map(|(it, _)| it).collect();
    let users = changes.touches("/UserGroupIds").then_some(Move::Users);
    let encryption = changes.touches_any(&["/TransitEncryptionEnabled", "/TransitEncryptionMode"]).then(|| {
        let have = Tls::of(live.transit_encryption_enabled, live.transit_encryption_mode.as_deref());
        let want = Tls::of(want.transit_encryption_enabled, want.transit_encryption_mode.as_deref());
        tls(&have, want).into_iter().map(Move::Tls)
    });
    let encryption = encryption.into_iter().flatten();
    if want.transit_encryption_enabled {
        moves.extend(encryption.chain(users));
    } else {
        moves.extend(users.into_iter().chain(encryption));
    }
    moves
        .sort_by_key(|step| matches!(pace, Pace::InWindow { .. }) && !pace.is_at_once(step) && *step != Move::Settings);
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
        assert_eq!(plan(&spec(&json!({})), &want, &changes, Pace::AtOnce), [Move::MoreReplicas, Move::Failover]);
        assert_eq!(plan(&want, &spec(&json!({})), &changes, Pace::AtOnce), [Move::Failover, Move::FewerReplicas]);
    }

    #[test]
    fn users_come_after_the_tls_that_they_need_and_go_before_it() {
        let (off, on) = (spec(&json!({})), spec(&json!({ "TransitEncryptionEnabled": true })));
        let changes = changes(&["/TransitEncryptionEnabled", "/UserGroupIds"]);
        let tls = |tls: [Tls; 2]| tls.map(Move::Tls).to_vec();
        let coming = tls([Tls::Preferred, Tls::Required]).into_iter().chain([Move::Users]).collect::<Vec<_>>();
        assert_eq!(plan(&off, &on, &changes, Pace::AtOnce), coming);
        let going = [Move::Users].into_iter().chain(tls([Tls::Preferred, Tls::Off])).collect::<Vec<_>>();
        assert_eq!(plan(&on, &off, &changes, Pace::AtOnce), going);
    }

    #[test]
    fn what_only_a_newer_version_has_comes_after_it() {
        let changes = changes(&["/EngineVersion", "/LogDeliveryConfigurations"]);
        assert_eq!(plan(&spec(&json!({})), &spec(&json!({})), &changes, Pace::AtOnce), [Move::Engine, Move::Settings]);
    }

    #[test]
    fn what_waits_for_the_window_comes_last() {
        let spec = spec(&json!({ "ApplyImmediately": false }));
        let changes = changes(&["/EngineVersion", "/CacheNodeType", "/SnapshotRetentionLimit", "/MultiAZEnabled"]);
        let moves = plan(&spec, &spec, &changes, Pace::InWindow { beside: false });
        assert_eq!(moves, [Move::Settings, Move::Failover, Move::Engine, Move::NodeType]);
    }

    #[test]
    fn a_parameter_group_goes_with_its_engine_version() {
        let both = changes(&["/EngineVersion", "/CacheParameterGroupName"]);
        assert_eq!(plan(&spec(&json!({})), &spec(&json!({})), &both, Pace::AtOnce), [Move::Engine]);
        let alone = changes(&["/CacheParameterGroupName"]);
        assert_eq!(plan(&spec(&json!({})), &spec(&json!({})), &alone, Pace::AtOnce), [Move::Settings]);
    }
}
