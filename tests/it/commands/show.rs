//! What `show` tells of a live stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_ec2::types::AttributeBooleanValue;
use provision::inventory::ListOutcome;
use provision::plan::{Action, Mode, StackPlan};
use provision::report::{Shown, show_json};
use provision::resource::Unmodelled;
use serde_json::{Value, json};

use crate::commands::shell::{Shell, both};
use crate::engine::{environment, reference};
use crate::sandbox::local_aws;
use crate::stacks::local_account::LocalAccount;
use crate::world::process::Process;
use crate::world::{Bench, YamlResource, blueprint};

const ACCOUNT: &str = "600000000031";
const TEMPLATE: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
outputs:
  vpc-id: \"{{ ref('AWS::EC2::VPC/main') }}\"
";

#[tokio::test]
async fn show_tells_of_what_was_asked_for() {
    let shell = Shell::new("show", &local_aws::endpoint().await.url, ACCOUNT, TEMPLATE);
    let before = shell.run(&["show", "acme/test"]).await;
    assert!(both(&before).ends_with("\nresources\n  none is there\n"), "{}", both(&before));
    let applied = shell.run(&["apply", "acme/test", "--yes"]).await;
    assert_eq!(applied.status.code(), Some(0), "{}", both(&applied));
    let shown = async |args: &[&str]| {
        let ran = shell.run(&[&["show"], args].concat()).await;
        assert_eq!(ran.status.code(), Some(0), "{args:?}: {}", both(&ran));
        String::from_utf8(ran.stdout).expect("text")
    };
    let stack = async |args: &[&str]| {
        let all: Value = serde_json::from_str(&shown(&[args, &["--format", "json"]].concat()).await).expect("JSON");
        all["stacks"][0].clone()
    };
    let addresses = |stack: &Value| -> Vec<String> {
        let all = stack["resources"].as_array().expect("a list").iter();
        all.map(|one| one["address"].as_str().expect("text").to_owned()).collect()
    };
    let whole = stack(&["acme/test"]).await;
    assert_eq!(addresses(&whole), ["AWS::EC2::InternetGateway/main", "AWS::EC2::Subnet/main", "AWS::EC2::VPC/main"]);
    let vpc = whole["outputs"]["vpc-id"].as_str().expect("it is known").to_owned();
    assert!(vpc.starts_with("vpc-"), "{vpc}");
    assert_eq!(shown(&["acme/test", "--format", "env"]).await, format!("VPC_ID='{vpc}'\n"));
    let one = stack(&["acme/test/AWS::EC2::VPC/main"]).await;
    assert_eq!(addresses(&one), ["AWS::EC2::VPC/main"]);
    assert_eq!(one["outputs"], json!({}), "they are the whole stack's");
    let text = shown(&["acme/test/AWS::EC2::VPC/main"]).await;
    assert!(text.contains(&vpc) && !text.contains("InternetGateway"), "{text}");

    let subnet = stack(&["acme/test/AWS::EC2::Subnet/main"]).await["resources"][0].clone();
    assert_eq!(subnet["unmodelled"], json!([]));
    let on = AttributeBooleanValue::builder().value(true).build();
    let ec2 = aws_sdk_ec2::Client::new(&LocalAccount::new(ACCOUNT).await.by_hand().await);
    let by_hand = ec2.modify_subnet_attribute().subnet_id(subnet["id"].as_str().expect("text"));
    by_hand.enable_resource_name_dns_a_record_on_launch(on).send().await.expect("moto does so");
    let told = json!([{ "path": "/PrivateDnsNameOptionsOnLaunch/EnableResourceNameDnsARecord", "there": "is on" }]);
    assert_eq!(stack(&["acme/test/AWS::EC2::Subnet/main"]).await["resources"][0]["unmodelled"], told);
    let text = shown(&["acme/test"]).await;
    assert!(text.contains("/PrivateDnsNameOptionsOnLaunch/EnableResourceNameDnsARecord: is on\n"), "{text}");
}

/// Of two that claim one address one stays: of that it tells what the plan would mend, and of the other all in words.
#[tokio::test(start_paused = true)]
async fn what_no_template_can_express_is_told_of_the_one_that_has_it() {
    let (bench, net, cert) = (Bench::new(), reference("Net", "main", "Id"), reference("Cert", "www", "Id"));
    let wished = |domain: &str| {
        let mut resources = environment();
        resources.push(YamlResource::new("Fake::Cert", "www", json!({ "Domain": domain })));
        resources.push(YamlResource::new("Fake::Door", "https", json!({ "Net": net, "Cert": cert })));
        blueprint(&resources)
    };
    let issue = || bench.cloud.world().things.values_mut().for_each(|thing| thing.human = false);
    bench.apply(&wished("www.acme.example")).await;
    issue();
    bench.apply(&wished("www.acme.example")).await;
    let wanted = wished("shop.acme.example");
    bench.apply(&wanted).await;
    issue();
    let process = Process::new(&bench.cloud, "run", vec![&wanted], Mode::Apply);
    let mut inventory = process.read().await.remove(&wanted.stack.id).expect("it was asked for");
    let StackPlan { stack, waiting, pending, changes, .. } = process.plan(&wanted, &inventory);
    let goes = changes.iter().find(|change| change.action == Action::Delete).and_then(|change| change.id.clone());
    let goes = goes.unwrap_or_else(|| panic!("one too many: {changes:#?}"));
    for seen in inventory.kinds.values_mut() {
        let ListOutcome::Read(listing) = seen else { continue };
        for live in listing.found.values_mut().flatten().map(Arc::make_mut) {
            live.unmodelled = vec![Unmodelled { path: "/Extra".into(), text: format!("of {}", live.id) }];
        }
    }
    let outputs = BTreeMap::new();
    let shown = Shown {
        stack: &stack,
        outputs: &outputs,
        inventory: &inventory,
        waiting: &waiting,
        pending: &pending,
        changes: &changes,
        only: None,
    };
    let all: Value = serde_json::from_str(&show_json(&[shown])).expect("JSON");
    let parts = all["stacks"][0]["resources"].as_array().expect("a list").iter();
    let parts = parts.filter(|one| one["type"] == "Fake::Cert");
    let told: Vec<_> = parts.map(|one| (one["id"] == *goes, one["unmodelled"].clone())).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    let words = json!([{ "path": "/Extra", "there": format!("of {goes}") }]);
    assert!(told.contains(&(true, words)) && told.contains(&(false, json!([]))), "{told:#?}");
}
