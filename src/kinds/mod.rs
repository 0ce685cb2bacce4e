//! One folder per AWS service, one file or folder in it per resource type.
//!
//! Adding a kind is its file, a line in its service's `mod.rs`, and one in [`KINDS`]. Everything else about kinds (docs, schema, permissions, tests) is
//! derived from [`KINDS`].

mod acm;
mod autoscaling;
mod cloudfront;
mod cloudwatch;
mod ec2;
mod ecr;
mod ecs;
mod efs;
mod elasticache;
mod elb;
mod events;
mod guardduty;
mod iam;
mod kms;
mod logs;
mod opensearch;
mod rds;
mod route53;
mod s3;
mod scheduler;
mod secretsmanager;
mod servicediscovery;
mod ses;
mod shared;
mod sns;
mod sqs;
mod ssm;
mod wafv2;

use crate::aws::Aws;
use crate::resource::{AnyKind, Shape};

/// Every kind, sorted by type.
pub static KINDS: &[&dyn AnyKind<Aws>] = &[
    &autoscaling::scalable_target::ScalableTarget,
    &autoscaling::auto_scaling_group::AutoScalingGroup,
    &acm::certificate::Certificate,
    &cloudfront::cache_policy::CachePolicy,
    &cloudfront::distribution::Distribution,
    &cloudfront::function::Function,
    &cloudfront::origin_access_control::OriginAccessControl,
    &cloudfront::origin_request_policy::OriginRequestPolicy,
    &cloudfront::response_headers_policy::ResponseHeadersPolicy,
    &cloudfront::vpc_origin::VpcOrigin,
    &cloudwatch::alarm::Alarm,
    &cloudwatch::composite_alarm::CompositeAlarm,
    &cloudwatch::dashboard::Dashboard,
    &ec2::ebs_encryption::EbsEncryptionByDefault,
    &ec2::eip::Eip,
    &ec2::egress_only_internet_gateway::EgressOnlyInternetGateway,
    &ec2::flow_log::FlowLog,
    &ec2::instance_metadata::InstanceMetadataDefaults,
    &ec2::internet_gateway::InternetGateway,
    &ec2::launch_template::LaunchTemplate,
    &ec2::nat_gateway::NatGateway,
    &ec2::route_table::RouteTable,
    &ec2::security_group::SecurityGroup,
    &ec2::subnet::Subnet,
    &ec2::vpc::Vpc,
    &ec2::vpc_endpoint::VpcEndpoint,
    &ecr::repository::Repository,
    &ecs::account_settings::AccountSettings,
    &ecs::capacity_provider::CapacityProvider,
    &ecs::cluster::Cluster,
    &ecs::service::Service,
    &ecs::task_definition::TaskDefinition,
    &efs::access_point::AccessPoint,
    &efs::file_system::FileSystem,
    &elasticache::parameter_group::ParameterGroup,
    &elasticache::replication_group::ReplicationGroup,
    &elasticache::subnet_group::SubnetGroup,
    &elasticache::user::User,
    &elasticache::user_group::UserGroup,
    &elb::listener::Listener,
    &elb::listener_rule::ListenerRule,
    &elb::load_balancer::LoadBalancer,
    &elb::target_group::TargetGroup,
    &events::rule::Rule,
    &guardduty::detector::Detector,
    &iam::instance_profile::InstanceProfile,
    &iam::role::Role,
    &kms::key::Key,
    &logs::delivery::Delivery,
    &logs::delivery_destination::DeliveryDestination,
    &logs::delivery_source::DeliverySource,
    &logs::log_group::LogGroup,
    &logs::resource_policy::ResourcePolicy,
    &opensearch::domain::Domain,
    &rds::db_cluster::DbCluster,
    &rds::db_cluster_parameter_group::DbClusterParameterGroup,
    &rds::db_instance::DbInstance,
    &rds::db_parameter_group::DbParameterGroup,
    &rds::db_proxy::DbProxy,
    &rds::db_subnet_group::DbSubnetGroup,
    &route53::health_check::HealthCheck,
    &route53::hosted_zone::HostedZone,
    &route53::record_set::RecordSet,
    &s3::bucket::Bucket,
    &ses::configuration_set::ConfigurationSet,
    &ses::email_identity::EmailIdentity,
    &sns::topic::Topic,
    &sqs::queue::Queue,
    &ssm::parameter::Parameter,
    &scheduler::schedule::Schedule,
    &scheduler::schedule_group::ScheduleGroup,
    &secretsmanager::secret::Secret,
    &servicediscovery::http_namespace::HttpNamespace,
    &wafv2::ip_set::IpSet,
    &wafv2::regex_pattern_set::RegexPatternSet,
    &wafv2::web_acl::WebAcl,
];

/// Every kind, as plan and report see them.
pub fn shapes() -> Vec<&'static dyn Shape> {
    KINDS.iter().map(|kind| kind.shape()).collect()
}
