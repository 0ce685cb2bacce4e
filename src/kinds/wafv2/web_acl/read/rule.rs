//! From the SDK's types to ours.
//!
//! What a rule holds beyond our types is found by turning it there and back: if that makes a difference, something is
//! lost, and the rule is reported as not wholly modelled.

use aws_sdk_wafv2::types as sdk;

use super::super::group::{ManagedRuleGroup, ManagedRuleGroupConfig, RuleActionOverride, RuleGroup};
use super::super::statement::{
    Action, Block, Body, ByteMatch, CustomResponse, DefaultAction, FieldToMatch, ForwardedIp, Geo, Header,
    IpSetForwardedIp, IpSetReference, LabelMatch, Named, One, OverrideAction, PatternSetReference, RateBased,
    RegexMatch, Rule, Several, SizeConstraint, SqliMatch, Statement, TextTransformation, VisibilityConfig, XssMatch,
};
use super::super::{group, unmodelled, write};
use crate::resource::normal::Set;

/// Returns the rule as far as our types can express it, and the names of its parts of which something is lost.
pub(in crate::kinds::wafv2::web_acl) fn rule(from: &sdk::Rule) -> (Option<Rule>, Vec<&'static str>) {
    let mut tidy = from.clone();
    tidy_list(&mut tidy.rule_labels, |label| label.name.clone());
    if let Some(statement) = &mut tidy.statement {
        tidy_statement(statement);
    }
    let ours = to_rule(&tidy);
    let lost = unmodelled::parts(&tidy, ours.as_ref().map(write::rule).as_ref());
    (ours, lost)
}

fn to_rule(from: &sdk::Rule) -> Option<Rule> {
    Some(Rule {
        name: from.name.clone(),
        priority: from.priority,
        statement: statement(from.statement.as_ref()?)?,
        action: from.action.as_ref().and_then(action),
        override_action: from.override_action.as_ref().and_then(override_action),
        visibility_config: visibility(from.visibility_config.as_ref()?),
        rule_labels: named(from.rule_labels(), |label| &label.name),
    })
}

pub(in crate::kinds::wafv2::web_acl) fn visibility(from: &sdk::VisibilityConfig) -> VisibilityConfig {
    VisibilityConfig {
        sampled_requests_enabled: from.sampled_requests_enabled,
        cloud_watch_metrics_enabled: from.cloud_watch_metrics_enabled,
        metric_name: from.metric_name.clone(),
    }
}

pub(in crate::kinds::wafv2::web_acl) fn default_action(from: &sdk::DefaultAction) -> Option<DefaultAction> {
    match (&from.allow, &from.block) {
        (Some(_), _) => Some(DefaultAction::Allow {}),
        (_, Some(how)) => Some(DefaultAction::Block(block(how))),
        _ => None,
    }
}

fn action(from: &sdk::RuleAction) -> Option<Action> {
    if let Some(how) = &from.block {
        return Some(Action::Block(block(how)));
    }
    let allow = from.allow.as_ref().map(|_| Action::Allow {});
    let count = from.count.as_ref().map(|_| Action::Count {});
    let captcha = from.captcha.as_ref().map(|_| Action::Captcha {});
    let challenge = from.challenge.as_ref().map(|_| Action::Challenge {});
    allow.or(count).or(captcha).or(challenge)
}

fn override_action(from: &sdk::OverrideAction) -> Option<OverrideAction> {
    let none = from.none.as_ref().map(|_| OverrideAction::None {});
    none.or(from.count.as_ref().map(|_| OverrideAction::Count {}))
}

fn block(from: &sdk::BlockAction) -> Block {
    let header = |header: &sdk::CustomHttpHeader| Header { name: header.name.clone(), value: header.value.clone() };
    let custom_response = from.custom_response.as_ref().map(|response| CustomResponse {
        response_code: response.response_code,
        custom_response_body_key: response.custom_response_body_key.clone(),
        response_headers: response.response_headers().iter().map(header).collect(),
    });
    Block { custom_response }
}

