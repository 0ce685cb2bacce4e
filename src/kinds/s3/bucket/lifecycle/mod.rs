//! When objects go, or to a cheaper place.

mod read;
mod write;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

pub(super) use read::get;
pub(super) use write::put;

use crate::resource::Mistake;
use crate::resource::normal::Set;

/// The most rules that S3 takes.
const MOST: usize = 1000;

/// Rules by their ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecycleConfiguration {
    /// At most 1000.
    #[serde(default)]
    pub rules: Vec<LifecycleRule>,
    /// The smallest objects that move: `all_storage_classes_128K`, or `varies_by_storage_class`.
    #[serde(default = "usual_size")]
    pub transition_default_minimum_object_size: String,
}

/// What becomes of some objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecycleRule {
    /// Uploads in parts that nobody has finished.
    #[serde(default)]
    pub abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
    /// A day, `2026-12-31`, on which objects go.
    #[serde(default, deserialize_with = "midnight")]
    pub expiration_date: Option<String>,
    /// Days after which an object goes: with versions, behind a marker that says so.
    #[serde(default)]
    pub expiration_in_days: Option<i32>,
    /// Whether such markers go that have no older version behind them.
    #[serde(default)]
    pub expired_object_delete_marker: bool,
    /// The rule's name: S3 makes one up without, which would differ with every plan.
    pub id: String,
    /// When older versions go.
    #[serde(default)]
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// When older versions move.
    #[serde(default)]
    pub noncurrent_version_transitions: Set<NoncurrentVersionTransition>,
    /// Only objects of more bytes.
    #[serde(default)]
    pub object_size_greater_than: Option<String>,
    /// Only objects of fewer bytes.
    #[serde(default)]
    pub object_size_less_than: Option<String>,
    /// Only objects whose keys begin so.
    #[serde(default)]
    pub prefix: String,
    /// `Enabled` or `Disabled`.
    pub status: String,
    /// Only objects that bear all these tags.
    #[serde(default)]
    pub tag_filters: Set<TagFilter>,
    /// When objects move.
    #[serde(default)]
    pub transitions: Set<Transition>,
}

/// When unfinished uploads go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AbortIncompleteMultipartUpload {
    /// Days since they began.
    pub days_after_initiation: i32,
}

/// When older versions go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NoncurrentVersionExpiration {
    /// How many of them stay all the same; 1 to 100.
    #[serde(default)]
    pub newer_noncurrent_versions: Option<i32>,
    /// Days since a newer one took their place.
    pub noncurrent_days: i32,
}

/// When older versions move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NoncurrentVersionTransition {
    /// How many of them stay all the same; 1 to 100.
    #[serde(default)]
    pub newer_noncurrent_versions: Option<i32>,
    /// `STANDARD_IA`, `GLACIER_IR`, ...
    pub storage_class: String,
    /// Days since a newer one took their place.
    pub transition_in_days: i32,
}

/// When objects move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Transition {
    /// `STANDARD_IA`, `GLACIER_IR`, ...
    pub storage_class: String,
    /// A day, `2026-12-31`.
    #[serde(default, deserialize_with = "midnight")]
    pub transition_date: Option<String>,
    /// Days since they were stored.
    #[serde(default)]
    pub transition_in_days: Option<i32>,
}

/// A tag of objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagFilter {
    pub key: String,
    pub value: String,
}

impl Default for LifecycleConfiguration {
    fn default() -> Self {
        Self { rules: Vec::new(), transition_default_minimum_object_size: usual_size() }
    }
}

fn usual_size() -> String {
    "all_storage_classes_128K".to_owned()
}

/// S3 takes midnight in UTC alone, which has many spellings.
fn midnight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(|text| format!("{}T00:00:00Z", text.split('T').next().unwrap_or_default())))
}

impl LifecycleConfiguration {
    /// Returns what S3 refuses.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let many = (self.rules.len() > MOST, "/LifecycleConfiguration/Rules", "are more than 1000 rules");
        Mistake::all([many]).chain(self.rules.iter().flat_map(LifecycleRule::mistakes)).collect()
    }

    /// The fewest days after which something goes, by rule and by what goes.
    pub fn least_days(&self) -> BTreeMap<(&str, &'static str), i32> {
        let enabled = self.rules.iter().filter(|rule| rule.status == "Enabled");
        enabled
            .flat_map(|rule| {
                let dated = rule.expiration_date.as_ref().map(|_| 0);
                let older = rule.noncurrent_version_expiration.as_ref().map(|older| older.noncurrent_days);
                [("objects", rule.expiration_in_days.or(dated)), ("versions", older)]
                    .into_iter()
                    .filter_map(|(what, days)| Some(((rule.id.as_str(), what), days?)))
            })
            .collect()
    }
}

impl LifecycleRule {
    fn mistakes(&self) -> Vec<Mistake> {
        let at = |property: &str| format!("/LifecycleConfiguration/Rules/{}{property}", self.id);
        let size = |text: &Option<String>| text.as_ref().is_none_or(|text| text.parse::<i64>().is_ok());
        let days = [
            self.expiration_in_days,
            self.noncurrent_version_expiration.as_ref().map(|older| older.noncurrent_days),
            self.abort_incomplete_multipart_upload.as_ref().map(|abort| abort.days_after_initiation),
        ];
        let dated = self.expiration_in_days.is_some() || self.expiration_date.is_some();
        let narrow = !self.tag_filters.is_empty()
            || self.object_size_greater_than.is_some()
            || self.object_size_less_than.is_some();
        let acts = dated
            || self.expired_object_delete_marker
            || self.abort_incomplete_multipart_upload.is_some()
            || self.noncurrent_version_expiration.is_some()
            || !self.noncurrent_version_transitions.is_empty()
            || !self.transitions.is_empty();
        let moves = |one: &Transition| one.transition_date.is_some() != one.transition_in_days.is_some();
        let wrong = [
            (
                !["Enabled", "Disabled"].contains(&self.status.as_str()),
                at("/Status"),
                "is none of Enabled and Disabled",
            ),
            (!acts, at(""), "does nothing: let it expire, move or abort something"),
            (days.into_iter().flatten().any(|days| days < 1), at(""), "has less than one day"),
            (
                self.expiration_in_days.is_some() && self.expiration_date.is_some(),
                at("/ExpirationDate"),
                "stands beside ExpirationInDays: S3 takes one of them",
            ),
            (
                self.expired_object_delete_marker && dated,
                at("/ExpiredObjectDeleteMarker"),
                "stands beside an expiration, which S3 refuses: write a rule of its own",
            ),
            (
                self.abort_incomplete_multipart_upload.is_some() && narrow,
                at("/AbortIncompleteMultipartUpload"),
                "stands beside tags or sizes, which no unfinished upload has: write a rule of its own",
            ),
            (
                self.expired_object_delete_marker && narrow,
                at("/ExpiredObjectDeleteMarker"),
                "stands beside tags or sizes, which no marker has: write a rule of its own",
            ),
            (
                !self.transitions.iter().all(moves),
                at("/Transitions"),
                "have to have TransitionDate or TransitionInDays",
            ),
            (
                !size(&self.object_size_greater_than) || !size(&self.object_size_less_than),
                at("/ObjectSizeGreaterThan"),
                "has to be a number of bytes, as ObjectSizeLessThan",
            ),
        ];
        Mistake::all(wrong).collect()
    }
}
