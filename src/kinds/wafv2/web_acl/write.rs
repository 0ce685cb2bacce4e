//! From our types to the SDK's.

use std::collections::HashMap;

use aws_sdk_wafv2::primitives::Blob;
use aws_sdk_wafv2::types as sdk;

use super::group::{ManagedRuleGroup, ManagedRuleGroupConfig, RuleActionOverride, RuleGroup};
use super::spec::{ApplicationConfig, CustomResponseBody, Spec, default_reputation};
use super::statement::{
    Action, Block, CustomResponse, DefaultAction, FieldToMatch, ForwardedIp, IpSetReference, Named, OverrideAction,
    RateBased, Rule, Several, Statement, TextTransformation, VisibilityConfig,
};
use crate::kinds::shared::list::some;
use crate::resource::normal::Set;

/// Why no builder below can fail: each gets all that it requires.
const COMPLETE: &str = "every required field is set";

pub(super) fn rule(from: &Rule) -> sdk::Rule {
    let labels = from.rule_labels.iter().map(|label| sdk::Label::builder().name(&label.name).build().expect(COMPLETE));
    sdk::Rule::builder()
        .name(&from.name)
        .priority(from.priority)
        .statement(statement(&from.statement))
        .set_action(from.action.as_ref().map(action))
        .set_override_action(from.override_action.as_ref().map(override_action))
        .set_rule_labels(some(labels.collect()))
        .visibility_config(visibility(&from.visibility_config))
        .build()
        .expect(COMPLETE)
}

pub(super) fn visibility(from: &VisibilityConfig) -> sdk::VisibilityConfig {
    sdk::VisibilityConfig::builder()
        .sampled_requests_enabled(from.sampled_requests_enabled)
        .cloud_watch_metrics_enabled(from.cloud_watch_metrics_enabled)
        .metric_name(&from.metric_name)
        .build()
        .expect(COMPLETE)
}

pub(super) fn default_action(from: &DefaultAction) -> sdk::DefaultAction {
    let to = sdk::DefaultAction::builder();
    match from {
        DefaultAction::Allow {} => to.allow(sdk::AllowAction::builder().build()),
        DefaultAction::Block(how) => to.block(block(how)),
    }
    .build()
}

fn action(from: &Action) -> sdk::RuleAction {
    let to = sdk::RuleAction::builder();
    match from {
        Action::Allow {} => to.allow(sdk::AllowAction::builder().build()),
        Action::Block(how) => to.block(block(how)),
        Action::Count {} => to.count(sdk::CountAction::builder().build()),
        Action::Captcha {} => to.captcha(sdk::CaptchaAction::builder().build()),
        Action::Challenge {} => to.challenge(sdk::ChallengeAction::builder().build()),
    }
    .build()
}

fn override_action(from: &OverrideAction) -> sdk::OverrideAction {
    let to = sdk::OverrideAction::builder();
    match from {
        OverrideAction::None {} => to.none(sdk::NoneAction::builder().build()),
        OverrideAction::Count {} => to.count(sdk::CountAction::builder().build()),
    }
    .build()
}

fn block(from: &Block) -> sdk::BlockAction {
    sdk::BlockAction::builder().set_custom_response(from.custom_response.as_ref().map(response)).build()
}

fn response(from: &CustomResponse) -> sdk::CustomResponse {
    let headers = from.response_headers.iter().map(|header| {
        sdk::CustomHttpHeader::builder().name(&header.name).value(&header.value).build().expect(COMPLETE)
    });
    sdk::CustomResponse::builder()
        .response_code(from.response_code)
        .set_custom_response_body_key(from.custom_response_body_key.clone())
        .set_response_headers(some(headers.collect()))
        .build()
        .expect(COMPLETE)
}

