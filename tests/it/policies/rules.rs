//! What the kinds say of their actions, held against AWS's Service Authorization Reference, and the printed documents against
//! the grammar of policies.

use std::collections::BTreeSet;

use provision::aws::{OWN_READS, QUOTA_READS, STORE_CALLS, SURVEY_READS};
use provision::kinds::KINDS;
use provision::resource::{Facts, On, glob};
use serde_json::Value;

use super::authorization::{self, Row, Type};
use super::evaluator::{conditions, texts};
use crate::commands::cli::{provision, repository};

/// The services that tell which call makes what is tagged.
const TELL_THE_CALL: &[&str] = &["ec2", "ecs", "elasticloadbalancing"];

/// The statements whose resource is `*`, and why.
const UNLIMITED: &[(&str, &str)] = &[
    ("Read", "what is in the way is seen whosever it is, and most lists are of all"),
    ("AskBefore", "what AWS has on offer is nobody's"),
    ("CreateUnnamed", "AWS lets a policy name no resource of these: they are limited by the tags"),
    ("Unlimited", "AWS lets a policy name no resource of these"),
];

fn changing(facts: &Facts) -> BTreeSet<&'static str> {
    let all = facts.permissions;
    let verbs = [all.create, all.update, all.retag, all.delete].into_iter().flatten().copied();
    let is_look =
        |action: &&str| ["Describe", "List"].iter().any(|look| action.split(':').nth(1).unwrap().starts_with(look));
    verbs.filter(|action| !all.read.contains(action) && !is_look(action)).collect()
}

#[test]
fn the_reference_has_every_action_and_no_other() {
    let kinds = KINDS.iter().map(|kind| kind.facts());
    let declared = kinds.flat_map(|facts| {
        let all = facts.permissions;
        [all.read, all.create, all.update, all.retag, all.delete, facts.preflight_reads].concat()
    });
    let store = STORE_CALLS.iter().map(|call| call.action);
    let declared: BTreeSet<_> = declared.chain([OWN_READS, SURVEY_READS, QUOTA_READS].concat()).chain(store).collect();
    assert_eq!(authorization::actions().collect::<BTreeSet<_>>(), declared);
}

