//! Parameter groups: what RDS would take by itself, and which parameters go together.

use provision::blueprint::Blueprint;
use provision::plan::Action;
use provision::resource::Live;
use serde_json::json;

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{changes, kind_of, settled, xml, xml_tags};
use crate::stacks::local_account::{LocalAccount, on_deep_stack, stack_of, words};

const KIND: &str = "AWS::RDS::DBClusterParameterGroup";
const NAME: &str = "acme-production-main";
const PARAMETERS: &str = "DescribeDBClusterParameters";
const MODIFY: &str = "ModifyDBClusterParameterGroup";
const RESET: &str = "ResetDBClusterParameterGroup";

/// Parameters as RDS tells them: the name, the value and whose value it is.
fn parameters(all: &[(&str, &str, &str)]) -> String {
    let one = |(name, value, source): &(&str, &str, &str)| {
        format!(
            "<Parameter><ParameterName>{name}</ParameterName><ParameterValue>{value}</ParameterValue><Source>{source}</Source>\
             </Parameter>"
        )
    };
    xml(PARAMETERS, &format!("<Parameters>{}</Parameters>", all.iter().map(one).collect::<String>()))
}

async fn live(told: &[(&str, &str, &str)]) -> Live {
    let tags = format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"));
    let tags = xml("ListTagsForResource", &tags);
    let group = format!(
        "<DBClusterParameterGroups><DBClusterParameterGroup><DBClusterParameterGroupName>{NAME}</DBClusterParameterGroupName>\
         <DBClusterParameterGroupArn>arn:aws:rds:us-east-1:123456789012:cluster-pg:{NAME}</DBClusterParameterGroupArn>\
         <Description>d</Description><DBParameterGroupFamily>aurora-mysql8.0</DBParameterGroupFamily>\
         </DBClusterParameterGroup></DBClusterParameterGroups>"
    );
    let groups = xml("DescribeDBClusterParameterGroups", &group);
    let told = parameters(told);
    let aws = Canned::by_operation(&[
        ("DescribeDBClusterParameterGroups", 200, &groups),
        ("ListTagsForResource", 200, &tags),
        (PARAMETERS, 200, &told),
    ]);
    aws.live(kind_of(KIND)).await
}

#[tokio::test(start_paused = true)]
async fn what_is_the_engines_default_or_rdss_own_is_in_force_and_not_set() {
    let told = [("a", "ON", "user"), ("b", "ROW", "engine-default"), ("c", "x", "system")];
    let live = live(&told).await;
    assert_eq!(live.spec["Parameters"], json!({ "a": "1" }));
    assert_eq!(live.in_force, Some(json!({ "Parameters": { "b": "ROW", "c": "x" } })));
}

/// Sets `wanted` on a group that has `had`; returns the calls that were sent.
async fn change(had: &[(&str, &str, &str)], wanted: &[(&str, &str)]) -> Vec<String> {
    let live = live(had).await;
    let (told, modified, reset) = (parameters(had), xml(MODIFY, ""), xml(RESET, ""));
    let mut answers = vec![(PARAMETERS, 200, &*told); 2];
    answers.extend(vec![(MODIFY, 200, &*modified); 9]);
    answers.extend(vec![(RESET, 200, &*reset); 9]);
    let aws = Canned::by_operation(&answers);
    let values: serde_json::Map<_, _> = wanted.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let spec = settled(kind_of(KIND), json!({ "Description": "d", "Family": "aurora-mysql8.0", "Parameters": values }));
    let writer = aws.writer(KIND, &[NAME], &[]).await;
    kind_of(KIND).update(&writer, &live, &spec, &changes(&["/Parameters"])).await.unwrap();
    aws.asked().into_iter().filter(|asked| asked.contains(MODIFY) || asked.contains(RESET)).collect()
}

