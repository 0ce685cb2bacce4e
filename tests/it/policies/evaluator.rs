//! What IAM does with policies, as far as ours go: nothing is allowed but by a statement that matches the action, the
//! resource and all conditions. An operator that is not here is a failure.

use std::collections::BTreeMap;

use provision::resource::glob;
use serde_json::Value;

/// What IAM is asked about one resource of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub action: String,
    /// `*` where AWS lets a policy name none.
    pub resource: String,
    /// The condition keys that the request has, with their values.
    pub context: BTreeMap<String, String>,
}

/// All statements of some policies.
pub fn statements(policies: &[Value]) -> Vec<Value> {
    policies.iter().flat_map(|policy| texts(&policy["Statement"])).cloned().collect()
}

pub fn allows(statements: &[Value], question: &Question) -> bool {
    statements.iter().any(|statement| is_met(statement, question))
}

fn is_met(statement: &Value, question: &Question) -> bool {
    assert_eq!(statement["Effect"], "Allow");
    let any = |key: &str, is_it: &dyn Fn(&str) -> bool| texts(&statement[key]).filter_map(Value::as_str).any(is_it);
    any("Action", &|action| action == question.action)
        && any("Resource", &|resource| glob::matches(resource, &question.resource))
        && conditions(statement).all(|(operator, key, values)| holds(operator, question.context.get(key), &values))
}

/// Operator, key and values of each condition.
pub fn conditions(statement: &Value) -> impl Iterator<Item = (&str, &str, Vec<&str>)> {
    let operators = statement["Condition"].as_object().into_iter().flatten();
    operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| {
            (operator.as_str(), key.as_str(), texts(values).filter_map(Value::as_str).collect())
        })
    })
}

fn holds(operator: &str, value: Option<&String>, values: &[&str]) -> bool {
    match operator {
        "StringEquals" => value.is_some_and(|value| values.contains(&value.as_str())),
        "Null" => values == [if value.is_none() { "true" } else { "false" }],
        other => panic!("the evaluator knows no operator {other}"),
    }
}

/// One value, or each of a list.
pub fn texts(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice).iter()
}

#[test]
fn a_condition_that_is_not_met_and_a_resource_that_is_not_named_are_denied() {
    let statement = serde_json::json!({
        "Effect": "Allow", "Action": ["ec2:DeleteVpc"], "Resource": "arn:aws:ec2:us-east-1:1:vpc/*",
        "Condition": { "StringEquals": { "aws:ResourceTag/t": ["a", "b"] }, "Null": { "aws:ResourceTag/u": "true" } },
    });
    let ask = |action: &str, resource: &str, context: &[(&str, &str)]| {
        let context = context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let question = Question { action: action.into(), resource: resource.into(), context };
        allows(std::slice::from_ref(&statement), &question)
    };
    let (vpc, ours) = ("arn:aws:ec2:us-east-1:1:vpc/vpc-1", ("aws:ResourceTag/t", "b"));
    assert!(ask("ec2:DeleteVpc", vpc, &[ours]));
    assert!(!ask("ec2:DeleteSubnet", vpc, &[ours]));
    assert!(!ask("ec2:DeleteVpc", "arn:aws:ec2:us-east-1:2:vpc/vpc-1", &[ours]));
    assert!(!ask("ec2:DeleteVpc", vpc, &[]));
    assert!(!ask("ec2:DeleteVpc", vpc, &[("aws:ResourceTag/t", "c")]));
    assert!(!ask("ec2:DeleteVpc", vpc, &[ours, ("aws:ResourceTag/u", "x")]));
}
