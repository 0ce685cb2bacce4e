//! What is protected goes by name only, on the real kinds: what they say of a change, and what a deletion leaves.

use std::collections::BTreeSet;
use std::time::Duration;

use provision::blueprint::Blueprint;
use provision::kinds::KINDS;
use provision::plan::{Guards, Mode, Plan, StackPlan};
use provision::resource::{Disruption, FieldDiff, keyed};
use provision::sandbox;
use serde_json::{Value, json};

use crate::kinds::canned_kind::kind_of;
use crate::sandbox::control;
use crate::sandbox::local_aws;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, stack_of, words};
use crate::world::refused;

/// A database and a cache on a key of their own.
const VAULT: &str = include_str!("../../data/vault.yaml");

/// Every kind that bears data or cannot be had back.
const STATEFUL: &[&str] = &[
    "AWS::CertificateManager::Certificate",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::GuardDuty::Detector",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::SES::EmailIdentity",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];

#[test]
fn what_bears_data_is_protected_by_its_kind() {
    let stateful: Vec<_> = KINDS.iter().map(|kind| kind.facts()).filter(|facts| facts.stateful).collect();
    assert_eq!(stateful.iter().map(|facts| facts.kind).collect::<Vec<_>>(), STATEFUL);
}

#[test]
fn a_kind_tells_what_destroys_data() {
    use Disruption::{DestroysData, Failover, None, Outage};
    for (kind, path, before, after, expected) in [
        ("AWS::RDS::DBCluster", "/BackupRetentionPeriod", json!(10), json!(1), DestroysData),
        ("AWS::RDS::DBCluster", "/BackupRetentionPeriod", json!(1), json!(10), None),
        ("AWS::ElastiCache::ReplicationGroup", "/SnapshotRetentionLimit", json!(7), json!(0), DestroysData),
        ("AWS::ElastiCache::ReplicationGroup", "/SnapshotRetentionLimit", json!(0), json!(7), None),
        ("AWS::ElastiCache::ReplicationGroup", "/NumNodeGroups", json!(3), json!(2), DestroysData),
        ("AWS::ElastiCache::ReplicationGroup", "/NumNodeGroups", json!(2), json!(3), Failover),
        ("AWS::Logs::LogGroup", "/RetentionInDays", json!(90), json!(30), DestroysData),
        ("AWS::Logs::LogGroup", "/RetentionInDays", json!(30), json!(90), None),
        ("AWS::Logs::LogGroup", "/RetentionInDays", json!(0), json!(30), DestroysData),
        ("AWS::Logs::LogGroup", "/RetentionInDays", json!(30), json!(0), None),
        ("AWS::RDS::DBInstance", "/DBInstanceClass", json!("db.r6g.large"), json!("db.r6g.xlarge"), Outage),
        ("AWS::KMS::Key", "/Enabled", json!(true), json!(false), Outage),
        ("AWS::KMS::Key", "/Enabled", json!(false), json!(true), None),
    ] {
        let shape = kind_of(kind);
        let said = shape.disruption(&[FieldDiff {
            path: path.into(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        }]);
        assert_eq!(said, expected, "{kind}{path} {before} -> {after}");
    }
}

#[test]
fn the_paths_of_protection_are_read_from_live_specs() {
    for (kind, spec) in [
        ("AWS::RDS::DBCluster", json!({ "DeletionProtection": true })),
        ("AWS::Logs::LogGroup", json!({ "DeletionProtectionEnabled": true })),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            json!({ "LoadBalancerAttributes": [
                { "Key": "access_logs.s3.enabled", "Value": "false" },
                { "Key": "deletion_protection.enabled", "Value": "true" },
            ] }),
        ),
    ] {
        let facts = KINDS.iter().map(|one| one.facts()).find(|facts| facts.kind == kind).unwrap();
        let [path] = facts.protection else { panic!("{kind} has one") };
        let value = keyed::get(facts, &spec, path).unwrap_or_else(|| panic!("{kind} has no {path}"));
        assert!(*value == json!(true) || *value == json!("true"), "{kind}: {value}");
    }
}

#[test]
fn the_templates_protect_what_customers_have_on_their_lists() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000020").await;
        let wanted = |more: &str| {
            let tenant = format!(
                "tenant: walls\ntemplate: modyo\naccount: \"{}\"\nenvironments:\n  production:\n    region: us-east-1\n    \
                 cidr: 10.60.0.0/20\n{more}",
                local.account
            );
            blueprints(&[("walls.yaml", &tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
        };
        let production = wanted("    nat: single\n");
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let (address, balancer) = ("AWS::EC2::EIP/nat-1", "AWS::ElasticLoadBalancingV2::LoadBalancer/main");
        let log = "AWS::Logs::LogGroup/waf";
        for (yaml, expected) in [
            ("    nat: none\n", &[address][..]),
            ("    nat: single\n    load_balancer: none\n", &[balancer, log]),
            ("    nat: single\n    deletion_protection: false\n", &[address, balancer]),
        ] {
            let plan = local.plan(&wanted(yaml)).await;
            assert_eq!(asked(&plan), expected, "{yaml}{}", words(&plan));
        }
    });
}

