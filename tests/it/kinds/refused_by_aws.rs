//! What AWS refuses, or ignores, of tasks, services, rules, ranges and roles is told before; and what it takes is taken.

use provision::resource::Address;
use serde_json::Value;

use crate::kinds::spec_checks::{TENANT, said_of};
use crate::stacks::local_account::{LocalAccount, blueprints, on_deep_stack, words};

#[test]
fn what_ecs_refuses_of_a_task_is_told_before() {
    let task = |more: &str, container: &str| {
        let given = format!(
            "{{ RequiresCompatibilities: [FARGATE], NetworkMode: awsvpc, Cpu: 256, Memory: 512, {more} \
             ContainerDefinitions: [{{ Name: web, Image: nginx, {container} }}] }}"
        );
        said_of("AWS::ECS::TaskDefinition", &given)
    };
    assert_eq!(task("", ""), "");
    for (more, container, what) in [
        ("", "Secrets: [{ Name: A, ValueFrom: x }]", "`ExecutionRoleArn` is missing"),
        ("", "LogConfiguration: { LogDriver: awslogs }", "`ExecutionRoleArn` is missing"),
        ("", "LogConfiguration: { Options: { a: b } }", "`Options` counts only with `LogDriver`"),
        ("", "HealthCheck: { Interval: 10 }", "`Interval` counts only with `Command`"),
        ("", "PortMappings: [{ ContainerPort: 80, HostPort: 8080 }]", "`HostPort` is 8080"),
        ("", "PortMappings: [{ ContainerPort: 80 }, { ContainerPort: 80 }]", "maps tcp 80 a second time"),
        ("", "MountPoints: [{ ContainerPath: /a, SourceVolume: nowhere }]", "not among Volumes"),
        ("", "LogConfiguration: { LogDriver: awsfirelens }", "no container has a FirelensConfiguration"),
        ("", "FirelensConfiguration: { Type: fluentbit }", "no container has the LogDriver awsfirelens"),
        ("", "Memory: 128, MemoryReservation: 256", "`MemoryReservation` is 256"),
        ("", "Privileged: true", "`Privileged` is not offered on Fargate"),
        ("", "DependsOn: [{ ContainerName: web, Condition: START }]", "wait for itself"),
        ("IpcMode: host,", "", "`IpcMode` is not offered on Fargate"),
        ("Volumes: [{ Name: v, Host: { SourcePath: /a } }],", "", "`SourcePath` is not offered"),
        (
            "Volumes: [{ Name: v, EFSVolumeConfiguration: { FilesystemId: fs-1, RootDirectory: /a, \
             TransitEncryption: ENABLED, AuthorizationConfig: { AccessPointId: fsap-1 } } }],",
            "",
            "has to be / with an access point",
        ),
        (
            "Volumes: [{ Name: v, EFSVolumeConfiguration: { RootDirectory: /a } }],",
            "",
            "counts only with `FilesystemId`",
        ),
    ] {
        let said = task(more, container);
        assert!(said.contains(what), "{more} {container}: {said}");
    }
    let waits = |name: &str, other: &str| {
        format!("{{ Name: {name}, Image: nginx, DependsOn: [{{ ContainerName: {other}, Condition: START }}] }}")
    };
    let (web, agent) = (waits("web", "agent"), waits("agent", "web"));
    let circle = said_of("AWS::ECS::TaskDefinition", &format!("{{ ContainerDefinitions: [{web}, {agent}] }}"));
    assert_eq!(circle.matches("wait for containers that wait for it").count(), 1, "{circle}");
    let broken = said_of("AWS::ECS::TaskDefinition", "{ ContainerDefinitions: [{ Name: web, Image: \"Shop:1\" }] }");
    assert!(broken.contains("is no name of an image"), "{broken}");
}

#[test]
fn what_ecs_refuses_of_a_service_is_told_before() {
    let service = |more: &str| {
        let revision = "TaskDefinition: \"arn:aws:ecs:us-east-1:300000000090:task-definition/a:1\"";
        said_of("AWS::ECS::Service", &format!("{{ {revision}, {more} }}"))
    };
    assert_eq!(service("HealthCheckGracePeriodSeconds: 30"), "", "for the health checks of containers");
    assert_eq!(service("SchedulingStrategy: DAEMON"), "");
    for (more, what) in [
        (
            "SchedulingStrategy: DAEMON, DesiredCount: 3",
            "`DesiredCount` counts only with `SchedulingStrategy: REPLICA`",
        ),
        ("SchedulingStrategy: DAEMON, DeploymentConfiguration: { MaximumPercent: 150 }", "always 100"),
        ("LaunchType: EC2, PlatformVersion: LATEST", "`PlatformVersion` is Fargate's"),
        ("LaunchType: EC2, CapacityProviderStrategy: [{ CapacityProvider: FARGATE }]", "exclude each other"),
        (
            "CapacityProviderStrategy: [{ CapacityProvider: FARGATE }, { CapacityProvider: own, Weight: 1 }]",
            "don't go together",
        ),
        (
            "CapacityProviderStrategy: [{ CapacityProvider: FARGATE }, { CapacityProvider: FARGATE_SPOT }]",
            "no Weight over 0",
        ),
        ("NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: [sg-1] } }", "counts only with `Subnets`"),
        (
            "DeploymentController: { Type: CODE_DEPLOY }, DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } }",
            "counts only with `Type: ECS`, which is `CODE_DEPLOY`",
        ),
    ] {
        let said = service(more);
        assert!(said.contains(what), "{more}: {said}");
    }
}

