//! What no template can say and an update takes away all the same: it is asked for by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use provision::aws::{Aws, WriterScope};
use provision::kinds::KINDS;
use provision::resource::{AnyKind, Changes, FieldDiff, Settled, StackId, pointer};
use serde_json::{Value, json};

use crate::aws::canned::{Canned, scope};
use crate::kinds::listeners::Held;

const NAME: &str = "acme-production-main";
const OURS: [(&str, &str); 4] = [("project", "p"), ("tenant", "acme"), ("environment", "production"), ("name", "main")];
const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1";
const LISTENER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2";
const RULE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/1/2/3";
const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/acme-production-main";

type Answer = (&'static str, u16, String);

fn kind(name: &str) -> &'static dyn AnyKind<Aws> {
    *KINDS.iter().find(|kind| kind.facts().kind == name).unwrap()
}

fn xml(operation: &'static str, inner: &str) -> Answer {
    (
        operation,
        200,
        format!("<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>"),
    )
}

fn tags(element: &str) -> String {
    let one =
        |(key, value): (&str, &str)| format!("<{element}><Key>provision:{key}</Key><Value>{value}</Value></{element}>");
    OURS.map(one).concat()
}

fn tagged(arn: &str) -> Answer {
    let one = format!("<member><ResourceArn>{arn}</ResourceArn><Tags>{}</Tags></member>", tags("member"));
    xml("DescribeTags", &format!("<TagDescriptions>{one}</TagDescriptions>"))
}

/// A load balancer with a listener and a rule.
fn balancing() -> Vec<Answer> {
    let balancer = format!("<LoadBalancerArn>{BALANCER}</LoadBalancerArn><LoadBalancerName>{NAME}</LoadBalancerName>");
    let listener = format!("<ListenerArn>{LISTENER}</ListenerArn><LoadBalancerArn>{BALANCER}</LoadBalancerArn>");
    let listener = format!("{listener}<Port>443</Port><Protocol>HTTPS</Protocol>");
    let rule = format!("<RuleArn>{RULE}</RuleArn><IsDefault>false</IsDefault><Priority>7</Priority>");
    vec![
        xml("DescribeLoadBalancers", &format!("<LoadBalancers><member>{balancer}</member></LoadBalancers>")),
        tagged(BALANCER),
        xml("DescribeListeners", &format!("<Listeners><member>{listener}</member></Listeners>")),
        tagged(LISTENER),
        xml("DescribeRules", &format!("<Rules><member>{rule}</member></Rules>")),
        tagged(RULE),
    ]
}

fn tasks() -> Vec<Answer> {
    let tags = OURS.map(|(key, value)| json!({ "key": format!("provision:{key}"), "value": value }));
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
        tags("Tag")
    );
    let changing = format!("<DBCluster>{}</DBCluster>", one.replace("available", "modifying"));
    vec![
        xml("DescribeDBClusters", &format!("<DBClusters><DBCluster>{one}</DBCluster></DBClusters>")),
        xml("ModifyDBCluster", &changing),
    ]
}

/// What is sent, by this operation, for an update that is about these paths alone.
async fn sent(name: &str, answers: &[Answer], operation: &str, path: &str) -> Vec<String> {
    let answers: Vec<_> =
        answers.iter().map(|(operation, status, body)| (*operation, *status, body.as_str())).collect();
    let (aws, kind) = (Canned::by_operation(&answers), kind(name));
    let session = aws.session(kind.facts().permissions.read).await;
    let live = kind.list(&session.reader(), &scope()).await.unwrap().found.remove(0);
    let writer = session.writer(WriterScope {
        address: provision::resource::Address::new(name, "main"),
        stack: StackId::new("acme", "production"),
        own: live.handles().into_iter().chain([NAME.to_owned()]).collect(),
        mentioned: BTreeSet::from([BALANCER, LISTENER].map(str::to_owned)),
        token: "0".repeat(32),
        fence: Arc::new(Held),
    });
    let changes = Changes::new(vec![FieldDiff { path: path.into(), before: None, after: None }]);
    let spec = Settled::new(live.spec.clone()).unwrap();
    kind.update(&writer, &live, &spec, &changes).await.unwrap();
    aws.asked().into_iter().filter(|asked| asked.contains(&format!(" {operation} "))).collect()
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
        assert!(kind(name).facts().prunes.contains(&path), "{path} is among what it takes away");
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
            assert!(!facts.additive.contains(path) || *path == "/Routes", "{}: {path} is somebody else's", facts.kind);
        }
    }
}
