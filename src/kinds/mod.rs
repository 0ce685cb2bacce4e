//! One file per AWS resource type.
//!
//! Adding a kind is its file and two lines here. Everything else about kinds (docs, schema, permissions, tests) is
//! derived from [`KINDS`].

mod acm_certificate;
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
mod elb;
mod elb_action;
mod elb_condition;
mod elb_listener;
mod elb_listener_rule;
mod elb_load_balancer;
mod elb_target_group;
mod iam_role;
mod idempotence;
mod wafv2;
mod wafv2_ip_set;
mod wafv2_web_acl;

use crate::aws::Aws;
use crate::resource::AnyKind;

/// Every kind, sorted by type.
pub static KINDS: &[&dyn AnyKind<Aws>] = &[
    &acm_certificate::Certificate,
    &ec2_eip::Eip,
    &ec2_internet_gateway::InternetGateway,
    &ec2_nat_gateway::NatGateway,
    &ec2_route_table::RouteTable,
    &ec2_security_group::SecurityGroup,
    &ec2_subnet::Subnet,
    &ec2_vpc::Vpc,
    &elb_listener::Listener,
    &elb_listener_rule::ListenerRule,
    &elb_load_balancer::LoadBalancer,
    &elb_target_group::TargetGroup,
    &iam_role::Role,
    &wafv2_ip_set::IpSet,
    &wafv2_web_acl::WebAcl,
];
