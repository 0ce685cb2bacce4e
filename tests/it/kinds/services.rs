//! Services: a cluster that goes while we look, and a failure that was there before.

use std::collections::BTreeSet;

use provision::aws::Writer;
use provision::resource::{AnyListing, Changes, Class, FieldDiff, Name, Settled, State, Turn, keyed};
use serde_json::{Value, json};

use crate::aws::canned::{Canned, scope};
use crate::kinds::canned_kind::{Answer, changes, json_tags, kind_of, settled, tags};

const KIND: &str = "AWS::ECS::Service";
const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/acme-production-main";
const ARN: &str = "arn:aws:ecs:us-east-1:123456789012:service/acme-production-main/acme-production-web";

/// A cluster of ours.
fn clusters() -> [Answer; 2] {
    let one = json!({ "clusterArn": CLUSTER, "clusterName": "acme-production-main", "status": "ACTIVE" });
    [
        ("ListClusters", 200, json!({ "clusterArns": [CLUSTER] }).to_string()),
        ("DescribeClusters", 200, json!({ "clusters": [one] }).to_string()),
    ]
}

/// A service of ours, with this primary deployment.
fn service(id: &str, rollout: &str) -> Value {
    let tags = json_tags("key", "value");
    json!({
        "serviceArn": ARN, "serviceName": "acme-production-web", "clusterArn": CLUSTER, "status": "ACTIVE", "tags": tags,
        "taskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/acme-production-web:3",
        "desiredCount": 1, "runningCount": 1,
        "deployments": [{ "id": id, "status": "PRIMARY", "rolloutState": rollout }],
    })
}

fn described(service: &Value) -> Answer {
    ("DescribeServices", 200, json!({ "services": [service] }).to_string())
}

