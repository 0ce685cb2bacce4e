//! What our types cannot express of a rule, by name: its values may be secret.

use aws_sdk_wafv2::types as sdk;

/// Names the parts in which a rule differs from what our types make of it; all of its statement if that is nothing.
pub(super) fn parts(live: &sdk::Rule, ours: Option<&sdk::Rule>) -> Vec<&'static str> {
    if ours == Some(live) {
        return Vec::new();
    }
    let mut lost = Vec::new();
    let same_statement = ours.is_some_and(|ours| ours.statement == live.statement);
    if let Some(statement) = live.statement().filter(|_| !same_statement) {
        name(statement, &mut lost);
    }
    if let Some(ours) = ours {
        let others = [
            ("Action", ours.action == live.action),
            ("OverrideAction", ours.override_action == live.override_action),
            ("RuleLabels", ours.rule_labels == live.rule_labels),
            ("CaptchaConfig", ours.captcha_config == live.captcha_config),
            ("ChallengeConfig", ours.challenge_config == live.challenge_config),
        ];
        lost.extend(others.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name));
    }
    if lost.is_empty() {
        lost.push("settings");
    }
    lost
}

/// Adds the name of a statement, and those of the statements in it.
fn name(statement: &sdk::Statement, names: &mut Vec<&'static str>) {
    let all = [
        ("ByteMatchStatement", statement.byte_match_statement.is_some()),
        ("SqliMatchStatement", statement.sqli_match_statement.is_some()),
        ("XssMatchStatement", statement.xss_match_statement.is_some()),
        ("SizeConstraintStatement", statement.size_constraint_statement.is_some()),
        ("GeoMatchStatement", statement.geo_match_statement.is_some()),
        ("RuleGroupReferenceStatement", statement.rule_group_reference_statement.is_some()),
        ("IPSetReferenceStatement", statement.ip_set_reference_statement.is_some()),
        ("RegexPatternSetReferenceStatement", statement.regex_pattern_set_reference_statement.is_some()),
        ("RateBasedStatement", statement.rate_based_statement.is_some()),
        ("AndStatement", statement.and_statement.is_some()),
        ("OrStatement", statement.or_statement.is_some()),
        ("NotStatement", statement.not_statement.is_some()),
        ("ManagedRuleGroupStatement", statement.managed_rule_group_statement.is_some()),
        ("LabelMatchStatement", statement.label_match_statement.is_some()),
        ("RegexMatchStatement", statement.regex_match_statement.is_some()),
        ("AsnMatchStatement", statement.asn_match_statement.is_some()),
    ];
    let before = names.len();
    names.extend(all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name));
    if names.len() == before {
        names.push("Statement");
    }
    inner(statement).for_each(|one| name(one, names));
}

fn inner(statement: &sdk::Statement) -> impl Iterator<Item = &sdk::Statement> {
    let all = statement.and_statement.iter().flat_map(|all| all.statements());
    let any = statement.or_statement.iter().flat_map(|any| any.statements());
    let not = statement.not_statement.iter().filter_map(|not| not.statement());
    let rate = statement.rate_based_statement.iter().filter_map(|rate| rate.scope_down_statement());
    let group = statement.managed_rule_group_statement.iter().filter_map(|group| group.scope_down_statement());
    all.chain(any).chain(not).chain(rate).chain(group)
}

#[cfg(test)]
mod tests {
    use aws_sdk_wafv2::primitives::Blob;

    use super::super::read;
    use super::*;

    /// A rule that looks for bytes in a part that our types don't know, and acts in a way that they don't know.
    fn rule() -> sdk::Rule {
        let bytes = sdk::ByteMatchStatement::builder()
            .search_string(Blob::new("canary"))
            .field_to_match(sdk::FieldToMatch::builder().build())
            .positional_constraint(sdk::PositionalConstraint::Exactly)
            .text_transformations(
                sdk::TextTransformation::builder().priority(0).r#type("NONE".into()).build().unwrap(),
            );
        let bytes = sdk::Statement::builder().byte_match_statement(bytes.build().unwrap()).build();
        let not = sdk::Statement::builder().not_statement(sdk::NotStatement::builder().statement(bytes).build());
        sdk::Rule::builder()
            .name("r")
            .priority(0)
            .statement(not.build())
            .visibility_config(visibility())
            .build()
            .unwrap()
    }

    fn visibility() -> sdk::VisibilityConfig {
        let all = sdk::VisibilityConfig::builder().sampled_requests_enabled(true).cloud_watch_metrics_enabled(true);
        all.metric_name("m").build().unwrap()
    }

    #[test]
    fn what_is_lost_is_named_and_not_quoted() {
        let (ours, lost) = read::rule::rule(&rule());
        assert_eq!((ours, lost), (None, vec!["NotStatement", "ByteMatchStatement"]));
    }

    #[test]
    fn of_a_rule_that_can_be_expressed_only_what_differs_is_named() {
        let mut live = rule();
        let geo = sdk::GeoMatchStatement::builder().country_codes(sdk::CountryCode::Ar).build();
        live.statement = Some(sdk::Statement::builder().geo_match_statement(geo).build());
        let header = sdk::CustomHttpHeader::builder().name("x").value("canary").build().unwrap();
        let handling = sdk::CustomRequestHandling::builder().insert_headers(header).build().unwrap();
        let count = sdk::CountAction::builder().custom_request_handling(handling).build();
        live.action = Some(sdk::RuleAction::builder().count(count).build());
        assert_eq!(read::rule::rule(&live).1, ["Action"]);
    }
}
