//! Proxies of databases: where they lead is set when they are ready, and before anybody uses them.

use std::collections::BTreeSet;

use provision::inventory::{Inventory, ListOutcome, StackListing};
use provision::kinds::KINDS;
use provision::plan::{Mode, StackPlan, StepId, Verb};
use provision::resource::{Address, Changes, FieldDiff, Settled};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, xml, xml_tags};
use crate::stacks::local_account::{blueprints, plan_with};

const KIND: &str = "AWS::RDS::DBProxy";
const NAME: &str = "acme-production-main";

const TENANT: &str = "
tenant: acme
template: modyo
account: \"123456789012\"
environments:
  production:
    region: us-east-1
    cidr: 10.20.0.0/16
    databases:
      main: { engine: mysql, version: 8.0.mysql_aurora.3.08.0, proxy: {} }
    services:
      shop: { image: shop, databases: [main] }
";

#[test]
fn a_proxy_leads_to_its_database_before_anybody_uses_it() {
    let blueprint = blueprints(&[("acme.yaml", TENANT)], &[]).expect("a stack").remove(0);
    let seen = |kind: &str| (("us-east-1".to_owned(), kind.to_owned()), ListOutcome::Read(StackListing::default()));
    let kinds = KINDS.iter().map(|kind| seen(kind.facts().kind)).collect();
    let plan = plan_with(&blueprint, &Inventory { kinds, ..Inventory::default() }, Mode::Apply);
    let step = |kind: &str, name: &str, verb| StepId::new(&Address::new(kind, name), verb, "");
    let (created, led) = (step(KIND, "main", Verb::Create), step(KIND, "main", Verb::Update));
    let fields: Vec<_> = plan.steps[&led].desired.iter().flat_map(|desired| &desired.fields).collect();
    assert!(fields.len() == 1 && fields[0].path == "/TargetGroup", "{fields:#?}");
    assert!(plan.steps[&created].desired.as_ref().is_none_or(|desired| desired.spec.get("TargetGroup").is_none()));
    assert!(before(&plan, &led).contains(&created));
    assert!(before(&plan, &led).contains(&step("AWS::RDS::DBInstance", "main-1", Verb::Create)));
    assert!(before(&plan, &step("AWS::ECS::TaskDefinition", "shop", Verb::Create)).contains(&led));
}

/// All steps that another waits for.
fn before(plan: &StackPlan, step: &StepId) -> BTreeSet<StepId> {
    let (mut open, mut all) = (vec![step.clone()], BTreeSet::new());
    while let Some(next) = open.pop() {
        for id in &plan.steps[&next].after {
            if all.insert(id.clone()) {
                open.push(id.clone());
            }
        }
    }
    all
}

/// RDS with one proxy that leads to the cluster `old`, and takes any change.
fn rds(query: &str) -> Canned {
    let proxy = format!(
        "<member><DBProxyName>{NAME}</DBProxyName><DBProxyArn>arn:aws:rds:us-east-1:123456789012:db-proxy:prx-1</DBProxyArn>\
         <Status>available</Status><EngineFamily>MYSQL</EngineFamily></member>"
    );
    let pool = format!("<MaxConnectionsPercent>80</MaxConnectionsPercent><InitQuery>{query}</InitQuery>");
    let group =
        format!("<TargetGroupName>default</TargetGroupName><ConnectionPoolConfig>{pool}</ConnectionPoolConfig>");
    let target = "<member><Type>TRACKED_CLUSTER</Type><RdsResourceId>old</RdsResourceId></member>";
    let tags = format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"));
    let answers = [
        ("DescribeDBProxies", format!("<DBProxies>{proxy}</DBProxies>")),
        ("ListTagsForResource", tags),
        ("DescribeDBProxyTargetGroups", format!("<TargetGroups><member>{group}</member></TargetGroups>")),
        ("DescribeDBProxyTargets", format!("<Targets>{target}</Targets>")),
        ("DescribeDBProxyEndpoints", String::new()),
        ("ModifyDBProxy", String::new()),
        ("ModifyDBProxyTargetGroup", String::new()),
        ("DeregisterDBProxyTargets", String::new()),
        ("RegisterDBProxyTargets", String::new()),
    ]
    .map(|(operation, result)| (operation, xml(operation, &result)));
    Canned::by_operation(&answers.each_ref().map(|(operation, answer)| (*operation, 200, answer.as_str())))
}

/// Changes these properties; returns the changing calls that were sent.
async fn change(aws: &Canned, wanted: &[(&str, Value)]) -> Vec<String> {
    let live = aws.live(kind_of(KIND)).await;
    let mut spec = live.spec.clone();
    let fields = wanted.iter().map(|(path, value)| {
        *spec.pointer_mut(path).expect("a property") = value.clone();
        FieldDiff { path: (*path).into(), before: None, after: Some(value.clone()) }
    });
    let changes = Changes::new(fields.collect());
    let writer = aws.writer(KIND, &[NAME], &["old", "new"]).await;
    kind_of(KIND).update(&writer, &live, &Settled::new(spec).unwrap(), &changes).await.unwrap();
    let reads = [" Describe", " List", " GetResources"];
    aws.asked().into_iter().filter(|asked| reads.iter().all(|read| !asked.contains(read))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_query_that_is_taken_out_is_sent_as_an_empty_one() {
    let query = "/TargetGroup/ConnectionPoolConfigurationInfo/InitQuery";
    let sent = change(&rds("SET x=1"), &[(query, json!(""))]).await;
    assert_eq!(sent.len(), 1, "{sent:#?}");
    assert!(sent[0].contains("ConnectionPoolConfig.InitQuery=&") || sent[0].ends_with("InitQuery="), "{}", sent[0]);
    let most = "/TargetGroup/ConnectionPoolConfigurationInfo/MaxConnectionsPercent";
    let sent = change(&rds(""), &[(most, json!(50))]).await;
    assert!(!sent[0].contains("InitQuery"), "where there never was one: {}", sent[0]);
    assert!(sent[0].contains("MaxIdleConnectionsPercent=40"), "the whole pool is sent: {}", sent[0]);
}

#[tokio::test(start_paused = true)]
async fn a_proxy_lets_go_of_its_target_before_it_takes_another_and_of_nothing_else() {
    let sent = change(&rds(""), &[("/TargetGroup/DBClusterIdentifiers", json!(["new"]))]).await;
    let operations: Vec<_> = sent.iter().filter_map(|asked| asked.split(' ').nth(2)).collect();
    assert_eq!(operations, ["DeregisterDBProxyTargets", "RegisterDBProxyTargets"], "{sent:#?}");
    assert!(sent[0].contains("member.1=old") && sent[1].contains("member.1=new"), "{sent:#?}");
}

#[tokio::test(start_paused = true)]
async fn the_proxy_itself_changes_before_its_target_and_only_what_differs_is_sent() {
    let both = [("/IdleClientTimeout", json!(60)), ("/TargetGroup/DBClusterIdentifiers", json!(["new"]))];
    let sent = change(&rds(""), &both).await;
    assert!(sent.len() == 1 && sent[0].contains(" ModifyDBProxy "), "one change at a time: {sent:#?}");
    assert!(sent[0].contains("IdleClientTimeout=60") && !sent[0].contains("RequireTLS"), "{}", sent[0]);
}
