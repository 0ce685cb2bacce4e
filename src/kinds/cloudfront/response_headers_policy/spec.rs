//! The properties of `AWS::CloudFront::ResponseHeadersPolicy`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::normal::Set;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub response_headers_policy_config: Config,
}

/// The headers. The name is the resource's, and the comment has its digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Config {
    /// Which pages of other origins may read the answers.
    #[serde(default)]
    pub cors_config: Option<CorsConfig>,
    /// Further headers.
    #[serde(default)]
    pub custom_headers_config: CustomHeadersConfig,
    /// Headers of the origin that viewers don't get.
    #[serde(default)]
    pub remove_headers_config: RemoveHeadersConfig,
    /// What browsers are told to do for the visitor's safety.
    #[serde(default)]
    pub security_headers_config: SecurityHeadersConfig,
    /// How CloudFront served it, in `Server-Timing`.
    #[serde(default)]
    pub server_timing_headers_config: ServerTimingHeadersConfig,
}

/// Which pages of other origins may read the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CorsConfig {
    /// Whether with cookies.
    pub access_control_allow_credentials: bool,
    pub access_control_allow_headers: Items,
    /// `GET` and the like, or `ALL`.
    pub access_control_allow_methods: Items,
    pub access_control_allow_origins: Items,
    /// Headers of the answer that they may read.
    #[serde(default)]
    pub access_control_expose_headers: Items,
    /// Seconds for which a browser need not ask again.
    #[serde(default)]
    pub access_control_max_age_sec: Option<i32>,
    /// Whether these take the place of what the origin says.
    pub origin_override: bool,
}

/// A list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Items {
    pub items: Set<String>,
}

/// Further headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CustomHeadersConfig {
    pub items: Set<CustomHeader>,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CustomHeader {
    pub header: String,
    /// Whether it takes the place of what the origin says.
    #[serde(rename = "Override")]
    pub overrides: bool,
    pub value: String,
}

/// Headers of the origin that viewers don't get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RemoveHeadersConfig {
    pub items: Set<RemoveHeader>,
}

/// A header of the origin that viewers don't get.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RemoveHeader {
    pub header: String,
}

/// What browsers are told to do for the visitor's safety. `Override` of each says whether it takes the place of what the origin
/// says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SecurityHeadersConfig {
    /// From where a page may load what.
    #[serde(default)]
    pub content_security_policy: Option<ContentSecurityPolicy>,
    /// `X-Content-Type-Options: nosniff`.
    #[serde(default)]
    pub content_type_options: Option<ContentTypeOptions>,
    /// Who may frame a page.
    #[serde(default)]
    pub frame_options: Option<FrameOptions>,
    /// What other sites are told of where a visitor comes from.
    #[serde(default)]
    pub referrer_policy: Option<ReferrerPolicy>,
    /// For how long a browser comes by HTTPS alone.
    #[serde(default)]
    pub strict_transport_security: Option<StrictTransportSecurity>,
    /// A filter of old browsers.
    #[serde(rename = "XSSProtection", default)]
    pub xss_protection: Option<XssProtection>,
}

/// From where a page may load what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ContentSecurityPolicy {
    pub content_security_policy: String,
    #[serde(rename = "Override")]
    pub overrides: bool,
}

/// `X-Content-Type-Options: nosniff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ContentTypeOptions {
    #[serde(rename = "Override")]
    pub overrides: bool,
}

/// Who may frame a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FrameOptions {
    /// `DENY` or `SAMEORIGIN`.
    pub frame_option: String,
    #[serde(rename = "Override")]
    pub overrides: bool,
}

/// What other sites are told of where a visitor comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReferrerPolicy {
    #[serde(rename = "Override")]
    pub overrides: bool,
    /// `strict-origin-when-cross-origin` and the like.
    pub referrer_policy: String,
}

/// For how long a browser comes by HTTPS alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct StrictTransportSecurity {
    /// Seconds, from each visit on.
    pub access_control_max_age_sec: i32,
    /// Whether of the names below as well.
    #[serde(default)]
    pub include_subdomains: bool,
    #[serde(rename = "Override")]
    pub overrides: bool,
    /// Whether browsers may know it before the first visit.
    #[serde(default)]
    pub preload: bool,
}

/// A filter of old browsers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct XssProtection {
    #[serde(default)]
    pub mode_block: bool,
    #[serde(rename = "Override")]
    pub overrides: bool,
    pub protection: bool,
    #[serde(default)]
    pub report_uri: String,
}

/// How CloudFront served it, in `Server-Timing`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServerTimingHeadersConfig {
    pub enabled: bool,
    /// Percent of the answers.
    #[serde(default)]
    pub sampling_rate: Option<f64>,
}
