//! Load balancing, which does not know everything at once. A load balancer is gone only if load balancing itself says so.

use provision::aws::{Aws, Writer};
use provision::resource::{AnyKind, AnyListing, Class, Failure, Name, State, Tags, key};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, xml, xml_tags};

const ARN: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/acme-production-main/1";
const UNKNOWN_TO_WAF: (&str, u16, &str) =
    ("GetWebACLForResource", 400, r#"{ "__type": "WAFNonexistentItemException", "Message": "doesn't exist" }"#);
const GONE: (&str, u16, &str) = (
    "DescribeLoadBalancerAttributes",
    400,
    "<ErrorResponse><Error><Code>LoadBalancerNotFound</Code><Message>gone</Message></Error></ErrorResponse>",
);

fn kind(name: &str) -> &'static dyn AnyKind<Aws> {
    kind_of(&format!("AWS::ElasticLoadBalancingV2::{name}"))
}

/// A public load balancer of ours in this state, and these answers.
fn load_balancing(state: &str, answers: &[(&str, u16, &str)]) -> Canned {
    let balancers = format!(
        "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member>\
         <LoadBalancerArn>{ARN}</LoadBalancerArn><LoadBalancerName>acme-production-main</LoadBalancerName>\
         <Scheme>internet-facing</Scheme><Type>application</Type><State><Code>{state}</Code></State>\
         </member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>"
    );
    let tags = xml_tags("member", "Key", "Value");
    let tags = format!("<member><ResourceArn>{ARN}</ResourceArn><Tags>{tags}</Tags></member>");
    let tags = xml("DescribeTags", &format!("<TagDescriptions>{tags}</TagDescriptions>"));
    let there = [("DescribeLoadBalancers", 200, balancers.as_str()), ("DescribeTags", 200, tags.as_str())];
    Canned::by_operation(&[&there, answers].concat())
}

async fn list(state: &str, answers: &[(&str, u16, &str)]) -> AnyListing {
    look(&load_balancing(state, answers)).await
}

async fn look(aws: &Canned) -> AnyListing {
    let kind = kind("LoadBalancer");
    aws.list(kind).await
}

#[tokio::test]
async fn one_that_is_provisioned_and_that_waf_does_not_know_yet_has_no_web_acl() {
    let listing = list("provisioning", &[UNKNOWN_TO_WAF]).await;
    assert!(listing.unseen.is_empty(), "{listing:#?}");
    let [live] = &listing.found[..] else { panic!("{listing:#?}") };
    assert!(matches!(live.state, State::Settling(_)), "{live:?}");
    assert_eq!(live.spec["WebACLArn"], "");
}

#[tokio::test]
async fn one_that_is_active_and_that_waf_does_not_know_is_not_read_and_not_absent() {
    let listing = list("active", &[UNKNOWN_TO_WAF]).await;
    let [unseen] = &listing.unseen[..] else { panic!("{listing:#?}") };
    assert_eq!((unseen.id.as_str(), unseen.failure.class), (ARN, Class::Busy));
    assert!(unseen.tags.is_some(), "it is known whose it is");
}

#[tokio::test]
async fn one_that_load_balancing_lists_and_then_does_not_find_is_unknown() {
    let listing = list("active", &[UNKNOWN_TO_WAF, GONE]).await;
    assert_eq!((listing.found.len(), listing.unseen.len()), (0, 1), "{listing:#?}");
}

#[test]
fn an_attribute_that_the_template_does_not_name_has_the_value_that_aws_documents() {
    for (name, property, spec, key, usual, by_hand) in [
        (
            "LoadBalancer",
            "LoadBalancerAttributes",
            json!({}),
            "routing.http.desync_mitigation_mode",
            "defensive",
            "monitor",
        ),
        (
            "LoadBalancer",
            "LoadBalancerAttributes",
            json!({ "Scheme": "internal" }),
            "ipv6.deny_all_igw_traffic",
            "true",
            "false",
        ),
        (
            "TargetGroup",
            "TargetGroupAttributes",
            json!({ "TargetType": "ip", "Protocol": "TCP", "Port": 80, "VpcId": VPC }),
            "preserve_client_ip.enabled",
            "false",
            "true",
        ),
        (
            "Listener",
            "ListenerAttributes",
            json!({ "LoadBalancerArn": ARN, "Protocol": "HTTP", "Port": 80, "DefaultActions": [] }),
            "routing.http.response.server.enabled",
            "true",
            "false",
        ),
    ] {
        let kind = kind(name);
        let with = |value: &str| {
            let mut spec = spec.clone();
            spec[property] = json!([{ "Key": key, "Value": value }]);
            kind.normalise(spec).unwrap()
        };
        let desired = kind.normalise(spec.clone()).unwrap();
        let fields = |live: &Value| {
            let fields = kind.compare(live, &desired).fields;
            fields.into_iter().map(|field| (field.path, field.before, field.after)).collect::<Vec<_>>()
        };
        assert_eq!(fields(&with(usual)), [], "{name}");
        let path = format!("/{property}/{key}/Value");
        assert_eq!(fields(&with(by_hand)), [(path, Some(json!(by_hand)), Some(json!(usual)))], "{name}");
    }
}

