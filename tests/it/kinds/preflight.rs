//! What AWS would refuse is asked before anything is made, once for all who want to know, and never holds up what may not
//! be asked.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use provision::aws::{Aws, Reader};
use provision::blueprint::Blueprint;
use provision::inventory::{
    Inventory, ListOutcome, Services, Source, StackListing, Surveyed, Things, Wanted, preflight,
};
use provision::kinds::KINDS;
use provision::plan::{Mode, StackPlan};
use provision::resource::{Address, Result, Scope, StackId};

use crate::aws::canned::Canned;
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, plan_with, words};

const CLUSTER: &str = "AWS::RDS::DBCluster";
const TEMPLATE: &str = "
resources:
  - type: AWS::RDS::DBClusterParameterGroup
    name: main
    properties:
      Description: settings
      Family: aurora-postgresql16
      Parameters: { PARAMETER: \"1\" }
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: 'VERSION'
      DBSubnetGroupName: data
      VpcSecurityGroupIds: [sg-1]
      MasterUsername: master
      ManageMasterUserPassword: true
  - type: AWS::RDS::DBInstance
    name: main-1
    properties: { DBClusterIdentifier: \"{{ ref('AWS::RDS::DBCluster/main') }}\", Engine: aurora-postgresql, DBInstanceClass: CLASS }
  - type: AWS::ElastiCache::ReplicationGroup
    name: main
    properties: { ReplicationGroupDescription: x, Engine: valkey, EngineVersion: 'CACHE', CacheNodeType: cache.t4g.small, CacheSubnetGroupName: data, SecurityGroupIds: [sg-1], AutomaticFailoverEnabled: false }
";

/// Two stacks of one account.
fn stacks(account: &str, version: &str, class: &str, parameter: &str, cache: &str) -> Vec<Blueprint> {
    let tenant = format!(
        "tenant: ledger\ntemplate: own\naccount: \"{account}\"\nenvironments: {{ production: {{ region: us-east-1 }}, test: {{ region: us-east-1 }} }}\n"
    );
    let template = TEMPLATE.replace("VERSION", version).replace("CLASS", class);
    let template = template.replace("PARAMETER", parameter).replace("CACHE", cache);
    blueprints(&[("ledger.yaml", &tenant)], &[("own.yaml", &template)]).unwrap_or_else(|why| panic!("{why}"))
}

/// What is known of stacks of which nothing is there.
pub fn nothing_there(stacks: &[Blueprint]) -> BTreeMap<StackId, Inventory> {
    let read = || {
        let seen = |kind: &str| (("us-east-1".to_owned(), kind.to_owned()), ListOutcome::Read(StackListing::default()));
        let kinds = KINDS.iter().map(|kind| seen(kind.facts().kind)).collect();
        Inventory { kinds, ..Inventory::default() }
    };
    stacks.iter().map(|blueprint| (blueprint.stack.id.clone(), read())).collect()
}

async fn ask(source: &dyn Source<Aws>, stacks: &[Blueprint], inventories: &mut BTreeMap<StackId, Inventory>) {
    let wanted: Vec<_> = stacks
        .iter()
        .flat_map(|blueprint| blueprint.resources.values().map(move |resource| (blueprint, resource)))
        .map(|(blueprint, resource)| Wanted {
            stack: &blueprint.stack.id,
            address: &resource.address,
            region: &resource.region,
            spec: &resource.spec,
        })
        .collect();
    preflight(KINDS, source, &wanted, inventories).await;
}

/// Reads canned answers.
struct CannedSource(Canned);

impl Source<Aws> for CannedSource {
    fn reader<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Reader>> {
        Box::pin(async move {
            let asks: Vec<_> = KINDS.iter().flat_map(|kind| kind.facts().preflight_reads).copied().collect();
            Ok(self.0.session(&asks).await.reader())
        })
    }

    fn services<'a>(&'a self, _: &'a Reader, _: &'a Scope) -> BoxFuture<'a, Result<Services>> {
        Box::pin(async { Ok(Services::new()) })
    }

    fn survey<'a>(&'a self, _: &'a Reader, _: &'a Things) -> BoxFuture<'a, Result<Surveyed>> {
        Box::pin(async { Ok(Surveyed::default()) })
    }
}

