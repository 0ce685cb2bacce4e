//! Lost tags, copies, orphans and moved stacks on the local AWS, through the command line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use provision::cli::Exit;
use provision::plan::{Action, StackPlan};
use provision::resource::Live;

use crate::commands::cli::{Ran, folder, provision_in};
use crate::stacks::local_account::{LocalAccount, on_deep_stack, words};
use crate::stacks::samples::{ACME, INITECH, live, stack, up};

/// What makes a resource ours, as somebody takes it off by hand.
const TAGS: &[&str] = &[
    "provision:project",
    "provision:tenant",
    "provision:environment",
    "provision:name",
    "provision:template",
    "provision:digest",
    "provision:id",
];

/// A project of one tenant on the local's server, for the command line.
struct Desk {
    folder: PathBuf,
    account: String,
    url: String,
}

impl Desk {
    fn new(local: &LocalAccount, tenant: &str) -> Self {
        let folder = folder(&format!("desk-{}", local.account));
        std::fs::create_dir_all(folder.join("tenants")).expect("a folder");
        let desk = Self { folder, account: local.account.clone(), url: local.url.clone() };
        desk.write(tenant);
        desk
    }

    /// The tenant's file, with roles in its account: whoever assumes one is in that account on the local AWS.
    fn write(&self, tenant: &str) {
        let mut text = tenant.replace("123456789012", &self.account).replace("111122223333", &self.account);
        if !text.contains("\nroles:") {
            let role = format!("arn:aws:iam::{}:role/it", self.account);
            text.push_str(&format!("\nroles: {{ read: \"{role}\", write: \"{role}\" }}\n"));
        }
        std::fs::write(self.folder.join("tenants/tenant.yaml"), text).expect("written");
    }

    /// Runs a command on a thread of its own, as it waits on a runtime of its own.
    async fn run(&self, args: &[&str]) -> Ran {
        let home = self.folder.display().to_string();
        let mut all = vec!["-C".to_owned(), home.clone(), "--endpoint-url".to_owned(), self.url.clone()];
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        let running = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
            let args: Vec<&str> = all.iter().map(String::as_str).collect();
            provision_in(BTreeMap::from([("HOME".to_owned(), home)]), &args)
        });
        let running = running.expect("a thread");
        let ran = tokio::task::spawn_blocking(|| running.join().expect("no panic")).await.expect("it ends");
        self.names_whole_commands(&ran);
        ran
    }

    /// What is pasted into another terminal is about the same folder and the same AWS.
    fn names_whole_commands(&self, ran: &Ran) {
        let called = format!("provision -C {} --endpoint-url {} ", self.folder.display(), self.url);
        for text in [&ran.out, &ran.err] {
            let named = text.matches("provision ").count();
            // A tool is named after its version, and where a template comes from.
            let others = text.matches("<p class=\"faint\">provision ").count();
            assert_eq!(text.matches(&called).count() + others, named, "{text}");
            assert!(!text.contains(['⟪', '⟫']), "{text}");
        }
    }
}

/// Why an address is blocked; fails if anything would be made.
fn blocked(plan: &StackPlan, address: &str) -> String {
    assert!(!plan.changes.iter().any(|change| change.action == Action::Create), "{}", words(plan));
    let change = plan.changes.iter().find(|change| change.address.to_string() == address);
    let change = change.unwrap_or_else(|| panic!("{address} is passed over:\n{}", words(plan)));
    assert_eq!(change.action, Action::Blocked, "{}", words(plan));
    change.notes.join("\n")
}

