mod login;
mod read;
#[cfg(test)]
mod tests;
mod union;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::login::{Cognito, Oidc};
pub use self::union::{both, lacks_groups_without_traffic};
use crate::aws::Writer;
use crate::kinds::ec2::is_blank;
use crate::kinds::elb::target_group::TargetGroup;
use crate::resource::{Mistake, Ref, Result};

/// What an action can be.
const TYPES: &str = "Type is `forward`, `redirect`, `fixed-response`, `authenticate-oidc` or `authenticate-cognito`";

/// What a listener or rule does with a request, in the order in which it is done.
///
/// In normal form the order of the list is the order, a `TargetGroupArn` is a `ForwardConfig` with one group, and a lone
/// group has the weight 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Vec<Action>")]
pub struct Actions(Vec<Action>);

/// One action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Action {
    /// `forward`, `redirect` or `fixed-response`; before it perhaps `authenticate-oidc` or `authenticate-cognito`.
    pub r#type: String,
    /// The place in the order; left out, the place in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i32>,
    /// Short for a `ForwardConfig` with one group.
    #[serde(default, skip_serializing_if = "is_blank")]
    pub target_group_arn: Ref<TargetGroup>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_config: Option<Forward>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_config: Option<Redirect>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_response_config: Option<FixedResponse>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticate_oidc_config: Option<Oidc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticate_cognito_config: Option<Cognito>,
}

/// Where requests go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Forward {
    pub target_groups: Vec<WeightedGroup>,
    #[serde(default)]
    pub target_group_stickiness_config: Stickiness,
}

/// A target group and its share of the requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WeightedGroup {
    pub target_group_arn: Ref<TargetGroup>,
    /// 0 to 999.
    #[serde(default = "one")]
    pub weight: i32,
}

/// Whether a client stays with its target group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Stickiness {
    #[serde(default)]
    pub enabled: bool,
    /// For how long, 1 to 604800 s; only with `Enabled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i32>,
}

/// Another place to ask at; what is left out stays as the client asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Redirect {
    #[serde(default = "same_host")]
    pub host: String,
    #[serde(default = "same_path")]
    pub path: String,
    #[serde(default = "same_port")]
    pub port: String,
    #[serde(default = "same_protocol")]
    pub protocol: String,
    #[serde(default = "same_query")]
    pub query: String,
    /// `HTTP_301` or `HTTP_302`.
    pub status_code: String,
}

/// An answer of the load balancer's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FixedResponse {
    /// `text/plain` and a few others; left out, AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(default)]
    pub message_body: String,
    /// 2XX, 4XX or 5XX.
    pub status_code: String,
}

impl From<Vec<Action>> for Actions {
    fn from(mut actions: Vec<Action>) -> Self {
        // Stable: those without a number keep their place among themselves, behind the numbered ones.
        actions.sort_by_key(|action| action.order.unwrap_or(i32::MAX));
        Self(actions.into_iter().map(Action::normal).collect())
    }
}

impl Action {
    fn normal(mut self) -> Self {
        self.order = None;
        let shorthand = std::mem::take(&mut self.target_group_arn);
        if self.forward_config.is_none() && !is_blank(&shorthand) {
            let group = WeightedGroup { target_group_arn: shorthand, weight: 1 };
            self.forward_config = Some(Forward { target_groups: vec![group], ..Forward::default() });
        }
        if let Some(forward) = &mut self.forward_config {
            forward.target_groups.sort();
            if let [only] = forward.target_groups.as_mut_slice() {
                only.weight = 1;
            }
            let sticky = &mut forward.target_group_stickiness_config;
            sticky.duration_seconds = sticky.duration_seconds.filter(|_| sticky.enabled);
        }
        self
    }

    fn is_login(&self) -> bool {
        self.r#type.starts_with("authenticate-")
    }

