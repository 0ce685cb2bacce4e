//! From RDS's description to ours.

use aws_sdk_rds::types::{ClusterPendingModifiedValues, DbCluster as Description};

use super::DbCluster;
use super::spec::{Endpoint, MasterUserSecret, Outputs, ReadEndpoint, Secret, ServerlessV2ScalingConfiguration, Spec};
use crate::kinds::maintenance_window::MaintenanceWindow;
use crate::kinds::rds;
use crate::resource::normal::Set;
use crate::resource::{Found, Tags, Unmodelled};

pub(super) fn found(cluster: &Description, tags: Tags) -> Found<DbCluster> {
    let id = cluster.db_cluster_identifier().unwrap_or_default().to_owned();
    let mut spec = spec(cluster);
    if let Some(pending) = cluster.pending_modified_values() {
        overlay(&mut spec, pending);
    }
    Found {
        name: Some(id.clone()),
        id,
        spec,
        outputs: outputs(cluster),
        tags,
        state: rds::state(cluster.status().unwrap_or_default()),
        unmodelled: beyond(cluster),
        external: None,
    }
}

/// What is so now, without what is pending.
pub(super) fn spec(cluster: &Description) -> Spec {
    let secret = cluster.master_user_secret();
    let capacities = cluster.serverless_v2_scaling_configuration().and_then(|range| {
        Some(ServerlessV2ScalingConfiguration {
            min_capacity: range.min_capacity()?,
            max_capacity: range.max_capacity()?,
            seconds_until_auto_pause: range.seconds_until_auto_pause(),
        })
    });
    let engine = cluster.engine().unwrap_or_default().to_owned();
    // The standard storage of Aurora has a name only on the way in.
    let standard = engine.starts_with("aurora").then(|| "aurora".to_owned());
    let storage_type = cluster.storage_type().filter(|kind| !kind.is_empty()).map(str::to_owned).or(standard);
    Spec {
        engine,
        engine_version: cluster.engine_version().map(str::to_owned),
        engine_mode: cluster.engine_mode().unwrap_or("provisioned").to_owned(),
        db_subnet_group_name: cluster.db_subnet_group().map(Into::into),
        vpc_security_group_ids: groups(cluster),
        db_cluster_parameter_group_name: cluster.db_cluster_parameter_group().map(Into::into),
        database_name: cluster.database_name().map(str::to_owned),
        port: cluster.port(),
        master_username: cluster.master_username().map(str::to_owned),
        manage_master_user_password: secret.is_some(),
        master_user_secret: MasterUserSecret {
            kms_key_id: secret.and_then(|secret| secret.kms_key_id()).map(Into::into),
        },
        kms_key_id: cluster.kms_key_id().map(Into::into),
        storage_encrypted: cluster.storage_encrypted().unwrap_or_default(),
        backup_retention_period: cluster.backup_retention_period().unwrap_or(1),
        preferred_backup_window: cluster.preferred_backup_window().map(str::to_owned),
        preferred_maintenance_window: cluster.preferred_maintenance_window().map(MaintenanceWindow::new),
        deletion_protection: cluster.deletion_protection().unwrap_or_default(),
        enable_cloudwatch_logs_exports: cluster.enabled_cloudwatch_logs_exports().iter().cloned().collect(),
        enable_iam_database_authentication: cluster.iam_database_authentication_enabled().unwrap_or_default(),
        copy_tags_to_snapshot: cluster.copy_tags_to_snapshot().unwrap_or_default(),
        serverless_v2_scaling_configuration: capacities,
        storage_type,
        auto_minor_version_upgrade: cluster.auto_minor_version_upgrade(),
        apply_immediately: true,
    }
}

/// A group that is being taken away is no longer one.
fn groups<T: Ord + From<String>>(cluster: &Description) -> Set<T> {
    let stays = cluster.vpc_security_groups().iter().filter(|group| group.status() != Some("removing"));
    stays.filter_map(|group| group.vpc_security_group_id().map(str::to_owned)).collect()
}

/// Lays over the live values what RDS has accepted and does in the next window.
pub(super) fn overlay(spec: &mut Spec, pending: &ClusterPendingModifiedValues) {
    if let Some(version) = pending.engine_version() {
        spec.engine_version = Some(version.to_owned());
    }
    if let Some(days) = pending.backup_retention_period() {
        spec.backup_retention_period = days;
    }
    if let Some(kind) = pending.storage_type() {
        spec.storage_type = Some(kind.to_owned());
    }
    if let Some(on) = pending.iam_database_authentication_enabled() {
        spec.enable_iam_database_authentication = on;
    }
    if let Some(exports) = pending.pending_cloudwatch_logs_exports() {
        let stays =
            spec.enable_cloudwatch_logs_exports.iter().filter(|log| !exports.log_types_to_disable().contains(log));
        spec.enable_cloudwatch_logs_exports = stays.chain(exports.log_types_to_enable()).cloned().collect();
    }
}

pub(super) fn outputs(cluster: &Description) -> Outputs {
    let secret = cluster.master_user_secret();
    Outputs {
        identifier: cluster.db_cluster_identifier().unwrap_or_default().to_owned(),
        arn: cluster.db_cluster_arn().unwrap_or_default().to_owned(),
        resource_id: cluster.db_cluster_resource_id().unwrap_or_default().to_owned(),
        endpoint: Endpoint { address: cluster.endpoint().map(str::to_owned), port: cluster.port() },
        read_endpoint: ReadEndpoint { address: cluster.reader_endpoint().map(str::to_owned) },
        master_user_secret: Secret { secret_arn: secret.and_then(|secret| secret.secret_arn()).map(str::to_owned) },
    }
}

/// Returns what the cluster has beyond our properties. Monitoring and Performance Insights are read from the
/// instances, whose values the cluster only repeats.
fn beyond(cluster: &Description) -> Vec<Unmodelled> {
    let roles: Vec<_> = cluster.associated_roles().iter().filter_map(|role| role.role_arn()).collect();
    let is_on = |on: Option<bool>| on == Some(true);
    let all = [
        ("/AssociatedRoles", !roles.is_empty(), roles.join(", ")),
        ("/EnableHttpEndpoint", is_on(cluster.http_endpoint_enabled()), "the Data API is on".to_owned()),
        (
            "/BacktrackWindow",
            cluster.backtrack_window().is_some_and(|seconds| seconds > 0),
            format!("{} s", cluster.backtrack_window().unwrap_or_default()),
        ),
        (
            "/GlobalClusterIdentifier",
            cluster.global_cluster_identifier().is_some_and(|id| !id.is_empty()),
            cluster.global_cluster_identifier().unwrap_or_default().to_owned(),
        ),
        (
            "/ReplicationSourceIdentifier",
            cluster.replication_source_identifier().is_some_and(|id| !id.is_empty()),
            cluster.replication_source_identifier().unwrap_or_default().to_owned(),
        ),
    ];
    let there = all.into_iter().filter(|(_, is_there, _)| *is_there);
    there.map(|(path, _, text)| Unmodelled { path: path.to_owned(), text }).collect()
}
