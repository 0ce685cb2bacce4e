//! From RDS's description to ours.

use aws_sdk_rds::types::DbInstance as Description;

use super::DbInstance;
use super::spec::{Endpoint, Outputs, Spec};
use crate::kinds::maintenance_window::MaintenanceWindow;
use crate::kinds::rds;
use crate::resource::{Found, Tags};

pub(super) fn found(instance: &Description, tags: Tags) -> Found<DbInstance> {
    let id = instance.db_instance_identifier().unwrap_or_default().to_owned();
    Found {
        name: Some(id.clone()),
        id,
        spec: with_pending(instance),
        outputs: outputs(instance),
        tags,
        state: rds::state(instance.db_instance_status().unwrap_or_default()),
        unmodelled: Vec::new(),
        external: None,
    }
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
        db_parameter_group_name: groups.first().and_then(|group| group.db_parameter_group_name()).map(str::to_owned),
        preferred_maintenance_window: instance.preferred_maintenance_window().map(MaintenanceWindow::new),
        apply_immediately: true,
    }
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
    }
}
