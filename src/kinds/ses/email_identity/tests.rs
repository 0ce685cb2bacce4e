use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput;
use aws_sdk_sesv2::operation::get_email_identity::builders::GetEmailIdentityOutputBuilder;
use aws_sdk_sesv2::types::{
    BehaviorOnMxFailure, DkimAttributes, DkimSigningAttributesOrigin, DkimSigningKeyLength, DkimStatus,
    MailFromAttributes, MailFromDomainStatus,
};
use serde_json::{Value, from_value, json};

use super::*;
use crate::resource::Until;

fn spec(properties: Value) -> Spec {
    from_value(properties).unwrap()
}

fn wrong(properties: Value) -> Vec<String> {
    EmailIdentity::check(&spec(properties)).into_iter().map(|mistake| mistake.path).collect()
}

fn dkim(status: DkimStatus) -> DkimAttributes {
    DkimAttributes::builder()
        .signing_enabled(true)
        .status(status)
        .tokens("one")
        .tokens("two")
        .tokens("three")
        .signing_hosted_zone("dkim.eu-south-2.amazonses.com")
        .signing_attributes_origin(DkimSigningAttributesOrigin::AwsSes)
        .next_signing_key_length(DkimSigningKeyLength::Rsa2048Bit)
        .build()
}

fn mail_from(domain: &str, status: MailFromDomainStatus) -> MailFromAttributes {
    let told = MailFromAttributes::builder().mail_from_domain(domain).mail_from_domain_status(status);
    told.behavior_on_mx_failure(BehaviorOnMxFailure::UseDefaultValue).build().unwrap()
}

/// One as SES answers of it that was made by a name alone: it tells how it would behave without an MX record.
fn plain(status: DkimStatus) -> GetEmailIdentityOutputBuilder {
    GetEmailIdentityOutput::builder()
        .feedback_forwarding_status(true)
        .dkim_attributes(dkim(status))
        .mail_from_attributes(mail_from("", MailFromDomainStatus::Pending))
}

fn events(there: GetEmailIdentityOutputBuilder) -> Vec<String> {
    let found = read::found(("acme.example", String::new()), &there.build(), Tags::default());
    let event = |pending: Pending| match pending.until {
        Until::Event(what) => what,
        Until::Window => panic!("it has no window"),
    };
    EmailIdentity::pending(&found).into_iter().map(event).collect()
}

#[test]
fn what_ses_tells_of_a_plain_one_is_what_one_would_write() {
    let found = read::found(("acme.example", String::new()), &plain(DkimStatus::Success).build(), Tags::default());
    assert_eq!(found.spec, spec(json!({ "EmailIdentity": "Acme.example." })));
    assert!(found.unmodelled.is_empty() && EmailIdentity::pending(&found).is_empty());
}

#[test]
fn the_records_lead_to_the_zone_that_ses_names() {
    let outputs = read::outputs(("acme.example", String::new()), Some(&dkim(DkimStatus::Pending)));
    assert_eq!(
        [outputs.name_3.as_str(), outputs.value_3.as_str()],
        ["three._domainkey.acme.example", "three.dkim.eu-south-2.amazonses.com"]
    );
    let old = DkimAttributes::builder().tokens("one").build();
    let outputs = read::outputs(("acme.example", String::new()), Some(&old));
    assert_eq!([outputs.value_1.as_str(), outputs.value_2.as_str()], ["one.dkim.amazonses.com", ""]);
}

#[test]
fn a_record_that_ses_has_not_seen_is_told_and_holds_nobody_up() {
    let open =
        plain(DkimStatus::Pending).mail_from_attributes(mail_from("bounce.acme.example", MailFromDomainStatus::Failed));
    let found = read::found(("acme.example", String::new()), &open.clone().build(), Tags::default());
    assert_eq!(found.state, crate::resource::State::Ready);
    let told = events(open);
    assert!(told[0].contains("for which SES looks for 72 hours"), "{told:?}");
    assert!(told[1].contains("MX record, which SES did not find"), "{told:?}");
    let seen = plain(DkimStatus::Success)
        .mail_from_attributes(mail_from("bounce.acme.example", MailFromDomainStatus::Success));
    assert_eq!(events(seen), [""; 0]);
}

