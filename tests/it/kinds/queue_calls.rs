//! Queues: which calls are sent, on answers that a sandbox does not give.

use std::time::Duration;

use provision::aws::Writer;
use provision::resource::{AnyListing, AnyMade, Class, Live, Name, Result, Tags};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, tags, tags_of};

const KIND: &str = "AWS::SQS::Queue";
const NAME: &str = "acme-production-main";
const URL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/acme-production-main";
const DELETED: &str = r#"{ "__type": "AWS.SimpleQueueService.QueueDeletedRecently", "message": "You must wait 60 seconds after deleting a queue before you can create another with the same name." }"#;
const MISSING: &str =
    r#"{ "__type": "AWS.SimpleQueueService.NonExistentQueue", "message": "The specified queue does not exist." }"#;
const POLICY: &str = r#"{ "__type": "InvalidAttributeValue", "message": "Invalid value for the parameter Policy." }"#;
const TAKEN: &str = r#"{ "__type": "QueueAlreadyExists", "message": "A queue already exists with the same name and a different value" }"#;

fn told(tags: &Tags) -> String {
    json!({ "Tags": tags.iter().collect::<std::collections::BTreeMap<_, _>>() }).to_string()
}

fn url() -> String {
    json!({ "QueueUrl": URL }).to_string()
}

async fn writer(aws: &Canned) -> Writer {
    aws.writer(KIND, &[NAME], &["arn:aws:iam::123456789012:role/reader"]).await
}

async fn create(aws: &Canned, spec: Value) -> Result<AnyMade> {
    kind_of(KIND).create(&writer(aws).await, &Name::given(NAME), &settled(kind_of(KIND), spec), &tags()).await
}

/// What a queue of ours with these attributes is read as.
async fn list(attributes: &Value) -> AnyListing {
    let (urls, owned) = (json!({ "QueueUrls": [URL] }).to_string(), told(&tags()));
    let attributes = json!({ "Attributes": attributes }).to_string();
    let aws = Canned::by_operation(&[
        ("ListQueues", 200, urls.as_str()),
        ("ListQueueTags", 200, owned.as_str()),
        ("GetQueueAttributes", 200, attributes.as_str()),
    ]);
    aws.list(kind_of(KIND)).await
}

