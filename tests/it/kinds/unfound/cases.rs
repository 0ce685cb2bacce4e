//! Kinds, and what AWS answers to their lists: something of ours that one call shows and another does not find.

use serde_json::{Value, json};

use crate::kinds::canned_kind::{Answer, json_tags, tags, xml, xml_error, xml_tags};
use crate::kinds::files;

/// A kind, and answers of AWS to its list.
type Case = (&'static str, Vec<Answer>);

const NAME: &str = "acme-production-main";

pub fn cases() -> Vec<Case> {
    let all = [
        network(),
        keys_and_names(),
        networks_of_delivery(),
        balancing(),
        firewalls(),
        logs(),
        machines(),
        tasks(),
        scaling(),
        databases(),
        files(),
        schedules(),
        queues(),
        topics(),
        repositories(),
        parameters(),
        file_systems(),
        domains(),
        mails(),
        secrets(),
        namespaces(),
        names(),
        alarms(),
        dashboards(),
        rules(),
        settings(),
        detectors(),
    ];
    all.into_iter().flatten().collect()
}

fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:us-east-1:123456789012:{rest}")
}

fn says(operation: &'static str, answer: &Value) -> Answer {
    (operation, 200, answer.to_string())
}

fn shows(operation: &'static str, inner: &str) -> Answer {
    (operation, 200, xml(operation, inner))
}

/// In the protocols of JSON.
fn refuses(operation: &'static str, code: &str) -> Answer {
    (operation, 400, json!({ "__type": code, "message": "not found" }).to_string())
}

/// In the query protocols.
fn has_not(operation: &'static str, code: &str) -> Answer {
    (operation, 400, xml_error(code, "not found"))
}

fn network() -> Vec<Case> {
    let vpc = format!(
        "<vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock><tagSet>{}</tagSet>",
        xml_tags("item", "key", "value")
    );
    let no =
        "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>no</Message></Error></Errors></Response>";
    vec![(
        "AWS::EC2::VPC",
        vec![
            (
                "DescribeVpcs",
                200,
                format!("<DescribeVpcsResponse><vpcSet><item>{vpc}</item></vpcSet></DescribeVpcsResponse>"),
            ),
            ("DescribeVpcAttribute", 400, no.to_owned()),
        ],
    )]
}

/// Keys, certificates and roles.
fn keys_and_names() -> Vec<Case> {
    let key = "AWS::KMS::Key";
    let alias = |name: &str| says("ListAliases", &json!({ "Aliases": [{ "AliasName": name, "TargetKeyId": "k1" }] }));
    let named = || alias("alias/acme-production-main");
    let owned = json!({ "Tags": json_tags("TagKey", "TagValue") });
    let metadata = json!({ "KeyMetadata": { "KeyId": "k1", "Enabled": true, "KeyState": "Enabled" } });
    let indexed = || {
        let one = json!({ "ResourceARN": arn("kms", "key/k1"), "Tags": json_tags("Key", "Value") });
        says("GetResources", &json!({ "ResourceTagMappingList": [one] }))
    };
    let certificate = json!({ "CertificateArn": arn("acm", "certificate/a"), "CreatedAt": 1.0 });
    let role = format!(
        "<RoleDetailList><member><RoleName>{NAME}</RoleName><Arn>arn:aws:iam::123456789012:role/{NAME}</Arn>\
         <Tags>{}</Tags></member></RoleDetailList>",
        xml_tags("member", "Key", "Value")
    );
    vec![
        (
            key,
            vec![
                named(),
                says("ListResourceTags", &owned),
                says("DescribeKey", &metadata),
                refuses("GetKeyPolicy", "NotFoundException"),
            ],
        ),
        (key, vec![named(), says("ListResourceTags", &owned), refuses("DescribeKey", "NotFoundException")]),
        (key, vec![named(), refuses("ListResourceTags", "NotFoundException")]),
        // The index and an alias of somebody else's choice, or the list of all keys.
        (key, vec![indexed(), alias("alias/other"), refuses("ListResourceTags", "NotFoundException")]),
        (
            key,
            vec![
                indexed(),
                says("ListKeys", &json!({ "Keys": [{ "KeyId": "k1" }] })),
                refuses("ListResourceTags", "NotFoundException"),
            ],
        ),
        (
            "AWS::CertificateManager::Certificate",
            vec![
                says("ListCertificates", &json!({ "CertificateSummaryList": [certificate] })),
                refuses("ListTagsForCertificate", "ResourceNotFoundException"),
            ],
        ),
        (
            "AWS::CertificateManager::Certificate",
            vec![
                says("ListCertificates", &json!({ "CertificateSummaryList": [certificate] })),
                says("ListTagsForCertificate", &json!({ "Tags": json_tags("Key", "Value") })),
                refuses("DescribeCertificate", "ResourceNotFoundException"),
            ],
        ),
        ("AWS::IAM::Role", vec![shows("GetAccountAuthorizationDetails", &role)]),
    ]
}

