//! A listener that names what is not there: what the stack made moments ago is waited for, what it did not make is not.

use provision::resource::{Class, Failure, Name};
use serde_json::json;

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, settled, tags};

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
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
    let kind = kind_of(LISTENER);
    let spec = json!({
        "LoadBalancerArn": BALANCER, "Port": 443, "Protocol": "HTTPS",
        "Certificates": [{ "CertificateArn": CERTIFICATE }],
        "DefaultActions": [{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } }],
    });
    let spec = settled(kind, spec);
    let own = [own, &[BALANCER]].concat();
    let writer = aws.writer(LISTENER, &own, &[CERTIFICATE]).await;
    let made = kind.create(&writer, &Name::given("https"), &spec, &tags()).await;
    let sent = aws.asked_of("CreateListener").len();
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
