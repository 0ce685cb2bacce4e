//! The local AWS itself: its life, its errors, its control.

use std::path::PathBuf;

use provision::sandbox::{self, Options, Python, SandboxError};
use serde_json::{Value, json};

use crate::sandbox::{control, ec2, id, local_aws};

#[tokio::test]
async fn up_twice_is_one_server_and_down_ends_it() {
    let cache = local_aws::folder("twice");
    let options = local_aws::options().await;
    let first = local_aws::start(&cache, &options).await;
    assert_eq!(local_aws::start(&cache, &options).await, first);
    assert_eq!(sandbox::running(&cache).await.expect("it answers"), Some(first));
    assert!(sandbox::down(&cache).await.expect("it ends"));
    assert_eq!(sandbox::running(&cache).await.expect("nothing to ask"), None);
    assert!(!sandbox::down(&cache).await.expect("a second time is dull"));
}

#[tokio::test]
async fn two_that_start_it_at_once_get_the_same() {
    let cache = local_aws::folder("race");
    let options = local_aws::options().await;
    let (one, other) = tokio::join!(local_aws::start(&cache, &options), local_aws::start(&cache, &options));
    assert_eq!(one, other);
    sandbox::down(&cache).await.expect("it ends");
}

#[tokio::test]
async fn what_a_killed_server_left_behind_is_cleared_away() {
    let cache = local_aws::folder("stale");
    let folder = cache.join("provision/sandbox");
    std::fs::create_dir_all(&folder).expect("a folder");
    // Port 9 is `discard`: nobody listens there.
    let stale = json!({"pid": 1, "port": 9, "token": "x", "version": "x"});
    std::fs::write(folder.join("state.json"), stale.to_string()).expect("a file");
    assert_eq!(sandbox::running(&cache).await.expect("nobody is not an error"), None);
    let endpoint = local_aws::start(&cache, &local_aws::options().await).await;
    assert_ne!(endpoint.pid, 1);
    sandbox::down(&cache).await.expect("it ends");
}

#[tokio::test]
async fn a_missing_python_says_what_to_install() {
    let python = Python::At(PathBuf::from("/nowhere/python3"));
    let error = sandbox::up(&local_aws::folder("no-python"), &Options { python, ..Options::default() }, &|_| ()).await;
    let text = error.expect_err("there is none").to_string();
    assert!(text.starts_with("the sandbox needs Python 3.10 or later, and /nowhere/python3 was not found\n"), "{text}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = taken.local_addr().expect("bound").port();
    let options = Options { port: Some(port), ..local_aws::options().await };
    let error = sandbox::up(&local_aws::folder("port"), &options, &|_| ()).await.expect_err("it is taken");
    assert!(matches!(error, SandboxError::PortTaken { port: named } if named == port), "{error}");
}

#[tokio::test]
async fn a_server_that_crashes_shows_its_last_words() {
    // `cat` takes none of the server's arguments.
    let options = Options { python: Python::Prepared(PathBuf::from("cat")), ..Options::default() };
    let error = sandbox::up(&local_aws::folder("no-python"), &options, &|_| ()).await.expect_err("cat is no Python");
    let text = error.to_string();
    assert!(text.starts_with("the sandbox ended as it started: ") && text.contains("option"), "{text}");
}

#[tokio::test]
async fn reset_empties_it() {
    let cache = local_aws::folder("reset");
    let server = local_aws::start(&cache, &local_aws::options().await).await;
    ec2(&server.url, "111122223333", "Action=CreateVpc&CidrBlock=10.1.0.0/16").await;
    let vpcs = || ec2(&server.url, "111122223333", "Action=DescribeVpcs");
    assert!(vpcs().await.1.contains("10.1.0.0/16"));
    sandbox::reset(&cache).await.expect("it answers");
    assert!(!vpcs().await.1.contains("10.1.0.0/16"));
    sandbox::down(&cache).await.expect("it ends");
}

#[tokio::test]
async fn accounts_are_apart() {
    let url = &local_aws::endpoint().await.url;
    ec2(url, "222233334444", "Action=CreateVpc&CidrBlock=10.2.0.0/16").await;
    assert!(!ec2(url, "333344445555", "Action=DescribeVpcs").await.1.contains("10.2.0.0/16"));
}

#[tokio::test]
async fn an_operation_it_lacks_is_refused_at_once_and_by_name() {
    let url = &local_aws::endpoint().await.url;
    let (status, body) = ec2(url, "123456789012", "Action=DescribeStaleSecurityGroups&VpcId=vpc-1").await;
    assert_eq!(status, 501);
    assert!(body.contains("<Code>NotImplemented</Code>"), "{body}");
    assert!(body.contains("the sandbox does not offer ec2:DescribeStaleSecurityGroups"), "{body}");
}

#[tokio::test]
async fn a_fault_schedule_is_obeyed_and_calls_are_told() {
    let cache = local_aws::folder("faults");
    let url = local_aws::start(&cache, &local_aws::options().await).await.url;
    let faults = json!([
        {"operation": "CreateVpc", "nth": 1, "what": "error-after", "code": "RequestExpired"},
        {"operation": "CreateVpc", "nth": 2, "what": "throttle"},
        {"operation": "DescribeSubnets", "service": "ec2", "what": "deny"},
        {"operation": "DeleteVpc", "what": "lost-answer"},
    ]);
    assert_eq!(control(&url, "POST", "faults", &faults).await.0, 200);
    let create = || ec2(&url, "444455556666", "Action=CreateVpc&CidrBlock=10.4.0.0/16");
    assert!(create().await.1.contains("<Code>RequestExpired</Code>"));
    assert!(
        ec2(&url, "444455556666", "Action=DescribeVpcs").await.1.contains("10.4.0.0/16"),
        "carried out all the same"
    );
    assert_eq!(create().await.0, 503);
    assert_eq!(create().await.0, 200);
    assert!(ec2(&url, "444455556666", "Action=DescribeSubnets").await.1.contains("UnauthorizedOperation"));
    assert_eq!(ec2(&url, "444455556666", "Action=DeleteVpc&VpcId=vpc-1").await, (0, String::new()));
    let calls: Value = serde_json::from_str(&control(&url, "GET", "calls", &Value::Null).await.1).expect("JSON");
    assert_eq!(calls["count"], 6);
    let second = json!({"service": "ec2", "operation": "CreateVpc", "account": "444455556666", "region": "us-east-1", "role": null, "fault": "throttle", "status": 503});
    assert_eq!(calls["calls"][2], second);
    sandbox::down(&cache).await.expect("it ends");
}

#[tokio::test]
async fn slow_creations_are_seen_pending_and_then_available() {
    let cache = local_aws::folder("slow");
    let url = local_aws::start(&cache, &local_aws::options().await).await.url;
    let account = "555566667777";
    let vpc = id(&ec2(&url, account, "Action=CreateVpc&CidrBlock=10.5.0.0/16").await.1, "vpcId");
    let subnet = format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.5.1.0/24");
    let subnet = id(&ec2(&url, account, &subnet).await.1, "subnetId");
    assert_eq!(control(&url, "POST", "slow", &json!({"seconds": 1})).await.0, 200);
    let gateway = format!("Action=CreateNatGateway&SubnetId={subnet}&ConnectivityType=private");
    assert!(ec2(&url, account, &gateway).await.1.contains("<state>pending</state>"));
    let state = || ec2(&url, account, "Action=DescribeNatGateways");
    assert!(state().await.1.contains("<state>pending</state>"));
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert!(state().await.1.contains("<state>available</state>"));
    sandbox::down(&cache).await.expect("it ends");
}
