//! What a proxy must not say, and what a change means to its clients.

use serde_json::Value;

use super::spec::{Auth, DEFAULT, IAM_AUTH, Pool, SQLSERVER, Spec};
use super::write::TARGETS;
use crate::resource::{Disruption, FieldDiff, Mistake, pointer};

/// Returns what one changed field does.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    let refuses = match field.path.as_str() {
        "/RequireTLS" => field.after == Some(Value::Bool(true)),
        "/DefaultAuthScheme" => true,
        "/Auth" => is_other_login(field),
        path => {
            let leads_away = TARGETS.iter().any(|targets| pointer::covers(targets, path));
            leads_away && field.before.as_ref().and_then(Value::as_array).is_some_and(|before| !before.is_empty())
        }
    };
    if refuses { Disruption::Outage } else { Disruption::None }
}

/// Whether somebody who logs in today could not do so afterwards: with a secret that is left out, or in another way.
fn is_other_login(field: &FieldDiff) -> bool {
    let list = |side: &Option<Value>| side.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let login = |one: &Value| ["SecretArn", "IAMAuth", "ClientPasswordAuthType"].map(|part| one[part].clone());
    let after: Vec<_> = list(&field.after).iter().map(login).collect();
    list(&field.before).iter().any(|one| !after.contains(&login(one)))
}

/// The logins of both, by their secrets: one secret has one entry, which is then the wanted one.
pub(super) fn union_of_logins(before: &Value, after: &Value) -> Option<Value> {
    let (before, after) = (before.as_array()?, after.as_array()?);
    let stays = |one: &&Value| after.iter().all(|other| other["SecretArn"] != one["SecretArn"]);
    let stay: Vec<_> = before.iter().filter(stays).collect();
    (!stay.is_empty()).then(|| stay.into_iter().chain(after).cloned().collect())
}

pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let families = ["MYSQL", "POSTGRESQL", SQLSERVER];
    let group = &spec.target_group;
    let all = Mistake::all([
        (
            !families.contains(&spec.engine_family.as_str()),
            "/EngineFamily",
            "is none of MYSQL, POSTGRESQL and SQLSERVER",
        ),
        (
            !["NONE", IAM_AUTH].contains(&spec.default_auth_scheme.as_str()),
            "/DefaultAuthScheme",
            "is none of NONE and IAM_AUTH",
        ),
        (
            spec.auth.is_empty() && spec.default_auth_scheme != IAM_AUTH,
            "/Auth",
            "is empty: without DefaultAuthScheme IAM_AUTH the proxy logs in with secrets",
        ),
        (
            spec.vpc_security_group_ids.is_empty(),
            "/VpcSecurityGroupIds",
            "is empty: RDS would take the VPC's default group",
        ),
        (spec.vpc_subnet_ids.len() < 2, "/VpcSubnetIds", "RDS wants subnets in at least two zones"),
        (
            !["IPV4", "IPV6", "DUAL"].contains(&spec.endpoint_network_type.as_str()),
            "/EndpointNetworkType",
            "is none of IPV4, IPV6 and DUAL",
        ),
        (
            !["IPV4", "IPV6"].contains(&spec.target_connection_network_type.as_str()),
            "/TargetConnectionNetworkType",
            "is none of IPV4 and IPV6",
        ),
        (
            group.target_group_name != DEFAULT,
            "/TargetGroup/TargetGroupName",
            "is not default: RDS knows no other group",
        ),
        (
            group.db_cluster_identifiers.len() + group.db_instance_identifiers.len() > 1,
            "/TargetGroup",
            "has several targets: a proxy leads to one cluster or one instance",
        ),
    ]);
    let seconds = Mistake::outside([("/IdleClientTimeout", spec.idle_client_timeout, 1, 28_800)], " seconds");
    let logins = spec.auth.iter().enumerate().flat_map(|(at, one)| of_login(spec, at, one));
    all.chain(seconds).chain(logins).chain(of_pool(&group.connection_pool_configuration_info)).collect()
}

fn of_login(spec: &Spec, at: usize, one: &Auth) -> impl Iterator<Item = Mistake> {
    let path = |property: &str| format!("/Auth/{at}/{property}");
    let modes: &[&str] =
        if spec.engine_family == SQLSERVER { &["DISABLED", "REQUIRED", "ENABLED"] } else { &["DISABLED", "REQUIRED"] };
    let beginning = match spec.engine_family.as_str() {
        "POSTGRESQL" => "POSTGRES_",
        SQLSERVER => "SQL_SERVER_",
        _ => "MYSQL_",
    };
    let is_foreign = one.client_password_auth_type.as_deref().is_some_and(|kind| !kind.starts_with(beginning));
    let twins = spec.auth.iter().filter(|other| other.secret_arn == one.secret_arn).count() > 1;
    Mistake::all([
        (one.auth_scheme != "SECRETS", path("AuthScheme"), "is not SECRETS"),
        (!modes.contains(&one.iam_auth.as_str()), path("IAMAuth"), "is no word that RDS has for this engine"),
        (is_foreign, path("ClientPasswordAuthType"), "is of another engine than EngineFamily"),
        (twins, path("SecretArn"), "stands here twice: one secret is one user's"),
    ])
}

fn of_pool(pool: &Pool) -> impl Iterator<Item = Mistake> {
    const AT: &str = "/TargetGroup/ConnectionPoolConfigurationInfo";
    let most = pool.max_connections_percent.unwrap_or(100);
    let idle = pool.max_idle_connections_percent.unwrap_or_default();
    let is_known = |filter: &String| filter == "EXCLUDE_VARIABLE_SETS";
    let outside = [
        (!(1..=100).contains(&most), "MaxConnectionsPercent", "has to be from 1 to 100"),
        (!(0..=most).contains(&idle), "MaxIdleConnectionsPercent", "has to be from 0 to MaxConnectionsPercent"),
        (
            !(0..=300).contains(&pool.connection_borrow_timeout),
            "ConnectionBorrowTimeout",
            "has to be from 0 to 300 seconds",
        ),
        (
            !pool.session_pinning_filters.iter().all(is_known),
            "SessionPinningFilters",
            "has another word than EXCLUDE_VARIABLE_SETS",
        ),
    ];
    Mistake::all(outside.map(|(is_made, property, text)| (is_made, format!("{AT}/{property}"), text)))
}
