//! What AWS refuses and shows only for a while, and the local AWS with it: names that are held, things that are in use,
//! an index that lags.

use std::time::Duration;

use provision::sandbox::{self, Options};
use serde_json::{Value, json};

use crate::sandbox::local_aws;
use crate::sandbox::{ec2, id, json_call, query};

const RDS: &str = "&Version=2014-10-31";
const CLUSTER: &str = "DBClusterIdentifier=orders";
const TASK: &str = "AmazonEC2ContainerServiceV20141113";

#[tokio::test]
async fn the_name_of_a_cluster_is_held_until_it_is_gone() {
    let (cache, url) = slow("held").await;
    let account = "777700000001";
    let rds = async |form: String| query(&url, account, "rds", &(form + RDS)).await.1;
    let create = format!(
        "Action=CreateDBCluster&{CLUSTER}&Engine=aurora-mysql&MasterUsername=admin&ManageMasterUserPassword=true"
    );
    assert!(rds(create.clone()).await.contains("<Status>creating</Status>"));
    assert!(rds(create.clone()).await.contains("<Code>DBClusterAlreadyExistsFault</Code>"), "a second of the name");
    pause().await;
    assert!(rds(format!("Action=DeleteDBCluster&{CLUSTER}&SkipFinalSnapshot=true")).await.contains("deleting"));
    assert!(rds(create.clone()).await.contains("<Code>DBClusterAlreadyExistsFault</Code>"), "while it is deleted");
    pause().await;
    assert!(rds(create).await.contains("<Status>creating</Status>"), "the name is free");
    sandbox::down(&cache).await.expect("it ends");
}

#[tokio::test]
async fn a_service_that_drains_keeps_its_name() {
    let (cache, url) = slow("drains").await;
    let account = "777700000002";
    let ecs = async |operation: &str, body: Value| {
        json_call(&url, account, "ecs", &format!("{TASK}.{operation}"), &body).await.1
    };
    ecs("CreateCluster", json!({"clusterName": "main"})).await;
    let containers = json!([{"name": "web", "image": "web:1", "memory": 128}]);
    ecs("RegisterTaskDefinition", json!({"family": "web", "containerDefinitions": containers})).await;
    let service = json!({"cluster": "main", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1});
    ecs("CreateService", service.clone()).await;
    let blocked = ecs("DeleteCluster", json!({"cluster": "main"})).await;
    assert_eq!(blocked["__type"], "ClusterContainsServicesException", "{blocked}");
    ecs("DeleteService", json!({"cluster": "main", "service": "web", "force": true})).await;
    let again = ecs("CreateService", service.clone()).await;
    assert_eq!(again["message"], "Unable to Start a service that is still Draining.");
    pause().await;
    assert_eq!(ecs("CreateService", service).await["service"]["status"], "ACTIVE");
    sandbox::down(&cache).await.expect("it ends");
}

#[tokio::test]
async fn the_interfaces_of_a_load_balancer_outlive_it() {
    let (cache, url) = slow("interfaces").await;
    let account = "777700000003";
    let vpc = id(&ec2(&url, account, "Action=CreateVpc&CidrBlock=10.4.0.0/16").await.1, "vpcId");
    let mut subnets = Vec::new();
    for (number, zone) in [(1, 'a'), (2, 'b')] {
        let form =
            format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.4.{number}.0/24&AvailabilityZone=us-east-1{zone}");
        subnets.push(id(&ec2(&url, account, &form).await.1, "subnetId"));
    }
    let elb =
        async |form: &str| query(&url, account, "elasticloadbalancing", &format!("{form}&Version=2015-12-01")).await.1;
    let create = format!(
        "Action=CreateLoadBalancer&Scheme=internal&Subnets.member.1={}&Subnets.member.2={}",
        subnets[0], subnets[1]
    );
    let long = elb(&format!("{create}&Name={}", "x".repeat(33))).await;
    assert!(long.contains("cannot be longer than"), "{long}");
    let arn = id(&elb(&format!("{create}&Name=web")).await, "LoadBalancerArn");
    elb(&format!("Action=DeleteLoadBalancer&LoadBalancerArn={arn}")).await;
    let delete = format!("Action=DeleteSubnet&SubnetId={}", subnets[0]);
    assert!(ec2(&url, account, &delete).await.1.contains("<Code>DependencyViolation</Code>"));
    pause().await;
    assert_eq!(ec2(&url, account, &delete).await.0, 200);
    sandbox::down(&cache).await.expect("it ends");
}

