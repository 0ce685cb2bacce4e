//! Where the requests to a web ACL are logged to: a resource of its own to CloudFormation, that AWS cannot tag.

use aws_sdk_wafv2::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::statement::Named;
use crate::aws::{MINUTE, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::lower_case::lower_case;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::wafv2;
use crate::resource::normal::Set;
use crate::resource::{Class, Mistake, OPEN, Result, Unmodelled, pointer};

/// Where logs are told that others have set up: Security Lake, or a rule of CloudWatch.
pub(super) const OF_OTHERS: &str = "/LogsOfOthers";
/// What the name of every destination begins with.
const PREFIX: &str = "aws-waf-logs-";
/// Why no builder below can fail: each gets all that it requires.
const COMPLETE: &str = "every required field is set";

/// What is logged of the requests, and where to: the properties of `AWS::WAFv2::LoggingConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoggingConfiguration {
    /// The ARN of one log group, bucket or delivery stream, whose name begins with `aws-waf-logs-`.
    #[serde(deserialize_with = "destinations")]
    pub log_destination_configs: Set<String>,
    /// Parts of a request that are left out.
    #[serde(default)]
    pub redacted_fields: Set<RedactedField>,
    /// Which requests are logged; without it all.
    #[serde(default)]
    pub logging_filter: Option<LoggingFilter>,
}

/// A part of a request that is left out: an object with exactly one of these keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum RedactedField {
    SingleHeader(#[serde(deserialize_with = "lower_case")] Named),
    UriPath {},
    QueryString {},
    Method {},
}

/// Which requests are logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoggingFilter {
    /// `KEEP` or `DROP`, of what no filter is about.
    pub default_behavior: String,
    pub filters: Vec<Filter>,
}

/// What happens to some of the requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Filter {
    /// `KEEP` or `DROP`.
    pub behavior: String,
    /// `MEETS_ALL` or `MEETS_ANY`.
    pub requirement: String,
    pub conditions: Vec<Condition>,
}

/// What a filter looks at: an object with exactly one of these keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Condition {
    #[serde(rename_all = "PascalCase")]
    ActionCondition {
        /// `ALLOW`, `BLOCK`, `COUNT`, `CAPTCHA`, `CHALLENGE` or `EXCLUDED_AS_COUNT`.
        action: String,
    },
    #[serde(rename_all = "PascalCase")]
    LabelNameCondition { label_name: String },
}

/// Reads destinations; WAF takes the ARN of a log group without the `:*` that CloudFormation's has.
fn destinations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Set<String>, D::Error> {
    let written = Vec::<String>::deserialize(deserializer)?;
    Ok(written.iter().map(|arn| arn.strip_suffix(":*").unwrap_or(arn)).collect())
}

/// Reads what is logged of a web ACL, and what is beyond our properties.
pub(super) async fn of(
    reader: &Reader,
    scope: &sdk::Scope,
    acl: &str,
) -> Result<(Option<LoggingConfiguration>, Vec<Unmodelled>)> {
    let all = reader.once(&format!("wafv2:logging:{}", scope.as_str()), listed(reader, scope)).await?;
    let (ours, others): (Vec<_>, Vec<_>) =
        all.iter().filter(|one| one.resource_arn() == acl).partition(|one| is_customers(one));
    let told = others.into_iter().flat_map(|one| {
        let by = one.log_scope().map_or("somebody", |scope| scope.as_str());
        one.log_destination_configs()
            .iter()
            .map(move |to| Unmodelled { path: pointer::join(OF_OTHERS, to), text: format!("{by} logs to {to}") })
    });
    let mut unmodelled: Vec<_> = told.collect();
    let found = ours.first().map(|one| {
        let (config, lost) = read(one);
        unmodelled.extend(lost);
        config
    });
    Ok((found, unmodelled))
}

/// The logs of one scope; without a scope of its own a log is the customer's.
async fn listed(reader: &Reader, scope: &sdk::Scope) -> Result<Vec<sdk::LoggingConfiguration>> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let call = reader.wafv2().list_logging_configurations().scope(scope.clone()).limit(wafv2::PAGE);
        let answer = call.set_next_marker(marker).send().await?;
        let page = answer.logging_configurations.unwrap_or_default();
        // WAF gives a marker with the last page, too; the page after it is empty.
        marker = answer.next_marker.filter(|_| !page.is_empty());
        all.extend(page);
        if marker.is_none() {
            return Ok(all);
        }
    }
}

