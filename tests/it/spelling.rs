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
