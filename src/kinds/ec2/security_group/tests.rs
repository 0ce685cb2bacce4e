use aws_sdk_ec2::types::{IpPermission, IpRange, PrefixListId, UserIdGroupPair};
use serde_json::{from_value, json, to_value};

use super::rule::{Egress, Ingress, Rules, flatten};

#[test]
fn what_ec2_groups_becomes_one_rule_per_source() {
    let permission = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443)
        .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").description("the world").build())
        .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build())
        .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-1").user_id("111111111111").build())
        .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-2").user_id("222222222222").build())
        .prefix_list_ids(PrefixListId::builder().prefix_list_id("pl-1").build())
        .build();
    let rules: Rules<Ingress> = flatten(&[permission], "111111111111").into_iter().collect();
    let port = |rest: serde_json::Value| {
        let mut rule = json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "" });
        rule.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        rule
    };
    let written = json!([
        port(json!({ "SourcePrefixListId": "pl-1" })),
        port(json!({ "CidrIp": "10.1.2.3/8" })),
        port(json!({ "CidrIp": "0.0.0.0/0", "Description": "the world" })),
        port(json!({ "SourceSecurityGroupId": "sg-1" })),
        port(json!({ "SourceSecurityGroupId": "sg-2", "SourceSecurityGroupOwnerId": "222222222222" })),
    ]);
    assert_eq!(rules, from_value(written).unwrap());
}

#[test]
fn all_ways_to_write_all_protocols_are_one() {
    let normal = json!([{ "IpProtocol": "-1", "CidrIp": "0.0.0.0/0", "Description": "" }]);
    for protocol in ["-1", "all", "ALL"] {
        let written = json!([{ "IpProtocol": protocol, "FromPort": 0, "ToPort": 65535, "CidrIp": "0.0.0.0/0" }]);
        let rules: Rules<Egress> = from_value(written).unwrap();
        assert_eq!(to_value(rules).unwrap(), normal);
    }
}

#[test]
fn protocols_have_one_spelling() {
    let rules = |protocol: &str| -> Rules<Ingress> {
        let rule = json!({ "IpProtocol": protocol, "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0" });
        from_value(json!([rule])).unwrap()
    };
    assert_eq!(rules("6"), rules("TCP"));
    assert_eq!(rules("tcp"), rules("TCP"));
}

#[test]
fn a_rule_admits_exactly_one() {
    let mistake = |rule: serde_json::Value| {
        let rules: Rules<Ingress> = from_value(json!([rule])).unwrap();
        super::check("", &rules.all()).pop().map(|mistake| mistake.text)
    };
    assert_eq!(
        mistake(json!({ "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIp": "0.0.0.0/0", "CidrIpv6": "::/0" })),
        Some("the rule `tcp 1` admits several: write one rule for each".to_owned())
    );
    assert_eq!(
        mistake(json!({ "IpProtocol": "-1" })),
        Some("the rule `-1` says nothing of whom it admits: a range, a security group or a prefix list".to_owned())
    );
    assert_eq!(
        mistake(json!({ "IpProtocol": "udp", "CidrIp": "0.0.0.0/0" })),
        Some("the rule `udp` needs FromPort and ToPort".to_owned())
    );
    assert_eq!(mistake(json!({ "IpProtocol": "-1", "CidrIp": "0.0.0.0/0" })), None);
    let six = json!({ "IpProtocol": "-1", "CidrIpv6": "10.0.0.0/8" });
    assert!(mistake(six).is_some_and(|what| what.contains("no IPv6 range")));
}

#[test]
fn ports_are_ports_and_all_types_of_icmp_have_all_codes() {
    let mistake = |protocol: &str, from: i32, to: i32| {
        let rule = json!({ "IpProtocol": protocol, "FromPort": from, "ToPort": to, "CidrIp": "10.0.0.0/8" });
        let rules: Rules<Ingress> = from_value(json!([rule])).unwrap();
        super::check("", &rules.all()).pop().map(|mistake| mistake.text).unwrap_or_default()
    };
    for (from, to) in [(-1, -1), (0, -1), (0, 65536)] {
        assert!(mistake("tcp", from, to).contains("all ports are 0 to 65535"), "{from} to {to}");
    }
    assert!(mistake("udp", 80, 79).contains("FromPort is above ToPort"));
    assert_eq!(mistake("tcp", 0, 65535), "");
    assert!(mistake("icmp", -1, 0).contains("ToPort, the code, is -1 as well"));
    assert_eq!((mistake("icmp", 3, -1), mistake("icmpv6", -1, -1)), (String::new(), String::new()));
}
