//! Paging: every list that AWS cuts into pages is read to its end. Emulators answer in one page, so the answers are canned.

use std::collections::BTreeSet;

use serde_json::json;

use crate::aws::canned::{Canned, scope};
use crate::kinds::canned_kind::{json_tags, kind_of, tags, xml, xml_tags};
use crate::repository::tidy::{Read, reads};

/// One operation: the kind whose `list` calls it, what has to be there first, and the first of two pages.
struct Case {
    kind: &'static str,
    operation: &'static str,
    /// Answers to other operations, each by a part of its request.
    before: Vec<(&'static str, String)>,
    page: String,
}

/// Asks for the second page by this word.
const TOKEN: &str = "second-page";

fn case(kind: &'static str, operation: &'static str, page: impl Into<String>) -> Case {
    Case { kind, operation, before: Vec::new(), page: page.into() }
}

impl Case {
    fn after(mut self, operation: &'static str, answer: impl Into<String>) -> Self {
        self.before.push((operation, answer.into()));
        self
    }
}

/// An EC2 answer: its token stands beside the list.
fn ec2(operation: &str) -> String {
    format!("<{operation}Response><nextToken>{TOKEN}</nextToken></{operation}Response>")
}

fn marker(operation: &str) -> String {
    xml(operation, &format!("<Marker>{TOKEN}</Marker>"))
}

fn next_marker(operation: &str) -> String {
    xml(operation, &format!("<NextMarker>{TOKEN}</NextMarker>"))
}

fn next_token(operation: &str) -> String {
    xml(operation, &format!("<NextToken>{TOKEN}</NextToken>"))
}

/// A document of CloudFront.
fn marked(list: &str) -> String {
    format!("<{list}><IsTruncated>true</IsTruncated><NextMarker>{TOKEN}</NextMarker></{list}>")
}

fn truncated(operation: &str) -> String {
    xml(operation, &format!("<IsTruncated>true</IsTruncated><Marker>{TOKEN}</Marker>"))
}

fn with(name: &str) -> String {
    json!({ name: TOKEN }).to_string()
}

const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/acme-production-main/1";
const LISTENER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/acme-production-main/1/2";

fn balancers() -> String {
    let one = format!("<LoadBalancerArn>{BALANCER}</LoadBalancerArn>");
    let one = format!("<member>{one}<LoadBalancerName>acme-production-main</LoadBalancerName></member>");
    xml("DescribeLoadBalancers", &format!("<LoadBalancers>{one}</LoadBalancers>"))
}

fn listeners(certificates: &str) -> String {
    let one = format!("<member><ListenerArn>{LISTENER}</ListenerArn>{certificates}</member>");
    xml("DescribeListeners", &format!("<Listeners>{one}</Listeners>"))
}

/// The tags of both.
fn balancers_tags() -> String {
    let of = |arn: &str| {
        format!("<member><ResourceArn>{arn}</ResourceArn><Tags>{}</Tags></member>", xml_tags("member", "Key", "Value"))
    };
    xml("DescribeTags", &format!("<TagDescriptions>{}{}</TagDescriptions>", of(BALANCER), of(LISTENER)))
}

/// A role of ours: only then are the others worth a second list.
fn roles() -> String {
    let one = "<RoleName>acme-production-main</RoleName><Arn>arn:aws:iam::123456789012:role/acme-production-main</Arn>";
    let one = format!("<member>{one}<Tags>{}</Tags></member>", xml_tags("member", "Key", "Value"));
    xml("GetAccountAuthorizationDetails", &format!("<RoleDetailList>{one}</RoleDetailList>"))
}

fn parameter_groups() -> String {
    let name = "acme-production-main";
    let one = format!(
        "<DBClusterParameterGroupName>{name}</DBClusterParameterGroupName><DBParameterGroupFamily>aurora-mysql8.0\
         </DBParameterGroupFamily><DBClusterParameterGroupArn>arn:aws:rds:us-east-1:123456789012:cluster-pg:{name}\
         </DBClusterParameterGroupArn>"
    );
    xml(
        "DescribeDBClusterParameterGroups",
        &format!(
            "<DBClusterParameterGroups><DBClusterParameterGroup>{one}</DBClusterParameterGroup>\
             </DBClusterParameterGroups>"
        ),
    )
}

/// What is read of a proxy that is ours.
fn proxy_case(operation: &'static str) -> Case {
    let one = "<DBProxyName>acme-production-main</DBProxyName>\
               <DBProxyArn>arn:aws:rds:us-east-1:123456789012:db-proxy:prx-1</DBProxyArn>";
    let proxies = xml("DescribeDBProxies", &format!("<DBProxies><member>{one}</member></DBProxies>"));
    let tags = format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"));
    case("AWS::RDS::DBProxy", operation, marker(operation))
        .after("DescribeDBProxies", proxies)
        .after("ListTagsForResource", xml("ListTagsForResource", &tags))
}

fn topics() -> String {
    let one = "<TopicArn>arn:aws:sns:us-east-1:123456789012:acme-production-main</TopicArn>";
    xml("ListTopics", &format!("<Topics><member>{one}</member></Topics>"))
}

fn file_systems() -> String {
    let one = json!({
        "FileSystemId": "fs-1", "OwnerId": "123456789012", "CreationToken": "t", "CreationTime": 1.0,
        "LifeCycleState": "available", "NumberOfMountTargets": 0, "SizeInBytes": { "Value": 6144 },
        "PerformanceMode": "generalPurpose", "Tags": json_tags("Key", "Value"),
    });
    json!({ "FileSystems": [one] }).to_string()
}

fn rules() -> String {
    let arn = "arn:aws:events:us-east-1:123456789012:rule/acme-production-main";
    json!({ "Rules": [{ "Name": "acme-production-main", "Arn": arn, "State": "ENABLED" }] }).to_string()
}

/// A zone, and whether there are more.
fn zones(more: &str) -> String {
    let one = "<HostedZone><Id>/hostedzone/Z1</Id><Name>acme.example.</Name><CallerReference>r</CallerReference></HostedZone>";
    let is_truncated = !more.is_empty();
    format!(
        "<ListHostedZonesResponse><HostedZones>{one}</HostedZones><IsTruncated>{is_truncated}</IsTruncated>{more}\
         <MaxItems>100</MaxItems></ListHostedZonesResponse>"
    )
}

fn zones_tags() -> String {
    let tags = xml_tags("Tag", "Key", "Value");
    let one = format!("<ResourceTagSet><ResourceId>Z1</ResourceId><Tags>{tags}</Tags></ResourceTagSet>");
    format!("<ListTagsForResourcesResponse><ResourceTagSets>{one}</ResourceTagSets></ListTagsForResourcesResponse>")
}

/// Calls that tell a token in JSON, and under which name.
const TOKENS: &[(&str, &str, &str)] = &[
    ("AWS::ApplicationAutoScaling::ScalableTarget", "DescribeScalableTargets", "NextToken"),
    ("AWS::CertificateManager::Certificate", "ListCertificates", "NextToken"),
    ("AWS::CloudWatch::Alarm", "DescribeAlarms", "NextToken"),
    ("AWS::CloudWatch::CompositeAlarm", "DescribeAlarms", "NextToken"),
    ("AWS::CloudWatch::Dashboard", "ListDashboards", "NextToken"),
    ("AWS::ECR::Repository", "DescribeRepositories", "nextToken"),
    ("AWS::ECS::CapacityProvider", "DescribeCapacityProviders", "nextToken"),
    ("AWS::ECS::Cluster", "ListClusters", "nextToken"),
    ("AWS::ECS::TaskDefinition", "ListTaskDefinitionFamilies", "nextToken"),
    ("AWS::EFS::AccessPoint", "DescribeAccessPoints", "NextToken"),
    ("AWS::Events::Rule", "ListRules", "NextToken"),
    ("AWS::Logs::Delivery", "DescribeDeliveries", "nextToken"),
    ("AWS::Logs::DeliveryDestination", "DescribeDeliveryDestinations", "nextToken"),
    ("AWS::Logs::DeliverySource", "DescribeDeliverySources", "nextToken"),
    ("AWS::Logs::LogGroup", "DescribeLogGroups", "nextToken"),
    ("AWS::Logs::ResourcePolicy", "DescribeResourcePolicies", "nextToken"),
    ("AWS::SES::ConfigurationSet", "ListConfigurationSets", "NextToken"),
    ("AWS::SES::EmailIdentity", "ListEmailIdentities", "NextToken"),
    ("AWS::SQS::Queue", "ListQueues", "NextToken"),
    ("AWS::SSM::Parameter", "DescribeParameters", "NextToken"),
    ("AWS::Scheduler::Schedule", "ListSchedules", "NextToken"),
    ("AWS::Scheduler::ScheduleGroup", "ListScheduleGroups", "NextToken"),
    ("AWS::SecretsManager::Secret", "ListSecrets", "NextToken"),
    ("AWS::ServiceDiscovery::HttpNamespace", "ListNamespaces", "NextToken"),
];

fn cases() -> Vec<Case> {
    let key = json!({ "Aliases": [{ "AliasName": "alias/acme-production-main", "TargetKeyId": "1234abcd" }] });
    let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/acme-production-main";
    let clusters = json!({ "clusters": [
        { "clusterArn": cluster, "clusterName": "acme-production-main", "status": "ACTIVE", "tags": json_tags("key", "value") }
    ] });
    let target = json!({ "ScalableTargets": [{
        "ServiceNamespace": "ecs", "ResourceId": "service/acme-production-main/web", "MinCapacity": 1, "MaxCapacity": 2,
        "ScalableDimension": "ecs:service:DesiredCount", "RoleARN": "r", "CreationTime": 0,
        "ScalableTargetARN": "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/1",
    }] });
    let ours = json!({ "Tags": tags() });
    let ours_of_waf = json!({
        "Name": "acme-production-main", "Id": "1", "ARN": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acme-production-main/1",
    });
    let foreign = json!({ "Name": "other", "Id": "1", "ARN": "arn:aws:wafv2:us-east-1:123456789012:other/1" });
    let mut all = vec![
        case("AWS::ApplicationAutoScaling::ScalableTarget", "DescribeScalingPolicies", with("NextToken"))
            .after("DescribeScalableTargets", target.to_string())
            .after("ListTagsForResource", ours.to_string()),
        case("AWS::ApplicationAutoScaling::ScalableTarget", "DescribeScheduledActions", with("NextToken"))
            .after("DescribeScalableTargets", target.to_string())
            .after("ListTagsForResource", ours.to_string()),
        case(
            "AWS::AutoScaling::AutoScalingGroup",
            "DescribeAutoScalingGroups",
            next_token("DescribeAutoScalingGroups"),
        ),
        case("AWS::EC2::LaunchTemplate", "DescribeLaunchTemplateVersions", ec2("DescribeLaunchTemplateVersions")).after(
            "DescribeLaunchTemplates",
            format!(
                "<DescribeLaunchTemplatesResponse><launchTemplates><item><launchTemplateId>lt-1</launchTemplateId>\
                 <tagSet>{}</tagSet></item></launchTemplates></DescribeLaunchTemplatesResponse>",
                xml_tags("item", "key", "value")
            ),
        ),
        case("AWS::IAM::InstanceProfile", "ListInstanceProfiles", truncated("ListInstanceProfiles")),
        case("AWS::CertificateManager::Certificate", "GetResources", with("PaginationToken")),
        case("AWS::CloudFront::Distribution", "ListDistributions", marked("DistributionList")),
        case("AWS::CloudFront::OriginAccessControl", "ListOriginAccessControls", marked("OriginAccessControlList")),
        case("AWS::CloudFront::VpcOrigin", "ListVpcOrigins", marked("VpcOriginList")),
        case("AWS::CloudFront::CachePolicy", "ListCachePolicies", marked("CachePolicyList")),
        case("AWS::CloudFront::OriginRequestPolicy", "ListOriginRequestPolicies", marked("OriginRequestPolicyList")),
        case("AWS::CloudFront::ResponseHeadersPolicy", "ListResponseHeadersPolicies", marked("ResponseHeadersPolicyList")),
        case("AWS::CloudFront::Function", "ListFunctions", marked("FunctionList")),
        case("AWS::ECS::Service", "ListServices", with("nextToken"))
            .after("ListClusters", json!({ "clusterArns": [cluster] }).to_string())
            .after("DescribeClusters", clusters.to_string()),
        case("AWS::ECS::TaskDefinition", "ListTaskDefinitions", with("nextToken"))
            .after("ListTaskDefinitionFamilies", json!({ "families": ["acme-production-web"] }).to_string()),
        case("AWS::ElastiCache::ReplicationGroup", "DescribeReplicationGroups", marker("DescribeReplicationGroups")),
        case("AWS::ElastiCache::ReplicationGroup", "DescribeCacheClusters", marker("DescribeCacheClusters"))
            .after(
                "DescribeReplicationGroups",
                xml(
                    "DescribeReplicationGroups",
                    "<ReplicationGroups><ReplicationGroup><ReplicationGroupId>acme-production-main</ReplicationGroupId>\
                     <ARN>arn:aws:elasticache:us-east-1:123456789012:replicationgroup:acme-production-main</ARN>\
                     </ReplicationGroup></ReplicationGroups>",
                ),
            )
            .after(
                "ListTagsForResource",
                xml("ListTagsForResource", &format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"))),
            ),
        case("AWS::ElastiCache::ParameterGroup", "DescribeCacheParameterGroups", marker("DescribeCacheParameterGroups")),
        case("AWS::ElastiCache::ParameterGroup", "DescribeCacheParameters", marker("DescribeCacheParameters"))
            .after(
                "DescribeCacheParameterGroups",
                xml(
                    "DescribeCacheParameterGroups",
                    "<CacheParameterGroups><CacheParameterGroup>\
                     <CacheParameterGroupName>acme-production-main</CacheParameterGroupName>\
                     <ARN>arn:aws:elasticache:us-east-1:123456789012:parametergroup:acme-production-main</ARN>\
                     </CacheParameterGroup></CacheParameterGroups>",
                ),
            )
            .after(
                "ListTagsForResource",
                xml("ListTagsForResource", &format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"))),
            ),
        case("AWS::ElastiCache::SubnetGroup", "DescribeCacheSubnetGroups", marker("DescribeCacheSubnetGroups")),
        case("AWS::ElastiCache::User", "DescribeUsers", marker("DescribeUsers")),
        case("AWS::ElastiCache::UserGroup", "DescribeUserGroups", marker("DescribeUserGroups")),
        case(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "DescribeLoadBalancers",
            next_marker("DescribeLoadBalancers"),
        ),
        case("AWS::ElasticLoadBalancingV2::TargetGroup", "DescribeTargetGroups", next_marker("DescribeTargetGroups")),
        case("AWS::ElasticLoadBalancingV2::Listener", "DescribeListeners", next_marker("DescribeListeners"))
            .after("DescribeLoadBalancers", balancers())
            .after("DescribeTags", balancers_tags()),
        case(
            "AWS::ElasticLoadBalancingV2::Listener",
            "DescribeListenerCertificates",
            next_marker("DescribeListenerCertificates"),
        )
        .after("DescribeLoadBalancers", balancers())
        .after(
            "DescribeListeners",
            listeners("<Certificates><member><CertificateArn>a</CertificateArn></member></Certificates>"),
        )
        .after("DescribeTags", balancers_tags())
        .after("DescribeTags", balancers_tags()),
        case("AWS::ElasticLoadBalancingV2::ListenerRule", "DescribeRules", next_marker("DescribeRules"))
            .after("DescribeLoadBalancers", balancers())
            .after("DescribeListeners", listeners(""))
            .after("DescribeTags", balancers_tags())
            .after("DescribeTags", balancers_tags()),
        case("AWS::IAM::Role", "GetAccountAuthorizationDetails", truncated("GetAccountAuthorizationDetails")),
        case("AWS::IAM::Role", "ListRoles", truncated("ListRoles")).after("GetAccountAuthorizationDetails", roles()),
        case("AWS::KMS::Key", "ListAliases", json!({ "NextMarker": TOKEN, "Truncated": true }).to_string()),
        case("AWS::KMS::Key", "ListKeys", json!({ "NextMarker": TOKEN, "Truncated": true }).to_string())
            .after("ListAliases", key.to_string()),
        case("AWS::KMS::Key", "ListResourceTags", json!({ "NextMarker": TOKEN, "Truncated": true }).to_string())
            .after("ListAliases", key.to_string()),
        case("AWS::RDS::DBCluster", "DescribeDBClusters", marker("DescribeDBClusters")),
        case("AWS::RDS::DBInstance", "DescribeDBInstances", marker("DescribeDBInstances")),
        case("AWS::RDS::DBProxy", "DescribeDBProxies", marker("DescribeDBProxies")),
        proxy_case("DescribeDBProxyTargetGroups"),
        proxy_case("DescribeDBProxyTargets"),
        proxy_case("DescribeDBProxyEndpoints"),
        case("AWS::RDS::DBSubnetGroup", "DescribeDBSubnetGroups", marker("DescribeDBSubnetGroups")),
        case(
            "AWS::RDS::DBClusterParameterGroup",
            "DescribeDBClusterParameterGroups",
            marker("DescribeDBClusterParameterGroups"),
        ),
        case("AWS::RDS::DBClusterParameterGroup", "DescribeDBClusterParameters", marker("DescribeDBClusterParameters"))
            .after("DescribeDBClusterParameterGroups", parameter_groups())
            .after(
                "ListTagsForResource",
                xml("ListTagsForResource", &format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"))),
            ),
        case("AWS::RDS::DBParameterGroup", "DescribeDBParameterGroups", marker("DescribeDBParameterGroups")),
        case("AWS::RDS::DBParameterGroup", "DescribeDBParameters", marker("DescribeDBParameters"))
            .after(
                "DescribeDBParameterGroups",
                xml(
                    "DescribeDBParameterGroups",
                    "<DBParameterGroups><DBParameterGroup><DBParameterGroupName>acme-production-main</DBParameterGroupName>\
                     <DBParameterGroupArn>arn:aws:rds:us-east-1:123456789012:pg:acme-production-main</DBParameterGroupArn>\
                     </DBParameterGroup></DBParameterGroups>",
                ),
            )
            .after(
                "ListTagsForResource",
                xml("ListTagsForResource", &format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value"))),
            ),
        case(
            "AWS::Route53::HealthCheck",
            "ListHealthChecks",
            format!(
                "<ListHealthChecksResponse><HealthChecks/><IsTruncated>true</IsTruncated><NextMarker>{TOKEN}</NextMarker>\
                 <MaxItems>1000</MaxItems></ListHealthChecksResponse>"
            ),
        ),
        case("AWS::Route53::HostedZone", "ListHostedZones", zones(&format!("<NextMarker>{TOKEN}</NextMarker>"))),
        case(
            "AWS::Route53::HostedZone",
            "ListQueryLoggingConfigs",
            format!(
                "<ListQueryLoggingConfigsResponse><QueryLoggingConfigs/><NextToken>{TOKEN}</NextToken>\
                 </ListQueryLoggingConfigsResponse>"
            ),
        )
        .after("ListHostedZones", zones(""))
        .after("ListTagsForResources", zones_tags()),
        case(
            "AWS::Route53::RecordSet",
            "ListResourceRecordSets",
            format!(
                "<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>true</IsTruncated><NextRecordName>{TOKEN}\
                 </NextRecordName><NextRecordType>A</NextRecordType><MaxItems>300</MaxItems></ListResourceRecordSetsResponse>"
            ),
        )
        .after("ListHostedZones", zones("")),
        case(
            "AWS::S3::Bucket",
            "ListBuckets",
            format!("<ListAllMyBucketsResult><ContinuationToken>{TOKEN}</ContinuationToken></ListAllMyBucketsResult>"),
        ),
        case("AWS::SNS::Topic", "ListTopics", next_token("ListTopics")),
        case("AWS::SNS::Topic", "ListSubscriptionsByTopic", next_token("ListSubscriptionsByTopic"))
            .after("ListTopics", topics())
            .after(
                "ListTagsForResource",
                xml("ListTagsForResource", &format!("<Tags>{}</Tags>", xml_tags("member", "Key", "Value"))),
            ),
        case("AWS::Events::Rule", "ListTargetsByRule", with("NextToken"))
            .after("ListRules", rules())
            .after("ListTagsForResource", json!({ "Tags": json_tags("Key", "Value") }).to_string()),
        case("AWS::GuardDuty::Detector", "ListDetectors", json!({ "detectorIds": [], "nextToken": TOKEN }).to_string()),
        case("AWS::ECS::AccountSettings", "ListAccountSettings", with("nextToken"))
            .after("ListTagsForResource", json!({ "TagList": json_tags("Key", "Value") }).to_string()),
        case("AWS::EFS::FileSystem", "DescribeFileSystems", with("NextMarker")),
        case("AWS::EFS::FileSystem", "DescribeReplicationConfigurations", with("NextToken"))
            .after("DescribeFileSystems", file_systems()),
        case("AWS::EFS::FileSystem", "DescribeMountTargets", with("NextMarker"))
            .after("DescribeFileSystems", file_systems())
            .after("DescribeReplicationConfigurations", json!({}).to_string())
            .after("DescribeLifecycleConfiguration", json!({}).to_string())
            .after("DescribeBackupPolicy", json!({}).to_string())
            .after("DescribeFileSystemPolicy", json!({}).to_string()),
        // WAF gives a marker with its last page, too; only an empty page is the end.
        case("AWS::WAFv2::IPSet", "ListIPSets", json!({ "NextMarker": TOKEN, "IPSets": [foreign] }).to_string()),
        case(
            "AWS::WAFv2::RegexPatternSet",
            "ListRegexPatternSets",
            json!({ "NextMarker": TOKEN, "RegexPatternSets": [foreign] }).to_string(),
        ),
        case("AWS::WAFv2::WebACL", "ListWebACLs", json!({ "NextMarker": TOKEN, "WebACLs": [foreign] }).to_string()),
        case(
            "AWS::WAFv2::WebACL",
            "ListLoggingConfigurations",
            json!({ "NextMarker": TOKEN, "LoggingConfigurations": [{ "ResourceArn": "a", "LogDestinationConfigs": ["b"] }] })
                .to_string(),
        )
        .after("ListWebACLs", json!({ "WebACLs": [ours_of_waf] }).to_string())
        .after("ListTagsForResource", json!({ "TagInfoForResource": { "ResourceARN": "a", "TagList": json_tags("Key", "Value") } }).to_string()),
    ];
    for (kind, operation) in [
        ("AWS::EC2::EgressOnlyInternetGateway", "DescribeEgressOnlyInternetGateways"),
        ("AWS::EC2::FlowLog", "DescribeFlowLogs"),
        ("AWS::EC2::InternetGateway", "DescribeInternetGateways"),
        ("AWS::EC2::LaunchTemplate", "DescribeLaunchTemplates"),
        ("AWS::EC2::NatGateway", "DescribeNatGateways"),
        ("AWS::EC2::RouteTable", "DescribeRouteTables"),
        ("AWS::EC2::SecurityGroup", "DescribeSecurityGroups"),
        ("AWS::EC2::Subnet", "DescribeSubnets"),
        ("AWS::EC2::VPC", "DescribeVpcs"),
        ("AWS::EC2::VPCEndpoint", "DescribeVpcEndpoints"),
    ] {
        all.push(case(kind, operation, ec2(operation)));
    }
    all.extend(TOKENS.iter().map(|(kind, operation, name)| case(kind, operation, with(name))));
    all
}

/// Paged reads of other verbs than `list`, by file: what a create, a deletion or an answer asks.
const NOT_LISTED: &[(&str, &[&str])] = &[
    ("kinds/ecs/task_definition/image.rs", &["describe_pull_through_cache_rules"]),
    (
        "kinds/iam/role/write.rs",
        &["list_attached_role_policies", "list_instance_profiles_for_role", "list_role_policies"],
    ),
    (
        "kinds/kms/key/users.rs",
        &[
            "describe_db_cluster_automated_backups",
            "describe_db_cluster_snapshots",
            "describe_db_instance_automated_backups",
            "describe_db_snapshots",
            "describe_snapshots",
        ],
    ),
    (
        "kinds/shared/offers.rs",
        &[
            "describe_cache_engine_versions",
            "describe_db_engine_versions",
            "list_instance_type_details",
            "list_versions",
        ],
    ),
];

#[test]
fn every_paged_read_of_a_list_has_its_case() {
    let cases: BTreeSet<_> = cases().iter().map(|case| case.operation.to_lowercase()).collect();
    let has_case = |read: &Read| cases.contains(&read.operation.replace('_', ""));
    let found: BTreeSet<_> = reads()
        .into_iter()
        .filter(|read| read.is_paged && !has_case(read))
        .map(|read| (read.file, read.operation))
        .collect();
    let others =
        NOT_LISTED.iter().flat_map(|(file, names)| names.iter().map(|name| (file.to_string(), name.to_string())));
    assert_eq!(found, others.collect(), "each has a case here, or stands in NOT_LISTED");
}

/// Most first pages are empty but for their token: filters on AWS's side may leave them so.
#[tokio::test(start_paused = true)]
async fn the_second_page_of_every_list_is_asked_for() {
    let mut missed = Vec::new();
    for case in cases() {
        let page = [(case.operation, 200, case.page.as_str())];
        let before = case.before.iter().map(|(operation, answer)| (*operation, 200, answer.as_str()));
        let aws = Canned::by_operation(&page.into_iter().chain(before).collect::<Vec<_>>());
        let kind = kind_of(case.kind);
        let session = aws.session(kind.facts().permissions.read).await;
        let listed = kind.list(&session.reader(), &scope()).await;
        if !aws.asked().iter().any(|asked| asked.contains(case.operation) && asked.contains(TOKEN)) {
            let failure = listed.err().map(|failure| failure.to_string()).unwrap_or_default();
            missed.push(format!("{} of {}: {failure} {:#?}", case.operation, case.kind, aws.asked()));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