/// Returns nothing for a statement, or a part of one, that our types cannot express.
fn statement(from: &sdk::Statement) -> Option<Statement> {
    if let Some(group) = &from.managed_rule_group_statement {
        return managed(group).map(Statement::ManagedRuleGroup);
    }
    if let Some(group) = &from.rule_group_reference_statement {
        return Some(Statement::RuleGroup(RuleGroup {
            arn: group.arn.clone(),
            excluded_rules: named(group.excluded_rules(), |rule| &rule.name),
            rule_action_overrides: overrides(group.rule_action_overrides())?,
        }));
    }
    if let Some(rate) = &from.rate_based_statement {
        return rate_based(rate).map(Statement::RateBased);
    }
    if let Some(set) = &from.ip_set_reference_statement {
        return Some(Statement::IpSet(ip_set(set)));
    }
    if let Some(geo) = &from.geo_match_statement {
        return Some(Statement::Geo(Geo {
            country_codes: geo.country_codes().iter().map(sdk::CountryCode::as_str).collect(),
            forwarded_ip_config: geo.forwarded_ip_config.as_ref().map(forwarded),
        }));
    }
    if let Some(label) = &from.label_match_statement {
        let scope = label.scope.as_str().to_owned();
        return Some(Statement::Label(LabelMatch { key: label.key.clone(), scope }));
    }
    if let Some(all) = &from.and_statement {
        return several(all.statements()).map(Statement::And);
    }
    if let Some(any) = &from.or_statement {
        return several(any.statements()).map(Statement::Or);
    }
    if let Some(not) = &from.not_statement {
        return boxed(not.statement.as_deref()?).map(|statement| Statement::Not(One { statement }));
    }
    inspection(from)
}

/// The statements that look into a part of the request.
fn inspection(from: &sdk::Statement) -> Option<Statement> {
    if let Some(bytes) = &from.byte_match_statement {
        return Some(Statement::Bytes(ByteMatch {
            search_string: String::from_utf8(bytes.search_string.as_ref().to_vec()).ok()?,
            field_to_match: field(bytes.field_to_match.as_ref()?)?,
            positional_constraint: bytes.positional_constraint.as_str().to_owned(),
            text_transformations: transformations(bytes.text_transformations()),
        }));
    }
    if let Some(regex) = &from.regex_match_statement {
        return Some(Statement::Regex(RegexMatch {
            regex_string: regex.regex_string.clone(),
            field_to_match: field(regex.field_to_match.as_ref()?)?,
            text_transformations: transformations(regex.text_transformations()),
        }));
    }
    if let Some(set) = &from.regex_pattern_set_reference_statement {
        return Some(Statement::Patterns(PatternSetReference {
            arn: set.arn.as_str().into(),
            field_to_match: field(set.field_to_match.as_ref()?)?,
            text_transformations: transformations(set.text_transformations()),
        }));
    }
    if let Some(size) = &from.size_constraint_statement {
        return Some(Statement::Size(SizeConstraint {
            field_to_match: field(size.field_to_match.as_ref()?)?,
            comparison_operator: size.comparison_operator.as_str().to_owned(),
            size: size.size,
            text_transformations: transformations(size.text_transformations()),
        }));
    }
    if let Some(sqli) = &from.sqli_match_statement {
        return Some(Statement::Sqli(SqliMatch {
            field_to_match: field(sqli.field_to_match.as_ref()?)?,
            sensitivity_level: sqli.sensitivity_level.as_ref().map_or("LOW", sdk::SensitivityLevel::as_str).to_owned(),
            text_transformations: transformations(sqli.text_transformations()),
        }));
    }
    let xss = from.xss_match_statement.as_ref()?;
    Some(Statement::Xss(XssMatch {
        field_to_match: field(xss.field_to_match.as_ref()?)?,
        text_transformations: transformations(xss.text_transformations()),
    }))
}

