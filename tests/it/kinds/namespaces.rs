//! Namespaces of Cloud Map: operations that were begun before, that fail, and that are refused.

use provision::aws::Writer;
use provision::resource::{AnyMade, Class, Name, Result, Tags, Turn};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, settled, tags, tags_of};

const KIND: &str = "AWS::ServiceDiscovery::HttpNamespace";
const NAME: &str = "acme-production-main";
const ARN: &str = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-abcd1234";

async fn writer(aws: &Canned) -> Writer {
    aws.writer(KIND, &[NAME, ARN, "ns-abcd1234"], &[]).await
}

async fn create(aws: &Canned) -> Result<AnyMade> {
    kind_of(KIND).create(&writer(aws).await, &Name::given(NAME), &settled(kind_of(KIND), json!({})), &tags()).await
}

fn operation(status: &str) -> String {
    let targets = json!({ "NAMESPACE": "ns-abcd1234" });
    json!({ "Operation": { "Id": "op", "Status": status, "Targets": targets, "ErrorCode": "ACCESS_DENIED" } })
        .to_string()
}

fn namespaces() -> String {
    json!({ "Namespaces": [{ "Id": "ns-abcd1234", "Arn": ARN, "Name": NAME, "Type": "HTTP" }] }).to_string()
}

fn namespace() -> String {
    json!({ "Namespace": { "Id": "ns-abcd1234", "Arn": ARN, "Name": NAME, "Type": "HTTP" } }).to_string()
}

fn told(tags: &Tags) -> String {
    let all: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "Tags": all }).to_string()
}

fn refused(code: &str) -> String {
    json!({ "__type": code, "message": "no", "DuplicateOperationId": "op" }).to_string()
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_answer_began_is_gone_on_with() {
    let (duplicate, pending, done, there) =
        (refused("DuplicateRequest"), operation("PENDING"), operation("SUCCESS"), namespace());
    let aws = Canned::by_operation(&[
        ("CreateHttpNamespace", 400, duplicate.as_str()),
        ("GetOperation", 200, pending.as_str()),
        ("GetOperation", 200, done.as_str()),
        ("GetNamespace", 200, there.as_str()),
    ]);
    let made = create(&aws).await.unwrap();
    assert_eq!((made.id.as_str(), &made.outputs["Id"]), (ARN, &json!("ns-abcd1234")));
    assert_eq!(aws.operations(), ["CreateHttpNamespace", "GetOperation", "GetOperation", "GetNamespace"]);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_fails_says_why() {
    let (begun, failed) = (json!({ "OperationId": "op" }).to_string(), operation("FAIL"));
    let aws =
        Canned::by_operation(&[("CreateHttpNamespace", 200, begun.as_str()), ("GetOperation", 200, failed.as_str())]);
    let failure = create(&aws).await.unwrap_err();
    assert!(failure.message.contains("ACCESS_DENIED"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_of_this_name_is_taken_up_if_it_is_ours_and_else_refused() {
    let (taken, all) = (refused("NamespaceAlreadyExists"), namespaces());
    for (bearing, is_ours) in [(tags(), true), (tags_of("other"), false), (Tags::default(), false)] {
        let bearing = told(&bearing);
        let aws = Canned::by_operation(&[
            ("CreateHttpNamespace", 400, taken.as_str()),
            ("ListNamespaces", 200, all.as_str()),
            ("ListTagsForResource", 200, bearing.as_str()),
        ]);
        match create(&aws).await {
            Ok(made) => assert!(is_ours && made.id == ARN),
            Err(failure) => assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}"),
        }
    }
}

/// ECS takes the names of a service out of it some time after the service has gone.
#[tokio::test(start_paused = true)]
async fn a_namespace_in_use_is_deleted_later() {
    let (all, owned, used) = (namespaces(), told(&tags()), refused("ResourceInUse"));
    let list =
        Canned::by_operation(&[("ListNamespaces", 200, all.as_str()), ("ListTagsForResource", 200, owned.as_str())]);
    let live = list.list(kind_of(KIND)).await.found.remove(0);
    let aws = Canned::by_operation(&[("DeleteNamespace", 400, used.as_str())]);
    let turn = kind_of(KIND).delete(&writer(&aws).await, &live).await.unwrap();
    assert!(matches!(turn, Turn::Busy(failure) if failure.is(Class::Busy)));
    let gone = refused("NamespaceNotFound");
    let aws = Canned::by_operation(&[("DeleteNamespace", 400, gone.as_str())]);
    let turn = kind_of(KIND).delete(&writer(&aws).await, &live).await.unwrap();
    assert!(matches!(turn, Turn::Done(_)), "what is gone is deleted");
}
