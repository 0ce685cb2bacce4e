//! The calls that make, change and delete a replication group.

use aws_sdk_elasticache::operation::create_replication_group::builders::CreateReplicationGroupFluentBuilder;
use aws_sdk_elasticache::operation::modify_replication_group::builders::ModifyReplicationGroupFluentBuilder;
use aws_sdk_elasticache::types::{
    AuthTokenUpdateStrategyType, CacheCluster, CloudWatchLogsDestinationDetails, ClusterMode, DestinationDetails,
    KinesisFirehoseDestinationDetails, LogDeliveryConfigurationRequest, ReplicationGroup as Description,
    TransitEncryptionMode,
};

use super::phases::{Move, Pace, SETTINGS, Tls};
use super::spec::{Destination, LogDelivery, REQUIRED, Spec};
use super::{ReplicationGroup, read};
use crate::aws::{MINUTE, Writer};
use crate::kinds::elasticache;
use crate::kinds::shared::list::some;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{retry, tag};
use crate::resource::{Changes, Class, Failure, Found, Result, State, Tags};

pub(super) fn creation(writer: &Writer, id: &str, spec: &Spec, tags: &Tags) -> CreateReplicationGroupFluentBuilder {
    let call = writer
        .elasticache()
        .create_replication_group()
        .replication_group_id(id)
        .replication_group_description(&spec.replication_group_description)
        .engine(&spec.engine)
        .set_engine_version(spec.engine_version.clone())
        .cache_node_type(&spec.cache_node_type)
        .num_node_groups(spec.num_node_groups)
        .replicas_per_node_group(spec.replicas_per_node_group)
        .automatic_failover_enabled(spec.automatic_failover_enabled)
        .multi_az_enabled(spec.multi_az_enabled)
        .set_cache_subnet_group_name(spec.cache_subnet_group_name.as_ref().map(String::from))
        .set_security_group_ids(Some(spec.security_group_ids.iter().map(String::from).collect()))
        .set_at_rest_encryption_enabled(spec.at_rest_encryption_enabled)
        .transit_encryption_enabled(spec.transit_encryption_enabled)
        .set_transit_encryption_mode(
            spec.transit_encryption_mode.as_deref().filter(|mode| *mode != REQUIRED).map(Into::into),
        )
        .set_kms_key_id(spec.kms_key_id.as_ref().map(String::from))
        .snapshot_retention_limit(spec.snapshot_retention_limit)
        .set_snapshot_window(spec.snapshot_window.clone())
        .set_preferred_maintenance_window(spec.preferred_maintenance_window.as_ref().map(String::from))
        .set_cache_parameter_group_name(spec.cache_parameter_group_name.as_ref().map(String::from))
        .auto_minor_version_upgrade(spec.auto_minor_version_upgrade)
        .port(spec.port)
        .set_user_group_ids(some(spec.user_group_ids.iter().map(String::from).collect()))
        .set_log_delivery_configurations(some(spec.log_delivery_configurations.iter().map(on).collect()))
        .set_tags(tag::write(tags));
    // Shards need cluster mode, and AWS takes the parameter group that fits.
    let sharded = (spec.num_node_groups > 1).then_some(ClusterMode::Enabled);
    call.set_cluster_mode(spec.cluster_mode.as_deref().map(ClusterMode::from).or(sharded))
}

/// Sends one call of an update.
pub(super) async fn send(
    writer: &Writer,
    live: &Found<ReplicationGroup>,
    spec: &Spec,
    changes: &Changes,
    (step, pace): (&Move, Pace),
) -> Result<()> {
    let id = &live.id;
    let call = writer.elasticache().modify_replication_group().replication_group_id(id);
    let call = call.apply_immediately(pace.is_at_once(step));
    match step {
        Move::Settings => {
            let source = snapshotted(writer, live, spec, changes).await?;
            modify(settings(call, live, spec, changes).set_snapshotting_cluster_id(source)).await
        }
        Move::Engine => {
            let parameters =
                spec.cache_parameter_group_name.as_ref().filter(|_| changes.touches("/CacheParameterGroupName"));
            let call = call.set_engine(Some(spec.engine.clone()).filter(|_| changes.touches("/Engine")));
            modify(
                call.set_engine_version(spec.engine_version.clone())
                    .set_cache_parameter_group_name(parameters.map(String::from)),
            )
            .await
        }
        Move::NodeType => modify(call.cache_node_type(&spec.cache_node_type)).await,
        Move::Failover => {
            let call = call.automatic_failover_enabled(spec.automatic_failover_enabled);
            modify(call.multi_az_enabled(spec.multi_az_enabled)).await
        }
        Move::Tls(tls) => {
            let call = match tls {
                Tls::Off => call.transit_encryption_enabled(false),
                Tls::Preferred => {
                    call.transit_encryption_enabled(true).transit_encryption_mode(TransitEncryptionMode::Preferred)
                }
                Tls::Required => call.transit_encryption_mode(TransitEncryptionMode::Required),
            };
            modify(call).await
        }
        Move::MoreReplicas => {
            let call = writer.elasticache().increase_replica_count().replication_group_id(id).apply_immediately(true);
            let call = call.new_replica_count(spec.replicas_per_node_group);
            retry_while(MINUTE, elasticache::TRANSIENT, || call.clone().send()).await.map(drop)
        }
        Move::FewerReplicas => {
            let call = writer.elasticache().decrease_replica_count().replication_group_id(id).apply_immediately(true);
            let call = call.new_replica_count(spec.replicas_per_node_group);
            retry_while(MINUTE, elasticache::TRANSIENT, || call.clone().send()).await.map(drop)
        }
        Move::Users => modify(users(call, live, spec)).await,
        Move::Shards => reshard(writer, id, spec.num_node_groups).await,
    }
}

