//! Between our actions and the SDK's.

use aws_sdk_elasticloadbalancingv2::types as sdk;

use super::{Action, Actions, Cognito, FixedResponse, Forward, Oidc, Redirect, Stickiness, WeightedGroup};
use super::{same_host, same_path, same_port, same_protocol, same_query};
use crate::resource::Unmodelled;

impl Actions {
    /// `secret`: of the identity provider's client; none leaves the one that AWS has.
    pub fn to_sdk(&self, secret: Option<&str>) -> Vec<sdk::Action> {
        let order = |index: usize| i32::try_from(index + 1).ok().filter(|_| self.0.len() > 1);
        self.0.iter().enumerate().map(|(index, action)| action.to_sdk(order(index), secret)).collect()
    }

    /// Reads live actions; what they do besides, and the spec has no word for, is unmodelled at the pointer `at`.
    pub fn read(live: &[sdk::Action], at: &str) -> (Self, Vec<Unmodelled>) {
        let (known, foreign): (Vec<_>, Vec<_>) = live.iter().partition(|action| {
            use sdk::ActionTypeEnum::{AuthenticateCognito, AuthenticateOidc, FixedResponse, Forward, Redirect};
            matches!(action.r#type(), Some(Forward | Redirect | FixedResponse | AuthenticateOidc | AuthenticateCognito))
        });
        let note = |action: &sdk::Action| Unmodelled {
            path: at.to_owned(),
            text: format!("there is an action `{}`", action.r#type().map_or("?", sdk::ActionTypeEnum::as_str)),
        };
        (Self::from(known.into_iter().map(read).collect::<Vec<_>>()), foreign.into_iter().map(note).collect())
    }
}

impl Action {
    fn to_sdk(&self, order: Option<i32>, secret: Option<&str>) -> sdk::Action {
        sdk::Action::builder()
            .r#type(self.r#type.as_str().into())
            .set_order(order)
            .set_forward_config(self.forward_config.as_ref().map(Forward::to_sdk))
            .set_redirect_config(self.redirect_config.as_ref().map(Redirect::to_sdk))
            .set_fixed_response_config(self.fixed_response_config.as_ref().map(FixedResponse::to_sdk))
            .set_authenticate_oidc_config(self.authenticate_oidc_config.as_ref().map(|oidc| oidc.to_sdk(secret)))
            .set_authenticate_cognito_config(self.authenticate_cognito_config.as_ref().map(Cognito::to_sdk))
            .build()
    }
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
        authenticate_oidc_config: action.authenticate_oidc_config().map(Oidc::read),
        authenticate_cognito_config: action.authenticate_cognito_config().map(Cognito::read),
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
