//! What EC2 says in the seconds after a change, which is not always so, and what it refuses for good.

use provision::resource::{Changes, Class, Failure, FieldDiff, Live, Settled, State, Turn, keyed};
use serde_json::json;

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, xml_tags};
use crate::kinds::networks::{ADDRESS, INTERNET, VPC, answer, calls, create};
use crate::stacks::local_account::blueprints;

const EIP: &str = "AWS::EC2::EIP";
const GATEWAY: &str = "AWS::EC2::InternetGateway";
const NAT: &str = "AWS::EC2::NatGateway";
const TABLE: &str = "AWS::EC2::RouteTable";
const GROUP: &str = "AWS::EC2::SecurityGroup";
const SUBNET: &str = "AWS::EC2::Subnet";
const NETWORK: &str = "AWS::EC2::VPC";

/// A refusal.
fn no(code: &str) -> String {
    format!("<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>")
}

/// The answer of a list with one thing of ours.
fn shown(operation: &str, set: &str, thing: &str) -> String {
    let tags = xml_tags("item", "key", "value");
    answer(operation, &format!("<{set}><item>{thing}<tagSet>{tags}</tagSet></item></{set}>"))
}

async fn list(aws: &Canned, name: &str) -> Vec<Live> {
    aws.list(kind_of(name)).await.found
}

/// Lists it with the first answer, then deletes it.
async fn delete(aws: &Canned, name: &str) -> Result<(), Failure> {
    let live = list(aws, name).await.remove(0);
    match kind_of(name).delete(&writer(aws, &live).await, &live).await? {
        Turn::Done(_) => Ok(()),
        Turn::Busy(failure) => Err(failure),
        Turn::More(what) => panic!("more to delete: {what}"),
    }
}

async fn writer(aws: &Canned, live: &Live) -> provision::aws::Writer {
    let handles = live.handles();
    let own: Vec<_> = handles.iter().map(String::as_str).chain([VPC]).collect();
    aws.writer(EIP, &own, &[]).await
}

/// How an address is released with these refusals before it is, and how often that is asked for.
async fn release(refusals: &[&str]) -> (Result<(), Failure>, usize) {
    let there =
        "<allocationId>eipalloc-0123456789abcdef0</allocationId><publicIp>192.0.2.1</publicIp><domain>vpc</domain>";
    let there = shown("DescribeAddresses", "addressesSet", there);
    let refusals: Vec<_> = refusals.iter().map(|code| no(code)).collect();
    let mut answers = vec![("DescribeAddresses", 200, there.as_str())];
    answers.extend(refusals.iter().map(|said| ("ReleaseAddress", 400, said.as_str())));
    let aws = Canned::by_operation(&answers);
    let released = delete(&aws, EIP).await;
    (released, calls(&aws, &["ReleaseAddress"]).len())
}

/// EC2 denies access to it, or misses the gateway's interface: neither says that the address is gone.
#[tokio::test(start_paused = true)]
async fn an_address_is_released_once_the_gateway_that_held_it_is_forgotten() {
    let missing = "InvalidNetworkInterfaceID.NotFound";
    assert_eq!(release(&["AuthFailure", missing, "InvalidIPAddress.InUse"]).await, (Ok(()), 4));
    assert_eq!(release(&["InvalidAllocationID.NotFound"]).await, (Ok(()), 1), "what is gone is gone");
    let (kept, _) = release(&[missing; 200]).await;
    assert_eq!(kept.unwrap_err().code, missing, "it is still there, and costs");
    assert_eq!(release(&["UnauthorizedOperation"]).await.0.unwrap_err().class, Class::Denied);
}

/// How a thing is deleted that EC2 refuses to delete once, and how often that is asked for.
async fn deleted(name: &str, list: (&str, &str, &str), operation: &str, code: &str) -> (Result<(), Failure>, usize) {
    let (there, refused) = (shown(list.0, list.1, list.2), no(code));
    let aws = Canned::by_operation(&[(list.0, 200, there.as_str()), (operation, 400, refused.as_str())]);
    let deleted = delete(&aws, name).await;
    (deleted, calls(&aws, &[operation]).len())
}

