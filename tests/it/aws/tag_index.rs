//! The tag index, and what the looks of a wait share.

use std::time::Duration;

use provision::aws::{Reader, Session};
use provision::resource::{Scope, StackId};
use serde_json::json;
use tokio::time::advance;

use crate::aws::canned::Canned;

fn scope(tenant: &str) -> Scope {
    Scope { project: "p".into(), stacks: vec![StackId::new(tenant, "production")], ..Scope::default() }
}

/// How many calls it takes when two looks at two kinds each are half an age apart, and one comes later.
async fn calls(reader: impl Fn(&Session) -> Reader) -> usize {
    let aws = Canned::empty();
    let session = aws.session(&[]).await;
    for _ in 0..2 {
        let look = reader(&session);
        for _ in 0..2 {
            look.tag_index(&scope("acme")).await.unwrap();
        }
        advance(Duration::from_secs(16)).await;
    }
    reader(&session).tag_index(&scope("acme")).await.unwrap();
    reader(&session).tag_index(&scope("globex")).await.unwrap();
    aws.asked().len()
}

#[tokio::test(start_paused = true)]
async fn looks_of_a_wait_share_a_stacks_tag_index_for_half_a_minute() {
    assert_eq!(calls(Session::polling_reader).await, 3, "acme's twice, and globex's own");
}

#[tokio::test(start_paused = true)]
async fn a_plan_reads_its_own_tag_index() {
    assert_eq!(calls(Session::reader).await, 4, "one for each reader");
}

#[tokio::test(start_paused = true)]
async fn a_wait_takes_the_tag_index_that_a_plan_has_just_read() {
    let aws = Canned::empty();
    let session = aws.session(&[]).await;
    session.reader().tag_index(&scope("acme")).await.unwrap();
    session.polling_reader().tag_index(&scope("acme")).await.unwrap();
    assert_eq!(aws.asked().len(), 1);
    advance(Duration::from_secs(31)).await;
    session.polling_reader().tag_index(&scope("acme")).await.unwrap();
    assert_eq!(aws.asked().len(), 2);
}

#[tokio::test]
async fn a_tag_index_of_many_tenants_is_asked_for_in_filters_of_twenty_values() {
    let names: Vec<_> = (0..45).map(|n| format!("t{n:02}")).collect();
    let one = |name: &str| {
        let tags = json!([
            { "Key": "provision:project", "Value": "p" },
            { "Key": "provision:tenant", "Value": name },
            { "Key": "provision:environment", "Value": "production" },
            { "Key": "provision:name", "Value": "main" },
        ]);
        json!({ "ResourceTagMappingList": [{ "ResourceARN": arn(name), "Tags": tags }] }).to_string()
    };
    let ends = ["t00", "t20", "t40"].map(|name| (name, one(name)));
    let answers: Vec<_> = ends.iter().map(|(name, body)| (*name, 200, body.as_str())).collect();
    let aws = Canned::matching(&answers);
    let stacks = names.iter().map(|name| StackId::new(name, "production")).collect();
    let scope = Scope { project: "p".into(), stacks, ..Scope::default() };
    let index = aws.session(&[]).await.reader().tag_index(&scope).await.unwrap();
    assert!(ends.iter().all(|(name, _)| index.get(&arn(name)).is_some()), "{index:?}");
    let asked: Vec<_> = aws.asked().iter().map(|one| one.matches("\"t").count()).collect();
    assert_eq!(asked, [20, 20, 5]);
}

fn arn(tenant: &str) -> String {
    format!("arn:aws:ec2:us-east-1:123456789012:vpc/{tenant}")
}