/// Our tags on a thing of load balancing.
fn tagged(thing: &str) -> Answer {
    let tags = xml_tags("member", "Key", "Value");
    let one = format!("<member><ResourceArn>{thing}</ResourceArn><Tags>{tags}</Tags></member>");
    shows("DescribeTags", &format!("<TagDescriptions>{one}</TagDescriptions>"))
}

/// All at once, then one by one.
fn untagged(code: &str) -> [Answer; 2] {
    [has_not("DescribeTags", code), has_not("DescribeTags", code)]
}

fn balancing() -> Vec<Case> {
    let [balancer, listener, rule, group] =
        ["loadbalancer/app/a/1", "listener/app/a/1/2", "listener-rule/app/a/1/2/3", "targetgroup/a/1"]
            .map(|rest| arn("elasticloadbalancing", rest));
    let balancers = || {
        let one = format!("<LoadBalancerArn>{balancer}</LoadBalancerArn><LoadBalancerName>{NAME}</LoadBalancerName>");
        shows("DescribeLoadBalancers", &format!("<LoadBalancers><member>{one}</member></LoadBalancers>"))
    };
    let listeners = || {
        let one = format!("<ListenerArn>{listener}</ListenerArn><LoadBalancerArn>{balancer}</LoadBalancerArn>");
        let one = format!("{one}<Port>80</Port><Protocol>HTTP</Protocol>");
        shows("DescribeListeners", &format!("<Listeners><member>{one}</member></Listeners>"))
    };
    let groups = || {
        let one = format!("<TargetGroupArn>{group}</TargetGroupArn><TargetGroupName>{NAME}</TargetGroupName>");
        shows("DescribeTargetGroups", &format!("<TargetGroups><member>{one}</member></TargetGroups>"))
    };
    let rules = shows(
        "DescribeRules",
        &format!("<Rules><member><RuleArn>{rule}</RuleArn><IsDefault>false</IsDefault></member></Rules>"),
    );
    let no_balancer = || [vec![balancers()], untagged("LoadBalancerNotFound").to_vec()].concat();
    let to_listeners = || vec![balancers(), tagged(&balancer)];
    let to_rules = || vec![balancers(), tagged(&balancer), listeners(), tagged(&listener)];
    let of_balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer";
    let of_listener = "AWS::ElasticLoadBalancingV2::Listener";
    let of_rule = "AWS::ElasticLoadBalancingV2::ListenerRule";
    let of_group = "AWS::ElasticLoadBalancingV2::TargetGroup";
    let missing = "LoadBalancerNotFound";
    vec![
        (of_balancer, no_balancer()),
        (of_balancer, vec![balancers(), tagged(&balancer), has_not("DescribeLoadBalancerAttributes", missing)]),
        (of_listener, no_balancer()),
        (of_listener, [to_listeners(), vec![has_not("DescribeListeners", missing)]].concat()),
        (of_listener, [to_rules(), vec![has_not("DescribeListenerAttributes", "ListenerNotFound")]].concat()),
        (of_rule, no_balancer()),
        (of_rule, [to_listeners(), vec![has_not("DescribeListeners", missing)]].concat()),
        (of_rule, [to_rules(), vec![has_not("DescribeRules", "ListenerNotFound")]].concat()),
        (of_rule, [to_rules(), vec![rules], untagged("RuleNotFound").to_vec()].concat()),
        (of_group, [vec![groups()], untagged("TargetGroupNotFound").to_vec()].concat()),
        (of_group, vec![groups(), tagged(&group), has_not("DescribeTargetGroupAttributes", "TargetGroupNotFound")]),
    ]
}

