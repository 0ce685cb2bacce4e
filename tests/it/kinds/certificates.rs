//! Certificates: ACM gives one to whoever asks, so what an earlier run has asked for is looked for.

use provision::plan::Action;
use provision::resource::{Disruption, Name, Scope, StackId, Tags, Turn, key};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{json_tags, kind_of, settled, tags};
use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const ACCOUNT: &str = "300000000159";
const KIND: &str = "AWS::CertificateManager::Certificate";
const EARLIER: &str = "arn:aws:acm:us-east-1:123456789012:certificate/5f2c7d1e-8f0b-4c55-9f3a-2b6f0d9a7e41";
const NEW: &str = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-8f0b-4c55-9f3a-2b6f0d9a7e41";

/// ACM with one certificate, in this state and for these names.
fn acm(status: &str, names: &[&str], tags: &Tags) -> Canned {
    let summary = json!({ "CertificateArn": EARLIER, "DomainName": names[0], "Status": status, "CreatedAt": 1.0 });
    let detail = json!({
        "CertificateArn": EARLIER, "DomainName": names[0], "SubjectAlternativeNames": names, "Status": status,
        "KeyAlgorithm": "RSA-2048",
    });
    let tags: Vec<_> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let answers = [
        ("ListCertificates", json!({ "CertificateSummaryList": [summary] })),
        ("ListTagsForCertificate", json!({ "Tags": tags })),
        ("DescribeCertificate", json!({ "Certificate": detail })),
        ("RequestCertificate", json!({ "CertificateArn": NEW })),
    ];
    Canned::by_operation(&answers.map(|(operation, answer): (_, Value)| (operation, 200, answer.to_string())))
}

/// Creates the certificate of www.example.com and example.com; returns which one it is.
async fn create(aws: &Canned) -> String {
    let kind = kind_of(KIND);
    let spec = settled(kind, json!({ "DomainName": "www.example.com", "SubjectAlternativeNames": ["example.com"] }));
    let writer = aws.writer(KIND, &[], &[]).await;
    kind.create(&writer, &Name::given("main"), &spec, &tags()).await.unwrap().id
}

#[tokio::test]
async fn what_another_run_has_requested_is_not_requested_again() {
    let names = ["www.example.com", "example.com"];
    for status in ["PENDING_VALIDATION", "ISSUED"] {
        assert_eq!(create(&acm(status, &names, &tags())).await, EARLIER, "{status}");
    }
}

#[tokio::test]
async fn what_failed_is_to_be_replaced_or_is_anothers_is_not_taken() {
    let names = ["www.example.com", "example.com"];
    let mut other = tags();
    other.set(key::NAME, "other");
    for (aws, why) in [
        (acm("VALIDATION_TIMED_OUT", &names, &tags()), "nothing can come of it"),
        (acm("ISSUED", &names[..1], &tags()), "the new one has one name more"),
        (acm("ISSUED", &names, &other), "another address has it"),
        (acm("ISSUED", &["example.net"], &tags()), "another domain"),
    ] {
        assert_eq!(create(&aws).await, NEW, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_looks_of_all_waits_share_the_tags_of_what_is_too_fresh_for_the_tag_index() {
    let kind = kind_of(KIND);
    let summary = json!({ "CertificateArn": EARLIER, "DomainName": "www.example.com", "CreatedAt": 1.0 });
    let list = json!({ "CertificateSummaryList": [summary] }).to_string();
    let aws =
        Canned::by_operation(&[("ListCertificates", 200, list.as_str()), ("ListCertificates", 200, list.as_str())]);
    let session = aws.session(kind.facts().permissions.read).await;
    for tenant in ["acme", "globex"] {
        let stacks = vec![StackId::new(tenant, "production")];
        let scope = Scope { project: "p".into(), stacks, ..Scope::default() };
        kind.list(&session.polling_reader(), &scope).await.unwrap();
    }
    assert_eq!(aws.asked().iter().filter(|asked| asked.contains("ListTagsForCertificate")).count(), 1);
}

#[tokio::test]
async fn one_of_ours_that_acm_says_nothing_of_is_not_absent() {
    let kind = kind_of(KIND);
    let summary = json!({ "CertificateArn": EARLIER, "DomainName": "www.example.com", "CreatedAt": 1.0 });
    let list = json!({ "CertificateSummaryList": [summary] }).to_string();
    let ours = json!({ "Tags": json_tags("Key", "Value") }).to_string();
    let aws = Canned::by_operation(&[
        ("ListCertificates", 200, list.as_str()),
        ("ListTagsForCertificate", 200, ours.as_str()),
    ]);
    let listing = aws.list(kind).await;
    assert_eq!((listing.found.len(), listing.unseen.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_cannot_be_deleted_says_who_uses_it() {
    const USER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/theirs/1";
    let busy = r#"{ "__type": "ResourceInUseException", "message": "is in use" }"#;
    let detail = json!({
        "CertificateArn": EARLIER, "DomainName": "www.example.com", "Status": "ISSUED", "InUseBy": [USER],
    });
    let detail = json!({ "Certificate": detail }).to_string();
    let ours = json!({ "Tags": json_tags("Key", "Value") }).to_string();
    let list = json!({ "CertificateSummaryList": [{ "CertificateArn": EARLIER, "CreatedAt": 1.0 }] }).to_string();
    let mut answers = vec![("ListCertificates", 200, list.as_str()), ("ListTagsForCertificate", 200, ours.as_str())];
    answers.extend([("DescribeCertificate", 200, detail.as_str()); 2]);
    answers.push(("DeleteCertificate", 400, busy));
    let aws = Canned::by_operation(&answers);
    let kind = kind_of(KIND);
    let live = aws.live(kind).await;
    let writer = aws.writer(KIND, &[EARLIER], &[]).await;
    let Turn::Busy(failure) = kind.delete(&writer, &live).await.unwrap() else { panic!("it is in use") };
    assert!(failure.hint.as_deref().unwrap_or_default().contains(USER), "{failure:?}");
}

#[test]
fn a_name_that_the_new_one_does_not_serve_is_an_outage_that_names_it() {
    on_deep_stack(async {
        let local = LocalAccount::new(ACCOUNT).await;
        let stack = |names: &str| {
            let template = format!(
                "resources:\n  - type: AWS::CertificateManager::Certificate\n    name: site\n    properties: \
                 {{ DomainName: www.acme.example, SubjectAlternativeNames: {names} }}\n"
            );
            stack_of("names", ACCOUNT, &template)
        };
        local.bring_up(&stack("[acme.example, shop.acme.example]")).await.unwrap_or_else(|why| panic!("{why}"));
        let told = async |names: &str| {
            let plan = local.plan(&stack(names)).await;
            let [change] = &plan.changes[..] else { panic!("{}", words(&plan)) };
            assert_eq!((change.action, change.protected), (Action::Replace, false), "{}", words(&plan));
            (change.disruption, words(&plan))
        };
        let (disruption, text) = told("[acme.example]").await;
        assert_eq!(disruption, Disruption::Outage, "{text}");
        assert!(text.contains("no longer serves shop.acme.example"), "{text}");
        let (disruption, text) = told("[acme.example, \"*.acme.example\"]").await;
        assert_eq!(disruption, Disruption::None, "{text}");
    });
}
