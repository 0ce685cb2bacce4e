//! Upgrades of caches: what goes by name, what is refused, and what ElastiCache does later by itself.

use provision::blueprint::Blueprint;
use provision::plan::{Action, Change, StackPlan};
use provision::resource::Disruption;

use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const CACHE: &str = "AWS::ElastiCache::ReplicationGroup/main";
const TEMPLATE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: data
    properties: { GroupDescription: data, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: data
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/24 }
  - type: AWS::ElastiCache::SubnetGroup
    name: main
    properties: { Description: data, SubnetIds: [\"{{ ref('AWS::EC2::Subnet/data') }}\"] }
  - type: AWS::ElastiCache::ReplicationGroup
    name: main
    properties:
      ReplicationGroupDescription: data
      Engine: ENGINE
      EngineVersion: 'VERSION'
      CacheNodeType: cache.t4g.small
      CacheSubnetGroupName: \"{{ ref('AWS::ElastiCache::SubnetGroup/main') }}\"
      SecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data') }}\"]
      PreferredMaintenanceWindow: sun:05:00-sun:06:00
      SnapshotWindow: 02:00-03:00
      ApplyImmediately: NOW
";

/// A cache of an engine and a version, whose changes come at once or in the window.
fn cache(account: &str, engine: &str, version: &str, now: bool) -> Blueprint {
    let template = TEMPLATE.replace("ENGINE", engine).replace("VERSION", version).replace("NOW", &now.to_string());
    stack_of("shelf", account, &template)
}

fn change(plan: &StackPlan) -> &Change {
    let change = plan.changes.iter().find(|change| change.address.to_string() == CACHE);
    change.unwrap_or_else(|| panic!("no change:\n{}", words(plan)))
}

#[test]
fn an_upgrade_in_the_window_goes_by_name_and_is_pending_until_it_is_done() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000115").await;
        let account = local.account.clone();
        local.apply(&cache(&account, "redis", "7.1", false)).await.unwrap_or_else(|why| panic!("{why}"));
        let upgraded = cache(&account, "valkey", "8.0", false);
        let plan = local.plan(&upgraded).await;
        let cache = change(&plan);
        assert!(cache.protected && cache.action == Action::Update, "{}", words(&plan));
        assert_eq!(cache.disruption, Disruption::Failover);
        let notes = cache.notes.join("\n");
        // The plan is made on Monday, 2026-11-23.
        let window = "/EngineVersion changes in the maintenance window, Sun 2026-11-29 05:00 to 06:00 UTC";
        assert!(notes.contains(window), "{notes}");
        assert!(notes.contains("redis → valkey is an upgrade that ElastiCache cannot take back"), "{notes}");
        assert!(notes.contains("nothing can take over"), "{notes}");

        let run_summary = local.apply(&upgraded).await.unwrap_or_else(|why| panic!("{why}"));
        let later: Vec<_> = run_summary.later.iter().map(|later| &*later.path).collect();
        assert_eq!(later, ["/Engine", "/EngineVersion"]);
        let waiting = local.plan(&upgraded).await;
        assert!(waiting.is_empty(), "{}", words(&waiting));
        let pending: Vec<_> = waiting.pending.iter().map(|later| (&*later.path, &*later.when)).collect();
        assert!(
            pending.iter().any(|(path, when)| *path == "/EngineVersion" && when.contains("Sun 2026-11-29")),
            "{pending:?}"
        );

        // The window comes.
        let elasticache = aws_sdk_elasticache::Client::new(&local.by_hand().await);
        let call = elasticache.modify_replication_group().replication_group_id("shelf-production-main");
        call.engine("valkey").engine_version("8.0").apply_immediately(true).send().await.expect("taken");
        let done = local.plan(&upgraded).await;
        assert!(done.is_empty() && done.pending.is_empty(), "{}", words(&done));
    });
}

#[test]
fn a_cache_goes_back_neither_to_an_older_version_nor_to_redis() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000116").await;
        let account = local.account.clone();
        local.apply(&cache(&account, "valkey", "8.0", true)).await.unwrap_or_else(|why| panic!("{why}"));
        for (engine, version, why) in [
            ("valkey", "7.2", "ElastiCache cannot go back from 8.0"),
            ("redis", "8.0", "ElastiCache does not go back from Valkey to Redis"),
        ] {
            let plan = local.plan(&cache(&account, engine, version, true)).await;
            let cache = change(&plan);
            assert_eq!(cache.action, Action::Blocked, "{}", words(&plan));
            assert!(cache.notes[0].starts_with(why), "{:?}", cache.notes);
        }
    });
}