#[test]
fn every_deletion_leaves_a_snapshot_of_its_own_and_the_key_that_reads_it() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000021").await;
        let vault = vault(&local.account);
        let mut kept = Vec::new();
        for _ in 0..2 {
            local.apply(&vault).await.unwrap_or_else(|why| panic!("{why}"));
            kept.extend(local.destroy(&vault).await.unwrap_or_else(|why| panic!("{why}")).kept);
        }
        let snapshots: BTreeSet<_> = kept.iter().filter(|kept| kept.what == "snapshot").map(|kept| &kept.id).collect();
        assert_eq!(snapshots.len(), 4, "two of the database, two of the cache: {kept:#?}");
        let backups = kept.iter().filter(|kept| kept.what == "automated backups").count();
        assert_eq!(backups, 2, "{kept:#?}");
        let keys: BTreeSet<_> = kept.iter().filter(|kept| kept.what == "key").map(|kept| &kept.id).collect();
        assert_eq!(keys.len(), 1, "the same key both times: {kept:#?}");
        let hand = local.by_hand().await;
        let clusters = aws_sdk_rds::Client::new(&hand).describe_db_cluster_snapshots().send().await.unwrap();
        let caches = aws_sdk_elasticache::Client::new(&hand).describe_snapshots().send().await.unwrap();
        let there: BTreeSet<_> = clusters
            .db_cluster_snapshots()
            .iter()
            .filter_map(|one| one.db_cluster_snapshot_identifier.as_ref())
            .chain(caches.snapshots().iter().filter_map(|one| one.snapshot_name.as_ref()))
            .collect();
        assert!(snapshots.is_subset(&there), "{snapshots:?} of {there:?}");
        assert!(!local.calls().await.contains(&"kms:ScheduleKeyDeletion".to_owned()));
    });
}

#[test]
fn a_cache_that_can_have_no_snapshot_is_waited_for_like_any_other() {
    on_deep_stack(async {
        let cache = local_aws::folder("no-snapshot");
        let options = sandbox::Options { slow: Duration::from_secs(2), ..local_aws::options().await };
        let server = local_aws::start(&cache, &options).await;
        let local = LocalAccount::on(&server.url, "300000000023");
        let vault = vault(&local.account);
        local.apply(&vault).await.unwrap_or_else(|why| panic!("{why}"));
        let refused = json!({ "operation": "DeleteReplicationGroup", "what": "error-before", "nth": 1,
            "code": "SnapshotFeatureNotSupportedFault" });
        schedule(&server.url, &json!([refused])).await;
        let run_summary = local.destroy(&vault).await.unwrap_or_else(|why| panic!("{why}"));
        let lost =
            run_summary.kept.iter().find(|kept| kept.what == "nothing").expect("it is said that the data is gone");
        assert!(lost.why.contains("its data is gone"), "{lost:?}");
        let caches = aws_sdk_elasticache::Client::new(&local.by_hand().await);
        let left = caches.describe_replication_groups().send().await.expect("an answer");
        assert_eq!(left.replication_groups(), [], "it was waited for");
        sandbox::down(&cache).await.expect("it ends");
    });
}

#[test]
fn a_key_stays_if_nobody_can_tell_who_needs_it() {
    on_deep_stack(async {
        let cache = local_aws::folder("blind-key");
        let server = local_aws::start(&cache, &local_aws::options().await).await;
        let local = LocalAccount::on(&server.url, "300000000022");
        let lone = "resources: [{ type: AWS::KMS::Key, name: main, properties: { Description: lone } }]\n";
        let lone = stack(&local.account, lone);
        local.apply(&lone).await.unwrap_or_else(|why| panic!("{why}"));
        for operation in [
            "DescribeDBClusterSnapshots",
            "DescribeDBClusterAutomatedBackups",
            "DescribeDBSnapshots",
            "DescribeDBInstanceAutomatedBackups",
            "DescribeSnapshots",
            "ListSecrets",
        ] {
            schedule(&server.url, &json!([{ "operation": operation, "what": "deny" }])).await;
            let why = local.run(&lone, Mode::Destroy).await.expect_err("it cannot look");
            assert!(why.contains(&format!(":{operation}: AccessDenied")), "{why}");
        }
        assert!(!local.calls().await.contains(&"kms:ScheduleKeyDeletion".to_owned()));
        schedule(&server.url, &json!([])).await;
        local.destroy(&lone).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(local.calls().await.contains(&"kms:ScheduleKeyDeletion".to_owned()));
        sandbox::down(&cache).await.expect("it ends");
    });
}

async fn schedule(url: &str, faults: &Value) {
    assert_eq!(control(url, "POST", "faults", faults).await.0, 200);
}

/// The addresses that a plan asks for by name.
fn asked(plan: &StackPlan) -> Vec<String> {
    let plan = Plan { stacks: vec![plan.clone()], ..Plan::default() };
    let words = refused(&plan, &Guards::default(), &[]).into_iter().map(|refusal| refusal.to_string());
    words.map(|words| words.rsplit("production/").next().unwrap_or_default().to_owned()).collect()
}

fn vault(account: &str) -> Blueprint {
    stack(account, VAULT)
}

/// One environment of a template of the test's own.
fn stack(account: &str, template: &str) -> Blueprint {
    stack_of("bank", account, template)
}
