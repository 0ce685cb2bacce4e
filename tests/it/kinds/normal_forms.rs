//! What AWS answers in another way than it was written: it is one in the type, or a mistake.

use provision::kinds::KINDS;
use provision::resource::AnyKind;
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/acme-production-web";

fn kind(name: &str) -> &'static dyn AnyKind<provision::aws::Aws> {
    *KINDS.iter().find(|kind| kind.facts().kind == name).unwrap()
}

/// A spec of a kind: what it has to have, with some more.
fn spec(name: &str, more: &Value) -> Value {
    let mut spec = match name {
        "AWS::ECS::Service" => {
            json!({ "Cluster": "main", "TaskDefinition": "⟦AWS::ECS::TaskDefinition/web.TaskDefinitionArn⟧" })
        }
        "AWS::ECS::TaskDefinition" => json!({ "ContainerDefinitions": [{ "Name": "web", "Image": "web:1" }] }),
        "AWS::ElastiCache::ReplicationGroup" => json!({
            "ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.small", "SecurityGroupIds": ["sg-1"],
        }),
        "AWS::RDS::DBCluster" => json!({
            "Engine": "aurora-mysql", "ManageMasterUserPassword": true, "MasterUsername": "m", "VpcSecurityGroupIds": ["sg-1"],
        }),
        "AWS::RDS::DBInstance" => json!({
            "Engine": "aurora-mysql", "DBClusterIdentifier": "main", "DBInstanceClass": "db.r6g.large",
        }),
        other => panic!("{other}"),
    };
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    kind(name).normalise(spec).unwrap()
}

fn mistaken(name: &str, more: &Value) -> Vec<String> {
    kind(name).check(&spec(name, more)).into_iter().map(|mistake| mistake.path).collect()
}

#[test]
fn names_that_aws_keeps_in_lower_case_are_the_same_in_capitals() {
    for (name, property) in [
        ("AWS::RDS::DBCluster", "DBSubnetGroupName"),
        ("AWS::RDS::DBCluster", "DBClusterParameterGroupName"),
        ("AWS::RDS::DBInstance", "DBClusterIdentifier"),
        ("AWS::RDS::DBInstance", "DBParameterGroupName"),
        ("AWS::ElastiCache::ReplicationGroup", "CacheSubnetGroupName"),
        ("AWS::ElastiCache::ReplicationGroup", "CacheParameterGroupName"),
    ] {
        let written = |value: &str| spec(name, &json!({ property: value }))[property].clone();
        assert_eq!(written("Data-Main"), "data-main", "{name}/{property}");
    }
    let reference = json!({ "DBSubnetGroupName": "⟦AWS::RDS::DBSubnetGroup/main.DBSubnetGroupName⟧" });
    assert_eq!(spec("AWS::RDS::DBCluster", &reference)["DBSubnetGroupName"], reference["DBSubnetGroupName"]);
}

#[test]
fn what_aws_answers_with_an_arn_is_given_by_it() {
    let (task, service) = ("AWS::ECS::TaskDefinition", "AWS::ECS::Service");
    for property in ["TaskRoleArn", "ExecutionRoleArn"] {
        let mistaken = |value: &str| mistaken(task, &json!({ property: value }));
        assert_eq!(mistaken("web"), [format!("/{property}")]);
        assert_eq!(mistaken("⟦AWS::IAM::Role/web.RoleName⟧"), [format!("/{property}")]);
        for right in ["", ROLE, "⟦AWS::IAM::Role/web.Arn⟧"] {
            assert_eq!(mistaken(right), [""; 0], "{right}");
        }
    }
    for wrong in ["web", "web:3", "arn:aws:ecs:us-east-1:123456789012:task-definition/web"] {
        assert_eq!(mistaken(service, &json!({ "TaskDefinition": wrong })), ["/TaskDefinition"], "{wrong}");
    }
    for right in
        ["arn:aws:ecs:us-east-1:123456789012:task-definition/web:3", "⟦AWS::ECS::TaskDefinition/a.TaskDefinitionArn⟧"]
    {
        assert_eq!(mistaken(service, &json!({ "TaskDefinition": right })), [""; 0], "{right}");
    }
}

#[test]
fn what_aws_forgets_without_the_switch_beside_it_is_a_mistake() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/a";
    for (name, on, property, value) in [
        (
            "AWS::RDS::DBInstance",
            json!({ "EnablePerformanceInsights": true }),
            "PerformanceInsightsKMSKeyId",
            json!(key),
        ),
        (
            "AWS::RDS::DBInstance",
            json!({ "EnablePerformanceInsights": true }),
            "PerformanceInsightsRetentionPeriod",
            json!(7),
        ),
        ("AWS::RDS::DBInstance", json!({ "MonitoringInterval": 60 }), "MonitoringRoleArn", json!(ROLE)),
        (
            "AWS::ElastiCache::ReplicationGroup",
            json!({ "TransitEncryptionEnabled": true }),
            "TransitEncryptionMode",
            json!("preferred"),
        ),
    ] {
        let mut both = on;
        both[property] = value.clone();
        assert_eq!(mistaken(name, &both), [""; 0], "{name}/{property}");
        assert_eq!(mistaken(name, &json!({ property: value })), [format!("/{property}")]);
    }
}
