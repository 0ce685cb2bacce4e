//! The bucket of leases and journals.

use provision::resource::Class;

use crate::aws::canned::Canned;

const EXISTS: (u16, &str) = (412, "<Error><Code>PreconditionFailed</Code><Message>there</Message></Error>");
const NO_BUCKET: (u16, &str) = (404, "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>");
const NO_KEY: (u16, &str) = (404, "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>");
const DENIED: (u16, &str) = (403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
const DONE: (u16, &str) = (200, "");
const EMPTY: (u16, &str) = (200, "<ListBucketResult/>");
/// The account of the session, and another one.
const OWN: &str = "123456789012";
const OTHER: &str = "111122223333";

#[tokio::test]
async fn a_taken_key_and_a_changed_object_are_told_and_not_failures() {
    let aws = Canned::new(&[EXISTS, EXISTS, NO_KEY]);
    let store = aws.session(&[]).await.store("leases", OWN);
    assert_eq!(store.put_new("a", b"1".to_vec()).await, Ok(None));
    assert_eq!(store.put_if("a", "\"etag\"", b"1".to_vec()).await, Ok(None));
    assert_eq!(store.get("a").await, Ok(None));
}

#[tokio::test]
async fn every_call_says_whose_the_bucket_has_to_be() {
    let aws = Canned::new(&[NO_KEY, EXISTS, EXISTS, EXISTS, EMPTY]);
    let store = aws.session(&[]).await.store("leases", OTHER);
    assert_eq!(store.get("a").await, Ok(None));
    assert!(store.put("a", Vec::new()).await.is_err());
    assert_eq!(store.put_new("a", Vec::new()).await, Ok(None));
    assert_eq!(store.put_if("a", "\"etag\"", Vec::new()).await, Ok(None));
    assert_eq!(store.list("a").await, Ok(Vec::new()));
    assert_eq!(aws.owners(), vec![Some(OTHER.to_owned()); 5]);
}

#[tokio::test]
async fn a_missing_bucket_is_made_private_encrypted_and_without_old_versions_for_ever() {
    let aws = Canned::new(&[NO_BUCKET, DONE, DONE, DONE, DONE, DONE]);
    aws.session(&[]).await.store("leases", OWN).ensure_bucket().await.unwrap();
    let asked = aws.asked();
    let expected = ["GET", "PUT", "PUT", "PUT", "PUT", "PUT"];
    assert!(asked.iter().map(|one| one.split(' ').next().unwrap()).eq(expected), "{asked:?}");
    assert!(asked.iter().all(|one| one.contains("http://127.0.0.1:1/leases")), "{asked:?}");
    assert!(!asked[1].contains("LocationConstraint"), "us-east-1 is not named: {}", asked[1]);
    for (at, part) in [(2, "?publicAccessBlock"), (3, "?encryption"), (4, "?versioning"), (5, "?lifecycle")] {
        assert!(asked[at].contains(part), "{}", asked[at]);
    }
}

#[tokio::test]
async fn a_bucket_of_somebody_else_is_a_failure_with_a_way_out() {
    let aws = Canned::new(&[DENIED]);
    let failure = aws.session(&[]).await.store("leases", OWN).ensure_bucket().await.unwrap_err();
    assert_eq!(failure.class, Class::Denied);
    assert!(failure.advice().starts_with("the bucket leases may belong to another account"), "{}", failure.advice());
}

#[tokio::test]
async fn a_bucket_in_use_is_left_as_it_is() {
    let in_use = "<ListBucketResult><Contents><Key>leases/acme</Key></Contents></ListBucketResult>";
    let aws = Canned::new(&[(200, in_use)]);
    aws.session(&[]).await.store("leases", OWN).ensure_bucket().await.unwrap();
    assert_eq!(aws.asked().len(), 1);
}

#[tokio::test]
async fn a_bucket_of_another_account_is_used_and_neither_made_nor_changed() {
    let aws = Canned::new(&[EMPTY, DONE]);
    let store = aws.session(&[]).await.store("leases", OTHER);
    store.ensure_bucket().await.unwrap();
    assert_eq!(aws.owners(), [Some(OTHER.to_owned())]);

    let aws = Canned::new(&[NO_BUCKET]);
    let failure = aws.session(&[]).await.store("leases", OTHER).ensure_bucket().await.unwrap_err();
    assert_eq!(
        failure.message,
        "the bucket leases of account 111122223333 is not there, and account 123456789012 can't make it"
    );
    assert!(failure.advice().starts_with("apply a stack of account 111122223333 first"), "{}", failure.advice());

    let failure = Canned::new(&[DENIED]).session(&[]).await.store("leases", OTHER).ensure_bucket().await.unwrap_err();
    assert!(failure.advice().contains("its policy to let account 123456789012 list it"), "{}", failure.advice());
}
