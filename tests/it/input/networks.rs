//! Endpoints, flow logs and routes in the built-in templates: what they become, and what is a mistake.

use provision::resource::Address;
use serde_json::Value;

use crate::input::blueprint::{Project, text};

/// A project whose environment says this, a line each.
fn with(lines: &[&str]) -> Project {
    let tenant = format!(
        "tenant: acme\ntemplate: modyo\naccount: \"123456789012\"\nenvironments:\n  test:\n    region: us-east-1\n    \
         cidr: 10.0.0.0/16\n    {}\n",
        lines.join("\n    ")
    );
    Project::default().tenant("acme.yaml", &tenant)
}

/// The properties of one resource; null if there is none.
fn made(lines: &[&str], kind: &str, name: &str) -> Value {
    let loaded = with(lines).load().map_err(|problems| text(&problems)).expect("it is sound");
    let found = loaded.blueprints[0].resources.get(&Address::new(kind, name));
    found.map(|resource| Value::clone(&resource.spec)).unwrap_or_default()
}

/// What is said of these lines.
fn said(lines: &[&str]) -> String {
    with(lines).load().err().map(|problems| text(&problems)).unwrap_or_default()
}

const WAY: &str = "routes: [{ to: 10.9.0.0/16, transit_gateway: tgw-0123456789abcdef0, description: theirs, tiers: [private, data] }]";

#[test]
fn a_route_to_another_network_is_in_the_tables_of_its_tiers() {
    let ways = |table: &str| made(&[WAY], "AWS::EC2::RouteTable", table)["Routes"].to_string();
    assert!(ways("private-1").contains("tgw-0123456789abcdef0") && ways("private-2").contains("10.9.0.0/16"));
    assert!(ways("data").contains("tgw-0123456789abcdef0"));
    assert!(!ways("public").contains("tgw-0123456789abcdef0"));
}

#[test]
fn a_route_has_one_way_and_a_range_one_route() {
    let route = |way: &str| said(&[&format!("routes: [{{ to: 10.9.0.0/16, description: theirs{way} }}]")]);
    assert!(route("").contains("needs a way, and one alone"));
    let both = ", transit_gateway: tgw-0123456789abcdef0, peering: pcx-0123456789abcdef0";
    assert!(route(both).contains("needs a way, and one alone"));
    assert!(route(", peering: tgw-0123456789abcdef0").contains("does not look as it must"), "an id of the other sort");
    let twice =
        WAY.replace("routes: [", "routes: [{ to: 10.9.0.0/16, peering: pcx-0123456789abcdef0, description: b }, ");
    assert!(said(&[&twice]).contains("there are two routes to 10.9.0.0/16"));
    assert!(said(&[&WAY.replace("10.9.0.0/16", "0.0.0.0/0")]).contains("0.0.0.0/0 has a way already"));
}

#[test]
fn what_has_a_gateway_needs_no_interface() {
    assert!(said(&["endpoints: [s3, logs]"]).contains("s3 has an endpoint already, which costs nothing"));
    let table = |nat: &str| made(&[nat], "AWS::EC2::VPCEndpoint", "s3")["RouteTableIds"].to_string();
    assert!(table("nat: single").contains("private-2") && !table("nat: single").contains("public"));
    assert!(table("nat: none").contains("public"), "there the services are");
    let logs = made(&["endpoints: [logs]"], "AWS::EC2::VPCEndpoint", "logs");
    assert_eq!(logs["ServiceName"], "com.amazonaws.us-east-1.logs");
    assert!(made(&[], "AWS::EC2::SecurityGroup", "endpoints").is_null(), "no endpoint, no group");
}

#[test]
fn nothing_that_costs_is_recorded_unless_it_is_said() {
    assert!(made(&[], "AWS::EC2::FlowLog", "main").is_null());
    assert_eq!(made(&["flow_logs: all"], "AWS::EC2::FlowLog", "main")["TrafficType"], "ALL");
    assert_eq!(made(&["profile: production"], "AWS::EC2::FlowLog", "main")["TrafficType"], "REJECT");
}

#[test]
fn expressions_of_paths_are_one_and_not_too_long_for_waf() {
    let acl = made(&["waf: { block_paths: ['^/a', '^/b'] }"], "AWS::WAFv2::WebACL", "main");
    let rules = acl["Rules"].as_array().expect("rules");
    let rule = rules.iter().find(|rule| rule["Name"] == "blocked-paths").expect("it is there");
    assert_eq!(rule["Statement"]["RegexMatchStatement"]["RegexString"], "(^/a)|(^/b)");
    let long = format!("waf: {{ block_paths: ['{}', '{}', '{}'] }}", "a".repeat(180), "b".repeat(180), "c".repeat(180));
    assert!(said(&[&long]).contains("the expressions are too long"));
}
