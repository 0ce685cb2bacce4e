//! A service that scales by the clock.

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTargetAction, ServiceNamespace};
use provision::blueprint::Blueprint;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: umbrella
template: minimal
account: \"300000000815\"
environments:
  production:
    region: us-east-1
    cidr: 10.40.0.0/20
    nat: none
    services:
      worker:
        image: public.ecr.aws/docker/library/busybox:1.37
        minimum: 2
        maximum: 8
        scaling:
          schedule:
            morning: { cron: 0 7 ? * MON-FRI *, timezone: America/Santiago, minimum: 2, maximum: 8 }
            night: { cron: 0 22 * * ? *, timezone: America/Santiago, minimum: 0, maximum: 0 }
";

fn stack(tenant: &str) -> Blueprint {
    blueprints(&[("umbrella.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

#[test]
fn what_the_schedule_sets_is_kept() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000815").await;
        local.apply(&stack(TENANT)).await.unwrap_or_else(|why| panic!("{why}"));
        let scaling = aws_sdk_applicationautoscaling::Client::new(&local.by_hand().await);
        let (namespace, dimension) = (ServiceNamespace::Ecs, ScalableDimension::EcsServiceDesiredCount);
        let actions = async || {
            let call = scaling.describe_scheduled_actions().service_namespace(namespace.clone());
            call.send().await.expect("an answer").scheduled_actions.unwrap_or_default()
        };
        let told = actions().await;
        let night = told.iter().find(|one| one.scheduled_action_name() == "night").expect("it is there");
        assert_eq!((night.schedule(), night.timezone()), ("cron(0 22 * * ? *)", Some("America/Santiago")));
        let capacities = night.scalable_target_action().expect("it sets some");
        assert_eq!((capacities.min_capacity(), capacities.max_capacity()), (Some(0), Some(0)));

        // Its time has come.
        let resource = night.resource_id().to_owned();
        let call = scaling.register_scalable_target().service_namespace(namespace.clone()).resource_id(&resource);
        call.scalable_dimension(dimension.clone()).min_capacity(0).max_capacity(0).send().await.expect("it is there");
        let plan = local.plan(&stack(TENANT)).await;
        assert!(plan.is_empty(), "{}", words(&plan));

        // An entry that somebody changed is put right, and the capacities stay.
        let other = ScalableTargetAction::builder().min_capacity(7).build();
        let call = scaling.put_scheduled_action().service_namespace(namespace.clone()).resource_id(&resource);
        let call =
            call.scalable_dimension(dimension.clone()).scheduled_action_name("night").schedule("cron(0 22 * * ? *)");
        call.scalable_target_action(other).timezone("UTC").send().await.expect("it is there");
        local.apply(&stack(TENANT)).await.unwrap_or_else(|why| panic!("{why}"));
        let targets = scaling.describe_scalable_targets().service_namespace(namespace.clone()).send().await;
        let targets = targets.expect("an answer").scalable_targets.unwrap_or_default();
        assert_eq!((targets[0].min_capacity, targets[0].max_capacity), (0, 0));

        // One that the YAML has no more goes.
        let fewer = TENANT.replace("            morning", "            # morning");
        local.apply(&stack(&fewer)).await.unwrap_or_else(|why| panic!("{why}"));
        let left: Vec<_> = actions().await.iter().map(|one| one.scheduled_action_name().to_owned()).collect();
        assert_eq!(left, ["night"]);
        local.destroy(&stack(&fewer)).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(actions().await.is_empty());
    });
}
