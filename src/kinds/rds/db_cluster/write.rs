//! The calls that make and change a cluster.

use aws_sdk_rds::operation::create_db_cluster::builders::CreateDBClusterFluentBuilder;
use aws_sdk_rds::operation::modify_db_cluster::builders::ModifyDBClusterFluentBuilder;
use aws_sdk_rds::types::{
    CloudwatchLogsExportConfiguration, DatabaseInsightsMode, ServerlessV2ScalingConfiguration as Capacities,
};

use super::DbCluster;
use super::spec::Spec;
use crate::aws::Writer;
use crate::kinds::shared::list::some;
use crate::kinds::shared::tag;
use crate::resource::version::{self, Move};
use crate::resource::{Changes, Found, Result, Tags};

/// For so many days the advanced mode of Database Insights keeps what it records; RDS refuses any other number.
const ADVANCED_DAYS: i32 = 465;

/// Reads the password of one's own, if a new cluster or these changes need it.
pub(super) async fn password(writer: &Writer, spec: &Spec, changes: Option<&Changes>) -> Result<Option<String>> {
    let paths = ["/ManageMasterUserPassword", "/MasterUserPassword"];
    match &spec.master_user_password {
        Some(secret) if changes.is_none_or(|changes| changes.touches_any(&paths)) => {
            secret.value(writer).await.map(Some)
        }
        _ => Ok(None),
    }
}

pub(super) fn creation(
    writer: &Writer,
    name: &str,
    spec: &Spec,
    password: Option<String>,
    tags: &Tags,
) -> CreateDBClusterFluentBuilder {
    writer
        .rds()
        .create_db_cluster()
        .db_cluster_identifier(name)
        .engine(&spec.engine)
        .engine_mode(&spec.engine_mode)
        .set_engine_version(spec.engine_version.clone())
        .set_db_subnet_group_name(spec.db_subnet_group_name.as_ref().map(String::from))
        .set_vpc_security_group_ids(Some(spec.vpc_security_group_ids.iter().map(String::from).collect()))
        .set_db_cluster_parameter_group_name(spec.db_cluster_parameter_group_name.as_ref().map(String::from))
        .set_database_name(spec.database_name.clone())
        .set_port(spec.port)
        .set_master_username(spec.master_username.clone())
        .set_manage_master_user_password(spec.manage_master_user_password)
        .set_master_user_password(password)
        .set_master_user_secret_kms_key_id(spec.master_user_secret.kms_key_id.as_ref().map(String::from))
        .set_kms_key_id(spec.kms_key_id.as_ref().map(String::from))
        .storage_encrypted(spec.storage_encrypted)
        .backup_retention_period(spec.backup_retention_period)
        .set_preferred_backup_window(spec.preferred_backup_window.clone())
        .set_preferred_maintenance_window(spec.preferred_maintenance_window.as_ref().map(String::from))
        .deletion_protection(spec.deletion_protection)
        .set_enable_cloudwatch_logs_exports(some(spec.enable_cloudwatch_logs_exports.iter().cloned().collect()))
        .enable_iam_database_authentication(spec.enable_iam_database_authentication)
        .copy_tags_to_snapshot(spec.copy_tags_to_snapshot)
        .set_serverless_v2_scaling_configuration(capacities(spec))
        .storage_type(&spec.storage_type)
        .set_auto_minor_version_upgrade(spec.auto_minor_version_upgrade)
        .set_database_insights_mode(is_advanced(spec).then_some(DatabaseInsightsMode::Advanced))
        .set_enable_performance_insights(is_advanced(spec).then_some(true))
        .set_performance_insights_retention_period(is_advanced(spec).then_some(ADVANCED_DAYS))
        .set_enable_local_write_forwarding(spec.enable_local_write_forwarding.then_some(true))
        .set_network_type((spec.network_type != "IPV4").then(|| spec.network_type.clone()))
        .set_tags(tag::write(tags))
}

