//! From ElastiCache's descriptions to ours: the group says one half, its members the other.

use aws_sdk_elasticache::types::{
    AutomaticFailoverStatus, CacheCluster, DataTieringStatus, Endpoint, LogDeliveryConfiguration,
    LogDeliveryConfigurationStatus, MultiAzStatus, PendingAutomaticFailoverStatus, ReplicationGroup as Description,
};

use super::ReplicationGroup;
use super::spec::{DeliveryStream, Destination, EndPoint, LogDelivery, LogGroup, Outputs, Spec};
use crate::kinds::elasticache::user_group::UserGroup;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::kinds::shared::named::Listed;
use crate::kinds::shared::pending;
use crate::resource::{Class, Failure, Found, Pending, Ref, Result, State, Tags, Unmodelled, Until};

/// # Errors
/// Half of it is not known while none of its nodes is shown, unless it has none any more.
pub(super) fn found(
    candidate: Listed<Description>,
    clusters: &[CacheCluster],
    tags: Tags,
) -> Result<Found<ReplicationGroup>> {
    let group = candidate.summary;
    // All members are alike in what is asked of them.
    let member = clusters.iter().find(|cluster| cluster.replication_group_id() == Some(&candidate.name));
    let state = state(group.status().unwrap_or_default());
    if member.is_none() && matches!(state, State::Ready | State::Settling(_)) {
        return Err(Failure::new(Class::Busy, "ElastiCache does not show its nodes yet"));
    }
    let (now, then) = (shown(&group, member), spec(&group, member));
    Ok(Found {
        id: candidate.id,
        name: Some(candidate.name),
        outputs: Outputs { pending: pending(&now, &then), ..outputs(&group) },
        spec: then,
        tags,
        state,
        unmodelled: unmodelled(&group, member),
        external: None,
    })
}

pub(super) fn state(status: &str) -> State {
    match status {
        // A nightly snapshot hinders nobody, but changes, which wait for it.
        "available" | "snapshotting" => State::Ready,
        "deleting" => State::Deleting,
        "create-failed" => State::Failed("ElastiCache could not create it".to_owned()),
        other => State::Settling(other.to_owned()),
    }
}

/// What ElastiCache does later: another version or node type in the window, with what belongs to it.
fn pending(now: &Spec, then: &Spec) -> Vec<Pending> {
    let under_way = "the change that is under way";
    let until = |path: &str| match path {
        "/EngineVersion" | "/CacheNodeType" => Until::Window,
        _ => Until::Event(under_way.to_owned()),
    };
    let mut all = pending::between(now, then, until);
    if all.iter().any(|one| one.path == "/EngineVersion") {
        all.push(pending::goes_along(
            "/CacheParameterGroupName",
            now.cache_parameter_group_name.as_ref().map(Ref::as_str),
        ));
        // A pending version does not tell whether the engine changes with it.
        all.extend((now.engine == "redis").then(|| pending::goes_along("/Engine", Some(&now.engine))));
    }
    all
}

/// What ElastiCache has accepted and does later reads as done.
pub(super) fn spec(group: &Description, member: Option<&CacheCluster>) -> Spec {
    let mut spec = shown(group, member);
    if let Some(pending) = member.and_then(|member| member.pending_modified_values()) {
        spec.engine_version = pending.engine_version().map(str::to_owned).or(spec.engine_version);
        if let Some(node_type) = pending.cache_node_type() {
            node_type.clone_into(&mut spec.cache_node_type);
        }
    }
    let Some(pending) = group.pending_modified_values() else { return spec };
    if let Some(status) = pending.automatic_failover_status() {
        spec.automatic_failover_enabled = *status == PendingAutomaticFailoverStatus::Enabled;
    }
    if let Some(is_on) = pending.transit_encryption_enabled() {
        spec.transit_encryption_enabled = is_on;
    }
    let mode = pending.transit_encryption_mode().map(|mode| mode.as_str().to_owned()).or(spec.transit_encryption_mode);
    spec.transit_encryption_mode = mode.filter(|_| spec.transit_encryption_enabled);
    spec = spec.filled();
    if let Some(users) = pending.user_groups() {
        let goes = |id: &Ref<UserGroup>| users.user_group_ids_to_remove().iter().any(|gone| gone == id.as_str());
        let stay = spec.user_group_ids.iter().filter(|id| !goes(id)).map(String::from);
        spec.user_group_ids = stay.chain(users.user_group_ids_to_add().iter().cloned()).collect();
    }
    spec
}

