//! What `show` tells of a live stack.

use serde_json::Value;

use crate::edge::{Edge, both};
use crate::local_aws;

const TEMPLATE: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
outputs:
  vpc-id: \"{{ ref('AWS::EC2::VPC/main') }}\"
";

#[tokio::test]
async fn show_tells_of_what_was_asked_for() {
    let edge = Edge::new("show", &local_aws::endpoint().await.url, "600000000031", TEMPLATE);
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
    assert_eq!(addresses(&whole), ["AWS::EC2::InternetGateway/main", "AWS::EC2::VPC/main"]);
    let vpc = whole["outputs"]["vpc-id"].as_str().expect("it is known").to_owned();
    assert!(vpc.starts_with("vpc-"), "{vpc}");
    assert_eq!(shown(&["acme/test", "--format", "env"]).await, format!("VPC_ID='{vpc}'\n"));
    let one = stack(&["acme/test/AWS::EC2::VPC/main"]).await;
    assert_eq!(addresses(&one), ["AWS::EC2::VPC/main"]);
    assert_eq!(one["outputs"], serde_json::json!({}), "they are the whole stack's");
    let text = shown(&["acme/test/AWS::EC2::VPC/main"]).await;
    assert!(text.contains(&vpc) && !text.contains("InternetGateway"), "{text}");
}