/// Takes our tags off a thing.
async fn untag(local: &LocalAccount, kind: &str, live: &Live) {
    let (hand, keys) = (local.by_hand().await, TAGS.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
    let name = live.name.clone().unwrap_or_default();
    match kind.split("::").nth(1).expect("a service") {
        "EC2" => {
            let tag = |key: &String| aws_sdk_ec2::types::Tag::builder().key(key).build();
            let call = aws_sdk_ec2::Client::new(&hand).delete_tags().resources(&live.id);
            call.set_tags(Some(keys.iter().map(tag).collect())).send().await.expect("untagged");
        }
        "IAM" => {
            let call = aws_sdk_iam::Client::new(&hand).untag_role().role_name(name);
            call.set_tag_keys(Some(keys)).send().await.expect("untagged");
        }
        "RDS" => {
            let arn = format!("arn:aws:rds:us-east-1:{}:cluster:{name}", local.account);
            let call = aws_sdk_rds::Client::new(&hand).remove_tags_from_resource().resource_name(arn);
            call.set_tag_keys(Some(keys)).send().await.expect("untagged");
        }
        "ElasticLoadBalancingV2" => {
            let call = aws_sdk_elasticloadbalancingv2::Client::new(&hand).remove_tags().resource_arns(&live.id);
            call.set_tag_keys(Some(keys)).send().await.expect("untagged");
        }
        other => panic!("no way to untag {other}"),
    }
}

#[test]
fn what_loses_its_tags_is_blocked_and_adopted_and_nothing_is_made_twice() {
    on_deep_stack(async {
        let (local, production) = up("300000000011", ACME, "production").await;
        let desk = Desk::new(&local, ACME);
        let inventory = local.inventory(&production).await;
        for address in [
            "AWS::EC2::VPC/main",
            "AWS::EC2::Subnet/private-2",
            "AWS::EC2::RouteTable/private-1",
            "AWS::EC2::SecurityGroup/alb",
            "AWS::IAM::Role/web-task",
            "AWS::ElasticLoadBalancingV2::TargetGroup/web",
            "AWS::ElasticLoadBalancingV2::Listener/https",
            "AWS::RDS::DBCluster/main",
        ] {
            let thing = live(&inventory, address);
            untag(&local, address, thing).await;
            let place = format!("acme/production/{address}");
            let note = blocked(&local.plan(&production).await, address);
            assert!(note.contains(&format!("`⟪adopt {place} {}⟫`", thing.id)), "{address}: {note}");
            let ran = desk.run(&["adopt", &place, &thing.id, "--yes"]).await;
            assert_eq!(ran.exit, Exit::Done, "{address}: {}{}", ran.out, ran.err);
        }
        let plan = local.plan(&production).await;
        assert!(plan.changes.iter().all(|change| change.action == Action::Retag), "{}", words(&plan));
        local.apply(&production).await.unwrap_or_else(|why| panic!("{why}"));
        let again = local.inventory(&production).await;
        let ids = |inventory: &provision::inventory::Inventory| {
            inventory.all().map(|(address, live)| (address.clone(), live.id.clone())).collect::<Vec<_>>()
        };
        assert_eq!(ids(&again), ids(&inventory), "everything is what it was");
    });
}

#[test]
fn adopt_refuses_what_is_there_what_is_anothers_and_what_is_not() {
    on_deep_stack(async {
        let (local, production) = up("300000000012", INITECH, "production").await;
        let desk = Desk::new(&local, INITECH);
        let inventory = local.inventory(&production).await;
        let (one, two) = ("AWS::EC2::Subnet/private-1", "AWS::EC2::Subnet/private-2");
        let (first, second) = (live(&inventory, one), live(&inventory, two));
        let adopt = async |place: &str, id: &str| desk.run(&["adopt", place, id, "--yes"]).await;
        let place = |address: &str| format!("initech/production/{address}");
        let ran = adopt(&place(one), &first.id).await;
        assert!(ran.exit == Exit::Refused && ran.err.contains("is there already"), "{}", ran.err);
        untag(&local, one, first).await;
        let ran = adopt(&place(one), &second.id).await;
        assert!(ran.exit == Exit::Refused && ran.err.contains(&place(two)), "{}", ran.err);
        let ran = adopt(&place(one), &live(&inventory, "AWS::EC2::VPC/main").id).await;
        assert!(ran.exit == Exit::Error && ran.err.contains("there is no AWS::EC2::Subnet vpc-"), "{}", ran.err);
        let ran = adopt(&place("AWS::EC2::Subnet/privat-1"), &first.id).await;
        assert!(ran.exit == Exit::Usage && ran.err.contains("private-1"), "{}", ran.err);
        let ran = desk.run(&["adopt", &place(one), &first.id]).await;
        assert_eq!(ran.exit, Exit::Usage, "without a terminal nobody can say yes");
        assert_eq!(adopt(&place(one), &first.id).await.exit, Exit::Done);
    });
}

#[test]
fn a_copy_that_carries_our_tags_is_shown_and_left_alone() {
    on_deep_stack(async {
        let (local, production) = up("300000000013", ACME, "production").await;
        let inventory = local.inventory(&production).await;
        let copies = restore(&local, &inventory).await;
        let plan = local.plan(&production).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let shown: Vec<_> = plan.unmanaged.iter().filter(|thing| thing.place.starts_with("a copy of ")).collect();
        assert_eq!(shown.iter().map(|thing| thing.id.as_str()).collect::<Vec<_>>(), copies, "{}", words(&plan));
    });
}

/// Makes a cluster, an instance and a cache with all the tags of ours, as a restore does; returns their names as a plan
/// sorts them.
async fn restore(local: &LocalAccount, inventory: &provision::inventory::Inventory) -> Vec<String> {
    let hand = local.by_hand().await;
    let rds = aws_sdk_rds::Client::new(&hand);
    let tags = |live: &Live| -> Vec<_> {
        let tag = |(key, value)| aws_sdk_rds::types::Tag::builder().key(key).value(value).build();
        live.tags.iter().map(tag).collect()
    };
    let cluster = live(inventory, "AWS::RDS::DBCluster/main");
    let call = rds.create_db_cluster().db_cluster_identifier("restored").engine("aurora-mysql");
    let call = call.master_username("admin").manage_master_user_password(true).set_tags(Some(tags(cluster)));
    call.send().await.expect("a copy");
    let instance = live(inventory, "AWS::RDS::DBInstance/main-1");
    let call = rds.create_db_instance().db_instance_identifier("restored-1").db_cluster_identifier("restored");
    let call = call.engine("aurora-mysql").db_instance_class("db.r7g.large").set_tags(Some(tags(instance)));
    call.send().await.expect("a copy");
    let (address, cache) = inventory
        .all()
        .find(|(address, _)| address.kind == "AWS::ElastiCache::ReplicationGroup")
        .expect("the sample has a cache");
    let tag = |(key, value)| aws_sdk_elasticache::types::Tag::builder().key(key).value(value).build();
    let call = aws_sdk_elasticache::Client::new(&hand).create_replication_group().replication_group_id("restored");
    let call = call.replication_group_description("a copy").engine("redis").cache_node_type("cache.t4g.small");
    let call = call.set_tags(Some(cache.tags.iter().map(tag).collect()));
    call.send().await.unwrap_or_else(|why| panic!("a copy of {address}: {why:?}"));
    ["restored", "restored", "restored-1"].map(str::to_owned).to_vec()
}

#[test]
fn a_stack_that_moved_in_the_yaml_is_noticed_and_one_that_left_it_is_an_orphan() {
    on_deep_stack(async {
        let (local, _) = up("300000000014", INITECH, "production").await;
        let desk = Desk::new(&local, INITECH);
        desk.write(&INITECH.replace("us-east-1", "eu-west-1"));
        let ran = desk.run(&["plan"]).await;
        assert_eq!(ran.exit, Exit::Blocked, "{}{}", ran.out, ran.err);
        let command = "destroy --orphan initech/production --account 300000000014 --region us-east-1";
        assert!(ran.out.contains(command) && !ran.out.contains("to create"), "{}", ran.out);

        let staging = INITECH.replace("  production:", "  staging:").replace("10.40.0.0/20", "10.41.0.0/20");
        desk.write(&staging);
        for command in [&["plan"][..], &["diff"], &["plan", "--format", "markdown"], &["plan", "--format", "html"]] {
            let ran = desk.run(command).await;
            let out = ran.out.replace("&#x2f;", "/");
            assert!(out.contains("initech/production is not in the YAML"), "{}{}", ran.out, ran.err);
        }
        let ran = desk.run(&["diff", "--format", "json"]).await;
        let plan: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(plan["orphans"][0]["environment"], "production", "{}", ran.out);
        let role = "arn:aws:iam::300000000014:role/provision-apply";
        let (home, url) = (desk.folder.display(), &desk.url);
        let whole = format!("provision -C {home} --endpoint-url {url} {command} --role {role}");
        assert_eq!(plan["orphans"][0]["command"], whole);
        let consent = ["--role", role, "--yes", "--allow-destroy", "initech/production/*"];
        let args: Vec<&str> = command.split(' ').chain(consent).collect();
        let ran = desk.run(&args).await;
        assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
        let ran = desk.run(&["plan"]).await;
        assert!(!ran.out.contains("is not in the YAML"), "{}{}", ran.out, ran.err);
    });
}

#[test]
fn what_a_living_stack_has_where_nothing_of_it_belongs_is_an_orphan_and_goes_without_its_roles() {
    on_deep_stack(async {
        let home = INITECH.replace("us-east-1", "eu-west-1");
        let (local, wanted) = up("300000000071", &home, "production").await;
        let logs = aws_sdk_cloudwatchlogs::Client::new(&local.by_hand().await);
        let inventory = local.inventory(&wanted).await;
        let (_, group) =
            inventory.all().find(|(address, _)| address.kind == "AWS::Logs::LogGroup").expect("it has logs");
        let tags = group.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        logs.create_log_group().log_group_name(&group.id).set_tags(Some(tags)).send().await.expect("a leftover");
        let desk = Desk::new(&local, &home);
        let ran = desk.run(&["diff"]).await;
        let line = "initech/production is not in the YAML there: 1 resource in us-east-1 of 300000000071";
        assert!(ran.out.contains(line), "{}{}", ran.out, ran.err);
        let role = "arn:aws:iam::300000000071:role/provision-apply";
        let place = ["--account", "300000000071", "--region", "us-east-1", "--role", role];
        let consent = ["--yes", "--allow-destroy", "initech/production/*"];
        let all = [&["destroy", "--orphan", "initech/production"][..], &place, &consent].concat();
        let ran = desk.run(&all).await;
        assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
        let ran = desk.run(&["diff"]).await;
        assert!(!ran.out.contains("is not in the YAML"), "{}{}", ran.out, ran.err);
        assert!(local.plan(&wanted).await.is_empty(), "nothing of the living stack went along");
    });
}

#[test]
fn ranges_and_zones_are_not_taken_away_from_a_living_stack() {
    on_deep_stack(async {
        let account = "300000000015";
        let zones = |count: u8| INITECH.replace("    nat: single\n", &format!("    nat: single\n    zones: {count}\n"));
        let (local, _) = up(account, &zones(2), "production").await;
        let plan = local.plan(&stack(account, &zones(3), "production")).await;
        assert!(plan.summary().blocked == 0 && plan.summary().create > 0, "a zone can be added: {}", words(&plan));
        local.apply(&stack(account, &zones(3), "production")).await.unwrap_or_else(|why| panic!("{why}"));
        for (what, wanted) in [
            ("/CidrBlock 10.40.0.0/20", zones(3).replace("10.40.0.0/20", "10.42.0.0/20")),
            ("/AvailabilityZoneId use1-az4", zones(2)),
        ] {
            let plan = local.plan(&stack(account, &wanted, "production")).await;
            assert!(plan.steps.is_empty(), "{}", words(&plan));
            assert!(plan.changes.iter().all(|change| change.action == Action::Blocked), "{}", words(&plan));
            assert!(plan.changes[0].notes[0].contains(what), "{}", words(&plan));
        }
    });
}
