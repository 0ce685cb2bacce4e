//! `deploys: external`: a pipeline deploys, and the stack carries on what it deployed.

use aws_sdk_ecs::types::ContainerDefinition;
use provision::blueprint::Blueprint;
use provision::plan::{Action, Cause, StackPlan};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: umbrella
template: minimal
account: \"300000000031\"
environments:
  production:
    region: us-east-1
    cidr: 10.40.0.0/20
    nat: none
    services:
      worker:
        image: public.ecr.aws/docker/library/busybox:1.37
        deploys: external
        minimum: 1
        maximum: 2
";
const THEIRS: &str = "public.ecr.aws/docker/library/busybox:1.99";

#[test]
fn what_a_pipeline_deploys_is_carried_forward() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000031").await;
        local.apply(&stack(TENANT)).await.unwrap_or_else(|why| panic!("{why}"));
        deploy(&local, THEIRS).await;
        let plan = local.plan(&stack(TENANT)).await;
        assert!(plan.is_empty(), "the pipeline's revision is no difference: {}", words(&plan));

        let managed = local.plan(&stack(&TENANT.replace("external", "managed"))).await;
        assert_eq!(
            outline(&managed),
            [("AWS::ECS::Service/worker", Action::Update, Cause::Drift)],
            "{}",
            words(&managed)
        );

        let more = TENANT.replace("deploys:", "environment: { LOG_LEVEL: debug }\n        deploys:");
        let plan = local.plan(&stack(&more)).await;
        assert_eq!(
            outline(&plan),
            [
                ("AWS::ECS::Service/worker", Action::Update, Cause::Dependency),
                ("AWS::ECS::TaskDefinition/worker", Action::Update, Cause::Config),
            ],
            "{}",
            words(&plan)
        );
        local.apply(&stack(&more)).await.unwrap_or_else(|why| panic!("{why}"));
        let container = running(&local).await.remove(0);
        assert_eq!(container.image(), Some(THEIRS), "the new revision has the pipeline's image");
        assert!(container.environment().iter().any(|one| one.name() == Some("LOG_LEVEL")), "{container:?}");
        deploy(&local, "public.ecr.aws/docker/library/busybox:2.0").await;
        let plan = local.plan(&stack(&more)).await;
        assert!(plan.is_empty(), "and so on: {}", words(&plan));
    });
}

fn stack(tenant: &str) -> Blueprint {
    blueprints(&[("umbrella.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn outline(plan: &StackPlan) -> Vec<(&'static str, Action, Cause)> {
    let known = ["AWS::ECS::Service/worker", "AWS::ECS::TaskDefinition/worker"];
    let name = |address: String| known.into_iter().find(|known| *known == address).unwrap_or("something else");
    plan.changes.iter().map(|change| (name(change.address.to_string()), change.action, change.cause)).collect()
}

const CLUSTER: &str = "umbrella-production-main";
const SERVICE: &str = "umbrella-production-worker";

/// What a pipeline does: the running revision with another image, registered without our tags, and deployed.
async fn deploy(local: &LocalAccount, image: &str) {
    let ecs = aws_sdk_ecs::Client::new(&local.by_hand().await);
    let old = ecs.describe_task_definition().task_definition(SERVICE).send().await.unwrap();
    let old = old.task_definition.unwrap();
    let mut containers = old.container_definitions.unwrap();
    containers[0].image = Some(image.to_owned());
    let call = ecs.register_task_definition().family(SERVICE).set_container_definitions(Some(containers));
    let call = call.set_cpu(old.cpu).set_memory(old.memory).set_network_mode(old.network_mode);
    let call = call.set_requires_compatibilities(old.requires_compatibilities);
    let call = call.set_execution_role_arn(old.execution_role_arn).set_task_role_arn(old.task_role_arn);
    let new = call.set_runtime_platform(old.runtime_platform).send().await.unwrap();
    let arn = new.task_definition.unwrap().task_definition_arn.unwrap();
    ecs.update_service().cluster(CLUSTER).service(SERVICE).task_definition(arn).send().await.unwrap();
}

/// The containers of the revision that the service runs.
async fn running(local: &LocalAccount) -> Vec<ContainerDefinition> {
    let ecs = aws_sdk_ecs::Client::new(&local.by_hand().await);
    let answer = ecs.describe_services().cluster(CLUSTER).services(SERVICE).send().await.unwrap();
    let arn = answer.services()[0].task_definition().unwrap().to_owned();
    let answer = ecs.describe_task_definition().task_definition(arn).send().await.unwrap();
    answer.task_definition.unwrap().container_definitions.unwrap()
}
