//! Repositories of container images: whose one is, what is in it, and what passes while one is written.

use provision::aws::Writer;
use provision::resource::{Class, Live, Name, Tags};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, json_tags, kind_of, settled, tags, tags_of, writer_scope};

const KIND: &str = "AWS::ECR::Repository";
const NAME: &str = "acme-production-main";
const ARN: &str = "arn:aws:ecr:us-east-1:123456789012:repository/acme-production-main";

/// What a policy names.
const ROLE: &str = "arn:aws:iam::123456789012:role/new";

fn text(value: &Value) -> String {
    value.to_string()
}

fn refused(code: &str, message: &str) -> String {
    text(&json!({ "__type": code, "message": message }))
}

fn one() -> Value {
    json!({
        "repositoryName": NAME, "repositoryArn": ARN, "imageTagMutability": "MUTABLE",
        "repositoryUri": format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/{NAME}"),
    })
}

async fn writer(aws: &Canned, is_named: bool) -> Writer {
    let scope = writer_scope(KIND, &[NAME, ARN], &[ROLE]);
    aws.session(&[]).await.writer(provision::aws::WriterScope { named: is_named, ..scope })
}

/// One that has a lifecycle policy and no other.
async fn live() -> Live {
    let (all, ours) = (text(&json!({ "repositories": [one()] })), text(&json!({ "tags": json_tags("Key", "Value") })));
    let rules = text(&json!({ "lifecyclePolicyText": "{\n \"rules\": [] }" }));
    let none = refused("RepositoryPolicyNotFoundException", "none");
    let aws = Canned::by_operation(&[
        ("DescribeRepositories", 200, all.as_str()),
        ("ListTagsForResource", 200, ours.as_str()),
        ("GetLifecyclePolicy", 200, rules.as_str()),
        ("GetRepositoryPolicy", 400, none.as_str()),
    ]);
    aws.live(kind_of(KIND)).await
}

#[tokio::test(start_paused = true)]
async fn images_go_only_with_a_repository_that_is_named() {
    let live = live().await;
    let (full, done) = (refused("RepositoryNotEmptyException", "it still contains images"), text(&json!({})));
    let aws = Canned::by_operation(&[("DeleteRepository", 400, full.as_str())]);
    let Err(failure) = kind_of(KIND).delete(&writer(&aws, false).await, &live).await else { panic!("it is deleted") };
    assert!(format!("{failure:?}").contains("--allow-destroy"), "{failure:?}");
    assert!(aws.asked()[0].contains(r#""force":false"#), "{:?}", aws.asked());
    let aws = Canned::by_operation(&[("DeleteRepository", 200, done.as_str())]);
    kind_of(KIND).delete(&writer(&aws, true).await, &live).await.unwrap();
    assert!(aws.asked()[0].contains(r#""force":true"#), "{:?}", aws.asked());
    let gone = refused("RepositoryNotFoundException", "gone");
    let aws = Canned::by_operation(&[("DeleteRepository", 400, gone.as_str())]);
    kind_of(KIND).delete(&writer(&aws, false).await, &live).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_goes_is_counted_by_images_and_not_by_tags() {
    let image = |digest: &str, tag: &str| json!({ "imageDigest": digest, "imageTag": tag });
    for (images, more, expected) in [
        (vec![], Value::Null, None),
        (vec![image("a", "1"), image("a", "latest")], Value::Null, Some("1 image")),
        (vec![image("a", "1"), image("b", "2")], Value::Null, Some("2 images")),
        (vec![image("a", "1"), image("b", "2")], json!("more"), Some("more than 2 images")),
    ] {
        let page = text(&json!({ "imageIds": images, "nextToken": more }));
        let aws = Canned::by_operation(&[("ListImages", 200, page.as_str())]);
        let session = aws.session(kind_of(KIND).facts().permissions.read).await;
        let told = kind_of(KIND).contents(&session.reader(), NAME).await.unwrap();
        assert_eq!(told.as_deref(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_in_use_is_taken_up_if_it_is_ours_with_all_that_is_missing() {
    let taken = refused("RepositoryAlreadyExistsException", "it is there");
    let (there, done) = (text(&json!({ "repositories": [one()] })), text(&json!({})));
    let spec = json!({ "LifecyclePolicy": { "LifecyclePolicyText": "{\"rules\":[]}" } });
    for (theirs, is_ours) in [(tags(), true), (tags_of("other"), false), (Tags::default(), false)] {
        let theirs: Vec<_> = theirs.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let theirs = text(&json!({ "tags": theirs }));
        let aws = Canned::by_operation(&[
            ("CreateRepository", 400, taken.as_str()),
            ("DescribeRepositories", 200, there.as_str()),
            ("ListTagsForResource", 200, theirs.as_str()),
            ("PutLifecyclePolicy", 200, done.as_str()),
        ]);
        let (kind, writer) = (kind_of(KIND), writer(&aws, false).await);
        let made = kind.create(&writer, &Name::given(NAME), &settled(kind, spec.clone()), &tags()).await;
        assert_eq!(aws.operations().contains(&"PutLifecyclePolicy".to_owned()), is_ours);
        match made {
            Ok(made) => assert!(is_ours && made.id == NAME),
            Err(failure) => assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_made_moments_ago_is_waited_for() {
    let live = live().await;
    let message = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'";
    let (unknown, done) = (refused("InvalidParameterException", message), text(&json!({})));
    let aws = Canned::by_operation(&[
        ("SetRepositoryPolicy", 400, unknown.as_str()),
        ("SetRepositoryPolicy", 200, done.as_str()),
    ]);
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "ecr:BatchGetImage", "Principal": { "AWS": ROLE },
    }] });
    let spec = settled(kind_of(KIND), json!({ "RepositoryPolicyText": policy }));
    let changed = changes(&["/RepositoryPolicyText"]);
    kind_of(KIND).update(&writer(&aws, false).await, &live, &spec, &changed).await.unwrap();
    assert_eq!(aws.operations(), ["SetRepositoryPolicy", "SetRepositoryPolicy"]);
}

/// What is taken out of the template goes, also where it is gone already.
#[tokio::test(start_paused = true)]
async fn what_is_taken_out_is_taken_away_and_nothing_else_is_sent() {
    let (live, done) = (live().await, text(&json!({})));
    let gone = refused("LifecyclePolicyNotFoundException", "none");
    for (status, answer) in [(200, &done), (400, &gone)] {
        let aws = Canned::by_operation(&[("DeleteLifecyclePolicy", status, answer.as_str())]);
        let spec = settled(kind_of(KIND), json!({}));
        let changed = changes(&["/LifecyclePolicy/LifecyclePolicyText"]);
        kind_of(KIND).update(&writer(&aws, false).await, &live, &spec, &changed).await.unwrap();
        assert_eq!(aws.operations(), ["DeleteLifecyclePolicy"]);
    }
}
