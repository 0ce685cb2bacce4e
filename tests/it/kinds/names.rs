//! Zones and records: which calls are sent, on answers that a sandbox does not give.

use std::time::Duration;

use provision::resource::{AnyMade, Class, Name, Result, Tags, Turn};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, tags, tags_of, xml_error, xml_tags};

const ZONE: &str = "AWS::Route53::HostedZone";
const RECORD: &str = "AWS::Route53::RecordSet";
const ID: &str = "Z0423603VKO/www.acme.example/A";
const MARK: &str = "a.www._provision.acme.example";

fn listed_zones(count: u32) -> String {
    let one = zone("r", count);
    format!(
        "<ListHostedZonesResponse><HostedZones>{one}</HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>\
         </ListHostedZonesResponse>"
    )
}

fn zone(reference: &str, count: u32) -> String {
    format!(
        "<HostedZone><Id>/hostedzone/Z0423603VKO</Id><Name>acme.example.</Name><CallerReference>{reference}</CallerReference>\
         <ResourceRecordSetCount>{count}</ResourceRecordSetCount></HostedZone>"
    )
}

fn detail() -> String {
    let servers = "<DelegationSet><NameServers><NameServer>ns-1.example</NameServer></NameServers></DelegationSet>";
    format!("<GetHostedZoneResponse>{}{servers}</GetHostedZoneResponse>", zone("r", 4))
}

fn named(zones: &str) -> String {
    format!(
        "<ListHostedZonesByNameResponse><HostedZones>{zones}</HostedZones><IsTruncated>false</IsTruncated>\
         <MaxItems>100</MaxItems></ListHostedZonesByNameResponse>"
    )
}

fn zone_tags(tags: &str) -> String {
    format!(
        "<ListTagsForResourcesResponse><ResourceTagSets><ResourceTagSet><ResourceId>Z0423603VKO</ResourceId><Tags>{tags}</Tags>\
         </ResourceTagSet></ResourceTagSets></ListTagsForResourcesResponse>"
    )
}

