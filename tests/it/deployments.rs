//! A deployment that fails: the service's tasks go on, and what mends it is another deployment.

use provision::blueprint::Blueprint;
use provision::plan::{Action, Mode};

use crate::stage::{Stage, blueprints, on_deep_stack, plan_with, words};

/// A service whose circuit breaker does not roll back.
const TEMPLATE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::ECS::Cluster
    name: main
    properties: {}
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions: [{ Name: web, Image: \"example.com/web:TAG\" }]
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: FARGATE
      DesiredCount: 1
      DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: false } }
      NetworkConfiguration:
        AwsvpcConfiguration: { Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"] }
";
const REASON: &str = "the last deployment failed: ECS deployment circuit breaker: tasks failed to start.";

#[test]
fn a_failed_deployment_is_followed_by_another_and_never_by_another_service() {
    on_deep_stack(async {
        let stage = Stage::new("300000000061").await;
        stage.apply(&running("1")).await.unwrap_or_else(|why| panic!("{why}"));
        // The local AWS can't pull images of this tag.
        let broken = running("broken");
        let why = stage.apply(&broken).await.expect_err("the deployment fails");
        assert!(why.contains("tasks failed to start"), "{why}");

        let inventory = stage.inventory(&broken).await;
        let plan = plan_with(&broken, &inventory, Mode::Apply);
        let [change] = &plan.changes[..] else { panic!("{}", words(&plan)) };
        assert_eq!((&*change.address.name, change.action), ("web", Action::Update), "{}", words(&plan));
        assert_eq!(change.fields[0].before, Some(REASON.into()));
        let config = plan_with(&broken, &inventory, Mode::OnlyConfig);
        assert!(config.is_empty(), "nobody changed the YAML: {}", words(&config));

        let why = stage.apply(&broken).await.expect_err("and so does the next");
        assert!(why.contains("tasks failed to start"), "{why}");
        stage.apply(&running("2")).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = stage.calls().await;
        let count = |call: &str| calls.iter().filter(|one| *one == call).count();
        assert_eq!((count("ecs:UpdateService"), count("ecs:DeleteService")), (3, 0));
    });
}

fn running(tag: &str) -> Blueprint {
    let tenant = "tenant: breaker\ntemplate: own\naccount: \"300000000061\"\n\
                  environments: { production: { region: us-east-1 } }\n";
    let template = TEMPLATE.replace("TAG", tag);
    let all = blueprints(&[("breaker.yaml", tenant)], &[("own.yaml", &template)]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}