#[tokio::test(start_paused = true)]
async fn parameters_that_belong_together_go_in_one_call() {
    // Nineteen before the first of the pair in order of their names: twenty go at a time.
    let names: Vec<_> = (10..29).map(|number| format!("a{number}")).collect();
    let mut wanted: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
    wanted.extend([("character_set_server", "utf8mb4"), ("collation_server", "utf8mb4_bin"), ("z", "1")]);
    let sent = change(&[], &wanted).await;
    assert_eq!(sent.len(), 2, "{sent:#?}");
    let of = |name: &str| sent.iter().position(|call| call.contains(&format!("={name}&"))).unwrap();
    assert_eq!(of("character_set_server"), of("collation_server"), "{sent:#?}");
    let in_all: usize = sent.iter().map(|call| call.matches("ParameterName=").count()).sum();
    assert_eq!(in_all, wanted.len());
    assert!(sent.iter().all(|call| call.matches("ParameterName=").count() <= 20));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_wanted_is_reset_before_the_rest_is_set() {
    let had = [("character_set_server", "latin1", "user"), ("collation_server", "latin1_bin", "user")];
    let sent = change(&had, &[("character_set_server", "utf8mb4")]).await;
    assert!(sent.len() == 2 && sent[0].contains(RESET) && sent[1].contains(MODIFY), "{sent:#?}");
    assert!(sent[0].contains("=collation_server") && !sent[0].contains("character_set_server"), "{}", sent[0]);
}

const GROUP: &str = "
  - type: AWS::RDS::DBClusterParameterGroup
    name: main
    properties:
      Description: data
      Family: aurora-postgresql16
      Parameters: { log_statement: none, work_mem: 8192 }
";

const DATABASE: &str = "
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: data
    properties: { GroupDescription: data, VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::RDS::DBCluster
    name: main
    properties:
      Engine: aurora-postgresql
      EngineVersion: '16.4'
      VpcSecurityGroupIds: [\"{{ ref('AWS::EC2::SecurityGroup/data') }}\"]
      MasterUsername: master
      ManageMasterUserPassword: true
";

fn stack(account: &str, resources: &str) -> Blueprint {
    stack_of("ledger", account, &format!("resources:\n{resources}"))
}

#[test]
fn a_value_that_is_the_engines_default_is_no_difference_for_ever() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000140").await;
        let wanted = stack("300000000140", GROUP);
        local.apply(&wanted).await.unwrap_or_else(|why| panic!("{why}"));
        let plan = local.plan(&wanted).await;
        assert!(plan.is_empty(), "{}", words(&plan));
    });
}

#[test]
fn a_group_that_the_yaml_drops_stays_with_the_cluster_that_has_it() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000141").await;
        let reference = "      DBClusterParameterGroupName: \"{{ ref('AWS::RDS::DBClusterParameterGroup/main') }}\"\n";
        let both = stack("300000000141", &[GROUP, DATABASE, reference].concat());
        local.apply(&both).await.unwrap_or_else(|why| panic!("{why}"));
        let dropped = stack("300000000141", DATABASE);
        let plan = local.plan(&dropped).await;
        let said: Vec<_> = plan.changes.iter().filter(|change| change.action == Action::Blocked).collect();
        assert_eq!(said.len(), 1, "{}", words(&plan));
        assert_eq!(said[0].notes, ["AWS::RDS::DBCluster/main still uses it"]);
        // The engine's own group is named to let go of it.
        let own =
            reference.replace("\"{{ ref('AWS::RDS::DBClusterParameterGroup/main') }}\"", "default.aurora-postgresql16");
        let own = stack("300000000141", &[DATABASE, &own].concat());
        local.apply(&own).await.unwrap_or_else(|why| panic!("{why}"));
        let rds = aws_sdk_rds::Client::new(&local.by_hand().await);
        let left = rds.describe_db_cluster_parameter_groups().send().await.expect("groups");
        let names: Vec<_> =
            left.db_cluster_parameter_groups().iter().filter_map(|one| one.db_cluster_parameter_group_name()).collect();
        assert!(names.iter().all(|name| name.starts_with("default.")), "{names:?}");
    });
}
