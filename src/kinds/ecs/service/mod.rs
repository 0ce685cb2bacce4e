mod connect;
mod controller;
mod dependencies;
mod read;
mod rules;
mod spec;
mod state;
mod way_back;
mod write;

use serde_json::Value;

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ecs::{self, MAX_NAME};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Address, Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, FieldDiff, Found, Identity,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, Neighbours, On, Permissions, Replacement, Restart, Result,
    Scope, States, Switch, Tags, Turn, WayBack,
};

pub use spec::{Outputs, Spec};

/// Keeps a number of tasks running.
pub struct Service;

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::ECS::Cluster
    name: main
    properties: {}
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - { Name: web, Image: public.ecr.aws/nginx/nginx:1.29 }
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      LaunchType: FARGATE
      DesiredCount: 1
      DeploymentConfiguration:
        DeploymentCircuitBreaker: { Enable: true, Rollback: true }
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    name: tasks
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The service }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Type: network
      Scheme: internal
      Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
  - type: AWS::ElasticLoadBalancingV2::TargetGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", TargetType: ip, Protocol: TCP, Port: 80 }
  - type: AWS::ElasticLoadBalancingV2::Listener
    name: web
    properties:
      LoadBalancerArn: \"{{ ref('AWS::ElasticLoadBalancingV2::LoadBalancer/web') }}\"
      Port: 80
      Protocol: TCP
      DefaultActions:
        - { Type: forward, TargetGroupArn: \"{{ ref('AWS::ElasticLoadBalancingV2::TargetGroup/web') }}\" }
  - type: AWS::IAM::Role
    name: web
    properties:
      AssumeRolePolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - { Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: exec
          PolicyDocument:
            Version: \"2012-10-17\"
            Statement: [{ Effect: Allow, Action: ssmmessages:*, Resource: \"*\" }]
  - type: AWS::ECS::Cluster
    name: main
    properties: { CapacityProviders: [FARGATE, FARGATE_SPOT] }
  - type: AWS::ECS::TaskDefinition
    name: web
    properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      TaskRoleArn: \"{{ ref('AWS::IAM::Role/web', 'Arn') }}\"
      ContainerDefinitions:
        - { Name: web, Image: public.ecr.aws/nginx/nginx:1.29, PortMappings: [{ ContainerPort: 80 }] }
  - type: AWS::ECS::Service
    name: web
    properties:
      Cluster: \"{{ ref('AWS::ECS::Cluster/main') }}\"
      TaskDefinition: \"{{ ref('AWS::ECS::TaskDefinition/web') }}\"
      CapacityProviderStrategy: [{ CapacityProvider: FARGATE_SPOT, Weight: 1 }]
      PlatformVersion: \"1.4.0\"
      AvailabilityZoneRebalancing: DISABLED
      EnableECSManagedTags: true
      EnableExecuteCommand: true
      PropagateTags: SERVICE
      HealthCheckGracePeriodSeconds: 60
      LoadBalancers:
        - TargetGroupArn: \"{{ ref('AWS::ElasticLoadBalancingV2::TargetGroup/web') }}\"
          ContainerName: web
          ContainerPort: 80
      DeploymentConfiguration:
        MaximumPercent: 150
        DeploymentCircuitBreaker: { Enable: true, Rollback: true }
      NetworkConfiguration:
        AwsvpcConfiguration:
          SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
          Subnets: [\"{{ ref('AWS::EC2::Subnet/tasks') }}\"]
";

/// What a forced deployment does to the tasks.
fn restarted(live: &Value) -> String {
    replaced(live, "the same")
}

/// What a deployment of another revision does to the tasks.
fn deployed(found: &Found<Service>, revision: &str) -> String {
    replaced(&serde_json::to_value(&found.spec).unwrap_or_default(), revision)
}

fn replaced(live: &Value, revision: &str) -> String {
    let tasks = match live["DesiredCount"].as_u64() {
        Some(1) => "its one task".to_owned(),
        Some(tasks) => format!("its {tasks} tasks"),
        None => "its tasks".to_owned(),
    };
    if let Some(strategy) = rules::shifted(live) {
        return format!("{strategy} replaces {tasks} by new ones of {revision} revision; both run meanwhile");
    }
    let bound = |name: &str, otherwise: u64| live["DeploymentConfiguration"][name].as_u64().unwrap_or(otherwise);
    let (least, most) = (bound("MinimumHealthyPercent", 100), bound("MaximumPercent", 200));
    format!(
        "a rolling deployment replaces {tasks} by new ones of {revision} revision: {least} to {most} % of them run meanwhile"
    )
}

impl Kind for Service {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/Cluster", "/SchedulingStrategy"],
        replacement: Replacement::DeleteFirst,
        keyed: &[("/CapacityProviderStrategy", "CapacityProvider"), (connect::SERVICES, "PortName")],
        switches: &[
            Switch::with("/AvailabilityZoneRebalancing", "/SchedulingStrategy", &["REPLICA"]),
            Switch::with("/DesiredCount", "/SchedulingStrategy", &["REPLICA"]),
            Switch::with(
                "/DeploymentConfiguration/BakeTimeInMinutes",
                "/DeploymentConfiguration/Strategy",
                &["BLUE_GREEN", "CANARY", "LINEAR"],
            ),
            Switch::with(
                "/DeploymentConfiguration/CanaryConfiguration",
                "/DeploymentConfiguration/Strategy",
                &["CANARY"],
            ),
            Switch::with(
                "/DeploymentConfiguration/LinearConfiguration",
                "/DeploymentConfiguration/Strategy",
                &["LINEAR"],
            ),
            Switch::with("/DeploymentConfiguration/Alarms", "/DeploymentController/Type", &["ECS"]),
            Switch::with("/DeploymentConfiguration/DeploymentCircuitBreaker", "/DeploymentController/Type", &["ECS"]),
            Switch::beside(
                "/NetworkConfiguration/AwsvpcConfiguration/SecurityGroups",
                "/NetworkConfiguration/AwsvpcConfiguration/Subnets",
            ),
            Switch::beside(
                "/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp",
                "/NetworkConfiguration/AwsvpcConfiguration/Subnets",
            ),
            Switch::beside("/ServiceConnectConfiguration/LogConfiguration", "/ServiceConnectConfiguration/Enabled"),
            Switch::beside("/ServiceConnectConfiguration/Namespace", "/ServiceConnectConfiguration/Enabled"),
            Switch::beside(connect::SERVICES, "/ServiceConnectConfiguration/Enabled"),
        ],
        ignored_after_create: &["/DesiredCount"],
        sensitive: &["/ServiceConnectConfiguration/LogConfiguration/Options"],
        deferrable: &["/LoadBalancers"],
        deferred_with: &[("/HealthCheckGracePeriodSeconds", "/LoadBalancers")],
        rollout: &[
            "/CapacityProviderStrategy",
            "/EnableECSManagedTags",
            "/EnableExecuteCommand",
            "/LaunchType",
            "/LoadBalancers",
            "/NetworkConfiguration",
            "/PlatformVersion",
            "/PropagateTags",
            connect::PATH,
            "/TaskDefinition",
        ],
        // ECS takes UpdateService at any time: a new deployment takes the place of the one under way. One that can't place
        // or start its tasks, with no circuit breaker, never ends by itself.
        preempts: &["/**"],
        // By force, which the deletion is.
        deletable_unsettled: true,
        status: &[state::FAILED],
        restart: Some(Restart { path: state::FAILED, told: restarted }),
        rollback: Some("/TaskDefinition"),
        // 2 to 5 minutes until the tasks pull their image, start and pass their health checks.
        seconds: 180,
        tombstone: Some("ECS goes on showing it as inactive, with its tags, for a while; it costs nothing"),
        prunes: write::PRUNES,
        cloudformation: CloudFormation {
            left_out: &[("PropagateTags", "\"NONE\"")],
            wanted_empty: &["AlarmNames"],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::ECS::Service",
            is_global: false,
            indexed_as: Some("ecs"),
            reference: "ServiceArn",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("ServiceName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ApplicationAutoScaling::ScalableTarget", Detection::Listed),
                Attachable::new("AWS::ECS::TaskSet", Detection::Noted("/TaskSets")),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &[
                    "ecs:ListClusters",
                    "ecs:DescribeClusters",
                    "ecs:ListServices",
                    "ecs:DescribeServices",
                    "ecs:ListTasks",
                    "ecs:DescribeTasks",
                    // For a rollback.
                    "ecs:ListServiceDeployments",
                    "ecs:DescribeServiceRevisions",
                    "ecs:ListTaskDefinitions",
                    "ecs:DescribeTaskDefinition",
                ],
                create: &[
                    "ecs:CreateService",
                    "ecs:DescribeServices",
                    "ecs:TagResource",
                    "iam:PassRole",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &["ecs:UpdateService", "ecs:DescribeServices", "iam:PassRole"],
                retag: &["ecs:TagResource", "ecs:UntagResource"],
                delete: &["ecs:DeleteService", "ecs:DescribeServices"],
                on: &[
                    ("ecs:CreateService", &[On::Made("service/*")]),
                    ("ecs:TagResource", &[On::Ours, On::MadeBy("CreateService")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("ecs.amazonaws.com")]),
                    ("iam:PassRole", &[On::PassedTo("ecs.amazonaws.com"), On::PassedTo("ecs-tasks.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        read::list(reader, scope).await
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        read::states(reader, ids).await.map(Some)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        write::create(writer, name.as_str(), spec, tags).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        write::update(writer, live, spec, changes).await.map(Turn::Done)
    }

    fn health(found: &Found<Self>) -> Option<String> {
        found.outputs.health.clone()
    }

    async fn way_back(reader: &Reader, found: &Found<Self>, wanted: Option<&str>) -> Result<WayBack> {
        way_back::find(reader, found, wanted).await
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ecs::retag(writer, &bearer.outputs.service_arn, set, unset).await
    }

    /// Forced, so that no scaling down comes first; it drains and is gone when its last task is. What drains already
    /// refuses to be deleted again.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        if !write::is_active(writer, live).await? {
            return Ok(Turn::Done(Vec::new()));
        }
        let call = writer.ecs().delete_service().cluster(live.spec.cluster.as_str()).service(&live.outputs.name);
        gone(retry_while(2 * MINUTE, &[Class::Busy], || call.clone().force(true).send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn refuses(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
        controller::refusal(live, desired, fields)
    }

    /// A strategy can take the place of a launch type and of another strategy, and a launch type that of a strategy over
    /// the same machines; from one launch type to another there is no way.
    fn replaces(live: &Value, desired: &Value, field: &FieldDiff) -> bool {
        if field.path != "/LaunchType" {
            return false;
        }
        let providers = live["CapacityProviderStrategy"].as_array().map_or(&[][..], Vec::as_slice);
        let is_fargate =
            |part: &Value| part["CapacityProvider"].as_str().is_some_and(|name| name.starts_with("FARGATE"));
        match desired["LaunchType"].as_str() {
            Some("FARGATE") => providers.is_empty() || !providers.iter().all(is_fargate),
            Some("EC2") => providers.is_empty() || providers.iter().any(is_fargate),
            _ => true,
        }
    }

    /// A pipeline registers a revision behind ours and deploys that. An older one is ours, not rolled out yet, or theirs,
    /// overtaken by a change of the template that carries its image.
    fn is_deployed_by_others(path: &str, live: &Value, desired: &Value) -> bool {
        let revision = |value: &Value| {
            let (family, number) = ecs::last(value.as_str()?).rsplit_once(':')?;
            Some((family.to_owned(), number.parse::<u64>().ok()?))
        };
        match (path, revision(live), revision(desired)) {
            ("/TaskDefinition", Some((theirs, newer)), Some((ours, older))) => theirs == ours && newer > older,
            ("/TaskDefinition", ..) => false,
            _ => true,
        }
    }

    /// ECS refuses a target group that no listener or rule forwards to. And tasks are started when their way out and what
    /// they connect to are there: a deployment whose tasks can't pull their image or reach their database fails.
    fn depends_on(
        spec: &Value,
        other: &Address,
        other_spec: &Value,
        neighbours: &dyn Neighbours,
    ) -> Option<&'static str> {
        let attaches = ["AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"];
        if attaches.contains(&&*other.kind) && ecs::shares_target_group(&spec["LoadBalancers"], other_spec) {
            return Some("/LoadBalancers");
        }
        dependencies::of_tasks(spec, other, other_spec, neighbours).then_some("")
    }

    /// A strategy back to the rolling one takes away the target group that may have the traffic.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        rules::disruption(fields)
    }

    fn advice(_: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        rules::advice(fields)
    }

    fn pauses(spec: &Value) -> u32 {
        rules::pauses(spec)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}