fn record(name: &str, of_type: &str, value: &str) -> String {
    let value = value.replace('"', "&quot;");
    format!(
        "<ResourceRecordSet><Name>{name}.</Name><Type>{of_type}</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>\
         {value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    )
}

fn address(value: &str) -> String {
    record("www.acme.example", "A", value)
}

fn mark(tags: &Tags) -> String {
    let strings = tags.iter().map(|(key, value)| format!("\"{key}={value}\""));
    record(MARK, "TXT", &strings.collect::<Vec<_>>().join(" "))
}

fn records(all: &[String]) -> String {
    format!(
        "<ListResourceRecordSetsResponse><ResourceRecordSets>{}</ResourceRecordSets><IsTruncated>false</IsTruncated>\
         <MaxItems>300</MaxItems></ListResourceRecordSetsResponse>",
        all.concat()
    )
}

fn change(operation: &str, status: &str) -> String {
    format!(
        "<{operation}Response><ChangeInfo><Id>/change/C1</Id><Status>{status}</Status><SubmittedAt>2026-11-30T16:00:00Z\
         </SubmittedAt></ChangeInfo></{operation}Response>"
    )
}

fn changed() -> String {
    change("ChangeResourceRecordSets", "INSYNC")
}

/// What Route 53 says of a batch that it does not carry out.
fn refused(why: &str) -> String {
    xml_error(
        "InvalidChangeBatch",
        &format!("[Tried to change resource record set [name='www.acme.example.'] but {why}]"),
    )
}

const EXISTS: &str = "it already exists";
const OTHERWISE: &str = "the values provided do not match the current values";

fn spec(value: &str) -> Value {
    json!({ "HostedZoneId": "Z0423603VKO", "Name": "www.acme.example", "Type": "A", "TTL": 60, "ResourceRecords": [value] })
}

fn answers(all: &[(&'static str, u16, String)]) -> Canned {
    Canned::by_operation(all)
}

async fn create(aws: &Canned) -> Result<AnyMade> {
    let writer = aws.writer(RECORD, &[], &["Z0423603VKO"]).await;
    kind_of(RECORD).create(&writer, &Name::given("main"), &settled(kind_of(RECORD), spec("192.0.2.1")), &tags()).await
}

async fn live() -> provision::resource::Live {
    answers(&[
        ("ListHostedZones", 200, listed_zones(4)),
        ("ListResourceRecordSets", 200, records(&[address("192.0.2.1"), mark(&tags())])),
    ])
    .live(kind_of(RECORD))
    .await
}

/// The actions of the batches that were sent, each with the value that it is about.
fn batches(aws: &Canned) -> Vec<Vec<String>> {
    let between = |text: &str, tag: &str| {
        let (_, rest) = text.split_once(&format!("<{tag}>")).unwrap_or_default();
        rest.split("</").next().unwrap_or_default().to_owned()
    };
    let one = |change: &str| format!("{} {}", between(change, "Action"), between(change, "Type"));
    let of = |asked: &String| asked.split("<Change>").skip(1).map(one).collect();
    aws.asked_of("ChangeResourceRecordSets").iter().map(of).collect()
}

#[tokio::test(start_paused = true)]
async fn a_record_and_its_mark_are_made_in_one_batch_that_writes_over_nothing() {
    let aws = answers(&[("GetHostedZone", 200, detail()), ("ChangeResourceRecordSets", 200, changed())]);
    let made = create(&aws).await.unwrap();
    assert_eq!(made.id, ID);
    assert_eq!(batches(&aws), [["CREATE A", "CREATE TXT"]]);
    let sent = aws.asked_of("ChangeResourceRecordSets").remove(0);
    assert!(sent.contains(&format!("<Name>{MARK}</Name>")) && sent.contains("provision:tenant=acme"), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_record_of_somebody_elses_is_not_written_over() {
    for (marks, says) in
        [(vec![], "is not ours: nothing marks it"), (vec![mark(&tags_of("other"))], "belongs to other")]
    {
        let aws = answers(&[
            ("GetHostedZone", 200, detail()),
            ("ChangeResourceRecordSets", 400, refused(EXISTS)),
            ("ListResourceRecordSets", 200, records(&[address("198.51.100.7")])),
            ("ListResourceRecordSets", 200, records(&marks)),
        ]);
        let failure = create(&aws).await.unwrap_err();
        assert!(failure.is(Class::AlreadyExists) && failure.message.contains(says), "{failure}");
        assert_eq!(batches(&aws).len(), 1, "nothing is sent again");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_answer_made_is_gone_on_with_and_a_mark_without_its_record_is_taken_up() {
    for there in [vec![address("192.0.2.9")], vec![]] {
        let aws = answers(&[
            ("GetHostedZone", 200, detail()),
            ("ChangeResourceRecordSets", 400, refused(EXISTS)),
            ("ListResourceRecordSets", 200, records(&there)),
            ("ListResourceRecordSets", 200, records(&[mark(&tags())])),
            ("ChangeResourceRecordSets", 200, changed()),
        ]);
        create(&aws).await.unwrap();
        let mut expected = vec!["DELETE TXT", "CREATE A", "CREATE TXT"];
        if !there.is_empty() {
            expected.insert(0, "DELETE A");
        }
        assert_eq!(batches(&aws)[1], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_takes_away_exactly_what_was_listed() {
    let live = live().await;
    let update = async |aws: &Canned| {
        let writer = aws.writer(RECORD, &[ID], &["Z0423603VKO"]).await;
        let spec = settled(kind_of(RECORD), spec("192.0.2.2"));
        kind_of(RECORD).update(&writer, &live, &spec, &changes(&["/ResourceRecords"])).await.map(drop)
    };
    let aws = answers(&[("ChangeResourceRecordSets", 200, changed())]);
    update(&aws).await.unwrap();
    assert_eq!(batches(&aws), [["DELETE A", "DELETE TXT", "CREATE A", "CREATE TXT"]]);
    assert!(aws.asked()[0].contains("192.0.2.1") && aws.asked()[0].contains("192.0.2.2"));
    let aws = answers(&[("ChangeResourceRecordSets", 400, refused(OTHERWISE))]);
    assert!(update(&aws).await.unwrap_err().is(Class::Conflict), "somebody has changed it since");
}

#[tokio::test(start_paused = true)]
async fn a_name_changes_without_a_gap() {
    let live = live().await;
    let aws = answers(&[("ChangeResourceRecordSets", 200, changed())]);
    let writer = aws.writer(RECORD, &[ID], &["Z0423603VKO"]).await;
    let mut wanted = spec("192.0.2.1");
    wanted["Name"] = json!("shop.acme.example");
    let made = kind_of(RECORD).update(&writer, &live, &settled(kind_of(RECORD), wanted), &changes(&["/Name"])).await;
    let Ok(Turn::Done(made)) = made else { panic!("one call does it") };
    assert_eq!(made.id, "Z0423603VKO/shop.acme.example/A");
    assert_eq!(batches(&aws), [["DELETE A", "DELETE TXT", "CREATE A", "CREATE TXT"]]);
    assert!(aws.asked()[0].contains("<Name>a.shop._provision.acme.example</Name>"), "its mark moves as well");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_somebody_changed_is_not_deleted_and_one_that_is_gone_leaves_no_mark() {
    let live = live().await;
    let delete = async |aws: &Canned| {
        let writer = aws.writer(RECORD, &[ID], &["Z0423603VKO"]).await;
        kind_of(RECORD).delete(&writer, &live).await.map(drop)
    };
    let aws = answers(&[
        ("ChangeResourceRecordSets", 400, refused(OTHERWISE)),
        ("ListResourceRecordSets", 200, records(&[address("198.51.100.7")])),
    ]);
    assert!(delete(&aws).await.unwrap_err().is(Class::Conflict));
    let aws = answers(&[
        ("ChangeResourceRecordSets", 400, refused("it was not found")),
        ("ListResourceRecordSets", 200, records(&[])),
        ("ListResourceRecordSets", 200, records(&[mark(&tags())])),
        ("ChangeResourceRecordSets", 200, changed()),
    ]);
    delete(&aws).await.unwrap();
    assert_eq!(batches(&aws)[1], ["DELETE TXT"]);
    let aws = answers(&[
        ("ChangeResourceRecordSets", 404, xml_error("NoSuchHostedZone", "No hosted zone found with ID: Z0423603VKO")),
        ("ListResourceRecordSets", 404, xml_error("NoSuchHostedZone", "No hosted zone found with ID: Z0423603VKO")),
    ]);
    delete(&aws).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_earlier_change_of_the_zone_is_waited_for() {
    let busy = xml_error(
        "PriorRequestNotComplete",
        "The request was rejected because Route 53 was still processing a prior request.",
    );
    let aws = answers(&[
        ("GetHostedZone", 200, detail()),
        ("ChangeResourceRecordSets", 400, busy.clone()),
        ("ChangeResourceRecordSets", 400, busy.clone()),
        ("ChangeResourceRecordSets", 400, busy.clone()),
        ("ChangeResourceRecordSets", 400, busy.clone()),
        ("ChangeResourceRecordSets", 400, busy),
        ("ChangeResourceRecordSets", 200, changed()),
    ]);
    create(&aws).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_record_is_there_once_the_name_servers_know_it() {
    let pending = (0..3).map(|_| ("GetChange", 200, change("GetChange", "PENDING")));
    let mut all = vec![
        ("GetHostedZone", 200, detail()),
        ("ChangeResourceRecordSets", 200, change("ChangeResourceRecordSets", "PENDING")),
    ];
    all.extend(pending);
    all.push(("GetChange", 200, change("GetChange", "INSYNC")));
    let (aws, start) = (answers(&all), Instant::now());
    create(&aws).await.unwrap();
    assert_eq!(aws.asked_of("GetChange").len(), 4);
    assert!(start.elapsed() > Duration::from_secs(1));
}

/// Of a zone with thousands of records the marks are read, and what they mark.
#[tokio::test(start_paused = true)]
async fn a_big_zone_is_not_read_as_a_whole() {
    let theirs = record("a.blog._provision.acme.example", "TXT", "\"provision:project=q\"");
    let aws = answers(&[
        ("ListHostedZones", 200, listed_zones(5000)),
        (
            "ListResourceRecordSets",
            200,
            records(&[theirs, mark(&tags()), record("after.acme.example", "A", "192.0.2.3")]),
        ),
        ("ListResourceRecordSets", 200, records(&[address("192.0.2.1")])),
    ]);
    let listing = aws.list(kind_of(RECORD)).await;
    assert_eq!(listing.found.iter().map(|live| live.id.as_str()).collect::<Vec<_>>(), [ID]);
    let asked = aws.asked_of("ListResourceRecordSets");
    assert!(
        asked[0].contains("name=_provision.acme.example") && asked[1].contains("name=www.acme.example"),
        "{asked:#?}"
    );
    assert_eq!(asked.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_zone_with_nothing_in_it_is_not_looked_into_and_one_that_cannot_be_read_is_unknown() {
    let aws = answers(&[("ListHostedZones", 200, listed_zones(2))]);
    assert!(aws.list(kind_of(RECORD)).await.found.is_empty());
    assert!(aws.asked_of("ListResourceRecordSets").is_empty());
    let aws = answers(&[
        ("ListHostedZones", 200, listed_zones(9)),
        ("ListResourceRecordSets", 403, xml_error("AccessDenied", "no")),
    ]);
    assert_eq!(aws.list(kind_of(RECORD)).await.unseen.len(), 1);
}

async fn answer(kind: &str, aws: &Canned, spec: Value) -> Option<String> {
    let kind = kind_of(kind);
    let session = aws.session(kind.facts().preflight_reads).await;
    let question = kind.questions(&spec).remove(0);
    kind.answer(&session.reader(), &question.about).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_plan_tells_what_a_name_would_meet() {
    let there = |all: &[String], marks: &[String]| {
        answers(&[
            ("GetHostedZone", 200, detail()),
            ("ListResourceRecordSets", 200, records(all)),
            ("ListResourceRecordSets", 200, records(marks)),
        ])
    };
    assert_eq!(answer(RECORD, &there(&[], &[]), spec("192.0.2.1")).await, None);
    assert_eq!(answer(RECORD, &there(&[address("192.0.2.1")], &[mark(&tags())]), spec("192.0.2.1")).await, None);
    let told = answer(RECORD, &there(&[address("192.0.2.1")], &[]), spec("192.0.2.1")).await.unwrap();
    assert!(told.contains("is there already and is not ours") && told.contains("adopt"), "{told}");
    let mut elsewhere = spec("192.0.2.1");
    elsewhere["Name"] = json!("www.acme.test");
    let told = answer(RECORD, &there(&[], &[]), elsewhere).await.unwrap();
    assert_eq!(told, "www.acme.test is not in the zone Z0423603VKO, which is acme.example");
    let none = answers(&[("GetHostedZone", 404, xml_error("NoSuchHostedZone", "no"))]);
    assert_eq!(answer(RECORD, &none, spec("192.0.2.1")).await.unwrap(), "there is no zone Z0423603VKO in this account");
}

async fn create_zone(aws: &Canned) -> Result<AnyMade> {
    let writer = aws.writer(ZONE, &[], &[]).await;
    let spec = settled(kind_of(ZONE), json!({ "Name": "acme.example" }));
    let many = (0..12).map(|n| (format!("tag-{n}"), "value".to_owned()));
    let tags = tags().0.into_iter().chain(many).collect();
    kind_of(ZONE).create(&writer, &Name::given("main"), &spec, &tags).await
}

fn created(reference: &str) -> String {
    let servers = "<DelegationSet><NameServers><NameServer>ns-1.example</NameServer></NameServers></DelegationSet>";
    let info = change("CreateHostedZone", "PENDING");
    let info = info.trim_start_matches("<CreateHostedZoneResponse>");
    format!("<CreateHostedZoneResponse>{}{servers}{info}", zone(reference, 2))
}

/// The reference that a create gives.
async fn reference() -> String {
    let aws = answers(&[("ListHostedZonesByName", 200, named("")), ("CreateHostedZone", 201, created("r"))]);
    let made = create_zone(&aws).await.unwrap();
    assert_eq!(made.outputs, json!({ "Id": "Z0423603VKO", "NameServers": ["ns-1.example"] }));
    let tagged = aws.asked_of("ChangeTagsForResource");
    let counts: Vec<_> = tagged.iter().map(|asked| asked.matches("<Key>").count()).collect();
    assert_eq!(counts, [10, 6], "AWS takes ten tags a call");
    let sent = aws.asked_of("CreateHostedZone").remove(0);
    let (_, rest) = sent.split_once("<CallerReference>").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_zone_whose_tags_were_not_written_is_gone_on_with() {
    let ours = reference().await;
    let aws = answers(&[
        ("ListHostedZonesByName", 200, named(&zone(&ours, 2))),
        ("ListTagsForResources", 200, zone_tags("")),
        ("GetHostedZone", 200, detail()),
    ]);
    create_zone(&aws).await.unwrap();
    assert!(aws.asked_of("CreateHostedZone").is_empty());
    assert_eq!(aws.asked_of("ChangeTagsForResource").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_second_zone_of_a_name_is_refused() {
    let ours = reference().await;
    let other = format!("{}x", &ours[..20]);
    for (theirs, count) in [("by hand", 2), (other.as_str(), 2), (ours.as_str(), 3)] {
        let aws = answers(&[
            ("ListHostedZonesByName", 200, named(&zone(theirs, count))),
            ("ListTagsForResources", 200, zone_tags("")),
        ]);
        let failure = create_zone(&aws).await.unwrap_err();
        assert!(failure.is(Class::AlreadyExists) && failure.message.contains("Z0423603VKO"), "{failure}");
        assert!(aws.asked_of("CreateHostedZone").is_empty());
    }
    let aws = answers(&[("ListHostedZonesByName", 200, named(&zone("by hand", 2)))]);
    let told = answer(ZONE, &aws, json!({ "Name": "acme.example" })).await.unwrap();
    assert!(told.contains("has a public zone acme.example already, Z0423603VKO"), "{told}");
}

fn listed_zone(more: &str) -> Canned {
    let detail = format!("<GetHostedZoneResponse>{}{more}</GetHostedZoneResponse>", zone("r", 4));
    answers(&[
        ("ListHostedZones", 200, listed_zones(4)),
        ("ListTagsForResources", 200, zone_tags(&xml_tags("Tag", "Key", "Value"))),
        ("GetHostedZone", 200, detail),
        (
            "GetDNSSEC",
            200,
            "<GetDNSSECResponse><Status><ServeSignature>SIGNING</ServeSignature></Status></GetDNSSECResponse>"
                .to_owned(),
        ),
        (
            "ListQueryLoggingConfigs",
            200,
            "<ListQueryLoggingConfigsResponse><QueryLoggingConfigs><QueryLoggingConfig><Id>1</Id><HostedZoneId>Z0423603VKO\
             </HostedZoneId><CloudWatchLogsLogGroupArn>arn:group</CloudWatchLogsLogGroupArn></QueryLoggingConfig>\
             </QueryLoggingConfigs></ListQueryLoggingConfigsResponse>"
                .to_owned(),
        ),
    ])
}

#[tokio::test(start_paused = true)]
async fn what_a_zone_has_beside_its_name_is_told() {
    let live = listed_zone("<VPCs><VPC><VPCId>vpc-1</VPCId></VPC></VPCs>").live(kind_of(ZONE)).await;
    let told: Vec<_> = live.unmodelled.iter().map(|part| part.path.as_str()).collect();
    assert_eq!(told, ["/QueryLoggingConfig", "/DNSSEC"]);
    assert_eq!(live.spec["VPCs"][0]["VPCId"], "vpc-1");
}

#[tokio::test(start_paused = true)]
async fn a_zone_with_records_of_others_is_left_and_they_are_named() {
    let live = listed_zone("").live(kind_of(ZONE)).await;
    let aws = answers(&[
        ("DeleteHostedZone", 400, xml_error("HostedZoneNotEmpty", "it has records")),
        (
            "ListResourceRecordSets",
            200,
            records(&[
                record("acme.example", "SOA", "ns"),
                record("acme.example", "MX", "10 mail"),
                address("192.0.2.1"),
            ]),
        ),
    ]);
    let writer = aws.writer(ZONE, &["Z0423603VKO"], &[]).await;
    let Err(failure) = kind_of(ZONE).delete(&writer, &live).await else { panic!("it is not empty") };
    let hint = failure.hint.unwrap_or_default();
    assert!(hint.contains("acme.example MX, www.acme.example A into the zone acme.example"), "{hint}");
}
