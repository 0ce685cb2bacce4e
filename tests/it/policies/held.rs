//! Whether the policies of a stack allow all that its runs send, and those of another nothing of it.

use std::collections::BTreeSet;

use provision::blueprint::Blueprint;
use provision::kinds::KINDS;
use provision::report::{PolicyScope, StorePolicy, policies};
use provision::resource::{Access, Permissions};
use serde_json::Value;

use super::calls::Change;
use super::evaluator::{allows, statements};

/// What the policies of another stack allow as well, and why.
const ANYBODYS: &[(&str, &str)] = &[
    ("cloudfront:CreateOriginAccessControl", "it bears no tags, and AWS makes the id that a policy could name"),
    ("cloudfront:DeleteOriginAccessControl", "it bears no tags, and AWS makes the id that a policy could name"),
    ("cloudfront:CreateCachePolicy", "as an origin access control"),
    ("cloudfront:DeleteCachePolicy", "as an origin access control"),
    ("cloudfront:CreateOriginRequestPolicy", "as an origin access control"),
    ("cloudfront:DeleteOriginRequestPolicy", "as an origin access control"),
    ("cloudfront:CreateResponseHeadersPolicy", "as an origin access control"),
    ("cloudfront:DeleteResponseHeadersPolicy", "as an origin access control"),
    ("iam:CreateServiceLinkedRole", "it names a service, and an account has one of each"),
    ("iam:RemoveRoleFromInstanceProfile", "a role leaves whatever profile somebody has put it into, before it goes"),
    ("logs:DeleteResourcePolicy", "AWS lets a policy name no resource of it"),
    ("logs:PutResourcePolicy", "AWS lets a policy name no resource of it"),
    ("rds:ModifyDBProxyTargetGroup", "RDS makes it with the proxy, under an id of its own and without tags"),
    ("rds:RegisterDBProxyTargets", "the same"),
    ("route53:ChangeResourceRecordSets", "Route 53 knows no tags in conditions; marks tell whose a record is"),
    ("route53:ChangeTagsForResource", "Route 53 knows no tags in conditions"),
    ("route53:CreateHealthCheck", "Route 53 knows no tags in conditions"),
    ("route53:CreateHostedZone", "Route 53 knows no tags in conditions"),
    ("route53:DeleteHealthCheck", "Route 53 knows no tags in conditions"),
    ("route53:DeleteHostedZone", "Route 53 knows no tags in conditions"),
    ("ecs:DeregisterTaskDefinition", "AWS lets a policy name no resource of it"),
    ("sns:Unsubscribe", "AWS lets a policy name no resource of it"),
    ("wafv2:DisassociateWebACL", "of a load balancer the firewall's actions do not see the tags"),
];

/// The statements of the policies that the write role of these stacks gets, but for the one that only `adopt` needs.
pub fn written(stacks: &[Blueprint]) -> Vec<Value> {
    let stacks: Vec<_> = stacks.iter().collect();
    let used: BTreeSet<_> = stacks.iter().flat_map(|stack| stack.resources.keys()).map(|one| &*one.kind).collect();
    let facts = KINDS.iter().map(|kind| kind.facts()).filter(|facts| used.contains(facts.kind));
    let permissions: Vec<Permissions> = facts.map(|facts| facts.permissions).collect();
    let scope = PolicyScope::of(&stacks, StorePolicy::default());
    let all = statements(&policies(&permissions, &[], &[], Access::Write, &scope).expect("they fit"));
    all.into_iter().filter(|one| one["Sid"] != "Adopt").collect()
}

/// The same for a stack of another tenant that is made of the same.
pub fn strangers(stacks: &[Blueprint]) -> Vec<Value> {
    let of_another = |stack: &Blueprint| {
        let mut other = stack.clone();
        other.stack.id.tenant = "another".into();
        other.resources.values_mut().for_each(|resource| resource.physical = None);
        other
    };
    written(&stacks.iter().map(of_another).collect::<Vec<_>>())
}

/// Whether the statements allow all that IAM is asked about a call.
pub fn is_allowed(statements: &[Value], change: &Change) -> bool {
    change.questions().iter().all(|question| allows(statements, question))
}

/// Fails with the calls that the stacks' own policies deny, or those of another stack allow.
pub fn held(changes: &[Change], stacks: &[Blueprint]) -> Result<(), String> {
    let (ours, others) = (written(stacks), strangers(stacks));
    let denied = changes.iter().flat_map(Change::questions).filter(|question| !allows(&ours, question));
    let denied: Vec<_> = denied.map(|question| format!("{question:?}")).collect::<BTreeSet<_>>().into_iter().collect();
    if !denied.is_empty() {
        return Err(format!("the stack's own policies deny:\n{}\n{ours:#?}", denied.join("\n")));
    }
    let is_anybodys = |change: &&Change| ANYBODYS.iter().any(|(action, _)| *action == change.action);
    let allowed = changes.iter().filter(|change| !is_anybodys(change) && is_allowed(&others, change));
    let allowed: BTreeSet<_> = allowed.map(|change| &*change.action).collect();
    if allowed.is_empty() { Ok(()) } else { Err(format!("another stack's policies allow {allowed:?}")) }
}
