//! `ipv6` of a network: turned on and off while the environment lives.

use std::collections::BTreeSet;

use provision::blueprint::Blueprint;
use provision::resource::{Disruption, key};
use serde_json::{Value, json};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: acme
template: modyo
account: \"300000000885\"
environments:
  certification:
    region: us-east-1
    protected: false
    cidr: 10.20.0.0/20
    domain: www.acme.example
    certificate: arn:aws:acm:us-east-1:300000000885:certificate/5f2c7d1e-8f0b-4c55-9f3a-2b6f0d9a7e41
    dns: { zone: own, name: acme.example }
    ipv6: true
    services:
      web: { image: \"shop:1\", public: true, priority: 10 }
";
const ON: &str = "    ipv6: true\n";

fn stack(tenant: &str) -> Blueprint {
    blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

fn property(stack: &Blueprint, address: &str, pointer: &str) -> Value {
    let (_, of) = stack.resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_default()
}

#[test]
fn each_tier_has_its_way_out_and_data_has_none() {
    let on = stack(TENANT);
    let way = |table: &str| property(&on, &format!("AWS::EC2::RouteTable/{table}"), "/Ipv6Routes");
    let route = |target: &str, id: &str| json!([{ "DestinationIpv6CidrBlock": "::/0", target: id }]);
    assert_eq!(way("public"), route("GatewayId", "\u{27e6}AWS::EC2::InternetGateway/main.InternetGatewayId\u{27e7}"));
    let out = "\u{27e6}AWS::EC2::EgressOnlyInternetGateway/main.Id\u{27e7}";
    assert_eq!(way("private-1"), route("EgressOnlyInternetGatewayId", out));
    assert_eq!(way("data"), json!([]));
    let range = |subnet: &str| property(&on, &format!("AWS::EC2::Subnet/{subnet}"), "/Ipv6CidrBlock");
    assert_eq!(range("public-2"), "\u{27e6}AWS::EC2::VPC/main.Ipv6SubnetCidrBlocks.1\u{27e7}");
    assert_eq!(range("private-1"), "\u{27e6}AWS::EC2::VPC/main.Ipv6SubnetCidrBlocks.16\u{27e7}");
    assert_eq!(range("data-1"), Value::Null);
    let all: Vec<_> = ["public-1", "private-1", "public-2", "private-2"].map(range).into();
    assert_eq!(all.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), 4, "no two have one range");
}

/// Who has not asked for it has nothing of it.
#[test]
fn a_network_without_ipv6_is_as_before() {
    let off = stack(&TENANT.replace(ON, ""));
    assert!(off.resources.keys().all(|address| &*address.kind != "AWS::EC2::EgressOnlyInternetGateway"));
    let text: String = off.resources.values().map(|one| one.spec.to_string()).collect();
    assert!(!text.contains("::/0") && !text.contains("dualstack") && !text.contains("AAAA"), "{text}");
}

#[test]
fn clients_that_come_by_ipv4_alone_keep_the_load_balancer_there() {
    let balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer/main";
    let has_name = |stack: &Blueprint| stack.resources.keys().any(|at| at.name.ends_with("-ipv6"));
    let on = stack(TENANT);
    assert_eq!(property(&on, balancer, "/IpAddressType"), "dualstack");
    assert!(has_name(&on), "an AAAA record");
    let with = |clients: &str| stack(&TENANT.replace(ON, &format!("{ON}    clients: [{clients}]\n")));
    let four = with("192.0.2.0/24");
    assert_eq!(property(&four, balancer, "/IpAddressType"), "ipv4");
    assert!(!has_name(&four), "nobody could reach it");
    let both = with("192.0.2.0/24, \"2001:db8::/32\"");
    assert_eq!(property(&both, balancer, "/IpAddressType"), "dualstack");
    let rules = property(&both, "AWS::EC2::SecurityGroup/alb", "/SecurityGroupIngress");
    let six = rules.as_array().expect("a list").iter().filter(|rule| rule["CidrIpv6"] == "2001:db8::/32").count();
    assert_eq!(six, 2, "HTTP and HTTPS: {rules}");
    let told = blueprints(&[("acme.yaml", &TENANT.replace(ON, "    clients: [\"2001:db8::/32\"]\n"))], &[]);
    let why = told.expect_err("a mistake");
    assert!(why.contains("acme.yaml:13") && why.contains("reached by IPv4 alone"), "{why}");
}

/// On: the network first, then subnets, then who is reached by it; nothing is replaced or interrupted. Off: the way round,
/// since AWS takes no range from a subnet while something has an address of it, nor from the network while a subnet has one.
#[test]
fn ipv6_comes_to_a_living_network_without_interruption_and_goes_in_order() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000885").await;
        let (on, off) = (stack(TENANT), stack(&TENANT.replace(ON, "")));
        local.kinds.retain(|kind| on.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&off).await.unwrap_or_else(|why| panic!("{why}"));

        let plan = local.plan(&on).await;
        let changed = plan.changes.iter().filter(|change| change.disruption > Disruption::None).count();
        assert_eq!(changed, 0, "{}", words(&plan));
        let before = local.calls().await.len();
        local.apply(&on).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let first =
            |call: &str| calls.iter().position(|one| one.ends_with(call)).unwrap_or_else(|| panic!("no {call}"));
        let order = [first(":AssociateVpcCidrBlock"), first(":AssociateSubnetCidrBlock"), first(":SetIpAddressType")];
        assert!(order.is_sorted(), "{calls:#?}");
        assert!(!calls.iter().any(|one| one.contains(":Delete")), "{calls:#?}");

        let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
        let subnets = ec2.describe_subnets().send().await.expect("listed");
        let ours = subnets.subnets().iter().filter(|one| one.tags().iter().any(|tag| tag.key() == Some(key::NAME)));
        let ranges: Vec<_> = ours.flat_map(|one| one.ipv6_cidr_block_association_set()).collect();
        assert_eq!(ranges.len(), 4, "two public and two private ones");

        let before = local.calls().await.len();
        local.apply(&off).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let first =
            |call: &str| calls.iter().position(|one| one.ends_with(call)).unwrap_or_else(|| panic!("no {call}"));
        let order = [
            first(":SetIpAddressType"),
            first(":DisassociateSubnetCidrBlock"),
            calls.iter().rposition(|one| one.ends_with(":DisassociateSubnetCidrBlock")).expect("it is called"),
            first(":DisassociateVpcCidrBlock"),
        ];
        assert!(order.is_sorted(), "{calls:#?}");
        let order = [first(":DeleteRoute"), first(":DeleteEgressOnlyInternetGateway")];
        assert!(order.is_sorted(), "{calls:#?}");
        local.destroy(&off).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// What somebody takes away by hand is seen and mended, in place.
#[test]
fn a_range_and_a_way_out_that_somebody_took_away_come_back() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000886").await;
        let on = stack(&TENANT.replace("300000000885", "300000000886").replace("template: modyo", "template: minimal").replace(
            "    domain: www.acme.example\n    certificate: arn:aws:acm:us-east-1:300000000886:certificate/5f2c7d1e-8f0b-4c55-9f3a-2b6f0d9a7e41\n    dns: { zone: own, name: acme.example }\n",
            "",
        ).replace(", public: true, priority: 10", ""));
        local.kinds.retain(|kind| on.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&on).await.unwrap_or_else(|why| panic!("{why}"));
        let inventory = local.inventory(&on).await;
        let live =
            |address: &str| inventory.all().find(|(at, _)| at.to_string() == address).expect("it is there").1.clone();
        let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
        let table = live("AWS::EC2::RouteTable/private-1").id.clone();
        ec2.delete_route().route_table_id(table).destination_ipv6_cidr_block("::/0").send().await.expect("gone");
        let subnet = live("AWS::EC2::Subnet/public-1").id.clone();
        let shown = ec2.describe_subnets().subnet_ids(subnet).send().await.expect("listed");
        let range = shown.subnets()[0].ipv6_cidr_block_association_set()[0].association_id().expect("it has one");
        ec2.disassociate_subnet_cidr_block().association_id(range).send().await.expect("gone");

        let plan = local.plan(&on).await;
        let fields: BTreeSet<_> =
            plan.changes.iter().flat_map(|change| &change.fields).map(|field| field.path.as_str()).collect();
        assert_eq!(fields, BTreeSet::from(["/Ipv6CidrBlock", "/Ipv6Routes/::~10"]), "{}", words(&plan));
        local.apply(&on).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&on).await.unwrap_or_else(|why| panic!("{why}"));
    });
}
