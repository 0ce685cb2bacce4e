//! One file per AWS resource type.
//!
//! Adding a kind is its file and two lines here. Everything else about kinds (docs, schema, permissions, tests) is
//! derived from [`KINDS`].

mod acm_certificate;
mod autoscaling_scalable_target;
mod candidate;
mod ec2;
mod ec2_cidr;
mod ec2_eip;
mod ec2_internet_gateway;
mod ec2_nat_gateway;
mod ec2_route_table;
mod ec2_security_group;
mod ec2_subnet;
mod ec2_vpc;
mod ecs;
mod ecs_cluster;
mod ecs_service;
mod ecs_task_definition;
mod iam_role;
mod idempotence;
mod kms_key;
mod logs_log_group;
mod wafv2;
mod wafv2_ip_set;
mod wafv2_web_acl;

use crate::aws::Aws;
use crate::resource::AnyKind;

/// Every kind, sorted by type.
pub static KINDS: &[&dyn AnyKind<Aws>] = &[
    &autoscaling_scalable_target::ScalableTarget,
    &acm_certificate::Certificate,
    &ec2_eip::Eip,
    &ec2_internet_gateway::InternetGateway,
    &ec2_nat_gateway::NatGateway,
    &ec2_route_table::RouteTable,
    &ec2_security_group::SecurityGroup,
    &ec2_subnet::Subnet,
    &ec2_vpc::Vpc,
    &ecs_cluster::Cluster,
    &ecs_service::Service,
    &ecs_task_definition::TaskDefinition,
    &iam_role::Role,
    &kms_key::Key,
    &logs_log_group::LogGroup,
    &wafv2_ip_set::IpSet,
    &wafv2_web_acl::WebAcl,
];
