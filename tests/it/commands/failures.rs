//! What goes wrong at run time, through the program itself: what failed, on which address, AWS's code and request id,
//! why, and what to do next.

use std::process::Output;

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::commands::shell::{Shell, both};
use crate::sandbox::control;
use crate::sandbox::local_aws;
use crate::stacks::local_account::LocalAccount;

const TEMPLATE: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: public-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::Logs::LogGroup
    name: app
    properties: { RetentionInDays: 30 }
";
const APPLY: &[&str] = &["apply", "acme/test", "--yes"];
const PLAN: &[&str] = &["plan", "acme/test"];

/// The server of these tests, one at a time: its fault schedule is for all who call it.
async fn server() -> (&'static str, tokio::sync::MutexGuard<'static, ()>) {
    static SERVER: OnceCell<String> = OnceCell::const_new();
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let turn = TURN.lock().await;
    let start = || async { local_aws::start(&local_aws::folder("failures"), &local_aws::options().await).await.url };
    (SERVER.get_or_init(start).await, turn)
}

async fn faults(url: &str, faults: Value) {
    assert_eq!(control(url, "POST", "faults", &faults).await.0, 200);
}

/// What was said, with ids and times that differ from run to run put out of the way.
fn said(ran: &Output) -> String {
    let text = both(ran);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("request id ") {
        out.push_str(&format!("{before}request id ID"));
        rest = &behind[behind.find(')').unwrap_or(0)..];
    }
    out + rest
}

/// Fails with all that was said unless it holds all of this.
fn has(ran: &Output, exit: i32, expected: &[&str]) {
    let said = said(ran);
    assert_eq!(ran.status.code(), Some(exit), "{said}");
    for text in expected {
        assert!(said.contains(text), "`{text}` is missing:\n{said}");
    }
}

/// Runs once with a fault.
async fn with_fault(name: &str, account: &str, fault: Value, args: &[&str]) -> Output {
    let (url, _turn) = server().await;
    let shell = Shell::new(name, url, account, TEMPLATE);
    faults(url, fault).await;
    let ran = shell.run(args).await;
    faults(url, json!([])).await;
    ran
}

#[tokio::test]
async fn no_credentials() {
    // Not on this machine: there, keys are made up.
    let mut shell = Shell::new("no-credentials", "https://192.0.2.1", "123456789012", TEMPLATE);
    shell.env.retain(|name, _| !name.starts_with("AWS_") || name == "AWS_EC2_METADATA_DISABLED");
    has(
        &shell.run(PLAN).await,
        1,
        &[
            "error: sts:GetCallerIdentity: no usable credentials: ",
            "\n hint: log in (for example `aws sso login`) or name a profile with --profile; to work without an account, `--sandbox` starts a local AWS, and `plan --offline` asks nobody\n",
        ],
    );
    let profile = shell.run(&["plan", "--profile", "nobody"]).await;
    has(
        &profile,
        1,
        &[
            "\n hint: look whether there is a profile `nobody` (`aws configure list-profiles`), and log in to it (`aws sso login --profile nobody`)\n",
        ],
    );
    let nonsense = shell.run(&["plan", "--endpoint-url", "nonsense"]).await;
    has(&nonsense, 64, &["`nonsense` is no URL: write http://127.0.0.1:5000"]);
}

#[tokio::test]
async fn expired_credentials() {
    let fault = json!([{ "operation": "GetCallerIdentity", "what": "error-before", "code": "ExpiredToken" }]);
    has(
        &with_fault("expired", "600000000001", fault, PLAN).await,
        1,
        &[
            "error: sts:GetCallerIdentity: ExpiredToken: ",
            "\n hint: renew the credentials (for example `aws sso login`), check --profile, then run the command again\n",
        ],
    );
}

#[tokio::test]
async fn credentials_of_another_account() {
    let (url, _turn) = server().await;
    let shell = Shell::new("wrong-account", url, "600000000002", TEMPLATE).with("AWS_ACCESS_KEY_ID", "600000000099");
    has(
        &shell.run(APPLY).await,
        1,
        &[
            "error: these credentials belong to account 600000000099 (arn:aws:",
            "), the stack to 600000000002; nothing was done\n hint: choose a profile of account 600000000002 with --profile, or give the tenant a role there (`roles:`)\n",
        ],
    );
    let local = LocalAccount::on(url, "600000000099");
    assert_eq!(
        local.calls().await.iter().filter(|call| *call != "sts:GetCallerIdentity").count(),
        0,
        "and nothing else is asked"
    );
}

