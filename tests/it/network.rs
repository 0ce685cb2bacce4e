//! Networks, where EC2 shows a change late or refuses half of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::aws::{Writer, WriterScope};
use provision::kinds::KINDS;
use provision::resource::{Address, Failure, Name, Settled, StackId, Tags, key};
use serde_json::{Value, json};

use crate::canned::Canned;
use crate::listener::Held;

const VPC: &str = "vpc-0123456789abcdef0";
const OLD: &str = "subnet-00000000000000001";
const NEW: &str = "subnet-00000000000000002";

fn tags() -> Tags {
    Tags::from_iter([(key::PROJECT, "p"), (key::TENANT, "acme"), (key::ENVIRONMENT, "production"), (key::NAME, "main")])
}

async fn writer(aws: &Canned, kind: &str) -> Writer {
    aws.session(&[]).await.writer(WriterScope {
        address: Address::new(kind, "main"),
        stack: StackId::new("acme", "production"),
        own: BTreeSet::from([VPC.to_owned()]),
        mentioned: BTreeSet::new(),
        token: "0".repeat(32),
        fence: Arc::new(Held),
    })
}

/// Creates it; returns its id.
async fn create(aws: &Canned, kind: &str, spec: Value) -> Result<String, Failure> {
    let known = KINDS.iter().find(|one| one.facts().kind == kind).unwrap();
    let spec = Settled::new(known.normalise(spec).unwrap()).unwrap();
    known
        .create(&writer(aws, kind).await, &Name::given("acme-production-main"), &spec, &tags())
        .await
        .map(|made| made.id)
}

fn calls(aws: &Canned, operations: &[&str]) -> Vec<String> {
    let asked = aws.asked();
    let operation = |asked: &String| asked.split(' ').nth(2).unwrap_or_default().to_owned();
    asked.iter().map(operation).filter(|operation| operations.contains(&operation.as_str())).collect()
}

/// An EC2 answer.
fn answer(operation: &str, said: &str) -> String {
    format!("<{operation}Response>{said}</{operation}Response>")
}

fn subnet(id: &str, range: &str) -> String {
    format!(
        "<subnetId>{id}</subnetId><vpcId>{VPC}</vpcId><cidrBlock>{range}</cidrBlock>\
         <availabilityZoneId>use1-az1</availabilityZoneId>"
    )
}

/// Creates the subnet of 10.20.0.0/24 while lists show another of its tags.
async fn create_beside(there: &str) -> String {
    let shown = answer("DescribeSubnets", &format!("<subnetSet><item>{there}</item></subnetSet>"));
    let made = answer("CreateSubnet", &format!("<subnet>{}</subnet>", subnet(NEW, "10.20.0.0/24")));
    let aws = Canned::by_operation(&[("DescribeSubnets", 200, shown.as_str()), ("CreateSubnet", 200, made.as_str())]);
    let spec = json!({ "VpcId": VPC, "CidrBlock": "10.20.0.0/24", "AvailabilityZoneId": "use1-az1" });
    create(&aws, "AWS::EC2::Subnet", spec).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_was_replaced_is_not_taken_for_its_successor() {
    assert_eq!(create_beside(&subnet(OLD, "10.20.0.0/24")).await, OLD, "an earlier create was cut short");
    assert_eq!(create_beside(&subnet(OLD, "10.20.8.0/24")).await, NEW, "another range");
    let elsewhere = subnet(OLD, "10.20.0.0/24").replace("use1-az1", "use1-az2");
    assert_eq!(create_beside(&elsewhere).await, NEW, "another zone");
}

#[tokio::test(start_paused = true)]
async fn a_network_that_was_replaced_is_not_taken_for_its_successor() {
    let vpc = |id: &str, range: &str| format!("<vpcId>{id}</vpcId><cidrBlock>{range}</cidrBlock>");
    for (range, expected) in [("10.20.0.0/16", "vpc-00000000000000001"), ("10.30.0.0/16", VPC)] {
        let there = vpc("vpc-00000000000000001", range);
        let shown = answer("DescribeVpcs", &format!("<vpcSet><item>{there}</item></vpcSet>"));
        let made = answer("CreateVpc", &format!("<vpc>{}</vpc>", vpc(VPC, "10.20.0.0/16")));
        let aws = Canned::by_operation(&[("DescribeVpcs", 200, shown.as_str()), ("CreateVpc", 200, made.as_str())]);
        let id = create(&aws, "AWS::EC2::VPC", json!({ "CidrBlock": "10.20.0.0/16" })).await.unwrap();
        assert_eq!(id, expected, "{range}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_internet_gateway_is_there_when_ec2_shows_its_attachment() {
    let gateway = |attached: &str| {
        format!("<internetGatewayId>igw-0123456789abcdef0</internetGatewayId><attachmentSet>{attached}</attachmentSet>")
    };
    let shown = |attached: &str| {
        answer(
            "DescribeInternetGateways",
            &format!("<internetGatewaySet><item>{}</item></internetGatewaySet>", gateway(attached)),
        )
    };
    let made = answer("CreateInternetGateway", &format!("<internetGateway>{}</internetGateway>", gateway("")));
    let bare = shown("");
    let attached = shown(&format!("<item><vpcId>{VPC}</vpcId><state>available</state></item>"));
    let nothing = answer("DescribeInternetGateways", "");
    let describe = "DescribeInternetGateways";
    let aws = Canned::by_operation(&[
        (describe, 200, nothing.as_str()),
        ("CreateInternetGateway", 200, made.as_str()),
        (describe, 200, bare.as_str()),
        (describe, 200, attached.as_str()),
    ]);
    create(&aws, "AWS::EC2::InternetGateway", json!({ "VpcId": VPC })).await.unwrap();
    assert_eq!(
        calls(&aws, &["AttachInternetGateway", describe]),
        [describe, "AttachInternetGateway", describe, describe]
    );
}
