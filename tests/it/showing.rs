//! What `show` tells of a live stack.

use aws_sdk_ec2::types::AttributeBooleanValue;
use serde_json::{Value, json};

use crate::edge::{Edge, both};
use crate::local_aws;
use crate::stage::Stage;

const ACCOUNT: &str = "600000000031";
const TEMPLATE: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
outputs:
  vpc-id: \"{{ ref('AWS::EC2::VPC/main') }}\"
";

#[tokio::test]
async fn show_tells_of_what_was_asked_for() {
    let edge = Edge::new("show", &local_aws::endpoint().await.url, ACCOUNT, TEMPLATE);
    let before = edge.run(&["show", "acme/test"]).await;
    assert!(both(&before).ends_with("\nresources\n  none is there\n"), "{}", both(&before));
    let applied = edge.run(&["apply", "acme/test", "--yes"]).await;
    assert_eq!(applied.status.code(), Some(0), "{}", both(&applied));
    let shown = async |args: &[&str]| {
        let ran = edge.run(&[&["show"], args].concat()).await;
        assert_eq!(ran.status.code(), Some(0), "{args:?}: {}", both(&ran));
        String::from_utf8(ran.stdout).expect("text")
    };
    let stack = async |args: &[&str]| {
        let all: Value = serde_json::from_str(&shown(&[args, &["--format", "json"]].concat()).await).expect("JSON");
        all["stacks"][0].clone()
    };
    let addresses = |stack: &Value| -> Vec<String> {
        let all = stack["resources"].as_array().expect("a list").iter();
        all.map(|one| one["address"].as_str().expect("text").to_owned()).collect()
    };
    let whole = stack(&["acme/test"]).await;
    assert_eq!(addresses(&whole), ["AWS::EC2::InternetGateway/main", "AWS::EC2::Subnet/main", "AWS::EC2::VPC/main"]);
    let vpc = whole["outputs"]["vpc-id"].as_str().expect("it is known").to_owned();
    assert!(vpc.starts_with("vpc-"), "{vpc}");
    assert_eq!(shown(&["acme/test", "--format", "env"]).await, format!("VPC_ID='{vpc}'\n"));
    let one = stack(&["acme/test/AWS::EC2::VPC/main"]).await;
    assert_eq!(addresses(&one), ["AWS::EC2::VPC/main"]);
    assert_eq!(one["outputs"], json!({}), "they are the whole stack's");
    let text = shown(&["acme/test/AWS::EC2::VPC/main"]).await;
    assert!(text.contains(&vpc) && !text.contains("InternetGateway"), "{text}");

    let subnet = stack(&["acme/test/AWS::EC2::Subnet/main"]).await["resources"][0].clone();
    assert_eq!(subnet["unmodelled"], json!([]));
    let on = AttributeBooleanValue::builder().value(true).build();
    let ec2 = aws_sdk_ec2::Client::new(&Stage::new(ACCOUNT).await.by_hand().await);
    let by_hand = ec2.modify_subnet_attribute().subnet_id(subnet["id"].as_str().expect("text"));
    by_hand.assign_ipv6_address_on_creation(on).send().await.expect("moto does so");
    let told = json!([{ "path": "/AssignIpv6AddressOnCreation", "there": "IPv6 addresses are assigned" }]);
    assert_eq!(stack(&["acme/test/AWS::EC2::Subnet/main"]).await["resources"][0]["unmodelled"], told);
    let text = shown(&["acme/test"]).await;
    assert!(text.contains("/AssignIpv6AddressOnCreation: IPv6 addresses are assigned\n"), "{text}");
}
