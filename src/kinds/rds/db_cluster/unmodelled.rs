//! What a cluster has beyond our properties.

use aws_sdk_rds::types::{ActivityStreamStatus, DbCluster as Description};

use crate::resource::{Unmodelled, pointer};

/// Where the endpoints are told that others add.
pub(super) const ENDPOINTS: &str = "/CustomEndpoints";

/// Returns the endpoints that others have added beside the cluster's own two.
pub(super) fn endpoints(cluster: &Description) -> impl Iterator<Item = Unmodelled> {
    let text = "it answers beside the cluster's own".to_owned();
    cluster
        .custom_endpoints()
        .iter()
        .map(move |endpoint| Unmodelled { path: pointer::join(ENDPOINTS, endpoint), text: text.clone() })
}

/// Returns what a person may have set and no property of ours expresses. Monitoring and Performance Insights are read from
/// the instances, whose values the cluster only repeats.
pub(super) fn properties(cluster: &Description) -> Vec<Unmodelled> {
    let named = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(str::to_owned);
    let on = |on: Option<bool>, text: &str| (on == Some(true)).then(|| text.to_owned());
    let standard = |value: Option<&str>, usual: &str| named(value).filter(|value| value != usual);
    let all = [
        ("/AssociatedRoles", roles(cluster)),
        ("/BacktrackWindow", cluster.backtrack_window().filter(|seconds| *seconds > 0).map(|one| format!("{one} s"))),
        ("/Domain", domains(cluster)),
        (
            "/EnableGlobalWriteForwarding",
            on(cluster.global_write_forwarding_requested(), "writes go to the global primary"),
        ),
        ("/EnableHttpEndpoint", on(cluster.http_endpoint_enabled(), "the Data API is on")),
        ("/EngineLifecycleSupport", standard(cluster.engine_lifecycle_support(), "open-source-rds-extended-support")),
        ("/GlobalClusterIdentifier", named(cluster.global_cluster_identifier())),
        ("/ReplicationSourceIdentifier", named(cluster.replication_source_identifier())),
        ("/ScalingConfiguration", scaling(cluster)),
        ("/ActivityStream", stream(cluster)),
    ];
    all.into_iter().filter_map(|(path, text)| Some(Unmodelled { path: path.to_owned(), text: text? })).collect()
}

fn roles(cluster: &Description) -> Option<String> {
    let roles: Vec<_> = cluster.associated_roles().iter().filter_map(|role| role.role_arn()).collect();
    (!roles.is_empty()).then(|| roles.join(", "))
}

fn domains(cluster: &Description) -> Option<String> {
    let domains: Vec<_> = cluster.domain_memberships().iter().filter_map(|one| one.domain()).collect();
    (!domains.is_empty()).then(|| domains.join(", "))
}

/// The capacity of the first kind of serverless clusters, which AWS no longer makes.
fn scaling(cluster: &Description) -> Option<String> {
    let scaling = cluster.scaling_configuration_info()?;
    Some(format!("{} to {} units", scaling.min_capacity()?, scaling.max_capacity()?))
}

fn stream(cluster: &Description) -> Option<String> {
    let is_on = matches!(
        cluster.activity_stream_status(),
        Some(ActivityStreamStatus::Started | ActivityStreamStatus::Starting)
    );
    is_on.then(|| format!("activities go to {}", cluster.activity_stream_kinesis_stream_name().unwrap_or("a stream")))
}
