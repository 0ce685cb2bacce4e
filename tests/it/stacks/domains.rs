//! `search` of a tenant: the cluster, who reaches it, and by whose policy it writes its logs.

use aws_sdk_opensearch::types::{ClusterConfig, SoftwareUpdateOptions};
use serde_json::{Value, json};

use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

const TENANT: &str = "
tenant: acme
template: modyo
account: \"300000000888\"
environments:
  production:
    region: us-east-1
    cidr: 10.20.0.0/16
    nat: none
    load_balancer: none
    waf: { enabled: false }
    zones: 3
    search:
      items: { version: OpenSearch_2.17, master: indexer, standby: true }
      audit: { version: OpenSearch_2.19, master: \"arn:aws:iam::300000000888:role/admins\", managers: false, logs: [application] }
    services:
      indexer: { image: \"public.ecr.aws/shop/indexer:1\", search: [items] }
";

fn property(tenant: &str, address: &str, pointer: &str) -> Value {
    let all = blueprints(&[("tenant.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    let (_, of) = all[0].resources.iter().find(|(known, _)| known.to_string() == address).expect("it is made");
    of.spec.pointer(pointer).cloned().unwrap_or_default()
}

fn named(address: &str, output: &str) -> String {
    format!("\u{27e6}{address}.{output}\u{27e7}")
}

#[test]
fn it_stands_in_all_zones_with_managers_of_its_own_and_lets_in_by_iam() {
    let of = |name: &str, pointer: &str| property(TENANT, &format!("AWS::OpenSearchService::Domain/{name}"), pointer);
    let nodes = |name: &str| {
        let cluster = of(name, "/ClusterConfig");
        [
            cluster["InstanceCount"].clone(),
            cluster["DedicatedMasterCount"].clone(),
            cluster["MultiAZWithStandbyEnabled"].clone(),
        ]
    };
    assert_eq!(nodes("items"), [json!(3), json!(3), json!(true)]);
    assert_eq!(nodes("audit"), [json!(3), json!(null), json!(false)]);
    assert_eq!(of("items", "/VPCOptions/SubnetIds").as_array().map(Vec::len), Some(3));
    let master = |name: &str| of(name, "/AdvancedSecurityOptions/MasterUserOptions/MasterUserARN");
    assert_eq!(master("items"), named("AWS::IAM::Role/indexer-task", "Arn"));
    assert_eq!(master("audit"), "arn:aws:iam::300000000888:role/admins");
    let logs = of("items", "/LogPublishingOptions");
    let logs: Vec<_> = logs.as_object().expect("a map").keys().collect();
    assert_eq!(logs, ["AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"]);
    let callers = |name: &str| of(name, "/AccessPolicies/Statement/0/Principal/AWS");
    assert_eq!([callers("items"), callers("audit")], [master("items"), master("audit")], "nobody else is named");
}

#[test]
fn only_who_names_it_reaches_it_and_finds_it() {
    let rules = |group: &str| property(TENANT, &format!("AWS::EC2::SecurityGroup/{group}"), "/SecurityGroupIngress");
    let [rule] = &rules("search-items").as_array().expect("a list").clone()[..] else { panic!("one rule") };
    assert_eq!([&rule["FromPort"], &rule["ToPort"]], [443, 443]);
    assert_eq!(rule["SourceSecurityGroupId"], named("AWS::EC2::SecurityGroup/service-indexer", "GroupId"));
    assert_eq!(rules("search-audit"), json!([]));
    let variables = property(TENANT, "AWS::ECS::TaskDefinition/indexer", "/ContainerDefinitions/0/Environment");
    let value = |name: &str| {
        variables.as_array().into_iter().flatten().find(|one| one["Name"] == name).map(|one| one["Value"].clone())
    };
    assert_eq!(
        value("SEARCH_ITEMS_HOST"),
        Some(json!(named("AWS::OpenSearchService::Domain/items", "DomainEndpoint")))
    );
    assert_eq!(value("SEARCH_ITEMS_PORT"), Some(json!("443")));
    assert_eq!(value("SEARCH_AUDIT_HOST"), None);
}

#[test]
fn one_policy_of_logs_serves_a_stack_or_all() {
    let with = |how: &str| TENANT.replace("    search:\n", &format!("    search_log_policy: {how}\n    search:\n"));
    let resources =
        |tenant: &str| property(tenant, "AWS::Logs::ResourcePolicy/search", "/PolicyDocument/Statement/0/Resource");
    assert_eq!(resources(TENANT).as_array().map(Vec::len), Some(5), "its own groups alone");
    assert_eq!(resources(&with("account")), "arn:aws:logs:us-east-1:300000000888:log-group:*");
    let condition = property(
        &with("account"),
        "AWS::Logs::ResourcePolicy/search",
        "/PolicyDocument/Statement/0/Condition/StringEquals",
    );
    assert_eq!(condition["aws:SourceAccount"], "300000000888", "of domains of the account alone");
    let none = blueprints(&[("tenant.yaml", &with("none"))], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
    assert!(none.resources.keys().all(|address| address.kind != "AWS::Logs::ResourcePolicy"));
}

#[test]
fn what_does_not_go_together_is_told_with_its_line() {
    let told = |from: &str, to: &str| {
        assert!(TENANT.contains(from), "{from}");
        blueprints(&[("tenant.yaml", &TENANT.replace(from, to))], &[]).map(drop).expect_err("it is a mistake")
    };
    for (from, to, why) in [
        ("master: indexer", "master: indexr", "there is no service indexr"),
        ("search: [items]", "search: [itemz]", "there is no search cluster itemz"),
        (", search: [items]", "", "indexer is not let in to items"),
        ("standby: true", "nodes: 4", "4 nodes are not as many in each of 3 zones"),
        ("managers: false,", "managers: false, standby: true,", "audit has no zone to stand by"),
        ("managers: false,", "managers: false, zones: 1,", "audit stands in one zone only"),
        ("zones: 3", "zones: 2", "items has no zone to stand by"),
        ("OpenSearch_2.19", "2.19", "`version` must be text"),
    ] {
        let said = told(from, to);
        assert!(said.contains(why) && said.contains("tenant.yaml:"), "{why}: {said}");
    }
}

#[test]
fn a_domain_is_made_drifts_and_is_taken_away() {
    on_deep_stack(async {
        let mut local = LocalAccount::new("300000000888").await;
        let stack = blueprints(&[("acme.yaml", TENANT)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        local.kinds.retain(|kind| stack.resources.keys().any(|address| address.kind == kind.facts().kind));
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&stack).await;
        assert!(plan.is_empty(), "{}", words(&plan));
        let calls = local.calls().await;
        let first = |call: &str| calls.iter().position(|one| one.ends_with(call)).expect("it is called");
        let order = [":PutResourcePolicy", ":CreateServiceLinkedRole", ":CreateDomain"].map(first);
        assert!(order.is_sorted(), "{calls:?}");

        let search = aws_sdk_opensearch::Client::new(&local.by_hand().await);
        let name = "acme-production-items";
        let nodes = ClusterConfig::builder().instance_count(6).build();
        let software = SoftwareUpdateOptions::builder().auto_software_update_enabled(false).build();
        let by_hand =
            search.update_domain_config().domain_name(name).cluster_config(nodes).software_update_options(software);
        by_hand.access_policies("").send().await.expect("it is changed");
        let plan = local.plan(&stack).await;
        let fields: Vec<_> = plan.changes.iter().flat_map(|change| &change.fields).map(|field| &field.path).collect();
        for path in ["/AccessPolicies", "/ClusterConfig/InstanceCount", "/SoftwareUpdateOptions"] {
            assert!(fields.iter().any(|field| field.starts_with(path)), "{path}: {}", words(&plan));
        }
        local.apply(&stack).await.unwrap_or_else(|why| panic!("{why}"));
        let newer =
            TENANT.replace("OpenSearch_2.17", "OpenSearch_2.19").replace("standby: true", "standby: true, volume: 80");
        let newer = blueprints(&[("acme.yaml", &newer)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
        local.apply(&newer).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&newer).await;
        assert!(plan.is_empty(), "{}", words(&plan));

        let before = local.calls().await.len();
        local.destroy(&newer).await.unwrap_or_else(|why| panic!("{why}"));
        let calls = local.calls().await.split_off(before);
        let last = |call: &str| calls.iter().rposition(|one| one.ends_with(call)).expect("it is called");
        assert!(last(":DeleteDomain") < last(":DeleteResourcePolicy"), "{calls:?}");
    });
}