    fn mistake(&self) -> Option<&'static str> {
        let configs = [
            ("forward", self.forward_config.is_some()),
            ("redirect", self.redirect_config.is_some()),
            ("fixed-response", self.fixed_response_config.is_some()),
            ("authenticate-oidc", self.authenticate_oidc_config.is_some()),
            ("authenticate-cognito", self.authenticate_cognito_config.is_some()),
        ];
        if !configs.iter().all(|(kind, given)| *given == (*kind == self.r#type)) {
            return Some(match self.r#type.as_str() {
                "forward" => "a `forward` has a TargetGroupArn or a ForwardConfig, and nothing else",
                "redirect" => "a `redirect` has a RedirectConfig, and nothing else",
                "fixed-response" => "a `fixed-response` has a FixedResponseConfig, and nothing else",
                "authenticate-oidc" => "an `authenticate-oidc` has an AuthenticateOidcConfig, and nothing else",
                "authenticate-cognito" => {
                    "an `authenticate-cognito` has an AuthenticateCognitoConfig, and nothing else"
                }
                _ => TYPES,
            });
        }
        match self.r#type.as_str() {
            "forward" => self.forward_config.as_ref().and_then(Forward::mistake),
            "redirect" => self.redirect_config.as_ref().and_then(Redirect::mistake),
            "authenticate-oidc" => self.authenticate_oidc_config.as_ref().and_then(Oidc::mistake),
            "authenticate-cognito" => self.authenticate_cognito_config.as_ref().and_then(Cognito::mistake),
            "fixed-response" => None,
            _ => Some(TYPES),
        }
    }
}

impl Forward {
    fn mistake(&self) -> Option<&'static str> {
        let sticky = &self.target_group_stickiness_config;
        let is_endless = sticky.enabled && sticky.duration_seconds.is_none();
        is_endless.then_some("a TargetGroupStickinessConfig that is Enabled needs DurationSeconds")
    }
}

impl Redirect {
    fn mistake(&self) -> Option<&'static str> {
        let is_same = self.host == same_host() && self.path == same_path();
        let is_same = is_same && self.port == same_port() && self.protocol == same_protocol();
        is_same.then_some("a `redirect` has another Protocol, Host, Port or Path, or it goes round in a circle")
    }
}

impl Actions {
    /// Returns what is wrong with them, each with its pointer below `at`.
    pub fn check(&self, at: &str) -> Vec<Mistake> {
        if self.0.is_empty() {
            return vec![Mistake::new(at, "needs an action")];
        }
        let mistakes = self.0.iter().enumerate();
        let mut all: Vec<_> =
            mistakes.filter_map(|(i, action)| Some(Mistake::new(format!("{at}/{i}"), action.mistake()?))).collect();
        let logins = self.0.iter().filter(|action| action.is_login()).count();
        if self.0.last().is_some_and(Action::is_login) || self.0.len() - logins != 1 || logins > 1 {
            all.push(Mistake::new(
                at,
                "is one `forward`, `redirect` or `fixed-response`, with one authentication before it at most",
            ));
        }
        all
    }

    /// Whether visitors have to say who they are.
    pub fn has_login(&self) -> bool {
        self.0.iter().any(Action::is_login)
    }

    /// The actions as a call sends them, with the secret of an identity provider's client, which is read now.
    ///
    /// # Errors
    /// Of that read.
    pub async fn sent(&self, writer: &Writer) -> Result<Vec<aws_sdk_elasticloadbalancingv2::types::Action>> {
        let oidc = self.0.iter().find_map(|action| action.authenticate_oidc_config.as_ref());
        let secret = match oidc.and_then(|oidc| oidc.client_secret.as_ref()) {
            Some(reference) => Some(reference.value(writer).await?),
            None => None,
        };
        Ok(self.to_sdk(secret.as_deref()))
    }
}

/// Returns whether the actions of an unresolved spec send the client to HTTPS.
pub fn redirects_to_https(actions: Option<&Value>) -> bool {
    let all = actions.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|action| action.pointer("/RedirectConfig/Protocol")).any(|protocol| protocol == "HTTPS")
}

fn one() -> i32 {
    1
}

fn same_host() -> String {
    "#{host}".to_owned()
}

fn same_path() -> String {
    "/#{path}".to_owned()
}

fn same_port() -> String {
    "#{port}".to_owned()
}

fn same_protocol() -> String {
    "#{protocol}".to_owned()
}

fn same_query() -> String {
    "#{query}".to_owned()
}
