//! What the looks of a wait share.

use std::time::Duration;

use provision::aws::{Reader, Session};
use provision::resource::{Scope, StackId};
use tokio::time::advance;

use crate::canned::Canned;

fn scope(tenant: &str) -> Scope {
    Scope { project: "p".into(), stacks: vec![StackId::new(tenant, "production")], ..Scope::default() }
}

/// How many calls it takes when two looks at two kinds each are half an age apart, and one comes later.
async fn calls(reader: impl Fn(&Session) -> Reader) -> usize {
    let aws = Canned::by_operation(&[]);
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
    assert_eq!(calls(Session::waiting_reader).await, 3, "acme's twice, and globex's own");
}

#[tokio::test(start_paused = true)]
async fn a_plan_reads_its_own_tag_index() {
    assert_eq!(calls(Session::reader).await, 4, "one for each reader");
}
