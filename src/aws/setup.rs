use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;

use super::GateRules;

/// How to reach AWS, as the command line says.
#[derive(Debug, Default)]
pub struct Setup {
    /// A profile that was asked for on the command line; `AWS_PROFILE` is the SDK's business.
    pub profile: Option<String>,
    /// An AWS-compatible endpoint for all services.
    pub endpoint_url: Option<String>,
    /// Whether the sandbox answers there, which wants nobody's credentials and has every account.
    pub is_sandbox: bool,
    /// Where credentials are looked up (SSO, STS) before a region is known.
    pub region: String,
    /// The run's id, part of the name of assumed sessions: AWS's audit trail shows it.
    pub run: String,
    /// By what readers and writers are held.
    pub rules: Arc<GateRules>,
    /// The wall clock; without one nothing counts as old.
    pub clock: Option<fn() -> Timestamp>,
    /// Takes the place of the network in tests.
    pub http_client: Option<SharedHttpClient>,
}