/// Gives a queue this spec, of which these properties differ.
async fn update(aws: &Canned, spec: Value, properties: &[&str]) -> Result<()> {
    let live: Live = list(&json!({})).await.found.remove(0);
    let paths: Vec<_> = properties.iter().map(|property| format!("/{property}")).collect();
    let changes = changes(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    kind_of(KIND).update(&writer(aws).await, &live, &settled(kind_of(KIND), spec), &changes).await.map(drop)
}

/// The attributes of the last call.
fn sent(aws: &Canned) -> Value {
    let asked = aws.asked();
    let body = asked.last().and_then(|asked| asked.splitn(4, ' ').nth(3)).unwrap_or_default();
    serde_json::from_str::<Value>(body).unwrap()["Attributes"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_just_given_up_is_waited_for() {
    let url = url();
    let refused = [("GetQueueUrl", 400, MISSING)].into_iter().chain([("CreateQueue", 400, DELETED); 14]);
    let aws = Canned::by_operation(&refused.chain([("CreateQueue", 200, url.as_str())]).collect::<Vec<_>>());
    let start = Instant::now();
    assert_eq!(create(&aws, json!({})).await.unwrap().outputs["QueueUrl"], URL);
    assert!(start.elapsed() > Duration::from_secs(60), "SQS wants as much: {:?}", start.elapsed());
}

/// For a minute a queue that was deleted is still read, with its tags.
#[tokio::test(start_paused = true)]
async fn a_queue_that_is_going_is_not_taken_for_the_new_one() {
    let (url, owned) = (url(), told(&tags()));
    let aws = Canned::by_operation(&[
        ("GetQueueUrl", 200, url.as_str()),
        ("ListQueueTags", 200, owned.as_str()),
        ("CreateQueue", 400, DELETED),
        ("CreateQueue", 200, url.as_str()),
    ]);
    create(&aws, json!({})).await.unwrap();
    assert_eq!(aws.operations(), ["GetQueueUrl", "ListQueueTags", "CreateQueue", "CreateQueue"]);
}

/// SQS answers with a queue that has the name and the attributes already, whosever it is.
#[tokio::test(start_paused = true)]
async fn a_queue_of_somebody_elses_is_not_taken() {
    let url = url();
    for theirs in [tags_of("other"), Tags::default()] {
        let theirs = told(&theirs);
        let aws = Canned::by_operation(&[("GetQueueUrl", 200, url.as_str()), ("ListQueueTags", 200, theirs.as_str())]);
        let refused = create(&aws, json!({})).await.unwrap_err();
        assert!(refused.is(Class::AlreadyExists), "{refused}");
        assert_eq!(aws.operations(), ["GetQueueUrl", "ListQueueTags"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_answer_made_is_gone_on_with() {
    let (url, owned) = (url(), told(&tags()));
    let aws = Canned::by_operation(&[
        ("GetQueueUrl", 400, MISSING),
        ("CreateQueue", 400, TAKEN),
        ("GetQueueUrl", 200, url.as_str()),
        ("ListQueueTags", 200, owned.as_str()),
    ]);
    assert_eq!(create(&aws, json!({})).await.unwrap().outputs["QueueName"], NAME);
}

/// `FifoQueue: false` is an unknown attribute to SQS.
#[tokio::test(start_paused = true)]
async fn a_standard_queue_says_nothing_of_fifo() {
    let aws = Canned::by_operation(&[("GetQueueUrl", 400, MISSING)]);
    create(&aws, json!({})).await.unwrap();
    let plain = sent(&aws);
    let names: Vec<_> = plain.as_object().unwrap().keys().map(String::as_str).collect();
    let always = [
        "DelaySeconds",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
    ];
    assert_eq!(names, always);
    let aws = Canned::by_operation(&[("GetQueueUrl", 400, MISSING)]);
    create(&aws, json!({ "FifoQueue": true })).await.unwrap();
    assert_eq!([&sent(&aws)["FifoQueue"], &sent(&aws)["FifoThroughputLimit"]], ["true", "perQueue"]);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_just_made_may_stand_in_a_policy() {
    let policy = json!({ "Policy": { "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*",
        "Principal": { "AWS": "arn:aws:iam::123456789012:role/reader" },
    }] } });
    let refusal = ("SetQueueAttributes", 400, POLICY);
    update(&Canned::by_operation(&[refusal; 10]), policy.clone(), &["Policy"]).await.unwrap();
    let start = Instant::now();
    let refused = update(&Canned::by_operation(&[refusal; 40]), policy, &["Policy"]).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
    assert!(refused.hint.as_deref().is_some_and(|hint| hint.contains("principal")), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_was_just_made_can_be_changed() {
    let aws = Canned::by_operation(&[("SetQueueAttributes", 400, MISSING)]);
    update(&aws, json!({ "DelaySeconds": 5 }), &["DelaySeconds"]).await.unwrap();
    assert_eq!(sent(&aws), json!({ "DelaySeconds": "5" }));
}

#[tokio::test(start_paused = true)]
async fn one_call_changes_from_one_key_to_the_other() {
    let encryption = ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "SqsManagedSseEnabled"];
    let aws = Canned::empty();
    update(&aws, json!({ "KmsMasterKeyId": "alias/a" }), &encryption).await.unwrap();
    let to_key = json!({
        "KmsDataKeyReusePeriodSeconds": "300", "KmsMasterKeyId": "alias/a", "SqsManagedSseEnabled": "false"
    });
    assert_eq!(sent(&aws), to_key);
    update(&aws, json!({}), &encryption).await.unwrap();
    // A period without a key is no value that SQS takes.
    assert_eq!(sent(&aws), json!({ "KmsMasterKeyId": "", "SqsManagedSseEnabled": "true" }));
}

#[tokio::test(start_paused = true)]
async fn a_queue_from_before_there_was_encryption_has_none() {
    let of = async |attributes: Value| list(&attributes).await.found.remove(0).spec["SqsManagedSseEnabled"].clone();
    assert_eq!(of(json!({ "VisibilityTimeout": "30" })).await, false);
    assert_eq!(of(json!({ "SqsManagedSseEnabled": "true" })).await, true);
    assert_eq!(of(json!({ "KmsMasterKeyId": "alias/a", "KmsDataKeyReusePeriodSeconds": "300" })).await, false);
}

#[tokio::test(start_paused = true)]
async fn an_attribute_that_is_new_to_us_is_told() {
    let listing = list(&json!({ "CreatedTimestamp": "1", "QueueArn": "a", "Colour": "blue" })).await;
    let told = &listing.found[0].unmodelled;
    assert_eq!(told.iter().map(|one| (&*one.path, &*one.text)).collect::<Vec<_>>(), [("/Colour", "is blue")]);
}

/// Without a size SQS tells of a thousand queues, and not that there are more.
#[tokio::test(start_paused = true)]
async fn pages_are_asked_for_by_their_size() {
    let aws = Canned::empty();
    aws.list(kind_of(KIND)).await;
    let asked = aws.asked();
    let listed = asked.iter().find(|asked| asked.contains(" ListQueues ")).unwrap();
    assert!(listed.contains("\"MaxResults\":1000"), "{listed}");
}
