//! CloudFront: which calls are sent, on answers that a sandbox does not give.

use provision::aws::Writer;
use provision::resource::{AnyMade, Class, Live, Name, Result, State, Tags, Turn};
use serde_json::{Value, json};

use crate::aws::canned::{Canned, scope};
use crate::kinds::canned_kind::{Answer, changes, difference, kind_of, settled, tags, xml_error, xml_tags};

const KIND: &str = "AWS::CloudFront::Distribution";
const ACCESS: &str = "AWS::CloudFront::OriginAccessControl";
const ORIGIN: &str = "AWS::CloudFront::VpcOrigin";
const ARN: &str = "arn:aws:cloudfront::123456789012:distribution/E2QWRUHAPOMQZL";
/// What the writer of a canned kind gives as the reference of a create.
const TOKEN: &str = "00000000000000000000000000000000";
const LATELY: &str = "2099-01-01T00:00:00Z";

fn spec(more: Value) -> Value {
    let mut config = json!({
        "Enabled": true,
        "Comment": "shop",
        "Origins": [{ "Id": "a", "DomainName": "a.s3.us-east-1.amazonaws.com", "S3OriginConfig": {} }],
        "DefaultCacheBehavior": { "TargetOriginId": "a", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p" },
    });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "DistributionConfig": config })
}

/// A distribution as GetDistribution and the changing calls answer it.
fn distribution(enabled: bool, status: &str, comment: &str, reference: &str) -> String {
    format!(
        "<Distribution><Id>E2QWRUHAPOMQZL</Id><ARN>{ARN}</ARN><Status>{status}</Status><LastModifiedTime>{LATELY}</LastModifiedTime>\
         <InProgressInvalidationBatches>0</InProgressInvalidationBatches><DomainName>d1.cloudfront.net</DomainName>\
         <DistributionConfig><CallerReference>{reference}</CallerReference><Comment>{comment}</Comment>\
         <Enabled>{enabled}</Enabled><HttpVersion>http1.1</HttpVersion><PriceClass>PriceClass_All</PriceClass><Origins><Quantity>1</Quantity><Items><Origin><Id>a</Id>\
         <DomainName>a.s3.us-east-1.amazonaws.com</DomainName><S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity>\
         </S3OriginConfig></Origin></Items></Origins><DefaultCacheBehavior><TargetOriginId>a</TargetOriginId>\
         <ViewerProtocolPolicy>https-only</ViewerProtocolPolicy><CachePolicyId>p</CachePolicyId></DefaultCacheBehavior>\
         </DistributionConfig></Distribution>"
    )
}

/// What a list shows of it, when it was changed last.
fn listed(changed: &str) -> Answer {
    let one = format!(
        "<DistributionSummary><Id>E2QWRUHAPOMQZL</Id><ARN>{ARN}</ARN><Status>Deployed</Status>\
         <LastModifiedTime>{changed}</LastModifiedTime></DistributionSummary>"
    );
    ("ListDistributions", 200, format!("<DistributionList><Items>{one}</Items></DistributionList>"))
}

fn owned() -> Answer {
    ("ListTagsForResource", 200, format!("<Tags><Items>{}</Items></Tags>", xml_tags("Tag", "Key", "Value")))
}

fn got(document: String) -> Answer {
    ("GetDistribution", 200, document)
}

fn refused(operation: &'static str, status: u16, code: &str) -> Answer {
    (operation, status, xml_error(code, "no"))
}

async fn live(enabled: bool, status: &str) -> Live {
    let answers = [listed(LATELY), owned(), got(distribution(enabled, status, "shop", "made"))];
    Canned::by_operation(&answers).live(kind_of(KIND)).await
}

async fn writer(aws: &Canned, kind: &str) -> Writer {
    aws.writer(kind, &["E2QWRUHAPOMQZL", "shop", "vo_jQEcErZXJxEyou"], &["arn:aws:elasticloadbalancing:x"]).await
}

async fn create(aws: &Canned) -> Result<AnyMade> {
    let kind = kind_of(KIND);
    kind.create(&writer(aws, KIND).await, &Name::given("shop"), &settled(kind, spec(json!({}))), &tags()).await
}