/// Of each action that changes something, the kinds say on what it is allowed so that a policy can limit it as far as AWS
/// lets one, and so that no condition is one that is never met.
#[test]
fn what_a_kind_says_of_an_action_is_what_aws_checks() {
    let mut wrong = Vec::new();
    for facts in KINDS.iter().map(|kind| kind.facts()) {
        let known: BTreeSet<_> = facts.permissions.on.iter().map(|(action, _)| *action).collect();
        let limited: BTreeSet<_> = facts.permissions.read.iter().copied().filter(|read| known.contains(read)).collect();
        let actions = &changing(facts) | &limited;
        wrong.extend(
            known.difference(&actions).map(|action| format!("{}: {action} is none of its changes", facts.kind)),
        );
        for action in actions {
            let row = facts.permissions.on.iter().find(|(one, _)| *one == action).map(|(_, on)| on.to_vec());
            let on = row.unwrap_or_else(|| vec![On::of(action)]);
            let aws = authorization::of(action).unwrap();
            let service = action.split(':').next().unwrap();
            let unknown = on.iter().filter(|one| !is_possible(**one, service, aws)).map(|one| format!("{one:?}"));
            let open = aws.types.iter().filter(|one| one.is_required && !on.iter().any(|on| covers(*on, one)));
            let faults = unknown.chain(open.map(|one| format!("{} is not covered", one.name)));
            wrong.extend(faults.map(|fault| format!("{}: {action}: {fault}", facts.kind)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether AWS checks what this says.
fn is_possible(on: On, service: &str, aws: &Row) -> bool {
    let about = |end: &str| aws.types.iter().filter(move |one| is_of(one, end)).collect::<Vec<_>>();
    match on {
        On::Ours => aws.types.iter().any(|one| one.is_tagged),
        On::Made("") => aws.types.is_empty() && aws.by_request,
        On::Made(end) => about(end).iter().any(|one| aws.by_request || one.is_made),
        On::MadeBy(_) => {
            TELL_THE_CALL.contains(&service) && (aws.by_request || aws.types.iter().any(|one| one.is_made))
        }
        On::Untagged(end) => aws.by_request && about(end).iter().any(|one| one.is_tagged),
        On::Named(end) | On::Called(end) | On::Any(end) | On::InYaml(end) | On::AnyOf(_, end) => !about(end).is_empty(),
        On::InNamed(behind) => !about(&format!("*{behind}")).is_empty(),
        On::Everything => aws.types.is_empty(),
        On::Roles | On::PassedTo(_) | On::LinkedTo(_) => about("role/*").len() == 1,
        On::Via(_) => service == "kms" && !about("key/*").is_empty(),
    }
}

/// Whether a resource of this type can be one of those.
fn covers(on: On, one: &Type) -> bool {
    match on {
        On::Ours => one.is_tagged,
        On::Made(end)
        | On::Untagged(end)
        | On::Named(end)
        | On::Called(end)
        | On::Any(end)
        | On::InYaml(end)
        | On::AnyOf(_, end) => is_of(one, end),
        On::InNamed(behind) => is_of(one, &format!("*{behind}")),
        On::MadeBy(_) | On::Everything => false,
        On::Roles | On::PassedTo(_) | On::LinkedTo(_) => one.name == "role",
        On::Via(_) => one.name == "key",
    }
}

/// Whether the end of an ARN is one of this type; `alias/` stands for what begins so.
fn is_of(one: &Type, end: &str) -> bool {
    let (whole, begun) = (one.arn.splitn(6, ':').nth(5).unwrap(), format!("{end}*"));
    glob::covers(whole, end) || glob::covers(end, whole) || glob::covers(whole, &begun)
}

fn policies(args: &[&str]) -> Vec<Value> {
    let ran = provision(&[&["-C", repository(), "permissions"], args].concat());
    serde_json::Deserializer::from_str(&ran.out).into_iter().map(Result::unwrap).collect()
}

/// The grammar of IAM's policies, as far as ours use it.
#[test]
fn every_document_keeps_to_the_grammar_of_policies() {
    let types: Vec<_> = KINDS.iter().flat_map(|kind| ["--type", kind.facts().kind]).collect();
    for args in
        [&["acme"][..], &["acme/production"], &["acme", "globex"], &["--read-only"], &[&["acme"], &types[..]].concat()]
    {
        for policy in policies(args) {
            assert_eq!(policy["Version"], "2012-10-17");
            assert!(policy.to_string().len() <= 6_144, "{args:?}: {}", policy.to_string().len());
            let statements = policy["Statement"].as_array().unwrap();
            let mut seen = BTreeSet::new();
            for statement in statements {
                let keys: BTreeSet<_> = statement.as_object().unwrap().keys().map(String::as_str).collect();
                assert!(keys.is_subset(&["Sid", "Effect", "Action", "Resource", "Condition"].into()), "{keys:?}");
                let name = statement["Sid"].as_str().unwrap();
                assert!(name.chars().all(|sign| sign.is_ascii_alphanumeric()) && seen.insert(name), "{name}");
                keeps_to_it(statement, name);
            }
        }
    }
}

fn keeps_to_it(statement: &Value, name: &str) {
    let (actions, resources) = (texts(&statement["Action"]), texts(&statement["Resource"]));
    assert!(actions.clone().all(|action| authorization::of(action.as_str().unwrap()).is_some()), "{statement}");
    let is_unlimited =
        UNLIMITED.iter().any(|(one, _)| name.trim_end_matches(|sign: char| sign.is_ascii_digit()) == *one);
    for resource in resources.map(|resource| resource.as_str().unwrap()) {
        let parts: Vec<_> = resource.splitn(6, ':').collect();
        let is_arn = parts.len() == 6 && parts[..2] == ["arn", "aws"] && !parts[2].contains('*');
        assert!(if is_unlimited { resource == "*" } else { is_arn }, "{name}: {resource}");
    }
    for (operator, key, values) in conditions(statement) {
        assert!(["StringEquals", "Null"].contains(&operator) && key.contains(':') && !values.is_empty(), "{statement}");
    }
}

#[test]
fn the_policies_of_a_tenant_fit_on_one_role() {
    // IAM attaches ten to a role.
    for args in [&["acme"][..], &["--read-only", "acme"]] {
        let all = policies(args).len();
        assert!((1..=10).contains(&all), "{args:?}: {all}");
    }
}

/// A tag condition names tenants and environments apart: two tenants that have different environments are two conditions.
#[test]
fn no_condition_means_a_stack_that_was_not_selected() {
    let policies = policies(&["acme/production", "globex/certification"]);
    let statements = policies.iter().flat_map(|policy| policy["Statement"].as_array().unwrap());
    let pairs = statements.filter_map(|one| {
        let all: Vec<_> = conditions(one).collect();
        let values = |key: &str| all.iter().find(|(_, one, _)| one.ends_with(key)).map(|(.., values)| values.clone());
        Some((values("Tag/provision:tenant")?, values("Tag/provision:environment")?))
    });
    let pairs: BTreeSet<_> = pairs.collect();
    assert_eq!(pairs, [(vec!["acme"], vec!["production"]), (vec!["globex"], vec!["certification"])].into());
}
