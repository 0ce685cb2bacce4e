//! Identities and configuration sets of SES: whose one is, what is sent, and what is looked at.

use provision::aws::Writer;
use provision::resource::{Class, Live, Name, Tags};
use serde_json::{Value, json};

use crate::aws::canned::{Canned, scope};
use crate::kinds::canned_kind::{Answer, changes, json_tags, kind_of, settled, tags, tags_of, writer_scope};

const IDENTITY: &str = "AWS::SES::EmailIdentity";
const SET: &str = "AWS::SES::ConfigurationSet";
const DOMAIN: &str = "acme.example";
const NAME: &str = "acme-production-main";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:bounces";

fn says(operation: &'static str, answer: &Value) -> Answer {
    (operation, 200, answer.to_string())
}

fn refuses(operation: &'static str, code: &str) -> Answer {
    (operation, 400, json!({ "__type": code, "message": "no" }).to_string())
}

fn json_of(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

fn identity(tags: &Value) -> Answer {
    let dkim = json!({ "SigningEnabled": true, "Status": "PENDING", "Tokens": ["a", "b", "c"], "NextSigningKeyLength": "RSA_2048_BIT" });
    says("GetEmailIdentity", &json!({ "DkimAttributes": dkim, "FeedbackForwardingStatus": true, "Tags": tags }))
}

async fn writer(aws: &Canned, kind: &str) -> Writer {
    aws.session(&[]).await.writer(writer_scope(kind, &[DOMAIN, NAME], &[TOPIC]))
}

async fn set_with(more: &Value, told: &Value) -> Live {
    let mut one = json!({ "ConfigurationSetName": NAME, "Tags": json_tags("Key", "Value") });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answers = [
        says("ListConfigurationSets", &json!({ "ConfigurationSets": [NAME] })),
        says("GetConfigurationSet", &one),
        says("GetConfigurationSetEventDestinations", &json!({ "EventDestinations": told })),
    ];
    Canned::by_operation(&answers).live(kind_of(SET)).await
}

fn destination(name: &str) -> Value {
    json!({ "Name": name, "Enabled": true, "MatchingEventTypes": ["bounce"], "SnsDestination": { "TopicARN": TOPIC } })
}

async fn update(aws: &Canned, live: &Live, spec: Value, paths: &[&str]) {
    let kind = kind_of(SET);
    kind.update(&writer(aws, SET).await, live, &settled(kind, spec), &changes(paths)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_is_there_is_ours_by_its_tags_alone() {
    for (theirs, is_ours) in [(tags(), true), (tags_of("other"), false), (Tags::default(), false)] {
        let aws = Canned::by_operation(&[
            refuses("CreateEmailIdentity", "AlreadyExistsException"),
            identity(&json_of(&theirs)),
        ]);
        let kind = kind_of(IDENTITY);
        let spec = settled(kind, json!({ "EmailIdentity": DOMAIN }));
        let made = kind.create(&writer(&aws, IDENTITY).await, &Name::given("a"), &spec, &tags()).await;
        match made {
            Ok(made) => assert!(is_ours && made.outputs["DkimDNSTokenName2"] == "b._domainkey.acme.example"),
            Err(failure) => assert!(!is_ours && failure.is(Class::AlreadyExists), "{failure}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn so_is_a_configuration_set() {
    for (theirs, is_ours) in [(tags(), true), (tags_of("other"), false)] {
        let there = json!({ "ConfigurationSetName": NAME, "Tags": json_of(&theirs) });
        let aws = Canned::by_operation(&[
            refuses("CreateConfigurationSet", "AlreadyExistsException"),
            says("GetConfigurationSet", &there),
        ]);
        let kind = kind_of(SET);
        let made = kind.create(&writer(&aws, SET).await, &Name::given(NAME), &settled(kind, json!({})), &tags()).await;
        assert_eq!(made.is_ok(), is_ours);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_domain_is_sent_what_it_has_not_by_itself_and_nothing_else() {
    let new = says("CreateEmailIdentity", &json!({ "DkimAttributes": { "Tokens": ["a", "b", "c"] } }));
    let kind = kind_of(IDENTITY);
    let plain = json!({ "EmailIdentity": DOMAIN });
    let mut other = plain.clone();
    other["FeedbackAttributes"] = json!({ "EmailForwardingEnabled": false });
    other["MailFromAttributes"] = json!({ "MailFromDomain": "bounce.acme.example" });
    for (spec, expected) in [
        (plain, &["CreateEmailIdentity"][..]),
        (other, &["CreateEmailIdentity", "PutEmailIdentityFeedbackAttributes", "PutEmailIdentityMailFromAttributes"]),
    ] {
        let answers = [
            new.clone(),
            says("PutEmailIdentityFeedbackAttributes", &json!({})),
            says("PutEmailIdentityMailFromAttributes", &json!({})),
        ];
        let aws = Canned::by_operation(&answers);
        let writer = writer(&aws, IDENTITY).await;
        kind.create(&writer, &Name::given("a"), &settled(kind, spec), &tags()).await.unwrap();
        assert_eq!(aws.operations(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn no_reason_to_suppress_and_the_setting_of_the_account_are_sent_as_they_are() {
    let live = set_with(&json!({ "SuppressionOptions": { "SuppressedReasons": ["BOUNCE"] } }), &json!([])).await;
    for (options, has_list) in [(json!({ "SuppressedReasons": [] }), true), (Value::Null, false)] {
        let aws = Canned::by_operation(&[says("PutConfigurationSetSuppressionOptions", &json!({}))]);
        update(&aws, &live, json!({ "SuppressionOptions": options }), &["/SuppressionOptions"]).await;
        let [asked] = &aws.asked_of("PutConfigurationSetSuppressionOptions")[..] else { panic!("{:?}", aws.asked()) };
        assert_eq!(asked.contains("\"SuppressedReasons\":[]"), has_list, "{asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_destination_whose_name_is_taken_is_changed() {
    let none = set_with(&json!({}), &json!([])).await;
    let aws = Canned::by_operation(&[
        refuses("CreateConfigurationSetEventDestination", "AlreadyExistsException"),
        says("UpdateConfigurationSetEventDestination", &json!({})),
    ]);
    let spec = || json!({ "EventDestinations": [destination("bounces")] });
    update(&aws, &none, spec(), &["/EventDestinations"]).await;
    assert_eq!(aws.operations(), ["CreateConfigurationSetEventDestination", "UpdateConfigurationSetEventDestination"]);
    let dimensions = json!({ "DimensionConfigurations": [] });
    let metrics = json!({ "Name": "bounces", "Enabled": true, "MatchingEventTypes": ["SEND"], "CloudWatchDestination": dimensions });
    let other = set_with(&json!({}), &json!([metrics])).await;
    let aws = Canned::by_operation(&[says("UpdateConfigurationSetEventDestination", &json!({}))]);
    update(&aws, &other, spec(), &["/EventDestinations"]).await;
    assert_eq!(aws.operations(), ["UpdateConfigurationSetEventDestination"]);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_with_the_domain_is_told_before_anything_is_made() {
    let kind = kind_of(IDENTITY);
    let about = [DOMAIN.to_owned()];
    for (there, is_told) in [
        (identity(&json!([])), true),
        (identity(&json_of(&tags_of("other"))), false),
        (refuses("GetEmailIdentity", "NotFoundException"), false),
    ] {
        let aws = Canned::by_operation(&[there]);
        let session = aws.session(kind.facts().permissions.read).await;
        let said = kind.answer(&session.reader(), &about).await.unwrap();
        assert_eq!(said.is_some_and(|said| said.contains("none of our tags")), is_told);
    }
}

/// SES describes one a second.
#[tokio::test(start_paused = true)]
async fn of_what_nobody_knows_only_what_is_new_is_looked_at() {
    let one = |name: &str, status: &str| json!({ "IdentityName": name, "IdentityType": "DOMAIN", "VerificationStatus": status });
    let all = [one("theirs.example", "SUCCESS"), one(DOMAIN, "PENDING"), one("old.example", "SUCCESS")];
    let account = says("GetAccount", &json!({ "ProductionAccessEnabled": true, "SendingEnabled": true }));
    let aws = Canned::by_operation(&[
        says("ListEmailIdentities", &json!({ "EmailIdentities": all })),
        identity(&json_tags("Key", "Value")),
        account,
    ]);
    let kind = kind_of(IDENTITY);
    let session = aws.session(kind.facts().permissions.read).await;
    let listing = kind.list(&session.reader(), &scope()).await.unwrap();
    assert_eq!(listing.found.iter().map(|live| live.id.as_str()).collect::<Vec<_>>(), [DOMAIN]);
    assert_eq!(aws.asked_of("GetEmailIdentity").len(), 1);
}