fn firewalls() -> Vec<Case> {
    let one = |what: &str| json!({ "Name": NAME, "Id": "1", "ARN": arn("wafv2", &format!("regional/{what}/a/1")) });
    let (set, acl) = (json!({ "IPSets": [one("ipset")] }), json!({ "WebACLs": [one("webacl")] }));
    let owned = || {
        let tags = json!({ "ResourceARN": "a", "TagList": json_tags("Key", "Value") });
        says("ListTagsForResource", &json!({ "TagInfoForResource": tags }))
    };
    let missing = "WAFNonexistentItemException";
    let listed = || says("ListRegexPatternSets", &json!({ "RegexPatternSets": [one("regexpatternset")] }));
    let no_logs = || says("ListLoggingConfigurations", &json!({ "LoggingConfigurations": [] }));
    vec![
        ("AWS::WAFv2::IPSet", vec![says("ListIPSets", &set), owned(), refuses("GetIPSet", missing)]),
        ("AWS::WAFv2::IPSet", vec![says("ListIPSets", &set), refuses("ListTagsForResource", missing)]),
        ("AWS::WAFv2::RegexPatternSet", vec![listed(), owned(), refuses("GetRegexPatternSet", missing)]),
        ("AWS::WAFv2::RegexPatternSet", vec![listed(), refuses("ListTagsForResource", missing)]),
        ("AWS::WAFv2::WebACL", vec![says("ListWebACLs", &acl), owned(), refuses("GetWebACL", missing), no_logs()]),
        ("AWS::WAFv2::WebACL", vec![says("ListWebACLs", &acl), refuses("ListTagsForResource", missing)]),
    ]
}

fn logs() -> Vec<Case> {
    let group = json!({ "logGroupName": NAME, "arn": arn("logs", &format!("log-group:{NAME}:*")) });
    let shown = || says("DescribeLogGroups", &json!({ "logGroups": [group] }));
    let described = || says("DescribeLogGroups", &json!({ "logGroups": [] }));
    let delivery = |call: &'static str, list: &str, what: &str| {
        let one = json!({ "id": NAME, "name": NAME, "arn": arn("logs", &format!("{what}:{NAME}")) });
        vec![says(call, &json!({ list: [one] })), refuses("ListTagsForResource", "ResourceNotFoundException")]
    };
    vec![
        ("AWS::Logs::Delivery", delivery("DescribeDeliveries", "deliveries", "delivery")),
        (
            "AWS::Logs::DeliveryDestination",
            delivery("DescribeDeliveryDestinations", "deliveryDestinations", "delivery-destination"),
        ),
        ("AWS::Logs::DeliverySource", delivery("DescribeDeliverySources", "deliverySources", "delivery-source")),
        ("AWS::Logs::LogGroup", vec![shown(), shown(), refuses("ListTagsForResource", "ResourceNotFoundException")]),
        // A search shows it, and asked for by its name it does not answer, whether its tags are told or not.
        (
            "AWS::Logs::LogGroup",
            vec![shown(), described(), refuses("ListTagsForResource", "ResourceNotFoundException")],
        ),
        ("AWS::Logs::LogGroup", vec![shown(), described(), says("ListTagsForResource", &json!({ "tags": tags() }))]),
    ]
}

fn machines() -> Vec<Case> {
    let template = format!(
        "<launchTemplates><item><launchTemplateId>lt-1</launchTemplateId><launchTemplateName>{NAME}</launchTemplateName>\
         <tagSet>{}</tagSet></item></launchTemplates>",
        xml_tags("item", "key", "value")
    );
    let profile = format!(
        "<InstanceProfiles><member><InstanceProfileName>{NAME}</InstanceProfileName><Path>/</Path><Roles/>\
         <InstanceProfileId>A</InstanceProfileId><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <Arn>arn:aws:iam::123456789012:instance-profile/{NAME}</Arn></member></InstanceProfiles>"
    );
    let ec2 = |operation: &'static str, inner: &str| {
        (operation, 200, format!("<{operation}Response>{inner}</{operation}Response>"))
    };
    vec![
        (
            "AWS::EC2::LaunchTemplate",
            vec![
                ec2("DescribeLaunchTemplates", &template),
                ec2("DescribeLaunchTemplateVersions", "<launchTemplateVersionSet/>"),
            ],
        ),
        (
            "AWS::IAM::InstanceProfile",
            vec![shows("ListInstanceProfiles", &profile), has_not("ListInstanceProfileTags", "NoSuchEntity")],
        ),
    ]
}

