//! What the local AWS does on purpose: calls that fail, callers that die, and servers that become two.

use std::time::{Duration, Instant};

use provision::sandbox;
use serde_json::{Value, json};

use crate::sandbox::local_aws;
use crate::sandbox::{control, ec2};

const VPC: &str = "Action=CreateVpc&CidrBlock=10.4.0.0/16";

/// Who dies of a fault hears nothing more, and nothing of what it sends is carried out until the schedule is replaced.
#[tokio::test]
async fn after_a_deadly_fault_nothing_of_the_account_is_carried_out() {
    let url = &local_aws::endpoint().await.url;
    let account = "666600000001";
    let faults = json!([{"operation": "*changing*", "nth": 2, "what": "die-after"}]);
    faults_for(url, account, &faults).await;
    assert_eq!(ec2(url, account, "Action=DescribeVpcs").await.0, 200, "a read is not counted");
    assert_eq!(ec2(url, account, VPC).await.0, 200);
    let (second, later) = (ec2(url, account, VPC), ec2(url, account, VPC));
    let unanswered = tokio::time::timeout(Duration::from_millis(500), async { tokio::join!(second, later) }).await;
    assert!(unanswered.is_err(), "neither is answered: {unanswered:?}");
    let death = deaths(url, account).await;
    assert_eq!(death, json!({"service": "ec2", "operation": "CreateVpc", "account": account}));
    assert_eq!(ec2(url, "666600000002", VPC).await.0, 200, "another account lives");
    faults_for(url, account, &json!([])).await;
    assert_eq!(count(url, account).await, 2, "the one that was answered and the one that killed");
}

#[tokio::test]
async fn who_dies_before_the_call_has_not_made_it() {
    let url = &local_aws::endpoint().await.url;
    let account = "666600000003";
    faults_for(url, account, &json!([{"operation": "CreateVpc", "nth": 1, "what": "die-before"}])).await;
    let unanswered = tokio::time::timeout(Duration::from_millis(500), ec2(url, account, VPC)).await;
    assert!(unanswered.is_err(), "{unanswered:?}");
    assert_eq!(deaths(url, account).await["operation"], "CreateVpc");
    faults_for(url, account, &json!([])).await;
    assert_eq!(count(url, account).await, 0);
}

#[tokio::test]
async fn a_delayed_answer_comes_late() {
    let url = &local_aws::endpoint().await.url;
    let account = "666600000004";
    faults_for(url, account, &json!([{"operation": "CreateVpc", "nth": [1], "what": "delay", "seconds": 0.5}])).await;
    let asked = Instant::now();
    assert_eq!(ec2(url, account, VPC).await.0, 200);
    assert!(asked.elapsed() >= Duration::from_millis(500));
    assert_eq!(count(url, account).await, 1);
}

#[tokio::test]
async fn a_schedule_with_an_unknown_fault_is_refused_and_names_those_there_are() {
    let url = &local_aws::endpoint().await.url;
    let (status, said) =
        control(url, "POST", "faults/666600000005", &json!([{"operation": "*", "what": "meteor"}])).await;
    assert_eq!(status, 400);
    assert!(said.contains("no fault 'meteor'") && said.contains("die-after"), "{said}");
}

/// A fork has what there was, and what happens to one of the two is nothing to the other.
#[tokio::test]
async fn a_forked_server_has_the_same_past_and_a_future_of_its_own() {
    let cache = local_aws::folder("fork");
    let url = local_aws::start(&cache, &local_aws::options().await).await.url;
    let account = "666600000006";
    ec2(&url, account, VPC).await;
    let (status, fork) = control(&url, "POST", "fork", &Value::Null).await;
    assert_eq!(status, 200);
    let fork: Value = serde_json::from_str(&fork).expect("JSON");
    let other = format!("http://127.0.0.1:{}", fork["port"]);
    assert_eq!(count(&other, account).await, 1);
    ec2(&other, account, VPC).await;
    ec2(&other, account, VPC).await;
    assert_eq!((count(&url, account).await, count(&other, account).await), (1, 3));
    let health: Value = serde_json::from_str(&control(&other, "GET", "health", &Value::Null).await.1).expect("JSON");
    assert_eq!(control(&other, "POST", "stop", &json!({"token": health["token"]})).await.0, 200);
    assert_eq!(count(&url, account).await, 1, "the first one lives on");
    sandbox::down(&cache).await.expect("it ends");
}

async fn faults_for(url: &str, account: &str, faults: &Value) {
    let (status, said) = control(url, "POST", &format!("faults/{account}"), faults).await;
    assert_eq!(status, 200, "{said}");
}

async fn deaths(url: &str, account: &str) -> Value {
    let (_, said) = control(url, "GET", &format!("deaths/{account}"), &Value::Null).await;
    serde_json::from_str(&said).expect("JSON")
}

/// How many VPCs of our making the account has.
async fn count(url: &str, account: &str) -> usize {
    ec2(url, account, "Action=DescribeVpcs").await.1.matches("<cidrBlock>10.4.0.0/16</cidrBlock>").count() / 2
}
