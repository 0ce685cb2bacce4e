//! Rules over a whole stack, that no single resource shows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Resource;
use crate::problem::{Problem, Span};
use crate::resource::Address;

/// Applies every rule.
pub(super) fn check(resources: &BTreeMap<Address, Resource>, problems: &mut Vec<Problem>) {
    unguarded_load_balancers(resources, problems);
    same_priorities(resources, problems);
}

/// A load balancer that the internet reaches has a web ACL.
fn unguarded_load_balancers(resources: &BTreeMap<Address, Resource>, problems: &mut Vec<Problem>) {
    for resource in of_kind(resources, "AWS::ElasticLoadBalancingV2::LoadBalancer") {
        let is = |property: &str, value: &str| resource.spec.get(property).and_then(Value::as_str) == Some(value);
        let is_guarded = resource.spec.get("WebACLArn").and_then(Value::as_str).is_some_and(|arn| !arn.is_empty());
        if is("Scheme", "internet-facing") && !is("Type", "network") && !is_guarded {
            problems.push(
                Problem::error(
                    place(resource, "/Scheme"),
                    format!("{} is public and has no web ACL", resource.address),
                )
                .hint("set `WebACLArn`, or make it internal"),
            );
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

fn of_kind<'a>(resources: &'a BTreeMap<Address, Resource>, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
    resources.values().filter(move |resource| resource.address.kind == kind)
}

fn place(resource: &Resource, at: &str) -> Option<Span> {
    resource.origin(at).map(|origin| origin.place().clone())
}
