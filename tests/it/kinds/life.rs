//! The life of every kind, from its own examples, on the local AWS: `tests/run --kind AWS::EC2::Subnet` runs one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use provision::apply::{Connections as _, Permit};
use provision::aws::{OWN_READS, SURVEY_READS, action_of};
use provision::blueprint::Blueprint;
use provision::inventory::Inventory;
use provision::kinds::{KINDS, shapes};
use provision::plan::{Action, Demand, Mode, demands};
use provision::resource::{Address, Facts, FieldDiff, InUse, Live, Permissions, Scope, Tags, Within, key, pointer};
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use crate::crash::reader::Reader;
use crate::kinds::canned_kind::kind_of;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack_for, plan_with, words};

/// Kinds that the local AWS cannot play, and why.
const NOT_PLAYED: &[(&str, &str)] = &[];

/// Kinds that AWS's tag index shows and moto's does not.
const NOT_INDEXED: &[&str] = &["AWS::EC2::EIP", "AWS::RDS::DBClusterParameterGroup", "AWS::RDS::DBSubnetGroup"];

/// Properties that can be updated and that the second example leaves as they are, and why: `type`, `property`, `reason`.
const NOT_CHANGED: &[(&str, &str, &str)] = &[
    (
        "AWS::CertificateManager::Certificate",
        "ValidationMethod",
        "ACM moves from EMAIL to DNS alone, and the example has DNS",
    ),
    ("AWS::AutoScaling::AutoScalingGroup", "MinSize", "an instance would start, for which the example has no way out"),
    ("AWS::CloudFront::Function", "AutoPublish", "what is not published serves nobody, so it has to be true"),
    ("AWS::EC2::EIP", "Domain", "it has one value alone"),
    ("AWS::EC2::VPC", "InstanceTenancy", "EC2 moves from dedicated to default alone, and the example has default"),
    (
        "AWS::ECS::Service",
        "DeploymentController",
        "another controller takes the deployments from ECS, and with them the other changes",
    ),
    ("AWS::ECS::Service", "LaunchType", "CapacityProviderStrategy takes its place"),
    ("AWS::ECS::Service", "PlacementConstraints", "it is of container instances, and the example has Fargate"),
    ("AWS::ECS::Service", "PlacementStrategies", "it is of container instances, and the example has Fargate"),
    ("AWS::ElastiCache::ParameterGroup", "Description", "another one is another group"),
    (
        "AWS::ECS::Service",
        "ServiceConnectConfiguration",
        "stacks::service_fields turns it on and off, with its namespace",
    ),
    (
        "AWS::ElastiCache::ReplicationGroup",
        "Engine",
        "it moves from Redis to Valkey alone, and the example has Valkey: see cache_upgrades",
    ),
    (
        "AWS::ElastiCache::ReplicationGroup",
        "NumNodeGroups",
        "several shards need cluster mode, which nothing turns on later",
    ),
    ("AWS::ElastiCache::ReplicationGroup", "TransitEncryptionEnabled", "UserGroupIds need TLS: see caches"),
    ("AWS::ElastiCache::ReplicationGroup", "TransitEncryptionMode", "UserGroupIds need TLS: see caches"),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "IpAddressType",
        "it needs subnets with IPv6, which stacks::ipv6 has",
    ),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "HealthCheckEnabled",
        "only functions of Lambda go without, which are no targets here",
    ),
    (
        "AWS::RDS::DBCluster",
        "ManageMasterUserPassword",
        "a password of one's own needs a secret that has it: see database_passwords",
    ),
    ("AWS::RDS::DBCluster", "MasterUserPassword", "it needs a secret that has it: see database_passwords"),
    ("AWS::RDS::DBCluster", "MasterUserSecret", "RDS cannot change the key of a secret that it has made"),
    ("AWS::RDS::DBCluster", "NetworkType", "DUAL needs subnets with IPv6, which the example does not have"),
    ("AWS::RDS::DBInstance", "AvailabilityZone", "an instance in another zone is another instance"),
    (
        "AWS::RDS::DBInstance",
        "PubliclyAccessible",
        "RDS wants an internet gateway and DNS names in the VPC first, and nothing in the example says so",
    ),
    ("AWS::S3::Bucket", "VersioningConfiguration", "object lock needs it on in both: see files"),
    ("AWS::SSM::Parameter", "DataType", "Systems Manager changes it of none that is there"),
    ("AWS::Route53::RecordSet", "TTL", "the second example is an alias, which has none"),
];

/// Quotas of which AWS itself uses one in each new VPC: its main route table and its default group, which no plan has.
const WITH_A_VPC: &[&str] = &["Route tables per VPC", "VPC security groups per Region"];

