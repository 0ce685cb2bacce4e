//! Whole stacks, end to end, on the local AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use provision::apply::Event;
use provision::blueprint::Blueprint;
use provision::inventory::Inventory;
use provision::plan::{Action, Cause, Change, Mode, StackPlan};
use provision::resource::{Address, Disruption, Identity, Live, pointer};
use provision::sandbox::{self, Options};

use crate::kinds::canned_kind::kind_of;
use crate::sandbox::local_aws;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

pub const ACME: &str = include_str!("../../../tenants/acme.yaml");
const GLOBEX: &str = include_str!("../../../tenants/globex.yaml");
pub const INITECH: &str = include_str!("../../../tenants/initech.yaml");

/// What a plan of one unchanged `acme/production` may cost: a tenth of it looks for what strangers attach (subscriptions of
/// log groups, resource policies, grants, further certificates).
const CALLS: usize = 320;
/// The sample's alarms.
const ALARMS: &str = "    alarms: { enabled: true, page: page, ticket: ticket, composite: {} }\n";
/// What AWS goes on listing by itself, and why.
const LINGERING: &[(&str, &str)] =
    &[(":cluster-snapshot:rds:", "an automated backup: the ledger names the cluster whose backups are retained")];

fn has_tags(address: &Address) -> bool {
    kind_of(&address.kind).facts().identity == Identity::Tags
}

