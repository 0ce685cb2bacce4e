//! Upgrades of databases: what goes by name, what is refused, and what AWS does later by itself.

use provision::blueprint::Blueprint;
use provision::plan::{Action, Mode, StackPlan};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, plan_with, stack_of, words};

const TEMPLATE: &str = "
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
  - type: AWS::RDS::DBSubnetGroup
    name: main
    properties: { DBSubnetGroupDescription: data, SubnetIds: \"{{ ref_all('AWS::EC2::Subnet/data-*') }}\" }
  - type: AWS::RDS::DBClusterParameterGroup
    name: main
    properties:
      Description: data
      Family: aurora-postgresqlMAJOR
      Parameters: { shared_preload_libraries: pg_stat_statements, log_connections: on, work_mem: 8192 }
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: 'VERSION'
      DBSubnetGroupName: \"{{ ref('AWS::RDS::DBSubnetGroup/main') }}\"
      DBClusterParameterGroupName: \"{{ ref('AWS::RDS::DBClusterParameterGroup/main') }}\"
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
      PreferredBackupWindow: 03:00-04:00
      PreferredMaintenanceWindow: sun:05:00-sun:06:00
      ApplyImmediately: NOW
";
const CLUSTER: &str = "AWS::RDS::DBCluster/main";

/// A database of a version, whose changes come at once or in the window.
fn database(account: &str, version: &str, now: bool) -> Blueprint {
    let major = version.split('.').next().unwrap_or_default();
    let template = TEMPLATE.replace("MAJOR", major).replace("VERSION", version).replace("NOW", &now.to_string());
    stack_of("ledger", account, &template)
}

fn cluster_notes(plan: &StackPlan) -> String {
    let change = plan.changes.iter().find(|change| change.address.to_string() == CLUSTER);
    change.unwrap_or_else(|| panic!("no change:\n{}", words(plan))).notes.join("\n")
}

#[test]
fn a_major_upgrade_in_the_window_is_one_pending_change_with_its_parameter_group() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000074").await;
        let account = local.account.clone();
        local.apply(&database(&account, "16.4", false)).await.unwrap_or_else(|why| panic!("{why}"));
        let upgraded = database(&account, "17.2", false);
        let plan = local.plan(&upgraded).await;
        let change = plan.changes.iter().find(|change| change.address.to_string() == CLUSTER).expect("it changes");
        assert!(change.protected && change.action == Action::Update, "{}", words(&plan));
        let notes = cluster_notes(&plan);
        // The plan is made on Monday, 2026-11-23.
        assert!(
            notes.contains("/EngineVersion changes in the maintenance window, Sun 2026-11-29 05:00 to 06:00 UTC"),
            "{notes}"
        );
        assert!(notes.contains("16.4 → 17.2 is a major upgrade, which RDS cannot take back"), "{notes}");
        assert!(notes.contains("all instances are down together"), "{notes}");
        let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
        let old = groups(&rds).await.remove(0).0;
        let stays = format!("AWS::RDS::DBClusterParameterGroup/main ({old}) stays until then");
        assert!(notes.contains(&stays), "the old group is not among the changes: {notes}");

        let run_summary = local.apply(&upgraded).await.unwrap_or_else(|why| panic!("{why}"));
        let later: Vec<_> = run_summary.later.iter().map(|later| &*later.path).collect();
        assert_eq!(later, ["/DBClusterParameterGroupName", "/EngineVersion"]);
        let waiting = local.plan(&upgraded).await;
        let pending: Vec<_> = waiting.pending.iter().map(|later| &*later.path).collect();
        assert_eq!(pending, ["/EngineVersion", "/DBClusterParameterGroupName"], "{}", words(&waiting));
        let said = words(&waiting);
        let line = "AWS::RDS::DBCluster/main/EngineVersion \"16.4\" → \"17.2\" in the maintenance window, Sun 2026-11-29 05:00";
        assert!(said.contains("pending") && said.contains(line), "{said}");

        // The window comes.
        let call = rds.modify_db_cluster().db_cluster_identifier("ledger-production-main").engine_version("17.2");
        let group =
            groups(&rds).await.into_iter().find(|(_, family)| family == "aurora-postgresql17").expect("it is made").0;
        let call = call.db_cluster_parameter_group_name(group).allow_major_version_upgrade(true);
        call.apply_immediately(true).send().await.expect("taken");
        assert_eq!(groups(&rds).await.len(), 2, "the old group is in use until then");
        local.apply(&upgraded).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(groups(&rds).await.len(), 1, "then it goes");
    });
}

/// The groups of one's own, with their families.
async fn groups(rds: &aws_sdk_rds::Client) -> Vec<(String, String)> {
    let answer = rds.describe_db_cluster_parameter_groups().send().await.expect("groups");
    let named = answer.db_cluster_parameter_groups().iter().filter_map(|group| {
        let name = group.db_cluster_parameter_group_name()?.to_owned();
        (!name.starts_with("default."))
            .then(|| (name, group.db_parameter_group_family().unwrap_or_default().to_owned()))
    });
    named.collect()
}

#[test]
fn an_upgrade_is_taken_back_while_it_is_pending_and_refused_afterwards() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000077").await;
        let account = local.account.clone();
        let (old, new) = (database(&account, "16.4", false), database(&account, "17.2", false));
        local.apply(&old).await.unwrap_or_else(|why| panic!("{why}"));
        local.apply(&new).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&old).await;
        let change = plan.changes.iter().find(|change| change.address.to_string() == CLUSTER).expect("it changes");
        assert_eq!((change.action, change.protected), (Action::Update, false), "{}", words(&plan));

        local.run(&database(&account, "17.2", true), Mode::Apply).await.unwrap_or_else(|why| panic!("{why}"));
        let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
        let call = rds.modify_db_cluster().db_cluster_identifier("ledger-production-main").engine_version("17.2");
        call.apply_immediately(true).send().await.expect("taken");
        let plan = plan_with(&old, &local.inventory(&old).await, Mode::Apply);
        let notes = cluster_notes(&plan);
        assert!(notes.starts_with("RDS cannot go back from 17.2 to 16.4"), "{}", words(&plan));
    });
}

#[test]
fn a_backup_window_within_the_maintenance_window_is_a_mistake_at_both_places() {
    let tenant = "tenant: ledger\ntemplate: own\naccount: \"300000000066\"\nenvironments: { production: { region: us-east-1 } }\n";
    let template = TEMPLATE.replace("MAJOR", "16").replace("VERSION", "16.4").replace("NOW", "true");
    let template = template.replace("sun:05:00-sun:06:00", "sun:03:30-sun:04:30");
    let said = blueprints(&[("ledger.yaml", tenant)], &[("own.yaml", &template)]).expect_err("AWS would refuse it");
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(
        lines.iter().all(|line| line.contains("own.yaml:") && line.contains("overlap, which AWS refuses")),
        "{said}"
    );
}