async fn update(aws: &Canned, comment: &str) -> Result<Turn<AnyMade>> {
    let (kind, live) = (kind_of(KIND), live(true, "Deployed").await);
    let wanted = settled(kind, spec(json!({ "Comment": comment })));
    kind.update(&writer(aws, KIND).await, &live, &wanted, &changes(&["/DistributionConfig/Comment"])).await
}

async fn delete(aws: &Canned, live: &Live) -> String {
    match kind_of(KIND).delete(&writer(aws, KIND).await, live).await {
        Ok(Turn::Done(_)) => "done".to_owned(),
        Ok(Turn::More(what)) => format!("more: {what}"),
        Ok(Turn::Busy(failure)) => format!("busy: {}", failure.code),
        Err(failure) => format!("failed: {failure}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_another_distribution_serves_is_told_with_the_way_out() {
    let aws = Canned::by_operation(&[refused("CreateDistributionWithTags", 409, "CNAMEAlreadyExists")]);
    let failure = create(&aws).await.err().unwrap();
    assert!(failure.advice().contains("associate-alias"), "{failure:?}");
    assert_eq!(aws.operations(), ["CreateDistributionWithTags"], "nobody's distribution is taken for ours");
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_answer_made_is_found_by_its_reference() {
    for (reference, is_ours) in [(TOKEN, true), ("other", false)] {
        let aws = Canned::by_operation(&[
            refused("CreateDistributionWithTags", 409, "DistributionAlreadyExists"),
            listed(LATELY),
            got(distribution(true, "InProgress", "shop", reference)),
        ]);
        let made = create(&aws).await;
        assert_eq!(made.as_ref().is_ok_and(|made| made.id == "E2QWRUHAPOMQZL"), is_ours, "{reference}");
        assert_eq!(aws.operations(), ["CreateDistributionWithTags", "ListDistributions", "GetDistribution"]);
    }
}

/// ACM tells CloudFront of a certificate a little later than us.
#[tokio::test(start_paused = true)]
async fn a_certificate_that_was_just_issued_is_waited_for() {
    let aws = Canned::by_operation(&[
        refused("CreateDistributionWithTags", 400, "InvalidViewerCertificate"),
        refused("CreateDistributionWithTags", 400, "InvalidWebACLId"),
        ("CreateDistributionWithTags", 201, distribution(true, "InProgress", "shop", TOKEN)),
    ]);
    assert!(matches!(create(&aws).await.unwrap().state, State::Settling(_)));
    assert_eq!(aws.operations().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_stays_refused_is_told_with_what_it_has_to_be() {
    let answers = vec![refused("CreateDistributionWithTags", 400, "InvalidViewerCertificate"); 60];
    let failure = create(&Canned::by_operation(&answers)).await.err().unwrap();
    assert!(failure.advice().contains("us-east-1"), "{failure:?}");
}

/// CloudFront deletes what is switched off, when that has spread.
#[tokio::test(start_paused = true)]
async fn a_deletion_switches_off_first_and_waits_for_that() {
    let off = || distribution(false, "InProgress", "shop", "made");
    let aws = Canned::by_operation(&[("UpdateDistribution", 200, off())]);
    assert_eq!(delete(&aws, &live(true, "Deployed").await).await, "more: CloudFront to switch it off everywhere");
    assert!(aws.asked()[0].contains("<Enabled>false</Enabled>"), "{:?}", aws.asked());
    let aws = Canned::empty();
    assert_eq!(delete(&aws, &live(false, "InProgress").await).await, "more: CloudFront to switch it off everywhere");
    assert_eq!(aws.operations(), [""; 0], "there is nothing to send until then");
    let aws = Canned::by_operation(&[("DeleteDistribution", 204, String::new())]);
    assert_eq!(delete(&aws, &live(false, "Deployed").await).await, "done");
}

/// It is said to be off, and is not everywhere; it was changed meanwhile; it is gone.
#[tokio::test(start_paused = true)]
async fn a_deletion_that_comes_too_early_is_sent_again_and_one_of_what_is_gone_is_done() {
    let off = live(false, "Deployed").await;
    for (status, code, said) in [
        (409, "DistributionNotDisabled", "busy: DistributionNotDisabled"),
        (412, "PreconditionFailed", "busy: PreconditionFailed"),
        (404, "NoSuchDistribution", "done"),
    ] {
        let aws = Canned::by_operation(&[refused("DeleteDistribution", status, code)]);
        assert_eq!(delete(&aws, &off).await, said);
    }
    let aws = Canned::by_operation(&[refused("UpdateDistribution", 404, "NoSuchDistribution")]);
    assert_eq!(delete(&aws, &live(true, "Deployed").await).await, "done");
}

#[tokio::test(start_paused = true)]
async fn an_update_sends_the_whole_with_the_reference_of_the_create() {
    let aws = Canned::by_operation(&[("UpdateDistribution", 200, distribution(true, "InProgress", "new", "made"))]);
    let Ok(Turn::Done(made)) = update(&aws, "new").await else { panic!("it is done") };
    assert!(matches!(made.state, State::Settling(_)));
    let sent = &aws.asked()[0];
    for part in [
        "<CallerReference>made</CallerReference>",
        "<Comment>new</Comment>",
        "<OriginReadTimeout>30</OriginReadTimeout>",
        "<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses>",
        "<OriginGroups><Quantity>0</Quantity></OriginGroups>",
    ] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
}

/// What is there decides, since the tag moves with every change.
#[tokio::test(start_paused = true)]
async fn an_update_that_finds_another_tag_looks_what_is_there() {
    let stale = || refused("UpdateDistribution", 412, "PreconditionFailed");
    let there = |comment: &str| got(distribution(true, "Deployed", comment, "made"));
    let aws = Canned::by_operation(&[stale(), there("new")]);
    assert!(update(&aws, "new").await.is_ok(), "its own, whose answer was lost");
    let aws = Canned::by_operation(&[stale(), there("theirs")]);
    assert!(update(&aws, "new").await.err().unwrap().is(Class::Conflict), "somebody else's");
    assert_eq!(aws.operations(), ["UpdateDistribution", "GetDistribution"]);
    let again = ("UpdateDistribution", 200, distribution(true, "InProgress", "new", "made"));
    let aws = Canned::by_operation(&[stale(), there("shop"), again]);
    assert!(update(&aws, "new").await.is_ok(), "the tag alone moved");
}

/// The tag index shows distributions in us-east-1 alone, and lags behind: what was changed lately is asked itself.
#[tokio::test(start_paused = true)]
async fn only_what_the_index_knows_or_was_changed_lately_is_asked_for_its_tags() {
    let (operation, status, document) = listed("2020-01-01T00:00:00Z");
    let newer = "<DistributionSummary><Id>E3NEWERNEWER</Id><ARN>arn:aws:cloudfront::123456789012:distribution/E3NEWERNEWER</ARN>\
                 <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime></DistributionSummary></Items>";
    let none = ("ListTagsForResource", 200, "<Tags><Items></Items></Tags>".to_owned());
    let aws = Canned::by_operation(&[(operation, status, document.replace("</Items>", newer)), none]);
    assert!(aws.list(kind_of(KIND)).await.found.is_empty());
    let asked = aws.asked_of("ListTagsForResource");
    assert!(asked.len() == 1 && asked[0].contains("E3NEWERNEWER"), "{asked:?}");
    let theirs = ("ListTagsForResource", 200, "<Tags><Items></Items></Tags>".to_owned());
    let listing = Canned::by_operation(&[listed(LATELY), theirs]).list(kind_of(KIND)).await;
    assert!(listing.found.is_empty() && listing.name_conflicts.is_empty() && listing.unseen.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stack_in_another_region_asks_the_index_of_us_east_1() {
    let one = json!({ "ResourceARN": ARN, "Tags": tags().iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect::<Vec<_>>() });
    let indexed = ("GetResources", 200, json!({ "ResourceTagMappingList": [one] }).to_string());
    let known = got(distribution(true, "Deployed", "shop", "made"));
    let aws = Canned::by_operation(&[listed("2020-01-01T00:00:00Z"), indexed, owned(), known]);
    let session =
        aws.sessions(kind_of(KIND).facts().permissions.read).open("123456789012", "eu-west-1", None).await.unwrap();
    let listing = kind_of(KIND).list(&session.reader(), &scope()).await.unwrap();
    assert_eq!(listing.found.len(), 1);
    assert_eq!(aws.regions_of("GetResources"), ["us-east-1"]);
}

/// In whatever order CloudFront answers sets.
#[test]
fn order_counts_for_behaviours_and_for_nothing_else() {
    let methods = |all: Value| {
        let default = json!({
            "TargetOriginId": "a", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p", "AllowedMethods": all,
        });
        spec(json!({ "DefaultCacheBehavior": default }))
    };
    let (one, other) = (methods(json!(["HEAD", "GET", "OPTIONS"])), methods(json!(["GET", "OPTIONS", "HEAD"])));
    assert!(difference(KIND, &one, &other).fields.is_empty());
    let origins = |ids: [&str; 2]| {
        let one = |id| json!({ "Id": id, "DomainName": "a", "S3OriginConfig": {} });
        spec(json!({ "Origins": ids.map(one) }))
    };
    assert!(difference(KIND, &origins(["a", "b"]), &origins(["b", "a"])).fields.is_empty());
    let behaviours = |paths: [&str; 2]| {
        let one = |path| json!({ "PathPattern": path, "TargetOriginId": "a", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "p" });
        spec(json!({ "CacheBehaviors": paths.map(one) }))
    };
    let swapped = difference(KIND, &behaviours(["/a", "/b"]), &behaviours(["/b", "/a"]));
    assert!(!swapped.fields.is_empty(), "the first that fits counts");
}

#[tokio::test(start_paused = true)]
async fn an_access_control_of_an_earlier_try_is_gone_on_with_by_its_name() {
    let list = "<OriginAccessControlList><Items><OriginAccessControlSummary><Id>E2QWRUHAPOMQZL</Id><Name>p--acme--production--main</Name>\
                <Description></Description></OriginAccessControlSummary></Items></OriginAccessControlList>";
    let aws = Canned::by_operation(&[
        refused("CreateOriginAccessControl", 409, "OriginAccessControlAlreadyExists"),
        ("ListOriginAccessControls", 200, list.to_owned()),
    ]);
    let spec = json!({ "OriginAccessControlConfig": {
        "OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4",
    } });
    let (kind, name) = (kind_of(ACCESS), Name::given("p--acme--production--main"));
    let writer = aws.writer(ACCESS, &["p--acme--production--main"], &[]).await;
    let made = kind.create(&writer, &name, &settled(kind, spec), &Tags::default()).await.unwrap();
    assert_eq!(made.id, "E2QWRUHAPOMQZL");
}

/// What a distribution still uses is deleted when its change has spread, and what is gone is done.
#[tokio::test(start_paused = true)]
async fn what_a_distribution_still_uses_is_deleted_later() {
    let endpoint = "<VpcOriginEndpointConfig><Name>acme-production-main-12345678</Name><Arn>arn:aws:elasticloadbalancing:x</Arn>\
                    <HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy>\
                    </VpcOriginEndpointConfig>";
    let arn = "arn:aws:cloudfront::123456789012:vpcorigin/vo_jQEcErZXJxEyou";
    let known = format!("<Id>vo_jQEcErZXJxEyou</Id><Arn>{arn}</Arn><Status>Deployed</Status>");
    let list = format!(
        "<VpcOriginList><Items><VpcOriginSummary>{known}<Name>acme-production-main-12345678</Name></VpcOriginSummary></Items></VpcOriginList>"
    );
    let got = || ("GetVpcOrigin", 200, format!("<VpcOrigin>{known}{endpoint}</VpcOrigin>"));
    let live = Canned::by_operation(&[("ListVpcOrigins", 200, list), owned(), got()]).live(kind_of(ORIGIN)).await;
    assert_eq!(live.state, State::Ready);
    let in_use = refused("DeleteVpcOrigin", 409, "CannotDeleteEntityWhileInUse");
    let aws = Canned::by_operation(&[got(), in_use]);
    let turn = kind_of(ORIGIN).delete(&writer(&aws, ORIGIN).await, &live).await.unwrap();
    assert!(matches!(turn, Turn::Busy(_)), "{turn:?}");
    let aws = Canned::by_operation(&[refused("GetVpcOrigin", 404, "EntityNotFound")]);
    let turn = kind_of(ORIGIN).delete(&writer(&aws, ORIGIN).await, &live).await.unwrap();
    assert!(matches!(turn, Turn::Done(_)), "{turn:?}");
}

/// CloudFront changes no VPC origin that a distribution uses.
#[test]
fn another_vpc_origin_takes_the_place_of_one_that_changes() {
    let shape = kind_of(ORIGIN);
    let facts = shape.facts();
    assert_eq!((facts.create_only, facts.permissions.update), (&["/VpcOriginEndpointConfig"][..], &[][..]));
}
