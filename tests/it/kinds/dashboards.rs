//! Dashboards of CloudWatch over canned answers: what the sandbox does not say.

use provision::resource::{Class, Name, Tags};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{difference, kind_of, settled, tags, tags_of};

const KIND: &str = "AWS::CloudWatch::Dashboard";
const NAME: &str = "acme-production-main";
const ARN: &str = "arn:aws:cloudwatch::123456789012:dashboard/acme-production-main";

fn spec() -> Value {
    json!({ "DashboardBody": { "start": "-PT3H", "widgets": [] } })
}

fn told(body: &str) -> String {
    json!({ "DashboardName": NAME, "DashboardArn": ARN, "DashboardBody": body }).to_string()
}

fn listed() -> String {
    json!({ "DashboardEntries": [{ "DashboardName": NAME, "DashboardArn": ARN, "Size": 2 }] }).to_string()
}

fn tag_list(tags: &Tags) -> String {
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "Tags": tags }).to_string()
}

fn missing() -> String {
    json!({ "__type": "com.amazonaws.cloudwatch#DashboardNotFoundError", "message": "Dashboard does not exist" })
        .to_string()
}

#[tokio::test(start_paused = true)]
async fn a_dashboard_of_somebody_elses_is_not_overwritten() {
    for theirs in [tags_of("other"), Tags::default()] {
        let (there, theirs) = (told("{}"), tag_list(&theirs));
        let aws = Canned::by_operation(&[("GetDashboard", 200, &there), ("ListTagsForResource", 200, &theirs)]);
        let writer = aws.writer(KIND, &[NAME], &[]).await;
        let kind = kind_of(KIND);
        let refused = kind.create(&writer, &Name::given(NAME), &settled(kind, spec()), &tags()).await.unwrap_err();
        assert!(refused.is(Class::AlreadyExists), "{refused}");
        assert_eq!(aws.operations(), ["GetDashboard", "ListTagsForResource"]);
    }
}

/// The name is free, so one call makes it, with its tags.
#[tokio::test(start_paused = true)]
async fn a_dashboard_is_made_with_its_tags() {
    let aws = Canned::by_operation(&[("GetDashboard", 404, missing()), ("PutDashboard", 200, "{}".into())]);
    let writer = aws.writer(KIND, &[NAME], &[]).await;
    let kind = kind_of(KIND);
    let made = kind.create(&writer, &Name::given(NAME), &settled(kind, spec()), &tags()).await.unwrap();
    assert_eq!(made.outputs["DashboardName"], NAME);
    let put = &aws.asked_of("PutDashboard")[0];
    assert!(put.contains("Tags") && put.contains("provision:tenant"), "{put}");
}

/// CloudWatch keeps the text as it was put: another tool's white space is no difference.
#[tokio::test]
async fn a_body_is_read_whatever_its_white_space() {
    let pretty = "{\n  \"widgets\": [ ],\n  \"start\": \"-PT3H\"\n}";
    let aws = Canned::by_operation(&[
        ("ListDashboards", 200, listed()),
        ("ListTagsForResource", 200, tag_list(&tags())),
        ("GetDashboard", 200, told(pretty)),
    ]);
    let found = aws.list(kind_of(KIND)).await.found;
    assert_eq!(found[0].spec, spec());
}

#[test]
fn what_is_compared_is_what_the_body_says() {
    let paths = |live: &Value, written: &Value| {
        difference(KIND, live, written).fields.into_iter().map(|field| field.path).collect::<Vec<_>>()
    };
    let text = json!({ "DashboardBody": "{ \"widgets\": [],   \"start\": \"-PT3H\" }" });
    assert_eq!(paths(&spec(), &text), [""; 0], "JSON text is what it says");
    let other = json!({ "DashboardBody": { "start": "-PT3H", "widgets": [], "periodOverride": "inherit" } });
    assert_eq!(paths(&spec(), &other), ["/DashboardBody/periodOverride"]);
}
