//! What comes after what without a reference: a service its tasks' way out and what they connect to, and what `after` says.

use std::collections::BTreeSet;

use provision::blueprint::Blueprint;
use provision::inventory::{Inventory, ListOutcome, StackListing};
use provision::kinds::shapes;
use provision::plan::{Mode, StackPlan, Step, StepId, Verb};
use provision::resource::Address;

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, plan_with};

const SERVICE: &str = "AWS::ECS::Service/web";
const ACCOUNT: &str = "300000000064";

/// A service in zones of its own with its way out, and a database that nothing but its groups leads to.
const TEMPLATE: &str = "
parameters:
  zones: { type: integer, default: 1 }
resources:
  - { type: \"AWS::EC2::VPC\", name: main, properties: { CidrBlock: 10.20.0.0/16 } }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: public
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/24 }
  - type: AWS::EC2::Subnet
    for: { zone: \"{{ range(zones) }}\" }
    name: \"private-{{ zone }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"10.20.{{ zone + 1 }}.0/24\"
      AvailabilityZoneId: \"{{ zone_ids(3)[zone] }}\"
  - type: AWS::EC2::EIP
    name: nat
    properties: { Domain: vpc }
  - type: AWS::EC2::NatGateway
    name: nat
    properties: { SubnetId: \"{{ ref('AWS::EC2::Subnet/public') }}\", AllocationId: \"{{ ref('AWS::EC2::EIP/nat', 'AllocationId') }}\" }
  - type: AWS::EC2::RouteTable
    name: public
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      Routes: [{ DestinationCidrBlock: 0.0.0.0/0, GatewayId: \"{{ ref('AWS::EC2::InternetGateway/main') }}\" }]
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/public') }}\"]
  - type: AWS::EC2::RouteTable
    for: { zone: \"{{ range(zones) }}\" }
    name: \"private-{{ zone }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      Routes: [{ DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: \"{{ ref('AWS::EC2::NatGateway/nat') }}\" }]
      SubnetIds: [\"{{ ref('AWS::EC2::Subnet/private-' ~ zone) }}\"]
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { GroupDescription: web, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::SecurityGroup
    name: data
    properties:
      GroupDescription: data
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 3306, ToPort: 3306, SourceSecurityGroupId: \"{{ ref('AWS::EC2::SecurityGroup/web', 'GroupId') }}\" }
  - type: AWS::RDS::DBCluster
    name: main
    protected: false
    properties:
      Engine: aurora-mysql
      MasterUsername: master
      ManageMasterUserPassword: true
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data', 'GroupId') }}\"]
  - type: AWS::RDS::DBInstance
    name: main-1
    protected: false
    properties:
      DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\"
      Engine: aurora-mysql
      DBInstanceClass: db.r6g.large
  - { type: \"AWS::ECS::Cluster\", name: main, properties: {} }
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions: [{ Name: web, Image: \"example.com/web:1\" }]
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: FARGATE
      DesiredCount: 1
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: \"{{ ref_all('AWS::EC2::Subnet/private-*') }}\"
          SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web', 'GroupId') }}\"]
";

fn tenant(template: &str, more: &str) -> String {
    format!(
        "tenant: acme\ntemplate: {template}\naccount: \"{ACCOUNT}\"\n\
         environments: {{ production: {{ region: us-east-1 }} }}\n{more}"
    )
}

fn own(zones: u32) -> Blueprint {
    let tenant = tenant("own", &format!("defaults: {{ zones: {zones} }}\n"));
    let all = blueprints(&[("acme.yaml", &tenant)], &[("own.yaml", TEMPLATE)]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn built_in(template: &str, more: &str) -> Blueprint {
    let all = blueprints(&[("acme.yaml", &tenant(template, more))], &[]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

/// The plan for a stack of which nothing is there.
fn first(blueprint: &Blueprint) -> StackPlan {
    let kinds = shapes().into_iter().map(|shape| {
        ((blueprint.stack.region.clone(), shape.facts().kind.to_owned()), ListOutcome::Read(StackListing::default()))
    });
    plan_with(blueprint, &Inventory { kinds: kinds.collect(), ..Inventory::default() }, Mode::Apply)
}

fn step<'p>(plan: &'p StackPlan, address: &str, verb: Verb) -> &'p Step {
    let address: Address = address.parse().unwrap();
    let found = plan.steps.values().find(|step| step.id.address == address && step.id.verb == verb);
    found.unwrap_or_else(|| panic!("no {verb:?} of {address} in {:#?}", plan.steps.keys()))
}

/// Whether the one step waits for the other, directly or through others.
fn waits(plan: &StackPlan, (address, verb): (&str, Verb), (other, of): (&str, Verb)) -> bool {
    let goal = &step(plan, other, of).id;
    let (mut open, mut seen): (Vec<&StepId>, BTreeSet<&StepId>) =
        (vec![&step(plan, address, verb).id], BTreeSet::new());
    while let Some(id) = open.pop() {
        if id == goal {
            return true;
        }
        if seen.insert(id) {
            open.extend(&plan.steps[id].after);
        }
    }
    false
}

const SERVICES: &str = "\
defaults:
  endpoints: [logs]
  services:
    web: { image: \"example.com/web:1\", databases: [main], caches: [fast] }
  databases:
    main: { engine: mysql, version: 8.0.mysql_aurora.3.08.0 }
  caches:
    fast: { engine: valkey, version: \"8.0\" }
  cidr: 10.20.0.0/16
";

#[test]
fn a_service_starts_after_its_way_out_and_all_that_it_connects_to() {
    let plan = first(&built_in("modyo", SERVICES));
    for needed in [
        "AWS::EC2::RouteTable/private-1",
        "AWS::EC2::RouteTable/private-2",
        "AWS::EC2::NatGateway/nat-1",
        "AWS::EC2::RouteTable/public",
        "AWS::EC2::InternetGateway/main",
        "AWS::EC2::VPCEndpoint/logs",
        "AWS::EC2::VPCEndpoint/s3",
        "AWS::RDS::DBInstance/main-1",
        "AWS::RDS::DBInstance/main-2",
        "AWS::ElastiCache::ReplicationGroup/fast",
    ] {
        assert!(waits(&plan, (SERVICE, Verb::Create), (needed, Verb::Create)), "{needed}");
    }
    let balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer/main";
    assert!(waits(&plan, (balancer, Verb::Create), ("AWS::EC2::RouteTable/public", Verb::Create)));
    assert!(waits(&plan, ("AWS::EC2::NatGateway/nat-1", Verb::Create), ("AWS::EC2::RouteTable/public", Verb::Create)));
}

#[test]
fn what_only_security_groups_lead_to_is_waited_for_too() {
    let plan = first(&own(1));
    for needed in ["AWS::RDS::DBInstance/main-1", "AWS::EC2::RouteTable/private-0", "AWS::EC2::NatGateway/nat"] {
        assert!(waits(&plan, (SERVICE, Verb::Create), (needed, Verb::Create)), "{needed}");
    }
}

#[test]
fn a_nat_gateway_whose_own_subnet_goes_out_by_one_makes_no_circle() {
    let own = TEMPLATE.replace("SubnetIds: [\"{{ ref('AWS::EC2::Subnet/private-' ~ zone) }}\"]", "SubnetIds: []");
    let own = own.replace(
        "Routes: [{ DestinationCidrBlock: 0.0.0.0/0, GatewayId: \"{{ ref('AWS::EC2::InternetGateway/main') }}\" }]",
        "Routes: [{ DestinationCidrBlock: 10.99.0.0/16, NatGatewayId: \"{{ ref('AWS::EC2::NatGateway/nat') }}\" }]",
    );
    let all = blueprints(&[("acme.yaml", &tenant("own", ""))], &[("own.yaml", &own)]);
    all.unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn what_a_template_puts_after_another_is_made_after_it_and_deleted_before_it() {
    let roles = |after: &str| {
        let role = |name: &str, after: &str| {
            format!(
                "  - type: AWS::IAM::Role\n    name: {name}\n{after}    properties: {{ AssumeRolePolicyDocument: {{ Version: \
                 \"2012-10-17\", Statement: [{{ Effect: Allow, Action: \"sts:AssumeRole\", Principal: {{ Service: \
                 ecs.amazonaws.com }} }}] }} }}\n"
            )
        };
        format!("resources:\n{}{}", role("a", after), role("b", ""))
    };
    let tenant = tenant("own", "");
    on_deep_stack(async move {
        let template = roles("    after: [\"{{ 'AWS::IAM::Role/b' }}\", \"{{ none }}\"]\n");
        let all = blueprints(&[("acme.yaml", &tenant)], &[("own.yaml", &template)]);
        let wanted = all.unwrap_or_else(|why| panic!("{why}")).remove(0);
        let (a, b) = ("AWS::IAM::Role/a", "AWS::IAM::Role/b");
        assert!(waits(&first(&wanted), (a, Verb::Create), (b, Verb::Create)));
        let mut local = LocalAccount::new(ACCOUNT).await;
        local.kinds.retain(|kind| kind.facts().kind == "AWS::IAM::Role");
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let destroy = plan_with(&wanted, &local.inventory(&wanted).await, Mode::Destroy);
        assert!(waits(&destroy, (b, Verb::Delete), (a, Verb::Delete)));
        local.destroy(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_service_moves_into_a_new_zone_after_its_route_stands_and_keeps_its_way_out_until_it_is_gone() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000065").await;
        let mut small = own(1);
        small.stack.account = local.account.clone();
        local.apply(&small).await.unwrap_or_else(|why| panic!("{why}"));
        let mut wide = own(2);
        wide.stack.account = local.account.clone();
        let plan = local.plan(&wide).await;
        let route = ("AWS::EC2::RouteTable/private-1", Verb::Create);
        assert!(waits(&plan, (SERVICE, Verb::Update), route));
        let destroy = plan_with(&small, &local.inventory(&small).await, Mode::Destroy);
        for needed in [
            "AWS::EC2::RouteTable/private-0",
            "AWS::EC2::NatGateway/nat",
            "AWS::EC2::RouteTable/public",
            "AWS::RDS::DBInstance/main-1",
        ] {
            assert!(waits(&destroy, (needed, Verb::Delete), (SERVICE, Verb::Delete)), "{needed}");
        }
        local.destroy(&small).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

#[test]
fn a_proxy_that_is_turned_off_goes_after_its_last_task() {
    let stack = |proxy: &str, account: &str| {
        let more = format!(
            "defaults:\n  cidr: 10.20.0.0/16\n  load_balancer: none\n  deletion_protection: false\n\
             \x20 services: {{ web: {{ image: \"example.com/web:1\", databases: [main] }} }}\n\
             \x20 databases: {{ main: {{ engine: mysql, version: 8.0.mysql_aurora.3.08.0, proxy: {proxy} }} }}\n"
        );
        let mut stack = built_in("modyo", &more);
        account.clone_into(&mut stack.stack.account);
        stack
    };
    on_deep_stack(async move {
        let local = LocalAccount::new("300000000098").await;
        let with = stack("{}", &local.account);
        local.apply(&with).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&stack("null", &local.account)).await;
        for gone in ["AWS::RDS::DBProxy/main", "AWS::IAM::Role/main-proxy", "AWS::EC2::SecurityGroup/proxy-main"] {
            assert!(waits(&plan, (gone, Verb::Delete), (SERVICE, Verb::Update)), "{gone}: {:#?}", plan.steps.keys());
        }
        let destroy = plan_with(&with, &local.inventory(&with).await, Mode::Destroy);
        assert!(waits(&destroy, ("AWS::RDS::DBProxy/main", Verb::Delete), (SERVICE, Verb::Delete)));
        let instance = ("AWS::RDS::DBInstance/main-1", Verb::Delete);
        assert!(waits(&destroy, instance, ("AWS::RDS::DBProxy/main", Verb::Delete)));
        local.destroy(&with).await.unwrap_or_else(|why| panic!("{why}"));
    });
}
