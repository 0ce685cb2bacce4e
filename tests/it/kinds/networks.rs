//! Networks, where EC2 shows a change late or refuses half of it.

use provision::aws::Writer;
use provision::resource::{Class, Failure, Name};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, tags, xml_tags};

pub const VPC: &str = "vpc-0123456789abcdef0";
pub const INTERNET: &str = "igw-0123456789abcdef0";
pub const ADDRESS: &str = "eipalloc-0123456789abcdef0";
const OLD: &str = "subnet-00000000000000001";
const NEW: &str = "subnet-00000000000000002";

pub async fn writer(aws: &Canned, kind: &str) -> Writer {
    aws.writer(kind, &[VPC, OLD, INTERNET, ADDRESS], &[]).await
}

/// Creates it; returns its id.
pub async fn create(aws: &Canned, kind: &str, spec: Value) -> Result<String, Failure> {
    let (known, writer) = (kind_of(kind), writer(aws, kind).await);
    let made = known.create(&writer, &Name::given("acme-production-main"), &settled(known, spec), &tags()).await;
    made.map(|made| made.id)
}

pub fn calls(aws: &Canned, operations: &[&str]) -> Vec<String> {
    aws.operations().into_iter().filter(|operation| operations.contains(&operation.as_str())).collect()
}

