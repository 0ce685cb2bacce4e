#!/usr/bin/env python3
"""Puts things of other people into an account, which no run on acme/production may touch: plant_strangers.py URL ACCOUNT.

Some bear no tags, some bear those of another stack of the same project, some have names that begin as ours do.
"""

import json
import sys

import boto3

OTHER = {"provision:project": "provision", "provision:tenant": "acme", "provision:environment": "staging", "provision:name": "main"}
TAGS = [{"Key": key, "Value": value} for key, value in OTHER.items()]


def main():
    url, account = sys.argv[1:]

    def client(service):
        keys = {"aws_access_key_id": account, "aws_secret_access_key": "secret"}
        return boto3.client(service, endpoint_url=url, region_name="us-east-1", **keys)

    ec2 = client("ec2")
    nets = []
    for cidr, tags in (("10.20.0.0/16", []), ("10.77.0.0/16", TAGS)):
        asked = {"TagSpecifications": [{"ResourceType": "vpc", "Tags": tags}]} if tags else {}
        vpc = ec2.create_vpc(CidrBlock=cidr, **asked)["Vpc"]["VpcId"]
        for zone, third in (("a", 0), ("b", 16)):
            subnet = cidr.replace("0.0/16", f"{third}.0/20")
            nets.append(ec2.create_subnet(VpcId=vpc, CidrBlock=subnet, AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"])
    group = ec2.create_security_group(GroupName="acme-production-alb", Description="by hand", VpcId=vpc)["GroupId"]
    ec2.allocate_address(Domain="vpc")
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", VpcEndpointType="Gateway")
    ec2.create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogGroupName="acme-production-by-hand",
        DeliverLogsPermissionArn=f"arn:aws:iam::{account}:role/acme-production-someone",
    )
    elb = client("elbv2")
    elb.create_load_balancer(Name="acme-production-other", Subnets=nets[2:], SecurityGroups=[group], Scheme="internal")
    elb.create_target_group(Name="acme-production-tg", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    client("iam").create_role(RoleName="acme-production-someone", AssumeRolePolicyDocument=json.dumps(trust))
    client("iam").create_instance_profile(InstanceProfileName="acme-production-hand")
    launch = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}
    template = ec2.create_launch_template(LaunchTemplateName="acme-production-hand", LaunchTemplateData=launch)["LaunchTemplate"]["LaunchTemplateId"]
    scaling = client("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="acme-production-hand", MinSize=0, MaxSize=1, VPCZoneIdentifier=nets[0],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
    )
    group = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupARN"]
    client("ecs").create_capacity_provider(name="acme-production-hand", autoScalingGroupProvider={"autoScalingGroupArn": group})
    client("logs").create_log_group(logGroupName="/acme/production/by-hand")
    kms = client("kms")
    key = kms.create_key(Description="by hand")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/acme-production-by-hand", TargetKeyId=key)
    rds = client("rds")
    rds.create_db_subnet_group(DBSubnetGroupName="acme-production-hand", DBSubnetGroupDescription="by hand", SubnetIds=nets[:2], Tags=TAGS)
    rds.create_db_cluster(DBClusterIdentifier="acme-staging-main", Engine="aurora-mysql", MasterUsername="admin", ManageMasterUserPassword=True, Tags=TAGS)
    rds.create_db_parameter_group(DBParameterGroupName="acme-production-hand", DBParameterGroupFamily="aurora-mysql8.0", Description="by hand")
    login = {"AuthScheme": "SECRETS", "SecretArn": f"arn:aws:secretsmanager:us-east-1:{account}:secret:hand-AbCdEf"}
    role = f"arn:aws:iam::{account}:role/acme-production-someone"
    rds.create_db_proxy(DBProxyName="acme-production-hand", EngineFamily="MYSQL", Auth=[login], RoleArn=role, VpcSubnetIds=nets[:2])
    hand = {"UserId": "acme-production-hand", "UserName": "default", "Engine": "redis", "NoPasswordRequired": True}
    client("elasticache").create_user(**hand, AccessString="off -@all")
    client("elasticache").create_user_group(UserGroupId="acme-production-hand", Engine="redis", UserIds=["acme-production-hand"])
    client("elasticache").create_cache_parameter_group(CacheParameterGroupName="acme-production-hand", CacheParameterGroupFamily="redis7", Description="by hand")
    ecs = client("ecs")
    ecs.create_cluster(clusterName="acme-staging-main", tags=[{"key": key, "value": value} for key, value in OTHER.items()])
    client("s3").create_bucket(Bucket="acme-production-hand")
    client("sqs").create_queue(QueueName="acme-production-hand")
    client("sns").create_topic(Name="acme-production-hand")
    client("ecr").create_repository(repositoryName="acme-production-hand")
    ssm = client("ssm")
    ssm.put_parameter(Name="/provision/acme/production/hand", Type="String", Value="1")
    ssm.put_parameter(Name="acme-production-hand", Type="String", Value="1", Tags=TAGS)
    ssm.put_parameter(Name="/provision.settings/instance-metadata-defaults", Type="String", Value="1", Tags=TAGS)
    client("guardduty").create_detector(Enable=True, Tags=OTHER)
    client("events").put_rule(Name="acme-production-hand", ScheduleExpression="rate(1 day)")
    ses = client("sesv2")
    ses.create_configuration_set(ConfigurationSetName="acme-production-hand")
    ses.create_email_identity(EmailIdentity="hand.example", Tags=TAGS)
    efs = client("efs")
    system = efs.create_file_system(CreationToken="by hand", Tags=[{"Key": "Name", "Value": "acme-production-hand"}])["FileSystemId"]
    efs.create_access_point(ClientToken="by hand", FileSystemId=system)
    client("opensearch").create_domain(DomainName="acme-production-hand", EngineVersion="OpenSearch_2.19")
    client("logs").put_resource_policy(policyName="acme-production-hand", policyDocument='{"Version": "2012-10-17", "Statement": []}')
    watch = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 1}
    watch |= {"Threshold": 90, "ComparisonOperator": "GreaterThanThreshold"}
    client("cloudwatch").put_metric_alarm(AlarmName="acme-production-hand", **watch)
    client("cloudwatch").put_composite_alarm(AlarmName="acme-production-hand-any", AlarmRule='ALARM("acme-production-hand")')
    client("cloudwatch").put_dashboard(DashboardName="acme-production-hand", DashboardBody='{"widgets": []}')
    scheduler = client("scheduler")
    scheduler.create_schedule_group(Name="acme-production-hand")
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:hand", "RoleArn": "arn:aws:iam::123456789012:role/hand"}
    times = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    scheduler.create_schedule(Name="acme-production-hand", GroupName="acme-production-hand", Target=target, **times)
    cloudfront = client("cloudfront")
    access = {"SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
    cloudfront.create_origin_access_control(OriginAccessControlConfig=access | {"Name": "acme-production-hand"})
    cloudfront.create_origin_access_control(OriginAccessControlConfig=access | {"Name": "provision--acme--staging--main"})
    nothing = {"HeadersConfig": {"HeaderBehavior": "none"}, "CookiesConfig": {"CookieBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"}}
    for name in ("acme-production-hand", "provision--acme--staging--main"):
        kept = {"EnableAcceptEncodingGzip": True, **nothing}
        cloudfront.create_cache_policy(CachePolicyConfig={"Name": name, "MinTTL": 0, "ParametersInCacheKeyAndForwardedToOrigin": kept})
        cloudfront.create_origin_request_policy(OriginRequestPolicyConfig={"Name": name, **nothing})
        safe = {"ContentTypeOptions": {"Override": True}}
        cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig={"Name": name, "SecurityHeadersConfig": safe})
        run = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        cloudfront.create_function(Name=name, FunctionConfig=run, FunctionCode=b"function handler(event) { return event.request; }")
    origin = {"Id": "hand", "DomainName": "hand.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behavior = {"TargetOriginId": "hand", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
    served = {"CallerReference": "hand", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]}}
    served["DefaultCacheBehavior"] = behavior
    cloudfront.create_distribution_with_tags(DistributionConfigWithTags={"DistributionConfig": served, "Tags": {"Items": TAGS}})
    client("servicediscovery").create_http_namespace(Name="acme-production-hand")
    client("acm").request_certificate(DomainName="www.acme.example", ValidationMethod="DNS")
    client("wafv2").create_regex_pattern_set(Name="acme-production-hand", Scope="REGIONAL", RegularExpressionList=[{"RegexString": "^/"}])
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="acme.test", CallerReference="by hand")["HostedZone"]["Id"]
    record = {"Name": "www.acme.test", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]})
    asked = {"Type": "HTTPS", "FullyQualifiedDomainName": "www.acme.test"}
    route53.create_health_check(CallerReference="by hand", HealthCheckConfig=asked)
    client("wafv2").create_ip_set(Name="acme-production-hand", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["192.0.2.0/24"])


if __name__ == "__main__":
    main()
