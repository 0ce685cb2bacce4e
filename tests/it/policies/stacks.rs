//! Whole stacks, whose every changing call is put to the evaluator.

use provision::blueprint::Blueprint;

use super::calls::{Change, changes, watch};
use super::evaluator::{Question, allows};
use super::held::{held, is_allowed, written};
use crate::stacks::local_account::{LocalAccount, on_deep_stack};
use crate::stacks::samples::{ACME, stack};

/// The statements that no call of the sample needs, and why.
const UNUSED: &[(&str, &str)] = &[
    ("LinkedRoles", "AWS asks about them when an account uses a service for the first time"),
    ("UseKeys", "services ask about them in the caller's name"),
    ("Named2", "it empties buckets, and the sample's is empty"),
    ("OfType", "partly: services make their own things in the caller's name"),
    ("Unlimited", "partly: the delivery of logs is the service's own"),
];

/// What services do in the caller's name while the sample is made, by AWS's documentation: no call of ours.
const BY_SERVICES: &[(&str, &str, &[(&str, &str)])] = &[
    ("secretsmanager:CreateSecret", "arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:rds!cluster-1", &[]),
    ("secretsmanager:TagResource", "arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:rds!cluster-1", &[]),
    ("kms:CreateGrant", "arn:aws:kms:us-east-1:ACCOUNT:key/k", &[("kms:ViaService", "rds.us-east-1.amazonaws.com")]),
    (
        "kms:Decrypt",
        "arn:aws:kms:us-east-1:ACCOUNT:key/k",
        &[("kms:ViaService", "secretsmanager.us-east-1.amazonaws.com")],
    ),
    (
        "iam:CreateServiceLinkedRole",
        "arn:aws:iam::ACCOUNT:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
        &[("iam:AWSServiceName", "rds.amazonaws.com")],
    ),
    ("cloudwatch:PutMetricAlarm", "arn:aws:cloudwatch:us-east-1:ACCOUNT:alarm:TargetTracking-service/x", &[]),
    ("logs:CreateLogDelivery", "*", &[]),
];

#[test]
fn a_stacks_policies_allow_its_whole_life_and_another_stacks_nothing_of_it() {
    on_deep_stack(async {
        let account = "300000000016";
        let local = LocalAccount::new(account).await;
        watch(&local.url, account).await;
        let sample = ACME;
        let production = stack(account, sample, "production");
        let changed = sample.replace("/shop:42", "/shop:43").replace("minimum: 3", "minimum: 4");
        let changed = stack(account, &changed.replace("class: db.r7g.large", "class: db.r7g.xlarge"), "production");
        local.bring_up(&production).await.unwrap_or_else(|why| panic!("{why}"));
        local.apply(&changed).await.unwrap_or_else(|why| panic!("{why}"));
        local.destroy(&changed).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = changes(&local.url, account).await;
        let stacks = [production, changed];
        held(&calls, &stacks).unwrap_or_else(|why| panic!("{why}"));
        by_services(&stacks, account);
        needed(&calls, &stacks);
    });
}

fn by_services(stacks: &[Blueprint], account: &str) {
    let statements = written(stacks);
    for (action, resource, context) in BY_SERVICES {
        let context = context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let resource = resource.replace("ACCOUNT", account);
        let question = Question { action: (*action).to_owned(), resource, context };
        assert!(allows(&statements, &question), "{question:?}");
    }
}

/// Without any one statement, some call of the stack's life is denied.
fn needed(calls: &[Change], stacks: &[Blueprint]) {
    let statements = written(stacks);
    let is_unused = |name: &str| {
        let plain = name.trim_end_matches(|sign: char| sign.is_ascii_digit());
        UNUSED.iter().any(|(one, _)| [name, plain].contains(one))
    };
    for (at, left_out) in statements.iter().enumerate() {
        let name = left_out["Sid"].as_str().expect("a name");
        let mut rest = statements.clone();
        rest.remove(at);
        let is_denied = calls.iter().any(|call| !is_allowed(&rest, call));
        assert!(is_denied || is_unused(name) || ["Read", "ReadOurs"].contains(&name), "{name} is not needed");
    }
}