pub(super) fn statement(from: &Statement) -> sdk::Statement {
    let to = sdk::Statement::builder();
    match from {
        Statement::ManagedRuleGroup(group) => to.managed_rule_group_statement(managed(group)),
        Statement::RuleGroup(group) => to.rule_group_reference_statement(rule_group(group)),
        Statement::RateBased(rate) => to.rate_based_statement(rate_based(rate)),
        Statement::IpSet(set) => to.ip_set_reference_statement(ip_set(set)),
        Statement::Geo(geo) => {
            let codes = geo.country_codes.iter().map(|code| code.as_str().into()).collect();
            let header = geo.forwarded_ip_config.as_ref().map(forwarded);
            let inner = sdk::GeoMatchStatement::builder().set_country_codes(Some(codes));
            to.geo_match_statement(inner.set_forwarded_ip_config(header).build())
        }
        Statement::Bytes(bytes) => to.byte_match_statement(
            sdk::ByteMatchStatement::builder()
                .search_string(Blob::new(bytes.search_string.as_bytes()))
                .field_to_match(field(&bytes.field_to_match))
                .positional_constraint(bytes.positional_constraint.as_str().into())
                .set_text_transformations(Some(transformations(&bytes.text_transformations)))
                .build()
                .expect(COMPLETE),
        ),
        Statement::Regex(regex) => to.regex_match_statement(
            sdk::RegexMatchStatement::builder()
                .regex_string(&regex.regex_string)
                .field_to_match(field(&regex.field_to_match))
                .set_text_transformations(Some(transformations(&regex.text_transformations)))
                .build()
                .expect(COMPLETE),
        ),
        Statement::Patterns(set) => to.regex_pattern_set_reference_statement(
            sdk::RegexPatternSetReferenceStatement::builder()
                .arn(set.arn.as_str())
                .field_to_match(field(&set.field_to_match))
                .set_text_transformations(Some(transformations(&set.text_transformations)))
                .build()
                .expect(COMPLETE),
        ),
        Statement::Size(size) => to.size_constraint_statement(
            sdk::SizeConstraintStatement::builder()
                .field_to_match(field(&size.field_to_match))
                .comparison_operator(size.comparison_operator.as_str().into())
                .size(size.size)
                .set_text_transformations(Some(transformations(&size.text_transformations)))
                .build()
                .expect(COMPLETE),
        ),
        Statement::Sqli(sqli) => to.sqli_match_statement(
            sdk::SqliMatchStatement::builder()
                .field_to_match(field(&sqli.field_to_match))
                .sensitivity_level(sqli.sensitivity_level.as_str().into())
                .set_text_transformations(Some(transformations(&sqli.text_transformations)))
                .build()
                .expect(COMPLETE),
        ),
        Statement::Xss(xss) => to.xss_match_statement(
            sdk::XssMatchStatement::builder()
                .field_to_match(field(&xss.field_to_match))
                .set_text_transformations(Some(transformations(&xss.text_transformations)))
                .build()
                .expect(COMPLETE),
        ),
        Statement::Label(label) => {
            let inner = sdk::LabelMatchStatement::builder().key(&label.key).scope(label.scope.as_str().into());
            to.label_match_statement(inner.build().expect(COMPLETE))
        }
        Statement::And(all) => {
            let inner = sdk::AndStatement::builder().set_statements(Some(several(all)));
            to.and_statement(inner.build().expect(COMPLETE))
        }
        Statement::Or(any) => {
            let inner = sdk::OrStatement::builder().set_statements(Some(several(any)));
            to.or_statement(inner.build().expect(COMPLETE))
        }
        Statement::Not(one) => {
            to.not_statement(sdk::NotStatement::builder().statement(statement(&one.statement)).build())
        }
    }
    .build()
}

fn several(from: &Several) -> Vec<sdk::Statement> {
    from.statements.iter().map(statement).collect()
}

fn boxed(from: &Statement) -> Box<sdk::Statement> {
    Box::new(statement(from))
}

fn excluded(from: &Set<Named>) -> Option<Vec<sdk::ExcludedRule>> {
    let one = |rule: &Named| sdk::ExcludedRule::builder().name(&rule.name).build().expect(COMPLETE);
    some(from.iter().map(one).collect())
}

fn overrides(from: &Set<RuleActionOverride>) -> Option<Vec<sdk::RuleActionOverride>> {
    let one = |rule: &RuleActionOverride| {
        let to = sdk::RuleActionOverride::builder().name(&rule.name).action_to_use(action(&rule.action_to_use));
        to.build().expect(COMPLETE)
    };
    some(from.iter().map(one).collect())
}

fn rule_group(from: &RuleGroup) -> sdk::RuleGroupReferenceStatement {
    sdk::RuleGroupReferenceStatement::builder()
        .arn(&from.arn)
        .set_excluded_rules(excluded(&from.excluded_rules))
        .set_rule_action_overrides(overrides(&from.rule_action_overrides))
        .build()
        .expect(COMPLETE)
}

fn managed(from: &ManagedRuleGroup) -> sdk::ManagedRuleGroupStatement {
    sdk::ManagedRuleGroupStatement::builder()
        .vendor_name(&from.vendor_name)
        .name(&from.name)
        .set_version(from.version.clone())
        .set_excluded_rules(excluded(&from.excluded_rules))
        .set_rule_action_overrides(overrides(&from.rule_action_overrides))
        .set_managed_rule_group_configs(some(
            from.managed_rule_group_configs.iter().map(ManagedRuleGroupConfig::to_sdk).collect(),
        ))
        .set_scope_down_statement(from.scope_down_statement.as_deref().map(boxed))
        .build()
        .expect(COMPLETE)
}

