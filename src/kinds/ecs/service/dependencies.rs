//! What a service's tasks need in place, although the service does not refer to it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::kinds::ec2;
use crate::kinds::ec2::route_table::RouteTable;
use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::ec2::subnet::Subnet;
use crate::kinds::ec2::vpc_endpoint::{INTERFACE, VpcEndpoint};
use crate::kinds::ecs::task_definition::TaskDefinition;
use crate::kinds::elasticache::replication_group::ReplicationGroup;
use crate::kinds::rds::db_cluster::DbCluster;
use crate::kinds::rds::db_instance::DbInstance;
use crate::kinds::rds::db_proxy::DbProxy;
use crate::resource::{Address, Kind as _, Neighbours};

type Named<'a> = BTreeMap<&'a Address, &'a Value>;

/// Returns whether another resource is the tasks' way out, or something that they connect to. A database cluster answers
/// nobody before its instances do.
pub(super) fn of_tasks(spec: &Value, other: &Address, other_spec: &Value, neighbours: &dyn Neighbours) -> bool {
    let network = &spec["NetworkConfiguration"]["AwsvpcConfiguration"];
    let groups = || neighbours.all_named(&network["SecurityGroups"], SecurityGroup::FACTS.kind);
    match &*other.kind {
        kind if kind == RouteTable::FACTS.kind => ec2::serves(other_spec, &network["Subnets"]),
        kind if kind == VpcEndpoint::FACTS.kind => leads_out(&network["Subnets"], other_spec, neighbours),
        kind if kind == ReplicationGroup::FACTS.kind => {
            connects(&groups(), &other_spec["SecurityGroupIds"], neighbours)
        }
        kind if kind == DbCluster::FACTS.kind => connects(&groups(), &other_spec["VpcSecurityGroupIds"], neighbours),
        kind if kind == DbProxy::FACTS.kind => {
            is_told_of(spec, other, neighbours) || connects(&groups(), &other_spec["VpcSecurityGroupIds"], neighbours)
        }
        kind if kind == DbInstance::FACTS.kind => {
            let clusters = neighbours.all_named(&other_spec["DBClusterIdentifier"], DbCluster::FACTS.kind);
            clusters.iter().any(|(cluster, theirs)| {
                is_told_of(spec, cluster, neighbours) || connects(&groups(), &theirs["VpcSecurityGroupIds"], neighbours)
            })
        }
        _ => false,
    }
}

/// Whether an endpoint is the tasks' way to a service of AWS: by a route of theirs, or by that service's name in their network.
/// Where nothing else leads out, they can't even pull their image before.
fn leads_out(subnets: &Value, endpoint: &Value, neighbours: &dyn Neighbours) -> bool {
    let tables = neighbours.all_named(&endpoint["RouteTableIds"], RouteTable::FACTS.kind);
    let has_names = endpoint["VpcEndpointType"] == INTERFACE && endpoint["PrivateDnsEnabled"] != false;
    let is_inside = || {
        let subnets = neighbours.all_named(subnets, Subnet::FACTS.kind);
        subnets.values().any(|subnet| subnet["VpcId"] == endpoint["VpcId"])
    };
    tables.values().any(|table| ec2::serves(table, subnets)) || (has_names && is_inside())
}

/// Whether the task definition names a database cluster or a proxy, in a container's environment for instance.
fn is_told_of(spec: &Value, database: &Address, neighbours: &dyn Neighbours) -> bool {
    let tasks = neighbours.all_named(&spec["TaskDefinition"], TaskDefinition::FACTS.kind);
    tasks.values().any(|task| neighbours.all_named(task, &database.kind).contains_key(database))
}

/// Whether a rule leads from one of our groups to one of theirs, on either side.
fn connects(ours: &Named<'_>, theirs: &Value, neighbours: &dyn Neighbours) -> bool {
    let theirs = neighbours.all_named(theirs, SecurityGroup::FACTS.kind);
    leads(ours, "SecurityGroupEgress", "DestinationSecurityGroupId", &theirs, neighbours)
        || leads(&theirs, "SecurityGroupIngress", "SourceSecurityGroupId", ours, neighbours)
}

/// Whether the rules of some groups name one of the others.
fn leads(from: &Named<'_>, list: &str, end: &str, to: &Named<'_>, neighbours: &dyn Neighbours) -> bool {
    let rules = from.values().filter_map(|group| group[list].as_array()).flatten();
    let mut ends = rules.map(|rule| neighbours.all_named(&rule[end], SecurityGroup::FACTS.kind));
    ends.any(|named| named.keys().any(|group| to.contains_key(group)))
}
