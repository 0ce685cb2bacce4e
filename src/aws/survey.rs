use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, NetworkInterface, NetworkInterfaceType, Route, Tag};
use futures_util::future::try_join_all;

use super::{Reader, attached};
use crate::resource::{Failure, Result, Tags};

/// The page size of EC2's Describe operations; route tables allow 100.
const PAGE: i32 = 1000;
const ROUTE_TABLES_PAGE: i32 = 100;
/// By which an instance tells its Auto Scaling group.
const GROUP: &str = "aws:autoscaling:groupName";
/// How many VPCs are asked about at once: all filters of one call take 200 values together, and the states of instances
/// are five of them.
const VPCS: usize = 195;
/// What the survey calls: eight operations of EC2 for so many VPCs each, and the others for each thing that they are about.
pub const SURVEY_READS: &[&str] = &[
    "elasticloadbalancing:DescribeTargetHealth",
    "kms:ListGrants",
    "logs:DescribeResourcePolicies",
    "logs:DescribeSubscriptionFilters",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
];

/// The ids of a stack's things, by their CloudFormation types.
pub type Things = BTreeMap<&'static str, Vec<String>>;

/// Something that stands inside a VPC or on a thing, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyedThing {
    /// The CloudFormation type.
    pub kind: &'static str,
    pub id: String,
    /// The id of the VPC, or of the thing.
    pub place: String,
    /// Empty where the thing was only seen through another: a gateway through a route.
    pub tags: Tags,
}

/// The result of a survey.
#[derive(Debug)]
pub struct Survey {
    pub seen: Vec<SurveyedThing>,
    /// Why it is not known what others have attached to the things, if it is not.
    pub incomplete: Option<Failure>,
}

/// Returns everything that stands inside the VPCs, ours or not, and what others have attached to the things; the caller
/// takes away what it manages.
///
/// NAT gateways and interface endpoints are seen through their network interfaces, VPN gateways and peerings through
/// the routes that lead to them; default security groups and network ACLs, main route tables, the interfaces of what has
/// kinds here (load balancers, databases, caches, tasks) and the instances of groups of ours are left out.
pub async fn survey(reader: &Reader, things: &Things) -> Result<Survey> {
    let vpcs = things.get("AWS::EC2::VPC").map(Vec::as_slice).unwrap_or_default();
    let groups = things.get("AWS::AutoScaling::AutoScalingGroup").map(Vec::as_slice).unwrap_or_default();
    let parts = try_join_all(vpcs.chunks(VPCS).map(|some| part(reader, some, groups))).await?;
    let (parts, served): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let mut once = BTreeSet::new();
    let mut seen: Vec<_> =
        parts.into_iter().flatten().filter(|seen| once.insert((seen.kind, seen.id.clone()))).collect();
    let attached = attached::attached(reader, things, &served.into_iter().flatten().collect()).await;
    let incomplete = attached.map(|attached| seen.extend(attached)).err();
    Ok(Survey { seen, incomplete })
}

/// What stands in some VPCs, and the addresses that services of AWS hold there.
async fn part(reader: &Reader, vpcs: &[String], ours: &[String]) -> Result<(Vec<SurveyedThing>, BTreeSet<String>)> {
    let (instances, interfaces, groups, subnets, tables, gateways, endpoints, acls) = tokio::try_join!(
        instances(reader, vpcs, ours),
        interfaces(reader, vpcs),
        groups(reader, vpcs),
        subnets(reader, vpcs),
        tables(reader, vpcs),
        gateways(reader, vpcs),
        endpoints(reader, vpcs),
        acls(reader, vpcs),
    )?;
    let served = interfaces.iter().filter(|one| one.requester_managed() == Some(true));
    let served = served.flat_map(|one| one.private_ip_addresses()).filter_map(|one| one.private_ip_address());
    let served = served.map(str::to_owned).collect();
    let interfaces = interfaces.iter().filter_map(interface).collect();
    let all = [instances, endpoints, gateways, interfaces, groups, subnets, tables, acls];
    Ok((all.into_iter().flatten().collect(), served))
}

