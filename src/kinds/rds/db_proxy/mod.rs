mod example;
mod read;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use aws_sdk_rds::types::{DbProxy as Description, DbProxyEndpoint, DbProxyStatus};
use serde_json::Value;

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::rds;
use crate::kinds::rds::db_cluster::DbCluster;
use crate::kinds::rds::db_instance::DbInstance;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::{retry_while, turn};
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Address, Attachable, Bearer, Changes, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity, InUse,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, Neighbours, On, Permissions, Quota, Replacement, Result, Scope,
    State, States, Tags, Turn, normal,
};

pub use self::spec::{Outputs, Spec};

/// Stands between clients and a database: many of them share few connections, which outlast a failover.
///
/// Its one target group is inside: RDS makes it with the proxy, and takes it away with it.
pub struct DbProxy;

/// CloudFormation's longest name is 64, RDS's own page says none.
const NAME_MAX: usize = 60;

impl Kind for DbProxy {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/EndpointNetworkType", "/EngineFamily", "/TargetConnectionNetworkType", "/VpcSubnetIds"],
        replacement: Replacement::CreateFirst,
        memberships: &["/VpcSecurityGroupIds"],
        grants: &["/Auth"],
        set_when_ready: &["/TargetGroup"],
        // While it tries to reach its target, which a wrong secret or role may keep from it for ever.
        preempts: &["/**"],
        deletable_unsettled: true,
        seconds: 240,
        cloudformation: CloudFormation {
            parts: &[Part::of(
                "AWS::RDS::DBProxyTargetGroup",
                "TargetGroup",
                Source::Property("TargetGroup"),
                "DBProxyName",
            )],
            needs_name: true,
            ..CloudFormation::SAME
        },
        quotas: &[Quota::new("rds", "L-D94C7EA3", "Proxies")],
        ..Facts::of(Essentials {
            kind: "AWS::RDS::DBProxy",
            is_global: false,
            indexed_as: Some("rds"),
            reference: "DBProxyName",
            name: NameRule::Hashed { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("DBProxyName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::RDS::DBProxyTargetGroup", Detection::Compared("/TargetGroup")),
                Attachable::new("AWS::RDS::DBProxyEndpoint", Detection::Noted("/DBProxyEndpoints")),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "rds:DescribeDBProxies",
                    "rds:DescribeDBProxyTargetGroups",
                    "rds:DescribeDBProxyTargets",
                    "rds:DescribeDBProxyEndpoints",
                    "rds:ListTagsForResource",
                ],
                create: &[
                    "rds:CreateDBProxy",
                    "rds:AddTagsToResource",
                    "rds:DescribeDBProxies",
                    "rds:ListTagsForResource",
                    "iam:PassRole",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &[
                    "rds:ModifyDBProxy",
                    "rds:ModifyDBProxyTargetGroup",
                    "rds:RegisterDBProxyTargets",
                    "rds:DeregisterDBProxyTargets",
                    "iam:PassRole",
                ],
                retag: &["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
                delete: &["rds:DeleteDBProxy"],
                on: &[
                    ("rds:CreateDBProxy", &[On::Made("")]),
                    ("rds:AddTagsToResource", &[On::Ours, On::Untagged("db-proxy:*")]),
                    // RDS gives a target group an id of its own, and no tags.
                    ("rds:ModifyDBProxyTargetGroup", &[On::Any("target-group:*")]),
                    ("rds:RegisterDBProxyTargets", &[On::Any("target-group:*")]),
                    ("rds:DeregisterDBProxyTargets", &[On::Ours, On::Any("target-group:*")]),
                    ("iam:PassRole", &[On::PassedTo("rds.amazonaws.com")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("rds.amazonaws.com")]),
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
            let answer = reader.rds().describe_db_proxies().db_proxy_name(id).send().await?;
            let Some(proxy) = answer.db_proxies.into_iter().flatten().next() else { continue };
            // Until the proxy stands, its targets say nothing.
            let is_up = proxy.status() == Some(&DbProxyStatus::Available);
            let targets = if is_up { read::registered(reader, id).await? } else { Vec::new() };
            states.insert(id.clone(), read::state(&proxy, &targets));
        }
        Ok(Some(states))
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        named::count::<Self>(reader).await.map(Some)
    }

    /// Its target group is set when it is ready.
    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = write::creation(writer, name.as_str(), spec, tags);
        let sent = async {
            // The role is new, and so is RDS's own with the first proxy of an account.
            let answer = retry_while(5 * MINUTE, rds::TRANSIENT, || call.clone().send()).await?;
            Ok(made(&answer.db_proxy.ok_or_else(|| rds::empty("CreateDBProxy"))?))
        };
        named::create(writer, name.as_str(), spec, tags, sent).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let is_own = changes.touches_any(write::OWN);
        let is_targets = changes.touches("/TargetGroup");
        if is_own {
            let call = write::modification(writer, &live.id, spec, changes);
            let sent = retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await;
            if let Turn::Busy(failure) = turn(sent, rds::is_transient)? {
                return Ok(Turn::Busy(failure));
            }
            if is_targets {
                return Ok(Turn::More("the change of the proxy before that of its target".to_owned()));
            }
        }
        if is_targets {
            let sent = lead(writer, live, spec, changes).await;
            if let Turn::Busy(failure) = turn(sent, rds::is_transient)? {
                return Ok(Turn::Busy(failure));
            }
        }
        let state = State::Settling("the proxy".to_owned());
        Ok(Turn::Done(Made { id: live.id.clone(), outputs: live.outputs.clone(), state }))
    }

    fn health(found: &Found<Self>) -> Option<String> {
        Some(found.outputs.health.clone())
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        rds::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let sent = gone(writer.rds().delete_db_proxy().db_proxy_name(&live.id).send().await);
        turn(sent.map(|()| Vec::new()), rds::is_transient)
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(rules::disruption).max().unwrap_or_default()
    }

    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        if path == "/Auth" { rules::union_of_logins(before, after) } else { normal::union(path, before, after) }
    }

    /// RDS registers a cluster that has an instance.
    fn depends_on(
        spec: &Value,
        other: &Address,
        other_spec: &Value,
        neighbours: &dyn Neighbours,
    ) -> Option<&'static str> {
        let named = |value| neighbours.all_named(value, DbCluster::FACTS.kind);
        let leads_there = || {
            let ours = named(&spec["TargetGroup"]["DBClusterIdentifiers"]);
            named(&other_spec["DBClusterIdentifier"]).keys().any(|cluster| ours.contains_key(cluster))
        };
        (*other.kind == *DbInstance::FACTS.kind && leads_there()).then_some("/TargetGroup/DBClusterIdentifiers")
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}

/// Makes the proxy lead where it is to: first how, then where.
async fn lead(writer: &Writer, live: &Found<DbProxy>, spec: &Spec, changes: &Changes) -> Result<()> {
    let (have, want) = (&live.spec.target_group, &spec.target_group);
    if changes.touches(write::POOL) {
        let pool = (&have.connection_pool_configuration_info, &want.connection_pool_configuration_info);
        write::set_pool(writer, &live.id, pool.0, pool.1).await?;
    }
    if changes.touches_any(write::TARGETS) {
        write::set_targets(writer, &live.id, have, want).await?;
    }
    Ok(())
}

impl Named for DbProxy {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let pages = reader.rds().describe_db_proxies().max_records(rds::PAGE).into_paginator().items();
        let proxies = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(proxies.into_iter().filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        rds::tags_of(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let (at, endpoints) = tokio::try_join!(read::targets(reader, &one.name), endpoints(reader))?;
        let proxy = &one.summary;
        Ok(Found {
            state: read::state(proxy, &at.targets),
            unmodelled: read::unmodelled(&one.name, &endpoints),
            ..Found::ready(one.id, Some(one.name), read::spec(proxy, &at), read::outputs(proxy, &at.targets), tags)
        })
    }
}

impl Adopted for DbProxy {
    const WHAT: &'static str = "the proxy";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        let answer = writer.rds().describe_db_proxies().db_proxy_name(name).send().await?;
        Ok(answer.db_proxies.into_iter().flatten().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.summary))
    }
}

/// Every endpoint of every proxy: they are asked for once, and only where a proxy is ours.
async fn endpoints(reader: &Reader) -> Result<Arc<Vec<DbProxyEndpoint>>> {
    let all = async {
        let pages = reader.rds().describe_db_proxy_endpoints().max_records(rds::PAGE).into_paginator().items();
        Ok(pages.send().collect::<Result<Vec<_>, _>>().await?)
    };
    reader.once("rds:proxy-endpoints", all).await
}

fn listed(proxy: Description) -> Option<Listed<Description>> {
    let (name, arn) = (proxy.db_proxy_name.clone(), proxy.db_proxy_arn.clone());
    let is_deleting = read::state(&proxy, &[]) == State::Deleting;
    Some(Listed { is_deleting, ..Listed::named(name, arn, proxy)? })
}

fn made(proxy: &Description) -> Made<DbProxy> {
    let outputs = read::outputs(proxy, &[]);
    Made { id: outputs.name.clone(), outputs, state: State::Settling("the proxy".to_owned()) }
}
