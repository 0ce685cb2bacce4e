//! What a change of a cluster means to those who use it.

use serde_json::Value;

use crate::resource::{Disruption, FieldDiff};

/// Returns what one changed field does.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    match field.path.as_str() {
        "/EngineVersion" | "/Port" => Disruption::Outage,
        "/BackupRetentionPeriod" if is_less(field) => Disruption::DestroysData,
        _ => Disruption::None,
    }
}

/// Returns why a field cannot be changed, neither in place nor by a new cluster (which would be empty).
pub(super) fn refusal(live: &Value, field: &FieldDiff) -> Option<String> {
    let has_secret = live["ManageMasterUserPassword"] == true && field.before.is_some();
    match field.path.as_str() {
        "/Engine" => Some(
            "RDS cannot change the engine of a cluster: declare another cluster, move the data (snapshot, AWS DMS), \
             then remove this one"
                .to_owned(),
        ),
        "/MasterUsername" => Some(
            "RDS cannot rename the master user: create another user in the database, or declare another cluster and \
             move the data"
                .to_owned(),
        ),
        "/MasterUserSecret/KmsKeyId" if has_secret => Some(
            "RDS cannot change the key of the master user's secret: put the old key back, or let RDS make another secret \
             by hand (aws rds modify-db-cluster --no-manage-master-user-password, then --manage-master-user-password with \
             --master-user-secret-kms-key-id)"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Returns whether a number gets smaller.
fn is_less(field: &FieldDiff) -> bool {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
    number(&field.after) < number(&field.before)
}

/// Returns whether another version is another major version: its first number, or for Aurora MySQL (`8.0.mysql_aurora`)
/// its first two.
pub(super) fn is_major(have: &str, want: &str) -> bool {
    let parts = if have.contains("mysql") || want.contains("mysql") { 2 } else { 1 };
    !have.split('.').take(parts).eq(want.split('.').take(parts))
}
