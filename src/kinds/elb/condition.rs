use aws_sdk_elasticloadbalancingv2::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::normal::Set;
use crate::resource::{Mistake, Unmodelled};

/// Values that one rule takes over all its conditions; no quota raises it.
const MOST_VALUES: usize = 5;

/// The fields on which a rule has one condition at most.
const ONCE: &[&str] = &["host-header", "http-request-method", "path-pattern", "source-ip"];

/// What a request must be like for a rule to apply: all of the conditions, and of each any of its values.
///
/// In normal form values stand in the condition's own config, sorted; order means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Vec<Condition>")]
#[schemars(extend("x-set" = true))]
pub struct Conditions(Set<Condition>);

/// One condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Condition {
    /// `host-header`, `path-pattern`, `http-header`, `http-request-method`, `query-string` or `source-ip`.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_header_config: Option<Values>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_header_config: Option<HttpHeader>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_request_method_config: Option<Values>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_pattern_config: Option<Values>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_string_config: Option<QueryString>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip_config: Option<Values>,
    /// Short for the `Values` of the config that belongs to the field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Values of which one must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Values {
    pub values: Vec<String>,
}

/// A header and the values of which one must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HttpHeader {
    pub http_header_name: String,
    pub values: Vec<String>,
}

/// Pairs of which one must be in the query.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueryString {
    pub values: Vec<Pair>,
}

/// A parameter of the query; without a key the value may stand at any.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Pair {
    #[serde(default)]
    pub key: String,
    pub value: String,
}

impl From<Vec<Condition>> for Conditions {
    fn from(written: Vec<Condition>) -> Self {
        Self(written.into_iter().map(Condition::normal).collect())
    }
}

impl Condition {
    fn normal(mut self) -> Self {
        let shorthand = std::mem::take(&mut self.values);
        if let Some(config) = self.plain_config()
            && !shorthand.is_empty()
        {
            config.get_or_insert_default().values.extend(shorthand);
        }
        for config in [
            &mut self.host_header_config,
            &mut self.http_request_method_config,
            &mut self.path_pattern_config,
            &mut self.source_ip_config,
        ] {
            config.iter_mut().for_each(|config| sort(&mut config.values));
        }
        self.http_header_config.iter_mut().for_each(|config| sort(&mut config.values));
        self.query_string_config.iter_mut().for_each(|config| sort(&mut config.values));
        self
    }

    /// The config of plain values that belongs to the field, if it has one.
    fn plain_config(&mut self) -> Option<&mut Option<Values>> {
        match self.field.as_str() {
            "host-header" => Some(&mut self.host_header_config),
            "path-pattern" => Some(&mut self.path_pattern_config),
            "http-request-method" => Some(&mut self.http_request_method_config),
            "source-ip" => Some(&mut self.source_ip_config),
            _ => None,
        }
    }

    fn values(&self) -> usize {
        let plain = [
            &self.host_header_config,
            &self.http_request_method_config,
            &self.path_pattern_config,
            &self.source_ip_config,
        ];
        plain.into_iter().flatten().map(|config| config.values.len()).sum::<usize>()
            + self.http_header_config.as_ref().map_or(0, |config| config.values.len())
            + self.query_string_config.as_ref().map_or(0, |config| config.values.len())
    }

    fn mistake(&self) -> Option<String> {
        let configs = [
            ("host-header", self.host_header_config.is_some()),
            ("http-header", self.http_header_config.is_some()),
            ("http-request-method", self.http_request_method_config.is_some()),
            ("path-pattern", self.path_pattern_config.is_some()),
            ("query-string", self.query_string_config.is_some()),
            ("source-ip", self.source_ip_config.is_some()),
        ];
        if !configs.iter().any(|(field, _)| *field == self.field) {
            let all: Vec<_> = configs.iter().map(|(field, _)| *field).collect();
            return Some(format!("`{}` is no field of a condition: {}", self.field, all.join(", ")));
        }
        let fits = configs.iter().all(|(field, given)| *given == (*field == self.field));
        (!fits).then(|| format!("the condition on `{}` has the config of that field, and no other", self.field))
    }

