//! What waits for the maintenance window: it stays so beside other changes, or the plan says that it comes with them.

use aws_sdk_elasticache::types::ReplicationGroup;
use provision::blueprint::Blueprint;
use provision::plan::{Action, Change, StackPlan};
use provision::resource::Disruption;

use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const NETWORK: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: data
    properties: { GroupDescription: data, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    for: { zone: [use1-az1, use1-az2] }
    name: \"data-{{ loop.index }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"{{ cidr_subnet('10.20.0.0/16', 8, loop.index0) }}\"
      AvailabilityZoneId: \"{{ zone }}\"
";
const CACHE: &str = "
  - type: AWS::ElastiCache::SubnetGroup
    name: main
    properties: { Description: data, SubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\" }
  - type: AWS::ElastiCache::ReplicationGroup
    name: main
    properties:
      ReplicationGroupDescription: data
      Engine: valkey
      EngineVersion: '8.0'
      CacheNodeType: NODE
      ReplicasPerNodeGroup: REPLICAS
      SnapshotRetentionLimit: DAYS
      CacheSubnetGroupName: \"{{ ref('AWS::ElastiCache::SubnetGroup/main') }}\"
      SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data') }}\"]
      PreferredMaintenanceWindow: sun:05:00-sun:06:00
      SnapshotWindow: 02:00-03:00
      ApplyImmediately: NOW
";
const DATABASE: &str = "
  - type: AWS::RDS::DBSubnetGroup
    name: main
    properties: { DBSubnetGroupDescription: data, SubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\" }
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: 'VERSION'
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/main') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
      ApplyImmediately: NOW
  - type: AWS::RDS::DBInstance
    name: main-1
    properties:
      DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\"
      Engine: aurora-postgresql
      DBInstanceClass: CLASS
      PromotionTier: TIER
      ApplyImmediately: NOW
";

fn stack(account: &str, resources: &str, values: &[(&str, &str)]) -> Blueprint {
    let fill = |template: String, (key, value): &(&str, &str)| template.replace(key, value);
    let template = values.iter().fold(format!("{NETWORK}{}", resources.trim_start_matches('\n')), fill);
    stack_of("shelf", account, &template)
}

/// A cache whose changes come in the window.
fn cache(account: &str, node: &str, replicas: &str, days: &str) -> Blueprint {
    let values = [("NODE", node), ("REPLICAS", replicas), ("DAYS", days), ("NOW", "false")];
    stack(account, CACHE, &values)
}

fn database(account: &str, version: &str, class: &str, now: &str) -> Blueprint {
    stack(account, DATABASE, &[("VERSION", version), ("CLASS", class), ("TIER", "1"), ("NOW", now)])
}

async fn apply(local: &LocalAccount, wanted: &Blueprint) {
    local.apply(wanted).await.unwrap_or_else(|why| panic!("{why}"));
}

/// The one change of a plan.
fn only(plan: &StackPlan) -> &Change {
    let [change] = &plan.changes[..] else { panic!("{}", words(plan)) };
    assert_eq!(change.action, Action::Update, "{}", words(plan));
    change
}

fn paths(change: &Change) -> Vec<&str> {
    change.fields.iter().map(|field| &*field.path).collect()
}

async fn shown(local: &LocalAccount) -> ReplicationGroup {
    let elasticache = aws_sdk_elasticache::Client::new(&local.by_hand().await);
    elasticache.describe_replication_groups().send().await.expect("groups").replication_groups()[0].clone()
}

#[test]
fn a_setting_leaves_what_is_pending_and_more_nodes_bring_it() {
    on_deep_stack(async {
        let account = "300000000151";
        let local = LocalAccount::new(account).await;
        let (small, large) = ("cache.t4g.small", "cache.m7g.large");
        apply(&local, &cache(account, small, "0", "1")).await;
        apply(&local, &cache(account, large, "0", "1")).await;

        let setting = cache(account, large, "0", "7");
        let plan = local.plan(&setting).await;
        assert_eq!((paths(only(&plan)), only(&plan).disruption), (vec!["/SnapshotRetentionLimit"], Disruption::None));
        assert_eq!(plan.pending.len(), 1, "{}", words(&plan));
        apply(&local, &setting).await;
        let group = shown(&local).await;
        assert_eq!((group.snapshot_retention_limit(), group.cache_node_type()), (Some(7), Some(small)));

        let grown = cache(account, large, "1", "7");
        let plan = local.plan(&grown).await;
        let change = only(&plan);
        assert_eq!(paths(change), ["/CacheNodeType", "/ReplicasPerNodeGroup"], "{}", words(&plan));
        assert!(change.disruption >= Disruption::Failover && plan.pending.is_empty(), "{}", words(&plan));
        let notes = change.notes.join("\n");
        assert!(notes.contains("/CacheNodeType was pending until the maintenance window: AWS does it now"), "{notes}");
        apply(&local, &grown).await;
        let group = shown(&local).await;
        assert_eq!((group.member_clusters().len(), group.cache_node_type()), (2, Some(large)));
        let done = local.plan(&grown).await;
        assert!(done.is_empty() && done.pending.is_empty(), "{}", words(&done));

        // What is to wait is sent last: nothing that comes now brings it along.
        let both = cache(account, small, "2", "7");
        apply(&local, &both).await;
        let group = shown(&local).await;
        assert_eq!((group.member_clusters().len(), group.cache_node_type()), (3, Some(large)));
    });
}

#[test]
fn the_switch_to_immediate_brings_what_is_pending_and_is_no_change_alone() {
    on_deep_stack(async {
        let account = "300000000152";
        let local = LocalAccount::new(account).await;
        let (large, huge) = ("db.r6g.large", "db.r6g.xlarge");
        apply(&local, &database(account, "16.4", large, "false")).await;
        let plan = local.plan(&database(account, "16.4", large, "true")).await;
        assert!(plan.is_empty(), "nothing is pending: {}", words(&plan));

        apply(&local, &database(account, "16.4", huge, "false")).await;
        let waiting = local.plan(&database(account, "16.4", huge, "false")).await;
        assert!(waiting.is_empty() && waiting.pending.len() == 1, "{}", words(&waiting));
        let now = database(account, "16.4", huge, "true");
        let plan = local.plan(&now).await;
        let change = only(&plan);
        assert_eq!(change.address.to_string(), "AWS::RDS::DBInstance/main-1");
        assert_eq!((paths(change), change.disruption), (vec!["/DBInstanceClass"], Disruption::Outage));
        let said = words(&plan);
        assert!(said.contains(large) && said.contains("at once, not in the window"), "{said}");
        assert!(!said.contains("ApplyImmediately"), "{said}");

        // Another change at once brings it as well.
        let values = [("VERSION", "16.4"), ("CLASS", huge), ("TIER", "2"), ("NOW", "true")];
        let plan = local.plan(&stack(account, DATABASE, &values)).await;
        assert_eq!(paths(only(&plan)), ["/DBInstanceClass", "/PromotionTier"], "{}", words(&plan));

        apply(&local, &now).await;
        let done = local.plan(&now).await;
        assert!(done.is_empty() && done.pending.is_empty(), "{}", words(&done));
        let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
        let instances = rds.describe_db_instances().send().await.expect("instances");
        assert_eq!(instances.db_instances()[0].db_instance_class(), Some(huge));
    });
}

#[test]
fn what_is_told_starts_from_what_runs() {
    on_deep_stack(async {
        let account = "300000000153";
        let local = LocalAccount::new(account).await;
        let (large, huge) = ("db.r6g.large", "db.r6g.xlarge");
        apply(&local, &database(account, "16.4", large, "false")).await;
        apply(&local, &database(account, "16.6", huge, "false")).await;
        let plan = local.plan(&database(account, "17.2", "db.r6g.4xlarge", "false")).await;
        let said = words(&plan);
        assert!(said.contains("\"16.4\" → \"17.2\"") && said.contains("16.4 → 17.2 is a major upgrade"), "{said}");
        assert!(said.contains("/EngineVersion 16.6 is pending, and does not come"), "{said}");
        assert!(said.contains("db.r6g.large → db.r6g.4xlarge"), "{said}");
        assert!(said.contains("/DBInstanceClass db.r6g.xlarge is pending, and does not come"), "{said}");

        // What is only taken back has no other value.
        let plan = local.plan(&database(account, "16.4", large, "false")).await;
        let said = words(&plan);
        assert!(said.contains("db.r6g.xlarge → db.r6g.large"), "{said}");
        assert!(said.contains("/DBInstanceClass db.r6g.xlarge is pending, and does not come"), "{said}");
        assert!(plan.later.is_empty(), "{said}");
    });
}