#[tokio::test]
async fn a_role_that_can_not_be_assumed() {
    let (url, _turn) = server().await;
    let shell = Shell::new("no-role", url, "600000000003", TEMPLATE);
    shell.write("tenants/acme.yaml", "tenant: acme\ntemplate: t\naccount: \"600000000003\"\nroles: { read: \"arn:aws:iam::600000000003:role/plan\" }\nenvironments: { test: { region: us-east-1 } }\n");
    faults(url, json!([{ "operation": "AssumeRole", "what": "deny" }])).await;
    let ran = shell.run(PLAN).await;
    faults(url, json!([])).await;
    has(
        &ran,
        1,
        &[
            "error: sts:GetCallerIdentity: cannot assume arn:aws:iam::600000000003:role/plan: ",
            "AccessDenied",
            "\n hint: check that the role exists, that its trust policy names who you are, that the external id is the same, and that your own credentials are not expired\n",
        ],
    );
}

#[tokio::test]
async fn a_kind_that_may_not_be_read_blocks_what_needs_it_and_the_rest_goes_on() {
    let fault = json!([{ "operation": "DescribeSubnets", "service": "ec2", "what": "deny" }]);
    let plan = with_fault("denied-kind", "600000000004", fault.clone(), PLAN).await;
    has(&plan, 4, &["AWS::EC2::Subnet/public-1", "ec2:DescribeSubnets: UnauthorizedOperation: ", "1 blocked"]);
    let apply = with_fault("denied-kind", "600000000004", fault, APPLY).await;
    has(&apply, 4, &["acme/test: 3 done in", "created AWS::EC2::InternetGateway/main"]);
}

const LOGS: &str = "\
resources:
  - type: AWS::Logs::LogGroup
    name: app
    properties: { RetentionInDays: 30 }
";

/// As an organisation's policy does: no call to a service goes through, but the look for snapshots that a key's deletion takes.
#[tokio::test]
async fn a_service_that_is_denied_hinders_nobody_who_does_not_use_it() {
    let (url, _turn) = server().await;
    let key = format!("{LOGS}  - type: AWS::KMS::Key\n    name: data\n    properties: {{ Description: for tests }}\n");
    let shell = Shell::new("denied-service", url, "600000000012", &key);
    let deny = |operation: &str| json!({ "operation": operation, "service": "elasticache", "what": "deny" });
    let operations = ["DescribeReplicationGroups", "DescribeCacheClusters", "DescribeCacheSubnetGroups"];
    let denied = Value::from_iter(operations.map(deny));
    faults(url, denied.clone()).await;
    let apply = shell.run(APPLY).await;
    shell.write("templates/t.yaml", LOGS);
    let plan = shell.run(PLAN).await;
    let goes = shell.run(&[APPLY, &["--allow-destroy", "acme/test/AWS::KMS::Key/data"]].concat()).await;
    // Once a template of the project names a cache, whoever uses it, the key may be needed.
    shell.write("templates/t.yaml", &key);
    let again = shell.run(APPLY).await;
    shell.write("templates/t.yaml", LOGS);
    shell.write("templates/other.yaml", "resources: [{ type: AWS::ElastiCache::ReplicationGroup, name: cache }]\n");
    let blocked = shell.run(PLAN).await;
    faults(url, json!([])).await;
    has(&apply, 0, &["2 done"]);
    has(&plan, 6, &["AWS::KMS::Key/data", "1 to delete"]);
    has(&goes, 0, &["1 done"]);
    has(&again, 0, &["done"]);
    has(&blocked, 4, &["AWS::ElastiCache::ReplicationGroup could not be read and may use it"]);
}

#[tokio::test]
async fn what_no_template_names_any_more_is_found_by_its_tags() {
    let (url, _turn) = server().await;
    let set = format!(
        "{LOGS}  - type: AWS::WAFv2::IPSet\n    name: office\n    properties: {{ Scope: REGIONAL, IPAddressVersion: IPV4, \
         Addresses: [192.0.2.0/24] }}\n"
    );
    let shell = Shell::new("former-type", url, "600000000013", &set);
    has(&shell.run(APPLY).await, 0, &["2 done"]);
    shell.write("templates/t.yaml", LOGS);
    faults(url, json!([{ "operation": "ListIPSets", "service": "wafv2", "what": "deny" }])).await;
    let unread = shell.run(PLAN).await;
    faults(url, json!([])).await;
    has(&unread, 0, &["AWS::WAFv2::IPSet could not be listed in us-east-1"]);
    has(&shell.run(PLAN).await, 0, &["AWS::WAFv2::IPSet/office", "1 to delete"]);
    has(&shell.run(APPLY).await, 0, &["1 done"]);
    has(&shell.run(PLAN).await, 0, &["nothing to do, 1 resource unchanged"]);
}

