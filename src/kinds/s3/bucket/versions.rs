//! Whether what is overwritten or deleted stays, and for how long nobody can delete it.

use aws_sdk_s3::types::{
    BucketVersioningStatus, DefaultRetention, MfaDeleteStatus, ObjectLockConfiguration as Lock, ObjectLockEnabled,
    ObjectLockRetentionMode, ObjectLockRule as LockRule, VersioningConfiguration,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::unless_absent;
use super::write::send;
use crate::aws::{Clients, Writer};
use crate::resource::{Mistake, Result};

/// What becomes of what is overwritten or deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Versioning {
    /// `Enabled`: it stays as an older version; or `Suspended`.
    pub status: String,
}

impl Versioning {
    /// Whether what is overwritten stays.
    pub fn is_on(&self) -> bool {
        self.status == "Enabled"
    }
}

impl Default for Versioning {
    /// Never turned on and turned off again differ in nothing that a template says.
    fn default() -> Self {
        Self { status: "Suspended".to_owned() }
    }
}

/// How long nobody can delete a version, of a bucket with object lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ObjectLockConfiguration {
    /// `Enabled`.
    #[serde(default = "enabled")]
    pub object_lock_enabled: String,
    /// For every new version that does not say for itself.
    pub rule: ObjectLockRule,
}

/// What holds for every new version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ObjectLockRule {
    /// The mode and the time.
    pub default_retention: Retention,
}

/// The mode and the time; days or years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Retention {
    /// Days.
    #[serde(default)]
    pub days: Option<i32>,
    /// `GOVERNANCE`, which somebody with a right of its own may lift, or `COMPLIANCE`, which nobody can.
    pub mode: String,
    /// Years.
    #[serde(default)]
    pub years: Option<i32>,
}

fn enabled() -> String {
    "Enabled".to_owned()
}

impl ObjectLockConfiguration {
    /// Returns what S3 refuses.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let at = "/ObjectLockConfiguration/Rule/DefaultRetention";
        let Retention { days, years, mode } = &self.rule.default_retention;
        let wrong = [
            (days.is_some() == years.is_some(), at.to_owned(), "has to have Days or Years, and not both"),
            (days.or(*years).is_some_and(|time| time < 1), at.to_owned(), "has to be at least 1"),
            (
                !["GOVERNANCE", "COMPLIANCE"].contains(&mode.as_str()),
                format!("{at}/Mode"),
                "is none of GOVERNANCE and COMPLIANCE",
            ),
        ];
        Mistake::all(wrong).collect()
    }
}

/// Reads whether versions stay, and whether deleting one takes a person's second factor.
pub(super) async fn get(clients: &Clients, bucket: &str) -> Result<(Versioning, bool)> {
    let answer = clients.s3().get_bucket_versioning().bucket(bucket).send().await?;
    let is_on = answer.status() == Some(&BucketVersioningStatus::Enabled);
    let versioning = if is_on { Versioning { status: enabled() } } else { Versioning::default() };
    Ok((versioning, answer.mfa_delete() == Some(&MfaDeleteStatus::Enabled)))
}

pub(super) async fn put(writer: &Writer, bucket: &str, wanted: &Versioning) -> Result<()> {
    let status = BucketVersioningStatus::from(wanted.status.as_str());
    let versioning = VersioningConfiguration::builder().status(status).build();
    let call = writer.s3().put_bucket_versioning().bucket(bucket).versioning_configuration(versioning);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}

/// What S3 tells of the locks of a bucket.
#[derive(Default)]
pub(super) struct Locks {
    /// Whether versions can be locked.
    pub are_on: bool,
    /// For how long every new version is.
    pub configuration: Option<ObjectLockConfiguration>,
    /// Whether every new version is held until an event, too.
    pub hold: bool,
}

pub(super) async fn get_locks(clients: &Clients, bucket: &str) -> Result<Locks> {
    let answer = clients.s3().get_object_lock_configuration().bucket(bucket).send().await;
    let told = unless_absent("ObjectLockConfigurationNotFoundError", answer)?;
    let told = told.and_then(|answer| answer.object_lock_configuration);
    let told = told.filter(|lock| lock.object_lock_enabled() == Some(&ObjectLockEnabled::Enabled));
    let Some(told) = told else { return Ok(Locks::default()) };
    let kept = told.rule.and_then(|rule| rule.default_retention);
    Ok(Locks {
        are_on: true,
        hold: kept.as_ref().is_some_and(|kept| kept.default_event_hold.is_some()),
        configuration: kept.map(|kept| ObjectLockConfiguration {
            object_lock_enabled: enabled(),
            rule: ObjectLockRule {
                default_retention: Retention {
                    days: kept.days.filter(|days| *days > 0),
                    mode: kept.mode.as_ref().map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
                    years: kept.years.filter(|years| *years > 0),
                },
            },
        }),
    })
}

pub(super) async fn put_lock(writer: &Writer, bucket: &str, wanted: Option<&ObjectLockConfiguration>) -> Result<()> {
    let rule = wanted.map(|lock| {
        let Retention { days, years, mode } = &lock.rule.default_retention;
        let mode = ObjectLockRetentionMode::from(mode.as_str());
        let kept = DefaultRetention::builder().mode(mode).set_days(*days).set_years(*years).build();
        LockRule::builder().default_retention(kept).build()
    });
    let lock = Lock::builder().object_lock_enabled(ObjectLockEnabled::Enabled).set_rule(rule).build();
    let call = writer.s3().put_object_lock_configuration().bucket(bucket).object_lock_configuration(lock);
    let call = call.expected_bucket_owner(writer.account());
    send(|| call.clone().send()).await.map(drop)
}
