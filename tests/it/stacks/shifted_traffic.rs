//! Deployments that shift traffic: a second target group, and weights that are ECS's while they last.

use aws_sdk_elasticloadbalancingv2::types::{
    Action as RuleAction, ActionTypeEnum, ForwardActionConfig, TargetGroupTuple,
};
use provision::blueprint::Blueprint;
use provision::plan::{Action, StackPlan};
use provision::resource::Disruption;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: initech
template: modyo
account: \"300000000814\"
environments:
  production:
    region: us-east-1
    cidr: 10.40.0.0/20
    nat: none
    deletion_protection: false
    services:
      web:
        image: public.ecr.aws/nginx/nginx:1.28
        public: true
        priority: 10
        minimum: 1
        maximum: 2
        deploys: managed
";

fn stack(deploys: &str) -> Blueprint {
    let tenant = TENANT.replace("deploys: managed", &format!("deploys: {deploys}"));
    blueprints(&[("initech.yaml", &tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn changed(plan: &StackPlan) -> Vec<(String, Action)> {
    plan.changes.iter().map(|change| (change.address.to_string(), change.action)).collect()
}

#[test]
fn a_service_goes_over_to_canary_deployments_and_its_weights_are_ecs_own() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000814").await;
        local.apply(&stack("managed")).await.unwrap_or_else(|why| panic!("{why}"));
        let canary = stack("{ strategy: canary, bake: 0, percent: 10, interval: 0 }");
        let plan = local.plan(&canary).await;
        let of =
            |kind: &str| changed(&plan).into_iter().filter(|(address, _)| address.contains(kind)).collect::<Vec<_>>();
        assert_eq!(of("ECS::Service"), [("AWS::ECS::Service/web".to_owned(), Action::Update)], "{}", words(&plan));
        assert_eq!(
            of("TargetGroup"),
            [("AWS::ElasticLoadBalancingV2::TargetGroup/web-next".to_owned(), Action::Create)]
        );
        local.apply(&canary).await.unwrap_or_else(|why| panic!("{why}"));

        // As after a deployment: the other group has the traffic.
        let elb = aws_sdk_elasticloadbalancingv2::Client::new(&local.by_hand().await);
        let rule = rule(&elb).await;
        let forward = rule.actions().first().and_then(|action| action.forward_config()).expect("it forwards").clone();
        let weights: Vec<_> = forward.target_groups().iter().map(|group| group.weight().unwrap_or_default()).collect();
        assert!(weights.contains(&100) && weights.contains(&0), "{weights:?}");
        let turned = forward.target_groups().iter().map(|group| {
            let weight = 100 - group.weight().unwrap_or_default();
            TargetGroupTuple::builder().set_target_group_arn(group.target_group_arn.clone()).weight(weight).build()
        });
        let turned = ForwardActionConfig::builder().set_target_groups(Some(turned.collect())).build();
        let action = RuleAction::builder().r#type(ActionTypeEnum::Forward).forward_config(turned).build();
        elb.modify_rule().rule_arn(rule.rule_arn().expect("an ARN")).actions(action).send().await.expect("it is there");
        let plan = local.plan(&canary).await;
        assert!(plan.is_empty(), "the weights are nobody's drift: {}", words(&plan));

        // The way back is loud.
        let plan = local.plan(&stack("managed")).await;
        let service = plan.changes.iter().find(|change| change.address.kind == "AWS::ECS::Service").expect("a change");
        assert_eq!(service.disruption, Disruption::Outage, "{}", words(&plan));
        assert!(service.notes.iter().any(|note| note.contains("before it rolls again")), "{:?}", service.notes);
        local.destroy(&canary).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

async fn rule(elb: &aws_sdk_elasticloadbalancingv2::Client) -> aws_sdk_elasticloadbalancingv2::types::Rule {
    let balancers = elb.describe_load_balancers().send().await.expect("an answer").load_balancers.unwrap_or_default();
    let arn = balancers.first().and_then(|one| one.load_balancer_arn()).expect("one");
    let listeners = elb.describe_listeners().load_balancer_arn(arn).send().await.expect("an answer").listeners;
    let listeners = listeners.unwrap_or_default();
    let listener = listeners.first().and_then(|one| one.listener_arn()).expect("one");
    let rules = elb.describe_rules().listener_arn(listener).send().await.expect("an answer").rules.unwrap_or_default();
    rules.into_iter().find(|rule| rule.is_default() == Some(false)).expect("the service's")
}
