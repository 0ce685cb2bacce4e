use aws_sdk_rds::types::{
    AuthScheme, DbProxy as Description, DbProxyEndpoint, DbProxyEndpointTargetRole, DbProxyStatus, DbProxyTarget,
    DbProxyTargetGroup, IamAuthMode, TargetHealth, TargetHealthReason, TargetRole, TargetState, TargetType,
    UserAuthConfigInfo,
};
use serde_json::{Value, json};

use super::read::{self, Targets};
use super::{DbProxy, Spec};
use crate::resource::{Disruption, FieldDiff, Kind as _, State};

const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-123456";

fn spec(more: &Value) -> Spec {
    let mut whole = json!({
        "EngineFamily": "MYSQL", "RoleArn": "arn:aws:iam::123456789012:role/r", "Auth": [{ "SecretArn": SECRET }],
        "VpcSubnetIds": ["subnet-1", "subnet-2"], "VpcSecurityGroupIds": ["sg-1"],
    });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn proxy() -> Description {
    let auth = UserAuthConfigInfo::builder().auth_scheme(AuthScheme::Secrets).secret_arn(SECRET);
    Description::builder()
        .db_proxy_name("a")
        .engine_family("MYSQL")
        .role_arn("arn:aws:iam::123456789012:role/r")
        .auth(auth.iam_auth(IamAuthMode::Disabled).build())
        .set_vpc_subnet_ids(Some(vec!["subnet-1".to_owned(), "subnet-2".to_owned()]))
        .vpc_security_group_ids("sg-1")
        .status(DbProxyStatus::Available)
        .build()
}

fn cluster() -> DbProxyTarget {
    DbProxyTarget::builder().r#type(TargetType::TrackedCluster).rds_resource_id("main").build()
}

fn instance(role: TargetRole, health: TargetHealth) -> DbProxyTarget {
    let target = DbProxyTarget::builder().r#type(TargetType::RdsInstance).rds_resource_id("main-1");
    target.tracked_cluster_id("main").role(role).target_health(health).build()
}

fn health(state: TargetState) -> TargetHealth {
    TargetHealth::builder().state(state).build()
}

#[test]
fn an_old_proxy_that_tells_little_reads_as_what_rds_gives_unasked() {
    let at =
        Targets { group: Some(DbProxyTargetGroup::builder().target_group_name("default").build()), targets: vec![] };
    let read = serde_json::to_value(read::spec(&proxy(), &at)).unwrap();
    assert_eq!(read, serde_json::to_value(spec(&json!({}))).unwrap());
    assert_eq!(read["Auth"][0]["ClientPasswordAuthType"], "MYSQL_CACHING_SHA2_PASSWORD");
    assert_eq!(read["TargetGroup"]["ConnectionPoolConfigurationInfo"]["MaxIdleConnectionsPercent"], 50);
}

#[test]
fn the_instances_of_a_registered_cluster_are_no_targets_of_their_own() {
    let targets = vec![cluster(), instance(TargetRole::ReadWrite, health(TargetState::Available))];
    let read = read::spec(&proxy(), &Targets { group: None, targets });
    let group = serde_json::to_value(read.target_group).unwrap();
    assert_eq!((&group["DBClusterIdentifiers"], &group["DBInstanceIdentifiers"]), (&json!(["main"]), &json!([])));
}

#[test]
fn a_proxy_is_ready_when_the_writer_answers_it_and_says_what_keeps_it() {
    let of = |targets: &[DbProxyTarget]| read::state(&proxy(), targets);
    let writer = |health| vec![cluster(), instance(TargetRole::ReadWrite, health)];
    assert_eq!(of(&[]), State::Ready, "its target is registered next");
    assert_eq!(of(&writer(health(TargetState::Available))), State::Ready);
    let reader = instance(TargetRole::ReadOnly, health(TargetState::Available));
    let is_settling = |state: State| matches!(state, State::Settling(_));
    assert!(is_settling(of(&[writer(health(TargetState::Registering)), vec![reader]].concat())));
    assert!(is_settling(of(&[cluster()])), "the cluster has no instance");
    let denied = TargetHealth::builder().state(TargetState::Unavailable).reason(TargetHealthReason::AuthFailure);
    let denied = denied.description("Proxy does not have any registered credentials").build();
    let text = "its target (UNAVAILABLE, AUTH_FAILURE: Proxy does not have any registered credentials)";
    assert_eq!(of(&writer(denied)), State::Settling(text.to_owned()));
}

#[test]
fn doors_that_others_have_added_are_told() {
    let door = |proxy: &str, name: &str, is_default: bool| {
        let door = DbProxyEndpoint::builder().db_proxy_name(proxy).db_proxy_endpoint_name(name).is_default(is_default);
        door.target_role(DbProxyEndpointTargetRole::ReadOnly).build()
    };
    let all = [door("a", "default", true), door("a", "by-hand", false), door("b", "another", false)];
    let told = read::unmodelled("a", &all);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].text, "by-hand (READ_ONLY) leads to the same database");
}