#[test]
fn a_delivery_group_has_no_retention_of_ours() {
    let said = said_of("AWS::Logs::LogGroup", "{ LogGroupClass: DELIVERY, RetentionInDays: 7 }");
    assert!(said.contains("`RetentionInDays` does not count with `LogGroupClass: DELIVERY`"), "{said}");
    assert_eq!(said_of("AWS::Logs::LogGroup", "{ LogGroupClass: DELIVERY }"), "");
}

/// A service that names neither a launch type nor a strategy has its cluster's, and keeps it; a launch type takes the place
/// of a strategy in place, and back.
#[test]
fn where_a_service_runs_is_changed_without_another_service() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000091").await;
        let stack = |place: &str| {
            let template = SERVICE.replace("PLACE", place);
            let tenant = TENANT.replace("300000000090", &local.account);
            blueprints(&[("acme.yaml", &tenant)], &[("t.yaml", &template)])
                .unwrap_or_else(|said| panic!("{said}"))
                .remove(0)
        };
        let at = Address::new("AWS::ECS::Service", "a");
        let mut ids = Vec::new();
        for (place, launch, providers) in [
            ("", Value::Null, 1),
            ("LaunchType: FARGATE", Value::from("FARGATE"), 0),
            ("CapacityProviderStrategy: [{ CapacityProvider: FARGATE_SPOT, Weight: 1 }]", Value::Null, 1),
            ("LaunchType: FARGATE", Value::from("FARGATE"), 0),
        ] {
            let wanted = stack(place);
            let plan = local.plan(&wanted).await;
            assert!(!words(&plan).contains("outage"), "{}", words(&plan));
            local.apply(&wanted).await.unwrap_or_else(|why| panic!("{place}: {why}"));
            let inventory = local.inventory(&wanted).await;
            let (_, live) = inventory.all().find(|(address, _)| **address == at).expect("a service");
            let count = live.spec["CapacityProviderStrategy"].as_array().map_or(0, Vec::len);
            assert_eq!((&live.spec["LaunchType"], count), (&launch, providers), "{place}");
            ids.push(live.id.clone());
        }
        let calls = local.calls().await;
        assert_eq!(calls.iter().filter(|call| *call == "ecs:CreateService").count(), 1, "{calls:?}");
    });
}

/// Fargate tasks in a cluster whose default is a strategy.
const SERVICE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::ECS::Cluster
    name: main
    properties:
      CapacityProviders: [FARGATE, FARGATE_SPOT]
      DefaultCapacityProviderStrategy: [{ CapacityProvider: FARGATE_SPOT, Weight: 1 }]
  - type: AWS::ECS::TaskDefinition
    name: a
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions: [{ Name: web, Image: nginx }]
  - type: AWS::ECS::Service
    name: a
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/a') }}\"
      HealthCheckGracePeriodSeconds: 20
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"] } }
      PLACE
";

/// Protocols by number and by name, with and without ports.
#[test]
fn a_rule_of_any_protocol_is_made_kept_and_changed() {
    on_deep_stack(async {
        let local = LocalAccount::new("300000000092").await;
        let stack = |rules: &str| {
            let template = format!(
                "resources:\n  - type: AWS::EC2::VPC\n    name: main\n    properties: {{ CidrBlock: 10.20.0.0/16 }}\n  \
                 - type: AWS::EC2::SecurityGroup\n    name: a\n    properties:\n      GroupDescription: x\n      \
                 VpcId: \"{{{{ ref('AWS::EC2::VPC/main') }}}}\"\n      SecurityGroupIngress: [{rules}]\n"
            );
            let tenant = TENANT.replace("300000000090", &local.account);
            blueprints(&[("acme.yaml", &tenant)], &[("t.yaml", &template)])
                .unwrap_or_else(|said| panic!("{said}"))
                .remove(0)
        };
        let rule = |protocol: &str| format!("{{ IpProtocol: \"{protocol}\", CidrIp: 10.0.0.0/8 }}");
        let six = "{ IpProtocol: icmpv6, CidrIpv6: \"::/0\" }";
        let all = [rule("50"), rule("51"), rule("47"), rule("-1"), six.to_owned()].join(", ");
        local.apply(&stack(&all)).await.unwrap_or_else(|why| panic!("{why}"));
        local.apply(&stack(&rule("50"))).await.unwrap_or_else(|why| panic!("{why}"));
        local
            .apply(&stack("{ IpProtocol: \"58\", FromPort: -1, ToPort: -1, CidrIpv6: \"::/0\" }"))
            .await
            .unwrap_or_else(|why| panic!("{why}"));
    });
    let said = said_of(
        "AWS::EC2::SecurityGroup",
        "{ GroupDescription: x, VpcId: vpc-1, SecurityGroupIngress: [{ IpProtocol: esp, CidrIp: 10.0.0.0/8 }] }",
    );
    assert!(said.contains("of no protocol that EC2 knows"), "{said}");
}

