//! AWS's published request rates, per account and region.

use std::borrow::Cow;

use super::operation::Operation;
use super::token_bucket::Rate;

/// What is guessed where AWS publishes nothing, in calls per second; throttling answers correct it.
const GUESS: f64 = 10.0;

const fn published(burst: f64, per_second: f64) -> Rate {
    Rate { burst, per_second, most: per_second }
}

const fn guessed(burst: f64) -> Rate {
    Rate { burst, per_second: GUESS, most: 4.0 * GUESS }
}

/// Returns the bucket that an operation draws from, and its rate. Most operations have one of their own; ECS's and some
/// of EC2's share.
pub(super) fn rate(operation: &Operation) -> (Cow<'static, str>, Rate) {
    let action = operation.action.as_str();
    let own = |rate| (Cow::from(operation.to_string()), rate);
    let shared = |name: &'static str, rate| (Cow::from(name), rate);
    match operation.service {
        "ec2" => ec2(operation),
        "ecs" => match ecs(action) {
            Some((category, rate)) => shared(category, rate),
            None => own(guess(operation)),
        },
        "wafv2" => own(waf(operation)),
        "kms" => own(kms(operation)),
        "acm" => own(acm(operation)),
        // CreateLogGroup, DeleteLogGroup and DescribeLogGroups: 10 a second, raised from 5 after 2023.
        "logs" => own(published(10.0, 10.0)),
        "cloudwatch" => own(cloudwatch(operation)),
        // SQS Developer Guide, "Quotas related to queues".
        "sqs" if ["ListQueueTags", "TagQueue", "UntagQueue"].contains(&action) => {
            shared("sqs:tagging", published(5.0, 5.0))
        }
        // Systems Manager endpoints and quotas: the reads of values together.
        "ssm" if action == "GetParameters" => shared("ssm:values", published(40.0, 40.0)),
        // Service Quotas User Guide, "Service quotas for Service Quotas": ten a second, and ten more in one burst.
        "servicequotas" if action.starts_with("List") => own(published(20.0, 10.0)),
        // SES Developer Guide, "Service quotas in Amazon SES": each action but those that send.
        "ses" => own(published(1.0, 1.0)),
        // Route 53 Developer Guide, "Quotas": all requests of an account together.
        "route53" => shared("route53", published(5.0, 5.0)),
        _ => own(guess(operation)),
    }
}

fn guess(operation: &Operation) -> Rate {
    guessed(if operation.is_read() { 100.0 } else { 20.0 })
}

/// Source: CloudWatch User Guide, "CloudWatch service quotas".
fn cloudwatch(operation: &Operation) -> Rate {
    match operation.action.as_str() {
        "DescribeAlarms" => published(9.0, 9.0),
        // Of the three at once one is left: where a call is late, the next comes early by as much.
        "PutMetricAlarm" | "PutCompositeAlarm" | "DeleteAlarms" => published(2.0, 3.0),
        "ListDashboards" | "GetDashboard" | "PutDashboard" | "DeleteDashboards" => published(10.0, 10.0),
        _ => guess(operation),
    }
}

/// Source: EC2 API Reference, "Request throttling for the Amazon EC2 API".
fn ec2(operation: &Operation) -> (Cow<'static, str>, Rate) {
    let own = |rate| (Cow::from(operation.to_string()), rate);
    match operation.action.as_str() {
        "AuthorizeSecurityGroupIngress" | "RevokeSecurityGroupIngress" => {
            (Cow::from("ec2:security-group-rules"), published(50.0, 5.0))
        }
        "CreateTags" | "DeleteTags" => own(published(100.0, 10.0)),
        "CreateNatGateway" | "DeleteNatGateway" => own(published(10.0, 1.0)),
        "CreateVpcEndpoint" | "ModifyVpcEndpoint" | "DeleteVpcEndpoints" => own(published(4.0, 0.3)),
        _ if operation.is_read() => own(published(100.0, 20.0)),
        _ => own(published(50.0, 5.0)),
    }
}

/// Source: ECS API Reference, "Request throttling"; the operations of one category share a bucket.
fn ecs(action: &str) -> Option<(&'static str, Rate)> {
    Some(match action {
        "DescribeClusters" | "ListClusters" => ("ecs:cluster-read", published(50.0, 20.0)),
        "CreateCluster"
        | "DeleteCluster"
        | "UpdateCluster"
        | "UpdateClusterSettings"
        | "PutClusterCapacityProviders" => ("ecs:cluster-modify", published(20.0, 1.0)),
        "DescribeTaskDefinition" | "ListTaskDefinitions" | "ListTaskDefinitionFamilies" => {
            ("ecs:task-definition-read", published(50.0, 20.0))
        }
        "RegisterTaskDefinition" | "DeregisterTaskDefinition" => ("ecs:task-definition-modify", published(20.0, 1.0)),
        "DeleteTaskDefinitions" => ("ecs:task-definition-delete", published(5.0, 1.0)),
        "DescribeServices" | "ListServices" => ("ecs:service-read", published(100.0, 20.0)),
        "CreateService" | "UpdateService" | "DeleteService" => ("ecs:service-modify", published(50.0, 5.0)),
        "ListTagsForResource" => ("ecs:tag-read", published(50.0, 20.0)),
        _ => return None,
    })
}

/// Source: AWS WAF Developer Guide, "Quotas"; they cannot be raised.
fn waf(operation: &Operation) -> Rate {
    match operation.action.as_str() {
        "GetWebACLForResource" | "ListResourcesForWebACL" => published(1.0, 1.0),
        "AssociateWebACL" | "DisassociateWebACL" => published(1.0, 0.5),
        _ if operation.is_read() => published(5.0, 5.0),
        _ => published(1.0, 1.0),
    }
}

/// Source: ACM User Guide, "Quotas": API rate quotas. What that says of ListCertificates has changed: it is guessed.
fn acm(operation: &Operation) -> Rate {
    match operation.action.as_str() {
        "DeleteCertificate" | "DescribeCertificate" | "ListTagsForCertificate" => published(10.0, 10.0),
        "AddTagsToCertificate" | "RemoveTagsFromCertificate" | "RequestCertificate" | "UpdateCertificateOptions" => {
            published(5.0, 5.0)
        }
        _ => guess(operation),
    }
}

/// Source: KMS Developer Guide, "Request quotas". A second's worth is the burst.
fn kms(operation: &Operation) -> Rate {
    let per_second = match operation.action.as_str() {
        "CreateKey" | "CreateAlias" | "UpdateAlias" | "DeleteAlias" => 5.0,
        "ScheduleKeyDeletion" | "CancelKeyDeletion" => 15.0,
        "DescribeKey" | "ListResourceTags" => 2000.0,
        "GetKeyPolicy" | "GetKeyRotationStatus" => 1000.0,
        "ListAliases" => 500.0,
        _ => return guess(operation),
    };
    published(per_second, per_second)
}