/// Instances but for those of our groups, which come and go with these: AWS alone writes the tag that says so.
async fn instances(reader: &Reader, vpcs: &[String], ours: &[String]) -> Result<Vec<SurveyedThing>> {
    // Terminated ones are listed for another hour.
    let alive = ["pending", "running", "stopping", "stopped", "shutting-down"].map(str::to_owned).to_vec();
    let alive = Filter::builder().name("instance-state-name").set_values(Some(alive)).build();
    let call = reader.ec2().describe_instances().filters(inside("vpc-id", vpcs)).filters(alive).max_results(PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let is_ours = |tag: &Tag| tag.key() == Some(GROUP) && ours.iter().any(|group| tag.value() == Some(group));
    let all = all.iter().flat_map(|reservation| reservation.instances());
    let all = all.filter(|one| !one.tags().iter().any(is_ours));
    Ok(all.filter_map(|one| seen("AWS::EC2::Instance", one.instance_id(), one.vpc_id(), one.tags())).collect())
}

async fn interfaces(reader: &Reader, vpcs: &[String]) -> Result<Vec<NetworkInterface>> {
    let call = reader.ec2().describe_network_interfaces().filters(inside("vpc-id", vpcs)).max_results(PAGE);
    Ok(call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?)
}

/// What a network interface says is there: itself, or whose it is.
fn interface(one: &NetworkInterface) -> Option<SurveyedThing> {
    let description = one.description().unwrap_or_default();
    let owner = |prefix: &str| description.split(' ').find(|word| word.starts_with(prefix));
    match one.interface_type().map(NetworkInterfaceType::as_str) {
        // The model says the one, EC2 the other.
        Some("natGateway" | "nat_gateway") => seen("AWS::EC2::NatGateway", owner("nat-"), one.vpc_id(), &[]),
        Some("vpc_endpoint" | "gateway_load_balancer_endpoint") => {
            seen("AWS::EC2::VPCEndpoint", owner("vpce-"), one.vpc_id(), &[])
        }
        Some("efs") => seen("AWS::EFS::FileSystem", owner("fs-"), one.vpc_id(), &[]),
        // The instance itself is listed.
        _ if one.attachment().is_some_and(|link| link.instance_id().is_some()) => None,
        // Load balancers, databases, caches and tasks: listed by their own kinds.
        None | Some("interface" | "load_balancer" | "network_load_balancer" | "branch" | "trunk")
            if one.requester_managed() == Some(true) =>
        {
            None
        }
        // A function's, for instance: it goes when that does.
        _ => seen("AWS::EC2::NetworkInterface", one.network_interface_id(), one.vpc_id(), one.tag_set()),
    }
}

async fn groups(reader: &Reader, vpcs: &[String]) -> Result<Vec<SurveyedThing>> {
    let call = reader.ec2().describe_security_groups().filters(inside("vpc-id", vpcs)).max_results(PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let made = all.iter().filter(|group| group.group_name() != Some("default"));
    Ok(made.filter_map(|one| seen("AWS::EC2::SecurityGroup", one.group_id(), one.vpc_id(), one.tags())).collect())
}

async fn subnets(reader: &Reader, vpcs: &[String]) -> Result<Vec<SurveyedThing>> {
    let call = reader.ec2().describe_subnets().filters(inside("vpc-id", vpcs)).max_results(PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    Ok(all.iter().filter_map(|one| seen("AWS::EC2::Subnet", one.subnet_id(), one.vpc_id(), one.tags())).collect())
}

async fn tables(reader: &Reader, vpcs: &[String]) -> Result<Vec<SurveyedThing>> {
    let call = reader.ec2().describe_route_tables().filters(inside("vpc-id", vpcs)).max_results(ROUTE_TABLES_PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let mut found = Vec::new();
    for table in &all {
        if !table.associations().iter().any(|link| link.main() == Some(true)) {
            found.extend(seen("AWS::EC2::RouteTable", table.route_table_id(), table.vpc_id(), table.tags()));
        }
        found.extend(table.routes().iter().filter_map(|route| behind(route, table.vpc_id())));
    }
    Ok(found)
}

/// What a route leads to, of the kinds that are not listed otherwise.
fn behind(route: &Route, vpc: Option<&str>) -> Option<SurveyedThing> {
    if let Some(peering) = route.vpc_peering_connection_id() {
        return seen("AWS::EC2::VPCPeeringConnection", Some(peering), vpc, &[]);
    }
    let gateway = route.gateway_id().filter(|id| id.starts_with("vgw-"));
    seen("AWS::EC2::VPNGateway", gateway, vpc, &[])
}

async fn gateways(reader: &Reader, vpcs: &[String]) -> Result<Vec<SurveyedThing>> {
    let call = reader.ec2().describe_internet_gateways().filters(inside("attachment.vpc-id", vpcs)).max_results(PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let attached = all.iter().filter_map(|one| {
        let vpc = one.attachments().iter().find_map(|link| link.vpc_id());
        seen("AWS::EC2::InternetGateway", one.internet_gateway_id(), vpc, one.tags())
    });
    Ok(attached.collect())
}

async fn endpoints(reader: &Reader, vpcs: &[String]) -> Result<Vec<SurveyedThing>> {
    let call = reader.ec2().describe_vpc_endpoints().filters(inside("vpc-id", vpcs)).max_results(PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let all = all.iter();
    Ok(all.filter_map(|one| seen("AWS::EC2::VPCEndpoint", one.vpc_endpoint_id(), one.vpc_id(), one.tags())).collect())
}

/// Those that somebody made: the default one goes with its VPC.
async fn acls(reader: &Reader, vpcs: &[String]) -> Result<Vec<SurveyedThing>> {
    let call = reader.ec2().describe_network_acls().filters(inside("vpc-id", vpcs)).max_results(PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let made = all.iter().filter(|acl| acl.is_default() != Some(true));
    Ok(made.filter_map(|one| seen("AWS::EC2::NetworkAcl", one.network_acl_id(), one.vpc_id(), one.tags())).collect())
}

fn inside(filter: &str, vpcs: &[String]) -> Filter {
    Filter::builder().name(filter).set_values(Some(vpcs.to_vec())).build()
}

fn seen(kind: &'static str, id: Option<&str>, vpc: Option<&str>, tags: &[Tag]) -> Option<SurveyedThing> {
    let tags = tags.iter().filter_map(|tag| Some((tag.key()?, tag.value()?))).collect();
    Some(SurveyedThing { kind, id: id?.to_owned(), place: vpc?.to_owned(), tags })
}