    fn to_sdk(&self) -> sdk::RuleCondition {
        let values = |config: &Option<Values>| config.as_ref().map(|config| Some(config.values.clone()));
        sdk::RuleCondition::builder()
            .field(&self.field)
            .set_host_header_config(
                values(&self.host_header_config)
                    .map(|values| sdk::HostHeaderConditionConfig::builder().set_values(values).build()),
            )
            .set_http_request_method_config(
                values(&self.http_request_method_config)
                    .map(|values| sdk::HttpRequestMethodConditionConfig::builder().set_values(values).build()),
            )
            .set_path_pattern_config(
                values(&self.path_pattern_config)
                    .map(|values| sdk::PathPatternConditionConfig::builder().set_values(values).build()),
            )
            .set_source_ip_config(
                values(&self.source_ip_config)
                    .map(|values| sdk::SourceIpConditionConfig::builder().set_values(values).build()),
            )
            .set_http_header_config(self.http_header_config.as_ref().map(|config| {
                let header = sdk::HttpHeaderConditionConfig::builder().http_header_name(&config.http_header_name);
                header.set_values(Some(config.values.clone())).build()
            }))
            .set_query_string_config(self.query_string_config.as_ref().map(QueryString::to_sdk))
            .build()
    }
}

impl QueryString {
    fn to_sdk(&self) -> sdk::QueryStringConditionConfig {
        let pair = |pair: &Pair| {
            let key = Some(pair.key.clone()).filter(|key| !key.is_empty());
            sdk::QueryStringKeyValuePair::builder().set_key(key).value(&pair.value).build()
        };
        sdk::QueryStringConditionConfig::builder().set_values(Some(self.values.iter().map(pair).collect())).build()
    }
}

impl Conditions {
    /// Returns what is wrong with them.
    pub fn check(&self) -> Vec<Mistake> {
        if self.0.is_empty() {
            return vec![Mistake::new("/Conditions", "a rule needs a condition")];
        }
        let twice = ONCE.iter().filter(|field| self.0.iter().filter(|one| one.field == **field).count() > 1);
        let twice = twice.map(|field| format!("has `{field}` twice: put the values into one condition"));
        let values: usize = self.0.iter().map(Condition::values).sum();
        let many = (values > MOST_VALUES).then(|| {
            format!("has {values} values, and a rule takes {MOST_VALUES} over all its conditions: part it in several")
        });
        let all = self.0.iter().filter_map(Condition::mistake).chain(twice).chain(many);
        all.map(|text| Mistake::new("/Conditions", text)).collect()
    }

    pub fn to_sdk(&self) -> Vec<sdk::RuleCondition> {
        self.0.iter().map(Condition::to_sdk).collect()
    }

    /// Reads live conditions; regular expressions are unmodelled.
    pub fn read(live: &[sdk::RuleCondition]) -> (Self, Vec<Unmodelled>) {
        let expressions = live.iter().filter(|one| regular_expressions(one).next().is_some()).map(|one| Unmodelled {
            path: "/Conditions".into(),
            text: format!("there is a `{}` condition by a regular expression", one.field().unwrap_or("?")),
        });
        (live.iter().map(read).collect::<Vec<_>>().into(), expressions.collect())
    }
}

fn regular_expressions(condition: &sdk::RuleCondition) -> impl Iterator<Item = &String> {
    let host = condition.host_header_config().map(sdk::HostHeaderConditionConfig::regex_values);
    let path = condition.path_pattern_config().map(sdk::PathPatternConditionConfig::regex_values);
    let header = condition.http_header_config().map(sdk::HttpHeaderConditionConfig::regex_values);
    [Some(condition.regex_values()), host, path, header].into_iter().flatten().flatten()
}