#[tokio::test]
async fn a_resource_that_may_not_be_read_blocks_itself_and_the_rest_goes_on() {
    let (url, _turn) = server().await;
    let two =
        format!("{TEMPLATE}  - type: AWS::EC2::VPC\n    name: other\n    properties: {{ CidrBlock: 10.30.0.0/16 }}\n");
    let shell = Shell::new("denied-one", url, "600000000005", &two);
    has(&shell.run(APPLY).await, 0, &[]);
    let longer = two.replace("RetentionInDays: 30", "RetentionInDays: 60");
    shell.write("templates/t.yaml", &longer);
    faults(url, json!([{ "operation": "DescribeVpcAttribute", "what": "deny" }])).await;
    let plan = shell.run(PLAN).await;
    let apply = shell.run(&["plan", "acme/test", "--format", "json"]).await;
    faults(url, json!([])).await;
    has(
        &plan,
        4,
        &[
            "✗  blocked  AWS::EC2::VPC/main",
            "could not be read: ec2:DescribeVpcAttribute: UnauthorizedOperation: ",
            "blocked with it: 2 resources: AWS::EC2::InternetGateway/main, AWS::EC2::Subnet/public-1",
            "1 to update, 4 blocked",
        ],
    );
    let document: Value = serde_json::from_slice(&apply.stdout).expect("JSON");
    let blocked = document["stacks"][0]["changes"].as_array().expect("changes").iter();
    let blocked: Vec<_> =
        blocked.filter(|change| change["action"] == "blocked").map(|change| &change["cause"]).collect();
    assert!(blocked.contains(&&json!("unreadable")), "{document:#}");
}

#[tokio::test]
async fn a_change_that_is_denied_skips_what_needs_it_and_the_rest_goes_on() {
    let fault = json!([{ "operation": "CreateVpc", "what": "deny" }]);
    has(
        &with_fault("denied-write", "600000000006", fault, APPLY).await,
        1,
        &[
            "acme/test: 1 done, 1 failed, 2 not started in",
            "✗ create AWS::EC2::VPC/main\n      ec2:CreateVpc: UnauthorizedOperation: not authorized to perform: ec2:CreateVpc",
            "(request id ID)\n      hint: give the role this action (`provision permissions` prints the policy), then run the command again\n",
            "create AWS::EC2::Subnet/public-1: creating AWS::EC2::VPC/main did not end well",
            "✓ created AWS::Logs::LogGroup/app",
            "next: provision apply acme/test",
        ],
    );
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let fault = json!([{ "operation": "CreateVpc", "nth": [1, 2], "what": "throttle" }, { "operation": "DescribeVpcs", "nth": 1, "what": "throttle" }]);
    let ran = with_fault("throttled", "600000000007", fault, &["--timings", "apply", "acme/test", "--yes"]).await;
    has(&ran, 0, &["acme/test: 4 done in"]);
    let said = both(&ran);
    let row = said.lines().find(|line| line.starts_with("ec2:CreateVpc ")).expect("the timings have it");
    assert_eq!(row.split_whitespace().skip(1).take(2).collect::<Vec<_>>(), ["3", "2"], "{row}");
}

#[tokio::test]
async fn a_quota_that_is_exhausted() {
    let fault = json!([{ "operation": "CreateVpc", "what": "error-before", "code": "VpcLimitExceeded" }]);
    has(
        &with_fault("quota", "600000000008", fault, APPLY).await,
        1,
        &[
            "✗ create AWS::EC2::VPC/main\n      ec2:CreateVpc: VpcLimitExceeded: ",
            "\n      hint: raise the quota (in Service Quotas), then run the command again\n",
            "next: provision apply acme/test",
        ],
    );
}

#[tokio::test]
async fn a_name_that_somebody_else_has() {
    let (url, _turn) = server().await;
    let shell = Shell::new("taken", url, "600000000009", TEMPLATE);
    let config = LocalAccount::on(url, "600000000009").by_hand().await;
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
    logs.create_log_group().log_group_name("acme-test-app").send().await.expect("by hand");
    let ran = shell.run(APPLY).await;
    has(
        &ran,
        4,
        &["✗  blocked  AWS::Logs::LogGroup/app", "acme-test-app has the name acme-test-app", "acme/test: 3 done in"],
    );
}

#[tokio::test]
async fn an_endpoint_that_nobody_listens_at() {
    let shell = Shell::new("dead", "http://127.0.0.1:9", "600000000010", TEMPLATE);
    has(
        &shell.run(PLAN).await,
        1,
        &[
            "error: sts:GetCallerIdentity: ",
            "Connection refused",
            "\n hint: check the network, the region and --endpoint-url, then run the command again\n",
        ],
    );
}