fn rate_based(from: &RateBased) -> sdk::RateBasedStatement {
    sdk::RateBasedStatement::builder()
        .limit(from.limit)
        .evaluation_window_sec(from.evaluation_window_sec)
        .aggregate_key_type(from.aggregate_key_type.as_str().into())
        .set_forwarded_ip_config(from.forwarded_ip_config.as_ref().map(forwarded))
        .set_scope_down_statement(from.scope_down_statement.as_deref().map(boxed))
        .build()
        .expect(COMPLETE)
}

fn ip_set(from: &IpSetReference) -> sdk::IpSetReferenceStatement {
    let header = from.forwarded_ip_config.as_ref().map(|header| {
        sdk::IpSetForwardedIpConfig::builder()
            .header_name(&header.header_name)
            .fallback_behavior(header.fallback_behavior.as_str().into())
            .position(header.position.as_str().into())
            .build()
            .expect(COMPLETE)
    });
    let to = sdk::IpSetReferenceStatement::builder().arn(from.arn.as_str());
    to.set_ip_set_forwarded_ip_config(header).build().expect(COMPLETE)
}

fn forwarded(from: &ForwardedIp) -> sdk::ForwardedIpConfig {
    let to = sdk::ForwardedIpConfig::builder().header_name(&from.header_name);
    to.fallback_behavior(from.fallback_behavior.as_str().into()).build().expect(COMPLETE)
}

fn field(from: &FieldToMatch) -> sdk::FieldToMatch {
    let to = sdk::FieldToMatch::builder();
    match from {
        FieldToMatch::SingleHeader(header) => {
            to.single_header(sdk::SingleHeader::builder().name(&header.name).build().expect(COMPLETE))
        }
        FieldToMatch::SingleQueryArgument(argument) => {
            to.single_query_argument(sdk::SingleQueryArgument::builder().name(&argument.name).build().expect(COMPLETE))
        }
        FieldToMatch::AllQueryArguments {} => to.all_query_arguments(sdk::AllQueryArguments::builder().build()),
        FieldToMatch::UriPath {} => to.uri_path(sdk::UriPath::builder().build()),
        FieldToMatch::QueryString {} => to.query_string(sdk::QueryString::builder().build()),
        FieldToMatch::Method {} => to.method(sdk::Method::builder().build()),
        FieldToMatch::Body(body) => {
            to.body(sdk::Body::builder().oversize_handling(body.oversize_handling.as_str().into()).build())
        }
    }
    .build()
}

fn transformations(from: &Set<TextTransformation>) -> Vec<sdk::TextTransformation> {
    let one = |from: &TextTransformation| {
        let to = sdk::TextTransformation::builder().priority(from.priority).r#type(from.kind.as_str().into());
        to.build().expect(COMPLETE)
    };
    from.iter().map(one).collect()
}

pub(super) fn rules(spec: &Spec) -> Vec<sdk::Rule> {
    spec.rules.iter().map(rule).collect()
}

pub(super) fn bodies(spec: &Spec) -> Option<HashMap<String, sdk::CustomResponseBody>> {
    let body = |(key, body): (&String, &CustomResponseBody)| {
        let to = sdk::CustomResponseBody::builder().content(&body.content);
        let to = to.content_type(body.content_type.as_str().into());
        (key.clone(), to.build().expect(COMPLETE))
    };
    Some(spec.custom_response_bodies.iter().map(body).collect()).filter(|all: &HashMap<_, _>| !all.is_empty())
}

pub(super) fn domains(spec: &Spec) -> Option<Vec<String>> {
    Some(spec.token_domains.iter().cloned().collect()).filter(|all: &Vec<_>| !all.is_empty())
}

/// The protection against many requests: said where it is, or was, another than AWS gives unasked.
pub(super) fn reputation(spec: &Spec, was: Option<&Spec>) -> Option<sdk::OnSourceDDoSProtectionConfig> {
    let is_usual = |spec: &Spec| spec.on_source_ddos_protection_config == default_reputation();
    (!is_usual(spec) || was.is_some_and(|was| !is_usual(was))).then(|| {
        let mode = spec.on_source_ddos_protection_config.alb_low_reputation_mode.as_str().into();
        sdk::OnSourceDDoSProtectionConfig::builder().alb_low_reputation_mode(mode).build().expect(COMPLETE)
    })
}

pub(super) fn application(from: &ApplicationConfig) -> sdk::ApplicationConfig {
    let attributes = from.attributes.iter().map(|one| {
        let values = one.values.iter().cloned().collect();
        sdk::ApplicationAttribute::builder().name(&one.name).set_values(Some(values)).build()
    });
    sdk::ApplicationConfig::builder().set_attributes(Some(attributes.collect())).build()
}