fn read(condition: &sdk::RuleCondition) -> Condition {
    let values = |values: &[String]| Some(Values { values: values.to_vec() }).filter(|_| !values.is_empty());
    let pair = |pair: &sdk::QueryStringKeyValuePair| Pair {
        key: pair.key().unwrap_or_default().to_owned(),
        value: pair.value().unwrap_or_default().to_owned(),
    };
    Condition {
        field: condition.field().unwrap_or_default().to_owned(),
        host_header_config: condition.host_header_config().and_then(|config| values(config.values())),
        http_header_config: condition.http_header_config().map(|config| HttpHeader {
            http_header_name: config.http_header_name().unwrap_or_default().to_owned(),
            values: config.values().to_vec(),
        }),
        http_request_method_config: condition.http_request_method_config().and_then(|config| values(config.values())),
        path_pattern_config: condition.path_pattern_config().and_then(|config| values(config.values())),
        query_string_config: condition
            .query_string_config()
            .map(|config| QueryString { values: config.values().iter().map(pair).collect() }),
        source_ip_config: condition.source_ip_config().and_then(|config| values(config.values())),
        values: condition.values().to_vec(),
    }
}

fn sort<T: Ord>(values: &mut Vec<T>) {
    values.sort();
    values.dedup();
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn conditions(written: Value) -> Conditions {
        from_value(written).unwrap()
    }

    #[test]
    fn the_shorthand_is_the_config() {
        assert_eq!(
            conditions(json!([{ "Field": "host-header", "Values": ["b.example", "a.example"] }])),
            conditions(
                json!([{ "Field": "host-header", "HostHeaderConfig": { "Values": ["a.example", "b.example"] } }])
            )
        );
    }

    #[test]
    fn what_aws_answers_equals_what_was_written() {
        let desired = conditions(json!([
            { "Field": "path-pattern", "Values": ["/api/*"] },
            { "Field": "http-header", "HttpHeaderConfig": { "HttpHeaderName": "X-A", "Values": ["1"] } },
            { "Field": "query-string", "QueryStringConfig": { "Values": [{ "Value": "v" }, { "Key": "k", "Value": "v" }] } },
            { "Field": "source-ip", "SourceIpConfig": { "Values": ["10.0.0.0/8"] } },
        ]));
        assert!(desired.check().is_empty());
        let mut live = desired.to_sdk();
        live.reverse();
        // AWS repeats plain values beside the config.
        live.push(sdk::RuleCondition::builder().field("path-pattern").values("/api/*").build());
        assert_eq!(Conditions::read(&live), (desired, Vec::new()));
    }

    #[test]
    fn a_rule_takes_five_values_over_all_its_conditions() {
        let rule = |hosts: &[&str]| {
            let paths = json!({ "Field": "path-pattern", "Values": ["/a", "/b", "/c"] });
            conditions(json!([{ "Field": "host-header", "Values": hosts }, paths])).check()
        };
        assert_eq!(rule(&["a.example", "b.example"]), []);
        assert!(rule(&["a.example", "b.example", "c.example"])[0].text.starts_with("has 6 values, and a rule takes 5"));
    }

    #[test]
    fn headers_may_be_asked_about_more_than_once_and_paths_not() {
        let header = |name: &str| json!({ "Field": "http-header", "HttpHeaderConfig": { "HttpHeaderName": name, "Values": ["*"] } });
        assert_eq!(conditions(json!([header("X-A"), header("X-B")])).check(), []);
        let path = |value: &str| json!({ "Field": "path-pattern", "Values": [value] });
        let wrong = conditions(json!([path("/a"), path("/b")])).check();
        assert_eq!(wrong[0].text, "has `path-pattern` twice: put the values into one condition");
    }

    #[test]
    fn a_regular_expression_by_hand_is_told() {
        let by_hand = sdk::PathPatternConditionConfig::builder().regex_values("^/a").build();
        let live = sdk::RuleCondition::builder().field("path-pattern").path_pattern_config(by_hand).build();
        assert_eq!(Conditions::read(&[live]).1[0].text, "there is a `path-pattern` condition by a regular expression");
    }

    #[test]
    fn a_config_of_another_field_is_a_mistake() {
        let wrong = conditions(json!([{ "Field": "host-header", "PathPatternConfig": { "Values": ["/"] } }]));
        assert_eq!(wrong.check()[0].text, "the condition on `host-header` has the config of that field, and no other");
    }
}