async fn modify(call: ModifyReplicationGroupFluentBuilder) -> Result<()> {
    retry_while(MINUTE, elasticache::TRANSIENT, || call.clone().send()).await.map(drop)
}

/// The node that daily snapshots are taken of, where they are turned on: ElastiCache wants it said, but in cluster mode. A
/// replica does the work if there is one.
async fn snapshotted(
    writer: &Writer,
    live: &Found<ReplicationGroup>,
    spec: &Spec,
    changes: &Changes,
) -> Result<Option<String>> {
    let is_off = live.spec.snapshot_retention_limit == 0 && spec.snapshot_retention_limit > 0;
    if !is_off || !changes.touches("/SnapshotRetentionLimit") {
        return Ok(None);
    }
    let group = look(writer, &live.id).await?;
    if group.cluster_enabled() == Some(true) {
        return Ok(None);
    }
    let mut members = group.node_groups().iter().flat_map(|shard| shard.node_group_members());
    let replica = members.find(|member| member.current_role() == Some("replica"));
    let replica = replica.and_then(|member| member.cache_cluster_id()).map(str::to_owned);
    Ok(replica.or_else(|| group.member_clusters().first().cloned()))
}

/// What changes of the settings, and nothing else.
fn settings(
    call: ModifyReplicationGroupFluentBuilder,
    live: &Found<ReplicationGroup>,
    spec: &Spec,
    changes: &Changes,
) -> ModifyReplicationGroupFluentBuilder {
    let touched = |path: &str| {
        debug_assert!(SETTINGS.contains(&path), "{path} would not be planned");
        changes.touches(path)
    };
    // A parameter group of another engine version goes with that version.
    let parameters = touched("/CacheParameterGroupName") && !changes.touches_any(&["/Engine", "/EngineVersion"]);
    let logs = touched("/LogDeliveryConfigurations").then(|| deliveries(&live.spec, spec));
    let groups = touched("/SecurityGroupIds").then(|| spec.security_group_ids.iter().map(String::from).collect());
    let description = touched("/ReplicationGroupDescription").then(|| spec.replication_group_description.clone());
    let window = spec.preferred_maintenance_window.as_ref().filter(|_| touched("/PreferredMaintenanceWindow"));
    call.set_replication_group_description(description)
        .set_security_group_ids(groups)
        .set_snapshot_retention_limit(touched("/SnapshotRetentionLimit").then_some(spec.snapshot_retention_limit))
        .set_snapshot_window(spec.snapshot_window.clone().filter(|_| touched("/SnapshotWindow")))
        .set_preferred_maintenance_window(window.map(String::from))
        .set_cache_parameter_group_name(
            spec.cache_parameter_group_name.as_ref().filter(|_| parameters).map(String::from),
        )
        .set_auto_minor_version_upgrade(touched("/AutoMinorVersionUpgrade").then_some(spec.auto_minor_version_upgrade))
        .set_log_delivery_configurations(logs)
}

/// Who may log in. A cache whose clients had a token gives it up with its first group, in the same call: ElastiCache takes neither
/// alone.
fn users(
    call: ModifyReplicationGroupFluentBuilder,
    live: &Found<ReplicationGroup>,
    spec: &Spec,
) -> ModifyReplicationGroupFluentBuilder {
    let (have, want) = (&live.spec.user_group_ids, &spec.user_group_ids);
    let has_token = live.unmodelled.iter().any(|one| one.path == read::TOKEN);
    let given_up = (has_token && !want.is_empty()).then_some(AuthTokenUpdateStrategyType::Delete);
    call.set_user_group_ids_to_add(some(want.minus(have).map(String::from).collect()))
        .set_user_group_ids_to_remove(some(have.minus(want).map(String::from).collect()))
        .set_auth_token_update_strategy(given_up)
}