#[test]
fn what_was_changed_by_hand_is_named_and_mended() {
    on_deep_stack(async {
        let (local, production) = up("300000000001", ACME, "production").await;
        let before = local.calls().await.len();
        assert!(local.plan(&production).await.is_empty());
        let spent = local.calls().await.split_off(before);
        let mut counts = BTreeMap::<_, usize>::new();
        spent.iter().for_each(|call| *counts.entry(call.as_str()).or_default() += 1);
        assert!(spent.len() <= CALLS, "a plan of what is unchanged takes {} calls: {counts:?}", spent.len());

        meddle(&local, &local.inventory(&production).await).await;
        let before = local.calls().await.len();
        let plan = local.plan(&production).await;
        let sent = local.calls().await.split_off(before);
        assert_eq!(sent.iter().find(|call| !is_read(call)), None, "a plan only looks");
        let expected = [
            "create AWS::ElasticLoadBalancingV2::ListenerRule/api",
            "update AWS::ApplicationAutoScaling::ScalableTarget/web /MinCapacity",
            "update AWS::EC2::SecurityGroup/alb /SecurityGroupIngress",
            "update AWS::ElasticLoadBalancingV2::LoadBalancer/main /WebACLArn",
            "update AWS::ElasticLoadBalancingV2::TargetGroup/web /HealthCheckPath",
            "update AWS::IAM::Role/web-task /ManagedPolicyArns",
            "update AWS::RDS::DBCluster/main /DeletionProtection",
        ];
        assert_eq!(outline(&plan), expected, "{}", words(&plan));
        let updates = plan.changes.iter().filter(|change| change.action == Action::Update);
        let fields: Vec<_> = updates.flat_map(|change| &change.fields).collect();
        assert!(fields.iter().all(|field| field.cause == Cause::Drift), "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// What each change of the YAML makes the plan say, applied one after the other.
#[test]
fn a_change_of_the_yaml_changes_only_what_it_must() {
    on_deep_stack(async {
        let account = "300000000002";
        // Alarms follow what they watch: a change of their own each.
        let mut tenant = ACME.replace(ALARMS, "");
        assert_ne!(tenant, ACME);
        let (local, _) = up(account, &tenant, "production").await;
        let jobs = "      jobs: { image: \"123456789012.dkr.ecr.us-east-1.amazonaws.com/jobs:1\" }\n";
        let web = "      web: { minimum: 3, maximum: 12 }\n";
        let more = web.replace("minimum: 3", "minimum: 4");
        let with_jobs = format!("{more}{jobs}");
        let changes: &[(&str, &str, &[&str])] = &[
            // The count of tasks is the autoscaling's after creation: the service itself is as it was.
            (web, &more, &["update AWS::ApplicationAutoScaling::ScalableTarget/web /MinCapacity"]),
            (
                "class: db.r7g.large",
                "class: db.r7g.xlarge",
                &[
                    "update AWS::RDS::DBInstance/main-1 /DBInstanceClass",
                    "update AWS::RDS::DBInstance/main-2 /DBInstanceClass",
                ],
            ),
            (
                "/shop:42",
                "/shop:43",
                &[
                    "update AWS::ECS::Service/web /TaskDefinition",
                    "update AWS::ECS::TaskDefinition/web /ContainerDefinitions",
                ],
            ),
            (
                "      environment: { LOG_LEVEL: info }\n",
                "",
                &[
                    "update AWS::ECS::Service/web /TaskDefinition",
                    "update AWS::ECS::TaskDefinition/web /ContainerDefinitions",
                ],
            ),
            (
                &more,
                &with_jobs,
                &[
                    "create AWS::ApplicationAutoScaling::ScalableTarget/jobs",
                    "create AWS::EC2::SecurityGroup/service-jobs",
                    "create AWS::ECS::Service/jobs",
                    "create AWS::ECS::TaskDefinition/jobs",
                    "create AWS::IAM::Role/jobs-execution",
                    "create AWS::IAM::Role/jobs-task",
                    "create AWS::Logs::LogGroup/service-jobs",
                ],
            ),
            (
                &with_jobs,
                &more,
                &[
                    "delete AWS::ApplicationAutoScaling::ScalableTarget/jobs",
                    "delete AWS::EC2::SecurityGroup/service-jobs",
                    "delete AWS::ECS::Service/jobs",
                    "delete AWS::ECS::TaskDefinition/jobs",
                    "delete AWS::IAM::Role/jobs-execution",
                    "delete AWS::IAM::Role/jobs-task",
                    "delete AWS::Logs::LogGroup/service-jobs",
                ],
            ),
            (
                "      api: { minimum: 2, maximum: 8, ",
                "      api: { minimum: 2, maximum: 8, public: false, paths: [], scaling: { requests: null }, ",
                &[
                    "delete AWS::ElasticLoadBalancingV2::ListenerRule/api",
                    "delete AWS::ElasticLoadBalancingV2::TargetGroup/api",
                    "update AWS::ApplicationAutoScaling::ScalableTarget/api /ScalingPolicies",
                    "update AWS::EC2::SecurityGroup/alb /SecurityGroupEgress",
                    "update AWS::EC2::SecurityGroup/service-api /SecurityGroupIngress",
                    "update AWS::ECS::Service/api /HealthCheckGracePeriodSeconds",
                    "update AWS::ECS::Service/api /LoadBalancers",
                ],
            ),
        ];
        for (old, new, expected) in changes {
            assert!(tenant.contains(old), "the sample has no {old}");
            tenant = tenant.replacen(old, new, 1);
            let production = stack(account, &tenant, "production");
            let plan = local.plan(&production).await;
            assert_eq!(outline(&plan), *expected, "{}", words(&plan));
            let is_ours = |cause| !matches!(cause, Cause::Drift | Cause::Mixed | Cause::Unknown);
            assert!(plan.changes.iter().all(|change| is_ours(change.cause)), "{}", words(&plan));
            if new.starts_with("/shop:") {
                assert!(
                    words(&plan).contains("config  tenants/tenant.yaml:19"),
                    "where the image is: {}",
                    words(&plan)
                );
            }
            local.apply(&production).await.unwrap_or_else(|why| panic!("{old} -> {new}: {why}"));
        }
        let production = stack(account, &tenant.replace("\"4711\"", "\"4712\""), "production");
        let plan = local.plan(&production).await;
        assert!(plan.changes.iter().all(|change| change.action == Action::Retag), "{}", words(&plan));
        // What AWS can't tag has no tags of the YAML.
        let tagged = production.resources.keys().filter(|address| has_tags(address)).count();
        assert_eq!(plan.changes.len(), tagged);
        local.apply(&production).await.unwrap_or_else(|why| panic!("another tag: {why}"));
    });
}

/// The new port is open before the new tasks come, the old one until the old ones have gone.
#[test]
fn a_port_changes_while_both_answer() {
    on_deep_stack(async {
        let account = "300000000104";
        let (local, _) = up(account, ACME, "production").await;
        let tenant = ACME.replace(
            "      public: true\n      paths: [/*]\n",
            "      public: true\n      port: 9090\n      paths: [/*]\n",
        );
        assert_ne!(tenant, ACME);
        let wanted = stack(account, &tenant, "production");
        let plan = local.plan(&wanted).await;
        assert!(plan.changes.iter().all(|change| change.action == Action::Update), "{}", words(&plan));
        let harmless = |change: &&Change| !matches!(change.disruption, Disruption::Outage | Disruption::DestroysData);
        assert!(plan.changes.iter().all(|change| harmless(&change)), "{}", words(&plan));
        let before = local.calls().await.len();
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let at = |call: &str| {
            let found: Vec<_> = calls.iter().enumerate().filter(|(_, one)| *one == call).map(|(at, _)| at).collect();
            assert!(!found.is_empty(), "no {call}: {calls:?}");
            found
        };
        let rollout = at("ecs:UpdateService")[0];
        for given in ["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress"] {
            assert!(at(given).iter().all(|given| *given < rollout), "{given} comes first: {calls:?}");
        }
        for taken in ["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"] {
            assert!(at(taken).iter().all(|taken| *taken > rollout), "{taken} comes last: {calls:?}");
        }
        assert!(local.plan(&wanted).await.is_empty());
    });
}

#[test]
fn one_field_by_hand_and_another_in_the_yaml_have_each_its_cause() {
    on_deep_stack(async {
        let account = "300000000003";
        let (local, production) = up(account, INITECH, "production").await;
        let inventory = local.inventory(&production).await;
        let group = live(&inventory, "AWS::Logs::LogGroup/service-worker");
        let target = live(&inventory, "AWS::ApplicationAutoScaling::ScalableTarget/worker");
        let hand = local.by_hand().await;
        register(&hand, target, 1, 9).await;
        let logs = aws_sdk_cloudwatchlogs::Client::new(&hand);
        logs.put_retention_policy().log_group_name(&group.id).retention_in_days(3).send().await.expect("allowed");
        let wanted = stack(account, &INITECH.replace("minimum: 1", "minimum: 2"), "production");
        let plan = local.plan(&wanted).await;
        let causes: BTreeMap<_, _> = plan
            .changes
            .iter()
            .flat_map(|change| &change.fields)
            .map(|field| (field.path.as_str(), field.cause))
            .collect();
        let expected =
            [("/MaxCapacity", Cause::Drift), ("/MinCapacity", Cause::Config), ("/RetentionInDays", Cause::Drift)];
        assert_eq!(causes, BTreeMap::from(expected), "{}", words(&plan));
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn what_is_foreign_is_shown_and_survives() {
    on_deep_stack(async {
        let (local, production) = up("300000000004", INITECH, "production").await;
        let inventory = local.inventory(&production).await;
        let foreign = move_in(&local, &inventory).await;
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let unmanaged: BTreeSet<_> = plan.unmanaged.iter().map(|thing| thing.id.clone()).collect();
        assert!(foreign.is_subset(&unmanaged), "{foreign:?} of {unmanaged:?}");
        let more = stack("300000000004", &INITECH.replace("maximum: 2", "maximum: 3"), "production");
        local.apply(&more).await.unwrap_or_else(|why| panic!("{why}"));
        let after: BTreeSet<_> = local.plan(&more).await.unmanaged.into_iter().map(|thing| thing.id).collect();
        assert_eq!(after, unmanaged);
    });
}

#[test]
fn destroyed_it_leaves_what_the_ledger_says_and_can_be_made_again() {
    on_deep_stack(async {
        let (local, certification) = up("300000000005", ACME, "certification").await;
        let run_summary = local.destroy(&certification).await.unwrap_or_else(|why| panic!("destroy: {why}"));
        let kept: BTreeSet<_> = run_summary.kept.iter().map(|kept| kept.id.clone()).collect();
        let is_said = |arn: &str| {
            let lingers = LINGERING.iter().any(|(part, _)| arn.contains(part));
            lingers || kept.iter().any(|id| arn.contains(id.as_str()) || id.ends_with(arn))
        };
        let unsaid: Vec<_> = tagged(&local, &certification).await.into_iter().filter(|arn| !is_said(arn)).collect();
        assert!(unsaid.is_empty(), "{unsaid:#?} beside {kept:#?}");
        local.bring_up(&certification).await.unwrap_or_else(|why| panic!("again: {why}"));
    });
}

#[test]
fn every_sample_can_be_applied() {
    on_deep_stack(async {
        let (globex, production) = up("300000000006", GLOBEX, "production").await;
        let certification = stack("300000000006", GLOBEX, "certification");
        globex.bring_up(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(globex.plan(&production).await.is_empty(), "one environment leaves the other alone");
        globex.destroy(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(globex.plan(&production).await.is_empty(), "one environment leaves the other alone");
    });
}

/// Until its certificate is issued a service stands without load balancer, and nothing about it is a difference.
#[test]
fn what_counts_only_beside_a_load_balancer_waits_for_it() {
    on_deep_stack(async {
        let (local, production) = (LocalAccount::new("300000000008").await, stack("300000000008", ACME, "production"));
        local.run(&production, Mode::Apply).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&production).await;
        let service = |change: &&provision::plan::Change| change.address.to_string() == "AWS::ECS::Service/web";
        let web = plan.changes.iter().find(service).unwrap_or_else(|| panic!("it gets its balancer: {}", words(&plan)));
        let causes: BTreeMap<_, _> = web.fields.iter().map(|field| (field.path.as_str(), field.cause)).collect();
        let expected = [("/HealthCheckGracePeriodSeconds", Cause::Dependency), ("/LoadBalancers", Cause::Dependency)];
        assert_eq!(causes, BTreeMap::from(expected), "{}", words(&plan));
    });
}

#[test]
fn killed_while_a_database_is_made_the_next_run_waits_for_it() {
    on_deep_stack(async {
        let account = "300000000007";
        let options = Options { slow: Duration::from_secs(2), ..local_aws::options().await };
        let cache = local_aws::folder("slow-stacks");
        let server = local_aws::start(&cache, &options).await;
        let (local, certification) = (LocalAccount::on(&server.url, account), stack(account, ACME, "certification"));
        let database: Address = "AWS::RDS::DBCluster/main".parse().expect("an address");
        local
            .die_at(&certification, |event| matches!(event, Event::Progress { step, .. } if step.address == database))
            .await;
        let plan = local.plan(&certification).await;
        let waits = |change: &provision::plan::Change| change.address == database && change.action == Action::Wait;
        assert!(plan.changes.iter().any(waits), "{}", words(&plan));
        local.bring_up(&certification).await.unwrap_or_else(|why| panic!("{why}"));
        sandbox::down(&cache).await.expect("it ends");
    });
}

/// One environment of a sample tenant, in an account of the test's own.
pub fn stack(account: &str, tenant: &str, environment: &str) -> Blueprint {
    let tenant = tenant.replace("123456789012", account).replace("111122223333", account);
    let all = blueprints(&[("tenant.yaml", &tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    all.into_iter().find(|blueprint| blueprint.stack.id.environment == environment).expect("the sample has it")
}

pub async fn up(account: &str, tenant: &str, environment: &str) -> (LocalAccount, Blueprint) {
    let (local, blueprint) = (LocalAccount::new(account).await, stack(account, tenant, environment));
    local.bring_up(&blueprint).await.unwrap_or_else(|why| panic!("{why}"));
    (local, blueprint)
}

/// `verb address property` for each changed property, sorted.
pub fn outline(plan: &StackPlan) -> Vec<String> {
    let lines = plan.changes.iter().flat_map(|change| {
        let verb = format!("{:?}", change.action).to_lowercase();
        let properties: BTreeSet<_> = change.fields.iter().map(|field| pointer::property(&field.path)).collect();
        let line = format!("{verb} {}", change.address);
        // What is new is told in one line; of what is there, each property that changes.
        if properties.is_empty() || change.action == Action::Create {
            vec![line]
        } else {
            properties.into_iter().map(|property| format!("{line} /{property}")).collect()
        }
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

fn is_read(call: &str) -> bool {
    let operation = call.split(':').next_back().unwrap_or_default();
    ["Describe", "List", "Get", "AssumeRole", "BatchGet"].iter().any(|verb| operation.starts_with(verb))
}

pub fn live<'a>(inventory: &'a Inventory, address: &str) -> &'a Live {
    let found = inventory.all().find(|(at, _)| at.to_string() == address);
    found.unwrap_or_else(|| panic!("{address} is not there")).1
}

/// All that somebody with a console does on a bad day.
async fn meddle(local: &LocalAccount, inventory: &Inventory) {
    use aws_sdk_ec2::types::{IpPermission, IpRange, PrefixListId};
    let hand = local.by_hand().await;
    let id = |address: &str| live(inventory, address).id.clone();
    let ssh = IpPermission::builder().ip_protocol("tcp").from_port(22).to_port(22);
    let ssh = ssh.ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()).build();
    let all = IpPermission::builder().ip_protocol("-1");
    let all = all.prefix_list_ids(PrefixListId::builder().prefix_list_id("pl-0123456789abcdef0").build()).build();
    let ec2 = aws_sdk_ec2::Client::new(&hand);
    let open = ec2.authorize_security_group_ingress().group_id(id("AWS::EC2::SecurityGroup/alb"));
    open.ip_permissions(ssh).ip_permissions(all).send().await.expect("opened");
    let rds = aws_sdk_rds::Client::new(&hand);
    let unprotect = rds.modify_db_cluster().db_cluster_identifier(id("AWS::RDS::DBCluster/main"));
    unprotect.deletion_protection(false).apply_immediately(true).send().await.expect("unprotected");
    let elb = aws_sdk_elasticloadbalancingv2::Client::new(&hand);
    let target_group = id("AWS::ElasticLoadBalancingV2::TargetGroup/web");
    elb.modify_target_group().target_group_arn(target_group).health_check_path("/").send().await.expect("changed");
    let rule = id("AWS::ElasticLoadBalancingV2::ListenerRule/api");
    elb.delete_rule().rule_arn(rule).send().await.expect("deleted");
    let waf = aws_sdk_wafv2::Client::new(&hand);
    let balancer = id("AWS::ElasticLoadBalancingV2::LoadBalancer/main");
    waf.disassociate_web_acl().resource_arn(balancer).send().await.expect("taken off");
    register(&hand, live(inventory, "AWS::ApplicationAutoScaling::ScalableTarget/web"), 1, 12).await;
    let iam = aws_sdk_iam::Client::new(&hand);
    let admin = iam.attach_role_policy().policy_arn("arn:aws:iam::aws:policy/AdministratorAccess");
    let role = live(inventory, "AWS::IAM::Role/web-task").name.clone().expect("roles have names");
    admin.role_name(role).send().await.expect("attached");
}

async fn register(hand: &aws_config::SdkConfig, target: &Live, minimum: i32, maximum: i32) {
    let call = aws_sdk_applicationautoscaling::Client::new(hand).register_scalable_target();
    let call = call.service_namespace("ecs".into()).scalable_dimension("ecs:service:DesiredCount".into());
    call.resource_id(&target.id).min_capacity(minimum).max_capacity(maximum).send().await.expect("registered");
}

/// An instance, a security group, a route to a peering and a second range, made by hand; returns how a plan calls them.
async fn move_in(local: &LocalAccount, inventory: &Inventory) -> BTreeSet<String> {
    let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
    let id = |address: &str| live(inventory, address).id.clone();
    let vpc = id("AWS::EC2::VPC/main");
    let group = ec2.create_security_group().group_name("by-hand").description("by hand").vpc_id(&vpc);
    let group = group.send().await.expect("a group").group_id.expect("an id");
    let instance = ec2.run_instances().image_id("ami-12c6146b").min_count(1).max_count(1);
    let instance = instance.subnet_id(id("AWS::EC2::Subnet/private-1")).security_group_ids(&group);
    let instance = instance.send().await.expect("an instance").instances.expect("one").remove(0);
    let other = ec2.create_vpc().cidr_block("10.99.0.0/16").send().await.expect("a VPC").vpc.expect("it");
    let peering = ec2.create_vpc_peering_connection().vpc_id(&vpc).peer_vpc_id(other.vpc_id.expect("an id"));
    let peering = peering.send().await.expect("a peering").vpc_peering_connection.expect("it");
    let peering = peering.vpc_peering_connection_id.expect("an id");
    let route = ec2.create_route().route_table_id(id("AWS::EC2::RouteTable/private-1"));
    let route = route.destination_cidr_block("10.99.0.0/16").vpc_peering_connection_id(peering);
    route.send().await.expect("a route");
    let range = ec2.associate_vpc_cidr_block().vpc_id(&vpc).cidr_block("10.98.0.0/16");
    range.send().await.expect("a second range");
    let id = instance.instance_id.expect("an id");
    BTreeSet::from([group, id, "10.99.0.0/16".to_owned(), "10.98.0.0/16".to_owned()])
}

/// The ARNs of everything that bears the stack's tags, as the tagging API sees it.
async fn tagged(local: &LocalAccount, blueprint: &Blueprint) -> Vec<String> {
    use aws_sdk_resourcegroupstagging::types::TagFilter;
    let id = &blueprint.stack.id;
    let filter = |key: &str, value: &str| TagFilter::builder().key(key).values(value).build();
    let call = aws_sdk_resourcegroupstagging::Client::new(&local.by_hand().await).get_resources();
    let call = call.tag_filters(filter("provision:tenant", &id.tenant));
    let call = call.tag_filters(filter("provision:environment", &id.environment));
    let found = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.expect("it answers");
    found.into_iter().filter_map(|resource| resource.resource_arn).collect()
}
