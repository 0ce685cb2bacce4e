//! What others attach to things of ours: compared, or told as nobody's. Which it is says each kind.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, FixedResponseActionConfig, ProtocolEnum, RuleCondition, TargetDescription,
};
use aws_sdk_kms::types::GrantOperation;
use provision::aws::{Things, survey};
use provision::blueprint::Blueprint;
use provision::kinds::KINDS;
use provision::plan::{Guards, Mode, Plan, StackPlan};
use provision::resource::{Detection, Facts, pointer};
use serde_json::json;

use crate::aws::canned::Canned;
use crate::stacks::local_account::{LocalAccount, on_deep_stack, plan_with, stack_of, words};
use crate::world::refused;

const ACCOUNT: &str = "300000000085";
const PARTS: [&str; 2] = ["AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ECS::Service"];
/// What a look at one stack may ask: so many calls for lists and the survey, and a few for each thing's details.
const CALLS: usize = 50;
/// One more of each kind that others can attach.
const ANOTHER: &str = "
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: more
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 8080
      Protocol: HTTP
      DefaultActions:
        - Type: fixed-response
          FixedResponseConfig: { StatusCode: \"404\", ContentType: text/plain }
  - type: AWS::ElasticLoadBalancingV2::ListenerRule
    name: more
    properties:
      ListenerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::Listener/http') }}\"
      Priority: 20
      Conditions:
        - { Field: path-pattern, PathPatternConfig: { Values: [/more] } }
      Actions:
        - Type: fixed-response
          FixedResponseConfig: { StatusCode: \"404\", ContentType: text/plain }
  - type: AWS::ECS::Service
    name: more
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: FARGATE
      DesiredCount: 0
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"] } }
";
const MORE: &str = "
  - type: AWS::Logs::LogGroup
    name: web
    properties: {}
  - type: AWS::KMS::Key
    name: main
    properties: {}
";

/// The examples of a rule and of a service, which stand in one network, with a log group and a key.
fn template() -> String {
    let example =
        |kind: &str| KINDS.iter().map(|known| known.facts()).find(|facts| facts.kind == kind).unwrap().example;
    let service = example(PARTS[1]).split_once("  - type: AWS::EC2::Subnet").unwrap().1;
    format!("{}  - type: AWS::EC2::Subnet{}{MORE}", example(PARTS[0]), service.replace("10.20.0.0/20", "10.20.64.0/20"))
}

#[test]
fn what_others_attach_to_things_of_ours_is_told_and_holds_their_deletion_up() {
    on_deep_stack(async {
        let local = LocalAccount::new(ACCOUNT).await;
        let stack = stack(ACCOUNT, &template());
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(local.plan(&stack).await.unmanaged, [], "nobody was here");

        let before = local.calls().await.len();
        let things = local.inventory(&stack).await.all().count();
        let asked = local.calls().await.len() - before;
        assert!(asked <= CALLS + 4 * things, "{asked} calls for {things} things");

        let by_hand = local.by_hand().await;
        let inventory = local.inventory(&stack).await;
        let id = |kind: &str| inventory.all().find(|(address, _)| address.kind == kind).expect(kind).1.id.clone();
        let elb = aws_sdk_elasticloadbalancingv2::Client::new(&by_hand);
        let answer = FixedResponseActionConfig::builder().status_code("200").build();
        let answer = Action::builder().r#type(ActionTypeEnum::FixedResponse).fixed_response_config(answer).build();
        let host = RuleCondition::builder().field("host-header").values("evil.example").build();
        let listener = id("AWS::ElasticLoadBalancingV2::Listener");
        let rule = elb.create_rule().listener_arn(&listener).priority(1).conditions(host).actions(answer.clone());
        let rule = rule.send().await.unwrap().rules()[0].rule_arn().unwrap().to_owned();
        let balancer = id("AWS::ElasticLoadBalancingV2::LoadBalancer");
        let port = elb.create_listener().load_balancer_arn(&balancer).port(81).protocol(ProtocolEnum::Http);
        let port = port.default_actions(answer).send().await.unwrap();
        let port = port.listeners()[0].listener_arn().unwrap().to_owned();
        let group = id("AWS::ElasticLoadBalancingV2::TargetGroup");
        let target = TargetDescription::builder().id("192.0.2.7").port(80).build();
        elb.register_targets().target_group_arn(&group).targets(target).send().await.unwrap();
        let ecs = aws_sdk_ecs::Client::new(&by_hand);
        let cluster = id("AWS::ECS::Cluster");
        let tasks = id("AWS::ECS::TaskDefinition");
        let service =
            ecs.create_service().cluster(&cluster).service_name("theirs").task_definition(tasks).desired_count(0);
        let service = service.send().await.unwrap().service().unwrap().service_arn().unwrap().to_owned();
        let logs = aws_sdk_cloudwatchlogs::Client::new(&by_hand);
        let log_group = id("AWS::Logs::LogGroup");
        let filter = logs.put_metric_filter().log_group_name(&log_group).filter_name("f").filter_pattern("x");
        let metric = aws_sdk_cloudwatchlogs::types::MetricTransformation::builder();
        let metric = metric.metric_name("m").metric_namespace("n").metric_value("1").build().unwrap();
        filter.metric_transformations(metric).send().await.unwrap();
        let policy = format!("{{\"Resource\": \"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{log_group}:*\"}}");
        logs.put_resource_policy().policy_name("theirs").policy_document(policy).send().await.unwrap();
        let kms = aws_sdk_kms::Client::new(&by_hand);
        let key = id("AWS::KMS::Key");
        let grant = kms.create_grant().key_id(&key).operations(GrantOperation::Decrypt);
        let grant = grant.grantee_principal(format!("arn:aws:iam::{ACCOUNT}:role/theirs")).send().await.unwrap();
        kms.create_alias().alias_name("alias/theirs").target_key_id(&key).send().await.unwrap();

        let plan = local.plan(&stack).await;
        let told: BTreeSet<_> =
            plan.unmanaged.iter().map(|thing| (&*thing.kind, thing.id.clone(), thing.place.clone())).collect();
        let (their_rule, their_listener) = (rule.clone(), port.clone());
        let expected = BTreeSet::from([
            ("AWS::ElasticLoadBalancingV2::ListenerRule", rule, listener),
            ("AWS::ElasticLoadBalancingV2::Listener", port, balancer),
            ("AWS::ElasticLoadBalancingV2::TargetGroup Targets", "192.0.2.7".to_owned(), group),
            ("AWS::ECS::Service", service, cluster),
            ("AWS::Logs::LogGroup MetricFilters", "1".to_owned(), log_group.clone()),
            ("AWS::Logs::ResourcePolicy", "theirs".to_owned(), log_group),
            ("AWS::KMS::Key Grants", grant.grant_id().unwrap().to_owned(), key.clone()),
            ("AWS::KMS::Key Aliases", "theirs".to_owned(), key),
        ]);
        assert_eq!(told, expected);
        assert!(plan.is_empty(), "none of it is ours to change:\n{}", words(&plan));

        // Where one of ours is missing, what is there is told all the same, but for what may be that one.
        let told = |plan: &StackPlan| -> BTreeSet<_> {
            plan.unmanaged.iter().map(|thing| (thing.kind.clone(), thing.id.clone(), thing.place.clone())).collect()
        };
        let more = local.plan(&self::stack(ACCOUNT, &format!("{}{ANOTHER}", template()))).await;
        assert_eq!(told(&more), told(&plan), "{}", words(&more));
        let (_, ours) = inventory.all().find(|(address, _)| address.kind == PARTS[0]).unwrap();
        let keys: Vec<_> = ours.tags.iter().map(|(key, _)| key.to_owned()).collect();
        elb.remove_tags().resource_arns(&ours.id).set_tag_keys(Some(keys)).send().await.unwrap();
        let lost = local.plan(&stack).await;
        assert_eq!(lost.summary().blocked, 1, "its tags were taken off:\n{}", words(&lost));
        assert_eq!(told(&lost), told(&plan), "{}", words(&lost));
        let tag = |(key, value)| aws_sdk_elasticloadbalancingv2::types::Tag::builder().key(key).value(value).build();
        elb.add_tags()
            .resource_arns(&ours.id)
            .set_tags(Some(ours.tags.iter().map(tag).collect()))
            .send()
            .await
            .unwrap();

        // A replacement would take it along.
        let moved = self::stack(ACCOUNT, &template().replace("Scheme: internal", "Scheme: internet-facing"));
        let moved = Plan { stacks: vec![local.plan(&moved).await], ..Plan::default() };
        let why: Vec<_> = refused(&moved, &Guards::default(), &[]).iter().map(ToString::to_string).collect();
        for id in [&their_rule, &their_listener] {
            let is_refused = why.iter().any(|why| why.contains(&**id) && why.contains("remove it first"));
            assert!(is_refused, "{id}: {why:#?}\n{}", words(&moved.stacks[0]));
        }

        let gone = plan_with(&stack, &local.inventory(&stack).await, Mode::Destroy);
        let gone = Plan { stacks: vec![gone], ..Plan::default() };
        let refused: Vec<_> = refused(&gone, &Guards::default(), &[]).iter().map(ToString::to_string).collect();
        let refused = refused.join("\n");
        assert!(refused.contains("AWS::ECS::Service"), "{refused}");
    });
}

/// A VPC and things of ours, and what AWS answers of them that others have attached.
fn surveyed() -> (Things, Canned) {
    let things = [
        ("AWS::EC2::VPC", "vpc-1"),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "group"),
        ("AWS::KMS::Key", "key"),
        ("AWS::Logs::LogGroup", "logs"),
    ];
    let ec2 = |operation: &str, set: &str, item: &str| {
        format!("<{operation}Response><{set}><item><vpcId>vpc-1</vpcId>{item}</item></{set}></{operation}Response>")
    };
    let instance = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
                    <vpcId>vpc-1</vpcId></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
    let gateway = "<requesterManaged>true</requesterManaged><interfaceType>nat_gateway</interfaceType>\
                   <description>Interface for NAT Gateway nat-1</description></item>\
                   <item><vpcId>vpc-1</vpcId><networkInterfaceId>eni-1</networkInterfaceId>";
    let routes = "<routeTableId>rtb-1</routeTableId><routeSet><item><vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId>\
                  </item><item><gatewayId>vgw-1</gatewayId></item></routeSet>";
    let attached =
        "<internetGatewayId>igw-1</internetGatewayId><attachmentSet><item><vpcId>vpc-1</vpcId></item></attachmentSet>";
    let target = "<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions><member><Target>\
                  <Id>192.0.2.7</Id></Target></member></TargetHealthDescriptions></DescribeTargetHealthResult>\
                  </DescribeTargetHealthResponse>";
    let answers = [
        ("DescribeInstances", instance.to_owned()),
        ("DescribeNetworkInterfaces", ec2("DescribeNetworkInterfaces", "networkInterfaceSet", gateway)),
        ("DescribeSecurityGroups", ec2("DescribeSecurityGroups", "securityGroupInfo", "<groupId>sg-1</groupId>")),
        ("DescribeSubnets", ec2("DescribeSubnets", "subnetSet", "<subnetId>subnet-1</subnetId>")),
        ("DescribeRouteTables", ec2("DescribeRouteTables", "routeTableSet", routes)),
        ("DescribeInternetGateways", ec2("DescribeInternetGateways", "internetGatewaySet", attached)),
        (
            "DescribeVpcEndpoints",
            ec2("DescribeVpcEndpoints", "vpcEndpointSet", "<vpcEndpointId>vpce-1</vpcEndpointId>"),
        ),
        ("DescribeNetworkAcls", ec2("DescribeNetworkAcls", "networkAclSet", "<networkAclId>acl-1</networkAclId>")),
        ("DescribeTargetHealth", target.to_owned()),
        (
            "ListGrants",
            json!({ "Grants": [{ "GrantId": "g", "GranteePrincipal": "arn:aws:iam::1:role/x" }] }).to_string(),
        ),
        (
            "DescribeResourcePolicies",
            json!({ "resourcePolicies": [{ "policyName": "p", "policyDocument": "\":log-group:logs:*\"" }] })
                .to_string(),
        ),
        (
            "DescribeSubscriptionFilters",
            json!({ "subscriptionFilters": [{ "filterName": "theirs", "logGroupName": "logs" }] }).to_string(),
        ),
    ];
    let answers: Vec<_> = answers.iter().map(|(operation, body)| (*operation, 200, body.as_str())).collect();
    (things.map(|(kind, id)| (kind, vec![id.to_owned()])).into(), Canned::by_operation(&answers))
}

/// What a kind says to be surveyed is what a survey sees, and nothing else.
#[tokio::test]
async fn what_is_said_to_be_surveyed_is_seen_by_a_survey() {
    let (things, aws) = surveyed();
    let survey = survey(&aws.session(&[]).await.reader(), &things).await.unwrap();
    assert_eq!(survey.incomplete, None);
    let place = |kind: &str| survey.seen.iter().find(|one| one.kind == kind).map(|one| (&*one.id, &*one.place));
    assert_eq!(place("AWS::Logs::SubscriptionFilter"), Some(("theirs", "logs")));

    let seen: BTreeSet<String> = survey.seen.iter().map(|one| one.kind.to_owned()).collect();
    let said =
        KINDS.iter().map(|kind| kind.facts()).flat_map(|facts| {
            let surveyed = facts.attachable.iter().filter(|one| matches!(one.detection, Detection::Surveyed));
            surveyed.map(move |one| {
                if one.what.contains("::") { one.what.to_owned() } else { format!("{} {}", facts.kind, one.what) }
            })
        });
    assert_eq!(seen, said.collect());
}

#[test]
fn every_list_that_others_may_add_to_is_among_what_they_can_attach_and_each_is_told_as_it_says() {
    let mut wrong = Vec::new();
    for kind in KINDS {
        let Facts { kind: name, attachable, additive, prunes, .. } = kind.facts();
        let has = |property: &str| kind.schema().root()["properties"].get(&property[1..]).is_some();
        for one in *attachable {
            let is_right = match one.detection {
                Detection::Compared(path) => has(path),
                Detection::Additive(path) => additive.contains(&path),
                // No update takes it away.
                Detection::Noted(path) => {
                    path.starts_with('/') && !prunes.iter().any(|mended| pointer::covers(mended, path))
                }
                Detection::Listed => KINDS.iter().any(|known| known.facts().kind == one.what),
                // A survey tells: `what_is_said_to_be_surveyed_is_seen_by_a_survey`.
                Detection::Surveyed => true,
                Detection::Left(why) => !why.is_empty(),
            };
            if !is_right {
                wrong.push(format!("{name}: {}", one.what));
            }
        }
        let told = |path: &&&str| {
            attachable.iter().any(|one| matches!(one.detection, Detection::Additive(at) if at == **path))
        };
        wrong
            .extend(additive.iter().filter(|path| !told(path)).map(|path| format!("{name}: {path} is told by nobody")));
    }
    assert_eq!(wrong, [""; 0]);
}

/// Nobody can start a task with a revision that is gone: the next one that stops does not come back.
#[test]
fn a_running_service_whose_task_definition_was_deregistered_gets_another() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000088").await;
        let service = KINDS.iter().map(|known| known.facts()).find(|facts| facts.kind == PARTS[1]).unwrap().example;
        let stack = stack("300000000088", service);
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let inventory = local.inventory(&stack).await;
        let (_, tasks) = inventory.all().find(|(address, _)| address.kind == "AWS::ECS::TaskDefinition").unwrap();
        let ecs = aws_sdk_ecs::Client::new(&local.by_hand().await);
        ecs.deregister_task_definition().task_definition(&tasks.id).send().await.unwrap();
        let plan = local.plan(&stack).await;
        let changed: Vec<_> = plan.changes.iter().map(|change| change.address.kind.as_str()).collect();
        assert_eq!(changed, ["AWS::ECS::Service", "AWS::ECS::TaskDefinition"], "{}", words(&plan));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

fn stack(account: &str, template: &str) -> Blueprint {
    stack_of("host", account, template)
}
