//! What is told before anything is made: values without their switch, names that are taken, outputs that are not there.

use std::collections::BTreeSet;
use std::path::Path;

use provision::blueprint::{Files, Source, load_files, template_schema};
use provision::kinds::{KINDS, shapes};
use provision::resource::{Address, Facts, pointer};
use provision::template::{RESOURCE_FIELDS, TEMPLATE_FIELDS};

use crate::input::blueprint::text;
use crate::kinds::canned_kind::kind_of;
use crate::stacks::local_account::blueprints;

pub const TENANT: &str = "
tenant: acme
template: t
account: \"300000000090\"
environments: { production: { region: us-east-1 } }
";

/// What is said of a template with these resources, with places and hints; nothing if it is right.
fn said(resources: &str) -> String {
    let source = |folder: &str, name: &str, text: &str| Source {
        path: Path::new(folder).join(name),
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    let files = Files {
        tenants: vec![source("tenants", "acme.yaml", TENANT)],
        templates: vec![source("templates", "t.yaml", &format!("resources:\n{resources}"))],
        ..Files::default()
    };
    load_files(&files, &shapes(), &|_| true).err().map(|problems| text(&problems)).unwrap_or_default()
}

/// What is said of one resource with these properties.
pub fn said_of(kind: &str, properties: &str) -> String {
    said(&format!("  - type: {kind}\n    name: a\n    properties: {properties}\n"))
}

#[test]
fn a_value_without_its_switch_is_a_mistake_with_both_lines() {
    let key = "
  - type: AWS::KMS::Key
    name: a
    properties:
      EnableKeyRotation: false
      RotationPeriodInDays: 180
";
    let said = said(key);
    assert!(said.contains("`RotationPeriodInDays` counts only with `EnableKeyRotation: true`"), "{said}");
    assert!(said.contains("t.yaml:6") && said.contains("t.yaml:7"), "the value's line and the switch's: {said}");
    assert!(said.contains("leave `RotationPeriodInDays` out"), "{said}");
    let group = |more: &str| {
        let given = format!("{{ Protocol: TCP, Port: 80, VpcId: vpc-1, TargetType: ip, {more} }}");
        said_of("AWS::ElasticLoadBalancingV2::TargetGroup", &given)
    };
    assert!(group("Matcher: { HttpCode: \"200\" }").contains("`Matcher` counts only with"));
    assert!(
        group("TargetGroupAttributes: [{ Key: slow_start.duration_seconds, Value: \"30\" }]").contains("counts only")
    );
    assert_eq!(group("HealthCheckProtocol: HTTP, Matcher: { HttpCode: \"200\" }"), "");
    assert_eq!(said_of("AWS::KMS::Key", "{ RotationPeriodInDays: 365 }"), "", "what it is anyway says nothing");
}

#[test]
fn a_flow_log_takes_what_its_destination_takes_alone() {
    let log = |more: &str| {
        said_of("AWS::EC2::FlowLog", &format!("{{ ResourceId: vpc-1, ResourceType: VPC, TrafficType: ALL, {more} }}"))
    };
    let role = "DeliverLogsPermissionArn: \"arn:aws:iam::300000000090:role/flows\"";
    assert_eq!(log(&format!("LogGroupName: flows, {role}")), "");
    assert_eq!(log("LogDestinationType: s3, LogDestination: \"arn:aws:s3:::flows\""), "");
    assert!(log("LogGroupName: flows").contains("the role by which it writes"));
    assert!(log(role).contains("where the lines go"));
    let bucket = format!("LogDestinationType: s3, LogDestination: \"arn:aws:s3:::flows\", {role}");
    assert!(log(&bucket).contains("`DeliverLogsPermissionArn` counts only with"), "{}", log(&bucket));
    assert!(log("LogDestinationType: s3").contains("the ARN of the bucket"));
}

#[test]
fn an_expression_that_waf_would_not_take_is_a_mistake() {
    let set = |expression: &str| {
        said_of(
            "AWS::WAFv2::RegexPatternSet",
            &format!("{{ Scope: REGIONAL, RegularExpressionList: [\"{expression}\"] }}"),
        )
    };
    assert_eq!(set("^/x"), "");
    assert!(set(&"x".repeat(201)).contains("at most 200 letters"));
}

#[test]
fn an_endpoint_takes_what_its_type_takes_alone() {
    let endpoint =
        |more: &str| said_of("AWS::EC2::VPCEndpoint", &format!("{{ VpcId: vpc-1, ServiceName: s, {more} }}"));
    assert_eq!(endpoint("RouteTableIds: [rtb-1]"), "");
    let interface = "VpcEndpointType: Interface, SubnetIds: [subnet-1]";
    assert_eq!(endpoint(&format!("{interface}, SecurityGroupIds: [sg-1]")), "");
    assert!(endpoint(interface).contains("needs the group that lets its users in"));
    assert!(endpoint("SubnetIds: [subnet-1]").contains("`SubnetIds` counts only with"));
    assert!(endpoint("VpcEndpointType: Resource").contains("is Gateway, Interface or GatewayLoadBalancer"));
    let unversioned =
        "PolicyDocument: { Statement: [{ Effect: Allow, Principal: \"*\", Action: \"s3:*\", Resource: \"*\" }] }";
    assert!(endpoint(unversioned).contains("a policy without a Version"));
}

#[test]
fn where_commands_are_logged_and_when_a_database_pauses_count_only_with_their_switch() {
    let cluster = |exec: &str| {
        said_of("AWS::ECS::Cluster", &format!("{{ Configuration: {{ ExecuteCommandConfiguration: {exec} }} }}"))
    };
    let log = "LogConfiguration: { CloudWatchLogGroupName: commands }";
    assert_eq!(cluster(&format!("{{ Logging: OVERRIDE, {log} }}")), "");
    assert_eq!(cluster("{ Logging: NONE }"), "");
    for logging in ["", "Logging: NONE,"] {
        let said = cluster(&format!("{{ {logging} {log} }}"));
        assert!(said.contains("`LogConfiguration` counts only with `Logging: OVERRIDE`"), "{said}");
    }
    let said = cluster("{ Logging: OVERRIDE, LogConfiguration: { S3KeyPrefix: a } }");
    assert!(said.contains("needs a LogConfiguration with a log group or a bucket"), "{said}");

    let database = |least: &str| {
        let range = format!("{{ MinCapacity: {least}, MaxCapacity: 4, SecondsUntilAutoPause: 600 }}");
        let given = format!(
            "{{ Engine: aurora-mysql, MasterUsername: m, ManageMasterUserPassword: true, VpcSecurityGroupIds: [sg-1], \
             ServerlessV2ScalingConfiguration: {range} }}"
        );
        said_of("AWS::RDS::DBCluster", &given)
    };
    assert_eq!(database("0"), "");
    assert!(database("0.5").contains("needs a MinCapacity of 0"), "{}", database("0.5"));
}

/// Every switch of every kind names properties that there are, and is off by what it says.
#[test]
fn the_switches_of_every_kind_are_properties() {
    for kind in KINDS {
        let Facts { kind: name, switches, disjoint_names, keyed, .. } = kind.facts();
        let lists = disjoint_names.iter().flat_map(|(one, other)| [*one, *other]);
        let all = switches.iter().flat_map(|switch| [switch.property, switch.by]).chain(lists);
        for path in all {
            let at = pointer::steps(path).try_fold(kind.schema().root(), |node, step| {
                // An element of a keyed list, by its key.
                kind.schema().child(node, &step)
            });
            assert!(at.is_some(), "{name} has no {path}");
        }
        for (one, other) in *disjoint_names {
            let stars = |path: &str| path.matches('*').count();
            assert!(stars(one) >= stars(other), "{name}: {one} says less than {other}");
            assert!(keyed.iter().any(|(list, _)| list == other), "{name}: {other} has no names");
        }
    }
}

#[test]
fn a_name_that_is_taken_in_its_list_is_a_mistake_with_both_lines() {
    let task = "
  - type: AWS::ECS::TaskDefinition
    name: a
    properties:
      ContainerDefinitions:
        - Name: web
          Image: nginx
          Environment:
            - { Name: A, Value: hush-1 }
            - { Name: A, Value: hush-2 }
";
    let said = said(task);
    assert!(said.contains("`A` is there twice in `Environment`"), "{said}");
    assert!(said.contains("t.yaml:10") && said.contains("t.yaml:11"), "{said}");
    assert!(!said.contains("hush"), "values of an environment are not shown: {said}");
}

#[test]
fn a_variable_and_a_secret_of_one_name_are_a_mistake_with_both_lines() {
    let task = "
  - type: AWS::ECS::TaskDefinition
    name: a
    properties:
      ExecutionRoleArn: arn:aws:iam::300000000090:role/x
      ContainerDefinitions:
        - Name: web
          Image: nginx
          Environment: [{ Name: A, Value: one }]
          Secrets:
            - { Name: A, ValueFrom: \"arn:aws:secretsmanager:us-east-1:300000000090:secret:x\" }
";
    let said = said(task);
    assert!(
        said.contains("`A` is in `ContainerDefinitions.web.Secrets` and in `ContainerDefinitions.web.Environment`"),
        "{said}"
    );
    assert!(said.contains("t.yaml:10") && said.contains("t.yaml:12"), "{said}");
}

/// Every keyed list of every kind: two elements of one key are told.
#[test]
fn the_lists_of_every_kind_take_a_name_once() {
    let task = |more: &str| format!("{{ ContainerDefinitions: [{{ Name: web, Image: nginx, {more} }}] }}");
    let scaling = "TargetTrackingScalingPolicyConfiguration: { TargetValue: 1, PredefinedMetricSpecification: { PredefinedMetricType: ECSServiceAverageCPUUtilization } }";
    let policy = format!("{{ PolicyName: p, PolicyType: TargetTrackingScaling, {scaling} }}");
    let log = "LogType: slow-log, DestinationType: cloudwatch-logs, DestinationDetails: { CloudWatchLogsDetails: { LogGroup: g } }";
    let twice = [
        (
            "AWS::ApplicationAutoScaling::ScalableTarget/ScalingPolicies",
            format!(
                "{{ MaxCapacity: 2, MinCapacity: 1, ResourceId: service/a/b, ScalableDimension: \"ecs:service:DesiredCount\", \
                 ServiceNamespace: ecs, ScalingPolicies: [{policy}, {policy}] }}"
            ),
        ),
        (
            "AWS::ApplicationAutoScaling::ScalableTarget/ScheduledActions",
            "{ MaxCapacity: 2, MinCapacity: 1, ResourceId: service/a/b, ScalableDimension: 'ecs:service:DesiredCount', ServiceNamespace: ecs, ScheduledActions: [{ ScheduledActionName: a, Schedule: rate(1 day), ScalableTargetAction: { MinCapacity: 1 } }, { ScheduledActionName: a, Schedule: rate(1 day), ScalableTargetAction: { MinCapacity: 2 } }] }".into(),
        ),
        (
            "AWS::CloudFront::Distribution/DistributionConfig/Origins",
            "{ DistributionConfig: { Enabled: true, Origins: [{ Id: a, DomainName: a.example.com, S3OriginConfig: {} }, { Id: a, DomainName: b.example.com, S3OriginConfig: {} }], DefaultCacheBehavior: { TargetOriginId: a, ViewerProtocolPolicy: redirect-to-https, CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6 } } }".into(),
        ),
        (
            "AWS::AutoScaling::AutoScalingGroup/MixedInstancesPolicy/LaunchTemplate/Overrides",
            "{ MaxSize: 1, MinSize: 0, VPCZoneIdentifier: [subnet-1], MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateId: lt-1, Version: '1' }, Overrides: [{ InstanceType: a.large }, { InstanceType: a.large }] } } }".into(),
        ),
        (
            "AWS::CloudFront::ResponseHeadersPolicy/ResponseHeadersPolicyConfig/CustomHeadersConfig/Items",
            "{ ResponseHeadersPolicyConfig: { CustomHeadersConfig: { Items: [{ Header: a, Value: b, Override: true }, { Header: a, Value: c, Override: true }] } } }".into(),
        ),
        (
            "AWS::CloudWatch::Alarm/Metrics",
            "{ ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1, Threshold: 1, Metrics: [{ Id: a, Expression: m, Period: 60 }, { Id: a, Expression: n, Period: 60, ReturnData: false }] }".into(),
        ),
        (
            "AWS::EC2::LaunchTemplate/LaunchTemplateData/BlockDeviceMappings",
            "{ LaunchTemplateData: { BlockDeviceMappings: [{ DeviceName: /dev/xvda, Ebs: { VolumeSize: 30 } }, { DeviceName: /dev/xvda, Ebs: { VolumeSize: 31 } }] } }".into(),
        ),
        (
            "AWS::EC2::LaunchTemplate/LaunchTemplateData/TagSpecifications",
            "{ LaunchTemplateData: { TagSpecifications: [{ ResourceType: instance, Tags: [{ Key: a, Value: b }] }, { ResourceType: instance, Tags: [{ Key: c, Value: d }] }] } }".into(),
        ),
        (
            "AWS::EC2::LaunchTemplate/LaunchTemplateData/TagSpecifications/*/Tags",
            "{ LaunchTemplateData: { TagSpecifications: [{ ResourceType: instance, Tags: [{ Key: a, Value: b }, { Key: a, Value: d }] }] } }".into(),
        ),
        (
            "AWS::EC2::RouteTable/Routes",
            "{ VpcId: vpc-1, Routes: [{ DestinationCidrBlock: 10.0.0.0/8, GatewayId: igw-1 }, { DestinationCidrBlock: 10.1.0.0/8, GatewayId: igw-2 }] }".into(),
        ),
        (
            "AWS::EC2::RouteTable/Ipv6Routes",
            "{ VpcId: vpc-1, Ipv6Routes: [{ DestinationIpv6CidrBlock: \"2001:db8::/32\", GatewayId: igw-1 }, { DestinationIpv6CidrBlock: \"2001:db8:1::/32\", GatewayId: igw-2 }] }".into(),
        ),
        (
            "AWS::EFS::FileSystem/MountTargets",
            "{ MountTargets: [{ SubnetId: subnet-1, SecurityGroups: [sg-1] }, { SubnetId: subnet-1, SecurityGroups: [sg-2] }] }".into(),
        ),
        (
            "AWS::ECS::Cluster/ClusterSettings",
            "{ ClusterSettings: [{ Name: containerInsights, Value: enabled }, { Name: containerInsights, Value: disabled }] }".into(),
        ),
        (
            "AWS::ECS::Cluster/DefaultCapacityProviderStrategy",
            "{ CapacityProviders: [FARGATE], DefaultCapacityProviderStrategy: [{ CapacityProvider: FARGATE, Weight: 1 }, { CapacityProvider: FARGATE, Weight: 2 }] }".into(),
        ),
        (
            "AWS::ECS::Service/CapacityProviderStrategy",
            "{ TaskDefinition: a, CapacityProviderStrategy: [{ CapacityProvider: FARGATE, Weight: 1 }, { CapacityProvider: FARGATE, Weight: 2 }] }".into(),
        ),
        (
            "AWS::ECS::Service/ServiceConnectConfiguration/Services",
            "{ TaskDefinition: a, ServiceConnectConfiguration: { Enabled: true, Namespace: 'arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-a', LogConfiguration: { LogDriver: awslogs }, Services: [{ PortName: web, ClientAliases: [{ Port: 80 }] }, { PortName: web, ClientAliases: [{ Port: 81 }] }] } }".into(),
        ),
        (
            "AWS::ECS::TaskDefinition/ContainerDefinitions",
            "{ ContainerDefinitions: [{ Name: web, Image: nginx }, { Name: web, Image: caddy }] }".into(),
        ),
        (
            "AWS::ECS::TaskDefinition/ContainerDefinitions/*/DependsOn",
            task("DependsOn: [{ ContainerName: db, Condition: START }, { ContainerName: db, Condition: HEALTHY }]"),
        ),
        (
            "AWS::ECS::TaskDefinition/ContainerDefinitions/*/Environment",
            task("Environment: [{ Name: A, Value: a }, { Name: A, Value: b }]"),
        ),
        (
            "AWS::ECS::TaskDefinition/ContainerDefinitions/*/LogConfiguration/SecretOptions",
            task("LogConfiguration: { LogDriver: splunk, SecretOptions: [{ Name: a, ValueFrom: x }, { Name: a, ValueFrom: y }] }"),
        ),
        (
            "AWS::ECS::TaskDefinition/ContainerDefinitions/*/Secrets",
            task("Secrets: [{ Name: A, ValueFrom: x }, { Name: A, ValueFrom: y }]"),
        ),
        (
            "AWS::ECS::TaskDefinition/ContainerDefinitions/*/Ulimits",
            task("Ulimits: [{ Name: nofile, SoftLimit: 1, HardLimit: 2 }, { Name: nofile, SoftLimit: 2, HardLimit: 2 }]"),
        ),
        (
            "AWS::ECS::TaskDefinition/Volumes",
            "{ ContainerDefinitions: [{ Name: web, Image: nginx }], Volumes: [{ Name: v }, { Name: v }] }".into(),
        ),
        (
            "AWS::ElastiCache::ReplicationGroup/LogDeliveryConfigurations",
            format!(
                "{{ ReplicationGroupDescription: d, CacheNodeType: cache.t4g.small, SecurityGroupIds: [sg-1], \
                 LogDeliveryConfigurations: [{{ {log}, LogFormat: json }}, {{ {log}, LogFormat: text }}] }}"
            ),
        ),
        (
            "AWS::ElasticLoadBalancingV2::Listener/FurtherCertificates",
            "{ LoadBalancerArn: a, Port: 443, Protocol: HTTPS, Certificates: [{ CertificateArn: a }], DefaultActions: [], FurtherCertificates: [{ CertificateArn: b }, { CertificateArn: b }] }".into(),
        ),
        (
            "AWS::ElasticLoadBalancingV2::Listener/ListenerAttributes",
            "{ LoadBalancerArn: a, Port: 80, Protocol: HTTP, DefaultActions: [], ListenerAttributes: [{ Key: k, Value: a }, { Key: k, Value: b }] }".into(),
        ),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer/LoadBalancerAttributes",
            "{ Subnets: [subnet-1, subnet-2], LoadBalancerAttributes: [{ Key: k, Value: a }, { Key: k, Value: b }] }".into(),
        ),
        (
            "AWS::ElasticLoadBalancingV2::TargetGroup/TargetGroupAttributes",
            "{ Protocol: HTTP, Port: 80, VpcId: vpc-1, TargetGroupAttributes: [{ Key: k, Value: a }, { Key: k, Value: b }] }".into(),
        ),
        (
            "AWS::Events::Rule/Targets",
            "{ ScheduleExpression: rate(1 day), Targets: [{ Id: a, Arn: b }, { Id: a, Arn: c }] }".into(),
        ),
        (
            "AWS::GuardDuty::Detector/Features",
            "{ Enable: true, Features: [{ Name: S3_DATA_EVENTS, Status: ENABLED }, { Name: S3_DATA_EVENTS, Status: DISABLED }] }".into(),
        ),
        (
            "AWS::GuardDuty::Detector/Features/*/AdditionalConfiguration",
            "{ Enable: true, Features: [{ Name: RUNTIME_MONITORING, Status: ENABLED, AdditionalConfiguration: [{ Name: EC2_AGENT_MANAGEMENT, Status: ENABLED }, { Name: EC2_AGENT_MANAGEMENT, Status: DISABLED }] }] }".into(),
        ),
        (
            "AWS::IAM::Role/Policies",
            "{ AssumeRolePolicyDocument: {}, Policies: [{ PolicyName: p, PolicyDocument: {} }, { PolicyName: p, PolicyDocument: { a: 1 } }] }".into(),
        ),
        (
            "AWS::S3::Bucket/LifecycleConfiguration/Rules",
            "{ LifecycleConfiguration: { Rules: [{ Id: a, Status: Enabled, ExpirationInDays: 1 }, { Id: a, Status: Enabled, ExpirationInDays: 2 }] } }".into(),
        ),
        (
            "AWS::SES::ConfigurationSet/EventDestinations",
            "{ EventDestinations: [{ Name: a, Enabled: true, MatchingEventTypes: [bounce], SnsDestination: { TopicARN: 'arn:aws:sns:us-east-1:123456789012:a' } }, { Name: a, Enabled: true, MatchingEventTypes: [send], SnsDestination: { TopicARN: 'arn:aws:sns:us-east-1:123456789012:b' } }] }".into(),
        ),
        (
            "AWS::SNS::Topic/DeliveryStatusLogging",
            "{ DeliveryStatusLogging: [{ Protocol: sqs, FailureFeedbackRoleArn: 'arn:aws:iam::123456789012:role/a' }, { Protocol: sqs, FailureFeedbackRoleArn: 'arn:aws:iam::123456789012:role/b' }] }".into(),
        ),
        (
            "AWS::WAFv2::WebACL/Rules",
            "{ Scope: REGIONAL, DefaultAction: { Allow: {} }, VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: m }, Rules: [{ Name: r, Priority: 1, Action: { Count: {} }, Statement: { GeoMatchStatement: { CountryCodes: [CH] } }, VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: m } }, { Name: r, Priority: 2, Action: { Count: {} }, Statement: { GeoMatchStatement: { CountryCodes: [DE] } }, VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: m } }] }".into(),
        ),
    ];
    let lists = KINDS
        .iter()
        .map(|kind| kind.facts())
        .flat_map(|facts| facts.keyed.iter().map(move |(list, _)| format!("{}{list}", facts.kind)));
    let lists: BTreeSet<String> = lists.collect();
    assert_eq!(lists, twice.iter().map(|(list, _)| (*list).to_owned()).collect(), "each is tried");
    for (list, properties) in twice {
        let said: String = said_of(list.split('/').next().unwrap(), &properties);
        assert_eq!(said.matches("is there twice").count(), 1, "{list}: {said}");
    }
}

/// The variable of a tenant beside the one that the template sets for a database.
#[test]
fn a_variable_that_the_template_sets_too_is_a_mistake_with_both_lines() {
    let tenant = "
tenant: acme
template: modyo
account: \"300000000090\"
environments:
  production:
    region: us-east-1
    cidr: 10.0.0.0/20
    services:
      web:
        image: nginx:1
        databases: [main]
        environment:
          LOG_LEVEL: info
          DATABASE_MAIN_HOST: hush.example
    databases:
      main: { engine: postgresql, version: \"16.4\" }
";
    let said = blueprints(&[("acme.yaml", tenant)], &[]).expect_err("one of both would not count");
    assert_eq!(said.matches("`DATABASE_MAIN_HOST` is there twice in `Environment`").count(), 1, "{said}");
    // The line that asks for the database, for which the template sets the other one.
    assert!(said.contains("tenants/acme.yaml:12") && said.contains("tenants/acme.yaml:15"), "{said}");
    assert!(!said.contains("hush"), "{said}");
    let others = tenant.replace("DATABASE_MAIN_HOST", "DATABASE_OTHER_HOST");
    assert!(blueprints(&[("acme.yaml", &others)], &[]).is_ok());
}

#[test]
fn an_output_that_a_kind_has_not_is_a_mistake_with_the_nearest() {
    let service = "
  - type: AWS::EC2::EIP
    name: out
    properties: {}
  - type: AWS::EC2::NatGateway
    name: a
    properties:
      SubnetId: subnet-1
      AllocationId: \"{{ ref('AWS::EC2::EIP/out', 'AlocationId') }}\"
outputs:
  address: \"{{ ref('AWS::EC2::EIP/out', 'PublicIP') }}\"
";
    let said = said(service);
    assert!(
        said.contains("refers to `AlocationId` of AWS::EC2::EIP/out, and AWS::EC2::EIP has no such output"),
        "{said}"
    );
    assert!(said.contains("did you mean `AllocationId`?") && said.contains("t.yaml:10"), "{said}");
    assert!(said.contains("the output `address` refers to `PublicIP`") && said.contains("`PublicIp`?"), "{said}");
}

/// Editors tell the same slip while it is written, and take what is right.
#[test]
fn the_schema_of_templates_knows_the_outputs() {
    let schema = jsonschema::validator_for(&template_schema(&shapes())).expect("a schema");
    let template = |output: &str| {
        serde_json::json!({
            "outputs": { "address": format!("{{{{ ref('AWS::RDS::DBCluster/main', '{output}') }}}}") },
            "resources": [{ "type": "AWS::EC2::VPC", "name": "main", "properties": { "CidrBlock": "{{ cidr }}" } }],
        })
    };
    assert!(schema.is_valid(&template("Endpoint.Address")));
    assert!(!schema.is_valid(&template("Endpoint.Adress")));
    let odd =
        serde_json::json!({ "resources": [{ "type": "AWS::EC2::VPC", "name": "a", "properties": { "Cidr": 1 } }] });
    assert!(!schema.is_valid(&odd), "a property that the kind has not");
}

/// A task starts with a secret of elsewhere only if somebody lets it in: said where the tenant names it.
#[test]
fn a_secret_of_another_region_or_account_is_warned_of_at_the_tenants_line() {
    let tenant = "\
tenant: acme
template: modyo
account: \"300000000123\"
defaults:
  cidr: 10.20.0.0/16
  services:
    web:
      image: example.com/web:1
      secrets:
        OWN: arn:aws:secretsmanager:us-east-1:300000000123:secret:own-AbCdEf
        FAR: arn:aws:secretsmanager:eu-west-1:300000000123:secret:far-AbCdEf
        THEIRS: arn:aws:secretsmanager:us-east-1:300000000124:secret:theirs-AbCdEf
environments: { production: { region: us-east-1 } }
";
    let stack = blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}")).remove(0);
    let said = text(&stack.warnings);
    let secrets: Vec<_> = said.lines().filter(|line| line.contains("the secret ")).collect();
    assert_eq!(secrets.len(), 2, "{said}");
    for (line, (place, name)) in secrets.iter().zip([("acme.yaml:11:", "FAR"), ("acme.yaml:12:", "THEIRS")]) {
        assert!(line.starts_with(&format!("tenants/{place}")), "{line}");
        assert!(line.contains(&format!("the secret {name} of web is of another account or region")), "{line}");
    }
}

/// What the loader takes, an editor takes, and no more.
#[test]
fn the_schema_of_templates_has_the_fields_that_the_loader_knows() {
    let schema = template_schema(&shapes());
    let told = |at: &str| -> BTreeSet<String> {
        let properties = schema.pointer(at).and_then(serde_json::Value::as_object).expect("properties");
        properties.keys().cloned().collect()
    };
    let known = |fields: &[&str]| -> BTreeSet<String> { fields.iter().map(|&field| field.to_owned()).collect() };
    assert_eq!(told("/properties"), known(TEMPLATE_FIELDS));
    assert_eq!(told("/$defs/resource/properties"), known(RESOURCE_FIELDS));
}

/// What `Ref` gives, what an update changes and what a database answers are all among the outputs.
#[test]
fn the_outputs_of_every_kind_are_in_its_schema() {
    for kind in KINDS {
        let facts = kind.facts();
        let names = kind.outputs().names().unwrap_or_else(|| panic!("{} takes any name", facts.kind));
        for name in facts.updated_outputs.iter().chain([&facts.reference]) {
            assert!(names.contains_key(*name), "{} has no {name}: {names:?}", facts.kind);
        }
    }
    let cluster = kind_of("AWS::RDS::DBCluster");
    let names = cluster.outputs().names().expect("names");
    for name in ["Endpoint.Address", "Endpoint.Port", "MasterUserSecret.SecretArn", "DBClusterIdentifier"] {
        assert!(names.contains_key(name), "{names:?}");
    }
    assert!(!names.contains_key("Endpoint"), "an object is no value of a property");
}

#[test]
fn whether_a_public_load_balancer_needs_a_firewall_is_for_the_template_to_say() {
    let balancer = |scheme: &str, acl: &str| {
        let given = format!("{{ Scheme: {scheme}, Subnets: [subnet-1, subnet-2], SecurityGroups: [sg-1]{acl} }}");
        said_of("AWS::ElasticLoadBalancingV2::LoadBalancer", &given)
    };
    assert_eq!(balancer("internet-facing", ""), "");
    let acl = ", WebACLArn: \"arn:aws:wafv2:us-east-1:300000000090:regional/webacl/a/1\"";
    assert_eq!(balancer("internal", acl), "");
    let said = balancer("internal", &format!("{acl}, Type: network"));
    assert!(said.contains("`WebACLArn` counts only with `Type: application`, which is `network`"), "{said}");
}

#[test]
fn a_region_that_is_newer_than_the_list_is_only_said() {
    let tenant = |region: &str| TENANT.replace("us-east-1", region);
    let load = |region: &str| blueprints(&[("acme.yaml", &tenant(region))], &[("t.yaml", "resources: []\n")]);
    for region in ["us-east-3", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"] {
        assert!(load(region).is_ok(), "{region}");
    }
    assert!(load("us-esat-1").is_err_and(|said| said.contains("there is no region")));
}

#[test]
fn the_partition_is_the_regions() {
    let template = "
resources:
  - type: AWS::IAM::Role
    name: a
    properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: [\"arn:{{ partition }}:iam::aws:policy/X\"]
";
    let tenant = TENANT.replace("us-east-1", "cn-north-1");
    let all = blueprints(&[("acme.yaml", &tenant)], &[("t.yaml", template)]).unwrap_or_else(|said| panic!("{said}"));
    let role = &all[0].resources[&Address::new("AWS::IAM::Role", "a")];
    assert_eq!(role.spec["ManagedPolicyArns"][0], "arn:aws-cn:iam::aws:policy/X");
}

#[test]
fn an_arn_of_another_partition_region_or_account_is_told_where_only_the_own_will_do() {
    let listener = |certificate: &str| {
        let forward = "DefaultActions: [{ Type: fixed-response, FixedResponseConfig: { StatusCode: \"404\" } }]";
        let given = format!(
            "{{ LoadBalancerArn: lb, Port: 443, Protocol: HTTPS, Certificates: [{{ CertificateArn: \"{certificate}\" }}], {forward} }}"
        );
        said_of("AWS::ElasticLoadBalancingV2::Listener", &given)
    };
    assert_eq!(listener("arn:aws:acm:us-east-1:300000000090:certificate/1"), "");
    let said = listener("arn:aws:acm:eu-west-1:300000000090:certificate/1");
    assert!(said.contains("`CertificateArn` names a thing in eu-west-1, and this is in us-east-1"), "{said}");
    let said = listener("arn:aws:acm:us-east-1:300000000001:certificate/1");
    assert!(said.contains("of the account 300000000001, and this is of 300000000090"), "{said}");
    let said = said_of(
        "AWS::IAM::Role",
        "{ AssumeRolePolicyDocument: {}, ManagedPolicyArns: [\"arn:aws-cn:iam::aws:policy/X\"] }",
    );
    assert!(said.contains("names the partition `aws-cn`, and us-east-1 is in `aws`"), "{said}");
    let key = "{ KmsKeyId: \"arn:aws:kms:us-east-1:300000000001:key/1\" }";
    assert_eq!(said_of("AWS::Logs::LogGroup", key), "", "another account's key may let this one in");
}
