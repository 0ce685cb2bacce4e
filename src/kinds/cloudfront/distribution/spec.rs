//! The properties of `AWS::CloudFront::Distribution`, but for the origins and the behaviours.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::behavior::Behavior;
use super::origin::Origin;
use crate::kinds::acm::certificate::Certificate;
use crate::kinds::shared::filled::filled;
use crate::kinds::shared::lower_case::lower_case;
use crate::kinds::wafv2::web_acl::WebAcl;
use crate::resource::Ref;
use crate::resource::normal::Set;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub distribution_config: DistributionConfig,
}

/// What is served, from where, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DistributionConfig {
    /// The names that viewers type: the certificate has to have them, and no other distribution of any account may.
    #[serde(default, deserialize_with = "lower_case")]
    pub aliases: Set<String>,
    /// What is treated otherwise than the rest, by its path; the first that fits counts.
    #[serde(default)]
    pub cache_behaviors: Vec<Behavior>,
    #[serde(default)]
    pub comment: String,
    /// Pages of one's own for errors, and how long an error is kept.
    #[serde(default)]
    pub custom_error_responses: Set<CustomErrorResponse>,
    /// How all the rest is treated.
    pub default_cache_behavior: Behavior,
    /// What `/` stands for, `index.html`.
    #[serde(default)]
    pub default_root_object: String,
    /// Whether it answers.
    pub enabled: bool,
    /// `http1.1`, `http2`, `http2and3` or `http3`.
    #[serde(default = "http_1_1")]
    pub http_version: String,
    #[serde(rename = "IPV6Enabled", default)]
    pub ipv6_enabled: bool,
    /// The bucket of the standard logs; none by default.
    #[serde(default)]
    pub logging: Option<Logging>,
    /// Where it gets what it serves.
    pub origins: Vec<Origin>,
    /// From where it serves: `PriceClass_100`, `PriceClass_200` or `PriceClass_All`.
    #[serde(default = "everywhere")]
    pub price_class: String,
    #[serde(default)]
    pub restrictions: Restrictions,
    #[serde(default)]
    pub viewer_certificate: ViewerCertificate,
    /// The ARN of a web ACL of the scope `CLOUDFRONT`.
    #[serde(rename = "WebACLId", default)]
    pub web_acl_id: Ref<WebAcl>,
}

/// What becomes of an error of the origin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CustomErrorResponse {
    pub error_code: i32,
    /// Seconds for which the error is kept.
    #[serde(rename = "ErrorCachingMinTTL", default = "five_minutes")]
    pub error_caching_min_ttl: i64,
    /// The status in its place; with a page.
    #[serde(default)]
    pub response_code: Option<i32>,
    /// The path of the page, `/404.html`.
    #[serde(default)]
    pub response_page_path: Option<String>,
}

/// The standard logs in a bucket, which has to take ACLs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Logging {
    /// Its domain, `logs.s3.amazonaws.com`.
    pub bucket: String,
    #[serde(default)]
    pub include_cookies: bool,
    #[serde(default)]
    pub prefix: String,
}

/// Who is served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Restrictions {
    pub geo_restriction: GeoRestriction,
}

/// Who is served, by country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GeoRestriction {
    /// `none`, `whitelist` or `blacklist`.
    pub restriction_type: String,
    /// Countries by two letters, `DE`.
    #[serde(default)]
    pub locations: Set<String>,
}

impl Default for GeoRestriction {
    fn default() -> Self {
        Self { restriction_type: "none".to_owned(), locations: Set::default() }
    }
}

/// The certificate that viewers see: one of ACM in us-east-1, one of IAM, or CloudFront's own for its own name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct ViewerCertificate {
    #[serde(default)]
    pub acm_certificate_arn: Ref<Certificate>,
    /// Filled in: where no other is named.
    #[serde(default)]
    pub cloud_front_default_certificate: bool,
    #[serde(default)]
    pub iam_certificate_id: String,
    /// `TLSv1.2_2021` and the like; beside a certificate of one's own, and with CloudFront's always `TLSv1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_protocol_version: Option<String>,
    /// `sni-only`; or `vip`, at a price. Beside a certificate of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_support_method: Option<String>,
}

impl ViewerCertificate {
    /// Whether it names a certificate of one's own.
    pub fn is_own(&self) -> bool {
        !self.acm_certificate_arn.as_str().is_empty() || !self.iam_certificate_id.is_empty()
    }

    /// Fills in what CloudFront chooses where it serves under its own name.
    fn filled(self) -> Self {
        if self.is_own() {
            return self;
        }
        let oldest = self.minimum_protocol_version.unwrap_or_else(|| super::OLDEST.to_owned());
        Self { cloud_front_default_certificate: true, minimum_protocol_version: Some(oldest), ..self }
    }
}

impl Default for ViewerCertificate {
    fn default() -> Self {
        let none = Self {
            acm_certificate_arn: Ref::default(),
            cloud_front_default_certificate: true,
            iam_certificate_id: String::new(),
            minimum_protocol_version: None,
            ssl_support_method: None,
        };
        none.filled()
    }
}

filled!(ViewerCertificate);

fn http_1_1() -> String {
    "http1.1".to_owned()
}

fn everywhere() -> String {
    "PriceClass_All".to_owned()
}

fn five_minutes() -> i64 {
    300
}