fn several(from: &[sdk::Statement]) -> Option<Several> {
    Some(Several { statements: from.iter().map(statement).collect::<Option<_>>()? })
}

fn boxed(from: &sdk::Statement) -> Option<Box<Statement>> {
    statement(from).map(Box::new)
}

fn overrides(from: &[sdk::RuleActionOverride]) -> Option<Set<RuleActionOverride>> {
    let all = from.iter().map(|rule| {
        let action_to_use = action(rule.action_to_use.as_ref()?)?;
        Some(RuleActionOverride { name: rule.name.clone(), action_to_use })
    });
    Some(all.collect::<Option<Vec<_>>>()?.into_iter().collect())
}

fn managed(from: &sdk::ManagedRuleGroupStatement) -> Option<ManagedRuleGroup> {
    let configs = from.managed_rule_group_configs().iter().map(ManagedRuleGroupConfig::read);
    Some(ManagedRuleGroup {
        vendor_name: from.vendor_name.clone(),
        name: from.name.clone(),
        version: from.version.clone(),
        excluded_rules: named(from.excluded_rules(), |rule| &rule.name),
        rule_action_overrides: overrides(from.rule_action_overrides())?,
        managed_rule_group_configs: configs.collect::<Option<Vec<_>>>()?.into_iter().collect(),
        scope_down_statement: scope_down(from.scope_down_statement.as_deref())?,
    })
}

fn rate_based(from: &sdk::RateBasedStatement) -> Option<RateBased> {
    Some(RateBased {
        limit: from.limit,
        evaluation_window_sec: from.evaluation_window_sec,
        aggregate_key_type: from.aggregate_key_type.as_str().to_owned(),
        forwarded_ip_config: from.forwarded_ip_config.as_ref().map(forwarded),
        scope_down_statement: scope_down(from.scope_down_statement.as_deref())?,
    })
}

/// No statement is fine; one that cannot be expressed is not.
#[expect(
    clippy::option_option,
    reason = "the outer one tells whether it can be expressed, the inner whether it is there"
)]
fn scope_down(from: Option<&sdk::Statement>) -> Option<Option<Box<Statement>>> {
    from.map_or(Some(None), |inner| boxed(inner).map(Some))
}

fn ip_set(from: &sdk::IpSetReferenceStatement) -> IpSetReference {
    let header = from.ip_set_forwarded_ip_config.as_ref().map(|header| IpSetForwardedIp {
        header_name: header.header_name.clone(),
        fallback_behavior: header.fallback_behavior.as_str().to_owned(),
        position: header.position.as_str().to_owned(),
    });
    IpSetReference { arn: from.arn.as_str().into(), forwarded_ip_config: header }
}

fn forwarded(from: &sdk::ForwardedIpConfig) -> ForwardedIp {
    ForwardedIp { header_name: from.header_name.clone(), fallback_behavior: from.fallback_behavior.as_str().to_owned() }
}

fn field(from: &sdk::FieldToMatch) -> Option<FieldToMatch> {
    if let Some(header) = &from.single_header {
        return Some(FieldToMatch::SingleHeader(Named { name: header.name.clone() }));
    }
    if let Some(argument) = &from.single_query_argument {
        return Some(FieldToMatch::SingleQueryArgument(Named { name: argument.name.clone() }));
    }
    if let Some(body) = &from.body {
        let handling = body.oversize_handling.as_ref().map_or("CONTINUE", sdk::OversizeHandling::as_str);
        return Some(FieldToMatch::Body(Body { oversize_handling: handling.to_owned() }));
    }
    let arguments = from.all_query_arguments.as_ref().map(|_| FieldToMatch::AllQueryArguments {});
    let path = from.uri_path.as_ref().map(|_| FieldToMatch::UriPath {});
    let query = from.query_string.as_ref().map(|_| FieldToMatch::QueryString {});
    arguments.or(path).or(query).or(from.method.as_ref().map(|_| FieldToMatch::Method {}))
}