async fn writer(aws: &Canned, kind: &str, own: &[&str]) -> Writer {
    aws.writer(kind, own, &[VPC, GROUP, SUBNET]).await
}

const VPC: &str = "vpc-0123456789abcdef0";
const GROUP: &str = "sg-0123456789abcdef0";
const SUBNET: &str = "subnet-0123456789abcdef0";

fn refused(code: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>not there</Message></Error></ErrorResponse>")
}

fn sent(aws: &Canned, operation: &str) -> usize {
    aws.asked().iter().filter(|asked| asked.contains(&format!(" {operation} "))).count()
}

/// Gives a load balancer another value of a property, which load balancing refuses once; returns how often it was sent.
async fn change(property: &str, to: Value, operation: &str, code: &str, own: &[&str]) -> (Result<(), Failure>, usize) {
    let refused = refused(code);
    let aws = load_balancing("active", &[(operation, 400, refused.as_str())]);
    let live = look(&aws).await.found.remove(0);
    let mut spec = live.spec.clone();
    spec[property] = to;
    let kind = kind("LoadBalancer");
    let spec = settled(kind, spec);
    let changes = changes(&[&format!("/{property}")]);
    let writer = writer(&aws, "LoadBalancer", &[own, &[ARN]].concat()).await;
    let made = kind.update(&writer, &live, &spec, &changes).await;
    (made.map(drop), sent(&aws, operation))
}

#[tokio::test(start_paused = true)]
async fn an_update_waits_for_groups_and_subnets_that_the_stack_has_just_made() {
    for (property, id, operation, code) in [
        ("SecurityGroups", GROUP, "SetSecurityGroups", "InvalidSecurityGroup"),
        ("Subnets", SUBNET, "SetSubnets", "SubnetNotFound"),
    ] {
        assert_eq!(change(property, json!([id]), operation, code, &[id]).await, (Ok(()), 2), "{property}");
        let (made, sent) = change(property, json!([id]), operation, code, &[]).await;
        assert_eq!((made.is_err(), sent), (true, 1), "what is not the stack's own is never new");
        let (made, sent) = change(property, json!([id]), operation, "LoadBalancerNotFound", &[id]).await;
        assert_eq!((made.is_err(), sent), (true, 1), "the load balancer itself is not new");
    }
}

/// WAF knows neither a new load balancer nor a new web ACL at once, and says so in two ways.
#[tokio::test(start_paused = true)]
async fn a_web_acl_is_put_in_front_as_soon_as_waf_knows_both() {
    const ACL: &str = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acme-production-main/1";
    let unknown = |code: &str| format!("{{ \"__type\": \"{code}\", \"Message\": \"not yet\" }}");
    let unknown = [unknown("WAFUnavailableEntityException"), unknown("WAFNonexistentItemException")];
    let aws = load_balancing("active", &unknown.each_ref().map(|answer| ("AssociateWebACL", 400, answer.as_str())));
    let live = look(&aws).await.found.remove(0);
    let mut spec = live.spec.clone();
    spec["WebACLArn"] = ACL.into();
    let kind = kind("LoadBalancer");
    let spec = settled(kind, spec);
    let changes = changes(&["/WebACLArn"]);
    let writer = writer(&aws, "LoadBalancer", &[ACL, ARN]).await;
    kind.update(&writer, &live, &spec, &changes).await.unwrap();
    assert_eq!(sent(&aws, "AssociateWebACL"), 3);
}

