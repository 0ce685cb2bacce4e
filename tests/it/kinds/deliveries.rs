//! Deliveries of CloudWatch Logs: what is sent, and what is sent again.

use provision::aws::Writer;
use provision::resource::{Class, Name, Result};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, changes, kind_of, settled, tags, tags_of, writer_scope};

const DELIVERY: &str = "AWS::Logs::Delivery";
const DESTINATION: &str = "AWS::Logs::DeliveryDestination";
const SOURCE: &str = "AWS::Logs::DeliverySource";
const ID: &str = "abcdefgh12345678";
const NAME: &str = "acme-production-main";
const THING: &str = "arn:aws:cloudfront::123456789012:distribution/E1";

fn arn(end: &str) -> String {
    format!("arn:aws:logs:us-east-1:123456789012:{end}")
}

fn says(operation: &'static str, answer: &Value) -> Answer {
    (operation, 200, answer.to_string())
}

fn refuses(operation: &'static str, code: &str, why: &str) -> Answer {
    (operation, 400, json!({ "__type": code, "message": why }).to_string())
}

fn delivery(path: &str) -> Value {
    json!({
        "id": ID, "arn": arn(&format!("delivery:{ID}")), "deliverySourceName": "site", "deliveryDestinationType": "S3",
        "deliveryDestinationArn": arn("delivery-destination:site"), "s3DeliveryConfiguration": { "suffixPath": path },
    })
}

fn wanted(more: &Value) -> Value {
    let mut spec = json!({ "DeliverySourceName": "site", "DeliveryDestinationArn": arn("delivery-destination:site") });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    spec
}

async fn writer(aws: &Canned, kind: &str) -> Writer {
    let ends = [format!("delivery:{ID}"), "delivery-destination:site".to_owned(), "delivery-source:site".to_owned()];
    let own: Vec<_> = ends.iter().map(|end| arn(end)).chain([arn(&format!("delivery-destination:{NAME}"))]).collect();
    let own: Vec<_> = own.iter().map(String::as_str).chain([ID, "site", NAME, THING, "arn:aws:other"]).collect();
    aws.session(&[]).await.writer(writer_scope(kind, &own, &["arn:aws:s3:::logs/b"]))
}

async fn create(aws: &Canned, kind: &str, spec: Value) -> Result<String> {
    let (writer, kind) = (writer(aws, kind).await, kind_of(kind));
    kind.create(&writer, &Name::given("site"), &settled(kind, spec), &tags()).await.map(|made| made.id)
}