/// How long all lives together may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// The local AWS answers one call at a time: more at once only wait for each other.
const AT_ONCE: usize = 4;

#[test]
fn every_kind_is_made_changed_and_taken_away() {
    on_deep_stack_for(PATIENCE, async {
        let only = std::env::var("PROVISION_TEST_KIND").ok();
        let played: Vec<_> = KINDS
            .iter()
            .map(|kind| kind.facts())
            .filter(|facts| NOT_PLAYED.iter().all(|(kind, _)| *kind != facts.kind))
            .filter(|facts| only.as_ref().is_none_or(|only| only == facts.kind))
            .collect();
        assert!(!played.is_empty(), "there is no kind {only:?}");
        let turns: &Semaphore = Box::leak(Box::new(Semaphore::new(AT_ONCE)));
        let reader: &Mutex<Reader> = Box::leak(Box::new(Mutex::new(Reader::start().await)));
        let mut lives = JoinSet::new();
        for facts in played {
            lives.spawn(async move {
                let _turn = turns.acquire().await;
                life(facts, reader).await.err().map(|why| format!("## {}\n{why}", facts.kind))
            });
        }
        let failures: Vec<_> = lives.join_all().await.into_iter().flatten().collect();
        println!("{} of {} kinds not played: {NOT_PLAYED:?}", NOT_PLAYED.len(), KINDS.len());
        assert!(failures.is_empty(), "{} of {} kinds failed:\n{}", failures.len(), KINDS.len(), failures.join("\n"));
    });
}

/// Apply, nothing to do, tagged, seen by an independent reader, updated in every property, destroy, gone; deleting once more
/// is no failure, and no call was made that the kinds' permissions do not have.
async fn life(facts: &Facts, reader: &Mutex<Reader>) -> Result<(), String> {
    let kind = facts.kind;
    let blueprint = example_stack(facts)?;
    let changed = changed_stack(facts)?;
    let uses = |stack: &Blueprint, kind: &str| stack.resources.keys().any(|address| address.kind == kind);
    let mut local = LocalAccount::new(&account(facts)).await;
    local.kinds.retain(|one| {
        [Some(&blueprint), changed.as_ref()].into_iter().flatten().any(|stack| uses(stack, one.facts().kind))
    });
    let (demands, before) = (demanded(facts, &local, &blueprint).await, in_use(facts, &local).await?);
    local.apply(&blueprint).await.map_err(|why| format!("apply: {why}"))?;
    counted(&demands, &before, &in_use(facts, &local).await?)?;
    let inventory = local.inventory(&blueprint).await;
    tagged(&blueprint, &inventory)?;
    shown(&local, &blueprint, facts).await?;
    let mut calls = local.calls().await;
    seen(&blueprint, &local, reader).await?;
    let others = local.calls().await.len();
    let lives: Vec<Live> =
        inventory.all().filter(|(address, _)| address.kind == kind).map(|(_, live)| (**live).clone()).collect();
    let updated = match &changed {
        Some(changed) => change(facts, &local, changed).await?,
        None => BTreeSet::new(),
    };
    complete(facts, &updated)?;
    let last = changed.unwrap_or(blueprint);
    local.destroy(&last).await.map_err(|why| format!("destroy: {why}"))?;
    for live in &lives {
        delete_again(&local, &last, kind, live).await.map_err(|why| format!("delete again: {why}"))?;
    }
    calls.extend(local.calls().await.split_off(others));
    permitted(&local, calls)
}

/// What the example adds to the quotas of its kind.
async fn demanded(facts: &Facts, local: &LocalAccount, blueprint: &Blueprint) -> Vec<Demand> {
    if facts.quotas.is_empty() {
        return Vec::new();
    }
    let inventory = local.inventory(blueprint).await;
    let plan = plan_with(blueprint, &inventory, Mode::Apply);
    let mut demands = demands(&shapes(), [(&plan, blueprint, &inventory)]);
    demands.retain(|demand| demand.kind == facts.kind);
    demands
}

/// What is in use of the quotas of a kind that count more than one resource, by code.
async fn in_use(facts: &Facts, local: &LocalAccount) -> Result<BTreeMap<&'static str, InUse>, String> {
    let reader = local.session("us-east-1").await.reader();
    let mut all = BTreeMap::new();
    for quota in facts.quotas.iter().filter(|quota| quota.within != Within::Itself) {
        let told = kind_of(facts.kind).in_use(&reader, quota).await.map_err(|why| format!("{}: {why}", quota.name))?;
        all.insert(quota.code, told.ok_or_else(|| format!("nothing tells how much of {} is in use", quota.name))?);
    }
    Ok(all)
}

