use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kinds::route53::hosted_zone::HostedZone;
use crate::kinds::route53::name;
use crate::resource::normal::Set;
use crate::resource::{Mistake, OPEN, Ref};

/// Route 53 refuses others.
const TYPES: &[&str] = &[
    "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SPF", "SRV", "SSHFP", "SVCB", "TLSA",
    "TXT",
];

/// The properties of `AWS::Route53::RecordSet` that are not about routing by weight, place or health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub hosted_zone_id: Ref<HostedZone>,
    /// The whole name, `www.example.com` or `*.example.com`.
    #[serde(deserialize_with = "name::read")]
    pub name: String,
    /// `A`, `AAAA`, `CNAME`, `MX`, `NS`, `TXT`, ...
    #[serde(deserialize_with = "upper_case")]
    pub r#type: String,
    /// How many seconds resolvers keep it; of all but aliases.
    #[serde(rename = "TTL", default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i64>,
    /// Its values; those of a TXT record stand in quotes.
    #[serde(default, deserialize_with = "values")]
    pub resource_records: Set<String>,
    /// A load balancer, a distribution or another thing of AWS whose addresses are answered, in place of values.
    #[serde(default)]
    pub alias_target: Option<AliasTarget>,
}

/// What an alias answers with the addresses of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AliasTarget {
    /// Its name. `dualstack.` before it, as the console writes it, is another one: of a Classic Load Balancer it alone has
    /// addresses of IPv6.
    #[serde(rename = "DNSName", deserialize_with = "name::read")]
    pub dns_name: String,
    /// The zone of its name, which is AWS's own.
    pub hosted_zone_id: String,
    /// Whether it is not answered while no target behind it is well.
    #[serde(default)]
    pub evaluate_target_health: bool,
}

pub(super) fn check(spec: &Spec) -> Vec<Mistake> {
    let is_open = |text: &str| text.contains(OPEN);
    let is_known = is_open(&spec.r#type) || TYPES.contains(&spec.r#type.as_str());
    let is_bare = |value: &&String| !value.starts_with('"') && !is_open(value);
    let bare = spec.resource_records.iter().find(is_bare).filter(|_| ["TXT", "SPF"].contains(&spec.r#type.as_str()));
    let is_alias = spec.alias_target.is_some();
    let wrong = [
        ("/Type", (!is_known).then(|| format!("is {}, which Route 53 does not have", spec.r#type))),
        ("/Name", name::mistake(&spec.name)),
        (
            "/ResourceRecords",
            (is_alias && !spec.resource_records.is_empty())
                .then(|| "stands beside AliasTarget: an alias has no values".to_owned()),
        ),
        (
            "/ResourceRecords",
            (!is_alias && spec.resource_records.is_empty())
                .then(|| "is missing: a record has values, or is an alias".to_owned()),
        ),
        (
            "/ResourceRecords",
            (spec.r#type == "CNAME" && spec.resource_records.len() > 1)
                .then(|| "has several values, and a CNAME has one".to_owned()),
        ),
        ("/ResourceRecords", bare.map(|value| format!("has {value} without quotes, which Route 53 wants around text"))),
        (
            "/TTL",
            (is_alias && spec.ttl.is_some())
                .then(|| "stands beside AliasTarget: an alias has that of its target".to_owned()),
        ),
        ("/TTL", (!is_alias && spec.ttl.is_none()).then(|| "is missing; 300 is usual".to_owned())),
        (
            "/TTL",
            spec.ttl
                .filter(|ttl| !(0..=2_147_483_647).contains(ttl))
                .map(|ttl| format!("is {ttl}, and has to be 0 to 2147483647")),
        ),
    ];
    wrong.into_iter().filter_map(|(at, what)| Some(Mistake::new(at, what?))).collect()
}

/// A value as it is compared: the hosts in it without a dot at their end, addresses in their short form, text as it is.
pub(super) fn normal_value(text: &str) -> String {
    if text.contains(OPEN) || text.contains('"') {
        return text.to_owned();
    }
    if let Ok(address) = text.parse::<std::net::Ipv6Addr>() {
        return address.to_string();
    }
    let has_host = text.contains(|letter: char| letter.is_ascii_alphabetic());
    if has_host { text.trim_end_matches('.').to_ascii_lowercase() } else { text.to_owned() }
}

fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Set<String>, D::Error> {
    Vec::<String>::deserialize(deserializer).map(|all| all.iter().map(|text| normal_value(text)).collect())
}

fn upper_case<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| if text.contains(OPEN) { text } else { text.to_ascii_uppercase() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_mean_the_same_are_the_same() {
        for (one, other) in [
            ("LB.acme.example.", "lb.acme.example"),
            ("10 Mail.acme.example.", "10 mail.acme.example"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
        ] {
            assert_eq!(normal_value(one), normal_value(other));
        }
        assert_eq!(normal_value("192.0.2.1"), "192.0.2.1");
        assert_eq!(normal_value("\"V=Spf1 a.\""), "\"V=Spf1 a.\"");
        let target = |name: &str| {
            let given = json!({ "DNSName": name, "HostedZoneId": "Z2" });
            serde_json::from_value::<AliasTarget>(given).unwrap().dns_name
        };
        assert_eq!(target("Main-1.us-east-1.elb.amazonaws.com."), target("main-1.us-east-1.elb.amazonaws.com"));
        assert_ne!(
            target("dualstack.main-1.us-east-1.elb.amazonaws.com"),
            target("main-1.us-east-1.elb.amazonaws.com")
        );
    }

    #[test]
    fn what_route_53_refuses_is_a_mistake() {
        let mistakes = |given: serde_json::Value| {
            let mut spec = json!({ "HostedZoneId": "Z1", "Name": "www.acme.example", "Type": "a" });
            spec.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
            check(&serde_json::from_value(spec).unwrap()).into_iter().map(|one| one.path).collect::<Vec<_>>()
        };
        let alias = json!({ "DNSName": "lb.example", "HostedZoneId": "Z2" });
        assert!(mistakes(json!({ "TTL": 60, "ResourceRecords": ["192.0.2.1"] })).is_empty());
        assert!(mistakes(json!({ "AliasTarget": alias })).is_empty());
        assert_eq!(mistakes(json!({ "AliasTarget": alias, "TTL": 60 })), ["/TTL"]);
        assert_eq!(mistakes(json!({ "AliasTarget": alias, "ResourceRecords": ["192.0.2.1"] })), ["/ResourceRecords"]);
        assert_eq!(mistakes(json!({})), ["/ResourceRecords", "/TTL"]);
        assert_eq!(mistakes(json!({ "TTL": 60, "Type": "TXT", "ResourceRecords": ["a"] })), ["/ResourceRecords"]);
        assert_eq!(
            mistakes(json!({ "TTL": 60, "Type": "CNAME", "ResourceRecords": ["a", "b"] })),
            ["/ResourceRecords"]
        );
        assert_eq!(mistakes(json!({ "TTL": 60, "Type": "ANY", "ResourceRecords": ["a"] })), ["/Type"]);
    }
}