fn is_customers(one: &sdk::LoggingConfiguration) -> bool {
    one.log_scope().is_none_or(|scope| *scope == sdk::LogScope::Customer)
}

fn read(from: &sdk::LoggingConfiguration) -> (LoggingConfiguration, Vec<Unmodelled>) {
    let path = |property: &str| format!("/LoggingConfiguration/{property}");
    let mut lost = Vec::new();
    let mut fields = Vec::new();
    for field in from.redacted_fields() {
        match redacted(field) {
            Some(field) => fields.push(field),
            None => lost.push(Unmodelled {
                path: path("RedactedFields"),
                text: "leaves out a part that no template can write".to_owned(),
            }),
        }
    }
    let filter = from.logging_filter().map(filter);
    if from.managed_by_firewall_manager() {
        lost.push(Unmodelled {
            path: path("ManagedByFirewallManager"),
            text: "Firewall Manager manages it".to_owned(),
        });
    }
    let config = LoggingConfiguration {
        log_destination_configs: from.log_destination_configs().iter().map(String::as_str).collect(),
        redacted_fields: fields.into_iter().collect(),
        logging_filter: filter,
    };
    (config, lost)
}

fn redacted(from: &sdk::FieldToMatch) -> Option<RedactedField> {
    if let Some(header) = &from.single_header {
        return Some(RedactedField::SingleHeader(Named { name: header.name().to_ascii_lowercase() }));
    }
    let plain = [
        (from.uri_path.is_some(), RedactedField::UriPath {}),
        (from.query_string.is_some(), RedactedField::QueryString {}),
        (from.method.is_some(), RedactedField::Method {}),
    ];
    plain.into_iter().find(|(is_there, _)| *is_there).map(|(_, field)| field)
}

fn filter(from: &sdk::LoggingFilter) -> LoggingFilter {
    let condition = |one: &sdk::Condition| {
        let action =
            one.action_condition().map(|to| Condition::ActionCondition { action: to.action().as_str().to_owned() });
        action.or_else(|| {
            let label = one.label_name_condition()?;
            Some(Condition::LabelNameCondition { label_name: label.label_name().to_owned() })
        })
    };
    let filter = |one: &sdk::Filter| Filter {
        behavior: one.behavior().as_str().to_owned(),
        requirement: one.requirement().as_str().to_owned(),
        conditions: one.conditions().iter().filter_map(condition).collect(),
    };
    LoggingFilter {
        default_behavior: from.default_behavior().as_str().to_owned(),
        filters: from.filters().iter().map(filter).collect(),
    }
}

/// Logs a web ACL so from now on, or not any more.
pub(super) async fn set(writer: &Writer, acl: &str, wanted: Option<&LoggingConfiguration>) -> Result<()> {
    // The role by which WAF writes is made with the first log of an account.
    let transient = &[Class::Busy, Class::Propagating];
    let Some(wanted) = wanted else {
        let call = writer.wafv2().delete_logging_configuration().resource_arn(acl);
        return gone(retry_while(5 * MINUTE, transient, || call.clone().send()).await);
    };
    for to in wanted.log_destination_configs.iter() {
        writer.admit(to);
    }
    let call = writer.wafv2().put_logging_configuration().logging_configuration(write(acl, wanted));
    retry_while(5 * MINUTE, transient, || call.clone().send()).await.map(drop)
}

fn write(acl: &str, from: &LoggingConfiguration) -> sdk::LoggingConfiguration {
    let fields: Vec<_> = from.redacted_fields.iter().map(field).collect();
    sdk::LoggingConfiguration::builder()
        .resource_arn(acl)
        .set_log_destination_configs(Some(from.log_destination_configs.iter().cloned().collect()))
        .set_redacted_fields(Some(fields))
        .set_logging_filter(from.logging_filter.as_ref().map(logging_filter))
        .build()
        .expect(COMPLETE)
}