fn tasks() -> Vec<Case> {
    let cluster = arn("ecs", &format!("cluster/{NAME}"));
    let listed = || says("ListClusters", &json!({ "clusterArns": [cluster] }));
    let missing = |what: &str| json!({ "failures": [{ "arn": what, "reason": "MISSING" }] });
    let no_cluster = || vec![listed(), says("DescribeClusters", &missing(&cluster))];
    let described = json!({ "clusterArn": cluster, "clusterName": NAME, "status": "ACTIVE" });
    let service = arn("ecs", &format!("service/{NAME}/{NAME}"));
    let revision = |number: u32| arn("ecs", &format!("task-definition/{NAME}:{number}"));
    let families = || says("ListTaskDefinitionFamilies", &json!({ "families": [NAME] }));
    let unknown = json!({ "__type": "ClientException", "message": "Unable to describe task definition." });
    let no_revision = || ("DescribeTaskDefinition", 400, unknown.to_string());
    let newest = json!({ "taskDefinitionArn": revision(2), "status": "ACTIVE", "containerDefinitions": [] });
    vec![
        ("AWS::ECS::Cluster", no_cluster()),
        // Which services it has, nobody knows.
        ("AWS::ECS::Service", no_cluster()),
        (
            "AWS::ECS::Service",
            vec![
                listed(),
                says("DescribeClusters", &json!({ "clusters": [described] })),
                says("ListServices", &json!({ "serviceArns": [service] })),
                says("DescribeServices", &missing(&service)),
            ],
        ),
        ("AWS::ECS::TaskDefinition", vec![families(), no_revision()]),
        // A pipeline's revision stands before one that may be ours.
        (
            "AWS::ECS::TaskDefinition",
            vec![
                families(),
                says("DescribeTaskDefinition", &json!({ "taskDefinition": newest })),
                says("ListTaskDefinitions", &json!({ "taskDefinitionArns": [revision(2), revision(1)] })),
                no_revision(),
            ],
        ),
    ]
}

fn scaling() -> Vec<Case> {
    let target = json!({
        "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": format!("service/{NAME}/{NAME}"), "MinCapacity": 1, "MaxCapacity": 2, "RoleARN": "role",
        "CreationTime": 1.0, "ScalableTargetARN": arn("application-autoscaling", "scalable-target/1"),
    });
    vec![(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        vec![
            says("DescribeScalableTargets", &json!({ "ScalableTargets": [target] })),
            refuses("ListTagsForResource", "ResourceNotFoundException"),
        ],
    )]
}

/// RDS and ElastiCache.
fn databases() -> Vec<Case> {
    let group = |service: &str, element: &str, name: &str, arn_of: &str| {
        let arn = arn(service, &format!("group:{NAME}"));
        format!("<{element}s><{element}><{name}>{NAME}</{name}><{arn_of}>{arn}</{arn_of}></{element}></{element}s>")
    };
    let subnets = group("rds", "DBSubnetGroup", "DBSubnetGroupName", "DBSubnetGroupArn");
    let parameters = || {
        let [name, arn] = ["DBClusterParameterGroupName", "DBClusterParameterGroupArn"];
        let inner = group("rds", "DBClusterParameterGroup", name, arn);
        shows("DescribeDBClusterParameterGroups", &inner)
    };
    let of_instances = || {
        let inner = group("rds", "DBParameterGroup", "DBParameterGroupName", "DBParameterGroupArn");
        shows("DescribeDBParameterGroups", &inner)
    };
    let proxies = || {
        let one = format!("<DBProxyName>{NAME}</DBProxyName><DBProxyArn>{}</DBProxyArn>", arn("rds", "db-proxy:prx-1"));
        shows("DescribeDBProxies", &format!("<DBProxies><member>{one}</member></DBProxies>"))
    };
    let of_caches = || {
        let inner = group("elasticache", "CacheParameterGroup", "CacheParameterGroupName", "ARN");
        shows("DescribeCacheParameterGroups", &inner)
    };
    let caches = group("elasticache", "CacheSubnetGroup", "CacheSubnetGroupName", "ARN");
    let owned = || shows("ListTagsForResource", &format!("<TagList>{}</TagList>", xml_tags("Tag", "Key", "Value")));
    let no_tags = |code: &str| has_not("ListTagsForResource", code);
    let of_users = |list: &str, id: &str| {
        let arn = arn("elasticache", &format!("user:{NAME}"));
        format!("<{list}><member><{id}>{NAME}</{id}><Status>active</Status><ARN>{arn}</ARN></member></{list}>")
    };
    let (user, users) = (of_users("Users", "UserId"), of_users("UserGroups", "UserGroupId"));
    let replication = format!(
        "<ReplicationGroups><ReplicationGroup><ReplicationGroupId>{NAME}</ReplicationGroupId><Status>available</Status>\
         <ARN>{}</ARN></ReplicationGroup></ReplicationGroups>",
        arn("elasticache", &format!("replicationgroup:{NAME}"))
    );
    vec![
        (
            "AWS::RDS::DBSubnetGroup",
            vec![shows("DescribeDBSubnetGroups", &subnets), no_tags("DBSubnetGroupNotFoundFault")],
        ),
        ("AWS::RDS::DBClusterParameterGroup", vec![parameters(), no_tags("DBParameterGroupNotFound")]),
        (
            "AWS::RDS::DBClusterParameterGroup",
            vec![parameters(), owned(), has_not("DescribeDBClusterParameters", "DBParameterGroupNotFound")],
        ),
        ("AWS::RDS::DBParameterGroup", vec![of_instances(), no_tags("DBParameterGroupNotFound")]),
        (
            "AWS::RDS::DBParameterGroup",
            vec![of_instances(), owned(), has_not("DescribeDBParameters", "DBParameterGroupNotFound")],
        ),
        ("AWS::RDS::DBProxy", vec![proxies(), no_tags("DBProxyNotFoundFault")]),
        (
            "AWS::RDS::DBProxy",
            vec![
                proxies(),
                owned(),
                has_not("DescribeDBProxyTargetGroups", "DBProxyNotFoundFault"),
                shows("DescribeDBProxyTargets", "<Targets/>"),
                shows("DescribeDBProxyEndpoints", "<DBProxyEndpoints/>"),
            ],
        ),
        ("AWS::ElastiCache::ParameterGroup", vec![of_caches(), no_tags("CacheParameterGroupNotFound")]),
        (
            "AWS::ElastiCache::ParameterGroup",
            vec![of_caches(), owned(), has_not("DescribeCacheParameters", "CacheParameterGroupNotFound")],
        ),
        (
            "AWS::ElastiCache::SubnetGroup",
            vec![shows("DescribeCacheSubnetGroups", &caches), no_tags("CacheSubnetGroupNotFoundFault")],
        ),
        ("AWS::ElastiCache::User", vec![shows("DescribeUsers", &user), no_tags("UserNotFound")]),
        ("AWS::ElastiCache::UserGroup", vec![shows("DescribeUserGroups", &users), no_tags("UserGroupNotFound")]),
        (
            "AWS::ElastiCache::ReplicationGroup",
            vec![shows("DescribeReplicationGroups", &replication), no_tags("ReplicationGroupNotFoundFault")],
        ),
        // Its nodes are in another list, and not yet shown.
        ("AWS::ElastiCache::ReplicationGroup", vec![shows("DescribeReplicationGroups", &replication), owned()]),
    ]
}

