//! Databases of another shape than the product offers, and those that sleep: neither loses its data.

use provision::blueprint::Blueprint;
use provision::plan::{Action, AdoptionConflict, Guards, Mode, Plan, StackPlan, adoption};
use provision::resource::{Disruption, Tags, key};

use crate::stacks::local_account::{LocalAccount, on_deep_stack, plan_with, stack_of, words};
use crate::stacks::samples::live;
use crate::world::refused;

const MEMBER: &str = "
resources:
  - type: AWS::RDS::DBInstance
    name: old
    properties: { DBClusterIdentifier: elsewhere, Engine: aurora-postgresql, DBInstanceClass: db.r6g.large }
";
const NOTHING: &str = "
resources:
  - type: AWS::RDS::DBClusterParameterGroup
    name: main
    properties: { Description: d, Family: aurora-postgresql16, Parameters: {} }
";
const CLUSTER: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: data
    properties: { GroupDescription: data, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: '16.4'
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
      BackupRetentionPeriod: DAYS
  - type: AWS::RDS::DBInstance
    name: main-1
    properties:
      DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\"
      Engine: aurora-postgresql
      DBInstanceClass: db.r6g.large
";

fn stack(account: &str, template: &str) -> Blueprint {
    stack_of("bank", account, template)
}

/// A PostgreSQL database of its own, with the tags of `AWS::RDS::DBInstance/old`.
async fn stands_alone(local: &LocalAccount, blueprint: &Blueprint) {
    let stack = &blueprint.stack;
    let tags = Tags::from_iter([
        (key::PROJECT, &*stack.project),
        (key::TENANT, &*stack.id.tenant),
        (key::ENVIRONMENT, &*stack.id.environment),
        (key::NAME, "old"),
        (key::ID, "alone"),
    ]);
    let tags = tags.iter().map(|(key, value)| aws_sdk_rds::types::Tag::builder().key(key).value(value).build());
    let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
    let call =
        rds.create_db_instance().db_instance_identifier("alone").engine("postgres").db_instance_class("db.t3.small");
    let call = call.allocated_storage(20).master_username("master").master_user_password("notasecret1");
    call.set_tags(Some(tags.collect())).send().await.expect("made");
}

fn asked(plan: &StackPlan) -> usize {
    refused(&Plan { stacks: vec![plan.clone()], ..Plan::default() }, &Guards::default(), &[]).len()
}

#[test]
fn a_database_that_stands_alone_goes_by_name_and_leaves_its_last_state() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000072").await;
        let nothing = stack(&local.account, NOTHING);
        local.apply(&nothing).await.unwrap_or_else(|why| panic!("{why}"));
        stands_alone(&local, &nothing).await;
        let plan = local.plan(&nothing).await;
        let change = plan.changes.iter().find(|change| change.action == Action::Delete).expect("it goes");
        assert_eq!((change.protected, change.disruption), (true, Disruption::DestroysData), "{}", words(&plan));
        assert!(change.notes[0].contains("belongs to no Aurora cluster"), "{:?}", change.notes);
        assert_eq!(asked(&plan), 1);
        let run_summary = local.apply(&nothing).await.unwrap_or_else(|why| panic!("{why}"));
        let kept: Vec<_> = run_summary.kept.iter().map(|kept| &*kept.what).collect();
        assert_eq!(kept, ["snapshot", "automated backups"]);
        let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
        let there = rds.describe_db_snapshots().send().await.expect("snapshots");
        let names: Vec<_> = there.db_snapshots().iter().filter_map(|one| one.db_snapshot_identifier()).collect();
        assert!(names.contains(&&*run_summary.kept[0].id), "{names:?}");
    });
}

#[test]
fn a_database_that_stands_alone_is_neither_replaced_nor_adopted() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000073").await;
        let member = stack(&local.account, MEMBER);
        stands_alone(&local, &member).await;
        let inventory = local.inventory(&member).await;
        let plan = plan_with(&member, &inventory, Mode::Apply);
        assert!(plan.changes.iter().all(|change| change.action == Action::Blocked), "{}", words(&plan));
        let resource = member.resources.values().next().expect("one");
        let mut found = live(&inventory, "AWS::RDS::DBInstance/old").clone();
        found.tags = Tags::default();
        let facts = provision::kinds::KINDS.iter().map(|kind| kind.facts());
        let facts = facts.into_iter().find(|facts| facts.kind == "AWS::RDS::DBInstance").expect("a kind");
        let refused = adoption(&member, resource, facts, &std::sync::Arc::new(found)).expect_err("it is no member");
        assert!(
            matches!(&refused, AdoptionConflict::Unsupported(why) if why.contains("belongs to no Aurora cluster")),
            "{refused:?}"
        );
    });
}

