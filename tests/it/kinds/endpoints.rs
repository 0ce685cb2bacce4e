//! Endpoints and flow logs, where EC2 says more within its answers than by their codes.

use provision::resource::{Class, Failure, Live, Name, Settled, State, Turn, keyed};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, tags, xml_tags};
use crate::kinds::networks::{VPC, answer, calls};

const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";
const LOG: &str = "AWS::EC2::FlowLog";
const ID: &str = "vpce-0123456789abcdef0";

/// The answer of DescribeVpcEndpoints with one of ours.
fn shown(kind: &str, more: &str) -> String {
    let tags = xml_tags("item", "key", "value");
    let one = format!(
        "<vpcEndpointId>{ID}</vpcEndpointId><vpcEndpointType>{kind}</vpcEndpointType><vpcId>{VPC}</vpcId>\
         <serviceName>com.amazonaws.us-east-1.s3</serviceName>{more}<tagSet>{tags}</tagSet>"
    );
    answer("DescribeVpcEndpoints", &format!("<vpcEndpointSet><item>{one}</item></vpcEndpointSet>"))
}

async fn live(aws: &Canned) -> Vec<Live> {
    aws.list(kind_of(ENDPOINT)).await.found
}

/// EC2 writes its states small.
#[tokio::test(start_paused = true)]
async fn an_endpoint_is_there_when_it_is_available_and_a_refused_one_tells_why() {
    let seen = async |state: &str| {
        let more = format!("<state>{state}</state><lastError><message>no</message></lastError>");
        let aws = Canned::by_operation(&[("DescribeVpcEndpoints", 200, shown("Interface", &more))]);
        live(&aws).await.into_iter().map(|live| live.state).collect::<Vec<_>>()
    };
    assert_eq!(seen("available").await, [State::Ready]);
    assert_eq!(seen("pending").await, [State::Settling("the endpoint".into())]);
    assert_eq!(seen("deleting").await, [State::Deleting]);
    assert_eq!(seen("deleted").await, []);
    assert_eq!(seen("failed").await, [State::Failed("EC2 could not make the endpoint: no".into())]);
    assert!(matches!(&seen("pendingAcceptance").await[..], [State::AwaitsAction(_)]));
}