/// One Modify call with what changes, and nothing else: RDS would take anything else as a change, too.
pub(super) fn modification(
    writer: &Writer,
    live: &Found<DbCluster>,
    spec: &Spec,
    changes: &Changes,
    password: Option<String>,
) -> ModifyDBClusterFluentBuilder {
    let if_touched = |path: &str| changes.touches(path).then_some(());
    let call = writer.rds().modify_db_cluster().db_cluster_identifier(&live.id);
    let mut call = call.apply_immediately(spec.apply_immediately);
    if let Some(version) = spec.engine_version.as_ref().filter(|_| sends_version(live, changes)) {
        call = call.engine_version(version);
        if version::between(running(live), version) == Move::Major {
            call = call.allow_major_version_upgrade(true);
            call = call
                .set_db_instance_parameter_group_name(spec.db_instance_parameter_group_name.as_ref().map(String::from));
        }
    }
    if changes.touches("/EnableCloudwatchLogsExports") {
        let (have, want) = (&live.spec.enable_cloudwatch_logs_exports, &spec.enable_cloudwatch_logs_exports);
        let exports = CloudwatchLogsExportConfiguration::builder()
            .set_enable_log_types(some(want.minus(have).cloned().collect()))
            .set_disable_log_types(some(have.minus(want).cloned().collect()));
        // What is pending reads as done.
        if have != want {
            call = call.cloudwatch_logs_export_configuration(exports.build());
        }
    }
    let secret = if_touched("/MasterUserSecret").and(spec.master_user_secret.kms_key_id.as_ref());
    // A key alone is not taken: it goes with the switch.
    let managed = if_touched("/ManageMasterUserPassword").or(secret.map(drop));
    let groups = if_touched("/VpcSecurityGroupIds").map(|()| spec.vpc_security_group_ids.iter());
    call.set_vpc_security_group_ids(groups.map(|groups| groups.map(String::from).collect()))
        .set_db_cluster_parameter_group_name(
            if_touched("/DBClusterParameterGroupName")
                .and(spec.db_cluster_parameter_group_name.as_ref())
                .map(String::from),
        )
        .set_port(if_touched("/Port").and(spec.port))
        .set_manage_master_user_password(managed.and(spec.manage_master_user_password))
        .set_master_user_password(password)
        .set_master_user_secret_kms_key_id(secret.map(String::from))
        .set_backup_retention_period(if_touched("/BackupRetentionPeriod").map(|()| spec.backup_retention_period))
        .set_preferred_backup_window(if_touched("/PreferredBackupWindow").and(spec.preferred_backup_window.clone()))
        .set_preferred_maintenance_window(
            if_touched("/PreferredMaintenanceWindow").and(spec.preferred_maintenance_window.as_ref()).map(String::from),
        )
        .set_deletion_protection(if_touched("/DeletionProtection").map(|()| spec.deletion_protection))
        .set_enable_iam_database_authentication(
            if_touched("/EnableIAMDatabaseAuthentication").map(|()| spec.enable_iam_database_authentication),
        )
        .set_copy_tags_to_snapshot(if_touched("/CopyTagsToSnapshot").map(|()| spec.copy_tags_to_snapshot))
        .set_serverless_v2_scaling_configuration(
            if_touched("/ServerlessV2ScalingConfiguration").and_then(|()| capacities(spec)),
        )
        .set_storage_type(if_touched("/StorageType").map(|()| spec.storage_type.clone()))
        .set_auto_minor_version_upgrade(if_touched("/AutoMinorVersionUpgrade").and(spec.auto_minor_version_upgrade))
        .set_database_insights_mode(
            if_touched("/DatabaseInsightsMode").map(|()| spec.database_insights_mode.as_str().into()),
        )
        .set_enable_performance_insights(if_touched("/DatabaseInsightsMode").and(is_advanced(spec).then_some(true)))
        .set_performance_insights_retention_period(
            if_touched("/DatabaseInsightsMode").and(is_advanced(spec).then_some(ADVANCED_DAYS)),
        )
        .set_enable_local_write_forwarding(
            if_touched("/EnableLocalWriteForwarding").map(|()| spec.enable_local_write_forwarding),
        )
        .set_network_type(if_touched("/NetworkType").map(|()| spec.network_type.clone()))
        .set_backtrack_window(if_touched("/BacktrackWindow").map(|()| 0))
}

/// The version goes along with a parameter group while its upgrade is pending: RDS takes the group of another version only
/// with that.
fn sends_version(live: &Found<DbCluster>, changes: &Changes) -> bool {
    let is_pending = live.outputs.pending.iter().any(|pending| pending.path == "/EngineVersion");
    changes.touches("/EngineVersion") || (is_pending && changes.touches("/DBClusterParameterGroupName"))
}

/// The version that runs, whatever is pending.
fn running(live: &Found<DbCluster>) -> &str {
    let pending = live.outputs.pending.iter().find(|pending| pending.path == "/EngineVersion");
    let before = pending.and_then(|pending| pending.before.as_ref()?.as_str());
    before.or(live.spec.engine_version.as_deref()).unwrap_or_default()
}

/// The advanced mode wants Performance Insights on, and kept for so long.
fn is_advanced(spec: &Spec) -> bool {
    spec.database_insights_mode == "advanced"
}

fn capacities(spec: &Spec) -> Option<Capacities> {
    let range = spec.serverless_v2_scaling_configuration.as_ref()?;
    let to = Capacities::builder().min_capacity(range.min_capacity).max_capacity(range.max_capacity);
    Some(to.set_seconds_until_auto_pause(range.seconds_until_auto_pause).build())
}