#[test]
fn what_does_not_pass_by_itself_has_failed() {
    let of = |status| read::state(&Description::builder().status(status).build(), &[]);
    assert!(matches!(of(DbProxyStatus::IncompatibleNetwork), State::Failed(_)));
    assert!(matches!(of(DbProxyStatus::InsufficientResourceLimits), State::Failed(_)));
    assert!(matches!(of(DbProxyStatus::Creating), State::Settling(_)));
    assert!(matches!(of(DbProxyStatus::Reactivating), State::Settling(_)));
    assert_eq!(of(DbProxyStatus::Deleting), State::Deleting);
}

#[test]
fn what_shuts_clients_out_is_an_outage() {
    let other = "arn:aws:secretsmanager:us-east-1:123456789012:secret:b-123456";
    let login = |secret: &str, iam: &str| json!({ "SecretArn": secret, "IAMAuth": iam });
    let of = |path: &str, before: Value, after: Value| {
        DbProxy::disruption(&[FieldDiff { path: path.to_owned(), before: Some(before), after: Some(after) }])
    };
    let (password, token) = (login(SECRET, "DISABLED"), login(SECRET, "REQUIRED"));
    assert_eq!(of("/RequireTLS", json!(false), json!(true)), Disruption::Outage);
    assert_eq!(of("/RequireTLS", json!(true), json!(false)), Disruption::None);
    assert_eq!(of("/Auth", json!([password]), json!([password, login(other, "DISABLED")])), Disruption::None);
    assert_eq!(of("/Auth", json!([password]), json!([token])), Disruption::Outage);
    assert_eq!(of("/TargetGroup/DBClusterIdentifiers", json!(["a"]), json!(["b"])), Disruption::Outage);
    assert_eq!(of("/TargetGroup/DBClusterIdentifiers", json!([]), json!(["b"])), Disruption::None);
}

#[test]
fn who_logs_in_today_goes_on_until_its_users_have_changed_and_one_secret_has_one_entry() {
    let login = |secret: &str, iam: &str| json!({ "SecretArn": secret, "IAMAuth": iam });
    let union = |before: Value, after: Value| DbProxy::union("/Auth", &before, &after);
    let both = json!([login("a", "DISABLED"), login("b", "DISABLED")]);
    assert_eq!(union(json!([login("a", "DISABLED")]), json!([login("b", "DISABLED")])), Some(both));
    assert_eq!(union(json!([login("a", "DISABLED")]), json!([login("a", "REQUIRED")])), None);
}

#[test]
fn what_rds_would_refuse_is_said_before() {
    let said = |more: Value| DbProxy::check(&spec(&more)).into_iter().map(|one| one.path).collect::<Vec<_>>();
    let pool = "/TargetGroup/ConnectionPoolConfigurationInfo";
    assert_eq!(said(json!({})), [""; 0]);
    assert_eq!(said(json!({ "Auth": [] })), ["/Auth"]);
    assert_eq!(said(json!({ "Auth": [], "DefaultAuthScheme": "IAM_AUTH" })), [""; 0]);
    assert_eq!(said(json!({ "EngineFamily": "ORACLE" })), ["/EngineFamily"]);
    assert_eq!(said(json!({ "VpcSecurityGroupIds": [] })), ["/VpcSecurityGroupIds"]);
    assert_eq!(said(json!({ "VpcSubnetIds": ["subnet-1"] })), ["/VpcSubnetIds"]);
    assert_eq!(said(json!({ "IdleClientTimeout": 0 })), ["/IdleClientTimeout"]);
    assert_eq!(said(json!({ "Auth": [{ "SecretArn": SECRET, "IAMAuth": "ENABLED" }] })), ["/Auth/0/IAMAuth"]);
    let foreign = json!({ "Auth": [{ "SecretArn": SECRET, "ClientPasswordAuthType": "POSTGRES_MD5" }] });
    assert_eq!(said(foreign), ["/Auth/0/ClientPasswordAuthType"]);
    let twice = json!({ "Auth": [{ "SecretArn": SECRET }, { "SecretArn": SECRET, "IAMAuth": "REQUIRED" }] });
    assert_eq!(said(twice), ["/Auth/0/SecretArn", "/Auth/1/SecretArn"]);
    assert_eq!(said(json!({ "TargetGroup": { "DBClusterIdentifiers": ["a", "b"] } })), ["/TargetGroup"]);
    assert_eq!(said(json!({ "TargetGroup": { "TargetGroupName": "mine" } })), ["/TargetGroup/TargetGroupName"]);
    let percent = json!({ "ConnectionPoolConfigurationInfo": { "MaxConnectionsPercent": 101 } });
    assert_eq!(said(json!({ "TargetGroup": percent })), [format!("{pool}/MaxConnectionsPercent")]);
    let idle = json!({ "MaxConnectionsPercent": 20, "MaxIdleConnectionsPercent": 30 });
    let idle = json!({ "TargetGroup": { "ConnectionPoolConfigurationInfo": idle } });
    assert_eq!(said(idle), [format!("{pool}/MaxIdleConnectionsPercent")]);
}
