//! What no template can say and an update takes away all the same: it is asked for by name.

use provision::kinds::KINDS;
use provision::resource::{Settled, pointer};
use serde_json::{Value, json};

use crate::aws::canned::Canned;
use crate::kinds::canned_kind::{Answer, changes, json_tags, kind_of, xml, xml_tags};

const NAME: &str = "acme-production-main";
const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1";
const LISTENER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2";
const RULE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/1/2/3";
const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/acme-production-main";

fn answer(operation: &'static str, result: &str) -> Answer {
    (operation, 200, xml(operation, result))
}

fn tagged(arn: &str) -> Answer {
    let one =
        format!("<member><ResourceArn>{arn}</ResourceArn><Tags>{}</Tags></member>", xml_tags("member", "Key", "Value"));
    answer("DescribeTags", &format!("<TagDescriptions>{one}</TagDescriptions>"))
}

/// A load balancer with a listener and a rule.
fn balancing() -> Vec<Answer> {
    let balancer = format!("<LoadBalancerArn>{BALANCER}</LoadBalancerArn><LoadBalancerName>{NAME}</LoadBalancerName>");
    let listener = format!("<ListenerArn>{LISTENER}</ListenerArn><LoadBalancerArn>{BALANCER}</LoadBalancerArn>");
    let listener = format!("{listener}<Port>443</Port><Protocol>HTTPS</Protocol>");
    let rule = format!("<RuleArn>{RULE}</RuleArn><IsDefault>false</IsDefault><Priority>7</Priority>");
    vec![
        answer("DescribeLoadBalancers", &format!("<LoadBalancers><member>{balancer}</member></LoadBalancers>")),
        tagged(BALANCER),
        answer("DescribeListeners", &format!("<Listeners><member>{listener}</member></Listeners>")),
        tagged(LISTENER),
        answer("DescribeRules", &format!("<Rules><member>{rule}</member></Rules>")),
        tagged(RULE),
    ]
}

fn tasks() -> Vec<Answer> {
    let tags = json_tags("key", "value");
    let one = json!({ "clusterArn": CLUSTER, "clusterName": NAME, "status": "ACTIVE", "tags": tags });
    let said = |operation, answer: Value| (operation, 200, answer.to_string());
    vec![
        said("ListClusters", json!({ "clusterArns": [CLUSTER] })),
        said("DescribeClusters", json!({ "clusters": [one] })),
    ]
}

fn databases() -> Vec<Answer> {
    let one = format!(
        "<DBClusterIdentifier>{NAME}</DBClusterIdentifier><Engine>aurora-mysql</Engine><Status>available</Status>\
         <DBClusterArn>arn:aws:rds:us-east-1:123456789012:cluster:{NAME}</DBClusterArn><TagList>{}</TagList>",
        xml_tags("Tag", "Key", "Value")
    );
    let changing = format!("<DBCluster>{}</DBCluster>", one.replace("available", "modifying"));
    vec![
        answer("DescribeDBClusters", &format!("<DBClusters><DBCluster>{one}</DBCluster></DBClusters>")),
        answer("ModifyDBCluster", &changing),
    ]
}

/// What is sent, by this operation, for an update that is about these paths alone.
async fn sent(name: &str, answers: &[Answer], operation: &str, path: &str) -> Vec<String> {
    let (aws, kind) = (Canned::by_operation(answers), kind_of(name));
    let live = aws.live(kind).await;
    let handles = live.handles();
    let own: Vec<_> = handles.iter().map(String::as_str).chain([NAME]).collect();
    let writer = aws.writer(name, &own, &[BALANCER, LISTENER]).await;
    let changes = changes(&[path]);
    let spec = Settled::new(live.spec.clone()).unwrap();
    kind.update(&writer, &live, &spec, &changes).await.unwrap();
    aws.asked_of(operation)
}

#[tokio::test(start_paused = true)]
async fn an_update_takes_away_by_name_what_stays_where_nothing_is_said_of_it() {
    let listener = "AWS::ElasticLoadBalancingV2::Listener";
    let rule = "AWS::ElasticLoadBalancingV2::ListenerRule";
    for (name, answers, operation, path, text) in [
        (listener, balancing(), "ModifyListener", "/AlpnPolicy", "AlpnPolicy.member.1=None"),
        (listener, balancing(), "ModifyListener", "/MutualAuthentication", "MutualAuthentication.Mode=off"),
        (rule, balancing(), "ModifyRule", "/Transforms", "ResetTransforms=true"),
        ("AWS::ECS::Cluster", tasks(), "UpdateCluster", "/ServiceConnectDefaults", "{\"namespace\":\"\"}"),
        ("AWS::RDS::DBCluster", databases(), "ModifyDBCluster", "/BacktrackWindow", "BacktrackWindow=0"),
    ] {
        let all = sent(name, &answers, operation, path).await;
        assert!(all.len() == 1 && all[0].contains(text), "{path}: {all:?}");
        assert!(kind_of(name).facts().prunes.contains(&path), "{path} is among what it takes away");
        // It says so of nothing else.
        let other = if operation == "ModifyRule" { "/Actions" } else { "/DefaultActions" };
        let others = sent(name, &answers, operation, other).await;
        assert!(others.iter().all(|one| !one.contains(text)), "{path}: {others:?}");
    }
}

/// What an update is said to take away is somewhere in what AWS answers, or a name that stands beside that.
#[test]
fn what_updates_take_away_is_what_is_told() {
    let beside = ["/Alias", "/DeletionDate"];
    let text = include_str!("../../data/answers.txt");
    for kind in KINDS {
        let facts = kind.facts();
        let own = text.split("\n\n").filter(|part| part.starts_with(&format!("{} ", facts.kind)));
        let lines = own.flat_map(str::lines).filter_map(|line| line.split_once(" ~ ").or(line.split_once(" = ")));
        let told: Vec<&str> = lines.filter_map(|(_, at)| at.split([',', ' ']).next()).collect();
        for path in facts.prunes.iter().filter(|path| !beside.contains(path)) {
            let is_told = told.iter().any(|at| pointer::covers(path, at) || pointer::covers(at, path));
            assert!(is_told, "{}: {path} is not among {told:?}", facts.kind);
            let is_route = ["/Routes", "/Ipv6Routes"].contains(path);
            assert!(!facts.additive.contains(path) || is_route, "{}: {path} is somebody else's", facts.kind);
        }
    }
}
