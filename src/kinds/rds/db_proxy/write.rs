//! The calls that make and change a proxy and its target group.

use aws_sdk_rds::operation::create_db_proxy::builders::CreateDBProxyFluentBuilder;
use aws_sdk_rds::operation::modify_db_proxy::builders::ModifyDBProxyFluentBuilder;
use aws_sdk_rds::types::{ConnectionPoolConfiguration, UserAuthConfig};

use super::spec::{Auth, DEFAULT, Pool, Spec, TargetGroup};
use crate::aws::{MINUTE, Writer};
use crate::kinds::rds;
use crate::kinds::shared::list::some;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::kinds::shared::text::given;
use crate::resource::{Changes, Class, Result, Tags};

/// What one ModifyDBProxy changes: the rest is the target group's.
pub(super) const OWN: &[&str] = &[
    "/Auth",
    "/DebugLogging",
    "/DefaultAuthScheme",
    "/IdleClientTimeout",
    "/RequireTLS",
    "/RoleArn",
    "/VpcSecurityGroupIds",
];
pub(super) const POOL: &str = "/TargetGroup/ConnectionPoolConfigurationInfo";
pub(super) const TARGETS: &[&str] = &["/TargetGroup/DBClusterIdentifiers", "/TargetGroup/DBInstanceIdentifiers"];

pub(super) fn creation(writer: &Writer, name: &str, spec: &Spec, tags: &Tags) -> CreateDBProxyFluentBuilder {
    writer
        .rds()
        .create_db_proxy()
        .db_proxy_name(name)
        .engine_family(spec.engine_family.as_str().into())
        .set_auth(some(spec.auth.iter().map(auth).collect()))
        .default_auth_scheme(spec.default_auth_scheme.as_str().into())
        .debug_logging(spec.debug_logging)
        .endpoint_network_type(spec.endpoint_network_type.as_str().into())
        .idle_client_timeout(spec.idle_client_timeout)
        .require_tls(spec.require_tls)
        .role_arn(spec.role_arn.as_str())
        .target_connection_network_type(spec.target_connection_network_type.as_str().into())
        .set_vpc_security_group_ids(some(spec.vpc_security_group_ids.iter().map(String::from).collect()))
        .set_vpc_subnet_ids(Some(spec.vpc_subnet_ids.iter().map(String::from).collect()))
        .set_tags(tag::write(tags))
}

/// What changes of the proxy itself. RDS takes the lists as a whole.
pub(super) fn modification(writer: &Writer, name: &str, spec: &Spec, changes: &Changes) -> ModifyDBProxyFluentBuilder {
    let if_touched = |path: &str| changes.touches(path).then_some(());
    let groups = || spec.vpc_security_group_ids.iter().map(String::from).collect();
    writer
        .rds()
        .modify_db_proxy()
        .db_proxy_name(name)
        .set_auth(if_touched("/Auth").map(|()| spec.auth.iter().map(auth).collect()))
        .set_default_auth_scheme(if_touched("/DefaultAuthScheme").map(|()| spec.default_auth_scheme.as_str().into()))
        .set_debug_logging(if_touched("/DebugLogging").map(|()| spec.debug_logging))
        .set_idle_client_timeout(if_touched("/IdleClientTimeout").map(|()| spec.idle_client_timeout))
        .set_require_tls(if_touched("/RequireTLS").map(|()| spec.require_tls))
        .set_role_arn(if_touched("/RoleArn").map(|()| spec.role_arn.as_str().to_owned()))
        .set_security_groups(if_touched("/VpcSecurityGroupIds").map(|()| groups()))
}

fn auth(from: &Auth) -> UserAuthConfig {
    UserAuthConfig::builder()
        .auth_scheme(from.auth_scheme.as_str().into())
        .set_client_password_auth_type(from.client_password_auth_type.as_deref().map(Into::into))
        .set_description(given(&from.description))
        .iam_auth(from.iam_auth.as_str().into())
        .secret_arn(&from.secret_arn)
        .build()
}

/// Sets the whole pool. An empty text takes a query away: left out, it would stay.
pub(super) async fn set_pool(writer: &Writer, name: &str, live: &Pool, pool: &Pool) -> Result<()> {
    let query = (!live.init_query.is_empty() || !pool.init_query.is_empty()).then(|| pool.init_query.clone());
    let config = ConnectionPoolConfiguration::builder()
        .connection_borrow_timeout(pool.connection_borrow_timeout)
        .set_init_query(query)
        .set_max_connections_percent(pool.max_connections_percent)
        .set_max_idle_connections_percent(pool.max_idle_connections_percent)
        .set_session_pinning_filters(Some(pool.session_pinning_filters.iter().cloned().collect()));
    let call = writer.rds().modify_db_proxy_target_group().db_proxy_name(name).target_group_name(DEFAULT);
    let call = call.connection_pool_config(config.build());
    retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await.map(drop)
}

/// Takes the targets away that are not wanted, then registers what is missing: the group has room for one.
pub(super) async fn set_targets(writer: &Writer, name: &str, live: &TargetGroup, group: &TargetGroup) -> Result<()> {
    let clusters = ids(live.db_cluster_identifiers.minus(&group.db_cluster_identifiers));
    let instances = ids(live.db_instance_identifiers.minus(&group.db_instance_identifiers));
    if clusters.is_some() || instances.is_some() {
        let call = writer.rds().deregister_db_proxy_targets().db_proxy_name(name).target_group_name(DEFAULT);
        let call = call.set_db_cluster_identifiers(clusters).set_db_instance_identifiers(instances);
        match retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await {
            // It went by itself, with its database.
            Err(failure) if failure.is(Class::NotFound) => {}
            answer => answer.map(drop)?,
        }
    }
    let clusters = ids(group.db_cluster_identifiers.minus(&live.db_cluster_identifiers));
    let instances = ids(group.db_instance_identifiers.minus(&live.db_instance_identifiers));
    if clusters.is_some() || instances.is_some() {
        let call = writer.rds().register_db_proxy_targets().db_proxy_name(name).target_group_name(DEFAULT);
        let call = call.set_db_cluster_identifiers(clusters).set_db_instance_identifiers(instances);
        match retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await {
            // An earlier try, whose answer was lost, did it.
            Err(failure) if failure.is(Class::AlreadyExists) => {}
            answer => answer.map(drop)?,
        }
    }
    Ok(())
}

fn ids<'a, T: 'a>(of: impl Iterator<Item = &'a T>) -> Option<Vec<String>>
where
    String: From<&'a T>,
{
    some(of.map(String::from).collect())
}
