//! `mail` of a tenant, and what services may send.

use aws_sdk_sesv2::types::{EventDestinationDefinition, EventType, TlsPolicy};
use provision::report::cloudformation_json;
use serde_json::{Value, json};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: acme
template: modyo
account: \"300000000876\"
environments:
  certification:
    region: us-east-1
    protected: false
    cidr: 10.20.0.0/20
    nat: none
    load_balancer: none
    waf: { enabled: false }
    dns: { zone: own, name: acme.example }
    topics:
      ticket: { from: [cloudwatch] }
      bounced: { from: [ses] }
    alarms: { enabled: true, ticket: ticket }
    mail:
      ses: { domain: mail.acme.example, topic: bounced, dmarc: { policy: reject, reports: [a@acme.example, b@acme.example] } }
    services:
      shop: { image: \"shop:1\", mail: true }
      office: { image: \"office:1\", mail: [office@mail.acme.example] }
      worker: { image: \"worker:1\" }
";

const KEPT_ELSEWHERE: (&str, &str) = ("    dns: { zone: own, name: acme.example }\n", "");

fn property(tenant: &str, address: &str, pointer: &str) -> Value {
    let all = blueprints(&[("tenant.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let (_, of) = all[0].resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_default()
}

fn named(address: &str, output: &str) -> String {
    format!("\u{27e6}{address}.{output}\u{27e7}")
}

fn told(from: &str, to: &str) -> String {
    assert!(TENANT.contains(from), "{from}");
    let text = TENANT.replace(from, to);
    blueprints(&[("tenant.yaml", &text)], &[]).map(drop).expect_err("it is a mistake")
}

#[test]
fn a_service_sends_in_the_name_of_the_domain_alone_and_only_if_it_says_so() {
    let statement = |service: &str| {
        property(TENANT, &format!("AWS::IAM::Role/{service}-task"), "/Policies/0/PolicyDocument/Statement/0")
    };
    let place = "arn:aws:ses:us-east-1:300000000876";
    let identity = named("AWS::SES::EmailIdentity/mail", "EmailIdentity");
    let set = named("AWS::SES::ConfigurationSet/mail", "Name");
    let shop = statement("shop");
    assert_eq!(
        shop["Resource"],
        json!([format!("{place}:configuration-set/{set}"), format!("{place}:identity/{identity}")])
    );
    assert_eq!(shop["Condition"], json!({ "StringLike": { "ses:FromAddress": "*@mail.acme.example" } }));
    let sender = json!({ "StringLike": { "ses:FromAddress": "office@mail.acme.example" } });
    assert_eq!(statement("office")["Condition"], sender);
    assert_eq!(statement("worker"), Value::Null);
    let variables = |service: &str| {
        property(TENANT, &format!("AWS::ECS::TaskDefinition/{service}"), "/ContainerDefinitions/0/Environment")
    };
    let expected =
        [("MAIL_DOMAIN", identity.as_str()), ("MAIL_CONFIGURATION_SET", set.as_str()), ("MAIL_REGION", "us-east-1")];
    let expected: Value = expected.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    assert_eq!([variables("shop"), variables("worker")], [expected, json!([])]);
}

#[test]
fn the_records_are_made_where_the_zone_is_ours_and_handed_over_where_it_is_not() {
    let all = blueprints(&[("tenant.yaml", TENANT)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
    let records: Vec<_> = all
        .resources
        .iter()
        .filter(|(address, _)| address.kind == "AWS::Route53::RecordSet")
        .map(|(address, of)| {
            let value = of.spec["ResourceRecords"][0].as_str().unwrap_or_default();
            format!(
                "{} {} {} {value}",
                address.name,
                of.spec["Name"].as_str().unwrap_or_default(),
                of.spec["Type"].as_str().unwrap_or_default()
            )
        })
        .collect();
    let (name, value) = (
        named("AWS::SES::EmailIdentity/mail", "DkimDNSTokenName1"),
        named("AWS::SES::EmailIdentity/mail", "DkimDNSTokenValue1"),
    );
    assert_eq!(records.len(), 6, "{records:#?}");
    for expected in [
        format!("mail-dkim-1 {name} CNAME {value}"),
        "mail-bounces-mx bounce.mail.acme.example MX 10 feedback-smtp.us-east-1.amazonses.com".to_owned(),
        "mail-bounces-txt bounce.mail.acme.example TXT \"v=spf1 include:amazonses.com ~all\"".to_owned(),
        "mail-dmarc _dmarc.mail.acme.example TXT \"v=DMARC1; p=reject; rua=mailto:a@acme.example,mailto:b@acme.example\""
            .to_owned(),
    ] {
        assert!(records.contains(&expected), "{expected}: {records:#?}");
    }
    let (from, to) = KEPT_ELSEWHERE;
    let text = TENANT.replace(from, to);
    let elsewhere = blueprints(&[("tenant.yaml", &text)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
    assert!(elsewhere.resources.keys().all(|address| address.kind != "AWS::Route53::RecordSet"));
    let handed = format!("{:?}", elsewhere.outputs);
    for part in ["DkimDNSTokenValue3", "10 feedback-smtp.us-east-1.amazonses.com", "_dmarc.mail.acme.example"] {
        assert!(handed.contains(part), "{part}: {handed}");
    }
}

#[test]
fn by_sendgrid_a_service_reads_its_key_and_nothing_of_ses_is_made() {
    let text = TENANT
        .replace(
            TENANT.lines().find(|line| line.contains("ses: {")).expect("a line"),
            "      sendgrid: { key: sendgrid }",
        )
        .replace("mail: [office@mail.acme.example]", "mail: true")
        .replace("    alarms:", "    secrets: { sendgrid: {} }\n    alarms:");
    let all = blueprints(&[("tenant.yaml", &text)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
    assert!(all.resources.keys().all(|address| !address.kind.starts_with("AWS::SES")));
    let secrets = |service: &str| {
        property(&text, &format!("AWS::ECS::TaskDefinition/{service}"), "/ContainerDefinitions/0/Secrets")
    };
    let secret = named("AWS::SecretsManager::Secret/sendgrid", "Id");
    assert_eq!(secrets("shop"), json!([{ "Name": "SENDGRID_API_KEY", "ValueFrom": secret }]));
    assert_eq!(secrets("worker"), json!([]));
    let rights = |service: &str| {
        property(&text, &format!("AWS::IAM::Role/{service}-execution"), "/Policies/0/PolicyDocument").to_string()
    };
    assert!(rights("shop").contains(&secret) && !rights("worker").contains(&secret));
}

#[test]
fn what_does_not_fit_is_told() {
    for (from, to, expected) in [
        ("topic: bounced", "topic: bouncd", "there is no topic bouncd"),
        ("topic: bounced", "topic: ticket", "ticket does not let SES publish"),
        ("office@mail.acme.example]", "office@acme.example]", "office can't send as office@acme.example"),
        ("domain: mail.acme.example", "domain: shop@acme.example", "domain"),
        ("topic: bounced", "topic: bounced, bounces: null, strict: true", "`strict` is about the records of `bounces`"),
        ("    services:\n", "      sendgrid: { key: sendgrid }\n    services:\n", "sends by SES and by SendGrid"),
        ("policy: reject", "policy: refuse", "refuse"),
    ] {
        let why = told(from, to);
        assert!(why.contains(expected), "{expected}: {why}");
    }
    let none = TENANT.lines().filter(|line| !line.contains("mail:\n") && !line.contains("ses: {")).collect::<Vec<_>>();
    let none = none.join("\n").replace("    mail:\n", "");
    let why = blueprints(&[("tenant.yaml", &none)], &[]).map(drop).expect_err("nobody sends");
    assert!(why.contains("shop sends mail, and nothing says by whom"), "{why}");
}

#[test]
fn mail_is_made_drifts_and_is_taken_away() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000876").await;
        let of =
            |tenant: &str| blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        let stack = of(TENANT);
        local.kinds.retain(|kind| stack.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));

        let ses = aws_sdk_sesv2::Client::new(&local.by_hand().await);
        let (domain, set) = ("mail.acme.example", "acme-certification-mail");
        let identity = ses.get_email_identity().email_identity(domain).send().await.expect("it is there");
        assert!(identity.verified_for_sending_status(), "its records are in the zone: {identity:?}");
        let plan = local.plan(&stack).await;
        assert!(plan.changes.is_empty(), "{}", words(&plan));
        let pending: Vec<_> = plan.pending.iter().map(|later| later.when.as_str()).collect();
        assert!(matches!(pending[..], [only] if only.contains("production access")), "{pending:?}");

        let call = ses.put_email_identity_mail_from_attributes().email_identity(domain);
        call.send().await.expect("put");
        ses.put_email_identity_feedback_attributes()
            .email_identity(domain)
            .email_forwarding_enabled(true)
            .send()
            .await
            .expect("put");
        let call = ses.put_configuration_set_delivery_options().configuration_set_name(set);
        call.tls_policy(TlsPolicy::Optional).send().await.expect("put");
        let call = ses.delete_configuration_set_event_destination().configuration_set_name(set);
        call.event_destination_name("feedback").send().await.expect("gone");
        let bus = aws_sdk_sesv2::types::EventBridgeDestination::builder();
        let bus = bus.event_bus_arn("arn:aws:events:us-east-1:300000000876:event-bus/default").build().expect("a bus");
        let by_hand = EventDestinationDefinition::builder().enabled(true).matching_event_types(EventType::Send);
        let call = ses.create_configuration_set_event_destination().configuration_set_name(set);
        let call = call.event_destination_name("hand").event_destination(by_hand.event_bridge_destination(bus).build());
        call.send().await.expect("made");

        let plan = local.plan(&stack).await;
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).map(|field| &field.path).collect();
        for path in [
            "/MailFromAttributes",
            "/FeedbackAttributes",
            "/DeliveryOptions/TlsPolicy",
            "/EventDestinations/feedback",
            "/EventDestinations/hand",
        ] {
            assert!(fields.iter().any(|field| field.starts_with(path)), "{path}: {}", words(&plan));
        }
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let told =
            ses.get_configuration_set_event_destinations().configuration_set_name(set).send().await.expect("told");
        let names: Vec<_> = told.event_destinations().iter().map(|one| one.name()).collect();
        assert_eq!(names, ["feedback"]);
        local.destroy(&stack).await.unwrap_or_else(|why| panic!("{why}"));
    });
}

/// Whoever sends with it is gone before the domain and its rules are.
#[test]
fn a_service_that_no_longer_sends_leaves_before_what_it_sent_by_goes() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000877").await;
        let tenant = TENANT.replace("300000000876", "300000000877");
        let of =
            |tenant: &str| blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        let stack = of(&tenant);
        local.kinds.retain(|kind| stack.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let before = local.calls().await.len();
        let without = tenant
            .replace("    mail:\n", "")
            .replace(tenant.lines().find(|line| line.contains("ses: {")).expect("a line"), "")
            .replace(", mail: true", "")
            .replace(", mail: [office@mail.acme.example]", "");
        local.apply(&of(&without)).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let first = |call: &str| calls.iter().position(|one| one.ends_with(call)).expect("it is called");
        let order = [":UpdateService", ":DeleteEmailIdentity", ":DeleteConfigurationSet"].map(first);
        assert!(order.is_sorted(), "{calls:?}");
    });
}

#[test]
fn the_export_says_the_same_in_cloudformations_words() {
    let all = blueprints(&[("tenant.yaml", TENANT)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
    let text = cloudformation_json(&all, &provision::kinds::shapes());
    for part in ["AWS::SES::ConfigurationSetEventDestination", "DkimDNSTokenName1", "TopicARN"] {
        assert!(text.contains(part), "{part}");
    }
}
