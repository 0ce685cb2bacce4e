//! What AWS spells in its own way: however it is written, the next plan is empty.

use provision::kinds::KINDS;
use provision::resource::Difference;
use serde_json::{Value, json};

/// What differs between what AWS gives back and what was written.
fn difference(kind: &str, live: &Value, written: &Value) -> Difference {
    let kind = KINDS.iter().find(|one| one.facts().kind == kind).unwrap();
    let normal = |spec: &Value| kind.normalise(spec.clone()).unwrap();
    kind.compare(&normal(live), &normal(written))
}

fn certificate(domain: &str, others: &[&str]) -> Value {
    json!({ "DomainName": domain, "SubjectAlternativeNames": others })
}

#[test]
fn acm_gives_domains_back_in_lower_case() {
    let kind = "AWS::CertificateManager::Certificate";
    let live = certificate("www.example.com", &["api.example.com", "example.com"]);
    let written = certificate("WWW.Example.com", &["Example.com", "API.example.com"]);
    assert_eq!(difference(kind, &live, &written), Difference::default());
    assert_eq!(difference(kind, &live, &certificate("example.com", &[])).fields.len(), 2);
}

/// The order of keys, actions, principals and conditions, lists of one, and how an account and anybody are called.
#[test]
fn policies_mean_the_same_in_any_spelling() {
    let trust =
        |statement: Value| json!({ "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": statement } });
    let live = trust(json!([{
        "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Principal": { "AWS": ["arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"] },
        "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" }, "Bool": { "a": "true", "b": ["x", "y"] } },
    }]));
    let written = trust(json!({
        "Condition": { "Bool": { "b": ["y", "x"], "a": true }, "IpAddress": { "aws:SourceIp": ["10.0.0.0/8"] } },
        "Principal": { "AWS": ["210987654321", "arn:aws:iam::123456789012:root"] },
        "Action": ["sts:TagSession", "sts:AssumeRole"], "Effect": "Allow",
    }));
    assert_eq!(difference("AWS::IAM::Role", &live, &written), Difference::default());
    let key = |role: &Value| json!({ "KeyPolicy": role["AssumeRolePolicyDocument"] });
    assert_eq!(difference("AWS::KMS::Key", &key(&live), &key(&written)), Difference::default());
    let other = trust(json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": "*" } }]));
    assert_eq!(difference("AWS::IAM::Role", &live, &other).fields.len(), 1);
}

#[test]
fn a_dot_at_the_end_of_a_domain_means_nothing_and_other_letters_than_acms_are_mistakes() {
    let kind = "AWS::CertificateManager::Certificate";
    let live = certificate("www.example.com", &["*.example.com"]);
    assert_eq!(difference(kind, &live, &certificate("www.example.com.", &["*.example.com."])), Difference::default());
    let kind = KINDS.iter().find(|one| one.facts().kind == kind).unwrap();
    let mistakes = |domain: &str, others: &[&str]| {
        let spec = kind.normalise(certificate(domain, others)).unwrap();
        kind.check(&spec).into_iter().map(|mistake| mistake.path).collect::<Vec<_>>()
    };
    assert_eq!(mistakes("xn--mnchen-3ya.example", &["*.a-b.example.com"]), [""; 0]);
    assert_eq!(mistakes("münchen.example", &["a_b.example.com"]), ["/DomainName", "/SubjectAlternativeNames"]);
    assert_eq!(mistakes(&format!("{}.example.com", "a".repeat(60)), &[]), ["/DomainName"], "65 and more are too long");
}

fn web_acl(field: &Value) -> Value {
    let visibility = json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" });
    let bytes = json!({
        "SearchString": "Curl", "FieldToMatch": field, "PositionalConstraint": "CONTAINS",
        "TextTransformations": [{ "Priority": 0, "Type": "NONE" }],
    });
    let not = json!({ "NotStatement": { "Statement": { "ByteMatchStatement": bytes } } });
    json!({
        "Scope": "REGIONAL", "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility,
        "Rules": [{
            "Name": "R", "Priority": 0, "Statement": not, "Action": { "Block": {} }, "VisibilityConfig": visibility,
        }],
    })
}

#[test]
fn waf_gives_the_names_of_headers_and_arguments_back_in_lower_case() {
    for part in ["SingleHeader", "SingleQueryArgument"] {
        let named = |name: &str| web_acl(&json!({ part: { "Name": name } }));
        let differs = |written: &str| difference("AWS::WAFv2::WebACL", &named("user-agent"), &named(written));
        assert_eq!(differs("User-Agent"), Difference::default(), "{part}");
        assert_eq!(differs("Agent").fields.len(), 1, "{part}");
    }
}
