//! What others have reported of their tools on ECS, scaling and load balancing, tried on ours.

use provision::aws::Writer;
use provision::resource::{Class, Name};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, changes, difference, json_tags, kind_of, settled, tags};
use crate::kinds::spec_checks::said_of;

const NAME: &str = "acme-production-main";
const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/acme-production-main";
const SERVICE: &str = "arn:aws:ecs:us-east-1:123456789012:service/acme-production-main/acme-production-main";
const REVISION: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/acme-production-main:3";
const TARGET: &str = "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/1";
const SCALED: &str = "service/acme-production-main/acme-production-main";

fn says(operation: &'static str, answer: &Value) -> Answer {
    (operation, 200, answer.to_string())
}

fn refuses(operation: &'static str, code: &str, message: &str) -> Answer {
    (operation, 400, json!({ "__type": code, "message": message }).to_string())
}

fn cluster(status: &str, tags: &Value) -> Value {
    json!({ "clusters": [{ "clusterArn": CLUSTER, "clusterName": NAME, "status": status, "tags": tags }] })
}

async fn writer(aws: &Canned, kind: &str) -> Writer {
    aws.writer(kind, &[NAME, CLUSTER, SERVICE, TARGET, SCALED], &[NAME]).await
}

async fn create(aws: &Canned, name: &str, spec: Value) -> Result<(), Class> {
    let kind = kind_of(name);
    let spec = settled(kind, spec);
    let made = kind.create(&writer(aws, name).await, &Name::given(NAME), &spec, &tags()).await;
    made.map(drop).map_err(|failure| failure.class)
}

/// Changes one property of what a list shows.
async fn change(aws: &Canned, name: &str, path: &str, to: Value) {
    let kind = kind_of(name);
    let live = aws.live(kind).await;
    let mut spec = live.spec.clone();
    *spec.pointer_mut(path).unwrap() = to;
    let spec = settled(kind, spec);
    let changes = changes(&[path]);
    kind.update(&writer(aws, name).await, &live, &spec, &changes).await.unwrap();
}

/// The paths that differ between what AWS gives back and what was written.
fn paths(name: &str, live: &Value, written: &Value) -> Vec<String> {
    difference(name, live, written).fields.into_iter().map(|field| field.path).collect()
}

