//! What people do by hand to a stack: each sort is seen, named with its property, and mended.

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client as CloudWatch;
use aws_sdk_cloudwatchlogs::Client as Logs;
use aws_sdk_ec2::Client as Ec2;
use aws_sdk_ec2::types::{IpPermission, IpRange};
use aws_sdk_ecs::Client as Ecs;
use aws_sdk_ecs::types::{ClusterSetting, ClusterSettingName};
use aws_sdk_elasticloadbalancingv2::Client as Balancing;
use aws_sdk_iam::Client as Iam;
use aws_sdk_kms::Client as Kms;
use aws_sdk_secretsmanager::Client as Secrets;
use aws_sdk_sns::Client as Topics;
use provision::inventory::Inventory;
use provision::plan::{Action, Cause};

use crate::stacks::capacity::HOOLI;
use crate::stacks::local_account::{LocalAccount, on_deep_stack, words};
use crate::stacks::samples::{live, outline, up};

/// Sorts of drift, in the order of a plan.
const SORTS: &[&str] = &[
    // Deleted.
    "create AWS::EC2::FlowLog/main",
    // A tag was taken off.
    "retag AWS::EC2::VPC/main /Tags",
    // A switch was turned.
    "update AWS::CloudWatch::Alarm/service-site-running /ActionsEnabled",
    // A part was taken away that stands inside: a route, and one that was added.
    "update AWS::EC2::RouteTable/private-1 /Routes",
    "update AWS::EC2::SecurityGroup/service-site /SecurityGroupIngress",
    // A setting of a list.
    "update AWS::ECS::Cluster/main /ClusterSettings",
    // A value.
    "update AWS::ElasticLoadBalancingV2::TargetGroup/site /HealthCheckPath",
    // A document was written over, and another put beside it.
    "update AWS::IAM::Role/site-task /ManagedPolicyArns",
    "update AWS::IAM::Role/site-task /Policies",
    "update AWS::KMS::Key/main /EnableKeyRotation",
    // A number.
    "update AWS::Logs::LogGroup/service-mailer /RetentionInDays",
    // What nobody had set.
    "update AWS::SNS::Topic/page /DisplayName",
    // A text.
    "update AWS::SecretsManager::Secret/sendgrid /Description",
];

#[test]
fn every_sort_of_drift_is_named_and_mended() {
    on_deep_stack(async {
        let (local, production) = up("300000000781", HOOLI, "production").await;
        fill(&local).await;
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let (hand, inventory) = (local.by_hand().await, local.inventory(&production).await);
        networks(&hand, &inventory).await;
        monitoring(&hand, &inventory).await;
        services(&hand, &inventory).await;
        secrecy(&hand, &inventory).await;
        let plan = local.plan(&production).await;
        assert_eq!(outline(&plan), SORTS, "{}", words(&plan));
        let there = plan.changes.iter().filter(|change| change.action != Action::Create);
        let mut fields = there.flat_map(|change| &change.fields);
        assert!(fields.all(|field| field.cause == Cause::Drift), "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
    });
}

/// SendGrid's key, which a person puts in.
async fn fill(local: &LocalAccount) {
    let call = Secrets::new(&local.by_hand().await).put_secret_value().secret_id("hooli-production-sendgrid");
    call.secret_string("key").send().await.expect("allowed");
}

async fn networks(hand: &SdkConfig, inventory: &Inventory) {
    let (ec2, id) = (Ec2::new(hand), |address: &str| live(inventory, address).id.clone());
    let flow_log = ec2.delete_flow_logs().flow_log_ids(id("AWS::EC2::FlowLog/main"));
    flow_log.send().await.expect("deleted");
    let tag = aws_sdk_ec2::types::Tag::builder().key("cost-center").build();
    ec2.delete_tags().resources(id("AWS::EC2::VPC/main")).tags(tag).send().await.expect("taken off");
    let route = ec2.delete_route().route_table_id(id("AWS::EC2::RouteTable/private-1"));
    route.destination_cidr_block("0.0.0.0/0").send().await.expect("deleted");
    let ssh = IpPermission::builder().ip_protocol("tcp").from_port(22).to_port(22);
    let ssh = ssh.ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()).build();
    let open = ec2.authorize_security_group_ingress().group_id(id("AWS::EC2::SecurityGroup/service-site"));
    open.ip_permissions(ssh).send().await.expect("opened");
    let checks = Balancing::new(hand).modify_target_group();
    let checks = checks.target_group_arn(id("AWS::ElasticLoadBalancingV2::TargetGroup/site"));
    checks.health_check_path("/").send().await.expect("changed");
}

async fn monitoring(hand: &SdkConfig, inventory: &Inventory) {
    let (cloudwatch, id) = (CloudWatch::new(hand), |address: &str| live(inventory, address).id.clone());
    let silent = cloudwatch.disable_alarm_actions().alarm_names(id("AWS::CloudWatch::Alarm/service-site-running"));
    silent.send().await.expect("silenced");
    let short = Logs::new(hand).put_retention_policy().retention_in_days(3);
    let short = short.log_group_name(id("AWS::Logs::LogGroup/service-mailer"));
    short.send().await.expect("changed");
    let name = Topics::new(hand).set_topic_attributes().topic_arn(id("AWS::SNS::Topic/page"));
    name.attribute_name("DisplayName").attribute_value("Bob's").send().await.expect("changed");
}

async fn services(hand: &SdkConfig, inventory: &Inventory) {
    let off = ClusterSetting::builder().name(ClusterSettingName::ContainerInsights).value("disabled").build();
    let cluster = Ecs::new(hand).update_cluster_settings().cluster(&live(inventory, "AWS::ECS::Cluster/main").id);
    cluster.settings(off).send().await.expect("changed");
    // How many tasks run is the scaling's: no difference.
    let mailer = Ecs::new(hand).update_service().service("hooli-production-mailer").cluster("hooli-production-main");
    mailer.desired_count(5).send().await.expect("changed");
    let (iam, role) = (Iam::new(hand), live(inventory, "AWS::IAM::Role/site-task").name.clone().expect("a name"));
    let admin = iam.attach_role_policy().policy_arn("arn:aws:iam::aws:policy/AdministratorAccess");
    admin.role_name(&role).send().await.expect("attached");
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let mine = iam.put_role_policy().role_name(&role).policy_name("mine").policy_document(document);
    mine.send().await.expect("put");
}

async fn secrecy(hand: &SdkConfig, inventory: &Inventory) {
    let id = |address: &str| live(inventory, address).id.clone();
    let rotation = Kms::new(hand).disable_key_rotation().key_id(id("AWS::KMS::Key/main"));
    rotation.send().await.expect("turned off");
    let text = Secrets::new(hand).update_secret().secret_id(id("AWS::SecretsManager::Secret/sendgrid"));
    text.description("ask Bob").send().await.expect("changed");
}