fn plan_of(blueprint: &Blueprint, inventories: &BTreeMap<StackId, Inventory>) -> StackPlan {
    plan_with(blueprint, &inventories[&blueprint.stack.id], Mode::Apply)
}

#[test]
fn what_aws_does_not_offer_is_blocked_with_the_line_before_anything_is_made() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000093").await;
        let good = stacks(&local.account, "16.11", "db.r7g.large", "work_mem", "8.1");
        let mut inventories = nothing_there(&good);
        ask(&local.source(), &good, &mut inventories).await;
        let told: Vec<_> = inventories.values().flat_map(|one| one.refused.values().flatten()).collect();
        assert!(told.is_empty(), "{told:?}");
        assert!(inventories.values().all(|one| one.unchecked.is_empty()), "{inventories:?}");
        let calls = local.calls().await;
        let versions = calls.iter().filter(|call| *call == "rds:DescribeDBEngineVersions").count();
        assert_eq!(versions, 1, "once for both stacks: {calls:?}");

        let bad = stacks(&local.account, "16.99", "db.missing.large", "work_mem", "8.9");
        let mut inventories = nothing_there(&bad);
        ask(&local.source(), &bad, &mut inventories).await;
        let plan = plan_of(&bad[0], &inventories);
        let text = words(&plan);
        assert!(
            text.contains("EngineVersion: AWS offers no aurora-postgresql 16.99 in us-east-1; there is "),
            "{text}"
        );
        assert!(text.contains("RDS offers no db.missing.large for aurora-postgresql"), "{text}");
        assert!(text.contains("AWS offers no valkey 8.9"), "{text}");
        assert!(text.contains("own.yaml:13"), "the version's line: {text}");
        assert_eq!(plan.summary().blocked, 3, "{text}");
    });
}

#[tokio::test]
async fn a_parameter_that_is_in_no_family_or_can_not_be_changed_is_told() {
    let parameter = |name: &str, is_modifiable: bool| {
        format!(
            "<Parameter><ParameterName>{name}</ParameterName><IsModifiable>{is_modifiable}</IsModifiable></Parameter>"
        )
    };
    let page = |parameters: &str, marker: &str| {
        format!(
            "<DescribeEngineDefaultClusterParametersResponse><DescribeEngineDefaultClusterParametersResult><EngineDefaults>{marker}<Parameters>{parameters}</Parameters>\
             </EngineDefaults></DescribeEngineDefaultClusterParametersResult></DescribeEngineDefaultClusterParametersResponse>"
        )
    };
    for (name, what) in [
        ("work_mem", None),
        ("Work-Mem", Some("there is no parameter `Work-Mem` in the family aurora-postgresql16; there is `work_mem`")),
        ("port", Some("`port` of aurora-postgresql16 can't be changed")),
    ] {
        let first = page(&parameter("port", false), "<Marker>next</Marker>");
        let second = page(&parameter("work_mem", true), "");
        let operation = "DescribeEngineDefaultClusterParameters";
        let source = CannedSource(Canned::by_operation(&[(operation, 200, &first), (operation, 200, &second)]));
        let all = stacks("123456789012", "16.11", "db.r7g.large", name, "8.1");
        let mut inventories = nothing_there(&all);
        ask(&source, &all[..1], &mut inventories).await;
        let group = Address::new("AWS::RDS::DBClusterParameterGroup", "main");
        let told = inventories[&all[0].stack.id].refused.get(&group).map(|all| all[0].why.clone());
        assert_eq!(told.as_deref(), what, "{:?}", inventories[&all[0].stack.id].unchecked);
    }
}