fn files() -> Vec<Case> {
    let kind = "AWS::S3::Bucket";
    let (listed, tagged) = (|| files::listed(NAME), || files::tagged(&tags()));
    let gone =
        |operation: &'static str| (operation, 404, files::error("NoSuchBucket", "The specified bucket does not exist"));
    let mut parts = vec![listed(), tagged(), gone("GetBucketVersioning")];
    parts.extend(files::bare().into_iter().filter(|(operation, ..)| *operation != "GetBucketVersioning"));
    vec![(kind, vec![listed(), gone("GetBucketTagging")]), (kind, parts)]
}

fn schedules() -> Vec<Case> {
    let name = "p--acme--production--nightly";
    let schedule =
        json!({ "Arn": arn("scheduler", &format!("schedule/{NAME}/{name}")), "Name": name, "GroupName": NAME });
    let group = json!({ "Arn": arn("scheduler", &format!("schedule-group/{NAME}")), "Name": NAME, "State": "ACTIVE" });
    vec![
        (
            "AWS::Scheduler::Schedule",
            vec![
                says("ListSchedules", &json!({ "Schedules": [schedule] })),
                refuses("GetSchedule", "ResourceNotFoundException"),
            ],
        ),
        (
            "AWS::Scheduler::ScheduleGroup",
            vec![
                says("ListScheduleGroups", &json!({ "ScheduleGroups": [group] })),
                refuses("ListTagsForResource", "ResourceNotFoundException"),
            ],
        ),
    ]
}

fn names() -> Vec<Case> {
    let kind = "AWS::Route53::HostedZone";
    let zone = "<HostedZone><Id>/hostedzone/Z1</Id><Name>acme.example.</Name><CallerReference>r</CallerReference></HostedZone>";
    let listed = || {
        let all = format!("<HostedZones>{zone}</HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>");
        ("ListHostedZones", 200, format!("<ListHostedZonesResponse>{all}</ListHostedZonesResponse>"))
    };
    let owned = || {
        let tags = xml_tags("Tag", "Key", "Value");
        let one = format!("<ResourceTagSet><ResourceId>Z1</ResourceId><Tags>{tags}</Tags></ResourceTagSet>");
        let all = format!("<ResourceTagSets>{one}</ResourceTagSets>");
        ("ListTagsForResources", 200, format!("<ListTagsForResourcesResponse>{all}</ListTagsForResourcesResponse>"))
    };
    let check = "<HealthCheck><Id>1</Id><CallerReference>r</CallerReference><HealthCheckConfig><Type>TCP</Type>\
                 </HealthCheckConfig><HealthCheckVersion>1</HealthCheckVersion></HealthCheck>";
    let checks = format!("<ListHealthChecksResponse><HealthChecks>{check}</HealthChecks></ListHealthChecksResponse>");
    let gone = || has_not("ListTagsForResources", "NoSuchHealthCheck");
    vec![
        ("AWS::Route53::HealthCheck", vec![("ListHealthChecks", 200, checks), gone(), gone()]),
        (kind, vec![listed(), owned(), has_not("GetHostedZone", "NoSuchHostedZone")]),
        ("AWS::Route53::RecordSet", vec![listed(), has_not("ListResourceRecordSets", "NoSuchHostedZone")]),
    ]
}

