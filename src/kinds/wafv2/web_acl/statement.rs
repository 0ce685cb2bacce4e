//! The parts of a web ACL as CloudFormation writes them.
//!
//! What is absent serialises as `null` and not as nothing, so that a condition that somebody adds by hand is seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::group::{ManagedRuleGroup, RuleGroup};
use crate::kinds::shared::lower_case::lower_case;
use crate::kinds::wafv2::ip_set::IpSet;
use crate::kinds::wafv2::regex_pattern_set::RegexPatternSet;
use crate::resource::Ref;
use crate::resource::normal::Set;

/// One rule; rules are evaluated from the lowest priority up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Rule {
    /// Unique in its web ACL.
    pub name: String,
    /// Unique in its web ACL; the lowest is evaluated first.
    pub priority: i32,
    pub statement: Statement,
    /// What to do with a request that matches; for rule groups see `OverrideAction`.
    #[serde(default)]
    pub action: Option<Action>,
    /// What to do with the verdict of a rule group: `None: {}` to follow it, `Count: {}` to try it out.
    #[serde(default)]
    pub override_action: Option<OverrideAction>,
    pub visibility_config: VisibilityConfig,
    /// Labels that a matching request gets.
    #[serde(default)]
    pub rule_labels: Set<Named>,
}

/// What is counted and kept of the requests that match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VisibilityConfig {
    pub sampled_requests_enabled: bool,
    pub cloud_watch_metrics_enabled: bool,
    /// The CloudWatch metric, `[\w#:.\-/]+`.
    pub metric_name: String,
}

/// An object that is only a name: a label, an excluded rule, a header.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Named {
    pub name: String,
}

/// What to do with a request that no rule decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum DefaultAction {
    Allow {},
    Block(Block),
}

/// What to do with a request that matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Action {
    Allow {},
    Block(Block),
    Count {},
    Captcha {},
    Challenge {},
}

/// Refuses a request, with 403 or an answer of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Block {
    #[serde(default)]
    pub custom_response: Option<CustomResponse>,
}

/// An answer instead of 403.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CustomResponse {
    /// 200 to 599.
    pub response_code: i32,
    /// A key of `CustomResponseBodies`.
    #[serde(default)]
    pub custom_response_body_key: Option<String>,
    #[serde(default)]
    pub response_headers: Set<Header>,
}

/// A header of an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Header {
    pub name: String,
    pub value: String,
}

/// What to do with the verdict of a rule group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum OverrideAction {
    None {},
    Count {},
}

/// A condition on a request: an object with exactly one of these keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Statement {
    #[serde(rename = "ManagedRuleGroupStatement")]
    ManagedRuleGroup(ManagedRuleGroup),
    #[serde(rename = "RuleGroupReferenceStatement")]
    RuleGroup(RuleGroup),
    #[serde(rename = "RateBasedStatement")]
    RateBased(RateBased),
    #[serde(rename = "IPSetReferenceStatement")]
    IpSet(IpSetReference),
    #[serde(rename = "GeoMatchStatement")]
    Geo(Geo),
    #[serde(rename = "ByteMatchStatement")]
    Bytes(ByteMatch),
    #[serde(rename = "RegexMatchStatement")]
    Regex(RegexMatch),
    #[serde(rename = "RegexPatternSetReferenceStatement")]
    Patterns(PatternSetReference),
    #[serde(rename = "SizeConstraintStatement")]
    Size(SizeConstraint),
    #[serde(rename = "SqliMatchStatement")]
    Sqli(SqliMatch),
    #[serde(rename = "XssMatchStatement")]
    Xss(XssMatch),
    #[serde(rename = "LabelMatchStatement")]
    Label(LabelMatch),
    #[serde(rename = "AndStatement")]
    And(Several),
    #[serde(rename = "OrStatement")]
    Or(Several),
    #[serde(rename = "NotStatement")]
    Not(One),
}

/// At least two conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Several {
    pub statements: Vec<Statement>,
}

/// A condition to be turned round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct One {
    pub statement: Box<Statement>,
}

