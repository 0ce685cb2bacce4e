//! From RDS's descriptions of a proxy, its target group and its targets to ours.

use aws_sdk_rds::types::{
    ConnectionPoolConfigurationInfo, DbProxy as Description, DbProxyEndpoint, DbProxyStatus, DbProxyTarget,
    DbProxyTargetGroup, TargetRole, TargetState, TargetType, UserAuthConfigInfo,
};

use super::spec::{Auth, DEFAULT, Outputs, Pool, Spec, TargetGroup};
use crate::aws::Clients;
use crate::kinds::rds::PAGE;
use crate::resource::{Ref, Result, State, Unmodelled};

/// What RDS answers of where one proxy leads.
pub(super) struct Targets {
    pub group: Option<DbProxyTargetGroup>,
    pub targets: Vec<DbProxyTarget>,
}

/// Reads a proxy's one target group and what is registered there.
pub(super) async fn targets(clients: &Clients, name: &str) -> Result<Targets> {
    let groups = clients.rds().describe_db_proxy_target_groups().db_proxy_name(name).max_records(PAGE);
    let groups = groups.into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    let (groups, targets) = tokio::try_join!(async { Ok(groups.await?) }, registered(clients, name))?;
    let group = groups.into_iter().find(|group| group.target_group_name() == Some(DEFAULT));
    Ok(Targets { group, targets })
}

pub(super) async fn registered(clients: &Clients, name: &str) -> Result<Vec<DbProxyTarget>> {
    let call = clients.rds().describe_db_proxy_targets().db_proxy_name(name).max_records(PAGE);
    Ok(call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?)
}

pub(super) fn spec(proxy: &Description, at: &Targets) -> Spec {
    let word = |text: Option<&str>, usual: &str| text.filter(|text| !text.is_empty()).unwrap_or(usual).to_owned();
    let spec = Spec {
        auth: proxy.auth().iter().map(auth).collect(),
        debug_logging: proxy.debug_logging().unwrap_or_default(),
        default_auth_scheme: word(proxy.default_auth_scheme(), "NONE"),
        endpoint_network_type: word(proxy.endpoint_network_type().map(|kind| kind.as_str()), "IPV4"),
        engine_family: proxy.engine_family().unwrap_or_default().to_owned(),
        idle_client_timeout: proxy.idle_client_timeout().unwrap_or(1800),
        require_tls: proxy.require_tls().unwrap_or_default(),
        role_arn: Ref::new(proxy.role_arn().unwrap_or_default()),
        target_connection_network_type: word(proxy.target_connection_network_type().map(|kind| kind.as_str()), "IPV4"),
        target_group: target_group(at),
        vpc_security_group_ids: proxy.vpc_security_group_ids().iter().cloned().collect(),
        vpc_subnet_ids: proxy.vpc_subnet_ids().iter().cloned().collect(),
    };
    spec.filled()
}

fn auth(from: &UserAuthConfigInfo) -> Auth {
    Auth {
        auth_scheme: from.auth_scheme().map_or("SECRETS", |scheme| scheme.as_str()).to_owned(),
        client_password_auth_type: from.client_password_auth_type().map(|kind| kind.as_str().to_owned()),
        description: from.description().unwrap_or_default().to_owned(),
        iam_auth: from.iam_auth().map_or("DISABLED", |mode| mode.as_str()).to_owned(),
        secret_arn: from.secret_arn().unwrap_or_default().to_owned(),
    }
}