#[tokio::test(start_paused = true)]
async fn what_ec2_misses_beside_a_thing_does_not_say_that_the_thing_is_gone() {
    let vpc = format!("<vpcId>{VPC}</vpcId><cidrBlock>10.20.0.0/16</cidrBlock>");
    let subnet = format!("<subnetId>subnet-1</subnetId><vpcId>{VPC}</vpcId><cidrBlock>10.20.0.0/24</cidrBlock>");
    let group = format!("<groupId>sg-1</groupId><groupName>acme-production-main</groupName><vpcId>{VPC}</vpcId>");
    let table = format!("<routeTableId>rtb-1</routeTableId><vpcId>{VPC}</vpcId>");
    let gateway = format!("<internetGatewayId>{INTERNET}</internetGatewayId>");
    let nat = nat("0", "<state>available</state>");
    for (name, list, operation, code) in [
        (NETWORK, ("DescribeVpcs", "vpcSet", &vpc), "DeleteVpc", "InvalidVpcID.NotFound"),
        (SUBNET, ("DescribeSubnets", "subnetSet", &subnet), "DeleteSubnet", "InvalidSubnetID.NotFound"),
        (
            GROUP,
            ("DescribeSecurityGroups", "securityGroupInfo", &group),
            "DeleteSecurityGroup",
            "InvalidGroup.NotFound",
        ),
        (TABLE, ("DescribeRouteTables", "routeTableSet", &table), "DeleteRouteTable", "InvalidRouteTableID.NotFound"),
        (
            GATEWAY,
            ("DescribeInternetGateways", "internetGatewaySet", &gateway),
            "DeleteInternetGateway",
            "InvalidInternetGatewayID.NotFound",
        ),
        (NAT, ("DescribeNatGateways", "natGatewaySet", &nat), "DeleteNatGateway", "NatGatewayNotFound"),
    ] {
        let list = (list.0, list.1, list.2.as_str());
        assert_eq!(deleted(name, list, operation, code).await, (Ok(()), 1), "{name}: what is gone is gone");
        let beside = deleted(name, list, operation, "InvalidNetworkInterfaceID.NotFound").await;
        assert_eq!(beside, (Ok(()), 2), "{name}: it is still there");
    }
}

/// Creates a subnet with these refusals before.
async fn make_subnet(refusals: usize) -> (Result<String, Failure>, usize) {
    let made = format!("<subnet><subnetId>subnet-00000000000000002</subnetId><vpcId>{VPC}</vpcId></subnet>");
    let (made, taken) = (answer("CreateSubnet", &made), no("InvalidSubnet.Conflict"));
    let mut answers = vec![("CreateSubnet", 400, taken.as_str()); refusals];
    answers.push(("CreateSubnet", 200, made.as_str()));
    let aws = Canned::by_operation(&answers);
    let created = create(&aws, SUBNET, json!({ "VpcId": VPC, "CidrBlock": "10.20.0.0/24" })).await;
    (created, calls(&aws, &["CreateSubnet"]).len())
}

