//! Whose a record is: a TXT record in the same zone tells, made, changed and deleted in one batch with the record that it
//! marks ([decision 25](../../../../docs/decisions/0025-a-record-beside-a-record.md)).

use aws_sdk_route53::types::{ResourceRecord, ResourceRecordSet, RrType};

use super::write::built;
use crate::kinds::route53::name;
use crate::resource::{Result, Tags};

/// Below this name of a zone are all its marks, one beside the other in DNS's order.
const BELOW: &str = "_provision";
/// In place of the `*` of a wildcard, which DNS has at the beginning of a name alone.
const ANY: &str = "_any";
/// Seconds; nobody looks a mark up.
const TTL: i64 = 300;

/// The name under which all marks of a zone are.
pub(super) fn below(zone: &str) -> String {
    format!("{BELOW}.{zone}")
}

/// The name of the mark of a record: `a.www._provision.acme.example` of the A record of `www.acme.example`.
pub(super) fn name_of(zone: &str, name: &str, of_type: &str) -> String {
    let own = name.strip_suffix(zone).unwrap_or(name).trim_end_matches('.').replace('*', ANY);
    let parts = [of_type.to_ascii_lowercase(), own, below(zone)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// The name and type of the record that a mark is about; none if that is the name of no mark.
pub(super) fn marked(zone: &str, mark: &str) -> Option<(String, String)> {
    let own = mark.strip_suffix(&below(zone))?.strip_suffix('.')?;
    let (of_type, own) = own.split_once('.').unwrap_or((own, ""));
    let own = own.replace(ANY, "*");
    let name = if own.is_empty() { zone.to_owned() } else { format!("{own}.{zone}") };
    Some((name, of_type.to_ascii_uppercase()))
}

/// Whether a record is a mark.
pub(super) fn is_one(zone: &str, record: &ResourceRecordSet) -> bool {
    *record.r#type() == RrType::Txt && name::is_within(&name::normal(record.name()), &below(zone))
}

/// The tags that a mark bears.
pub(super) fn tags(mark: &ResourceRecordSet) -> Tags {
    let texts = mark.resource_records().iter().flat_map(|record| strings(record.value()));
    let texts: Vec<_> = texts.collect();
    texts.iter().filter_map(|text| text.split_once('=')).collect()
}

/// The mark that bears these tags, a string each.
pub(super) fn record(zone: &str, name: &str, of_type: &str, tags: &Tags) -> Result<ResourceRecordSet> {
    let quoted = |(key, value): (&str, &str)| {
        format!("\"{}\"", format!("{key}={value}").replace('\\', r"\\").replace('"', "\\\""))
    };
    let text = tags.iter().map(quoted).collect::<Vec<_>>().join(" ");
    let value = built(ResourceRecord::builder().value(text).build())?;
    let record = ResourceRecordSet::builder().name(name_of(zone, name, of_type)).r#type(RrType::Txt).ttl(TTL);
    built(record.resource_records(value).build())
}

/// The strings of a TXT value, `"one" "two"`.
fn strings(value: &str) -> Vec<String> {
    let (mut all, mut open, mut escaped) = (Vec::new(), None::<String>, false);
    for sign in value.chars() {
        match (&mut open, sign) {
            (Some(text), sign) if escaped => {
                text.push(sign);
                escaped = false;
            }
            (Some(_), '\\') => escaped = true,
            (Some(_), '"') => all.extend(open.take()),
            (Some(text), sign) => text.push(sign),
            (None, '"') => open = Some(String::new()),
            (None, _) => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::key;

    const ZONE: &str = "acme.example";

    #[test]
    fn a_mark_and_its_record_name_each_other() {
        for (name, of_type, mark) in [
            ("www.acme.example", "A", "a.www._provision.acme.example"),
            ("acme.example", "A", "a._provision.acme.example"),
            ("*.acme.example", "AAAA", "aaaa._any._provision.acme.example"),
            ("_x.www.acme.example", "CNAME", "cname._x.www._provision.acme.example"),
        ] {
            assert_eq!(name_of(ZONE, name, of_type), mark);
            assert_eq!(marked(ZONE, mark), Some((name.to_owned(), of_type.to_owned())));
        }
        for other in ["www.acme.example", "_provision.acme.example", "x_provision.acme.example"] {
            assert_eq!(marked(ZONE, other), None, "{other}");
        }
    }

    #[test]
    fn tags_come_back_as_they_were_written() {
        let written =
            Tags::from_iter([(key::TENANT, "acme"), (key::DIGEST, r#"v2:a=b "c" \d"#), (key::PROTECTED, "true")]);
        let mark = record(ZONE, "www.acme.example", "A", &written).unwrap();
        assert!(is_one(ZONE, &mark));
        assert_eq!(tags(&mark), written);
        assert_eq!(strings(r#""v=spf1 -all" "b""#), ["v=spf1 -all", "b"]);
    }
}