/// An EC2 answer.
pub fn answer(operation: &str, said: &str) -> String {
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

/// EC2 takes no range while its addresses are assigned, assigns none where there is no range, and has room for one.
#[tokio::test(start_paused = true)]
async fn the_range_of_a_subnet_is_exchanged_in_the_order_that_ec2_takes() {
    let kind = kind_of("AWS::EC2::Subnet");
    let shown = |range: Option<(&str, &str)>, assigns: bool| {
        let set = range.map(|(range, state)| {
            format!(
                "<ipv6CidrBlockAssociationSet><item><associationId>subnet-cidr-assoc-1</associationId>\
                 <ipv6CidrBlock>{range}</ipv6CidrBlock><ipv6CidrBlockState><state>{state}</state></ipv6CidrBlockState>\
                 </item></ipv6CidrBlockAssociationSet>"
            )
        });
        let assigns = format!("<assignIpv6AddressOnCreation>{assigns}</assignIpv6AddressOnCreation>");
        let tags = format!("<tagSet>{}</tagSet>", xml_tags("item", "key", "value"));
        let there = subnet(OLD, "10.20.0.0/24") + &set.unwrap_or_default() + &assigns + &tags;
        answer("DescribeSubnets", &format!("<subnetSet><item>{there}</item></subnetSet>"))
    };
    let spec = |range: Option<&str>, assigns: bool| {
        json!({
            "VpcId": VPC, "CidrBlock": "10.20.0.0/24", "AvailabilityZoneId": "use1-az1", "Ipv6CidrBlock": range,
            "AssignIpv6AddressOnCreation": assigns,
        })
    };
    let (old, new) = ("2001:db8::/64", "2001:db8:0:1::/64");
    let (assigning, taking, giving) =
        ("ModifySubnetAttribute", "DisassociateSubnetCidrBlock", "AssociateSubnetCidrBlock");
    let there = Some((old, "associated"));
    for (live, wanted, sent) in [
        (shown(None, false), spec(Some(new), true), vec![giving, assigning]),
        (shown(there, true), spec(None, false), vec![assigning, taking]),
        (shown(there, true), spec(Some(old), false), vec![assigning]),
        // The new one comes by another call, when the old one is gone.
        (shown(there, true), spec(Some(new), true), vec![assigning, taking]),
        (shown(Some((old, "disassociated")), false), spec(Some(new), true), vec![giving, assigning]),
    ] {
        let aws = Canned::by_operation(&[("DescribeSubnets", 200, live.as_str())]);
        let live = aws.live(kind).await;
        let changes = changes(&["/Ipv6CidrBlock", "/AssignIpv6AddressOnCreation"]);
        kind.update(&writer(&aws, "AWS::EC2::Subnet").await, &live, &settled(kind, wanted), &changes).await.unwrap();
        assert_eq!(calls(&aws, &[assigning, taking, giving]), sent);
    }
}

const FULL: (&str, u16, &str) = (
    "AuthorizeSecurityGroupEgress",
    400,
    "<Response><Errors><Error><Code>RulesPerSecurityGroupLimitExceeded</Code><Message>60</Message></Error></Errors></Response>",
);

/// Creates a group with a rule for what goes out; returns what was done about such rules.
async fn create_group(answers: &[(&str, u16, &str)]) -> (Result<String, Failure>, Vec<String>) {
    let made = answer("CreateSecurityGroup", "<groupId>sg-0123456789abcdef0</groupId>");
    let made = [("CreateSecurityGroup", 200, made.as_str())];
    let aws = Canned::by_operation(&[&made, answers].concat());
    let rule = json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8" });
    let spec = json!({ "GroupDescription": "d", "VpcId": VPC, "SecurityGroupEgress": [rule] });
    let created = create(&aws, "AWS::EC2::SecurityGroup", spec).await;
    let calls = calls(&aws, &["AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress"]);
    (created, calls.iter().map(|call| call.split("Security").next().unwrap_or_default().to_owned()).collect())
}

#[tokio::test(start_paused = true)]
async fn a_group_that_has_no_room_for_old_and_new_rules_loses_the_old_ones_first() {
    let (created, calls) = create_group(&[]).await;
    assert!(created.is_ok(), "{created:?}");
    assert_eq!(calls, ["Revoke", "Authorize", "Revoke"], "what lets out by IPv6 goes first: it is in nobody's way");
    let (created, calls) = create_group(&[FULL]).await;
    assert!(created.is_ok(), "{created:?}");
    assert_eq!(calls, ["Revoke", "Authorize", "Revoke", "Authorize"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_has_no_room_for_the_new_rules_alone_keeps_the_old_ones() {
    let (created, calls) = create_group(&[FULL, FULL]).await;
    assert_eq!(created.unwrap_err().class, Class::Quota);
    assert_eq!(calls, ["Revoke", "Authorize", "Revoke", "Authorize", "Authorize"], "the last one puts them back");
}

/// Its holder let go of it between the refusal and the look.
#[tokio::test(start_paused = true)]
async fn a_subnet_that_nobody_holds_any_more_is_associated_anew() {
    let made =
        answer("CreateRouteTable", "<routeTable><routeTableId>rtb-0123456789abcdef0</routeTableId></routeTable>");
    let taken = "<Response><Errors><Error><Code>Resource.AlreadyAssociated</Code><Message>it is</Message></Error></Errors></Response>";
    let associate = "AssociateRouteTable";
    let aws = Canned::by_operation(&[("CreateRouteTable", 200, made.as_str()), (associate, 400, taken)]);
    create(&aws, "AWS::EC2::RouteTable", json!({ "VpcId": VPC, "SubnetIds": [OLD] })).await.unwrap();
    assert_eq!(calls(&aws, &[associate, "DescribeRouteTables"]), [associate, "DescribeRouteTables", associate]);
}

/// EC2 tells the owner of others' groups alone.
#[test]
fn a_group_of_the_stack_is_in_the_stacks_account() {
    let kind = kind_of("AWS::EC2::SecurityGroup");
    let owner = |group: &str| {
        let rule = json!({
            "IpProtocol": "-1", "SourceSecurityGroupId": group, "SourceSecurityGroupOwnerId": "123456789012",
        });
        let spec = json!({ "GroupDescription": "d", "VpcId": VPC, "SecurityGroupIngress": [rule] });
        let spec = kind.normalise(spec).unwrap();
        spec.pointer("/SecurityGroupIngress/0/SourceSecurityGroupOwnerId").cloned()
    };
    assert_eq!(owner("⟦AWS::EC2::SecurityGroup/web.GroupId⟧"), None);
    assert_eq!(owner("sg-0123456789abcdef0"), Some(json!("123456789012")));
}
