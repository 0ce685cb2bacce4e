mod example;
mod phases;
mod read;
mod rules;
mod spec;
mod write;

use aws_sdk_elasticache::types::{CacheCluster, ReplicationGroup as Description};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use self::phases::Pace;
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::elasticache;
use crate::kinds::shared::maintenance_window::{self, MaintenanceWindow};
use crate::kinds::shared::named::{Listed, Named};
use crate::kinds::shared::ownership::adopt;
use crate::kinds::shared::retry::{retry_while, turn};
use crate::kinds::shared::{named, offers};
use crate::resource::cloudformation::{CloudFormation, Snapshots};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    InUse, Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Pending, Permissions, Question, Quota, Result,
    Scope, State, States, Tags, Turn, Window,
};

pub use self::spec::{Outputs, Spec};

/// A Redis or Valkey cache with its replicas and shards.
pub struct ReplicationGroup;

/// The longest name.
const NAME_MAX: usize = 40;

impl Kind for ReplicationGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        memberships: &["/SecurityGroupIds"],
        create_only: &["/AtRestEncryptionEnabled", "/CacheSubnetGroupName", "/KmsKeyId", "/Port"],
        keyed: &[("/LogDeliveryConfigurations", "LogType")],
        auto_upgraded: &["/EngineVersion"],
        write_only: &["/ApplyImmediately"],
        call_parameters: &["/ApplyImmediately"],
        stateful: true,
        kept_with: &["/KmsKeyId"],
        seconds: 460,
        timeout: Some(2 * 60 * 60),
        preflight_reads: &["elasticache:DescribeCacheEngineVersions"],
        cloudformation: CloudFormation {
            call_only: &["ApplyImmediately"],
            snapshots: Snapshots::Yes,
            ..CloudFormation::SAME
        },
        quotas: &[Quota::new("elasticache", "L-DFE45DF3", "Nodes per Region").using(nodes)],
        ..Facts::of(Essentials {
            kind: "AWS::ElastiCache::ReplicationGroup",
            is_global: false,
            indexed_as: Some("elasticache"),
            reference: "ReplicationGroupId",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("ReplicationGroupId"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ElastiCache::UserGroup", Detection::Compared("/UserGroupIds")),
                Attachable::new(
                    "AWS::ElastiCache::GlobalReplicationGroup",
                    Detection::Noted("/GlobalReplicationGroupId"),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "elasticache:DescribeReplicationGroups",
                    "elasticache:DescribeCacheClusters",
                    "elasticache:ListTagsForResource",
                ],
                create: &[
                    "elasticache:CreateReplicationGroup",
                    "elasticache:AddTagsToResource",
                    "elasticache:DescribeReplicationGroups",
                    "elasticache:ListTagsForResource",
                    "iam:CreateServiceLinkedRole",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                    "logs:CreateLogDelivery",
                    "logs:UpdateLogDelivery",
                    "logs:GetLogDelivery",
                    "logs:ListLogDeliveries",
                    "logs:PutResourcePolicy",
                    "logs:DescribeResourcePolicies",
                    "logs:DescribeLogGroups",
                ],
                update: &[
                    "elasticache:ModifyReplicationGroup",
                    "elasticache:ModifyReplicationGroupShardConfiguration",
                    "elasticache:IncreaseReplicaCount",
                    "elasticache:DecreaseReplicaCount",
                    "elasticache:DescribeReplicationGroups",
                    "elasticache:DescribeCacheClusters",
                    "logs:CreateLogDelivery",
                    "logs:UpdateLogDelivery",
                    "logs:DeleteLogDelivery",
                    "logs:GetLogDelivery",
                    "logs:ListLogDeliveries",
                    "logs:PutResourcePolicy",
                    "logs:DescribeResourcePolicies",
                    "logs:DescribeLogGroups",
                    "iam:CreateServiceLinkedRole",
                ],
                retag: &["elasticache:AddTagsToResource", "elasticache:RemoveTagsFromResource"],
                delete: &[
                    "elasticache:DeleteReplicationGroup",
                    "elasticache:CreateSnapshot",
                    "elasticache:AddTagsToResource",
                ],
                on: &[
                    (
                        "elasticache:CreateReplicationGroup",
                        &[
                            On::Made("replicationgroup:*"),
                            On::Ours,
                            On::Any("parametergroup:*"),
                            On::Any("usergroup:*"),
                        ],
                    ),
                    (
                        "elasticache:ModifyReplicationGroup",
                        &[On::Ours, On::Any("parametergroup:*"), On::Any("usergroup:*")],
                    ),
                    ("elasticache:DeleteReplicationGroup", &[On::Ours, On::Any("snapshot:*")]),
                    ("elasticache:CreateSnapshot", &[On::Ours, On::Any("snapshot:*")]),
                    (
                        "elasticache:AddTagsToResource",
                        &[
                            On::Ours,
                            On::Untagged("replicationgroup:*"),
                            On::Untagged("cluster:*"),
                            On::Untagged("snapshot:*"),
                        ],
                    ),
                    (
                        "iam:CreateServiceLinkedRole",
                        &[On::LinkedTo("elasticache.amazonaws.com"), On::LinkedTo("delivery.logs.amazonaws.com")],
                    ),
                    ("kms:CreateGrant", &[On::Via("elasticache")]),
                    ("logs:CreateLogDelivery", &[On::Everything]),
                    ("logs:UpdateLogDelivery", &[On::Everything]),
                    ("logs:DeleteLogDelivery", &[On::Everything]),
                    ("logs:GetLogDelivery", &[On::Everything]),
                    ("logs:PutResourcePolicy", &[On::Everything]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let mut states = States::new();
        for id in ids {
            let answer = reader.elasticache().describe_replication_groups().replication_group_id(id).send().await?;
            let status = answer.replication_groups().first().and_then(Description::status);
            states.extend(status.map(|status| (id.clone(), read::state(status))));
        }
        Ok(Some(states))
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let all = clusters(reader).await?;
        let nodes = all.iter().filter_map(CacheCluster::num_cache_nodes).sum::<i32>();
        Ok(Some(InUse::count(usize::try_from(nodes).unwrap_or_default())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = write::creation(writer, name.as_str(), spec, tags);
        match retry_while(5 * MINUTE, elasticache::TRANSIENT, || call.clone().send()).await {
            Ok(answer) => made(answer.replication_group(), "CreateReplicationGroup"),
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let there = write::look(writer, name.as_str()).await?;
                let arn = there.arn().unwrap_or_default();
                // While it is being made its tags may not be read: then the list will tell whose it is, before anybody uses
                // it.
                match elasticache::tags_of(writer, &TagIndex::default(), arn).await {
                    Err(failure) if failure.is(Class::Busy) => {}
                    bears => adopt(&format!("the replication group {name}"), &bears?, tags)?,
                }
                made(Some(&there), "DescribeReplicationGroups")
            }
            Err(failure) => Err(failure),
        }
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if live.outputs.pending.iter().any(|pending| pending.path.starts_with("/TransitEncryption")) {
            return Ok(Turn::More("the change of TLS before".to_owned()));
        }
        let pace = Pace::of(live, spec, changes);
        let moves = phases::plan(&live.spec, spec, changes, pace);
        if let Some(step) = moves.first() {
            let sent = write::send(writer, live, spec, changes, (step, pace)).await;
            if let Turn::Busy(failure) = turn(sent, elasticache::is_transient)? {
                return Ok(Turn::Busy(failure));
            }
            write::await_started(writer, &live.id, spec, changes, (step, pace)).await;
        }
        if moves.len() > 1 {
            return Ok(Turn::More("the change before the next".to_owned()));
        }
        let state = State::Settling("the cache".to_owned());
        Ok(Turn::Done(Made { id: live.id.clone(), outputs: live.outputs.clone(), state }))
    }

    fn health(found: &Found<Self>) -> Option<String> {
        Some(found.outputs.status.clone())
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elasticache::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        if matches!(live.state, State::Failed(_)) {
            // It never held anything.
            let sent = write::delete(writer, &live.id, None).await;
            return turn(sent.map(|()| Vec::new()), elasticache::is_transient);
        }
        for attempt in 1..=9 {
            let snapshot = final_snapshot(&live.id, &live.outputs, attempt);
            match write::delete(writer, &live.id, Some(&snapshot)).await {
                Ok(()) => {
                    let why = format!("the last state of {}; delete it by hand", live.id);
                    return Ok(Turn::Done(vec![Kept {
                        what: "snapshot".to_owned(),
                        id: snapshot,
                        why,
                        costs: true,
                        is_itself: false,
                        stays: false,
                    }]));
                }
                // An earlier try took one, and the cache has been written to since: take another.
                Err(failure) if failure.is(Class::AlreadyExists) => {}
                Err(failure) if elasticache::is_transient(&failure) => return Ok(Turn::Busy(failure)),
                Err(failure) if takes_none(&failure) => {
                    let why =
                        format!("ElastiCache takes no snapshot of this one ({}): its data is gone", failure.message);
                    let nothing = Kept {
                        what: "nothing".to_owned(),
                        id: live.id.clone(),
                        why,
                        costs: false,
                        is_itself: false,
                        stays: false,
                    };
                    let sent = write::delete(writer, &live.id, None).await;
                    return turn(sent.map(|()| vec![nothing]), elasticache::is_transient);
                }
                Err(failure) => return Err(failure),
            }
        }
        let last = final_snapshot(&live.id, &live.outputs, 9);
        Err(Failure::new(Class::AlreadyExists, format!("final snapshots up to {last} are there already"))
            .hint("delete the older ones (⟪aws elasticache delete-snapshot⟫), then run the command again"))
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(rules::disruption).max().unwrap_or_default()
    }

    fn pending(found: &Found<Self>) -> Vec<Pending> {
        found.outputs.pending.clone()
    }

    fn waits_for_window(live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        let is_upgraded = ["Engine", "EngineVersion"].iter().any(|name| live[name] != desired[name]);
        desired["ApplyImmediately"] == false && rules::waits(field, is_upgraded)
    }

    fn update_seconds(live: &Value, fields: &[FieldDiff]) -> u32 {
        rules::seconds(live, fields).unwrap_or(Self::FACTS.seconds)
    }

    fn applies_pending(desired: &Value, fields: &[FieldDiff]) -> bool {
        desired["ApplyImmediately"] != false || fields.iter().any(rules::applies_pending)
    }

    fn window(live: &Value, now: Timestamp) -> Option<Window> {
        MaintenanceWindow::new(live["PreferredMaintenanceWindow"].as_str()?).next(now)
    }

    fn irreversible(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        rules::irreversible(fields)
    }

    fn advice(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        rules::advice(live, desired, fields)
    }

    fn refuses(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        let windows = || maintenance_window::clash(live, desired, fields, rules::windows);
        rules::refusal(live, desired, fields).or_else(windows)
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        let version = spec.engine_version.as_deref();
        version.map(|version| Question::new("/EngineVersion", &[&spec.engine, version])).into_iter().collect()
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [engine, version] = about else { return Ok(None) };
        offers::cache_version(reader, engine, version).await
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}

/// Every shard has its primary and the replicas.
fn nodes(spec: &Value) -> f64 {
    let number = |name: &str| spec[name].as_f64().unwrap_or_default();
    number("NumNodeGroups") * (1.0 + number("ReplicasPerNodeGroup"))
}

impl Named for ReplicationGroup {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let call = reader.elasticache().describe_replication_groups().max_records(elasticache::PAGE);
        let groups = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let candidates = groups.into_iter().filter_map(|group| {
            let (name, arn) = (group.replication_group_id.clone(), group.arn.clone());
            let is_deleting = read::state(group.status().unwrap_or_default()) == State::Deleting;
            Some(Listed { is_deleting, ..Listed::named(name, arn, group)? })
        });
        Ok(candidates.collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, index: &TagIndex) -> Result<Tags> {
        elasticache::tags_of(clients, index, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let clusters = reader.once("elasticache:clusters", clusters(reader)).await?;
        read::found(one, &clusters, tags)
    }
}

async fn clusters(reader: &Reader) -> Result<Vec<CacheCluster>> {
    // With their nodes, which know the port when the group does not tell it.
    let call = reader.elasticache().describe_cache_clusters().show_cache_node_info(true);
    let pages = call.max_records(elasticache::PAGE).into_paginator().items();
    Ok(pages.send().collect::<Result<Vec<_>, _>>().await?)
}

fn made(group: Option<&Description>, operation: &str) -> Result<Made<ReplicationGroup>> {
    let outputs = read::outputs(group.ok_or_else(|| elasticache::empty(operation))?);
    Ok(Made { id: outputs.replication_group_id.clone(), outputs, state: State::Settling("the cache".to_owned()) })
}

/// Named after what is immutable: a later group of the same name has another creation time.
fn final_snapshot(id: &str, outputs: &Outputs, attempt: u32) -> String {
    let digest = Sha256::digest(format!("{} {}", outputs.arn, outputs.created));
    let hash = hex::encode(&digest[..4]);
    match attempt {
        1 => format!("{id}-{hash}-final"),
        _ => format!("{id}-{hash}-final-{attempt}"),
    }
}

/// Returns whether ElastiCache says that there are no snapshots of such a group: some node types have none. The class does
/// not tell that from other refusals, after which the data stays, so the code has to.
fn takes_none(failure: &Failure) -> bool {
    failure.code.starts_with("SnapshotFeatureNotSupported")
}

#[cfg(test)]
mod tests;