/// Turns on what is new or other, and off what is to go.
fn deliveries(live: &Spec, spec: &Spec) -> Vec<LogDeliveryConfigurationRequest> {
    let (have, want) = (&live.log_delivery_configurations, &spec.log_delivery_configurations);
    let off = have.iter().filter(|log| want.iter().all(|other| other.log_type != log.log_type)).map(|log| {
        let to = LogDeliveryConfigurationRequest::builder().log_type(log.log_type.as_str().into());
        to.enabled(false).build()
    });
    want.iter().filter(|log| !have.contains(log)).map(on).chain(off).collect()
}

fn on(log: &LogDelivery) -> LogDeliveryConfigurationRequest {
    let details = DestinationDetails::builder();
    let details = match &log.destination_details {
        Destination::CloudWatchLogsDetails(to) => details
            .cloud_watch_logs_details(CloudWatchLogsDestinationDetails::builder().log_group(&to.log_group).build()),
        Destination::KinesisFirehoseDetails(to) => details.kinesis_firehose_details(
            KinesisFirehoseDestinationDetails::builder().delivery_stream(&to.delivery_stream).build(),
        ),
    };
    LogDeliveryConfigurationRequest::builder()
        .log_type(log.log_type.as_str().into())
        .destination_type(log.destination_type.as_str().into())
        .destination_details(details.build())
        .log_format(log.log_format.as_str().into())
        .enabled(true)
        .build()
}

/// Changes the number of shards; those that go hand their slots to the others first.
async fn reshard(writer: &Writer, id: &str, shards: i32) -> Result<()> {
    let group = look(writer, id).await?;
    let mut names: Vec<_> = group.node_groups().iter().filter_map(|shard| shard.node_group_id()).collect();
    names.sort_unstable();
    let keep = usize::try_from(shards).unwrap_or_default();
    let gone = names.into_iter().skip(keep).map(str::to_owned).collect();
    let call = writer.elasticache().modify_replication_group_shard_configuration().replication_group_id(id);
    let call = call.node_group_count(shards).apply_immediately(true).set_node_groups_to_remove(some(gone));
    retry_while(MINUTE, elasticache::TRANSIENT, || call.clone().send()).await.map(drop)
}

/// Waits until ElastiCache has begun with a call: for a while it may show the group as `available`, as it was before.
pub(super) async fn await_started(
    writer: &Writer,
    id: &str,
    spec: &Spec,
    changes: &Changes,
    (step, pace): (&Move, Pace),
) {
    retry::await_started(MINUTE, "a change that ElastiCache has taken", || async move {
        // What was pending before is no sign of a beginning.
        let read = if pace == Pace::Hastened { read::shown } else { read::spec };
        let (state, shown) = state(writer, id, read).await?;
        Ok(state != State::Ready || shown.is_some_and(|shown| step.is_shown(&shown, spec, changes)))
    })
    .await;
}

/// Returns the group's state, and its spec once it has nodes.
async fn state(
    writer: &Writer,
    id: &str,
    read: fn(&Description, Option<&CacheCluster>) -> Spec,
) -> Result<(State, Option<Spec>)> {
    let group = look(writer, id).await?;
    let state = read::state(group.status().unwrap_or_default());
    let Some(member) = group.member_clusters().first().filter(|_| state == State::Ready) else {
        return Ok((state, None));
    };
    let answer = writer.elasticache().describe_cache_clusters().cache_cluster_id(member).send().await?;
    Ok((state, Some(read(&group, answer.cache_clusters().first()))))
}

pub(super) async fn look(writer: &Writer, id: &str) -> Result<Description> {
    let answer = writer.elasticache().describe_replication_groups().replication_group_id(id).send().await?;
    let group = answer.replication_groups.and_then(|groups| groups.into_iter().next());
    group.ok_or_else(|| Failure::new(Class::NotFound, format!("ElastiCache returned no group {id}")))
}

/// Deletes the group; what is gone already is done.
pub(super) async fn delete(writer: &Writer, id: &str, snapshot: Option<&str>) -> Result<()> {
    let call = writer.elasticache().delete_replication_group().replication_group_id(id).retain_primary_cluster(false);
    let call = call.set_final_snapshot_identifier(snapshot.map(str::to_owned));
    match retry_while(MINUTE, elasticache::TRANSIENT, || call.clone().send()).await.map(drop) {
        Err(failure) if failure.is(Class::NotFound) => Ok(()),
        other => other,
    }
}
