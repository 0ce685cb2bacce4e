//! One file per AWS resource type.
//!
//! Adding a kind is its file and two lines here. Everything else about kinds (docs, schema, permissions, tests) is
//! derived from [`KINDS`].

mod acm_certificate;
mod autoscaling_scalable_target;
mod beyond;
mod candidate;
mod dynamic_reference;
mod ec2;
mod ec2_cidr;
mod ec2_dhcp_options;
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
mod elasticache;
mod elasticache_replication_group;
mod elasticache_subnet_group;
mod elb;
mod elb_action;
mod elb_attribute;
mod elb_condition;
mod elb_listener;
mod elb_listener_rule;
mod elb_load_balancer;
mod elb_target_group;
mod iam_role;
mod idempotence;
mod key_arn;
mod kms_key;
mod logs_log_group;
mod lower_case;
mod maintenance_window;
mod offers;
mod pending;
mod rds;
mod rds_db_cluster;
mod rds_db_cluster_parameter_group;
mod rds_db_instance;
mod rds_db_subnet_group;
mod rds_final_snapshot;
mod wafv2;
mod wafv2_ip_set;
mod wafv2_web_acl;

use crate::aws::Aws;
use crate::resource::{AnyKind, Shape};

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
    &elasticache_replication_group::ReplicationGroup,
    &elasticache_subnet_group::SubnetGroup,
    &elb_listener::Listener,
    &elb_listener_rule::ListenerRule,
    &elb_load_balancer::LoadBalancer,
    &elb_target_group::TargetGroup,
    &iam_role::Role,
    &kms_key::Key,
    &logs_log_group::LogGroup,
    &rds_db_cluster::DbCluster,
    &rds_db_cluster_parameter_group::DbClusterParameterGroup,
    &rds_db_instance::DbInstance,
    &rds_db_subnet_group::DbSubnetGroup,
    &wafv2_ip_set::IpSet,
    &wafv2_web_acl::WebAcl,
];

/// Every kind, as plan and report see them.
pub fn shapes() -> Vec<&'static dyn Shape> {
    KINDS.iter().map(|kind| kind.shape()).collect()
}