/// Aurora's older serverless, of which AWS makes no new one and the scaling could not be set.
#[test]
fn a_new_cluster_of_another_mode_is_blocked_with_the_way() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000113").await;
        let template = |mode: &str| CLUSTER.replace("DAYS", "7").replace("EngineVersion:", mode);
        let old = stack(&local.account, &template("EngineMode: serverless\n      EngineVersion:"));
        let plan = local.plan(&old).await;
        let change = plan.changes.iter().find(|change| change.address.kind == "AWS::RDS::DBCluster").expect("told");
        assert_eq!(change.action, Action::Blocked, "{}", words(&plan));
        let way = "leave EngineMode out, set ServerlessV2ScalingConfiguration";
        assert!(change.notes.join(" ").contains(way), "{:?}", change.notes);
        let usual = stack(&local.account, &template("EngineMode: provisioned\n      EngineVersion:"));
        assert_eq!(local.plan(&usual).await.summary().blocked, 0);
    });
}

/// What RDS calls a Multi-AZ DB cluster: three instances that no resource here can say.
#[test]
fn a_cluster_of_another_engine_goes_by_name_and_is_not_adopted() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000114").await;
        let nothing = stack(&local.account, NOTHING);
        local.apply(&nothing).await.unwrap_or_else(|why| panic!("{why}"));
        let tag = |key: &str, value: &str| aws_sdk_rds::types::Tag::builder().key(key).value(value).build();
        let stack_id = &nothing.stack.id;
        let tags = vec![
            tag(key::PROJECT, &nothing.stack.project),
            tag(key::TENANT, &stack_id.tenant),
            tag(key::ENVIRONMENT, &stack_id.environment),
            tag(key::NAME, "main"),
            tag(key::ID, "multi"),
        ];
        let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
        let call = rds.create_db_cluster().db_cluster_identifier("multi").engine("mysql").engine_version("8.0.36");
        let call = call.db_cluster_instance_class("db.m5d.large").allocated_storage(100).iops(1000).storage_type("io1");
        let call = call.master_username("master").master_user_password("notasecret1").set_tags(Some(tags));
        call.send().await.expect("made");

        let plan = local.plan(&nothing).await;
        let change = plan.changes.iter().find(|change| change.action == Action::Delete).expect("it goes");
        assert_eq!((change.protected, change.disruption), (true, Disruption::DestroysData), "{}", words(&plan));
        assert!(change.notes[0].contains("a cluster of the engine mysql"), "{:?}", change.notes);
        assert_eq!(asked(&plan), 1);

        let wanted = stack(&local.account, &CLUSTER.replace("DAYS", "7"));
        let inventory = local.inventory(&wanted).await;
        let address = "AWS::RDS::DBCluster/main";
        let mut found = live(&inventory, address).clone();
        found.tags = Tags::default();
        let resource = &wanted.resources[&address.parse().unwrap()];
        let facts = provision::kinds::KINDS.iter().map(|kind| kind.facts());
        let facts = facts.into_iter().find(|facts| facts.kind == "AWS::RDS::DBCluster").expect("a kind");
        let refused = adoption(&wanted, resource, facts, &std::sync::Arc::new(found)).expect_err("it can't be said");
        assert!(
            matches!(&refused, AdoptionConflict::Unsupported(why) if why.contains("of the engine mysql")),
            "{refused:?}"
        );
    });
}

#[test]
fn a_stopped_cluster_is_started_before_it_is_deleted_and_not_changed() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000069").await;
        let template = |days: &str| stack(&local.account, &CLUSTER.replace("DAYS", days));
        let database = template("7");
        local.apply(&database).await.unwrap_or_else(|why| panic!("{why}"));
        let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
        rds.stop_db_cluster().db_cluster_identifier("bank-production-main").send().await.expect("stopped");

        let plan = local.plan(&database).await;
        let waits = plan.waiting.iter().find(|waiting| waiting.address.kind == "AWS::RDS::DBCluster");
        let what = waits.map(|waiting| waiting.what.as_str()).unwrap_or_default();
        assert!(what.contains("(⟪aws rds start-db-cluster --region us-east-1⟫)"), "{what}");

        let changed = template("10");
        let plan = local.plan(&changed).await;
        let change = plan.changes.iter().find(|change| !change.fields.is_empty() || change.action == Action::Blocked);
        let change = change.unwrap_or_else(|| panic!("{}", words(&plan)));
        assert_eq!(change.action, Action::Blocked, "{}", words(&plan));
        assert!(change.notes[0].starts_with("the cluster is stopped"), "{:?}", change.notes);

        let inventory = local.inventory(&database).await;
        let plan = plan_with(&database, &inventory, Mode::Destroy);
        let notes: Vec<_> = plan.changes.iter().flat_map(|change| &change.notes).collect();
        assert_eq!(
            notes.iter().filter(|note| note.contains("it is started, waited for, then deleted")).count(),
            2,
            "{notes:?}"
        );
        let run_summary = local.destroy(&database).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(run_summary.kept.iter().any(|kept| kept.what == "snapshot"), "{:?}", run_summary.kept);
        assert!(local.calls().await.contains(&"rds:StartDBCluster".to_owned()));
    });
}
