//! A deployment that fails: the service's tasks go on, and what mends it is another deployment.

use std::sync::Arc;

use provision::apply::Event;
use provision::blueprint::Blueprint;
use provision::inventory::{Inventory, ListOutcome};
use provision::plan::{Action, Mode, Plan, Verb, agrees};
use provision::report::{saved_plan, stale};
use provision::resource::State;

use crate::stacks::local_account::{LocalAccount, on_deep_stack, plan_with, stack_of, words};

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
        let local = LocalAccount::new("300000000061").await;
        local.apply(&running("1")).await.unwrap_or_else(|why| panic!("{why}"));
        // The local AWS can't pull images of this tag.
        let broken = running("broken");
        let why = local.apply(&broken).await.expect_err("the deployment fails");
        assert!(why.contains("tasks failed to start"), "{why}");

        let inventory = local.inventory(&broken).await;
        let plan = plan_with(&broken, &inventory, Mode::Apply);
        let [change] = &plan.changes[..] else { panic!("{}", words(&plan)) };
        assert_eq!((&*change.address.name, change.action), ("web", Action::Update), "{}", words(&plan));
        assert_eq!(change.fields[0].before, Some(REASON.into()));
        let config = plan_with(&broken, &inventory, Mode::OnlyConfig);
        assert!(config.is_empty(), "nobody changed the YAML: {}", words(&config));

        let why = local.apply(&broken).await.expect_err("and so does the next");
        assert!(why.contains("tasks failed to start"), "{why}");
        local.apply(&running("2")).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await;
        let count = |call: &str| calls.iter().filter(|one| *one == call).count();
        assert_eq!((count("ecs:UpdateService"), count("ecs:DeleteService")), (3, 0));
    });
}

/// A deployment that never comes to its end, since no circuit breaker gives it up.
#[test]
fn a_stuck_deployment_does_not_keep_its_correction_out() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000066").await;
        let patient = |tag: &str| {
            of_template(&local.account, &TEMPLATE.replace("TAG", tag).replace("Enable: true", "Enable: false"))
        };
        local.apply(&patient("1")).await.unwrap_or_else(|why| panic!("{why}"));
        let is_stuck = |event: &Event| matches!(event, Event::Progress { step, .. } if step.address.name == "web");
        local.die_at(&patient("broken"), is_stuck).await;

        let corrected = patient("2");
        let plan = local.plan(&corrected).await;
        assert!(plan.steps.keys().all(|id| id.verb != Verb::Wait), "{:#?}", plan.steps.keys());
        local.apply(&corrected).await.unwrap_or_else(|why| panic!("{why}"));
        local.die_at(&patient("broken"), is_stuck).await;
        local.destroy(&corrected).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// Between the two looks of a run, a circuit breaker may give up what the correction is for.
#[test]
fn what_a_deployment_comes_to_by_itself_does_not_make_its_correction_stale() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000067").await;
        let tagged = |tag: &str| of_template(&local.account, &TEMPLATE.replace("TAG", tag));
        local.apply(&tagged("1")).await.unwrap_or_else(|why| panic!("{why}"));
        local.apply(&tagged("broken")).await.expect_err("the deployment fails");
        let failed = local.inventory(&tagged("2")).await;
        let mut under_way = failed.clone();
        for seen in under_way.kinds.values_mut() {
            let ListOutcome::Read(listing) = seen else { continue };
            for live in
                listing.found.iter_mut().filter(|(at, _)| at.kind == "AWS::ECS::Service").flat_map(|(_, all)| all)
            {
                let live = Arc::make_mut(live);
                live.state = State::Settling("0 of 1 tasks running".into());
                live.unmodelled.clear();
                let revision = live.spec["TaskDefinition"].as_str().unwrap().replace(":2", ":1");
                live.spec["TaskDefinition"] = revision.into();
            }
        }
        let plan = |inventory: &Inventory| {
            let stacks = vec![plan_with(&tagged("2"), inventory, Mode::Apply)];
            Plan { stacks, ..Plan::default() }
        };
        let (approved, fresh) = (plan(&under_way), plan(&failed));
        let found = |plan: &Plan| -> Vec<_> {
            let fields = plan.stacks[0].changes.iter().flat_map(|change| &change.fields);
            fields.filter(|field| field.path == "/TaskDefinition").map(|field| field.before.clone()).collect()
        };
        assert_ne!(found(&approved), found(&fresh), "the two looks find different revisions");
        assert!(agrees(&approved.stacks[0], &fresh.stacks[0]), "{}", words(&fresh.stacks[0]));
        assert_eq!(stale(&saved_plan(&approved), &saved_plan(&fresh)), Vec::<String>::new());
    });
}

fn running(tag: &str) -> Blueprint {
    of_template("300000000061", &TEMPLATE.replace("TAG", tag))
}

fn of_template(account: &str, template: &str) -> Blueprint {
    stack_of("breaker", account, template)
}