/// What is in use grows by what the plan has said.
fn counted(
    demands: &[Demand],
    before: &BTreeMap<&'static str, InUse>,
    after: &BTreeMap<&'static str, InUse>,
) -> Result<(), String> {
    for demand in demands.iter().filter(|demand| demand.quota.within != Within::Itself) {
        let (before, after) = (&before[demand.quota.code], &after[demand.quota.code]);
        let grown = match demand.quota.within {
            Within::Each(_) => {
                let was = |place: &String| before.each.get(place).copied().unwrap_or_default();
                after.each.iter().map(|(place, now)| now - was(place)).fold(0.0, f64::max)
            }
            _ => after.all - before.all,
        };
        let extra = if WITH_A_VPC.contains(&demand.quota.name) { 1.0 } else { 0.0 };
        if (grown - demand.adds - extra).abs() > 0.01 {
            return Err(format!("{} grew by {grown}, and the plan adds {}", demand.quota.name, demand.adds));
        }
    }
    Ok(())
}

/// The example becomes the second one, by updates alone of what is of the kind: returns the properties that they change.
async fn change(facts: &Facts, local: &LocalAccount, changed: &Blueprint) -> Result<BTreeSet<String>, String> {
    let plan = local.plan(changed).await;
    let mut updated = BTreeSet::new();
    for change in plan.changes.iter().filter(|change| change.address.kind == facts.kind) {
        if change.action != Action::Update {
            return Err(format!("{} is not just updated:\n{}", change.address, words(&plan)));
        }
        updated.extend(change.fields.iter().map(|field| top(&field.path).to_owned()));
    }
    local.apply(changed).await.map_err(|why| format!("update: {why}"))?;
    Ok(updated)
}

/// Each property that can be updated was, but for those that the list above gives a reason for.
fn complete(facts: &Facts, updated: &BTreeSet<String>) -> Result<(), String> {
    let reasons = NOT_CHANGED.iter().filter(|(kind, ..)| *kind == facts.kind);
    let left: BTreeSet<_> = reasons.map(|(_, property, _)| (*property).to_owned()).collect();
    let missing: BTreeSet<_> = updatable(facts).difference(updated).cloned().collect();
    if missing == left {
        return Ok(());
    }
    Err(format!("the second example (Essentials::changed) leaves {missing:?} as they are, NOT_CHANGED has {left:?}"))
}

/// The properties that an update can change, of which something is read back or sent again.
fn updatable(facts: &Facts) -> BTreeSet<String> {
    let kind = kind_of(facts.kind);
    let properties = kind.schema().root()["properties"].as_object().cloned().unwrap_or_default();
    let is_fixed = |property: &str| {
        let fixed = [facts.create_only, facts.ignored_after_create, facts.call_parameters].concat();
        fixed.iter().any(|path| top(path) == property && path.matches('/').count() == 1)
    };
    let is_refused = |property: &str| {
        let field = FieldDiff { path: pointer::join("", property), before: None, after: None };
        kind.shape().refuses(&Value::Null, &Value::Null, &[field]).is_some()
    };
    properties.into_iter().map(|(name, _)| name).filter(|name| !is_fixed(name) && !is_refused(name)).collect()
}

fn top(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// The independent reader of the crash tests knows every kind.
async fn seen(blueprint: &Blueprint, local: &LocalAccount, reader: &Mutex<Reader>) -> Result<(), String> {
    let world = reader.lock().await.world(&local.url, &local.account).await?;
    let id = &blueprint.stack.id;
    let name = |address: &Address| format!("{} {}/{}/{}", address.kind, id.tenant, id.environment, address.name);
    let unseen: Vec<_> = blueprint.resources.keys().map(name).filter(|name| !world.contains_key(name)).collect();
    if unseen.is_empty() { Ok(()) } else { Err(format!("tests/world_reads.py does not read {unseen:?}")) }
}

/// Whoever has the printed policy alone can do all of this.
fn permitted(local: &LocalAccount, calls: Vec<String>) -> Result<(), String> {
    let of_kind = |facts: &'static Facts| {
        let Permissions { read, create, update, retag, delete, on: _ } = facts.permissions;
        [read, create, update, retag, delete, facts.preflight_reads].concat()
    };
    let mut declared: BTreeSet<_> = local.kinds.iter().flat_map(|kind| of_kind(kind.facts())).collect();
    declared.extend([&["sts:AssumeRole"], OWN_READS, SURVEY_READS].concat());
    let calls = calls.into_iter().map(|call| iam_action(&call));
    let beyond: BTreeSet<_> = calls.filter(|call| !declared.contains(call.as_str())).collect();
    if beyond.is_empty() { Ok(()) } else { Err(format!("no permission of the kinds has {beyond:?}")) }
}