fn transformations(from: &[sdk::TextTransformation]) -> Set<TextTransformation> {
    from.iter().map(|one| TextTransformation { priority: one.priority, kind: one.r#type.as_str().to_owned() }).collect()
}

fn named<T>(from: &[T], name: impl Fn(&T) -> &String) -> Set<Named> {
    from.iter().map(|item| Named { name: name(item).clone() }).collect()
}

/// Puts what has no order into ours, and gives defaults that WAF leaves out, all the way down.
fn tidy_statement(statement: &mut sdk::Statement) {
    if let Some(group) = &mut statement.managed_rule_group_statement {
        tidy_list(&mut group.excluded_rules, |rule| rule.name.clone());
        tidy_list(&mut group.rule_action_overrides, |rule| rule.name.clone());
        group.managed_rule_group_configs.iter_mut().flatten().for_each(group::tidy);
        tidy_list(&mut group.managed_rule_group_configs, ManagedRuleGroupConfig::read);
        group.scope_down_statement.iter_mut().for_each(|inner| tidy_statement(inner));
    }
    if let Some(group) = &mut statement.rule_group_reference_statement {
        tidy_list(&mut group.excluded_rules, |rule| rule.name.clone());
        tidy_list(&mut group.rule_action_overrides, |rule| rule.name.clone());
    }
    if let Some(rate) = &mut statement.rate_based_statement {
        if rate.evaluation_window_sec == 0 {
            rate.evaluation_window_sec = 300;
        }
        rate.scope_down_statement.iter_mut().for_each(|inner| tidy_statement(inner));
    }
    if let Some(geo) = &mut statement.geo_match_statement {
        tidy_list(&mut geo.country_codes, |code| code.as_str().to_owned());
    }
    if let Some(sqli) = &mut statement.sqli_match_statement {
        sqli.sensitivity_level.get_or_insert(sdk::SensitivityLevel::Low);
    }
    if let Some(not) = &mut statement.not_statement {
        not.statement.iter_mut().for_each(|inner| tidy_statement(inner));
    }
    let all = statement.and_statement.iter_mut().flat_map(|all| &mut all.statements);
    let any = statement.or_statement.iter_mut().flat_map(|any| &mut any.statements);
    all.chain(any).for_each(tidy_statement);
    tidy_fields(statement);
}

fn tidy_fields(statement: &mut sdk::Statement) {
    let bytes = statement.byte_match_statement.as_mut();
    let regex = statement.regex_match_statement.as_mut();
    let patterns = statement.regex_pattern_set_reference_statement.as_mut();
    let size = statement.size_constraint_statement.as_mut();
    let sqli = statement.sqli_match_statement.as_mut();
    let xss = statement.xss_match_statement.as_mut();
    let parts = [
        bytes.map(|s| (&mut s.field_to_match, &mut s.text_transformations)),
        regex.map(|s| (&mut s.field_to_match, &mut s.text_transformations)),
        patterns.map(|s| (&mut s.field_to_match, &mut s.text_transformations)),
        size.map(|s| (&mut s.field_to_match, &mut s.text_transformations)),
        sqli.map(|s| (&mut s.field_to_match, &mut s.text_transformations)),
        xss.map(|s| (&mut s.field_to_match, &mut s.text_transformations)),
    ];
    for (field, transformations) in parts.into_iter().flatten() {
        transformations.sort_by_key(|one| one.priority);
        if let Some(body) = field.as_mut().and_then(|field| field.body.as_mut()) {
            body.oversize_handling.get_or_insert(sdk::OversizeHandling::Continue);
        }
    }
}

/// Sorts a list that has no order; an empty one is none.
fn tidy_list<T, K: Ord>(list: &mut Option<Vec<T>>, key: impl Fn(&T) -> K) {
    if let Some(items) = list {
        items.sort_by_key(key);
    }
    if list.as_ref().is_some_and(Vec::is_empty) {
        *list = None;
    }
}
