//! Rules over a whole stack, that no single resource shows.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde_json::Value;

use super::Resource;
use crate::problem::{Problem, Span};
use crate::resource::{Address, glob};

/// Applies every rule.
pub(super) fn check(resources: &BTreeMap<Address, Resource>, problems: &mut Vec<Problem>) {
    same_priorities(resources, problems);
    overlapping_subnets(resources, problems);
    second_gateways(resources, problems);
}

/// A network has one internet gateway of either sort: EC2 refuses to attach another.
fn second_gateways(resources: &BTreeMap<Address, Resource>, problems: &mut Vec<Problem>) {
    for (kind, hint) in [
        ("AWS::EC2::InternetGateway", "a network has one internet gateway"),
        ("AWS::EC2::EgressOnlyInternetGateway", "a network has one egress-only internet gateway"),
    ] {
        let mut taken = BTreeMap::<(&str, &str), &Resource>::new();
        for gateway in of_kind(resources, kind) {
            let Some(vpc) = gateway.spec.get("VpcId").and_then(Value::as_str) else { continue };
            if let Some(first) = taken.insert((&gateway.region, vpc), gateway) {
                let what = format!("{} and {} are attached to one network", first.address, gateway.address);
                problems.push(Problem::error(place(gateway, "/VpcId"), what).hint(hint));
            }
        }
    }
}

/// Subnets of one network have ranges of their own: EC2 refuses the second when the first is made.
fn overlapping_subnets(resources: &BTreeMap<Address, Resource>, problems: &mut Vec<Problem>) {
    let range = |subnet: &Resource| subnet.spec.get("CidrBlock")?.as_str()?.parse::<IpNet>().ok();
    let subnets: Vec<_> =
        of_kind(resources, "AWS::EC2::Subnet").filter_map(|subnet| Some((subnet, range(subnet)?))).collect();
    for (index, (subnet, range)) in subnets.iter().enumerate() {
        let is_taken = |(first, taken): &&(&Resource, IpNet)| {
            let overlaps = taken.contains(range) || range.contains(taken);
            overlaps && first.region == subnet.region && first.spec.get("VpcId") == subnet.spec.get("VpcId")
        };
        if let Some((first, taken)) = subnets[..index].iter().find(is_taken) {
            let what = format!("{} ({range}) and {} ({taken}) overlap in one network", subnet.address, first.address);
            problems.push(Problem::error(place(subnet, "/CidrBlock"), what).hint("give each a range of its own"));
        }
    }
}

/// Rules of one listener have different priorities.
fn same_priorities(resources: &BTreeMap<Address, Resource>, problems: &mut Vec<Problem>) {
    let mut taken = BTreeMap::<(String, i64), &Resource>::new();
    for rule in of_kind(resources, "AWS::ElasticLoadBalancingV2::ListenerRule") {
        let listener = rule.spec.get("ListenerArn").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(priority) = rule.spec.get("Priority").and_then(Value::as_i64) else { continue };
        if let Some(first) = taken.insert((listener, priority), rule) {
            let what = format!("{} and {} have the same priority, {priority}", first.address, rule.address);
            problems.push(Problem::error(place(rule, "/Priority"), what).hint("give each rule of a listener its own"));
        }
    }
}

/// What a reviewer should know: a rule that never gets a request, because one before it takes them all.
pub(super) fn warnings(resources: &BTreeMap<Address, Resource>) -> Vec<Problem> {
    let rules: Vec<_> = of_kind(resources, "AWS::ElasticLoadBalancingV2::ListenerRule").collect();
    let priority = |rule: &Resource| rule.spec.get("Priority").and_then(Value::as_i64);
    let is_before = |one: &Resource, other: &Resource| {
        one.spec.get("ListenerArn") == other.spec.get("ListenerArn") && priority(one) < priority(other)
    };
    let shadowed = rules.iter().filter_map(|rule| {
        let first = rules.iter().find(|first| is_before(first, rule) && takes_all(first, rule))?;
        let number = |rule: &Resource| priority(rule).unwrap_or_default();
        let what = format!(
            "{} (priority {}) never gets a request: {} (priority {}) comes first and takes all of its",
            rule.address,
            number(rule),
            first.address,
            number(first)
        );
        let hint = "give what is narrower the lower priority";
        Some(Problem::warning(place(rule, "/Priority"), what).hint(hint))
    });
    shadowed.collect()
}

/// Whether a rule applies to every request that another applies to: each of its conditions is wider than one of the other's.
fn takes_all(first: &Resource, rule: &Resource) -> bool {
    let conditions =
        |rule: &Resource| rule.spec.get("Conditions").and_then(Value::as_array).cloned().unwrap_or_default();
    let narrower = conditions(rule);
    conditions(first).iter().all(|wide| narrower.iter().any(|narrow| is_wider(wide, narrow)))
}

fn is_wider(wide: &Value, narrow: &Value) -> bool {
    let values = |condition: &Value, config: &str| -> Option<Vec<String>> {
        let list = condition.get(config)?.get("Values")?.as_array()?;
        Some(list.iter().filter_map(|value| Some(value.as_str()?.to_owned())).collect())
    };
    let covered = |config: &str, text: fn(&str) -> String| {
        let (wide, narrow) = (values(wide, config)?, values(narrow, config)?);
        let is_covered = |narrow: &String| wide.iter().any(|wide| glob::covers(&text(wide), &text(narrow)));
        Some(narrow.iter().all(is_covered))
    };
    wide == narrow
        || covered("PathPatternConfig", str::to_owned).unwrap_or(false)
        // Host names are told apart without regard to case.
        || covered("HostHeaderConfig", str::to_ascii_lowercase).unwrap_or(false)
}

fn of_kind<'a>(resources: &'a BTreeMap<Address, Resource>, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
    resources.values().filter(move |resource| resource.address.kind == kind)
}

fn place(resource: &Resource, at: &str) -> Option<Span> {
    resource.origin(at).map(|origin| origin.place().clone())
}