#[tokio::test]
async fn a_network_with_a_group_or_a_gateway_in_it_is_not_deleted() {
    let url = &local_aws::endpoint().await.url;
    let account = "777700000004";
    let vpc = id(&ec2(url, account, "Action=CreateVpc&CidrBlock=10.4.0.0/16").await.1, "vpcId");
    let form = format!("Action=CreateSecurityGroup&GroupName=web&GroupDescription=web&VpcId={vpc}");
    let group = id(&ec2(url, account, &form).await.1, "groupId");
    let delete = format!("Action=DeleteVpc&VpcId={vpc}");
    assert!(ec2(url, account, &delete).await.1.contains("<Code>DependencyViolation</Code>"));
    ec2(url, account, &format!("Action=DeleteSecurityGroup&GroupId={group}")).await;
    assert_eq!(ec2(url, account, &delete).await.0, 200);
}

#[tokio::test]
async fn a_second_subnet_group_of_the_name_is_refused() {
    let url = &local_aws::endpoint().await.url;
    let account = "777700000005";
    let vpc = id(&ec2(url, account, "Action=CreateVpc&CidrBlock=10.4.0.0/16").await.1, "vpcId");
    let subnet = format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.4.1.0/24");
    let subnet = id(&ec2(url, account, &subnet).await.1, "subnetId");
    let form = format!(
        "Action=CreateDBSubnetGroup&DBSubnetGroupName=data&DBSubnetGroupDescription=x&SubnetIds.SubnetIdentifier.1={subnet}{RDS}"
    );
    assert_eq!(query(url, account, "rds", &form).await.0, 200);
    assert!(query(url, account, "rds", &form).await.1.contains("<Code>DBSubnetGroupAlreadyExists</Code>"));
}

#[tokio::test]
async fn a_second_set_of_addresses_is_refused_and_a_second_cluster_is_the_first() {
    let url = &local_aws::endpoint().await.url;
    let account = "777700000007";
    let set = json!({"Name": "blocked", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []});
    let waf = async || json_call(url, account, "wafv2", "AWSWAF_20190729.CreateIPSet", &set).await;
    assert_eq!(waf().await.0, 200);
    assert_eq!(waf().await.1["__type"], "WAFDuplicateItemException");
    let ecs = async |body: Value| json_call(url, account, "ecs", &format!("{TASK}.CreateCluster"), &body).await.1;
    ecs(json!({"clusterName": "main", "settings": [{"name": "containerInsights", "value": "enabled"}]})).await;
    let again = ecs(json!({"clusterName": "main"})).await;
    assert_eq!(again["cluster"]["settings"][0]["value"], "enabled", "{again}");
}

#[tokio::test]
async fn the_tagging_api_lags_behind() {
    let (cache, url) = slow("lags").await;
    let account = "777700000006";
    let tagged = async || {
        let target = "ResourceGroupsTaggingAPI_20170126.GetResources";
        let answer = json_call(&url, account, "tagging", target, &json!({})).await.1;
        answer["ResourceTagMappingList"].as_array().expect("a list").len()
    };
    let tag = "TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=a&TagSpecification.1.Tag.1.Value=b";
    let made = ec2(&url, account, &format!("Action=CreateVpc&CidrBlock=10.4.0.0/16&{tag}")).await.1;
    assert_eq!(tagged().await, 0, "just made");
    pause().await;
    assert_eq!(tagged().await, 1);
    ec2(&url, account, &format!("Action=DeleteVpc&VpcId={}", id(&made, "vpcId"))).await;
    assert_eq!(tagged().await, 1, "just deleted");
    pause().await;
    assert_eq!(tagged().await, 0);
    sandbox::down(&cache).await.expect("it ends");
}

/// moto asks modules that are not installed, and after that answers with the few before them.
#[tokio::test]
async fn the_services_that_offer_endpoints_are_told_the_first_time_as_the_second() {
    let cache = local_aws::folder("endpoint-services");
    let url = local_aws::start(&cache, &local_aws::options().await).await.url;
    let ask = async || ec2(&url, "777700000009", "Action=DescribeVpcEndpointServices&MaxResults=1000").await;
    let (status, first) = ask().await;
    assert_eq!((status, &first), (200, &ask().await.1));
    for service in ["s3", "dynamodb", "ecr.dkr", "logs", "cloudformation"] {
        assert!(first.contains(&format!("<item>com.amazonaws.us-east-1.{service}</item>")), "{service}: {first}");
    }
    sandbox::down(&cache).await.expect("it ends");
}

/// How long things take on a slow server.
const SLOW: Duration = Duration::from_millis(700);

async fn pause() {
    tokio::time::sleep(SLOW + Duration::from_millis(200)).await;
}

async fn slow(name: &str) -> (std::path::PathBuf, String) {
    let cache = local_aws::folder(name);
    let server = local_aws::start(&cache, &Options { slow: SLOW, ..local_aws::options().await }).await;
    (cache, server.url)
}