/// Changes a live gateway to this spec; returns the call.
async fn modified(wanted: &[(&str, Value)]) -> String {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}"#;
    let more = format!(
        "<state>available</state><policyDocument>{policy}</policyDocument>\
         <routeTableIdSet><item>rtb-00000000000000001</item><item>rtb-00000000000000002</item></routeTableIdSet>"
    );
    let done = answer("ModifyVpcEndpoint", "<return>true</return>");
    let aws = Canned::by_operation(&[
        ("DescribeVpcEndpoints", 200, shown("Gateway", &more)),
        ("ModifyVpcEndpoint", 200, done),
    ]);
    let kind = kind_of(ENDPOINT);
    let there = live(&aws).await.remove(0);
    let mut spec = there.spec.clone();
    for (path, value) in wanted {
        keyed::set(kind.facts(), &mut spec, path, Some(value));
    }
    let spec = Settled::new(kind.normalise(spec).unwrap()).unwrap();
    let tables = ["rtb-00000000000000001", "rtb-00000000000000002", "rtb-00000000000000003"];
    let own: Vec<_> = [ID].into_iter().chain(tables).collect();
    let paths: Vec<_> = wanted.iter().map(|(path, _)| *path).collect();
    kind.update(&aws.writer(ENDPOINT, &own, &[]).await, &there, &spec, &changes(&paths)).await.unwrap();
    aws.asked().pop().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_is_given_up_is_reset_and_another_is_sent() {
    let sent = modified(&[("/PolicyDocument", json!({}))]).await;
    assert!(sent.contains("ResetPolicy=true") && !sent.contains("PolicyDocument="), "{sent}");
    let other = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*" }] });
    let sent = modified(&[("/PolicyDocument", other)]).await;
    assert!(sent.contains("PutObject") && !sent.contains("ResetPolicy"), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn of_a_list_only_what_comes_and_what_goes_is_sent() {
    let sent = modified(&[("/RouteTableIds", json!(["rtb-00000000000000002", "rtb-00000000000000003"]))]).await;
    assert!(sent.contains("AddRouteTableId.1=rtb-00000000000000003"), "{sent}");
    assert!(sent.contains("RemoveRouteTableId.1=rtb-00000000000000001"), "{sent}");
    assert!(!sent.contains("rtb-00000000000000002") && !sent.contains("Policy"), "{sent}");
}

/// How it is deleted if EC2 answers that it could not.
async fn deleted(code: &str) -> Result<(), Failure> {
    let refused = answer(
        "DeleteVpcEndpoints",
        &format!(
            "<unsuccessful><item><resourceId>{ID}</resourceId><error><code>{code}</code><message>no</message></error></item>\
             </unsuccessful>"
        ),
    );
    let aws = Canned::by_operation(&[
        ("DescribeVpcEndpoints", 200, shown("Gateway", "<state>available</state>")),
        ("DeleteVpcEndpoints", 200, refused),
    ]);
    let there = live(&aws).await.remove(0);
    match kind_of(ENDPOINT).delete(&aws.writer(ENDPOINT, &[ID], &[]).await, &there).await? {
        Turn::Done(_) => Ok(()),
        Turn::Busy(failure) => Err(failure),
        Turn::More(what) => panic!("more to delete: {what}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_ec2_answers_with_a_refusal_is_none() {
    assert_eq!(deleted("InvalidVpcEndpointId.NotFound").await, Ok(()), "what is gone is gone");
    assert_eq!(deleted("UnauthorizedOperation").await.unwrap_err().class, Class::Denied);
}

/// Creates a flow log; returns its id.
async fn log(aws: &Canned) -> Result<String, Failure> {
    let role = "arn:aws:iam::123456789012:role/flows";
    let spec = json!({
        "ResourceId": VPC, "ResourceType": "VPC", "TrafficType": "REJECT", "LogGroupName": "flows",
        "DeliverLogsPermissionArn": role,
    });
    let (kind, writer) = (kind_of(LOG), aws.writer(LOG, &[VPC, role], &[]).await);
    let made = kind.create(&writer, &Name::given("acme-production-main"), &settled(kind, spec), &tags()).await?;
    Ok(made.id)
}

#[tokio::test(start_paused = true)]
async fn a_flow_log_that_ec2_answers_with_a_refusal_is_none() {
    let refused = answer(
        "CreateFlowLogs",
        &format!(
            "<unsuccessful><item><resourceId>{VPC}</resourceId><error><code>400</code>\
             <message>LogDestination: bucket does not exist.</message></error></item></unsuccessful>"
        ),
    );
    let aws = Canned::by_operation(&[("CreateFlowLogs", 200, refused)]);
    assert!(log(&aws).await.unwrap_err().message.contains("does not exist"));
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_seconds_old_is_asked_for_again_under_one_token() {
    let no = "<Response><Errors><Error><Code>InvalidParameter</Code><Message>Unable to assume given IAM role: 'arn'</Message>\
              </Error></Errors></Response>";
    let made = answer("CreateFlowLogs", "<flowLogIdSet><item>fl-0123456789abcdef0</item></flowLogIdSet>");
    let aws = Canned::by_operation(&[("CreateFlowLogs", 400, no), ("CreateFlowLogs", 200, made.as_str())]);
    assert_eq!(log(&aws).await.unwrap(), "fl-0123456789abcdef0");
    let token = |asked: &String| asked.split('&').find(|part| part.starts_with("ClientToken=")).map(str::to_owned);
    let tokens: Vec<_> = aws.asked().iter().map(token).collect();
    assert!(tokens.len() == 2 && tokens[0].is_some() && tokens[0] == tokens[1], "{tokens:?}");
    assert_eq!(calls(&aws, &["CreateFlowLogs"]).len(), 2);
}
