//! Visitors who have to say who they are before a request goes on.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_elasticloadbalancingv2::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::shared::dynamic_reference::DynamicReference;

/// A week, the longest session and the default.
const WEEK: i64 = 604_800;

/// By an identity provider of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Oidc {
    #[serde(default)]
    pub authentication_request_extra_params: BTreeMap<String, String>,
    pub authorization_endpoint: String,
    pub client_id: String,
    /// Where the client's secret is kept: `{{resolve:secretsmanager:ARN:SecretString:KEY}}`. It is read when the rule or
    /// listener is written, and never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<DynamicReference>,
    pub issuer: String,
    /// `authenticate`, `allow` or `deny`.
    #[serde(default = "authenticate")]
    pub on_unauthenticated_request: String,
    #[serde(default = "openid")]
    pub scope: String,
    #[serde(default = "cookie")]
    pub session_cookie_name: String,
    /// Seconds, a week at most.
    #[serde(default = "week")]
    pub session_timeout: i64,
    pub token_endpoint: String,
    pub user_info_endpoint: String,
}

/// By a user pool of Cognito.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Cognito {
    #[serde(default)]
    pub authentication_request_extra_params: BTreeMap<String, String>,
    /// `authenticate`, `allow` or `deny`.
    #[serde(default = "authenticate")]
    pub on_unauthenticated_request: String,
    #[serde(default = "openid")]
    pub scope: String,
    #[serde(default = "cookie")]
    pub session_cookie_name: String,
    /// Seconds, a week at most.
    #[serde(default = "week")]
    pub session_timeout: i64,
    pub user_pool_arn: String,
    pub user_pool_client_id: String,
    /// Its prefix, or a domain of one's own.
    pub user_pool_domain: String,
}

impl Oidc {
    pub(super) fn mistake(&self) -> Option<&'static str> {
        let urls = [&self.authorization_endpoint, &self.issuer, &self.token_endpoint, &self.user_info_endpoint];
        if urls.iter().any(|url| !url.starts_with("https://") && !url.starts_with('⟦')) {
            return Some("the Issuer and the endpoints of an `authenticate-oidc` are URLs with https://");
        }
        if self.client_secret.is_none() {
            return Some("an `authenticate-oidc` needs a ClientSecret, {{resolve:secretsmanager:...}}");
        }
        mistake(&self.on_unauthenticated_request, self.session_timeout)
    }

    /// `secret`: none leaves the one that AWS has.
    pub(super) fn to_sdk(&self, secret: Option<&str>) -> sdk::AuthenticateOidcActionConfig {
        sdk::AuthenticateOidcActionConfig::builder()
            .set_authentication_request_extra_params(written(&self.authentication_request_extra_params))
            .authorization_endpoint(&self.authorization_endpoint)
            .client_id(&self.client_id)
            .set_client_secret(secret.map(str::to_owned))
            .set_use_existing_client_secret(secret.is_none().then_some(true))
            .issuer(&self.issuer)
            .on_unauthenticated_request(self.on_unauthenticated_request.as_str().into())
            .scope(&self.scope)
            .session_cookie_name(&self.session_cookie_name)
            .session_timeout(self.session_timeout)
            .token_endpoint(&self.token_endpoint)
            .user_info_endpoint(&self.user_info_endpoint)
            .build()
    }

    pub(super) fn read(from: &sdk::AuthenticateOidcActionConfig) -> Self {
        Self {
            authentication_request_extra_params: params(from.authentication_request_extra_params()),
            authorization_endpoint: text(from.authorization_endpoint(), String::new),
            client_id: text(from.client_id(), String::new),
            client_secret: None,
            issuer: text(from.issuer(), String::new),
            on_unauthenticated_request: text(from.on_unauthenticated_request().map(|one| one.as_str()), authenticate),
            scope: text(from.scope(), openid),
            session_cookie_name: text(from.session_cookie_name(), cookie),
            session_timeout: from.session_timeout().unwrap_or(WEEK),
            token_endpoint: text(from.token_endpoint(), String::new),
            user_info_endpoint: text(from.user_info_endpoint(), String::new),
        }
    }
}

impl Cognito {
    pub(super) fn mistake(&self) -> Option<&'static str> {
        mistake(&self.on_unauthenticated_request, self.session_timeout)
    }

    pub(super) fn to_sdk(&self) -> sdk::AuthenticateCognitoActionConfig {
        sdk::AuthenticateCognitoActionConfig::builder()
            .set_authentication_request_extra_params(written(&self.authentication_request_extra_params))
            .on_unauthenticated_request(self.on_unauthenticated_request.as_str().into())
            .scope(&self.scope)
            .session_cookie_name(&self.session_cookie_name)
            .session_timeout(self.session_timeout)
            .user_pool_arn(&self.user_pool_arn)
            .user_pool_client_id(&self.user_pool_client_id)
            .user_pool_domain(&self.user_pool_domain)
            .build()
    }

    pub(super) fn read(from: &sdk::AuthenticateCognitoActionConfig) -> Self {
        Self {
            authentication_request_extra_params: params(from.authentication_request_extra_params()),
            on_unauthenticated_request: text(from.on_unauthenticated_request().map(|one| one.as_str()), authenticate),
            scope: text(from.scope(), openid),
            session_cookie_name: text(from.session_cookie_name(), cookie),
            session_timeout: from.session_timeout().unwrap_or(WEEK),
            user_pool_arn: text(from.user_pool_arn(), String::new),
            user_pool_client_id: text(from.user_pool_client_id(), String::new),
            user_pool_domain: text(from.user_pool_domain(), String::new),
        }
    }
}

fn mistake(on_unauthenticated: &str, session: i64) -> Option<&'static str> {
    if !["authenticate", "allow", "deny"].contains(&on_unauthenticated) {
        return Some("OnUnauthenticatedRequest is `authenticate`, `allow` or `deny`");
    }
    (!(1..=WEEK).contains(&session)).then_some("a SessionTimeout is 1 to 604800 seconds")
}

fn written(params: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!params.is_empty()).then(|| params.clone().into_iter().collect())
}

fn params(from: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    from.cloned().unwrap_or_default().into_iter().collect()
}

fn text(text: Option<&str>, default: fn() -> String) -> String {
    text.map_or_else(default, str::to_owned)
}

fn authenticate() -> String {
    "authenticate".to_owned()
}

fn openid() -> String {
    "openid".to_owned()
}

fn cookie() -> String {
    "AWSELBAuthSessionCookie".to_owned()
}

fn week() -> i64 {
    WEEK
}
