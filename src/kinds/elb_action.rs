use aws_sdk_elasticloadbalancingv2::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ec2::is_blank;
use super::elb_target_group::TargetGroup;
use crate::resource::{Ref, Unmodelled};

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
    /// `forward`, `redirect` or `fixed-response`.
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

    fn mistake(&self) -> Option<&'static str> {
        let given =
            (self.forward_config.is_some(), self.redirect_config.is_some(), self.fixed_response_config.is_some());
        match (self.r#type.as_str(), given) {
            ("forward", (true, false, false))
            | ("redirect", (false, true, false))
            | ("fixed-response", (false, false, true)) => None,
            ("forward", _) => Some("a `forward` has a TargetGroupArn or a ForwardConfig, and nothing else"),
            ("redirect", _) => Some("a `redirect` has a RedirectConfig, and nothing else"),
            ("fixed-response", _) => Some("a `fixed-response` has a FixedResponseConfig, and nothing else"),
            _ => Some("Type is `forward`, `redirect` or `fixed-response`"),
        }
    }

    fn to_sdk(&self, order: Option<i32>) -> sdk::Action {
        sdk::Action::builder()
            .r#type(self.r#type.as_str().into())
            .set_order(order)
            .set_forward_config(self.forward_config.as_ref().map(Forward::to_sdk))
            .set_redirect_config(self.redirect_config.as_ref().map(Redirect::to_sdk))
            .set_fixed_response_config(self.fixed_response_config.as_ref().map(FixedResponse::to_sdk))
            .build()
    }
}

impl Actions {
    /// Returns what is wrong with them, each with its pointer below `at`.
    pub fn check(&self, at: &str) -> Vec<(String, String)> {
        if self.0.is_empty() {
            return vec![(at.to_owned(), "needs an action".to_owned())];
        }
        let mistakes = self.0.iter().enumerate();
        mistakes.filter_map(|(i, action)| Some((format!("{at}/{i}"), action.mistake()?.to_owned()))).collect()
    }

    pub fn to_sdk(&self) -> Vec<sdk::Action> {
        let order = |index: usize| i32::try_from(index + 1).ok().filter(|_| self.0.len() > 1);
        self.0.iter().enumerate().map(|(index, action)| action.to_sdk(order(index))).collect()
    }