/// Too many requests from one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RateBased {
    /// Requests per window, at least 10.
    pub limit: i64,
    /// The window in seconds: 60, 120, 300 or 600.
    #[serde(default = "five_minutes")]
    pub evaluation_window_sec: i64,
    /// `IP`, `FORWARDED_IP` or `CONSTANT`.
    pub aggregate_key_type: String,
    #[serde(rename = "ForwardedIPConfig", default)]
    pub forwarded_ip_config: Option<ForwardedIp>,
    /// The requests that are counted; without it all.
    #[serde(default)]
    pub scope_down_statement: Option<Box<Statement>>,
}

/// The header that holds the client's address behind a proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ForwardedIp {
    pub header_name: String,
    /// What a request without a valid address counts as: `MATCH` or `NO_MATCH`.
    pub fallback_behavior: String,
}

/// The source address is in an IP set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IpSetReference {
    pub arn: Ref<IpSet>,
    #[serde(rename = "IPSetForwardedIPConfig", default)]
    pub forwarded_ip_config: Option<IpSetForwardedIp>,
}

/// The header, and where in it, that holds the client's address behind a proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IpSetForwardedIp {
    pub header_name: String,
    /// `MATCH` or `NO_MATCH`.
    pub fallback_behavior: String,
    /// `FIRST`, `LAST` or `ANY`.
    pub position: String,
}

/// The source is in one of these countries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Geo {
    /// ISO 3166 codes of two letters.
    pub country_codes: Set<String>,
    #[serde(rename = "ForwardedIPConfig", default)]
    pub forwarded_ip_config: Option<ForwardedIp>,
}

/// A part of the request holds a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ByteMatch {
    pub search_string: String,
    pub field_to_match: FieldToMatch,
    /// `EXACTLY`, `STARTS_WITH`, `ENDS_WITH`, `CONTAINS` or `CONTAINS_WORD`.
    pub positional_constraint: String,
    pub text_transformations: Set<TextTransformation>,
}

/// A part of the request matches an expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RegexMatch {
    pub regex_string: String,
    pub field_to_match: FieldToMatch,
    pub text_transformations: Set<TextTransformation>,
}

/// A part of the request matches an expression of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PatternSetReference {
    pub arn: Ref<RegexPatternSet>,
    pub field_to_match: FieldToMatch,
    pub text_transformations: Set<TextTransformation>,
}

/// A part of the request is longer or shorter than a size in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SizeConstraint {
    pub field_to_match: FieldToMatch,
    /// `EQ`, `NE`, `LE`, `LT`, `GE` or `GT`.
    pub comparison_operator: String,
    pub size: i64,
    pub text_transformations: Set<TextTransformation>,
}

/// A part of the request looks like an SQL injection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SqliMatch {
    pub field_to_match: FieldToMatch,
    /// `LOW` or `HIGH`.
    #[serde(default = "low")]
    pub sensitivity_level: String,
    pub text_transformations: Set<TextTransformation>,
}

/// A part of the request looks like cross-site scripting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct XssMatch {
    pub field_to_match: FieldToMatch,
    pub text_transformations: Set<TextTransformation>,
}

/// An earlier rule left a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LabelMatch {
    pub key: String,
    /// `LABEL` or `NAMESPACE`.
    pub scope: String,
}

/// How a text is unified before it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TextTransformation {
    /// The lowest is done first.
    pub priority: i32,
    /// `NONE`, `LOWERCASE`, `URL_DECODE`, ...
    #[serde(rename = "Type")]
    pub kind: String,
}

/// The part of a request that is looked at: an object with exactly one of these keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum FieldToMatch {
    SingleHeader(#[serde(deserialize_with = "lower_case")] Named),
    SingleQueryArgument(#[serde(deserialize_with = "lower_case")] Named),
    AllQueryArguments {},
    UriPath {},
    QueryString {},
    Method {},
    Body(Body),
}

/// The body, as far as WAF reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Body {
    /// What to do with the rest: `CONTINUE`, `MATCH` or `NO_MATCH`.
    #[serde(default = "carry_on")]
    pub oversize_handling: String,
}

fn five_minutes() -> i64 {
    300
}

fn low() -> String {
    "LOW".to_owned()
}

fn carry_on() -> String {
    "CONTINUE".to_owned()
}