fn repositories() -> Vec<Case> {
    let (kind, missing) = ("AWS::ECR::Repository", "RepositoryNotFoundException");
    let one = json!({ "repositoryName": NAME, "repositoryArn": arn("ecr", &format!("repository/{NAME}")) });
    let listed = || says("DescribeRepositories", &json!({ "repositories": [one] }));
    let tags = || says("ListTagsForResource", &json!({ "tags": json_tags("Key", "Value") }));
    let lifecycle = refuses("GetLifecyclePolicy", "LifecyclePolicyNotFoundException");
    let policy = refuses("GetRepositoryPolicy", "RepositoryPolicyNotFoundException");
    vec![
        (kind, vec![listed(), refuses("ListTagsForResource", missing)]),
        (kind, vec![listed(), tags(), refuses("GetLifecyclePolicy", missing), policy]),
        (kind, vec![listed(), tags(), lifecycle, refuses("GetRepositoryPolicy", missing)]),
    ]
}

fn domains() -> Vec<Case> {
    let kind = "AWS::OpenSearchService::Domain";
    let listed = || says("ListDomainNames", &json!({ "DomainNames": [{ "DomainName": NAME }] }));
    let borne = || says("ListTags", &json!({ "TagList": json_tags("Key", "Value") }));
    vec![
        (kind, vec![listed(), refuses("ListTags", "ResourceNotFoundException")]),
        (kind, vec![listed(), borne(), refuses("DescribeDomain", "ResourceNotFoundException")]),
    ]
}

fn file_systems() -> Vec<Case> {
    let kind = "AWS::EFS::FileSystem";
    let one = json!({
        "FileSystemId": "fs-1", "FileSystemArn": arn("elasticfilesystem", "file-system/fs-1"), "OwnerId": "123456789012",
        "CreationToken": "t", "CreationTime": 1.0, "LifeCycleState": "available", "NumberOfMountTargets": 1,
        "SizeInBytes": { "Value": 6144 }, "PerformanceMode": "generalPurpose", "Tags": json_tags("Key", "Value"),
    });
    let target = json!({
        "MountTargetId": "fsmt-1", "FileSystemId": "fs-1", "SubnetId": "subnet-1", "LifeCycleState": "available",
    });
    let reads = ["DescribeLifecycleConfiguration", "DescribeBackupPolicy", "DescribeFileSystemPolicy"];
    let listed = || {
        let none = says("DescribeReplicationConfigurations", &json!({ "Replications": [] }));
        vec![says("DescribeFileSystems", &json!({ "FileSystems": [one] })), none]
    };
    let all = |missing: &'static str, targets: Answer| {
        let rest = reads.iter().map(|read| match *read {
            read if read == missing => refuses(read, "FileSystemNotFound"),
            read => says(read, &json!({})),
        });
        (kind, listed().into_iter().chain(rest).chain([targets]).collect::<Vec<_>>())
    };
    let targets = || says("DescribeMountTargets", &json!({ "MountTargets": [target] }));
    let groups = refuses("DescribeMountTargetSecurityGroups", "MountTargetNotFound");
    let (_, whole) = all("", targets());
    reads
        .iter()
        .map(|read| all(read, says("DescribeMountTargets", &json!({ "MountTargets": [] }))))
        .chain([
            all("", refuses("DescribeMountTargets", "FileSystemNotFound")),
            (kind, whole.into_iter().chain([groups]).collect()),
        ])
        .collect()
}

fn mails() -> Vec<Case> {
    let (set, identity) = ("AWS::SES::ConfigurationSet", "AWS::SES::EmailIdentity");
    let listed = || says("ListConfigurationSets", &json!({ "ConfigurationSets": [NAME] }));
    let told = says("GetConfigurationSet", &json!({ "ConfigurationSetName": NAME, "Tags": json_tags("Key", "Value") }));
    let missing = "NotFoundException";
    let domain = json!({ "IdentityName": "acme.example", "IdentityType": "DOMAIN", "VerificationStatus": "PENDING" });
    let identities = says("ListEmailIdentities", &json!({ "EmailIdentities": [domain] }));
    vec![
        (set, vec![listed(), refuses("GetConfigurationSet", missing)]),
        (set, vec![listed(), told, refuses("GetConfigurationSetEventDestinations", missing)]),
        (identity, vec![identities, refuses("GetEmailIdentity", missing)]),
    ]
}