#[tokio::test]
async fn what_may_not_be_asked_is_told_and_blocks_nothing() {
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let all = stacks("123456789012", "16.99", "db.r7g.large", "work_mem", "8.1");
    let refused: Vec<_> = [
        "DescribeDBEngineVersions",
        "DescribeOrderableDBInstanceOptions",
        "DescribeEngineDefaultClusterParameters",
        "DescribeCacheEngineVersions",
    ]
    .map(|operation| (operation, 403, denied))
    .into();
    let source = CannedSource(Canned::by_operation(&refused));
    let mut inventories = nothing_there(&all);
    ask(&source, &all, &mut inventories).await;
    let plan = plan_of(&all[0], &inventories);
    assert_eq!(plan.summary().blocked, 0, "{}", words(&plan));
    let told: Vec<_> = plan.warnings.iter().map(|warning| warning.what.as_str()).collect();
    let cluster = told.iter().find(|text| text.contains(CLUSTER)).unwrap_or_else(|| panic!("{told:?}"));
    assert!(
        cluster.starts_with("not checked whether AWS offers what AWS::RDS::DBCluster asks for: it may not be asked"),
        "{cluster}"
    );
}

/// Of what is not known nothing is made.
#[tokio::test]
async fn what_could_not_be_listed_is_not_asked_about() {
    let all = stacks("123456789012", "16.99", "db.r7g.large", "work_mem", "8.1");
    let source = CannedSource(Canned::empty());
    let mut inventories = nothing_there(&all);
    for inventory in inventories.values_mut() {
        inventory.kinds.retain(|(_, kind), _| kind != CLUSTER);
    }
    ask(&source, &all, &mut inventories).await;
    assert!(!source.0.asked().iter().any(|asked| asked.contains("DescribeDBEngineVersions")), "{:?}", source.0.asked());
    let refused = inventories.values().flat_map(|one| one.refused.keys()).collect::<Vec<_>>();
    assert!(!refused.contains(&&Address::new(CLUSTER, "main")), "{refused:?}");
}

const TASK: &str = "
resources:
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ExecutionRoleArn: arn:aws:iam::300000000096:role/pull
      ContainerDefinitions: [{ Name: web, Image: 'IMAGE' }]
";

#[test]
fn an_image_that_ecr_has_not_is_told_before_anything_is_made() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000096").await;
        let tenant = format!(
            "tenant: ledger\ntemplate: own\naccount: \"{}\"\nenvironments: {{ test: {{ region: us-east-1 }} }}\n",
            local.account
        );
        for (image, expected) in [
            ("300000000096.dkr.ecr.us-east-1.amazonaws.com/shop:42", None),
            ("300000000096.dkr.ecr.us-east-1.amazonaws.com/shop:missing", Some("has no image :missing: push it first")),
            ("300000000096.dkr.ecr.us-east-1.amazonaws.com/missing/shop", Some("has no repository missing/shop")),
            // Fetched at the first pull.
            ("300000000096.dkr.ecr.us-east-1.amazonaws.com/docker-hub/missing/nginx:1", None),
            // Not asked about: another region's, another account's, another registry's.
            ("300000000096.dkr.ecr.eu-west-1.amazonaws.com/missing/shop", None),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com/missing/shop", None),
            ("public.ecr.aws/missing/shop:1", None),
        ] {
            let template = TASK.replace("IMAGE", image);
            let all = blueprints(&[("ledger.yaml", &tenant)], &[("own.yaml", &template)]);
            let all = all.unwrap_or_else(|why| panic!("{why}"));
            let mut inventories = nothing_there(&all);
            ask(&local.source(), &all, &mut inventories).await;
            let plan = plan_of(&all[0], &inventories);
            let text = words(&plan);
            assert_eq!(plan.summary().blocked, usize::from(expected.is_some()), "{image}: {text}");
            assert!(text.contains(expected.unwrap_or("1 to create")), "{image}: {text}");
            assert!(inventories.values().all(|one| one.unchecked.is_empty()), "{image}: {inventories:?}");
        }
        let asked = local.calls().await.iter().filter(|call| *call == "ecr:DescribeImages").count();
        assert_eq!(asked, 4);
    });
}
