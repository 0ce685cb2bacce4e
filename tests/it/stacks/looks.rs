//! What a run looks at under its leases, and what it does not look at twice.

use std::process::Output;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use provision::cli::Exit;
use serde_json::{Value, json};

use crate::commands::cli::in_process;
use crate::commands::shell::{Shell, both};
use crate::sandbox::control;
use crate::sandbox::local_aws;
use crate::stacks::local_account::LocalAccount;

const NETWORK: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: public-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
";
/// A listener that waits for its certificate, which the server issues at once.
const LISTENER: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    for: { n: \"{{ range(2) }}\" }
    name: \"private-{{ n }}\"
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      CidrBlock: \"10.20.{{ n }}.0/24\"
      AvailabilityZoneId: \"{{ zone_ids(2)[n] }}\"
  - type: AWS::EC2::SecurityGroup
    name: alb
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: balancer }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: main
    properties:
      Scheme: internal
      Subnets: [\"{{ ref('AWS::EC2::Subnet/private-0') }}\", \"{{ ref('AWS::EC2::Subnet/private-1') }}\"]
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/alb') }}\"]
  - type: AWS::CertificateManager::Certificate
    name: www
    properties: { DomainName: www.acme.example, ValidationMethod: DNS }
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: https
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/main') }}\"
      Port: 443
      Protocol: HTTPS
      Certificates: [{ CertificateArn: \"{{ ref('AWS::CertificateManager::Certificate/www') }}\" }]
      DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: \"404\" } }]
";
/// What has to be named before it goes.
const LOGS: &str = "\
resources:
  - type: AWS::Logs::LogGroup
    name: shop
    properties: { RetentionInDays: 30 }
";
/// A cluster of a version that AWS does not offer.
const CLUSTER: &str = "\
resources:
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: \"99.1\"
      DBSubnetGroupName: data
      VpcSecurityGroupIds: [sg-1]
      MasterUsername: master
      ManageMasterUserPassword: true
";
const PLAN: &[&str] = &["plan", "acme/test"];
const TENANT: &str = "\
tenant: acme
template: t
account: \"300000000054\"
environments: { test: { region: us-east-1 } }
";
const APPLY: &[&str] = &["apply", "acme/test", "--yes"];
const DESTROY: &[&str] = &["destroy", "acme/test", "--yes"];
const UNSURVEYED: &str = "error: acme/test: what else stands in the network to be deleted could not be read: \
                          ec2:DescribeInstances: UnauthorizedOperation: not authorized to perform: ec2:DescribeInstances";

/// A project in an account of the shared server, whose faults are its own.
struct Desk {
    shell: Shell,
    local: LocalAccount,
}

impl Desk {
    async fn new(account: &str, template: &str) -> Self {
        let url = &local_aws::endpoint().await.url;
        Self { shell: Shell::new(account, url, account, template), local: LocalAccount::on(url, account) }
    }

    async fn up(account: &str) -> Self {
        let desk = Self::new(account, NETWORK).await;
        ends(&desk.shell.run(APPLY).await, 0, &[]);
        desk
    }

    async fn faults(&self, faults: Value) {
        let what = format!("faults/{}", self.local.account);
        assert_eq!(control(&self.local.url, "POST", &what, &faults).await.0, 200);
    }

    async fn count(&self, call: &str) -> usize {
        self.local.calls().await.iter().filter(|one| one.contains(call)).count()
    }

    /// Does something while a run takes its lease, before it looks.
    async fn between<T>(&self, run: impl Future<Output = T>, work: impl Future<Output = ()>) -> T {
        let before = self.count("s3:PutObject").await;
        self.faults(json!([{ "operation": "PutObject", "nth": 1, "what": "delay", "seconds": 3 }])).await;
        let taking = async {
            while self.count("s3:PutObject").await == before {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let mut run = std::pin::pin!(run);
        tokio::select! {
            ran = &mut run => return ran,
            () = taking => work.await,
        }
        run.await
    }
}

#[track_caller]
fn ends(ran: &Output, exit: i32, expected: &[&str]) {
    let said = both(ran);
    assert_eq!(ran.status.code(), Some(exit), "{said}");
    for text in expected {
        assert!(said.contains(text), "`{text}` is missing:\n{said}");
    }
}

#[tokio::test]
async fn a_plan_ends_as_an_apply_of_it_would() {
    let desk = Desk::new("300000000120", LOGS).await;
    ends(&desk.shell.run(APPLY).await, 0, &[]);
    desk.shell.write("templates/t.yaml", "resources: []\n");
    let named = "acme/test/AWS::Logs::LogGroup/shop";
    ends(&desk.shell.run(PLAN).await, 6, &["an apply refuses this", named]);
    ends(&desk.shell.run(APPLY).await, 6, &["a guard refuses this plan; nothing was done", named]);
    let [with_name, detailed]: [&[&str]; 2] = [&["--allow-destroy", named], &["--detailed-exitcode"]];
    ends(&desk.shell.run(&[PLAN, with_name].concat()).await, 0, &["1 to delete"]);
    ends(&desk.shell.run(&[PLAN, with_name, detailed].concat()).await, 2, &["1 to delete"]);
    ends(&desk.shell.run(&[PLAN, detailed].concat()).await, 6, &["an apply refuses this"]);
    desk.shell.write("provision.yaml", "guards: { max_deletes: 0 }\n");
    ends(&desk.shell.run(&[PLAN, with_name].concat()).await, 6, &["an apply refuses this", "max_deletes"]);
    ends(&desk.shell.run(&[APPLY, with_name].concat()).await, 6, &["nothing was done", "max_deletes"]);
    desk.shell.write("provision.yaml", "guards: { max_deletes: 1 }\n");
    ends(&desk.shell.run(&[APPLY, with_name].concat()).await, 0, &["1 done"]);
}

/// One look, whoever takes it: what AWS would refuse, and, where a network goes, what else stands in it.
#[tokio::test]
async fn plan_diff_and_apply_ask_the_same_and_no_more_than_once() {
    let desk = Desk::up("300000000121").await;
    desk.shell.write("templates/t.yaml", CLUSTER);
    let (call, survey) = ("rds:DescribeDBEngineVersions", "ec2:DescribeInstances");
    for args in [PLAN, &["diff", "acme/test"], APPLY] {
        let before = (desk.count(call).await, desk.count(survey).await);
        // The other resources of the plan can go, and an apply does that.
        ends(&desk.shell.run(args).await, 4, &["99.1", "2 to delete"]);
        let asked = (desk.count(call).await - before.0, desk.count(survey).await - before.1);
        assert!(asked.0 > 0 && asked.1 > 0, "{args:?}: {asked:?}");
        if args != APPLY {
            assert_eq!(asked.0, 1, "{args:?}");
        }
    }
}

#[tokio::test]
async fn a_network_is_not_destroyed_while_nobody_knows_what_else_stands_in_it() {
    let desk = Desk::up("300000000051").await;
    desk.faults(json!([{ "operation": "DescribeInstances", "what": "deny" }])).await;
    let next = "\n hint: give the role this action (`provision permissions` prints the policy), then run the command again\n \
                next: provision destroy acme/test --yes\n";
    ends(&desk.shell.run(DESTROY).await, 4, &["2 to delete", UNSURVEYED, "; nothing was done", next]);
    // What leaves the network where it is does not need to know.
    ends(&desk.shell.run(&["destroy", "acme/test/public-1", "--yes"]).await, 0, &["1 done"]);
    assert_eq!(desk.count("ec2:Delete").await, 1);
    desk.faults(json!([])).await;
    ends(&desk.shell.run(DESTROY).await, 0, &["1 done"]);
}

/// The plan of a change that takes a network away ends as its apply.
#[tokio::test]
async fn a_plan_that_takes_a_network_away_is_blocked_while_nobody_knows_what_else_stands_in_it() {
    let desk = Desk::up("300000000122").await;
    desk.shell.write("templates/t.yaml", "resources: []\n");
    desk.faults(json!([{ "operation": "DescribeInstances", "what": "deny" }])).await;
    ends(&desk.shell.run(PLAN).await, 4, &["2 to delete", "not authorized to perform: ec2:DescribeInstances"]);
    ends(&desk.shell.run(APPLY).await, 4, &[UNSURVEYED, "; nothing was done"]);
    desk.faults(json!([])).await;
    ends(&desk.shell.run(PLAN).await, 0, &["2 to delete"]);
}

#[tokio::test]
async fn nor_is_one_that_the_yaml_no_longer_has() {
    let desk = Desk::up("300000000097").await;
    let other = "resources: [{ type: AWS::Logs::LogGroup, name: left, properties: {} }]\n";
    desk.shell.write("templates/t.yaml", other);
    desk.faults(json!([{ "operation": "DescribeInstances", "what": "deny" }])).await;
    ends(&desk.shell.run(APPLY).await, 4, &["2 to delete", UNSURVEYED, "; nothing was done"]);
    assert_eq!(desk.count("ec2:Delete").await + desk.count("logs:Create").await, 0);
    desk.faults(json!([])).await;
    ends(&desk.shell.run(APPLY).await, 0, &["3 done"]);
}

#[tokio::test]
async fn what_comes_into_a_network_while_the_lease_is_taken_refuses_its_destruction() {
    let desk = Desk::up("300000000053").await;
    let ec2 = aws_sdk_ec2::Client::new(&desk.local.by_hand().await);
    let subnets = ec2.describe_subnets().send().await.expect("subnets");
    let ours = subnets.subnets().iter().find(|subnet| subnet.cidr_block() == Some("10.20.0.0/20")).expect("ours");
    let subnet = ours.subnet_id().expect("an id");
    let ran = desk.between(desk.shell.run(DESTROY), async {
        ec2.create_network_interface().subnet_id(subnet).send().await.expect("made by hand");
    });
    let ran = ran.await;
    let interfaces = ec2.describe_network_interfaces().send().await.expect("interfaces");
    let id = interfaces.network_interfaces()[0].network_interface_id().expect("an id");
    let refused = format!(
        "error: acme/test: a guard refuses this plan; nothing was done\n hint: acme/test: AWS::EC2::NetworkInterface {id} is not ours \
         and stands in AWS::EC2::VPC/main, which could not be deleted or would take it along: remove it first\n \
         next: provision destroy acme/test --yes\n"
    );
    ends(&ran, 6, &[&refused]);
    assert_eq!(desk.count("ec2:Delete").await, 0);
    ec2.delete_network_interface().network_interface_id(id).send().await.expect("deleted by hand");
    ends(&desk.shell.run(DESTROY).await, 0, &["2 done"]);
}

/// How many seconds the clock of the test below is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_that_expires_while_the_lease_is_taken_is_not_carried_out() {
    let desk = Desk::new("300000000054", NETWORK).await;
    // In this process, an account is reached by a role in it.
    let role = "arn:aws:iam::300000000054:role/it";
    let tenant = format!("{TENANT}roles: {{ read: \"{role}\", write: \"{role}\" }}\n");
    desk.shell.write("tenants/acme.yaml", &tenant);
    let file = desk.shell.folder.join("p.json").display().to_string();
    ends(&desk.shell.run(&["plan", "acme/test", "--out", &file, "--expires", "1h"]).await, 0, &[]);
    let args = ["apply", "--plan", &file, "--yes"];
    let clock = || Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::Relaxed));
    let apply = in_process(&desk.shell, clock, &args);
    let ran = desk.between(apply, async { AHEAD.store(2 * 3600, Ordering::Relaxed) }).await;
    assert_eq!(ran.exit, Exit::Refused, "{}", ran.err);
    let said = "error: the saved plan can no longer be carried out: it expired at 2";
    let next = format!(
        "Z; nothing was done\n next: provision -C {} --endpoint-url {} plan acme/test --out {file}\n",
        desk.shell.folder.display(),
        desk.shell.env["AWS_ENDPOINT_URL"]
    );
    assert!(ran.err.contains(said) && ran.err.contains(&next), "{}", ran.err);
    assert_eq!(desk.count("ec2:Create").await, 0);
}

/// What the listener waits for is there at once, and it is made in the same run.
#[tokio::test]
async fn what_is_ready_sooner_than_planned_holds_nothing_back() {
    let desk = Desk::new("300000000055", LISTENER).await;
    let ready = "acme/test: AWS::CertificateManager::Certificate/www is ready: what waited for it is done now";
    ends(&desk.shell.run(APPLY).await, 0, &["6 to create, 1 waiting", ready, "acme/test: 7 done in "]);
    ends(&desk.shell.run(&[PLAN, &["--detailed-exitcode"]].concat()).await, 0, &[]);
}