fn parameters() -> Vec<Case> {
    let kind = "AWS::SSM::Parameter";
    let listed = || says("DescribeParameters", &json!({ "Parameters": [{ "Name": NAME, "Type": "String" }] }));
    let tags = || says("ListTagsForResource", &json!({ "TagList": json_tags("Key", "Value") }));
    let nothing = says("GetParameters", &json!({ "Parameters": [], "InvalidParameters": [NAME] }));
    vec![
        (kind, vec![listed(), refuses("ListTagsForResource", "InvalidResourceId")]),
        (kind, vec![listed(), tags(), nothing]),
    ]
}

fn queues() -> Vec<Case> {
    let kind = "AWS::SQS::Queue";
    let listed = || {
        let url = format!("https://sqs.us-east-1.amazonaws.com/123456789012/{NAME}");
        says("ListQueues", &json!({ "QueueUrls": [url] }))
    };
    let missing = "AWS.SimpleQueueService.NonExistentQueue";
    vec![
        (kind, vec![listed(), refuses("ListQueueTags", missing)]),
        (
            kind,
            vec![listed(), says("ListQueueTags", &json!({ "Tags": tags() })), refuses("GetQueueAttributes", missing)],
        ),
    ]
}

fn alarms() -> Vec<Case> {
    let alarm = json!({ "AlarmName": NAME, "AlarmArn": arn("cloudwatch", &format!("alarm:{NAME}")) });
    let listed = says("DescribeAlarms", &json!({ "MetricAlarms": [alarm] }));
    let composite = says("DescribeAlarms", &json!({ "CompositeAlarms": [alarm] }));
    vec![
        ("AWS::CloudWatch::Alarm", vec![listed, refuses("ListTagsForResource", "ResourceNotFoundException")]),
        (
            "AWS::CloudWatch::CompositeAlarm",
            vec![composite, refuses("ListTagsForResource", "ResourceNotFoundException")],
        ),
    ]
}

fn dashboards() -> Vec<Case> {
    let kind = "AWS::CloudWatch::Dashboard";
    let board =
        json!({ "DashboardName": NAME, "DashboardArn": format!("arn:aws:cloudwatch::123456789012:dashboard/{NAME}") });
    let listed = || says("ListDashboards", &json!({ "DashboardEntries": [board] }));
    vec![
        (kind, vec![listed(), refuses("ListTagsForResource", "ResourceNotFoundException")]),
        (
            kind,
            vec![
                listed(),
                says("ListTagsForResource", &json!({ "Tags": tags() })),
                refuses("GetDashboard", "ResourceNotFound"),
            ],
        ),
    ]
}

fn topics() -> Vec<Case> {
    let kind = "AWS::SNS::Topic";
    let one = format!("<member><TopicArn>{}</TopicArn></member>", arn("sns", NAME));
    let listed = || shows("ListTopics", &format!("<Topics>{one}</Topics>"));
    let owned = || shows("ListTagsForResource", &format!("<Tags>{}</Tags>", xml_tags("member", "Key", "Value")));
    let described = shows("GetTopicAttributes", "<Attributes/>");
    vec![
        (kind, vec![listed(), has_not("ListTagsForResource", "ResourceNotFound")]),
        (kind, vec![listed(), owned(), has_not("GetTopicAttributes", "NotFound")]),
        (kind, vec![listed(), owned(), described, has_not("ListSubscriptionsByTopic", "NotFound")]),
    ]
}

fn secrets() -> Vec<Case> {
    let secret = json!({ "Name": NAME, "ARN": arn("secretsmanager", &format!("secret:{NAME}-AbCdEf")), "Tags": json_tags("Key", "Value") });
    let kind = "AWS::SecretsManager::Secret";
    let listed = || says("ListSecrets", &json!({ "SecretList": [secret] }));
    let missing = "ResourceNotFoundException";
    vec![
        (kind, vec![listed(), refuses("DescribeSecret", missing)]),
        (kind, vec![listed(), says("DescribeSecret", &secret), refuses("GetResourcePolicy", missing)]),
    ]
}

