//! A detail that is not found of what a list has just shown: the thing is unknown, and not absent.

mod cases;

use std::collections::BTreeSet;

use provision::kinds::KINDS;
use provision::resource::{AnyListing, Result};

use crate::aws::canned::{Canned, scope};
use cases::cases;

use crate::kinds::canned_kind::{Answer, kind_of, xml, xml_error};

/// Kinds that make more than one call, and of which a second one can't leave a thing out.
const WHOLE: &[(&str, &str)] = &[(
    "AWS::RDS::DBInstance",
    "DescribeDBInstances shows all of it: of its cluster comes only what is pending there, and the usual insights",
)];

async fn list(kind: &str, answers: &[Answer]) -> Result<AnyListing> {
    let kind = kind_of(kind);
    let session = Canned::by_operation(answers).session(kind.facts().permissions.read).await;
    kind.list(&session.reader(), &scope()).await
}

#[tokio::test(start_paused = true)]
async fn what_a_list_shows_and_a_detail_does_not_find_is_unknown() {
    let mut wrong = Vec::new();
    for (kind, answers) in cases() {
        let listing = list(kind, &answers).await.map(|listing| (listing.found.len(), listing.unseen.len()));
        if listing != Ok((0, 1)) {
            wrong.push(format!("{kind}, {}: {listing:?}", answers.last().unwrap().0));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a list may call is what a reader lets through, so no kind can make a second call and stand here unnamed.
#[test]
fn every_kind_whose_list_makes_more_than_one_call_is_tried() {
    let tried: BTreeSet<_> = cases().iter().map(|(kind, _)| *kind).collect();
    let excused: BTreeSet<_> = WHOLE.iter().map(|(kind, _)| *kind).collect();
    let several =
        KINDS.iter().map(|kind| kind.facts()).filter(|facts| facts.permissions.read.len() > 1).map(|facts| facts.kind);
    let named: BTreeSet<_> = tried.union(&excused).copied().collect();
    assert_eq!(several.collect::<BTreeSet<_>>(), named);
    assert!(tried.is_disjoint(&excused));
}

/// ElastiCache says that it is deleting: what is not found of that is gone.
#[tokio::test(start_paused = true)]
async fn what_is_being_deleted_may_go_between_two_calls() {
    for (status, unseen) in [("available", 1), ("deleting", 0)] {
        let group = format!(
            "<ReplicationGroups><ReplicationGroup><ReplicationGroupId>acme-production-main</ReplicationGroupId><Status>{status}</Status>\
             <ARN>arn:aws:elasticache:us-east-1:123456789012:replicationgroup:acme-production-main</ARN></ReplicationGroup></ReplicationGroups>"
        );
        let answers = [
            ("DescribeReplicationGroups", 200, xml("DescribeReplicationGroups", &group)),
            ("ListTagsForResource", 404, xml_error("ReplicationGroupNotFoundFault", "not found")),
        ];
        let listing = list("AWS::ElastiCache::ReplicationGroup", &answers).await.unwrap();
        assert_eq!((listing.found.len(), listing.unseen.len()), (0, unseen), "{status}");
    }
}