    /// Reads live actions; what they do besides, and the spec has no word for, is unmodelled at the pointer `at`.
    pub fn read(live: &[sdk::Action], at: &str) -> (Self, Vec<Unmodelled>) {
        let (known, foreign): (Vec<_>, Vec<_>) = live.iter().partition(|action| {
            use sdk::ActionTypeEnum::{FixedResponse, Forward, Redirect};
            matches!(action.r#type(), Some(Forward | Redirect | FixedResponse))
        });
        let note = |action: &sdk::Action| Unmodelled {
            path: at.to_owned(),
            text: format!("there is an action `{}`", action.r#type().map_or("?", sdk::ActionTypeEnum::as_str)),
        };
        (Self::from(known.into_iter().map(read).collect::<Vec<_>>()), foreign.into_iter().map(note).collect())
    }
}

/// Returns whether the actions of an unresolved spec send the client to HTTPS.
pub fn redirects_to_https(actions: Option<&Value>) -> bool {
    let all = actions.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|action| action.pointer("/RedirectConfig/Protocol")).any(|protocol| protocol == "HTTPS")
}

fn read(action: &sdk::Action) -> Action {
    let text = |text: Option<&str>, default: fn() -> String| text.map_or_else(default, str::to_owned);
    Action {
        r#type: action.r#type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        order: action.order(),
        target_group_arn: action.target_group_arn().unwrap_or_default().into(),
        forward_config: action.forward_config().filter(|forward| !forward.target_groups().is_empty()).map(read_forward),
        redirect_config: action.redirect_config().map(|redirect| Redirect {
            host: text(redirect.host(), same_host),
            path: text(redirect.path(), same_path),
            port: text(redirect.port(), same_port),
            protocol: text(redirect.protocol(), same_protocol),
            query: text(redirect.query(), same_query),
            status_code: redirect.status_code().map(|code| code.as_str().to_owned()).unwrap_or_default(),
        }),
        fixed_response_config: action.fixed_response_config().map(|fixed| FixedResponse {
            content_type: fixed.content_type().map(str::to_owned),
            message_body: text(fixed.message_body(), String::new),
            status_code: text(fixed.status_code(), String::new),
        }),
    }
}

fn read_forward(forward: &sdk::ForwardActionConfig) -> Forward {
    let group = |group: &sdk::TargetGroupTuple| WeightedGroup {
        target_group_arn: group.target_group_arn().unwrap_or_default().into(),
        weight: group.weight().unwrap_or(1),
    };
    let sticky = forward.target_group_stickiness_config();
    Forward {
        target_groups: forward.target_groups().iter().map(group).collect(),
        target_group_stickiness_config: Stickiness {
            enabled: sticky.and_then(sdk::TargetGroupStickinessConfig::enabled).unwrap_or_default(),
            duration_seconds: sticky.and_then(sdk::TargetGroupStickinessConfig::duration_seconds),
        },
    }
}

impl Forward {
    fn to_sdk(&self) -> sdk::ForwardActionConfig {
        let group = |group: &WeightedGroup| {
            let tuple = sdk::TargetGroupTuple::builder().target_group_arn(group.target_group_arn.as_str());
            tuple.weight(group.weight).build()
        };
        let sticky = &self.target_group_stickiness_config;
        let sticky = sdk::TargetGroupStickinessConfig::builder()
            .enabled(sticky.enabled)
            .set_duration_seconds(sticky.duration_seconds)
            .build();
        sdk::ForwardActionConfig::builder()
            .set_target_groups(Some(self.target_groups.iter().map(group).collect()))
            .target_group_stickiness_config(sticky)
            .build()
    }
}

impl Redirect {
    fn to_sdk(&self) -> sdk::RedirectActionConfig {
        sdk::RedirectActionConfig::builder()
            .host(&self.host)
            .path(&self.path)
            .port(&self.port)
            .protocol(&self.protocol)
            .query(&self.query)
            .status_code(self.status_code.as_str().into())
            .build()
    }
}

impl FixedResponse {
    fn to_sdk(&self) -> sdk::FixedResponseActionConfig {
        sdk::FixedResponseActionConfig::builder()
            .set_content_type(self.content_type.clone())
            .set_message_body(Some(self.message_body.clone()).filter(|body| !body.is_empty()))
            .status_code(&self.status_code)
            .build()
    }
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

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn actions(written: Value) -> Actions {
        from_value(written).unwrap()
    }

    #[test]
    fn the_shorthand_is_a_config_with_one_group() {
        let short = actions(json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }]));
        let groups = json!({ "TargetGroups": [{ "TargetGroupArn": "arn:a", "Weight": 100 }] });
        assert_eq!(short, actions(json!([{ "Type": "forward", "Order": 1, "ForwardConfig": groups }])));
    }

    #[test]
    fn what_aws_answers_equals_what_was_written() {
        for written in [
            json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }]),
            json!([{ "Type": "redirect", "RedirectConfig": { "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301" } }]),
            json!([{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } }]),
        ] {
            let desired = actions(written);
            assert_eq!(Actions::read(&desired.to_sdk(), ""), (desired, Vec::new()));
        }
    }

    #[test]
    fn aws_may_answer_with_both_forms_at_once() {
        let group = sdk::TargetGroupTuple::builder().target_group_arn("arn:a").weight(1).build();
        let forward = sdk::ForwardActionConfig::builder().target_groups(group).build();
        let live = sdk::Action::builder()
            .r#type(sdk::ActionTypeEnum::Forward)
            .order(1)
            .target_group_arn("arn:a")
            .forward_config(forward)
            .build();
        assert_eq!(Actions::read(&[live], "").0, actions(json!([{ "Type": "forward", "TargetGroupArn": "arn:a" }])));
    }

    #[test]
    fn a_login_put_in_front_by_hand_is_told() {
        let live = sdk::Action::builder().r#type(sdk::ActionTypeEnum::AuthenticateOidc).build();
        let (_, unmodelled) = Actions::read(&[live], "/DefaultActions");
        assert_eq!(unmodelled[0].text, "there is an action `authenticate-oidc`");
    }
}
