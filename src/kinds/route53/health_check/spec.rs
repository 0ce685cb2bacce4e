use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::shared::defaults::number;
use crate::kinds::shared::filled::filled;
use crate::kinds::shared::lower_case::lower_case;
use crate::resource::normal::Set;

/// Where Route 53 checks from (API Reference, "HealthCheckConfig", Regions).
pub(super) const CHECKERS: [&str; 8] = [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-west-1",
    "us-west-2",
];

/// The properties of `AWS::Route53::HealthCheck`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub health_check_config: Config,
}

/// What is asked, how often, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, remote = "Self")]
pub struct Config {
    /// Whether TLS is told the domain; of HTTPS alone, where it is unless this says otherwise.
    #[serde(default, rename = "EnableSNI", skip_serializing_if = "Option::is_none")]
    pub enable_sni: Option<bool>,
    /// How many answers in a row have to be bad, or good, before the state changes; 1 to 10.
    #[serde(default = "number::<{ Config::FAILURES }>")]
    pub failure_threshold: i32,
    /// The domain that is asked; beside an address the `Host` that it is told.
    #[serde(default, deserialize_with = "lower_case")]
    pub fully_qualified_domain_name: String,
    /// A public address. Without one the domain is looked up each time.
    #[serde(default, rename = "IPAddress")]
    pub ip_address: String,
    /// Whether good counts as bad, and bad as good.
    #[serde(default)]
    pub inverted: bool,
    /// Whether CloudWatch is told how long answers take.
    #[serde(default)]
    pub measure_latency: bool,
    /// Left out: 80 of HTTP, 443 of HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// From where it is asked, three regions at least; left out: from all eight that there are.
    #[serde(default)]
    pub regions: Set<String>,
    /// Seconds between two requests of one checker, 30 or 10; a region has several.
    #[serde(default = "number::<{ Config::SECONDS }>")]
    pub request_interval: i32,
    /// The path, and perhaps a query; left out: `/`. An answer of 2xx or 3xx is good.
    #[serde(default)]
    pub resource_path: String,
    /// A text that the first 5120 bytes of the answer must have; of the types that match one.
    #[serde(default)]
    pub search_string: String,
    /// `HTTP`, `HTTPS`, `HTTP_STR_MATCH`, `HTTPS_STR_MATCH` or `TCP`.
    #[serde(rename = "Type")]
    pub of_type: String,
}

filled!(Config);

impl Config {
    /// Route 53's defaults: of `FailureThreshold`, and of `RequestInterval`.
    pub(super) const FAILURES: i32 = 3;
    pub(super) const SECONDS: i32 = 30;

    pub(super) fn is_https(&self) -> bool {
        self.of_type.starts_with("HTTPS")
    }

    pub(super) fn is_http(&self) -> bool {
        self.of_type.starts_with("HTTP")
    }

    pub(super) fn has_match(&self) -> bool {
        self.of_type.ends_with("_STR_MATCH")
    }

    /// Fills in what Route 53 chooses by the type, and writes what has several spellings in one. Of a check from everywhere
    /// Route 53 tells no region at first, and all of them later.
    pub(super) fn filled(mut self) -> Self {
        if self.is_http() {
            let port = if self.is_https() { 443 } else { 80 };
            self.port.get_or_insert(port);
            let is_secure = self.is_https();
            self.enable_sni.get_or_insert(is_secure);
            if self.resource_path.is_empty() {
                self.resource_path.push('/');
            }
        }
        if let Ok(address) = self.ip_address.parse::<IpAddr>() {
            self.ip_address = address.to_string();
        }
        if self.regions.len() == CHECKERS.len() && self.regions.iter().all(|one| CHECKERS.contains(&one.as_str())) {
            self.regions = Set::default();
        }
        self
    }
}
