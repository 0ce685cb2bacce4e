//! Route 53's health checks over canned answers: what the sandbox does not say.

use provision::resource::{AnyMade, Class, Name, Result};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, changes, difference, kind_of, settled, tags, xml_error, xml_tags};

const KIND: &str = "AWS::Route53::HealthCheck";
const ID: &str = "11111111-2222-3333-4444-555555555555";

fn spec() -> Value {
    json!({ "HealthCheckConfig": { "Type": "HTTPS", "FullyQualifiedDomainName": "www.acme.example" } })
}

/// One as Route 53 tells it, with more in its configuration.
fn check(reference: &str, more: &str) -> String {
    format!(
        "<HealthCheck><Id>{ID}</Id><CallerReference>{reference}</CallerReference><HealthCheckConfig><Port>443</Port>\
         <Type>HTTPS</Type><FullyQualifiedDomainName>www.acme.example</FullyQualifiedDomainName>\
         <RequestInterval>30</RequestInterval><FailureThreshold>3</FailureThreshold><EnableSNI>true</EnableSNI>{more}\
         </HealthCheckConfig><HealthCheckVersion>7</HealthCheckVersion></HealthCheck>"
    )
}

fn listed(checks: &str) -> Answer {
    let all = format!("<HealthChecks>{checks}</HealthChecks><IsTruncated>false</IsTruncated><MaxItems>1000</MaxItems>");
    ("ListHealthChecks", 200, format!("<ListHealthChecksResponse>{all}</ListHealthChecksResponse>"))
}

fn tagged(tags: &str) -> Answer {
    let one = format!("<ResourceTagSet><ResourceId>{ID}</ResourceId><Tags>{tags}</Tags></ResourceTagSet>");
    let all = format!("<ResourceTagSets>{one}</ResourceTagSets>");
    ("ListTagsForResources", 200, format!("<ListTagsForResourcesResponse>{all}</ListTagsForResourcesResponse>"))
}

fn made(reference: &str) -> Answer {
    let all = check(reference, "");
    ("CreateHealthCheck", 201, format!("<CreateHealthCheckResponse>{all}</CreateHealthCheckResponse>"))
}

fn retagged() -> Answer {
    ("ChangeTagsForResource", 200, "<ChangeTagsForResourceResponse/>".into())
}

async fn create(aws: &Canned) -> Result<AnyMade> {
    let kind = kind_of(KIND);
    let writer = aws.writer(KIND, &[], &[]).await;
    kind.create(&writer, &Name::given("main"), &settled(kind, spec()), &tags()).await
}

