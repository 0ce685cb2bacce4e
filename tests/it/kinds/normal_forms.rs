//! What AWS gives back in another form than it was written: it is the same in the next plan, or a mistake.

use provision::resource::Difference;
use serde_json::{Value, json};

use crate::kinds::canned_kind::{difference, kind_of};

const ROLE: &str = "arn:aws:iam::123456789012:role/acme-production-web";

fn certificate(domain: &str, others: &[&str]) -> Value {
    json!({ "DomainName": domain, "SubjectAlternativeNames": others })
}

#[test]
fn acm_gives_domains_back_in_lower_case() {
    let kind = "AWS::CertificateManager::Certificate";
    let live = certificate("www.example.com", &["api.example.com", "example.com"]);
    let written = certificate("WWW.Example.com", &["Example.com", "API.example.com"]);
    assert_eq!(difference(kind, &live, &written), Difference::default());
    assert_eq!(difference(kind, &live, &certificate("example.com", &[])).fields.len(), 2);
}

/// The order of keys, actions, principals and conditions, lists of one, and how an account and anybody are called.
#[test]
fn policies_mean_the_same_in_any_spelling() {
    let trust =
        |statement: Value| json!({ "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": statement } });
    let live = trust(json!([{
        "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Principal": { "AWS": ["arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"] },
        "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" }, "Bool": { "a": "true", "b": ["x", "y"] } },
    }]));
    let written = trust(json!({
        "Condition": { "Bool": { "b": ["y", "x"], "a": true }, "IpAddress": { "aws:SourceIp": ["10.0.0.0/8"] } },
        "Principal": { "AWS": ["210987654321", "arn:aws:iam::123456789012:root"] },
        "Action": ["sts:TagSession", "sts:AssumeRole"], "Effect": "Allow",
    }));
    assert_eq!(difference("AWS::IAM::Role", &live, &written), Difference::default());
    let key = |role: &Value| json!({ "KeyPolicy": role["AssumeRolePolicyDocument"] });
    assert_eq!(difference("AWS::KMS::Key", &key(&live), &key(&written)), Difference::default());
    let other = trust(json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": "*" } }]));
    assert_eq!(difference("AWS::IAM::Role", &live, &other).fields.len(), 1);
}

#[test]
fn a_dot_at_the_end_of_a_domain_means_nothing_and_other_letters_than_acms_are_mistakes() {
    let kind = "AWS::CertificateManager::Certificate";
    let live = certificate("www.example.com", &["*.example.com"]);
    assert_eq!(difference(kind, &live, &certificate("www.example.com.", &["*.example.com."])), Difference::default());
    let kind = kind_of(kind);
    let mistakes = |domain: &str, others: &[&str]| {
        let spec = kind.normalise(certificate(domain, others)).unwrap();
        kind.check(&spec).into_iter().map(|mistake| mistake.path).collect::<Vec<_>>()
    };
    assert_eq!(mistakes("xn--mnchen-3ya.example", &["*.a-b.example.com"]), [""; 0]);
    assert_eq!(mistakes("münchen.example", &["a_b.example.com"]), ["/DomainName", "/SubjectAlternativeNames"]);
    assert_eq!(mistakes(&format!("{}.example.com", "a".repeat(60)), &[]), ["/DomainName"], "65 and more are too long");
}

fn web_acl(field: &Value) -> Value {
    let visibility = json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" });
    let bytes = json!({
        "SearchString": "Curl", "FieldToMatch": field, "PositionalConstraint": "CONTAINS",
        "TextTransformations": [{ "Priority": 0, "Type": "NONE" }],
    });
    let not = json!({ "NotStatement": { "Statement": { "ByteMatchStatement": bytes } } });
    json!({
        "Scope": "REGIONAL", "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility,
        "Rules": [{
            "Name": "R", "Priority": 0, "Statement": not, "Action": { "Block": {} }, "VisibilityConfig": visibility,
        }],
    })
}

#[test]
fn waf_gives_the_names_of_headers_and_arguments_back_in_lower_case() {
    for part in ["SingleHeader", "SingleQueryArgument"] {
        let named = |name: &str| web_acl(&json!({ part: { "Name": name } }));
        let differs = |written: &str| difference("AWS::WAFv2::WebACL", &named("user-agent"), &named(written));
        assert_eq!(differs("User-Agent"), Difference::default(), "{part}");
        assert_eq!(differs("Agent").fields.len(), 1, "{part}");
    }
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
    kind_of(name).normalise(spec).unwrap()
}

fn mistaken(name: &str, more: &Value) -> Vec<String> {
    kind_of(name).check(&spec(name, more)).into_iter().map(|mistake| mistake.path).collect()
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
