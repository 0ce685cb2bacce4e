//! RDS takes a change, goes on as if nothing were, and begins with it later.

use std::time::Duration;

use provision::blueprint::Blueprint;
use provision::sandbox;

use crate::sandbox::local_aws;
use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of};

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
      ApplyImmediately: NOW
";
const ACCOUNT: &str = "300000000062";

#[test]
fn a_change_is_done_when_rds_has_begun_with_it_and_ended() {
    on_deep_stack(async {
        let cache = local_aws::folder("begins");
        let options = sandbox::Options { slow: Duration::from_secs(2), ..local_aws::options().await };
        let server = local_aws::start(&cache, &options).await;
        let local = LocalAccount::on(&server.url, ACCOUNT);
        let apply = async |version, class, now| {
            local.apply(&database(version, class, now)).await.unwrap_or_else(|why| panic!("{why}"));
            shown(&local).await
        };
        let one = ["16.4 available", "db.r6g.large available"];
        assert_eq!(apply("16.4", "db.r6g.large", "true").await, one);
        let other = ["16.6 available", "db.r6g.xlarge available"];
        assert_eq!(apply("16.6", "db.r6g.xlarge", "true").await, other);
        assert_eq!(
            apply("16.8", "db.r6g.2xlarge", "false").await,
            other,
            "what waits for the window is not waited for"
        );
        sandbox::down(&cache).await.expect("it ends");
    });
}

fn database(version: &str, class: &str, now: &str) -> Blueprint {
    let template = TEMPLATE.replace("VERSION", version).replace("CLASS", class).replace("NOW", now);
    stack_of("ledger", ACCOUNT, &template)
}

/// What AWS shows of the cluster and of the instance.
async fn shown(local: &LocalAccount) -> [String; 2] {
    let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
    let clusters = rds.describe_db_clusters().send().await.expect("clusters");
    let instances = rds.describe_db_instances().send().await.expect("instances");
    let (cluster, instance) = (&clusters.db_clusters()[0], &instances.db_instances()[0]);
    [
        format!("{} {}", cluster.engine_version().unwrap_or_default(), cluster.status().unwrap_or_default()),
        format!(
            "{} {}",
            instance.db_instance_class().unwrap_or_default(),
            instance.db_instance_status().unwrap_or_default()
        ),
    ]
}
