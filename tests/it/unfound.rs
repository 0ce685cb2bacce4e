//! A detail that is not found of what a list has just shown: the thing is unknown, and not absent.

use provision::kinds::KINDS;
use provision::resource::{AnyListing, Result};
use serde_json::{Value, json};

use crate::canned::{Canned, scope};

type Answer = (&'static str, u16, String);

async fn list(kind: &str, answers: &[Answer]) -> Result<AnyListing> {
    let all: Vec<_> = answers.iter().map(|(operation, status, body)| (*operation, *status, body.as_str())).collect();
    let known = KINDS.iter().find(|one| one.facts().kind == kind).unwrap();
    let session = Canned::by_operation(&all).session(known.permissions().read).await;
    known.list(&session.reader(), &scope()).await
}

/// Our tags, with these names for key and value.
fn tags(key: &str, value: &str) -> Value {
    let all = [("project", "p"), ("tenant", "acme"), ("environment", "production"), ("name", "main")];
    all.map(|(name, text)| json!({ key: format!("provision:{name}"), value: text })).into_iter().collect()
}

fn xml_tags(element: &str, key: &str, value: &str) -> String {
    let all = [("project", "p"), ("tenant", "acme"), ("environment", "production"), ("name", "main")];
    let one = |(name, text): &(&str, &str)| {
        format!("<{element}><{key}>provision:{name}</{key}><{value}>{text}</{value}></{element}>")
    };
    all.iter().map(one).collect()
}

fn wrapped(operation: &str, inner: &str) -> String {
    format!("<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>")
}

fn refused(code: &str) -> String {
    json!({ "__type": code, "message": "not found" }).to_string()
}

fn refused_xml(code: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>not found</Message></Error></ErrorResponse>")
}

/// A kind, and answers of AWS to its list.
fn cases() -> Vec<(&'static str, Vec<Answer>)> {
    let json = |value: Value| value.to_string();
    let key = || json(json!({ "Aliases": [{ "AliasName": "alias/acme-production-main", "TargetKeyId": "k1" }] }));
    let balancer = "<LoadBalancers><member><LoadBalancerArn>arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1\
                    </LoadBalancerArn><LoadBalancerName>acme-production-main</LoadBalancerName></member></LoadBalancers>";
    let group = "<TargetGroups><member><TargetGroupArn>arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1\
                 </TargetGroupArn><TargetGroupName>acme-production-main</TargetGroupName></member></TargetGroups>";
    let missing = "LoadBalancerNotFound";
    let set = json!({ "Name": "acme-production-main", "Id": "1", "ARN": "arn:aws:wafv2:us-east-1:123456789012:regional/ipset/a/1" });
    let owned = json!({ "TagInfoForResource": { "ResourceARN": "a", "TagList": tags("Key", "Value") } });
    let log = json(json!({ "logGroups": [{
        "logGroupName": "acme-production-main", "arn": "arn:aws:logs:us-east-1:123456789012:log-group:acme-production-main:*",
    }] }));
    let vpc = format!(
        "<vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><tagSet>{}</tagSet>",
        xml_tags("item", "key", "value")
    );
    let role = format!(
        "<RoleDetailList><member><RoleName>acme-production-main</RoleName><Arn>arn:aws:iam::123456789012:role/acme-production-main</Arn>\
         <Tags>{}</Tags></member></RoleDetailList>",
        xml_tags("member", "Key", "Value")
    );
    vec![
        (
            "AWS::KMS::Key",
            vec![
                ("ListAliases", 200, key()),
                ("ListResourceTags", 200, json(json!({ "Tags": tags("TagKey", "TagValue") }))),
                ("DescribeKey", 200, json(json!({ "KeyMetadata": { "KeyId": "k1", "Enabled": true, "KeyState": "Enabled" } }))),
                ("GetKeyPolicy", 400, refused("NotFoundException")),
            ],
        ),
        ("AWS::KMS::Key", vec![("ListAliases", 200, key()), ("ListResourceTags", 400, refused("NotFoundException"))]),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            vec![
                ("DescribeLoadBalancers", 200, wrapped("DescribeLoadBalancers", balancer)),
                ("DescribeTags", 400, refused_xml(missing)),
                ("DescribeTags", 400, refused_xml(missing)),
            ],
        ),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            vec![
                ("DescribeLoadBalancers", 200, wrapped("DescribeLoadBalancers", balancer)),
                ("DescribeTags", 400, refused_xml(missing)),
                ("DescribeTags", 400, refused_xml(missing)),
            ],
        ),
        (
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            vec![
                ("DescribeTargetGroups", 200, wrapped("DescribeTargetGroups", group)),
                ("DescribeTags", 400, refused_xml("TargetGroupNotFound")),
                ("DescribeTags", 400, refused_xml("TargetGroupNotFound")),
            ],
        ),
        (
            "AWS::WAFv2::IPSet",
            vec![
                ("ListIPSets", 200, json(json!({ "IPSets": [set] }))),
                ("ListTagsForResource", 200, json(owned)),
                ("GetIPSet", 400, refused("WAFNonexistentItemException")),
            ],
        ),
        (
            "AWS::Logs::LogGroup",
            vec![
                ("DescribeLogGroups", 200, log.clone()),
                ("DescribeLogGroups", 200, log),
                ("ListTagsForResource", 400, refused("ResourceNotFoundException")),
            ],
        ),
        (
            "AWS::CertificateManager::Certificate",
            vec![
                ("ListCertificates", 200, json(json!({ "CertificateSummaryList": [{
                    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a", "CreatedAt": 1.0,
                }] }))),
                ("ListTagsForCertificate", 400, refused("ResourceNotFoundException")),
            ],
        ),
        (
            "AWS::EC2::VPC",
            vec![
                ("DescribeVpcs", 200, format!("<DescribeVpcsResponse><vpcSet><item>{vpc}</item></vpcSet></DescribeVpcsResponse>")),
                (
                    "DescribeVpcAttribute",
                    400,
                    "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>no</Message></Error></Errors></Response>"
                        .to_owned(),
                ),
            ],
        ),
        (
            "AWS::IAM::Role",
            vec![("GetAccountAuthorizationDetails", 200, wrapped("GetAccountAuthorizationDetails", &role))],
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_a_list_shows_and_a_detail_does_not_find_is_unknown() {
    let mut wrong = Vec::new();
    for (kind, answers) in cases() {
        let listing = list(kind, &answers).await.map(|listing| (listing.found.len(), listing.unseen.len()));
        if listing != Ok((0, 1)) {
            wrong.push(format!("{kind}, {}: {listing:?}", answers.last().unwrap().0));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// ElastiCache says that it is deleting: what is not found of that is gone.
#[tokio::test(start_paused = true)]
async fn what_is_being_deleted_may_go_between_two_calls() {
    for (status, unseen) in [("available", 1), ("deleting", 0)] {
        let group = format!(
            "<ReplicationGroups><ReplicationGroup><ReplicationGroupId>acme-production-main</ReplicationGroupId><Status>{status}</Status>\
             <ARN>arn:aws:elasticache:us-east-1:123456789012:replicationgroup:acme-production-main</ARN></ReplicationGroup></ReplicationGroups>"
        );
        let answers = [
            ("DescribeReplicationGroups", 200, wrapped("DescribeReplicationGroups", &group)),
            ("ListTagsForResource", 404, refused_xml("ReplicationGroupNotFoundFault")),
        ];
        let listing = list("AWS::ElastiCache::ReplicationGroup", &answers).await.unwrap();
        assert_eq!((listing.found.len(), listing.unseen.len()), (0, unseen), "{status}");
    }
}
