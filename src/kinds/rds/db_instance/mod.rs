mod delete;
mod example;
mod read;
mod spec;

use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder;
use aws_sdk_rds::types::DbCluster;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::rds;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::kinds::shared::ownership::adopt;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::text::given;
use crate::kinds::shared::{key_arn, offers, tag};
use crate::resource::cloudformation::{CloudFormation, Snapshots};
use crate::resource::{
    Attachable, Attached, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found,
    Identity, InUse, Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Pending, Permissions, Question, Quota,
    Result, Scope, State, States, Tags, Turn, Window,
};

pub use self::spec::{Outputs, Spec};

/// An instance of an Aurora cluster: the first becomes its writer, the others are readers. It bears no data of its own.
pub struct DbInstance;

impl Kind for DbInstance {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/DBClusterIdentifier"],
        write_only: &["/ApplyImmediately"],
        call_parameters: &["/ApplyImmediately"],
        seconds: 390,
        preflight_reads: &["rds:DescribeOrderableDBInstanceOptions"],
        cloudformation: CloudFormation { snapshots: Snapshots::Unless("DBClusterIdentifier"), ..CloudFormation::SAME },
        quotas: &[Quota::new("rds", "L-7B6409FD", "DB instances")],
        ..Facts::of(Essentials {
            kind: "AWS::RDS::DBInstance",
            is_global: false,
            indexed_as: Some("rds"),
            reference: "DBInstanceIdentifier",
            name: NameRule::Unique { max: rds::ID_MAX },
            identity: Identity::Tags,
            name_property: Some("DBInstanceIdentifier"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "Read replicas",
                Detection::Left("those of Aurora are instances of the cluster"),
            )],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["rds:DescribeDBInstances", "rds:DescribeDBClusters"],
                create: &[
                    "rds:CreateDBInstance",
                    "rds:AddTagsToResource",
                    "rds:DescribeDBInstances",
                    "iam:PassRole",
                    "iam:CreateServiceLinkedRole",
                    "kms:DescribeKey",
                    "kms:CreateGrant",
                ],
                update: &["rds:ModifyDBInstance", "rds:DescribeDBInstances", "rds:DescribeDBClusters", "iam:PassRole"],
                retag: &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
                delete: &[
                    "rds:StartDBCluster",
                    "rds:StartDBInstance",
                    "rds:ModifyDBInstance",
                    "rds:DeleteDBInstance",
                    "rds:CreateDBSnapshot",
                    "rds:AddTagsToResource",
                ],
                on: &[
                    (
                        "rds:CreateDBInstance",
                        &[On::Made("db:*"), On::Ours, On::Any("pg:default.*"), On::Any("og:default:*")],
                    ),
                    ("rds:ModifyDBInstance", &[On::Ours, On::Any("pg:default.*"), On::Any("og:default:*")]),
                    ("rds:CreateDBSnapshot", &[On::Ours, On::Any("snapshot:*")]),
                    ("rds:AddTagsToResource", &[On::Ours, On::Untagged("db:*"), On::Untagged("snapshot:*")]),
                    ("kms:CreateGrant", &[On::Via("rds")]),
                    ("iam:PassRole", &[On::PassedTo("monitoring.rds.amazonaws.com")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("rds.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let instances = reader.once("rds:instances", rds::instances(reader)).await?;
        let clusters = reader.once("rds:clusters", rds::clusters(reader)).await?;
        let mut listing = Listing::default();
        for instance in instances.iter() {
            let id = instance.db_instance_identifier().unwrap_or_default();
            let found = listing.found.len();
            rds::sort(&mut listing, scope, id, instance.tag_list(), |tags| {
                let is_its = |cluster: &&DbCluster| cluster.db_cluster_identifier() == instance.db_cluster_identifier();
                read::found(instance, clusters.iter().find(is_its), tags)
            });
            let host = instance.db_cluster_identifier().filter(|_| listing.found.len() == found);
            listing.attached.extend(host.map(|host| Attached { id: id.to_owned(), host: host.to_owned() }));
        }
        Ok(listing)
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let call =
            reader.rds().describe_db_instances().filters(rds::by_id("db-instance-id", ids)).max_records(rds::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let states =
            all.into_iter().filter_map(|one| Some((one.db_instance_identifier?, rds::state(&one.db_instance_status?))));
        Ok(Some(states.collect()))
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        Ok(Some(InUse::count(rds::instances(reader).await?.len())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer
            .rds()
            .create_db_instance()
            .db_instance_identifier(name.as_str())
            .db_cluster_identifier(spec.db_cluster_identifier.as_str())
            .engine(&spec.engine)
            .db_instance_class(&spec.db_instance_class)
            .promotion_tier(spec.promotion_tier)
            .set_availability_zone(spec.availability_zone.clone())
            .publicly_accessible(spec.publicly_accessible)
            .monitoring_interval(spec.monitoring_interval)
            .set_monitoring_role_arn(given(&spec.monitoring_role_arn))
            .enable_performance_insights(spec.enable_performance_insights)
            .set_performance_insights_kms_key_id(spec.performance_insights_kms_key_id.as_ref().map(String::from))
            .set_performance_insights_retention_period(spec.performance_insights_retention_period)
            .auto_minor_version_upgrade(spec.auto_minor_version_upgrade)
            .set_ca_certificate_identifier(spec.ca_certificate_identifier.clone())
            .set_db_parameter_group_name(spec.db_parameter_group_name.as_ref().map(String::from))
            .set_preferred_maintenance_window(spec.preferred_maintenance_window.as_ref().map(String::from))
            .set_tags(tag::write(tags));
        // A monitoring role takes up to a minute until RDS can assume it.
        match retry_while(5 * MINUTE, rds::TRANSIENT, || call.clone().send()).await {
            Ok(answer) => made(answer.db_instance(), "CreateDBInstance"),
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let call = writer.rds().describe_db_instances().db_instance_identifier(name.as_str());
                let answer = call.send().await?;
                let there = answer.db_instances().first().ok_or(failure)?;
                adopt(&format!("the database instance {name}"), &tag::read(there.tag_list()), tags)?;
                made(Some(there), "DescribeDBInstances")
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.fields().iter().all(|field| Self::FACTS.call_parameters.contains(&&*field.path)) {
            return Ok(Turn::Done(live.updated()));
        }
        let changes = &without_what_waits(writer, spec, changes).await?;
        if changes.is_empty() {
            return Ok(Turn::Done(live.updated()));
        }
        let call = modification(writer, &live.id, spec, changes);
        let answer = match retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await {
            Err(failure) if rds::is_transient(&failure) => return Ok(Turn::Busy(failure)),
            answer => answer?,
        };
        if spec.apply_immediately {
            rds::await_started(|| has_started(writer, &live.id, spec, changes)).await;
        }
        made(answer.db_instance(), "ModifyDBInstance").map(Turn::Done)
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
        if live.outputs.alone.is_none() {
            return rds::start_cluster(writer, live.spec.db_cluster_identifier.as_str()).await;
        }
        let started = writer.rds().start_db_instance().db_instance_identifier(&live.id).send().await;
        rds::started_already(started.map(drop).map_err(Failure::from))
    }

    fn unsupported(found: &Found<Self>) -> Option<String> {
        let engine = &found.spec.engine;
        let of_other = || format!("is of the engine {engine}, and only members of Aurora clusters can be expressed");
        let alone =
            "stands alone: it belongs to no Aurora cluster and holds data of its own, which cannot be expressed";
        match found.outputs.alone {
            Some(_) => Some(alone.to_owned()),
            None => (!engine.starts_with("aurora")).then(of_other),
        }
    }

    fn in_force(found: &Found<Self>) -> Option<Value> {
        // RDS refuses to turn off for a member what its cluster has turned on.
        found.outputs.has_clusters_insights.then(|| json!({ "EnablePerformanceInsights": false }))
    }

    fn pending(found: &Found<Self>) -> Vec<Pending> {
        found.outputs.pending.clone()
    }

    fn stopped(found: &Found<Self>) -> Option<String> {
        rds::stopped(&found.state, "the database")
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let one = |field: &FieldDiff| match field.path.as_str() {
            // A cluster's instances are changed at once: none is left that could become the writer meanwhile.
            "/DBInstanceClass" => Disruption::Outage,
            "/CACertificateIdentifier" => Disruption::Restart,
            _ => Disruption::None,
        };
        fields.iter().map(one).max().unwrap_or_default()
    }

    fn waits_for_window(_: &Value, desired: &Value, field: &FieldDiff) -> bool {
        let is_put_off = ["/DBInstanceClass", "/CACertificateIdentifier"].contains(&&*field.path);
        desired["ApplyImmediately"] == false && is_put_off
    }

    fn update_seconds(_: &Value, fields: &[FieldDiff]) -> u32 {
        let is_new_class = fields.iter().any(|field| field.path == "/DBInstanceClass");
        if is_new_class { Self::FACTS.seconds } else { 60 }
    }

    /// RDS documents it of instances, and keeps silent of clusters.
    fn applies_pending(desired: &Value, _: &[FieldDiff]) -> bool {
        desired["ApplyImmediately"] != false
    }

    fn window(live: &Value, now: Timestamp) -> Option<Window> {
        MaintenanceWindow::new(live["PreferredMaintenanceWindow"].as_str()?).next(now)
    }

    fn advice(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let is_new_class = fields.iter().any(|field| field.path == "/DBInstanceClass");
        let at_once = if desired["ApplyImmediately"] == false { "" } else { "at once, not in the window: " };
        // AWS names five to ten minutes.
        let text = "it is down for five to ten minutes; a writer hands over to a reader, if one is up. To keep the cluster up, \
                    apply the readers alone first, then the writer";
        is_new_class.then(|| format!("{at_once}{text}")).into_iter().collect()
    }

    fn refuses(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        fields.iter().any(|field| field.path == "/Engine").then(|| {
            "an instance has its cluster's engine, which RDS cannot change: declare another cluster".to_owned()
        })
    }

    fn replaces(_: &Value, _: &Value, field: &FieldDiff) -> bool {
        match field.path.as_str() {
            "/AvailabilityZone" => true,
            // Insights that are on keep their key.
            "/PerformanceInsightsKMSKeyId" => field.before.as_ref().is_some_and(|key| !key.is_null()),
            _ => false,
        }
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        vec![Question::new("/DBInstanceClass", &[&spec.engine, &spec.db_instance_class])]
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [engine, class] = about else { return Ok(None) };
        offers::database_class(reader, engine, class).await
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let (is_monitored, has_insights) = (spec.monitoring_interval > 0, spec.enable_performance_insights);
        let has_role = !spec.monitoring_role_arn.is_empty();
        let key = spec.performance_insights_kms_key_id.as_ref();
        let days = spec.performance_insights_retention_period;
        let all = [
            (is_monitored && !has_role, "/MonitoringRoleArn", "enhanced monitoring needs a role that RDS may assume"),
            // RDS keeps none of these without what they belong to.
            (has_role && !is_monitored, "/MonitoringRoleArn", "needs a MonitoringInterval over 0"),
            (key.is_some() && !has_insights, "/PerformanceInsightsKMSKeyId", "needs EnablePerformanceInsights"),
            (days.is_some() && !has_insights, "/PerformanceInsightsRetentionPeriod", "needs EnablePerformanceInsights"),
        ];
        Mistake::all(all).chain(key_arn::mistake("/PerformanceInsightsKMSKeyId", key)).collect()
    }
}

/// A parameter group of another major version is the cluster's upgrade's business while that is pending: RDS would refuse
/// it before.
async fn without_what_waits(writer: &Writer, spec: &Spec, changes: &Changes) -> Result<Changes> {
    let path = "/DBParameterGroupName";
    if !changes.touches(path) {
        return Ok(changes.clone());
    }
    let call = writer.rds().describe_db_clusters().db_cluster_identifier(spec.db_cluster_identifier.as_str());
    let waits = call.send().await?.db_clusters().iter().any(rds::is_upgraded_later);
    let left = changes.fields().iter().filter(|field| !waits || field.path != path);
    Ok(Changes::new(left.cloned().collect()))
}

/// One Modify call with what changes, and nothing else.
fn modification(writer: &Writer, id: &str, spec: &Spec, changes: &Changes) -> ModifyDBInstanceFluentBuilder {
    let touched = |path: &str| changes.touches(path);
    let insights = touched("/EnablePerformanceInsights");
    let monitoring = changes.touches_any(&["/MonitoringInterval", "/MonitoringRoleArn"]);
    let call = writer.rds().modify_db_instance().db_instance_identifier(id).apply_immediately(spec.apply_immediately);
    call.set_db_instance_class(touched("/DBInstanceClass").then(|| spec.db_instance_class.clone()))
        .set_promotion_tier(touched("/PromotionTier").then_some(spec.promotion_tier))
        .set_publicly_accessible(touched("/PubliclyAccessible").then_some(spec.publicly_accessible))
        .set_monitoring_interval(monitoring.then_some(spec.monitoring_interval))
        .set_monitoring_role_arn(given(&spec.monitoring_role_arn).filter(|_| monitoring))
        .set_enable_performance_insights(insights.then_some(spec.enable_performance_insights))
        .set_performance_insights_kms_key_id(
            spec.performance_insights_kms_key_id
                .as_ref()
                .filter(|_| insights || touched("/PerformanceInsightsKMSKeyId"))
                .map(String::from),
        )
        .set_performance_insights_retention_period(
            spec.performance_insights_retention_period
                .filter(|_| insights || touched("/PerformanceInsightsRetentionPeriod")),
        )
        .set_auto_minor_version_upgrade(touched("/AutoMinorVersionUpgrade").then_some(spec.auto_minor_version_upgrade))
        .set_ca_certificate_identifier(
            spec.ca_certificate_identifier.clone().filter(|_| touched("/CACertificateIdentifier")),
        )
        .set_db_parameter_group_name(
            spec.db_parameter_group_name.as_ref().filter(|_| touched("/DBParameterGroupName")).map(String::from),
        )
        .set_preferred_maintenance_window(
            spec.preferred_maintenance_window
                .as_ref()
                .filter(|_| touched("/PreferredMaintenanceWindow"))
                .map(String::from),
        )
}

async fn has_started(writer: &Writer, id: &str, spec: &Spec, changes: &Changes) -> Result<bool> {
    let answer = writer.rds().describe_db_instances().db_instance_identifier(id).send().await?;
    let instance = answer.db_instances().first().ok_or_else(|| rds::empty("DescribeDBInstances"))?;
    let status = instance.db_instance_status().unwrap_or_default();
    Ok(rds::has_started(&DbInstance, status, &read::spec(instance), spec, changes))
}

fn made(instance: Option<&aws_sdk_rds::types::DbInstance>, operation: &str) -> Result<Made<DbInstance>> {
    let outputs = read::outputs(instance.ok_or_else(|| rds::empty(operation))?);
    // Even an instance that still reads `available` has not begun with what was asked of it.
    Ok(Made { id: outputs.identifier.clone(), outputs, state: State::Settling("the database instance".to_owned()) })
}

#[cfg(test)]
mod tests;