#[tokio::test(start_paused = true)]
async fn the_prefix_that_aws_puts_before_a_path_is_taken_away() {
    for (told, is_sent) in [("AWSLogs/{account-id}/CloudFront/{yyyy}", true), ("{yyyy}", false)] {
        let aws = Canned::by_operation(&[
            says("CreateDelivery", &json!({ "delivery": delivery(told) })),
            says("UpdateDeliveryConfiguration", &json!({})),
        ]);
        assert_eq!(create(&aws, DELIVERY, wanted(&json!({ "S3SuffixPath": "{yyyy}" }))).await.unwrap(), ID);
        let sent = aws.asked_of("UpdateDeliveryConfiguration");
        assert_eq!(sent.len(), usize::from(is_sent), "{sent:?}");
        assert!(sent.iter().all(|call| call.contains("\"suffixPath\":\"{yyyy}\"")), "{sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_meets_another_one_is_sent_again() {
    let aws = Canned::by_operation(&[
        refuses(
            "CreateDelivery",
            "ConflictException",
            "Requested resource is currently being updated. Please try again.",
        ),
        says("CreateDelivery", &json!({ "delivery": delivery("") })),
    ]);
    assert_eq!(create(&aws, DELIVERY, wanted(&json!({}))).await.unwrap(), ID);
    assert_eq!(aws.asked_of("CreateDelivery").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_there_is_taken_over_if_it_is_ours() {
    for (theirs, is_ours) in [(tags(), true), (tags_of("other"), false)] {
        let aws = Canned::by_operation(&[
            refuses("CreateDelivery", "ConflictException", "The specified Delivery already exists"),
            says("DescribeDeliveries", &json!({ "deliveries": [delivery("")] })),
            says("ListTagsForResource", &json!({ "tags": theirs })),
        ]);
        match create(&aws, DELIVERY, wanted(&json!({}))).await {
            Ok(id) => assert!(is_ours && id == ID),
            Err(failure) => assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_only_buckets_have_is_not_sent_of_its_own_accord() {
    let aws = Canned::by_operation(&[says("CreateDelivery", &json!({ "delivery": delivery("x") }))]);
    create(&aws, DELIVERY, wanted(&json!({ "RecordFields": ["date"] }))).await.unwrap();
    let sent = aws.asked_of("CreateDelivery");
    assert!(sent[0].contains("\"recordFields\":[\"date\"]") && !sent[0].contains("s3Delivery"), "{sent:?}");
    assert!(aws.asked_of("UpdateDeliveryConfiguration").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_changed_destination_is_sent_without_tags() {
    let there = json!({
        "name": NAME, "arn": arn(&format!("delivery-destination:{NAME}")), "deliveryDestinationType": "S3", "outputFormat": "json",
        "deliveryDestinationConfiguration": { "destinationResourceArn": "arn:aws:s3:::logs/a" },
    });
    let aws = Canned::by_operation(&[
        says("DescribeDeliveryDestinations", &json!({ "deliveryDestinations": [there] })),
        says("ListTagsForResource", &json!({ "tags": tags() })),
        says("PutDeliveryDestination", &json!({ "deliveryDestination": there })),
    ]);
    let kind = kind_of(DESTINATION);
    let live = aws.live(kind).await;
    let spec = settled(kind, json!({ "DestinationResourceArn": "arn:aws:s3:::logs/b", "OutputFormat": "json" }));
    kind.update(&writer(&aws, DESTINATION).await, &live, &spec, &changes(&["/DestinationResourceArn"])).await.unwrap();
    let sent = aws.asked_of("PutDeliveryDestination");
    assert!(sent[0].contains("arn:aws:s3:::logs/b") && !sent[0].contains("tags"), "{sent:?}");
}

/// PutDeliverySource would overwrite it.
#[tokio::test(start_paused = true)]
async fn a_source_of_somebody_else_is_left_alone() {
    let there = json!({
        "name": "site", "arn": arn("delivery-source:site"), "resourceArns": [THING], "service": "cloudfront",
        "logType": "ACCESS_LOGS",
    });
    for (theirs, thing, is_ours) in
        [(tags(), THING, true), (tags(), "arn:aws:other", false), (tags_of("other"), THING, false)]
    {
        let aws = Canned::by_operation(&[
            says("GetDeliverySource", &json!({ "deliverySource": there })),
            says("ListTagsForResource", &json!({ "tags": theirs })),
        ]);
        let spec = json!({ "LogType": "ACCESS_LOGS", "ResourceArn": thing });
        match create(&aws, SOURCE, spec).await {
            Ok(id) => assert!(is_ours && id == "site"),
            Err(failure) => assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}"),
        }
        assert!(aws.asked_of("PutDeliverySource").is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_source_of_one_distribution_is_refused_at_once() {
    let aws = Canned::by_operation(&[
        refuses("GetDeliverySource", "ResourceNotFoundException", "no"),
        refuses(
            "PutDeliverySource",
            "ConflictException",
            "This ResourceId has already been used in another Delivery Source in this account.",
        ),
    ]);
    let failure = create(&aws, SOURCE, json!({ "LogType": "ACCESS_LOGS", "ResourceArn": THING })).await.unwrap_err();
    assert!(failure.is(Class::AlreadyExists), "{failure}");
    assert_eq!(aws.asked_of("PutDeliverySource").len(), 1);
}