/// The action by which IAM permits a call; the server names services as Python's SDK does.
fn iam_action(call: &str) -> String {
    let call = call.replace("elbv2:", "elasticloadbalancing:").replace("resourcegroupstaggingapi:", "tag:");
    let call = call.replace("efs:", "elasticfilesystem:").replace("opensearch:", "es:").replace("sesv2:", "ses:");
    action_of(&call.replace("DistributionWithTags", "Distribution")).to_owned()
}

/// The example as the one stack of a tenant of its own.
pub fn example_stack(facts: &Facts) -> Result<Blueprint, String> {
    stack_of(facts, facts.example)
}

/// The same of the second example, where the kind has one.
pub fn changed_stack(facts: &Facts) -> Result<Option<Blueprint>, String> {
    if facts.changed.is_empty() { Ok(None) } else { stack_of(facts, facts.changed).map(Some) }
}

fn stack_of(facts: &Facts, template: &str) -> Result<Blueprint, String> {
    let tenant = format!(
        "tenant: zoo-{}\ntemplate: example\naccount: \"{}\"\ntags: {{ keeper: ann }}\n\
         environments: {{ test: {{ region: us-east-1, protected: false }} }}\n",
        number(facts),
        account(facts)
    );
    let mut all = blueprints(&[("zoo.yaml", &tenant)], &[("example.yaml", template)])?;
    Ok(all.remove(0))
}

fn number(facts: &Facts) -> usize {
    KINDS.iter().position(|kind| kind.facts().kind == facts.kind).expect("it comes from there")
}

/// Every kind has an account of its own.
fn account(facts: &Facts) -> String {
    format!("200000001{:03}", number(facts))
}

/// Every resource of the stack is there and bears all of our tags and the user's, and a digest that is complete.
fn tagged(blueprint: &Blueprint, inventory: &Inventory) -> Result<(), String> {
    let live: Vec<_> = inventory.all().collect();
    for address in blueprint.resources.keys() {
        let (_, live) = live.iter().find(|(at, _)| *at == address).ok_or(format!("{address} is not there"))?;
        let facts = kind_of(&address.kind).facts();
        let expected = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME, key::TEMPLATE, key::DIGEST, "keeper"];
        let expected = expected.into_iter().filter(|key| facts.identity.bears(key));
        let missing: Vec<_> = expected.filter(|key| live.tags.get(key).is_none()).collect();
        if !missing.is_empty() {
            return Err(format!("{address} lacks the tags {missing:?}"));
        }
        if live.tags.get(key::DIGEST) == Some("pending") {
            return Err(format!("the digest of {address} is still pending"));
        }
        if facts.bears_id() && live.tags.get(key::ID) != live.name.as_deref() {
            return Err(format!("{address} is called {:?} and says {:?}", live.name, live.tags.get(key::ID)));
        }
    }
    Ok(())
}

/// The tag index shows what it is said to show, but for what the local one lacks.
async fn shown(local: &LocalAccount, blueprint: &Blueprint, facts: &Facts) -> Result<(), String> {
    let Some(service) = facts.indexed_as else { return Ok(()) };
    let stack = &blueprint.stack;
    let scope = Scope {
        project: stack.project.clone(),
        account: stack.account.clone(),
        region: stack.region.clone(),
        stacks: vec![stack.id.clone()],
        ..Scope::default()
    };
    let index = local.session(&stack.region).await.reader().tag_index(&scope).await;
    let services = index.map_err(|failure| failure.to_string())?.services();
    let is_shown = services.get(&stack.id).is_some_and(|shown| shown.iter().any(|thing| facts.is_shown_by(thing)));
    let is_lacking = NOT_INDEXED.contains(&facts.kind);
    match (is_shown, is_lacking) {
        (true, false) | (false, true) => Ok(()),
        (false, false) => Err(format!("the index shows no {service}: {services:?}")),
        (true, true) => Err("the index shows it by now: take it out of NOT_INDEXED".to_owned()),
    }
}

async fn delete_again(local: &LocalAccount, blueprint: &Blueprint, kind: &str, live: &Live) -> Result<(), String> {
    let kind = kind_of(kind);
    let mut own = BTreeSet::from([live.id.clone()]);
    own.extend(live.name.clone());
    for value in [&live.outputs, &live.spec] {
        pointer::walk(value, &mut |_, leaf| own.extend(leaf.as_str().map(str::to_owned)));
    }
    let permit = Permit {
        stack: blueprint.stack.id.clone(),
        address: live.tags.address(kind.facts().kind).ok_or("no address")?,
        own,
        mentioned: BTreeSet::new(),
        tags: Tags::default(),
        token: "0".repeat(32),
        named: false,
    };
    let writer = local.writer(&live.region, permit).await.map_err(|failure| failure.to_string())?;
    kind.delete(&writer, live).await.map(|_| ()).map_err(|failure| failure.to_string())
}
