mod delete;
mod read;
mod rules;
mod spec;
mod unmodelled;
mod write;

use jiff::Timestamp;
use serde_json::Value;

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::rds;
use crate::kinds::shared::maintenance_window::{self, MaintenanceWindow};
use crate::kinds::shared::ownership::adopt;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{offers, tag};
use crate::resource::cloudformation::{CloudFormation, Snapshots};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, InUse,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Pending, Permissions, Question, Quota, Result, Scope,
    State, States, Tags, Turn, Window,
};

pub use self::spec::{Outputs, Spec};

/// An Aurora cluster: the storage and the endpoints of a database; its instances are resources of their own.
pub struct DbCluster;

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
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
      DeletionProtection: true
      BackupRetentionPeriod: 10
      PreferredBackupWindow: 03:00-04:00
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 2 }
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: database
    properties: { GroupDescription: the database, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::SecurityGroup
    name: reports
    properties: { GroupDescription: the reports, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::RDS::DBClusterParameterGroup
    name: main
    properties:
      Description: settings of the main database
      Family: aurora-postgresql16
      Parameters: { log_min_duration_statement: 1000 }
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
      EngineVersion: '16.6'
      DBClusterParameterGroupName: \"{{ ref('AWS::RDS::DBClusterParameterGroup/main') }}\"
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/data') }}\"
      VpcSecurityGroupIds:
        - \"{{ ref('AWS::EC2::SecurityGroup/database') }}\"
        - \"{{ ref('AWS::EC2::SecurityGroup/reports') }}\"
      MasterUsername: master
      ManageMasterUserPassword: true
      StorageEncrypted: true
      StorageType: aurora-iopt1
      Port: 5433
      AutoMinorVersionUpgrade: false
      BackupRetentionPeriod: 14
      CopyTagsToSnapshot: true
      PreferredBackupWindow: 01:00-02:00
      PreferredMaintenanceWindow: sun:05:00-sun:06:00
      DatabaseInsightsMode: advanced
      EnableCloudwatchLogsExports: [postgresql]
      EnableIAMDatabaseAuthentication: true
      EnableLocalWriteForwarding: true
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 8 }
";

impl Kind for DbCluster {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        memberships: &["/VpcSecurityGroupIds"],
        create_only: &["/DBSubnetGroupName", "/DatabaseName", "/EngineMode", "/KmsKeyId", "/StorageEncrypted"],
        additive: &[unmodelled::ENDPOINTS],
        write_only: &["/ApplyImmediately", "/DBInstanceParameterGroupName", "/MasterUserPassword"],
        call_parameters: &["/ApplyImmediately", "/DBInstanceParameterGroupName"],
        sensitive: &["/MasterUserPassword"],
        auto_upgraded: &["/EngineVersion"],
        stateful: true,
        kept_with: &["/KmsKeyId"],
        protection: &["/DeletionProtection"],
        seconds: 45,
        // A major upgrade of a database with many tables takes more than an hour.
        timeout: Some(2 * 60 * 60),
        preflight_reads: &["rds:DescribeDBEngineVersions"],
        prunes: &["/BacktrackWindow"],
        cloudformation: CloudFormation {
            call_only: &["ApplyImmediately"],
            snapshots: Snapshots::Yes,
            ..CloudFormation::SAME
        },
        quotas: &[Quota::new("rds", "L-952B80B8", "DB clusters")],
        ..Facts::of(Essentials {
            kind: "AWS::RDS::DBCluster",
            is_global: false,
            indexed_as: Some("rds"),
            reference: "DBClusterIdentifier",
            name: NameRule::Unique { max: rds::ID_MAX },
            identity: Identity::Tags,
            name_property: Some("DBClusterIdentifier"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::RDS::DBInstance", Detection::Listed),
                Attachable::new("AssociatedRoles", Detection::Noted("/AssociatedRoles")),
                Attachable::new("AWS::RDS::GlobalCluster", Detection::Noted("/GlobalClusterIdentifier")),
                Attachable::new("CustomEndpoints", Detection::Additive(unmodelled::ENDPOINTS)),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["rds:DescribeDBClusters"],
                create: &[
                    "rds:CreateDBCluster",
                    "rds:AddTagsToResource",
                    "rds:DescribeDBClusters",
                    "secretsmanager:CreateSecret",
                    "secretsmanager:TagResource",
                    "secretsmanager:GetSecretValue",
                    "kms:DescribeKey",
                    "kms:CreateGrant",
                    "kms:Decrypt",
                    "kms:GenerateDataKey",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &[
                    "rds:ModifyDBCluster",
                    "rds:DescribeDBClusters",
                    "secretsmanager:CreateSecret",
                    "secretsmanager:TagResource",
                    "secretsmanager:RotateSecret",
                    "secretsmanager:GetSecretValue",
                    "kms:DescribeKey",
                    "kms:CreateGrant",
                    "kms:Decrypt",
                    "kms:GenerateDataKey",
                ],
                retag: &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
                delete: &[
                    "rds:StartDBCluster",
                    "rds:ModifyDBCluster",
                    "rds:DeleteDBCluster",
                    "rds:CreateDBClusterSnapshot",
                    "rds:AddTagsToResource",
                ],
                on: &[
                    (
                        "rds:CreateDBCluster",
                        &[On::Made("cluster:*"), On::Ours, On::Any("cluster-pg:default.*"), On::Any("og:default:*")],
                    ),
                    ("rds:ModifyDBCluster", &[On::Ours, On::Any("cluster-pg:default.*"), On::Any("og:default:*")]),
                    ("rds:DeleteDBCluster", &[On::Ours, On::Any("cluster-snapshot:*")]),
                    ("rds:CreateDBClusterSnapshot", &[On::Ours, On::Any("cluster-snapshot:*")]),
                    (
                        "rds:AddTagsToResource",
                        &[On::Ours, On::Untagged("cluster:*"), On::Untagged("cluster-snapshot:*")],
                    ),
                    ("secretsmanager:CreateSecret", &[On::Any("secret:rds!*")]),
                    ("secretsmanager:TagResource", &[On::Any("secret:rds!*")]),
                    ("secretsmanager:RotateSecret", &[On::Any("secret:rds!*")]),
                    ("secretsmanager:GetSecretValue", &[On::Any("secret:rds!*")]),
                    ("kms:CreateGrant", &[On::Via("rds"), On::Via("secretsmanager")]),
                    ("kms:Decrypt", &[On::Via("rds"), On::Via("secretsmanager")]),
                    ("kms:GenerateDataKey", &[On::Via("rds"), On::Via("secretsmanager")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("rds.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let clusters = reader.once("rds:clusters", rds::clusters(reader)).await?;
        let mut listing = Listing::default();
        for cluster in clusters.iter() {
            let id = cluster.db_cluster_identifier().unwrap_or_default();
            rds::sort(&mut listing, scope, id, cluster.tag_list(), |tags| read::found(cluster, tags));
        }
        Ok(listing)
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let call = reader.rds().describe_db_clusters().filters(rds::by_id("db-cluster-id", ids)).max_records(rds::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let states = all.into_iter().filter_map(|one| Some((one.db_cluster_identifier?, rds::state(&one.status?))));
        Ok(Some(states.collect()))
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        Ok(Some(InUse::count(rds::clusters(reader).await?.len())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let password = write::password(writer, spec, None).await?;
        let call = write::creation(writer, name.as_str(), spec, password, tags);
        match retry_while(2 * MINUTE, rds::TRANSIENT, || call.clone().send()).await {
            Ok(answer) => made(answer.db_cluster(), "CreateDBCluster"),
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let call = writer.rds().describe_db_clusters().db_cluster_identifier(name.as_str());
                let answer = call.send().await?;
                let there = answer.db_clusters().first().ok_or(failure)?;
                adopt(&format!("the cluster {name}"), &tag::read(there.tag_list()), tags)?;
                made(Some(there), "DescribeDBClusters")
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.fields().iter().all(|field| Self::FACTS.call_parameters.contains(&&*field.path)) {
            return Ok(Turn::Done(live.updated()));
        }
        let password = write::password(writer, spec, Some(changes)).await?;
        let call = write::modification(writer, live, spec, changes, password);
        let answer = match retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await {
            Err(failure) if rds::is_transient(&failure) => return Ok(Turn::Busy(failure)),
            answer => answer?,
        };
        if spec.apply_immediately {
            rds::await_started(|| has_started(writer, &live.id, spec, changes)).await;
        }
        made(answer.db_cluster(), "ModifyDBCluster").map(Turn::Done)
    }

    fn health(found: &Found<Self>) -> Option<String> {
        Some(found.outputs.status.clone())
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        rds::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        delete::delete(writer, live).await
    }

    async fn start(writer: &Writer, live: &Found<Self>) -> Result<()> {
        rds::start_cluster(writer, &live.id).await
    }

    fn unsupported(found: &Found<Self>) -> Option<String> {
        let engine = &found.spec.engine;
        let is_other = !engine.starts_with("aurora");
        is_other.then(|| format!("is a cluster of the engine {engine}, and only Aurora's can be expressed"))
    }

    fn pending(found: &Found<Self>) -> Vec<Pending> {
        found.outputs.pending.clone()
    }

    fn stopped(found: &Found<Self>) -> Option<String> {
        rds::stopped(&found.state, "the cluster")
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(rules::disruption).max().unwrap_or_default()
    }

    fn refuses_new(desired: &Value) -> Option<String> {
        let has_password = desired["ManageMasterUserPassword"] == true || !desired["MasterUserPassword"].is_null();
        let text =
            "a new cluster needs a password: ManageMasterUserPassword: true, or MasterUserPassword from a secret";
        let mode = "AWS makes no such cluster any more: for serverless, leave EngineMode out, set \
                    ServerlessV2ScalingConfiguration, and give the instances the class db.serverless";
        let is_old = desired["EngineMode"] != "provisioned";
        is_old.then_some(mode).or((!has_password).then_some(text)).map(str::to_owned)
    }

    fn waits_for_window(live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        desired["ApplyImmediately"] == false && rules::waits(live, desired, field)
    }

    fn update_seconds(_: &Value, fields: &[FieldDiff]) -> u32 {
        if fields.iter().any(rules::is_major) { rules::MAJOR_MINUTES * 60 } else { Self::FACTS.seconds }
    }

    /// RDS documents it of instances, and keeps silent of clusters.
    fn applies_pending(desired: &Value, _: &[FieldDiff]) -> bool {
        desired["ApplyImmediately"] != false
    }

    fn window(live: &Value, now: Timestamp) -> Option<Window> {
        MaintenanceWindow::new(live["PreferredMaintenanceWindow"].as_str()?).next(now)
    }

    fn irreversible(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        fields.iter().find_map(rules::irreversible)
    }

    fn advice(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let single = fields.iter().filter_map(|field| rules::advice(desired, field));
        single.chain(rules::advice_on_password(fields)).collect()
    }

    fn refuses(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        let windows = || maintenance_window::clash(live, desired, fields, rules::windows);
        let refused = fields.iter().find_map(|field| rules::refusal(live, field));
        refused.or_else(|| rules::unkept_password(desired, fields)).or_else(windows)
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        let version = spec.engine_version.as_deref();
        version.map(|version| Question::new("/EngineVersion", &[&spec.engine, version])).into_iter().collect()
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [engine, version] = about else { return Ok(None) };
        offers::database_version(reader, engine, version).await
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}

async fn has_started(writer: &Writer, id: &str, spec: &Spec, changes: &Changes) -> Result<bool> {
    let answer = writer.rds().describe_db_clusters().db_cluster_identifier(id).send().await?;
    let cluster = answer.db_clusters().first().ok_or_else(|| rds::empty("DescribeDBClusters"))?;
    let status = cluster.status().unwrap_or_default();
    Ok(rds::has_started(&DbCluster, status, &read::spec(cluster), spec, changes))
}

fn made(cluster: Option<&aws_sdk_rds::types::DbCluster>, operation: &str) -> Result<Made<DbCluster>> {
    let outputs = read::outputs(cluster.ok_or_else(|| rds::empty(operation))?);
    // Even a cluster that still reads `available` has not begun with what was asked of it.
    Ok(Made { id: outputs.identifier.clone(), outputs, state: State::Settling("the cluster".to_owned()) })
}

#[cfg(test)]
mod tests;
