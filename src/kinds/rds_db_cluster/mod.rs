mod judge;
mod read;
mod spec;

use aws_sdk_rds::types::{CloudwatchLogsExportConfiguration, ServerlessV2ScalingConfiguration as Capacities};
use serde_json::Value;

pub use self::spec::{Outputs, Spec};
use super::candidate::adopt;
use super::{key_arn, rds};
use crate::aws::{Aws, Reader, Writer};
use crate::resource::{
    Changes, Class, Disruption, Failure, FieldDiff, Found, Kept, Kind, Listing, Made, Name, NameRule, Permissions,
    Result, Scope, State, Tags,
};

/// An Aurora cluster: the storage and the endpoints of a database; its instances are resources of their own.
pub struct DbCluster;

impl Kind for DbCluster {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const TYPE: &'static str = "AWS::RDS::DBCluster";
    const REF: &'static str = "DBClusterIdentifier";
    const NAME: NameRule = NameRule::Unique { max: rds::ID_MAX };
    const CREATE_ONLY: &'static [&'static str] =
        &["/DBSubnetGroupName", "/DatabaseName", "/EngineMode", "/KmsKeyId", "/StorageEncrypted"];
    const WRITE_ONLY: &'static [&'static str] = &["/ApplyImmediately"];
    const VERSIONS: &'static [&'static str] = &["/EngineVersion"];
    const STATEFUL: bool = true;
    const SECONDS: u32 = 45;
    const EXAMPLE: &'static str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: database
    properties: { GroupDescription: the database, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
  - type: AWS::RDS::DBSubnetGroup
    name: data
    properties:
      DBSubnetGroupDescription: the data subnets
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data-1') }}\", \"{{ ref('AWS::EC2::Subnet/data-2') }}\"]
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: '16.4'
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/data') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/database') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
      StorageEncrypted: true
      BackupRetentionPeriod: 10
      PreferredBackupWindow: 03:00-04:00
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 2 }
";

    fn permissions() -> Permissions {
        Permissions {
            read: &["rds:DescribeDBClusters"],
            create: &[
                "rds:CreateDBCluster",
                "rds:AddTagsToResource",
                "rds:DescribeDBClusters",
                "secretsmanager:CreateSecret",
                "secretsmanager:TagResource",
                "kms:DescribeKey",
                "kms:CreateGrant",
                "iam:CreateServiceLinkedRole",
            ],
            update: &[
                "rds:ModifyDBCluster",
                "rds:DescribeDBClusters",
                "secretsmanager:CreateSecret",
                "secretsmanager:TagResource",
                "secretsmanager:RotateSecret",
                "kms:DescribeKey",
            ],
            retag: &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
            delete: &[
                "rds:ModifyDBCluster",
                "rds:DeleteDBCluster",
                "rds:CreateDBClusterSnapshot",
                "rds:AddTagsToResource",
            ],
        }
    }

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let clusters = reader.once("rds:clusters", rds::clusters(reader)).await?;
        let mut listing = Listing::default();
        for cluster in clusters.iter() {
            let id = cluster.db_cluster_identifier().unwrap_or_default();
            rds::sort(&mut listing, scope, id, cluster.tag_list(), |tags| read::found(cluster, tags));
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer
            .rds()
            .create_db_cluster()
            .db_cluster_identifier(name.as_str())
            .engine(&spec.engine)
            .engine_mode(&spec.engine_mode)
            .set_engine_version(spec.engine_version.clone())
            .set_db_subnet_group_name(spec.db_subnet_group_name.as_ref().map(String::from))
            .set_vpc_security_group_ids(Some(spec.vpc_security_group_ids.iter().map(String::from).collect()))
            .set_db_cluster_parameter_group_name(spec.db_cluster_parameter_group_name.as_ref().map(String::from))
            .set_database_name(spec.database_name.clone())
            .set_port(spec.port)
            .set_master_username(spec.master_username.clone())
            .manage_master_user_password(spec.manage_master_user_password)
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
            .set_storage_type(spec.storage_type.clone())
            .set_auto_minor_version_upgrade(spec.auto_minor_version_upgrade)
            .set_tags(Some(rds::sdk_tags(tags)));
        match rds::patiently(2, || async { Ok(call.clone().send().await?) }).await {
            Ok(answer) => made(answer.db_cluster(), "CreateDBCluster"),
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let call = writer.rds().describe_db_clusters().db_cluster_identifier(name.as_str());
                let answer = call.send().await?;
                let there = answer.db_clusters().first().ok_or(failure)?;
                adopt(&format!("the cluster {name}"), &rds::tags(there.tag_list()), tags)?;
                made(Some(there), "DescribeDBClusters")
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Made<Self>> {
        if changes.fields().iter().all(|field| field.path == "/ApplyImmediately") {
            return Ok(Made { id: live.id.clone(), outputs: live.outputs.clone(), state: State::Ready });
        }
        let call = modification(writer, live, spec, changes);
        let answer = rds::patiently(15, || async { Ok(call.clone().send().await?) }).await?;
        made(answer.db_cluster(), "ModifyDBCluster")
    }

    async fn retag(writer: &Writer, live: &Found<Self>, set: &Tags, unset: &[String]) -> Result<()> {
        rds::retag(writer, &live.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Vec<Kept>> {
        if live.spec.deletion_protection {
            let call = writer.rds().modify_db_cluster().db_cluster_identifier(&live.id);
            let call = call.deletion_protection(false).apply_immediately(true);
            rds::gone(rds::patiently(15, || async { Ok(call.clone().send().await.map(drop)?) }).await)?;
        }
        let resource = live.outputs.resource_id.to_lowercase();
        for attempt in 1..=9 {
            let snapshot = final_snapshot(&resource, attempt);
            // Fifteen minutes: instances that are being deleted still count.
            let sent = rds::patiently(15, || async {
                let call = writer.rds().delete_db_cluster().db_cluster_identifier(&live.id).skip_final_snapshot(false);
                let call = call.final_db_snapshot_identifier(&snapshot).delete_automated_backups(false);
                Ok(call.send().await.map(drop)?)
            });
            match sent.await {
                Ok(()) => return Ok(kept(&snapshot, live)),
                // An earlier try took one, and the cluster has been written to since: take another.
                Err(failure) if failure.is(Class::AlreadyExists) => {}
                Err(failure) if failure.is(Class::NotFound) => return Ok(Vec::new()),
                Err(failure) => return Err(failure),
            }
        }
        let last = final_snapshot(&resource, 9);
        Err(Failure::new(Class::AlreadyExists, format!("final snapshots up to {last} are there already"))
            .hint("delete the older ones (aws rds delete-db-cluster-snapshot), then run the command again"))
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(judge::disruption).max().unwrap_or_default()
    }

    fn refuses(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        fields.iter().find_map(judge::refusal)
    }

    fn check(spec: &Spec) -> Vec<(String, String)> {
        let mistake = |at: &str, text: &str| Some((at.to_owned(), text.to_owned()));
        let unmanaged = (!spec.manage_master_user_password)
            .then(|| mistake("/ManageMasterUserPassword", "must be true: passwords have no place in a specification"));
        let groupless = spec
            .vpc_security_group_ids
            .is_empty()
            .then(|| mistake("/VpcSecurityGroupIds", "name at least one: AWS would take the VPC's default group"));
        let nameless =
            spec.master_username.is_none().then(|| mistake("/MasterUsername", "a new cluster needs a master user"));
        let keys = [
            key_arn::mistake("/KmsKeyId", spec.kms_key_id.as_ref()),
            key_arn::mistake("/MasterUserSecret/KmsKeyId", spec.master_user_secret.kms_key_id.as_ref()),
        ];
        [unmanaged, groupless, nameless].into_iter().flatten().chain(keys).flatten().collect()
    }
}

/// One Modify call with what changes, and nothing else: RDS would take anything else as a change, too.
fn modification(
    writer: &Writer,
    live: &Found<DbCluster>,
    spec: &Spec,
    changes: &Changes,
) -> aws_sdk_rds::operation::modify_db_cluster::builders::ModifyDBClusterFluentBuilder {
    let if_touched = |path: &str| changes.touches(path).then_some(());
    let call = writer.rds().modify_db_cluster().db_cluster_identifier(&live.id);
    let mut call = call.apply_immediately(spec.apply_immediately);
    if let Some(version) = spec.engine_version.as_ref().filter(|_| changes.touches("/EngineVersion")) {
        call = call.engine_version(version);
        if judge::is_major(live.spec.engine_version.as_deref().unwrap_or_default(), version) {
            call = call.allow_major_version_upgrade(true);
        }
    }
    if changes.touches("/EnableCloudwatchLogsExports") {
        let (have, want) = (&live.spec.enable_cloudwatch_logs_exports, &spec.enable_cloudwatch_logs_exports);
        let exports = CloudwatchLogsExportConfiguration::builder()
            .set_enable_log_types(some(want.minus(have).cloned().collect()))
            .set_disable_log_types(some(have.minus(want).cloned().collect()));
        call = call.cloudwatch_logs_export_configuration(exports.build());
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
        .set_manage_master_user_password(managed.map(|()| spec.manage_master_user_password))
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
        .set_storage_type(if_touched("/StorageType").and(spec.storage_type.clone()))
        .set_auto_minor_version_upgrade(if_touched("/AutoMinorVersionUpgrade").and(spec.auto_minor_version_upgrade))
}

fn made(cluster: Option<&aws_sdk_rds::types::DbCluster>, operation: &str) -> Result<Made<DbCluster>> {
    let outputs = read::outputs(cluster.ok_or_else(|| rds::empty(operation))?);
    // Even a cluster that still reads `available` has not begun with what was asked of it.
    Ok(Made { id: outputs.identifier.clone(), outputs, state: State::Settling("the cluster".to_owned()) })
}

fn capacities(spec: &Spec) -> Option<Capacities> {
    let range = spec.serverless_v2_scaling_configuration.as_ref()?;
    let to = Capacities::builder().min_capacity(range.min_capacity).max_capacity(range.max_capacity);
    Some(to.set_seconds_until_auto_pause(range.seconds_until_auto_pause).build())
}

/// RDS takes a missing list and not an empty one.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

/// Named after the immutable resource id: the identifier can be taken by another cluster later.
fn final_snapshot(resource: &str, attempt: u32) -> String {
    match attempt {
        1 => format!("{resource}-final"),
        _ => format!("{resource}-final-{attempt}"),
    }
}

fn kept(snapshot: &str, live: &Found<DbCluster>) -> Vec<Kept> {
    let days = live.spec.backup_retention_period;
    vec![
        Kept {
            what: "snapshot".to_owned(),
            id: snapshot.to_owned(),
            why: format!("the last state of {}, encrypted with the cluster's key; delete it by hand", live.id),
        },
        Kept {
            what: "automated backups".to_owned(),
            id: live.outputs.resource_id.clone(),
            why: format!("a restore to any second is possible until they expire after {days} days"),
        },
    ]
}

#[cfg(test)]
mod tests;
