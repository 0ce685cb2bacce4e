//! From RDS's description to ours.

use aws_sdk_rds::types::{ClusterPendingModifiedValues, DbCluster as Description, LocalWriteForwardingStatus};
use serde_json::Value;

use super::spec::{Endpoint, MasterUserSecret, Outputs, ReadEndpoint, Secret, ServerlessV2ScalingConfiguration, Spec};
use super::{DbCluster, unmodelled};
use crate::kinds::rds;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::kinds::shared::pending;
use crate::resource::normal::Set;
use crate::resource::{Found, Pending, Tags, Until};

/// The status of a member on which static parameters are not in force yet.
const REBOOT: &str = "pending-reboot";

pub(super) fn found(cluster: &Description, tags: Tags) -> Found<DbCluster> {
    let id = cluster.db_cluster_identifier().unwrap_or_default().to_owned();
    let now = spec(cluster);
    let mut spec = now.clone();
    if let Some(pending) = cluster.pending_modified_values() {
        overlay(&mut spec, pending);
    }
    let pending = pending(cluster, &now, &spec);
    Found {
        name: Some(id.clone()),
        id,
        spec,
        outputs: Outputs { pending, ..outputs(cluster) },
        tags,
        state: rds::state(cluster.status().unwrap_or_default()),
        unmodelled: unmodelled::properties(cluster).into_iter().chain(unmodelled::endpoints(cluster)).collect(),
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
    let storage_type = cluster.storage_type().filter(|kind| !kind.is_empty()).unwrap_or("aurora").to_owned();
    Spec {
        engine,
        engine_version: cluster.engine_version().map(str::to_owned),
        engine_mode: cluster.engine_mode().unwrap_or("provisioned").to_owned(),
        db_subnet_group_name: cluster.db_subnet_group().map(Into::into),
        vpc_security_group_ids: groups(cluster),
        db_cluster_parameter_group_name: cluster.db_cluster_parameter_group().map(Into::into),
        db_instance_parameter_group_name: None,
        database_name: cluster.database_name().map(str::to_owned),
        port: cluster.port(),
        master_username: cluster.master_username().map(str::to_owned),
        manage_master_user_password: Some(secret.is_some()),
        master_user_password: None,
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
        database_insights_mode: cluster.database_insights_mode().map_or("standard", |mode| mode.as_str()).to_owned(),
        enable_local_write_forwarding: forwards_writes(cluster),
        network_type: cluster.network_type().filter(|kind| !kind.is_empty()).unwrap_or("IPV4").to_owned(),
        apply_immediately: true,
    }
}

/// What RDS does later: in the window, the parameter group with the major version that it belongs to, and static parameters
/// with the next reboot.
fn pending(cluster: &Description, now: &Spec, then: &Spec) -> Vec<Pending> {
    let mut all = pending::between(now, then, |_| Until::Window);
    let group = cluster.db_cluster_parameter_group();
    if rds::is_upgraded_later(cluster) {
        all.push(pending::goes_along("/DBClusterParameterGroupName", group));
    }
    let waits =
        cluster.db_cluster_members().iter().filter(|one| one.db_cluster_parameter_group_status() == Some(REBOOT));
    let names: Vec<_> = waits.filter_map(|member| member.db_instance_identifier()).collect();
    if !names.is_empty() {
        let group = group.map(Value::from);
        all.push(Pending {
            path: "/DBClusterParameterGroupName".to_owned(),
            before: group.clone(),
            after: group,
            until: Until::Event(format!("a reboot of {}, for its static parameters", names.join(", "))),
        });
    }
    all
}

/// Returns whether readers forward writes, or are about to.
fn forwards_writes(cluster: &Description) -> bool {
    use LocalWriteForwardingStatus::{Enabled, Enabling, Requested};
    matches!(cluster.local_write_forwarding_status(), Some(Enabled | Enabling | Requested))
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
        kind.clone_into(&mut spec.storage_type);
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
        status: cluster.status().unwrap_or_default().to_owned(),
        pending: Vec::new(),
    }
}
