use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::kinds::kms::key::Key;
use crate::kinds::shared::defaults::{number, yes};
use crate::kinds::shared::key_arn;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Mistake, Ref};

/// The key that Secrets Manager has of its own in every account, which it does not answer.
const AWS_KEY: &str = "alias/aws/secretsmanager";

/// The properties of `AWS::SecretsManager::Secret`, the document of its `AWS::SecretsManager::ResourcePolicy`, and its
/// `AWS::SecretsManager::RotationSchedule`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// At most 2048 characters.
    #[serde(default)]
    pub description: String,
    /// How the value is made; no later change makes another. Without it somebody has to put one in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generate_secret_string: Option<GenerateSecretString>,
    /// The ARN of the key that encrypts it; without it Secrets Manager's own.
    #[serde(default, deserialize_with = "key")]
    pub kms_key_id: Ref<Key>,
    /// Who may use it beside those whom IAM's policies let. One that lets everybody is refused.
    #[serde(default)]
    pub policy: PolicyDocument,
    /// How a function of Lambda makes it anew; nothing does without.
    #[serde(default)]
    pub rotation: Option<Rotation>,
}

/// A password that AWS makes, alone or in a JSON object.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GenerateSecretString {
    /// At most 4096.
    #[serde(default)]
    pub exclude_characters: String,
    #[serde(default)]
    pub exclude_lowercase: bool,
    #[serde(default)]
    pub exclude_numbers: bool,
    #[serde(default)]
    pub exclude_punctuation: bool,
    #[serde(default)]
    pub exclude_uppercase: bool,
    /// Its key in the object of `SecretStringTemplate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generate_string_key: Option<String>,
    #[serde(default)]
    pub include_space: bool,
    /// 1 to 4096.
    #[serde(default = "number::<32>")]
    pub password_length: i32,
    /// Whether it has at least one character of each type that is not excluded.
    #[serde(default = "yes")]
    pub require_each_included_type: bool,
    /// The JSON object that the password is put into; without it the value is the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_string_template: Option<String>,
}

/// How and when a new value is made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Rotation {
    /// Whether a change of the rotation makes a new value at once, and not only when it is time; alone it is no change.
    #[serde(default = "yes")]
    pub rotate_immediately_on_update: bool,
    /// The function; its policy lets `secretsmanager.amazonaws.com` invoke it.
    #[serde(rename = "RotationLambdaARN")]
    pub rotation_lambda_arn: String,
    pub rotation_rules: RotationRules,
}

/// When: by days or by an expression.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RotationRules {
    /// 1 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatically_after_days: Option<i32>,
    /// How long it may take until a rotation begins, `3h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// `rate(10 days)` or `cron(0 8 1 * ? *)`, in UTC; at most every four hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_expression: Option<String>,
}

impl Spec {
    /// Returns what Secrets Manager refuses (docs.aws.amazon.com/secretsmanager/latest/apireference).
    pub fn mistakes(&self) -> Vec<Mistake> {
        let is_long = self.description.chars().count() > 2048;
        let key = Some(&self.kms_key_id).filter(|key| !key.as_str().is_empty());
        Mistake::all([(is_long, "/Description", "has more than 2048 characters")])
            .chain(key_arn::mistake("/KmsKeyId", key))
            .chain(self.generate_secret_string.iter().flat_map(GenerateSecretString::mistakes))
            .chain(self.rotation.iter().flat_map(|rotation| rotation.rotation_rules.mistakes()))
            .collect()
    }
}

impl GenerateSecretString {
    /// The value that has this password.
    pub fn value(&self, password: String) -> String {
        let object = self.secret_string_template.as_deref().and_then(object);
        let Some((mut object, key)) = object.zip(self.generate_string_key.clone()) else { return password };
        object.insert(key, Value::String(password));
        Value::Object(object).to_string()
    }

    fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let excluded = [self.exclude_lowercase, self.exclude_numbers, self.exclude_punctuation, self.exclude_uppercase];
        let types = excluded.iter().filter(|is_excluded| !**is_excluded).count();
        let length = usize::try_from(self.password_length).unwrap_or_default();
        let least = if self.require_each_included_type { types.max(1) } else { 1 };
        let (key, template) = (&self.generate_string_key, &self.secret_string_template);
        let is_text = template.as_deref().is_some_and(|text| object(text).is_none());
        Mistake::all([
            (types == 0, "/GenerateSecretString", "excludes every type of character"),
            (
                !(least..=4096).contains(&length),
                "/GenerateSecretString/PasswordLength",
                "has to be at most 4096, and no less than one for each type of character that is required",
            ),
            (
                key.is_some() != template.is_some(),
                "/GenerateSecretString",
                "has one of GenerateStringKey and SecretStringTemplate, which go together",
            ),
            (is_text, "/GenerateSecretString/SecretStringTemplate", "is no JSON object"),
        ])
    }
}

impl RotationRules {
    fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let (days, expression) = (self.automatically_after_days, self.schedule_expression.as_deref());
        let is_one = |text: &str| text.ends_with(')') && ["rate(", "cron("].iter().any(|how| text.starts_with(how));
        let hours = expression.and_then(|text| text.strip_prefix("rate(")?.split_once(" hour")?.0.parse::<u32>().ok());
        Mistake::all([
            (
                days.is_some() == expression.is_some(),
                "/Rotation/RotationRules",
                "needs either AutomaticallyAfterDays or ScheduleExpression",
            ),
            (
                days.is_some_and(|days| !(1..=1000).contains(&days)),
                "/Rotation/RotationRules/AutomaticallyAfterDays",
                "has to be from 1 to 1000",
            ),
            (
                expression.is_some_and(|text| !is_one(text)),
                "/Rotation/RotationRules/ScheduleExpression",
                "has to be rate(...) or cron(...)",
            ),
            (
                hours.is_some_and(|hours| hours < 4),
                "/Rotation/RotationRules/ScheduleExpression",
                "has to leave four hours between two rotations",
            ),
        ])
    }
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

/// A key as a template names it: Secrets Manager's own is none.
pub(super) fn named(key: &str) -> Ref<Key> {
    let is_aws = key == AWS_KEY || key.ends_with(&format!(":{AWS_KEY}"));
    if is_aws { Ref::default() } else { key.into() }
}

fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ref<Key>, D::Error> {
    Ref::<Key>::deserialize(deserializer).map(|key| named(key.as_str()))
}
