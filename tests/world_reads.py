"""What there is in an account, service by service: for check_world.py."""

import json

from dataclasses import dataclass

TENANT, ENVIRONMENT, NAME = "provision:tenant", "provision:environment", "provision:name"


@dataclass
class Thing:
    """One thing: what it is called, by which ids AWS and others know it, and what it is.

    Kinds whose physical names end in a hash of ids have such a name among their ids."""

    name: str
    identities: list
    body: dict


def thing(kind, body, tags, *identities):
    """One thing; its first identity is what it is called if it bears no tags of a stack."""
    tags = tags if isinstance(tags, dict) else {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in tags or ()}
    ours = [tags.get(key) for key in (TENANT, ENVIRONMENT, NAME)]
    name = f"{kind} {'/'.join(ours)}" if all(ours) else f"{kind} {identities[0]}"
    known = [identity for identity in identities if identity] if all(ours) else []
    return Thing(name, known, dict(body, Tags=tags))


def by_name(kind, body, name, *identities):
    """One thing that bears no tags: its name tells whose it is."""
    parts = name.split("--", 3)
    ours = dict(zip((TENANT, ENVIRONMENT, NAME), parts[1:])) if len(parts) == 4 else {}
    return thing(kind, body, ours, *identities)


def made_by_aws(kind, item):
    """What comes with a network is called after it."""
    is_main = kind == "RouteTable" and any(one.get("Main") for one in item["Associations"])
    is_default = kind == "SecurityGroup" and item["GroupName"] == "default"
    return f"AWS::EC2::{kind} of {item['VpcId']}" if is_main or is_default else None


def pages(client, operation, key, **asked):
    if client.can_paginate(operation):
        return [item for page in client.get_paginator(operation).paginate(**asked) for item in page.get(key) or ()]
    return getattr(client, operation)(**asked).get(key) or []


