//! Plans on the real kinds say what is so: what is held, what somebody changed, what only follows.

use std::collections::BTreeSet;
use std::time::Duration;

use provision::blueprint::Blueprint;
use provision::plan::{Action, Cause, Change, Mode, StackPlan, adopted};
use provision::resource::{Address, Disruption};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack_for, plan_with, words};

/// An environment with a service on a database, a cache, a firewall and a certificate.
fn tenant(account: &str, edits: &[(&str, &str)]) -> Blueprint {
    let text = format!(
        "
tenant: told
template: modyo
account: \"{account}\"
environments:
  production:
    region: us-east-1
    cidr: 10.60.0.0/20
    nat: none
    deletion_protection: false
    domain: www.told.example
    services:
      web:
        image: public.ecr.aws/nginx/nginx:1.27
        public: true
        priority: 10
        databases: [main]
    databases:
      main: {{ engine: postgresql, version: \"16.4\", readers: 1 }}
    caches:
      sessions: {{ engine: valkey, version: \"8.0\" }}
"
    );
    let text = edits.iter().fold(text, |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    blueprints(&[("told.yaml", &text)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0)
}

async fn up(account: &str) -> (LocalAccount, Blueprint) {
    let local = LocalAccount::new(account).await;
    let wanted = tenant(account, &[]);
    local.bring_up(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
    (local, wanted)
}

fn find<'a>(plan: &'a StackPlan, address: &str) -> &'a Change {
    let found = plan.changes.iter().find(|change| change.address.to_string() == address);
    found.unwrap_or_else(|| panic!("{address} is passed over:\n{}", words(plan)))
}

fn blocked(plan: &StackPlan) -> BTreeSet<String> {
    let blocked = plan.changes.iter().filter(|change| change.action == Action::Blocked);
    blocked.map(|change| change.address.to_string()).collect()
}

#[test]
fn a_stack_says_what_is_held_what_is_drift_and_what_only_follows() {
    // A whole environment is made, and looked at a dozen times.
    on_deep_stack_for(Duration::from_secs(900), async {
        let (local, wanted) = up("300000000042").await;
        an_engine_that_cannot_change_holds_its_port_everywhere(&local).await;
        a_hand_opened_port_is_drift_beside_the_yaml(&local, &wanted).await;
        a_field_points_at_the_line_that_a_person_would_change(&local).await;
        a_firewall_that_only_counts_says_so(&local).await;
        the_last_cache_goes_although_a_database_has_a_group_of_that_name(&local).await;
        a_policy_by_hand_shows_while_a_subnet_is_not_known(&local, &wanted).await;
        a_certificate_is_replaced_without_harm(&local).await;
    });
}

async fn an_engine_that_cannot_change_holds_its_port_everywhere(local: &LocalAccount) {
    let mysql = "engine: mysql, version: 8.0.mysql_aurora.3.08.0";
    let wanted = tenant(&local.account, &[("engine: postgresql, version: \"16.4\"", mysql)]);
    let plan = local.plan(&wanted).await;
    let cluster = find(&plan, "AWS::RDS::DBCluster/main");
    assert!(cluster.fields.iter().any(|field| field.path == "/Engine" && field.after == Some("aurora-mysql".into())));
    for held in [
        "AWS::EC2::SecurityGroup/database-main",
        "AWS::EC2::SecurityGroup/service-web",
        "AWS::ECS::TaskDefinition/web",
        "AWS::Logs::LogGroup/database-main-error",
        "AWS::Logs::LogGroup/database-main-slowquery",
        "AWS::Logs::LogGroup/database-main-postgresql",
    ] {
        assert!(blocked(&plan).contains(held), "{held} is not held:\n{}", words(&plan));
    }
    assert!(plan.steps.is_empty(), "{}", words(&plan));
}

async fn a_hand_opened_port_is_drift_beside_the_yaml(local: &LocalAccount, wanted: &Blueprint) {
    let ec2 = aws_sdk_ec2::Client::new(&local.by_hand().await);
    let live = local.inventory(wanted).await;
    let address: Address = "AWS::EC2::SecurityGroup/alb".parse().unwrap();
    let group = live.all().find(|(at, _)| **at == address).unwrap().1.id.clone();
    let open = ec2.authorize_security_group_ingress().group_id(&group).ip_protocol("tcp").cidr_ip("0.0.0.0/0");
    open.from_port(22).to_port(22).send().await.unwrap();
    let wanted = tenant(&local.account, &[("domain:", "clients: [0.0.0.0/0, 10.0.0.0/8]\n    domain:")]);
    let plan = local.plan(&wanted).await;
    let causes: Vec<_> = find(&plan, "AWS::EC2::SecurityGroup/alb").fields.iter().map(|field| field.cause).collect();
    assert_eq!(causes, [Cause::Config, Cause::Drift], "{}", words(&plan));
    let shut = ec2.revoke_security_group_ingress().group_id(&group).ip_protocol("tcp").cidr_ip("0.0.0.0/0");
    shut.from_port(22).to_port(22).send().await.unwrap();
}

/// Of what comes, where that was written; of what only goes, what it was taken out of.
async fn a_field_points_at_the_line_that_a_person_would_change(local: &LocalAccount) {
    let clients = "clients:\n      - 0.0.0.0/0\n      - 10.0.0.0/8\n    domain:";
    let edits = [("domain:", clients), ("databases: [main]", "databases: []")];
    let plan = local.plan(&tenant(&local.account, &edits)).await;
    let line = |address: &str| {
        let fields = &find(&plan, address).fields;
        let field = fields.iter().find(|field| field.path == "/SecurityGroupIngress");
        let origin = field.and_then(|field| field.origin.as_ref()).unwrap_or_else(|| panic!("{fields:#?}"));
        let place = origin.place();
        let text = place.source.text.lines().nth(place.line_column().0 - 1).unwrap_or_default();
        format!("{}: {}", place.path().display(), text.trim())
    };
    assert_eq!(line("AWS::EC2::SecurityGroup/alb"), "tenants/told.yaml: - 10.0.0.0/8");
    assert_eq!(line("AWS::EC2::SecurityGroup/database-main"), "tenants/told.yaml: services:");
}

async fn a_firewall_that_only_counts_says_so(local: &LocalAccount) {
    let plan = local.plan(&tenant(&local.account, &[("domain:", "waf: { count: true }\n    domain:")])).await;
    let text = words(&plan);
    assert!(text.contains("/Rules/rate/Action") && text.contains("Block → Count"), "{text}");
    assert!(!text.contains("(not set) → {}"), "{text}");
}

async fn the_last_cache_goes_although_a_database_has_a_group_of_that_name(local: &LocalAccount) {
    let plan = local.plan(&tenant(&local.account, &[("sessions:", "other:")])).await;
    let old = find(&plan, "AWS::ElastiCache::ReplicationGroup/sessions");
    assert_eq!(old.action, Action::Delete, "{}", words(&plan));
    let none = "    caches:\n      sessions: { engine: valkey, version: \"8.0\" }\n";
    let plan = local.plan(&tenant(&local.account, &[(none, "")])).await;
    let group = find(&plan, "AWS::ElastiCache::SubnetGroup/main");
    assert_eq!((group.action, blocked(&plan).len()), (Action::Delete, 0), "{}", words(&plan));
}

async fn a_policy_by_hand_shows_while_a_subnet_is_not_known(local: &LocalAccount, wanted: &Blueprint) {
    let hand = local.by_hand().await;
    let (iam, ec2) = (aws_sdk_iam::Client::new(&hand), aws_sdk_ec2::Client::new(&hand));
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let put = iam.put_role_policy().role_name("told-production-web-task").policy_name("hand");
    put.policy_document(document).send().await.unwrap();
    let live = local.inventory(wanted).await;
    let address: Address = "AWS::EC2::Subnet/data-1".parse().unwrap();
    let subnet = live.all().find(|(at, _)| **at == address).unwrap().1.clone();
    let tags = |tag: (&str, &str)| aws_sdk_ec2::types::Tag::builder().key(tag.0).value(tag.1).build();
    let all: Vec<_> = subnet.tags.iter().map(tags).collect();
    ec2.delete_tags().resources(&subnet.id).set_tags(Some(all)).send().await.unwrap();

    let plan = local.plan(wanted).await;
    assert!(blocked(&plan).contains("AWS::EC2::Subnet/data-1"), "{}", words(&plan));
    let role = "AWS::IAM::Role/web-task";
    let told = |plan: &StackPlan| {
        let fields = find(plan, role).fields.iter().map(|field| (field.path.clone(), field.cause));
        fields.collect::<Vec<_>>()
    };
    assert_eq!(told(&plan), [("/Policies/hand".to_owned(), Cause::Drift)], "{}", words(&plan));
    let only_config = plan_with(wanted, &local.inventory(wanted).await, Mode::OnlyConfig);
    assert!(only_config.steps.is_empty(), "{}", words(&only_config));

    let resource = &wanted.resources[&address];
    let facts = local.kinds.iter().map(|kind| kind.facts()).find(|facts| facts.kind == address.kind).unwrap();
    let own = adopted(wanted, resource, facts, &subnet);
    let all: Vec<_> = own.tags.iter().map(tags).collect();
    ec2.create_tags().resources(&subnet.id).set_tags(Some(all)).send().await.unwrap();
    let plan = local.plan(wanted).await;
    assert_eq!(told(&plan), [("/Policies/hand".to_owned(), Cause::Drift)], "{}", words(&plan));
    let only_config = plan_with(wanted, &local.inventory(wanted).await, Mode::OnlyConfig);
    assert!(!only_config.steps.keys().any(|step| step.address.to_string() == role), "{}", words(&only_config));
    iam.delete_role_policy().role_name("told-production-web-task").policy_name("hand").send().await.unwrap();
}

async fn a_certificate_is_replaced_without_harm(local: &LocalAccount) {
    let (certificate, listener) =
        ("AWS::CertificateManager::Certificate/main", "AWS::ElasticLoadBalancingV2::Listener/https");
    let dropping = tenant(&local.account, &[("www.told.example", "shop.told.example")]);
    let plan = local.plan(&dropping).await;
    assert_eq!(
        find(&plan, certificate).disruption,
        Disruption::Outage,
        "who calls it by the old name: {}",
        words(&plan)
    );
    let both = "domain: shop.told.example\n    alternative_names: [www.told.example]";
    let wanted = tenant(&local.account, &[("domain: www.told.example", both)]);
    let plan = local.plan(&wanted).await;
    let change = find(&plan, certificate);
    assert_eq!((change.action, change.protected, change.disruption), (Action::Replace, false, Disruption::None));
    assert!(words(&plan).contains("the new one comes first"), "{}", words(&plan));
    local.run(&wanted, Mode::Apply).await.unwrap_or_else(|why| panic!("{why}"));
    let plan = local.plan(&wanted).await;
    let cause = find(&plan, listener).cause;
    assert!(matches!(cause, Cause::Dependency | Cause::Config), "{}", words(&plan));
    assert!(plan.changes.iter().all(|change| !change.protected), "{}", words(&plan));
    local.run(&wanted, Mode::OnlyConfig).await.unwrap_or_else(|why| panic!("{why}"));
    let plan = local.plan(&wanted).await;
    assert!(plan.is_empty(), "{}", words(&plan));
}

#[test]
fn a_rule_that_another_shadows_is_warned_of() {
    let two = |web: u32, api: u32| {
        let text = format!(
            "
tenant: shade
template: modyo
account: \"300000000043\"
environments:
  production:
    region: us-east-1
    cidr: 10.60.0.0/20
    services:
      web: {{ image: public.ecr.aws/nginx/nginx:1.27, public: true, paths: [/*], priority: {web} }}
      api: {{ image: public.ecr.aws/nginx/nginx:1.27, public: true, paths: [/api/*], priority: {api} }}
"
        );
        let wanted = blueprints(&[("shade.yaml", &text)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        wanted.warnings.iter().map(|warning| warning.what.clone()).filter(|what| what.contains("never")).collect()
    };
    let none: Vec<String> = two(100, 10);
    assert_eq!(none, Vec::<String>::new());
    assert_eq!(
        two(10, 100),
        ["AWS::ElasticLoadBalancingV2::ListenerRule/api (priority 100) never gets a request: \
             AWS::ElasticLoadBalancingV2::ListenerRule/web (priority 10) comes first and takes all of its"]
    );
}
