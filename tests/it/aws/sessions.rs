//! Who we are, what went wrong, and what it cost.

use std::sync::Arc;

use provision::aws::{GateRules, Sessions, Setup};
use provision::resource::{Class, Failure, Role};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::aws::canned::Canned;

const IDENTITY: (u16, &str) = (
    200,
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>999999999999</Account>\
     <Arn>arn:aws:iam::999999999999:user/ann</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>",
);
const SLOW_DOWN: (u16, &str) = (
    503,
    "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>",
);
const NO_VPCS: (u16, &str) = (200, "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>");

async fn describe(aws: &Canned) -> Failure {
    let reader = aws.session(&["ec2:DescribeVpcs"]).await.reader();
    reader.ec2().describe_vpcs().send().await.map_err(Failure::from).unwrap_err()
}

#[tokio::test]
async fn credentials_of_another_account_are_refused_with_both_named() {
    let aws = Canned::new(&[IDENTITY]);
    let failure = aws.session(&[]).await.verify().await.unwrap_err();
    assert_eq!(failure.class, Class::Credentials);
    assert_eq!(
        failure.message,
        "these credentials belong to account 999999999999 (arn:aws:iam::999999999999:user/ann), \
         the stack to 123456789012"
    );
    assert!(failure.advice().contains("--profile"), "{}", failure.advice());
}

#[tokio::test]
async fn the_sandbox_has_every_account_and_wants_nobodys_credentials() {
    let aws = Canned::new(&[NO_VPCS, NO_VPCS]);
    let prod = Some("prod".to_owned());
    let sessions = Sessions::new(Setup { is_sandbox: true, profile: prod, ..aws.setup(&["ec2:DescribeVpcs"]) });
    for account in ["111122223333", "444455556666"] {
        let session = sessions.open(account, "us-east-1", None).await.unwrap();
        session.reader().ec2().describe_vpcs().send().await.unwrap();
    }
    assert_eq!(aws.keys(), ["111122223333", "444455556666"]);
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_are_counted_and_sent_again() {
    let aws = Canned::new(&[SLOW_DOWN, NO_VPCS]);
    let sessions = aws.sessions(&["ec2:DescribeVpcs"]);
    let session = sessions.open("123456789012", "us-east-1", None).await.unwrap();
    session.reader().ec2().describe_vpcs().send().await.unwrap();
    let timing = sessions.timings().0["ec2:DescribeVpcs"];
    assert_eq!((timing.calls, timing.throttles), (2, 1));
    assert_eq!(sessions.timings().total(), timing);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_not_there_is_unreachable() {
    let failure = describe(&Canned::new(&[])).await;
    assert_eq!((failure.class, failure.operation.as_str()), (Class::Unreachable, "ec2:DescribeVpcs"));
    assert!(failure.message.contains("Connection refused"), "{}", failure.message);
}

/// What a call comes to that is heard to its end and answered with this, before the connection is closed.
async fn answered_with(answer: &'static [u8]) -> Failure {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = server.accept().await {
            let mut heard = Vec::new();
            while !heard.windows(12).any(|part| part == b"DescribeVpcs") {
                connection.read_buf(&mut heard).await.unwrap();
            }
            connection.write_all(answer).await.unwrap();
            connection.shutdown().await.unwrap();
        }
    });
    let setup = Setup { endpoint_url: Some(url), region: "us-east-1".into(), run: "test".into(), ..Setup::default() };
    let sessions = Sessions::new(Setup {
        rules: Arc::new(GateRules { reads: vec!["ec2:DescribeVpcs"], ..GateRules::default() }),
        ..setup
    });
    let session = sessions.open("123456789012", "us-east-1", None).await.unwrap();
    session.reader().ec2().describe_vpcs().send().await.map_err(Failure::from).unwrap_err()
}

#[tokio::test]
async fn a_call_that_was_heard_and_not_answered_may_have_been_carried_out() {
    for answer in [b"".as_slice(), b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<D"]
    {
        let failure = answered_with(answer).await;
        assert_eq!(failure.class, Class::Ambiguous, "{failure}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_html_is_no_answer_and_its_words_are_shown() {
    let html = (501, "<html><body><h1>Not Implemented</h1><p>DescribeVpcs</p></body></html>");
    let failure = describe(&Canned::new(&[html; 5])).await;
    assert_eq!(failure.class, Class::Other);
    assert!(failure.to_string().contains("501"), "{failure}");
    assert!(failure.to_string().contains("Not Implemented DescribeVpcs"), "{failure}");
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_a_matter_of_credentials() {
    let aws = Canned::new(&[]);
    let sessions = Sessions::new(Setup {
        profile: Some("no-such-profile".into()),
        region: "us-east-1".into(),
        run: "test".into(),
        http_client: Some(aws_smithy_runtime_api::client::http::SharedHttpClient::new(aws.clone())),
        ..Setup::default()
    });
    let session = sessions.open("123456789012", "us-east-1", None).await.unwrap();
    let failure = session.verify().await.unwrap_err();
    assert_eq!(failure.class, Class::Credentials, "{failure}");
    assert_eq!(aws.asked(), Vec::<String>::new());
}

const ASSUMED: (u16, &str) = (
    200,
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
     <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
     </Credentials></AssumeRoleResult></AssumeRoleResponse>",
);

fn role() -> Option<Role> {
    Some(Role { arn: "arn:aws:iam::999999999999:role/plan".into(), external_id: Some("secret-handshake".into()) })
}

#[tokio::test]
async fn a_role_is_assumed_once_for_all_clients_and_readers() {
    let aws = Canned::new(&[ASSUMED, IDENTITY, NO_VPCS]);
    let session = aws.sessions(&["ec2:DescribeVpcs"]).open("999999999999", "us-east-1", role()).await.unwrap();
    session.verify().await.unwrap();
    session.reader().ec2().describe_vpcs().send().await.unwrap();
    let asked = aws.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    for part in ["Action=AssumeRole", "RoleSessionName=provision-test", "ExternalId=secret-handshake"] {
        assert!(asked[0].contains(part), "{}", asked[0]);
    }
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_named() {
    let denied =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>";
    let aws = Canned::new(&[(403, denied)]);
    let session = aws.sessions(&[]).open("999999999999", "us-east-1", role()).await.unwrap();
    let failure = session.verify().await.unwrap_err();
    assert_eq!(failure.class, Class::Credentials, "{failure}");
    assert!(failure.message.starts_with("cannot assume arn:aws:iam::999999999999:role/plan: "), "{failure}");
    assert!(failure.message.contains("not authorized"), "{failure}");
    assert!(failure.advice().contains("trust policy"), "{}", failure.advice());
}
