//! From RDS's description to ours.

use aws_sdk_rds::types::{DatabaseInsightsMode, DbCluster, DbInstance as Description};

use serde_json::Value;

use super::DbInstance;
use super::spec::{Alone, Endpoint, Outputs, Spec};
use crate::kinds::rds;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::kinds::shared::pending;
use crate::resource::{Found, Pending, Ref, Tags, Unmodelled, Until};

/// `cluster` is the one that it belongs to.
pub(super) fn found(instance: &Description, cluster: Option<&DbCluster>, tags: Tags) -> Found<DbInstance> {
    let (now, spec) = (spec(instance), with_pending(instance));
    let pending = pending(&now, &spec, instance, cluster);
    let has_advanced = |cluster: &DbCluster| cluster.database_insights_mode() == Some(&DatabaseInsightsMode::Advanced);
    let id = instance.db_instance_identifier().unwrap_or_default().to_owned();
    Found {
        name: Some(id.clone()),
        id,
        spec,
        outputs: Outputs { pending, has_clusters_insights: cluster.is_some_and(has_advanced), ..outputs(instance) },
        tags,
        state: rds::state(instance.db_instance_status().unwrap_or_default()),
        unmodelled: unmodelled(instance, cluster),
        external: None,
    }
}

/// The status of a parameter group whose static parameters are not in force yet.
const REBOOT: &str = "pending-reboot";

/// What RDS does in the window; a parameter group of one's own is exchanged with the cluster's major version, and its static
/// parameters wait for a reboot.
fn pending(now: &Spec, then: &Spec, instance: &Description, cluster: Option<&DbCluster>) -> Vec<Pending> {
    let mut all = pending::between(now, then, |_| Until::Window);
    let group = now.db_parameter_group_name.as_ref().map(Ref::as_str);
    if instance.db_parameter_groups().iter().any(|group| group.parameter_apply_status() == Some(REBOOT)) {
        let group = group.map(Value::from);
        all.push(Pending {
            path: "/DBParameterGroupName".to_owned(),
            before: group.clone(),
            after: group,
            until: Until::Event("a reboot, for its static parameters".to_owned()),
        });
    }
    let group = group.filter(|name| !name.starts_with("default."));
    if group.is_some() && cluster.is_some_and(rds::is_upgraded_later) {
        all.push(pending::goes_along("/DBParameterGroupName", group));
    }
    all
}

/// What RDS has accepted and does in the next window reads as done.
fn with_pending(instance: &Description) -> Spec {
    let mut spec = spec(instance);
    let pending = instance.pending_modified_values();
    if let Some(class) = pending.and_then(|values| values.db_instance_class()) {
        class.clone_into(&mut spec.db_instance_class);
    }
    if let Some(ca) = pending.and_then(|values| values.ca_certificate_identifier()) {
        spec.ca_certificate_identifier = Some(ca.to_owned());
    }
    spec
}

/// What is so now, without what is pending.
pub(super) fn spec(instance: &Description) -> Spec {
    let groups = instance.db_parameter_groups();
    Spec {
        db_cluster_identifier: instance.db_cluster_identifier().unwrap_or_default().into(),
        engine: instance.engine().unwrap_or_default().to_owned(),
        db_instance_class: instance.db_instance_class().unwrap_or_default().to_owned(),
        promotion_tier: instance.promotion_tier().unwrap_or(1),
        availability_zone: instance.availability_zone().map(str::to_owned),
        publicly_accessible: instance.publicly_accessible().unwrap_or_default(),
        monitoring_interval: instance.monitoring_interval().unwrap_or_default(),
        monitoring_role_arn: instance.monitoring_role_arn().unwrap_or_default().to_owned(),
        enable_performance_insights: instance.performance_insights_enabled().unwrap_or_default(),
        performance_insights_kms_key_id: instance.performance_insights_kms_key_id().map(Into::into),
        performance_insights_retention_period: instance.performance_insights_retention_period(),
        auto_minor_version_upgrade: instance.auto_minor_version_upgrade().unwrap_or(true),
        ca_certificate_identifier: instance.ca_certificate_identifier().map(str::to_owned),
        db_parameter_group_name: groups.first().and_then(|group| group.db_parameter_group_name()).map(Into::into),
        preferred_maintenance_window: instance.preferred_maintenance_window().map(MaintenanceWindow::new),
        apply_immediately: true,
    }
}

/// What a person may have set and no property of ours expresses. What a member only repeats
/// of its cluster is told there.
fn unmodelled(instance: &Description, cluster: Option<&DbCluster>) -> Vec<Unmodelled> {
    let roles: Vec<_> = instance.associated_roles().iter().filter_map(|role| role.role_arn()).collect();
    let domains: Vec<_> = instance.domain_memberships().iter().filter_map(|one| one.domain()).collect();
    let usual = cluster.and_then(|cluster| cluster.database_insights_mode()).map_or("standard", |mode| mode.as_str());
    let insights = instance.database_insights_mode().map(|mode| mode.as_str()).filter(|mode| *mode != usual);
    let all = [
        ("/AssociatedRoles", (!roles.is_empty()).then(|| roles.join(", "))),
        ("/DatabaseInsightsMode", insights.map(str::to_owned)),
        ("/Domain", (!domains.is_empty()).then(|| domains.join(", "))),
    ];
    all.into_iter().filter_map(|(path, text)| Some(Unmodelled { path: path.to_owned(), text: text? })).collect()
}

pub(super) fn outputs(instance: &Description) -> Outputs {
    let endpoint = instance.endpoint();
    Outputs {
        identifier: instance.db_instance_identifier().unwrap_or_default().to_owned(),
        arn: instance.db_instance_arn().unwrap_or_default().to_owned(),
        dbi_resource_id: instance.dbi_resource_id().unwrap_or_default().to_owned(),
        endpoint: Endpoint {
            address: endpoint.and_then(|endpoint| endpoint.address()).map(str::to_owned),
            port: endpoint.and_then(|endpoint| endpoint.port()),
        },
        alone: alone(instance),
        has_clusters_insights: false,
        status: instance.db_instance_status().unwrap_or_default().to_owned(),
        pending: Vec::new(),
    }
}

fn alone(instance: &Description) -> Option<Alone> {
    let is_member = instance.db_cluster_identifier().is_some_and(|cluster| !cluster.is_empty());
    let sources =
        [instance.read_replica_source_db_instance_identifier(), instance.read_replica_source_db_cluster_identifier()];
    (!is_member).then(|| Alone {
        is_protected: instance.deletion_protection().unwrap_or_default(),
        is_replica: sources.iter().any(|source| source.is_some_and(|source| !source.is_empty())),
        days: instance.backup_retention_period().unwrap_or_default(),
    })
}