fn field(from: &RedactedField) -> sdk::FieldToMatch {
    let to = sdk::FieldToMatch::builder();
    match from {
        RedactedField::SingleHeader(header) => {
            to.single_header(sdk::SingleHeader::builder().name(&header.name).build().expect(COMPLETE))
        }
        RedactedField::UriPath {} => to.uri_path(sdk::UriPath::builder().build()),
        RedactedField::QueryString {} => to.query_string(sdk::QueryString::builder().build()),
        RedactedField::Method {} => to.method(sdk::Method::builder().build()),
    }
    .build()
}

fn logging_filter(from: &LoggingFilter) -> sdk::LoggingFilter {
    let condition = |one: &Condition| {
        let to = sdk::Condition::builder();
        match one {
            Condition::ActionCondition { action } => to.action_condition(
                sdk::ActionCondition::builder().action(action.as_str().into()).build().expect(COMPLETE),
            ),
            Condition::LabelNameCondition { label_name } => to.label_name_condition(
                sdk::LabelNameCondition::builder().label_name(label_name).build().expect(COMPLETE),
            ),
        }
        .build()
    };
    let filter = |one: &Filter| {
        sdk::Filter::builder()
            .behavior(one.behavior.as_str().into())
            .requirement(one.requirement.as_str().into())
            .set_conditions(Some(one.conditions.iter().map(condition).collect()))
            .build()
            .expect(COMPLETE)
    };
    sdk::LoggingFilter::builder()
        .default_behavior(from.default_behavior.as_str().into())
        .set_filters(Some(from.filters.iter().map(filter).collect()))
        .build()
        .expect(COMPLETE)
}

/// What WAF would refuse.
pub(super) fn mistakes(config: &LoggingConfiguration) -> Vec<Mistake> {
    let at = "/LoggingConfiguration/LogDestinationConfigs";
    let mut mistakes = Vec::new();
    if config.log_destination_configs.len() != 1 {
        mistakes.push(Mistake::new(at, "a web ACL is logged to one destination"));
    }
    for arn in config.log_destination_configs.iter().filter(|arn| !arn.contains(OPEN)) {
        let name = arn.rsplit([':', '/']).next().unwrap_or_default();
        // A bucket's ARN may name a folder behind the bucket.
        let is_known = name.starts_with(PREFIX) || arn.contains(&format!(":{PREFIX}"));
        if !is_known {
            mistakes.push(Mistake::new(at, format!("WAF logs only to what is called {PREFIX}..., and {arn} is not")));
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-acme";

    fn config() -> LoggingConfiguration {
        serde_json::from_value(json!({
            "LogDestinationConfigs": [format!("{GROUP}:*")],
            "RedactedFields": [{ "SingleHeader": { "Name": "Cookie" } }, { "QueryString": {} }, { "UriPath": {} }, { "Method": {} }],
            "LoggingFilter": { "DefaultBehavior": "DROP", "Filters": [{
                "Behavior": "KEEP",
                "Requirement": "MEETS_ANY",
                "Conditions": [
                    { "ActionCondition": { "Action": "BLOCK" } },
                    { "LabelNameCondition": { "LabelName": "awswaf:managed:aws:core-rule-set:x" } },
                ],
            }] },
        }))
        .unwrap()
    }

    #[test]
    fn what_is_sent_reads_back_the_same() {
        let (back, lost) = read(&write("arn", &config()));
        assert_eq!(back, config());
        assert_eq!(lost, []);
        assert!(back.log_destination_configs.contains(&GROUP.to_owned()), "without the stars of CloudFormation's ARN");
    }

    #[test]
    fn a_destination_of_another_name_is_a_mistake() {
        let of = |arn: &str| {
            mistakes(&LoggingConfiguration { log_destination_configs: [arn].into_iter().collect(), ..config() }).len()
        };
        assert_eq!(of(GROUP), 0);
        assert_eq!(of("arn:aws:s3:::aws-waf-logs-acme/production"), 0);
        assert_eq!(of("arn:aws:firehose:us-east-1:123456789012:deliverystream/aws-waf-logs-acme"), 0);
        assert_eq!(of("arn:aws:logs:us-east-1:123456789012:log-group:acme"), 1);
        assert_eq!(mistakes(&LoggingConfiguration { log_destination_configs: Set::default(), ..config() }).len(), 1);
    }
}