/// CloudFront, in its protocol of paths and documents.
fn networks_of_delivery() -> Vec<Case> {
    let document = |operation: &'static str, inner: String| (operation, 200, inner);
    let gone = |operation: &'static str, code: &str| (operation, 404, xml_error(code, "does not exist"));
    let tags =
        || document("ListTagsForResource", format!("<Tags><Items>{}</Items></Tags>", xml_tags("Tag", "Key", "Value")));
    let listed = |kind: &str, times: &str| {
        let arn = format!("arn:aws:cloudfront::123456789012:{kind}/E1");
        format!("<Id>E1</Id><ARN>{arn}</ARN><Arn>{arn}</Arn><Name>{NAME}</Name><Status>Deployed</Status>{times}")
    };
    // Of what was changed lately the tag index may not know.
    let lately = "<LastModifiedTime>2099-01-01T00:00:00Z</LastModifiedTime>";
    let distributions = || {
        let one = format!("<DistributionSummary>{}</DistributionSummary>", listed("distribution", lately));
        document("ListDistributions", format!("<DistributionList><Items>{one}</Items></DistributionList>"))
    };
    let origins = || {
        let one = format!("<VpcOriginSummary>{}</VpcOriginSummary>", listed("vpcorigin", lately));
        document("ListVpcOrigins", format!("<VpcOriginList><Items>{one}</Items></VpcOriginList>"))
    };
    let functions = || {
        let own = "p--acme--production--main";
        let told = format!(
            "<FunctionMetadata><FunctionARN>arn:aws:cloudfront::123456789012:function/{own}</FunctionARN>{lately}</FunctionMetadata>"
        );
        let config = "<FunctionConfig><Comment></Comment><Runtime>cloudfront-js-2.0</Runtime></FunctionConfig>";
        let one = format!("<FunctionSummary><Name>{own}</Name>{config}{told}</FunctionSummary>");
        document("ListFunctions", format!("<FunctionList><Items>{one}</Items></FunctionList>"))
    };
    let (distribution, origin) = ("AWS::CloudFront::Distribution", "AWS::CloudFront::VpcOrigin");
    vec![
        ("AWS::CloudFront::Function", vec![functions(), functions(), gone("GetFunction", "NoSuchFunctionExists")]),
        (distribution, vec![distributions(), gone("ListTagsForResource", "NoSuchResource")]),
        (distribution, vec![distributions(), tags(), gone("GetDistribution", "NoSuchDistribution")]),
        (origin, vec![origins(), gone("ListTagsForResource", "NoSuchResource")]),
        (origin, vec![origins(), tags(), gone("GetVpcOrigin", "EntityNotFound")]),
    ]
}

fn namespaces() -> Vec<Case> {
    let one = json!({ "Id": "ns-1", "Name": NAME, "Type": "HTTP", "Arn": arn("servicediscovery", "namespace/ns-1") });
    let listed = says("ListNamespaces", &json!({ "Namespaces": [one] }));
    vec![(
        "AWS::ServiceDiscovery::HttpNamespace",
        vec![listed, refuses("ListTagsForResource", "ResourceNotFoundException")],
    )]
}

fn rules() -> Vec<Case> {
    let kind = "AWS::Events::Rule";
    let rule = json!({ "Name": NAME, "Arn": arn("events", &format!("rule/{NAME}")), "State": "ENABLED" });
    let listed = || says("ListRules", &json!({ "Rules": [rule] }));
    let owned = says("ListTagsForResource", &json!({ "Tags": json_tags("Key", "Value") }));
    vec![
        (kind, vec![listed(), refuses("ListTagsForResource", "ResourceNotFoundException")]),
        (kind, vec![listed(), owned, refuses("ListTargetsByRule", "ResourceNotFoundException")]),
    ]
}

fn settings() -> Vec<Case> {
    let owned = || says("ListTagsForResource", &json!({ "TagList": json_tags("Key", "Value") }));
    let key = ("GetEbsDefaultKmsKeyId", 200, "<GetEbsDefaultKmsKeyIdResponse/>".to_owned());
    vec![
        (
            "AWS::EC2::EBSEncryptionByDefault",
            vec![owned(), has_not("GetEbsEncryptionByDefault", "InvalidRequest.NotFound"), key],
        ),
        ("AWS::ECS::AccountSettings", vec![owned(), refuses("ListAccountSettings", "ResourceNotFoundException")]),
        (
            "AWS::EC2::InstanceMetadataDefaults",
            vec![owned(), has_not("GetInstanceMetadataDefaults", "InvalidRequest.NotFound")],
        ),
    ]
}

fn detectors() -> Vec<Case> {
    let gone = json!({
        "__type": "BadRequestException",
        "message": "The request is rejected because the input detectorId is not owned by the current account.",
    });
    let listed = says("ListDetectors", &json!({ "detectorIds": ["12abc34d567e8fa901bc2d34e56789f0"] }));
    vec![("AWS::GuardDuty::Detector", vec![listed, ("GetDetector", 400, gone.to_string())])]
}