/// What is so now, without what is pending.
pub(super) fn shown(group: &Description, member: Option<&CacheCluster>) -> Spec {
    let shards = group.node_groups().len().max(1);
    let replicas = group.member_clusters().len() / shards;
    let is_on = group.transit_encryption_enabled();
    let mode = group.transit_encryption_mode();
    let mode_of_cluster = group.cluster_mode().map(|mode| mode.as_str().to_owned());
    let is_cluster = group.cluster_enabled().unwrap_or_default();
    let version = member.and_then(|member| member.engine_version());
    let engine = group.engine().or(member.and_then(|member| member.engine())).unwrap_or("redis");
    let parameters = member.and_then(|member| member.cache_parameter_group()?.cache_parameter_group_name());
    let removed = |status: Option<&str>| status == Some("removing");
    let security_groups = member.map(|member| member.security_groups()).unwrap_or_default().iter();
    let shown = Spec {
        replication_group_description: group.description().unwrap_or_default().to_owned(),
        engine: engine.to_owned(),
        engine_version: version.map(str::to_owned),
        cache_node_type: group.cache_node_type().unwrap_or_default().to_owned(),
        num_node_groups: count(shards),
        replicas_per_node_group: count(replicas.saturating_sub(1)),
        cluster_mode: mode_of_cluster.or(Some(if is_cluster { "enabled" } else { "disabled" }.to_owned())),
        automatic_failover_enabled: has_failover(group),
        multi_az_enabled: group.multi_az() == Some(&MultiAzStatus::Enabled),
        cache_subnet_group_name: member.and_then(|member| member.cache_subnet_group_name()).map(Into::into),
        security_group_ids: security_groups
            .filter(|group| !removed(group.status()))
            .filter_map(|group| group.security_group_id())
            .collect(),
        at_rest_encryption_enabled: Some(group.at_rest_encryption_enabled().unwrap_or_default()),
        transit_encryption_enabled: is_on.unwrap_or_default(),
        transit_encryption_mode: mode.filter(|_| is_on == Some(true)).map(|mode| mode.as_str().to_owned()),
        kms_key_id: group.kms_key_id().map(Into::into),
        snapshot_retention_limit: group.snapshot_retention_limit().unwrap_or_default(),
        snapshot_window: group.snapshot_window().map(str::to_owned),
        preferred_maintenance_window: member
            .and_then(|member| member.preferred_maintenance_window())
            .map(MaintenanceWindow::new),
        cache_parameter_group_name: parameters.map(Into::into),
        auto_minor_version_upgrade: group.auto_minor_version_upgrade().unwrap_or(true),
        port: port(group, member).unwrap_or(6379),
        user_group_ids: group.user_group_ids().iter().cloned().collect(),
        log_delivery_configurations: group.log_delivery_configurations().iter().filter_map(delivery).collect(),
        apply_immediately: true,
    };
    shown.filled()
}

fn has_failover(group: &Description) -> bool {
    matches!(group.automatic_failover(), Some(AutomaticFailoverStatus::Enabled | AutomaticFailoverStatus::Enabling))
}

fn port(group: &Description, member: Option<&CacheCluster>) -> Option<i32> {
    let configuration = group.configuration_endpoint().and_then(|endpoint| endpoint.port());
    let primary = || group.node_groups().first()?.primary_endpoint()?.port();
    let node = || member?.cache_nodes().first()?.endpoint()?.port();
    configuration.or_else(primary).or_else(node)
}

/// Returns where a log goes; one that ElastiCache can't deliver, or takes away, goes nowhere.
fn delivery(from: &LogDeliveryConfiguration) -> Option<LogDelivery> {
    if matches!(from.status(), Some(LogDeliveryConfigurationStatus::Error | LogDeliveryConfigurationStatus::Disabling))
    {
        return None;
    }
    let details = from.destination_details()?;
    let logs = details
        .cloud_watch_logs_details()
        .and_then(|details| details.log_group())
        .map(|name| Destination::CloudWatchLogsDetails(LogGroup { log_group: name.to_owned() }));
    let stream = details
        .kinesis_firehose_details()
        .and_then(|details| details.delivery_stream())
        .map(|name| Destination::KinesisFirehoseDetails(DeliveryStream { delivery_stream: name.to_owned() }));
    Some(LogDelivery {
        log_type: from.log_type()?.as_str().to_owned(),
        destination_type: from.destination_type()?.as_str().to_owned(),
        destination_details: logs.or(stream)?,
        log_format: from.log_format()?.as_str().to_owned(),
    })
}

