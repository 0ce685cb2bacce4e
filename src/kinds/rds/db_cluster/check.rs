//! What a cluster's specification must not say.

use super::spec::Spec;
use crate::kinds::shared::key_arn;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::resource::Mistake;

/// The shortest windows that RDS takes, in minutes.
const HALF_AN_HOUR: u32 = 30;

/// Returns what is wrong, with its pointer.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let all = [
        (
            spec.master_user_password.is_some() && spec.manage_master_user_password != Some(false),
            "/ManageMasterUserPassword",
            "must be false beside MasterUserPassword",
        ),
        (
            spec.master_user_secret.kms_key_id.is_some() && spec.manage_master_user_password != Some(true),
            "/MasterUserSecret/KmsKeyId",
            "needs ManageMasterUserPassword: true",
        ),
        (
            spec.vpc_security_group_ids.is_empty(),
            "/VpcSecurityGroupIds",
            "name at least one: AWS would take the VPC's default group",
        ),
        (
            spec.serverless_v2_scaling_configuration
                .as_ref()
                .is_some_and(|range| range.seconds_until_auto_pause.is_some() && range.min_capacity > 0.0),
            "/ServerlessV2ScalingConfiguration/SecondsUntilAutoPause",
            "needs a MinCapacity of 0: what never scales to nothing never pauses, and RDS refuses it",
        ),
        (spec.master_username.is_none(), "/MasterUsername", "a new cluster needs a master user"),
    ];
    let keys = [
        key_arn::mistake("/KmsKeyId", spec.kms_key_id.as_ref()),
        key_arn::mistake("/MasterUserSecret/KmsKeyId", spec.master_user_secret.kms_key_id.as_ref()),
    ];
    let user = reserved(spec).map(|text| Mistake::new("/MasterUsername", text));
    Mistake::all(all).chain(keys.into_iter().flatten()).chain(user).chain(windows(spec)).collect()
}

/// Names that RDS gives to no master user: its own, and what PostgreSQL keeps for itself.
fn reserved(spec: &Spec) -> Option<String> {
    let user = spec.master_username.as_deref()?.to_lowercase();
    let is_postgres = spec.engine.contains("postgres");
    let is_reserved = user == "rdsadmin" || (is_postgres && (user == "admin" || user.starts_with("pg_")));
    is_reserved.then(|| format!("is {user}, which {} reserves: choose another name, such as master", spec.engine))
}

/// RDS takes no backup while it maintains, and refuses windows that overlap.
pub(super) fn windows(spec: &Spec) -> Vec<Mistake> {
    MaintenanceWindow::mistakes(
        spec.preferred_maintenance_window.as_ref(),
        ("/PreferredMaintenanceWindow", HALF_AN_HOUR),
        spec.preferred_backup_window.as_deref(),
        ("/PreferredBackupWindow", HALF_AN_HOUR),
    )
}