/// Of the targets those that were registered: RDS lists the instances of a cluster beside it.
fn target_group(at: &Targets) -> TargetGroup {
    let of = |kind: &TargetType| {
        let registered = at.targets.iter().filter(move |one| one.tracked_cluster_id().is_none_or(str::is_empty));
        let of_kind = registered.filter(|one| one.r#type() == Some(kind));
        of_kind.filter_map(|one| one.rds_resource_id()).map(str::to_ascii_lowercase).collect::<Vec<_>>()
    };
    TargetGroup {
        target_group_name: DEFAULT.to_owned(),
        connection_pool_configuration_info: at
            .group
            .as_ref()
            .and_then(|group| group.connection_pool_config())
            .map(pool)
            .unwrap_or_default(),
        db_cluster_identifiers: of(&TargetType::TrackedCluster).into_iter().collect(),
        db_instance_identifiers: of(&TargetType::RdsInstance).into_iter().collect(),
    }
}

fn pool(from: &ConnectionPoolConfigurationInfo) -> Pool {
    Pool {
        connection_borrow_timeout: from.connection_borrow_timeout().unwrap_or(120),
        init_query: from.init_query().unwrap_or_default().to_owned(),
        max_connections_percent: from.max_connections_percent(),
        max_idle_connections_percent: from.max_idle_connections_percent(),
        session_pinning_filters: from.session_pinning_filters().iter().cloned().collect(),
    }
}

pub(super) fn outputs(proxy: &Description, targets: &[DbProxyTarget]) -> Outputs {
    let status = proxy.status().map_or("", DbProxyStatus::as_str);
    Outputs {
        name: proxy.db_proxy_name().unwrap_or_default().to_owned(),
        arn: proxy.db_proxy_arn().unwrap_or_default().to_owned(),
        endpoint: proxy.endpoint().unwrap_or_default().to_owned(),
        vpc_id: proxy.vpc_id().unwrap_or_default().to_owned(),
        health: missing(targets).map_or_else(|| status.to_owned(), |what| format!("{status}, waits for {what}")),
    }
}

/// How the proxy is doing. One that leads nowhere yet is ready, so that its target can be registered.
pub(super) fn state(proxy: &Description, targets: &[DbProxyTarget]) -> State {
    match proxy.status() {
        Some(DbProxyStatus::Available) => missing(targets).map_or(State::Ready, State::Settling),
        Some(DbProxyStatus::Deleting) => State::Deleting,
        Some(DbProxyStatus::IncompatibleNetwork) => {
            failed("incompatible-network: a subnet has no addresses left, or its zone has no proxies")
        }
        Some(DbProxyStatus::InsufficientResourceLimits) => {
            failed("insufficient-resource-limits: the account has as many proxies as it may")
        }
        Some(DbProxyStatus::Suspended) => failed("suspended"),
        status => State::Settling(format!("the proxy ({})", status.map_or("", DbProxyStatus::as_str))),
    }
}

fn failed(status: &str) -> State {
    State::Failed(format!("RDS says {status}"))
}

/// What is missing until clients reach a registered target: one that writes and is available. RDS goes on trying by itself,
/// also where it may not read the secret or no rule lets it in: its reason is what to look at.
fn missing(targets: &[DbProxyTarget]) -> Option<String> {
    let serving = targets.iter().filter(|one| one.role() != Some(&TargetRole::ReadOnly));
    let healths: Vec<_> = serving.filter_map(|one| one.target_health()).collect();
    if targets.is_empty() || healths.iter().any(|health| health.state() == Some(&TargetState::Available)) {
        return None;
    }
    let Some(health) = healths.first() else { return Some("an instance in the cluster that it leads to".to_owned()) };
    let state = health.state().map_or("", TargetState::as_str);
    let because = health.reason().map(|reason| format!(", {}", reason.as_str())).unwrap_or_default();
    let words = health.description().map(|words| format!(": {words}")).unwrap_or_default();
    Some(format!("its target ({state}{because}{words})"))
}

/// The doors that others have made to the same database, each with security groups of its own.
pub(super) fn unmodelled(name: &str, endpoints: &[DbProxyEndpoint]) -> Vec<Unmodelled> {
    let beside = endpoints.iter().filter(|one| one.db_proxy_name() == Some(name) && one.is_default() != Some(true));
    let told = beside.map(|one| {
        let role = one.target_role().map_or("", |role| role.as_str());
        format!("{} ({role}) leads to the same database", one.db_proxy_endpoint_name().unwrap_or_default())
    });
    told.map(|text| Unmodelled { path: "/DBProxyEndpoints".to_owned(), text }).collect()
}
