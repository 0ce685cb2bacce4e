use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::{Mistake, OPEN};

/// What Systems Manager checks as a machine image, some time after it has taken the call.
pub(super) const IMAGE: &str = "aws:ec2:image";
/// The tier that can't be left again.
pub(super) const ADVANCED: &str = "Advanced";
/// By this Systems Manager chooses one of the two others, and tells that one.
const INTELLIGENT: &str = "Intelligent-Tiering";
const STANDARD: &str = "Standard";
const TEXT: &str = "text";
/// The most bytes of a value, by tier.
const MOST_STANDARD: usize = 4096;
const MOST: usize = 8192;

/// The properties of `AWS::SSM::Parameter`; its name is the physical name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// A regular expression that a value has to match.
    #[serde(default)]
    pub allowed_pattern: String,
    /// `text`, or `aws:ec2:image`: the value is the id of an image that the account can use.
    #[serde(default = "text")]
    pub data_type: String,
    #[serde(default)]
    pub description: String,
    /// `Standard`: 4 KB, free. `Advanced`: 8 KB, billed by the month, and never standard again.
    #[serde(default = "standard")]
    pub tier: String,
    /// `String`, or `StringList` with commas between the texts.
    pub r#type: String,
    /// No secret: that is one of `AWS::SecretsManager::Secret`.
    pub value: String,
}

fn text() -> String {
    TEXT.to_owned()
}

fn standard() -> String {
    STANDARD.to_owned()
}

impl Spec {
    /// Returns what Systems Manager refuses (docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
    pub fn mistakes(&self) -> Vec<Mistake> {
        let is_long = |text: &str| text.chars().count() > 1024;
        // A reference is longer or shorter than what it comes to.
        let bytes = if self.value.contains(OPEN) { 1 } else { self.value.len() };
        let most = if self.tier == STANDARD { MOST_STANDARD } else { MOST };
        let is_list = self.r#type == "StringList";
        Mistake::all([
            (is_long(&self.allowed_pattern), "/AllowedPattern", "has more than 1024 characters"),
            (is_long(&self.description), "/Description", "has more than 1024 characters"),
            (![TEXT, IMAGE].contains(&self.data_type.as_str()), "/DataType", "is none of text and aws:ec2:image"),
            (self.data_type == IMAGE && is_list, "/Type", "has to be String beside the DataType aws:ec2:image"),
            (
                self.tier == INTELLIGENT,
                "/Tier",
                "is Intelligent-Tiering, of which Systems Manager tells only what it has chosen: name Standard or Advanced",
            ),
            (
                ![STANDARD, ADVANCED, INTELLIGENT].contains(&self.tier.as_str()),
                "/Tier",
                "is none of Standard and Advanced",
            ),
            (
                self.r#type == "SecureString",
                "/Type",
                "is SecureString, whose value would stand in the YAML: use AWS::SecretsManager::Secret, or make it with \
                 `⟪aws ssm put-parameter --type SecureString⟫`",
            ),
            (
                !["SecureString", "String", "StringList"].contains(&self.r#type.as_str()),
                "/Type",
                "is none of String and StringList",
            ),
            (bytes == 0, "/Value", "is empty, which Systems Manager does not take"),
            (bytes > most && most == MOST_STANDARD, "/Value", "has more than 4096 bytes, for which it has to be Advanced"),
            (bytes > MOST, "/Value", "has more than 8192 bytes"),
            (
                self.value.contains("{{"),
                "/Value",
                "has `{{` in it, which Systems Manager takes for the name of another parameter and refuses",
            ),
        ])
        .collect()
    }
}
