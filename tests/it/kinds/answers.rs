//! What AWS answers and no template says is never dropped in silence: `tests/data/answers.txt` says of each member of an answer
//! what becomes of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use provision::kinds::KINDS;
use provision::resource::Facts;
use serde_json::{Value, json};

use crate::kinds::canned_kind::kind_of;

/// Runs `tests/answers.py`, which knows AWS's models.
fn python(arguments: &[&str]) -> Output {
    let python = env::var_os("PROVISION_TEST_PYTHON")
        .expect("PROVISION_TEST_PYTHON names a Python with tests/requirements.txt installed: run tests/run");
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers.py");
    Command::new(python).arg("-B").arg(program).args(arguments).output().expect("the interpreter starts")
}

/// Every line of the file: the kind, the member, the sign and the words.
fn lines() -> Vec<(String, String, char, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/answers.txt");
    let text = fs::read_to_string(file).expect("the file is there");
    let mut kind = String::new();
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(line) = line.strip_prefix("    ") else {
            line.split(' ').next().unwrap_or_default().clone_into(&mut kind);
            continue;
        };
        let mut parts = line.splitn(3, ' ');
        let mut next = || parts.next().expect("a member, a sign and words").to_owned();
        let (member, sign, words) = (next(), next(), next());
        all.push((kind.clone(), member, sign.chars().next().expect("a sign"), words));
    }
    all
}

#[test]
fn every_member_of_an_answer_is_accounted_for() {
    let said = python(&[]);
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
fn every_kind_says_what_becomes_of_its_answers() {
    let said: BTreeSet<String> = lines().into_iter().map(|(kind, ..)| kind).collect();
    let kinds: BTreeSet<String> = KINDS.iter().map(|kind| kind.facts().kind.to_owned()).collect();
    assert_eq!(said, kinds);
}

#[test]
fn what_is_said_to_be_compared_is_a_property_and_what_is_left_to_others_is_an_additive_list() {
    let mut wrong = Vec::new();
    for (kind, member, sign, words) in lines().into_iter().filter(|(.., words)| words.starts_with('/')) {
        let known = kind_of(&kind);
        let Facts { additive, .. } = known.facts();
        let list = words.split(", tried by ").next().unwrap_or_default();
        let property = list.split('/').nth(1).unwrap_or_default();
        let is_property = known.schema().root()["properties"].get(property).is_some();
        let is_right = match sign {
            '=' => is_property,
            '+' => additive.contains(&list),
            _ => true,
        };
        if !is_right {
            wrong.push(format!("{kind} {member} {sign} {words}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// Attributes that have no documented value, can't be set back, or are of what is not offered, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("LoadBalancerAttribute access_logs.s3.bucket", "has no value of AWS's; counts only where the logs are on"),
    ("LoadBalancerAttribute access_logs.s3.prefix", "has no value of AWS's; counts only where the logs are on"),
    ("LoadBalancerAttribute connection_logs.s3.bucket", "has no value of AWS's; counts only where the logs are on"),
    ("LoadBalancerAttribute connection_logs.s3.prefix", "has no value of AWS's; counts only where the logs are on"),
    ("LoadBalancerAttribute health_check_logs.s3.bucket", "has no value of AWS's; counts only where the logs are on"),
    ("LoadBalancerAttribute health_check_logs.s3.prefix", "has no value of AWS's; counts only where the logs are on"),
    ("LoadBalancerAttribute secondary_ips.auto_assigned.per_subnet", "cannot be set back"),
    ("TargetGroupAttribute lambda.multi_value_headers.enabled", "functions are not offered"),
    ("TargetGroupAttribute send_tcp_reset.on_deregistration.enabled", "gateway load balancers are not offered"),
    ("TargetGroupAttribute send_tcp_reset.on_unhealthy.enabled", "gateway load balancers are not offered"),
    (
        "TargetGroupAttribute stickiness.app_cookie.cookie_name",
        "has no value of AWS's; counts only with that stickiness",
    ),
    ("TargetGroupAttribute target_failover.on_deregistration", "gateway load balancers are not offered"),
    ("TargetGroupAttribute target_failover.on_unhealthy", "gateway load balancers are not offered"),
    ("ListenerAttribute send_tcp_reset.on_idle_timeout.enabled", "gateway load balancers are not offered"),
];

/// The keys of what a spec's type has filled in.
fn filled(kind: &str, property: &str, spec: Value) -> BTreeSet<String> {
    let name = format!("AWS::ElasticLoadBalancingV2::{kind}");
    let known = kind_of(&name);
    let spec = known.normalise(spec).expect("a spec");
    let keys = spec[property].as_array().into_iter().flatten();
    keys.map(|one| format!("{kind}Attribute {}", one["Key"].as_str().unwrap())).collect()
}

#[test]
fn every_documented_attribute_of_load_balancing_is_compared_or_has_a_reason() {
    let mut compared = BTreeSet::new();
    for kind in ["application", "network"] {
        compared.extend(filled("LoadBalancer", "LoadBalancerAttributes", json!({ "Type": kind })));
    }
    for protocol in ["HTTP", "TCP", "UDP"] {
        let spec = json!({ "TargetType": "ip", "Protocol": protocol, "Port": 80, "VpcId": "vpc-1" });
        compared.extend(filled("TargetGroup", "TargetGroupAttributes", spec));
        let spec = json!({ "LoadBalancerArn": "arn", "Protocol": protocol, "Port": 80, "DefaultActions": [] });
        compared.extend(filled("Listener", "ListenerAttributes", spec));
    }
    let said = String::from_utf8(python(&["--attributes"]).stdout).unwrap();
    // The name of a header is the header's own unless it is given another.
    let documented: BTreeSet<String> =
        said.lines().filter(|key| !key.ends_with(".header_name")).map(str::to_owned).collect();
    let left: BTreeSet<String> = NOT_COMPARED.iter().map(|(key, _)| (*key).to_owned()).collect();
    assert!(documented.len() > 50, "{documented:#?}");
    assert_eq!(documented.difference(&compared).cloned().collect::<BTreeSet<_>>(), left);
    assert_eq!(compared.difference(&documented).collect::<Vec<_>>(), [""; 0]);
}
