//! What a service leaves behind on AWS's own kinds: rules, policies, providers and target groups go after it.

use provision::blueprint::Blueprint;
use provision::plan::{Action, Cause, Mode};
use serde_json::Value;

use crate::stacks::local_account::{LocalAccount, on_deep_stack, plan_with, stack_of, words};

/// A service that uses a store, with its rules both ways, its role and its capacity provider.
const TEMPLATE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::SecurityGroup
    name: store
    properties:
      GroupDescription: The store
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      SecurityGroupIngress: [INGRESS]
  - type: AWS::EC2::SecurityGroup
    name: web
    properties:
      GroupDescription: The service
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      SecurityGroupEgress: [EGRESS]
  - type: AWS::IAM::Role
    name: web
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: \"sts:AssumeRole\" }]
      Policies: [POLICY]
  - type: AWS::ECS::Cluster
    name: main
    properties: { CapacityProviders: [PROVIDERS] }
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      TaskRoleArn: \"{{ ref('AWS::IAM::Role/web', 'Arn') }}\"
      ContainerDefinitions: [{ Name: web, Image: \"example.com/web:TAG\" }]
  SERVICE
";
const SERVICE: &str = "- type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      CapacityProviderStrategy: [{ CapacityProvider: PROVIDER, Weight: 1 }]
      DesiredCount: 1
      DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } }
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
          SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web', 'GroupId') }}\"]";
const INGRESS: &str = "{ IpProtocol: tcp, FromPort: 5432, ToPort: 5432, \
                       SourceSecurityGroupId: \"{{ ref('AWS::EC2::SecurityGroup/web', 'GroupId') }}\" }";
const EGRESS: &str = "{ IpProtocol: tcp, FromPort: 5432, ToPort: 5432, \
                      DestinationSecurityGroupId: \"{{ ref('AWS::EC2::SecurityGroup/store', 'GroupId') }}\" }";
const POLICY: &str = "{ PolicyName: store, PolicyDocument: { Version: \"2012-10-17\", \
                      Statement: [{ Effect: Allow, Action: \"s3:GetObject\", Resource: \"*\" }] } }";

/// With the store or without it.
fn stack(account: &str, tag: &str, service: &str, has_store: bool) -> Blueprint {
    let part = |text: &str| if has_store { text.to_owned() } else { String::new() };
    let template = TEMPLATE
        .replace("SERVICE", service)
        .replace("INGRESS", &part(INGRESS))
        .replace("EGRESS", &part(EGRESS))
        .replace("POLICY", &part(POLICY))
        .replace("PROVIDERS", if has_store { "FARGATE, FARGATE_SPOT" } else { "FARGATE" })
        .replace("PROVIDER", if has_store { "FARGATE_SPOT" } else { "FARGATE" })
        .replace("TAG", tag);
    stack_of("hands", account, &template)
}

/// How many rules, policies and providers the store's group, the service's and its role and cluster have.
async fn grants(local: &LocalAccount, blueprint: &Blueprint) -> Vec<usize> {
    let inventory = local.inventory(blueprint).await;
    let count = |place: &str, at: &str| {
        let live = inventory.all().find(|(address, _)| address.to_string() == place);
        let (_, live) = live.unwrap_or_else(|| panic!("{place} is not there"));
        live.spec.pointer(at).and_then(Value::as_array).map_or(0, Vec::len)
    };
    vec![
        count("AWS::EC2::SecurityGroup/store", "/SecurityGroupIngress"),
        count("AWS::EC2::SecurityGroup/web", "/SecurityGroupEgress"),
        count("AWS::IAM::Role/web", "/Policies"),
        count("AWS::ECS::Cluster/main", "/CapacityProviders"),
    ]
}

#[test]
fn a_release_that_does_not_start_leaves_the_old_one_all_it_needs() {
    on_deep_stack(async {
        let account = "300000000094";
        let local = LocalAccount::new(account).await;
        let before = stack(account, "1", SERVICE, true);
        local.apply(&before).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(grants(&local, &before).await, [1, 1, 1, 2]);
        let broken = stack(account, "broken", SERVICE, false);
        let why = local.apply(&broken).await.expect_err("the deployment fails");
        assert!(why.contains("set back") || why.contains("failed"), "{why}");
        assert_eq!(grants(&local, &broken).await, [1, 1, 1, 2], "the old tasks run on");
        let plan = plan_with(&broken, &local.inventory(&broken).await, Mode::Apply);
        let drift = plan.changes.iter().find(|change| change.cause == Cause::Drift && change.address.name != "web");
        assert!(drift.is_none(), "{}", words(&plan));
        let mended = stack(account, "2", SERVICE, false);
        local.apply(&mended).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(grants(&local, &mended).await, [0, 0, 0, 1]);
        let plan = plan_with(&mended, &local.inventory(&mended).await, Mode::Apply);
        assert!(plan.is_empty(), "{}", words(&plan));
    });
}

#[test]
fn a_service_is_gone_before_what_it_used_is_taken_away() {
    on_deep_stack(async {
        let account = "300000000095";
        let local = LocalAccount::new(account).await;
        local.apply(&stack(account, "1", SERVICE, true)).await.unwrap_or_else(|why| panic!("{why}"));
        let without = stack(account, "1", "", false);
        let plan = plan_with(&without, &local.inventory(&without).await, Mode::Apply);
        assert!(plan.changes.iter().any(|change| change.action == Action::Delete), "{}", words(&plan));
        local.apply(&without).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await;
        let first = |call: &str| calls.iter().rposition(|one| one == call).unwrap_or_else(|| panic!("no {call}"));
        let gone = first("ecs:DeleteService");
        for taken in [
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
            "iam:DeleteRolePolicy",
            "ecs:PutClusterCapacityProviders",
        ] {
            assert!(first(taken) > gone, "{taken} comes after the service has gone: {calls:?}");
        }
        assert_eq!(grants(&local, &without).await, [0, 0, 0, 1]);
    });
}
