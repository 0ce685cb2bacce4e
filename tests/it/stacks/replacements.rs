//! What hangs on a thing that is replaced: the listeners and rules of a load balancer, the scaling of a service. And what
//! is not replaced: rules that change places.

use provision::blueprint::Blueprint;
use provision::plan::{Action, StackPlan, StepId, Verb};

use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

/// A load balancer whose listener and rule send to one target group each.
const BALANCER: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    for: { n: [1, 2] }
    name: \"edge-{{ n }}\"
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: \"10.20.{{ n }}.0/24\", AvailabilityZoneId: \"use1-az{{ n }}\" }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Scheme: SCHEME
      Subnets: \"{{ ref_all('AWS::EC2::Subnet/*') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
  - type: AWS::ElasticLoadBalancingV2::TargetGroup
    for: { name: [pages, api] }
    name: \"{{ name }}\"
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", TargetType: ip, Protocol: HTTP, Port: 8080 }
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: http
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 80
      Protocol: HTTP
      DefaultActions:
        - { Type: forward, TargetGroupArn: \"{{ ref('AWS::ElasticLoadBalancingV2::TargetGroup/pages') }}\" }
  - type: AWS::ElasticLoadBalancingV2::ListenerRule
    name: api
    properties:
      ListenerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::Listener/http') }}\"
      Priority: 10
      Conditions: [{ Field: path-pattern, Values: [/api/*] }]
      Actions: [{ Type: forward, TargetGroupArn: \"{{ ref('AWS::ElasticLoadBalancingV2::TargetGroup/api') }}\" }]
";

/// A service that is scaled.
const SERVICE: &str = "
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
      RequiresCompatibilities: [EC2, FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions: [{ Name: web, Image: nginx }]
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: LAUNCH
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"] } }
  - type: AWS::ApplicationAutoScaling::ScalableTarget
    name: web
    properties:
      ServiceNamespace: ecs
      ScalableDimension: ecs:service:DesiredCount
      ResourceId: \"service/{{ ref('AWS::ECS::Cluster/main') }}/{{ ref('AWS::ECS::Service/web', 'Name') }}\"
      MinCapacity: 1
      MaxCapacity: 4
      ScalingPolicies:
        - PolicyName: cpu
          TargetTrackingScalingPolicyConfiguration:
            TargetValue: 60
            PredefinedMetricSpecification: { PredefinedMetricType: ECSServiceAverageCPUUtilization }
";

fn stack(account: &str, template: &str) -> Blueprint {
    stack_of("swap", account, template)
}

/// Whether a step of the plan waits, over others, for another.
fn waits(plan: &StackPlan, later: &str, verb: Verb, earlier: &str, of: Verb) -> bool {
    let find = |at: &str, verb: Verb| {
        let mut ids = plan.steps.keys().filter(|id| id.address.to_string() == at && id.verb == verb);
        ids.next().unwrap_or_else(|| panic!("no {verb:?} of {at}: {}", words(plan))).clone()
    };
    let goal = find(earlier, of);
    let (mut seen, mut next): (Vec<StepId>, Vec<StepId>) = (Vec::new(), vec![find(later, verb)]);
    while let Some(id) = next.pop() {
        if id == goal {
            return true;
        }
        next.extend(plan.steps[&id].after.iter().filter(|before| !seen.contains(before)).cloned());
        seen.push(id);
    }
    false
}

/// A target group is one load balancer's: the old one's listeners and rules let go of it before the new one's have it.
#[test]
fn another_load_balancer_takes_the_target_groups_over() {
    on_deep_stack(async {
        let account = "300000000135";
        let local = LocalAccount::new(account).await;
        let with = |scheme: &str| stack(account, &BALANCER.replace("SCHEME", scheme));
        local.apply(&with("internal")).await.unwrap_or_else(|why| panic!("{why}"));
        let open = with("internet-facing");
        let plan = local.plan(&open).await;
        let kept = plan.changes.iter().filter(|change| change.address.kind.ends_with("::TargetGroup"));
        assert_eq!(kept.count(), 0, "{}", words(&plan));
        for at in ["Listener/http", "ListenerRule/api"] {
            let at = format!("AWS::ElasticLoadBalancingV2::{at}");
            assert!(waits(&plan, &at, Verb::Create, &at, Verb::Delete), "{at}: {}", words(&plan));
            // The old one answers until the new load balancer can.
            let balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer/web";
            assert!(waits(&plan, &at, Verb::Delete, balancer, Verb::Create), "{at}: {}", words(&plan));
        }
        local.apply(&open).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn rules_change_places_without_another_rule() {
    on_deep_stack(async {
        let account = "300000000137";
        let local = LocalAccount::new(account).await;
        let with = |api: &str, pages: &str| {
            let other = "  - type: AWS::ElasticLoadBalancingV2::ListenerRule
    name: pages
    properties:
      ListenerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::Listener/http') }}\"
      Priority: PAGES
      Conditions: [{ Field: host-header, Values: [pages.example] }]
      Actions: [{ Type: forward, TargetGroupArn: \"{{ ref('AWS::ElasticLoadBalancingV2::TargetGroup/pages') }}\" }]
";
            let balancer = BALANCER.replace("SCHEME", "internal").replace("Priority: 10", &format!("Priority: {api}"));
            stack(account, &(balancer + &other.replace("PAGES", pages)))
        };
        local.apply(&with("10", "20")).await.unwrap_or_else(|why| panic!("{why}"));
        for (api, pages) in [("20", "10"), ("20", "30")] {
            let wanted = with(api, pages);
            let plan = local.plan(&wanted).await;
            assert!(plan.changes.iter().all(|change| change.action == Action::Update), "{}", words(&plan));
            local.apply(&wanted).await.unwrap_or_else(|why| panic!("{api} and {pages}: {why}"));
        }
        let calls = local.calls().await;
        assert_eq!(calls.iter().filter(|call| call.ends_with(":CreateRule")).count(), 2, "{calls:?}");
    });
}

/// ECS takes the scaling of a service away with it.
#[test]
fn the_scaling_of_another_service_is_made_anew_in_the_same_apply() {
    on_deep_stack(async {
        let account = "300000000136";
        let local = LocalAccount::new(account).await;
        let on = |launch: &str| stack(account, &SERVICE.replace("LAUNCH", launch));
        local.apply(&on("EC2")).await.unwrap_or_else(|why| panic!("{why}"));
        let moved = on("FARGATE");
        let plan = local.plan(&moved).await;
        let action = |kind: &str| plan.changes.iter().find(|one| one.address.kind == kind).map(|one| one.action);
        assert_eq!(action("AWS::ECS::Service"), Some(Action::Replace), "{}", words(&plan));
        let target = "AWS::ApplicationAutoScaling::ScalableTarget/web";
        assert!(waits(&plan, target, Verb::Create, "AWS::ECS::Service/web", Verb::Create), "{}", words(&plan));
        local.apply(&moved).await.unwrap_or_else(|why| panic!("{why}"));
    });
}