#[test]
fn what_ec2_and_iam_refuse_by_shape_is_told_before() {
    let group = |description: &str, rule: &str| {
        let given = format!(
            "{{ GroupDescription: \"{description}\", VpcId: vpc-1, SecurityGroupIngress: [{{ IpProtocol: tcp, FromPort: 1, ToPort: 1, {rule} }}] }}"
        );
        said_of("AWS::EC2::SecurityGroup", &given)
    };
    assert_eq!(group("a (b) #1", "CidrIp: 10.0.0.0/8"), "");
    assert!(group("the shop's", "CidrIp: 10.0.0.0/8").contains("`'` in a description"));
    assert!(group("a", "CidrIp: 10.0.0.0").contains("is no range"));
    assert!(group("a", "CidrIp: 10.0.0.0/8, Description: \"ümlaut\"").contains("in a description"));
    assert!(said_of("AWS::EC2::VPC", "{ CidrBlock: 10.0.0.0/8 }").contains("is a /8, and EC2 takes /16 to /28"));
    assert!(said_of("AWS::EC2::Subnet", "{ VpcId: vpc-1, CidrBlock: 10.0.0.0/29 }").contains("is a /29"));
    let role = |more: &str| said_of("AWS::IAM::Role", &format!("{{ AssumeRolePolicyDocument: {{}}, {more} }}"));
    assert_eq!(role("Path: /provision/"), "");
    assert!(role("Path: provision").contains("has to begin and end with a slash"));
    assert!(role("MaxSessionDuration: 60").contains("from 3600 to 43200"));
    assert!(role("ManagedPolicyArns: [ReadOnlyAccess]").contains("is not a policy's ARN"));
    let key = said_of("AWS::Logs::LogGroup", "{ KmsKeyId: alias/main }");
    assert!(key.contains("is not a key's ARN"), "{key}");
    let key = said_of("AWS::KMS::Key", "{ KeySpec: RSA_2048, KeyUsage: GENERATE_VERIFY_MAC }");
    assert!(key.contains("a key of RSA_2048 is for ENCRYPT_DECRYPT or SIGN_VERIFY"), "{key}");
}

/// Versions, classes, sizes and names of logs that came after the template, and the ARNs of other partitions.
#[test]
fn what_aws_adds_to_its_lists_is_taken_by_the_templates() {
    let modyo = |region: &str, partition: &str, more: &str| {
        let text = format!(
            "
tenant: later
template: modyo
account: \"300000000112\"
environments:
  production:
    region: {region}
    cidr: 10.61.0.0/20
    domain: www.later.example
    certificate: \"arn:{partition}:acm:{region}:300000000112:certificate/11111111-2222-3333-4444-555555555555\"
    services:
      web:
        image: public.ecr.aws/nginx/nginx:1.27
        cpu: 32768
        memory: 249856
        public: true
        priority: 10
        secrets: {{ KEY: \"arn:{partition}:secretsmanager:{region}:300000000112:secret:key-AbCdEf\" }}
{more}"
        );
        blueprints(&[("later.yaml", &text)], &[])
    };
    let databases = "    databases:
      one: { engine: postgresql, version: \"18.1\", class: db.x2g.large-x, exports: [postgresql, iam-db-auth-error] }
      two: { engine: mysql, version: 8.4.mysql_aurora.4.01.0, exports: [error, iam-db-auth-error] }
    caches:
      new: { engine: valkey, version: \"9.0\", node_type: cache.r9gd.48xlarge }
";
    for (region, partition) in [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let loaded = modyo(region, partition, databases);
        assert_eq!(loaded.map(|all| all.len()), Ok(1), "{region}");
    }
    let listener = |protocol: &str| {
        let given =
            format!("{{ LoadBalancerArn: \"arn:aws:x\", Port: 443, Protocol: {protocol}, DefaultActions: [] }}");
        said_of("AWS::ElasticLoadBalancingV2::Listener", &given)
    };
    let (quic, geneve) = (listener("TCP_QUIC"), listener("GENEVE"));
    assert!(!quic.contains("not one of") && geneve.contains("is `GENEVE`, and not one of"), "{quic}\n{geneve}");
    // And what can't be a version, a class or a size is none.
    for (right, wrong) in
        [("version: \"18.1\"", "version: latest"), ("class: db.x2g.large-x", "class: large"), ("\"9.0\"", "\"9\"")]
    {
        let refused = modyo("us-east-1", "aws", &databases.replace(right, wrong));
        assert!(refused.is_err(), "{wrong}");
    }
}
