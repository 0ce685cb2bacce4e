//! The plan that README.md shows is one that the program makes.

use std::path::Path;

use anstream::adapter::strip_str;
use provision::plan::{Guarding, Plan, guard};
use provision::report::{TextOptions, plan_text};

use crate::stacks::local_account::{blueprints, on_deep_stack};
use crate::stacks::samples::{ACME, live, up};

const ACCOUNT: &str = "300000000101";
/// What the sample's account is called in its file.
const SHOWN: &str = "123456789012";
/// README's lines are as long as a page shows.
const COLUMNS: usize = 118;

/// Three changes of the sample: the cache taken out of the YAML, a new image, and a port opened by hand.
#[test]
fn its_sample_plan_is_made_by_the_program() {
    on_deep_stack(async {
        let (local, production) = up(ACCOUNT, ACME, "production").await;
        let group = live(&local.inventory(&production).await, "AWS::EC2::SecurityGroup/alb").id.clone();
        open(&local.by_hand().await, &group).await;
        let changed = edited(&ACME.replace(SHOWN, ACCOUNT));
        let changed = blueprints(&[("acme.yaml", &changed)], &[]).unwrap_or_else(|why| panic!("{why}"));
        let changed = changed.iter().find(|one| one.stack.id == production.stack.id).expect("it is still there");
        let mut plan = Plan { stacks: vec![local.plan(changed).await], ..Plan::default() };
        guard(&mut plan, &Guarding::default());
        let options = TextOptions { width: Some(COLUMNS), ..TextOptions::default() };
        let text = strip_str(&plan_text(&plan, options)).to_string().replace(ACCOUNT, SHOWN);
        let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        shown(&text);
    });
}

/// The sample's file after the changes that README tells of.
fn edited(tenant: &str) -> String {
    let mut edited = tenant.to_owned();
    for (old, new) in [
        (
            "  caches:\n    sessions: { engine: redis, version: \"7.1\", parameters: { maxmemory-policy: allkeys-lru }, users: {} }\n",
            "",
        ),
        ("      caches: [sessions]\n", ""),
        ("    caches:\n      sessions: { node_type: cache.r7g.large }\n", ""),
        ("    caches:\n      sessions: { node_type: cache.t4g.micro, replicas: 0, snapshots: 0 }\n", ""),
        ("/shop:42\n", "/shop:43\n"),
    ] {
        assert!(edited.contains(old), "the sample no longer has {old}");
        edited = edited.replace(old, new);
    }
    edited
}

async fn open(hand: &aws_config::SdkConfig, group: &str) {
    use aws_sdk_ec2::types::{IpPermission, IpRange};
    let ssh = IpPermission::builder().ip_protocol("tcp").from_port(22).to_port(22);
    let ssh = ssh.ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()).build();
    let call = aws_sdk_ec2::Client::new(hand).authorize_security_group_ingress().group_id(group);
    call.ip_permissions(ssh).send().await.expect("opened");
}

/// Fails unless README has this plan; `UPDATE=1` writes it there.
fn shown(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let begins = format!("```\nacme/production · {SHOWN}");
    let start = readme.find(&begins).expect("README shows a plan") + "```\n".len();
    let end = start + readme[start..].find("```\n").expect("the block ends");
    if std::env::var_os("UPDATE").is_some() {
        let updated = format!("{}{text}{}", &readme[..start], &readme[end..]);
        return std::fs::write(&path, updated).expect("README.md can be written");
    }
    assert!(&readme[start..end] == text, "README.md shows another plan (UPDATE=1 writes it anew):\n{text}");
}
