//! What stands inside a VPC.

use provision::aws::{Survey, Things, survey};

use crate::aws::canned::Canned;

const EMPTY: &[&str] =
    &["DescribeSecurityGroups", "DescribeSubnets", "DescribeInternetGateways", "DescribeVpcEndpoints"];

fn things(vpcs: &[&str]) -> Things {
    Things::from([
        ("AWS::AutoScaling::AutoScalingGroup", vec!["acme-production-machines".to_owned()]),
        ("AWS::EC2::VPC", vpcs.iter().map(|id| (*id).to_owned()).collect()),
    ])
}

#[tokio::test]
async fn a_vpc_is_surveyed_in_eight_calls_and_interfaces_of_our_kinds_are_left_out() {
    let instance = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><vpcId>vpc-1</vpcId>\
        <tagSet><item><key>Name</key><value>by hand</value></item></tagSet></item>\
        <item><instanceId>i-2</instanceId><vpcId>vpc-1</vpcId><tagSet><item><key>aws:autoscaling:groupName</key>\
        <value>acme-production-machines</value></item></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
    let interface = |id: &str, more: &str| {
        format!("<item><networkInterfaceId>{id}</networkInterfaceId><vpcId>vpc-1</vpcId>{more}</item>")
    };
    let interfaces = [
        interface("eni-1", "<attachment><instanceId>i-1</instanceId></attachment>"),
        interface("eni-2", "<requesterManaged>true</requesterManaged><description>ELB app/x</description>"),
        interface(
            "eni-3",
            "<requesterManaged>true</requesterManaged><interfaceType>nat_gateway</interfaceType>\
             <description>Interface for NAT Gateway nat-1</description>",
        ),
        interface(
            "eni-7",
            "<requesterManaged>true</requesterManaged><interfaceType>efs</interfaceType>\
             <description>EFS mount target for fs-1 (fsmt-1)</description>",
        ),
        interface("eni-4", "<requesterManaged>false</requesterManaged>"),
        interface("eni-5", "<requesterManaged>true</requesterManaged><interfaceType>interface</interfaceType>"),
        interface("eni-6", "<requesterManaged>true</requesterManaged><interfaceType>lambda</interfaceType>"),
    ];
    let interfaces = format!(
        "<DescribeNetworkInterfacesResponse><networkInterfaceSet>{}</networkInterfaceSet></DescribeNetworkInterfacesResponse>",
        interfaces.concat()
    );
    let tables = "<DescribeRouteTablesResponse><routeTableSet><item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId>\
        <associationSet><item><main>true</main></item></associationSet>\
        <routeSet><item><vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId></item>\
        <item><gatewayId>local</gatewayId></item></routeSet></item></routeTableSet></DescribeRouteTablesResponse>";
    let acl = |id: &str, is_default: bool| {
        format!("<item><networkAclId>{id}</networkAclId><vpcId>vpc-1</vpcId><default>{is_default}</default></item>")
    };
    let acls = [acl("acl-1", true), acl("acl-2", false)].concat();
    let acls =
        format!("<DescribeNetworkAclsResponse><networkAclSet>{acls}</networkAclSet></DescribeNetworkAclsResponse>");
    let mut answers = vec![
        ("DescribeNetworkAcls", 200, acls.as_str()),
        ("DescribeInstances", 200, instance),
        ("DescribeNetworkInterfaces", 200, interfaces.as_str()),
        ("DescribeRouteTables", 200, tables),
    ];
    let empty: Vec<_> = EMPTY.iter().map(|action| format!("<{action}Response/>")).collect();
    answers.extend(EMPTY.iter().zip(&empty).map(|(action, body)| (*action, 200, body.as_str())));
    let aws = Canned::matching(&answers);

    let reader = aws.session(&[]).await.reader();
    let Survey { seen, .. } = survey(&reader, &things(&["vpc-1"])).await.unwrap();
    let ids: Vec<_> = seen.iter().map(|seen| format!("{} {}", seen.kind, seen.id)).collect();
    assert_eq!(
        ids,
        [
            "AWS::EC2::Instance i-1",
            "AWS::EC2::NatGateway nat-1",
            "AWS::EFS::FileSystem fs-1",
            "AWS::EC2::NetworkInterface eni-4",
            "AWS::EC2::NetworkInterface eni-6",
            "AWS::EC2::VPCPeeringConnection pcx-1",
            "AWS::EC2::NetworkAcl acl-2",
        ]
    );
    assert_eq!(seen[0].tags.get("Name"), Some("by hand"));
    assert_eq!(aws.asked().len(), 8);
}

#[tokio::test]
async fn no_call_names_more_vpcs_than_its_filters_take() {
    let aws = Canned::empty();
    let vpcs: Vec<_> = (0..400).map(|n| format!("vpc-{n:03}")).collect();
    let vpcs: Vec<_> = vpcs.iter().map(String::as_str).collect();
    survey(&aws.session(&[]).await.reader(), &things(&vpcs)).await.unwrap();
    let asked = aws.asked();
    assert_eq!(asked.len(), 8 * 3);
    assert!(asked.iter().all(|one| one.matches(".Value.").count() <= 200), "{asked:?}");
    for operation in ["DescribeInstances", "DescribeSubnets"] {
        let of_it = asked.iter().filter(|one| one.contains(operation));
        assert_eq!(of_it.map(|one| one.matches("vpc-").count() - one.matches("vpc-id").count()).sum::<usize>(), 400);
    }
}