pub(super) fn outputs(group: &Description) -> Outputs {
    let shard = group.node_groups().first().filter(|_| group.configuration_endpoint().is_none());
    Outputs {
        replication_group_id: group.replication_group_id().unwrap_or_default().to_owned(),
        primary_end_point: end_point(shard.and_then(|shard| shard.primary_endpoint())),
        reader_end_point: end_point(shard.and_then(|shard| shard.reader_endpoint())),
        configuration_end_point: end_point(group.configuration_endpoint()),
        arn: group.arn().unwrap_or_default().to_owned(),
        status: group.status().unwrap_or_default().to_owned(),
        pending: Vec::new(),
        created: group.replication_group_create_time().map_or(0, |time| time.secs()),
    }
}

fn end_point(from: Option<&Endpoint>) -> EndPoint {
    EndPoint {
        address: from.and_then(|endpoint| endpoint.address()).map(str::to_owned),
        port: from.and_then(|endpoint| endpoint.port()),
    }
}

/// Where it is told that clients log in with a token.
pub(super) const TOKEN: &str = "/AuthToken";

/// Returns what the group has beyond our properties.
fn unmodelled(group: &Description, member: Option<&CacheCluster>) -> Vec<Unmodelled> {
    let mut sizes: Vec<_> = group.node_groups().iter().map(|shard| shard.node_group_members().len()).collect();
    sizes.dedup();
    let uneven = sizes.len() > 1;
    let topic = member.and_then(|member| member.notification_configuration()?.topic_arn());
    let global = group.global_replication_group_info().and_then(|info| info.global_replication_group_id());
    let is_tiered = group.data_tiering() == Some(&DataTieringStatus::Enabled);
    let ip = group.ip_discovery().map(|kind| kind.as_str()).filter(|kind| *kind != "ipv4");
    let durability = group.durability().map(|kind| kind.as_str()).filter(|kind| *kind != "default");
    let network = group.network_type().map(|kind| kind.as_str()).filter(|kind| *kind != "ipv4");
    let is_secret = group.auth_token_enabled() == Some(true);
    let all = [
        ("/DataTieringEnabled", is_tiered.then(|| "what is seldom used is kept on disk".to_owned())),
        ("/Durability", durability.map(str::to_owned)),
        ("/IpDiscovery", ip.map(str::to_owned)),
        ("/NetworkType", network.map(str::to_owned)),
        (TOKEN, is_secret.then(|| "clients log in with a token".to_owned())),
        ("/NodeGroupConfiguration", uneven.then(|| format!("its shards have {sizes:?} nodes"))),
        ("/NotificationTopicArn", topic.map(str::to_owned)),
        ("/GlobalReplicationGroupId", global.map(str::to_owned)),
    ];
    all.into_iter().filter_map(|(path, text)| Some(Unmodelled { path: path.to_owned(), text: text? })).collect()
}

/// ElastiCache counts in `i32`; at most 500 nodes.
fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticache::types::{
        CloudWatchLogsDestinationDetails, DestinationDetails, DestinationType, LogFormat, LogType, NodeGroup,
        ReplicationGroupPendingModifiedValues, TransitEncryptionMode,
    };

    use super::*;

    #[test]
    fn a_log_that_is_not_delivered_is_none() {
        let to = CloudWatchLogsDestinationDetails::builder().log_group("g").build();
        let log = LogDeliveryConfiguration::builder()
            .log_type(LogType::SlowLog)
            .log_format(LogFormat::Json)
            .destination_type(DestinationType::CloudWatchLogs)
            .destination_details(DestinationDetails::builder().cloud_watch_logs_details(to).build());
        let read = |status| delivery(&log.clone().status(status).build()).is_some();
        assert!(read(LogDeliveryConfigurationStatus::Active) && read(LogDeliveryConfigurationStatus::Enabling));
        assert!(!read(LogDeliveryConfigurationStatus::Error) && !read(LogDeliveryConfigurationStatus::Disabling));
    }

    #[test]
    fn shards_and_replicas_are_counted_and_pending_tls_reads_as_done() {
        let pending = ReplicationGroupPendingModifiedValues::builder()
            .transit_encryption_enabled(true)
            .transit_encryption_mode(TransitEncryptionMode::Preferred);
        let group = Description::builder()
            .node_groups(NodeGroup::builder().node_group_id("0001").build())
            .node_groups(NodeGroup::builder().node_group_id("0002").build())
            .set_member_clusters(Some((1..=6).map(|n| format!("a-{n}")).collect()))
            .pending_modified_values(pending.build())
            .build();
        let spec = spec(&group, None);
        assert_eq!((spec.num_node_groups, spec.replicas_per_node_group), (2, 2));
        assert_eq!(spec.transit_encryption_mode.as_deref(), Some("preferred"));
    }
}
