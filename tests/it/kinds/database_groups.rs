//! Parameter groups that go with a major version: sent with it, or left to it while it is pending.

use provision::resource::{Changes, FieldDiff, Settled, keyed};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{kind_of, xml, xml_tags};

const CLUSTER: &str = "AWS::RDS::DBCluster";
const INSTANCE: &str = "AWS::RDS::DBInstance";
const NAME: &str = "acme-production-main";

/// A cluster of 16.4, of which this is pending.
fn cluster(pending: &str) -> String {
    format!(
        "<DBCluster><DBClusterIdentifier>{NAME}</DBClusterIdentifier><Engine>aurora-postgresql</Engine>\
         <EngineVersion>16.4</EngineVersion><Status>available</Status>\
         <PendingModifiedValues>{pending}</PendingModifiedValues><TagList>{}</TagList></DBCluster>",
        xml_tags("Tag", "Key", "Value")
    )
}

fn instance() -> String {
    format!(
        "<DBInstance><DBInstanceIdentifier>{NAME}</DBInstanceIdentifier><DBClusterIdentifier>{NAME}</DBClusterIdentifier>\
         <Engine>aurora-postgresql</Engine><DBInstanceStatus>available</DBInstanceStatus>\
         <DBParameterGroups><DBParameterGroup><DBParameterGroupName>old</DBParameterGroupName></DBParameterGroup>\
         </DBParameterGroups><TagList>{}</TagList></DBInstance>",
        xml_tags("Tag", "Key", "Value")
    )
}

/// RDS with one cluster and one instance, which takes any change.
fn rds(pending: &str) -> Canned {
    let clusters = xml("DescribeDBClusters", &format!("<DBClusters>{}</DBClusters>", cluster(pending)));
    let instances = xml("DescribeDBInstances", &format!("<DBInstances>{}</DBInstances>", instance()));
    let modified = xml("ModifyDBCluster", &cluster(pending));
    let changed = xml("ModifyDBInstance", &instance());
    Canned::by_operation(&[
        ("DescribeDBClusters", 200, clusters.as_str()),
        ("DescribeDBClusters", 200, clusters.as_str()),
        ("DescribeDBInstances", 200, instances.as_str()),
        ("ModifyDBCluster", 200, modified.as_str()),
        ("ModifyDBInstance", 200, changed.as_str()),
    ])
}

/// Changes these properties in the maintenance window; returns the Modify calls that were sent.
async fn change(aws: &Canned, name: &str, wanted: &[(&str, Value)]) -> Vec<String> {
    let live = aws.live(kind_of(name)).await;
    let mut spec = live.spec.clone();
    keyed::set(kind_of(name).facts(), &mut spec, "/ApplyImmediately", Some(&json!(false)));
    let fields = wanted.iter().map(|(path, value)| {
        keyed::set(kind_of(name).facts(), &mut spec, path, Some(value));
        FieldDiff { path: (*path).into(), before: None, after: Some(value.clone()) }
    });
    let changes = Changes::new(fields.collect());
    let writer = aws.writer(name, &[NAME], &[]).await;
    kind_of(name).update(&writer, &live, &Settled::new(spec).unwrap(), &changes).await.unwrap();
    aws.asked().into_iter().filter(|asked| asked.contains(" Modify")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_major_version_takes_the_instances_parameter_group_along_in_one_call() {
    let group = ("/DBInstanceParameterGroupName", json!("new"));
    let sent = change(&rds(""), CLUSTER, &[("/EngineVersion", json!("17.2")), group.clone()]).await;
    assert_eq!(sent.len(), 1, "{sent:#?}");
    for part in ["EngineVersion=17.2", "DBInstanceParameterGroupName=new", "AllowMajorVersionUpgrade=true"] {
        assert!(sent[0].contains(part), "{part}: {}", sent[0]);
    }
    // RDS takes it with a major version only.
    let sent = change(&rds(""), CLUSTER, &[("/EngineVersion", json!("16.6")), group.clone()]).await;
    assert!(sent[0].contains("EngineVersion=16.6"), "{sent:#?}");
    for part in ["DBInstanceParameterGroupName", "AllowMajorVersionUpgrade"] {
        assert!(!sent[0].contains(part), "{part}: {}", sent[0]);
    }
    assert_eq!(change(&rds(""), CLUSTER, &[group]).await, [""; 0], "alone it is no change");
}

#[tokio::test(start_paused = true)]
async fn an_instance_leaves_its_parameter_group_to_the_upgrade_that_is_pending() {
    let (group, tier) = (("/DBParameterGroupName", json!("new")), ("/PromotionTier", json!(3)));
    let major = "<EngineVersion>17.2</EngineVersion>";
    assert_eq!(change(&rds(major), INSTANCE, std::slice::from_ref(&group)).await, [""; 0]);
    let sent = change(&rds(major), INSTANCE, &[group.clone(), tier]).await;
    assert!(sent.len() == 1 && sent[0].contains("PromotionTier=3"), "the rest goes on: {sent:#?}");
    assert!(!sent[0].contains("DBParameterGroupName"), "{}", sent[0]);
    for pending in ["", "<EngineVersion>16.6</EngineVersion>"] {
        let sent = change(&rds(pending), INSTANCE, std::slice::from_ref(&group)).await;
        assert!(sent.len() == 1 && sent[0].contains("DBParameterGroupName=new"), "{pending}: {sent:#?}");
    }
}
