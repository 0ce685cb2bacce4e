//! A listener that names what is not there: what the stack made moments ago is waited for, what it did not make is not.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::aws::{Fence, Writer, WriterScope};
use provision::kinds::KINDS;
use provision::resource::{Address, Class, Failure, Name, Settled, StackId, Tags, key};
use serde_json::json;

use crate::aws::canned::Canned;

const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/acme-production-main/1";
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/5f2c7d1e-8f0b-4c55-9f3a-2b6f0d9a7e41";
const WRONG: (&str, u16, &str) = (
    "CreateListener",
    400,
    "<ErrorResponse><Error><Code>CertificateNotFound</Code><Message>Certificate ARN is not there</Message></Error></ErrorResponse>",
);
const MADE: (&str, u16, &str) = (
    "CreateListener",
    200,
    "<CreateListenerResponse><CreateListenerResult><Listeners><member><ListenerArn>arn:l</ListenerArn></member></Listeners>\
     </CreateListenerResult></CreateListenerResponse>",
);

/// Creates an HTTPS listener whose certificate is the stack's own or somebody else's; returns how often it was sent.
async fn create(aws: &Canned, own: &[&str]) -> (Result<(), Failure>, usize) {
    let kind = KINDS.iter().find(|kind| kind.facts().kind == "AWS::ElasticLoadBalancingV2::Listener").unwrap();
    let spec = json!({
        "LoadBalancerArn": BALANCER, "Port": 443, "Protocol": "HTTPS",
        "Certificates": [{ "CertificateArn": CERTIFICATE }],
        "DefaultActions": [{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } }],
    });
    let spec = Settled::new(kind.normalise(spec).unwrap()).unwrap();
    let tags = Tags::from_iter([(key::TENANT, "acme"), (key::ENVIRONMENT, "production"), (key::NAME, "https")]);
    let made = kind.create(&writer(aws, own).await, &Name::given("https"), &spec, &tags).await;
    let sent = aws.asked().iter().filter(|asked| asked.contains("CreateListener")).count();
    (made.map(drop), sent)
}

#[tokio::test(start_paused = true)]
async fn a_wrong_certificate_fails_at_once_and_says_what_is_wanted() {
    let (made, sent) = create(&Canned::by_operation(&[WRONG, MADE]), &[]).await;
    let failure = made.unwrap_err();
    assert_eq!((failure.class, sent), (Class::NotFound, 1));
    assert!(failure.advice().starts_with("CertificateArn has to name a certificate of this account"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_of_our_own_is_waited_for() {
    let (made, sent) = create(&Canned::by_operation(&[WRONG, WRONG, MADE]), &[CERTIFICATE]).await;
    assert_eq!((made, sent), (Ok(()), 3));
}

async fn writer(aws: &Canned, own: &[&str]) -> Writer {
    aws.session(&[]).await.writer(WriterScope {
        address: Address::new("AWS::ElasticLoadBalancingV2::Listener", "https"),
        stack: StackId::new("acme", "production"),
        own: own.iter().copied().chain([BALANCER]).map(str::to_owned).collect(),
        mentioned: BTreeSet::from([CERTIFICATE.to_owned()]),
        token: "0".repeat(32),
        fence: Arc::new(Held),
    })
}

/// A lease that holds.
#[derive(Debug)]
pub struct Held;

impl Fence for Held {
    fn check(&self, _: &str) -> Result<(), Failure> {
        Ok(())
    }
}
