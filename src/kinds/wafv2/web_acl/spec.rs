use std::collections::BTreeMap;

use aws_sdk_wafv2::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::logging::LoggingConfiguration;
use super::statement::{DefaultAction, Rule, VisibilityConfig};
use crate::resource::normal::Set;

/// The properties of `AWS::WAFv2::WebACL`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `REGIONAL`, or `CLOUDFRONT` (only in us-east-1).
    pub scope: String,
    /// What happens to a request that no rule decided: `Allow: {}` or `Block: {}`.
    pub default_action: DefaultAction,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub rules: Vec<Rule>,
    pub visibility_config: VisibilityConfig,
    /// Answers that `Block` actions refer to, by key.
    #[serde(default)]
    pub custom_response_bodies: BTreeMap<String, CustomResponseBody>,
    /// Further domains that accept the tokens of challenges.
    #[serde(default)]
    pub token_domains: Set<String>,
    /// Of load balancers.
    #[serde(rename = "OnSourceDDoSProtectionConfig", default = "default_reputation")]
    pub on_source_ddos_protection_config: OnSourceDdosProtection,
    /// What the console knows of the application. It counts at creation alone: AWS takes no other afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_config: Option<ApplicationConfig>,
    /// Where its requests are logged to; null for nowhere.
    #[serde(default)]
    pub logging_configuration: Option<LoggingConfiguration>,
}

/// How load balancers are protected against many requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnSourceDdosProtection {
    /// Whether sources of ill repute are slowed down always (`ALWAYS_ON`) or under attack (`ACTIVE_UNDER_DDOS`).
    #[serde(rename = "ALBLowReputationMode")]
    pub alb_low_reputation_mode: String,
}

/// What the console knows of the application, by which it recommends rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ApplicationConfig {
    pub attributes: Set<ApplicationAttribute>,
}

/// A trait of the application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ApplicationAttribute {
    pub name: String,
    pub values: Set<String>,
}

/// An answer to a blocked request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CustomResponseBody {
    /// `TEXT_PLAIN`, `TEXT_HTML` or `APPLICATION_JSON`.
    pub content_type: String,
    pub content: String,
}

/// The return values of `AWS::WAFv2::WebACL`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// `name|id|scope`.
    #[serde(rename = "Ref")]
    pub reference: String,
    pub arn: String,
    pub id: String,
    pub name: String,
    /// What the labels of its rules begin with.
    pub label_namespace: String,
    /// Capacity units in use, of 5,000.
    pub capacity: i64,
    #[serde(skip)]
    pub lock_token: String,
    /// Rules that AWS itself has put among ours, and that an update has to send along.
    #[serde(skip)]
    pub theirs: Vec<sdk::Rule>,
}

/// What AWS gives every web ACL.
pub fn default_reputation() -> OnSourceDdosProtection {
    OnSourceDdosProtection { alb_low_reputation_mode: "ACTIVE_UNDER_DDOS".to_owned() }
}