async fn list(aws: &Canned) -> provision::resource::Result<AnyListing> {
    let session = aws.session(kind_of(KIND).facts().permissions.read).await;
    kind_of(KIND).list(&session.reader(), &scope()).await
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_is_not_found_although_it_was_listed_has_unknown_services() {
    let gone = r#"{"__type":"ClusterNotFoundException","message":"Cluster not found."}"#.to_owned();
    let aws = Canned::by_operation(&clusters().into_iter().chain([("ListServices", 400, gone)]).collect::<Vec<_>>());
    let listing = list(&aws).await.map(|listing| (listing.found.len(), listing.unseen.len()));
    assert_eq!(listing.unwrap_err().class, Class::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_missing_although_it_was_listed_is_unknown() {
    let listed = ("ListServices", 200, json!({ "serviceArns": [ARN] }).to_string());
    let missing = json!({ "services": [], "failures": [{ "arn": ARN, "reason": "MISSING" }] }).to_string();
    let aws = Canned::by_operation(
        &clusters().into_iter().chain([listed, ("DescribeServices", 200, missing)]).collect::<Vec<_>>(),
    );
    let listing = list(&aws).await.unwrap();
    let unseen: Vec<_> = listing.unseen.iter().map(|unseen| unseen.id.as_str()).collect();
    assert_eq!((listing.found.len(), &unseen[..]), (0, &[ARN][..]));
}

/// Changes one property of a service whose last deployment failed, and leaves that alone; `after` is the deployment that
/// ECS answers with. Returns the state, and how often the service was looked at.
async fn change(path: &str, value: Value, after: &Value) -> (State, usize) {
    let services = ("ListServices", 200, json!({ "serviceArns": [ARN] }).to_string());
    let failed = service("ecs-svc/1", "FAILED");
    let updated = ("UpdateService", 200, json!({ "service": after }).to_string());
    // It is shown late.
    let looks = [described(&failed), described(&failed), described(after)];
    let aws = Canned::by_operation(&clusters().into_iter().chain([services, updated]).chain(looks).collect::<Vec<_>>());
    let live = list(&aws).await.unwrap().found.remove(0);
    let mut spec = live.spec.clone();
    keyed::set(kind_of(KIND).facts(), &mut spec, path, Some(&value));
    let changes = Changes::new(vec![FieldDiff { path: path.into(), before: None, after: Some(value) }]);
    let before = aws.asked().len();
    let turn = kind_of(KIND).update(&writer(&aws).await, &live, &Settled::new(spec).unwrap(), &changes).await.unwrap();
    let Turn::Done(made) = turn else { panic!("{turn:?}") };
    (made.state, aws.asked()[before..].iter().filter(|asked| asked.contains("DescribeServices")).count())
}

#[tokio::test(start_paused = true)]
async fn a_failed_deployment_that_is_left_alone_is_not_taken_for_the_end_of_a_change() {
    let revision = json!("arn:aws:ecs:us-east-1:123456789012:task-definition/acme-production-web:4");
    let (state, looks) = change("/TaskDefinition", revision, &service("ecs-svc/2", "IN_PROGRESS")).await;
    assert!(matches!(state, State::Settling(_)), "{state:?}");
    assert_eq!(looks, 2, "until the new deployment shows");
    let failed = service("ecs-svc/1", "FAILED");
    let (state, _) = change("/HealthCheckGracePeriodSeconds", json!(30), &failed).await;
    assert_eq!(state, State::Ready, "nothing was deployed");
}

/// An empty list takes it away; what is not sent, ECS leaves as it is.
#[tokio::test(start_paused = true)]
async fn what_no_template_can_say_of_a_service_is_taken_away_by_name() {
    let mends: BTreeSet<&str> = kind_of(KIND).facts().prunes.iter().copied().collect();
    let told = [
        ("/DeploymentConfiguration/LifecycleHooks", "\"lifecycleHooks\":[]"),
        ("/LoadBalancers", "\"loadBalancers\":[]"),
        ("/ServiceConnectConfiguration", "\"serviceConnectConfiguration\":{\"enabled\":false}"),
        ("/ServiceRegistries", "\"serviceRegistries\":[]"),
        ("/VolumeConfigurations", "\"volumeConfigurations\":[]"),
        ("/VpcLatticeConfigurations", "\"vpcLatticeConfigurations\":[]"),
    ];
    assert_eq!(told.map(|(path, _)| path).into_iter().collect::<BTreeSet<_>>(), mends, "each is tried");
    for (path, text) in told {
        let services = ("ListServices", 200, json!({ "serviceArns": [ARN] }).to_string());
        let there = service("ecs-svc/1", "COMPLETED");
        let updated = ("UpdateService", 200, json!({ "service": there }).to_string());
        let aws = Canned::by_operation(
            &clusters().into_iter().chain([services, updated, described(&there)]).collect::<Vec<_>>(),
        );
        let live = list(&aws).await.unwrap().found.remove(0);
        let changes = changes(&[path]);
        let spec = Settled::new(live.spec.clone()).unwrap();
        kind_of(KIND).update(&writer(&aws).await, &live, &spec, &changes).await.unwrap();
        let sent: Vec<_> = aws.asked().into_iter().filter(|asked| asked.contains(" UpdateService ")).collect();
        assert!(sent.len() == 1 && sent[0].contains(text), "{path}: {sent:?}");
        assert!(told.iter().filter(|(other, _)| *other != path).all(|(_, text)| !sent[0].contains(text)), "{sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_daemon_is_made_without_a_number_of_tasks() {
    for (strategy, is_sent) in [("DAEMON", false), ("REPLICA", true)] {
        let made = ("CreateService", 200, json!({ "service": service("ecs-svc/1", "IN_PROGRESS") }).to_string());
        let aws = Canned::by_operation(&[made]);
        let spec = json!({
            "Cluster": "acme-production-main", "SchedulingStrategy": strategy,
            "TaskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/acme-production-web:3",
        });
        let spec = settled(kind_of(KIND), spec);
        kind_of(KIND).create(&writer(&aws).await, &Name::given("acme-production-web"), &spec, &tags()).await.unwrap();
        let sent = aws.asked().pop().unwrap();
        assert_eq!(sent.contains("desiredCount"), is_sent, "{sent}");
    }
}

async fn writer(aws: &Canned) -> Writer {
    aws.writer(KIND, &["acme-production-web", ARN], &["acme-production-main"]).await
}
