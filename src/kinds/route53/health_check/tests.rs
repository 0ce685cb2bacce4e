use serde_json::{Value, from_value, json};

use super::rules::mistakes;
use super::spec::{CHECKERS, Config};

fn config(changes: Value) -> Config {
    let mut all = json!({ "Type": "HTTPS", "FullyQualifiedDomainName": "www.acme.example" });
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    from_value(all).unwrap()
}

/// Where the mistakes are, below the configuration.
fn wrong(changes: Value) -> Vec<String> {
    let all = mistakes(&config(changes));
    all.into_iter().map(|mistake| mistake.path.trim_start_matches("/HealthCheckConfig/").to_owned()).collect()
}

#[test]
fn what_route_53_chooses_is_filled_in() {
    let told = config(json!({ "Port": 443, "EnableSNI": true, "ResourcePath": "/", "Regions": CHECKERS }));
    assert_eq!(config(json!({})), told);
    let plain = json!({ "Type": "HTTP_STR_MATCH", "SearchString": "well" });
    assert_eq!((config(plain.clone()).port, config(plain).enable_sni), (Some(80), Some(false)));
    let tcp = config(json!({ "Type": "TCP", "Port": 25 }));
    assert_eq!((tcp.enable_sni, tcp.resource_path.as_str()), (None, ""));
}

#[test]
fn one_thing_has_one_spelling() {
    let name = |text: &str| config(json!({ "FullyQualifiedDomainName": text })).fully_qualified_domain_name;
    assert_eq!(name("WWW.Acme.example"), "www.acme.example");
    assert_eq!(name("\u{27e6}AWS::X/a.DNSName\u{27e7}"), "\u{27e6}AWS::X/a.DNSName\u{27e7}");
    let address = |text: &str| config(json!({ "IPAddress": text })).ip_address;
    assert_eq!(address("2600:9000:5305:0:0:0:0:4"), address("2600:9000:5305::4"));
}

#[test]
fn what_route_53_takes_is_no_mistake() {
    let none: Vec<String> = Vec::new();
    assert_eq!(wrong(json!({})), none);
    assert_eq!(wrong(json!({ "Regions": ["us-east-1", "eu-west-1", "sa-east-1"], "RequestInterval": 10 })), none);
    assert_eq!(wrong(json!({ "Type": "HTTPS_STR_MATCH", "SearchString": "ok", "ResourcePath": "/health?a=b" })), none);
    assert_eq!(wrong(json!({ "Type": "TCP", "Port": 25 })), none);
    assert_eq!(wrong(json!({ "FullyQualifiedDomainName": "", "IPAddress": "8.8.8.8" })), none);
    assert_eq!(wrong(json!({ "FullyQualifiedDomainName": "\u{27e6}AWS::X/a.DNSName\u{27e7}" })), none);
}

#[test]
fn what_route_53_refuses_is_a_mistake() {
    let cases = [
        (json!({ "Type": "CALCULATED" }), "Type"),
        (json!({ "FullyQualifiedDomainName": "" }), "FullyQualifiedDomainName"),
        (json!({ "FullyQualifiedDomainName": "https://www.acme.example" }), "FullyQualifiedDomainName"),
        (json!({ "FullyQualifiedDomainName": "*.acme.example" }), "FullyQualifiedDomainName"),
        (json!({ "IPAddress": "10.0.0.1" }), "IPAddress"),
        (json!({ "IPAddress": "100.64.0.1" }), "IPAddress"),
        (json!({ "IPAddress": "fd00::1" }), "IPAddress"),
        (json!({ "IPAddress": "www.acme.example" }), "IPAddress"),
        (json!({ "Port": 0 }), "Port"),
        (json!({ "Type": "TCP" }), "Port"),
        (json!({ "ResourcePath": "health" }), "ResourcePath"),
        (json!({ "Type": "TCP", "Port": 25, "ResourcePath": "/" }), "ResourcePath"),
        (json!({ "Type": "HTTPS_STR_MATCH" }), "SearchString"),
        (json!({ "SearchString": "well" }), "SearchString"),
        (json!({ "Type": "HTTP_STR_MATCH", "SearchString": "a".repeat(256) }), "SearchString"),
        (json!({ "RequestInterval": 20 }), "RequestInterval"),
        (json!({ "FailureThreshold": 11 }), "FailureThreshold"),
        (json!({ "Type": "HTTP", "EnableSNI": true }), "EnableSNI"),
        (json!({ "Regions": ["us-east-1", "eu-west-1"] }), "Regions"),
        (json!({ "Regions": ["us-east-1", "eu-west-1", "eu-central-1"] }), "Regions"),
    ];
    for (changes, path) in cases {
        assert_eq!(wrong(changes.clone()), [path], "{changes}");
    }
}