/// The reference that a create gives.
async fn reference() -> String {
    let aws = Canned::by_operation(&[listed(""), made("r"), retagged()]);
    let made = create(&aws).await.unwrap();
    assert_eq!(made.outputs, json!({ "HealthCheckId": ID }));
    let sent = aws.asked_of("CreateHealthCheck").remove(0);
    let (_, rest) = sent.split_once("<CallerReference>").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_reference_is_as_long_as_route_53_takes() {
    let reference = reference().await;
    assert!(reference.starts_with("provision-") && reference.len() <= 64, "{reference}");
}

#[tokio::test(start_paused = true)]
async fn one_whose_tags_were_not_written_is_gone_on_with() {
    let ours = reference().await;
    let aws = Canned::by_operation(&[listed(&check(&ours, "<ResourcePath>/</ResourcePath>")), tagged(""), retagged()]);
    create(&aws).await.unwrap();
    assert_eq!(aws.operations(), ["ListHealthChecks", "ListTagsForResources", "ChangeTagsForResource"]);
}

/// It asks what nobody wants any more, and each month is paid for.
#[tokio::test(start_paused = true)]
async fn one_that_was_to_be_something_else_is_taken_away() {
    let ours = reference().await;
    let other = check(&ours, "<ResourcePath>/old</ResourcePath>");
    let gone = ("DeleteHealthCheck", 200, "<DeleteHealthCheckResponse/>".into());
    let aws = Canned::by_operation(&[listed(&other), tagged(""), gone, made("r"), retagged()]);
    create(&aws).await.unwrap();
    assert_eq!(aws.asked_of("DeleteHealthCheck").len(), 1);
    assert_eq!(aws.asked_of("CreateHealthCheck").len(), 1);
}

/// The one that a replacement takes the place of has the same tags, and goes after it.
#[tokio::test(start_paused = true)]
async fn one_with_tags_and_one_of_somebody_elses_are_left_alone() {
    let ours = reference().await;
    let owned = xml_tags("Tag", "Key", "Value");
    for (reference, tags) in [(ours.as_str(), owned.as_str()), ("by hand", "")] {
        let aws = Canned::by_operation(&[listed(&check(reference, "")), tagged(tags), made("r"), retagged()]);
        create(&aws).await.unwrap();
        assert!(aws.asked_of("DeleteHealthCheck").is_empty());
        assert_eq!(aws.asked_of("CreateHealthCheck").len(), 1);
    }
}

/// After some minutes Route 53 tells all regions of one that was made without any.
#[tokio::test(start_paused = true)]
async fn everywhere_is_everywhere_whether_it_is_told_or_not() {
    let regions =
        ["us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1"];
    let all = |last: &str| {
        let all = regions.iter().chain([&last]).map(|region| format!("<Region>{region}</Region>"));
        format!("<Regions>{}</Regions>", all.collect::<String>())
    };
    for more in [String::new(), all("sa-east-1")] {
        let aws = Canned::by_operation(&[listed(&check("r", &more)), tagged(&xml_tags("Tag", "Key", "Value"))]);
        let found = aws.list(kind_of(KIND)).await.found;
        assert!(difference(KIND, &found[0].spec, &spec()).fields.is_empty(), "{}", found[0].spec);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_was_switched_off_is_told() {
    let off = check("r", "<Disabled>true</Disabled>");
    let aws = Canned::by_operation(&[listed(&off), tagged(&xml_tags("Tag", "Key", "Value"))]);
    let found = aws.list(kind_of(KIND)).await.found;
    let told: Vec<_> = found[0].unmodelled.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(told, ["/HealthCheckConfig/Disabled"]);
    assert!(kind_of(KIND).facts().prunes.contains(&told[0]), "an update takes it away");
}

async fn updated(answer: Answer) -> (Canned, Result<()>) {
    let aws = Canned::by_operation(&[listed(&check("r", "")), tagged(&xml_tags("Tag", "Key", "Value")), answer]);
    let kind = kind_of(KIND);
    let live = aws.list(kind).await.found.remove(0);
    let writer = aws.writer(KIND, &[ID], &[]).await;
    let wanted = settled(kind, spec());
    let outcome = kind.update(&writer, &live, &wanted, &changes(&["/HealthCheckConfig/ResourcePath"])).await;
    (aws, outcome.map(drop))
}

/// Route 53 refuses an empty list, and takes what is left out for what it was.
#[tokio::test(start_paused = true)]
async fn what_is_no_longer_said_is_reset_of_what_was_listed() {
    let answer = format!("<UpdateHealthCheckResponse>{}</UpdateHealthCheckResponse>", check("r", ""));
    let (aws, outcome) = updated(("UpdateHealthCheck", 200, answer)).await;
    outcome.unwrap();
    let sent = aws.asked_of("UpdateHealthCheck").remove(0);
    assert!(sent.contains("<ResettableElementName>Regions</ResettableElementName>"), "{sent}");
    assert!(sent.contains("<HealthCheckVersion>7</HealthCheckVersion>"), "{sent}");
    assert!(sent.contains("<Disabled>false</Disabled>") && !sent.contains("<Regions>"), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_changed_meanwhile_is_not_overwritten() {
    let refusal = xml_error("HealthCheckVersionMismatch", "The value of HealthCheckVersion doesn't match");
    let (_, outcome) = updated(("UpdateHealthCheck", 409, refusal)).await;
    assert!(outcome.unwrap_err().is(Class::Conflict));
}

#[test]
fn an_address_is_changed_and_neither_added_nor_taken_away() {
    let with = |address: &str| json!({ "HealthCheckConfig": { "Type": "TCP", "Port": 25, "FullyQualifiedDomainName": "a.example", "IPAddress": address } });
    let replaced = |live: &Value, wanted: &Value| {
        let shape = kind_of(KIND).shape();
        let all = difference(KIND, live, wanted).fields;
        assert!(!all.is_empty());
        all.iter().any(|field| shape.replaces(live, wanted, field))
    };
    assert!(!replaced(&with("8.8.8.8"), &with("8.8.4.4")));
    assert!(replaced(&with(""), &with("8.8.4.4")));
    assert!(replaced(&with("8.8.8.8"), &with("")));
}