#[test]
fn an_account_that_reaches_not_everybody_is_told_and_one_that_does_not_say_too() {
    use aws_sdk_sesv2::operation::get_account::GetAccountOutput;
    let of = |production: bool, sending: bool, standing: &str| {
        let account = GetAccountOutput::builder().production_access_enabled(production).sending_enabled(sending);
        let told = waiting::for_account(&Ok(std::sync::Arc::new(account.enforcement_status(standing).build())));
        told.into_iter().map(|pending| format!("{:?}", pending.until)).collect::<Vec<_>>()
    };
    assert_eq!(of(true, true, "HEALTHY"), [""; 0]);
    assert!(of(false, true, "HEALTHY")[0].contains("verified addresses alone"));
    assert!(of(true, false, "HEALTHY")[0].contains("turned off"));
    assert!(of(true, true, "PROBATION")[0].contains("is PROBATION"));
    let silent = waiting::for_account(&Err(crate::resource::Failure::new(Class::Denied, "not you")));
    assert!(format!("{silent:?}").contains("not you"));
}

#[test]
fn keys_and_policies_of_others_are_told() {
    let theirs = DkimAttributes::builder()
        .signing_enabled(true)
        .status(DkimStatus::Success)
        .signing_attributes_origin(DkimSigningAttributesOrigin::External)
        .build();
    let there = GetEmailIdentityOutput::builder()
        .feedback_forwarding_status(true)
        .dkim_attributes(theirs)
        .policies("open", "{}")
        .build();
    let found = read::found(("acme.example", String::new()), &there, Tags::default());
    let paths: Vec<_> = found.unmodelled.iter().map(|part| part.path.as_str()).collect();
    assert_eq!(paths, ["/DkimSigningAttributes/DomainSigningSelector", "/Policies/open"]);
}

#[test]
fn what_ses_refuses_is_refused_before() {
    let of = |mail_from: Value| json!({ "EmailIdentity": "acme.example", "MailFromAttributes": mail_from });
    assert_eq!(wrong(of(json!({ "MailFromDomain": "Bounce.acme.example" }))), [""; 0]);
    for domain in ["acme.example", "bounce.acme.test", "bounceacme.example"] {
        assert_eq!(wrong(of(json!({ "MailFromDomain": domain }))), ["/MailFromAttributes/MailFromDomain"], "{domain}");
    }
    let alone = of(json!({ "BehaviorOnMxFailure": "REJECT_MESSAGE" }));
    assert_eq!(wrong(alone), ["/MailFromAttributes/BehaviorOnMxFailure"]);
    for name in ["shop@acme.example", "acme", "acme example.test", "https://acme.example"] {
        assert_eq!(wrong(json!({ "EmailIdentity": name })), ["/EmailIdentity"], "{name}");
    }
    let length =
        json!({ "EmailIdentity": "acme.example", "DkimSigningAttributes": { "NextSigningKeyLength": "2048" } });
    assert_eq!(wrong(length), ["/DkimSigningAttributes/NextSigningKeyLength"]);
}

#[test]
fn a_change_that_stops_or_unsigns_mail_says_so() {
    let advice = |path: &str, desired: Value| {
        EmailIdentity::advice(&json!({}), &desired, &[FieldDiff { path: path.into(), before: None, after: None }])
    };
    let at = "/MailFromAttributes/MailFromDomain";
    let of = |behavior: &str| json!({ "MailFromAttributes": { "MailFromDomain": "b.acme.example", "BehaviorOnMxFailure": behavior } });
    assert!(advice(at, of("REJECT_MESSAGE"))[0].contains("takes no mail until"));
    assert_eq!(advice(at, of("USE_DEFAULT_VALUE")), [""; 0]);
    let unsigned = json!({ "DkimAttributes": { "SigningEnabled": false } });
    assert!(advice("/DkimAttributes/SigningEnabled", unsigned)[0].contains("no longer signed"));
}