/// An attribute that the partition does not know yet is refused, also with its usual value.
#[tokio::test]
async fn a_new_load_balancer_is_told_only_what_is_not_usual() {
    let made = format!(
        "<CreateLoadBalancerResponse><CreateLoadBalancerResult><LoadBalancers><member><LoadBalancerArn>{ARN}\
         </LoadBalancerArn></member></LoadBalancers></CreateLoadBalancerResult></CreateLoadBalancerResponse>"
    );
    for (value, times) in [("defensive", 0), ("strictest", 1)] {
        let aws = Canned::by_operation(&[("CreateLoadBalancer", 200, made.as_str())]);
        let kind = kind("LoadBalancer");
        let spec = json!({
            "Subnets": [SUBNET], "SecurityGroups": [GROUP],
            "LoadBalancerAttributes": [{ "Key": "routing.http.desync_mitigation_mode", "Value": value }],
        });
        let spec = settled(kind, spec);
        let writer = writer(&aws, "LoadBalancer", &[ARN, "acme-production-main"]).await;
        kind.create(&writer, &Name::given("acme-production-main"), &spec, &Tags::default()).await.unwrap();
        let asked = aws.asked();
        let told: Vec<_> = asked.iter().filter(|asked| asked.contains(" ModifyLoadBalancerAttributes ")).collect();
        assert_eq!(told.len(), times, "{told:?}");
        assert!(told.iter().all(|body| body.matches("Attributes.member").count() == 2), "{told:?}");
    }
}

#[test]
fn the_groups_of_a_network_load_balancer_change_in_place_but_from_none_and_to_none() {
    let kind = kind("LoadBalancer");
    let with = |groups: &[&str]| {
        kind.normalise(json!({ "Type": "network", "Subnets": [SUBNET], "SecurityGroups": groups })).unwrap()
    };
    let refused = |from: &[&str], to: &[&str]| {
        let (live, desired) = (with(from), with(to));
        let fields = kind.compare(&live, &desired).fields;
        assert_eq!(fields.len(), 1);
        assert!(!fields.iter().any(|field| kind.shape().replaces(&live, &desired, field)));
        kind.shape().refuses(&live, &desired, &fields).is_some()
    };
    assert!(!refused(&[GROUP], &["sg-1", "sg-2"]));
    assert!(refused(&[], &[GROUP]) && refused(&[GROUP], &[]));
}

/// A load balancer with IPv6 takes no subnet without it.
#[tokio::test]
async fn subnets_with_ipv6_come_before_ipv6_and_ipv6_goes_before_they_do() {
    let ways = [("dualstack", ["SetSubnets", "SetIpAddressType"]), ("ipv4", ["SetIpAddressType", "SetSubnets"])];
    for (kind_of_address, order) in ways {
        let aws = load_balancing("active", &[]);
        let live = look(&aws).await.found.remove(0);
        let mut spec = live.spec.clone();
        spec["IpAddressType"] = kind_of_address.into();
        spec["Subnets"] = json!([SUBNET]);
        let kind = kind("LoadBalancer");
        let spec = settled(kind, spec);
        let changes = changes(&["/IpAddressType", "/Subnets"]);
        let writer = writer(&aws, "LoadBalancer", &[ARN]).await;
        let before = aws.asked().len();
        kind.update(&writer, &live, &spec, &changes).await.unwrap();
        assert_eq!(aws.operations().split_off(before), order, "{kind_of_address}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_group_that_was_just_made_gets_its_attributes_although_it_is_not_known_yet() {
    let made = "<CreateTargetGroupResponse><CreateTargetGroupResult><TargetGroups><member><TargetGroupArn>\
         arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/acme-production-main/1\
         </TargetGroupArn></member></TargetGroups></CreateTargetGroupResult></CreateTargetGroupResponse>";
    let refused = refused("TargetGroupNotFound");
    let modify = "ModifyTargetGroupAttributes";
    let aws = Canned::by_operation(&[("CreateTargetGroup", 200, made), (modify, 400, refused.as_str())]);
    let kind = kind("TargetGroup");
    let spec = json!({
        "Protocol": "HTTP", "Port": 80, "VpcId": VPC,
        "TargetGroupAttributes": [{ "Key": "deregistration_delay.timeout_seconds", "Value": "30" }],
    });
    let spec = settled(kind, spec);
    let tags = Tags::from_iter([(key::TENANT, "acme"), (key::ENVIRONMENT, "production"), (key::NAME, "main")]);
    let writer = writer(&aws, "TargetGroup", &[]).await;
    kind.create(&writer, &Name::given("acme-production-main"), &spec, &tags).await.unwrap();
    assert_eq!(sent(&aws, modify), 2);
}