#[tokio::test(start_paused = true)]
async fn the_first_cluster_of_an_account_waits_for_the_role_of_ecs() {
    let text = "Unable to assume the service linked role. Please verify that the ECS service linked role exists.";
    let early = refuses("CreateCluster", "InvalidParameterException", text);
    let made = says("CreateCluster", &json!({ "cluster": { "clusterArn": CLUSTER } }));
    let aws = Canned::by_operation(&[early, made]);
    assert_eq!(create(&aws, "AWS::ECS::Cluster", json!({})).await, Ok(()));
    assert_eq!(aws.asked_of("CreateCluster").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_was_deleted_is_gone_and_one_of_somebody_elses_is_not_taken() {
    let kind = kind_of("AWS::ECS::Cluster");
    let listed = says("ListClusters", &json!({ "clusterArns": [CLUSTER] }));
    let aws =
        Canned::by_operation(&[listed, says("DescribeClusters", &cluster("INACTIVE", &json_tags("key", "value")))]);
    let listing = aws.list(kind).await;
    assert_eq!((listing.found.len(), listing.name_conflicts.len(), listing.unseen.len()), (0, 0, 0));
    let made = says("CreateCluster", &json!({ "cluster": { "clusterArn": CLUSTER } }));
    for (status, made_by, came) in [
        ("INACTIVE", json!([]), Ok(())),
        ("ACTIVE", json!([]), Err(Class::AlreadyExists)),
        ("ACTIVE", json_tags("key", "value"), Ok(())),
    ] {
        let aws = Canned::by_operation(&[says("DescribeClusters", &cluster(status, &made_by)), made.clone()]);
        assert_eq!(create(&aws, "AWS::ECS::Cluster", json!({})).await, came, "{status} {made_by}");
        assert_eq!(aws.asked_of("CreateCluster").len(), usize::from(came.is_ok()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_clusters_settings_are_sent_with_its_configuration() {
    let mut shown = cluster("ACTIVE", &json_tags("key", "value"));
    shown["clusters"][0]["settings"] = json!([{ "name": "containerInsights", "value": "enhanced" }]);
    let aws = Canned::by_operation(&[
        says("ListClusters", &json!({ "clusterArns": [CLUSTER] })),
        says("DescribeClusters", &shown),
    ]);
    let path = "/Configuration/ExecuteCommandConfiguration/Logging";
    change(&aws, "AWS::ECS::Cluster", path, json!("NONE")).await;
    let update = aws.asked_of("UpdateCluster").pop().unwrap();
    assert!(update.contains("\"enhanced\"") && update.contains("\"NONE\""), "{update}");
    assert!(aws.asked_of("DescribeClusters")[0].contains("CONFIGURATIONS"), "or none would be shown");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_waits_for_the_last_tasks_of_its_services() {
    let listed = says("ListClusters", &json!({ "clusterArns": [CLUSTER] }));
    let text = "The Cluster cannot be deleted while Tasks are active.";
    let busy = refuses("DeleteCluster", "ClusterContainsTasksException", text);
    let attached = "The Cluster cannot be deleted while Cluster Scoped Capacity Providers are attached to the cluster";
    let attached = refuses("DeleteCluster", "ClientException", attached);
    let gone = says("DeleteCluster", &json!({}));
    let aws = Canned::by_operation(&[
        listed,
        says("DescribeClusters", &cluster("ACTIVE", &json_tags("key", "value"))),
        busy,
        attached,
        gone,
    ]);
    let kind = kind_of("AWS::ECS::Cluster");
    let live = aws.live(kind).await;
    kind.delete(&writer(&aws, "AWS::ECS::Cluster").await, &live).await.unwrap();
    assert_eq!(aws.asked_of("DeleteCluster").len(), 3);
}

/// A service of ours, deployed by this controller.
fn service(controller: &str) -> [Answer; 4] {
    let one = json!({
        "serviceArn": SERVICE, "serviceName": NAME, "clusterArn": CLUSTER, "status": "ACTIVE", "tags": json_tags("key", "value"),
        "taskDefinition": REVISION, "desiredCount": 1, "runningCount": 1, "deploymentController": { "type": controller },
    });
    [
        says("ListClusters", &json!({ "clusterArns": [CLUSTER] })),
        says("DescribeClusters", &cluster("ACTIVE", &json_tags("key", "value"))),
        says("ListServices", &json!({ "serviceArns": [SERVICE] })),
        says("DescribeServices", &json!({ "services": [one] })),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_reaches_new_tasks_only_is_deployed_unless_code_deploy_does_that() {
    for (controller, path, to, is_forced) in [
        ("ECS", "/EnableExecuteCommand", json!(true), true),
        ("ECS", "/PropagateTags", json!("SERVICE"), true),
        ("ECS", "/HealthCheckGracePeriodSeconds", json!(30), false),
        ("CODE_DEPLOY", "/PropagateTags", json!("SERVICE"), false),
    ] {
        let aws = Canned::by_operation(&service(controller));
        change(&aws, "AWS::ECS::Service", path, to).await;
        let update = aws.asked_of("UpdateService").pop().unwrap();
        assert_eq!(update.contains("\"forceNewDeployment\":true"), is_forced, "{controller} {path}: {update}");
        assert!(!update.contains("desiredCount"), "that is the scaling's: {update}");
    }
}

#[test]
fn what_ecs_fills_into_a_task_is_no_difference() {
    let container = |more: Value| {
        let mut one = json!({ "Name": "web", "Image": "nginx" });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "NetworkMode": "awsvpc", "ContainerDefinitions": [one] })
    };
    let volume = |efs: Value| {
        json!({
            "ContainerDefinitions": [{ "Name": "web", "Image": "nginx" }],
            "Volumes": [{ "Name": "data", "EFSVolumeConfiguration": efs }],
        })
    };
    let variable = |name: &str| json!({ "Name": name, "Value": "1" });
    for (live, written) in [
        (
            container(json!({ "Environment": [variable("A"), variable("B")] })),
            container(json!({ "Environment": [variable("B"), variable("A")] })),
        ),
        (
            container(json!({ "PortMappings": [{ "ContainerPort": 80, "HostPort": 80, "Protocol": "tcp" }] })),
            container(json!({ "PortMappings": [{ "ContainerPort": 80 }] })),
        ),
        (
            container(
                json!({ "HealthCheck": { "Command": ["CMD", "true"], "Interval": 30, "Retries": 3, "Timeout": 5 } }),
            ),
            container(json!({ "HealthCheck": { "Command": ["CMD", "true"] } })),
        ),
        (
            volume(json!({ "FilesystemId": "fs-1", "RootDirectory": "/", "TransitEncryption": "DISABLED" })),
            volume(json!({ "FilesystemId": "fs-1" })),
        ),
    ] {
        assert_eq!(paths("AWS::ECS::TaskDefinition", &live, &written), [""; 0], "{written}");
    }
    let arm = json!({ "RuntimePlatform": { "CpuArchitecture": "ARM64" }, "ContainerDefinitions": [] });
    let shown = json!({
        "RuntimePlatform": { "CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX" }, "ContainerDefinitions": [],
    });
    assert_eq!(paths("AWS::ECS::TaskDefinition", &shown, &arm), [""; 0]);
    let plain = json!({ "ContainerDefinitions": [] });
    assert_eq!(paths("AWS::ECS::TaskDefinition", &shown, &plain), ["/RuntimePlatform/CpuArchitecture"]);
}

fn scaling(policies: &Value) -> Value {
    json!({
        "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": SCALED,
        "MinCapacity": 1, "MaxCapacity": 4, "ScalingPolicies": policies,
    })
}

fn policy() -> Value {
    let metric = json!({ "PredefinedMetricType": "ECSServiceAverageCPUUtilization" });
    let tracking = json!({ "TargetValue": 60.0, "PredefinedMetricSpecification": metric });
    json!({
        "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking,
    })
}

#[tokio::test(start_paused = true)]
async fn a_policy_waits_for_its_target_and_for_other_changes_of_it() {
    let registered = says("RegisterScalableTarget", &json!({ "ScalableTargetARN": TARGET }));
    let unknown = refuses("PutScalingPolicy", "ObjectNotFoundException", "No scalable target registered");
    let busy = refuses("PutScalingPolicy", "ConcurrentUpdateException", "There is a pending update");
    let slow = refuses("PutScalingPolicy", "FailedResourceAccessException", "Unable to retrieve alarms: Rate exceeded");
    let aws = Canned::by_operation(&[registered, unknown, busy, slow]);
    let spec = scaling(&json!([policy()]));
    assert_eq!(create(&aws, "AWS::ApplicationAutoScaling::ScalableTarget", spec).await, Ok(()));
    assert_eq!(aws.asked_of("PutScalingPolicy").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn another_maximum_leaves_the_policies_and_what_is_suspended_alone() {
    let more = |spec: &Value, more: Value| {
        let mut all = spec.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all.as_object_mut().unwrap().remove("ScalingPolicies");
        all
    };
    let target = more(
        &scaling(&json!([])),
        json!({
            "ScalableTargetARN": TARGET, "RoleARN": "role", "CreationTime": 1.0,
            "SuspendedState": { "DynamicScalingInSuspended": true },
        }),
    );
    let one = more(&policy(), json!({ "PolicyARN": "p", "CreationTime": 1.0 }));
    let one = more(&one, target.clone());
    let tags = json!({ "provision:project": "p", "provision:tenant": "acme", "provision:environment": "production", "provision:name": "main" });
    let aws = Canned::by_operation(&[
        says("DescribeScalableTargets", &json!({ "ScalableTargets": [target] })),
        says("DescribeScalingPolicies", &json!({ "ScalingPolicies": [one] })),
        says("ListTagsForResource", &json!({ "Tags": tags })),
        says("RegisterScalableTarget", &json!({ "ScalableTargetARN": TARGET })),
    ]);
    change(&aws, "AWS::ApplicationAutoScaling::ScalableTarget", "/MaxCapacity", json!(8)).await;
    let register = aws.asked_of("RegisterScalableTarget").pop().unwrap();
    assert!(register.contains("\"MaxCapacity\":8"), "{register}");
    assert!(register.contains("\"DynamicScalingInSuspended\":true"), "what is left out is switched on: {register}");
    for other in ["PutScalingPolicy", "DeleteScalingPolicy", "DeregisterScalableTarget"] {
        assert_eq!(aws.asked_of(other), [""; 0]);
    }
}

#[test]
fn what_scales_nothing_is_a_mistake() {
    let target = |resource: &str| {
        let given = format!(
            "{{ ServiceNamespace: ecs, ScalableDimension: \"ecs:service:DesiredCount\", MinCapacity: 1, MaxCapacity: 2, \
             ResourceId: \"{resource}\" }}"
        );
        said_of("AWS::ApplicationAutoScaling::ScalableTarget", &given)
    };
    assert_eq!(target("service/a/b"), "");
    let said = target("service/arn:aws:ecs:us-east-1:300000000090:cluster/a/b");
    assert!(said.contains("names an ARN, which scales nothing"), "{said}");
}

#[test]
fn what_load_balancing_fills_in_is_no_difference() {
    let listener = |protocol: &str, more: Value| {
        let mut one = json!({ "LoadBalancerArn": "arn:b", "Port": 80, "Protocol": protocol, "DefaultActions": [] });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        one
    };
    let idle =
        |seconds: &str| json!({ "ListenerAttributes": [{ "Key": "tcp.idle_timeout.seconds", "Value": seconds }] });
    let name = "AWS::ElasticLoadBalancingV2::Listener";
    assert_eq!(paths(name, &listener("TCP", idle("350")), &listener("TCP", json!({}))), [""; 0]);
    assert_eq!(paths(name, &listener("TCP", idle("6000")), &listener("TCP", idle("6000"))), [""; 0]);
    let path = "/ListenerAttributes/tcp.idle_timeout.seconds/Value";
    assert_eq!(paths(name, &listener("TCP", idle("6000")), &listener("TCP", json!({}))), [path]);
    let policy = json!({ "SslPolicy": "ELBSecurityPolicy-2016-08" });
    assert_eq!(paths(name, &listener("HTTPS", policy), &listener("HTTPS", json!({}))), [""; 0], "AWS chooses");
    let group = |more: Value| {
        let mut one = json!({ "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1" });
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        one
    };
    let name = "AWS::ElasticLoadBalancingV2::TargetGroup";
    assert_eq!(paths(name, &group(json!({ "ProtocolVersion": "HTTP1" })), &group(json!({}))), [""; 0]);
    let grpc = json!({ "ProtocolVersion": "GRPC", "HealthCheckPath": "/AWS.ALB/healthcheck", "Matcher": { "GrpcCode": "12" } });
    assert_eq!(paths(name, &group(grpc), &group(json!({ "ProtocolVersion": "GRPC" }))), [""; 0]);
}
