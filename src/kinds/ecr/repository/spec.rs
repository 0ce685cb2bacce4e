use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use crate::kinds::kms::key::Key;
use crate::kinds::shared::key_arn;
use crate::resource::normal::{PolicyDocument, Set};
use crate::resource::{Mistake, Ref};

/// ECR's own encryption.
pub(super) const OWN: &str = "AES256";
/// How many patterns ECR takes, of how many letters and stars.
const PATTERNS: usize = 5;
const PATTERN: usize = 128;
const STARS: usize = 2;

/// The properties of `AWS::ECR::Repository`; its name is the physical name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default)]
    pub encryption_configuration: EncryptionConfiguration,
    #[serde(default)]
    pub image_scanning_configuration: ImageScanningConfiguration,
    /// `MUTABLE`, `IMMUTABLE`, or one of them `_WITH_EXCLUSION`.
    #[serde(default = "mutable")]
    pub image_tag_mutability: String,
    /// The tags of which the opposite holds.
    #[serde(default)]
    pub image_tag_mutability_exclusion_filters: Set<ExclusionFilter>,
    #[serde(default)]
    pub lifecycle_policy: LifecyclePolicy,
    /// Who beside the account may use it.
    #[serde(default)]
    pub repository_policy_text: PolicyDocument,
}

/// What encrypts images, from the creation on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionConfiguration {
    /// `AES256`, `KMS` or `KMS_DSSE`.
    pub encryption_type: String,
    /// The key, of KMS.
    #[serde(default)]
    pub kms_key: Ref<Key>,
}

/// Whether an image is searched for known weaknesses when it comes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ImageScanningConfiguration {
    #[serde(default)]
    pub scan_on_push: bool,
}

/// Some tags.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExclusionFilter {
    /// `WILDCARD`.
    pub image_tag_mutability_exclusion_filter_type: String,
    /// `latest`, `dev-*`.
    pub image_tag_mutability_exclusion_filter_value: String,
}

/// Which images go by themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecyclePolicy {
    /// The rules as JSON text; empty for none.
    #[serde(default)]
    pub lifecycle_policy_text: LifecyclePolicyText,
}

/// A text of JSON in normal form: ECR tells the rules by their priority, and white space means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LifecyclePolicyText(String);

impl LifecyclePolicyText {
    /// # Errors
    /// If it is no JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut document: Value = serde_json::from_str(text)?;
        if let Some(rules) = document.get_mut("rules").and_then(Value::as_array_mut) {
            rules.sort_by_key(|rule| rule["rulePriority"].as_i64());
        }
        Ok(Self(document.to_string()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for LifecyclePolicyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| de::Error::custom(format!("it is no JSON: {error}")))
    }
}

impl JsonSchema for LifecyclePolicyText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LifecyclePolicyText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl Default for EncryptionConfiguration {
    fn default() -> Self {
        Self { encryption_type: OWN.to_owned(), kms_key: Ref::default() }
    }
}

fn mutable() -> String {
    "MUTABLE".to_owned()
}

impl Spec {
    /// Returns what ECR refuses (docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html).
    pub fn mistakes(&self) -> Vec<Mistake> {
        let EncryptionConfiguration { encryption_type: how, kms_key: key } = &self.encryption_configuration;
        let key = Some(key).filter(|key| !key.as_str().is_empty());
        let filters = &self.image_tag_mutability_exclusion_filters;
        let excludes = self.image_tag_mutability.ends_with("_WITH_EXCLUSION");
        let is_wrong = |filter: &ExclusionFilter| {
            let pattern = &filter.image_tag_mutability_exclusion_filter_value;
            !(1..=PATTERN).contains(&pattern.len()) || pattern.matches('*').count() > STARS
        };
        let kinds = ["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE", "MUTABLE_WITH_EXCLUSION"];
        let at = "/ImageTagMutabilityExclusionFilters";
        Mistake::all([
            (
                ![OWN, "KMS", "KMS_DSSE"].contains(&how.as_str()),
                "/EncryptionConfiguration/EncryptionType",
                "is none of AES256, KMS and KMS_DSSE",
            ),
            (
                how == OWN && key.is_some(),
                "/EncryptionConfiguration/KmsKey",
                "is there beside the EncryptionType AES256, which has none",
            ),
            (
                how != OWN && key.is_none(),
                "/EncryptionConfiguration",
                "has no KmsKey: ECR takes one of its own and tells it like any other, so each plan would replace the repository",
            ),
            (!kinds.contains(&self.image_tag_mutability.as_str()), "/ImageTagMutability", "is none that ECR has"),
            (excludes && filters.is_empty(), at, "is empty, and ImageTagMutability says that there are some"),
            (!excludes && !filters.is_empty(), at, "counts only with IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION"),
            (filters.len() > PATTERNS, at, "has more than 5 patterns"),
            (filters.iter().any(is_wrong), at, "has a pattern of more than 128 letters or two stars, or an empty one"),
        ])
        .chain(key_arn::mistake("/EncryptionConfiguration/KmsKey", key))
        .collect()
    }
}