#[tokio::test(start_paused = true)]
async fn the_range_of_a_subnet_that_is_seconds_gone_is_asked_for_again() {
    let (made, sent) = make_subnet(2).await;
    assert_eq!((made.unwrap().as_str(), sent), ("subnet-00000000000000002", 3));
    assert_eq!(
        make_subnet(200).await.0.unwrap_err().class,
        Class::AlreadyExists,
        "a stranger's is not waited for long"
    );
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_somebody_detached_or_deleted_goes_without_a_failure() {
    let there = format!(
        "<internetGatewayId>{INTERNET}</internetGatewayId><attachmentSet><item><vpcId>{VPC}</vpcId>\
         <state>available</state></item></attachmentSet>"
    );
    let there = shown("DescribeInternetGateways", "internetGatewaySet", &there);
    for code in ["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"] {
        let gone = no(code);
        let aws = Canned::by_operation(&[
            ("DescribeInternetGateways", 200, there.as_str()),
            ("DetachInternetGateway", 400, gone.as_str()),
        ]);
        delete(&aws, GATEWAY).await.unwrap();
        let sent = calls(&aws, &["DetachInternetGateway", "DeleteInternetGateway"]);
        assert_eq!(sent, ["DetachInternetGateway", "DeleteInternetGateway"], "{code}");
    }
}

fn nat(id: &str, more: &str) -> String {
    format!("<natGatewayId>nat-0123456789abcdef{id}</natGatewayId><vpcId>{VPC}</vpcId>{more}")
}

/// They stay listed for an hour, one with its tags and its address.
#[tokio::test(start_paused = true)]
async fn a_deleted_nat_gateway_is_none_and_a_failed_one_tells_why() {
    let state = |state: &str| nat("0", &format!("<state>{state}</state><failureMessage>no way out</failureMessage>"));
    let seen = async |named: &str| {
        let shown = shown("DescribeNatGateways", "natGatewaySet", &state(named));
        let aws = Canned::by_operation(&[("DescribeNatGateways", 200, shown.as_str())]);
        list(&aws, NAT).await.into_iter().map(|live| live.state).collect::<Vec<_>>()
    };
    assert_eq!(seen("deleted").await, []);
    assert_eq!(seen("deleting").await, [State::Deleting]);
    assert_eq!(seen("failed").await, [State::Failed("no way out".into())]);
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_whose_address_is_not_known_yet_is_asked_for_again_under_one_token() {
    let unknown = no("InvalidElasticIpID.NotFound");
    let made = answer("CreateNatGateway", &format!("<natGateway>{}</natGateway>", nat("0", "")));
    let operation = "CreateNatGateway";
    let aws = Canned::by_operation(&[(operation, 400, unknown.as_str()), (operation, 200, made.as_str())]);
    let spec = json!({ "SubnetId": "subnet-00000000000000001", "AllocationId": ADDRESS });
    create(&aws, NAT, spec).await.unwrap();
    let token = |asked: &String| asked.split('&').find(|part| part.starts_with("ClientToken=")).map(str::to_owned);
    let tokens: Vec<_> = aws.asked().iter().map(token).collect();
    assert!(tokens.len() == 2 && tokens[0].is_some() && tokens[0] == tokens[1], "{tokens:?}");
}

#[tokio::test(start_paused = true)]
async fn a_route_of_a_table_that_is_not_known_yet_is_made_and_one_that_is_there_is_redirected() {
    let made =
        answer("CreateRouteTable", "<routeTable><routeTableId>rtb-0123456789abcdef0</routeTableId></routeTable>");
    let (unknown, there) = (no("InvalidRouteTableID.NotFound"), no("RouteAlreadyExists"));
    let aws = Canned::by_operation(&[
        ("CreateRouteTable", 200, made.as_str()),
        ("CreateRoute", 400, unknown.as_str()),
        ("CreateRoute", 400, there.as_str()),
    ]);
    let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": INTERNET });
    create(&aws, TABLE, json!({ "VpcId": VPC, "Routes": [route] })).await.unwrap();
    assert_eq!(calls(&aws, &["CreateRoute", "ReplaceRoute"]), ["CreateRoute", "CreateRoute", "ReplaceRoute"]);
}

/// AWS deletes no local route, and a YAML that no longer has it wants the VPC's own way back.
#[tokio::test(start_paused = true)]
async fn a_local_route_that_was_redirected_leads_to_the_vpc_again_and_no_other_does() {
    let route = |range: &str, origin: &str| {
        format!(
            "<item><destinationCidrBlock>{range}</destinationCidrBlock><networkInterfaceId>eni-1</networkInterfaceId>\
             <origin>{origin}</origin></item>"
        )
    };
    let routes = route("10.20.0.0/16", "CreateRouteTable") + &route("10.9.0.0/16", "CreateRoute");
    let table =
        format!("<routeTableId>rtb-0123456789abcdef0</routeTableId><vpcId>{VPC}</vpcId><routeSet>{routes}</routeSet>");
    let there = shown("DescribeRouteTables", "routeTableSet", &table);
    let aws = Canned::by_operation(&[("DescribeRouteTables", 200, there.as_str())]);
    let live = list(&aws, TABLE).await.remove(0);
    let at = |range: &str| format!("/Routes/{}", range.replace('/', "~1"));
    let (mut spec, mut fields) = (live.spec.clone(), Vec::new());
    for range in ["10.20.0.0/16", "10.9.0.0/16"] {
        let before = keyed::get(kind_of(TABLE).facts(), &live.spec, &at(range)).cloned();
        assert!(before.is_some(), "{range} is somebody's: {:?}", live.spec);
        fields.push(FieldDiff { path: at(range), before, after: None });
    }
    spec["Routes"] = json!([]);
    let spec = Settled::new(spec).unwrap();
    kind_of(TABLE).update(&writer(&aws, &live).await, &live, &spec, &Changes::new(fields)).await.unwrap();
    let asked = aws.asked();
    let sent = |operation: &str, range: &str| {
        let range = range.replace('/', "%2F");
        asked.iter().filter(|asked| asked.contains(&format!(" {operation} ")) && asked.contains(&range)).count()
    };
    assert_eq!((sent("ReplaceRoute", "10.20.0.0/16"), sent("DeleteRoute", "10.20.0.0/16")), (1, 0), "{asked:?}");
    assert_eq!((sent("ReplaceRoute", "10.9.0.0/16"), sent("DeleteRoute", "10.9.0.0/16")), (0, 1), "{asked:?}");
    assert!(asked.iter().any(|asked| asked.contains("LocalTarget=true")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_there_already_stops_no_other_and_a_group_that_is_not_known_yet_is_waited_for() {
    let made = answer("CreateSecurityGroup", "<groupId>sg-0123456789abcdef0</groupId>");
    let (unknown, there) = (no("InvalidGroup.NotFound"), no("InvalidPermission.Duplicate"));
    let authorise = "AuthorizeSecurityGroupIngress";
    let aws = Canned::by_operation(&[
        ("CreateSecurityGroup", 200, made.as_str()),
        (authorise, 400, unknown.as_str()),
        (authorise, 400, there.as_str()),
        (authorise, 400, there.as_str()),
    ]);
    let rule = |port: u16| json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8" });
    let spec = json!({ "GroupDescription": "d", "VpcId": VPC, "SecurityGroupIngress": [rule(80), rule(443)] });
    create(&aws, GROUP, spec).await.unwrap();
    // All at once and in vain, all at once, then one by one.
    assert_eq!(calls(&aws, &[authorise]).len(), 4);
}

/// A group's id says whose it is; EC2 tells the owner of others' groups alone.
#[tokio::test(start_paused = true)]
async fn a_groups_owner_differs_from_nothing_and_the_accounts_own_is_refused_beforehand() {
    let spec = |owner: Option<&str>| {
        let mut rule = json!({ "IpProtocol": "-1", "SourceSecurityGroupId": "sg-1" });
        if let Some(owner) = owner {
            rule["SourceSecurityGroupOwnerId"] = json!(owner);
        }
        let spec = json!({ "GroupDescription": "d", "VpcId": VPC, "SecurityGroupIngress": [rule] });
        kind_of(GROUP).normalise(spec).unwrap()
    };
    let differences = kind_of(GROUP).compare(&spec(Some("222222222222")), &spec(None)).fields;
    assert!(differences.is_empty(), "{differences:?}");
    let session = Canned::empty().session(&[]).await;
    let refused = async |owner: Option<&str>| {
        let questions = kind_of(GROUP).questions(&spec(owner));
        let mut told = Vec::new();
        for question in questions {
            assert_eq!(question.at, "/SecurityGroupIngress");
            told.extend(kind_of(GROUP).answer(&session.reader(), &question.about).await.unwrap());
        }
        told.join("")
    };
    assert_eq!((refused(None).await, refused(Some("222222222222")).await), (String::new(), String::new()));
    let why = refused(Some("123456789012")).await;
    assert!(why.contains("leave SourceSecurityGroupOwnerId out"), "{why}");
}

/// EC2 takes one attribute a call, and refuses host names without a resolver.
#[tokio::test(start_paused = true)]
async fn the_attributes_of_a_network_are_set_one_by_one_and_the_resolver_first() {
    let made = answer("CreateVpc", &format!("<vpc><vpcId>{VPC}</vpcId></vpc>"));
    let unknown = no("InvalidVpcID.NotFound");
    let aws = Canned::by_operation(&[("CreateVpc", 200, made.as_str()), ("ModifyVpcAttribute", 400, unknown.as_str())]);
    create(&aws, NETWORK, json!({ "CidrBlock": "10.20.0.0/16", "EnableDnsHostnames": true })).await.unwrap();
    let asked = aws.asked();
    let sent: Vec<_> = asked.iter().filter(|asked| asked.contains(" ModifyVpcAttribute ")).collect();
    let sets = |asked: &str| (asked.contains("EnableDnsSupport."), asked.contains("EnableDnsHostnames."));
    let sent: Vec<_> = sent.into_iter().map(|asked| sets(asked)).collect();
    assert_eq!(sent, [(true, false), (true, false), (false, true)], "the first was too early: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_range_that_a_network_had_once_is_no_range_of_it() {
    let range = |set: &str, range: &str, state: &str| {
        let (at, state_at) =
            if set.contains("pv6") { ("ipv6CidrBlock", "ipv6CidrBlockState") } else { ("cidrBlock", "cidrBlockState") };
        format!("<{set}><item><{at}>{range}</{at}><{state_at}><state>{state}</state></{state_at}></item></{set}>")
    };
    let told = async |state: &str| {
        let vpc = format!("<vpcId>{VPC}</vpcId><cidrBlock>10.20.0.0/16</cidrBlock>")
            + &range("cidrBlockAssociationSet", "10.30.0.0/16", state)
            + &range("ipv6CidrBlockAssociationSet", "2001:db8::/56", state);
        let vpc = shown("DescribeVpcs", "vpcSet", &vpc);
        let aws = Canned::by_operation(&[("DescribeVpcs", 200, vpc.as_str())]);
        list(&aws, NETWORK).await.remove(0).unmodelled.len()
    };
    assert_eq!((told("associated").await, told("disassociated").await), (2, 0));
}

#[test]
fn subnets_of_one_network_that_overlap_are_a_mistake_with_the_line() {
    let said = |ranges: [(&str, &str); 2]| {
        let subnet = |(name, (vpc, range)): (&str, (&str, &str))| {
            format!("  - type: {SUBNET}\n    name: {name}\n    properties: {{ VpcId: {vpc}, CidrBlock: {range} }}\n")
        };
        mistakes(&["a", "b"].into_iter().zip(ranges).map(subnet).collect::<String>())
    };
    let clash = said([("vpc-1", "10.0.24.0/20"), ("vpc-1", "10.0.28.0/22")]);
    assert!(clash.contains("AWS::EC2::Subnet/b (10.0.28.0/22)") && clash.contains("own.yaml:7"), "{clash}");
    assert_eq!(said([("vpc-1", "10.0.16.0/20"), ("vpc-1", "10.0.32.0/20")]), "");
    assert_eq!(said([("vpc-1", "10.0.16.0/20"), ("vpc-2", "10.0.16.0/20")]), "", "another network");
}

#[test]
fn a_second_internet_gateway_of_a_network_is_a_mistake_with_the_line() {
    let gateway =
        |name: &str, vpc: &str| format!("  - type: {GATEWAY}\n    name: {name}\n    properties: {{ VpcId: {vpc} }}\n");
    let two = mistakes(&(gateway("a", "vpc-1") + &gateway("b", "vpc-1")));
    assert!(two.contains("attached to one network") && two.contains("own.yaml:7"), "{two}");
    assert_eq!(mistakes(&(gateway("a", "vpc-1") + &gateway("b", "vpc-2"))), "");
}

/// What `validate` says of these resources.
fn mistakes(resources: &str) -> String {
    let tenant =
        "tenant: acme\ntemplate: own\naccount: \"123456789012\"\nenvironments: { production: { region: us-east-1 } }\n";
    blueprints(&[("acme.yaml", tenant)], &[("own.yaml", &format!("resources:\n{resources}"))]).err().unwrap_or_default()
}

/// The words about one thing that is listed so.
async fn told(name: &str, operation: &str, set: &str, thing: &str) -> Vec<String> {
    let shown = shown(operation, set, thing);
    let aws = Canned::by_operation(&[(operation, 200, shown.as_str())]);
    list(&aws, name).await.remove(0).unmodelled.into_iter().map(|one| one.path).collect()
}

/// Below a list of theirs: no update of ours takes it away, so it would differ for ever.
#[tokio::test(start_paused = true)]
async fn what_others_give_a_gateway_an_address_or_a_subnet_is_theirs() {
    let address = |id: &str, is_primary: bool| {
        format!("<item><allocationId>{id}</allocationId><isPrimary>{is_primary}</isPrimary></item>")
    };
    let addresses = address("eipalloc-2", false) + &address("eipalloc-1", true);
    let gateway = nat("0", &format!("<natGatewayAddressSet>{addresses}</natGatewayAddressSet>"));
    let held = format!("<allocationId>{ADDRESS}</allocationId><domain>vpc</domain><instanceId>i-1</instanceId>");
    let six =
        |which: &str| format!("<item>{which}<ipv6CidrBlockState><state>associated</state></ipv6CidrBlockState></item>");
    let own = six("<ipv6CidrBlock>2001:db8:1::/64</ipv6CidrBlock><associationId>assoc-0</associationId>");
    let of = |resource: &str, which: &str| {
        let list = format!("<ipv6CidrBlockAssociationSet>{own}{}</ipv6CidrBlockAssociationSet>", six(which));
        format!("<{resource}Id>{resource}-1</{resource}Id>{list}")
    };
    let range = "<ipv6CidrBlock>2001:db8::/64</ipv6CidrBlock>";
    // An association whose range AWS does not tell is there all the same.
    let nameless = "<associationId>assoc-1</associationId>";
    for (name, operation, set, thing, at) in [
        (NAT, "DescribeNatGateways", "natGatewaySet", gateway, "/SecondaryAllocationIds/eipalloc-2"),
        (EIP, "DescribeAddresses", "addressesSet", held, "/InstanceId/i-1"),
        (SUBNET, "DescribeSubnets", "subnetSet", of("subnet", range), "/Ipv6CidrBlockAssociations/2001:db8::~164"),
        (SUBNET, "DescribeSubnets", "subnetSet", of("subnet", nameless), "/Ipv6CidrBlockAssociations/assoc-1"),
    ] {
        assert_eq!(told(name, operation, set, &thing).await, [at]);
        let additive = kind_of(name).facts().additive;
        assert!(additive.iter().any(|list| at.starts_with(list)), "{name}: {additive:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_turned_on_in_a_subnet_is_turned_off_one_by_one() {
    let subnet = "<subnetId>subnet-1</subnetId><enableDns64>true</enableDns64><privateDnsNameOptionsOnLaunch>\
                  <hostnameType>resource-name</hostnameType></privateDnsNameOptionsOnLaunch>";
    let there = shown("DescribeSubnets", "subnetSet", subnet);
    let aws = Canned::by_operation(&[("DescribeSubnets", 200, there.as_str())]);
    let live = list(&aws, SUBNET).await.remove(0);
    let field = |path: &str| FieldDiff { path: path.into(), before: None, after: None };
    let changes = Changes::new(live.unmodelled.iter().map(|one| field(&one.path)).collect());
    let spec = Settled::new(live.spec.clone()).unwrap();
    kind_of(SUBNET).update(&writer(&aws, &live).await, &live, &spec, &changes).await.unwrap();
    let asked = aws.asked();
    let sent: Vec<_> = asked.iter().filter(|asked| asked.contains(" ModifySubnetAttribute ")).collect();
    let sets = |what: &str| sent.iter().filter(|asked| asked.contains(what)).count();
    assert_eq!(
        (sent.len(), sets("EnableDns64.Value=false"), sets("PrivateDnsHostnameTypeOnLaunch=ip-name")),
        (4, 1, 1),
        "{sent:?}"
    );
}
