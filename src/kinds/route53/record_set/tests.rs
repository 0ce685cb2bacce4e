use aws_sdk_route53::types::{ResourceRecord, ResourceRecordSet, RrType};

use super::read::{Zone, id};
use super::{RecordSet, marker};
use crate::resource::{Listing, Scope, StackId, Tags, key};

const ZONE: &str = "acme.example";

fn tags(environment: &str) -> Tags {
    Tags::from_iter([
        (key::PROJECT, "p"),
        (key::TENANT, "acme"),
        (key::ENVIRONMENT, environment),
        (key::NAME, "site"),
        (key::DIGEST, "v2:abc"),
    ])
}

fn record(name: &str, of_type: RrType) -> ResourceRecordSet {
    let value = ResourceRecord::builder().value("192.0.2.1").build().unwrap();
    ResourceRecordSet::builder().name(name).r#type(of_type).ttl(60).resource_records(value).build().unwrap()
}

fn listed(records: Vec<ResourceRecordSet>, requested: &[&str]) -> Listing<RecordSet> {
    let scope = Scope {
        project: "p".into(),
        stacks: vec![StackId::new("acme", "production")],
        requested: requested.iter().map(|id| (*id).to_owned()).collect(),
        ..Scope::default()
    };
    let mut listing = Listing::default();
    Zone::of("Z1", ZONE, records).list(&scope, &mut listing);
    listing
}

fn zone() -> Vec<ResourceRecordSet> {
    let mark = |name: &str, environment: &str| marker::record(ZONE, name, "A", &tags(environment)).unwrap();
    vec![
        record("acme.example.", RrType::Soa),
        record("acme.example.", RrType::Ns),
        record("\\052.acme.example.", RrType::A),
        mark("*.acme.example", "production"),
        record("staging.acme.example.", RrType::A),
        mark("staging.acme.example", "staging"),
        record("by-hand.acme.example.", RrType::A),
        // Somebody has deleted the record of this one.
        mark("gone.acme.example", "production"),
    ]
}

#[test]
fn a_record_is_ours_by_its_mark_alone() {
    let listing = listed(zone(), &[]);
    let ids: Vec<_> = listing.found.iter().map(|found| found.id.as_str()).collect();
    assert_eq!(ids, ["Z1/*.acme.example/A"]);
    assert_eq!(listing.found[0].tags, tags("production"));
    let strangers: Vec<_> = listing.attached.iter().map(|thing| (thing.id.as_str(), thing.host.as_str())).collect();
    assert_eq!(strangers, [("Z1/by-hand.acme.example/A", "Z1")], "AWS's own, other stacks' and marks are no strangers");
}

#[test]
fn what_is_asked_for_is_found_whosever_it_is() {
    let by_id = id("Z1", "by-hand.acme.example", "A");
    let found = |asked: &[&str]| listed(zone(), asked).found.into_iter().map(|found| found.id).collect::<Vec<_>>();
    assert_eq!(found(&[&by_id]), ["Z1/*.acme.example/A", &by_id]);
    assert_eq!(found(&["Z1"]).len(), 3, "all but AWS's own");
}
