//! What a change of a cluster means to those who use it, and what its specification must not say.

use serde_json::Value;

use super::spec::Spec;
use crate::kinds::shared::key_arn;
use crate::kinds::shared::maintenance_window::MaintenanceWindow;
use crate::resource::version::{self, Move};
use crate::resource::{Disruption, FieldDiff, Mistake};

/// Returns what one changed field does.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    match field.path.as_str() {
        "/EngineVersion" | "/Port" => Disruption::Outage,
        path if PASSWORD.contains(&path) => Disruption::Outage,
        "/BackupRetentionPeriod" if is_less(field) => Disruption::DestroysData,
        _ => Disruption::None,
    }
}

/// Where the master user's password comes from.
const PASSWORD: &[&str] = &["/ManageMasterUserPassword", "/MasterUserPassword"];

/// Returns who loses by another password: RDS takes one at a time, so no order of steps spares them.
pub(super) fn advice_on_password(fields: &[FieldDiff]) -> Option<String> {
    let is_other = fields.iter().any(|field| PASSWORD.contains(&&*field.path));
    let is_given_up = fields.iter().any(|field| field.path == PASSWORD[0] && field.before == Some(Value::Bool(true)));
    let secret = if is_given_up { ", and RDS deletes its secret" } else { "" };
    is_other.then(|| {
        format!(
            "the old password ends at once{secret}: whoever holds it (tasks that run, until their services have rolled out) \
             is refused new connections"
        )
    })
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
        "/EngineVersion" if upgrade(field) == Move::MajorDown => Some(format!(
            "RDS cannot go back from {} to {}: put the newer version into the YAML, or restore a snapshot from before the \
             upgrade as another cluster and move to it",
            text(field.before.as_ref()),
            text(field.after.as_ref())
        )),
        "/MasterUsername" => Some(
            "RDS cannot rename the master user: create another user in the database, or declare another cluster and \
             move the data"
                .to_owned(),
        ),
        "/DatabaseName" if field.before.is_some() => Some(
            "RDS makes the first database with the cluster alone: put the old name back and create another database inside it, \
             or declare another cluster, move the data, then remove this one"
                .to_owned(),
        ),
        "/MasterUserSecret/KmsKeyId" if has_secret => Some(
            "RDS cannot change the key of the master user's secret: put the old key back, or let RDS make another secret \
             by hand (ModifyDBCluster without ManageMasterUserPassword, then with it and MasterUserSecretKmsKeyId)"
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

/// RDS gives up a managed password only for another one.
pub(super) fn unkept_password(desired: &Value, fields: &[FieldDiff]) -> Option<String> {
    let stops =
        |field: &FieldDiff| field.path == "/ManageMasterUserPassword" && field.after == Some(Value::Bool(false));
    let is_left = fields.iter().any(stops) && desired["MasterUserPassword"].is_null();
    is_left.then(|| {
        "RDS stops to manage the password only for another one: name its secret in MasterUserPassword".to_owned()
    })
}

/// Returns whether RDS does a change only in the window: those that its API keeps as pending values, and the parameter
/// group of another major version.
pub(super) fn waits(live: &Value, desired: &Value, field: &FieldDiff) -> bool {
    match field.path.as_str() {
        "/EngineVersion" | "/EnableIAMDatabaseAuthentication" | "/StorageType" => true,
        "/DBClusterParameterGroupName" => {
            let version = |spec: &Value| spec["EngineVersion"].as_str().unwrap_or_default().to_owned();
            version::between(&version(live), &version(desired)) == Move::Major
        }
        _ => false,
    }
}

/// So long a major upgrade takes at least, as AWS's documentation and public reports name it.
pub(super) const MAJOR_MINUTES: u32 = 10;

pub(super) fn is_major(field: &FieldDiff) -> bool {
    field.path == "/EngineVersion" && upgrade(field) == Move::Major
}

/// Returns why a change can't be taken back.
pub(super) fn irreversible(field: &FieldDiff) -> Option<String> {
    is_major(field).then(|| {
        format!(
            "{} → {} is a major upgrade, which RDS cannot take back: try it on a copy first (restore the last snapshot)",
            text(field.before.as_ref()),
            text(field.after.as_ref())
        )
    })
}

/// Returns how a change is felt. The times are what AWS's documentation and public reports name.
pub(super) fn advice(desired: &Value, field: &FieldDiff) -> Option<String> {
    let at_once = if desired["ApplyImmediately"] == false { "" } else { "at once, not in the window: " };
    let what = match (field.path.as_str(), upgrade(field)) {
        ("/EngineVersion", Move::Major) => {
            format!(
                "all instances are down together while RDS converts the storage, about {MAJOR_MINUTES} minutes, with many \
                 tables more than an hour"
            )
        }
        ("/EngineVersion", _) => {
            "the instances restart, and connections are dropped for about half a minute".to_owned()
        }
        ("/Port", _) => {
            return Some("the instances restart at once, whatever the window, and answer on the new port".into());
        }
        _ => return None,
    };
    Some(format!("{at_once}{what}"))
}

fn upgrade(field: &FieldDiff) -> Move {
    version::between(&text(field.before.as_ref()), &text(field.after.as_ref()))
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

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