def network(client):
    ec2 = client("ec2")
    plain = (
        ("VPC", "describe_vpcs", "Vpcs", "VpcId"),
        ("Subnet", "describe_subnets", "Subnets", "SubnetId"),
        ("InternetGateway", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
        ("EgressOnlyInternetGateway", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
        ("EIP", "describe_addresses", "Addresses", "AllocationId"),
        ("NatGateway", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
        ("VPCEndpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
        ("FlowLog", "describe_flow_logs", "FlowLogs", "FlowLogId"),
        ("LaunchTemplate", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
        ("RouteTable", "describe_route_tables", "RouteTables", "RouteTableId"),
        ("SecurityGroup", "describe_security_groups", "SecurityGroups", "GroupId"),
    )
    for kind, operation, key, identity in plain:
        for item in pages(ec2, operation, key):
            if item.get("State") == "deleted":
                continue
            if kind == "VPC":
                for name in ("enableDnsHostnames", "enableDnsSupport"):
                    item[name] = ec2.describe_vpc_attribute(VpcId=item["VpcId"], Attribute=name)[name[0].upper() + name[1:]]
            if kind == "LaunchTemplate":
                versions = pages(ec2, "describe_launch_template_versions", "LaunchTemplateVersions", LaunchTemplateId=item[identity], Versions=["$Latest"])
                item["Data"] = versions[0]["LaunchTemplateData"]
            hashed = [item["GroupName"]] if kind == "SecurityGroup" and item["GroupName"] != "default" else []
            arns = [item.pop(key) for key in ("SubnetArn", "SecurityGroupArn") if key in item]
            if name := made_by_aws(kind, item):
                yield Thing(name, [item[identity]], item)
            else:
                yield thing(f"AWS::EC2::{kind}", item, item.pop("Tags", []), item[identity], *hashed, *arns)


def balancing(client):
    elb = client("elbv2")

    def tags(arn):
        return elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]

    for item in pages(elb, "describe_load_balancers", "LoadBalancers"):
        arn = item["LoadBalancerArn"]
        item["Attributes"] = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        yield thing("AWS::ElasticLoadBalancingV2::LoadBalancer", item, tags(arn), arn, arn.split("loadbalancer/")[1])
        for listener in pages(elb, "describe_listeners", "Listeners", LoadBalancerArn=arn):
            yield thing("AWS::ElasticLoadBalancingV2::Listener", listener, tags(listener["ListenerArn"]), listener["ListenerArn"])
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                if not rule["IsDefault"]:
                    yield thing("AWS::ElasticLoadBalancingV2::ListenerRule", rule, tags(rule["RuleArn"]), rule["RuleArn"])
    for item in pages(elb, "describe_target_groups", "TargetGroups"):
        arn = item["TargetGroupArn"]
        item["Attributes"] = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        names = (arn, arn.split(":")[-1], item["TargetGroupName"])
        yield thing("AWS::ElasticLoadBalancingV2::TargetGroup", item, tags(arn), *names)


def firewall(client):
    waf = client("wafv2")

    def tags(arn):
        return waf.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"]["TagList"]

    for scope in ("REGIONAL", "CLOUDFRONT") if waf.meta.region_name == "us-east-1" else ("REGIONAL",):
        logs = {log["ResourceArn"]: log for log in waf.list_logging_configurations(Scope=scope)["LoggingConfigurations"]}
        for item in waf.list_web_acls(Scope=scope)["WebACLs"]:
            acl = waf.get_web_acl(Name=item["Name"], Scope=scope, Id=item["Id"])["WebACL"]
            acl["Resources"] = waf.list_resources_for_web_acl(WebACLArn=item["ARN"])["ResourceArns"] if scope == "REGIONAL" else []
            acl["LoggingConfiguration"] = logs.get(item["ARN"])
            yield thing("AWS::WAFv2::WebACL", acl, tags(item["ARN"]), item["ARN"], item["Id"])
        for item in waf.list_ip_sets(Scope=scope)["IPSets"]:
            addresses = waf.get_ip_set(Name=item["Name"], Scope=scope, Id=item["Id"])["IPSet"]
            yield thing("AWS::WAFv2::IPSet", addresses, tags(item["ARN"]), item["ARN"], item["Id"])
        for item in waf.list_regex_pattern_sets(Scope=scope)["RegexPatternSets"]:
            patterns = waf.get_regex_pattern_set(Name=item["Name"], Scope=scope, Id=item["Id"])["RegexPatternSet"]
            yield thing("AWS::WAFv2::RegexPatternSet", patterns, tags(item["ARN"]), item["ARN"], item["Id"])


def delivery(client):
    cloudfront = client("cloudfront")

    def tags(arn):
        return cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"]

    for item in [one for page in cloudfront.get_paginator("list_distributions").paginate() for one in page["DistributionList"].get("Items") or ()]:
        told = cloudfront.get_distribution(Id=item["Id"])["Distribution"]
        told.pop("LastModifiedTime")
        # The token of the create.
        told["DistributionConfig"].pop("CallerReference")
        yield thing("AWS::CloudFront::Distribution", told, tags(item["ARN"]), item["ARN"], item["Id"], item["DomainName"])
    for item in cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items") or ():
        yield by_name("AWS::CloudFront::OriginAccessControl", item, item["Name"], item["Id"])
    for sort, many in (("CachePolicy", "cache_policies"), ("OriginRequestPolicy", "origin_request_policies"), ("ResponseHeadersPolicy", "response_headers_policies")):
        for item in getattr(cloudfront, f"list_{many}")(Type="custom")[f"{sort}List"].get("Items") or ():
            del item[sort]["LastModifiedTime"]
            yield by_name(f"AWS::CloudFront::{sort}", item[sort], item[sort][f"{sort}Config"]["Name"], item[sort]["Id"])
    for stage in ("DEVELOPMENT", "LIVE"):
        for item in cloudfront.list_functions(Stage=stage)["FunctionList"].get("Items") or ():
            told = {"Code": cloudfront.get_function(Name=item["Name"], Stage=stage)["FunctionCode"].read().decode(), "Config": item["FunctionConfig"]}
            if stage == "DEVELOPMENT":
                yield by_name("AWS::CloudFront::Function", told, item["Name"], item["FunctionMetadata"]["FunctionARN"])
    for item in cloudfront.list_vpc_origins()["VpcOriginList"].get("Items") or ():
        told = cloudfront.get_vpc_origin(Id=item["Id"])["VpcOrigin"]
        del told["CreatedTime"], told["LastModifiedTime"]
        yield thing("AWS::CloudFront::VpcOrigin", told, tags(item["Arn"]), item["Arn"], item["Id"], item["Name"])


def containers(client):
    ecs = client("ecs")
    arns = pages(ecs, "list_clusters", "clusterArns")
    for item in ecs.describe_clusters(clusters=arns, include=["TAGS", "SETTINGS", "CONFIGURATIONS"])["clusters"]:
        if item["status"] == "INACTIVE":
            continue
        yield thing("AWS::ECS::Cluster", item, item.pop("tags", []), item["clusterArn"])
        for service in pages(ecs, "list_services", "serviceArns", cluster=item["clusterArn"]):
            told = ecs.describe_services(cluster=item["clusterArn"], services=[service], include=["TAGS"])["services"][0]
            told["deployments"] = [(held["status"], held["rolloutState"], held["taskDefinition"]) for held in told["deployments"]]
            yield thing("AWS::ECS::Service", told, told.pop("tags", []), service)
    newest = {}
    for arn in sorted(pages(ecs, "list_task_definitions", "taskDefinitionArns"), key=lambda arn: int(arn.rsplit(":", 1)[1])):
        newest[arn.rsplit(":", 1)[0]] = arn
    for arn in newest.values():
        told = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
        yield thing("AWS::ECS::TaskDefinition", told["taskDefinition"], told.get("tags", []), arn)


def scaling(client):
    auto = client("application-autoscaling")
    policies = pages(auto, "describe_scaling_policies", "ScalingPolicies", ServiceNamespace="ecs")
    for item in pages(auto, "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs"):
        item["Policies"] = [dict(one, PolicyARN="") for one in policies if one["ResourceId"] == item["ResourceId"]]
        arn = item.pop("ScalableTargetARN", None)
        tags = auto.list_tags_for_resource(ResourceARN=arn)["Tags"]
        yield thing("AWS::ApplicationAutoScaling::ScalableTarget", item, tags, item["ResourceId"], arn)


def machines(client):
    for item in pages(client("autoscaling"), "describe_auto_scaling_groups", "AutoScalingGroups"):
        item["VPCZoneIdentifier"] = item["VPCZoneIdentifier"].split(",")  # in no order
        yield thing("AWS::AutoScaling::AutoScalingGroup", item, item.pop("Tags", []), item["AutoScalingGroupName"], item["AutoScalingGroupARN"])
    for item in client("ecs").describe_capacity_providers(include=["TAGS"])["capacityProviders"]:
        if item["name"] not in ("FARGATE", "FARGATE_SPOT"):
            yield thing("AWS::ECS::CapacityProvider", item, item.pop("tags", []), item["name"])
    iam = client("iam")
    for item in pages(iam, "list_instance_profiles", "InstanceProfiles"):
        tags = iam.list_instance_profile_tags(InstanceProfileName=item["InstanceProfileName"])["Tags"]
        yield thing("AWS::IAM::InstanceProfile", item, tags, item["Arn"], item["InstanceProfileName"])


def roles(client):
    iam = client("iam")
    for item in pages(iam, "list_roles", "Roles"):
        name = item["RoleName"]
        if "/aws-service-role/" in item["Arn"]:
            continue
        documents = pages(iam, "list_role_policies", "PolicyNames", RoleName=name)
        item["Policies"] = {one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in documents}
        item["Attached"] = pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
        yield thing("AWS::IAM::Role", item, pages(iam, "list_role_tags", "Tags", RoleName=name), item["Arn"])


def logs(client):
    cloudwatch = client("logs")
    for item in pages(cloudwatch, "describe_log_groups", "logGroups"):
        arn = item["arn"].removesuffix(":*")
        yield thing("AWS::Logs::LogGroup", item, cloudwatch.list_tags_for_resource(resourceArn=arn)["tags"], arn)
    for kind, call, key in (
        ("Delivery", "describe_deliveries", "deliveries"),
        ("DeliveryDestination", "describe_delivery_destinations", "deliveryDestinations"),
        ("DeliverySource", "describe_delivery_sources", "deliverySources"),
    ):
        for item in pages(cloudwatch, call, key):
            tags = cloudwatch.list_tags_for_resource(resourceArn=item["arn"])["tags"]
            item.pop("tags", None)
            yield thing(f"AWS::Logs::{kind}", item, tags, item["arn"], item.get("id"))


def keys(client):
    kms = client("kms")
    aliases = pages(kms, "list_aliases", "Aliases")
    for item in pages(kms, "list_keys", "Keys"):
        key = item["KeyId"]
        told = kms.describe_key(KeyId=key)["KeyMetadata"]
        if told["KeyManager"] == "AWS":
            continue
        told["Aliases"] = [alias["AliasName"] for alias in aliases if alias.get("TargetKeyId") == key]
        told["Policy"] = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        if told["KeyState"] == "Enabled":
            told["Rotation"] = kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
        tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
        yield thing("AWS::KMS::Key", told, tags, key, item["KeyArn"])


def certificates(client):
    acm = client("acm")
    for item in pages(acm, "list_certificates", "CertificateSummaryList"):
        arn = item["CertificateArn"]
        told = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        tags = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
        yield thing("AWS::CertificateManager::Certificate", told, tags, arn)


def databases(client):
    rds = client("rds")

    def tags(arn):
        return rds.list_tags_for_resource(ResourceName=arn)["TagList"]

    for item in pages(rds, "describe_db_clusters", "DBClusters"):
        yield thing("AWS::RDS::DBCluster", item, item.pop("TagList", []), item["DBClusterArn"])
    for item in pages(rds, "describe_db_instances", "DBInstances"):
        yield thing("AWS::RDS::DBInstance", item, item.pop("TagList", []), item["DBInstanceArn"])
    for item in pages(rds, "describe_db_subnet_groups", "DBSubnetGroups"):
        arn = item["DBSubnetGroupArn"]
        yield thing("AWS::RDS::DBSubnetGroup", item, tags(arn), arn, item["DBSubnetGroupName"])
    for item in pages(rds, "describe_db_proxies", "DBProxies"):
        name, arn = item["DBProxyName"], item["DBProxyArn"]
        group = rds.describe_db_proxy_target_groups(DBProxyName=name)["TargetGroups"][0]
        targets = rds.describe_db_proxy_targets(DBProxyName=name)["Targets"]
        item["Pool"], item["Targets"] = group["ConnectionPoolConfig"], [target["RdsResourceId"] for target in targets]
        yield thing("AWS::RDS::DBProxy", item, tags(arn), arn, name)
    for item in pages(rds, "describe_db_cluster_parameter_groups", "DBClusterParameterGroups"):
        name, arn = item["DBClusterParameterGroupName"], item["DBClusterParameterGroupArn"]
        item["Parameters"] = pages(rds, "describe_db_cluster_parameters", "Parameters", DBClusterParameterGroupName=name)
        yield thing("AWS::RDS::DBClusterParameterGroup", item, tags(arn), arn, name)
    for item in pages(rds, "describe_db_parameter_groups", "DBParameterGroups"):
        name, arn = item["DBParameterGroupName"], item["DBParameterGroupArn"]
        # AWS's own are there with the first instance of their family.
        if not name.startswith("default."):
            item["Parameters"] = pages(rds, "describe_db_parameters", "Parameters", DBParameterGroupName=name)
            yield thing("AWS::RDS::DBParameterGroup", item, tags(arn), arn, name)
    for item in pages(rds, "describe_db_cluster_snapshots", "DBClusterSnapshots", SnapshotType="manual"):
        name, arn = item["DBClusterSnapshotIdentifier"], item["DBClusterSnapshotArn"]
        yield thing("AWS::RDS::DBClusterSnapshot", item, item.pop("TagList", []), arn, name)


def caches(client):
    cache = client("elasticache")

    def tags(arn):
        return cache.list_tags_for_resource(ResourceName=arn)["TagList"]

    for item in pages(cache, "describe_replication_groups", "ReplicationGroups"):
        yield thing("AWS::ElastiCache::ReplicationGroup", item, tags(item["ARN"]), item["ARN"])
    for item in pages(cache, "describe_cache_subnet_groups", "CacheSubnetGroups"):
        arn = item["ARN"]
        yield thing("AWS::ElastiCache::SubnetGroup", item, tags(arn), arn, item["CacheSubnetGroupName"])
    for item in pages(cache, "describe_cache_parameter_groups", "CacheParameterGroups"):
        name, arn = item["CacheParameterGroupName"], item["ARN"]
        item["Parameters"] = pages(cache, "describe_cache_parameters", "Parameters", CacheParameterGroupName=name)
        yield thing("AWS::ElastiCache::ParameterGroup", item, tags(arn), arn, name)
    for item in pages(cache, "describe_users", "Users"):
        yield thing("AWS::ElastiCache::User", item, tags(item["ARN"]), item["ARN"], item["UserId"])
    for item in pages(cache, "describe_user_groups", "UserGroups"):
        yield thing("AWS::ElastiCache::UserGroup", item, tags(item["ARN"]), item["ARN"], item["UserGroupId"])
    for item in pages(cache, "describe_snapshots", "Snapshots"):
        yield thing("AWS::ElastiCache::Snapshot", {"of": item.get("ReplicationGroupId")}, [], item["SnapshotName"])


def files(client):
    s3 = client("s3")
    parts = (
        "get_bucket_encryption",
        "get_public_access_block",
        "get_bucket_ownership_controls",
        "get_bucket_versioning",
        "get_object_lock_configuration",
        "get_bucket_policy",
        "get_bucket_lifecycle_configuration",
        "get_bucket_cors",
        "get_bucket_logging",
        "get_bucket_notification_configuration",
    )
    for item in s3.list_buckets()["Buckets"]:
        name, told = item["Name"], {}
        if name.startswith("provision-provision-"):
            continue  # where the leases are: it is the program's own
        for part in parts:
            told[part] = {key: value for key, value in asked(s3, part, Bucket=name).items() if key != "ResponseMetadata"}
        told["objects"] = len(asked(s3, "list_object_versions", Bucket=name).get("Versions", []))
        tags = asked(s3, "get_bucket_tagging", Bucket=name).get("TagSet", [])
        yield thing("AWS::S3::Bucket", told, tags, name, f"arn:aws:s3:::{name}")


def asked(client, operation, **named):
    """What a service answers; nothing where it says that there is none."""
    try:
        return getattr(client, operation)(**named)
    except client.exceptions.ClientError:
        return {}


def queues(client):
    sqs = client("sqs")
    for url in pages(sqs, "list_queues", "QueueUrls"):
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        tags = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
        yield thing("AWS::SQS::Queue", told, tags, told["QueueArn"])


def topics(client):
    sns = client("sns")
    for item in pages(sns, "list_topics", "Topics"):
        arn = item["TopicArn"]
        told = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        subscriptions = pages(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
        told["Subscriptions"] = sorted((one["Protocol"], one["Endpoint"], settings(sns, one["SubscriptionArn"])) for one in subscriptions)
        tags = sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
        yield thing("AWS::SNS::Topic", told, tags, arn)


def alarms(client):
    cloudwatch = client("cloudwatch")
    for item in pages(cloudwatch, "describe_alarms", "MetricAlarms"):
        # A policy that keeps a metric at a value makes its own, with another name each time.
        if item["AlarmName"].startswith("TargetTracking-"):
            continue
        arn = item["AlarmArn"]
        yield thing("AWS::CloudWatch::Alarm", item, cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"], arn, item["AlarmName"])


def composite_alarms(client):
    cloudwatch = client("cloudwatch")
    for item in pages(cloudwatch, "describe_alarms", "CompositeAlarms", AlarmTypes=["CompositeAlarm"]):
        arn = item["AlarmArn"]
        tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        yield thing("AWS::CloudWatch::CompositeAlarm", item, tags, arn, item["AlarmName"])


def dashboards(client):
    cloudwatch = client("cloudwatch")
    for item in pages(cloudwatch, "list_dashboards", "DashboardEntries"):
        name, arn = item["DashboardName"], item["DashboardArn"]
        body = json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
        tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        yield thing("AWS::CloudWatch::Dashboard", {"DashboardName": name, "Body": body}, tags, arn, name)


def schedules(client):
    scheduler = client("scheduler")
    for item in pages(scheduler, "list_schedule_groups", "ScheduleGroups"):
        tags = scheduler.list_tags_for_resource(ResourceArn=item["Arn"])["Tags"]
        yield thing("AWS::Scheduler::ScheduleGroup", item, tags, item["Arn"], item["Name"])
    for item in pages(scheduler, "list_schedules", "Schedules"):
        told = scheduler.get_schedule(Name=item["Name"], GroupName=item["GroupName"])
        told.pop("ResponseMetadata")
        # Its name says whose it is, and no tags.
        parts = item["Name"].split("--", 3)
        tags = dict(zip((TENANT, ENVIRONMENT, NAME), parts[1:])) if len(parts) == 4 else {}
        yield thing("AWS::Scheduler::Schedule", told, tags, item["Arn"])


def settings(sns, arn):
    """How messages reach a subscription; nothing is told of one that waits to be confirmed."""
    names = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
    told = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"] if arn.startswith("arn:") else {}
    return json.dumps({name: told.get(name) for name in names})


def secrets(client):
    manager = client("secretsmanager")
    for item in pages(manager, "list_secrets", "SecretList"):
        # A service's own goes with what it is for.
        if item.get("OwningService"):
            continue
        arn = item.pop("ARN")
        item["Value"] = bool(item.pop("SecretVersionsToStages", None))
        item["Policy"] = manager.get_resource_policy(SecretId=arn).get("ResourcePolicy")
        yield thing("AWS::SecretsManager::Secret", item, item.pop("Tags", []), arn)


def repositories(client):
    ecr = client("ecr")
    for item in pages(ecr, "describe_repositories", "repositories"):
        name, arn = item["repositoryName"], item["repositoryArn"]
        item.pop("createdAt")
        item["Lifecycle"] = asked(ecr, "get_lifecycle_policy", repositoryName=name).get("lifecyclePolicyText")
        item["Policy"] = asked(ecr, "get_repository_policy", repositoryName=name).get("policyText")
        item["Images"] = len(pages(ecr, "list_images", "imageIds", repositoryName=name))
        yield thing("AWS::ECR::Repository", item, ecr.list_tags_for_resource(resourceArn=arn)["tags"], arn, name)


def parameters(client):
    ssm = client("ssm")
    for item in pages(ssm, "describe_parameters", "Parameters"):
        name = item["Name"]
        item.pop("LastModifiedDate")
        item.pop("Version")
        item["Value"] = ssm.get_parameter(Name=name)["Parameter"]["Value"]
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
        # The mark of a setting says whose that is.
        if kind := SETTINGS.get(name.removeprefix("/provision.settings/")):
            yield thing(kind, account_settings(client)[kind], tags, name)
        else:
            yield thing("AWS::SSM::Parameter", item, tags, name)


SETTINGS = {
    "ebs-encryption-by-default": "AWS::EC2::EBSEncryptionByDefault",
    "ecs": "AWS::ECS::AccountSettings",
    "instance-metadata-defaults": "AWS::EC2::InstanceMetadataDefaults",
}


def account_settings(client):
    ec2 = client("ec2")
    return {
        "AWS::EC2::EBSEncryptionByDefault": {
            "On": ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"],
            "Key": ec2.get_ebs_default_kms_key_id()["KmsKeyId"],
        },
        "AWS::ECS::AccountSettings": {
            one["name"]: one["value"] for one in pages(client("ecs"), "list_account_settings", "settings", effectiveSettings=True)
        },
        "AWS::EC2::InstanceMetadataDefaults": ec2.get_instance_metadata_defaults()["AccountLevel"],
    }


def detectors(client):
    guardduty = client("guardduty")
    for identity in pages(guardduty, "list_detectors", "DetectorIds"):
        item = guardduty.get_detector(DetectorId=identity)
        for moving in ("CreatedAt", "UpdatedAt", "ResponseMetadata", "DataSources"):
            item.pop(moving, None)
        yield thing("AWS::GuardDuty::Detector", item, item.pop("Tags", {}), identity)


def rules(client):
    events = client("events")
    for item in pages(events, "list_rules", "Rules"):
        tags = events.list_tags_for_resource(ResourceARN=item["Arn"])["Tags"]
        item["Targets"] = sorted(pages(events, "list_targets_by_rule", "Targets", Rule=item["Name"]), key=lambda one: one["Id"])
        yield thing("AWS::Events::Rule", item, tags, item["Arn"], item["Name"])


def volumes(client):
    efs = client("efs")
    for item in pages(efs, "describe_file_systems", "FileSystems"):
        identity, arn, tags = item["FileSystemId"], item["FileSystemArn"], item.pop("Tags", [])
        for moving in ("CreationTime", "SizeInBytes", "CreationToken", "Name"):
            item.pop(moving, None)
        item["Rules"] = efs.describe_lifecycle_configuration(FileSystemId=identity)["LifecyclePolicies"]
        item["Policy"] = asked(efs, "describe_file_system_policy", FileSystemId=identity).get("Policy")
        item["Backup"] = asked(efs, "describe_backup_policy", FileSystemId=identity).get("BackupPolicy")
        targets = pages(efs, "describe_mount_targets", "MountTargets", FileSystemId=identity)
        for target in targets:
            groups = efs.describe_mount_target_security_groups(MountTargetId=target["MountTargetId"])
            target["Groups"] = sorted(groups["SecurityGroups"] or ())
            for made_up in ("MountTargetId", "IpAddress"):
                target.pop(made_up)
        item["Targets"] = sorted(targets, key=lambda target: target["SubnetId"])
        yield thing("AWS::EFS::FileSystem", item, tags, arn, identity)
    for item in pages(efs, "describe_access_points", "AccessPoints"):
        tags, _ = item.pop("Tags", []), item.pop("ClientToken")
        yield thing("AWS::EFS::AccessPoint", item, tags, item["AccessPointArn"], item["AccessPointId"])


def domains(client):
    search = client("opensearch")
    for listed in search.list_domain_names()["DomainNames"]:
        name = listed["DomainName"]
        item = search.describe_domain(DomainName=name)["DomainStatus"]
        arn = item["ARN"]
        yield thing("AWS::OpenSearchService::Domain", item, search.list_tags(ARN=arn)["TagList"], arn, name)
    for item in client("logs").describe_resource_policies()["resourcePolicies"]:
        item.pop("lastUpdatedTime", None)
        name = item["policyName"]
        yield by_name("AWS::Logs::ResourcePolicy", item, name, name)
def mails(client):
    ses = client("sesv2")
    for name in pages(ses, "list_configuration_sets", "ConfigurationSets"):
        item = {key: value for key, value in ses.get_configuration_set(ConfigurationSetName=name).items() if key != "ResponseMetadata"}
        told = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
        item["Destinations"] = sorted(told, key=lambda one: one["Name"])
        yield thing("AWS::SES::ConfigurationSet", item, item.pop("Tags", []), name)
    for listed in pages(ses, "list_email_identities", "EmailIdentities"):
        name = listed["IdentityName"]
        item = {key: value for key, value in ses.get_email_identity(EmailIdentity=name).items() if key != "ResponseMetadata"}
        yield thing("AWS::SES::EmailIdentity", item, item.pop("Tags", []), name)


def namespaces(client):
    cloud_map = client("servicediscovery")
    for item in pages(cloud_map, "list_namespaces", "Namespaces"):
        tags = cloud_map.list_tags_for_resource(ResourceARN=item["Arn"])["Tags"]
        yield thing("AWS::ServiceDiscovery::HttpNamespace", item, tags, item["Arn"])


def names(client):
    route53 = client("route53")
    for item in pages(route53, "list_health_checks", "HealthChecks"):
        for made_up in ("CallerReference", "HealthCheckVersion"):
            item.pop(made_up)
        check = item.pop("Id")
        tags = route53.list_tags_for_resource(ResourceType="healthcheck", ResourceId=check)["ResourceTagSet"]["Tags"]
        yield thing("AWS::Route53::HealthCheck", item, tags, check)
    for item in pages(route53, "list_hosted_zones", "HostedZones"):
        zone = item.pop("Id").removeprefix("/hostedzone/")
        item.pop("ResourceRecordSetCount")
        item.pop("CallerReference")
        tags = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)["ResourceTagSet"]["Tags"]
        yield thing("AWS::Route53::HostedZone", item, tags, zone)
        records = {(one["Name"], one["Type"]): one for one in pages(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone)}
        for (name, kind), record in records.items():
            is_made = name == item["Name"] and kind in ("SOA", "NS")
            # A mark belongs to the record that it is beside.
            if is_made or f"_provision.{item['Name']}" in name:
                continue
            own = name.removesuffix(item["Name"]).rstrip(".").replace("\\052", "_any")
            mark = ".".join(part for part in (kind.lower(), own, "_provision", item["Name"]) if part)
            values = records.get((mark, "TXT"), {}).get("ResourceRecords", [])
            said = [text for one in values for text in one["Value"].strip('"').split('" "')]
            plain = name.rstrip(".").replace("\\052", "*")
            yield thing("AWS::Route53::RecordSet", record, dict(text.split("=", 1) for text in said), f"{zone}/{plain}/{kind}", plain)


READS = [
    network, balancing, firewall, delivery, containers, scaling, machines, roles, logs, keys, certificates, databases, caches, files, queues,
    topics, alarms, composite_alarms, dashboards, schedules, secrets, repositories, parameters, volumes, domains, mails, namespaces, names,
    detectors, rules,
]
